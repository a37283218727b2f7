"""Which of our events a line of a statement could be: suggested with reasons, confirmed by a person."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher

from tiebeam.interchange.statements.lines import StatementLine
from tiebeam.interchange.tables.text import fold

MOST_DAYS = 31
"""Banks and books are not further apart than this."""

MOST_SUGGESTED = 20
"""Of one line: nobody looks through more."""

_ALIKE = 0.75
_MOST_COMPARED = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """
    An event that a line could be.

    Attributes:
        key: Names it for the caller.
        on: Its day.
        amount: Fen; above zero comes in, below zero goes out.
        names: Of its other side, in any language.
        numbers: Of its documents, as they may stand in a line's text.
    """

    key: str
    on: date
    amount: int
    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """
    One event that one line could be, for a person to decide.

    Attributes:
        key: Of the candidate.
        days: From the event to the line; below zero where the line came first.
        reasons: Codes of what speaks for it: the same amount, name, number, day.
        is_only: Whether no other candidate has this amount near this line, nor this candidate another line.
    """

    key: str
    days: int
    reasons: tuple[str, ...]
    is_only: bool


def suggest_matches(
    lines: Sequence[StatementLine], candidates: Iterable[Candidate]
) -> list[tuple[Suggestion, ...]]:
    """
    Return for each of *lines* what it could be, likeliest first.

    Only the very amount counts, in the same direction and within a month: a near amount is
    another payment. Numbers count for more than names, and names for more than days.
    """
    by_amount: defaultdict[int, list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda c: (c.on, c.key)):
        by_amount[candidate.amount].append(candidate)
    near = [_list_near(by_amount[line.amount], line.booked_on) for line in lines]
    claims: defaultdict[str, int] = defaultdict(int)
    for found in near:
        for candidate in found:
            claims[candidate.key] += 1
    return [
        tuple(
            sorted(
                (_suggest(line, c, is_only=len(found) == 1 and claims[c.key] == 1) for c in found),
                key=_rank,
            )
        )
        for line, found in zip(lines, near, strict=True)
    ]


def _list_near(candidates: Sequence[Candidate], day: date) -> list[Candidate]:
    """Return those of *candidates*, which are in the order of their days, that are near *day*."""
    reach = timedelta(days=MOST_DAYS)
    first = bisect_left(candidates, day - reach, key=lambda c: c.on)
    last = bisect_right(candidates, day + reach, key=lambda c: c.on)
    return sorted(candidates[first:last], key=lambda c: abs(c.on - day))[:MOST_SUGGESTED]


def _suggest(line: StatementLine, candidate: Candidate, *, is_only: bool) -> Suggestion:
    days = (line.booked_on - candidate.on).days
    said = fold(f"{line.text} {line.reference}")
    reasons = {
        "statements.reason.number": any(len(n) > 3 and fold(n) in said for n in candidate.numbers),
        "statements.reason.name": any(_is_alike(line.counterparty, n) for n in candidate.names),
        "statements.reason.same_day": days == 0,
    }
    told = ("statements.reason.amount", *(code for code, holds in reasons.items() if holds))
    return Suggestion(key=candidate.key, days=days, reasons=told, is_only=is_only)


def _rank(suggestion: Suggestion) -> tuple[bool, bool, int, str]:
    return (
        "statements.reason.number" not in suggestion.reasons,
        "statements.reason.name" not in suggestion.reasons,
        abs(suggestion.days),
        suggestion.key,
    )


def _is_alike(told: str, known: str) -> bool:
    """Return whether two names are one: one in the other, or hardly different."""
    one, other = fold(told)[:_MOST_COMPARED], fold(known)[:_MOST_COMPARED]
    if min(len(one), len(other)) < 2:
        return False
    return one in other or other in one or SequenceMatcher(None, one, other).ratio() >= _ALIKE
