"""
A sweep: one computation for many cells, the same bytes wherever it runs.

A finished cell is a file of its own, so that whatever ends a sweep, the next one goes on from there.
"""

import hashlib
import importlib.metadata
import inspect
import json
import os
import platform
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import tiebeam
from tiebeam.errors import Refused
from tiebeam.platform.sweeps.executors import Executor, ItemLost

Cell = Mapping[str, Any]
"""What one computation is asked, as JSON could say it."""

Work = Callable[[Cell], Any]
"""A function of a module that answers a cell with what JSON can say."""

DECIDING = ("highspy", "numpy", "scipy", "statsmodels")
"""Packages of which another version may give another answer."""


class WorkerLost(Refused):
    """A cell ended its worker again and again; fact: *cell*, its number from 1."""

    code = "sweeps.worker_lost"


class WorkerDiffers(Refused):
    """A worker has another program than the one that asks; nothing of it is taken."""

    code = "sweeps.worker_differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """
    What a sweep came to.

    Attributes:
        answers: For each cell its answer as JSON in bytes; None where the sweep was stopped before.
        resumed: How many of them an earlier sweep had finished.
    """

    answers: tuple[bytes | None, ...]
    resumed: int

    @property
    def is_complete(self) -> bool:
        """Return whether every cell has its answer."""
        return None not in self.answers


def run_sweep(
    work: Work,
    cells: Sequence[Cell],
    *,
    executor: Executor,
    folder: Path | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Swept:
    """
    Compute *work* for each of *cells*.

    Args:
        folder: Where finished cells lie and are looked for; one of the same cell, work, program and
            packages is not computed again.
        on_progress: Told how many of how many cells are done.

    Raises:
        WorkerLost: A cell ends every worker.
        WorkerDiffers: A worker of a cluster has another program.
    """
    files = [folder / f"{_key(work, cell)}.json" if folder else None for cell in cells]
    answers = [_find(file) for file in files]
    resumed = len(cells) - answers.count(None)
    on_progress(resumed, len(cells))
    left = [at for at, answer in enumerate(answers) if answer is None]
    task = partial(perform, work, fingerprint(inspect.getfile(work)))
    found = executor.run(task, [cells[at] for at in left], should_stop) if left else iter(())
    try:
        for done, (number, answer) in enumerate(found, resumed + 1):
            at = left[number]
            answers[at] = answer
            _keep(files[at], answer)
            on_progress(done, len(cells))
    except ItemLost as lost:
        raise WorkerLost(cell=left[lost.item] + 1) from lost
    return Swept(answers=tuple(answers), resumed=resumed)


def perform(work: Work, wanted: str, cell: Cell) -> bytes:
    """Return the answer of *work* to *cell*, after seeing that this is the program wanted."""
    if fingerprint(inspect.getfile(work)) != wanted:
        raise WorkerDiffers
    return _as_bytes(work(cell))


@cache
def fingerprint(file: str) -> str:
    """Return what tells this program, its packages and the module *file* from any other."""
    digest = hashlib.sha256(platform.python_version().encode())
    for package in DECIDING:
        digest.update(f"{package} {_version(package)}".encode())
    root = Path(tiebeam.__file__).parent
    decisive = [*root.glob("*.py"), *(root / "core").rglob("*.py"), *(root / "cases").rglob("*.*")]
    for path in sorted(path for path in decisive if "__pycache__" not in path.parts):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    digest.update(Path(file).read_bytes())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _key(work: Work, cell: Cell) -> str:
    asked = [work.__module__, work.__qualname__, fingerprint(inspect.getfile(work)), cell]
    return hashlib.sha256(_as_bytes(asked)).hexdigest()


def _as_bytes(content: Any) -> bytes:
    text = json.dumps(
        content, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return text.encode()


def _find(file: Path | None) -> bytes | None:
    """Return what a finished cell came to; None where there is none, or its file is damaged."""
    if file is None or not file.is_file():
        return None
    answer = file.read_bytes()
    try:
        json.loads(answer)
    except ValueError:
        return None
    return answer


def _keep(file: Path | None, answer: bytes) -> None:
    """Write a finished cell whole or not at all."""
    if file is None:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=file.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as open_part:
            open_part.write(answer)
            open_part.flush()
            os.fsync(open_part.fileno())
        Path(part).replace(file)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
