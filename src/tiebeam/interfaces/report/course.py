"""A series over days with what is expected next: what was reported whole, the forecast as a band."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from tiebeam.interfaces.report.palette import paint
from tiebeam.interfaces.report.svg import as_svg, path_through, tag, text_width
from tiebeam.interfaces.report.trend import FONT, draw_tick

HEIGHT = 260.0
TOP, BOTTOM = 14.0, 26.0


@dataclass(frozen=True, slots=True)
class Course:
    """
    What is drawn.

    Attributes:
        days: Of *reported*, then of the forecast, without a gap.
        reported: One figure a day; None is not known, and leaves a gap in the line.
        low, middle, high: Quantiles of the days that follow.
    """

    days: tuple[date, ...]
    reported: tuple[int | None, ...]
    low: tuple[float, ...] = ()
    middle: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


def draw_course(
    course: Course,
    *,
    tick_words: Sequence[tuple[float, str]],
    names: tuple[str, str],
    alternative: str,
    width: float,
) -> Markup:
    """
    Draw *course*.

    Args:
        course: With at least one figure that is known.
        tick_words: Heights at which a line is drawn across, with their words; from below.
        names: Of what was reported, and of what is expected.
        alternative: What the picture says, for those who do not see it.
        width: Of the drawing.
    """
    most = max([tick_words[-1][0], *(x or 0 for x in course.reported), *course.high])
    left = max(text_width(words, FONT) for _, words in tick_words) + 10
    right = 10.0
    span = max(1, len(course.days) - 1)

    def x_of(at: int) -> float:
        return left + (width - left - right) * at / span

    def y_of(amount: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - amount / most)

    known = [at for at, figure in enumerate(course.reported) if figure is not None]
    start = known[-1]
    last = course.reported[start] or 0
    ahead = [(len(course.reported) + at, at) for at in range(len(course.middle))]
    band = (
        [(x_of(start), y_of(last))]
        + [(x_of(at), y_of(course.high[row])) for at, row in ahead]
        + [(x_of(at), y_of(course.low[row])) for at, row in reversed(ahead)]
    )
    middle = [(x_of(start), y_of(last))] + [
        (x_of(at), y_of(course.middle[row])) for at, row in ahead
    ]
    step = max(1, -(-len(course.days) * 84 // int(width - left)))
    return as_svg(
        *(
            draw_tick(y_of(at), words, left, width - right)
            for at, words in tick_words
        ),
        *(
            tag("text", f"{day:%m-%d}", x=x_of(at), y=HEIGHT - 8, text_anchor="middle",
                font_size=FONT, **paint(fill="muted"))
            for at, day in enumerate(course.days)
            if at % step == 0
        ),
        *([tag("path", d=path_through(band) + "Z", fill_opacity=0.18, **paint(fill="donor")),
           tag("path", d=path_through(middle), stroke_width=2, stroke_dasharray="6 4",
               **paint(stroke="donor"))] if ahead else []),
        *(
            tag("path", d=path_through(run), stroke_width=2, **paint(stroke="ink"))
            for run in _runs(course.reported, x_of, y_of)
            if len(run) > 1
        ),
        *(
            tag("circle", tag("title", f"{course.days[at]}: {course.reported[at]}"),
                cx=x_of(at), cy=y_of(course.reported[at] or 0), r=2.5, **paint(fill="ink"))
            for at in known
        ),
        tag("text", f"— {names[0]}", x=left + 8, y=TOP + 16, font_size=FONT, **paint(fill="ink")),
        *([tag("text", f"- - {names[1]}", x=left + 8, y=TOP + 32, font_size=FONT,
               **paint(fill="donor"))] if ahead else []),
        width=width,
        height=HEIGHT,
        alternative=alternative,
    )  # fmt: skip


def _runs(
    figures: Sequence[int | None], x_of: Callable[[int], float], y_of: Callable[[float], float]
) -> Iterator[list[tuple[float, float]]]:
    """Yield the stretches of days on end that are known."""
    run: list[tuple[float, float]] = []
    for at, figure in enumerate((*figures, None)):
        if figure is not None:
            run.append((x_of(at), y_of(figure)))
        elif run:
            yield run
            run = []
