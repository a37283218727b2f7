"""
The lines of a list as people write them, and back: "Nyingchi, Fujian, lead, Doctors 20 persons # of the county".

First the recipient, then the donor; then marks and quantities in any order; a remark after ``#``.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from tiebeam.apps.pairings.models import ListLine
from tiebeam.apps.pairings.operations.lines import NOTE_MOST, Line
from tiebeam.apps.regions.models import Organisation
from tiebeam.interfaces.messages import LANGUAGES, has_message, say
from tiebeam.interfaces.web.amounts import unit_word
from tiebeam.interfaces.web.page import language_of, name_of, say_to

LEAD_WORDS = frozenset({"lead", "牵头", "*"})
DOUBT_WORDS = frozenset({"doubtful", "存疑", "?"})
_AMOUNT = re.compile(r"(?P<name>.+?)\s*[:=]?\s*(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>\D*)\Z")

Resources = Mapping[str, Mapping[str, Any]]
"""The resources that a line may name, by id."""


@dataclass
class LineReader:
    """
    Reads lines, and tells every fault of every line.

    Attributes:
        places: For each line that was read, where it stood in the text, from 1.
    """

    request: HttpRequest
    organisations: Iterable[Organisation]
    resources: Resources
    faults: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Know organisations and resources by all their names."""
        self._known: dict[str, list[Organisation]] = {}
        for row in self.organisations:
            for name in {_fold(row.name_zh), _fold(row.name_en)} - {""}:
                self._known.setdefault(name, []).append(row)
        self._resources: dict[str, set[str]] = {}
        for key, resource in self.resources.items():
            names = (key, resource.get("name_en", ""), resource.get("name_zh", ""))
            for name in {_fold(name) for name in names} - {""}:
                self._resources.setdefault(name, set()).add(key)

    def read(self, text: str) -> list[Line]:
        """Return the lines of *text*; what cannot be read is among the faults."""
        lines = []
        for place, row in enumerate(text.splitlines(), start=1):
            if not row.strip():
                continue
            before = len(self.faults)
            line = self._read_line(place, row.strip())
            if line is not None and len(self.faults) == before:
                lines.append(line)
                self.places.append(place)
        return lines

    def _read_line(self, place: int, row: str) -> Line | None:
        said, _, note = row.partition("#")
        parts = [_plain(part) for part in re.split(r"[,，\t]", said)]
        if len(parts) < 2 or not all(parts[:2]):
            self._tell("line_unreadable", place, row)
            return None
        if len(note.strip()) > NOTE_MOST:
            self._tell("note_too_long", place, f"{note.strip()[:40]}…", most=NOTE_MOST)
        sides = [self._find_side(place, name) for name in parts[:2]]
        marks = {part.casefold() for part in parts[2:] if part} & (LEAD_WORDS | DOUBT_WORDS)
        amounts = self._read_amounts(
            place, [part for part in parts[2:] if part and part.casefold() not in marks]
        )
        recipient, donor = sides
        if recipient is None or donor is None:
            return None
        return Line(
            donor=donor.pk,
            recipient=recipient.pk,
            is_lead=bool(marks & LEAD_WORDS),
            is_doubtful=bool(marks & DOUBT_WORDS),
            amounts=amounts,
            note=note.strip(),
        )

    def _find_side(self, place: int, name: str) -> Organisation | None:
        found = self._known.get(_fold(name), [])
        if len(found) == 1:
            return found[0]
        self._tell("name_of_two" if found else "name_unknown", place, name)
        return None

    def _read_amounts(self, place: int, parts: Sequence[str]) -> dict[str, float]:
        amounts: dict[str, float] = {}
        for part in parts:
            match = _AMOUNT.match(part)
            if match is None:
                self._tell("mark_unreadable", place, part)
                continue
            found = self._resources.get(_fold(match["name"]), set())
            if len(found) != 1:
                code = "resource_of_two" if found else "resource_unknown"
                self._tell(code, place, match["name"], known=self._names())
                continue
            (key,) = found
            if not self._is_unit(match["unit"], key):
                unit = unit_word(self.request, str(self.resources[key].get("unit", "")))
                self._tell(
                    "unit_other", place, match["unit"].strip(), name=match["name"], unit=unit
                )
            elif key in amounts:
                self._tell("resource_twice", place, match["name"])
            else:
                amounts[key] = float(match["amount"])
        return amounts

    def _is_unit(self, text: str, key: str) -> bool:
        """Return whether *text* names the unit of a resource, in either language; left out, it is that one."""
        unit = str(self.resources[key].get("unit", ""))
        words = {"", _fold(unit)}
        code = f"report.unit.{unit.strip().lower()}"
        if has_message(code):
            words |= {_fold(say(code, {}, language)) for language in LANGUAGES}
        return _fold(text) in words

    def _names(self) -> list[str]:
        return [resource_name(self.request, key, row) for key, row in self.resources.items()]

    def _tell(self, code: str, place: int, text: str, **facts: object) -> None:
        self.faults.append(
            say_to(self.request, f"lists.fault.{code}", line=place, text=text, **facts)
        )


def text_of_lines(request: HttpRequest, lines: Iterable[ListLine], resources: Resources) -> str:
    """Return *lines* as the form takes them."""
    lead, doubtful = say_to(request, "pairs.lead"), say_to(request, "pairs.doubtful_mark")
    rows, order = [], {key: place for place, key in enumerate(resources)}
    for line in lines:
        parts = [name_of(request, line.recipient), name_of(request, line.donor)]
        parts += [lead] if line.is_lead else []
        parts += [doubtful] if line.is_doubtful else []
        parts += [
            _amount_text(request, key, resources.get(key, {}), line.amounts[key])
            for key in sorted(line.amounts, key=lambda key: (order.get(key, len(order)), key))
        ]
        rows.append(", ".join(parts) + (f" # {line.note}" if line.note else ""))
    return "\n".join(rows)


def resource_name(request: HttpRequest, key: str, resource: Mapping[str, Any]) -> str:
    """Return the name of a resource in the language of the page; its id where that would not be read back."""
    first, second = (
        ("name_zh", "name_en") if language_of(request) == "zh" else ("name_en", "name_zh")
    )
    name = str(resource.get(first) or resource.get(second) or key)
    return key if re.search(r"[,，#\t]", name) else name


def _amount_text(request: HttpRequest, key: str, resource: Mapping[str, Any], amount: float) -> str:
    number = format(Decimal(str(amount)).normalize(), "f")
    unit = unit_word(request, str(resource.get("unit", "")))
    return f"{resource_name(request, key, resource)} {number} {unit}".rstrip()


def _plain(text: str) -> str:
    """Return *text* with full-width digits, colons and question marks as plain ones."""
    return unicodedata.normalize("NFKC", text).strip()


def _fold(text: str) -> str:
    return " ".join(_plain(text).casefold().split())
