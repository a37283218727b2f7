"""``tiebeam surge plan``: who should go where on one morning of a real emergency, why, and what if."""

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, cast

import typer

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.exits import BrokenOwnCheck, ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.surge_forecast import demand_day

if TYPE_CHECKING:
    from tiebeam.cases.surges import Cell, SurgeCase
    from tiebeam.core.explain.surge_reasons import Alternative, OrderReason
    from tiebeam.core.surge.model import Demand, Order, State, Surge
    from tiebeam.core.surge.planned import Level, Locks, SurgePlan

On = Annotated[str, typer.Option("--on", help="help.surge.plan.on", metavar="DATE")]
Replay = Annotated[
    str | None, typer.Option("--replay", help="help.surge.plan.replay", metavar="NAME")
]
After = Annotated[str, typer.Option("--after", help="help.surge.plan.after", metavar="POLICY")]
Why = Annotated[str | None, typer.Option("--why", help="help.surge.plan.why", metavar="TEAM")]
Supposed = Annotated[
    list[str] | None,
    typer.Option("--what-if", help="help.surge.plan.what_if", metavar="TEAM=PLACE"),
]
Scenarios = Annotated[
    int, typer.Option(help="help.surge.plan.scenarios", metavar="N", min=1, max=50)
]
Tail = Annotated[float, typer.Option(help="help.surge.plan.tail", metavar="SHARE", min=0.01, max=1)]
Levels = Annotated[str | None, typer.Option(help="help.surge.plan.levels", metavar="LIST")]

FOLLOWED = ("static", "greedy", "planner")


def plan(
    ctx: typer.Context,
    case_id: options.SurgeCase,
    on: On,
    replay: Replay = None,
    after: After = "static",
    why: Why = None,
    what_if: Supposed = None,
    scenarios: Scenarios = 1,
    tail: Tail = 1.0,
    levels: Levels = None,
) -> int:
    """Plan the days from one morning on, with what was known then; say why, or what if."""
    from tiebeam.cases.surge_instances import build_instance
    from tiebeam.cases.surge_replays import find_state
    from tiebeam.cases.surges import read_surge_case
    from tiebeam.core.explain.surge_reasons import ask_what_if, explain_order, list_alternatives
    from tiebeam.core.surge.planning import plan as find_plan
    from tiebeam.core.surge.replanning import Replanning, expect
    from tiebeam.interfaces.cli import surge_plan_tables as tables

    session = session_of(ctx)
    case = read_surge_case(case_id)
    instance = build_instance(case, _demand_cell(case, replay))
    _demand_known("--after", after, FOLLOWED)
    day = (demand_day(case, on, instance.lag) - case.first_day).days
    state = find_state(case, instance, after, day)
    surge, settings = instance.surge, Replanning(scenarios=scenarios)
    demand = expect(state, breaks=case.breaks, settings=settings)
    locks = _read_locks(surge, what_if or ())
    if why is not None:
        _demand_known("--why", why, [team.id for team in surge.teams])
    ranked = _read_levels(levels)
    best = find_plan(surge, state, demand, tail=Fraction(str(tail)), levels=ranked)
    found = _checked(surge, state, demand, best)
    morning = tables.Morning(case=case, surge=surge, state=state, demand=demand, found=found)
    answer = ask_what_if(surge, state, demand, found, locks) if what_if else None
    if answer is not None:
        _checked(surge, state, demand, answer.plan, found.orders)
    reasons: list[tuple[OrderReason, tuple[Alternative, ...]]] = [
        (
            explain_order(surge, state, demand, found, order),
            list_alternatives(surge, state, demand, found, order),
        )
        for order in found.orders
        if order.team == why
    ]
    if session.wants_json:
        tables.print_document(morning, reasons, answer)
    elif answer is not None:
        tables.print_what_if(session, morning, what_if or (), answer)
    elif why is not None:
        tables.print_why(session, morning, why, reasons)
    else:
        tables.print_plan(session, morning)
    return ExitStatus.DONE


def _demand_cell(case: "SurgeCase", name: str | None) -> "Cell":
    cells = {cell.replay: cell for cell in case.base_cells}
    chosen = next(iter(cells)) if name is None else name
    _demand_known("--replay", chosen, cells)
    return cells[chosen]


def _read_levels(text: str | None) -> "tuple[Level, ...]":
    """
    Return the levels in the order that is asked for, all in their usual order without one.

    Raises:
        InvalidInput: There is no such level, or it stands twice.
    """
    from tiebeam.core.surge.planned import LEVELS

    names = LEVELS if text is None else tuple(name.strip() for name in text.split(","))
    if not set(names) <= set(LEVELS) or len(set(names)) < len(names):
        facts: dict[str, object] = {"known": LEVELS}
        fault = Fault(code="surge.not_levels", place="--levels", value=text or "", facts=facts)
        raise InvalidInput([fault])
    return cast("tuple[Level, ...]", names)


def _read_locks(surge: "Surge", texts: Iterable[str]) -> "Locks":
    """
    Return what is supposed: TEAM=PLACE sends it nowhere else, TEAM=home nowhere.

    Raises:
        InvalidInput: A text is not of this form, or there is no such team or place.
    """
    from tiebeam.core.surge.planned import Locks

    teams, places = ({row.id for row in rows} for rows in (surge.teams, surge.places))
    kept, refused = {}, set()
    for text in texts:
        team, _, place = text.rpartition("=")
        if team not in teams or place not in {*places, "home"}:
            facts: dict[str, object] = {"places": tuple(sorted(places))}
            raise InvalidInput(
                [Fault(code="surge.not_supposed", place="--what-if", value=text, facts=facts)]
            )
        if place == "home":
            refused.add(team)
        else:
            kept[team] = place
    return Locks(kept=kept, refused=frozenset(refused))


def _demand_known(option: str, value: str, known: Iterable[str]) -> None:
    names = tuple(known)
    if value not in names:
        facts: dict[str, object] = {"known": names}
        raise InvalidInput([Fault(code="surge.not_known", place=option, value=value, facts=facts)])


def _checked(
    surge: "Surge",
    state: "State",
    demand: "list[Demand]",
    found: "SurgePlan",
    standing: "Iterable[Order]" = (),
) -> "SurgePlan":
    """
    Return *found* once it is checked apart from the planner.

    Raises:
        BrokenOwnCheck: It breaks a rule; that is a fault of ours.
    """
    from tiebeam.core.surge.checking import check_surge_plan

    findings = check_surge_plan(surge, state, demand, found, tuple(standing))
    if findings:
        first = findings[0]
        raise BrokenOwnCheck(count=len(findings), rule=first.rule, first=first.code, findings=())
    return found
