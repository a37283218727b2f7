"""Rows of sheets as rows of the model: donors, resources, amounts, links, sources."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar, cast

from tiebeam.core.model.scenario import (
    LINK_STATUSES,
    Assumption,
    Link,
    LinkStatus,
    Party,
    Quantity,
    Resource,
    Source,
)
from tiebeam.interchange.scenario.tables import STATUS_WORDS
from tiebeam.interchange.tables.cells import CellReader, plain_text
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.sheet import Row, Sheet
from tiebeam.interchange.tables.text import keep_text

T = TypeVar("T")
Kind = Literal["text", "id", "number", "count"]


class RowReader:
    """Reads the cells of one row of *sheet* by column name; an absent column is an empty cell."""

    def __init__(self, sheet: Sheet, table: str, findings: Findings) -> None:
        self.sheet = sheet
        self.findings = findings
        self.cells = CellReader(
            findings,
            table=table,
            place=sheet.place,
            comma_groups_digits=sheet.comma_groups_digits,
        )
        self.row = Row(0, {})

    def read(self, column: str, kind: Kind) -> Any:
        """Return the cell of *column* as *kind*, None where it is empty or cannot be read."""
        reader: Callable[..., Any] = getattr(self.cells, f"read_{kind}")
        return reader(self.row.cells.get(column, ""), self.row.number, column)

    def text(self, column: str) -> str:
        """Return the text of *column*, empty where there is none."""
        return cast("str | None", self.read(column, "text")) or ""

    def id(self, column: str) -> str:
        """Return the id in *column*, empty where there is none."""
        return cast("str | None", self.read(column, "id")) or ""

    def number(self, column: str, default: float) -> float:
        """Return the number in *column*, or *default*."""
        number = cast("float | None", self.read(column, "number"))
        return default if number is None else number

    def amount(self, column: str) -> float:
        """Return the number in *column*, which must have one; 0 and a fault where it has none."""
        faults = len(self.findings.faults)
        number = cast("float | None", self.read(column, "number"))
        if number is not None:
            return number
        if len(self.findings.faults) == faults and column not in self.sheet.missing:
            place, row = self.sheet.place, self.row.number
            self.findings.unread.add(f"{self.cells.table}.{column}")
            self.findings.add_fault("scenario.missing_value", place, row=row, column=column)
        return 0.0

    def extra(self) -> dict[str, str]:
        """Return the cells of unknown columns as text, empty ones too."""
        cells = self.row.cells
        return {name: keep_text(plain_text(cells.get(name, ""))) for name in self.sheet.extras}


def read_rows(
    sheet: Sheet, table: str, read_row: Callable[[RowReader], T], findings: Findings
) -> tuple[T, ...]:
    """Return every row of *sheet* as what *read_row* makes of it."""
    reader = RowReader(sheet, table, findings)
    rows = []
    for row in sheet.rows:
        reader.row = row
        rows.append(read_row(reader))
    return tuple(rows)


def read_party(row: RowReader) -> Party:
    """Return a donor or recipient."""
    return Party(
        id=row.id("id"),
        name=row.text("name"),
        name_zh=row.text("name_zh"),
        lat=row.read("lat", "number"),
        lon=row.read("lon", "number"),
        min_partners=row.read("min_partners", "count"),
        max_partners=row.read("max_partners", "count"),
        group=row.text("group"),
        open_cost=row.number("open_cost", 0.0),
        extra=row.extra(),
    )


def read_resource(row: RowReader) -> Resource:
    """Return a resource."""
    return Resource(
        id=row.id("id"),
        name=row.text("name"),
        name_zh=row.text("name_zh"),
        unit=row.text("unit"),
        lot=row.number("lot", 0.0),
        weight=row.number("weight", 1.0),
        extra=row.extra(),
    )


def read_capacity(row: RowReader) -> Quantity:
    """Return what a donor has of a resource."""
    return _read_quantity(row, "donor")


def read_need(row: RowReader) -> Quantity:
    """Return what a recipient needs of a resource."""
    return _read_quantity(row, "recipient")


def _read_quantity(row: RowReader, party: str) -> Quantity:
    return Quantity(
        party=row.id(party),
        resource=row.id("resource"),
        amount=row.amount("amount"),
        source=row.text("source"),
        extra=row.extra(),
    )


def read_link(row: RowReader) -> Link:
    """Return what is known of a couple."""
    return Link(
        donor=row.id("donor"),
        recipient=row.id("recipient"),
        status=_read_status(row),
        tie=row.number("tie", 0.0),
        distance_km=row.read("distance_km", "number"),
        fixed_cost=row.number("fixed_cost", 0.0),
        unit_costs=_read_family(row, "unit_cost"),
        uses=_read_family(row, "use"),
        extra=row.extra(),
    )


def _read_status(row: RowReader) -> LinkStatus:
    """Return the status; a word that is none is left for the core to refuse."""
    text = row.text("status")
    word = STATUS_WORDS.get(text, text.casefold())
    if not text:
        return "allowed"
    if word in LINK_STATUSES and word != text:
        place = row.sheet.place
        row.findings.add_repair(
            "read.repaired_word",
            place,
            row=row.row.number,
            column="status",
            value=text,
            read_as=word,
        )
    return cast("LinkStatus", word if word in LINK_STATUSES else text)


def _read_family(row: RowReader, family: str) -> dict[str, float]:
    """Return resource id -> number of the columns "*family*:<resource>" that have one."""
    numbers = {}
    for column in row.sheet.columns:
        frame, _, resource = column.partition(":")
        if frame == family and resource:
            number = row.read(column, "number")
            if number is not None:
                numbers[resource] = number
    return numbers


def read_source(row: RowReader) -> Source:
    """Return where a figure comes from."""
    names = ("title", "url", "as_of", "reliability")
    return Source(key=row.id("key"), **{n: row.text(n) for n in names}, extra=row.extra())


def read_assumption(row: RowReader) -> Assumption:
    """Return an assumption from the sheet of a workbook."""
    names = ("text", "text_zh", "affects")
    return Assumption(**{name: row.text(name) for name in names}, extra=row.extra())
