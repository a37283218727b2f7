"""What an organisation has to send: packages held ready, and teams with who is on them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tiebeam.apps.emergencies.queries.dispatch import team_timeline
from tiebeam.apps.emergencies.queries.incidents import (
    find_package,
    get_own_member,
    get_own_package,
    get_team,
    list_members,
    list_own_packages,
    list_own_teams_of,
)
from tiebeam.apps.emergencies.queries.standing import Standing
from tiebeam.apps.emergencies.states import AWAY
from tiebeam.apps.people.models import Member, Package, Team
from tiebeam.apps.people.operations.packages import (
    correct_package,
    end_package,
    hold_package,
    publish_package,
    withdraw_package,
)
from tiebeam.apps.people.operations.teams import add_member, end_membership, form_team
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.queries.names import list_organisation_names
from tiebeam.interfaces.messages.figures import exact_money, number
from tiebeam.interfaces.web.emergencies.deployments import thread_of
from tiebeam.interfaces.web.emergencies.forms import (
    EndForm,
    LeaveForm,
    MemberForm,
    PackageForm,
    TeamForm,
)
from tiebeam.interfaces.web.emergencies.skills import say_skills
from tiebeam.interfaces.web.emergencies.tables import deployments_table
from tiebeam.interfaces.web.emergencies.words import head, heads_cell, say_kind, tabs_of
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404, find_refusal
from tiebeam.interfaces.web.page import Fact, Link, by_name, language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import Cell, Row, Status, Table
from tiebeam.platform.identity.people import find_person
from tiebeam.platform.identity.people import list_members as list_colleagues
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor

READY: dict[str, Status] = {"ready": "good", "partly": "risk", "not_ready": "bad"}
PARTS = ("equipment", "people", "funding")


@require_safe
@seated
def show_packages(request: HttpRequest) -> HttpResponse:
    """List what the own organisation holds ready."""
    packages = list_own_packages()
    step = Link(say_to(request, "emergencies.verb.hold_package"), reverse("hold_package"))
    action = step if is_allowed(actor_of(request), "people.hold_package") else None
    live = [row for row in packages if row.ended_on is None]
    return show_page(
        request,
        "web/emergencies/tables.html",
        title=say_to(
            request, "emergencies.packages_title", count=len(live),
            heads=sum(row.heads for row in live),
        ),
        action=action,
        tabs=tabs_of(request, "packages"),
        tables=[("", _packages_table(request, packages, action))],
    )  # fmt: skip


def _packages_table(request: HttpRequest, packages: list[Package], step: Link | None) -> Table:
    def ready(word: str) -> Cell:
        return Cell(say_to(request, f"emergencies.readiness.{word}"), status=READY[word])

    return Table(
        name="packages",
        columns=(
            head(request, "package"), head(request, "kind"), head(request, "people", is_number=True),
            *(head(request, f"{part}_readiness") for part in PARTS),
            head(request, "published"),
        ),
        rows=tuple(
            Row(
                (
                    Cell(row.name),
                    Cell(say_kind(request, row.kind)),
                    heads_cell(request, row.heads),
                    *(ready(getattr(row, f"{part}_readiness")) for part in PARTS),
                    _published(request, row),
                ),
                address=reverse("correct_package", args=[row.pk]),
            )
            for row in packages
        ),
        empty=say_to(request, "emergencies.no_packages"),
        step=step,
    )  # fmt: skip


def _published(request: HttpRequest, package: Package) -> Cell:
    if package.ended_on is not None:
        return Cell(say_to(request, "emergencies.ended"), status="none")
    word = "published" if package.is_published else "not_published"
    status: Status = "good" if package.is_published else "none"
    return Cell(say_to(request, f"emergencies.{word}"), status=status)


@FORM
@seated
def hold(request: HttpRequest) -> HttpResponse:
    """Hold a package ready."""
    actor = actor_of(request)
    if not is_allowed(actor, "people.hold_package"):
        return show_forbidden(request)
    form = PackageForm(request, organisations=_list_others(request))
    return answer_form(
        request, form,
        lambda given: hold_package(**form.values(given), actor=actor, now=timezone.now()),
        done=say_to(request, "emergencies.done.hold_package"),
        verb=say_to(request, "emergencies.verb.hold_package"),
        title=say_to(request, "emergencies.title.hold_package"),
        back=reverse("packages"), trail=_trail(request, "packages"),
    )  # fmt: skip


@FORM
@seated
def correct(request: HttpRequest, package_id: UUID) -> HttpResponse:
    """Say anew what a package holds and how ready it is; publish it, or take it back."""
    package, actor = find_or_404(get_own_package, package_id), actor_of(request)
    if not is_allowed(actor, "people.correct_package"):
        return show_forbidden(request)
    initial = {
        name: getattr(package, name)
        for name in (
            "name",
            "kind",
            "heads",
            "ready_within_days",
            "skills",
            "backers",
            *(f"{p}_readiness" for p in PARTS),
        )
    }
    initial["equipment"] = "\n".join(package.equipment)
    initial["cost"] = None if package.cost_per_day is None else package.cost_per_day / 100
    form = PackageForm(request, organisations=_list_others(request), initial=initial)

    def act(values: dict[str, Any]) -> Package:
        backers = values.pop("backers")
        return correct_package(
            package=package, values=values, backers=backers, actor=actor, now=timezone.now()
        )

    return answer_form(
        request, form,
        lambda given: act(form.values(given)),
        done=say_to(request, "emergencies.done.correct_package"),
        verb=say_to(request, "emergencies.verb.correct_package"),
        title=package.name,
        back=reverse("packages"), trail=_trail(request, "packages"),
        template="web/emergencies/package.html", package=package,
    )  # fmt: skip


def _list_others(request: HttpRequest) -> dict[str, Organisation]:
    """Return the other organisations of the directory by their ids."""
    own = actor_of(request).organisation_id
    rows = by_name(request, list_organisation_names())
    return {str(row.pk): row for row in rows if row.pk != own}


@require_POST
@seated
def publish(request: HttpRequest, package_id: UUID) -> HttpResponse:
    """Publish a package to who coordinates an emergency, or take it back."""
    package, actor = find_or_404(get_own_package, package_id), actor_of(request)
    do = withdraw_package if package.is_published else publish_package
    refusal = find_refusal(request, lambda: do(package=package, actor=actor, now=timezone.now()))
    if refusal:
        return show_page(
            request, "web/error.html", title=package.name, sentences=refusal, status=409,
            trail=_trail(request, "packages"),
        )  # fmt: skip
    return redirect("packages")


@FORM
@seated
def end(request: HttpRequest, package_id: UUID) -> HttpResponse:
    """Hold a package no longer."""
    package, actor = find_or_404(get_own_package, package_id), actor_of(request)
    if not is_allowed(actor, "people.end_package"):
        return show_forbidden(request)
    return answer_form(
        request, EndForm(request),
        lambda given: end_package(package=package, **given, actor=actor, now=timezone.now()),
        done=say_to(request, "emergencies.done.end_package"),
        verb=say_to(request, "emergencies.verb.end_package"),
        title=say_to(request, "emergencies.title.end_package", package=package.name),
        back=reverse("packages"), trail=_trail(request, "packages"), is_dangerous=True,
    )  # fmt: skip


@require_safe
@seated
def show_teams(request: HttpRequest) -> HttpResponse:
    """List the teams that the own organisation has formed."""
    actor = actor_of(request)
    teams = list_own_teams_of(actor.organisation_id)
    step = Link(say_to(request, "emergencies.verb.form_team"), reverse("form_team"))
    action = step if is_allowed(actor, "people.form_team") else None
    table = Table(
        name="teams",
        columns=(
            head(request, "team"), head(request, "people", is_number=True), head(request, "package"),
        ),
        rows=tuple(
            Row(
                (
                    Cell(row.name),
                    heads_cell(request, row.heads),
                    Cell(row.package.name if row.package else ""),
                ),
                address=reverse("team", args=[row.pk]),
            )
            for row in teams
        ),
        empty=say_to(request, "emergencies.no_teams"),
        step=action,
    )  # fmt: skip
    return show_page(
        request,
        "web/emergencies/tables.html",
        title=say_to(request, "emergencies.teams_title", count=len(teams)),
        action=action,
        tabs=tabs_of(request, "teams"),
        tables=[("", table)],
    )


@FORM
@seated
def form_new(request: HttpRequest) -> HttpResponse:
    """Form a team."""
    actor = actor_of(request)
    if not is_allowed(actor, "people.form_team"):
        return show_forbidden(request)
    packages = {str(row.pk): row for row in list_own_packages() if row.ended_on is None}
    form = TeamForm(request, packages=[(key, row.name) for key, row in packages.items()])
    return answer_form(
        request, form,
        lambda given: form_team(
            name=given["name"], heads=given["heads"], skills=given["skills"],
            package=packages.get(given["package"]),
            actor=actor, now=timezone.now(),
        ),
        done=say_to(request, "emergencies.done.form_team"),
        verb=say_to(request, "emergencies.verb.form_team"),
        title=say_to(request, "emergencies.title.form_team"),
        back=reverse("teams"), onto=lambda made: reverse("team", args=[made.pk]),
        trail=_trail(request, "teams"),
    )  # fmt: skip


@require_safe
@seated
def show_team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Show a team: who is on it, where it was and is, and who relieves it."""
    team, actor = find_or_404(get_team, team_id), actor_of(request)
    found = team_timeline(team, timezone.now())
    members = list_members(team)
    is_own = team.tenant_id == actor.organisation_id and is_allowed(actor, "people.add_member")
    add = Link(
        say_to(request, "emergencies.verb.add_member"), reverse("add_member", args=[team.pk])
    )
    successors = [row for rows in found.successors.values() for row in rows]
    steps = [step for rows in found.steps.values() for step in rows]
    tables = [
        (
            say_to(request, "emergencies.section.deployments"),
            deployments_table(request, found.standings),
        ),
        (
            say_to(request, "emergencies.section.members"),
            _members_table(
                request, members, _why_nobody(team, found.standings, actor), is_own=is_own
            ),
        ),
    ]
    if successors:
        relief = deployments_table(request, successors)
        tables.insert(1, (say_to(request, "emergencies.section.successors"), relief))
    return show_page(
        request,
        "web/emergencies/record.html",
        title=say_to(request, "emergencies.team_title", team=team.name, heads=team.heads),
        trail=_trail(request, "teams"),
        action=add if is_own else None,
        facts=_facts(request, team),
        tables=tables,
        timeline=thread_of(request, sorted(steps, key=lambda step: step.recorded_at)),
    )


