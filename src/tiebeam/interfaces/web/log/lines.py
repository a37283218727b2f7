"""The lines of the log as a table, and one entry in full."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.web.listing import Asked
from tiebeam.interfaces.web.log.naming import (
    VEIL,
    name_action,
    name_kind,
    read_body,
)
from tiebeam.interfaces.web.log.records import RecordNames, address_in
from tiebeam.interfaces.web.page import Link, language_of, name_of, say_to
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table
from tiebeam.platform.audit.finding import COUNTED_MOST
from tiebeam.platform.audit.models import Entry

LETTERS_MOST = 600
COLUMNS_NAMED = 4
WORDS_OF_VALUES = {
    ("pairings.pairlist", "state"): "lists.state",
    ("pairings.handover", "state"): "hand_overs.state",
    ("pairings.opinion", "reply"): "lists.reply",
    ("programmes.participant", "side"): "programmes.side",
    ("ledger.batch", "kind"): "ledger.kind",
    ("ledger.proposal", "kind"): "ledger.kind",
    ("ledger.proposal", "state"): "ledger.state",
    ("ledger.programmeyear", "profile"): "ledger.profile",
    ("ledger.obligationnotice", "state"): "obligations.state",
    ("ledger.gift", "kind"): "claims.gift",
    ("ledger.reimbursement", "nature"): "claims.nature",
}
"""Where the words of a column's values stand, for columns that hold one of a few."""


@dataclass(frozen=True, slots=True)
class ChangedField:
    """One column that an entry changed, as the page shows it."""

    name: str
    label: str
    before: str
    after: str


class Names:
    """What some entries name, in four queries: people, organisations, and the records themselves."""

    def __init__(self, request: HttpRequest, entries: Sequence[Entry]) -> None:
        """Look up who did the entries, for whom, and what their records belong to."""
        self._request = request
        said = [read_body(entry) for entry in entries]
        self._records = RecordNames(entries, [row["after"] or row["before"] or {} for row in said])

    def person(self, person_id: UUID) -> str:
        """Return the name of a person."""
        return self._records.people.get(person_id) or say_to(self._request, "web.unknown")

    def organisation(self, organisation_id: UUID) -> str:
        """Return the name of an organisation."""
        found = self._records.organisations.get(organisation_id)
        return name_of(self._request, found) if found else say_to(self._request, "web.unknown")

    def record(self, state: Mapping[str, Any]) -> str:
        """Return what the record of *state* is called; empty where it has no name."""
        return self._records.name(state)[language_of(self._request)]


def log_table(
    request: HttpRequest,
    entries: Sequence[Entry],
    *,
    count: int,
    is_narrowed: bool,
    asked: Asked | None,
) -> Table:
    """Return some of *count* entries as a table; with *asked* as the file that is asked for."""
    names = Names(request, entries)
    keys = ("when", "who", "organisation", "what", "record", "changed", "why")
    return Table(
        name="log",
        caption=say_to(request, "log.caption"),
        columns=tuple(Column(key, say_to(request, f"log.column.{key}")) for key in keys),
        rows=tuple(_row(request, entry, names) for entry in entries),
        asked=asked,
        counted=_say_count(request, len(entries), count),
        empty=say_to(request, "log.nothing_found" if is_narrowed else "log.empty"),
        step=Link(say_to(request, "web.table.no_filter"), reverse("log")) if is_narrowed else None,
    )


def _say_count(request: HttpRequest, shown: int, count: int) -> str:
    if count > COUNTED_MOST:
        return say_to(request, "log.shown_of_many", shown=shown, count=COUNTED_MOST)
    return say_to(request, "log.shown", shown=shown, count=count)


def _row(request: HttpRequest, entry: Entry, names: Names) -> Row:
    said = read_body(entry)
    state = said["after"] or said["before"] or {}
    moment = timezone.localtime(entry.at)
    shown = _name_fields(request, [name for name, _, _ in _differences(said)])
    return Row(
        (
            Cell(f"{moment:%Y-%m-%d %H:%M:%S}", exact=moment.isoformat()),
            Cell(names.person(entry.person_id), note=_stands_for(request, said)),
            Cell(names.organisation(entry.tenant_id)),
            Cell(name_action(request, entry.action)),
            Cell(
                name_kind(request, entry.record_type),
                note=names.record(state),
                address=address_in(entry, state),
            ),
            Cell(say_to(request, "log.made") if said["before"] is None else shown),
            Cell(said["reason"]),
        ),
        address=reverse("log_entry", args=[entry.pk]),
    )


def _name_fields(request: HttpRequest, names: list[str]) -> str:
    """Return the first of the fields, those that have words; by their own names where none has."""
    known = [words for name in names if (words := _say_field(request, name))] or names
    shown = say_to(request, "log.fields", names=known[:COLUMNS_NAMED])
    return shown + (" …" if len(names) > len(known[:COLUMNS_NAMED]) else "")


def _say_field(request: HttpRequest, name: str) -> str:
    code = f"history.field.{name}"
    return say_to(request, code) if has_message(code) else ""


def _stands_for(request: HttpRequest, said: dict[str, Any]) -> str:
    if said.get("deputy_of"):
        return say_to(request, "log.as_deputy")
    return say_to(request, "log.by_token") if said.get("token") else ""


def list_fields(request: HttpRequest, said: dict[str, Any], record_type: str) -> list[ChangedField]:
    """Return what changed in a record of that kind, column by column, before and after."""

    def show(name: str, value: Any) -> str:
        code = f"{WORDS_OF_VALUES.get((record_type, name))}.{value}"
        return say_to(request, code) if has_message(code) else _show(request, value)

    return [
        ChangedField(name, _say_field(request, name), show(name, before), show(name, after))
        for name, before, after in _differences(said)
    ]


def _differences(said: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    before, after = said["before"] or {}, said["after"] or {}
    return [
        (name, before.get(name), after.get(name))
        for name in dict.fromkeys((*after, *before))
        if before.get(name) != after.get(name) and name != "grams"
    ]


def _show(request: HttpRequest, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return say_to(request, "log.yes" if value else "log.no")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if text.startswith(VEIL):
        return say_to(request, "log.veiled")
    return text if len(text) <= LETTERS_MOST else f"{text[:LETTERS_MOST]} …"
