"""The assumptions that a built scenario states of itself, in the words of the data file beside the app."""

import tomllib
from functools import cache
from importlib import resources

from tiebeam.core.model.scenario import Assumption


def assume(key: str, **facts: object) -> Assumption:
    """Return the assumption *key*, its words filled with *facts*."""
    words = _read()[key]
    return Assumption(
        text=words["text"].format(**facts),
        text_zh=words["text_zh"].format(**facts),
        affects=words["affects"],
    )


@cache
def _read() -> dict[str, dict[str, str]]:
    folder = resources.files("tiebeam.apps.programmes")
    text = folder.joinpath("assumptions.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
