"""Host and coordinator read the names of teams that are ordered and not back yet, and of no others (§E3)."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import DatabaseStep
from tiebeam.platform.tenancy.scopes import unforced

AWAY = "('ordered', 'mobilised', 'arrived', 'on_duty', 'released')"
TABLES = (
    *("tenancy_grant", "tenancy_scope", "people_team"),
    *("emergencies_step", "emergencies_deployment", "emergencies_incident"),
)


class ShowNames(DatabaseStep):
    """Give leave to read the roster to who reads the team now, where that is theirs."""

    def statements(self, vendor: str) -> list[str]:
        """Return it, on both databases."""
        new_id = "lower(hex(randomblob(16)))" if vendor == "sqlite" else "gen_random_uuid()"
        show = (
            "INSERT INTO tenancy_grant"  # noqa: S608  # no value of anybody
            " (id, tenant_id, scope_id, organisation_id, role, valid_from, valid_until)"
            f" SELECT {new_id}, x.* FROM (SELECT DISTINCT t.tenant_id, t.roster_id, g.organisation_id,"
            " g.role, g.valid_from, g.valid_until FROM tenancy_grant g"
            " JOIN people_team t ON t.scope_id = g.scope_id"
            " JOIN emergencies_step s ON s.team_id = t.id"
            " JOIN emergencies_deployment d ON d.id = s.deployment_id"
            " JOIN emergencies_incident i ON i.id = d.incident_id"
            f" WHERE s.state IN {AWAY} AND g.organisation_id IN (d.host_id, i.tenant_id)"
            " AND s.number = (SELECT max(n.number) FROM emergencies_step n"
            " WHERE n.deployment_id = d.id)) x"
        )
        if vendor == "sqlite":
            return [show]
        # Keys are looked up at once: a table with some left to look up cannot be altered.
        at_once, later = (f"SET CONSTRAINTS ALL {when}" for when in ("IMMEDIATE", "DEFERRED"))
        return [*unforced([show, at_once], *TABLES), later]

    def undoing(self, vendor: str) -> list[str]:
        """Return nothing: members are in the scope of their team again."""
        del vendor
        return []


class Migration(migrations.Migration):
    """Leave to read names."""

    dependencies = [
        ("emergencies", "0007_claims_of_who_was_stood_down"),
        ("people", "0003_rosters"),
    ]

    operations = [ShowNames()]
