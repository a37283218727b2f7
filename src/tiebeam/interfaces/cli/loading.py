"""Reading what the command line names: scenarios and plans, with their warnings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Party, Scenario
from tiebeam.errors import Fault, InvalidInput


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
    # A case that knows pairs alone has no resources: there is nothing that could flow.
    if plan.flows is not None or not scenario.resources:
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
    near = get_close_matches(path.name, [item.name for item in beside.iterdir()], n=1)
    facts: dict[str, object] = {"near": [str(path.parent / name) for name in near]}
    fault = Fault(code="cli.no_such_path", place=argument, value=str(path), facts=facts)
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


def demand_new_workbook(path: Path, *, argument: str) -> None:
    """
    Refuse to write a workbook under another ending, or where something is already.

    Raises:
        InvalidInput: *path* does not end in .xlsx, or is taken.
    """
    if path.suffix.lower() != ".xlsx":
        raise InvalidInput([Fault(code="cli.not_a_workbook", place=argument, value=str(path))])
    demand_free(path, argument=argument)


def find_donor(scenario: Scenario, word: str, *, argument: str) -> Party:
    """
    Return the donor whose id is *word*, or else the only one of that name.

    Raises:
        InvalidInput: No donor is called so, or several are.
    """
    return _find_party(scenario.donors, word, argument=argument, code="cli.unknown_donor")


def find_recipient(scenario: Scenario, word: str, *, argument: str) -> Party:
    """
    Return the recipient whose id is *word*, or else the only one of that name.

    Raises:
        InvalidInput: No recipient is called so, or several are.
    """
    return _find_party(scenario.recipients, word, argument=argument, code="cli.unknown_recipient")


def _find_party(parties: Sequence[Party], word: str, *, argument: str, code: str) -> Party:
    named = [party for party in parties if party.id == word] or [
        party for party in parties if word in (party.name, party.name_zh)
    ]
    if len(named) == 1:
        return named[0]
    known = sorted(party.id for party in parties)
    fault = Fault(code=code, place=argument, value=word, facts={"known": known})
    if named:
        found = [party.id for party in named]
        fault = replace(fault, code="cli.ambiguous_name", facts={"found": found})
    raise InvalidInput([fault])
