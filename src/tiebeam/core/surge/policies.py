"""The policies a planner is measured against: the official list, and the nearest team each day (§S3)."""

from collections.abc import Mapping, Sequence

from tiebeam.core.surge.model import Order, State, Surge, Team, need
from tiebeam.core.surge.replay import Decision, Policy


def last_known(state: State) -> dict[str, int]:
    """Return the last published figure of every place; a place without any is left out."""
    found = {
        place: next((count for count in reversed(series) if count is not None), None)
        for place, series in state.patients.items()
    }
    return {place: count for place, count in found.items() if count is not None}


def order_to(surge: Surge, team: Team, start: str, goal: str, day: int) -> Order:
    """Return the order that sends *team* from *start* to the place *goal* on *day*."""
    arrival = day + surge.travel.days(start, goal)
    return Order(team=team.id, to=goal, leaves_on=day, arrives_on=arrival)


def static(surge: Surge, assigned: Mapping[str, str]) -> Policy:
    """Return the policy of a list: every team goes to the place *assigned* to it, and stays."""
    own = {place.id: place.own_staff for place in surge.places}

    def decide(state: State) -> Decision:
        known = last_known(state)
        orders = []
        for team in surge.teams:
            goal = assigned.get(team.id)
            standing = state.standings[team.id]
            if goal is None or standing.status != "home" or state.day < team.ready_on:
                continue
            # After a tour it is sent again only where its place still needs more than its own.
            has_served = standing.since > 0
            lacks = need(known.get(goal, 0), surge.staff_per_patient) > own[goal]
            if not has_served or lacks:
                orders.append(order_to(surge, team, team.home, goal, state.day))
        return Decision(orders=tuple(orders))

    return decide


def greedy(surge: Surge) -> Policy:
    """Return the policy that each day sends the nearest free team to whoever lacks most."""

    def decide(state: State) -> Decision:
        known = last_known(state)
        lacking = {
            place.id: need(known.get(place.id, 0), surge.staff_per_patient) - place.own_staff
            for place in surge.places
        }
        for team in surge.teams:
            place_id = state.standings[team.id].place
            if place_id is not None:
                lacking[place_id] -= team.size
        free = [
            team
            for team in surge.teams
            if state.standings[team.id].status == "home" and state.day >= team.ready_on
        ]
        return Decision(orders=send_nearest(surge, lacking, free, state.day))

    return decide


def send_nearest(
    surge: Surge, lacking: Mapping[str, int], free: Sequence[Team], day: int
) -> tuple[Order, ...]:
    """Return the orders that send the nearest of *free* to whoever lacks most, until none does."""
    left, waiting, orders = dict(lacking), list(free), []
    while waiting and max(left.values()) > 0:
        goal = max(left, key=lambda place: (left[place], place))
        team = min(waiting, key=lambda mate: (surge.travel.km(mate.home, goal), mate.id))
        waiting.remove(team)
        left[goal] -= team.size
        orders.append(order_to(surge, team, team.home, goal, day))
    return tuple(orders)
