"""Rows that are true in a year closed before, and chains, are found quickly."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from tiebeam.platform.tenancy.policies import AppendOnly, DatabaseStep, RefuseReplacing
from tiebeam.platform.tenancy.scopes import EnterScopes

_former = import_module("tiebeam.apps.ledger.migrations.0002_policies")


class Again(DatabaseStep):
    """Put triggers back that SQLite drops with a table it builds anew."""

    def __init__(self, step: DatabaseStep) -> None:
        self.step = step

    def statements(self, vendor: str) -> list[str]:
        found = self.step.statements(vendor) if vendor == "sqlite" else []
        return [each for each in found if each.startswith("CREATE TRIGGER")]

    def undoing(self, vendor: str) -> list[str]:
        del vendor
        return []


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0008_import_policies"),
        ("pairings", "0008_signed_without_opinions"),
        ("programmes", "0004_participants_once_on_a_side"),
        ("regions", "0005_never_replaced"),
    ]

    operations = [
        migrations.AddField(
            model_name="transfer",
            name="is_late",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="batch",
            name="head",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="chain",
                to="ledger.batch",
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["head", "kind"], name="ledger_batch_chain"),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(
                condition=models.Q(("is_late", True)), fields=["debit"], name="ledger_late_debits"
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(
                condition=models.Q(("is_late", True)), fields=["credit"], name="ledger_late_credits"
            ),
        ),
        *(Again(AppendOnly(table)) for table in ("ledger_batch", "ledger_transfer")),
        *(Again(EnterScopes(table)) for table in ("ledger_batch", "ledger_transfer")),
        Again(RefuseReplacing("ledger_batch", "id")),
        Again(RefuseReplacing("ledger_batch", "reverses_id")),
        Again(RefuseReplacing("ledger_transfer", "id")),
        Again(RefuseReplacing("ledger_transfer", "batch_id", "number")),
        Again(RefuseReplacing("ledger_transfer", "reverses_id")),
        Again(_former.JoinsOwnAccounts()),
    ]
