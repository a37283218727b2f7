"""The catalogue of items (§U1)."""

from uuid import UUID

from tiebeam.apps.supplies.models import Item


def list_items() -> list[Item]:
    """Return all items, by name."""
    return list(Item.objects.order_by("name_zh", "unit"))


def get_item(item_id: UUID) -> Item:
    """
    Return an item.

    Raises:
        Item.DoesNotExist: There is none.
    """
    found: Item = Item.objects.get(pk=item_id)
    return found
