"""Have the next orders planned: with what outlook, in which order of levels, and how that ended."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.operations.outlook import SCENARIOS, WORST, Aim
from tiebeam.apps.emergencies.operations.planning import KM_PER_DAY, MAX_TOUR, MIN_TOUR
from tiebeam.apps.emergencies.queries.foreseen import WINDOW
from tiebeam.apps.emergencies.queries.incidents import get_incident
from tiebeam.interfaces.jobs.asking import plan_orders
from tiebeam.interfaces.jobs.dispatching import PLAN_ORDERS, aim_of
from tiebeam.interfaces.messages.figures import percent
from tiebeam.interfaces.web.forming import find_or_404, find_refusal
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.page import language_of, say_to
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.operations import ENDED, stop_run
from tiebeam.platform.tasks.queries import find_latest_run

CHOICES = {"outlook": ("entered", "mean", "worst"), "first": ("shortage", "unmet")}


class PlanForm(PageForm):
    """What the days to come are taken to bring, and what comes first."""

    words = "emergencies.plan_field"
    outlook = forms.ChoiceField(required=False)
    first = forms.ChoiceField(required=False)

    def __init__(self, request: HttpRequest, before: Aim) -> None:
        """Offer what can be chosen, as it was chosen *before*."""
        super().__init__(request, initial=asdict(before))
        for name, values in CHOICES.items():
            self.fields[name].choices = [  # type: ignore[attr-defined]  # both are of choices
                (value, _say_choice(request, name, value)) for value in values
            ]


def describe_planning(request: HttpRequest, incident: Incident) -> dict[str, Any]:
    """Return how the last planning was asked, and how it stands or ended, in words."""
    run = find_latest_run(incident.pk, PLAN_ORDERS)
    return {
        "aim": aim_of(run),
        "assumptions": say_to(
            request, "emergencies.plan_assumptions", window=WINDOW, least=MIN_TOUR, most=MAX_TOUR,
            km=KM_PER_DAY, scenarios=SCENARIOS, worst=WORST,
        ),
        **_say_run(request, run),
    }  # fmt: skip


def _say_choice(request: HttpRequest, name: str, value: str) -> str:
    return say_to(request, f"emergencies.plan_{name}.{value}")


def _say_run(request: HttpRequest, run: Run | None) -> dict[str, Any]:
    """Return how the last planning stands or ended, in words."""
    if run is None:
        return {"is_live": False, "said": ""}
    if run.state not in ENDED:
        return {"is_live": True, "said": say_to(request, "emergencies.planning")}
    found = run.result or {}
    if run.state == "failed":
        return {"is_live": False, "said": say_to(request, "emergencies.plan_failed")}
    aim = {name: _say_choice(request, name, value) for name, value in asdict(aim_of(run)).items()}
    said = [say_to(request, "emergencies.planned", orders=found.get("orders", 0), **aim)]
    for row in found.get("levels", []):
        code = "proven" if row["is_proven"] else "within"
        level = say_to(request, f"emergencies.plan_level.{row['level']}")
        gap = percent(row["gap"], language_of(request))
        said.append(say_to(request, f"emergencies.plan_{code}", level=level, gap=gap))
    if found.get("nowhere"):
        names = tuple(found["nowhere"])
        said.append(say_to(request, "emergencies.plan_nowhere", names=names))
    if found.get("steady"):
        names = tuple(row[language_of(request)] for row in found["steady"])
        said.append(say_to(request, "emergencies.plan_steady", names=names))
    return {"is_live": False, "said": " ".join(said)}


@require_POST
@seated
def plan(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Have the next orders planned."""
    incident, actor = find_or_404(get_incident, incident_id), actor_of(request)
    form = PlanForm(request, Aim())
    if not form.is_valid():
        for faults in form.errors.values():
            messages.warning(request, " ".join(map(str, faults)))
        return redirect("incident_dispatch", incident_id=incident.pk)
    aim = Aim(**{name: value for name, value in form.cleaned_data.items() if value})
    refusal = find_refusal(
        request, lambda: plan_orders(incident=incident, aim=aim, actor=actor, now=timezone.now())
    )
    for sentence in refusal:
        messages.warning(request, sentence)
    return redirect("incident_dispatch", incident_id=incident.pk)


@require_POST
@seated
def stop(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Stop planning; the best orders found so far are kept."""
    incident = find_or_404(get_incident, incident_id)
    run = find_latest_run(incident.pk, PLAN_ORDERS)
    if run is None:
        raise Http404
    find_refusal(
        request, lambda: stop_run(run_id=run.pk, actor=actor_of(request), now=timezone.now())
    )
    return redirect("incident_dispatch", incident_id=incident.pk)
