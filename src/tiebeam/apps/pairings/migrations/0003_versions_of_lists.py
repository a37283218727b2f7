"""The versions of lists: force, signatures for others, reinstatement; what a plan has to be made for."""

import django.db.models.deletion
from django.db import migrations, models

from tiebeam.platform.tenancy.policies import AppendOnly


class GuardAgain(AppendOnly):
    """Put the triggers back that SQLite drops with the table it builds anew for a further column."""

    def statements(self, vendor: str) -> list[str]:
        """Return the triggers on SQLite; PostgreSQL keeps its own."""
        return super().statements(vendor) if vendor == "sqlite" else []

    def undoing(self, vendor: str) -> list[str]:
        """Return nothing: taking the column back builds the table anew once more."""
        del vendor
        return []


class Migration(migrations.Migration):
    """Columns and constraints."""

    dependencies = [
        ("pairings", "0002_policies"),
        ("programmes", "0002_policies"),
        ("regions", "0002_policies"),
    ]

    operations = [
        migrations.AddField(
            model_name="builtscenario",
            name="organisations",
            field=models.JSONField(default=dict),
        ),
        GuardAgain("pairings_builtscenario"),
        migrations.AddField(
            model_name="pairing",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ended",
                to="pairings.pairlist",
            ),
        ),
        migrations.AddField(
            model_name="pairlist",
            name="first_signed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pairlist",
            name="first_signed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pairlist",
            name="in_force_until",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pairlist",
            name="is_recorded",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="pairlist",
            name="plan_sha256",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="pairlist",
            name="reinstates",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reinstated_as",
                to="pairings.pairlist",
            ),
        ),
        migrations.AddField(
            model_name="pairlist",
            name="second_signed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pairlist",
            name="second_signed_for_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="variant",
            name="input_sha256",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.AddField(
            model_name="variant",
            name="plan_check",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name="pairlist",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("consulted", "consulted"),
                    ("signed_by_one", "signed_by_one"),
                    ("signed_by_both", "signed_by_both"),
                    ("issued", "issued"),
                    ("superseded", "superseded"),
                    ("withdrawn", "withdrawn"),
                ],
                default="draft",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="pairlist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("first_signed_for_id", None),
                        ("second_signed_by_id", None),
                        models.Q(
                            ("second_signed_by_id", models.F("first_signed_for_id")), _negated=True
                        ),
                        _connector="OR",
                    ),
                    models.Q(
                        ("second_signed_for_id", None),
                        models.Q(
                            models.Q(
                                ("second_signed_for_id", models.F("first_signed_by_id")),
                                _negated=True,
                            ),
                            models.Q(
                                ("first_signed_for_id", None),
                                models.Q(
                                    ("second_signed_for_id", models.F("first_signed_for_id")),
                                    _negated=True,
                                ),
                                _connector="OR",
                            ),
                        ),
                        _connector="OR",
                    ),
                ),
                name="pairings_list_signed_for_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="pairlist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["signed_by_both", "issued", "superseded"]), _negated=True
                    ),
                    ("is_recorded", True),
                    models.Q(
                        ("first_signed_by_id__isnull", False),
                        ("second_signed_by_id__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="pairings_list_issued_is_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="pairlist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_recorded", False), ("document__isnull", False), _connector="OR"
                ),
                name="pairings_list_recorded_cites_a_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="pairlist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("in_force_until", None),
                    ("in_force_until__gte", models.F("in_force_from")),
                    _connector="OR",
                ),
                name="pairings_list_force_does_not_end_before_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="pairlist",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "issued")),
                fields=("round",),
                name="pairings_list_stands_alone_in_its_round",
            ),
        ),
    ]
