"""What the database itself enforces for tranches, reimbursements and gifts."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import RowPolicies
from tiebeam.platform.tenancy.scopes import EnterScopes

TABLES = ("ledger_tranche", "ledger_reimbursement", "ledger_voucher", "ledger_gift")


class Migration(migrations.Migration):
    """Policies."""

    dependencies = [("ledger", "0003_tranches_claims_gifts"), ("tenancy", "0003_scopes")]

    operations = [
        *(RowPolicies(table) for table in TABLES),
        *(EnterScopes(table) for table in TABLES),
    ]
