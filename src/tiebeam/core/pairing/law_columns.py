"""
The columns over which the law is written to add up proofs (§M2, §M6).

Every column lies between two whole numbers: a pair between 0 and 1, a flow of whole lots
between 0 and as many as fit, a divisible flow between 0 and 1 of the most that the pair
can carry. Parties and resources count from 0 in order of id.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tiebeam.core.model.scenario import Link, Scenario
from tiebeam.core.pairing.evaluate import (
    exact,
    index_links,
    index_quantities,
    list_pairable_donors,
    list_pairable_recipients,
    use_of,
)

LOT_SLIVER = Fraction(1, 10**9)
"""Share of a lot that the rounding of amounts may have cost when it is counted whether it fits."""

Amounts = Mapping[tuple[str, str], Fraction]
"""By (party id, resource id)."""


@dataclass(frozen=True, slots=True)
class FlowColumn:
    """
    One flow, and what its value 1 adds to the sums of the law.

    Attributes:
        amount: In the resource's unit: one lot, or the most that the pair can carry.
        needed: Share of the recipient's need of this resource (§M3.2).
        used: Share of the donor's capacity for it (§M3.1).
        covered, loaded: Part of v_ij, of u_i (§M4).
    """

    column: int
    amount: Fraction
    needed: Fraction
    used: Fraction
    covered: Fraction
    loaded: Fraction


class Columns:
    """
    The columns of a scenario.

    Attributes:
        low, high: Of each column.
        pairs: (i, j) -> column; absent where the pair must be closed.
        flows: (i, j, k) -> flow; absent where nothing can be sent.
        whole: The columns that take whole values only, by ("pair", i, j) or ("flow", i, j, k).
        blocks: For each pair its column and those of its flows.
        covered, loaded, opened: Position of a party -> v_j, u_i, z_i (§M4, §M5).
        worst_from, worst: The threshold t and, by position, how far v_j lies below it: theta_m
            is the largest value of m * t less their sum.
        heaviest_from, heaviest: The same for how far u_i lies above.
        first_free: From this column on, no column belongs to a block.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.donors = sorted(scenario.donors, key=lambda party: party.id)
        self.recipients = sorted(scenario.recipients, key=lambda party: party.id)
        self.resources = sorted(scenario.resources, key=lambda resource: resource.id)
        self.links = index_links(scenario)
        self.low: list[int] = []
        self.high: list[int] = []
        self.pairs: dict[tuple[int, int], int] = {}
        self.flows: dict[tuple[int, int, int], FlowColumn] = {}
        self.whole: dict[tuple[object, ...], int] = {}
        self.blocks: list[tuple[int, list[int]]] = []
        capacities = index_quantities(scenario.capacities)
        needs = index_quantities(scenario.needs)
        self._lay_blocks(scenario, capacities, needs)
        self.first_free = len(self.low)
        holders = {party for party, _ in needs}, {party for party, _ in capacities}
        self.covered = self._lay_each(recipient.id in holders[0] for recipient in self.recipients)
        self.loaded = self._lay_each(donor.id in holders[1] for donor in self.donors)
        self.opened = self._lay_each(True for _ in self.donors)
        self.worst_from = self._lay()
        self.worst = self._lay_each(recipient.id in holders[0] for recipient in self.recipients)
        self.heaviest_from = self._lay()
        self.heaviest = self._lay_each(donor.id in holders[1] for donor in self.donors)

    def link(self, i: int, j: int) -> Link | None:
        """Return what is known of a couple."""
        return self.links.get((self.donors[i].id, self.recipients[j].id))

    def hold_nothing(self, limits: Mapping[int, tuple[int, int]]) -> bool:
        """Whether *limits*, column -> (low, high), ask for a flow where the pair is closed (§M3.3)."""
        return any(
            limits.get(pair, (self.low[pair], self.high[pair]))[1] < 1
            and any(limits[flow][0] > 0 for flow in flows if flow in limits)
            for pair, flows in self.blocks
        )

    def _lay(self, low: int = 0, high: int = 1) -> int:
        """Lay one more column, and return its number."""
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1

    def _lay_each(self, chosen: Iterable[bool]) -> dict[int, int]:
        """Lay a column for each party that is *chosen*, and return it by position."""
        return {at: self._lay() for at, is_chosen in enumerate(chosen) if is_chosen}

    def _lay_blocks(self, scenario: Scenario, capacities: Amounts, needs: Amounts) -> None:
        """Lay each pair that may be open, and its flows (§M3.4, §M3.5)."""
        donors = set(list_pairable_donors(scenario))
        recipients = set(list_pairable_recipients(scenario))
        weights = {resource.id: exact(resource.weight) for resource in self.resources}
        shares = _weigh(capacities, weights), _weigh(needs, weights)
        for i, donor in enumerate(self.donors):
            for j, recipient in enumerate(self.recipients):
                link = self.link(i, j)
                status = "allowed" if link is None else link.status
                if status == "forbidden" or not (donor.id in donors and recipient.id in recipients):
                    continue
                pair = self._lay(low=int(status == "required"))
                self.pairs[i, j] = self.whole["pair", i, j] = pair
                flows = self._lay_flows((i, j), (capacities, needs), shares)
                self.blocks.append((pair, flows))

    def _lay_flows(
        self,
        couple: tuple[int, int],
        amounts: tuple[Amounts, Amounts],
        shares: tuple[Amounts, Amounts],
    ) -> list[int]:
        """Lay the flows of one couple for which there is a capacity and a need."""
        donor, recipient = self.donors[couple[0]].id, self.recipients[couple[1]].id
        link = self.links.get((donor, recipient))
        columns = []
        for k, resource in enumerate(self.resources):
            capacity = amounts[0].get((donor, resource.id))
            need = amounts[1].get((recipient, resource.id))
            if capacity is None or need is None:
                continue
            use, lot = use_of(link, resource.id), exact(resource.lot)
            most = min(capacity / use, need)
            lots = int(most / lot * (1 + LOT_SLIVER)) if lot else 1
            if not lots:
                continue
            amount, column = lot or most, self._lay(high=lots)
            self.flows[*couple, k] = FlowColumn(
                column=column,
                amount=amount,
                needed=amount / need,
                used=use * amount / capacity,
                covered=shares[1][recipient, resource.id] * amount / need,
                loaded=shares[0][donor, resource.id] * use * amount / capacity,
            )
            if lot:
                self.whole["flow", *couple, k] = column
            columns.append(column)
        return columns


def _weigh(amounts: Amounts, weights: Mapping[str, Fraction]) -> Amounts:
    """Return for each amount the weight of its resource over those of all its party has (§M4)."""
    totals: dict[str, Fraction] = defaultdict(Fraction)
    for party, resource in amounts:
        totals[party] += weights[resource]
    return {(party, k): weights[k] / totals[party] for party, k in amounts}
