"""The desk, a round on it, and a frozen scenario with its variants."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.pairings.models import BuiltScenario, Variant
from tiebeam.apps.pairings.operations.variants import create_variant
from tiebeam.apps.pairings.queries.desk import (
    list_rounds_at_desk,
    list_scenarios,
    list_variants_of_round,
)
from tiebeam.apps.pairings.queries.scenarios import load_scenario
from tiebeam.apps.pairings.queries.variants import list_variants
from tiebeam.core.model.scenario import Scenario
from tiebeam.interfaces.report.background import policy_table, source_table, view_assumptions
from tiebeam.interfaces.report.words import Voice
from tiebeam.interfaces.web.desk.finding import (
    address_of,
    find_round,
    find_scenario,
    may_act,
    round_name,
    seat_of,
    trail_to_round,
    trail_to_scenario,
)
from tiebeam.interfaces.web.desk.forms import NameForm
from tiebeam.interfaces.web.desk.report_tables import page_table
from tiebeam.interfaces.web.desk.tables import rounds_table, scenarios_table, variants_table
from tiebeam.interfaces.web.forming import FORM, succeeds
from tiebeam.interfaces.web.page import Fact, language_of, say_to, show_page, tabs_with_history
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import figure


@require_safe
@seated
def show_desk(request: HttpRequest) -> HttpResponse:
    """List the rounds with what lies on the desk of each."""
    rows = list_rounds_at_desk(actor_of(request).organisation_id)
    return show_page(
        request,
        "web/desk/desk.html",
        title=say_to(request, "desk.title", count=len(rows)),
        table=rounds_table(request, rows),
    )


@require_safe
@seated
def show_round(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Show the scenarios and variants of a round, and the ways to a new scenario."""
    of_round = find_round(round_id)
    scenarios = list_scenarios(of_round)
    variants = list_variants_of_round(of_round)
    return show_page(
        request,
        "web/desk/round.html",
        title=say_to(
            request,
            "desk.round_title",
            name=round_name(request, of_round),
            scenarios=len(scenarios),
            variants=len(variants),
        ),
        trail=trail_to_round(request),
        round=of_round,
        may_act=may_act(actor_of(request), of_round.programme),
        scenarios=scenarios_table(request, scenarios, variants),
        variants=variants_table(request, variants, {row.pk: row.name for row in scenarios}),
    )


@FORM
@seated
def show_scenario(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Show a frozen scenario with its variants, and begin another variant."""
    built = find_scenario(scenario_id)
    form = NameForm(request, initial={"name": say_to(request, "desk.first_variant")})
    made: list[Variant] = []
    if succeeds(
        form,
        lambda given: made.append(
            create_variant(scenario=built, name=given["name"], **seat_of(request))
        ),
    ):
        messages.success(request, say_to(request, "desk.variant_created", name=made[0].name))
        return redirect(address_of(made[0]))
    return _show(request, built, form)


def _show(request: HttpRequest, built: BuiltScenario, form: NameForm) -> HttpResponse:
    scenario = load_scenario(built)
    voice = Voice(scenario, language_of(request))
    variants = list_variants(built)
    sources = source_table(scenario, voice)
    return show_page(
        request,
        "web/desk/scenario.html",
        title=say_to(
            request,
            "desk.scenario_title",
            name=built.name,
            donors=len(scenario.donors),
            recipients=len(scenario.recipients),
        ),
        trail=trail_to_scenario(request, built.round),
        tabs=tabs_with_history(request, "desk_scenario", built.pk),
        status=form.status,
        scenario=built,
        form=form,
        may_act=may_act(actor_of(request), built.round.programme),
        facts=_facts(request, built, scenario),
        variants=variants_table(request, variants),
        solved=[variant for variant in variants if variant.plan_status],
        assumptions=view_assumptions(scenario.assumptions, voice),
        policy=page_table(policy_table(scenario, voice)),
        sources=page_table(sources) if sources else None,
        files=reverse("desk_scenario_file", args=[built.pk, "xlsx"]),
    )


def _facts(request: HttpRequest, built: BuiltScenario, scenario: Scenario) -> list[Fact]:
    def term(key: str) -> str:
        return say_to(request, f"desk.column.{key}")

    facts = [
        Fact(term("built"), f"{timezone.localtime(built.built_at):%Y-%m-%d %H:%M}"),
        Fact(term("as_of"), scenario.as_of or say_to(request, "web.unknown")),
        Fact(term("resources"), figure(len(scenario.resources)).text),
        Fact(term("links"), figure(len(scenario.links)).text),
        Fact(term("hash"), built.sha256[:16]),
    ]
    return [*facts, Fact(term("note"), built.note)] if built.note else facts
