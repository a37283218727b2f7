"""Bring a plan from a file to the desk."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tiebeam.apps.pairings.operations.plans import import_plan
from tiebeam.apps.pairings.queries.scenarios import load_scenario
from tiebeam.apps.pairings.queries.uploads import read_plan_file
from tiebeam.interfaces.report.words import Voice
from tiebeam.interfaces.web.desk.finding import (
    address_of,
    demand_maker,
    find_scenario,
    seat_of,
    trail_to_variant,
)
from tiebeam.interfaces.web.desk.forms import PlanForm
from tiebeam.interfaces.web.forming import FORM, answer_form
from tiebeam.interfaces.web.page import language_of, say_to
from tiebeam.interfaces.web.seated import seated


@FORM
@seated
def upload_plan(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Keep a plan from a file as a new variant of the scenario that it was made for, once it is checked."""
    built = find_scenario(scenario_id)
    demand_maker(request, built.round.programme)
    form = PlanForm(request)
    form.voice = Voice(load_scenario(built), language_of(request))
    return answer_form(
        request,
        form,
        lambda given: import_plan(
            scenario=built,
            plan=read_plan_file(given["plan"].read()),
            name=given["name"],
            **seat_of(request),
        ),
        done=lambda made: say_to(request, f"desk.plan_taken.{made.plan_status}", name=made.name),
        onto=address_of,
        title=say_to(request, "desk.upload_plan_form", name=built.name),
        text=say_to(request, "desk.upload_plan_text"),
        verb=say_to(request, "desk.upload_plan"),
        back=reverse("desk_scenario", args=[built.pk]),
        trail=trail_to_variant(request, built),
    )
