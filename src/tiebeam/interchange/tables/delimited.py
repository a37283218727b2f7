"""CSV files as grids: encoding, delimiter and broken quotes are settled here."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tiebeam.core.model.numbers import number_text
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.grid import Cell, Grid
from tiebeam.interchange.tables.text import decode_text

MAX_CELLS = 5_000_000
"""Cells of one sheet, beyond which it is refused: far above any real table of pairs."""

_DELIMITERS = (",", "\t", ";", "，")
_ROWS_TRIED = 40
_HEADS_TRIED = 2_000


def read_delimited(
    content: bytes,
    place: str,
    findings: Findings,
    score_header: Callable[[list[Cell]], int],
) -> Grid | None:
    """
    Return the grid of a CSV file, or None with a fault where it cannot be one.

    Args:
        content: The file.
        place: Its name.
        findings: Where faults and repairs are noted.
        score_header: How many known headers a row holds; the delimiter under
            which some early row holds most of them is the file's own.
    """
    if not content.strip():
        findings.add_fault("read.empty_file", place)
        return None
    text = decode_text(content, place, findings)
    if text is None:
        return None
    delimiter = _find_delimiter(text, score_header)
    if delimiter != ",":
        findings.add_repair("read.repaired_delimiter", place, read_as=delimiter)
    rows = _parse(text, delimiter, place, findings)
    if rows is None:
        return None
    return Grid(place=place, rows=rows, comma_groups_digits=delimiter != ";")


def _find_delimiter(text: str, score_header: Callable[[list[Cell]], int]) -> str:
    """Return the delimiter that finds most headers; the comma where none finds more."""
    head = "\n".join(text.splitlines()[:_ROWS_TRIED])

    def score(delimiter: str) -> int:
        try:
            rows = list(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter))
        except csv.Error:
            return 0
        return max((score_header(list(row[:_HEADS_TRIED])) for row in rows), default=0)

    return max(_DELIMITERS, key=score)


def _parse(text: str, delimiter: str, place: str, findings: Findings) -> list[list[Cell]] | None:
    """Return the rows of *text*, empty lines included: they count in a spreadsheet."""
    rows: list[list[Cell]] = []
    cells = 0
    # Strict: a quote that never ends would otherwise swallow the rest of the file in one cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            rows.append(list(row))
            cells += len(row) + 1
            if cells > MAX_CELLS:
                findings.add_fault("read.too_large", place, what="cells", limit=MAX_CELLS)
                return None
    except csv.Error:
        findings.add_fault("read.broken_row", place, row=len(rows) + 1)
        return None
    return rows


def write_rows(
    path: Path, columns: Sequence[str], rows: Iterable[Sequence[str | float | None]]
) -> None:
    """Write a CSV file in UTF-8 with plain line ends; numbers in their shortest text."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            cells = ["" if v is None else v if isinstance(v, str) else number_text(v) for v in row]
            writer.writerow(cells)
