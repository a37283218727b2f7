"""Pages by which an administrator lets people in, gives them roles, and lets them go."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.programmes.queries import list_programmes_by_id
from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.errors import TiebeamError
from tiebeam.interfaces.web.page import Fact, Link, name_of, say_to, show_page
from tiebeam.interfaces.web.people.forms import AssignForm, DismissForm, EndForm, InviteForm
from tiebeam.interfaces.web.people.lists import people_table
from tiebeam.interfaces.web.seated import actor_of, for_roles
from tiebeam.interfaces.web.tables import table_as_file
from tiebeam.platform.identity import operations, people
from tiebeam.platform.identity.models import Assignment, Person
from tiebeam.platform.permissions.roles import Role

administrators = for_roles(Role.ADMINISTRATOR)
FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@administrators
def list_all(request: HttpRequest) -> HttpResponse:
    """List the people of the workspace, and who was invited."""
    table = people_table(request, timezone.localdate())
    file = table_as_file(table)
    if file is not None:
        return file
    invitations = people.list_open_invitations(timezone.now())
    known = list_organisations_by_id(row.organisation_id for row in invitations)
    invited = [
        {
            "email": row.email,
            "role": say_to(request, f"web.role.{row.role}"),
            "organisation": name_of(request, known[row.organisation_id]),
            "until": row.expires_at,
        }
        for row in invitations
    ]
    return show_page(
        request,
        "web/people/list.html",
        title=say_to(request, "people.title", count=table.row_count),
        action=Link(say_to(request, "people.invite"), reverse("invite_person")),
        table=table,
        invited=invited,
    )


@FORM
@never_cache
@administrators
def invite_person(request: HttpRequest) -> HttpResponse:
    """Invite somebody; the link is shown this once."""
    form = InviteForm(request)
    link = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            _, secret = operations.invite(
                email=given["email"],
                organisation_id=UUID(given["organisation_id"]),
                role=Role(given["role"]),
                programme_id=given["programme_id"],
                actor=actor_of(request),
                now=timezone.now(),
            )
        except TiebeamError as error:
            form.refuse(error)
        else:
            link = request.build_absolute_uri(reverse("join", args=[secret]))
    return show_page(
        request,
        "web/people/invite.html",
        title=say_to(request, "people.invited" if link else "people.invite_title"),
        trail=_trail(request),
        form=form,
        link=link,
        email=form.cleaned_data.get("email", "") if link else "",
        days=operations.INVITATION_DAYS,
        status=_status(form),
    )


@require_safe
@administrators
def show_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show a person with every role held, now and before."""
    person = _get_person(person_id)
    today = timezone.localdate()
    held = people.list_assignments(person.pk)
    known = list_organisations_by_id(row.organisation_id for row in held)
    programmes = list_programmes_by_id(row.programme_id for row in held if row.programme_id)
    roles = [
        {
            "id": row.pk,
            "role": _role_text(request, row),
            "programme": _programme_text(request, row, programmes),
            "organisation": name_of(request, known[row.organisation_id]),
            "from": row.valid_from,
            "last": row.valid_until and row.valid_until - timedelta(days=1),
            "deputy_for": row.deputy_for.person.name if row.deputy_for else "",
            "may_end": row.valid_until is None or row.valid_until > today + timedelta(days=1),
        }
        for row in held
    ]
    current = sum(row.valid_until is None or row.valid_until > today for row in held)
    action = Link(say_to(request, "people.assign"), reverse("assign_role", args=[person.pk]))
    return show_page(
        request,
        "web/people/person.html",
        title=say_to(
            request,
            "people.person_title" if person.is_active else "people.person_left",
            name=person.name,
            count=current,
        ),
        trail=_trail(request),
        action=action if person.is_active else None,
        person=person,
        facts=_facts(request, person),
        roles=roles,
        is_self=person.pk == actor_of(request).person_id,
    )


