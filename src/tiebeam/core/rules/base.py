"""The base of a due: one published figure, turned into fen without loss (§P2)."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tiebeam.errors import Refused
from tiebeam.units import FEN, parse_unit


class BaseNotPositive(Refused):
    """The figure is negative: no due follows from it."""

    code = "obligations.base_not_positive"


class BaseOfOtherYear(Refused):
    """The figure belongs to another year than the rule asks for."""

    code = "obligations.base_of_other_year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """
    One figure of one region, as one source gave it on one day.

    Attributes:
        statistic: The indicator as the directory names it.
        quantity: In *unit*, as published.
        vintage: ISO date of the edition.
        reliability: As the directory marks it; "assumption" makes every amount
            that follows illustrative.
    """

    statistic: str
    year: int
    quantity: Decimal
    unit: str
    vintage: str
    source: str
    reliability: str

    @property
    def fen(self) -> Fraction:
        """
        Return the figure in fen, exact.

        Raises:
            InvalidInput: Its unit is none of money (``units.unknown_unit``).
            BaseNotPositive: It is negative.
        """
        if self.quantity < 0:
            raise BaseNotPositive(statistic=self.statistic, year=self.year)
        return Fraction(self.quantity) * FEN[parse_unit(self.unit)]

    @property
    def spread_fen(self) -> Fraction:
        """
        Return half a unit of the last place written, in fen: so far may the true figure lie off.

        A final zero may be exact or rounded; it is taken for a place that was left out,
        so that the spread is never understated, except before the point.
        """
        exponent = self.quantity.normalize().as_tuple().exponent
        assert isinstance(exponent, int), "a figure of the directory is finite"
        return Fraction(Decimal(1).scaleb(min(exponent, 0))) * FEN[parse_unit(self.unit)] / 2

    @property
    def is_illustrative(self) -> bool:
        """Tell whether the figure is assumed, so that what follows from it only illustrates."""
        return self.reliability == "assumption"
