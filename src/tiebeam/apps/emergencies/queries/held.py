"""What holds of many deployments at once: the figures of their last steps, without the records themselves."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from tiebeam.apps.emergencies.models import Deployment, Incident
from tiebeam.apps.emergencies.queries.fill import Tour
from tiebeam.apps.emergencies.queries.standing import (
    Standing,
    find_last_steps,
    is_lapsed,
    list_standings,
)
from tiebeam.apps.emergencies.states import AFTERWARDS, BOUND, UNDER_WAY, WAITING


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
COLUMNS = (
    "deployment_id", "deployment__begun_at", "deployment__need_id", "deployment__home_id", "deployment__host_id",
    "deployment__relieves_id", "state", "heads", "starts_on", "ends_on", "answer_by", "recorded_at",
)  # fmt: skip


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
    found = find_last_steps(rows, known_at).values_list(*COLUMNS)
    moment = known_at or now
    return sorted(
        (
            held._replace(state="expired") if is_lapsed(held, incident, moment) else held
            for held in map(Held._make, found)
        ),
        key=lambda held: (held.begun_at, held.deployment_id),
    )


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
