"""What the database itself enforces: who reads and writes, that steps stay, and that they are of a party."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import AppendOnly, BelongsTo, RefuseReplacing, RowPolicies
from tiebeam.platform.tenancy.scopes import EnterScopes

APP = "emergencies"
TABLES = ("incident", "need", "verification", "deployment", "step", "orderproposal")
KEYS = {
    "verification": [["id"], ["need_id"]],
    "deployment": [["id"]],
    "step": [["id"], ["deployment_id", "number"]],
}
"""What is never changed, with the keys of each."""

BY_A_PARTY = (
    "SELECT 1 FROM emergencies_deployment d JOIN emergencies_incident i ON i.id = d.incident_id"
    " WHERE d.id = NEW.deployment_id AND d.scope_id = NEW.scope_id"
    " AND NEW.tenant_id IN (d.home_id, d.host_id, i.tenant_id)"
)
OF_THE_NEED = (
    "SELECT 1 FROM emergencies_need n JOIN emergencies_incident i ON i.id = n.incident_id"
    " WHERE n.id = NEW.need_id AND n.place_id = NEW.host_id AND n.incident_id = NEW.incident_id"
    " AND NEW.tenant_id IN (NEW.home_id, NEW.host_id, i.tenant_id)"
)


class Migration(migrations.Migration):
    """Policies and triggers."""

    dependencies = [("emergencies", "0001_initial"), ("tenancy", "0003_scopes")]

    operations = [
        *(RowPolicies(f"{APP}_{table}") for table in TABLES),
        *(EnterScopes(f"{APP}_{table}") for table in TABLES),
        *(AppendOnly(f"{APP}_{table}") for table in KEYS),
        *(
            RefuseReplacing(f"{APP}_{table}", *columns)
            for table, keys in KEYS.items()
            for columns in keys
        ),
        BelongsTo(f"{APP}_step", BY_A_PARTY),
        BelongsTo(f"{APP}_deployment", OF_THE_NEED),
    ]
