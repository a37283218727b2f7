"""
The law as rows, for adding up proofs without the solver (§M3-§M6).

A row says that a sum of columns lies between two numbers in every plan. Any multipliers
of any rows add up to one inequality, and what the columns can at best make of the rest
gives a number that no plan can beat. So multipliers need not be trusted, only added up.

All arithmetic is on whole numbers: coefficients are counted in units of 2**-80, and what
their rounding can be worth is taken off the result.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from tiebeam.core.model.scenario import (
    LevelName,
    Scenario,
    distance_km,
    partner_bounds_of_donor,
    partner_bounds_of_recipient,
)
from tiebeam.core.pairing.evaluate import exact
from tiebeam.core.pairing.law_columns import Columns, FlowColumn

ONE = 1 << 80
"""What stands for 1: numbers are counted in units of 2**-80."""

Terms = list[tuple[int, Fraction]]
"""Column and coefficient."""


@dataclass(frozen=True, slots=True)
class Row:
    """
    One sum of columns, in units of 2**-80.

    Attributes:
        terms: (column, coefficient).
        low, high: Between these the sum lies in every plan; None where open.
        reach: The largest values of its columns, added up: half as many units are the most
            that the rounding of the coefficients can be worth.
    """

    terms: tuple[tuple[int, int], ...]
    low: int | None
    high: int | None
    reach: int


class LawRows:
    """
    The rows of one scenario.

    That nothing flows where a pair is closed (§M3.3) is no row: :meth:`least` takes of each
    pair what is least, closed or open with every flow at its better end.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.columns = Columns(scenario)
        self._rows: dict[tuple[object, ...], Row] = {}
        self._flows_of: dict[tuple[int | None, ...], list[FlowColumn]] = defaultdict(list)
        for (i, j, k), flow in self.columns.flows.items():
            for key in ((i, None, k), (None, j, k), (i, j, None), (i, None, None), (None, j, None)):
                self._flows_of[key].append(flow)
        self._makers: Mapping[str, Callable[..., Row]] = {
            "capacity": self._capacity,
            "need": self._need,
            "share": self._share,
            "donor_partners": self._donor_partners,
            "recipient_partners": self._recipient_partners,
            "coverage": self._coverage,
            "load": self._load,
            "worst": self._worst,
            "heaviest": self._heaviest,
            "open": self._open,
        }

    def row(self, family: str, *key: int) -> Row:
        """
        Return the row of *family* for the parties and resources of *key*, by position.

        Raises:
            KeyError, TypeError: There is no such row.
        """
        name = (family, *key)
        if name not in self._rows:
            self._rows[name] = self._makers[family](*key)
        return self._rows[name]

    def cost(self, level: LevelName, count: int = 0) -> Row:
        """
        Return what a stage makes small: theta_m, m = *count*, of a vector, or a number (§M5).

        Coverage and continuity carry a minus. The cost has no ends of its own.
        """
        name = ("cost", level, count)
        if name not in self._rows:
            self._rows[name] = self._build(self._cost_terms(level, count))
        return self._rows[name]

    def floor(self, level: LevelName, parties: Sequence[int], limit: Fraction) -> Row:
        """
        Return the row that keeps a stage which was reached: its cost is at most *limit* (§M5).

        For a vector it is the sum of any m different *parties*, which is never worse than
        theta_m; for a number there are none.

        Raises:
            KeyError: A party has no place in the vector.
        """
        columns = self.columns
        if level == "coverage":
            return self._build([(columns.covered[j], Fraction(-1)) for j in parties], high=limit)
        if level == "burden":
            return self._build([(columns.loaded[i], Fraction(1)) for i in parties], high=limit)
        return self._build(self._cost_terms(level, 0), high=limit)

    def least(
        self,
        cost: Row | None,
        multipliers: Iterable[tuple[Row, int]],
        limits: Mapping[int, tuple[int, int]],
    ) -> Fraction:
        """
        Return a number that the *cost* of no plan within *limits* is under.

        Args:
            cost: None stands for zero: a result above it shows that there is no such plan.
            multipliers: In units of 2**-80; above zero for the lower end of the row, below
                for the upper. One that rests on an open end adds nothing.
            limits: Column -> (low, high), for columns that take whole values only.
        """
        columns = self.columns
        rest = [0] * len(columns.low)
        total = rounding = 0
        if cost is not None:
            rounding = cost.reach * ONE
            for column, value in cost.terms:
                rest[column] = value * ONE
        for row, multiplier in multipliers:
            end = row.low if multiplier > 0 else row.high
            if end is None:
                continue
            total += multiplier * end
            rounding += abs(multiplier) * row.reach
            for column, value in row.terms:
                rest[column] -= multiplier * value
        low, high = columns.low.copy(), columns.high.copy()
        for column, (least, most) in limits.items():
            low[column], high[column] = least, most
        for pair, flows in columns.blocks:
            total += _least_of_pair(rest, low, high, pair, flows)
        for column in range(columns.first_free, len(rest)):
            value = rest[column]
            total += value * (low[column] if value > 0 else high[column])
        return Fraction(2 * total - rounding, 2 * ONE * ONE)

    # -- rows ------------------------------------------------------------------

    def _build(
        self, terms: Terms, low: Fraction | int | None = None, high: Fraction | int | None = None
    ) -> Row:
        """Return the row of *terms*; its ends are rounded outwards."""
        return Row(
            terms=tuple((column, round(value * ONE)) for column, value in terms),
            low=None if low is None else floor(low * ONE),
            high=None if high is None else ceil(high * ONE),
            reach=sum(self.columns.high[column] for column, _ in terms),
        )

    def _flows(
        self,
        value: Callable[[FlowColumn], Fraction],
        i: int | None = None,
        j: int | None = None,
        k: int | None = None,
    ) -> Terms:
        """Return *value* of each flow whose donor, recipient and resource are those given."""
        return [(flow.column, value(flow)) for flow in self._flows_of[i, j, k]]

    def _capacity(self, i: int, k: int) -> Row:
        """§M3.1."""
        return self._build(self._flows(lambda flow: flow.used, i=i, k=k), high=1)

    def _need(self, j: int, k: int) -> Row:
        """§M3.2."""
        return self._build(self._flows(lambda flow: flow.needed, j=j, k=k), high=1)

    def _share(self, i: int, j: int) -> Row:
        """§M3.6: v_ij less min_share * y_ij."""
        least = exact(self.scenario.policy.min_share) if self.columns.resources else Fraction()
        covered = self._flows(lambda flow: flow.covered, i=i, j=j)
        return self._build([*covered, (self.columns.pairs[i, j], -least)], low=0)

    def _donor_partners(self, i: int) -> Row:
        """§M3.4; without a pair that may be open, the rule does not apply."""
        pairs = [column for (at, _), column in self.columns.pairs.items() if at == i]
        low, high = partner_bounds_of_donor(self.scenario, self.columns.donors[i])
        return self._build(_ones(pairs), low=low if pairs else 0, high=high)

    def _recipient_partners(self, j: int) -> Row:
        """§M3.4, as for donors."""
        pairs = [column for (_, at), column in self.columns.pairs.items() if at == j]
        low, high = partner_bounds_of_recipient(self.scenario, self.columns.recipients[j])
        return self._build(_ones(pairs), low=low if pairs else 0, high=high)

    def _coverage(self, j: int) -> Row:
        """§M4: what the flows add up to, less v_j."""
        covered = self._flows(lambda flow: flow.covered, j=j)
        return self._build([*covered, (self.columns.covered[j], Fraction(-1))], low=0, high=0)

    def _load(self, i: int) -> Row:
        """§M4: what the flows add up to, less u_i."""
        loaded = self._flows(lambda flow: flow.loaded, i=i)
        return self._build([*loaded, (self.columns.loaded[i], Fraction(-1))], low=0, high=0)

    def _worst(self, j: int) -> Row:
        """§M5: v_j and how far it lies below the threshold, less the threshold."""
        columns = self.columns
        terms = [*_ones([columns.worst[j], columns.covered[j]]), (columns.worst_from, Fraction(-1))]
        return self._build(terms, low=0)

    def _heaviest(self, i: int) -> Row:
        """§M5: the threshold and how far u_i lies above it, less u_i."""
        columns = self.columns
        ones = _ones([columns.heaviest[i], columns.heaviest_from])
        return self._build([*ones, (columns.loaded[i], Fraction(-1))], low=0)

    def _open(self, i: int, j: int) -> Row:
        """§M5: z_i less y_ij."""
        columns = self.columns
        return self._build(
            [(columns.opened[i], Fraction(1)), (columns.pairs[i, j], Fraction(-1))], low=0
        )

    # -- costs -----------------------------------------------------------------

    def _cost_terms(self, level: LevelName, count: int) -> Terms:
        """Return the terms of a level's cost (§M5)."""
        columns = self.columns
        if level == "coverage":
            return [*_ones(columns.worst.values()), (columns.worst_from, Fraction(-count))]
        if level == "burden":
            return [*_ones(columns.heaviest.values()), (columns.heaviest_from, Fraction(count))]
        if level == "continuity":
            return [
                (column, -exact(link.tie))
                for (i, j), column in columns.pairs.items()
                if (link := columns.link(i, j)) is not None
            ]
        if level == "partners":
            return _ones(columns.pairs.values())
        if level == "distance":
            return [
                (flow.column, self._kilometres(i, j) * flow.covered)
                for (i, j, _), flow in columns.flows.items()
            ]
        return self._money_terms()

    def _kilometres(self, i: int, j: int) -> Fraction:
        """Return d_ij of §M1; 0 where it is unknown, which no scenario that was read leaves so."""
        columns = self.columns
        return exact(
            distance_km(columns.donors[i], columns.recipients[j], columns.link(i, j)) or 0.0
        )

    def _money_terms(self) -> Terms:
        """Return the terms of the level `cost` (§M5)."""
        columns = self.columns
        terms = [
            (column, exact(columns.donors[i].open_cost)) for i, column in columns.opened.items()
        ]
        for (i, j), column in columns.pairs.items():
            if (link := columns.link(i, j)) is not None:
                terms.append((column, exact(link.fixed_cost)))
        for (i, j, k), flow in columns.flows.items():
            if (link := columns.link(i, j)) is not None:
                unit_cost = exact(link.unit_costs.get(columns.resources[k].id, 0.0))
                terms.append((flow.column, unit_cost * flow.amount))
        return terms


def _ones(columns: Iterable[int]) -> Terms:
    """Return *columns*, each with the coefficient 1."""
    return [(column, Fraction(1)) for column in columns]


def _least_of_pair(
    rest: Sequence[int], low: Sequence[int], high: Sequence[int], pair: int, flows: Sequence[int]
) -> int:
    """Return the least that a pair and its flows can add: closed, or open with flows (§M3.3)."""
    total, is_open = rest[pair], low[pair] > 0
    for column in flows:
        value = rest[column]
        if value:
            total += value * (low[column] if value > 0 else high[column])
        is_open = is_open or low[column] > 0
    if is_open:
        return total
    return min(0, total) if high[pair] else 0
