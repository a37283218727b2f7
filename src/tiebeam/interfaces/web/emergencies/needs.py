"""Needs: entered, verified, and answered by somebody who is asked or who offers."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.emergencies.models import Need, Step
from tiebeam.apps.emergencies.operations.deployments import ask_home, volunteer
from tiebeam.apps.emergencies.operations.needs import (
    enter_need,
    prolong_need,
    verify_need,
    withdraw_need,
)
from tiebeam.apps.emergencies.queries.dispatch import list_packages
from tiebeam.apps.emergencies.queries.held import list_held, read_standings
from tiebeam.apps.emergencies.queries.incidents import get_incident, list_own_packages
from tiebeam.apps.emergencies.queries.needs import get_need
from tiebeam.apps.emergencies.queries.situation import NeedFigures, list_figures
from tiebeam.apps.emergencies.queries.skills import SkillGaps, find_skill_gaps
from tiebeam.apps.emergencies.queries.standing import Standing
from tiebeam.apps.emergencies.states import BOUND
from tiebeam.apps.pairings.queries.pairings import list_pairings_of
from tiebeam.apps.programmes.queries.programmes import list_participants
from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.emergencies.forms import (
    NeedForm,
    NoteForm,
    ProlongForm,
    ReasonForm,
    StepForm,
)
from tiebeam.interfaces.web.emergencies.incidents import places_of
from tiebeam.interfaces.web.emergencies.skills import join_sentences, say_skill_gaps, say_skills
from tiebeam.interfaces.web.emergencies.tables import deployments_list, tour_of
from tiebeam.interfaces.web.emergencies.words import (
    may,
    may_ask,
    say_kind,
    say_state,
    title_of_deployment,
    title_of_need,
    trail_to,
    trail_to_need,
)
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.page import Fact, Link, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import table_as_file
from tiebeam.interfaces.web.timeline import timeline_of
from tiebeam.platform.time.periods import AsOf


@FORM
@seated
def enter(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Say what a place needs."""
    incident, actor = find_or_404(get_incident, incident_id), actor_of(request)
    places = places_of(request, incident)
    if not may(actor, "enter_need", incident) or not places:
        return show_forbidden(request)

    def act(given: dict[str, object]) -> Need:
        place = list_organisations_by_id([UUID(str(given.pop("place")))])
        return enter_need(
            incident=incident, place=next(iter(place.values())), actor=actor, now=timezone.now(),
            **given,  # type: ignore[arg-type]  # the fields of the form
        )  # fmt: skip

    return answer_form(
        request, NeedForm(request, places=places), lambda given: act(dict(given)),
        done=say_to(request, "emergencies.need_entered"),
        verb=say_to(request, "emergencies.verb.enter_need"),
        title=say_to(request, "emergencies.enter_need_title", incident=name_of(request, incident)),
        back=reverse("incident", args=[incident.pk]),
        onto=lambda made: reverse("need", args=[made.pk]),
        trail=trail_to(request, incident),
    )  # fmt: skip


@require_safe
@seated
def show(request: HttpRequest, need_id: UUID) -> HttpResponse:
    """Show a need: how far it is filled, by whom, and on which days people lack."""
    need, as_of = find_or_404(get_need, need_id), read_as_of(request)
    held = list_held(need.incident, timezone.now(), as_of.known_at, need.pk)
    rows = list_figures(need.incident, as_of, held, need.place_id)
    found = next((row for row in rows if row.need.pk == need.pk), None)
    if found is None:
        raise Http404
    deployments = deployments_list(request, held, as_of.known_at)
    file = table_as_file(deployments)
    if file is not None:
        return file
    is_now = as_of.known_at is None and as_of.true_on == timezone.localdate()
    links = _links(request, found) if is_now else []
    return show_page(
        request,
        "web/emergencies/record.html",
        title=_title(request, found),
        trail=trail_to(request, need.incident),
        action=links[0] if links else None,
        takes_dates=True,
        lead=_gaps(request, found),
        facts=_facts(request, found, find_skill_gaps([found], held, as_of.true_on).get(need.pk)),
        links=links[1:],
        tables=[(say_to(request, "emergencies.section.deployments"), deployments)],
        timeline=timeline_of(request, [need.pk], as_of.known_at),
    )


def _title(request: HttpRequest, found: NeedFigures) -> str:
    name = title_of_need(request, found.need)
    if found.fill is None:
        return name
    word = say_to(request, f"emergencies.fill.{found.fill}")
    return say_to(request, "emergencies.need_title", need=name, bound=found.bound, fill=word)


