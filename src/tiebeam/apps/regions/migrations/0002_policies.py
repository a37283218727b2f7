"""What the database itself enforces for these tables."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import AppendOnly, RowPolicies


class Migration(migrations.Migration):
    """Policies and triggers."""

    dependencies = [("regions", "0001_initial"), ("tenancy", "0002_policies")]

    operations = [
        RowPolicies("regions_region", readers="everyone"),
        RowPolicies("regions_regioncode", readers="everyone"),
        RowPolicies("regions_organisation", readers="everyone"),
        RowPolicies("regions_statistic", readers="everyone"),
        AppendOnly("regions_statistic"),
    ]
