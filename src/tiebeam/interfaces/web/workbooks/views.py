"""Download one's own sheet, send it back, look at what each row would do, confirm."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tiebeam.errors import InvalidInput, TiebeamError
from tiebeam.interfaces.jobs.performing import start_run
from tiebeam.interfaces.jobs.taking_in import TAKE_IN, take_in_upload
from tiebeam.interfaces.jobs.workbook_forms import (
    KINDS,
    SheetKind,
    plan_rows,
    read_rows,
    write_sheet,
)
from tiebeam.interfaces.web.downloads import as_file
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, find_refusal, show_form, succeeds
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.page import Link, language_of, say_error, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.workbooks.preview import (
    count_acts,
    fault_table,
    read_act,
    say_faults,
    state_of_run,
)
from tiebeam.platform.files.models import Upload
from tiebeam.platform.files.uploads import drop_upload, find_upload, keep_upload, read_upload
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.operations import stop_run
from tiebeam.platform.tasks.queries import find_run

AT_ONCE_MOST = 300
"""A sheet of more rows is taken in by the worker."""


class UploadForm(PageForm):
    """Which file."""

    words = "workbooks.upload"
    file = forms.FileField(widget=forms.FileInput(attrs={"accept": ".xlsx"}))


class ConfirmForm(PageForm):
    """Why, and what was looked at."""

    words = "workbooks.confirm"
    reason = forms.CharField(max_length=500)
    sha256 = forms.CharField(widget=forms.HiddenInput)


@require_safe
@seated
def list_kinds(request: HttpRequest) -> HttpResponse:
    """Show which sheets may be downloaded, edited and sent back."""
    kinds = [
        {
            "title": say_to(request, f"workbooks.kind.{kind.name}"),
            "text": say_to(request, f"workbooks.guide.{kind.name}"),
            "download": reverse("download_workbook", args=[kind.name]),
            "upload": reverse("workbook", args=[kind.name]),
        }
        for kind in KINDS.values()
        if is_allowed(actor_of(request), kind.operation)
    ]
    return show_page(
        request, "web/workbooks/list.html", title=say_to(request, "workbooks.title"), kinds=kinds
    )


@require_safe
@seated
def download(request: HttpRequest, name: str) -> HttpResponse:
    """Send the sheet of what the acting organisation keeps."""
    kind = _kind(name)
    if not is_allowed(actor_of(request), kind.operation):
        return show_forbidden(request)
    content = write_sheet(kind, actor_of(request), language_of(request))
    return as_file(content, f"{name}.xlsx")


@FORM
@seated
def upload(request: HttpRequest, name: str) -> HttpResponse:
    """Take an edited sheet, and lead to what it would do."""
    kind = _kind(name)
    if not is_allowed(actor_of(request), kind.operation):
        return show_forbidden(request)
    form = UploadForm(request)
    kept: list[Upload] = []

    def keep(given: dict[str, Any]) -> None:
        file = given["file"]
        kept.append(
            keep_upload(
                kind=kind.name,
                name=file.name,
                content=file.read(),
                actor=actor_of(request),
                now=timezone.now(),
            )
        )

    if succeeds(form, keep):
        return redirect("workbook_upload", upload_id=kept[0].pk)
    return show_form(
        request,
        form,
        title=say_to(request, "workbooks.upload_title", kind=_name(request, kind)),
        verb=say_to(request, "workbooks.look"),
        back=reverse("workbooks"),
        trail=_trail(request),
        text=say_to(request, f"workbooks.guide.{kind.name}"),
        template="web/workbooks/upload.html",
        kind=kind.name,
    )


@FORM
@seated
def show_upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Show what each row of an upload would do; take it in where that is confirmed."""
    kept = _find(request, upload_id)
    kind, actor, now = KINDS[kept.kind], actor_of(request), timezone.now()
    if not is_allowed(actor, kind.operation):
        return show_forbidden(request)
    if request.method == "POST":
        form = ConfirmForm(request)
        answer = _confirm(request, kept, form) if form.is_valid() else None
        if answer is not None:
            return answer
    else:
        form = ConfirmForm(request, initial={"sha256": kept.sha256})
    rows, faults = read_rows(kind, read_upload(kept, now), kept.name)
    planned = plan_rows(kind, rows, faults, actor)
    counts = count_acts(planned)
    # What concerns no row concerns the file.
    lost = say_faults(request, [one for one in faults if one.row is None or not rows])
    is_whole = not lost and not counts["refused"] and bool(planned)
    return show_page(
        request,
        "web/workbooks/preview.html",
        title=say_to(request, f"workbooks.preview.{_verdict(counts, lost)}", **counts),
        trail=_trail(request, kind),
        lost=lost,
        upload=kept,
        counts=[(act, count) for act, count in counts.items() if count],
        table=fault_table(request, kind, planned, read_act(request)),
        form=form,
        may_confirm=is_whole and bool(counts["create"] + counts["update"]),
        again=reverse("workbook", args=[kind.name]),
        status=form.status,
    )


