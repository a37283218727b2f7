"""
Sweep the assumed ratio of ``hubei-2020``: what of the result outlasts another ratio.

Run ``python -m benchmarks.hubei_ratio``. For each ratio the needs are derived anew; the
level coverage is solved and compared with the official list, completed by the same rules.
"""

import sys
import time
from dataclasses import replace
from fractions import Fraction

from tiebeam.cases import hubei
from tiebeam.cases.hubei import derive_needs, read_facts
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.completion import complete_flows
from tiebeam.core.pairing.solver import solve_pairing
from tiebeam.interchange.plan import read_plan
from tiebeam.interchange.scenario import read_scenario

RATIOS = ("0.4", "0.5", "0.62", "0.8", "1.0")
SECONDS = 60.0
"""A ratio that takes longer ends with the bound that it has."""


def scenario_at(base: Scenario, staff_per_case: Fraction) -> Scenario:
    """Return *base* with the needs at *staff_per_case*, and coverage as its only level."""
    wanted = derive_needs(read_facts(), staff_per_case)
    needs = tuple(
        replace(need, amount=float(wanted[need.party, need.resource])) for need in base.needs
    )
    return replace(base, needs=needs, policy=replace(base.policy, levels=("coverage",)))


def main() -> None:
    """Print one row of a Markdown table for each ratio."""
    folder = hubei.FACTS_FOLDER
    base = read_scenario(folder / "scenario").scenario
    official = read_plan(folder / "plans" / "official-2020-02-10", base)
    listed = {(pair.donor, pair.recipient) for pair in official.pairs}
    print("| ratio | worst city, official list | worst city, best | proven gap | pairs in common |")
    print("|---|---|---|---|---|")
    for ratio in RATIOS:
        scenario = scenario_at(base, Fraction(ratio))
        stop_at = time.monotonic() + SECONDS
        plan = solve_pairing(
            scenario, gap=1e-4, should_stop=lambda at=stop_at: time.monotonic() > at
        )
        bare = replace(official, scenario_id="", scenario_sha256="")
        completed = complete_flows(scenario, bare)
        worst, listed_worst = plan.levels[0].value[0], completed.levels[0].value[0]
        common = len(listed & {(pair.donor, pair.recipient) for pair in plan.pairs})
        print(
            f"| {ratio} | {listed_worst:.1%} | {worst:.1%} | {plan.levels[0].gap:.5f} "
            f"| {common} of {len(listed)} |",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
