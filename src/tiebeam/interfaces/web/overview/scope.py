"""What a page of the overview is asked for: programme, year, measure, whose money, and as of when."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from tiebeam.apps.ledger.queries.finality import is_final
from tiebeam.apps.ledger.queries.measures import DIFFERENCES, MEASURES
from tiebeam.apps.ledger.queries.obligations import are_illustrative
from tiebeam.apps.ledger.queries.pairs import list_pairs_with_money
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.apps.regions.queries import list_above
from tiebeam.core.ledger.chart import CHART
from tiebeam.interfaces.web.addresses import NotUnderstood
from tiebeam.interfaces.web.as_of import asks_for_another_day, read_as_of
from tiebeam.interfaces.web.money.words import say_account
from tiebeam.interfaces.web.page import Link, by_name, name_of, say_to
from tiebeam.interfaces.web.tables import Choice, Table, table_as_file, with_marks
from tiebeam.platform.time.periods import AsOf

T = TypeVar("T")

YEARS = range(1900, 2200)
PLACES = (
    "overview",
    "overview_per_head",
    "overview_years",
    "overview_flows",
    "overview_exceptions",
    "trial_balance",
    "journal",
    "balance",
)
"""The pages, in the order of their tabs."""
SIDES = ("donor", "recipient")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """
    What is looked at.

    Attributes:
        as_of: The day, and the moment whose knowledge counts.
        is_now: Whether that is today with all that is known.
        pairings: Those of the programme and of the donors whose money it is.
        year: The one year that is asked about; None for all.
        what: The measure.
        pairing_id: The one pair that is asked about.
        sides: ``donor`` and ``recipient``, where one is asked about: an organisation, or the region of several.
        choices: What may be chosen.
    """

    as_of: AsOf
    is_now: bool
    pairings: tuple[Pairing, ...]
    all_pairings: tuple[Pairing, ...]
    programme: Programme | None
    region: Region | None
    year: int | None
    what: str
    pairing_id: UUID | None
    sides: Mapping[str, UUID]
    choices: tuple[Choice, ...]

    @property
    def asked(self) -> AsOf | None:
        """The two dates for a query; None where all that is on record counts."""
        return None if self.is_now else self.as_of

    @property
    def years(self) -> tuple[int, ...]:
        """The years that count; none is all."""
        return () if self.year is None else (self.year,)

    @property
    def ids(self) -> list[UUID]:
        """The pairings by their ids."""
        return [row.pk for row in self.pairings]

    @property
    def is_demo(self) -> bool:
        """Whether any of the programmes is a demonstration."""
        return any(row.programme.is_demo for row in self.pairings)

    @property
    def is_illustrative(self) -> bool:
        """Whether what is due between any of the pairs rests on an assumed figure."""
        return are_illustrative(self.ids)

    def chosen(self) -> dict[str, str]:
        """Return what is chosen, as addresses say it."""
        said = {
            "programme": self.programme and self.programme.pk,
            "region": self.region and self.region.pk,
            "year": self.year,
            "what": self.what if self.what != "paid" else "",
            "pair": self.pairing_id,
            **self.sides,
        }
        return {key: str(value) for key, value in said.items() if value}


def read_scope(request: HttpRequest, *keys: str) -> Scope:
    """
    Return what the address asks for.

    Args:
        request: Whose address is read.
        keys: Which of ``year``, ``what``, ``pair`` the page takes besides programme and region; with
            ``difference``, what one measure leaves of another is a choice of ``what`` too.

    Raises:
        NotUnderstood: What stands there is no choice of the page.
    """
    everything = list_pairs_with_money()
    programmes = {row.programme_id: row.programme for row in everything}
    programme = _pick(request, "programme", programmes.get)
    above = list_above(row.donor.region_id for row in everything if row.donor.region_id)
    regions = {region.pk: region for row in above.values() for region in row}
    region = _pick(request, "region", regions.get)
    pairings = [
        row
        for row in everything
        if (programme is None or row.programme_id == programme.pk)
        and (region is None or region in above.get(row.donor.region_id or row.pk, ()))
    ]
    pair = (
        _pick(request, "pair", {row.pk: row for row in everything}.get) if "pair" in keys else None
    )
    all_pairings = pairings
    if pair is not None:
        pairings = [row for row in pairings if row.pk == pair.pk]
    sides = {key: found for key in SIDES if (found := _pick_side(request, key, everything))}
    for meant in map(set, sides.values()):
        pairings = [row for row in pairings if row in meant]
    return Scope(
        as_of=read_as_of(request),
        is_now=not asks_for_another_day(request),
        pairings=tuple(pairings),
        all_pairings=tuple(all_pairings),
        programme=programme,
        region=region,
        year=_read_year(request) if "year" in keys else None,
        what=_read_what(request, DIFFERENCES if "difference" in keys else ())
        if "what" in keys
        else "paid",
        pairing_id=pair.pk if pair else None,
        sides={key: UUID(request.GET[key]) for key in sides},
        choices=(
            _choice(request, "programme", programmes.values()),
            _choice(request, "region", regions.values()),
            *(_chosen_side(request, key, found) for key, found in sides.items()),
        ),
    )


def choose_years(request: HttpRequest, years: Iterable[int]) -> Choice:
    """Return the choice among *years*."""
    options = tuple((str(year), str(year)) for year in sorted(years, reverse=True))
    return Choice("year", say_to(request, "overview.year"), options)


def choose_what(request: HttpRequest, *also: str) -> Choice:
    """Return the choice among the measures, and *also* others."""
    names = (*MEASURES, *also)
    options = tuple((name, say_to(request, f"overview.measure.{name}")) for name in names)
    return Choice("what", say_to(request, "overview.what"), options)


def choose_pair(request: HttpRequest, pairings: Iterable[Pairing]) -> Choice:
    """Return the choice among *pairings*."""
    named = sorted((name_pair(request, row), str(row.pk)) for row in pairings)
    options = tuple((pk, name) for name, pk in named)
    return Choice("pair", say_to(request, "overview.pair"), options)


def choose_side(request: HttpRequest) -> Choice:
    """Return the choice between the books of both sides."""
    options = tuple((side, say_to(request, f"overview.{side}")) for side in SIDES)
    return Choice("side", say_to(request, "overview.book"), options)


def choose_owner(
    request: HttpRequest, pairings: Iterable[Pairing]
) -> tuple[Organisation | None, Choice]:
    """Return the organisation whose books are asked for, and the choice among those of both sides."""
    sides = {side.pk: side for row in pairings for side in (row.donor, row.recipient)}
    return _pick(request, "owner", sides.get), _choice(request, "owner", sides.values())


def choose_account(request: HttpRequest) -> Choice:
    """Return the choice among the accounts of the chart."""
    options = tuple((code, say_account(request, code)) for code in CHART)
    return Choice("code", say_to(request, "overview.account"), options)


def with_chosen(
    request: HttpRequest, *choices: Choice, **defaults: str
) -> list[tuple[Choice, str, bool]]:
    """Return the choices that offer anything, each with what is chosen, and whether all may be."""
    return [
        (
            choice,
            request.GET.get(choice.key) or defaults.get(choice.key, ""),
            choice.key not in defaults,
        )
        for choice in choices
        if choice.options
    ]


def name_pair(request: HttpRequest, pairing: Pairing) -> str:
    """Return both sides by name."""
    return say_to(
        request,
        "overview.pair_name",
        donor=name_of(request, pairing.donor),
        recipient=name_of(request, pairing.recipient),
    )


def address_of(request: HttpRequest, place: str, scope: Scope, **changes: object) -> str:
    """Return the address of another page of the overview, with what is chosen here and *changes*."""
    query = scope.chosen() | {key: str(value) for key, value in changes.items() if value}
    query = {key: value for key, value in query.items() if changes.get(key, value)}
    query |= {key: request.GET[key] for key in ("on", "known") if request.GET.get(key)}
    return f"{reverse(place)}?{urlencode(query)}" if query else reverse(place)


def tabs_of(request: HttpRequest, here: str, scope: Scope) -> tuple[Link, ...]:
    """Return the pages of the overview as tabs; programme and region are kept from one to the next."""
    kept = {"year": "", "what": "", "pair": ""}
    return tuple(
        Link(
            say_to(request, f"overview.tab.{place}"),
            address_of(request, place, scope, **kept),
            is_current=place == here,
        )
        for place in PLACES
    )


def say_foot(request: HttpRequest, scope: Scope, *notes: str) -> list[str]:
    """Return of which day the page is, what it rests on, and *notes*."""
    facts: dict[str, object] = {"on": scope.as_of.true_on.isoformat(), "pairs": len(scope.pairings)}
    if scope.as_of.known_at is not None:
        facts["known"] = request.GET.get("known", "")
        if not is_final(scope.as_of.known_at, timezone.now()):
            notes = (say_to(request, "overview.not_final", known=facts["known"]), *notes)
    said = [
        say_to(request, "overview.foot_known" if "known" in facts else "overview.foot", **facts)
    ]
    return [*said, *(note for note in notes if note)]


def _pick(request: HttpRequest, key: str, find: Callable[[UUID], T | None]) -> T | None:
    text = request.GET.get(key, "")
    if not text:
        return None
    try:
        found = find(UUID(text))
    except ValueError:
        found = None
    if found is None:
        raise NotUnderstood(key, "overview.unknown_choice", value=text)
    return found


def _pick_side(
    request: HttpRequest, side: str, pairings: Sequence[Pairing]
) -> list[Pairing] | None:
    """Return the pairs whose donor or recipient the address names, by itself or by its region."""

    def find(asked: UUID) -> list[Pairing]:
        return [
            row
            for row in pairings
            if asked in {getattr(row, side).pk, getattr(row, side).region_id}
        ]

    return _pick(request, side, lambda asked: find(asked) or None)


def _chosen_side(request: HttpRequest, side: str, found: Sequence[Pairing]) -> Choice:
    """Return the one choice that is made; others are made by the figures that lead here."""
    named = by_name(request, {getattr(row, side) for row in found})
    names = say_to(
        request, "overview.of_recipients", names=[name_of(request, row) for row in named]
    )
    return Choice(side, say_to(request, f"overview.{side}"), ((request.GET[side], names),))


def _read_year(request: HttpRequest) -> int | None:
    text = request.GET.get("year", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) in YEARS):
        raise NotUnderstood("year", "overview.unknown_choice", value=text)
    return int(text)


def _read_what(request: HttpRequest, also: Iterable[str]) -> str:
    text = request.GET.get("what", "") or "paid"
    if text not in {*MEASURES, *also}:
        raise NotUnderstood("what", "overview.unknown_choice", value=text)
    return text


def _choice(request: HttpRequest, key: str, records: Iterable[Any]) -> Choice:
    options = tuple((str(row.pk), name_of(request, row)) for row in by_name(request, records))
    return Choice(key, say_to(request, f"overview.{key}"), options)


def scope_as_file(request: HttpRequest, scope: Scope, table: Table) -> HttpResponse | None:
    """Return *table* as the file that was asked for, every row marked as its page is; None where the page was."""
    if table.asked is None or not table.asked.file:
        return None
    marks = list_marks(request, scope)
    said = say_to(request, "overview.mark_and").join(marks)
    return table_as_file(
        with_marks(table, say_to(request, "overview.mark"), [said] * len(table.rows))
    )


def list_marks(request: HttpRequest, scope: Scope) -> list[str]:
    """Return what must be said wherever figures of the scope go: of a demonstration, on an assumed base."""
    said = {"overview.demo": scope.is_demo, "obligations.illustrative_dues": scope.is_illustrative}
    return [say_to(request, code) for code, is_so in said.items() if is_so]
