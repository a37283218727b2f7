"""What is allowed in a scenario and yet probably not meant: warnings (§M3.6, scenario files)."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterator

from tiebeam.core.model.findings import as_text, iterate_quantities, row_fault
from tiebeam.core.model.scenario import Quantity, Scenario, partner_bounds_of_recipient
from tiebeam.errors import Fault

_SLIPS = (10**4, 10**8)
"""What a figure grows by when it is in units and its neighbours are in 万 or in 亿."""

_ABOUT = math.sqrt(10)
"""A ratio within this factor of a slip is "about" it."""


def list_doubts(scenario: Scenario) -> Iterator[Fault]:
    """Yield every warning on the values of *scenario*."""
    yield from _list_empty_tables(scenario)
    yield from _list_tight_lots(scenario)
    yield from _list_unlikely_figures(scenario)
    yield from _list_empty_pair_risks(scenario)


def _list_empty_tables(scenario: Scenario) -> Iterator[Fault]:
    """Yield a warning for a side that has nobody on it."""
    for table in ("donors", "recipients"):
        if not getattr(scenario, table):
            yield Fault(code="scenario.nobody", place=table)


def _list_tight_lots(scenario: Scenario) -> Iterator[Fault]:
    """Yield a warning for each need that is smaller than one lot: it can get none of it."""
    lots = {resource.id: resource.lot for resource in scenario.resources}
    for index, need in enumerate(scenario.needs):
        lot = lots.get(need.resource, 0.0)
        if 0 < need.amount < lot:
            facts = {"lot": as_text(lot)}
            yield row_fault(
                "scenario.lot_above_need",
                "needs",
                index,
                need,
                column="amount",
                value=need.amount,
                **facts,
            )


def _list_unlikely_figures(scenario: Scenario) -> Iterator[Fault]:
    """Yield a warning for each figure about 10^4 or 10^8 times the median of its resource."""
    figures: dict[str, list[tuple[str, int, Quantity]]] = defaultdict(list)
    for table, index, row in iterate_quantities(scenario):
        if 0 < row.amount < math.inf:
            figures[row.resource].append((table, index, row))
    for rows in figures.values():
        # The lower median: of two figures the larger one is the doubtful one.
        median = statistics.median_low([row.amount for _, _, row in rows])
        for table, index, row in rows:
            for slip in _SLIPS:
                if slip / _ABOUT <= row.amount / median <= slip * _ABOUT:
                    yield row_fault(
                        "scenario.unlikely_magnitude",
                        table,
                        index,
                        row,
                        column="amount",
                        value=row.amount,
                        median=as_text(median),
                        times=slip,
                    )


def _list_empty_pair_risks(scenario: Scenario) -> Iterator[Fault]:
    """Yield a warning where a pair that carries nothing would count: min_share 0 (§M3.6)."""
    policy = scenario.policy
    # Without resources nothing can flow in any pair, so none is emptier than another.
    if policy.min_share != 0 or not scenario.resources:
        return
    if "continuity" in policy.levels and any(link.tie > 0 for link in scenario.links):
        yield Fault(code="scenario.empty_pair_continuity", place="policy", column="min_share")
    asked = [policy.min_partners_per_donor or 0]
    asked += [donor.min_partners or 0 for donor in scenario.donors]
    asked += [partner_bounds_of_recipient(scenario, r)[0] for r in scenario.recipients]
    if max(asked) > 0:
        yield Fault(code="scenario.empty_pair_minimum", place="policy", column="min_share")
