"""The next orders of an incident as a question to the planner: open needs, and packages that are free (§E11)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.operations.proposals import GivenOrder
from tiebeam.apps.emergencies.queries.dispatch import dispatch_board, list_locks
from tiebeam.apps.emergencies.queries.situation import NeedSituation, lacking_on
from tiebeam.apps.people.models import Package
from tiebeam.apps.regions.queries import find_places
from tiebeam.core.surge.model import (
    Demand,
    Home,
    Limits,
    Place,
    Standing,
    State,
    Surge,
    Team,
    travel_between,
)
from tiebeam.core.surge.planned import Locks, SurgePlan

WINDOW = 14
MIN_TOUR, MAX_TOUR, REST, KM_PER_DAY = 14, 28, 14, 600
"""Assumptions, said on the page: days on duty at least and at most, days of rest, kilometres a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    What the planner is asked.

    Days count from *today*; a place is named by the id of its organisation, a team by that of its
    package. Heads lacking stand for patients, one for one.

    Attributes:
        nowhere: Names of places and homes that have no position, and are left out.
    """

    surge: Surge
    state: State
    demand: Demand
    locks: Locks
    today: date
    packages: dict[str, Package]
    needs: dict[str, list[NeedSituation]]
    nowhere: tuple[str, ...]


def compose_question(incident: Incident, now: datetime) -> Question:
    """Return what lacks in *incident* within the window, and who could go, from the seat of its coordinator."""
    board, today = dispatch_board(incident, now), timezone.localdate(now)
    needs: dict[str, list[NeedSituation]] = {}
    for row in board.needs:
        if row.state == "verified" and row.is_live and row.gaps:
            needs.setdefault(str(row.need.place_id), []).append(row)
    free = [row.package for row in board.packages if row.standing is None]
    seats = find_places([*map(UUID, needs), *(row.tenant_id for row in free)])
    nowhere = {
        rows[0].need.place.name_zh for place, rows in needs.items() if UUID(place) not in seats
    } | {row.tenant.name_zh for row in free if row.tenant_id not in seats}
    needs = {place: rows for place, rows in needs.items() if UUID(place) in seats}
    packages = {str(row.pk): row for row in free if row.tenant_id in seats}
    places = tuple(
        Place(
            id=place, name_en=rows[0].need.place.name_en, name_zh=rows[0].need.place.name_zh,
            latitude=seats[UUID(place)].latitude, longitude=seats[UUID(place)].longitude,
            own_staff=0, beds=1,
        )
        for place, rows in needs.items()
    )  # fmt: skip
    homes = tuple(
        Home(
            id=f"home:{row.tenant_id}", name_en=row.tenant.name_en, name_zh=row.tenant.name_zh,
            latitude=seats[row.tenant_id].latitude, longitude=seats[row.tenant_id].longitude,
        )
        for row in {row.tenant_id: row for row in packages.values()}.values()
    )  # fmt: skip
    return Question(
        surge=Surge(
            places=places, homes=homes, teams=tuple(_team(row) for row in packages.values()),
            travel=travel_between([*places, *homes], KM_PER_DAY), staff_per_patient=Fraction(1),
            limits=Limits(), horizon=WINDOW + MAX_TOUR,
        ),
        state=State(
            day=0,
            standings={
                key: Standing(team=key, status="home", place=None, since=0, until=None)
                for key in packages
            },
            patients=dict.fromkeys(needs, ()),
            known_to=-1,
        ),
        demand=Demand(first_day=0, patients=_lacking(needs, today)),
        locks=_locks(incident, packages.values()),
        today=today, packages=packages, needs=needs, nowhere=tuple(sorted(nowhere)),
    )  # fmt: skip


def orders_of(question: Question, plan: SurgePlan) -> list[GivenOrder]:
    """Return the orders of *plan* as they are laid before whoever decides: each to the need that lacks most."""
    orders = []
    for order in plan.orders:
        if order.to is None:
            continue
        package = question.packages[order.team]
        arrives = question.today + timedelta(days=order.arrives_on)
        row = max(question.needs[order.to], key=lambda row: lacking_on([row], arrives) or 0)
        until = arrives + timedelta(days=MAX_TOUR)
        orders.append(
            GivenOrder(
                home_id=package.tenant_id,
                heads=package.heads,
                leaves_on=question.today + timedelta(days=order.leaves_on),
                arrives_on=arrives,
                need_id=row.need.pk,
                package_id=package.pk,
                ends_on=min(until, row.need.until) if row.need.until else until,
            )
        )
    return orders


def _team(package: Package) -> Team:
    return Team(
        id=str(package.pk),
        home=f"home:{package.tenant_id}",
        size=package.heads,
        ready_on=package.ready_within_days or 0,
        min_tour=MIN_TOUR,
        max_tour=MAX_TOUR,
        rest=REST,
    )


def _lacking(needs: dict[str, list[NeedSituation]], today: date) -> dict[str, tuple[int, ...]]:
    days = [today + timedelta(days=at) for at in range(WINDOW)]
    return {
        place: tuple(lacking_on(rows, day) or 0 for day in days) for place, rows in needs.items()
    }


def _locks(incident: Incident, packages: Iterable[Package]) -> Locks:
    """Return what people refused before: a home or a package does not go to that place."""
    refused = [row for row in list_locks(incident) if row.kind == "must_not_send"]
    return Locks(
        barred=frozenset(
            (str(package.pk), str(lock.place_id))
            for lock in refused
            for package in packages
            if package.tenant_id == lock.home_id and lock.package_id in {None, package.pk}
        )
    )
