"""What an emergency refuses names states, steps and sides: here they become the words of the reader."""

from collections.abc import Callable, Mapping

FAMILY = "emergencies."
_WORDS = {
    "state": "state", "states": "state", "event": "event", "side": "side", "sides": "side",
}  # fmt: skip


def in_words(facts: Mapping[str, object], word: Callable[[str], str | None]) -> dict[str, object]:
    """Return *facts* with states, steps and sides by name; *word* gives the word of a code."""
    told = dict(facts)
    for name, family in _WORDS.items():
        value = facts.get(name)
        if isinstance(value, str):
            told[name] = word(f"{FAMILY}{family}.{value}") or value
        elif isinstance(value, list | tuple):
            told[name] = [word(f"{FAMILY}{family}.{each}") or each for each in value]
    return told
