"""What would change in the next orders if something were decided otherwise (§S11)."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from tiebeam.apps.emergencies.operations.planning import Question, compose_question
from tiebeam.apps.emergencies.queries.incidents import get_incident
from tiebeam.interfaces.jobs.asking import suppose_orders
from tiebeam.interfaces.jobs.dispatching import KEYS, SUPPOSE
from tiebeam.interfaces.web.emergencies.forms import SupposeForm
from tiebeam.interfaces.web.emergencies.reasons import (
    board_of,
    say_figure,
    say_level,
    trail_to_board,
)
from tiebeam.interfaces.web.emergencies.words import head, heads_cell, may, title_of_need
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.page import language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import Cell, Row, Status, Table, day
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.operations import ENDED
from tiebeam.platform.tasks.queries import find_run

MARKS: Mapping[str, Status] = {"same": "", "better": "good", "worse": "bad"}


@FORM
@seated
def suppose(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Ask what would change if a team went elsewhere or stayed, or a need were of more people."""
    incident, actor = find_or_404(get_incident, incident_id), actor_of(request)
    if actor.organisation_id != incident.tenant_id or not may(actor, "suppose_orders", incident):
        return show_forbidden(request)
    form = SupposeForm(request, **_choices(request, compose_question(incident, timezone.now())))
    return answer_form(
        request, form,
        lambda given: suppose_orders(
            incident=incident, supposition=form.supposition(given), actor=actor, now=timezone.now()
        ),
        done=say_to(request, "emergencies.supposed"),
        onto=lambda run: reverse("supposed", args=[incident.pk, run.pk]),
        title=say_to(request, "emergencies.suppose_title"),
        verb=say_to(request, "emergencies.suppose"),
        text=say_to(request, "emergencies.suppose_text"),
        back=board_of(incident), trail=trail_to_board(request, incident),
    )  # fmt: skip


@require_safe
@seated
@vary_on_headers("HX-Request")
def show_supposed(request: HttpRequest, incident_id: UUID, run_id: UUID) -> HttpResponse:
    """Show what a supposition changes, level by level and order by order, or that it is being found."""
    incident, run = find_or_404(get_incident, incident_id), find_run(run_id)
    if run is None or run.record_id != incident.pk or run.kind != SUPPOSE:
        raise Http404
    answer = _answer_of(request, run)
    if request.headers.get("HX-Request"):
        return render(request, "web/emergencies/supposed_part.html", answer)
    return show_page(
        request,
        "web/emergencies/supposed.html",
        title=_say_supposition(request, run),
        trail=trail_to_board(request, incident),
        again=reverse("suppose", args=[incident.pk]),
        back=board_of(incident),
        **answer,
    )


def _choices(request: HttpRequest, question: Question) -> dict[str, list[tuple[str, str]]]:
    free = [
        (f"package:{key}", f"{name_of(request, row.tenant)} · {row.name}")
        for key, row in question.packages.items()
    ]
    at_work = [
        (
            f"deployment:{key}",
            say_to(
                request, "emergencies.team_at_work", home=name_of(request, row.deployment.home),
                place=name_of(request, row.deployment.host), heads=row.last.heads or 0,
            ),
        )
        for key, row in question.at_work.items()
    ]  # fmt: skip
    needs = [(key, title_of_need(request, row.need)) for key, row in question.needs.items()]
    return {"teams": [*free, *at_work], "needs": needs}


def _say_supposition(request: HttpRequest, run: Run) -> str:
    language, about, more = language_of(request), run.arguments["about"], run.arguments["more"]
    given = "_".join(key.removesuffix("_id") for key in KEYS if run.arguments.get(key))
    word = given if not more else "more" if more > 0 else "fewer"
    names = {key: about[key][language] if about[key] else "" for key in ("home", "place")}
    return say_to(
        request, f"emergencies.suppose_{word}", more=abs(more), package=about["package"], **names
    )


def _answer_of(request: HttpRequest, run: Run) -> dict[str, Any]:
    if run.state not in ENDED:
        said = say_to(request, "emergencies.supposing")
        return {"is_live": True, "said": said, "address": request.path}
    if run.state == "failed" or not run.result:
        return {"is_live": False, "said": say_to(request, "emergencies.suppose_failed")}
    result = run.result
    orders = [(key, row) for key in ("dropped", "added") for row in result[key]]
    return {
        "is_live": False,
        "said": say_to(
            request, "emergencies.supposed_text" if orders else "emergencies.supposed_same"
        ),
        "levels": _levels_table(request, result["levels"]),
        "orders": _orders_table(request, orders) if orders else None,
    }


def _levels_table(request: HttpRequest, levels: Iterable[Mapping[str, Any]]) -> Table:
    keys = ("level_of_plan", "as_it_is", "then", "change")
    rows = []
    for row in levels:
        before, after = Fraction(row["before"]), Fraction(row["after"])
        word = "same" if after == before else "better" if after < before else "worse"
        rows.append(
            Row(
                (
                    Cell(say_level(request, row["level"], row["worst"])),
                    Cell(say_figure(request, row["level"], before)),
                    Cell(say_figure(request, row["level"], after)),
                    Cell(
                        say_to(request, f"emergencies.change.{word}"),
                        status=MARKS[word],
                    ),
                )
            )
        )
    return Table(name="levels", columns=tuple(head(request, key) for key in keys), rows=tuple(rows))


def _orders_table(request: HttpRequest, orders: Iterable[tuple[str, Mapping[str, Any]]]) -> Table:
    language = language_of(request)
    return Table(
        name="changed_orders",
        columns=(
            head(request, "change"), head(request, "order"), head(request, "home"),
            head(request, "place"), head(request, "people", is_number=True),
            head(request, "leaves_on"),
        ),
        rows=tuple(
            Row(
                (
                    Cell(say_to(request, f"emergencies.change.{key}")),
                    Cell(say_to(request, f"emergencies.order_kind.{row['kind']}")),
                    Cell(row["home"][language], note=row["package"]),
                    Cell(row["place"][language]),
                    heads_cell(request, row["heads"]),
                    day(date.fromisoformat(row["leaves_on"])),
                )
            )
            for key, row in orders
        ),
    )  # fmt: skip
