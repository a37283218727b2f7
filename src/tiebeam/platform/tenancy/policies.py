"""
What the database itself enforces, as steps of a migration.

Row policies (PostgreSQL): an owned row is read by its owner and by holders of a
live grant on its scope, and written by its owner alone, whatever the program
asks. Append-only tables (both databases): changed and deleted rows are refused
by triggers, and on PostgreSQL by rights that were taken away.
"""

from typing import Any

from django.conf import settings
from django.db.migrations.operations.base import Operation

ACTING = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
"""Who acts; as a subquery it is read once for a statement and not for each row."""
TODAY = "(SELECT coalesce(nullif(current_setting('app.today', true), '')::date, current_date))"
"""The day in the time zone of the workspace; the database keeps time in UTC, where it may be yesterday."""
AUDIT_DUTY = "current_setting('app.duty', true) = 'audit'"
"""Set by the command that verifies the log: it reads every entry, and nothing else."""
PERSON = "(SELECT nullif(current_setting('app.person', true), '')::uuid)"
POST_DUTY = "current_setting('app.duty', true) = 'post'"
"""Set by the duty of the worker that sends notices by mail."""
PUBLIC_DUTY = f"current_setting('app.duty', true) = 'public' AND {ACTING} IS NULL"
"""Set by the public portal while nobody acts: it reads what is published, and nothing else."""


