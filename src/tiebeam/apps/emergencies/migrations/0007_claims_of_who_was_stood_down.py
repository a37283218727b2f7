"""What was stood down may be claimed for: the last states are four (§E5, §E12)."""

from django.db import migrations, models

from tiebeam.platform.tenancy.policies import AppendOnly, BelongsTo, PutBack, RefuseReplacing
from tiebeam.platform.tenancy.scopes import EnterScopes

STEP = "emergencies_step"
BY_A_PARTY = (
    "SELECT 1 FROM emergencies_deployment d JOIN emergencies_incident i ON i.id = d.incident_id"
    " WHERE d.id = NEW.deployment_id AND d.scope_id = NEW.scope_id"
    " AND NEW.tenant_id IN (d.home_id, d.host_id, i.tenant_id)"
)


class Migration(migrations.Migration):
    """The constraint, and the triggers of the table."""

    dependencies = [("emergencies", "0006_marks")]

    operations = [
        migrations.RemoveConstraint(model_name="step", name="emergencies_step_follows_no_last_one"),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("before__in", ("closed", "declined", "withdrawn", "expired")), _negated=True
                ),
                name="emergencies_step_follows_no_last_one",
            ),
        ),
        PutBack(
            EnterScopes(STEP),
            AppendOnly(STEP),
            RefuseReplacing(STEP, "id"),
            RefuseReplacing(STEP, "deployment_id", "number"),
            BelongsTo(STEP, BY_A_PARTY),
        ),
    ]
