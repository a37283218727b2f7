"""What the database itself enforces for these tables."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import RowPolicies


class Migration(migrations.Migration):
    """Policies and triggers."""

    dependencies = [("files", "0001_initial"), ("tenancy", "0002_policies")]

    operations = [
        RowPolicies("files_document"),
    ]
