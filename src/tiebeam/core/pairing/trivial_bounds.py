"""
Bounds that need no search: what no plan of a scenario can beat, seen party by party (§M6).

They are what the certificate kind ``trivial`` stands for. Every one follows from the hard rules
of one party at a time, so that a reader can follow it with pencil and paper.
"""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from heapq import nlargest

from tiebeam.core.model.scenario import (
    LevelName,
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
    theta,
    use_of,
)


def find_trivial_bound(name: LevelName, scenario: Scenario) -> Fraction | tuple[Fraction, ...]:
    """
    Return the bound of level *name* that holds without search.

    Coverage: each recipient as if it were alone, see :func:`_best_coverages`. Continuity: the
    largest ties that the partner bounds leave. Burden, distance, cost: zero, since none of
    their terms is negative. Partners: the minimum of each party, and the required links.
    """
    if name == "coverage":
        return theta(sorted(_best_coverages(scenario)))
    if name == "burden":
        return tuple(
            Fraction() for _ in {donor for donor, _ in index_quantities(scenario.capacities)}
        )
    if name == "continuity":
        return _most_continuity(scenario)
    if name == "partners":
        return _fewest_pairs(scenario)
    return Fraction()


def _best_coverages(scenario: Scenario) -> list[Fraction]:
    """
    Return for each recipient with a need the most v_j that it could reach if it were alone.

    It then gets of each resource the whole lots that its need holds, unless the largest donors
    that its maximum of partners allows cannot send as much.
    """
    resources = {resource.id: resource for resource in scenario.resources}
    reached: dict[str, Fraction] = defaultdict(Fraction)
    weights: dict[str, Fraction] = defaultdict(Fraction)
    most_sent = _find_most_sent(scenario)
    for (recipient, resource), need in index_quantities(scenario.needs).items():
        weight, lot = exact(resources[resource].weight), exact(resources[resource].lot)
        amount = min(_floor(need, lot), most_sent[recipient, resource])
        reached[recipient] += weight * amount / need
        weights[recipient] += weight
    return [reached[recipient] / weights[recipient] for recipient in reached]


def _find_most_sent(scenario: Scenario) -> dict[tuple[str, str], Fraction]:
    """Return the most that its maximum of donors can send, by (recipient id, resource id)."""
    links = index_links(scenario)
    lots = {resource.id: exact(resource.lot) for resource in scenario.resources}
    holders: dict[str, list[tuple[str, Fraction, Fraction]]] = defaultdict(list)
    for (donor, resource), capacity in index_quantities(scenario.capacities).items():
        holders[resource].append((donor, capacity, _floor(capacity, lots[resource])))
    most_sent = {}
    for recipient in scenario.recipients:
        _, most_partners = partner_bounds_of_recipient(scenario, recipient)
        for resource, lot in lots.items():
            amounts = []
            for donor, capacity, unlinked in holders[resource]:
                link = links.get((donor, recipient.id))
                if link is None:
                    amounts.append(unlinked)
                elif link.status != "forbidden":
                    amounts.append(_floor(capacity / use_of(link, resource), lot))
            most_sent[recipient.id, resource] = sum(nlargest(most_partners, amounts), Fraction())
    return most_sent


def _floor(amount: Fraction, lot: Fraction) -> Fraction:
    """Return the most whole lots that *amount* holds, or *amount* itself where it is divisible."""
    return amount // lot * lot if lot else amount


def _most_continuity(scenario: Scenario) -> Fraction:
    """Return the lesser of two sums: the largest ties within each donor's, each recipient's maximum."""
    donors = set(list_pairable_donors(scenario))
    recipients = set(list_pairable_recipients(scenario))
    of_donor: dict[str, list[Fraction]] = defaultdict(list)
    of_recipient: dict[str, list[Fraction]] = defaultdict(list)
    for (donor, recipient), link in index_links(scenario).items():
        if link.status != "forbidden" and donor in donors and recipient in recipients:
            of_donor[donor].append(exact(link.tie))
            of_recipient[recipient].append(exact(link.tie))
    by_donors = (
        nlargest(partner_bounds_of_donor(scenario, donor)[1], of_donor[donor.id])
        for donor in scenario.donors
    )
    by_recipients = (
        nlargest(partner_bounds_of_recipient(scenario, recipient)[1], of_recipient[recipient.id])
        for recipient in scenario.recipients
    )
    return min(_total(by_donors), _total(by_recipients))


def _fewest_pairs(scenario: Scenario) -> Fraction:
    """Return the greater of two counts: the pairs that the donors, the recipients must have."""
    donors = set(list_pairable_donors(scenario))
    recipients = set(list_pairable_recipients(scenario))
    required = [
        couple for couple, link in index_links(scenario).items() if link.status == "required"
    ]
    by_donors = sum(
        max(partner_bounds_of_donor(scenario, donor)[0], _count(required, 0, donor.id))
        for donor in scenario.donors
        if donor.id in donors
    )
    by_recipients = sum(
        max(partner_bounds_of_recipient(scenario, recipient)[0], _count(required, 1, recipient.id))
        for recipient in scenario.recipients
        if recipient.id in recipients
    )
    return Fraction(max(by_donors, by_recipients))


def _count(couples: Iterable[tuple[str, str]], side: int, party: str) -> int:
    """Return in how many *couples* the party stands on *side* (0 the donor's, 1 the recipient's)."""
    return sum(couple[side] == party for couple in couples)


def _total(groups: Iterable[Iterable[Fraction]]) -> Fraction:
    """Return the sum of all members of all *groups*."""
    return sum((sum(group, Fraction()) for group in groups), Fraction())
