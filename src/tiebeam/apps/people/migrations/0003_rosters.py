"""Names are read by leave of their own, which ends before that to read their team (§E3)."""

from uuid import uuid4

from django.db import migrations, models

from tiebeam.platform.tenancy.policies import BelongsTo, DatabaseStep
from tiebeam.platform.tenancy.scopes import unforced

ENTER = "INSERT INTO tenancy_scope (id, tenant_id) VALUES (NEW.roster_id, NEW.tenant_id)"
SCOPE_OF_TEAM = (
    "SELECT 1 FROM people_team t WHERE t.id = NEW.team_id"
    " AND t.tenant_id = NEW.tenant_id AND t.scope_id = NEW.scope_id"
)
ON_ROSTER = (
    "SELECT 1 FROM people_team t WHERE t.id = NEW.team_id"
    " AND t.tenant_id = NEW.tenant_id AND t.roster_id = NEW.scope_id"
)


class OnRosters(BelongsTo):
    """Take the first rule of members back: their scope was that of their team."""

    def __init__(self) -> None:
        super().__init__("people_member", SCOPE_OF_TEAM)

    def statements(self, vendor: str) -> list[str]:
        """Return what drops it."""
        return super().undoing(vendor)

    def undoing(self, vendor: str) -> list[str]:
        """Return the rule."""
        return super().statements(vendor)


class Rosters(DatabaseStep):
    """Give every team that stands a roster, its members that scope, and enter rosters to come, on both databases."""

    def statements(self, vendor: str) -> list[str]:
        """Return the filling, and the trigger."""
        new_id = "lower(hex(randomblob(16)))" if vendor == "sqlite" else "gen_random_uuid()"
        fill = [
            f"UPDATE people_team SET roster_id = {new_id}",  # noqa: S608  # no value of anybody
            "INSERT INTO tenancy_scope (id, tenant_id) SELECT roster_id, tenant_id FROM people_team",
            (
                "UPDATE people_member SET scope_id ="
                " (SELECT roster_id FROM people_team t WHERE t.id = people_member.team_id)"
            ),
        ]
        trigger = "CREATE TRIGGER people_team_roster AFTER INSERT ON people_team"
        if vendor == "sqlite":
            return [*fill, f"{trigger} BEGIN {ENTER}; END"]
        return [
            *unforced(fill, "tenancy_scope", "people_team", "people_member"),
            "ALTER TABLE people_team ALTER COLUMN roster_id SET NOT NULL",
            (
                "CREATE FUNCTION people_team_roster() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN {ENTER}; RETURN NULL; END $$"
            ),
            f"{trigger} FOR EACH ROW EXECUTE FUNCTION people_team_roster()",
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what gives members the scope of their team again, and drops the trigger."""
        back = (
            "UPDATE people_member SET scope_id ="
            " (SELECT scope_id FROM people_team t WHERE t.id = people_member.team_id)"
        )
        if vendor == "sqlite":
            return ["DROP TRIGGER people_team_roster", back]
        return [
            "DROP TRIGGER people_team_roster ON people_team",
            "DROP FUNCTION people_team_roster()",
            *unforced([back], "people_team", "people_member"),
        ]


class Migration(migrations.Migration):
    """The column, what fills it, and the rule of members."""

    dependencies = [("people", "0002_policies"), ("tenancy", "0003_scopes")]

    operations = [
        # Empty at first: SQLite builds the table anew for anything else, and drops its triggers.
        # Later no row has none: it is entered as a scope, which has an id.
        migrations.AddField("team", "roster_id", models.UUIDField(null=True, editable=False)),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "team", "roster_id", models.UUIDField(default=uuid4, editable=False)
                )
            ]
        ),
        OnRosters(),
        Rosters(),
        BelongsTo("people_member", ON_ROSTER),
    ]
