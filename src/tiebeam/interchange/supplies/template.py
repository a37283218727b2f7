"""The workbook of supplies to begin with: every sheet, its heads in both languages, one example."""

from pathlib import Path

from openpyxl import Workbook

from tiebeam.interchange.scenario.writing import refuse_taken_file
from tiebeam.interchange.supplies.forms import SHEETS
from tiebeam.interchange.tables.files import placed_file
from tiebeam.interchange.tables.styled import Head, add_sheet


def write_supply_template(path: Path) -> None:
    """
    Write the workbook to *path*.

    Raises:
        PathTaken: Something stands there: what was filled in is not overwritten.
        CannotWrite: The system refuses.
    """
    refuse_taken_file(path)
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for sheet in SHEETS:
        heads = [
            Head(text=" ".join((field.column.name, *field.column.aliases[:1])))
            for field in sheet.fields
        ]
        add_sheet(workbook, sheet.form.name, heads, sheet.example)
    with placed_file(path) as place:
        workbook.save(place)
