"""Running the command line on a tiny scenario, and a stand-in for the search where none is wanted."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing import solver
from tiebeam.interfaces.cli.app import app

TABLES = {
    "scenario.toml": """
[scenario]
id = "two-towns"
title = "Two towns"
title_zh = "两城"

[policy]
levels = ["coverage", "burden", "partners"]
min_share = 0.05
max_partners_per_donor = 1

[[assumption]]
text = "A bed stands for a person."
text_zh = "床位按人计。"
""",
    "donors.csv": "id,name,name_zh\nnorth,North,北方\nsouth,South,南方\n",
    "recipients.csv": "id,name,name_zh\nhill,Hill,山城\nlake,Lake,湖城\n",
    "resources.csv": "id,name,name_zh,unit,lot\nbeds,Beds,床位,bed,1\n",
    "capacities.csv": "donor,resource,amount\nnorth,beds,3\nsouth,beds,2\n",
    "needs.csv": "recipient,resource,amount\nhill,beds,4\nlake,beds,6\n",
}
"""
Two donors with one recipient each: by hand, north to lake and south to hill covers both to
1/2 (3 of 6 and 2 of 4); the other way round lake would get 2 of 6.
"""

PLAN = {
    "format": "tiebeam-plan/1",
    "pairs": [
        {"donor": "north", "recipient": "lake", "lead": True},
        {"donor": "south", "recipient": "hill", "lead": True},
    ],
    "flows": [
        {"donor": "north", "recipient": "lake", "resource": "beds", "amount": 3},
        {"donor": "south", "recipient": "hill", "resource": "beds", "amount": 2},
    ],
}


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run ended, and what it wrote on its two streams."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Return the one JSON document on standard output."""
        return json.loads(self.out)


def run(*arguments: object, locale: str = "C.UTF-8") -> Ended:
    """Run ``tiebeam`` with *arguments* in this process; no help but the locale chooses the language."""
    environment = {"LC_ALL": locale, "LC_MESSAGES": None, "LANG": None, "COLUMNS": None}
    result = CliRunner(env=environment).invoke(
        app, [str(argument) for argument in arguments], prog_name="tiebeam"
    )
    return Ended(status=result.exit_code, out=result.stdout, err=result.stderr)


def write_tables(folder: Path, **changed: str) -> Path:
    """Write the scenario of two towns; *changed* holds other texts, by file name without its end."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in TABLES.items():
        (folder / name).write_text(changed.get(name.split(".")[0], text), encoding="utf-8")
    return folder


def write_plan_by_hand(folder: Path, **changed: object) -> Path:
    """Write a plan as a person would: pairs and amounts, no claims; *changed* replaces keys."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {key: value for key, value in {**PLAN, **changed}.items() if value is not None}
    (folder / "plan.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


@contextmanager
def search_replaced(solve: Callable[..., Plan]) -> Iterator[None]:
    """Let *solve* stand in for the search, for outcomes that cannot be brought about by input."""
    before = solver.solve_pairing
    solver.solve_pairing = solve
    try:
        yield
    finally:
        solver.solve_pairing = before


def find_nothing(scenario: Scenario, **_: object) -> Plan:
    """Stand in for a search that the limit ends before it finds any plan."""
    return Plan(scenario_id=scenario.id, status="unknown")
