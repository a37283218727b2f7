"""On which days an event may be true: what prepares a pairing, what opens anew, what settles (§L14)."""

from dataclasses import dataclass

from tiebeam.errors import Refused

PREPARES = frozenset(
    {
        *("obligation", "due_up", "due_down", "use_credit", "opening", "appropriation"),
        *("carry", "lapse", "reversal"),
    }
)
"""What may be true before the pairing begins: dues and budgets are decided ahead."""

OPENS_ANEW = frozenset({"obligation", "appropriation", "commitment"})
"""What is not true after the pairing's end: all else honours or settles what was promised in its term."""


class DayAhead(Refused):
    """What is recorded has happened; facts: ``day``, ``latest``, which is today."""

    code = "ledger.day_ahead"


class DayBeforeFollowed(Refused):
    """Nothing is true before what it follows, or undoes; facts: ``kind``, ``day``, ``earliest``."""

    code = "ledger.day_before_followed"


class DayBeforeTerm(Refused):
    """Nothing is promised, moved or spent before the pairing begins; facts: ``kind``, ``day``, ``earliest``."""

    code = "ledger.day_before_term"


class DayAfterTerm(Refused):
    """Nothing new is owed, set aside or promised after the pairing's end; facts: ``kind``, ``day``, ``latest``."""

    code = "ledger.day_after_term"


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """
    What bounds the day of an event; days are written as 2020-02-10, so texts are in their order.

    Attributes:
        today: The day on which it is told.
        begins: The first day of the pairing.
        ends: Its last day; None where no end is set.
        followed_on: The day of what the event follows or undoes.
    """

    today: str
    begins: str
    ends: str | None = None
    followed_on: str | None = None

    def bounds(self, kind: str) -> tuple[str | None, str]:
        """Return the first day on which an event of *kind* may be true, None for any, and the last."""
        firsts = [self.followed_on, None if kind in PREPARES else self.begins]
        lasts = [self.today, self.ends if kind in OPENS_ANEW else None]
        first = max((day for day in firsts if day is not None), default=None)
        return first, min(day for day in lasts if day is not None)

    def refuse(self, kind: str, day: str) -> None:
        """
        Refuse a day on which no event of *kind* is true.

        Raises:
            DayAhead, DayBeforeFollowed, DayBeforeTerm, DayAfterTerm: As their names say.
        """
        if day > self.today:
            raise DayAhead(day=day, latest=self.today)
        if self.followed_on is not None and day < self.followed_on:
            raise DayBeforeFollowed(kind=kind, day=day, earliest=self.followed_on)
        if kind not in PREPARES and day < self.begins:
            raise DayBeforeTerm(kind=kind, day=day, earliest=self.begins)
        if kind in OPENS_ANEW and self.ends is not None and day > self.ends:
            raise DayAfterTerm(kind=kind, day=day, latest=self.ends)
