"""How an incident stands: by place, by need, by state; and which days lack people (§E4)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.emergencies.models import Deployment, Incident, Need, Step, Verification
from tiebeam.apps.emergencies.queries.fill import Cover, Fill, Gap, HandOver, Tour, fill_of
from tiebeam.apps.emergencies.queries.needs import NeedState, find_state
from tiebeam.apps.emergencies.queries.standing import Standing, list_standings
from tiebeam.apps.emergencies.report_models import DailyReport
from tiebeam.apps.emergencies.states import AFTERWARDS, BOUND
from tiebeam.apps.programmes.models import Participant
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.tenancy.acting import find_actor
from tiebeam.platform.time.periods import AsOf, valid_on

OVERSEERS = ("ministry", "assessor", "auditor", "reader")
AHEAD = timedelta(days=28)
"""How far a need whose end is not known is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedSituation:
    """
    One need with all that was done for it.

    Attributes:
        bound: The most heads bound on one day from the day of the question on; None where the
            reader does not read all deployments of the need, and so does not know.
        on_duty: How many are on duty on the day; None likewise.
        asked: How many are asked for or offered, without a last word; None likewise.
        is_live: Whether people are still needed: neither withdrawn nor expired, and its last day is to come.
    """

    need: Need
    state: NeedState
    standings: tuple[Standing, ...]
    bound: int | None
    on_duty: int | None
    asked: int | None
    fill: Fill | None
    gaps: tuple[Gap, ...]
    hand_overs: tuple[HandOver, ...]
    is_live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSituation:
    """The needs of one place, and their sums; None where the reader does not know one of them."""

    place: Organisation
    needs: tuple[NeedSituation, ...]
    needed: int
    bound: int | None
    on_duty: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """
    How an incident stands on a day, as known at a moment.

    Attributes:
        states: How many deployments are in each state, of those that may be read.
        last_change: When the last of all this was recorded; for who polls.
    """

    incident: Incident
    day: date
    places: tuple[PlaceSituation, ...]
    states: dict[str, int]
    last_change: datetime | None


def situation(incident: Incident, as_of: AsOf) -> Situation:
    """Return how *incident* stands: people needed, bound and on duty by place, and every deployment."""
    moment = as_of.known_at or timezone.now()
    found = list_needs(incident, as_of)
    places: dict[UUID, list[NeedSituation]] = {}
    for each in found:
        places.setdefault(each.need.place_id, []).append(each)
    states = Counter(standing.state for each in found for standing in each.standings)
    return Situation(
        incident=incident,
        day=as_of.true_on,
        places=tuple(_sum(needs) for needs in places.values()),
        states=dict(states),
        last_change=_last_change(incident, moment),
    )


def list_needs(
    incident: Incident, as_of: AsOf, place_id: UUID | None = None
) -> list[NeedSituation]:
    """List the needs of *incident*, by place and day, each with what was done for it."""
    moment = as_of.known_at or timezone.now()
    rows = Need.objects.filter(incident=incident, entered_at__lte=moment)
    deployments = Deployment.objects.filter(incident=incident)
    if place_id is not None:
        rows, deployments = rows.filter(place_id=place_id), deployments.filter(host_id=place_id)
    standings: dict[UUID, list[Standing]] = {}
    for standing in list_standings(deployments, moment, as_of.known_at):
        standings.setdefault(standing.deployment.need_id, []).append(standing)
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
            standings.get(need.pk, []),
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


def lacking_on(needs: Iterable[NeedSituation], day: date) -> int | None:
    """Return how many people live needs lack on a day that is not past, None where that is not known."""
    live = [each for each in needs if each.is_live]
    if any(each.fill is None for each in live):
        return None
    return sum(gap.lacking for each in live for gap in each.gaps if gap.first <= day < gap.until)


def cover_of(standings: Iterable[Standing]) -> Cover:
    """Return the people bound by some deployments of one need, day by day."""
    return Cover([tour for each in standings if (tour := _tour(each)) is not None])


def find_version(incident: Incident) -> str:
    """Return what changes whenever something of *incident* does that may be read: for those who poll."""
    moment = timezone.now()
    report = DailyReport.objects.filter(incident=incident).order_by("-recorded_at")
    times = [
        _last_change(incident, moment),
        report.values_list("recorded_at", flat=True).first(),
        Verification.objects.filter(need__incident=incident)
        .order_by("-verified_at")
        .values_list("verified_at", flat=True)
        .first(),
        incident.stood_down_at,
    ]
    return "|".join([str(timezone.localdate(moment)), str(incident.level), *map(str, times)])


def _of_need(
    need: Need, state: NeedState, standings: list[Standing], day: date, *, is_known: bool
) -> NeedSituation:
    is_live = state in {"open", "verified"} and (need.until is None or need.until > day)
    if not is_known:
        return NeedSituation(
            need=need, state=state, standings=tuple(standings), bound=None, on_duty=None,
            asked=None, fill=None, gaps=(), hand_overs=(), is_live=is_live,
        )  # fmt: skip
    cover = cover_of(standings)
    until = need.until or max(day, need.starts_on) + AHEAD
    first = need.starts_on if until <= day else max(day, need.starts_on)
    bound = cover.most_heads(first, until)
    return NeedSituation(
        need=need,
        state=state,
        standings=tuple(standings),
        bound=bound,
        on_duty=sum(each.last.heads or 0 for each in standings if each.state == "on_duty"),
        asked=sum(
            each.last.heads or 0
            for each in standings
            if each.state in {"assigned", "consulted", "requested", "offered"}
        ),
        fill=fill_of(bound, need.heads),
        gaps=tuple(cover.list_gaps(need.heads, first, until)) if state != "withdrawn" else (),
        hand_overs=tuple(cover.list_hand_overs()),
        is_live=is_live,
    )


def _tour(standing: Standing) -> Tour | None:
    """Return the tour of a deployment that is bound, or was until it was released."""
    last = standing.last
    if standing.state not in (*BOUND, *AFTERWARDS) or last.starts_on is None:
        return None
    return Tour(
        deployment_id=standing.deployment.pk,
        heads=last.heads or 0,
        starts_on=last.starts_on,
        ends_on=last.ends_on,
        relieves_id=standing.deployment.relieves_id,
    )


def _sum(needs: list[NeedSituation]) -> PlaceSituation:
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


def _last_change(incident: Incident, moment: datetime) -> datetime | None:
    rows = Step.objects.filter(deployment__incident=incident, recorded_at__lte=moment)
    steps = rows.order_by("-recorded_at").values_list("recorded_at", flat=True)[:1]
    needs = Need.objects.filter(incident=incident, entered_at__lte=moment)
    entered = needs.order_by("-entered_at").values_list("entered_at", flat=True)[:1]
    return max([*steps, *entered], default=None)