def _facts(request: HttpRequest, found: NeedFigures, gaps: SkillGaps | None) -> list[Fact]:
    need = found.need
    lacking = say_skill_gaps(request, gaps, is_headed=True) if gaps else ""

    def word(key: str, text: str) -> Fact:
        return Fact(say_to(request, f"emergencies.column.{key}"), text)

    open_end = say_to(request, "emergencies.open_end")
    return [
        word("state", say_state(request, found.state)),
        word("kind", say_kind(request, need.kind)),
        *([word("skills", say_skills(request, need.skills))] if need.skills else []),
        *([word("skills_lacking", lacking)] if lacking else []),
        word("starts_on", need.starts_on.isoformat()),
        word("until", need.until.isoformat() if need.until else open_end),
        word("expires_on", need.expires_on.isoformat() if need.expires_on else open_end),
        *([word("note", need.note)] if need.note else []),
        *([word("withdrawn", need.withdrawn_because)] if need.withdrawn_at else []),
    ]


def _gaps(request: HttpRequest, found: NeedFigures) -> str:
    """Return on which days people lack, and how long hand-overs are or what they leave open, in one line."""
    said = [
        say_to(
            request, "emergencies.gap", first=gap.first.isoformat(), until=gap.until.isoformat(),
            lacking=gap.lacking,
        )
        for gap in found.gaps
    ] + [
        say_to(request, "emergencies.hand_over_gap", days=row.gap_days)
        for row in found.hand_overs
        if row.gap_days
    ] + [
        say_to(request, "emergencies.hand_over_overlap", days=row.overlap_days)
        for row in found.hand_overs
        if row.overlap_days
    ]  # fmt: skip
    return " ".join(said)


def _links(request: HttpRequest, found: NeedFigures) -> list[Link]:
    """Return what may be done now, the most likely first."""
    actor, need = actor_of(request), found.need
    is_steering = actor.organisation_id == need.incident.tenant_id
    is_place = actor.organisation_id == need.place_id
    possible = []
    if found.state == "open" and is_steering:
        possible.append("verify_need")
    if found.state == "verified":
        possible += ["ask_home"] if may_ask(actor, need) else []
        possible += [] if is_place or is_steering else ["volunteer"]
    if found.state in {"open", "verified", "expired"} and actor.organisation_id == need.tenant_id:
        possible += ["prolong_need", "withdraw_need"]
    return [
        Link(say_to(request, f"emergencies.verb.{name}"), reverse(name, args=[need.pk]))
        for name in possible
        if may(actor, name, need.incident)
    ]


@FORM
@seated
def verify(request: HttpRequest, need_id: UUID) -> HttpResponse:
    """Say that a need is real."""
    need, actor = find_or_404(get_need, need_id), actor_of(request)
    return _answer(
        request, need, "verify_need", NoteForm(request),
        lambda given: verify_need(need=need, **given, actor=actor, now=timezone.now()),
    )  # fmt: skip


@FORM
@seated
def prolong(request: HttpRequest, need_id: UUID) -> HttpResponse:
    """Say anew until when people are needed."""
    need, actor = find_or_404(get_need, need_id), actor_of(request)
    return _answer(
        request, need, "prolong_need", ProlongForm(request),
        lambda given: prolong_need(need=need, **given, actor=actor, now=timezone.now()),
    )  # fmt: skip


@FORM
@seated
def withdraw(request: HttpRequest, need_id: UUID) -> HttpResponse:
    """Take a need back."""
    need, actor = find_or_404(get_need, need_id), actor_of(request)
    return _answer(
        request, need, "withdraw_need", ReasonForm(request),
        lambda given: withdraw_need(need=need, **given, actor=actor, now=timezone.now()),
    )  # fmt: skip


@FORM
@seated
def ask(request: HttpRequest, need_id: UUID) -> HttpResponse:
    """Ask a home for people; those who stand in a pair with the place are offered first."""
    need, actor = find_or_404(get_need, need_id), actor_of(request)
    homes, bound = _homes(request, need), _list_bound(need)
    relieved = bound.get(request.GET.get("relieves", ""))
    form = StepForm(
        request,
        terms=("home", "heads", "starts_on", "ends_on"),
        extra=(*(["relieves"] if bound else []), "package", "answer_by", "reason", "text"),
        offered={
            "home": homes,
            "package": _packages(request),
            "relieves": [
                (key, f"{title_of_deployment(request, row.deployment)} · {tour_of(request, row)}")
                for key, row in bound.items()
            ],
        },
        initial={
            "heads": relieved.last.heads if relieved else need.heads,
            "starts_on": (relieved.last.ends_on if relieved else None) or need.starts_on,
            "ends_on": need.until,
            # What was drawn onto the need on the dispatch board, or who is to be relieved.
            **{
                key: request.GET[key]
                for key in ("home", "package", "heads", "relieves")
                if key in request.GET
            },
        },
    )

    def act(given: dict[str, object]) -> Step:
        home = list_organisations_by_id([UUID(str(given["home"]))])
        before = bound.get(str(given.get("relieves", "")))
        return ask_home(
            need=need, home=next(iter(home.values())), message=form.message(given), actor=actor,
            now=timezone.now(), relieves=before.deployment if before else None,
        )  # fmt: skip

    return _answer(
        request, need, "ask_home", form, lambda given: act(dict(given)),
        text=join_sentences(
            request,
            [
                *_recheck(request, need),
                say_to(request, f"emergencies.ask_text.{need.incident.mode}"),
            ],
        ),
    )  # fmt: skip


