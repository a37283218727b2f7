"""On which day each team on duty can go home (§S8)."""

from tiebeam.core.surge.following import start_course
from tiebeam.core.surge.model import Order, State, Surge, need
from tiebeam.core.surge.valuing import Valuation


def release(
    surge: Surge, state: State, valuation: Valuation
) -> tuple[dict[str, int | None], list[Order]]:
    """Return team on duty -> the day on which it can go home, and the orders for home."""
    days = valuation.days
    spare = {
        place: [
            heads
            - max(
                need(patients[place][at], surge.staff_per_patient)
                for patients in valuation.patients
            )
            for at, heads in enumerate(staff)
        ]
        for place, staff in valuation.staff.items()
    }
    ordered = {order.team for order in valuation.orders}
    going = {o.team: o.leaves_on for o in reversed(valuation.orders) if o.to is None}
    teams = {team.id: team for team in surge.teams}
    on_duty = []
    for team, standing in state.standings.items():
        if standing.status == "on_duty":
            course = start_course(surge, teams[team], standing, state.day)
            on_duty.append((course.tour_end or 0, team, course))
    homeward: dict[str, int | None] = {}
    orders = []
    for end, team, course in sorted(on_duty, key=lambda entry: entry[:2]):
        assert course.place is not None
        homeward[team] = going.get(team, end if end < days.stop else None)
        if team in ordered or team in valuation.aims.locks.held:
            continue
        left = spare[course.place]
        size = teams[team].size
        last = min(end, days.stop)
        # The first day from which it is spare for good.
        day = last
        while day > days.start and left[day - 1 - days.start] >= size:
            day -= 1
        day = max(day, course.start + teams[team].min_tour)
        if day < last:
            for at in range(day - days.start, last - days.start):
                left[at] -= size
            homeward[team] = day
            way = surge.travel.days(course.place, teams[team].home)
            orders.append(Order(team=team, to=None, leaves_on=day, arrives_on=day + way))
    return homeward, orders
