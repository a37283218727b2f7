"""The one way in: a file of events, whatever its form."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from tiebeam.errors import Fault
from tiebeam.interchange.ledger_events.given import ReadEvents
from tiebeam.interchange.ledger_events.table_form import read_table
from tiebeam.interchange.ledger_events.text_form import read_text

TABLES = {".xlsx", ".csv", ".tsv"}
TEXTS = {".yaml", ".yml"}


def read_events(
    content: bytes,
    name: str,
    *,
    heads: Mapping[str, Sequence[str]],
    kinds: Mapping[str, str],
    common: Mapping[str, str],
) -> ReadEvents:
    """
    Return the events of a file: YAML of one pair, or a table (.xlsx, CSV) of many.

    Args:
        content: The file.
        name: Its name; "-" for what comes on standard input, which is YAML.
        heads: Other heads of the columns of a table.
        kinds: Other words for the kinds of events.
        common: Fields that hold where the file says nothing else.
    """
    suffix = PurePath(name).suffix.casefold()
    if suffix in TABLES:
        return read_table(content, name, heads, kinds, common)
    if suffix in TEXTS or name == "-":
        return read_text(content, name, kinds, common)
    fault = Fault(code="ledger_files.unknown_form", place=name, value=suffix)
    return ReadEvents(events=(), faults=(fault,), warnings=())
