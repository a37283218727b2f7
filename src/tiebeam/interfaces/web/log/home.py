"""What the first page tells of changes: which record, what became of it, who did it, and when."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.programmes.queries import list_programmes_by_id
from tiebeam.apps.programmes.queries.rounds import list_rounds_by_id
from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.interfaces.messages import LANGUAGES, Language, say
from tiebeam.interfaces.web.home.sections import ITEMS_MOST, Item, Words, section
from tiebeam.interfaces.web.log.naming import address_of_record, code_of_kind, name_in, read_body
from tiebeam.platform.audit.finding import list_latest_steps
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.identity.access import Access
from tiebeam.platform.identity.people import list_names
from tiebeam.platform.tenancy.acting import Actor

DAYS_BACK = 30


@section("changed")
def list_changed(actor: Actor, today: date) -> list[Item]:
    """List the steps of the last weeks; one that touched many records is named after the chief one."""
    del actor
    first = timezone.make_aware(datetime.combine(today - timedelta(days=DAYS_BACK), time.min))
    # Who signed in changes no record; the log has it.
    steps = list_latest_steps(first, without=tuple(Access), limit=ITEMS_MOST)
    chief = [(_find_chief(step), len(step)) for step in steps]
    states = {entry.pk: _state_of(entry) for entry, _ in chief}
    known = _Names([entry for entry, _ in chief], list(states.values()))
    return [_item(entry, states[entry.pk], count, known) for entry, count in chief]


class _Names:
    """The people, organisations, programmes and rounds that some entries speak of, in four queries."""

    def __init__(self, entries: Sequence[Entry], states: Sequence[Mapping[str, Any]]) -> None:
        """Look up who did the entries, for whom, and what their records belong to."""
        self.people = list_names(entry.person_id for entry in entries)
        sides = _list_ids(states, "donor_id", "recipient_id", "organisation_id")
        self.organisations = list_organisations_by_id(
            sides | {entry.tenant_id for entry in entries}
        )
        self.programmes = list_programmes_by_id(_list_ids(states, "programme_id"))
        self.rounds = list_rounds_by_id(_list_ids(states, "round_id"))

    def name(self, state: Mapping[str, Any]) -> dict[Language, str]:
        """Return what the record of *state* is called: by its own name, its two sides, or what it is part of."""
        return {language: self._name_in(language, state) for language in LANGUAGES}

    def _name_in(self, language: Language, state: Mapping[str, Any]) -> str:
        own = name_in(language, state)
        if own:
            return own

        def find(column: str, among: Mapping[UUID, Any]) -> str:
            found = among.get(UUID(state[column])) if state.get(column) else None
            if found is None:
                return ""
            first, second = found.name_zh, found.name_en
            return str((first or second) if language == "zh" else (second or first))

        donor, recipient = (find(side, self.organisations) for side in ("donor_id", "recipient_id"))
        if donor and recipient:
            return f"{donor} → {recipient}"
        place = find("programme_id", self.programmes) or find("round_id", self.rounds)
        if "version" in state and place:
            facts = {"round": place, "version": state["version"]}
            return say("log.home.version", facts, language)
        organisation = find("organisation_id", self.organisations)
        return " · ".join(part for part in (organisation, place) if part)


def _list_ids(states: Iterable[Mapping[str, Any]], *columns: str) -> set[UUID]:
    return {UUID(state[column]) for state in states for column in columns if state.get(column)}


def _item(entry: Entry, state: Mapping[str, Any], count: int, known: _Names) -> Item:
    record = known.name(state)
    code = "log.home.changed" if any(record.values()) else "log.home.changed_unnamed"
    return Item(
        code=code if count == 1 else f"{code}_many",
        note="log.home.by",
        facts={
            "person": known.people.get(entry.person_id, ""),
            "organisation": known.organisations.get(entry.tenant_id, ""),
            "action": Words(entry.action),
            "kind": Words(code_of_kind(entry.record_type)),
            "record": record,
            "others": count - 1,
        },
        address=address_of_record(entry) or reverse("log_entry", args=[entry.pk]),
        on=timezone.localdate(entry.at),
    )


def _find_chief(step: Sequence[Entry]) -> Entry:
    """Return the entry after which a step is named: of the kind that its action names, else one with a page."""
    words = step[0].action.partition(".")[2].replace("_", "")

    def rank(entry: Entry) -> tuple[bool, bool, bool]:
        kind = entry.record_type.partition(".")[2]
        return (kind in words, words.endswith(kind[-4:]), bool(address_of_record(entry)))

    return max(step, key=rank)


def _state_of(entry: Entry) -> dict[str, Any]:
    said = read_body(entry)
    state: dict[str, Any] = said["after"] or said["before"] or {}
    return state
