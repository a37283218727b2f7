"""What the database itself enforces for these tables."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import ACTING, AUDIT_DUTY, AppendOnly, RowPolicies


class Migration(migrations.Migration):
    """Policies and triggers."""

    dependencies = [("audit", "0001_initial"), ("tenancy", "0002_policies")]

    operations = [
        RowPolicies("audit_entry", also=f"is_for_all AND {ACTING} IS NOT NULL OR {AUDIT_DUTY}"),
        AppendOnly("audit_entry"),
        AppendOnly("audit_sealedleaf"),
        AppendOnly("audit_head"),
    ]
