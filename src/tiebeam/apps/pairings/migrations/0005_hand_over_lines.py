"""What each line of a hand-over names; counted here or stated by hand; one hand-over for an ending pairing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pairings", "0004_signed_agreements_stay"),
    ]

    operations = [
        migrations.AddField(
            model_name="handoverline",
            name="descriptions",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(
                fields=("ending",), name="pairings_hand_over_once_per_pairing"
            ),
        ),
        migrations.AddConstraint(
            model_name="handoverline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_recorded_here", False), ("items_count__isnull", False), _connector="OR"
                ),
                name="pairings_hand_over_line_recorded_here_is_counted",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoverline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_recorded_here", True),
                    ("items_count", None),
                    models.Q(("statement", ""), _negated=True),
                    _connector="OR",
                ),
                name="pairings_hand_over_line_by_hand_is_stated",
            ),
        ),
    ]
