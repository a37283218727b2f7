"""An event as a file gives it, before anyone asks whether the books bear it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from tiebeam.core.ledger.chart import Side
from tiebeam.core.ledger.events import KINDS
from tiebeam.errors import Fault

REVERSAL, YEAR_END = "reversal", "year_end"
FILE_KINDS = (*KINDS, REVERSAL, YEAR_END)
"""What a line of a file may be: an event, the undoing of one, or the end of a side's year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """
    Which pair is meant, as the file says it: by id, or by donor and recipient, by id or name.

    Attributes:
        programme: Its short name or id, where the file names one.
    """

    pairing: str = ""
    programme: str = ""
    donor: str = ""
    recipient: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the pair that *text* names: its id, or DONOR:RECIPIENT, after PROGRAMME/ where that has to be said."""
        programme, slash, rest = text.partition("/")
        names = rest if slash else text
        named = programme.strip() if slash else ""
        donor, colon, recipient = names.replace("：", ":").partition(":")
        if not colon:
            return cls(pairing=names.strip(), programme=named)
        return cls(programme=named, donor=donor.strip(), recipient=recipient.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenEvent:
    """
    One event of a file.

    Attributes:
        row: Its line in a text, its row in a table.
        key: The name by which the pair knows it for good; empty where the file gives none.
        follows: The key, or id, of the event that it follows or undoes.
        amount: Fen; 0 where only counted things move.
        side, year, carried: Of the end of a year: whose, which, and what of each stage goes on.
        agreement: By which it is allowed: title, number or id.
    """

    row: int
    pair: Pair
    kind: str
    on: dt.date
    key: str = ""
    follows: str = ""
    amount: int = 0
    quantity: int = 0
    quantity_unit: str = ""
    nature: str = ""
    stage: str = ""
    is_beyond_due: bool = False
    relates_to: int = 0
    purpose: str = ""
    agreement: str = ""
    document: str = ""
    reason: str = ""
    note: str = ""
    side: Side = "donor"
    year: int = 0
    carried: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvents:
    """
    What a file holds.

    Attributes:
        events: In their order; only whole ones.
        faults: Everything wrong with it, each at its row and column.
        warnings: What reading repaired, or did not know.
        rows: Of a table: each event's row and texts, the kind by its name, as it can be proposed.
        balances: What the file says is left, by code, fiscal year (0 for none) and unit; checked after posting.
    """

    events: tuple[GivenEvent, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...] = ()
    balances: Mapping[tuple[str, int, str], int] = field(default_factory=dict)
