"""What came to each place for each of its people, and how unequally."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from tiebeam.apps.ledger.queries.matrix import PairFigures
from tiebeam.apps.regions.models import Organisation, Region, Statistic
from tiebeam.apps.regions.queries import list_statistics
from tiebeam.apps.regions.queries.names import list_regions_by_id
from tiebeam.core.measures.inequality import Inequality, measure_inequality, per_head
from tiebeam.platform.time.periods import AsOf

_PEOPLE = {"person": 1, "persons": 1, "people": 1, "人": 1, "万人": 10**4}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceShare:
    """
    What came to one place.

    Attributes:
        region: None for a recipient that belongs to none, which is then a place by itself.
        amount: Fen.
        population: The figure that counted; None where none is known.
        per_head: Fen for each of its people; None where they are not known.
    """

    region: Region | None
    recipients: tuple[Organisation, ...]
    amount: int
    population: Statistic | None
    per_head: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PerHeadFound:
    """
    Attributes:
        places: The largest per head first; those whose people are not known last.
        by_head: Inequality of the amounts per head, in which each head counts once.
        by_place: Inequality of the amounts, in which each place counts once.
    """

    places: tuple[PlaceShare, ...]
    by_head: Inequality
    by_place: Inequality

    @property
    def known(self) -> tuple[PlaceShare, ...]:
        """The places whose people are known."""
        return tuple(place for place in self.places if place.per_head is not None)

    @property
    def unknown(self) -> tuple[PlaceShare, ...]:
        """The places that are left out of what is said per head."""
        return tuple(place for place in self.places if place.per_head is None)


def count_people(population: Statistic) -> Fraction | None:
    """Return how many people a figure counts; None where its unit does not say so."""
    each = _PEOPLE.get(population.unit.strip().lower())
    return None if each is None else Fraction(population.quantity) * each


def find_per_head(
    found: Iterable[PairFigures], measure: str, years: Collection[int], as_of: AsOf
) -> PerHeadFound:
    """
    Return *measure* by recipient place, per head of the newest population known for a year up to the day.

    Recipients of one region are one place. A population in another unit than people is not known.
    """
    amounts: defaultdict[UUID, int] = defaultdict(int)
    recipients: defaultdict[UUID, dict[UUID, Organisation]] = defaultdict(dict)
    for pair in found:
        recipient = pair.pairing.recipient
        key = recipient.region_id or recipient.pk
        amounts[key] += pair.total(measure, years)
        recipients[key][recipient.pk] = recipient
    regions = list_regions_by_id(amounts)
    rows = list_statistics(regions, as_of, indicator="population")
    # By year, so that the newest year of each region stands.
    newest = {row.region_id: row for row in sorted(rows, key=lambda row: row.year)}
    people = {str(key): count_people(row) for key, row in newest.items()}
    named = {str(key): amount for key, amount in amounts.items()}
    heads = per_head(named, people)
    places = [
        PlaceShare(
            region=regions.get(key),
            recipients=tuple(recipients[key].values()),
            amount=amount,
            population=newest.get(key),
            per_head=heads.of.get(str(key)),
        )
        for key, amount in amounts.items()
    ]
    places.sort(key=lambda place: (place.per_head is None, -(place.per_head or 0), -place.amount))
    return PerHeadFound(
        places=tuple(places),
        by_head=measure_inequality(heads.of, people),
        by_place=measure_inequality(named),
    )