@FORM
@administrators
def assign_role(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Give somebody a role for a period."""
    person = _get_person(person_id)
    form = AssignForm(request, initial={"valid_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        valid_from, valid_until = form.period()
        try:
            operations.assign_role(
                person=person,
                organisation_id=UUID(given["organisation_id"]),
                role=Role(given["role"]),
                programme_id=given["programme_id"],
                valid_from=valid_from,
                valid_until=valid_until,
                actor=actor_of(request),
                now=timezone.now(),
            )
        except TiebeamError as error:
            form.refuse(error)
        else:
            messages.success(request, say_to(request, "people.assigned"))
            return redirect("person", person.pk)
    title = say_to(request, "people.assign_title", name=person.name)
    return _show_form(request, form, person, title, "people.assign")


@FORM
@administrators
def end_role(request: HttpRequest, person_id: UUID, assignment_id: UUID) -> HttpResponse:
    """End a role on a day, with what deputies hold for it."""
    person = _get_person(person_id)
    row = people.find_assignment(assignment_id)
    if row is None or row.person_id != person.pk:
        raise Http404
    form = EndForm(request, initial={"last_day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        operations.end_assignment(
            assignment=row,
            until=form.cleaned_data["last_day"] + timedelta(days=1),
            actor=actor_of(request),
            now=timezone.now(),
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, say_to(request, "people.ended"))
        return redirect("person", person.pk)
    role = _role_text(request, row)
    title = say_to(request, "people.end_title", name=person.name, role=role)
    text = say_to(request, "people.end_text")
    return _show_form(request, form, person, title, "people.end", text, is_dangerous=True)


@FORM
@administrators
def dismiss_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """End all access of somebody who leaves."""
    person = _get_person(person_id)
    if person.pk == actor_of(request).person_id:
        raise Http404
    form = DismissForm(request)
    if request.method == "POST" and form.is_valid():
        operations.dismiss_person(
            person=person,
            actor=actor_of(request),
            now=timezone.now(),
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, say_to(request, "people.dismissed", name=person.name))
        return redirect("person", person.pk)
    title = say_to(request, "people.dismiss_title", name=person.name)
    text = say_to(request, "people.dismiss_text")
    return _show_form(request, form, person, title, "people.dismiss", text, is_dangerous=True)


def _show_form(
    request: HttpRequest,
    form: AssignForm | EndForm | DismissForm,
    person: Person,
    title: str,
    verb: str,
    text: str = "",
    *,
    is_dangerous: bool = False,
) -> HttpResponse:
    address = reverse("person", args=[person.pk])
    return show_page(
        request,
        "web/people/form.html",
        title=title,
        trail=[*_trail(request), Link(person.name, address)],
        form=form,
        verb=say_to(request, verb),
        text=text,
        back=address,
        is_dangerous=is_dangerous,
        status=_status(form),
    )


def _status(form: AssignForm | EndForm | DismissForm | InviteForm) -> int:
    return 400 if form.errors else 200


def _trail(request: HttpRequest) -> list[Link]:
    return [Link(say_to(request, "web.rail.people"), reverse("people"))]


def _get_person(person_id: UUID) -> Person:
    person = people.find_person(person_id)
    if person is None:
        raise Http404
    return person


def _role_text(request: HttpRequest, row: Assignment) -> str:
    return say_to(request, f"web.role.{row.role}")


def _programme_text(request: HttpRequest, row: Assignment, known: dict[UUID, Programme]) -> str:
    if row.programme_id is None:
        return say_to(request, "people.every_programme")
    found = known.get(row.programme_id)
    return name_of(request, found) if found else say_to(request, "people.other_programme")


def _facts(request: HttpRequest, person: Person) -> list[Fact]:
    def term(key: str) -> str:
        return say_to(request, f"people.column.{key}")

    state = "active" if person.is_active else "left"
    facts = [
        Fact(term("email"), person.email),
        Fact(
            term("state"),
            say_to(request, f"people.state.{state}"),
            status="good" if person.is_active else "none",
        ),
        Fact(term("language"), "简体中文" if person.language == "zh" else "English"),
        Fact(term("joined"), f"{timezone.localtime(person.joined_at):%Y-%m-%d}"),
    ]
    if person.left_at is not None:
        facts.append(Fact(term("left"), f"{timezone.localtime(person.left_at):%Y-%m-%d}"))
    return facts
