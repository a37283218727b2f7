"""Goods that are counted and not valued can be disputed, by their quantity (§L6)."""

from django.db import migrations, models

from tiebeam.platform.tenancy.policies import AppendOnly, PutBack, RefuseReplacing
from tiebeam.platform.tenancy.scopes import EnterScopes

TABLE = "ledger_dispute"


class Migration(migrations.Migration):
    """The quantity, the constraint, and the triggers of the table."""

    dependencies = [("ledger", "0005_rows_proven")]

    operations = [
        migrations.RemoveConstraint(model_name="dispute", name="ledger_dispute_is_about_an_amount"),
        migrations.AlterField(
            model_name="dispute", name="amount", field=models.BigIntegerField(default=0)
        ),
        migrations.AddField(
            model_name="dispute", name="quantity", field=models.BigIntegerField(default=0)
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gte", 0),
                    ("quantity__gte", 0),
                    models.Q(("amount__gte", 1), ("quantity__gte", 1), _connector="OR"),
                ),
                name="ledger_dispute_is_about_something",
            ),
        ),
        PutBack(EnterScopes(TABLE), AppendOnly(TABLE), RefuseReplacing(TABLE, "id")),
    ]
