"""The one way out: a plan into a folder, whole or not at all."""

import json
from pathlib import Path

from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.errors import Refused
from tiebeam.interchange.plan.document import FORMAT, plan_text
from tiebeam.interchange.plan.workbook import Say, build_plan_workbook
from tiebeam.interchange.tables.delimited import write_rows
from tiebeam.interchange.tables.files import MAX_FILE_BYTES, is_litter, placed_folder

FILES = frozenset({"plan.json", "pairs.csv", "flows.csv", "plan.xlsx", "report.html"})
"""What a plan folder of ours holds; ``report.html`` is written by the interfaces."""


class FolderNotOurs(Refused):
    """The folder holds what we did not write and would be lost; facts: ``path``, ``found``."""

    code = "plan.folder_not_ours"


def write_plan(
    plan: Plan, scenario: Scenario, folder: str | Path, *, say: Say | None = None
) -> None:
    """
    Write *plan* as ``plan.json``, ``pairs.csv``, ``flows.csv`` and ``plan.xlsx`` into *folder*.

    A plan folder that we wrote before is replaced, its report too; in any other
    folder that holds something nothing is touched.

    Args:
        plan: The plan; its ids are known to *scenario*.
        scenario: What it was made for.
        folder: Made where it is not there, with the folders above it.
        say: Makes the sentences of warnings in ``plan.xlsx``, English and Chinese.

    Raises:
        FolderNotOurs: The folder, or a file of that name, is not ours to replace.
        CannotWrite: The system refuses.
    """
    target = Path(folder)
    demand_replaceable(target)
    workbook = build_plan_workbook(plan, scenario, say)
    with placed_folder(target) as place:
        (place / "plan.json").write_bytes(plan_text(plan).encode())
        pairs = [(p.donor, p.recipient, "true" if p.lead else "false") for p in plan.pairs]
        write_rows(place / "pairs.csv", ("donor", "recipient", "lead"), pairs)
        if plan.flows is not None:
            flows = [(f.donor, f.recipient, f.resource, f.amount) for f in plan.flows]
            write_rows(place / "flows.csv", ("donor", "recipient", "resource", "amount"), flows)
        workbook.save(place / "plan.xlsx")


def demand_replaceable(target: Path) -> None:
    """
    Refuse *target* unless it is free, empty, or a plan folder that we wrote.

    Raises:
        FolderNotOurs: It is none of these.
    """
    if not target.exists():
        return
    if not target.is_dir():
        raise FolderNotOurs(path=str(target), found=[target.name])
    found = {entry.name for entry in target.iterdir() if not is_litter(entry)}
    if found and (found - FILES or not _is_ours(target / "plan.json")):
        raise FolderNotOurs(path=str(target), found=sorted(found - FILES or found)[:20])


def _is_ours(path: Path) -> bool:
    """Whether *path* is a ``plan.json`` that a solver of ours made: a hand-made one names none."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            return False
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        return False
    solver = document.get("solver")
    return isinstance(solver, dict) and bool(solver.get("version"))
