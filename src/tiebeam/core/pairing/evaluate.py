"""
What a plan comes to, in exact arithmetic: coverages, loads and the values of the levels.

Shared by everything that reads a plan (checker, report, comparison); it knows §M4 and §M5
and no solver. Every number of a scenario or plan is taken as the shortest decimal that its
float stands for: the 0.1 of a spreadsheet is one tenth here, and not the nearest binary
fraction, so that sums of decimals come out as they do on paper.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from tiebeam.core.model.plan import Flow, Pair
from tiebeam.core.model.scenario import LevelName, Link, Quantity, Scenario, distance_km
from tiebeam.errors import Fault, InvalidInput

COUNTS_FROM = Fraction(1, 10**9)
"""Least amount at which a flow counts, in its unit (§M7); also what parts two leads (§M5)."""

LOT_TOLERANCE = Fraction(1, 10**6)
"""Share of a lot within which an amount is read as a whole number of lots."""

VECTOR_LEVELS: frozenset[LevelName] = frozenset({"coverage", "burden"})
"""Levels whose value is a vector (§M5)."""

RAISED_LEVELS: frozenset[LevelName] = frozenset({"coverage", "continuity"})
"""Levels of which more is better; their bounds are upper ones (§M5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelValue:
    """
    What a plan reaches at one level.

    Attributes:
        of: For the two vectors, the ids in the order of *value*; else empty.
        value: Coverage: v_j ascending. Burden: u_i descending. Else a number.
    """

    of: tuple[str, ...] = ()
    value: Fraction | tuple[Fraction, ...]


def exact(number: float) -> Fraction:
    """Return the shortest decimal that *number* stands for; it must be finite."""
    return Fraction(str(number))


def index_quantities(quantities: Iterable[Quantity]) -> dict[tuple[str, str], Fraction]:
    """Return the amounts above zero by (party id, resource id): the c_ik or n_jk of §M1."""
    return {
        (quantity.party, quantity.resource): exact(quantity.amount)
        for quantity in quantities
        if quantity.amount > 0
    }


def index_links(scenario: Scenario) -> dict[tuple[str, str], Link]:
    """Return what is known of each couple by (donor id, recipient id); an absent one is plain."""
    return {(link.donor, link.recipient): link for link in scenario.links}


def list_pairable_donors(scenario: Scenario) -> tuple[str, ...]:
    """
    List the donors that can have a pair, sorted: those with a capacity (§M3).

    A case that knows only who was paired with whom has no resources at all; then every donor can.
    """
    return _pairable([donor.id for donor in scenario.donors], scenario.capacities, scenario)


def list_pairable_recipients(scenario: Scenario) -> tuple[str, ...]:
    """List the recipients that can have a pair, sorted: those with a need, or all (as donors)."""
    return _pairable([recipient.id for recipient in scenario.recipients], scenario.needs, scenario)


def _pairable(
    ids: Sequence[str], quantities: Iterable[Quantity], scenario: Scenario
) -> tuple[str, ...]:
    """List those of *ids* with any quantity, sorted; all of them where there are no resources."""
    holders = {party for party, _ in index_quantities(quantities)}
    return tuple(sorted(party for party in ids if party in holders or not scenario.resources))


def sum_amounts(scenario: Scenario, flows: Iterable[Flow]) -> dict[tuple[str, str, str], Fraction]:
    """
    Return x_ijk by (donor id, recipient id, resource id), those that count only (§M7).

    An amount within a millionth of a lot of whole lots is taken as these whole lots; rows
    that repeat a key are added up.
    """
    lots = {resource.id: exact(resource.lot) for resource in scenario.resources}
    sums: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for flow in flows:
        sums[flow.donor, flow.recipient, flow.resource] += exact(flow.amount)
    whole = {key: to_whole_lots(amount, lots.get(key[2])) for key, amount in sums.items()}
    return {key: amount for key, amount in whole.items() if amount >= COUNTS_FROM}


def to_whole_lots(amount: Fraction, lot: Fraction | None) -> Fraction:
    """Return *amount* moved onto the whole lots it is meant to be, or as it is if it is none."""
    if not lot:
        return amount
    count = round(amount / lot)
    return count * lot if abs(amount / lot - count) <= LOT_TOLERANCE else amount


def pair_coverages(scenario: Scenario, flows: Iterable[Flow]) -> dict[tuple[str, str], Fraction]:
    """Return v_ij of §M4 by (donor id, recipient id), for the pairs through which needs are met."""
    needs = index_quantities(scenario.needs)
    weights = _resource_weights(scenario)
    totals = _weight_totals(needs, weights)
    shares: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for (donor, recipient, resource), amount in sum_amounts(scenario, flows).items():
        need = needs.get((recipient, resource))
        if need is not None:
            share = weights[resource] * amount / need / totals[recipient]
            shares[donor, recipient] += share
    return dict(shares)


def coverages(scenario: Scenario, flows: Iterable[Flow]) -> dict[str, Fraction]:
    """Return v_j of §M4 by recipient id, for the recipients with a need."""
    with_need = {recipient for recipient, _ in index_quantities(scenario.needs)}
    sums = dict.fromkeys(sorted(with_need), Fraction())
    for (_, recipient), share in pair_coverages(scenario, flows).items():
        sums[recipient] += share
    return sums


def spent_capacities(scenario: Scenario, flows: Iterable[Flow]) -> dict[tuple[str, str], Fraction]:
    """Return sum_j r_ijk x_ijk of §M3.1 by (donor id, resource id), where anything is spent."""
    links = index_links(scenario)
    spent: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for (donor, recipient, resource), amount in sum_amounts(scenario, flows).items():
        spent[donor, resource] += amount * use_of(links.get((donor, recipient)), resource)
    return dict(spent)


def use_of(link: Link | None, resource: str) -> Fraction:
    """Return r_ijk of §M1: how much capacity one delivered unit takes, 1 unless given."""
    return Fraction(1) if link is None else exact(link.uses.get(resource, 1.0))


def loads(scenario: Scenario, flows: Iterable[Flow]) -> dict[str, Fraction]:
    """Return u_i of §M4 by donor id, for the donors with a capacity."""
    capacities = index_quantities(scenario.capacities)
    weights = _resource_weights(scenario)
    totals = _weight_totals(capacities, weights)
    spent = spent_capacities(scenario, flows)
    sums = dict.fromkeys(sorted(totals), Fraction())
    for (donor, resource), capacity in capacities.items():
        used = spent.get((donor, resource), Fraction())
        sums[donor] += weights[resource] * used / capacity / totals[donor]
    return sums


def leads(scenario: Scenario, flows: Iterable[Flow], pairs: Iterable[Pair]) -> dict[str, str]:
    """
    Return the lead of every recipient with an open pair, as recipient id -> donor id (§M5).

    It is the partner that covers most; within 1e-9, or where nothing is covered at all, the
    lower id in code-point order.
    """
    shares = pair_coverages(scenario, flows)
    partners: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        partners[pair.recipient].add(pair.donor)
    chosen = {}
    for recipient, donors in sorted(partners.items()):
        of_donor = {donor: shares.get((donor, recipient), Fraction()) for donor in donors}
        most = max(of_donor.values())
        chosen[recipient] = min(d for d, share in of_donor.items() if share >= most - COUNTS_FROM)
    return chosen


def theta(values: Iterable[Fraction]) -> tuple[Fraction, ...]:
    """Return the sums theta_m of the first m of *values*, for m = 1, 2, … (§M5)."""
    return tuple(accumulate(values))


def level_value(
    name: LevelName, scenario: Scenario, pairs: Iterable[Pair], flows: Iterable[Flow]
) -> LevelValue:
    """
    Return what the plan of *pairs* and *flows* reaches at level *name* of §M5.

    Raises:
        InvalidInput: The level is distance, and a pair that covers something has none.
    """
    open_pairs = sorted({(pair.donor, pair.recipient) for pair in pairs})
    if name == "coverage":
        return _ordered(coverages(scenario, flows), least_first=True)
    if name == "burden":
        return _ordered(loads(scenario, flows), least_first=False)
    if name == "continuity":
        ties = {couple: exact(link.tie) for couple, link in index_links(scenario).items()}
        return LevelValue(
            value=sum((ties.get(pair, Fraction()) for pair in open_pairs), Fraction())
        )
    if name == "partners":
        return LevelValue(value=Fraction(len(open_pairs)))
    if name == "distance":
        return LevelValue(value=_covered_distance(scenario, flows))
    return LevelValue(value=_cost(scenario, open_pairs, flows))


def _ordered(values: Mapping[str, Fraction], *, least_first: bool) -> LevelValue:
    """Return *values* in the order of their level; equal ones by id."""
    sign = 1 if least_first else -1
    ids = tuple(sorted(values, key=lambda party: (sign * values[party], party)))
    return LevelValue(of=ids, value=tuple(values[party] for party in ids))


def _covered_distance(scenario: Scenario, flows: Iterable[Flow]) -> Fraction:
    """Return sum d_ij v_ij of §M5, in km."""
    links = index_links(scenario)
    donors = {donor.id: donor for donor in scenario.donors}
    recipients = {recipient.id: recipient for recipient in scenario.recipients}
    total = Fraction()
    for (donor, recipient), share in pair_coverages(scenario, flows).items():
        link = links.get((donor, recipient))
        kilometres = distance_km(donors[donor], recipients[recipient], link)
        if kilometres is None:
            facts: dict[str, object] = {"donor": donor, "recipient": recipient}
            raise InvalidInput([Fault(code="evaluate.unknown_distance", facts=facts)])
        total += exact(kilometres) * share
    return total


def _cost(
    scenario: Scenario, open_pairs: Iterable[tuple[str, str]], flows: Iterable[Flow]
) -> Fraction:
    """Return sum e_i z_i + sum f_ij y_ij + sum g_ijk x_ijk of §M5."""
    links = index_links(scenario)
    open_pairs = set(open_pairs)
    open_donors = {donor for donor, _ in open_pairs}
    total = sum((exact(d.open_cost) for d in scenario.donors if d.id in open_donors), Fraction())
    total += sum((exact(links[pair].fixed_cost) for pair in open_pairs & links.keys()), Fraction())
    for (donor, recipient, resource), amount in sum_amounts(scenario, flows).items():
        link = links.get((donor, recipient))
        if link is not None:
            total += exact(link.unit_costs.get(resource, 0.0)) * amount
    return total


def _resource_weights(scenario: Scenario) -> dict[str, Fraction]:
    """Return w_k of §M1 by resource id."""
    return {resource.id: exact(resource.weight) for resource in scenario.resources}


def _weight_totals(
    quantities: Iterable[tuple[str, str]], weights: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """Return, for each party of *quantities*, the sum of the weights of its resources (§M4)."""
    totals: dict[str, Fraction] = defaultdict(Fraction)
    for party, resource in quantities:
        totals[party] += weights[resource]
    return dict(totals)
