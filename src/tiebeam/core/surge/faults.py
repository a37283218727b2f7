"""What makes no sense in a state, in scenarios or in what is asked of a plan (§S5, §S6)."""

from collections.abc import Iterator, Sequence

from tiebeam.core.surge.model import STATUSES, Demand, Standing, State, Surge
from tiebeam.core.surge.planned import LEVELS, Aims
from tiebeam.errors import Fault, InvalidInput


def refuse_nonsense(surge: Surge, state: State, scenarios: Sequence[Demand], aims: Aims) -> None:
    """
    Refuse what no plan can be made of.

    Raises:
        InvalidInput: With every fault found.
    """
    faults = [
        *_of_aims(surge, aims),
        *_of_surge(surge),
        *_of_state(surge, state),
        *_of_scenarios(surge, state, scenarios, aims),
    ]
    if faults:
        raise InvalidInput(faults)


def _fault(name: str, **facts: object) -> Fault:
    return Fault(code=f"surge.{name}", facts=facts)


def _of_aims(surge: Surge, aims: Aims) -> Iterator[Fault]:
    if aims.window < 1:
        yield _fault("window", window=aims.window)
    if not 0 < aims.tail <= 1:
        yield _fault("tail", tail=aims.tail)
    wrong = [level for level in aims.levels if level not in LEVELS or aims.levels.count(level) > 1]
    if wrong or not aims.levels:
        yield _fault("levels", levels=", ".join(dict.fromkeys(wrong)), known=", ".join(LEVELS))
    for level, slack in aims.slack.items():
        if slack < 0:
            yield _fault("slack", level=level, slack=slack)
    locks = aims.locks
    teams = {*locks.kept, *locks.refused, *locks.held, *(team for team, _ in locks.barred)}
    places = {*locks.kept.values(), *locks.closed, *(place for _, place in locks.barred)}
    for team in sorted(teams - {team.id for team in surge.teams}):
        yield _fault("unknown_team", team=team)
    for place in sorted(places - {place.id for place in surge.places}):
        yield _fault("unknown_place", place=place)


def _of_surge(surge: Surge) -> Iterator[Fault]:
    if not surge.places:
        yield _fault("no_places")
    if not surge.teams:
        yield _fault("no_teams")
    homes = {home.id for home in surge.homes}
    for team in surge.teams:
        if team.home not in homes:
            yield _fault("unknown_home", team=team.id, home=team.home)
        if team.size < 1 or team.min_tour < 1 or team.max_tour < team.min_tour or team.rest < 0:
            yield _fault("team", team=team.id)


def _of_state(surge: Surge, state: State) -> Iterator[Fault]:
    if not 0 <= state.day < surge.horizon:
        yield _fault("day", day=state.day, horizon=surge.horizon)
    known = {team.id for team in surge.teams}
    places = {place.id for place in surge.places}
    for team in sorted(known - state.standings.keys()):
        yield _fault("no_standing", team=team)
    for team in sorted(state.standings.keys() - known):
        yield _fault("unknown_team", team=team)
    for standing in state.standings.values():
        yield from _of_standing(standing, places, state.day)


def _of_standing(standing: Standing, places: set[str], day: int) -> Iterator[Fault]:
    needs_place = standing.status in ("travelling", "on_duty")
    needs_until = standing.status in ("travelling", "returning", "resting")
    facts = {"team": standing.team, "status": standing.status}
    if standing.status not in STATUSES:
        yield _fault("status", **facts)
    elif needs_place and standing.place not in places:
        yield _fault("standing_place", **facts, place=standing.place or "")
    elif needs_until and (standing.until is None or standing.until <= standing.since):
        yield _fault("standing_until", **facts)
    elif standing.since > day:
        yield _fault("standing_since", **facts, since=standing.since, day=day)


def _of_scenarios(
    surge: Surge, state: State, scenarios: Sequence[Demand], aims: Aims
) -> Iterator[Fault]:
    if not scenarios:
        yield _fault("no_scenarios")
    last = state.day + aims.window - 1
    for number, scenario in enumerate(scenarios, start=1):
        if scenario.weight <= 0:
            yield _fault("weight", scenario=number, weight=scenario.weight)
        for place in surge.places:
            series = scenario.patients.get(place.id, ())
            covers = scenario.first_day <= state.day
            covers &= last < scenario.first_day + len(series)
            if not covers:
                facts = {"scenario": number, "place": place.id}
                yield _fault("scenario_days", **facts, first=state.day, last=last)
            elif min(series) < 0:
                yield _fault("negative", scenario=number, place=place.id)
        for place_id in sorted(scenario.patients.keys() - {place.id for place in surge.places}):
            yield _fault("unknown_place", place=place_id)
