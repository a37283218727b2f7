"""
Statements as ISO 20022 camt.053, as much of it as a line needs.

The file is somebody else's XML. It is read as a stream, without building a tree: a document type
is refused, so that no entity is ever expanded or fetched; depth, texts and lines have limits.
"""

from collections import defaultdict
from datetime import date
from xml.parsers import expat

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interchange.statements.lines import (
    MOST_LINES,
    MOST_SIGNS,
    Statement,
    StatementLine,
    is_own_currency,
)
from tiebeam.interchange.tables.findings import Findings
from tiebeam.units import parse_amount

MOST_LEVELS = 40
_NAMESPACE = "camt.053"
_PARTIES = {"DBIT": "Cdtr", "CRDT": "Dbtr"}
"""Who stands on the other side of what went out, and of what came in."""


class _Unfit(Exception):
    """The file cannot be read any further."""

    def __init__(self, code: str, value: str = "", **facts: object) -> None:
        super().__init__(code)
        self.code, self.value, self.facts = code, value, facts


def read_camt(text: str, place: str, findings: Findings) -> Statement | None:
    """Return the statement of a camt.053 message; None, with faults, where it has none."""
    return _Reader(place, findings).read(text)


class _Element:
    """What stands below one element: texts by the path from it, and its own line."""

    def __init__(self, line: int, depth: int) -> None:
        self.line, self.depth = line, depth
        self.texts: defaultdict[str, list[str]] = defaultdict(list)

    def first(self, *paths: str) -> str:
        """Return the first text that stands at one of *paths*."""
        return next((self.texts[path][0] for path in paths if path in self.texts), "")

    def ends(self, *ends: str) -> list[str]:
        """Return every text at a path that ends so, without repetitions."""
        return list(
            dict.fromkeys(t for p, all_ in self.texts.items() if p.endswith(ends) for t in all_)
        )


class _Reader:
    """Walks through one message."""

    def __init__(self, place: str, findings: Findings) -> None:
        self._place, self._findings = place, findings
        self._path: list[str] = []
        self._text: list[str] = []
        self._inside: _Element | None = None
        self._account = ""
        self._lines: list[StatementLine] = []
        self._balances: dict[str, int] = {}
        self._parser = self._make_parser()

    def read(self, text: str) -> Statement | None:
        """Return the whole of it, or None with faults noted."""
        before = len(self._findings.faults)
        try:
            self._parser.Parse(text, True)  # expat takes it by position only
        except _Unfit as unfit:
            line = self._parser.CurrentLineNumber
            fault = Fault(
                code=unfit.code, place=self._place, row=line, value=unfit.value, facts=unfit.facts
            )
            self._findings.faults.append(fault)
        except (expat.ExpatError, ValueError, LookupError):
            self._refuse("statements.broken_xml", self._parser.ErrorLineNumber)
        if len(self._findings.faults) > before:
            return None
        moved = sum(line.amount for line in self._lines)
        if {"OPBD", "CLBD"} <= set(self._balances) and (
            self._balances["OPBD"] + moved != self._balances["CLBD"]
        ):
            self._findings.add_warning(
                "statements.balances_differ",
                self._place,
                opening=self._balances["OPBD"],
                moved=moved,
                closing=self._balances["CLBD"],
            )
        return Statement(lines=tuple(self._lines), account=self._account)

    def _make_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.buffer_text = True
        return parser

    def _refuse_doctype(self, *_: object) -> None:
        raise _Unfit("statements.doctype")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        if not self._path and _NAMESPACE not in namespace:
            raise _Unfit("statements.not_camt", value=name[:80])
        self._path.append(name)
        self._text = []
        if len(self._path) > MOST_LEVELS:
            raise _Unfit("read.too_large", what="levels", limit=MOST_LEVELS)
        if self._inside is None and name in {"Ntry", "Bal"}:
            self._inside = _Element(self._parser.CurrentLineNumber, len(self._path))
        if self._inside and "Ccy" in attributes:
            self._inside.texts[f"{self._below(self._inside)}@Ccy"].append(attributes["Ccy"])

    def _characters(self, text: str) -> None:
        self._text.append(text)
        if sum(map(len, self._text)) > MOST_SIGNS:
            raise _Unfit("read.too_large", what="signs", limit=MOST_SIGNS)

    def _end(self, _: str) -> None:
        text = "".join(self._text).strip()
        inside, self._text = self._inside, []
        if inside and len(self._path) == inside.depth:
            (self._end_entry if self._path[-1] == "Ntry" else self._end_balance)(inside)
            self._inside = None
        elif inside and text:
            inside.texts[self._below(inside)].append(text)
        elif text and self._path[3:] in (["Acct", "Id", "IBAN"], ["Acct", "Id", "Othr", "Id"]):
            if self._account not in {"", text}:
                raise _Unfit("statements.several_accounts", value=text[:80])
            self._account = text
        self._path.pop()

    def _below(self, element: _Element) -> str:
        return "/".join(self._path[element.depth :])

    def _end_balance(self, told: _Element) -> None:
        kind = told.first("Tp/CdOrPrtry/Cd")
        amount = self._amount(told)
        # A statement in several pages opens with the first and closes with the last.
        if amount is not None and (kind == "CLBD" or kind not in self._balances):
            self._balances[kind] = amount

    def _end_entry(self, told: _Element) -> None:
        if told.first("Sts/Cd", "Sts") not in {"", "BOOK"}:
            self._findings.add_repair("statements.not_booked", self._place, row=told.line)
            return
        if len(self._lines) >= MOST_LINES:
            raise _Unfit("read.too_large", what="rows", limit=MOST_LINES)
        day, amount = self._day(told), self._amount(told)
        if day is None or amount is None:
            return
        party = _PARTIES[told.first("CdtDbtInd")]
        self._lines.append(
            StatementLine(
                number=told.line,
                booked_on=day,
                amount=amount,
                counterparty=_join(told.ends(f"{party}/Nm", f"{party}/Pty/Nm")),
                text=_join([*told.ends("RmtInf/Ustrd"), *told.ends("AddtlNtryInf")]),
                reference=told.first("AcctSvcrRef", "NtryRef")
                or _join(told.ends("Refs/EndToEndId", "Refs/TxId")),
            )
        )

    def _amount(self, told: _Element) -> int | None:
        """Return the signed amount of an entry or a balance; None with a fault."""
        if not is_own_currency(currency := told.first("Amt@Ccy")):
            self._refuse("statements.other_currency", told.line, "Amt", currency)
            return None
        direction = told.first("CdtDbtInd")
        if direction not in _PARTIES:
            self._refuse("statements.no_direction", told.line, "CdtDbtInd", direction)
            return None
        try:
            fen = parse_amount(
                told.first("Amt"), place=self._place, row=told.line, column="Amt"
            ).fen
        except InvalidInput as invalid:
            self._findings.faults += invalid.faults
            return None
        return fen if direction == "CRDT" else -fen

    def _day(self, told: _Element) -> date | None:
        text = told.first("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            self._refuse("read.not_a_day", told.line, "BookgDt", text)
            return None

    def _refuse(self, code: str, row: int, column: str = "", value: str = "") -> None:
        self._findings.add_fault(code, self._place, row=row, column=column, value=value)


def _join(texts: list[str]) -> str:
    """Return several texts as one; an entry may stand for many payments."""
    return "; ".join(texts)[:MOST_SIGNS]
