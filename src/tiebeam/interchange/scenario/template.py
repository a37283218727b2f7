"""The workbook to begin with: heads and notes in both languages, drop-downs, one worked example."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tiebeam.core.model.scenario import DEFAULT_LEVELS, LINK_STATUSES
from tiebeam.interchange.scenario.notes import COLUMN_NOTES, GUIDE, SETTING_NOTES, Note
from tiebeam.interchange.scenario.tables import (
    ASSUMPTION_COLUMNS,
    DATA_FORMS,
    GUIDE_SHEETS,
)
from tiebeam.interchange.scenario.writing import refuse_taken_file
from tiebeam.interchange.tables.files import placed_file
from tiebeam.interchange.tables.styled import (
    NOTE_FONT,
    TEXT_FORMAT,
    Head,
    Value,
    add_sheet,
    put,
    style_head,
    wrap_row,
)

_EXAMPLE_FILL = PatternFill("solid", fgColor="FFF8DC")
_LAST_ROW = 1000
"""Drop-downs and formats reach down to here."""

_LEVEL_ORDERS = (
    ", ".join(DEFAULT_LEVELS),
    "coverage, burden, partners, distance",
    "coverage, cost",
    "continuity, partners",
)
_REFERENCES = {
    "donor": "donors!$A$2:$A$1000",
    "recipient": "recipients!$A$2:$A$1000",
    "resource": "resources!$A$2:$A$1000",
    "source": "sources!$A$2:$A$1000",
}
_RANGES: dict[str, tuple[str, str, float, float | None]] = {
    "lat": ("decimal", "between", -90, 90),
    "lon": ("decimal", "between", -180, 180),
    "min_partners": ("whole", "greaterThanOrEqual", 0, None),
    "max_partners": ("whole", "greaterThanOrEqual", 0, None),
    "lot": ("decimal", "greaterThanOrEqual", 0, None),
    "weight": ("decimal", "greaterThan", 0, None),
    "amount": ("decimal", "greaterThanOrEqual", 0, None),
    "tie": ("decimal", "greaterThanOrEqual", 0, None),
    "distance_km": ("decimal", "greaterThanOrEqual", 0, None),
    "fixed_cost": ("decimal", "greaterThanOrEqual", 0, None),
    "open_cost": ("decimal", "greaterThanOrEqual", 0, None),
}
_NUMBERS = frozenset(_RANGES)

_SETTINGS: dict[str, dict[str, Value]] = {
    "scenario": {
        "id": "example",
        "title": "Example: replace this",
        "title_zh": "示例：请替换",
        "as_of": "2026-01-01",
    },
    "policy": {"levels": _LEVEL_ORDERS[0], "min_share": 0.05, "max_partners_per_recipient": 2},
}
_EXAMPLE: dict[str, list[dict[str, Value]]] = {
    "assumptions": [
        {
            "text": "Example: every figure in this workbook is invented.",
            "text_zh": "示例：本工作簿中的数字均为虚构。",
            "affects": "everything 全部",
        }
    ],
    "donors": [
        {"id": "d1", "name": "Example donor A", "name_zh": "示例支援方甲", "lat": 30, "lon": 120},
        {"id": "d2", "name": "Example donor B", "name_zh": "示例支援方乙", "lat": 23, "lon": 113},
        {
            "id": "d3",
            "name": "Example donor C",
            "name_zh": "示例支援方丙",
            "lat": 37,
            "lon": 117,
            "max_partners": 1,
        },
    ],
    "recipients": [
        {
            "id": "r1",
            "name": "Example recipient X",
            "name_zh": "示例受援方子",
            "lat": 31,
            "lon": 112,
        },
        {
            "id": "r2",
            "name": "Example recipient Y",
            "name_zh": "示例受援方丑",
            "lat": 32,
            "lon": 110,
        },
    ],
    "resources": [
        {"id": "doctors", "name": "Doctors", "name_zh": "医生", "unit": "person 人", "lot": 1},
        {"id": "beds", "name": "Beds", "name_zh": "床位", "unit": "bed 张", "lot": 10, "weight": 1},
    ],
    "capacities": [
        {"donor": "d1", "resource": "doctors", "amount": 60, "source": "s1"},
        {"donor": "d2", "resource": "doctors", "amount": 80, "source": "s1"},
        {"donor": "d3", "resource": "doctors", "amount": 30, "source": "s1"},
        {"donor": "d2", "resource": "beds", "amount": 200, "source": "s1"},
    ],
    "needs": [
        {"recipient": "r1", "resource": "doctors", "amount": 90, "source": "s1"},
        {"recipient": "r2", "resource": "doctors", "amount": 70, "source": "s1"},
        {"recipient": "r1", "resource": "beds", "amount": 150, "source": "s1"},
    ],
    "links": [
        {"donor": "d1", "recipient": "r1", "tie": 25},
        {"donor": "d3", "recipient": "r1", "status": "forbidden"},
    ],
    "sources": [
        {"key": "s1", "title": "Invented for the example 示例虚构", "as_of": "2026-01-01"},
    ],
}


def write_template(path: str | Path) -> None:
    """
    Write the workbook template to *path*.

    Raises:
        PathTaken: Something stands there: a template that was filled in is not overwritten.
        CannotWrite: The system refuses.
    """
    target = Path(path)
    refuse_taken_file(target)
    workbook = _build_template()
    with placed_file(target) as place:
        workbook.save(place)


def _build_template() -> Workbook:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    required = {form.name: {c.name for c in form.columns if c.is_required} for form in DATA_FORMS}
    required["assumptions"] = {c.name for c in ASSUMPTION_COLUMNS if c.is_required}
    _add_guide(workbook, required)
    for table in SETTING_NOTES:
        _add_settings(workbook, table)
    for table, notes in COLUMN_NOTES.items():
        _add_table(workbook, table, notes, required[table])
    return workbook


def _add_guide(workbook: Workbook, required: dict[str, set[str]]) -> None:
    """Add the first sheet: what to do, then every column with its note."""
    sheet = workbook.create_sheet(GUIDE_SHEETS[0])
    put(sheet.cell(1, 1), "Tiebeam: scenario workbook  情景工作簿")
    sheet.cell(1, 1).font = Font(name="Calibri", bold=True, size=14)
    for number, (english, chinese) in enumerate(GUIDE, start=2):
        put(sheet.cell(number, 1), f"{number - 1}. {english}\n    {chinese}")
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=6)
        sheet.cell(number, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[number].height = 34
    first = len(GUIDE) + 3
    rows: list[Sequence[Value]] = [
        ("sheet 表", "column 列", "* must", "unit 单位", "English", "中文")
    ]
    for table, settings in SETTING_NOTES.items():
        rows += [(table, key, "", "", *notes) for key, notes in settings.items()]
    for table, columns in COLUMN_NOTES.items():
        for name, note in columns.items():
            mark = "*" if name in required[table] else ""
            rows.append(
                (table, f"{name} {note.name_zh}", mark, note.unit, note.english, note.chinese)
            )
    for number, row in enumerate(rows, start=first):
        for column, value in enumerate(row, start=1):
            put(sheet.cell(number, column), value)
            sheet.cell(number, column).alignment = Alignment(wrap_text=True, vertical="top")
    style_head(sheet, first, 6)
    sheet.freeze_panes = None
    for letter, width in zip("ABCDEF", (14, 34, 9, 10, 64, 64), strict=True):
        sheet.column_dimensions[letter].width = width
    for number in range(first, first + len(rows)):
        wrap_row(sheet, number, 6)


def _add_settings(workbook: Workbook, table: str) -> None:
    """Add a sheet of keys and values; every key is there, an empty value is the default."""
    notes = SETTING_NOTES[table]
    values = _SETTINGS[table]
    heads = [
        Head(text="key 键", width=30),
        Head(text="value 值", width=52),
        Head(text="note 说明", width=90),
    ]
    rows = [
        (key, values.get(key), f"{english}\n{chinese}") for key, (english, chinese) in notes.items()
    ]
    sheet = add_sheet(workbook, table, heads, rows)
    for number, (key, value, _) in enumerate(rows, start=2):
        note: Any = sheet.cell(number, 3)
        note.font, note.alignment = NOTE_FONT, Alignment(wrap_text=True, vertical="top")
        wrap_row(sheet, number, 3)
        cell: Any = sheet.cell(number, 2)
        cell.alignment = Alignment(horizontal="left", vertical="top")
        sheet.cell(number, 1).alignment = Alignment(vertical="top")
        if value is not None:
            cell.fill = _EXAMPLE_FILL
        if key in {"id", "title", "title_zh", "as_of"}:
            cell.number_format = TEXT_FORMAT
        if key == "levels":
            quoted = '"' + ",".join(order.replace(", ", "、") for order in _LEVEL_ORDERS) + '"'
            _validate(sheet, cell.coordinate, type="list", formula1=quoted, showErrorMessage=False)
        elif key == "min_share":
            _validate(
                sheet,
                cell.coordinate,
                type="decimal",
                operator="between",
                formula1="0",
                formula2="1",
            )
        elif "partners" in key or key == "seed":
            _validate(
                sheet, cell.coordinate, type="whole", operator="greaterThanOrEqual", formula1="0"
            )


def _add_table(workbook: Workbook, table: str, notes: dict[str, Note], required: set[str]) -> None:
    """Add a data sheet with its example in yellow, its notes as comments and its drop-downs."""
    heads = []
    for name, note in notes.items():
        unit = f" ({note.unit})" if note.unit else ""
        mark = " *" if name in required else ""
        heads.append(Head(text=f"{name} {note.name_zh}{unit}{mark}", width=_width(name)))
    rows = [[row.get(name) for name in notes] for row in _EXAMPLE[table]]
    sheet = add_sheet(workbook, table, heads, rows)
    for index, (name, note) in enumerate(notes.items(), start=1):
        letter = get_column_letter(index)
        comment = Comment(f"{note.english}\n{note.chinese}", "Tiebeam", height=90, width=320)
        sheet.cell(1, index).comment = comment
        if name not in _NUMBERS:
            sheet.column_dimensions[letter].number_format = TEXT_FORMAT
        for number in range(2, len(rows) + 2):
            sheet.cell(number, index).fill = _EXAMPLE_FILL
            if name not in _NUMBERS:
                sheet.cell(number, index).number_format = TEXT_FORMAT
        _validate_column(sheet, name, f"{letter}2:{letter}{_LAST_ROW}")


def _width(name: str) -> float:
    """Return the width of the column *name* in a data sheet."""
    if name in {"text", "text_zh", "title", "url"}:
        return 48
    return 14 if name in _NUMBERS else 22


def _validate_column(sheet: Worksheet, name: str, cells: str) -> None:
    """Give *cells* the drop-down or the range that fits the column *name*."""
    if name in _REFERENCES:
        # A source may also be told in free words, so that list only proposes.
        must = name != "source"
        formula = _REFERENCES[name]
        _validate(sheet, cells, type="list", formula1=formula, showErrorMessage=must)
    elif name == "status":
        _validate(sheet, cells, type="list", formula1=f'"{",".join(LINK_STATUSES)}"')
    elif name in _RANGES:
        kind, operator, low, high = _RANGES[name]
        facts: dict[str, Any] = {"type": kind, "operator": operator, "formula1": str(low)}
        if high is not None:
            facts["formula2"] = str(high)
        _validate(sheet, cells, **facts)


def _validate(sheet: Worksheet, cells: str, **facts: Any) -> None:
    """Give *cells* a data validation; empty cells always pass."""
    rule = DataValidation(allow_blank=True, **({"showErrorMessage": True} | facts))
    rule.errorTitle = "Tiebeam"
    rule.error = "Not a value of this column; see its note.\n不是本列可用的值，见列首批注。"
    sheet.add_data_validation(rule)
    rule.add(cells)
