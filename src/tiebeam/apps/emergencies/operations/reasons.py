"""Why a proposed order, and what if something else were decided: asked of the records as they stand now (§E11, §S11)."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from tiebeam.apps.emergencies.operations.outlook import AS_ENTERED, Aim
from tiebeam.apps.emergencies.operations.planning import Question, compose_question
from tiebeam.apps.emergencies.proposal_models import OrderProposal
from tiebeam.apps.emergencies.queries.foreseen import WINDOW
from tiebeam.core.explain.surge_reasons import (
    Alternative,
    OrderReason,
    explain_order,
    list_alternatives,
)
from tiebeam.core.surge.model import Demand, Order
from tiebeam.core.surge.planned import Aims, Locks, SurgePlan
from tiebeam.core.surge.valuing import Valuation
from tiebeam.errors import Fault, InvalidInput, both_names
from tiebeam.platform.permissions.operations import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """The day after a team has gone on which its need is nearest to lacking people: who is there, who is needed."""

    day: int
    heads: int
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """
    Why an order, in the terms of *question*.

    Attributes:
        alternatives: The nearest other places and teams, each with the first level that differs.
        remaining: Of a release; None of a sending, and where nothing is looked at after it.
    """

    question: Question
    order: Order
    reason: OrderReason
    alternatives: tuple[Alternative, ...]
    remaining: Remaining | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition(Given):
    """
    What is supposed: a package goes to a need, or to none; a team at work stays; a need has more people.

    Attributes:
        package_id: With a need it goes there and nowhere else, alone it stays home.
        deployment_id: Its team stays until its tour is over.
        need_id: Where the package goes; alone, the need that has *more* people.
        more: How many more people the need asks for; fewer where it is negative.
    """

    package_id: UUID | None = None
    deployment_id: UUID | None = None
    need_id: UUID | None = None
    more: int = 0


def explain_proposal(
    proposal: OrderProposal, now: datetime, aim: Aim = AS_ENTERED
) -> Explained | None:
    """
    Return why *proposal* is part of its plan, with what is known now and the rest of that plan.

    *aim* is how its plan was made.

    None where that cannot be said: its day is past, or who or where it is about is no longer asked about.
    """
    question = compose_question(proposal.incident, now, aim)
    rows = OrderProposal.objects.filter(incident=proposal.incident, plan=proposal.plan)
    orders = {
        row.pk: order
        for row in rows.exclude(state="refused")
        if (order := _order_of(question, row)) is not None
    }
    order = orders.get(proposal.pk)
    if order is None:
        return None
    aims = Aims(levels=aim.levels, tail=aim.tail, window=WINDOW, locks=question.locks)
    found = SurgePlan(day=0, aims=aims, orders=tuple(orders.values()))
    surge, state, scenarios = question.surge, question.state, question.scenarios
    return Explained(
        question=question,
        order=order,
        reason=explain_order(surge, state, scenarios, found, order),
        alternatives=list_alternatives(surge, state, scenarios, found, order),
        remaining=_remaining(question, found, order) if order.to is None else None,
    )


def suppose(question: Question, supposed: Supposition) -> tuple[Locks, tuple[Demand, ...]]:
    """
    Return the locks and the scenarios of *question* under what is supposed.

    Raises:
        InvalidInput: Nothing is supposed, or it names what the planner is not asked about.
    """
    _refuse_faults(question, supposed)
    locks, place = question.locks, str(supposed.need_id)
    if supposed.deployment_id is not None:
        return replace(locks, held=locks.held | {str(supposed.deployment_id)}), question.scenarios
    if supposed.package_id is None:
        need = question.needs[place].need
        first = max(0, (need.starts_on - question.today).days)
        last = (need.until - question.today).days if need.until else WINDOW
        return locks, tuple(
            replace(
                each,
                patients={
                    **each.patients,
                    place: tuple(
                        max(0, heads + supposed.more) if first <= day < last else heads
                        for day, heads in enumerate(each.patients[place])
                    ),
                },
            )
            for each in question.scenarios
        )
    team = str(supposed.package_id)
    if supposed.need_id is None:
        return replace(locks, refused=locks.refused | {team}), question.scenarios
    # Whoever asks this means it, also where the package does not fit or was refused.
    barred = locks.barred - {(team, place)}
    return replace(locks, kept={**locks.kept, team: place}, barred=barred), question.scenarios


def name_parts(question: Question, supposed: Supposition) -> dict[str, object]:
    """Return the names, in both languages, of what a sound supposition is about."""
    package = question.packages.get(str(supposed.package_id))
    at_work = question.at_work.get(str(supposed.deployment_id))
    need = question.needs.get(str(supposed.need_id))
    home = package.tenant if package else at_work.deployment.home if at_work else None
    place = need.need.place if need else at_work.deployment.host if at_work else None
    return {
        "home": both_names(home) if home else None,
        "package": package.name if package else "",
        "place": both_names(place) if place else None,
    }


def _refuse_faults(question: Question, supposed: Supposition) -> None:
    named = (supposed.package_id, supposed.deployment_id, supposed.need_id)
    is_lone_need = named[:2] == (None, None) and bool(supposed.need_id)
    is_two = supposed.deployment_id is not None and (supposed.package_id or supposed.need_id)
    if not any(named) or is_two or is_lone_need != bool(supposed.more):
        raise InvalidInput([Fault(code="emergencies.supposes_nothing", place="supposition")])
    faults = [
        Fault(code="emergencies.not_planned", place="supposition", column=column, value=str(key))
        for column, key, known in (
            ("package_id", supposed.package_id, question.packages),
            ("deployment_id", supposed.deployment_id, question.at_work),
            ("need_id", supposed.need_id, question.needs),
        )
        if key is not None and str(key) not in known
    ]
    if faults:
        raise InvalidInput(faults)


def _order_of(question: Question, row: OrderProposal) -> Order | None:
    """Return a proposed order in the terms of *question*; None where it is not asked about, or its day is past."""
    surge, leaves = question.surge, (row.leaves_on - question.today).days
    if not 0 <= leaves < WINDOW:
        return None
    if row.kind == "return":
        team, goal = str(row.deployment_id), f"home:{row.home_id}"
        if team not in question.at_work:
            return None
        place = str(question.at_work[team].deployment.need_id)
        days = surge.travel.days(place, goal)
        return Order(team=team, to=None, leaves_on=leaves, arrives_on=leaves + days)
    team, place = str(row.package_id), str(row.need_id)
    if team not in question.packages or place not in question.needs:
        return None
    days = surge.travel.days(f"home:{row.home_id}", place)
    return Order(team=team, to=place, leaves_on=leaves, arrives_on=leaves + days)


def _remaining(question: Question, found: SurgePlan, order: Order) -> Remaining | None:
    place = str(question.at_work[order.team].deployment.need_id)
    value = Valuation(question.surge, question.state, question.scenarios, found.aims, found.orders)
    # Whoever can be spared in every scenario.
    needed = [
        max(days)
        for days in zip(*(each.patients[place] for each in question.scenarios), strict=True)
    ]
    # Heads of whoever is bound otherwise are in neither figure: what is over is the same.
    days = [day for day in range(order.leaves_on, WINDOW) if needed[day]]
    if not days:
        return None
    day = min(days, key=lambda at: value.staff[place][at] - needed[at])
    return Remaining(day=day, heads=value.staff[place][day], needed=needed[day])
