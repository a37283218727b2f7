"""A grid as a headed table: where the header is, what its cells mean, which rows are data."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tiebeam.core.model.findings import list_near
from tiebeam.core.model.numbers import number_text
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.grid import Cell, Grid, Unreadable, column_letters
from tiebeam.interchange.tables.text import clean_text, fold
from tiebeam.units import Unit, find_unit, names_other_currency

_ROWS_SEARCHED = 60
"""A header further down than this is not searched for."""

_MOST_MERGED = 200_000
_MOST_COLUMNS = 2_000
_ASIDE = re.compile(r"[(\[][^()\[\]]*[)\]]")
_SCALE = re.compile(r"[万亿千百萬億]|thousand|million|billion|%|\b10\^|‰")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """
    A column that a table of ours knows.

    Attributes:
        name: As the scenario format names it; of a family the part before ":".
        is_required: The column must be there; cells are judged elsewhere.
        is_reference: Holds ids or names, so that a merged cell stands for all its rows.
        is_family: The header goes on with ":" and the id of a resource.
        is_aside: Says again, for people, what other columns say; nothing is read from it.
        names_scale: Its own head says in what its figures are, such as 金额（万元）.
        is_money: Its header may name a unit of money in brackets, such as 万元.
        aliases: Other headers under which real sheets keep it.
    """

    name: str
    is_required: bool = False
    is_reference: bool = False
    is_family: bool = False
    is_aside: bool = False
    names_scale: bool = False
    is_money: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of data: its number in the user's spreadsheet, and its cells by column name."""

    number: int
    cells: dict[str, Cell]


@dataclass(slots=True, kw_only=True)
class Sheet:
    """
    A headed table.

    Attributes:
        header_row: Number of the row of the headers in the user's spreadsheet.
        columns: Known columns found, by name; a family member as "use:doctors".
        extras: Headers that we do not know, in their order.
        missing: Required columns that are not there.
        is_whole: False where a row could not be read at all, with a fault noted.
        units: Of the columns of money whose header names one.
    """

    place: str
    header_row: int
    columns: list[str]
    extras: list[str]
    missing: list[str]
    comma_groups_digits: bool
    rows: list[Row] = field(default_factory=list)
    is_whole: bool = True
    units: dict[str, Unit] = field(default_factory=dict)


