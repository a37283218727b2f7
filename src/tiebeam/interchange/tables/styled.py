"""Sheets of a workbook written so that a person can read and print them."""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from tiebeam.core.model.numbers import number_text

TEXT_FORMAT = "@"
HEAD_FILL = PatternFill("solid", fgColor="E6EEF3")
HEAD_FONT = Font(name="Calibri", size=11, bold=True, color="1B1F23")
NOTE_FONT = Font(name="Calibri", size=11, color="57606A")
_LINE = Border(bottom=Side(style="thin", color="57606A"))
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_WIDEST = 48

Value = str | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """
    The head of one column.

    Attributes:
        text: What stands in the header row, unit included.
        number_format: Of the numbers in it, as a spreadsheet writes formats.
        width: In signs; 0 for as wide as its cells need.
    """

    text: str
    number_format: str = "General"
    width: float = 0


def put(cell: Cell | MergedCell, value: Value, number_format: str = "General") -> None:
    """
    Write *value* into *cell*; a text stays a text, whatever sign it begins with.

    Text that begins with = + - @ must not become a formula, 0110 not 110, and
    "_x0041_" not the "A" that a spreadsheet would decode it to.
    """
    if isinstance(cell, MergedCell):
        return  # only the first cell of a merged area holds anything
    if isinstance(value, str):
        cell.value = _ESCAPED.sub("_x005F_", value)
        cell.data_type = "s"
        cell.number_format = TEXT_FORMAT
    elif isinstance(value, bool):
        cell.value = value
    elif value is not None:
        # As text of type number: left to itself the library writes 16 digits, a float may need 17.
        cell.value = number_text(value)
        cell.data_type = "n"
        cell.number_format = number_format


def add_sheet(
    workbook: Workbook, name: str, heads: Sequence[Head], rows: Iterable[Sequence[Value]]
) -> Worksheet:
    """Return a new sheet with a header row that stays in view and is repeated in print."""
    sheet: Worksheet = workbook.create_sheet(name)
    for index, head in enumerate(heads, start=1):
        put(sheet.cell(1, index), head.text)
    style_head(sheet, 1, len(heads))
    listed = [list(row) for row in rows]
    for index, head in enumerate(heads):
        width = head.width or _needed_width(head, [row[index] for row in listed])
        sheet.column_dimensions[get_column_letter(index + 1)].width = width
    for number, row in enumerate(listed, start=2):
        for index, value in enumerate(row):
            if value is not None:
                put(sheet.cell(number, index + 1), value, heads[index].number_format)
        wrap_row(sheet, number, len(heads))
    wrap_row(sheet, 1, len(heads))
    return sheet


def wrap_row(sheet: Worksheet, row: int, columns: int) -> None:
    """Break texts in *row* that are wider than their columns, and make the row as high as they are."""
    # By number: asking the sheet for its row has it look through all its cells.
    cells = [sheet.cell(row, column) for column in range(1, columns + 1)]
    most = 1
    for cell in cells:
        if isinstance(cell.value, str) and cell.data_type == "s":
            width = sheet.column_dimensions[cell.column_letter].width
            lines = cell.value.split("\n")
            most = max(most, sum(math.ceil(_line_width(x) * 1.1 / width) or 1 for x in lines))
    if most > 1:
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = min(15.5 * most + 2, 400)


def style_head(sheet: Worksheet, row: int, columns: int) -> None:
    """Give *row* the look of a header, keep it in view and repeat it in print."""
    for column in range(1, columns + 1):
        cell: Any = sheet.cell(row, column)
        cell.font, cell.fill, cell.border = HEAD_FONT, HEAD_FILL, _LINE
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.freeze_panes = f"A{row + 1}"
    sheet.print_title_rows = f"{row}:{row}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if sheet.oddFooter is not None and sheet.oddFooter.center is not None:
        sheet.oddFooter.center.text = "&A  &P / &N"


def _needed_width(head: Head, values: Sequence[Value]) -> float:
    """Return the width at which the column shows every value, within reason."""
    heads = max(_line_width(line) for line in head.text.split("\n"))
    widest = max((_line_width(line) for v in values for line in _shown(v).split("\n")), default=0)
    return min(max(heads, widest) + 2.5, _WIDEST)


def _shown(value: Value) -> str:
    """Return about what a cell shows of *value*."""
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:.8g}"


def _line_width(line: str) -> float:
    """Return the width of *line* in signs; a Chinese sign is two wide."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line[:2000])
