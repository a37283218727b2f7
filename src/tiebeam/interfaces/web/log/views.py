"""The pages of the log, its proofs, and the verifier to take along."""

import json
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.interfaces.web.addresses import NotUnderstood
from tiebeam.interfaces.web.downloads import as_file
from tiebeam.interfaces.web.listing import ROWS_ON_A_PAGE, Asked, read_asked
from tiebeam.interfaces.web.log.asking import LogForm
from tiebeam.interfaces.web.log.lines import Names, list_fields, log_table
from tiebeam.interfaces.web.log.naming import (
    name_action,
    name_kind,
    read_body,
)
from tiebeam.interfaces.web.log.records import address_in
from tiebeam.interfaces.web.page import Fact, Link, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import table_as_file
from tiebeam.platform.audit import verifier
from tiebeam.platform.audit.finding import (
    WAITING_MOST,
    Sealing,
    count_entries,
    find_entry,
    find_position,
    find_sealing,
    list_entries,
)
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.audit.proving import prove
from tiebeam.platform.identity.people import list_names

ROWS_IN_A_FILE = 10_000
VERIFYING = {
    "file": "verifier.py",
    "commands": "python verifier.py proof.json\n"
    "python verifier.py proof.json --key ID --anchors heads.txt",
}
"""The program to take along, and how it is called: the same in every language."""


@require_safe
@seated
def list_all(request: HttpRequest) -> HttpResponse:
    """Show what the log holds for the acting organisation, the newest first."""
    form, asked = LogForm(request), read_asked(request)
    sealing = find_sealing()
    entries: list[Entry] = []
    older = ""
    if form.is_valid():
        limit = ROWS_IN_A_FILE if asked.file else ROWS_ON_A_PAGE
        # One more than is shown tells whether there is more, without counting.
        found = list_entries(form.sought(), before=_read_last(request), limit=limit + 1)
        entries = found[:limit]
        older = str(entries[-1].pk) if len(found) > limit else ""
    table = log_table(
        request,
        entries,
        count=count_entries(form.sought()) if form.is_valid() else 0,
        is_narrowed=form.is_valid() and form.is_narrowed,
        asked=Asked(file=asked.file) if asked.file else None,
    )
    return table_as_file(table) or show_page(
        request,
        "web/log/list.html",
        title=_title(request, sealing),
        form=form,
        table=table,
        older=older,
        is_first="before" not in request.GET,
        is_narrowed=form.is_valid() and form.is_narrowed,
        sealing=_facts_of_sealing(request, sealing),
        is_key_missing=_is_key_missing(),
        verifying=VERIFYING,
        status=400 if form.errors else 200,
    )


@require_safe
@seated
def show_entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Show one entry: who, for whom, what, before and after, why, and whether it is sealed."""
    entry = find_entry(entry_id)
    if entry is None:
        raise Http404
    said, sealing = read_body(entry), find_sealing()
    position = find_position(entry)
    is_sealed = position is not None and sealing.head is not None and position < sealing.head.size
    kind = name_kind(request, entry.record_type)
    return show_page(
        request,
        "web/log/entry.html",
        title=say_to(
            request, "log.entry_title", action=name_action(request, entry.action), kind=kind
        ),
        trail=[Link(say_to(request, "web.rail.log"), reverse("log"))],
        facts=_facts_of_entry(request, entry, kind),
        fields=list_fields(request, said, entry.record_type),
        reason=said["reason"],
        is_new=said["before"] is None,
        is_gone=said["after"] is None,
        is_sealed=is_sealed,
        position=position,
        entry=entry,
        sealing=_facts_of_sealing(request, sealing),
        is_key_missing=_is_key_missing(),
        verifying=VERIFYING,
    )


@require_safe
@seated
def give_proof(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Give the proof of what the log says of a record, as far as it may be read."""
    proof = prove(record_id, settings.TIEBEAM_AUDIT_ANCHORS, actor_of(request))
    text = json.dumps(proof, ensure_ascii=False, indent=2) + "\n"
    return as_file(text.encode(), f"proof-{record_id}.json")


@require_safe
@seated
def give_verifier(request: HttpRequest) -> HttpResponse:
    """Give the program that checks proofs by itself, without this workspace."""
    del request
    content = Path(verifier.__file__).read_bytes()
    return as_file(content, VERIFYING["file"])


def _read_last(request: HttpRequest) -> Entry | None:
    """Return the entry after which the page begins."""
    text = request.GET.get("before", "")
    if not text:
        return None
    try:
        found = find_entry(UUID(text))
    except ValueError:
        raise NotUnderstood("before", "web.error.address.before", value=text) from None
    if found is None:
        raise Http404
    return found


def _title(request: HttpRequest, sealing: Sealing) -> str:
    if sealing.head is None:
        return say_to(request, "log.title_unsealed")
    if not sealing.waiting:
        return say_to(request, "log.title_sealed", size=sealing.head.size)
    return say_to(
        request, "log.title_waiting", size=sealing.head.size, waiting=_waiting(request, sealing)
    )


def _waiting(request: HttpRequest, sealing: Sealing) -> str:
    if sealing.waiting > WAITING_MOST:
        return say_to(request, "log.more_than", count=WAITING_MOST)
    return str(sealing.waiting)


def _is_key_missing() -> bool:
    return not settings.TIEBEAM_AUDIT_KEY.is_file()


def _facts_of_sealing(request: HttpRequest, sealing: Sealing) -> list[Fact]:
    waits = Fact(say_to(request, "log.seal.waiting"), _waiting(request, sealing))
    if sealing.head is None:
        return [Fact(say_to(request, "log.seal.size"), say_to(request, "web.none")), waits]
    head = sealing.head
    return [
        Fact(say_to(request, "log.seal.size"), str(head.size)),
        Fact(
            say_to(request, "log.seal.time"),
            f"{timezone.localtime(head.sealed_at):%Y-%m-%d %H:%M:%S}",
        ),
        Fact(say_to(request, "log.seal.key"), head.key_id),
        waits,
    ]


def _name_of_person(request: HttpRequest, person_id: UUID) -> str:
    return list_names([person_id]).get(person_id) or say_to(request, "web.unknown")


def _facts_of_entry(request: HttpRequest, entry: Entry, kind: str) -> list[Fact]:
    names, said = Names(request, [entry]), read_body(entry)
    state = said["after"] or said["before"] or {}
    record = names.record(state)
    history = f"{reverse('log')}?record={entry.record_id}"
    facts = [
        ("when", f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S UTC%z}", ""),
        ("who", names.person(entry.person_id), ""),
        ("organisation", names.organisation(entry.tenant_id), ""),
        ("what", name_action(request, entry.action), ""),
        ("record", f"{kind} {record}".strip(), address_in(entry, state)),
        ("record_id", str(entry.record_id), history),
    ]
    if said.get("deputy_of"):
        facts.append(("deputy", _name_of_person(request, UUID(said["deputy_of"])), ""))
    if said.get("token"):
        facts.append(("token", said["token"], ""))
    return [
        Fact(say_to(request, f"log.column.{key}"), text, address) for key, text, address in facts
    ]
