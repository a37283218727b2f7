"""What the database itself enforces for daily reports: who reads and writes, and that versions stay (§D2)."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import AppendOnly, BelongsTo, RefuseReplacing, RowPolicies
from tiebeam.platform.tenancy.scopes import EnterScopes

APP = "emergencies"
TABLES = ("reportingplace", "dailyreport", "reportline")
KEYS = {
    "dailyreport": [["id"], ["incident_id", "place_id", "day", "version"]],
    "reportline": [["id"], ["report_id", "item_id"]],
}
"""What is never changed, with the keys of each."""

OF_A_PLACE = (
    "SELECT 1 FROM emergencies_reportingplace p WHERE p.incident_id = NEW.incident_id"
    " AND p.place_id = NEW.place_id AND p.scope_id = NEW.scope_id AND p.since <= NEW.day"
    " AND (p.until IS NULL OR p.until > NEW.day)"
)
OF_A_REPORT = (
    "SELECT 1 FROM emergencies_dailyreport r WHERE r.id = NEW.report_id"
    " AND r.tenant_id = NEW.tenant_id AND r.scope_id = NEW.scope_id"
)


class Migration(migrations.Migration):
    """Policies and triggers."""

    dependencies = [("emergencies", "0003_daily_reports"), ("tenancy", "0003_scopes")]

    operations = [
        *(RowPolicies(f"{APP}_{table}") for table in TABLES),
        *(EnterScopes(f"{APP}_{table}") for table in TABLES),
        *(AppendOnly(f"{APP}_{table}") for table in KEYS),
        *(
            RefuseReplacing(f"{APP}_{table}", *columns)
            for table, keys in KEYS.items()
            for columns in keys
        ),
        BelongsTo(f"{APP}_dailyreport", OF_A_PLACE),
        BelongsTo(f"{APP}_reportline", OF_A_REPORT),
    ]
