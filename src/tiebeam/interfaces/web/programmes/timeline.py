"""The timeline of a programme: rounds as bars, versions as marks, placed by the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest

from tiebeam.apps.pairings.models import PairList
from tiebeam.apps.programmes.models import Round
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.interfaces.web.periods import period_text

WIDTH, LEFT, RIGHT, ROW, TOP = 960, 8, 8, 44, 28
LABELS_MOST = 10
TICK_LEFT = 24.0
"""So far from the edge the middle of a label has to stand to be read whole."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One round."""

    x: float
    width: float
    y: float
    label: str
    hover: str
    is_open: bool

    @property
    def is_late(self) -> bool:
        """Whether it begins so far to the right that its label ends with it."""
        return self.x > WIDTH * 0.8

    @property
    def label_x(self) -> float:
        """Where its label begins, or ends."""
        return self.x + self.width if self.is_late else self.x


@dataclass(frozen=True, slots=True)
class Mark:
    """One version of a list, on its date of force; or a year or month on the axis."""

    x: float
    y: float
    text: str
    hover: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the template draws, in units of the picture."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    versions: tuple[Mark, ...]
    ticks: tuple[Mark, ...]
    today: float | None


def draw_timeline(
    request: HttpRequest, rounds: Sequence[Round], lists: Sequence[PairList], today: date
) -> Timeline | None:
    """Return the timeline of *rounds*, earliest on top; None where there is none."""
    if not rounds:
        return None
    ordered = sorted(rounds, key=lambda row: row.starts_on)
    first = ordered[0].starts_on
    starts = [row.in_force_from for row in lists if row.in_force_from is not None]
    ends = [row.ends_on for row in ordered if row.ends_on is not None]
    last = max([first + timedelta(days=30), *starts, *ends])
    if any(row.ends_on is None for row in ordered):
        last = max(last, min(today, last + timedelta(days=max(60, (last - first).days))))
    last += timedelta(days=max(5, (last - first).days // 20))
    days = (last - first).days

    def at(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / days, 1)

    place = {row.pk: TOP + index * ROW for index, row in enumerate(ordered)}
    bars = tuple(
        Bar(
            x=at(row.starts_on),
            width=max(2.0, round(at(min(row.ends_on or last, last)) - at(row.starts_on), 1)),
            y=place[row.pk],
            label=_label(request, row, last, today),
            hover=period_text(request, row.starts_on, row.ends_on),
            is_open=row.ends_on is None,
        )
        for row in ordered
    )
    versions = tuple(
        Mark(
            x=at(row.in_force_from),
            y=place[row.round_id],
            text=f"v{row.version}",
            hover=say_to(
                request, "programmes.version_from", version=row.version, day=str(row.in_force_from)
            ),
        )
        for row in lists
        if row.in_force_from is not None and row.round_id in place
    )
    return Timeline(
        width=WIDTH,
        height=TOP + len(ordered) * ROW + 4,
        bars=bars,
        versions=versions,
        ticks=tuple(
            Mark(max(at(day), TICK_LEFT), 0, text) for day, text in _list_ticks(first, last)
        ),
        today=at(today) if first <= today <= last else None,
    )


def _label(request: HttpRequest, row: Round, last: date, today: date) -> str:
    """Return the name of a round; one that goes on beyond what is drawn says so."""
    name = name_of(request, row)
    if row.ends_on is not None or today <= last:
        return name
    period = period_text(request, row.starts_on, None)
    return say_to(request, "programmes.round_open_on", name=name, period=period)


def _list_ticks(first: date, last: date) -> list[tuple[date, str]]:
    """Return the beginnings of years, or of months where the whole is short."""
    if (last - first).days > 800:
        step = max(1, -(-(last.year - first.year) // LABELS_MOST))
        years = range(first.year + 1, last.year + 1, step)
        return [(date(year, 1, 1), str(year)) for year in years]
    months = [
        date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if first <= date(year, month, 1) <= last
    ]
    step = max(1, -(-len(months) // LABELS_MOST))
    return [(day, f"{day:%Y-%m}") for day in months[::step]]