class DatabaseStep(Operation):
    """A step that changes no model, only what the database enforces."""

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing in the state of the models."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Run the statements for this database."""
        del app_label, from_state, to_state
        for statement in self.statements(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Undo the statements for this database."""
        del app_label, from_state, to_state
        for statement in self.undoing(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    def statements(self, vendor: str) -> list[str]:
        """Return what to run."""
        raise AssertionError(vendor)

    def undoing(self, vendor: str) -> list[str]:
        """Return what takes it back."""
        raise AssertionError(vendor)


class PutBack(DatabaseStep):
    """Put back what SQLite drops with the table that it builds anew for another constraint."""

    def __init__(self, *steps: DatabaseStep) -> None:
        self.steps = steps

    def statements(self, vendor: str) -> list[str]:
        """Return the triggers on SQLite; PostgreSQL keeps its own."""
        if vendor != "sqlite":
            return []
        return [text for step in self.steps for text in step.statements(vendor)]

    def undoing(self, vendor: str) -> list[str]:
        """Return nothing: taking the constraint back builds the table anew once more."""
        del vendor
        return []


class GrantToApplication(DatabaseStep):
    """Give the role that the program runs as its rights on all tables, now and later (PostgreSQL)."""

    def statements(self, vendor: str) -> list[str]:
        """Return the rights, and the same for tables that later migrations make."""
        if vendor != "postgresql":
            return []
        role = settings.TIEBEAM_DATABASE_ROLE
        tables, sequences = "SELECT, INSERT, UPDATE, DELETE ON", "USAGE, SELECT ON"
        return [
            f'GRANT USAGE ON SCHEMA public TO "{role}"',
            f'GRANT {tables} ALL TABLES IN SCHEMA public TO "{role}"',
            f'GRANT {sequences} ALL SEQUENCES IN SCHEMA public TO "{role}"',
            f'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {tables} TABLES TO "{role}"',
            f'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {sequences} SEQUENCES TO "{role}"',
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return nothing: the rights end with the tables."""
        del vendor
        return []


class RowPolicies(DatabaseStep):
    """
    Policies of an owned table: write by owner, read by owner or live grant (PostgreSQL).

    Args:
        table: The table.
        readers: "granted", or "everyone" for the directory that all members read.
        also: A further condition under which a row is read, in SQL.
    """

    def __init__(self, table: str, readers: str = "granted", also: str = "false") -> None:
        self.table, self.readers, self.also = table, readers, also

    def statements(self, vendor: str) -> list[str]:
        """Return the policies."""
        if vendor != "postgresql":
            return []
        table = f'"{self.table}"'
        granted = (
            f"EXISTS (SELECT 1 FROM tenancy_grant g WHERE g.scope_id = {table}.scope_id"
            f" AND g.organisation_id = {ACTING} AND g.valid_from <= {TODAY}"
            f" AND (g.valid_until IS NULL OR g.valid_until > {TODAY}))"
        )
        reads = f"{ACTING} IS NOT NULL" if self.readers == "everyone" else granted
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            (
                f"CREATE POLICY readers ON {table} FOR SELECT"
                f" USING (tenant_id = {ACTING} OR {reads} OR ({self.also}))"
            ),
            f"CREATE POLICY owner_adds ON {table} FOR INSERT WITH CHECK (tenant_id = {ACTING})",
            (
                f"CREATE POLICY owner_changes ON {table} FOR UPDATE"
                f" USING (tenant_id = {ACTING}) WITH CHECK (tenant_id = {ACTING})"
            ),
            f"CREATE POLICY owner_deletes ON {table} FOR DELETE USING (tenant_id = {ACTING})",
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what drops the policies."""
        if vendor != "postgresql":
            return []
        return [
            f'DROP POLICY {name} ON "{self.table}"'
            for name in ("readers", "owner_adds", "owner_changes", "owner_deletes")
        ] + [f'ALTER TABLE "{self.table}" DISABLE ROW LEVEL SECURITY']


class PublishedRows(DatabaseStep):
    """
    Let anybody read the rows of *table* that fulfil *condition*, through the public portal alone (PostgreSQL).

    The condition lies in a function, so that members' statements, which it never concerns,
    are not planned with it: it leads through other tables and their policies.

    Args:
        table: The table.
        condition: In SQL, columns with the name of the table before them; rows of other
            tables that it names are subject to their own policies.
    """

    def __init__(self, table: str, condition: str) -> None:
        self.table, self.condition = table, condition

    def statements(self, vendor: str) -> list[str]:
        """Return the policy."""
        if vendor != "postgresql":
            return []
        table = self.table
        return [
            (
                f"CREATE FUNCTION {table}_is_published({table} {table}) RETURNS boolean"
                f" LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN {self.condition}; END $$"
            ),
            (
                f'CREATE POLICY published ON "{table}" FOR SELECT'
                f" USING ({PUBLIC_DUTY} AND {table}_is_published({table}))"
            ),
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what drops the policy."""
        if vendor != "postgresql":
            return []
        table = self.table
        return [f'DROP POLICY published ON "{table}"', f"DROP FUNCTION {table}_is_published"]


class PersonalRows(DatabaseStep):
    """
    Rows of one person: read and changed by that person, and by the duty that sends mail (PostgreSQL).

    Args:
        table: The table; it has a column ``person_id``.
        seat: A further condition on what the person reads: for whom the person acts.
        is_told: Whether any member of the workspace adds rows for another person, and reads none.
        is_private: Whether nobody else reads them; otherwise every member does.
    """

    def __init__(
        self, table: str, seat: str = "true", *, is_told: bool = False, is_private: bool = False
    ) -> None:
        self.table, self.seat = table, seat
        self.is_told, self.is_private = is_told, is_private

    def statements(self, vendor: str) -> list[str]:
        """Return the policies."""
        if vendor != "postgresql":
            return []
        table, own = f'"{self.table}"', f"person_id = {PERSON} AND {self.seat}"
        adds = f"{ACTING} IS NOT NULL" if self.is_told else own
        reads = own if self.is_told or self.is_private else f"{ACTING} IS NOT NULL"
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY person_reads ON {table} FOR SELECT USING ({reads} OR {POST_DUTY})",
            f"CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({adds})",
            f"CREATE POLICY person_changes ON {table} FOR UPDATE USING ({own} OR {POST_DUTY})",
            f"CREATE POLICY person_deletes ON {table} FOR DELETE USING ({own})",
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what drops the policies."""
        if vendor != "postgresql":
            return []
        names = ("person_reads", "added", "person_changes", "person_deletes")
        return [f'DROP POLICY {name} ON "{self.table}"' for name in names] + [
            f'ALTER TABLE "{self.table}" DISABLE ROW LEVEL SECURITY'
        ]


class GrantPolicies(DatabaseStep):
    """Policies of the grants: seen by giver and holder, written by the giver (PostgreSQL)."""

    def statements(self, vendor: str) -> list[str]:
        """Return the policies."""
        if vendor != "postgresql":
            return []
        return [
            "ALTER TABLE tenancy_grant ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE tenancy_grant FORCE ROW LEVEL SECURITY",
            (
                "CREATE POLICY seen ON tenancy_grant FOR SELECT"
                f" USING (tenant_id = {ACTING} OR organisation_id = {ACTING})"
            ),
            f"CREATE POLICY given ON tenancy_grant FOR INSERT WITH CHECK (tenant_id = {ACTING})",
            (
                "CREATE POLICY changed ON tenancy_grant FOR UPDATE"
                f" USING (tenant_id = {ACTING}) WITH CHECK (tenant_id = {ACTING})"
            ),
            f"CREATE POLICY ended ON tenancy_grant FOR DELETE USING (tenant_id = {ACTING})",
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what drops the policies."""
        if vendor != "postgresql":
            return []
        return [
            f"DROP POLICY {name} ON tenancy_grant" for name in ("seen", "given", "changed", "ended")
        ] + ["ALTER TABLE tenancy_grant DISABLE ROW LEVEL SECURITY"]


class AppendOnly(DatabaseStep):
    """Refuse every change and deletion of the rows of *table*, on both databases."""

    def __init__(self, table: str) -> None:
        self.table = table

    def statements(self, vendor: str) -> list[str]:
        """Return the triggers, and on PostgreSQL the rights taken away."""
        table = self.table
        if vendor == "sqlite":
            return [
                f'CREATE TRIGGER "{table}_no_{act.lower()}" BEFORE {act} ON "{table}"'
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                for act in ("UPDATE", "DELETE")
            ]
        return [
            (
                f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
            ),
            (
                f'CREATE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}"'
                f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
            ),
            f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM "{settings.TIEBEAM_DATABASE_ROLE}"',
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what drops the triggers."""
        table = self.table
        if vendor == "sqlite":
            return [f'DROP TRIGGER "{table}_no_{act}"' for act in ("update", "delete")]
        return [
            f'DROP TRIGGER "{table}_append_only" ON "{table}"',
            f"DROP FUNCTION {table}_refuse()",
        ]


class RefuseReplacing(DatabaseStep):
    """
    Refuse a row that would replace one of *table* with the same values in *columns* (SQLite).

    SQLite's ``INSERT OR REPLACE`` deletes the old row without asking the triggers of
    deletion, which would open a door in an append-only table. One step for each key of the table.
    """

    def __init__(self, table: str, *columns: str) -> None:
        self.table, self.columns = table, columns
        self._trigger = f"{table}_no_replace_by_{'_'.join(columns)}"

    def statements(self, vendor: str) -> list[str]:
        """Return the trigger."""
        if vendor != "sqlite":
            return []
        table = self.table
        same = " AND ".join(f'"{column}" = NEW."{column}"' for column in self.columns)
        return [
            (
                f'CREATE TRIGGER "{self._trigger}" BEFORE INSERT ON "{table}"'
                f' WHEN EXISTS (SELECT 1 FROM "{table}" WHERE {same})'
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what drops the trigger."""
        return [f'DROP TRIGGER "{self._trigger}"'] if vendor == "sqlite" else []


class BelongsTo(DatabaseStep):
    """
    Refuse a row of *table* whose owner is not the one that what it hangs on gives it, on both databases.

    Args:
        table: The table.
        holds: A query that finds something where the row is good; it names the row ``NEW``.
    """

    def __init__(self, table: str, holds: str) -> None:
        self.table, self.holds = table, holds

    def statements(self, vendor: str) -> list[str]:
        """Return the trigger."""
        table, refusal = self.table, f"a row of {self.table} belongs to its side"
        if vendor == "sqlite":
            return [
                (
                    f"CREATE TRIGGER {table}_belongs BEFORE INSERT ON {table}"
                    f" WHEN NOT EXISTS ({self.holds})"
                    f" BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
                )
            ]
        return [
            f"""
            CREATE FUNCTION {table}_belongs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NOT EXISTS ({self.holds}) THEN RAISE EXCEPTION '{refusal}'
                    USING ERRCODE = 'integrity_constraint_violation'; END IF;
                RETURN NEW;
            END $$
            """,
            (
                f"CREATE TRIGGER {table}_belongs BEFORE INSERT ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION {table}_belongs()"
            ),
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what drops it."""
        if vendor == "sqlite":
            return [f"DROP TRIGGER {self.table}_belongs"]
        return [
            f"DROP TRIGGER {self.table}_belongs ON {self.table}",
            f"DROP FUNCTION {self.table}_belongs()",
        ]
