"""What a sheet that goes out and comes back consists of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "number", "date", "choice", "reference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormColumn:
    """
    One column.

    Attributes:
        name: By which the program knows it, whatever its head says.
        head: In the reader's language, unit included.
        aliases: Its heads in other languages: a sheet goes out in one and may come back in any.
        note: Shown beside the head in the sheet.
        kind: What its cells hold.
        is_required: The sheet makes no sense without the column.
        options: What a drop-down offers; nothing else is meant, but the reader decides.
    """

    name: str
    head: str
    aliases: tuple[str, ...] = ()
    note: str = ""
    kind: Kind = "text"
    is_required: bool = False
    options: Sequence[str] = ()
