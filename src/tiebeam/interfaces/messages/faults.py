"""A fault as words: where it is, what is wrong, and the nearest word that is known."""

from difflib import get_close_matches

from tiebeam.errors import Fault
from tiebeam.interfaces.messages import Language, has_message, say

MOST_KNOWN_SHOWN = 12
"""How many of the known ids a message lists at most."""

_ID_FACTS = ("id", "donor", "recipient", "resource")
"""Facts that name a row where its number is not known: a change by hand has none."""


def say_fault(fault: Fault, language: Language) -> str:
    """Return the sentence of *fault*, and the known word nearest to a mistyped one."""
    facts: dict[str, object] = {
        "place": fault.place,
        "row": fault.row,
        "column": fault.column,
        "value": fault.value,
        **fault.facts,
    }
    known = _words(facts.get("known"))
    near = _words(facts.get("near")) or _near(fault.value, known)
    if facts.get("read_as") == "":
        facts["read_as"] = say("expected.number", {}, language)
    for fact in ("expected", "what"):
        # Kinds of things are told by the reader as codes too.
        code = f"expected.{facts.get(fact)}"
        if has_message(code):
            facts[fact] = say(code, {}, language)
    if len(known) > MOST_KNOWN_SHOWN:
        facts["known"] = [*known[:MOST_KNOWN_SHOWN], "…"]
    told = say(fault.code, facts, language)
    if not near:
        return told
    gap = "" if language == "zh" else " "
    return told + gap + say("cli.did_you_mean", {"word": near[0]}, language)


def locate_fault(fault: Fault, language: Language) -> str:
    """Return where in its place the fault is: a row and column, or the ids of the row."""
    row_ids = [str(fault.facts[key]) for key in _ID_FACTS if key in fault.facts]
    if fault.row is not None and fault.column:
        return say("cli.at_row_column", {"row": fault.row, "column": fault.column}, language)
    if fault.row is not None:
        return say("cli.at_row", {"row": fault.row}, language)
    if row_ids and fault.column:
        facts = {"id": ":".join(row_ids), "column": fault.column}
        return say("cli.at_id_column", facts, language)
    if row_ids:
        return say("cli.at_id", {"id": ":".join(row_ids)}, language)
    if fault.column:
        return say("cli.at_column", {"column": fault.column}, language)
    return ""


def _words(fact: object) -> list[str]:
    return [str(word) for word in fact] if isinstance(fact, list | tuple | set | frozenset) else []


def _near(word: str, known: list[str]) -> list[str]:
    """Return the known word nearest to a mistyped one, if any is near at all."""
    by_folded = {known_word.casefold(): known_word for known_word in known}
    return [by_folded[near] for near in get_close_matches(word.casefold(), by_folded, n=1)]
