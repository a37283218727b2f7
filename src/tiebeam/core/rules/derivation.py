"""The due of one donor for one year, with the whole way to it as steps (§P5, §P6, §P8)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from tiebeam.core.rules.allocation import allocate_above_floors
from tiebeam.core.rules.base import Base, BaseOfOtherYear
from tiebeam.core.rules.rule import OwnRate, Rule, base_year_of, choose_rate
from tiebeam.errors import Refused


class EarlierUnknown(Refused):
    """Growth is a floor in that year, and what each area had the year before is not known."""

    code = "obligations.earlier_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One step of a derivation, of plain values: a page prints it, a record keeps it as JSON.

    Attributes:
        code: Names the sentence.
        facts: Its figures; fractions are written "1/100".
        fen: What the step yields, where that is an amount: whole fen, or an
            exact fraction of one.
    """

    code: str
    facts: dict[str, Any]
    fen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """
    A due and how it came about (§P8).

    Attributes:
        due_fen: What the donor owes for the year.
        decided_by: "rate", or "growth" where the floors of the areas are larger.
        shares: Pairing → its part; sums to the due.
        steps: From the base to the shares, in order.
        assumptions: Codes of what was assumed.
        unknowns: Parts of the rule that no source gives.
        is_illustrative: Whether a figure it rests on is assumed.
    """

    rule_id: str
    rule_version: int
    year: int
    due_fen: int
    decided_by: str
    shares: dict[str, int]
    steps: tuple[Step, ...]
    assumptions: tuple[str, ...]
    unknowns: tuple[str, ...]
    is_illustrative: bool

    def as_plain(self) -> dict[str, Any]:
        """Return it as values that JSON keeps unchanged."""
        plain = asdict(self)
        plain["steps"] = [asdict(step) for step in self.steps]
        return plain | {name: list(plain[name]) for name in ("assumptions", "unknowns")}

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> "Derivation":
        """Return the derivation that :meth:`as_plain` wrote."""
        steps = tuple(Step(**step) for step in plain["steps"])
        texts = {name: tuple(plain[name]) for name in ("assumptions", "unknowns")}
        return cls(**{**plain, **texts, "steps": steps})

    def step(self, code: str) -> Step | None:
        """Return the step *code*, where the derivation has it."""
        return next((step for step in self.steps if step.code == code), None)


def derive_due(
    rule: Rule,
    year: int,
    base: Base,
    *,
    weights: Mapping[str, Fraction | int],
    own_rate: OwnRate | None = None,
    entered_offset: int | None = None,
    earlier: Mapping[str, int] | None = None,
) -> Derivation:
    """
    Return what a donor owes for *year*, shared out over its pairings.

    Args:
        weights: Pairing → weight, not negative, one of them above 0.
        entered_offset: The year of the base, where the rule does not know it.
        earlier: Pairing → its part of the year before, for the growth floor; a
            pairing that is absent is new. None = not known.

    Raises:
        OutsideTerm, PartUnknown, RateBounded, RateOutside, BaseNotPositive,
        BaseOfOtherYear, EarlierUnknown, InvalidInput: What stands in the way;
        nothing is filled in.
    """
    base_year = base_year_of(rule, year, entered_offset)
    if base.year != base_year:
        raise BaseOfOtherYear(expected=base_year, year=base.year)
    rate = choose_rate(rule, own_rate)
    product = base.fen * rate
    by_rate = round_due(product, rule.bound)
    floors = _floors_of(rule, year, weights, earlier)
    by_growth = sum(floors.values())
    due = max(by_rate, by_growth)
    shares = allocate_above_floors(due, weights, floors)
    entered = ["base_year_entered"] if rule.base_offset is None else []
    steps = [
        _base_step(base),
        _rate_step(rule, rate, own_rate),
        Step(code="obligations.step.product", facts={}, fen=str(product)),
        _rounding_step(rule, product, by_rate),
        _spread_step(base, rate),
        *_growth_steps(rule, year, floors, earlier),
        Step(
            code="obligations.step.due",
            facts={"by_rate": by_rate, "by_growth": by_growth, "year": year},
            fen=str(due),
        ),
        Step(
            code="obligations.step.shares",
            facts={
                "weights": {key: str(weight) for key, weight in weights.items()},
                "floors": floors,
                "shares": shares,
            },
            fen=str(due),
        ),
    ]
    return Derivation(
        rule_id=rule.id,
        rule_version=rule.version,
        year=year,
        due_fen=due,
        decided_by="growth" if by_growth > by_rate else "rate",
        shares=shares,
        steps=tuple(steps),
        assumptions=tuple(
            f"obligations.assumption.{name}"
            for name in [*rule.list_assumptions(), *entered, *(["larger"] if floors else [])]
        ),
        unknowns=tuple(rule.list_unknowns()),
        is_illustrative=base.is_illustrative or (own_rate is not None and own_rate.is_assumption),
    )


