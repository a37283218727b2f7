"""The one picture of a replay: staff missing by policy, day by day and in all, and the grid's spread."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

from markupsafe import Markup

from tiebeam.cases.surge_replays import BOUND, POLICIES, Outcome, ends_of
from tiebeam.cases.surges import Cell, SurgeCase
from tiebeam.core.surge.measures import share_closed, summarise
from tiebeam.interfaces.messages import LANGUAGES, Language, say
from tiebeam.interfaces.messages.figures import number, percent
from tiebeam.interfaces.report.palette import Ink, paint
from tiebeam.interfaces.report.svg import as_svg, path_through, tag, text_width

Found = Mapping[str, Mapping[str, Outcome]]

WIDTH, MARGIN = 920.0, 28.0
PANEL, STRIP = 190.0, 26.0
"""Heights of a panel of lines, and of one row of dots."""
BARS = 620.0
"""Where the bars begin; the lines are left of it."""
INKS: Mapping[str, Ink] = {
    "static": "muted",
    "greedy": "recipient",
    "planner": "donor",
    BOUND: "good",
}
WORST = Fraction(-1)
"""Shares below this are drawn at the left edge, and counted in words."""


def write_pictures(
    case: SurgeCase, cells: Sequence[Cell], found: Found, folder: Path
) -> list[Path]:
    """Write the picture in both languages into *folder*; return where."""
    written = []
    for language in LANGUAGES:
        path = folder / f"picture-{language}.svg"
        path.write_text(str(draw_picture(case, cells, found, language)), encoding="utf-8")
        written.append(path)
    return written


def draw_picture(
    case: SurgeCase, cells: Sequence[Cell], found: Found, language: Language
) -> Markup:
    """Draw the finding as a title, the base cells as panels, and the grid as rows of dots."""
    return _Drawing(case, found, language).draw(
        [cell for cell in cells if not case.changes_of(cell)], is_grid=len(cells) > 2
    )


class _Drawing:
    def __init__(self, case: SurgeCase, found: Found, language: Language) -> None:
        self.case, self.found, self.language = case, found, language
        self.parts: list[Markup] = []
        self.at = MARGIN

    def say(self, code: str, **facts: object) -> str:
        """Return the sentence of *code* in the picture's language."""
        return say(code, facts, self.language)

    def draw(self, base: Sequence[Cell], *, is_grid: bool) -> Markup:
        """Return the whole picture."""
        title = self._say_finding(base[0])
        self._write(title, size=21, ink="ink", weight="bold")
        self._write(self.say("surge.picture.measure"), size=13.5, ink="muted")
        for cell in base:
            self._draw_panel(cell)
        if is_grid:
            self._draw_grid()
        self.at += 8
        self._write(self.say("surge.picture.assumptions"), size=12, ink="muted")
        self._write(self.say("surge.picture.source"), size=12, ink="muted")
        height = self.at + MARGIN / 2
        return as_svg(
            tag("rect", width=WIDTH, height=height, **paint(fill="paper")),
            *self.parts,
            width=WIDTH,
            height=height,
            alternative=title,
        )

    # -- words -------------------------------------------------------------------

    def _say_finding(self, cell: Cell) -> str:
        outcomes = self.found[cell.id]
        unmet = {name: o.measures.unmet_person_days for name, o in outcomes.items()}
        best = "planner" if "planner" in unmet else "greedy" if "greedy" in unmet else "static"
        facts = {
            "policy": self.say(f"surge.policy.{best}"),
            "value": unmet[best],
            "static": unmet["static"],
            "best": self.say(
                f"surge.picture.best_{'some' if unmet[BOUND] else 'none'}", bound=unmet[BOUND]
            ),
        }
        if best == "static":
            return self.say("surge.picture.title_list", **facts)
        kind = "less" if unmet[best] < unmet["static"] else "not_less"
        return self.say(f"surge.picture.title_{kind}", **facts)

    def _write(self, text: str, *, size: float, ink: Ink, weight: str = "") -> None:
        # Bold signs are wider than they are taken for.
        for line in fold(text, size * (1.1 if weight else 1), WIDTH - 2 * MARGIN):
            self.at += size * 1.35
            self._text(line, MARGIN, self.at, size=size, ink=ink, weight=weight)

    def _text(
        self, text: str, x: float, y: float, *, size: float = 12.5, ink: Ink = "ink",
        weight: str = "", anchor: str = "start",
    ) -> None:  # fmt: skip
        self.parts.append(
            tag("text", text, x=x, y=y, font_size=size, font_weight=weight, text_anchor=anchor, **paint(fill=ink))
        )  # fmt: skip

    # -- one replay ----------------------------------------------------------------

    def _draw_panel(self, cell: Cell) -> None:
        title = self.case.replays[cell.replay]
        self.at += 14
        self._write(
            title["title_zh" if self.language == "zh" else "title"], size=15, ink="ink", weight="bold"
        )  # fmt: skip
        top = self.at + 12
        outcomes = self.found[cell.id]
        self._draw_lines(outcomes, top)
        self._draw_bars(outcomes, top)
        self.at = top + PANEL + 24

    def _draw_lines(self, outcomes: Mapping[str, Outcome], top: float) -> None:
        series = {name: outcome.unmet for name, outcome in outcomes.items() if outcome.unmet}
        most = max(1, *(max(unmet) for unmet in series.values()))
        left, right, bottom = MARGIN + 46, BARS - 40, top + PANEL
        days = self.case.horizon
        for share in (0, 0.5, 1):
            y = bottom - PANEL * share
            self.parts.append(tag("line", x1=left, x2=right, y1=y, y2=y, **paint(stroke="line")))
            self._text(number(round(most * share)), left - 6, y + 4, ink="muted", anchor="end", size=12)  # fmt: skip
        for day in range(0, days, 14):
            when = self.case.first_day + timedelta(days=day)
            x = left + (right - left) * day / (days - 1)
            words = self.say("surge.picture.day", month=when.month, day=when.day)
            self._text(words, x, bottom + 18, ink="muted", anchor="middle", size=12)
        for name, unmet in series.items():
            path = path_through(
                (left + (right - left) * day / (days - 1), bottom - PANEL * heads / most)
                for day, heads in enumerate(unmet)
            )
            dash = "5 4" if name == "static" else ""
            self.parts.append(
                tag("path", d=path, stroke_width=2.4, stroke_dasharray=dash, **paint(stroke=INKS[name]))
            )  # fmt: skip

    def _draw_bars(self, outcomes: Mapping[str, Outcome], top: float) -> None:
        values = {
            name: outcomes[name].measures.unmet_person_days for name in POLICIES if name in outcomes
        }
        most, room = max(1, *values.values()), WIDTH - MARGIN - BARS - 70
        for at, (name, value) in enumerate(values.items()):
            y = top + at * PANEL / 4
            self._text(self.say(f"surge.policy.{name}"), BARS, y + 12)
            width = room * value / most
            self.parts.append(
                tag("rect", x=BARS, y=y + 18, width=max(1.0, width), height=14, **paint(fill=INKS[name]))
            )  # fmt: skip
            self._text(number(value), BARS + width + 8, y + 30, weight="bold")

    # -- the grid ------------------------------------------------------------------

    def _draw_grid(self) -> None:
        self.at += 12
        self._write(self.say("surge.picture.grid"), size=15, ink="ink", weight="bold")
        left, right = MARGIN + 190, WIDTH - MARGIN - 12
        top = self.at + 16
        played = [
            name for name in ("greedy", "planner") if any(name in o for o in self.found.values())
        ]
        bottom = top + STRIP * len(played)

        def x_of(share: Fraction) -> float:
            return left + (right - left) * float((max(share, WORST) - WORST) / (1 - WORST))

        for share in (Fraction(-1), Fraction(-1, 2), Fraction(0), Fraction(3, 10), Fraction(3, 5), Fraction(1)):  # fmt: skip
            x = x_of(share)
            self.parts.append(tag("line", x1=x, x2=x, y1=top, y2=bottom, **paint(stroke="line")))
            words = percent(float(share), self.language)
            self._text(words, x, bottom + 16, ink="muted", anchor="middle", size=12)
        notes = []
        for at, name in enumerate(played):
            y = top + STRIP * (at + 0.5)
            ends = [ends_of(o, name, "unmet_person_days") for o in self.found.values() if name in o]
            shares = [share_closed(*cell) for cell in ends]
            self._text(self.say(f"surge.policy.{name}"), MARGIN, y + 4)
            self.parts += [
                tag("circle", cx=x_of(share), cy=y, r=4.5, fill_opacity=0.55, **paint(fill=INKS[name]))
                for share in shares
                if share is not None
            ]  # fmt: skip
            notes.append(self._say_spread(name, ends))
        self.at = bottom + 20
        for note in notes:
            self._write(note, size=12.5, ink="ink")

    def _say_spread(self, name: str, ends: Sequence[tuple[Fraction, Fraction, Fraction]]) -> str:
        summary = summarise(ends)
        policy = self.say(f"surge.policy.{name}")
        if summary.median is None or summary.worst is None:
            return self.say("surge.picture.all_ties", policy=policy, cells=summary.cells)
        return self.say(
            "surge.picture.spread",
            policy=policy,
            median=float(summary.median),
            worst=float(summary.worst),
            cells=summary.cells,
            ties=summary.ties,
            losses=summary.losses,
        )


def fold(text: str, size: float, room: float) -> list[str]:
    """Return *text* in lines that fit into *room*: at spaces, or between full-width signs."""
    lines, line = [], ""
    for word in _words(text):
        if line and text_width((line + word).rstrip(), size) > room:
            lines.append(line.rstrip())
            line = word.lstrip()
        else:
            line += word
    return [*lines, line.rstrip()]


def _words(text: str) -> list[str]:
    words: list[str] = []
    for sign in text:
        is_glued = words and (sign in "，。；：、）%" or not (ord(sign) > 0x2E7F or words[-1][-1] == " " or ord(words[-1][-1]) > 0x2E7F))  # fmt: skip
        if is_glued:
            words[-1] += sign
        else:
            words.append(sign)
    return words
