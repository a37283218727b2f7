"""Lists of the emergencies: incidents, places, needs, deployments."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.queries.held import Held, read_standings
from tiebeam.apps.emergencies.queries.situation import N, NeedFigures, PlaceSituation
from tiebeam.apps.emergencies.queries.standing import Standing
from tiebeam.apps.emergencies.states import STATES
from tiebeam.interfaces.web.emergencies.words import (
    head,
    heads_cell,
    say_event,
    say_kind,
    say_state,
    state_cell,
)
from tiebeam.interfaces.web.listing import ROWS_ON_A_PAGE, read_asked
from tiebeam.interfaces.web.page import Link, name_of, say_to
from tiebeam.interfaces.web.tables import Cell, Choice, Row, Status, Table, day

FILL: dict[str | None, Status] = {"filled": "good", "partly_filled": "risk", "unfilled": "bad"}


def incidents_table(
    request: HttpRequest, incidents: Sequence[Incident], step: Link | None
) -> Table:
    """Return the incidents that may be read."""
    return Table(
        name="incidents",
        columns=(
            head(request, "incident"), head(request, "level"), head(request, "mode"),
            head(request, "programme"), head(request, "activated_on"), head(request, "state"),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row)),
                    Cell(say_to(request, f"emergencies.level.{row.level}")),
                    Cell(say_to(request, f"emergencies.mode.{row.mode}")),
                    Cell(name_of(request, row.programme)),
                    day(row.activated_on),
                    _state_of(request, row),
                ),
                address=reverse("incident", args=[row.pk]),
            )
            for row in incidents
        ),
        empty=say_to(request, "emergencies.none"),
        step=step,
    )  # fmt: skip


def _state_of(request: HttpRequest, incident: Incident) -> Cell:
    if incident.stood_down_at is None:
        return Cell(say_to(request, "emergencies.under_way"), status="risk")
    return Cell(say_to(request, "emergencies.over"), status="none")


def places_table(request: HttpRequest, places: Sequence[PlaceSituation[N]]) -> Table:
    """Return the places of an incident, those that lack most first."""
    lacking = sorted(places, key=lambda row: (row.bound or 0) - row.needed)
    return Table(
        name="places",
        columns=(
            head(request, "place"),
            head(request, "needed", is_number=True),
            head(request, "bound", is_number=True),
            head(request, "lacking", is_number=True),
            head(request, "on_duty", is_number=True),
            head(request, "fill"),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row.place)),
                    heads_cell(request, row.needed),
                    heads_cell(request, row.bound),
                    heads_cell(
                        request, None if row.bound is None else max(0, row.needed - row.bound)
                    ),
                    heads_cell(request, row.on_duty),
                    _fill_of_place(request, row),
                )
            )
            for row in lacking
        ),
        empty=say_to(request, "emergencies.no_needs"),
    )


def _fill_of_place(request: HttpRequest, row: PlaceSituation[N]) -> Cell:
    if row.bound is None:
        return Cell(say_to(request, "web.unknown"))
    word = "filled" if row.bound >= row.needed else "partly_filled" if row.bound else "unfilled"
    return Cell(say_to(request, f"emergencies.fill.{word}"), status=FILL[word])


def needs_table(request: HttpRequest, needs: Iterable[NeedFigures], step: Link | None) -> Table:
    """Return the needs of an incident, each with how far it is filled."""
    return Table(
        name="needs",
        columns=(
            head(request, "place"), head(request, "kind"),
            head(request, "needed", is_number=True), head(request, "bound", is_number=True),
            head(request, "asked", is_number=True), head(request, "starts_on"),
            head(request, "until"), head(request, "state"), head(request, "fill"),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row.need.place)),
                    Cell(say_kind(request, row.need.kind)),
                    heads_cell(request, row.need.heads),
                    heads_cell(request, row.bound),
                    heads_cell(request, row.asked),
                    day(row.need.starts_on),
                    day(row.need.until, say_to(request, "emergencies.open_end")),
                    state_cell(request, row.state),
                    Cell(say_to(request, f"emergencies.fill.{row.fill}"), status=FILL[row.fill])
                    if row.fill
                    else Cell(say_to(request, "web.unknown")),
                ),
                address=reverse("need", args=[row.need.pk]),
            )
            for row in needs
        ),
        empty=say_to(request, "emergencies.no_needs"),
        step=step,
    )  # fmt: skip


def deployments_list(
    request: HttpRequest, held: Sequence[Held], known_at: datetime | None
) -> Table:
    """Return a page of deployments, of which there may be thousands, those of one state where one is chosen."""
    asked = read_asked(request, filters=("state",), name="deployments")
    chosen = asked.filters.get("state")
    rows = [row for row in held if chosen in {None, row.state}]
    standings = read_standings(rows[asked.start : asked.stop], timezone.now(), known_at)
    states = {row.state for row in held}
    choice = Choice(
        "state",
        say_to(request, "emergencies.column.state"),
        tuple((state, say_state(request, state)) for state in STATES if state in states),
    )
    return replace(
        deployments_table(request, standings),
        asked=asked,
        count=len(rows),
        choices=(choice,) if len(held) > ROWS_ON_A_PAGE else (),
        anchor="deployments",
    )


def deployments_table(request: HttpRequest, standings: Iterable[Standing]) -> Table:
    """Return deployments, each with its state and what it waits for."""
    return Table(
        name="deployments",
        columns=(
            head(request, "home"), head(request, "host"), head(request, "people", is_number=True),
            head(request, "tour"), head(request, "rotation"), head(request, "state"),
            head(request, "waits_for"),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row.deployment.home)),
                    Cell(name_of(request, row.deployment.host)),
                    heads_cell(request, row.last.heads),
                    Cell(tour_of(request, row)),
                    Cell(str(row.deployment.rotation)),
                    state_cell(request, row.state),
                    Cell(say_to(request, "emergencies.or").join(
                        say_event(request, event) for event in row.expects)),
                ),
                address=reverse("deployment", args=[row.deployment.pk]),
            )
            for row in standings
        ),
        empty=say_to(request, "emergencies.no_deployments"),
    )  # fmt: skip


def tour_of(request: HttpRequest, standing: Standing) -> str:
    """Return the days of a tour."""
    starts, ends = standing.last.starts_on, standing.last.ends_on
    if starts is None:
        return say_to(request, "web.unknown")
    last = ends.isoformat() if ends else say_to(request, "emergencies.open_end")
    return f"{starts.isoformat()} – {last}"


def states_line(request: HttpRequest, states: dict[str, int]) -> str:
    """Return how many deployments are in each state, as one line."""
    parts = [
        say_to(request, "emergencies.state_count", state=say_state(request, state), count=count)
        for state, count in states.items()
    ]
    return say_to(request, "emergencies.comma").join(parts)
