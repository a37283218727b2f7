"""The two dates of a page, read from its address: true on, and known on."""

from datetime import date, datetime, time, timedelta

from django.http import HttpRequest
from django.utils import timezone

from tiebeam.interfaces.web.addresses import NotUnderstood
from tiebeam.platform.time.periods import FIRST_DAY, LAST_DAY, AsOf, is_known_day

TRUE_ON, KNOWN_ON = "on", "known"


def read_as_of(request: HttpRequest) -> AsOf:
    """
    Return the day that is asked about, and the moment whose knowledge counts.

    Without either in the address: today, with all that is known now.

    Raises:
        NotUnderstood: What stands there is no date, or one far outside living memory.
    """
    known_on = _read(request, KNOWN_ON)
    return AsOf(
        true_on=_read(request, TRUE_ON) or timezone.localdate(),
        known_at=_end_of(known_on) if known_on is not None else None,
    )


def read_moment(request: HttpRequest) -> AsOf:
    """
    Return both dates for what has no period of its own, such as a return.

    What it was on a past day is what was known of it at the end of that day, so
    the earlier of the two dates decides.
    """
    as_of = read_as_of(request)
    is_past = as_of.true_on < timezone.localdate()
    moments = [as_of.known_at, _end_of(as_of.true_on) if is_past else None]
    known_at = min((moment for moment in moments if moment is not None), default=None)
    return AsOf(true_on=as_of.true_on, known_at=known_at)


def asks_for_another_day(request: HttpRequest) -> bool:
    """Return whether the address names a day that a page without history cannot show."""
    return bool(request.GET.get(TRUE_ON) or request.GET.get(KNOWN_ON))


def _read(request: HttpRequest, name: str) -> date | None:
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotUnderstood(name, "web.error.address.day", value=text) from None
    if not is_known_day(day):
        raise NotUnderstood(
            name, "web.error.address.far_day", value=text, first=FIRST_DAY, last=LAST_DAY
        )
    return day


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
