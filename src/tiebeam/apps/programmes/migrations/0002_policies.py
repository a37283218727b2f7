"""What the database itself enforces for these tables."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import RowPolicies


class Migration(migrations.Migration):
    """Policies and triggers."""

    dependencies = [("programmes", "0001_initial"), ("tenancy", "0002_policies")]

    operations = [
        RowPolicies("programmes_programme"),
        RowPolicies("programmes_legaldocument"),
        RowPolicies("programmes_participant"),
        RowPolicies("programmes_round"),
        RowPolicies("programmes_return"),
        RowPolicies("programmes_returnline"),
        RowPolicies("programmes_returndecision"),
    ]
