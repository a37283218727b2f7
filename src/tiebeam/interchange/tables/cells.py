"""
What one cell says: a text, an id, a number, a whole number, yes or no.

Repaired is what can mean one thing only (full-width digits, grouped thousands,
outer spaces); refused is what can mean two (1,23; 1.234,5), or means something
else (a date, 3万, 5 %), each with the way out.
"""

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from tiebeam.core.model.numbers import LARGEST_PLAIN, number_text
from tiebeam.errors import InvalidInput
from tiebeam.interchange.tables.days import parse_day
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.grid import Cell, Unreadable
from tiebeam.interchange.tables.text import clean_text
from tiebeam.units import Amount, Unit, parse_amount

_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?\Z", re.ASCII)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?\Z", re.ASCII)
_SPACED = re.compile(r"[+-]?[1-9]\d{0,2}([ \u2009\u202f\u00a0]\d{3})+(\.\d+)?\Z", re.ASCII)
_SCALED = re.compile(r"([+-]?[\d.,]+)\s*([百千万亿萬億]+|[kKmM])\Z", re.ASCII)
_PERCENT = re.compile(r"([+-]?[\d.,]+)\s*([%‰])\Z", re.ASCII)
_WITH_UNIT = re.compile(r"([+-]?\d[\d,]*(\.\d+)?)\s*[^\d\s.,:/\-][^\d]*\Z", re.ASCII)
_DATE = re.compile(r"\d{2,4}[-/.年]\d{1,2}([-/.月]\d{1,4}日?)?\Z|\d{1,2}:\d{2}", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity|∞)\Z", re.IGNORECASE)
_PLACEHOLDERS = frozenset(
    (
        "-",
        "--",
        "—",
        "——",
        "–",
        "/",
        "无",
        "無",
        "暂无",
        "未知",
        "不详",
        "n/a",
        "na",
        "nil",
        "none",
        "null",
    )
)
_SCALES = {"百": 2, "千": 3, "万": 4, "萬": 4, "亿": 8, "億": 8, "k": 3, "m": 6}
_MINUS = str.maketrans({"−": "-", "\uff0d": "-", "﹣": "-"})
_YES = frozenset({"true", "yes", "y", "1", "是", "√", "✓", "牵头"})
_NO = frozenset({"false", "no", "n", "0", "否", "", "×"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a text is no number, with what the message needs."""

    code: str
    facts: dict[str, Any]


def parse_number(text: str, *, comma_groups_digits: bool = True) -> tuple[float, bool] | Refusal:
    """
    Return (number, whether it had to be repaired) for a text that means one number, else why not.

    Args:
        text: Without outer spaces, not empty.
        comma_groups_digits: False where a comma may be the decimal sign.
    """
    if _PLAIN.match(text):
        return float(text), False
    plain = unicodedata.normalize("NFKC", text.translate(_MINUS)).strip()
    if _PLAIN.match(plain):
        return float(plain), True
    if _GROUPED.match(plain) and comma_groups_digits:
        return float(plain.replace(",", "")), True
    # NFKC has turned the narrow and non-breaking spaces into plain ones.
    if _SPACED.match(plain):
        return float(plain.replace(" ", "")), True
    if _NOT_FINITE.match(plain):
        return (math.nan if "nan" in plain.lower() else math.inf), True
    return _refuse(plain)


def _refuse(text: str) -> Refusal:
    """Return why *text* is no number."""
    if text.casefold() in _PLACEHOLDERS:
        return Refusal("read.placeholder", {})
    if match := _PERCENT.match(text):
        share = _read_share(match[1], 100 if match[2] == "%" else 1000)
        return Refusal("read.percentage", {"read_as": share})
    if match := _SCALED.match(text):
        return Refusal("read.scaled_number", {"read_as": _unscale(match[1], match[2])})
    if _DATE.match(text):
        return Refusal("read.date_not_number", {})
    if re.fullmatch(r"[+-]?[\d.,']+", text, re.ASCII) and re.search(r"\d", text):
        return Refusal("read.ambiguous_number", {"readings": _list_readings(text)})
    if match := _WITH_UNIT.match(text):
        return Refusal("read.number_with_unit", {"read_as": match[1].replace(",", "")})
    return Refusal("read.not_a_number", {})


def _read_share(text: str, whole: int) -> str:
    """Return what *text* per *whole* may be as a plain number, empty where that is unclear."""
    return number_text(round(float(text) / whole, 12)) if _PLAIN.match(text) else ""


def _unscale(text: str, scale: str) -> str:
    """Return *text* times its 万 or 亿 as a plain number, empty where that is unclear."""
    if not _PLAIN.match(text):
        return ""
    return number_text(round(float(text) * 10 ** sum(_SCALES[s] for s in scale.lower()), 6))


def _list_readings(text: str) -> list[str]:
    """List the plain numbers that *text* could be: with the last sign as decimal point, with none."""
    digits = re.sub(r"[.,']", "", text)
    cut = max(text.rfind(sign) for sign in ".,'")
    decimal = re.sub(r"[.,']", "", text[:cut]) + "." + text[cut + 1 :]
    readings = [decimal] if text[cut + 1 :] else []
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}([.,']\d{3})+", text, re.ASCII):
        readings.append(digits)
    return [r for r in readings if _PLAIN.match(r)]


class CellReader:
    """
    Reads the cells of one sheet and notes what it repaired or could not read.

    Every method returns None for an empty cell; for one that cannot be read too, and
    then the fault is noted and the column (as *table*.column) is marked as not read.
    """

    def __init__(
        self, findings: Findings, *, table: str, place: str, comma_groups_digits: bool = True
    ) -> None:
        self.findings = findings
        self.table = table
        self.place = place
        self.comma_groups_digits = comma_groups_digits

    def read_text(self, cell: Cell, row: int | None, column: str) -> str | None:
        """Return the text of *cell*; numbers and dates of a workbook become their usual text."""
        if isinstance(cell, str):
            text = clean_text(cell)
            if text != cell.replace("\r\n", "\n").replace("\r", "\n") and text:
                self._repair("read.repaired_spaces", row, column, cell, text)
            return text or None
        if isinstance(cell, Unreadable):
            self._refuse(cell.code, row, column, cell.text)
            return None
        return plain_text(cell)

    def read_id(self, cell: Cell, row: int | None, column: str) -> str | None:
        """Return the id of *cell*; a number of a workbook becomes its digits, with a warning."""
        if isinstance(cell, str | Unreadable):
            return self.read_text(cell, row, column)
        text = plain_text(cell)
        is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
        if not is_number or abs(float(text)) > LARGEST_PLAIN:
            # A spreadsheet has turned the id into a date, or cut its digits: it cannot be told.
            self._refuse("read.altered_id", row, column, text)
            return None
        self._repair("read.repaired_id", row, column, text, text)
        return text

    def read_number(self, cell: Cell, row: int | None, column: str) -> float | None:
        """Return the number of *cell*."""
        if isinstance(cell, Unreadable):
            self._refuse(cell.code, row, column, cell.text)
            return None
        if isinstance(cell, dt.date | dt.time | dt.timedelta):
            self._refuse("read.date_not_number", row, column, plain_text(cell))
            return None
        if isinstance(cell, bool):
            self._refuse("read.not_a_number", row, column, plain_text(cell))
            return None
        if not isinstance(cell, str):
            return float(cell)
        text = clean_text(cell)
        if not text:
            return None
        parsed = parse_number(text, comma_groups_digits=self.comma_groups_digits)
        if isinstance(parsed, Refusal):
            self._refuse(parsed.code, row, column, text, **parsed.facts)
            return None
        number, was_repaired = parsed
        if math.isfinite(number) and (was_repaired or text != cell):
            self._repair("read.repaired_number", row, column, cell, number_text(number))
        return number

    def read_count(self, cell: Cell, row: int | None, column: str) -> int | None:
        """Return the whole number of *cell*."""
        number = self.read_number(cell, row, column)
        if number is None:
            return None
        if not math.isfinite(number):
            self._refuse("scenario.not_finite", row, column, number_text(number))
            return None
        if number != int(number):
            self._refuse("scenario.not_whole", row, column, number_text(number))
            return None
        return int(number)

    def read_day(self, cell: Cell, row: int | None, column: str) -> dt.date | None:
        """Return the day of *cell*: year first, with or without signs between; a time is left out."""
        if isinstance(cell, dt.datetime):
            return cell.date()
        if isinstance(cell, dt.date):
            return cell
        text = self.read_text(cell, row, column) or ""
        day = parse_day(text)
        if day is None and text:
            self._refuse("read.not_a_day", row, column, text)
        return day

    def read_amount(
        self, cell: Cell, row: int | None, column: str, *, unit: Unit = "yuan", **asked: bool
    ) -> Amount | None:
        """
        Return the amount of money of *cell*; *unit* is that of its column.

        ``is_rounded`` and ``is_signed`` are as of :func:`tiebeam.units.parse_amount`.
        """
        if isinstance(cell, Unreadable):
            self._refuse(cell.code, row, column, cell.text)
            return None
        given = clean_text(cell) if isinstance(cell, str) else cell
        if given == "":
            return None
        try:
            return parse_amount(given, unit=unit, place=self.place, row=row, column=column, **asked)
        except InvalidInput as invalid:
            self.findings.unread.add(f"{self.table}.{column}")
            self.findings.faults += invalid.faults
            return None

    def read_flag(self, cell: Cell, row: int | None, column: str) -> bool | None:
        """Return whether *cell* says yes."""
        if isinstance(cell, bool):
            return cell
        text = (self.read_text(cell, row, column) or "").casefold()
        # "yes 是": two languages in one cell that say the same.
        words = set(text.split()) or {""}
        if words <= _YES or words <= _NO:
            return words <= _YES
        self._refuse("read.not_a_flag", row, column, text)
        return None

    def _repair(self, code: str, row: int | None, column: str, value: str, read_as: str) -> None:
        self.findings.add_repair(
            code, self.place, row=row, column=column, value=value, read_as=read_as
        )

    def _refuse(self, code: str, row: int | None, column: str, value: str, **facts: Any) -> None:
        self.findings.unread.add(f"{self.table}.{column}")
        self.findings.add_fault(code, self.place, row=row, column=column, value=value, **facts)


def plain_text(cell: Cell) -> str:
    """Return what *cell* shows, without the formatting of its spreadsheet."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Unreadable):
        return cell.text
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return number_text(cell)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
