"""What is in stock: the sum of movements, as of a day and as known at a moment (§U2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Max, Sum

from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.supplies.models import Item, Movement
from tiebeam.platform.time.periods import AsOf


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """What a place has of an item; ``last_on`` is the day of the last movement that counts."""

    place: Organisation
    item: Item
    quantity: int
    movements: int
    last_on: date


def list_stock(as_of: AsOf, place_ids: Iterable[UUID] | None = None) -> list[StockLine]:
    """Return the stock that may be read, by place and item; an item that is used up stays listed with 0."""
    rows = Movement.objects.filter(moved_on__lte=as_of.true_on)
    if as_of.known_at is not None:
        rows = rows.filter(recorded_at__lte=as_of.known_at)
    if place_ids is not None:
        rows = rows.filter(store__place_id__in=list(place_ids))
    sums = rows.values_list("store__place_id", "item_id").annotate(
        total=Sum("quantity"), count=Count("pk"), last_on=Max("moved_on")
    )
    found = list(sums.order_by())
    places = Organisation.objects.in_bulk([row[0] for row in found])
    items = Item.objects.in_bulk([row[1] for row in found])
    lines = [
        StockLine(
            place=places[place_id],
            item=items[item_id],
            quantity=total,
            movements=count,
            last_on=last,
        )
        for place_id, item_id, total, count, last in found
    ]
    return sorted(lines, key=lambda line: (line.place.name_zh, line.item.name_zh, line.item.unit))


def list_movements(place_id: UUID, item_id: UUID | None = None, most: int = 200) -> list[Movement]:
    """Return the movements of the store of a place, the newest first, with what undoes each."""
    rows = Movement.objects.filter(store__place_id=place_id)
    if item_id is not None:
        rows = rows.filter(item_id=item_id)
    related = rows.select_related("item", "store__place", "line", "reversed_by")
    return list(related.order_by("-moved_on", "-recorded_at")[:most])


def get_movement(movement_id: UUID) -> Movement:
    """
    Return a movement.

    Raises:
        Movement.DoesNotExist: There is none that may be read.
    """
    found: Movement = Movement.objects.select_related("item", "store__place").get(pk=movement_id)
    return found


def least_from(store_id: UUID, item_id: UUID, day: date) -> tuple[int, date]:
    """Return how little a store ever has of an item from *day* on, and the day on which it first does."""
    rows = Movement.objects.filter(store_id=store_id, item_id=item_id)
    before = rows.filter(moved_on__lte=day).aggregate(total=Sum("quantity"))["total"] or 0
    least, when, stands = before, day, before
    later = rows.filter(moved_on__gt=day).values_list("moved_on").annotate(total=Sum("quantity"))
    for moved_on, total in later.order_by("moved_on"):
        stands += total
        if stands < least:
            least, when = stands, moved_on
    return least, when
