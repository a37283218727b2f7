"""Asking a few recipients anew: it keeps the floors, and sees exchanges among several donors."""

import numpy as np

from tiebeam.core.model.scenario import Link, Party, Policy, Quantity, Resource, Scenario
from tiebeam.core.pairing.problem import compile_problem
from tiebeam.core.pairing.rebuilding import rebuild_pairs
from tiebeam.core.pairing.relaxation import Relaxation
from tiebeam.core.pairing.stages import Stage, stage_value

COVERAGE, PARTNERS, DISTANCE = Stage("coverage", 0, 1), Stage("partners", 3), Stage("distance", 4)
KILOMETRES = {("a", "x"): 9.0, ("b", "y"): 9.0, ("c", "z"): 9.0}


def make_problem():
    """Return three donors and recipients of 10 each; each donor is far from its namesake only."""
    return compile_problem(
        Scenario(
            id="s",
            policy=Policy(),
            donors=tuple(Party(id=name, name=name) for name in "abc"),
            recipients=tuple(Party(id=name, name=name) for name in "xyz"),
            resources=(Resource(id="m", name="m", unit="person"),),
            capacities=tuple(Quantity(party=name, resource="m", amount=10.0) for name in "abc"),
            needs=tuple(Quantity(party=name, resource="m", amount=10.0) for name in "xyz"),
            links=tuple(
                Link(donor=i, recipient=j, distance_km=KILOMETRES.get((i, j), 1.0))
                for i in "abc"
                for j in "xyz"
            ),
        )
    )


def rebuild(stage, pairs, *, floors=(), should_stop=lambda: False, tries=10):
    """Return the pairs and amounts after every improvement, the first as they were given."""
    problem = make_problem()
    relaxation = Relaxation(problem)
    for floor, limit in floors:
        relaxation.add_floor(floor, limit)
    relaxation.aim(stage)
    states = [(np.array(pairs, dtype=bool), np.zeros((3, 3, 1)))]
    states[0][1][:, :, 0] = states[0][0] * 10.0 / states[0][0].sum(1, keepdims=True)

    def current():
        return states[-1][0], stage_value(problem, stage, *states[-1])

    for columns in rebuild_pairs(
        relaxation,
        stage,
        current,
        tries=tries,
        precision=1e-4,
        rng=np.random.default_rng(0),
        should_stop=should_stop,
    ):
        plan = relaxation.read(columns)
        states.append(plan)
    return problem, states


EVERYBODY = [(COVERAGE, -1.0 + 1e-7)]


class TestRebuildPairs:
    def test_lets_three_donors_change_places_at_once(self):
        """§M5: 9 km each as it stands; 1 km each, so 3 in all, once everybody has moved on."""
        problem, states = rebuild(DISTANCE, np.eye(3), floors=EVERYBODY)
        assert abs(stage_value(problem, DISTANCE, *states[-1]) - 3.0) < 1e-4

    def test_gives_up_pairs_that_nobody_needs(self):
        """§M5: nine pairs stand, and three cover everybody."""
        problem, states = rebuild(PARTNERS, np.ones((3, 3)), floors=EVERYBODY)
        assert stage_value(problem, PARTNERS, *states[-1]) == 3.0

    def test_keeps_what_was_reached(self):
        """§M5: every plan on the way covers everybody."""
        problem, states = rebuild(DISTANCE, np.eye(3), floors=EVERYBODY)
        assert len(states) > 1
        assert all(stage_value(problem, COVERAGE, *state) < -1 + 1e-6 for state in states[1:])

    def test_ends_when_told(self):
        """§M9: the plan so far is what a stop leaves."""
        _, states = rebuild(DISTANCE, np.eye(3), should_stop=lambda: True)
        assert len(states) == 1
