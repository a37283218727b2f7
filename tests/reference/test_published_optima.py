"""
The generalized assignment problem as the law states it (§M5): published optima are reached.

The instances lie beside the repository, in the shared data; they are the 60 of Cattrysse et al.
(1994) as minimisation. One published optimum each, in the ``optimum`` column of data.csv; a row
without one is left out.
"""

import csv
from pathlib import Path

import pytest

from reference.comparing import stop_after
from tiebeam.core.model.scenario import Link, Party, Policy, Quantity, Resource, Scenario
from tiebeam.core.pairing.check import check_plan
from tiebeam.core.pairing.solver import solve_pairing

FOLDER = Path(__file__).parents[2] / ".." / "shared" / "data" / "optimisation" / "gap"
MOST_QUESTIONS = 20_000
"""How often the search may ask whether to stop: a failing search ends too, without a clock."""


def list_instances() -> list:
    """List the instances with a published optimum; one of each size is not marked slow."""
    if not (FOLDER / "data.csv").exists():
        return []
    with (FOLDER / "data.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["dataset"] == "cattrysse1994"]
    return [
        pytest.param(
            FOLDER / row["file"],
            float(row["optimum"]),
            id=Path(row["file"]).stem,
            marks=[pytest.mark.data]
            + ([] if row["instance"].endswith("-0") else [pytest.mark.slow]),
        )
        for row in rows
        if row["optimum"] and row["included"] == "yes"
    ]


INSTANCES = list_instances()


def read_instance(path: Path) -> tuple[list[list[int]], list[list[int]], list[int]]:
    """Return costs and weights by agent and item, and the capacities."""
    agents, items, *numbers = map(int, path.read_text(encoding="ascii").split())
    rows = [numbers[at * items : (at + 1) * items] for at in range(2 * agents)]
    return rows[:agents], rows[agents:], numbers[2 * agents * items :]


def to_scenario(path: Path) -> Scenario:
    """Return the instance in the encoding at the end of §M5: agents are donors, items recipients."""
    costs, weights, capacities = read_instance(path)
    agents = [f"agent-{at:02}" for at in range(len(costs))]
    items = [f"item-{at:02}" for at in range(len(costs[0]))]
    return Scenario(
        id=path.stem,
        policy=Policy(
            levels=("cost",),
            min_share=1.0,
            min_partners_per_recipient=1,
            max_partners_per_recipient=1,
        ),
        donors=tuple(Party(id=agent, name=agent) for agent in agents),
        recipients=tuple(Party(id=item, name=item) for item in items),
        resources=(Resource(id="work", name="work", unit="item", lot=1.0),),
        capacities=tuple(
            Quantity(party=agent, resource="work", amount=float(capacity))
            for agent, capacity in zip(agents, capacities, strict=True)
        ),
        needs=tuple(Quantity(party=item, resource="work", amount=1.0) for item in items),
        links=tuple(
            Link(
                donor=agent,
                recipient=item,
                unit_costs={"work": float(costs[i][j])},
                uses={"work": float(weights[i][j])},
            )
            for i, agent in enumerate(agents)
            for j, item in enumerate(items)
        ),
    )


class TestSharedData:
    def test_hold_all_sixty_instances(self):
        if not INSTANCES:
            pytest.skip("published optima of generalized assignment: the shared data are not here")

        assert len(INSTANCES) == 60


@pytest.mark.parametrize(("path", "optimum"), INSTANCES)
class TestSolvePairing:
    def test_proves_the_published_optimum(self, path, optimum):
        """§M5: need 1, lot 1, use = weight, unit_cost = cost, one partner, min_share 1."""
        scenario = to_scenario(path)

        plan = solve_pairing(scenario, should_stop=stop_after(MOST_QUESTIONS))

        assert plan.status == "optimal"
        assert plan.levels[0].value == pytest.approx(optimum, abs=1e-6)
        assert plan.levels[0].bound == pytest.approx(optimum, rel=1e-4)
        assert check_plan(scenario, plan).findings == ()
