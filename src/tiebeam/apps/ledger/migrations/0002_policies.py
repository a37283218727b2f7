"""What the database itself enforces for the ledger."""

from django.conf import settings
from django.db import migrations

from tiebeam.platform.tenancy.policies import (
    AppendOnly,
    BelongsTo,
    DatabaseStep,
    RefuseReplacing,
    RowPolicies,
)
from tiebeam.platform.tenancy.scopes import EnterScopes

TABLES = (
    "ledger_programmeyear", "ledger_book", "ledger_account", "ledger_batch", "ledger_transfer",
    "ledger_closedyear", "ledger_snapshot", "ledger_proposal", "ledger_dispute", "ledger_import",
    "ledger_importproposal", "ledger_tranche", "ledger_reimbursement", "ledger_voucher", "ledger_gift",
    "ledger_bankstatement", "ledger_bankline",
)  # fmt: skip
KEYS = {
    "ledger_book": [["id"], ["pairing_id", "side"]],
    "ledger_batch": [["id"], ["reverses_id"]],
    "ledger_transfer": [["id"], ["batch_id", "number"], ["reverses_id"]],
    "ledger_closedyear": [["id"], ["book_id", "year"]],
    "ledger_snapshot": [["id"], ["account_id", "through", "known_at"]],
    "ledger_dispute": [["id"]],
    "ledger_import": [["id"], ["import_id", "part"]],
}
"""What is never changed, with the keys of each."""

FIXED = (
    "id", "tenant_id", "scope_id", "book_id", "code", "group", "year", "unit", "may_be_negative",
)  # fmt: skip
"""What an account is opened with."""

JOINS = (
    "d.book_id = {row}.book_id AND c.book_id = {row}.book_id"
    " AND d.tenant_id = {row}.tenant_id AND d.scope_id = {row}.scope_id"
    ' AND d."group" = c."group" AND d.unit = {row}.unit AND c.unit = {row}.unit'
    " AND d.year IN (0, {row}.year) AND c.year IN (0, {row}.year)"
)
"""Both ends belong to the book that the row names, to one group and unit, and to its year."""


class JoinsOwnAccounts(DatabaseStep):
    """
    Refuse transfers between accounts that do not belong together, and in a year that is closed.

    PostgreSQL asks once for all rows of a statement, in place of foreign keys that ask for each.
    """

    def statements(self, vendor: str) -> list[str]:
        """Return the triggers."""
        joins, closed = "a transfer joins two accounts of one book", "this year is closed"
        if vendor == "sqlite":
            both = JOINS.format(row="NEW")
            return [
                (
                    "CREATE TRIGGER ledger_transfer_joins BEFORE INSERT ON ledger_transfer"  # noqa: S608
                    " WHEN NOT EXISTS (SELECT 1 FROM ledger_account d, ledger_account c"
                    f" WHERE d.id = NEW.debit_id AND c.id = NEW.credit_id AND {both})"
                    f" BEGIN SELECT RAISE(ABORT, '{joins}'); END"
                ),
                (
                    "CREATE TRIGGER ledger_transfer_open BEFORE INSERT ON ledger_transfer"  # noqa: S608
                    " WHEN EXISTS (SELECT 1 FROM ledger_closedyear y"
                    " WHERE y.book_id = NEW.book_id AND y.year >= NEW.year)"
                    f" BEGIN SELECT RAISE(ABORT, '{closed}'); END"
                ),
            ]
        both = JOINS.format(row="t")
        return [
            f"""
            CREATE FUNCTION ledger_transfer_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF EXISTS (
                    SELECT 1 FROM added t
                    LEFT JOIN ledger_account d ON d.id = t.debit_id
                    LEFT JOIN ledger_account c ON c.id = t.credit_id
                    WHERE ({both}) IS NOT TRUE
                ) THEN RAISE EXCEPTION '{joins}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
                IF EXISTS (
                    SELECT 1 FROM added t
                    JOIN ledger_closedyear y ON y.book_id = t.book_id AND y.year >= t.year
                ) THEN RAISE EXCEPTION '{closed}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
                RETURN NULL;
            END $$
            """,  # noqa: S608  # our own tables
            (
                "CREATE TRIGGER ledger_transfer_check AFTER INSERT ON ledger_transfer"
                " REFERENCING NEW TABLE AS added"
                " FOR EACH STATEMENT EXECUTE FUNCTION ledger_transfer_check()"
            ),
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what drops them."""
        if vendor == "sqlite":
            return ["DROP TRIGGER ledger_transfer_joins", "DROP TRIGGER ledger_transfer_open"]
        return [
            "DROP TRIGGER ledger_transfer_check ON ledger_transfer",
            "DROP FUNCTION ledger_transfer_check()",
        ]


class BalanceAloneMoves(DatabaseStep):
    """Refuse to delete an account, and to change anything of it but its balance."""

    def statements(self, vendor: str) -> list[str]:
        """Return the triggers, and on PostgreSQL the rights taken away."""
        table, role = "ledger_account", settings.TIEBEAM_DATABASE_ROLE
        refusal = "an account keeps all but its balance"
        if vendor == "sqlite":
            names = ", ".join(f'"{name}"' for name in FIXED)
            return [
                (
                    f'CREATE TRIGGER "{table}_keeps" BEFORE UPDATE OF {names} ON "{table}"'
                    f" BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
                ),
                (
                    f'CREATE TRIGGER "{table}_stays" BEFORE DELETE ON "{table}"'
                    f" BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
                ),
            ]
        return [
            (
                f"CREATE FUNCTION {table}_stay() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
            ),
            (
                f'CREATE TRIGGER "{table}_stays" BEFORE DELETE OR TRUNCATE ON "{table}"'
                f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_stay()"
            ),
            f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM "{role}"',
            f'GRANT UPDATE (balance) ON "{table}" TO "{role}"',
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what takes it back."""
        table = "ledger_account"
        if vendor == "sqlite":
            return [f'DROP TRIGGER "{table}_{name}"' for name in ("keeps", "stays")]
        return [f'DROP TRIGGER "{table}_stays" ON "{table}"', f"DROP FUNCTION {table}_stay()"]


BOOK_OF_SIDE = (
    "SELECT 1 FROM pairings_pairing p WHERE p.id = NEW.pairing_id AND NEW.tenant_id ="
    " CASE NEW.side WHEN 'donor' THEN p.donor_id ELSE p.recipient_id END"
)
ACCOUNT_OF_BOOK = (
    "SELECT 1 FROM ledger_book b WHERE b.id = NEW.book_id"
    " AND b.tenant_id = NEW.tenant_id AND b.scope_id = NEW.scope_id"
)


class Migration(migrations.Migration):
    """Policies and triggers."""

    dependencies = [("ledger", "0001_initial"), ("tenancy", "0003_scopes")]

    operations = [
        *(RowPolicies(table) for table in TABLES),
        *(EnterScopes(table) for table in TABLES),
        *(AppendOnly(table) for table in KEYS),
        *(RefuseReplacing(table, *columns) for table, keys in KEYS.items() for columns in keys),
        BalanceAloneMoves(),
        RefuseReplacing("ledger_account", "id"),
        RefuseReplacing("ledger_account", "book_id", "code", "year", "unit"),
        BelongsTo("ledger_book", BOOK_OF_SIDE),
        BelongsTo("ledger_account", ACCOUNT_OF_BOOK),
        JoinsOwnAccounts(),
    ]
