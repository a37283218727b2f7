"""What happened to a record, in words: when, what, who, why, the latest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.platform.audit.history import Change, list_changes
from tiebeam.platform.identity.people import list_names

LINES_MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step: an operation that touched several records of the subject is one step."""

    at: datetime
    action: str
    person: str
    organisation: str
    reason: str


def timeline_of(
    request: HttpRequest, record_ids: Iterable[UUID], known_at: datetime | None = None
) -> list[Line]:
    """Return the steps of the records' history, the latest first; with *known_at*, up to that moment."""
    changes = list_changes(record_ids, known_at=known_at)
    steps = {(row.at, row.action, row.person_id): row for row in reversed(changes)}
    shown = sorted(steps.values(), key=lambda row: row.at, reverse=True)[:LINES_MOST]
    people = list_names(row.person_id for row in shown)
    organisations = list_organisations_by_id(row.organisation_id for row in shown)
    unknown = say_to(request, "web.unknown")
    return [
        Line(
            at=row.at,
            action=say_to(request, _code_of(row)),
            person=people.get(row.person_id, unknown),
            organisation=name_of(request, organisations[row.organisation_id])
            if row.organisation_id in organisations
            else unknown,
            reason=row.reason,
        )
        for row in shown
    ]


def _code_of(change: Change) -> str:
    """Return the code of what was done; an answer to a return says which it was."""
    for name, _, after in change.fields:
        if (change.action, name) == ("programmes.decide_return", "is_accepted"):
            return "returns.step.accepted" if after else "returns.step.sent_back"
    return change.action
