"""What shall not be sent now (§U5)."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from tiebeam.apps.supplies.models import Hold


def list_holds(day: date, recipient_id: UUID | None = None) -> "QuerySet[Hold]":
    """Return the holds in force on *day* that may be read, the one that ends last first."""
    rows = Hold.objects.filter(
        Q(lifted_on=None) | Q(lifted_on__gt=day), valid_from__lte=day, valid_until__gt=day
    )
    if recipient_id is not None:
        rows = rows.filter(tenant_id=recipient_id)
    found: QuerySet[Hold] = rows.select_related("tenant", "item").order_by("-valid_until", "pk")
    return found


def list_all_holds(most: int = 200) -> list[Hold]:
    """Return all holds that may be read, the one that ends last first."""
    rows = Hold.objects.select_related("tenant", "item", "programme")
    return list(rows.order_by("-valid_until", "-valid_from")[:most])


def get_hold(hold_id: UUID) -> Hold:
    """
    Return a hold.

    Raises:
        Hold.DoesNotExist: There is none that may be read.
    """
    found: Hold = Hold.objects.select_related("tenant", "item").get(pk=hold_id)
    return found


def list_holds_against(
    recipient_id: UUID, item_ids: Iterable[UUID], day: date
) -> dict[UUID, list[Hold]]:
    """Return for each item the holds of a recipient against it on *day*; items without one are left out."""
    holds = list(list_holds(day, recipient_id))
    against = {
        item_id: [hold for hold in holds if hold.item_id in {None, item_id}] for item_id in item_ids
    }
    return {item_id: found for item_id, found in against.items() if found}
