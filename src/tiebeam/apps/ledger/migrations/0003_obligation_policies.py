"""What the database itself enforces for rules and notices: who reads and writes, and that an issued notice stays."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import DatabaseStep, RefuseReplacing, RowPolicies
from tiebeam.platform.tenancy.scopes import EnterScopes

TABLE = "ledger_obligationnotice"
TABLES = ("ledger_obligationrule", "ledger_donorrate", TABLE)
FIXED = (
    "id", "tenant_id", "scope_id", "programme_id", "donor_id", "year", "version", "rule_id",
    "rule_version", "base_id", "amount", "derivation", "is_illustrative", "supersedes_id", "reason",
    "maker_id", "maker_for_id", "drafted_at", "checker_id", "checker_for_id", "issued_at",
)  # fmt: skip


class IssuedStays(DatabaseStep):
    """Refuse to change a notice that is no draft, but for its being superseded, and to delete any."""

    def statements(self, vendor: str) -> list[str]:
        """Return the triggers."""
        refusal = "an issued notice does not change"
        is_other = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
        differs = " OR ".join(f"OLD.{name} {is_other} NEW.{name}" for name in FIXED)
        moves = "OLD.state <> NEW.state AND NOT (OLD.state = 'issued' AND NEW.state = 'superseded')"
        broken = f"OLD.state <> 'draft' AND ({differs} OR ({moves}))"
        if vendor == "sqlite":
            return [
                (
                    f'CREATE TRIGGER "{TABLE}_stays" BEFORE UPDATE ON "{TABLE}"'
                    f" WHEN {broken} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
                ),
                (
                    f'CREATE TRIGGER "{TABLE}_is_kept" BEFORE DELETE ON "{TABLE}"'
                    f" BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
                ),
            ]
        return [
            (
                f"CREATE FUNCTION {TABLE}_stays() RETURNS trigger LANGUAGE plpgsql AS $$"
                f" BEGIN IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{refusal}'; END IF;"
                f" IF {broken} THEN RAISE EXCEPTION '{refusal}'; END IF;"
                " RETURN NEW; END $$"
            ),
            (
                f'CREATE TRIGGER "{TABLE}_stays" BEFORE UPDATE OR DELETE ON "{TABLE}"'
                f" FOR EACH ROW EXECUTE FUNCTION {TABLE}_stays()"
            ),
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what drops them."""
        if vendor == "sqlite":
            return [f'DROP TRIGGER "{TABLE}_stays"', f'DROP TRIGGER "{TABLE}_is_kept"']
        return [f'DROP TRIGGER "{TABLE}_stays" ON "{TABLE}"', f"DROP FUNCTION {TABLE}_stays()"]


class Migration(migrations.Migration):
    """Policies and triggers."""

    dependencies = [("ledger", "0002_policies")]

    operations = [
        *(RowPolicies(table) for table in TABLES),
        *(EnterScopes(table) for table in TABLES),
        RefuseReplacing(TABLE, "id"),
        RefuseReplacing(TABLE, "programme_id", "donor_id", "year", "version"),
        IssuedStays(),
    ]
