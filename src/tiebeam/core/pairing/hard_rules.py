"""
The hard rules of §M3, each judged on pairs and flows by one generator of findings.

The pairs and flows given here name known ids only and no pair twice: ``check`` sees to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tiebeam.core.model.plan import Flow, Pair
from tiebeam.core.model.scenario import (
    Scenario,
    partner_bounds_of_donor,
    partner_bounds_of_recipient,
)
from tiebeam.core.pairing.evaluate import (
    exact,
    index_links,
    index_quantities,
    list_pairable_donors,
    list_pairable_recipients,
    pair_coverages,
    spent_capacities,
    sum_amounts,
)
from tiebeam.core.pairing.findings import Finding

AMOUNT_TOLERANCE = Fraction(1, 10**6)
"""Share of its limit by which a divisible amount may pass it (§M7)."""

SHARE_TOLERANCE = Fraction(1, 10**6)
"""What a pair may lack of min_share, itself a share of a need (§M7)."""


def find_broken_pair_rules(scenario: Scenario, pairs: Sequence[Pair]) -> Iterator[Finding]:
    """Yield what *pairs* break of the rules that need no flows: §M3.4, §M3.5, and who can pair."""
    yield from _find_impossible_pairs(scenario, pairs)
    yield from _find_broken_partner_bounds(scenario, pairs)
    yield from _find_broken_statuses(scenario, pairs)


def find_broken_flow_rules(
    scenario: Scenario, pairs: Sequence[Pair], flows: Sequence[Flow]
) -> Iterator[Finding]:
    """Yield what *flows* break: whole lots of §M2, §M3.1, §M3.2, §M3.3 and §M3.6."""
    yield from _find_broken_lots(scenario, flows)
    yield from _find_exceeded_capacities(scenario, flows)
    yield from _find_exceeded_needs(scenario, flows)
    yield from _find_flows_without_pair(scenario, pairs, flows)
    yield from _find_empty_pairs(scenario, pairs, flows)


def _find_impossible_pairs(scenario: Scenario, pairs: Iterable[Pair]) -> Iterator[Finding]:
    """Yield the pairs of a recipient without any need, or of a donor without any capacity (§M3)."""
    donors = set(list_pairable_donors(scenario))
    recipients = set(list_pairable_recipients(scenario))
    for pair in pairs:
        facts = {"donor": pair.donor, "recipient": pair.recipient, "met": 1, "limit": 0}
        if pair.recipient not in recipients:
            yield Finding.of("M3", "check.pair_without_need", **facts)
        if pair.donor not in donors:
            yield Finding.of("M3", "check.pair_without_capacity", **facts)


def _find_broken_partner_bounds(scenario: Scenario, pairs: Iterable[Pair]) -> Iterator[Finding]:
    """Yield the parties with too few or too many partners (§M3.4)."""
    of_donor: dict[str, int] = defaultdict(int)
    of_recipient: dict[str, int] = defaultdict(int)
    for pair in pairs:
        of_donor[pair.donor] += 1
        of_recipient[pair.recipient] += 1
    donors = set(list_pairable_donors(scenario))
    for donor in scenario.donors:
        if donor.id in donors:
            bounds = partner_bounds_of_donor(scenario, donor)
            yield from _judge_count("donor", donor.id, of_donor[donor.id], bounds)
    recipients = set(list_pairable_recipients(scenario))
    for recipient in scenario.recipients:
        if recipient.id in recipients:
            bounds = partner_bounds_of_recipient(scenario, recipient)
            yield from _judge_count("recipient", recipient.id, of_recipient[recipient.id], bounds)


def _judge_count(side: str, party: str, count: int, bounds: tuple[int, int]) -> Iterator[Finding]:
    """Yield a finding where *count* partners are outside of *bounds*, both ends allowed."""
    least, most = bounds
    if count < least:
        facts = {side: party, "met": count, "limit": least}
        yield Finding.of("M3.4", f"check.{side}_too_few_partners", **facts)
    if count > most:
        facts = {side: party, "met": count, "limit": most}
        yield Finding.of("M3.4", f"check.{side}_too_many_partners", **facts)


def _find_broken_statuses(scenario: Scenario, pairs: Iterable[Pair]) -> Iterator[Finding]:
    """Yield the required links that are closed and the forbidden ones that are open (§M3.5)."""
    open_pairs = {(pair.donor, pair.recipient) for pair in pairs}
    for (donor, recipient), link in index_links(scenario).items():
        ids = {"donor": donor, "recipient": recipient}
        is_open = (donor, recipient) in open_pairs
        if link.status == "required" and not is_open:
            yield Finding.of("M3.5", "check.required_closed", **ids, met=0, limit=1)
        if link.status == "forbidden" and is_open:
            yield Finding.of("M3.5", "check.forbidden_open", **ids, met=1, limit=0)


def _find_broken_lots(scenario: Scenario, flows: Iterable[Flow]) -> Iterator[Finding]:
    """Yield the amounts that are no whole number of lots (§M2)."""
    lots = {resource.id: exact(resource.lot) for resource in scenario.resources}
    for (donor, recipient, resource), amount in sum_amounts(scenario, flows).items():
        lot = lots[resource]
        if lot and amount % lot:
            ids = {"donor": donor, "recipient": recipient, "resource": resource}
            yield Finding.of("M2", "check.broken_lot", **ids, met=amount, limit=lot)


def _find_exceeded_capacities(scenario: Scenario, flows: Iterable[Flow]) -> Iterator[Finding]:
    """Yield the donors that give more than they have (§M3.1)."""
    capacities = index_quantities(scenario.capacities)
    tolerances = _Tolerances.of(scenario)
    for (donor, resource), spent in spent_capacities(scenario, flows).items():
        capacity = capacities.get((donor, resource), Fraction())
        if spent > capacity * (1 + tolerances.of_capacity(donor, resource)):
            ids = {"donor": donor, "resource": resource}
            yield Finding.of("M3.1", "check.over_capacity", **ids, met=spent, limit=capacity)


def _find_exceeded_needs(scenario: Scenario, flows: Iterable[Flow]) -> Iterator[Finding]:
    """Yield the recipients that get more than they need (§M3.2)."""
    needs = index_quantities(scenario.needs)
    tolerances = _Tolerances.of(scenario)
    received: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for (_, recipient, resource), amount in sum_amounts(scenario, flows).items():
        received[recipient, resource] += amount
    for (recipient, resource), amount in received.items():
        need = needs.get((recipient, resource), Fraction())
        if amount > need * (1 + tolerances.of_need(resource)):
            ids = {"recipient": recipient, "resource": resource}
            yield Finding.of("M3.2", "check.over_need", **ids, met=amount, limit=need)


def _find_flows_without_pair(
    scenario: Scenario, pairs: Iterable[Pair], flows: Iterable[Flow]
) -> Iterator[Finding]:
    """Yield the flows over pairs that are not open (§M3.3)."""
    open_pairs = {(pair.donor, pair.recipient) for pair in pairs}
    for (donor, recipient, resource), amount in sum_amounts(scenario, flows).items():
        if (donor, recipient) not in open_pairs:
            ids = {"donor": donor, "recipient": recipient, "resource": resource}
            yield Finding.of("M3.3", "check.flow_without_pair", **ids, met=amount, limit=0)


def _find_empty_pairs(
    scenario: Scenario, pairs: Iterable[Pair], flows: Iterable[Flow]
) -> Iterator[Finding]:
    """Yield the open pairs that cover less than min_share of their recipient (§M3.6)."""
    least = exact(scenario.policy.min_share)
    with_need = {recipient for recipient, _ in index_quantities(scenario.needs)}
    with_capacity = {donor for donor, _ in index_quantities(scenario.capacities)}
    shares = pair_coverages(scenario, flows)
    for pair in pairs:
        if pair.recipient not in with_need or pair.donor not in with_capacity:
            continue
        share = shares.get((pair.donor, pair.recipient), Fraction())
        if share < least - SHARE_TOLERANCE:
            ids = {"donor": pair.donor, "recipient": pair.recipient}
            yield Finding.of("M3.6", "check.below_min_share", **ids, met=share, limit=least)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tolerances:
    """
    By how much a sum may pass its limit, relative to it (§M7).

    Sums of whole lots are exact. Where a use is no whole number, what a delivery takes of the
    capacity is not counted in lots any more, and the tolerance of divisible amounts holds.
    """

    in_lots: frozenset[str]
    broken_uses: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, scenario: Scenario) -> "_Tolerances":
        return cls(
            in_lots=frozenset(resource.id for resource in scenario.resources if resource.lot),
            broken_uses=frozenset(
                (link.donor, resource)
                for link in scenario.links
                for resource, use in link.uses.items()
                if exact(use).denominator > 1
            ),
        )

    def of_need(self, resource: str) -> Fraction:
        """Return the tolerance of §M3.2."""
        return Fraction() if resource in self.in_lots else AMOUNT_TOLERANCE

    def of_capacity(self, donor: str, resource: str) -> Fraction:
        """Return the tolerance of §M3.1."""
        is_exact = resource in self.in_lots and (donor, resource) not in self.broken_uses
        return Fraction() if is_exact else AMOUNT_TOLERANCE
