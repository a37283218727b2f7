"""Send a sheet of events, look at what each row would do, and propose all of them as one import."""

from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.import_models import ImportProposal
from tiebeam.apps.ledger.operations.imports import LookedImport, look_at_import, propose_import
from tiebeam.apps.ledger.operations.parts import MAKERS
from tiebeam.apps.ledger.queries.imports import list_imports, list_programmes_with_books
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.regions.operations.rows import GivenRow
from tiebeam.errors import Fault
from tiebeam.interfaces.jobs.ledger_forms import read_file, write_form
from tiebeam.interfaces.messages.faults import say_fault
from tiebeam.interfaces.web.downloads import as_file
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, show_form, succeeds
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.ledger_imports.tables import count_acts, imports_table, rows_table
from tiebeam.interfaces.web.page import Link, language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.files.models import Upload
from tiebeam.platform.files.uploads import drop_upload, find_upload, keep_upload, read_upload
from tiebeam.platform.identity.people import list_names
from tiebeam.platform.permissions.operations import is_allowed

PROPOSE = "ledger.propose_import"
_KIND = "ledger:"


class SendForm(PageForm):
    """Which sheet, of which programme."""

    words = "imports.send"
    programme = forms.ChoiceField()
    file = forms.FileField(widget=forms.FileInput(attrs={"accept": ".xlsx"}))

    def __init__(self, request: HttpRequest, programmes: list[Programme], **kwargs: Any) -> None:
        """Offer the programmes in which the own organisation keeps books."""
        super().__init__(request, **kwargs)
        choices = [(str(row.pk), name_of(request, row)) for row in programmes]
        self.fields["programme"].choices = choices  # type: ignore[attr-defined]  # a choice field


class ProposeForm(PageForm):
    """What was looked at, and that questioned amounts are right."""

    words = "imports.propose"
    is_sure = forms.BooleanField(required=False)
    sha256 = forms.CharField(widget=forms.HiddenInput)


@require_safe
@seated
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the imports of the own organisation."""
    actor = actor_of(request)
    imports = list_imports()
    people = list_names({each.proposal.maker_id for each in imports})
    waiting = sum(each.state in {"proposed", "begun"} for each in imports)
    return show_page(
        request,
        "web/ledger_imports/list.html",
        title=say_to(
            request, "imports.title_waiting" if waiting else "imports.title", count=waiting
        ),
        trail=trail(request)[:1],
        table=imports_table(request, imports, people),
        may_send=any(actor.has_role(role) for role in MAKERS),
    )


@require_safe
@seated
def give_form(request: HttpRequest) -> HttpResponse:
    """Give the empty form."""
    if not is_allowed(actor_of(request), PROPOSE):
        return show_forbidden(request)
    content = write_form(language_of(request), [])
    return as_file(content, "events.xlsx")


@FORM
@seated
def send(request: HttpRequest) -> HttpResponse:
    """Take a sheet, and lead to what it would do."""
    actor = actor_of(request)
    if not is_allowed(actor, PROPOSE):
        return show_forbidden(request)
    form = SendForm(request, list_programmes_with_books(actor.organisation_id))
    kept: list[Upload] = []

    def keep(given: dict[str, Any]) -> None:
        file = given["file"]
        kept.append(
            keep_upload(
                kind=f"{_KIND}{UUID(given['programme']).hex}",
                name=file.name,
                content=file.read(),
                actor=actor,
                now=timezone.now(),
            )
        )

    if succeeds(form, keep):
        return redirect("ledger_import_sheet", upload_id=kept[0].pk)
    return show_form(
        request,
        form,
        title=say_to(request, "imports.send_title"),
        verb=say_to(request, "imports.look"),
        back=reverse("ledger_imports"),
        trail=trail(request),
        text=say_to(request, "imports.send_text"),
        template="web/ledger_imports/send.html",
    )


@FORM
@seated
def look(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Show what each row of a sheet would do; propose them where that is confirmed."""
    actor, now = actor_of(request), timezone.now()
    kept = find_upload(upload_id, actor)
    if kept is None or not kept.kind.startswith(_KIND):
        raise Http404
    if not is_allowed(actor, PROPOSE):
        return show_forbidden(request)
    wanted = UUID(hex=kept.kind.removeprefix(_KIND))
    of = next(
        (p for p in list_programmes_with_books(actor.organisation_id) if p.pk == wanted), None
    )
    if of is None:
        raise Http404
    looked, rows, lost = _look(of, kept, request)
    form = ProposeForm(
        request, **({} if request.method == "POST" else {"initial": {"sha256": kept.sha256}})
    )
    if not looked.questions:
        form.fields.pop("is_sure")
    made: list[ImportProposal] = []

    def propose(given: dict[str, Any]) -> None:
        with transaction.atomic():
            made.append(
                propose_import(
                    programme=of,
                    rows=rows,
                    source=kept.name,
                    actor=actor,
                    now=now,
                    import_id=uuid5(kept.pk, "import"),
                    is_sure=bool(given.get("is_sure")),
                )
            )
            drop_upload(kept, actor)

    if succeeds(form, propose):
        messages.success(request, say_to(request, "imports.proposed"))
        return redirect("ledger_import", import_id=made[0].pk)
    counts = count_acts(looked)
    verdict = "refused" if looked.faults or lost else "asked" if looked.questions else "ready"
    return show_page(
        request,
        "web/ledger_imports/look.html",
        title=say_to(request, f"imports.look.{verdict}", **counts),
        trail=trail(request),
        lost=lost,
        name=kept.name,
        table=rows_table(request, looked),
        form=form,
        may_propose=verdict != "refused" and bool(looked.events),
        status=form.status,
    )


def trail(request: HttpRequest) -> list[Link]:
    """Return the places above an import."""
    return [
        Link(say_to(request, "imports.money"), reverse("money")),
        Link(say_to(request, "imports.title"), reverse("ledger_imports")),
    ]


def _look(
    of: Programme, kept: Upload, request: HttpRequest
) -> tuple[LookedImport, list[GivenRow], list[str]]:
    """Return what the rows of a sheet would do, the rows, and what concerns no row."""
    actor, now = actor_of(request), timezone.now()
    read = read_file(read_upload(kept, now), kept.name)
    rows = [GivenRow(number=number, values=values) for number, values in read.rows]
    whole: list[Fault] = [fault for fault in read.faults if fault.row is None]
    lost = [say_fault(fault, language_of(request)) for fault in whole]
    with transaction.atomic():
        looked = look_at_import(of, rows, actor, now) if rows else LookedImport([], [], [])
    faults = [fault for fault in read.faults if fault.row is not None]
    # Where rows cannot be read, those that follow them are refused for that alone: not told twice.
    told = {fault.row for fault in faults}
    faults += [] if faults else [fault for fault in looked.faults if fault.row not in told]
    if not rows and not faults and not lost:
        lost = [say_to(request, "ledger_files.without_events")]
    return LookedImport(looked.events, faults, [] if faults else looked.questions), rows, lost
