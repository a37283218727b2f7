"""``tiebeam surge replay``: what each policy makes of a real emergency, beside what was possible."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.exits import BrokenOwnCheck, ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.session import Session, write_lines

if TYPE_CHECKING:
    from tiebeam.cases.surge_replays import Outcome

PolicyNames = Annotated[
    list[str] | None, typer.Option("--policy", help="help.surge.replay.policy", metavar="NAME")
]
Grid = Annotated[bool, typer.Option("--grid", help="help.surge.replay.grid")]

LINE_EVERY_S = 2.0
"""Least seconds between two lines of progress."""

Found = Mapping[str, Mapping[str, "Outcome"]]
"""Cell -> policy -> outcome."""


def replay(
    ctx: typer.Context,
    case_id: options.SurgeCase,
    policy: PolicyNames = None,
    out: options.OutFolder = None,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    *,
    grid: Grid = False,
) -> int:
    """Replay the case with every policy, bound it by hindsight, and draw one picture."""
    from tiebeam.cases.surge_replays import ask, play_document, read_outcome
    from tiebeam.cases.surges import read_surge_case
    from tiebeam.interfaces.cli.interruption import Interruption
    from tiebeam.interfaces.cli.surge_tables import print_cells, print_document, print_grid
    from tiebeam.interfaces.report.surge_picture import write_pictures
    from tiebeam.platform.sweeps.executors import open_executor
    from tiebeam.platform.sweeps.sweep import run_sweep

    session = session_of(ctx)
    policies = _demand_policies(policy)
    case = read_surge_case(case_id)
    cells = case.cells if grid else case.base_cells
    folder = Path(f"{case.id}-replay") if out is None else out
    # The planner takes longest: whatever it is compared with is there before it.
    tasks = [ask(case, cell, name) for name in policies for cell in cells]
    with Interruption(lambda: write_lines([session.say("surge.stopping")])) as interruption:
        swept = run_sweep(
            play_document,
            tasks,
            executor=open_executor(cluster, jobs),
            folder=folder / "outcomes",
            on_progress=_Teller(session).listen,
            should_stop=interruption.is_asked,
        )
    if not swept.is_complete:
        write_lines([session.say("surge.stopped", folder=folder)])
        return ExitStatus.INTERRUPTED
    found: dict[str, dict[str, Outcome]] = {cell.id: {} for cell in cells}
    for answer in swept.answers:
        outcome = read_outcome(answer or b"")
        found[outcome.cell][outcome.policy] = outcome
    _demand_bound(found)
    pictures = write_pictures(case, cells, found, folder)
    if session.wants_json:
        print_document(case, cells, found, pictures)
        return ExitStatus.DONE
    (print_grid if grid else print_cells)(session, case, cells, found)
    write_lines([session.say("surge.written", folder=folder)])
    return ExitStatus.DONE


def _demand_policies(asked: Sequence[str] | None) -> tuple[str, ...]:
    """
    Return the policies asked for, hindsight and the list among them, or all.

    Raises:
        InvalidInput: There is none of such a name.
    """
    from tiebeam.cases.surge_replays import BOUND, POLICIES

    unknown = [name for name in asked or () if name not in POLICIES]
    if unknown:
        facts: dict[str, object] = {"known": POLICIES}
        raise InvalidInput(
            [
                Fault(code="surge.unknown_policy", place="--policy", value=name, facts=facts)
                for name in unknown
            ]
        )
    # Shares are measured between the list and hindsight: both are always played.
    wanted = {"static", BOUND, *(asked or POLICIES)}
    return tuple(sorted(wanted, key=lambda name: (name == "planner", POLICIES.index(name))))


def _demand_bound(found: Found) -> None:
    """
    Check that no policy undercuts hindsight.

    Raises:
        BrokenOwnCheck: One does; that is a fault of ours.
    """
    from tiebeam.cases.surge_replays import BOUND
    from tiebeam.core.surge.measures import MEASURED

    for cell, outcomes in found.items():
        for name, outcome in outcomes.items():
            for measure in MEASURED:
                bound = getattr(outcomes[BOUND].measures, measure)
                if getattr(outcome.measures, measure) < bound:
                    raise BrokenOwnCheck(count=1, rule="§S3", first=f"{name}: {cell}", findings=())


class _Teller:
    """Tells on standard error how many replays are done."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.started = time.monotonic()
        self.told = -LINE_EVERY_S

    def listen(self, done: int, total: int) -> None:
        """Take the news that *done* of *total* replays are done."""
        elapsed = time.monotonic() - self.started
        if self.session.is_quiet or (elapsed - self.told < LINE_EVERY_S and done < total):
            return
        self.told = elapsed
        write_lines([self.session.say("surge.progress", done=done, total=total, elapsed=elapsed)])
