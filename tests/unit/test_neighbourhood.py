"""Search by small changes: it keeps the rules on pairs, and finds what one change away is better."""

import numpy as np
import pytest

from tiebeam.core.model.scenario import Link, Party, Policy, Quantity, Resource, Scenario
from tiebeam.core.pairing.neighbourhood import improve_pairs, partners_hold
from tiebeam.core.pairing.problem import compile_problem
from tiebeam.core.pairing.relaxation import Relaxation
from tiebeam.core.pairing.stages import Stage

FIRST = Stage("coverage", 0, 1)


def make_problem(capacities=(4.0, 10.0, 6.0), *, min_share=0.0, links=()):
    """Return donors a, b, c with one partner each; recipients x in need of 10 and y of 6."""
    donors = ("a", "b", "c")
    return compile_problem(
        Scenario(
            id="s",
            policy=Policy(min_share=min_share, max_partners_per_recipient=1),
            donors=tuple(Party(id=name, name=name, max_partners=1) for name in donors),
            recipients=tuple(Party(id=name, name=name) for name in ("x", "y")),
            resources=(Resource(id="m", name="m", unit="person"),),
            capacities=tuple(
                Quantity(party=name, resource="m", amount=amount)
                for name, amount in zip(donors, capacities, strict=True)
            ),
            needs=(
                Quantity(party="x", resource="m", amount=10.0),
                Quantity(party="y", resource="m", amount=6.0),
            ),
            links=links,
        )
    )


def pairs_of(*couples):
    pairs = np.zeros((3, 2), dtype=bool)
    for i, j in couples:
        pairs[i, j] = True
    return pairs


def improve(problem, pairs, *, moves=200, target=-1.0, pair_floors=(), should_stop=lambda: False):
    return improve_pairs(
        Relaxation(problem, with_pairs=False),
        FIRST,
        pairs,
        moves=moves,
        target=target,
        pair_floors=pair_floors,
        rng=np.random.default_rng(0),
        should_stop=should_stop,
    )


class TestImprovePairs:
    def test_finds_the_pairs_that_cover_everybody(self):
        """§M5: a can bring x 0.4 at most; b covers x, and c covers y, in full."""
        pairs, value = improve(make_problem(), pairs_of((0, 0), (2, 1)))

        assert value == pytest.approx(-1.0)
        assert pairs.tolist() == pairs_of((1, 0), (2, 1)).tolist()

    def test_starts_from_pairs_that_cannot_hold_as_well(self):
        """§M3.6: a cannot bring x half of what it needs, so these pairs allow no flows at all."""
        problem = make_problem(min_share=0.5)

        _, value = improve(problem, pairs_of((0, 0), (2, 1)))

        assert value == pytest.approx(-1.0)

    def test_leaves_required_pairs_open(self):
        """§M3.5: a stays with x, and x with 0.4."""
        problem = make_problem(links=(Link(donor="a", recipient="x", status="required"),))

        pairs, value = improve(problem, pairs_of((0, 0), (1, 1)))

        assert pairs[0, 0]
        assert value == pytest.approx(-0.4)

    def test_keeps_what_an_earlier_level_reached_in_pairs(self):
        """§M5: a tie of 5 between a and x stays, whatever it costs coverage."""
        problem = make_problem(links=(Link(donor="a", recipient="x", tie=5.0),))

        pairs, _ = improve(
            problem, pairs_of((0, 0), (2, 1)), pair_floors=[(Stage("continuity", 1), -5.0)]
        )

        assert pairs[0, 0]

    def test_stops_when_it_is_told_to(self):
        pairs, value = improve(make_problem(), pairs_of((0, 0), (2, 1)), should_stop=lambda: True)

        assert pairs.tolist() == pairs_of((0, 0), (2, 1)).tolist()
        assert value == pytest.approx(-0.4)

    def test_stops_where_no_pair_can_be_opened(self):
        """§M3.5: every other link is forbidden."""
        forbidden = tuple(
            Link(donor=donor, recipient=recipient, status="forbidden")
            for donor, recipient in (("a", "y"), ("b", "x"), ("b", "y"), ("c", "x"))
        )

        pairs, value = improve(make_problem(links=forbidden), pairs_of((0, 0), (2, 1)))

        assert pairs.tolist() == pairs_of((0, 0), (2, 1)).tolist()
        assert value == pytest.approx(-0.4)


class TestPartnersHold:
    @pytest.mark.parametrize(
        ("pairs", "holds"),
        [
            (pairs_of((1, 0), (2, 1)), True),
            # y has nobody.
            (pairs_of((1, 0)), False),
            # b has two.
            (pairs_of((1, 0), (1, 1)), False),
            # x has two.
            (pairs_of((0, 0), (1, 0), (2, 1)), False),
            # a-y is forbidden.
            (pairs_of((1, 0), (0, 1)), False),
            # b-x, required, is closed.
            (pairs_of((0, 0), (2, 1)), False),
        ],
    )
    def test_knows_bounds_and_statuses(self, pairs, holds):
        """§M3.4, §M3.5."""
        problem = make_problem(
            links=(
                Link(donor="a", recipient="y", status="forbidden"),
                Link(donor="b", recipient="x", status="required"),
            )
        )

        assert partners_hold(problem, pairs) is holds
