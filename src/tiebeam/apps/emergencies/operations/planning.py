"""The next orders of an incident as a question to the planner: who lacks people, who is free, who is there (§E11)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Any
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.operations.outlook import AS_ENTERED, Aim, Growth, foresee
from tiebeam.apps.emergencies.operations.partners import fits
from tiebeam.apps.emergencies.operations.proposals import GivenOrder
from tiebeam.apps.emergencies.queries.dispatch import Lock, dispatch_board, list_locks
from tiebeam.apps.emergencies.queries.foreseen import WINDOW
from tiebeam.apps.emergencies.queries.held import held_of
from tiebeam.apps.emergencies.queries.situation import NeedSituation, cover_of
from tiebeam.apps.emergencies.queries.standing import Standing as Deployed
from tiebeam.apps.people.models import Package
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.queries import find_places
from tiebeam.apps.regions.queries.places import Place as Seat
from tiebeam.core.surge.model import (
    Demand,
    Home,
    Limits,
    Order,
    Place,
    Standing,
    State,
    Surge,
    Team,
    travel_between,
)
from tiebeam.core.surge.planned import Locks, SurgePlan

MIN_TOUR, MAX_TOUR, REST, KM_PER_DAY = 14, 28, 14, 600
"""Assumptions, said on the page: days on duty at least and at most, days of rest, kilometres a day."""
AT_WORK = ("arrived", "on_duty")
AS_IT_IS = (Fraction(1),) * WINDOW
"""The growth of a need that stays as it was entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    What the planner is asked.

    Days count from *today*. A place is named by the id of its need, a team by that of its package or,
    at work, of its deployment. People needed, less those bound otherwise, stand for patients, one for one.

    Attributes:
        at_work: Deployments whose teams are at work: they stay, or go home.
        scenarios: Of what is needed; one where needs stay as entered.
        steady: Needs that stay as entered although they should grow with the forecast: too little is known of
            the patients of their place.
        nowhere: Names of places and homes that have no position, and are left out.
    """

    surge: Surge
    state: State
    scenarios: tuple[Demand, ...]
    aim: Aim
    locks: Locks
    today: date
    needs: Mapping[str, NeedSituation]
    packages: Mapping[str, Package]
    at_work: Mapping[str, Deployed]
    steady: tuple[str, ...]
    nowhere: tuple[str, ...]


def compose_question(incident: Incident, now: datetime, aim: Aim = AS_ENTERED) -> Question:
    """Return what lacks in *incident* within the window, and who could go or go home, from the seat of its coordinator."""
    board, today = dispatch_board(incident, now), timezone.localdate(now)
    free = [row.package for row in board.packages if row.standing is None]
    there = {row.need.pk: _list_at_work(row, today) for row in board.needs}
    wanted = [row for row in board.needs if there[row.need.pk] or _is_open(row, aim)]
    organisations = {
        row.pk: row
        for row in (
            *(each.need.place for each in wanted),
            *(package.tenant for package in free),
            *(each.deployment.home for rows in there.values() for each in rows),
        )
    }
    seats = find_places(organisations)
    needs = {str(row.need.pk): row for row in wanted if row.need.place_id in seats}
    packages = {str(row.pk): row for row in free if row.tenant_id in seats}
    at_work = {
        str(each.deployment.pk): each
        for row in needs.values()
        for each in there[row.need.pk]
        if each.deployment.home_id in seats
    }
    places = tuple(
        Place(id=key, **_seat(row.need.place, seats), own_staff=0, beds=1)
        for key, row in needs.items()
    )
    home_ids = {package.tenant_id for package in packages.values()}
    home_ids |= {each.deployment.home_id for each in at_work.values()}
    homes = tuple(
        Home(id=f"home:{pk}", **_seat(organisations[pk], seats)) for pk in sorted(home_ids)
    )
    locks = list_locks(incident)
    place_ids = {row.need.place_id for row in needs.values()}
    growths = foresee(incident, place_ids, today, now) if aim.outlook != "entered" else ({},)
    return Question(
        surge=Surge(
            places=places, homes=homes, travel=travel_between([*places, *homes], KM_PER_DAY),
            teams=(*map(_team_of, packages.values()), *map(_team_at_work, at_work.values())),
            staff_per_patient=Fraction(1), limits=Limits(), horizon=WINDOW + MAX_TOUR,
        ),
        state=State(
            day=0,
            standings={
                **{key: _at_home(key) for key in packages},
                **{key: _on_duty(key, each, today) for key, each in at_work.items()},
            },
            patients=dict.fromkeys(needs, ()),
            known_to=-1,
        ),
        scenarios=_scenarios(needs, at_work, today, growths),
        aim=aim,
        locks=_locks(locks, needs, packages, at_work, aim),
        today=today, needs=needs, packages=packages, at_work=at_work,
        steady=tuple(
            key
            for key, row in needs.items()
            if aim.outlook != "entered" and row.need.place_id not in growths[0]
        ),
        nowhere=tuple(sorted(row.name_zh for pk, row in organisations.items() if pk not in seats)),
    )  # fmt: skip


def orders_of(question: Question, plan: SurgePlan) -> list[Order]:
    """Return the orders of *plan*, before them those home of teams whose tour is over."""
    ordered = {order.team for order in plan.orders}
    overdue = [
        team
        for team, day in sorted(plan.homeward.items())
        if day == 0 and team not in ordered | question.locks.held
    ]
    return [*(_go_home(question, team) for team in overdue), *plan.orders]


def order_of(question: Question, order: Order) -> GivenOrder:
    """Return one order of a plan as it is laid before whoever decides."""
    leaves, arrives = (question.today + timedelta(at) for at in (order.leaves_on, order.arrives_on))
    if order.to is None:
        each = question.at_work[order.team]
        return GivenOrder(
            home_id=each.deployment.home_id,
            heads=each.last.heads or 1,
            leaves_on=leaves,
            arrives_on=arrives,
            deployment_id=each.deployment.pk,
        )
    package, need = question.packages[order.team], question.needs[order.to].need
    until = arrives + timedelta(days=MAX_TOUR)
    return GivenOrder(
        home_id=package.tenant_id,
        heads=package.heads,
        leaves_on=leaves,
        arrives_on=arrives,
        need_id=need.pk,
        package_id=package.pk,
        ends_on=max(arrives, min(until, need.until)) if need.until else until,
    )


def _go_home(question: Question, team: str) -> Order:
    each, surge = question.at_work[team], question.surge
    days = surge.travel.days(str(each.deployment.need_id), f"home:{each.deployment.home_id}")
    return Order(team=team, to=None, leaves_on=0, arrives_on=days)


def _is_open(row: NeedSituation, aim: Aim) -> bool:
    """Return whether people may be asked for a need, and lack there or may come to lack."""
    may_lack = aim.outlook != "entered" or bool(row.gaps)
    return row.state == "verified" and row.is_live and may_lack


def _list_at_work(row: NeedSituation, today: date) -> list[Deployed]:
    """Return the deployments whose team is at work, those among them whose tour is over."""
    return [
        each
        for each in row.standings
        if each.state in AT_WORK and each.last.starts_on and each.last.starts_on <= today
    ]


def _seat(organisation: Organisation, seats: Mapping[UUID, Seat]) -> dict[str, Any]:
    at = seats[organisation.pk]
    return {
        "name_en": organisation.name_en, "name_zh": organisation.name_zh,
        "latitude": at.latitude, "longitude": at.longitude,
    }  # fmt: skip


def _team(key: str, home_id: UUID, heads: int, ready_on: int = 0) -> Team:
    return Team(
        id=key, home=f"home:{home_id}", size=heads, ready_on=ready_on, min_tour=MIN_TOUR,
        max_tour=MAX_TOUR, rest=REST,
    )  # fmt: skip


def _team_of(package: Package) -> Team:
    ready_on = package.ready_within_days or 0
    return _team(str(package.pk), package.tenant_id, package.heads, ready_on)


def _team_at_work(each: Deployed) -> Team:
    return _team(str(each.deployment.pk), each.deployment.home_id, each.last.heads or 1)


def _at_home(key: str) -> Standing:
    return Standing(team=key, status="home", place=None, since=0, until=None)


def _on_duty(key: str, each: Deployed, today: date) -> Standing:
    starts, ends = each.last.starts_on, each.last.ends_on
    assert starts is not None  # it has begun
    # Without an end the tour goes on past all that is planned.
    until = max(0, (ends - today).days) if ends else WINDOW + MAX_TOUR
    return Standing(
        team=key, status="on_duty", place=str(each.deployment.need_id),
        since=(starts - today).days, until=until,
    )  # fmt: skip


def _needed(
    row: NeedSituation, at_work: Mapping[str, Deployed], today: date, growth: Sequence[Fraction]
) -> tuple[int, ...]:
    """Return day by day how many *row* needs besides those who are bound, and are no team at work."""
    need, cover, figures = row.need, cover_of(map(held_of, row.standings)), []
    for at in range(WINDOW):
        day = today + timedelta(days=at)
        counted = cover.heads_by_deployment(day)
        here = sum(heads for pk, heads in counted.items() if str(pk) in at_work)
        is_needed = need.starts_on <= day and (need.until is None or day < need.until)
        heads = ceil(need.heads * growth[at]) if is_needed and row.state != "withdrawn" else 0
        left = max(0, heads - (sum(counted.values()) - here))
        # Nobody may be asked for it any more: who is there stays as long as needed.
        figures.append(left if row.state == "verified" else min(left, here))
    return tuple(figures)


def _scenarios(
    needs: Mapping[str, NeedSituation],
    at_work: Mapping[str, Deployed],
    today: date,
    growths: Sequence[Growth],
) -> tuple[Demand, ...]:
    return tuple(
        Demand(
            first_day=0,
            patients={
                key: _needed(row, at_work, today, growth.get(row.need.place_id, AS_IT_IS))
                for key, row in needs.items()
            },
            weight=Fraction(1, len(growths)),
        )
        for growth in growths
    )


def _locks(
    locks: Iterable[Lock],
    needs: Mapping[str, NeedSituation],
    packages: Mapping[str, Package],
    at_work: Mapping[str, Deployed],
    aim: Aim,
) -> Locks:
    """Return what does not fit, what people refused before, and that teams at work stay or go home."""
    refused = {
        (lock.home_id, lock.package_id, lock.need_id)
        for lock in locks
        if lock.kind == "must_not_send"
    }
    return Locks(
        barred=frozenset(
            (key, place)
            for place, row in needs.items()
            for key, package in packages.items()
            if not fits(package, row.need)
            or (package.tenant_id, package.pk, row.need.pk) in refused
            or (package.tenant_id, None, row.need.pk) in refused
        ),
        refused=frozenset(at_work),
        closed=frozenset(key for key, row in needs.items() if not _is_open(row, aim)),
        held=frozenset(
            str(lock.deployment_id)
            for lock in locks
            if lock.kind == "must_not_return" and str(lock.deployment_id) in at_work
        ),
    )
