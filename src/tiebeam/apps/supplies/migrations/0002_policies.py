"""What the database itself enforces for supplies (docs/law/supplies.md §U2–§U4)."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import (
    AppendOnly,
    DatabaseStep,
    RefuseReplacing,
    RowPolicies,
)
from tiebeam.platform.tenancy.scopes import EnterScopes

OWNED = ("store", "movement", "hold", "shipment", "shipmentline", "receipt", "settlement")
FIXED = ("store", "movement", "shipment", "shipmentline", "receipt", "settlement")
"""What is never changed."""
KEYS = {
    "store": [["place_id"]],
    "movement": [["reverses_id"]],
    "shipmentline": [["shipment_id", "item_id"]],
    "receipt": [["tenant_id", "key", "line_id"]],
}

STANDS = (
    "(SELECT coalesce(sum(m.quantity), 0) FROM supplies_movement m WHERE m.store_id = NEW.store_id"
    " AND m.item_id = NEW.item_id AND m.moved_on <= {day})"
)
OVERDRAWS = (
    "NEW.quantity < 0 AND (EXISTS (SELECT 1 FROM supplies_movement later"  # noqa: S608  # our own tables
    " WHERE later.store_id = NEW.store_id AND later.item_id = NEW.item_id"
    f" AND later.moved_on > NEW.moved_on AND {STANDS.format(day='later.moved_on')} + NEW.quantity < 0)"
    f" OR {STANDS.format(day='NEW.moved_on')} + NEW.quantity < 0)"
)
"""From the day of the movement on, on every day."""
OTHER_STORE = (
    "NOT EXISTS (SELECT 1 FROM supplies_store s WHERE s.id = NEW.store_id"
    " AND s.tenant_id = NEW.tenant_id AND s.scope_id = NEW.scope_id)"
)
MORE_THAN_SENT = (
    "(SELECT l.quantity FROM supplies_shipmentline l WHERE l.id = NEW.line_id)"
    " < NEW.quantity + (SELECT coalesce(sum(r.quantity), 0) FROM supplies_receipt r"
    " WHERE r.line_id = NEW.line_id) + (SELECT coalesce(sum(s.quantity), 0)"
    " FROM supplies_settlement s WHERE s.line_id = NEW.line_id)"
)


class Refuse(DatabaseStep):
    """Refuse a new row of *table* while *condition* holds of it."""

    def __init__(self, table: str, name: str, condition: str, refusal: str) -> None:
        self.table, self.name = f"supplies_{table}", f"supplies_{table}_{name}"
        self.condition, self.refusal = condition, refusal

    def statements(self, vendor: str) -> list[str]:
        """Return the trigger."""
        if vendor == "sqlite":
            return [
                (
                    f"CREATE TRIGGER {self.name} BEFORE INSERT ON {self.table}"
                    f" WHEN {self.condition} BEGIN SELECT RAISE(ABORT, '{self.refusal}'); END"
                )
            ]
        return [
            f"""
            CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF {self.condition} THEN RAISE EXCEPTION '{self.refusal}'
                    USING ERRCODE = 'integrity_constraint_violation'; END IF;
                RETURN NEW;
            END $$
            """,
            (
                f"CREATE TRIGGER {self.name} BEFORE INSERT ON {self.table}"
                f" FOR EACH ROW EXECUTE FUNCTION {self.name}()"
            ),
        ]

    def undoing(self, vendor: str) -> list[str]:
        """Return what drops it."""
        if vendor == "sqlite":
            return [f"DROP TRIGGER {self.name}"]
        return [f"DROP TRIGGER {self.name} ON {self.table}", f"DROP FUNCTION {self.name}()"]


class Migration(migrations.Migration):
    """Policies and triggers."""

    dependencies = [("supplies", "0001_initial"), ("tenancy", "0003_scopes")]

    operations = [
        RowPolicies("supplies_item", readers="everyone"),
        *(RowPolicies(f"supplies_{table}") for table in OWNED),
        *(EnterScopes(f"supplies_{table}") for table in ("item", *OWNED)),
        *(AppendOnly(f"supplies_{table}") for table in FIXED),
        *(RefuseReplacing(f"supplies_{table}", "id") for table in FIXED),
        *(
            RefuseReplacing(f"supplies_{table}", *columns)
            for table, keys in KEYS.items()
            for columns in keys
        ),
        Refuse("movement", "overdraws", OVERDRAWS, "no stock falls below zero"),
        Refuse("movement", "elsewhere", OTHER_STORE, "a movement belongs to its store"),
        *(
            Refuse(table, "exceeds", MORE_THAN_SENT, "no more arrives than was sent")
            for table in ("receipt", "settlement")
        ),
    ]
