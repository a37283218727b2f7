"""What the planner is told: where teams stand and what places reported, as known at a moment (§D6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.emergencies.models import Deployment, Incident, Step
from tiebeam.apps.emergencies.queries.reports import DayOfPlace, table_of
from tiebeam.apps.emergencies.queries.standing import Standing as DeploymentStanding
from tiebeam.apps.emergencies.queries.standing import list_standings
from tiebeam.core.surge.model import Standing, State, Status

STATUS: Mapping[str, Status] = {
    "ordered": "travelling",
    "mobilised": "travelling",
    "arrived": "on_duty",
    "on_duty": "on_duty",
    "released": "returning",
}
"""What a team does for the planner, by the state of its deployment; others are not under orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownFigure:
    """A figure that nobody has reported: of one day, or (*day* is None) of any."""

    place_id: UUID
    figure: str
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerState:
    """
    The records of an incident in the terms of the planner.

    Attributes:
        state: Days count from *first_day*; places and teams are named by their ids.
        beds, staff: Place -> the last figure known; None where none is.
        deployments: Team -> the deployment by which it stands under orders.
        unknown: Every figure that is missing in all this, by name.
    """

    state: State
    first_day: date
    beds: Mapping[str, int | None]
    staff: Mapping[str, int | None]
    deployments: Mapping[str, UUID]
    unknown: tuple[UnknownFigure, ...]


def state_for_planner(
    incident: Incident, day: date, now: datetime, known_at: datetime | None = None
) -> PlannerState:
    """
    Return what is known on the morning of *day*: figures of the days before it, and teams under orders.

    A figure that is not known stays unknown and is named; it is never zero. A team that is on
    its way past its time is taken to arrive the day after *day*.
    """
    first, moment = incident.activated_on, known_at or now
    table = table_of(incident, first, day - timedelta(1), now, moment)
    last = max(
        (each.day for days in table.values() for each in days if each.figure("patients") is not None),
        default=first - timedelta(1),
    )  # fmt: skip
    known_to = (last - first).days
    patients, unknown = {}, []
    for place_id, days in table.items():
        figures = {each.day: each.figure("patients") for each in days}
        series = [first + timedelta(number) for number in range(known_to + 1)]
        patients[str(place_id)] = tuple(figures.get(each) for each in series)
        unknown += [
            UnknownFigure(place_id=place_id, figure="patients", day=each)
            for each in series
            if figures.get(each) is None
        ]
    beds, staff = ({str(pk): _last(days, name) for pk, days in table.items()} for name in ("beds", "staff"))  # fmt: skip
    for name, found in (("beds", beds), ("staff", staff)):
        unknown += [
            UnknownFigure(place_id=UUID(pk), figure=name)
            for pk, figure in found.items()
            if figure is None
        ]
    standings, deployments = _list_teams(incident, first, day, now, moment)
    state = State(day=(day - first).days, standings=standings, patients=patients, known_to=known_to)
    return PlannerState(
        state=state, first_day=first, beds=beds, staff=staff, deployments=deployments,
        unknown=tuple(unknown),
    )  # fmt: skip


def _last(days: Iterable[DayOfPlace], name: str) -> int | None:
    known = [figure for each in days if (figure := each.figure(name)) is not None]
    return known[-1] if known else None


def _list_teams(
    incident: Incident, first: date, day: date, now: datetime, moment: datetime
) -> tuple[dict[str, Standing], dict[str, UUID]]:
    rows = list_standings(Deployment.objects.filter(incident=incident), now, moment)
    under_orders = [row for row in rows if row.state in STATUS]
    since = _find_since([row.deployment.pk for row in under_orders], moment)
    standings, deployments = {}, {}
    for row in under_orders:
        team = str(row.last.team_id or row.deployment.pk)
        started = (timezone.localdate(since[row.deployment.pk]) - first).days
        standings[team] = _standing_of(row, team, started, first, (day - first).days)
        deployments[team] = row.deployment.pk
    return standings, deployments


def _standing_of(
    row: DeploymentStanding, team: str, since: int, first: date, today: int
) -> Standing:
    status = STATUS[row.state]
    end = row.last.starts_on if status == "travelling" else row.last.ends_on
    until = (end - first).days if end is not None else None
    if status != "on_duty":
        # Not there yet: whatever was planned, not before tomorrow.
        until = max(until or 0, today + 1) if status == "travelling" else today + 1
    return Standing(
        team=team,
        status=status,
        place=None if status == "returning" else str(row.deployment.host_id),
        since=min(since, today),
        until=until,
    )


def _find_since(deployment_ids: Iterable[UUID], moment: datetime) -> dict[UUID, datetime]:
    """Return since when each does for the planner what it does now."""
    since: dict[UUID, datetime] = {}
    before: dict[UUID, Status | None] = {}
    rows = Step.objects.filter(deployment_id__in=list(deployment_ids), recorded_at__lte=moment)
    for pk, state, at in rows.order_by("number").values_list(
        "deployment_id", "state", "recorded_at"
    ):
        status = STATUS.get(state)
        if status != before.get(pk):
            before[pk], since[pk] = status, at
    return since
