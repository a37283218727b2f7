"""Pages by which an administrator lets people in, gives them roles, and lets them go."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.programmes.queries import list_programmes_by_id
from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.interfaces.web.forming import FORM, answer_form, succeeds
from tiebeam.interfaces.web.page import Fact, Link, name_of, say_to, show_page, tabs_with_history
from tiebeam.interfaces.web.people.forms import AssignForm, DismissForm, EndForm, InviteForm
from tiebeam.interfaces.web.people.lists import people_table
from tiebeam.interfaces.web.seated import actor_of, for_roles
from tiebeam.interfaces.web.tables import table_as_file
from tiebeam.platform.identity import operations, people
from tiebeam.platform.identity.models import Assignment, Person
from tiebeam.platform.permissions.roles import Role

administrators = for_roles(Role.ADMINISTRATOR)


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
    secrets: list[str] = []

    def invite(given: Mapping[str, Any]) -> None:
        _, secret = operations.invite(
            email=given["email"],
            organisation_id=UUID(given["organisation_id"]),
            role=Role(given["role"]),
            programme_id=given["programme_id"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        secrets.append(secret)

    is_done = succeeds(form, invite)
    link = request.build_absolute_uri(reverse("join", args=secrets)) if is_done else ""
    return show_page(
        request,
        "web/people/invite.html",
        title=say_to(request, "people.invited" if link else "people.invite_title"),
        trail=_trail(request),
        form=form,
        link=link,
        email=form.cleaned_data.get("email", "") if link else "",
        days=operations.INVITATION_DAYS,
        status=form.status,
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
        tabs=tabs_with_history(request, "person", person.pk),
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

    def assign(given: Mapping[str, Any]) -> Assignment:
        valid_from, valid_until = form.period()
        return operations.assign_role(
            person=person,
            organisation_id=UUID(given["organisation_id"]),
            role=Role(given["role"]),
            programme_id=given["programme_id"],
            valid_from=valid_from,
            valid_until=valid_until,
            actor=actor_of(request),
            now=timezone.now(),
        )

    return answer_form(
        request, form, assign,
        done=say_to(request, "people.assigned"),
        title=say_to(request, "people.assign_title", name=person.name),
        verb=say_to(request, "people.assign"),
        **_place_of(request, person),
    )  # fmt: skip


@FORM
@administrators
def end_role(request: HttpRequest, person_id: UUID, assignment_id: UUID) -> HttpResponse:
    """End a role on a day, with what deputies hold for it."""
    person = _get_person(person_id)
    row = people.find_assignment(assignment_id)
    if row is None or row.person_id != person.pk:
        raise Http404
    return answer_form(
        request,
        EndForm(request, initial={"last_day": timezone.localdate()}),
        lambda given: operations.end_assignment(
            assignment=row,
            until=given["last_day"] + timedelta(days=1),
            actor=actor_of(request),
            now=timezone.now(),
            reason=given["reason"],
        ),
        done=say_to(request, "people.ended"),
        title=say_to(request, "people.end_title", name=person.name, role=_role_text(request, row)),
        verb=say_to(request, "people.end"),
        text=say_to(request, "people.end_text"),
        is_dangerous=True,
        **_place_of(request, person),
    )


@FORM
@administrators
def dismiss_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """End all access of somebody who leaves."""
    person = _get_person(person_id)
    if person.pk == actor_of(request).person_id:
        raise Http404
    return answer_form(
        request,
        DismissForm(request),
        lambda given: operations.dismiss_person(
            person=person, actor=actor_of(request), now=timezone.now(), reason=given["reason"]
        ),
        done=say_to(request, "people.dismissed", name=person.name),
        title=say_to(request, "people.dismiss_title", name=person.name),
        verb=say_to(request, "people.dismiss"),
        text=say_to(request, "people.dismiss_text"),
        is_dangerous=True,
        **_place_of(request, person),
    )


def _place_of(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return where a page about *person* stands, and where giving up leads."""
    back = reverse("person", args=[person.pk])
    return {"back": back, "trail": [*_trail(request), Link(person.name, back)]}


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
