"""What holds of many deployments at once: the figures of their last steps, without the records themselves."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Subquery
from django.db.models.functions import JSONObject

from tiebeam.apps.emergencies.models import Deployment, Incident
from tiebeam.apps.emergencies.queries.fill import Tour
from tiebeam.apps.emergencies.queries.standing import (
    Standing,
    is_lapsed,
    list_latest,
    list_standings,
)
from tiebeam.apps.emergencies.states import AFTERWARDS, BOUND, UNDER_WAY, WAITING
from tiebeam.platform.statements.running import read_day, read_moment


class Held(NamedTuple):
    """
    One deployment as its last step says; the records that it belongs to by their ids.

    Attributes:
        state: That of the step; ``expired`` where an answer was awaited in vain.
        recorded_at: When the step was.
    """

    deployment_id: UUID
    begun_at: datetime
    need_id: UUID
    home_id: UUID
    host_id: UUID
    relieves_id: UUID | None
    state: str
    heads: int | None
    starts_on: date | None
    ends_on: date | None
    answer_by: datetime | None
    recorded_at: datetime

    @property
    def is_under_way(self) -> bool:
        """Return whether it was ordered, and its duty has not ended."""
        return self.state in UNDER_WAY

    @property
    def tour(self) -> Tour | None:
        """The tour of a deployment that is bound, or was until it was released."""
        if self.starts_on is None or self.state not in COUNTING:
            return None
        return Tour(
            deployment_id=self.deployment_id,
            heads=self.heads or 0,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            relieves_id=self.relieves_id,
        )


PER_STATEMENT = 500
COUNTING = frozenset((*BOUND, *AFTERWARDS))
OF_DEPLOYMENT = ("pk", "begun_at", "need_id", "home_id", "host_id", "relieves_id")
OF_STEP = ("state", "heads", "starts_on", "ends_on", "answer_by", "recorded_at")


def list_held(
    incident: Incident,
    now: datetime,
    known_at: datetime | None = None,
    need_id: UUID | None = None,
) -> list[Held]:
    """
    Return how every deployment of *incident* that may be read stands at *now*, by when it began.

    Args:
        known_at: As known then.
        need_id: Those for this need alone.
    """
    rows = Deployment.objects.filter(incident_id=incident.pk)
    if need_id is not None:
        rows = rows.filter(need_id=need_id)
    # In one go, as text: read again by their ids, the last steps would cost as much as all of them.
    last = list_latest(known_at).values(told=JSONObject(**{name: name for name in OF_STEP}))
    found = rows.annotate(last=Subquery(last[:1])).order_by("begun_at", "pk")
    moment = known_at or now
    return [
        held._replace(state="expired") if is_lapsed(held, incident, moment) else held
        for *own, said in found.values_list(*OF_DEPLOYMENT, "last")
        if said is not None
        for held in [Held(*own, **_read(said))]
    ]


def _read(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a step says, its days and moments as they were before they were text."""
    return {
        **said,
        **{name: said[name] and read_day(said[name]) for name in ("starts_on", "ends_on")},
        **{name: read_moment(said[name]) for name in ("answer_by", "recorded_at")},
    }


def read_standings(
    held: Sequence[Held], now: datetime, known_at: datetime | None = None
) -> list[Standing]:
    """Return the deployments *held* whole, in their order."""
    found: dict[UUID, Standing] = {}
    for start in range(0, len(held), PER_STATEMENT):
        ids = [each.deployment_id for each in held[start : start + PER_STATEMENT]]
        rows = list_standings(Deployment.objects.filter(pk__in=ids), now, known_at)
        found |= {row.deployment.pk: row for row in rows}
    return [found[each.deployment_id] for each in held if each.deployment_id in found]


def held_of(standing: Standing) -> Held:
    """Return what holds of a deployment that was read whole."""
    row, last = standing.deployment, standing.last
    return Held(
        row.pk, row.begun_at, row.need_id, row.home_id, row.host_id, row.relieves_id, standing.state, last.heads,
        last.starts_on, last.ends_on, last.answer_by, last.recorded_at,
    )  # fmt: skip


def find_next_lapse(held: Iterable[Held]) -> datetime | None:
    """Return when the next of them stands otherwise without anybody doing anything: its answer comes too late."""
    return min(
        (each.answer_by for each in held if each.answer_by and each.state in WAITING), default=None
    )
