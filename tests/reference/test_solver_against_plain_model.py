"""
The solver against the plain model of the benchmarks: another program, written from the law.

The instances are too large to try everything, and small enough for a plain model to be proven
optimal at every level. What both prove must be the same, level after level (§M5).
"""

import pytest
from benchmarks.instances import random_scenario
from benchmarks.plain_highs import solve_with_highs

from reference.comparing import list_reached, stop_after
from tiebeam.core.pairing.check import check_plan
from tiebeam.core.pairing.solver import solve_pairing

MOST_QUESTIONS = 20_000
SECONDS = 300
"""More than the plain model needs on any machine; it is no measure of anything."""

SIZES = [(5, 4, 2), (6, 4, 2), (6, 5, 1), (4, 6, 2)]
RATIOS = [0.8, 1.1, 1.8]


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
class TestSolvePairing:
    def test_reaches_what_a_plain_model_reaches(self, size, ratio):
        """§M5, §M6, §M7: and the checker has nothing to say of either plan."""
        donors, recipients, resources = size
        scenario = random_scenario(
            1, donors=donors, recipients=recipients, resources=resources, ratio=ratio
        )

        plan = solve_pairing(scenario, should_stop=stop_after(MOST_QUESTIONS))
        plain = solve_with_highs(scenario, SECONDS, threads=1)

        assert plan.status == plain.status == "optimal"
        for (name, ours), (_, theirs) in zip(list_reached(plan), list_reached(plain), strict=True):
            # The plain model may let each of a dozen earlier sums slip by 1e-6: a kilometre at last.
            assert ours == pytest.approx(theirs, rel=1e-3, abs=2e-4), name
        assert check_plan(scenario, plan).findings == ()
        assert check_plan(scenario, plain).findings == ()
