"""Where deployments stand: what their last steps say (§E5, §E6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from tiebeam.apps.emergencies.models import Deployment, Incident, Step
from tiebeam.apps.emergencies.states import BOUND, EXPECTED, UNDER_WAY, WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    A deployment with its last step, which says what holds.

    Attributes:
        state: That of the last step; ``expired`` where an answer was awaited in vain, also
            before anybody has written so.
    """

    deployment: Deployment
    last: Step
    state: str

    @property
    def is_bound(self) -> bool:
        """Return whether its people count towards the need."""
        return self.state in BOUND

    @property
    def is_under_way(self) -> bool:
        """Return whether it was ordered, and its duty has not ended."""
        return self.state in UNDER_WAY

    @property
    def expects(self) -> tuple[str, ...]:
        """Return the events that it waits for."""
        return EXPECTED.get(self.state, ())

    def covers(self, day: date) -> bool:
        """Return whether its tour, as known, holds *day*."""
        starts, ends = self.last.starts_on, self.last.ends_on
        return starts is not None and starts <= day and (ends is None or day < ends)


def find_last_step(deployment_id: UUID) -> Step | None:
    """Return the last step of a deployment."""
    rows = Step.objects.filter(deployment_id=deployment_id)
    found: Step | None = rows.order_by("-number").first()
    return found


class Waits(Protocol):
    """What a step says of what it waits for."""

    @property
    def state(self) -> str:
        """Where the deployment stands."""

    @property
    def answer_by(self) -> datetime | None:
        """Until when, where there is a limit."""


def is_lapsed(step: Waits, incident: Incident, now: datetime) -> bool:
    """Return whether what *step* waits for came too late: past its time, or after the incident was stood down."""
    if step.state not in WAITING:
        return False
    if incident.stood_down_at is not None and incident.stood_down_at <= now:
        return True
    return step.answer_by is not None and step.answer_by <= now


def in_states(deployments: "QuerySet[Deployment]", states: Iterable[str]) -> "QuerySet[Deployment]":
    """Return those of some deployments whose last step led to one of *states*."""
    latest = list_latest()
    rows = deployments.annotate(last_state=Subquery(latest.values("state")[:1]))
    found: QuerySet[Deployment] = rows.filter(last_state__in=list(states))
    return found


def list_latest(known_at: datetime | None = None) -> "QuerySet[Step]":
    """Return the question, within one after deployments, after the steps of each, the last first."""
    known = Q() if known_at is None else Q(recorded_at__lte=known_at)
    found: QuerySet[Step] = Step.objects.filter(known, deployment_id=OuterRef("pk"))
    return found.order_by("-number")


def list_under_way(incident: Incident, now: datetime) -> list[Standing]:
    """Return the deployments of *incident* that were ordered and whose duty has not ended."""
    rows = Deployment.objects.filter(incident=incident)
    return list_standings(in_states(rows, UNDER_WAY), now)


def get_standing(deployment_id: UUID, now: datetime) -> Standing:
    """
    Return one deployment as it stands.

    Raises:
        Deployment.DoesNotExist: There is none that may be read.
    """
    found = list_standings(Deployment.objects.filter(pk=deployment_id), now)
    if not found:
        raise Deployment.DoesNotExist
    return found[0]


def list_standings(
    deployments: "QuerySet[Deployment]", now: datetime, known_at: datetime | None = None
) -> list[Standing]:
    """Return some deployments as they stand at *now*, as known at *known_at*, by when they began."""
    latest = list_latest(known_at).values("pk")[:1]
    rows = deployments.annotate(last_step_id=Subquery(latest)).order_by("begun_at", "pk")
    # Many deployments are of few incidents, needs and organisations: each is read once.
    found = list(rows.prefetch_related("incident", "need", "home", "host", "tenant"))
    steps = _read_steps(row.last_step_id for row in found)
    standings = []
    for row in found:
        last = steps.get(row.last_step_id)
        if last is None:
            continue
        lapsed = is_lapsed(last, row.incident, known_at or now)
        standings.append(
            Standing(deployment=row, last=last, state="expired" if lapsed else last.state)
        )
    return standings


def list_steps(deployment: Deployment) -> list[Step]:
    """List the steps of a deployment, the first first."""
    rows = Step.objects.filter(deployment_id=deployment.pk)
    return list(rows.select_related("tenant").order_by("number"))


def today_of(now: datetime) -> date:
    """Return the day of *now* in the time zone of the workspace."""
    return timezone.localdate(now)


def _read_steps(ids: Iterable[UUID | None]) -> dict[UUID, Step]:
    wanted = [pk for pk in ids if pk is not None]
    found: dict[UUID, Step] = {}
    for start in range(0, len(wanted), 500):
        rows = Step.objects.filter(pk__in=wanted[start : start + 500])
        found |= {row.pk: row for row in rows}
    return found
