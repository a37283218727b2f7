"""What a word on the command line names in the ledger: a programme, a pair, or all pairs of a programme."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from tiebeam.errors import Fault, InvalidInput

if TYPE_CHECKING:
    from tiebeam.apps.pairings.models import Pairing
    from tiebeam.apps.programmes.models import Programme
    from tiebeam.interchange.ledger_events.given import GivenEvent
    from tiebeam.interfaces.cli.session import Session
    from tiebeam.platform.tenancy.acting import Actor


def find_programme(word: str) -> "Programme":
    """
    Return the programme that *word* names, by short name, name or id, or the only one there is where it is empty.

    Raises:
        InvalidInput: There is none, or several.
    """
    from tiebeam.apps.programmes.models import Programme

    rows: list[Programme] = list(Programme.objects.order_by("slug"))
    named = [
        row for row in rows if word in {row.slug, str(row.pk), row.name_zh, row.name_en}
    ] if word else rows  # fmt: skip
    if len(named) == 1:
        return named[0]
    facts: dict[str, object] = {"known": [row.slug for row in rows]}
    raise InvalidInput(
        [Fault(code="ledger_files.unknown_programme", place="PROGRAMME", value=word, facts=facts)]
    )


def find_pairings(where: str) -> "list[Pairing]":
    """
    Return the pair that *where* names, else the pairs of the programme that it names.

    Raises:
        InvalidInput: It names neither, or could be several pairs.
    """
    from tiebeam.apps.ledger.operations.given_events import find_pairing
    from tiebeam.apps.pairings.models import Pairing
    from tiebeam.apps.regions.operations.rows import as_uuid
    from tiebeam.interchange.ledger_events.given import Pair

    related = Pairing.objects.select_related("programme", "donor", "recipient")
    is_pair = any(sign in where for sign in ":：")
    if not is_pair:
        number = as_uuid(where)
        named = list(related.filter(pk=number)) if number else []
        return named or list(related.filter(programme=find_programme(where)).order_by("pk"))
    found = find_pairing(Pair.parse(where))
    if isinstance(found, Fault):
        raise InvalidInput([found])
    return [found]


def find_marks(pairings: "Collection[Pairing]") -> dict[str, bool]:
    """Return what is to be said wherever figures of *pairings* go: of a demonstration, on an assumed base."""
    from tiebeam.apps.ledger.queries.obligations import are_illustrative

    return {
        "is_demo": any(pairing.programme.is_demo for pairing in pairings),
        "is_illustrative": are_illustrative([pairing.pk for pairing in pairings]),
    }


def say_marks(session: "Session", marks: Mapping[str, bool]) -> list[str]:
    """Return the sentences of those marks that hold."""
    codes = {"is_demo": "overview.demo", "is_illustrative": "obligations.illustrative_dues"}
    return [session.say(codes[name]) for name, is_so in marks.items() if is_so]


def list_year_ends(
    where: str, year: int, side: str, carried: Mapping[str, bool], actors: "Sequence[Actor]"
) -> "list[GivenEvent]":
    """
    Return the end of *year* for each own book, of *side* where it is named, that *where* names.

    Raises:
        InvalidInput: There is no such book.
    """
    from tiebeam.apps.ledger.models import Book
    from tiebeam.core.ledger.chart import Side
    from tiebeam.interchange.ledger_events.given import YEAR_END, GivenEvent, Pair
    from tiebeam.platform.tenancy.acting import acting

    ends: list[GivenEvent] = []
    for actor in actors:
        with acting(actor):
            pairings = [pairing.pk for pairing in find_pairings(where)]
            books = Book.objects.owned().filter(pairing_id__in=pairings).order_by("pk")
            for book in books:
                of: Side = "donor" if book.side == "donor" else "recipient"
                if side in {"", of}:
                    ends.append(
                        GivenEvent(
                            row=0,
                            pair=Pair(pairing=str(book.pairing_id)),
                            kind=YEAR_END,
                            on=date(year, 12, 31),
                            side=of,
                            year=year,
                            carried=carried,
                        )
                    )
    if not ends:
        raise InvalidInput(
            [Fault(code="ledger_files.no_book", place="PAIR|PROGRAMME", value=where)]
        )
    return ends
