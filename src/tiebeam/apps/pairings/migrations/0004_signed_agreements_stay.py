"""Signed text does not change; what was returned stays returned; nobody signs for both sides."""

from django.db import migrations, models

from tiebeam.platform.tenancy.policies import AppendOnly, DatabaseStep

SIGNED = [
    "pairing_id", "kind", "parent_id", "amends_id", "number", "title", "text", "starts_on", "ends_on",
]  # fmt: skip
TABLE = "pairings_agreement"


class GuardAgain(AppendOnly):
    """Put the triggers back that SQLite drops with the table it builds anew."""

    def statements(self, vendor: str) -> list[str]:
        return super().statements(vendor) if vendor == "sqlite" else []

    def undoing(self, vendor: str) -> list[str]:
        del vendor
        return []


class SignedStays(DatabaseStep):
    """Refuse another text or other terms under a signature."""

    def statements(self, vendor: str) -> list[str]:
        refusal = "a signed agreement does not change"
        is_signed = "EXISTS (SELECT 1 FROM pairings_signature s WHERE s.agreement_id = OLD.id)"
        differs = " OR ".join(
            f"OLD.{name} {'IS NOT' if vendor == 'sqlite' else 'IS DISTINCT FROM'} NEW.{name}"
            for name in SIGNED
        )
        if vendor == "sqlite":
            return [
                (
                    f'CREATE TRIGGER "{TABLE}_signed_stays" BEFORE UPDATE ON "{TABLE}"'
                    f" WHEN ({differs}) AND {is_signed} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
                )
            ]
        return [
            (
                f"CREATE FUNCTION {TABLE}_signed_stays() RETURNS trigger LANGUAGE plpgsql AS $$"
                f" BEGIN IF ({differs}) AND {is_signed} THEN RAISE EXCEPTION '{refusal}'; END IF;"
                " RETURN NEW; END $$"
            ),
            (
                f'CREATE TRIGGER "{TABLE}_signed_stays" BEFORE UPDATE ON "{TABLE}"'
                f" FOR EACH ROW EXECUTE FUNCTION {TABLE}_signed_stays()"
            ),
        ]

    def undoing(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            return [f'DROP TRIGGER "{TABLE}_signed_stays"']
        return [
            f'DROP TRIGGER "{TABLE}_signed_stays" ON "{TABLE}"',
            f"DROP FUNCTION {TABLE}_signed_stays()",
        ]


class Migration(migrations.Migration):
    dependencies = [("pairings", "0003_versions_of_lists")]

    operations = [
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                fields=["agreement", "person_id"], name="pairings_signature_once_per_person"
            ),
        ),
        GuardAgain("pairings_signature"),
        AppendOnly("pairings_agreementreturn"),
        SignedStays(),
    ]
