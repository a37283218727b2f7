"""An obligation rule as data: every part known by a source, assumed, or unknown (§P1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from tiebeam.errors import Fault, InvalidInput, Refused

Mark = Literal["sourced", "assumption", "unknown", "absent"]
Bound = Literal["floor", "exact", "unknown"]
Text = Mapping[str, str]
"""A text in both languages: "en" and "zh"."""

PARTS = ("statistic", "base_year", "rate", "bound", "growth", "term", "cash", "in_kind", "staff")


class PartUnknown(Refused):
    """A part that the sum needs is unknown, and nobody has entered it for the programme."""

    code = "obligations.part_unknown"


class OutsideTerm(Refused):
    """The rule does not hold in that year."""

    code = "obligations.outside_term"


class RateBounded(Refused):
    """The rule gives only bounds; the donor's own rate and its document are to be entered first."""

    code = "obligations.rate_bounded"


class RateOutside(Refused):
    """The donor's own rate lies outside the bounds of the rule."""

    code = "obligations.rate_outside"


class DocumentMissing(Refused):
    """A figure was entered without its document: neither a number nor a page."""

    code = "obligations.document_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """
    What a rule or a rate rests on.

    Attributes:
        number: Its number; empty means "not known", and then *page* is a must.
        article: Where in it; empty means "not known".
        page: The address or title of the page that was read.
        dated_on: ISO date, to the precision known.
    """

    title: Text = field(default_factory=dict)
    number: str = ""
    article: str = ""
    page: str = ""
    dated_on: str = ""

    def __post_init__(self) -> None:
        if not self.number.strip() and not self.page.strip():
            raise DocumentMissing(title=dict(self.title))


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """A floor per area: at least (1 + *rate*) times its amount of the year before (§P6)."""

    rate: Fraction
    first_year: int
    until_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    What donors owe for a year.

    Attributes:
        id, version: Name and edition; a corrected rule is a later edition.
        statistic: What the base is, in words.
        base_offset: Years from the year of the due to that of the base (-1 =
            previous year); None = unknown.
        lowest_rate, highest_rate: Equal where the rate is one figure.
        bound: "floor" reads "not less than".
        first_year, until_year: Fiscal years of the term, half open; None = open.
        counts: cash, in_kind, staff → whether it fulfils the due; None = unknown.
        marks: Part → sourced, assumption, unknown, or absent (the source names none), for
            each of PARTS.
        notes: What a reader must know besides.
    """

    id: str
    version: int
    title: Text
    statistic: Text
    base_offset: int | None
    lowest_rate: Fraction
    highest_rate: Fraction
    bound: Bound
    first_year: int
    until_year: int | None
    growth: Growth | None
    counts: Mapping[str, bool | None]
    marks: Mapping[str, Mark]
    document: Document
    notes: tuple[Text, ...] = ()

    @property
    def is_bounded(self) -> bool:
        """Tell whether the rule knows only bounds of the rate."""
        return self.lowest_rate < self.highest_rate

    def holds_in(self, year: int) -> bool:
        """Tell whether *year* lies in the term."""
        return self.first_year <= year and (self.until_year is None or year < self.until_year)

    def counts_toward(self, form: str) -> bool:
        """Tell whether *form* (cash, in_kind, staff) fulfils the due: only where the rule says so."""
        return self.counts[form] is True

    def list_assumptions(self) -> list[str]:
        """Return the parts that no source gives and that are assumed, in the order of PARTS."""
        return [part for part in PARTS if self.marks[part] == "assumption"]

    def list_unknowns(self) -> list[str]:
        """Return the parts that are unknown, in the order of PARTS."""
        return [part for part in PARTS if self.marks[part] == "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRate:
    """The rate that one donor was given, with the document that gives it (§P3)."""

    rate: Fraction
    document: Document
    is_assumption: bool = False


_RATE = re.compile(
    r"(?P<figure>\d{1,9}(?:\.\d{1,9})?)\s*(?P<sign>[%‰]?)|(?P<ratio>\d{1,9}/\d{1,9})", re.ASCII
)
_OF_SIGN = {"": 1, "%": 100, "‰": 1000}


def parse_rate(text: str) -> Fraction:
    """
    Return the share that *text* writes as "0.45%", "4.5‰", "45/10000" or "0.0045", exactly.

    Raises:
        InvalidInput: It writes none, or one above 1 (``obligations.rate_not_valid``).
    """
    match = _RATE.fullmatch(text.strip().replace("％", "%"))
    share = Fraction(-1)
    if match and not (match["ratio"] or "").endswith("/0"):
        share = Fraction(match["ratio"] or match["figure"]) / _OF_SIGN[match["sign"] or ""]
    if not 0 <= share <= 1:
        raise InvalidInput(
            [Fault(code="obligations.rate_not_valid", place="rate", column="rate", value=text[:40])]
        )
    return share


def rate_text(share: Fraction) -> str:
    """Return *share* as per cent, exact: "0.45%", or "1/3" where no decimal says it."""
    cents = share * 100
    rest = cents.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(share)
    figure = Decimal(cents.numerator) / Decimal(cents.denominator)
    return f"{figure.normalize():f}%"


def choose_rate(rule: Rule, own: OwnRate | None) -> Fraction:
    """
    Return the rate of a donor: its own within the bounds of the rule, else the rule's (§P3).

    Raises:
        RateBounded: The rule has only bounds and the donor has no rate of its own.
        RateOutside: Its own lies outside them.
    """
    if own is None:
        if rule.is_bounded:
            raise RateBounded(
                lowest=rate_text(rule.lowest_rate), highest=rate_text(rule.highest_rate)
            )
        return rule.lowest_rate
    if not rule.lowest_rate <= own.rate <= rule.highest_rate:
        raise RateOutside(
            rate=rate_text(own.rate),
            lowest=rate_text(rule.lowest_rate),
            highest=rate_text(rule.highest_rate),
        )
    return own.rate


def base_year_of(rule: Rule, year: int, entered_offset: int | None = None) -> int:
    """
    Return the year of the base for the due of *year* (§P2, §P4).

    Args:
        entered_offset: What the programme has entered where the rule does not know it.

    Raises:
        OutsideTerm: The rule does not hold in *year*.
        PartUnknown: No source says which year, and nobody has entered it.
    """
    if not rule.holds_in(year):
        raise OutsideTerm(
            year=year, first_year=rule.first_year, until_year=str(rule.until_year or "")
        )
    offset = entered_offset if rule.base_offset is None else rule.base_offset
    if offset is None:
        raise PartUnknown(part="base_year", rule=dict(rule.title))
    return year + offset
