"""The history of a record, newest first, as a page and as a file."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.web.history.fields import FieldChange, Known, know, list_field_changes
from tiebeam.interfaces.web.history.subjects import SUBJECTS
from tiebeam.interfaces.web.listing import Asked, read_asked
from tiebeam.interfaces.web.log.naming import name_kind
from tiebeam.interfaces.web.page import name_of, say_to, show_page
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table, table_as_file
from tiebeam.platform.audit.history import Change, list_changes

SUMMARY_MOST = 3


@require_safe
@seated
def show_history(request: HttpRequest, kind: str, record_id: UUID) -> HttpResponse:
    """Show who changed a record, for whom, what stood there before and after, and why."""
    if kind not in SUBJECTS:
        raise Http404
    try:
        subject = SUBJECTS[kind](request, record_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    asked = read_asked(request)
    changes = list_changes(subject.record_ids)
    shown = changes[asked.start : asked.stop]
    lines = _list_lines(request, shown, know(shown))
    table = _table(request, lines, len(changes), asked)
    return table_as_file(table) or show_page(
        request,
        "web/history/history.html",
        title=say_to(request, "history.title", name=subject.name, count=len(changes)),
        trail=subject.trail,
        tabs=subject.tabs,
        lines=lines,
        table=table,
        asked=asked,
    )


def _list_lines(
    request: HttpRequest, changes: Sequence[Change], known: Known
) -> list[dict[str, Any]]:
    return [
        {
            "at": timezone.localtime(change.at),
            "person": known.people.get(change.person_id) or say_to(request, "web.unknown"),
            "organisation": name_of(request, known.organisations[change.organisation_id])
            if change.organisation_id in known.organisations
            else say_to(request, "web.unknown"),
            "what": say_to(request, change.action) if has_message(change.action) else change.action,
            "record": name_kind(request, change.record_type),
            "reason": change.reason,
            "fields": fields,
            "summary": _summary(request, fields),
        }
        for change in changes
        for fields in [list_field_changes(request, change, known)]
    ]


def _summary(request: HttpRequest, fields: Sequence[FieldChange]) -> str:
    """Return the first of what stands there now, so that alike lines can be told apart."""
    return say_to(request, "history.between").join(
        say_to(request, "history.now", field=field.name, after=field.after)
        for field in fields[:SUMMARY_MOST]
    )


def _table(request: HttpRequest, lines: list[dict[str, Any]], count: int, asked: Asked) -> Table:
    keys = ("at", "person", "organisation", "what", "record", "fields", "reason")
    return Table(
        name="history",
        columns=tuple(Column(key, say_to(request, f"history.column.{key}")) for key in keys),
        rows=tuple(
            Row(
                (
                    Cell(f"{line['at']:%Y-%m-%d %H:%M}"),
                    *(Cell(line[key]) for key in ("person", "organisation", "what", "record")),
                    Cell(
                        "\n".join(
                            say_to(
                                request,
                                "history.change",
                                field=field.name,
                                before=field.before,
                                after=field.after,
                            )
                            for field in line["fields"]
                        )
                    ),
                    Cell(line["reason"]),
                )
            )
            for line in lines
        ),
        count=count,
        asked=asked,
        empty=say_to(request, "history.empty"),
    )
