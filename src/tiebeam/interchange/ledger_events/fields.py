"""The fields of one event: plain texts in, checked values out, every fault noted at its place."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tiebeam.core.ledger.chart import LARGEST_AMOUNT, Side
from tiebeam.core.ledger.events import KINDS, STAGES
from tiebeam.errors import Fault, InvalidInput
from tiebeam.interchange.ledger_events.given import (
    FILE_KINDS,
    REVERSAL,
    YEAR_END,
    GivenEvent,
    Pair,
)
from tiebeam.interchange.tables.days import parse_day
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.text import clean_text, fold
from tiebeam.units import Unit, parse_amount

PAIR = ("pairing", "programme", "donor", "recipient")
TEXTS = ("purpose", "agreement", "document", "reason", "note")
AMOUNTS: Mapping[str, Unit | None] = {
    "amount": None,
    "amount_yuan": "yuan",
    "amount_wan": "wan",
    "amount_yi": "yi",
}
"""Columns of money; what stands in the first is in the unit of the whole file."""
NATURES = ("current", "capital")
_YES = {"yes", "true", "1", "y", "是", "√", "✓"}
_NO = {"", "no", "false", "0", "n", "否", "×"}
_WORDS = {
    "nature": {"经常性": "current", "日常": "current", "资本性": "capital", "基建": "capital"},
    "side": {"支援方": "donor", "受援方": "recipient"},
}


class FieldReader:
    """
    Makes events of texts.

    Args:
        findings: Where faults go.
        place: Name of the file or sheet.
        unit: Of the amounts that name none.
        kinds: Other words for kinds, such as their names in Chinese.
        common: What holds for every event of the file that does not say otherwise.
    """

    def __init__(
        self,
        findings: Findings,
        place: str,
        *,
        unit: Unit = "yuan",
        kinds: Mapping[str, str],
        common: Mapping[str, str],
    ) -> None:
        self._findings, self._place, self._unit, self._common = findings, place, unit, common
        self._kinds = {fold(word): kind for word, kind in kinds.items()}
        self._kinds |= {fold(kind): kind for kind in FILE_KINDS}

    def read(self, given: Mapping[str, str], row: int) -> GivenEvent | None:
        """Return the event of *given*, or None with every fault of it noted."""
        before = len(self._findings.faults)
        texts = {name: clean_text(text) for name, text in given.items()}
        kind = self._kind(texts, row)
        values: dict[str, Any] = {
            "row": row,
            "pair": self._pair(texts),
            "key": texts.get("key", ""),
            "follows": texts.get("follows", ""),
            "on": self._day(texts, row),
            **{name: self._common_or(texts, name) for name in TEXTS},
            **self._money_and_count(texts, row, kind),
            "nature": self._word(texts, row, "nature", NATURES, kind == "expenditure"),
            "stage": self._word(texts, row, "stage", STAGES, kind in {"carry", "lapse"}),
            "is_beyond_due": self._flag(texts, row, "beyond_due"),
            "relates_to": self._year(texts, row, "relates_to"),
        }
        if kind is not None and not values["follows"]:
            needed = KINDS[kind].follows if kind in KINDS else (REVERSAL,) * (kind == REVERSAL)
            if needed:
                self._fault(
                    "ledger_files.follows_nothing", row, "follows", kind=kind, needed=needed
                )
        if kind is None or len(self._findings.faults) > before:
            return None
        return GivenEvent(kind=kind, **values)

    def read_close(
        self, side: str, year: str, carried: Mapping[str, str], row: int
    ) -> GivenEvent | None:
        """Return the end of a side's year, or None with every fault of it noted."""
        before = len(self._findings.faults)
        texts = {"side": clean_text(side), "year": clean_text(year)}
        whose = self._word(texts, row, "side", ("donor", "recipient"), is_needed=True)
        which = self._year(texts, row, "year")
        if not texts["year"]:
            self._fault("ledger_files.cell_missing", row, "year")
        goes_on = {}
        for stage, text in carried.items():
            goes_on[self._word({"stage": stage}, row, "stage", STAGES, is_needed=True)] = (
                self._flag({"carried": text}, row, "carried")
            )
        if len(self._findings.faults) > before:
            return None
        day = parse_day(f"{which}-12-31")
        assert day is not None
        named: Side = "donor" if whose == "donor" else "recipient"
        pair = self._pair({})
        return GivenEvent(
            row=row, pair=pair, kind=YEAR_END, on=day, side=named, year=which, carried=goes_on
        )

    def _pair(self, texts: Mapping[str, str]) -> Pair:
        named = {name: self._common_or(texts, name) for name in PAIR}
        parsed = Pair.parse(named["pairing"])
        said = {name: text for name, text in named.items() if text and name != "pairing"}
        return replace(parsed, **said)

    def _kind(self, texts: Mapping[str, str], row: int) -> str | None:
        word = texts.get("kind", "")
        kind = self._kinds.get(fold(word))
        if not word:
            self._fault("ledger_files.cell_missing", row, "kind")
        elif kind is None:
            self._fault("ledger.unknown_kind", row, "kind", word, kind=word, known=FILE_KINDS)
        return kind

    def _day(self, texts: Mapping[str, str], row: int) -> Any:
        text = texts.get("day", "")
        day = parse_day(text)
        if not text:
            self._fault("ledger_files.cell_missing", row, "day")
        elif day is None:
            self._fault("read.not_a_day", row, "day", text)
        return day

    def _money_and_count(
        self, texts: Mapping[str, str], row: int, kind: str | None
    ) -> dict[str, object]:
        amount = self._amount(texts, row)
        quantity, unit = self._count(texts, row)
        is_unsaid = not any(texts.get(name) for name in (*AMOUNTS, "quantity", "quantity_unit"))
        if kind in KINDS and is_unsaid:
            self._fault("ledger_files.cell_missing", row, "amount")
        return {"amount": amount or 0, "quantity": quantity, "quantity_unit": unit}

    def _amount(self, texts: Mapping[str, str], row: int) -> int | None:
        """Return fen; 0 where no amount is given, None where it cannot be read."""
        given = [(name, texts[name]) for name in AMOUNTS if texts.get(name)]
        if not given:
            return 0
        name, text = given[0]
        if len(given) > 1:
            self._fault("ledger_files.two_amounts", row, given[1][0], given[1][1], other=name)
            return None
        try:
            fen = parse_amount(
                text, unit=AMOUNTS[name] or self._unit, place=self._place, row=row, column=name
            ).fen
        except InvalidInput as unfit:
            self._findings.faults.extend(unfit.faults)
            return None
        if not fen:
            self._fault(
                "ledger.amount_out_of_range", row, name, text, term=name, most=LARGEST_AMOUNT
            )
            return None
        return fen

    def _count(self, texts: Mapping[str, str], row: int) -> tuple[int, str]:
        """Return how many and of what; "5 kits" says both."""
        text, unit = texts.get("quantity", ""), texts.get("quantity_unit", "")
        number, _, own = text.partition(" ")
        if text and own and unit and own != unit:
            self._fault("ledger_files.two_units", row, "quantity", text, other=unit)
        elif text and not (own or unit):
            self._fault("ledger_files.cell_missing", row, "quantity_unit")
        elif text and not (
            number.isascii() and number.isdigit() and 0 < int(number[:20]) <= LARGEST_AMOUNT
        ):
            self._fault(
                "ledger.amount_out_of_range",
                row,
                "quantity",
                text,
                term="quantity",
                most=LARGEST_AMOUNT,
            )
        elif text:
            return int(number), own.strip() or unit
        elif unit:
            self._fault("ledger_files.cell_missing", row, "quantity")
        return 0, ""

    def _word(
        self,
        texts: Mapping[str, str],
        row: int,
        name: str,
        known: tuple[str, ...],
        is_needed: bool,  # noqa: FBT001  # one of four that say what the field is
    ) -> str:
        text = texts.get(name, "")
        word = _WORDS.get(name, {}).get(text, text)
        if word not in known if text else is_needed:
            self._fault("ledger.term_missing", row, name, text, term=name, known=known)
        return word

    def _flag(self, texts: Mapping[str, str], row: int, name: str) -> bool:
        text = texts.get(name, "").casefold()
        if text not in _YES | _NO:
            self._fault("read.not_a_flag", row, name, text)
        return text in _YES

    def _year(self, texts: Mapping[str, str], row: int, name: str) -> int:
        text = texts.get(name, "")
        if not text:
            return 0
        if not (text.isascii() and text.isdigit() and 1949 <= int(text[:9]) <= 2200):
            self._fault("ledger_files.not_a_year", row, name, text)
            return 0
        return int(text)

    def _common_or(self, texts: Mapping[str, str], name: str) -> str:
        return texts.get(name) or self._common.get(name, "")

    def _fault(self, code: str, row: int, column: str, value: str = "", **facts: Any) -> None:
        self._findings.faults.append(
            Fault(
                code=code, place=self._place, row=row, column=column, value=value[:80], facts=facts
            )
        )