def _facts(request: HttpRequest, team: Team) -> list[Fact]:
    def word(key: str, text: str) -> Fact:
        return Fact(say_to(request, f"emergencies.column.{key}"), text)

    facts = [
        word("home", name_of(request, team.tenant)),
        word("people", number(team.heads)),
    ]
    if team.skills:
        facts.append(word("skills", say_skills(request, team.skills)))
    package = find_package(team.package_id)
    if package is not None:
        facts.append(word("package", package.name))
        if package.cost_per_day is not None:
            cost = exact_money(package.cost_per_day, language_of(request))
            facts.append(word("cost_per_day", cost))
    return facts


def _why_nobody(team: Team, standings: Sequence[Standing], actor: Actor) -> str:
    """Return the code of why no name is shown: none was entered, or they are the home's alone again (§E3)."""
    is_sent = any(each.state in AWAY and each.last.team_id == team.pk for each in standings)
    is_read = is_sent or team.tenant_id == actor.organisation_id
    return "emergencies.no_members" if is_read else "emergencies.names_of_the_home"


def _members_table(
    request: HttpRequest, members: list[Member], empty: str, *, is_own: bool
) -> Table:
    """Return who is on a team, each with the way to say that they left where that is for the reader to say."""
    left = say_to(request, "emergencies.verb.end_membership")
    return Table(
        name="members",
        columns=(
            head(request, "name"), head(request, "skill"), head(request, "part"),
            *([head(request, "end")] if is_own else []),
        ),
        rows=tuple(
            Row(
                (
                    Cell(row.name),
                    Cell(row.skill),
                    Cell(say_to(request, "emergencies.leader") if row.is_leader else ""),
                    *([Cell(left, address=reverse("end_membership", args=[row.pk]))] if is_own else []),
                )
            )
            for row in members
        ),
        empty=say_to(request, empty),
    )  # fmt: skip


