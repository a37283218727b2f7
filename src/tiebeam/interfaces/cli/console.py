"""Printing: sentences, and tables whose columns align in Chinese as well."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tiebeam.interfaces.cli.session import Session, write_lines, write_out
from tiebeam.interfaces.cli.values import plain_value

WIDTH_WITHOUT_TERMINAL = 160
"""Columns that a table may take where nobody says how many there are (a pipe, a file)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table; figures stand to the right."""

    title: str
    is_figure: bool = False


def print_document(document: Mapping[str, object]) -> None:
    """Print the one JSON document of this run."""
    write_out(json.dumps(plain_value(document), ensure_ascii=False, indent=2))


def print_lines(lines: Iterable[str]) -> None:
    """Print *lines* on standard output, each as it is."""
    for line in lines:
        write_out(_printable(line))


def print_notes(lines: Iterable[str]) -> None:
    """Print *lines* on standard error: warnings, and where things are."""
    write_lines(_printable(line) for line in lines)


def print_table(
    session: Session, title: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]
) -> None:
    """Print a table below its title; without rows, a word for none."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    listed = [tuple(_printable(cell) for cell in row) for row in rows]
    print_lines(["", title])
    if not listed:
        print_lines(["  " + session.say("cli.none")])
        return
    # No rules and no frame: their signs are wide on Chinese terminals, and columns would drift.
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(
            Text(column.title), justify="right" if column.is_figure else "left", overflow="fold"
        )
    for row in listed:
        table.add_row(*(Text(cell) for cell in row))
    console = Console(file=sys.stdout, width=_width(), highlight=False)
    with console.capture() as captured:
        console.print(table)
    # Padding to the full width would wrap in a narrower window and be noise in a file.
    print_lines(line.rstrip() for line in captured.get().splitlines())


def _width() -> int | None:
    """Return how wide a table may be; None leaves it to the terminal."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS"):
        return None
    return WIDTH_WITHOUT_TERMINAL


def _printable(text: str) -> str:
    """Return *text* with plain spaces for thin ones where the output cannot show these."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if encoding.lower().replace("-", "") in ("utf8", "utf16", "utf32"):
        return text
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("−", "-")
