"""What the ledger refuses names events, accounts and fen: here they become the words of the reader."""

from collections.abc import Callable, Mapping

from tiebeam.interfaces.messages.figures import exact_money, number

FAMILIES = ("ledger.", "ledger_files.")
_WORDS = {"kind": "kind", "found": "kind", "account": "account", "state": "state"}
_LISTS = ("follows", "needed", "known")
_AMOUNTS = ("balance", "asked", "left", "owed", "found", "expected")
_MONEY = "CNY"


def in_words(
    facts: Mapping[str, object], language: str, word: Callable[[str], str | None]
) -> dict[str, object]:
    """
    Return *facts* with kinds, accounts and states by name, and amounts with their unit.

    Args:
        facts: Of a refusal of the ledger.
        language: Of the reader.
        word: The word of a code of the catalogue, None where it has none.
    """
    told = dict(facts)
    for name, family in _WORDS.items():
        value = facts.get(name)
        said = word(f"ledger.{family}.{value}") if isinstance(value, str) else None
        if said:
            told[name] = f"{value} {said}" if family == "account" else said
    for name in _LISTS:
        value = facts.get(name)
        if isinstance(value, list | tuple):
            told[name] = [word(f"ledger.kind.{each}") or each for each in value]
    unit = str(facts.get("unit", _MONEY))
    for name in _AMOUNTS:
        value = facts.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            told[name] = (
                exact_money(value, language)
                if unit == _MONEY
                else f"{number(value)} {unit.removeprefix('Q:')}"
            )
    return told
