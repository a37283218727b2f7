"""How far a search is: one live line on a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tiebeam.interfaces.cli.session import Session, write_lines

if TYPE_CHECKING:
    from tiebeam.core.pairing.solver import Progress

PLAIN_LINE_EVERY_S = 2.0
"""Least seconds between two plain lines of one level."""


Listener = Callable[["Progress"], None]


@contextmanager
def draw_progress(session: Session) -> Iterator[Listener]:
    """Draw what the search tells on standard error, until the block ends."""
    if session.is_quiet:
        yield lambda _progress: None
    elif sys.stderr.isatty():
        yield from _draw_live(session)
    else:
        yield _plain_listener(session)


def say_progress(session: Session, progress: "Progress", elapsed_s: float) -> str:
    """Return one line: level, seconds, best so far, bound and gap, as far as they are known."""
    name = session.say(f"levels.{progress.level}.name")
    line = session.say(
        "cli.progress",
        level=name,
        position=progress.position,
        levels=progress.levels,
        elapsed=elapsed_s,
    )
    for part, value in (
        ("best", progress.incumbent),
        ("bound", progress.bound),
        ("gap", progress.gap),
    ):
        if value is not None:
            kind = "share" if part == "gap" or progress.level in _SHARES else "number"
            line += session.say(f"cli.progress_{part}.{kind}", value=value)
    return line


_SHARES = ("coverage", "burden")
"""Levels whose figures are shares of 1."""


def _draw_live(session: Session) -> Iterator[Listener]:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    started = time.monotonic()
    latest: list[Progress] = []

    def line() -> Text:
        elapsed = time.monotonic() - started
        if not latest:
            return Text(session.say("cli.progress_start", elapsed=elapsed))
        return Text(say_progress(session, latest[-1], elapsed))

    def listen(progress: "Progress") -> None:
        latest[:] = [progress]

    console = Console(file=sys.stderr, highlight=False)
    with Live(get_renderable=line, console=console, refresh_per_second=4, transient=True):
        yield listen


def _plain_listener(session: Session) -> Listener:
    started = time.monotonic()
    told: list[tuple[str, float]] = []

    def listen(progress: "Progress") -> None:
        now = time.monotonic()
        level, at = told[-1] if told else ("", 0.0)
        if progress.level == level and now - at < PLAIN_LINE_EVERY_S:
            return
        told[:] = [(progress.level, now)]
        write_lines([say_progress(session, progress, now - started)])

    return listen
