"""What the first page tells of changes: which record, what became of it, who did it, and when."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from tiebeam.interfaces.web.home.sections import ITEMS_MOST, Item, Words, section
from tiebeam.interfaces.web.log.naming import address_of_record, code_of_kind, read_body
from tiebeam.interfaces.web.log.records import RecordNames, address_in
from tiebeam.platform.audit.finding import list_latest_steps
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.identity.access import Access
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
    known = RecordNames([entry for entry, _ in chief], list(states.values()))
    return [_item(entry, states[entry.pk], count, known) for entry, count in chief]


def _item(entry: Entry, state: Mapping[str, Any], count: int, known: RecordNames) -> Item:
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
        address=address_in(entry, state) or reverse("log_entry", args=[entry.pk]),
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
