"""What the records of some entries are called, and the pages at which they are read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from tiebeam.apps.programmes.queries import list_programmes_by_id
from tiebeam.apps.programmes.queries.rounds import list_rounds_by_id
from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.interfaces.messages import LANGUAGES, Language, say
from tiebeam.interfaces.web.log.naming import address_of_record, name_in
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.identity.people import list_names

ABOVE = {
    "of_list_id": "list_version",
    "agreement_id": "agreement",
    "hand_over_id": "hand_over",
    "of_return_id": "return",
    "variant_id": "desk_variant",
    "pairing_id": "responsibilities",
    "person_id": "person",
    "region_id": "region",
    "programme_id": "programme",
}
"""The column that names what a record without a page belongs to, and the page of that."""


def address_in(entry: Entry, state: Mapping[str, Any]) -> str:
    """Return the page of the entry's record, or of what it belongs to; empty where there is none."""
    own = address_of_record(entry)
    if own:
        return own
    column = next((name for name in ABOVE if state.get(name)), None)
    return reverse(ABOVE[column], args=[state[column]]) if column else ""


class RecordNames:
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
