"""What the database itself enforces for bank statements and their lines."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import RowPolicies
from tiebeam.platform.tenancy.scopes import EnterScopes

TABLES = ("ledger_bankstatement", "ledger_bankline")


class Migration(migrations.Migration):
    """Policies."""

    dependencies = [("ledger", "0010_bank_statements"), ("tenancy", "0003_scopes")]

    operations = [
        *(RowPolicies(table) for table in TABLES),
        *(EnterScopes(table) for table in TABLES),
    ]
