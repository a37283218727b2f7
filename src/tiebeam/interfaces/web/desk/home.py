"""What the desk brings to the first page: searches that ended and were not looked at yet."""

from datetime import date

from django.urls import reverse
from django.utils import timezone

from tiebeam.interfaces.web.home.sections import ITEMS_MOST, Item, section
from tiebeam.platform.notices.reading import list_unread
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor

STATUS = {"failed": "bad", "infeasible": "bad", "unknown": "risk"}


@section("changed")
def list_changed(actor: Actor, today: date) -> list[Item]:
    """List how the searches ended that the acting person began, until each was opened."""
    del today
    if not is_allowed(actor, "pairings.solve_variant"):
        return []
    return [
        Item(
            code=f"notices.say.search_ended_{row.variant}",
            facts=row.facts,
            address=reverse("notice", args=[row.pk]),
            on=timezone.localdate(row.told_at),
            status=STATUS.get(row.variant, ""),
        )
        for row in list_unread("search_ended", ITEMS_MOST)
    ]