@require_POST
@seated
def drop(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Forget an upload."""
    kept = _find(request, upload_id)
    drop_upload(kept, actor_of(request))
    messages.success(request, say_to(request, "workbooks.dropped"))
    return redirect("workbooks")


@require_safe
@seated
def show_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show how far the taking in of a large sheet is, and how it ended."""
    return _show_run(request, _find_run(run_id))


@require_POST
@seated
def stop(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Ask that a sheet be not taken in after all."""
    run = _find_run(run_id)
    refusal = find_refusal(
        request, lambda: stop_run(run_id=run.pk, actor=actor_of(request), now=timezone.now())
    )
    if refusal:
        return _show_run(request, _find_run(run_id), refusal)
    return redirect("workbook_run", run_id=run.pk)


def _find_run(run_id: UUID) -> Run:
    run = find_run(run_id)
    if run is None or run.kind != TAKE_IN:
        raise Http404
    return run


def _show_run(request: HttpRequest, run: Run, refusal: Sequence[str] = ()) -> HttpResponse:
    state = state_of_run(request, run)
    is_part = request.headers.get("HX-Request") == "true"
    return show_page(
        request,
        "web/workbooks/progress.html" if is_part else "web/workbooks/run.html",
        title=state["title"],
        trail=_trail(request),
        run=run,
        refusal=refusal,
        status=409 if refusal else 200,
        **{key: value for key, value in state.items() if key != "title"},
    )


def _confirm(request: HttpRequest, kept: Upload, form: ConfirmForm) -> HttpResponse | None:
    """Take the upload in, or have the worker do it; None where it was refused."""
    actor, now = actor_of(request), timezone.now()
    sha256, reason = form.cleaned_data["sha256"], form.cleaned_data["reason"]
    try:
        rows, _ = read_rows(KINDS[kept.kind], read_upload(kept, now), kept.name)
        if len(rows) > AT_ONCE_MOST:
            run = start_run(
                kind=TAKE_IN,
                arguments={"sha256": sha256, "reason": reason, "kind": kept.kind},
                scope_id=kept.pk,
                record_id=kept.pk,
                actor=actor,
                now=now,
            )
            return redirect("workbook_run", run_id=run.pk)
        counts = take_in_upload(kept, sha256, reason, actor, now)
    except InvalidInput as error:
        # What changed in the meantime shows in the table below.
        form.is_refused = True
        form.add_error(None, say_error(request, error)[0])
        return None
    except TiebeamError as error:
        form.refuse(error)
        return None
    messages.success(request, say_to(request, "workbooks.done", **counts))
    return redirect("workbooks")


def _verdict(counts: dict[str, int], lost: list[str]) -> str:
    if lost or not any(counts.values()):
        return "unreadable"
    if counts["refused"]:
        return "refused"
    return "ready" if counts["create"] + counts["update"] else "nothing"


def _kind(name: str) -> SheetKind:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _find(request: HttpRequest, upload_id: UUID) -> Upload:
    found = find_upload(upload_id, actor_of(request))
    if found is None or found.kind not in KINDS:
        raise Http404
    return found


def _name(request: HttpRequest, kind: SheetKind) -> str:
    return say_to(request, f"workbooks.kind.{kind.name}")


def _trail(request: HttpRequest, kind: SheetKind | None = None) -> list[Link]:
    trail = [Link(say_to(request, "workbooks.title"), reverse("workbooks"))]
    if kind is not None:
        trail.append(Link(_name(request, kind), reverse("workbook", args=[kind.name])))
    return trail
