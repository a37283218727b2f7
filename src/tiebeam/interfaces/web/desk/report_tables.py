"""Tables of the report as tables of the pages."""

from collections.abc import Sequence

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
    own = [column.head for column in source.columns]
    named = [*heads, *own[len(heads) :]]
    return Table(
        name=source.key,
        caption=source.caption,
        columns=tuple(
            Column(str(at), head, unit=column.unit, is_number=column.numeric)
            for at, (head, column) in enumerate(zip(named, source.columns, strict=True))
        ),
        rows=tuple(_row(row) for row in (source.rows if rows is None else rows)),
    )


def _row(row: report.Row) -> Row:
    cells = [_cell(cell) for cell in row.cells]
    if row.below is not None:
        # What stands under the whole row there, stands under its name here.
        first = cells[1 if len(cells) > 1 else 0]
        note = " ".join(text for text in (first.note, row.below.text) if text)
        cells[1 if len(cells) > 1 else 0] = Cell(first.text, exact=first.exact, note=note)
    return Row(tuple(cells))


def _cell(cell: report.Cell) -> Cell:
    return Cell(cell.text, exact=cell.exact or None, status=cell.mark or "", note=cell.note)
