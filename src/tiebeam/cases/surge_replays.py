"""Replays of a surge case: one policy on one cell of the grid, and files that keep what came out."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from tiebeam import __version__
from tiebeam.cases.surge_instances import Instance, build_instance
from tiebeam.cases.surges import CASES_FOLDER, Cell, SurgeCase
from tiebeam.core.surge.forecast import Break
from tiebeam.core.surge.hindsight import bound_measures
from tiebeam.core.surge.measures import MeasureName
from tiebeam.core.surge.model import Measures
from tiebeam.core.surge.policies import greedy, static
from tiebeam.core.surge.replanning import planner
from tiebeam.core.surge.replay import Policy, replay

BOUND = "hindsight"
POLICIES = ("static", "greedy", "planner", BOUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What one policy came to in one cell.

    Attributes:
        policy: One of POLICIES; hindsight has bounds for measures, and no days.
        unmet: Heads that lack, day by day, all places together.
    """

    cell: str
    policy: str
    measures: Measures
    unmet: tuple[int, ...]


def play(
    case: SurgeCase, cell: Cell, policy: str, on_day: Callable[[int], None] = lambda _day: None
) -> Outcome:
    """Replay *cell* with *policy*, or bound it where that is hindsight."""
    instance = build_instance(case, cell)
    if policy == BOUND:
        bounds = bound_measures(instance.surge, instance.patients)
        return Outcome(cell=cell.id, policy=policy, measures=bounds, unmet=())
    history = replay(
        instance.surge,
        instance.patients,
        _policy(case, instance, policy),
        lag=instance.lag,
        on_day=on_day,
    )
    return Outcome(
        cell=cell.id,
        policy=policy,
        measures=history.measures,
        unmet=tuple(sum(day.unmet.values()) for day in history.days),
    )


def _policy(case: SurgeCase, instance: Instance, name: str) -> Policy:
    if name == "static":
        return static(instance.surge, instance.assigned)
    if name == "greedy":
        return greedy(instance.surge)
    breaks = tuple(
        Break(
            day=(row["day"] - case.first_day).days,
            known_from=(row["known_from"] - case.first_day).days,
        )
        for row in case.content.get("break", ())
    )
    return planner(instance.surge, breaks=breaks)


def ends_of(
    outcomes: Mapping[str, Outcome], policy: str, measure: MeasureName
) -> tuple[Fraction, Fraction, Fraction]:
    """Return what the list, *policy* and hindsight come to in one cell."""
    static, value, bound = (
        Fraction(getattr(outcomes[name].measures, measure)) for name in ("static", policy, BOUND)
    )
    return static, value, bound


# -- files -------------------------------------------------------------------


def write_outcome(outcome: Outcome) -> str:
    """Return *outcome* as one line of JSON; ratios are exact, as text."""
    document = asdict(outcome)
    document["measures"] = {
        key: str(value) if isinstance(value, Fraction) else value
        for key, value in document["measures"].items()
    }
    return json.dumps(document, ensure_ascii=False)


def read_outcome(line: str) -> Outcome:
    """Return the outcome of one line that :func:`write_outcome` wrote."""
    document: dict[str, Any] = json.loads(line)
    measures = document.pop("measures")
    for key in ("worst_ratio", "peak_hub_occupancy"):
        measures[key] = Fraction(measures[key])
    unmet = tuple(document.pop("unmet"))
    return Outcome(**document, unmet=unmet, measures=Measures(**measures))


class OutcomeFile:
    """
    The outcomes so far of one case, one line each, in a file named by case and program.

    A run that ended early leaves whole lines and at most one torn one, which is done again.
    """

    def __init__(self, case: SurgeCase, folder: Path) -> None:
        self.path = folder / f"outcomes-{_fingerprint(case.id)}.jsonl"
        self.done: dict[tuple[str, str], Outcome] = {}
        folder.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").split("\n"):
                if line.endswith("}"):
                    self._take(read_outcome(line))

    def _take(self, outcome: Outcome) -> None:
        self.done[outcome.cell, outcome.policy] = outcome

    def add(self, outcome: Outcome) -> None:
        """Keep *outcome*, on disk before this returns."""
        self._take(outcome)
        with self.path.open("a", encoding="utf-8") as file:
            file.write("\n" + write_outcome(outcome))
            file.flush()


def _fingerprint(case_id: str) -> str:
    """Return what changes with the case or the program: outcomes of others are not taken for ours."""
    digest = hashlib.sha256(__version__.encode())
    for folder, pattern in (
        (CASES_FOLDER / case_id, "*"),
        (CASES_FOLDER, "surge*.py"),
        (CASES_FOLDER.parent / "core" / "surge", "*.py"),
    ):
        for path in sorted(folder.glob(pattern)):
            if path.suffix != ".md":
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def play_all(
    case: SurgeCase,
    tasks: Mapping[tuple[str, str], Cell],
    kept: OutcomeFile | None,
    on_task: Callable[[Cell, str], Callable[[int], None]],
) -> Iterator[Outcome]:
    """Yield the outcome of each of *tasks*, (cell, policy) -> cell; what is kept is not done again."""
    for (_, policy), cell in tasks.items():
        outcome = kept.done.get((cell.id, policy)) if kept else None
        if outcome is None:
            outcome = play(case, cell, policy, on_task(cell, policy))
            if kept:
                kept.add(outcome)
        yield outcome