def round_due(product: Fraction, bound: str) -> int:
    """
    Return *product* in whole fen (§P5).

    "Not less than" must still hold after rounding, so a floor goes up; an exact rate
    goes to the nearest, half to even; an unknown bound goes up, which is right for a
    floor and less than 1 fen above an exact rate.
    """
    if bound == "exact":
        return round(product)
    return -(-product.numerator // product.denominator)


def _floors_of(
    rule: Rule, year: int, weights: Mapping[str, Fraction | int], earlier: Mapping[str, int] | None
) -> dict[str, int]:
    """Return pairing → least part in a year in which growth is a floor; else nothing (§P6)."""
    growth = rule.growth
    if growth is None or not growth.first_year <= year < growth.until_year:
        return {}
    if earlier is None:
        raise EarlierUnknown(year=year - 1)
    return {
        key: round_due(Fraction(earlier[key]) * (1 + growth.rate), "floor")
        for key in weights
        if key in earlier
    }


def _base_step(base: Base) -> Step:
    facts = {
        "statistic": base.statistic,
        "year": base.year,
        "quantity": f"{base.quantity:f}",
        "unit": base.unit,
        "vintage": base.vintage,
        "source": base.source,
        "reliability": base.reliability,
    }
    return Step(code="obligations.step.base", facts=facts, fen=str(base.fen))


def _rate_step(rule: Rule, rate: Fraction, own: OwnRate | None) -> Step:
    document = rule.document if own is None else own.document
    facts = {
        "rate": str(rate),
        "lowest": str(rule.lowest_rate),
        "highest": str(rule.highest_rate),
        "is_own": own is not None,
        "document": asdict(document),
    }
    return Step(code="obligations.step.rate", facts=facts)


def _rounding_step(rule: Rule, product: Fraction, rounded: int) -> Step:
    facts = {"bound": rule.bound, "residue": str(rounded - product)}
    return Step(code="obligations.step.rounding", facts=facts, fen=str(rounded))


def _spread_step(base: Base, rate: Fraction) -> Step:
    spread = base.spread_fen
    return Step(
        code="obligations.step.spread",
        facts={"base_fen": str(spread)},
        fen=str(round_due(spread * rate, "floor")),
    )


def _growth_steps(
    rule: Rule, year: int, floors: Mapping[str, int], earlier: Mapping[str, int] | None
) -> list[Step]:
    growth = rule.growth
    if growth is None:
        return []
    facts: dict[str, Any] = {
        "rate": str(growth.rate),
        "first_year": growth.first_year,
        "last_year": growth.until_year - 1,
    }
    if not growth.first_year <= year < growth.until_year:
        return [Step(code="obligations.step.no_growth", facts=facts)]
    assert earlier is not None, "refused before"
    facts |= {"earlier": {key: earlier[key] for key in floors}, "floors": dict(floors)}
    return [Step(code="obligations.step.growth", facts=facts, fen=str(sum(floors.values())))]
