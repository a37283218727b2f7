"""Enter kinds of goods into the catalogue (§U1)."""

from datetime import datetime

from tiebeam.apps.regions.operations.checks import refuse_faults
from tiebeam.apps.supplies.models import Item
from tiebeam.apps.supplies.operations.telling import SENDERS, list_text_faults
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import record_creation
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor


class ItemEntered(Refused):
    """An item of this name and unit stands in the catalogue; facts: ``name``, ``unit``."""

    code = "supplies.item_entered"


@operation("supplies.enter_item", roles=SENDERS)
def enter_item(*, name_zh: str, name_en: str, unit: str, actor: Actor, now: datetime) -> Item:
    """
    Enter a kind of goods, counted in one unit.

    Raises:
        ItemEntered: It stands there.
        InvalidInput: A name or the unit is missing or too long.
    """
    item = Item(
        tenant_id=actor.organisation_id,
        name_zh=" ".join(name_zh.split()),
        name_en=" ".join(name_en.split()),
        unit=unit.strip(),
    )
    texts = ("name_zh", "name_en", "unit")
    refuse_faults(list_text_faults(item, *texts, needed=texts))
    if Item.objects.filter(name_zh=item.name_zh, unit=item.unit).exists():
        raise ItemEntered(name=item.name_zh, unit=item.unit)
    item.save(force_insert=True)
    record_creation(actor=actor, now=now, action="supplies.enter_item", record=item)
    return item
