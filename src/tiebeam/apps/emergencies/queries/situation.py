"""How an incident stands: by place, by need, by state; and which days lack people (§E4)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.emergencies.models import Deployment, Incident, Need, Verification
from tiebeam.apps.emergencies.queries.fill import Cover, Fill, Gap, HandOver, fill_of
from tiebeam.apps.emergencies.queries.held import Held, held_of, list_held
from tiebeam.apps.emergencies.queries.needs import NeedState, find_state
from tiebeam.apps.emergencies.queries.standing import Standing, list_standings
from tiebeam.apps.emergencies.states import STATES, WAITING
from tiebeam.apps.programmes.models import Participant
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.tenancy.acting import find_actor
from tiebeam.platform.time.periods import AsOf, valid_on

OVERSEERS = ("ministry", "assessor", "auditor", "reader")
AHEAD = timedelta(days=28)
"""How far a need whose end is not known is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedFigures:
    """
    One need, and how far it is filled.

    Attributes:
        bound: The most heads bound on one day from the day of the question on; None where the
            reader does not read all deployments of the need, and so does not know.
        on_duty: How many are on duty on the day; None likewise.
        asked: How many are asked for or offered, without a last word; None likewise.
        is_live: Whether people are still needed: neither withdrawn nor expired, and its last day is to come.
    """

    need: Need
    state: NeedState
    bound: int | None
    on_duty: int | None
    asked: int | None
    fill: Fill | None
    gaps: tuple[Gap, ...]
    hand_overs: tuple[HandOver, ...]
    is_live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedSituation(NeedFigures):
    """One need with all that was done for it."""

    standings: tuple[Standing, ...]


N = TypeVar("N", bound=NeedFigures)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSituation(Generic[N]):
    """The needs of one place, and their sums; None where the reader does not know one of them."""

    place: Organisation
    needs: tuple[N, ...]
    needed: int
    bound: int | None
    on_duty: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation(Generic[N]):
    """
    How an incident stands on a day, as known at a moment.

    Attributes:
        states: How many deployments are in each state, of those that may be read.
        last_change: When the last of all this was recorded; for who polls.
    """

    incident: Incident
    day: date
    places: tuple[PlaceSituation[N], ...]
    states: dict[str, int]
    last_change: datetime | None


def situation(incident: Incident, as_of: AsOf) -> Situation[NeedSituation]:
    """Return how *incident* stands: people needed, bound and on duty by place, and every deployment."""
    found = list_needs(incident, as_of)
    held = [held_of(standing) for each in found for standing in each.standings]
    return _add_up(incident, as_of, found, held)


def outline(
    incident: Incident, as_of: AsOf, held: Sequence[Held] | None = None
) -> Situation[NeedFigures]:
    """
    Return how *incident* stands in figures alone: however many deployments there are, it costs little.

    Args:
        held: How all its deployments stand, where that is known already.
    """
    if held is None:
        held = list_held(incident, timezone.now(), as_of.known_at)
    return _add_up(incident, as_of, list_figures(incident, as_of, held), held)


def list_needs(
    incident: Incident, as_of: AsOf, place_id: UUID | None = None
) -> list[NeedSituation]:
    """List the needs of *incident*, by place and day, each with what was done for it."""
    deployments = Deployment.objects.filter(incident=incident)
    if place_id is not None:
        deployments = deployments.filter(host_id=place_id)
    standings: dict[UUID, list[Standing]] = {}
    held = []
    for standing in list_standings(deployments, timezone.now(), as_of.known_at):
        standings.setdefault(standing.deployment.need_id, []).append(standing)
        held.append(held_of(standing))
    return [
        NeedSituation(
            **{column.name: getattr(each, column.name) for column in fields(each)},
            standings=tuple(standings.get(each.need.pk, ())),
        )
        for each in list_figures(incident, as_of, held, place_id)
    ]


def list_figures(
    incident: Incident, as_of: AsOf, held: Iterable[Held], place_id: UUID | None = None
) -> list[NeedFigures]:
    """List the needs of *incident*, by place and day, as far as the deployments *held* fill them."""
    moment = as_of.known_at or timezone.now()
    rows = Need.objects.filter(incident=incident, entered_at__lte=moment)
    if place_id is not None:
        rows = rows.filter(place_id=place_id)
    by_need: dict[UUID, list[Held]] = {}
    for each in held:
        by_need.setdefault(each.need_id, []).append(each)
    verified = set(
        Verification.objects.filter(need__incident=incident, verified_at__lte=moment).values_list(
            "need_id", flat=True
        )
    )
    reads_all = _reads_all(incident, as_of.true_on)
    ordered = rows.select_related("place").order_by("place__name_en", "starts_on", "pk")
    return [
        _of_need(
            need,
            find_state(need, moment, is_verified=need.pk in verified, day=as_of.true_on),
            by_need.get(need.pk, []),
            as_of.true_on,
            is_known=reads_all or _reads_own(need),
        )
        for need in ordered
    ]


