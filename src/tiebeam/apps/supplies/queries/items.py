"""The catalogue of items (§U1)."""

from tiebeam.apps.supplies.models import Item


def list_items() -> list[Item]:
    """Return all items, by name."""
    return list(Item.objects.order_by("name_zh", "unit"))
