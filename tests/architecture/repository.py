"""The files of this repository, as the tests of its order see them."""

import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IGNORED_FOLDERS = {".git", ".venv", "build", "dist", "__pycache__"}


@cache
def committed_files() -> tuple[Path, ...]:
    """List the files that git tracks; without git, all files but what was built."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return tuple(sorted(_files_on_disk()))
    return tuple(path for name in listing.split("\0") if name and (path := ROOT / name).is_file())


def _files_on_disk() -> Iterator[Path]:
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and not any(
            part in IGNORED_FOLDERS or part.endswith("_cache") for part in parts
        ):
            yield path


def text_of(path: Path) -> str | None:
    """Return what *path* holds, or None where it is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def name_of(path: Path) -> str:
    """Return *path* from the root of the repository, with forward slashes."""
    return path.relative_to(ROOT).as_posix()
