"""Tables of the report as tables of the pages."""

from collections.abc import Sequence
from dataclasses import replace

from tiebeam.interfaces.report import table as report
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table


def page_table(
    source: report.Table, *, heads: Sequence[str] = (), rows: Sequence[report.Row] | None = None
) -> Table:
    """
    Return a table of the report as one of the pages.

    Args:
        source: The table.
        heads: In place of its own, from the first on.
        rows: In place of its own.
    """
    # A place in an order stands before the name, so that a row is called by it on a phone too.
    has_places = source.columns[0].numeric
    columns = source.columns[1:] if has_places else source.columns
    named = [*heads, *(column.head for column in columns[len(heads) :])]
    return Table(
        name=source.key,
        caption=source.caption,
        columns=tuple(
            Column(str(at), head, unit=column.unit, is_number=column.numeric)
            for at, (head, column) in enumerate(zip(named, columns, strict=True))
        ),
        rows=tuple(
            _row(row, has_places=has_places) for row in (source.rows if rows is None else rows)
        ),
    )


def _row(row: report.Row, *, has_places: bool) -> Row:
    cells = [_cell(cell) for cell in row.cells]
    if has_places:
        place, first = cells[0], cells[1]
        cells[:2] = [replace(first, text=f"{place.text}. {first.text}")]
    if row.below is not None:
        # What stands under the whole row there, stands under its name here.
        note = " ".join(text for text in (cells[0].note, row.below.text) if text)
        cells[0] = replace(cells[0], note=note)
    return Row(tuple(cells))


def _cell(cell: report.Cell) -> Cell:
    return Cell(cell.text, exact=cell.exact or None, status=cell.mark or "", note=cell.note)
