"""Branch and bound on a case small enough to see through; values by hand."""

import numpy as np
import pytest

from reference.golden_models import make_scenario, resource
from tiebeam.core.pairing.problem import compile_problem
from tiebeam.core.pairing.relaxation import Relaxation, Solved
from tiebeam.core.pairing.stages import Stage, stage_value
from tiebeam.core.pairing.tree import Tree

FIRST = Stage("coverage", 0, 1)
NODES = 1000


def make_tree(lot: float = 3.0) -> Tree:
    """In threes x gets two lots of 8 at most and y one of 5: 0.6 is the best of the worst."""
    scenario = make_scenario(resources=(resource("m", lot=lot),))
    tree = Tree(Relaxation(compile_problem(scenario)))
    tree.open_stage(FIRST)
    return tree


def search(
    tree: Tree,
    *,
    better_than=0.0,
    nodes=NODES,
    should_stop=lambda: False,
    on_bound=lambda bound: None,
) -> list[float]:
    """Search until nothing under the best plan met is left; return the values of the plans met."""
    met = [better_than]

    def offer(columns):
        pairs, amounts = tree.relaxation.read(columns)
        met.append(stage_value(tree.relaxation.problem, FIRST, pairs, amounts))

    tree.search(
        cutoff=lambda: min(met) - 1e-7,
        offer=offer,
        nodes=nodes,
        should_stop=should_stop,
        on_bound=on_bound,
    )
    return met[1:]


class TestTree:
    def test_proves_the_best_plan_in_whole_lots(self):
        """§M2, §M6: no plan has a smaller value than the least bound of the leaves."""
        tree = make_tree()

        met = search(tree)

        assert min(met) == pytest.approx(-0.6)
        assert tree.bound == pytest.approx(-0.6, abs=2e-7)

    def test_leaves_its_bound_open_when_it_is_stopped(self):
        """§M6: what has not been looked at may still hold something better."""
        tree = make_tree()

        assert search(tree, should_stop=lambda: True) == []
        assert tree.bound == -np.inf

    def test_goes_on_where_it_was_stopped(self):
        """§M6: one step at a time comes to the same end."""
        tree = make_tree()
        best = 0.0
        for _ in range(NODES):
            best = min([best, *search(tree, better_than=best, nodes=1)])
            if tree.bound >= best - 1e-7:
                break

        assert best == pytest.approx(-0.6)
        assert tree.bound == pytest.approx(-0.6, abs=2e-7)

    def test_claims_nothing_of_a_part_that_the_program_gave_up(self, monkeypatch):
        """§M6: without an answer the bound stays where it was."""
        tree = make_tree()
        nothing = np.zeros(0)
        answer = Solved("stopped", -np.inf, nothing, nothing, nothing)
        monkeypatch.setattr(tree.relaxation, "solve", lambda: answer)

        assert search(tree) == []
        assert tree.bound == -np.inf
        assert tree.proof(FIRST) is None

    def test_tells_its_bound_on_the_way(self):
        """§M6: of all bounds told while it works none is past what can be reached."""
        told = []
        tree = make_tree(lot=0.37)

        met = search(tree, on_bound=told.append)

        assert told
        assert all(bound <= min(met) + 1e-7 for bound in told)
