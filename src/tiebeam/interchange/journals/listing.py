"""The journal as a CSV table: one line for each row, amounts in yuan to the fen."""

import csv
import io
from collections.abc import Iterator
from itertools import chain

from tiebeam.core.ledger.chart import MONEY
from tiebeam.interchange.journals.entries import Journal, Posted, list_posted
from tiebeam.interchange.journals.plain_text import amount_text
from tiebeam.interchange.tables.text import neutral

COLUMNS = (
    "day",
    "year",
    "batch",
    "kind",
    "book",
    "side",
    "owner_en",
    "owner_zh",
    "debit",
    "credit",
    "amount",
    "unit",
    "valid_on",
    "recorded_at",
    "relates_to",
    "document",
    "narration",
    "reverses",
)


def write_listing(journal: Journal) -> Iterator[str]:
    """Yield the lines of *journal* as CSV; no text in it is a formula to a spreadsheet."""
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="")
    lines = (line for posted in list_posted(journal.entries) for line in _lines(posted))
    # What must be known of every figure goes with every line: a table may be cut and pasted.
    said = neutral(" ".join(journal.notes))
    for line, mark in chain([(COLUMNS, "mark")], ((line, said) for line in lines)):
        table.writerow([*line, mark] if said else line)
        yield stream.getvalue()
        stream.seek(0)
        stream.truncate()


def _lines(posted: Posted) -> Iterator[list[str]]:
    entry = posted.entry
    for row in posted.rows:
        yield [
            str(posted.day),
            str(row.year),
            *map(neutral, (entry.batch, entry.kind, entry.book.key, entry.book.side)),
            *map(neutral, entry.book.owner),
            row.debit,
            row.credit,
            amount_text(row.amount, row.unit),
            row.unit if row.unit == MONEY else neutral(row.unit.removeprefix("Q:")),
            str(entry.valid_on),
            entry.recorded_at.isoformat(),
            str(row.relates_to or ""),
            *map(neutral, (entry.document, entry.narration, entry.reverses)),
        ]
