"""Where a search begins: with the ties that can be held at next to no loss."""

import numpy as np

from tiebeam.core.model.scenario import Link, Party, Policy, Quantity, Resource, Scenario
from tiebeam.core.pairing.favoured import begin_with, favour_ties
from tiebeam.core.pairing.problem import compile_problem
from tiebeam.core.pairing.relaxation import Relaxation
from tiebeam.core.pairing.stages import Stage

COVERAGE, CONTINUITY = Stage("coverage", 0, 1), Stage("continuity", 1)


def make_problem(*ties, capacities=(10.0, 10.0)):
    """Return donors a and b with one partner each; recipients x and y in need of 10 each."""
    return compile_problem(
        Scenario(
            id="s",
            policy=Policy(max_partners_per_recipient=1),
            donors=tuple(Party(id=name, name=name, max_partners=1) for name in "ab"),
            recipients=tuple(Party(id=name, name=name) for name in "xy"),
            resources=(Resource(id="m", name="m", unit="person"),),
            capacities=tuple(
                Quantity(party=name, resource="m", amount=amount)
                for name, amount in zip("ab", capacities, strict=True)
            ),
            needs=tuple(Quantity(party=name, resource="m", amount=10.0) for name in "xy"),
            links=tuple(Link(donor=i, recipient=j, tie=tie) for i, j, tie in ties),
        )
    )


def favour(problem, *, bound=-1.0, should_stop=lambda: False):
    return favour_ties(Relaxation(problem), COVERAGE, bound, CONTINUITY, should_stop)


class TestFavourTies:
    def test_holds_the_ties_that_leave_the_bound_in_reach(self):
        """§M5: a may help x and b help y, or the other way round; the ties say which."""
        sets = favour(make_problem(("a", "y", 3.0), ("b", "x", 2.0)))
        assert sets
        assert all((held == [[False, True], [True, False]]).all() for held in sets)

    def test_chooses_the_greater_of_two_ties_that_exclude_each_other(self):
        """§M3.4: a has one partner, so of its two ties one can stand."""
        held = favour(make_problem(("a", "x", 1.0), ("a", "y", 5.0)))[0]
        assert (held == [[False, True], [False, False]]).all()

    def test_holds_nothing_where_nothing_stands(self):
        """§M5: without ties there is nothing to keep."""
        assert favour(make_problem()) == []

    def test_says_nothing_where_the_bound_cannot_be_reached(self):
        """§M5: nobody can be covered twice over."""
        assert favour(make_problem(("a", "x", 1.0)), bound=-2.0) == []

    def test_is_modest_where_it_is_told_to_stop(self):
        """§M9: what is left is what the plain program says, which takes no search."""
        problem = make_problem(("a", "y", 3.0), ("b", "x", 2.0))
        assert len(favour(problem, should_stop=lambda: True)) <= 2


class TestBeginWith:
    def test_gives_pairs_that_hold_the_ties(self):
        """§M3.5: what is held is required of the plans that are looked at."""
        held = np.array([[False, True], [False, False]])
        narrowed, pairs = begin_with(make_problem(), held, lambda: False)
        assert pairs[0, 1]
        assert narrowed.required[0, 1]

    def test_gives_nothing_where_the_ties_cannot_stand_together(self):
        """§M3.4: a has one partner and cannot hold two."""
        held = np.array([[True, True], [False, False]])
        assert begin_with(make_problem(), held, lambda: False) is None