class HeaderMatcher:
    """Knows which header means which of *columns*, tolerating width, case, spacing and units."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self._singles: dict[str, str] = {}
        self._families: dict[str, str] = {}
        for column in columns:
            target = self._families if column.is_family else self._singles
            for alias in (column.name, *column.aliases):
                target[fold(alias)] = column.name

    def match(self, header: str) -> str:
        """Return the name of the column that *header* means, empty where it means none."""
        plain = self._match_part(header)
        if plain:
            return plain
        # A star marks what must be filled, brackets hold a unit.
        bare = _ASIDE.sub(" ", fold(header).replace("_", " ").replace("*", " ")).strip()
        if found := self._match_part(bare):
            return found
        # "donor 支援方", "donor / 支援方": two languages in one cell that say the same.
        named = {self._match_part(part) for part in re.split(r"[\s/|]+", bare) if part}
        if len(named) == 1:
            return named.pop()
        halves = re.match(r"([\x00-\x7f]+?)\W*([^\x00-\x7f].*)\Z", bare)
        named = {self._match_part(half) for half in halves.groups()} if halves else {""}
        return named.pop() if len(named) == 1 else ""

    def is_scaled(self, header: str) -> bool:
        """Whether *header* says that its figures are in 万, thousands or the like."""
        aside = " ".join(_ASIDE.findall(fold(header)))
        return bool(_SCALE.search(aside))

    def find_unit(self, header: str) -> Unit | None:
        """Return the unit of money that *header* names in brackets, None where it names none."""
        asides = (_ASIDE.findall(fold(header)) or ["()"])[-1][1:-1]
        return find_unit(asides)

    def score(self, row: Sequence[Cell]) -> int:
        """Return how many different known columns the cells of *row* name."""
        return len({name for cell in row if (name := self.match(_header_text(cell)))})

    def _match_part(self, text: str) -> str:
        folded = fold(text)
        family, colon, member = folded.partition(":")
        if colon and family.strip("_") in self._families:
            # The id of the resource keeps its own spelling; only its frame is folded.
            own = clean_text(re.split("[:：]", text, maxsplit=1)[1])
            return f"{self._families[family.strip('_')]}:{own}" if member else ""
        return self._singles.get(folded, "")


def read_sheet(grid: Grid, columns: Sequence[Column], findings: Findings) -> Sheet | None:
    """
    Return *grid* as a table headed by *columns*, or None, with a fault, without a header.

    The header is the row among the first 60 that names most of the columns; what
    lies above it (titles, notes) and empty rows are left out, with a warning.
    """
    matcher = HeaderMatcher(columns)
    position = _find_header(grid, matcher)
    expected = [column.name for column in columns if column.is_required]
    if position is None:
        code = "read.no_header" if any(map(_is_filled, grid.rows)) else "read.empty_sheet"
        findings.add_fault(code, grid.place, expected=expected)
        return None
    above = sum(map(_is_filled, grid.rows[:position]))
    if above:
        findings.add_repair(
            "read.repaired_rows_above", grid.place, row=1, read_as=str(position + 1)
        )
    header = grid.rows[position]
    if len(header) > _MOST_COLUMNS:
        findings.add_fault("read.too_large", grid.place, what="columns", limit=_MOST_COLUMNS)
        return None
    sheet = Sheet(
        place=grid.place,
        header_row=position + 1,
        columns=[],
        extras=[],
        missing=[],
        comma_groups_digits=grid.comma_groups_digits,
    )
    names = _read_header(header, position, matcher, sheet, findings)
    sheet.missing = [name for name in expected if name not in sheet.columns]
    for name in sheet.missing:
        near = list_near(name, sheet.extras)
        findings.add_fault(
            "read.missing_column", grid.place, row=position + 1, column=name, near=near
        )
    references = {column.name for column in columns if column.is_reference}
    _fill_merged(grid, position, names, references, findings)
    _read_rows(grid, position, names, sheet, findings)
    return sheet


def score_header(columns: Sequence[Column]) -> Callable[[list[Cell]], int]:
    """Return the function that counts how many of *columns* a row names."""
    return HeaderMatcher(columns).score


def _find_header(grid: Grid, matcher: HeaderMatcher) -> int | None:
    """Return the index of the first row that names most columns; None where none names any."""
    scores = [matcher.score(row[:_MOST_COLUMNS]) for row in grid.rows[:_ROWS_SEARCHED]]
    best = max(scores, default=0)
    return scores.index(best) if best else None


def _read_header(
    header: list[Cell], position: int, matcher: HeaderMatcher, sheet: Sheet, findings: Findings
) -> list[str]:
    """Return the name of each column of *header*, empty for one without; note what is odd."""
    names: list[str] = []
    asides = {column.name for column in matcher.columns if column.is_aside}
    scaled = {column.name for column in matcher.columns if column.names_scale}
    monies = {column.name for column in matcher.columns if column.is_money}
    for index, cell in enumerate(header):
        text = _header_text(cell)
        name = matcher.match(text)
        row = position + 1
        unit = matcher.find_unit(text) if name in monies else None
        if unit:
            sheet.units[name] = unit
        elif name in monies and names_other_currency(text):
            findings.add_fault(
                "units.other_currency", sheet.place, row=row, column=name, value=text
            )
        elif name and name not in scaled and matcher.is_scaled(text):
            findings.add_fault("read.scaled_header", sheet.place, row=row, column=name, value=text)
        elif name and fold(text) != name and name not in text.split() and name not in asides:
            findings.add_repair(
                "read.repaired_header", sheet.place, row=row, column=name, value=text, read_as=name
            )
        if not name and text:
            known = [column.name for column in matcher.columns]
            near = list_near(fold(text), known)
            findings.add_warning(
                "read.unknown_column", sheet.place, row=row, column=text, near=near
            )
        own = name or text
        if own and own in names:
            findings.add_fault(
                "read.duplicate_column",
                sheet.place,
                row=row,
                column=own,
                value=text,
                letters=[column_letters(names.index(own)), column_letters(index)],
            )
            own = ""
        elif own:
            (sheet.columns if name else sheet.extras).append(own)
        names.append(own)
    return names


def _read_rows(
    grid: Grid, position: int, names: list[str], sheet: Sheet, findings: Findings
) -> None:
    """Put the rows below the header into *sheet*."""
    blank: list[int] = []
    unnamed: dict[int, int] = {}
    for index in range(position + 1, len(grid.rows)):
        row, number = grid.rows[index], index + 1
        if not _is_filled(row):
            blank.append(number)
            continue
        for gap in blank:
            findings.add_repair("read.repaired_blank_row", sheet.place, row=gap)
        blank.clear()
        beyond = [cell for cell in row[len(names) :] if _is_filled([cell])]
        if beyond and not grid.is_rectangular:
            findings.add_fault(
                "read.too_many_cells",
                sheet.place,
                row=number,
                value=_header_text(beyond[0]),
                columns=len(names),
                cells=len(row),
            )
            sheet.is_whole = False
            continue
        for place, cell in enumerate(row):
            if (place >= len(names) or not names[place]) and _is_filled([cell]):
                unnamed.setdefault(place, number)
        sheet.rows.append(
            Row(number, {name: c for name, c in zip(names, row, strict=False) if name})
        )
    for place, number in sorted(unnamed.items()):
        findings.add_warning(
            "read.unnamed_column", sheet.place, row=number, column=column_letters(place)
        )


def _fill_merged(
    grid: Grid, position: int, names: list[str], references: set[str], findings: Findings
) -> None:
    """Give every row of a merged cell its id or name; an amount is never spread over rows."""
    filled = 0
    for top, left, bottom, _ in grid.merged:
        if top <= position or left >= len(names) or names[left] not in references:
            continue
        if top >= len(grid.rows) or left >= len(grid.rows[top]):
            continue
        value = grid.rows[top][left]
        for row in grid.rows[top + 1 : bottom + 1]:
            filled += 1
            if filled > _MOST_MERGED:
                return
            if left < len(row) and row[left] == "" and _is_filled(row):
                row[left] = value
                findings.add_repair(
                    "read.repaired_merged",
                    grid.place,
                    row=top + 1,
                    column=names[left],
                    value=_header_text(value),
                    read_as=_header_text(value),
                )


def _is_filled(row: Sequence[Cell]) -> bool:
    """Whether any cell of *row* holds something."""
    return any(bool(clean_text(cell)) if isinstance(cell, str) else True for cell in row)


def _header_text(cell: Cell) -> str:
    """Return a cell of the header as text."""
    if isinstance(cell, str):
        return clean_text(cell)
    if isinstance(cell, Unreadable):
        return cell.text
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return number_text(cell)
    return str(cell)
