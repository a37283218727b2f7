"""What the database itself enforces for proposed imports."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import RowPolicies
from tiebeam.platform.tenancy.scopes import EnterScopes

TABLE = "ledger_importproposal"


class Migration(migrations.Migration):
    """Policies."""

    dependencies = [("ledger", "0007_imports_proposed"), ("tenancy", "0003_scopes")]

    operations = [RowPolicies(TABLE), EnterScopes(TABLE)]
