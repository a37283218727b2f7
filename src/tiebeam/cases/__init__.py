"""
Real cases, shipped with the package: a scenario folder, published plans, and notes.

``cases/<id>/scenario`` is what ``tiebeam pair`` takes; further folders named
``scenario-…`` are variants or rounds of it, ``plans/<name>`` are pair lists that were
really issued, and the NOTES say what is known, what is assumed and what is missing.
"""

import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tiebeam.errors import Refused

CASES_FOLDER = Path(__file__).parent


class UnknownCase(Refused):
    """No case has this id; facts: *id*, *known*."""

    code = "cases.unknown"


class TargetExists(Refused):
    """The place to copy to is taken, by a file or a folder that is not empty; facts: *target*."""

    code = "cases.target_exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """
    One real case.

    Attributes:
        folder: Where it lies inside the package; not to be written to.
        kind: What question it asks; so far always "scenario".
        scenarios: Names of its scenario folders; "scenario", the main one, first.
        plans: Names of the folders under ``plans/``, sorted.
    """

    id: str
    title: str
    title_zh: str
    folder: Path
    kind: str = "scenario"
    scenarios: tuple[str, ...]
    plans: tuple[str, ...]


def list_cases() -> tuple[Case, ...]:
    """Return every case that is shipped, by id."""
    heads = CASES_FOLDER.glob("*/scenario/scenario.toml")
    return tuple(_read_case(head.parent.parent) for head in sorted(heads))


def copy_case(case_id: str, target: Path) -> Path:
    """
    Copy the case *case_id*, with its plans and notes, into the folder *target*; return it.

    Raises:
        UnknownCase: No case has this id.
        TargetExists: *target* is a file, or a folder that holds something.
    """
    folders = {case.id: case.folder for case in list_cases()}
    if case_id not in folders:
        raise UnknownCase(id=case_id, known=tuple(folders))
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise TargetExists(target=str(target))

    for file in sorted(path for path in folders[case_id].rglob("*") if path.is_file()):
        copy = target / file.relative_to(folders[case_id])
        copy.parent.mkdir(parents=True, exist_ok=True)
        # The content alone: an installed package may be read-only, a user's copy must not be.
        shutil.copyfile(file, copy)
    return target


def _read_case(folder: Path) -> Case:
    """Return the case that lies in *folder*, titled as its main scenario is."""
    with (folder / "scenario" / "scenario.toml").open("rb") as file:
        head = tomllib.load(file)["scenario"]
    return Case(
        id=folder.name,
        title=head["title"],
        title_zh=head["title_zh"],
        folder=folder,
        scenarios=tuple(sorted(path.parent.name for path in folder.glob("*/scenario.toml"))),
        plans=tuple(sorted(path.parent.name for path in folder.glob("plans/*/plan.json"))),
    )
