"""
The rows of a plan before any rule is judged: known ids, no row twice, amounts that are numbers.

What is left out here is a finding, and cannot upset what follows.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tiebeam.core.model.plan import Flow, Pair
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.evaluate import COUNTS_FROM
from tiebeam.core.pairing.findings import Finding

Row = tuple[tuple[str, str], ...]
"""The ids of a row as (column, id)."""


def screen_pairs(
    scenario: Scenario, pairs: Iterable[Pair]
) -> tuple[tuple[Pair, ...], list[Finding]]:
    """Return the pairs of known ids, each once, sorted; and what is wrong with the others (§M1)."""
    rows = [((("donor", pair.donor), ("recipient", pair.recipient)), pair) for pair in pairs]
    findings = [
        *_find_unknown_ids(scenario, "pairs", [row for row, _ in rows]),
        *_find_repeated_rows("check.repeated_pair", [row for row, _ in rows]),
    ]
    known = _known_ids(scenario)
    sound: dict[Row, Pair] = {}
    for row, pair in rows:
        # Of repeated rows one that is marked as lead stands for all.
        if known.issuperset(row) and (pair.lead or row not in sound):
            sound[row] = pair
    return tuple(sound[row] for row in sorted(sound)), findings


def screen_flows(
    scenario: Scenario, flows: Iterable[Flow]
) -> tuple[tuple[Flow, ...], list[Finding]]:
    """Return the flows of known ids that are amounts, and what is wrong with the others (§M2)."""
    rows = [
        (
            (("donor", flow.donor), ("recipient", flow.recipient), ("resource", flow.resource)),
            flow,
        )
        for flow in flows
    ]
    findings = [
        *_find_unknown_ids(scenario, "flows", [row for row, _ in rows]),
        *_find_repeated_rows("check.repeated_flow", [row for row, _ in rows]),
    ]
    known = _known_ids(scenario)
    sound = []
    for row, flow in rows:
        if not math.isfinite(flow.amount) or flow.amount <= -COUNTS_FROM:
            facts = dict(row) | {"met": flow.amount, "limit": 0}
            findings.append(Finding.of("M2", "check.unsound_amount", **facts))
        elif known.issuperset(row):
            sound.append(flow)
    return tuple(sound), findings


def _find_unknown_ids(scenario: Scenario, table: str, rows: Sequence[Row]) -> Iterator[Finding]:
    """Yield each id of *rows* that the scenario does not have, once (§M1)."""
    strangers = {cell for row in rows for cell in row} - _known_ids(scenario)
    for column, stranger in sorted(strangers):
        yield Finding.of("M1", "check.unknown_id", table=table, column=column, id=stranger)


def _find_repeated_rows(code: str, rows: Sequence[Row]) -> Iterator[Finding]:
    """Yield each of *rows* that stands there more than once (§M2)."""
    for row, count in sorted(Counter(rows).items()):
        if count > 1:
            yield Finding.of("M2", code, **dict(row), met=count, limit=1)


def _known_ids(scenario: Scenario) -> frozenset[tuple[str, str]]:
    """Return the ids of the scenario as (column, id)."""
    return frozenset(
        [
            *(("donor", donor.id) for donor in scenario.donors),
            *(("recipient", recipient.id) for recipient in scenario.recipients),
            *(("resource", resource.id) for resource in scenario.resources),
        ]
    )
