"""What the database itself enforces: who reads and writes packages and teams, and that members are of the home."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import BelongsTo, RowPolicies
from tiebeam.platform.tenancy.scopes import EnterScopes

TABLES = ("people_package", "people_team", "people_member")
MEMBER_OF_TEAM = (
    "SELECT 1 FROM people_team t WHERE t.id = NEW.team_id"
    " AND t.tenant_id = NEW.tenant_id AND t.scope_id = NEW.scope_id"
)


class Migration(migrations.Migration):
    """Policies and triggers."""

    dependencies = [("people", "0001_initial"), ("tenancy", "0003_scopes")]

    operations = [
        *(RowPolicies(table) for table in TABLES),
        *(EnterScopes(table) for table in TABLES),
        BelongsTo("people_member", MEMBER_OF_TEAM),
    ]
