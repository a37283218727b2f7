"""From which day a list can be in force, and on which it can have been issued."""

from datetime import date, timedelta

from tiebeam.apps.programmes.models import Round
from tiebeam.errors import Refused

DAYS_BACK = 31
"""How far a day of force or of issue may lie back before it needs a reason."""

DAYS_AHEAD = 366
"""How long before its round a list may have been issued."""


class ForceBeforeRound(Refused):
    """The round begins later; facts: ``in_force_from``, ``starts_on``."""

    code = "pairings.force_before_round"


class ForceAfterRound(Refused):
    """The round has ended by then; facts: ``in_force_from``, ``last_on``."""

    code = "pairings.force_after_round"


class LongPast(Refused):
    """A day that lies long back needs a reason; facts: ``day``, ``days``."""

    code = "pairings.long_past"


class IssuedInTheFuture(Refused):
    """Nothing was issued on a day to come; facts: ``issued_on``, ``today``."""

    code = "pairings.issued_in_the_future"


class IssuedTooEarly(Refused):
    """Nobody issues a list so long before its round; facts: ``issued_on``, ``earliest``."""

    code = "pairings.issued_too_early"


def demand_force_within_round(in_force_from: date, of_round: Round) -> None:
    """
    Refuse a day of force outside the round; the round itself lies in the term of its programme.

    Raises:
        ForceBeforeRound: The round begins later.
        ForceAfterRound: The round has ended by then.
    """
    if in_force_from < of_round.starts_on:
        raise ForceBeforeRound(in_force_from=in_force_from, starts_on=of_round.starts_on)
    if of_round.ends_on is not None and in_force_from >= of_round.ends_on:
        last_on = of_round.ends_on - timedelta(days=1)
        raise ForceAfterRound(in_force_from=in_force_from, last_on=last_on)


def demand_issue_makes_sense(issued_on: date, of_round: Round, today: date) -> None:
    """
    Refuse a day of issue that is still to come, or lies absurdly far before the round.

    Raises:
        IssuedInTheFuture: It is after *today*.
        IssuedTooEarly: It is more than :data:`DAYS_AHEAD` days before the round.
    """
    if issued_on > today:
        raise IssuedInTheFuture(issued_on=issued_on, today=today)
    earliest = of_round.starts_on - timedelta(days=DAYS_AHEAD)
    if issued_on < earliest:
        raise IssuedTooEarly(issued_on=issued_on, earliest=earliest)


def demand_reason_for_past(days: list[date], reason: str, today: date) -> None:
    """
    Refuse days that lie more than :data:`DAYS_BACK` days back and have no reason.

    Raises:
        LongPast: One of them does.
    """
    first = min(days)
    if first < today - timedelta(days=DAYS_BACK) and not reason.strip():
        raise LongPast(day=first, days=DAYS_BACK)
