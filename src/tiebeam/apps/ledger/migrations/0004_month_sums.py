"""Sums of whole months take the place of those of closed years; rows are found by the day and by their recording."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from tiebeam.platform.tenancy.policies import (
    AppendOnly,
    DatabaseStep,
    RefuseReplacing,
    RowPolicies,
)
from tiebeam.platform.tenancy.scopes import EnterScopes

TABLE, FORMER = "ledger_monthsum", "ledger_snapshot"
KEY = ("account_id", "recorded_before", "through")


class Without(DatabaseStep):
    """Take back an earlier step."""

    def __init__(self, step: DatabaseStep) -> None:
        self.step = step

    def statements(self, vendor: str) -> list[str]:
        """Return what undoes it."""
        return self.step.undoing(vendor)

    def undoing(self, vendor: str) -> list[str]:
        """Return what it did."""
        return self.step.statements(vendor)


class KeptMonthsStay(DatabaseStep):
    """Refuse transfers recorded in a month whose sums are kept."""

    def statements(self, vendor: str) -> list[str]:
        """Return the trigger; PostgreSQL asks once for all rows of a statement."""
        refusal = "the month of this recording is kept"
        later = "SELECT 1 FROM ledger_monthsum m WHERE m.book_id = {row}.book_id AND m.recorded_before > {row}.recorded_at"
        if vendor == "sqlite":
            return [
                (
                    "CREATE TRIGGER ledger_transfer_kept BEFORE INSERT ON ledger_transfer"
                    f" WHEN EXISTS ({later.format(row='NEW')})"
                    f" BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
                )
            ]
        return [
            f"""
            CREATE FUNCTION ledger_transfer_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF EXISTS (SELECT 1 FROM added t WHERE EXISTS ({later.format(row="t")}))
                THEN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
                RETURN NULL;
            END $$
            """,  # noqa: S608  # our own tables
            (
                "CREATE TRIGGER ledger_transfer_kept AFTER INSERT ON ledger_transfer"
                " REFERENCING NEW TABLE AS added"
                " FOR EACH STATEMENT EXECUTE FUNCTION ledger_transfer_kept()"
            ),
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what drops it."""
        if vendor == "sqlite":
            return ["DROP TRIGGER ledger_transfer_kept"]
        return [
            "DROP TRIGGER ledger_transfer_kept ON ledger_transfer",
            "DROP FUNCTION ledger_transfer_kept()",
        ]


class Migration(migrations.Migration):
    """Tables, indexes and what guards them."""

    dependencies = [("ledger", "0003_obligation_policies"), ("regions", "0005_never_replaced")]

    operations = [
        Without(RefuseReplacing(FORMER, "account_id", "through", "known_at")),
        Without(RefuseReplacing(FORMER, "id")),
        Without(AppendOnly(FORMER)),
        Without(EnterScopes(FORMER)),
        Without(RowPolicies(FORMER)),
        migrations.DeleteModel(name="Snapshot"),
        migrations.CreateModel(
            name="MonthSum",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("scope_id", models.UUIDField(db_index=True)),
                ("through", models.DateField()),
                ("recorded_before", models.DateTimeField()),
                ("debit_sum", models.BigIntegerField()),
                ("credit_sum", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="month_sums",
                        to="ledger.book",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="regions.organisation",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["book", "recorded_before"], name="ledger_month_by_book")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "recorded_before", "through"),
                        name="ledger_month_kept_once",
                    )
                ],
            },
        ),
        RowPolicies(TABLE),
        EnterScopes(TABLE),
        AppendOnly(TABLE),
        RefuseReplacing(TABLE, "id"),
        RefuseReplacing(TABLE, *KEY),
        *(
            migrations.RemoveIndex(model_name="transfer", name=name)
            for name in (
                "ledger_debits",
                "ledger_credits",
                "ledger_late_debits",
                "ledger_late_credits",
            )
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["debit", "valid_on"], name="ledger_debits_by_day"),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["credit", "valid_on"], name="ledger_credits_by_day"),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["book", "recorded_at"], name="ledger_transfer_by_recording"),
        ),
        KeptMonthsStay(),
    ]
