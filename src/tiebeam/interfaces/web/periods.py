"""Periods as people write them: with the last day, not with the first day after."""

from datetime import date, timedelta

from django.http import HttpRequest

from tiebeam.interfaces.web.page import say_to


def period_text(request: HttpRequest, start: date | None, until: date | None) -> str:
    """Return [*start*, *until*) as "2020-02-07 – 2020-02-09"; what is not known is said so."""
    if start is None and until is None:
        return say_to(request, "web.unknown")
    if until is None:
        return say_to(request, "programmes.period.since", first=str(start))
    last = str(until - timedelta(days=1))
    if start is None:
        return say_to(request, "programmes.period.to", last=last)
    if until <= start:
        return say_to(request, "programmes.period.never", first=str(start))
    return say_to(request, "programmes.period.both", first=str(start), last=last)


def last_day_of(until: date | None) -> date | None:
    """Return the last day of a period that ends before *until*."""
    return None if until is None else until - timedelta(days=1)


def end_after(last_day: date | None) -> date | None:
    """Return the first day after a period whose last day is *last_day*."""
    return None if last_day is None else last_day + timedelta(days=1)
