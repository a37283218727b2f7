"""A version of a list as a workbook, to be printed and passed on."""

import io
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from openpyxl import Workbook

from tiebeam.apps.pairings.models import PairList
from tiebeam.interchange.tables.styled import Head, add_sheet
from tiebeam.interfaces.web.downloads import as_file
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.interfaces.web.tables import Cell, Table


def workbook_of_list(
    request: HttpRequest,
    pair_list: PairList,
    facts: Sequence[tuple[str, str]],
    lines: Table,
    changes: Table | None,
) -> HttpResponse:
    """Return the workbook: one sheet that says what the list is, one of its pairs, one of what changed."""
    workbook = Workbook()
    for sheet in workbook.worksheets:
        workbook.remove(sheet)
    heads = [Head(text=say_to(request, f"lists.sheet.{key}")) for key in ("what", "value")]
    names = [
        (say_to(request, "lists.sheet.programme"), name_of(request, pair_list.round.programme)),
        (say_to(request, "lists.sheet.round"), name_of(request, pair_list.round)),
        (say_to(request, "lists.column.version"), str(pair_list.version)),
    ]
    add_sheet(
        workbook,
        say_to(request, "lists.sheet.list"),
        heads,
        [list(row) for row in [*names, *facts]],
    )
    tables = [("pairs", lines)] + ([("changes", changes)] if changes is not None else [])
    for key, table in tables:
        add_sheet(
            workbook,
            say_to(request, f"lists.sheet.{key}"),
            [Head(text=column.head) for column in table.columns],
            [[_text_of(cell) for cell in row.cells] for row in table.rows],
        )
    stream = io.BytesIO()
    workbook.save(stream)
    name = f"{pair_list.round.programme.slug}-v{pair_list.version}.xlsx"
    return as_file(stream.getvalue(), name)


def _text_of(cell: Cell) -> str:
    return cell.text
