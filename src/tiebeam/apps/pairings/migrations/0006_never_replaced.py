"""Rows that are never changed are not replaced either."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import RefuseReplacing


class Migration(migrations.Migration):
    dependencies = [("pairings", "0005_hand_over_lines")]

    operations = [
        RefuseReplacing("pairings_builtscenario", "id"),
        RefuseReplacing("pairings_signature", "id"),
        RefuseReplacing("pairings_signature", "agreement_id", "tenant_id"),
        RefuseReplacing("pairings_signature", "agreement_id", "person_id"),
        RefuseReplacing("pairings_agreementreturn", "id"),
    ]
