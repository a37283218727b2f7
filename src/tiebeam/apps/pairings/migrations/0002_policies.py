"""What the database itself enforces for these tables."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import AppendOnly, RowPolicies


class Migration(migrations.Migration):
    """Policies and triggers."""

    dependencies = [("pairings", "0001_initial"), ("tenancy", "0002_policies")]

    operations = [
        RowPolicies("pairings_builtscenario"),
        RowPolicies("pairings_variant"),
        RowPolicies("pairings_lock"),
        RowPolicies("pairings_pairlist"),
        RowPolicies("pairings_listline"),
        RowPolicies("pairings_opinion"),
        RowPolicies("pairings_opinionanswer"),
        RowPolicies("pairings_pairing"),
        RowPolicies("pairings_responsibility"),
        RowPolicies("pairings_agreement"),
        RowPolicies("pairings_agreementreturn"),
        RowPolicies("pairings_signature"),
        RowPolicies("pairings_handover"),
        RowPolicies("pairings_handoverline"),
        AppendOnly("pairings_builtscenario"),
        AppendOnly("pairings_signature"),
    ]