@FORM
@seated
def add(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Enter somebody on a team."""
    team, actor = find_or_404(get_team, team_id), actor_of(request)
    if team.tenant_id != actor.organisation_id or not is_allowed(actor, "people.add_member"):
        return show_forbidden(request)
    people = list_colleagues(actor.organisation_id, timezone.localdate())
    form = MemberForm(request, people=[(str(row.pk), row.name) for row in people])

    def act(given: dict[str, object]) -> object:
        person = find_person(UUID(str(given["person"]))) if given["person"] else None
        return add_member(
            team=team, name=str(given["name"]), skill=str(given["skill"]),
            is_leader=bool(given["is_leader"]), person=person, actor=actor, now=timezone.now(),
        )  # fmt: skip

    return answer_form(
        request, form, lambda given: act(dict(given)),
        done=say_to(request, "emergencies.done.add_member"),
        verb=say_to(request, "emergencies.verb.add_member"),
        title=say_to(request, "emergencies.title.add_member", team=team.name),
        back=reverse("team", args=[team.pk]), trail=_trail(request, "teams"),
    )  # fmt: skip


@FORM
@seated
def end_member(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Say that somebody left a team."""
    member, actor = find_or_404(get_own_member, member_id), actor_of(request)
    if not is_allowed(actor, "people.end_membership"):
        return show_forbidden(request)
    return answer_form(
        request, LeaveForm(request, initial={"left_on": timezone.localdate()}),
        lambda given: end_membership(member=member, **given, actor=actor, now=timezone.now()),
        done=say_to(request, "emergencies.done.end_membership"),
        verb=say_to(request, "emergencies.verb.end_membership"),
        title=say_to(
            request, "emergencies.title.end_membership", name=member.name, team=member.team.name
        ),
        back=reverse("team", args=[member.team_id]), trail=_trail(request, "teams"),
    )  # fmt: skip


def _trail(request: HttpRequest, place: str) -> list[Link]:
    return [
        Link(say_to(request, "emergencies.title"), reverse("emergencies")),
        Link(say_to(request, f"emergencies.tab.{place}"), reverse(place)),
    ]
