"""Rows that are never changed are not replaced either."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import RefuseReplacing


class Migration(migrations.Migration):
    dependencies = [("regions", "0004_codes_given_once")]

    operations = [
        RefuseReplacing("regions_statistic", "id"),
        RefuseReplacing("regions_statistic", "region_id", "indicator", "year", "vintage", "source"),
    ]
