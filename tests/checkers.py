"""Programs from outside that check our journals, each in its own process; named when they are not here."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

OWN = Path(__file__).parents[1] / ".venv-checkers" / "bin"


def ask(program: str, *words: str) -> str:
    """Return what *program* has against what it is given; empty where it accepts it."""
    own = OWN / program
    found = str(own) if own.exists() else shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed here: exported journals were not checked by it")
    done = subprocess.run(
        [found, *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": "", "LC_ALL": "C.UTF-8"},
    )
    if done.returncode == 0:
        return ""
    return done.stdout + done.stderr or f"{program} ended with {done.returncode}"