def _recheck(request: HttpRequest, need: Need) -> list[str]:
    """Return which skills a need lacks, and would lack still with the package that was drawn onto it."""
    now, today = timezone.now(), timezone.localdate()
    if not need.skills:
        return []
    held = list_held(need.incident, now, need_id=need.pk)
    found = [
        row
        for row in list_figures(need.incident, AsOf(true_on=today), held, need.place_id)
        if row.need.pk == need.pk
    ]
    gaps = find_skill_gaps(found, held, today).get(need.pk)
    if gaps is None or not gaps.lacking:
        return []
    chosen = request.GET.get("package", "")
    package = next(
        (row.package for row in list_packages(now) if str(row.package.pk) == chosen), None
    )
    said = [say_skill_gaps(request, gaps)]
    if package is not None:
        left = gaps.after(package).lacking
        code = "emergencies.skills_left" if left else "emergencies.skills_filled"
        said.append(say_to(request, code, package=package.name, skills=say_skills(request, left)))
    return said


@FORM
@seated
def offer_unasked(request: HttpRequest, need_id: UUID) -> HttpResponse:
    """Offer people without having been asked."""
    need, actor = find_or_404(get_need, need_id), actor_of(request)
    packages = [(str(row.pk), row.name) for row in list_own_packages() if row.ended_on is None]
    form = StepForm(
        request,
        terms=("heads", "starts_on", "ends_on"),
        extra=("package", "cost", "text"),
        offered={"package": packages},
        initial={"heads": need.heads, "starts_on": need.starts_on, "ends_on": need.until},
    )
    return _answer(
        request, need, "volunteer", form,
        lambda given: volunteer(
            need=need, message=form.message(given), actor=actor, now=timezone.now()
        ),
    )  # fmt: skip


def _list_bound(need: Need) -> dict[str, Standing]:
    """Return the deployments bound to a need, whom another team may relieve, by their ids."""
    now = timezone.now()
    held = [row for row in list_held(need.incident, now, need_id=need.pk) if row.state in BOUND]
    return {str(row.deployment.pk): row for row in read_standings(held, now)}


def _packages(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the free packages that the reader sees, with whose they are."""
    rows = list_packages(timezone.now())
    return [
        (
            str(row.package.pk),
            say_to(
                request, "emergencies.package_of", home=name_of(request, row.package.tenant),
                name=row.package.name, heads=row.package.heads,
            ),
        )
        for row in rows
        if row.standing is None
    ]  # fmt: skip


def _homes(request: HttpRequest, need: Need) -> list[tuple[str, str]]:
    """Return who may be asked: partners of the place first, and marked."""
    as_of = AsOf(true_on=timezone.localdate())
    partners = {
        pairing.donor_id
        for pairing in list_pairings_of(need.place, as_of)
        if pairing.recipient_id == need.place_id
    }
    rows = [row.organisation for row in list_participants(need.incident.programme, as_of, "donor")]
    rows.sort(key=lambda row: (row.pk not in partners, name_of(request, row)))
    return [
        (
            str(row.pk),
            say_to(request, "emergencies.partner", name=name_of(request, row))
            if row.pk in partners
            else name_of(request, row),
        )
        for row in rows
    ]


def _answer(
    request: HttpRequest,
    need: Need,
    name: str,
    form: PageForm,
    act: Callable[[Mapping[str, Any]], object],
    text: str = "",
) -> HttpResponse:
    """Answer for a page that does *name* to a need by one form."""
    if not may(actor_of(request), name, need.incident):
        return show_forbidden(request)
    back = reverse("need", args=[need.pk])
    return answer_form(
        request,
        form,
        act,
        done=say_to(request, f"emergencies.done.{name}"),
        verb=say_to(request, f"emergencies.verb.{name}"),
        title=say_to(request, f"emergencies.title.{name}", need=title_of_need(request, need)),
        text=text,
        back=back,
        onto=lambda made: (
            reverse("deployment", args=[made.deployment_id]) if isinstance(made, Step) else back
        ),
        trail=trail_to_need(request, need),
    )
