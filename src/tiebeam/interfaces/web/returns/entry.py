"""Enter the figures of a return, by form or by file."""

from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tiebeam.apps.programmes.models import Return
from tiebeam.apps.programmes.operations import EnteredLine, enter_lines
from tiebeam.apps.programmes.operations.return_files import (
    HEADS,
    Preview,
    hash_of_lines,
    list_table_rows,
    preview_file,
)
from tiebeam.apps.programmes.queries import get_return, list_lines, state_of_return
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404, find_refusal
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.page import language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.returns.forms import FiguresForm, UploadForm
from tiebeam.interfaces.web.returns.previews import preview_table, say_fault
from tiebeam.interfaces.web.returns.views import page_of_return
from tiebeam.interfaces.web.returns.words import may_do, trail_to_return
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table, figure, table_as_file

SALT = "preview-of-a-return"
PREVIEW_SECONDS = 3600


@FORM
@never_cache
@seated
def enter(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Enter the figures of all resources on one page."""
    of_return = find_or_404(get_return, return_id)
    closed = _closed(request, of_return)
    if closed is not None:
        return closed
    form = FiguresForm(request, of_return, list_lines(of_return))
    return answer_form(
        request,
        form,
        lambda given: enter_lines(
            of_return=of_return,
            lines=form.lines(),
            note=given["note"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "returns.entered"),
        template="web/returns/enter.html",
        title=say_to(
            request,
            f"returns.enter_title.{of_return.side}",
            organisation=name_of(request, of_return.tenant),
            round=name_of(request, of_return.round),
        ),
        trail=trail_to_return(request, of_return),
        rows=form.rows(),
        verb=say_to(request, "returns.save"),
        back=reverse("return", args=[of_return.pk]),
    )


@require_safe
@seated
def download(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Send the return as a table: one row for each resource, filled with what stands."""
    of_return = find_or_404(get_return, return_id)
    keys = ("resource", "name", "unit", "quantity", "evidence")
    table = Table(
        name="return",
        columns=tuple(Column(key, head) for key, head in zip(keys, HEADS, strict=True)),
        rows=tuple(
            Row((Cell(key), Cell(name), Cell(unit), figure(quantity), Cell(evidence)))
            for key, name, unit, quantity, evidence in list_table_rows(
                of_return, language_of(request)
            )
        ),
        asked=read_asked(request),
    )
    return table_as_file(table) or redirect("return", of_return.pk)


@FORM
@never_cache
@seated
def upload(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Read an edited table and show what it would do, row by row; nothing is kept yet."""
    of_return = find_or_404(get_return, return_id)
    closed = _closed(request, of_return)
    if closed is not None:
        return closed
    form = UploadForm(request)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        preview = preview_file(of_return, file.read(), file.name)
        return _show_preview(request, of_return, preview, file.name)
    return show_page(
        request,
        "web/returns/upload.html",
        title=say_to(request, "returns.upload_title"),
        trail=trail_to_return(request, of_return),
        form=form,
        of_return=of_return,
        back=reverse("return", args=[of_return.pk]),
        status=form.status,
    )


@require_POST
@seated
def confirm(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Keep what was looked at: all lines of the file in one transaction, or none."""
    of_return = find_or_404(get_return, return_id)
    try:
        looked_at = signing.loads(
            request.POST.get("looked_at", ""), salt=SALT, max_age=PREVIEW_SECONDS
        )
    except signing.BadSignature:
        looked_at = {}
    is_same = looked_at.get("return") == str(of_return.pk)
    if not is_same or looked_at.get("standing") != hash_of_lines(of_return):
        return page_of_return(request, of_return, [say_to(request, "returns.preview_stale")])
    lines = [
        EnteredLine(resource=resource, quantity=quantity, evidence=evidence)
        for resource, quantity, evidence in looked_at["lines"]
    ]
    refusal = find_refusal(
        request,
        lambda: enter_lines(
            of_return=of_return, lines=lines, actor=actor_of(request), now=timezone.now()
        ),
    )
    if refusal:
        return page_of_return(request, of_return, refusal)
    messages.success(request, say_to(request, "returns.entered"))
    return redirect("return", of_return.pk)


def _show_preview(
    request: HttpRequest, of_return: Return, preview: Preview, file_name: str
) -> HttpResponse:
    refused = sum(row.state == "refused" for row in preview.rows)
    lines = [[line.resource, str(line.quantity), line.evidence] for line in preview.lines]
    content = {
        "return": str(of_return.pk),
        "standing": hash_of_lines(of_return),
        "lines": lines,
    }
    is_ready = preview.is_clean and preview.changes_count > 0
    code = "returns.preview_title" if preview.is_clean else "returns.preview_refused"
    return show_page(
        request,
        "web/returns/preview.html",
        title=say_to(
            request,
            code,
            file=file_name,
            changes=preview.changes_count,
            refused=refused + len(preview.faults),
        ),
        trail=trail_to_return(request, of_return),
        of_return=of_return,
        table=preview_table(request, of_return, preview),
        faults_of_file=[say_fault(request, fault) for fault in preview.faults],
        warnings=[say_fault(request, fault) for fault in preview.warnings],
        looked_at=signing.dumps(content, salt=SALT, compress=True) if is_ready else "",
        status=200 if preview.is_clean else 400,
    )


def _closed(request: HttpRequest, of_return: Return) -> HttpResponse | None:
    """Return what is shown instead of a form where nothing can be entered, None where it can."""
    actor = actor_of(request)
    if may_do(actor, of_return, "draft").enter is False:
        return show_forbidden(request)
    state = state_of_return(of_return)
    if may_do(actor, of_return, state).enter:
        return None
    code = "return_accepted" if state == "accepted" else "return_handed_in"
    return page_of_return(request, of_return, [say_to(request, f"programmes.{code}")])
