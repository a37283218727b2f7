"""Where a need stands, and how far it is filled (§E4)."""

from datetime import date, datetime
from typing import Literal

from django.utils import timezone

from tiebeam.apps.emergencies.models import Need, Verification

NeedState = Literal["open", "verified", "expired", "withdrawn"]


def state_of_need(need: Need, now: datetime) -> NeedState:
    """Return where *need* stands at *now*."""
    found = Verification.objects.filter(need_id=need.pk, verified_at__lte=now)
    return find_state(need, now, is_verified=found.exists())


def find_state(
    need: Need, now: datetime, *, is_verified: bool, day: date | None = None
) -> NeedState:
    """
    Return where *need* stands at *now*, where it is known whether it was verified by then.

    Args:
        day: The day for which is asked whether the call is still good; that of *now* where it is not given.
    """
    if need.withdrawn_at is not None and need.withdrawn_at <= now:
        return "withdrawn"
    if need.expires_on is not None and need.expires_on <= (day or timezone.localdate(now)):
        return "expired"
    return "verified" if is_verified else "open"


def get_need(need_id: object) -> Need:
    """
    Return one need with its incident and place.

    Raises:
        Need.DoesNotExist: There is none that may be read.
    """
    found: Need = Need.objects.select_related("incident__programme", "place").get(pk=need_id)
    return found
