"""Every scope once, so that leave to read cannot be given on another's by a record of the same id."""

from django.db import migrations, models

from tiebeam.platform.tenancy.scopes import EnterScopes, GrantsOnReadableScopes, ScopePolicies

TABLES = (
    "regions_region", "regions_regioncode", "regions_organisation", "regions_statistic",
    "programmes_programme", "programmes_legaldocument", "programmes_participant",
    "programmes_round", "programmes_return", "programmes_returnline", "programmes_returndecision",
    "pairings_builtscenario", "pairings_variant", "pairings_lock", "pairings_pairlist",
    "pairings_listline", "pairings_opinion", "pairings_opinionanswer", "pairings_pairing",
    "pairings_responsibility", "pairings_agreement", "pairings_agreementreturn",
    "pairings_signature", "pairings_handover", "pairings_handoverline",
    "files_document", "files_upload", "tasks_run",
)  # fmt: skip


class Migration(migrations.Migration):
    """The register of scopes, what fills it, and the grants bound to it."""

    dependencies = [
        ("tenancy", "0002_policies"),
        ("regions", "0005_never_replaced"),
        ("programmes", "0004_participants_once_on_a_side"),
        # Remakes a table on SQLite, which drops its triggers.
        ("pairings", "0008_signed_without_opinions"),
        ("files", "0005_uploads"),
        ("tasks", "0004_signs_of_workers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Scope",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("tenant_id", models.UUIDField()),
            ],
        ),
        ScopePolicies(),
        *(EnterScopes(table) for table in TABLES),
        GrantsOnReadableScopes(),
    ]
