"""
Real cases, shipped with the package: facts, assumptions where there are any, and notes.

A case asks one kind of question: whom to pair (scenario), which team goes where on which day
(surge, :mod:`tiebeam.cases.surges`), or which patients are moved (balance, :mod:`tiebeam.cases.balances`).
``cases/<id>/scenario`` is what ``tiebeam pair`` takes; further folders named
``scenario-…`` are variants or rounds of it, ``plans/<name>`` are pair lists that were
really issued, and the NOTES say what is known, what is assumed and what is missing.
"""

import csv
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tiebeam.errors import Refused

CASES_FOLDER = Path(__file__).parent

Kind = Literal["scenario", "surge", "balance"]
HEADS: Mapping[Kind, tuple[str, str]] = {
    "scenario": ("scenario/scenario.toml", "scenario"),
    "surge": ("surge.toml", "case"),
    "balance": ("balance.toml", "case"),
}
"""Kind -> the file that a case of it has, and the table in which its title stands."""


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
        kind: What question it asks.
        scenarios: Names of its scenario folders; "scenario", the main one, first. None of another kind.
        plans: Names of the folders under ``plans/``, sorted.
    """

    id: str
    title: str
    title_zh: str
    folder: Path
    kind: Kind = "scenario"
    scenarios: tuple[str, ...]
    plans: tuple[str, ...]


def list_cases(kind: Kind | None = None) -> tuple[Case, ...]:
    """Return every case that is shipped, by id; of one *kind* where it is given."""
    found = [
        _read_case(folder, of)
        for of, (head, _) in HEADS.items()
        for folder in CASES_FOLDER.iterdir()
        if kind in (None, of) and (folder / head).is_file()
    ]
    return tuple(sorted(found, key=lambda case: case.id))


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


def read_rows(path: Path) -> tuple[Mapping[str, str], ...]:
    """Return the rows of a CSV file of ours, header as keys."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _read_case(folder: Path, kind: Kind) -> Case:
    """Return the case that lies in *folder*; of several scenarios the main one has its title."""
    path, table = HEADS[kind]
    with (folder / path).open("rb") as file:
        head = tomllib.load(file)[table]
    return Case(
        id=folder.name,
        title=head["title"],
        title_zh=head["title_zh"],
        folder=folder,
        kind=kind,
        scenarios=tuple(sorted(path.parent.name for path in folder.glob("*/scenario.toml"))),
        plans=tuple(sorted(path.parent.name for path in folder.glob("plans/*/plan.json"))),
    )
