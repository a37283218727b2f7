"""Enter a region or an organisation, correct it, end it; the codes of a region."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.regions import operations
from tiebeam.apps.regions.queries import get_organisation, get_region
from tiebeam.apps.regions.queries.codes import get_code
from tiebeam.interfaces.web.directory import forms
from tiebeam.interfaces.web.directory.rights import may_change
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.page import Link, name_of, say_to
from tiebeam.interfaces.web.periods import end_after
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.permissions.operations import is_allowed


@FORM
@seated
def add_region(request: HttpRequest) -> HttpResponse:
    """Enter a region."""
    form = forms.CreateRegionForm(request, initial=_below(request))
    return _add(request, form, operations.create_region, "region")


@FORM
@seated
def add_organisation(request: HttpRequest) -> HttpResponse:
    """Enter an organisation."""
    form = forms.OrganisationForm(request, initial=_below(request))
    return _add(request, form, operations.create_organisation, "organisation")


@FORM
@seated
def correct_region(request: HttpRequest, region_id: UUID) -> HttpResponse:
    """Correct what the directory says of a region."""
    return _correct(request, find_or_404(get_region, region_id), forms.CorrectRegionForm)


@FORM
@seated
def correct_organisation(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Correct what the directory says of an organisation."""
    organisation = find_or_404(get_organisation, organisation_id)
    return _correct(request, organisation, forms.CorrectOrganisationForm)


@FORM
@seated
def end_region(request: HttpRequest, region_id: UUID) -> HttpResponse:
    """Dissolve, merge or rename a region."""
    return _end(request, find_or_404(get_region, region_id))


@FORM
@seated
def end_organisation(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Dissolve, merge or rename an organisation."""
    return _end(request, find_or_404(get_organisation, organisation_id))


@FORM
@seated
def add_code(request: HttpRequest, region_id: UUID) -> HttpResponse:
    """Add the code that an authority gave a region."""
    region = find_or_404(get_region, region_id)
    if not may_change(request, "regions.add_code", region):
        return show_forbidden(request)
    form = forms.CodeForm(request, initial={"authority": forms.GB})
    return answer_form(
        request,
        form,
        lambda given: operations.add_code(
            region=region,
            authority=given["authority"],
            code=given["code"],
            valid_from=given["valid_from"],
            valid_until=end_after(given["last_day"]),
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "directory.done.code_added"),
        title=say_to(request, "directory.add_code_title", name=name_of(request, region)),
        verb=say_to(request, "directory.verb.add_code"),
        back=reverse("region", args=[region.pk]),
        trail=_trail(request, region),
    )


@FORM
@seated
def end_code(request: HttpRequest, code_id: UUID) -> HttpResponse:
    """End a code that a region bears."""
    code = find_or_404(get_code, code_id)
    if not may_change(request, "regions.end_code", code):
        return show_forbidden(request)
    facts = {"authority": code.authority, "value": code.code}
    form = forms.LastDayForm(request, initial={"last_day": timezone.localdate()})
    return answer_form(
        request,
        form,
        lambda given: operations.end_code(
            code=code,
            until=form.until(),
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "directory.done.code_ended"),
        title=say_to(request, "directory.end_code_title", **facts),
        verb=say_to(request, "directory.verb.end_code"),
        back=reverse("region", args=[code.region_id]),
        trail=_trail(request, code.region),
        is_dangerous=True,
    )


def _add(
    request: HttpRequest,
    form: forms.CreateRegionForm | forms.OrganisationForm,
    operation: Any,
    kind: str,
) -> HttpResponse:
    if not is_allowed(actor_of(request), f"regions.create_{kind}"):
        return show_forbidden(request)
    return answer_form(
        request,
        form,
        lambda _: operation(**form.values(), actor=actor_of(request), now=timezone.now()),
        done=say_to(request, "directory.done.entered"),
        onto=lambda made: reverse(kind, args=[made.pk]),
        title=say_to(request, f"directory.add_{kind}_title"),
        verb=say_to(request, f"directory.verb.add_{kind}"),
        back=reverse(f"{kind}s"),
        trail=_trail(request, kind=kind),
    )


def _correct(request: HttpRequest, record: Any, form_of: Any) -> HttpResponse:
    kind = record._meta.model_name
    if not may_change(request, f"regions.correct_{kind}", record):
        return show_forbidden(request)
    form = form_of(request, record)
    return answer_form(
        request,
        form,
        lambda given: getattr(operations, f"correct_{kind}")(
            **{kind: record},
            values=form.changed_values(),
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "directory.done.corrected"),
        title=say_to(request, "directory.correct_title", name=name_of(request, record)),
        text=say_to(request, "directory.correct_text"),
        verb=say_to(request, "directory.verb.correct"),
        back=reverse(kind, args=[record.pk]),
        trail=_trail(request, record),
    )


def _end(request: HttpRequest, record: Any) -> HttpResponse:
    kind = record._meta.model_name
    if not may_change(request, f"regions.end_{kind}", record):
        return show_forbidden(request)
    form = forms.EndForm(request, type(record))
    return answer_form(
        request,
        form,
        lambda given: getattr(operations, f"end_{kind}")(
            **{kind: record},
            until=form.until(),
            successor=given["successor"],
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "directory.done.ended"),
        title=say_to(request, "directory.end_title", name=name_of(request, record)),
        text=say_to(request, f"directory.end_text_{kind}"),
        verb=say_to(request, "directory.verb.end"),
        back=reverse(kind, args=[record.pk]),
        trail=_trail(request, record),
        is_dangerous=True,
    )


def _below(request: HttpRequest) -> dict[str, Any]:
    """Return what a new entry begins with where it is to lie below another."""
    given = request.GET.get("below", "")
    try:
        return {"parent": f"#{UUID(given)}"} if given else {}
    except ValueError:
        return {}


def _trail(request: HttpRequest, record: Any = None, kind: str = "") -> list[Link]:
    kind = kind or record._meta.model_name
    trail = [Link(say_to(request, f"directory.{kind}s"), reverse(f"{kind}s"))]
    if record is not None:
        trail.append(Link(name_of(request, record), reverse(kind, args=[record.pk])))
    return trail
