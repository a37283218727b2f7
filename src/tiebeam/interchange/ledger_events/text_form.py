"""
Events of one pair as a text (YAML) that an official can read and write.

Every scalar is taken as the text that stands there: no number turns into another one, and no
"no" into a false. References inside the file (anchors) are refused, since they can unfold a
short text into a long one.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from tiebeam.core.ledger.chart import CHART, MONEY, quantity_unit
from tiebeam.errors import Fault, InvalidInput
from tiebeam.interchange.ledger_events.fields import AMOUNTS, PAIR, TEXTS, FieldReader
from tiebeam.interchange.ledger_events.given import GivenEvent, ReadEvents
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.text import decode_text
from tiebeam.units import Unit, parse_amount, parse_unit

COMMON = (*PAIR, *TEXTS)
"""Fields that may stand at the head of the file, for all its events."""
_FOR_READERS = {"says", "says_zh", "title", "title_zh", "years", "refused"}
_EVENT = {
    "day", "kind", "key", "follows", *AMOUNTS, "quantity", "quantity_unit", "nature", "stage",
    "beyond_due", "relates_to", *COMMON,
}  # fmt: skip
_OTHER_NAMES = {"as": "key", "of": "follows"}
_CLOSE = {"close", "year", "carried"}
_EVENTS_MOST = 20_000
_DEEPEST = 20
"""How deep anything may stand in anything: brackets in brackets take time that grows by the square."""


def read_text(
    content: bytes, place: str, kinds: Mapping[str, str], common: Mapping[str, str]
) -> ReadEvents:
    """
    Return the events of a text.

    Args:
        content: The file.
        place: Its name.
        kinds: Other words for the kinds of events.
        common: What holds where neither head nor event says otherwise.
    """
    findings = Findings()
    node = _compose(content, place, findings)
    if node is None:
        return ReadEvents(
            events=(), faults=tuple(findings.faults), warnings=tuple(findings.list_warnings())
        )
    return _Text(findings, place, kinds, common).read(node)


def _compose(content: bytes, place: str, findings: Findings) -> yaml.MappingNode | None:
    """Return the text as nodes that know their lines, or None with a fault."""
    text = decode_text(content, place, findings)
    if text is None:
        return None
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                findings.add_fault("ledger_files.not_yaml", place, detail="nested too deep")
                return None
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                line = event.start_mark.line + 1 if event.start_mark else None
                findings.add_fault("ledger_files.has_references", place, row=line)
                return None
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        findings.add_fault(
            "ledger_files.not_yaml",
            place,
            row=mark.line + 1 if mark else None,
            detail=str(getattr(error, "problem", "") or ""),
        )
        return None
    if not isinstance(node, yaml.MappingNode):
        findings.add_fault("ledger_files.without_events", place)
        return None
    return node


class _Text:
    """Walks through the nodes of one text."""

    def __init__(
        self, findings: Findings, place: str, kinds: Mapping[str, str], common: Mapping[str, str]
    ) -> None:
        self.findings, self.place, self.kinds, self.common = findings, place, kinds, dict(common)

    def read(self, node: yaml.MappingNode) -> ReadEvents:
        head = {key: (value, line) for key, value, line in self._entries(node)}
        unit: Unit = "yuan"
        for key, (value, line) in head.items():
            if key in COMMON:
                self.common[key] = self._text(value, key)
            elif key == "unit":
                unit = self._unit(self._text(value, key), line)
            elif key not in _FOR_READERS | {"events", "balances"}:
                self._unknown(key, line, {*COMMON, "unit", "events", "balances"})
        events = list(self._events(head.get("events"), unit))
        balances = self._balances(head.get("balances"), unit)
        return ReadEvents(
            events=tuple(events),
            faults=tuple(self.findings.faults),
            warnings=tuple(self.findings.list_warnings()),
            balances=balances,
        )

    def _events(self, listed: tuple[yaml.Node, int] | None, unit: Unit) -> Iterator[GivenEvent]:
        nodes = listed[0].value if listed and isinstance(listed[0], yaml.SequenceNode) else None
        if not nodes:
            self.findings.add_fault("ledger_files.without_events", self.place)
            return
        if len(nodes) > _EVENTS_MOST:
            self.findings.add_fault("read.too_large", self.place, what="rows", limit=_EVENTS_MOST)
            return
        reader = FieldReader(
            self.findings, self.place, unit=unit, kinds=self.kinds, common=self.common
        )
        for node in nodes:
            row = node.start_mark.line + 1
            if not isinstance(node, yaml.MappingNode):
                self._wrong(row, "events")
                continue
            event = self._event(node, row, reader)
            if event is not None:
                yield event

    def _event(self, node: yaml.MappingNode, row: int, reader: FieldReader) -> GivenEvent | None:
        before = len(self.findings.faults)
        entries = {
            _OTHER_NAMES.get(key, key): (value, line) for key, value, line in self._entries(node)
        }
        entries.pop("rows", None)  # Worked by hand, for whoever reads the file.
        known = _CLOSE if "close" in entries else _EVENT
        for key, (_, line) in entries.items():
            if key not in known:
                self._unknown(key, line, known)
        carried = entries.pop("carried", None) if "close" in entries else None
        texts = {key: self._text(value, key) for key, (value, _) in entries.items() if key in known}
        stages = {}
        if carried is not None:
            stages = {key: self._text(value, key) for key, value, _ in self._entries(carried[0])}
        if len(self.findings.faults) > before:
            return None
        if "close" in texts:
            return reader.read_close(texts["close"], texts.get("year", ""), stages, row)
        return reader.read(texts, row)

    def _balances(
        self, said: tuple[yaml.Node, int] | None, unit: Unit
    ) -> dict[tuple[str, int, str], int]:
        """Return what is left by account; ``2024:`` heads a year, ``all:`` what has none, else a unit of count."""
        left: dict[tuple[str, int, str], int] = {}
        for where, accounts, line in self._entries(said[0]) if said else ():
            is_year = re.fullmatch(r"\d{4}", where) is not None
            counted = "" if is_year or where == "all" else quantity_unit(where)
            for code, amount, at in self._entries(accounts):
                if code not in CHART:
                    self.findings.add_fault(
                        "ledger_files.unknown_account", self.place, row=at, column="balances",
                        value=code, known=tuple(CHART),
                    )  # fmt: skip
                    continue
                value = self._balance(self._text(amount, code), unit, bool(counted), at or line)
                if value is not None:
                    left[code, int(where) if is_year else 0, counted or MONEY] = value
        return left

    def _balance(self, text: str, unit: Unit, is_count: bool, row: int) -> int | None:  # noqa: FBT001
        if is_count and re.fullmatch(r"\d{1,16}", text, re.ASCII):
            return int(text)
        try:
            return parse_amount(
                text, unit=unit, is_signed=True, place=self.place, row=row, column="balances"
            ).fen
        except InvalidInput as unfit:
            self.findings.faults.extend(unfit.faults)
            return None

    def _unit(self, word: str, line: int) -> Unit:
        try:
            return parse_unit(word)
        except InvalidInput:
            self.findings.add_fault(
                "units.unknown_unit", self.place, row=line, column="unit", value=word
            )
            return "yuan"

    def _entries(self, node: Any) -> Iterator[tuple[str, yaml.Node, int]]:
        """Yield (key, value, line) of a mapping; a key given twice is a fault."""
        if not isinstance(node, yaml.MappingNode):
            self._wrong(node.start_mark.line + 1, "")
            return
        seen: set[str] = set()
        for key, value in node.value:
            line, name = key.start_mark.line + 1, str(key.value)
            if not isinstance(key, yaml.ScalarNode):
                self._wrong(line, "")
            elif _OTHER_NAMES.get(name, name) in seen:
                self.findings.add_fault("read.duplicate_key", self.place, row=line, column=name)
            else:
                seen.add(_OTHER_NAMES.get(name, name))
                yield name, value, line

    def _text(self, node: yaml.Node, key: str) -> str:
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        self._wrong(node.start_mark.line + 1, key)
        return ""

    def _wrong(self, row: int, column: str) -> None:
        self.findings.faults.append(
            Fault(
                code="ledger_files.wrong_shape",
                place=self.place,
                row=row,
                column=column,
            )
        )

    def _unknown(self, key: str, line: int, known: set[str]) -> None:
        self.findings.add_fault(
            "ledger_files.unknown_field", self.place, row=line, column=key, value=key,
            known=tuple(sorted(known)),
        )  # fmt: skip
