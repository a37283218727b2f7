"""
The solver on instances small enough to try everything: same levels, or the same "infeasible".

§M5: the sequence of levels in lexicographic order; where slack was spent, what a level reached
before (``best``). §M6: the bounds. §M7: the checker is silent on every plan.
"""

import pytest

from reference.brute_force import solve_by_brute_force
from reference.instances import random_scenario
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.check import check_plan

solver = pytest.importorskip("tiebeam.core.pairing.solver", reason="there is no solver yet")

TOLERANCE = 1e-6
CHUNK = 10
CHUNKS = [range(start, start + CHUNK) for start in range(0, 150, CHUNK)]


def list_reached(plan: Plan) -> list[tuple[str, object]]:
    """Return what each level of *plan* reached before any of its slack was spent."""
    return [
        (level.name, level.value if level.best is None else level.best) for level in plan.levels
    ]


def assert_same_levels(scenario: Scenario, plan: Plan, where: str) -> None:
    """Assert that *plan* reaches at every level what trying everything reaches."""
    expected = solve_by_brute_force(scenario)
    if expected is None:
        assert plan.status == "infeasible", where
        assert plan.pairs == (), where
        return
    assert plan.status == "optimal", where
    reached = list_reached(plan)
    assert [name for name, _ in reached] == [name for name, _ in expected], where
    for (name, figure), (_, best) in zip(reached, expected, strict=True):
        assert figure == pytest.approx(best, rel=TOLERANCE, abs=TOLERANCE), f"{where}, {name}"


@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
class TestSolvePairing:
    def test_reaches_what_trying_everything_reaches(self, seeds):
        """§M5, §M7: and the checker, which also judges bounds and gaps, has nothing to say."""
        for seed in seeds:
            scenario = random_scenario(seed)

            plan = solver.solve_pairing(scenario)

            assert_same_levels(scenario, plan, f"seed {seed}")
            assert check_plan(scenario, plan).findings == (), f"seed {seed}"
