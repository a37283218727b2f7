"""
Steps of a migration that keep every scope in one register, and bind the grants to it.

Ids are unique within one table alone. Without the register, somebody who writes
SQL as the program could make an own record with the id of another's scope and give
leave to read on it. The register is filled by the database itself.
"""

from collections.abc import Iterable

from tiebeam.platform.tenancy.policies import ACTING, TODAY, DatabaseStep

READABLE = (
    f"tenant_id = {ACTING} OR EXISTS (SELECT 1 FROM tenancy_grant g"  # noqa: S608  # no value of anybody
    f" WHERE g.scope_id = tenancy_scope.id AND g.organisation_id = {ACTING}"
    f" AND g.valid_from <= {TODAY} AND (g.valid_until IS NULL OR g.valid_until > {TODAY}))"
)
POLICIES = {
    "seen": f"FOR SELECT USING ({READABLE})",
    "entered": f"FOR INSERT WITH CHECK (tenant_id = {ACTING})",
}
ENTER = "INSERT INTO tenancy_scope (id, tenant_id) VALUES (NEW.id, NEW.tenant_id)"


def unforced(statements: Iterable[str], *tables: str) -> list[str]:
    """Return *statements* of a migration with the rows of *tables* in sight (PostgreSQL): their owner acts for nobody."""
    return [
        *(f"ALTER TABLE {each} NO FORCE ROW LEVEL SECURITY" for each in tables),
        *statements,
        *(f"ALTER TABLE {each} FORCE ROW LEVEL SECURITY" for each in tables),
    ]


class ScopePolicies(DatabaseStep):
    """Policies of the register: a scope is seen by who may read it, entered with its record, and stays (PostgreSQL)."""

    def statements(self, vendor: str) -> list[str]:
        """Return the policies, and what enters a scope."""
        if vendor != "postgresql":
            return []
        return [
            "ALTER TABLE tenancy_scope ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE tenancy_scope FORCE ROW LEVEL SECURITY",
            *(f"CREATE POLICY {name} ON tenancy_scope {text}" for name, text in POLICIES.items()),
            (
                "CREATE FUNCTION tenancy_scope_enter() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN {ENTER}; RETURN NULL; END $$"
            ),
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what drops them."""
        if vendor != "postgresql":
            return []
        drops = [f"DROP POLICY {name} ON tenancy_scope" for name in POLICIES]
        return [*drops, "DROP FUNCTION tenancy_scope_enter()"]


class EnterScopes(DatabaseStep):
    """Enter every record of *table* that is its own scope: those that stand, and those to come, on both databases."""

    def __init__(self, table: str) -> None:
        self.table = table

    def statements(self, vendor: str) -> list[str]:
        """Return the filling, and the trigger."""
        table, trigger = f'"{self.table}"', f'"{self.table}_scope"'
        fill = (
            "INSERT INTO tenancy_scope (id, tenant_id)"  # noqa: S608  # our own tables
            f" SELECT id, tenant_id FROM {table} WHERE scope_id = id"
        )
        if vendor == "sqlite":
            return [
                fill,
                (
                    f"CREATE TRIGGER {trigger} AFTER INSERT ON {table}"
                    f" WHEN NEW.scope_id = NEW.id BEGIN {ENTER}; END"
                ),
            ]
        return [
            *unforced([fill], "tenancy_scope", table),
            (
                f"CREATE TRIGGER {trigger} AFTER INSERT ON {table} FOR EACH ROW"
                " WHEN (NEW.scope_id = NEW.id) EXECUTE FUNCTION tenancy_scope_enter()"
            ),
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what drops the trigger."""
        on = f' ON "{self.table}"' if vendor == "postgresql" else ""
        return [f'DROP TRIGGER "{self.table}_scope"{on}']


class GrantsOnReadableScopes(DatabaseStep):
    """
    Leave to read is given by who may read oneself, and afterwards only its end moves (PostgreSQL).

    By a trigger: a policy of grants cannot ask the register, whose own policy asks the grants.
    """

    def statements(self, vendor: str) -> list[str]:
        """Return the trigger."""
        if vendor != "postgresql":
            return []
        return [
            # What the register shows is what may be read.
            """
            CREATE FUNCTION tenancy_grant_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF TG_OP = 'UPDATE' THEN
                    IF (NEW.id, NEW.tenant_id, NEW.scope_id, NEW.organisation_id, NEW.role, NEW.valid_from)
                        IS DISTINCT FROM
                        (OLD.id, OLD.tenant_id, OLD.scope_id, OLD.organisation_id, OLD.role, OLD.valid_from)
                    THEN RAISE EXCEPTION 'a grant keeps what it is for'; END IF;
                ELSIF NOT EXISTS (SELECT 1 FROM tenancy_scope WHERE id = NEW.scope_id)
                THEN RAISE EXCEPTION 'leave to read is given by who may read'; END IF;
                RETURN NEW;
            END $$
            """,
            (
                "CREATE TRIGGER tenancy_grant_check BEFORE INSERT OR UPDATE ON tenancy_grant"
                " FOR EACH ROW EXECUTE FUNCTION tenancy_grant_check()"
            ),
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what drops it."""
        if vendor != "postgresql":
            return []
        return [
            "DROP TRIGGER tenancy_grant_check ON tenancy_grant",
            "DROP FUNCTION tenancy_grant_check()",
        ]
