"""The sheets of a workbook of supplies: columns, what they hold, and one worked example."""

from dataclasses import dataclass
from typing import Literal

from tiebeam.interchange.scenario.tables import TableForm
from tiebeam.interchange.tables.sheet import Column
from tiebeam.interchange.tables.styled import Value

Kind = Literal["id", "text", "number", "count", "day"]

MOST_UNITS = 10**8


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    One column of a sheet.

    Attributes:
        is_needed: A row without it makes no sense; else an empty cell is unknown, or none.
        of: The sheets that must list the id.
        low, high: What a number lies between.
    """

    column: Column
    kind: Kind
    is_needed: bool = True
    of: tuple[str, ...] = ()
    low: float = 0
    high: float = MOST_UNITS


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetForm:
    """
    One sheet.

    Attributes:
        key: Columns that together stand once.
        example: Rows of the template.
    """

    form: TableForm
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    example: tuple[tuple[Value, ...], ...] = ()


def _field(
    name: str,
    kind: Kind,
    *aliases: str,
    is_needed: bool = True,
    of: tuple[str, ...] = (),
    low: float = 0,
    high: float = MOST_UNITS,
) -> Field:
    column = Column(
        name=name,
        aliases=aliases,
        is_required=is_needed or kind == "count",
        is_reference=kind == "id",
    )
    return Field(column=column, kind=kind, is_needed=is_needed, of=of, low=low, high=high)


def _sheet(
    name: str,
    alias: str,
    *fields: Field,
    key: tuple[str, ...] = (),
    is_optional: bool = False,
    example: tuple[tuple[Value, ...], ...] = (),
) -> SheetForm:
    columns = tuple(field.column for field in fields)
    form = TableForm(name=name, aliases=(alias,), columns=columns, is_optional=is_optional)
    return SheetForm(form=form, fields=fields, key=key, example=example)


_ID = _field("id", "id", "编号")
_NAMES = (
    _field("name", "text", "名称", is_needed=False),
    _field("name_zh", "text", "中文名称", is_needed=False),
)
_SEAT = (
    _ID,
    *_NAMES,
    _field("lat", "number", "纬度", low=-90, high=90),
    _field("lon", "number", "经度", low=-180, high=180),
)
_ITEM = _field("item", "id", "品目", of=("items",))
_UNITS = _field("units", "count", "件数", "数量")
_PLACE = _field("place", "id", "地点", of=("places",))
_ANYWHERE = _field("seat", "id", "存放地", of=("places", "stores"))

SHEETS = (
    _sheet(
        "items",
        "品目",
        _ID,
        *_NAMES,
        _field("per_patient", "number", "每名患者每天用量", low=1e-6, high=10**6),
        key=("id",),
        example=(("suit", "Protective suits", "防护服", 2),),
    ),
    _sheet(
        "places",
        "地点",
        *_SEAT,
        key=("id",),
        example=(
            ("a", "Town A", "甲地", 30.6, 114.3),
            ("b", "Town B", "乙地", 30.9, 113.9),
            ("c", "Town C", "丙地", 30.4, 114.9),
        ),
    ),
    _sheet(
        "stores",
        "库房",
        *_SEAT,
        key=("id",),
        example=(
            ("north", "Store North", "北库", 31.5, 114.3),
            ("south", "Store South", "南库", 29.9, 114.3),
        ),
    ),
    _sheet(
        "patients",
        "患者",
        _PLACE,
        _field("date", "day", "日期"),
        _field("patients", "count", "患者数", "人数", is_needed=False),
        key=("place", "date"),
        example=tuple(
            (place, f"2026-02-0{day}", count + step * day)
            for place, count, step in (("a", 4, 1), ("b", 8, 2), ("c", 5, 0))
            for day in range(1, 8)
        ),
    ),
    _sheet(
        "stock",
        "库存",
        _ANYWHERE,
        _ITEM,
        _field("units", "count", "件数", "数量", is_needed=False),
        key=("seat", "item"),
        example=(
            ("a", "suit", 60),
            ("b", "suit", 90),
            ("c", "suit", 200),
            ("north", "suit", 300),
            ("south", "suit", 200),
        ),
    ),
    _sheet(
        "incoming",
        "在途",
        _ANYWHERE,
        _ITEM,
        _UNITS,
        _field("date", "day", "日期", "到达日期", is_needed=False),
        is_optional=True,
        example=(("b", "suit", 40, "2026-02-09"), ("north", "suit", 100, "2026-02-12")),
    ),
    _sheet(
        "holds",
        "暂勿发货",
        _PLACE,
        _field("item", "id", "品目", of=("items",), is_needed=False),
        _field("from", "day", "起始日期", "自"),
        _field("until", "day", "截止日期", "至"),
        is_optional=True,
        example=(("c", "suit", "2026-02-08", "2026-02-11"),),
    ),
)
"""In their order; the two last may be absent."""
