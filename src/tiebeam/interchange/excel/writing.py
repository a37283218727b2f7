"""Write a sheet to be edited: ids, units in the heads, notes, drop-downs; no text becomes a formula."""

import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tiebeam.interchange.excel.form import FormColumn
from tiebeam.interchange.tables.styled import Head, Value, add_sheet, put

_LAST_ROW = 1_048_576
_LISTS = "lists"


def write_form(
    title: str,
    columns: Sequence[FormColumn],
    rows: Sequence[Mapping[str, Value]],
    guide: Sequence[str],
    guide_title: str,
) -> bytes:
    """
    Return a workbook: the sheet to edit, a sheet that explains it, and the lists of its drop-downs.

    Args:
        title: Name of the sheet to edit.
        columns: Its columns.
        rows: Column to value; text stays text, a number a number.
        guide: Lines of the explanation.
        guide_title: Name of its sheet.
    """
    workbook = Workbook()
    for empty in workbook.worksheets:
        workbook.remove(empty)
    heads = [Head(text=column.head, width=38 if column.kind == "id" else 0) for column in columns]
    values = [[row.get(column.name) for column in columns] for row in rows]
    sheet = add_sheet(workbook, title, heads, values)
    _add_notes(sheet, columns)
    explained = workbook.create_sheet(guide_title)
    explained.column_dimensions["A"].width = 100
    for number, line in enumerate(guide, start=1):
        put(explained.cell(number, 1), line)
    _add_lists(workbook, sheet, columns)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _add_notes(sheet: Worksheet, columns: Sequence[FormColumn]) -> None:
    for index, column in enumerate(columns, start=1):
        if column.note:
            comment = Comment(column.note, "Tiebeam")
            comment.width, comment.height = 320, 110
            sheet.cell(1, index).comment = comment


def _add_lists(workbook: Workbook, sheet: Worksheet, columns: Sequence[FormColumn]) -> None:
    offered = [(index, c) for index, c in enumerate(columns, start=1) if c.options]
    if not offered:
        return
    lists: Worksheet = workbook.create_sheet(_LISTS)
    lists.sheet_state = "hidden"
    for place, (index, column) in enumerate(offered, start=1):
        for number, option in enumerate(column.options, start=1):
            put(lists.cell(number, place), option)
        letter = get_column_letter(place)
        rule = DataValidation(
            type="list",
            formula1=f"{_LISTS}!${letter}$1:${letter}${len(column.options)}",
            allow_blank=True,
        )
        # Warns and lets pass: whoever reads the sheet says what is wrong, and why.
        rule.errorStyle = "warning"
        edited = get_column_letter(index)
        rule.add(f"{edited}2:{edited}{_LAST_ROW}")
        sheet.add_data_validation(rule)
