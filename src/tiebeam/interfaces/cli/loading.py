"""Reading what the command line names: scenarios and plans, with their warnings."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Party, Scenario
from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A scenario as read, and what reading it has to say."""

    path: Path
    scenario: Scenario
    warnings: tuple[Fault, ...]


def load_scenario(path: Path) -> Loaded:
    """
    Read the scenario at *path*, a folder or a workbook.

    Raises:
        InvalidInput: There is no such path, or the scenario is faulty.
    """
    from tiebeam.interchange.scenario import read_scenario

    demand_path(path, argument="SCENARIO")
    read = read_scenario(path)
    return Loaded(path=path, scenario=read.scenario, warnings=tuple(read.warnings))


def load_plan(path: Path, scenario: Scenario, *, argument: str = "PLAN") -> Plan:
    """
    Read the plan at *path*; the flows of one that holds pairs alone are completed (§M7).

    Raises:
        InvalidInput: There is no such path, or the plan is faulty.
        Infeasible: Exactly the pairs of the plan cannot be open.
    """
    plan = load_plan_as_it_is(path, scenario, argument=argument)
    if plan.flows is not None:
        return plan
    from tiebeam.core.pairing.completion import complete_flows

    return complete_flows(scenario, plan)


def load_plan_as_it_is(path: Path, scenario: Scenario, *, argument: str = "PLAN") -> Plan:
    """
    Read the plan at *path*, and leave one that holds pairs alone as it is.

    Raises:
        InvalidInput: There is no such path, or the plan is faulty.
    """
    from tiebeam.interchange.plan import read_plan

    demand_path(path, argument=argument)
    return read_plan(path, scenario)


def list_staleness(scenario: Scenario, plan: Plan, *, place: str = "PLAN") -> tuple[Fault, ...]:
    """Return a warning where *plan* was made for another scenario, or another state of it."""
    from tiebeam.core.model.identity import scenario_sha256

    if plan.scenario_id and plan.scenario_id != scenario.id:
        facts: dict[str, object] = {"expected": scenario.id}
        code = "cli.plan_of_another_scenario"
        return (Fault(code=code, place=place, value=plan.scenario_id, facts=facts),)
    if not plan.scenario_sha256 or plan.scenario_sha256 == scenario_sha256(scenario):
        return ()
    return (Fault(code="cli.scenario_changed", place=place),)


def demand_path(path: Path, *, argument: str) -> None:
    """
    Refuse a path where nothing is, with the nearest name there is beside it.

    Raises:
        InvalidInput: Nothing is at *path*.
    """
    if path.exists():
        return
    beside = path.parent if path.parent.is_dir() else Path()
    known = sorted(item.name for item in beside.iterdir() if not item.name.startswith("."))
    fault = Fault(code="cli.no_such_path", place=argument, value=str(path), facts={"known": known})
    raise InvalidInput([fault])


def demand_free(path: Path, *, argument: str) -> None:
    """
    Refuse to write where something is already.

    Raises:
        InvalidInput: A file, or a folder with anything in it, is at *path*.
    """
    is_taken = path.exists() and not (path.is_dir() and not any(path.iterdir()))
    if is_taken:
        raise InvalidInput([Fault(code="cli.path_taken", place=argument, value=str(path))])


def find_party(parties: Iterable[Party], word: str, *, argument: str, code: str) -> Party:
    """
    Return the party whose id is *word*, or else the only one of that name.

    Args:
        code: Of the fault where there is none.

    Raises:
        InvalidInput: No party is called so, or several are.
    """
    listed = tuple(parties)
    named = [party for party in listed if party.id == word] or [
        party for party in listed if word in (party.name, party.name_zh)
    ]
    if len(named) == 1:
        return named[0]
    known = sorted(party.id for party in listed)
    fault = Fault(code=code, place=argument, value=word, facts={"known": known})
    if named:
        found = [party.id for party in named]
        fault = replace(fault, code="cli.ambiguous_name", facts={"found": found})
    raise InvalidInput([fault])


def name_of(session: Session, parties: Iterable[Party], party_id: str) -> str:
    """Return the name of a party in the reader's language, or its id where it has none."""
    for party in parties:
        if party.id == party_id:
            return session.name(party.name, party.name_zh) or party_id
    return party_id
