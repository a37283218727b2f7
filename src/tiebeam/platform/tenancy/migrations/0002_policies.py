"""What the database itself enforces for these tables."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import GrantPolicies, GrantToApplication


class Migration(migrations.Migration):
    """Policies and triggers."""

    dependencies = [("tenancy", "0001_initial")]

    operations = [
        GrantToApplication(),
        GrantPolicies(),
    ]