def gaps(incident: Incident, as_of: AsOf) -> list[NeedSituation]:
    """List the needs of *incident* that lack people on some day, or hand over with a gap."""
    return [
        each
        for each in list_needs(incident, as_of)
        if each.is_live and (each.gaps or any(hand_over.gap_days for hand_over in each.hand_overs))
    ]


def lacking_on(needs: Iterable[NeedFigures], day: date) -> int | None:
    """Return how many people live needs lack on a day that is not past, None where that is not known."""
    live = [each for each in needs if each.is_live]
    if any(each.fill is None for each in live):
        return None
    return sum(gap.lacking for each in live for gap in each.gaps if gap.first <= day < gap.until)


def cover_of(held: Iterable[Held]) -> Cover:
    """Return the people bound by some deployments of one need, day by day."""
    return Cover([tour for each in held if (tour := each.tour) is not None])


def _add_up(
    incident: Incident, as_of: AsOf, found: Sequence[N], held: Iterable[Held]
) -> Situation[N]:
    places: dict[UUID, list[N]] = {}
    for each in found:
        places.setdefault(each.need.place_id, []).append(each)
    needs = {each.need.pk for each in found}
    shown = [each for each in held if each.need_id in needs]
    states = Counter(each.state for each in shown)
    times = [each.recorded_at for each in shown] + [each.need.entered_at for each in found]
    return Situation(
        incident=incident,
        day=as_of.true_on,
        places=tuple(_sum(needs) for needs in places.values()),
        states={state: states[state] for state in STATES if state in states},
        last_change=max(times, default=None),
    )


def _of_need(
    need: Need, state: NeedState, held: Sequence[Held], day: date, *, is_known: bool
) -> NeedFigures:
    is_live = state in {"open", "verified"} and (need.until is None or need.until > day)
    if not is_known:
        return NeedFigures(
            need=need, state=state, bound=None, on_duty=None, asked=None, fill=None, gaps=(),
            hand_overs=(), is_live=is_live,
        )  # fmt: skip
    cover = cover_of(held)
    until = need.until or max(day, need.starts_on) + AHEAD
    first = need.starts_on if until <= day else max(day, need.starts_on)
    bound = cover.most_heads(first, until)
    return NeedFigures(
        need=need,
        state=state,
        bound=bound,
        on_duty=sum(each.heads or 0 for each in held if each.state == "on_duty"),
        asked=sum(each.heads or 0 for each in held if each.state in WAITING),
        fill=fill_of(bound, need.heads),
        gaps=tuple(cover.list_gaps(need.heads, first, until)) if state != "withdrawn" else (),
        hand_overs=tuple(cover.list_hand_overs()),
        is_live=is_live,
    )


def _sum(needs: list[N]) -> PlaceSituation[N]:
    live = [each for each in needs if each.is_live]
    return PlaceSituation(
        place=needs[0].need.place,
        needs=tuple(needs),
        needed=sum(each.need.heads for each in live),
        bound=_total(each.bound for each in live),
        on_duty=_total(each.on_duty for each in needs),
    )


def _total(figures: Iterable[int | None]) -> int | None:
    """Return the sum, None where one of them is not known."""
    known = list(figures)
    return None if None in known else sum(figure for figure in known if figure is not None)


def _reads_all(incident: Incident, day: date) -> bool:
    """Return whether who acts reads every deployment of *incident*: its owner, or who oversees it."""
    actor = find_actor()
    if actor is None:
        return False
    if actor.organisation_id == incident.tenant_id:
        return True
    overseers = Participant.objects.filter(
        valid_on(day),
        programme_id=incident.programme_id,
        organisation_id=actor.organisation_id,
        side__in=OVERSEERS,
    )
    return bool(overseers.exists())


def _reads_own(need: Need) -> bool:
    actor = find_actor()
    return actor is not None and actor.organisation_id == need.place_id
