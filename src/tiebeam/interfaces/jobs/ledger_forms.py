"""Events of the ledger as files, in the words of both languages: what pages and commands read and give."""

from collections.abc import Mapping
from functools import cache

from tiebeam.core.ledger.events import KINDS
from tiebeam.interchange.ledger_events.given import FILE_KINDS, ReadEvents
from tiebeam.interchange.ledger_events.reading import read_events
from tiebeam.interchange.ledger_events.table_form import ASKED, COLUMNS, write_table
from tiebeam.interfaces.messages import LANGUAGES, Language, has_message, say

GUIDE = ("rows", "check", "amounts", "keys")


SYNONYMS = {
    "拨付": "payment", "到账": "receipt", "承诺": "commitment", "支出": "expenditure",
    "退票": "bounce", "冲销": "reversal",
}  # fmt: skip
"""What officials call events besides the words of our pages."""


@cache
def kind_words() -> Mapping[str, str]:
    """Return word -> kind of event, in both languages."""
    return SYNONYMS | {
        say(f"ledger.kind.{kind}", {}, language): kind
        for kind in FILE_KINDS
        for language in LANGUAGES
    }


@cache
def column_heads(first: Language = "en") -> Mapping[str, tuple[str, ...]]:
    """Return what each column is called, in the language *first* first."""
    languages = sorted(LANGUAGES, key=lambda language: language != first)
    return {
        name: tuple(say(f"ledger_files.column.{name}", {}, language) for language in languages)
        for name in COLUMNS
    }


def read_file(content: bytes, name: str, common: Mapping[str, str] | None = None) -> ReadEvents:
    """Return the events of a file; *common* holds where it says nothing else."""
    said = {key: text for key, text in (common or {}).items() if text}
    return read_events(content, name, heads=column_heads(), kinds=kind_words(), common=said)


def write_form(language: Language, pairs: list[tuple[str, str]]) -> bytes:
    """
    Return the form to fill, in *language*.

    Args:
        pairs: Donor and recipient of the pairs that may stand in it.
    """
    kinds = [say(f"ledger.kind.{kind}", {}, language) for kind in KINDS]
    options = {
        "kind": kinds,
        "donor": sorted({donor for donor, _ in pairs}),
        "recipient": sorted({recipient for _, recipient in pairs}),
        "beyond_due": ("否", "是") if language == "zh" else ("no", "yes"),
        "stage": ("B110", "B120", "B130", "B140"),
    }
    notes = {
        name: say(f"ledger_files.note.{name}", {}, language)
        for name in ASKED
        if has_message(f"ledger_files.note.{name}")
    }
    guide = [say(f"ledger_files.guide.{line}", {}, language) for line in GUIDE]
    return write_table(
        say("ledger_files.sheet", {}, language),
        column_heads(language),
        notes,
        options,
        [],
        (say("workbooks.guide.name", {}, language), guide),
    )
