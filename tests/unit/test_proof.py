"""
What a plan states of its bounds and what it carries to prove them (§M6).

The scenario: donors a (6) and b (3), recipients x (needs 5) and y (needs 10). The lesser
coverage is at most 9 / 15 = 0.6, by the multipliers 0.4 and 0.2 of the capacities, 1/3 and 2/3
of the coverages; each recipient alone could reach 0.9 at least, which is the trivial bound.
"""

from dataclasses import replace

import numpy as np
import pytest

from tiebeam.core.model.plan import LevelResult, Plan
from tiebeam.core.pairing import proof as proving
from tiebeam.core.pairing.check import check_plan
from tiebeam.core.pairing.proof import Case, Proof, Split, certify, limits_used, note_case
from tiebeam.core.pairing.solver import solve_pairing
from tiebeam.core.pairing.stages import Stage
from unit.test_certificate import SHARED, SHARED_LEVEL, SHARED_PLAN, WHOLE

ROWS = [
    ("capacity", 0, 0),
    ("capacity", 1, 0),
    ("coverage", 0),
    ("coverage", 1),
    ("worst", 0),
    ("worst", 1),
    ("floor", "coverage", -0.6, (1,)),
]
FIRST, SECOND = Stage("coverage", 0, 1), Stage("coverage", 0, 2)


def proof(stage: Stage, *multipliers: float) -> Proof:
    """Return the proof of one case, with a multiplier for each of the first rows."""
    case = note_case(stage, np.array(multipliers), np.zeros(0, dtype=np.int64))
    limits = limits_used([case], ROWS, {FIRST: -0.6} if stage == SECOND else {})
    return Proof(stage, limits, ROWS, (case,))


def proofs(capacity: float = -0.4, share: float = 1 / 3) -> dict[str, list[Proof | None]]:
    weights = (share, 1 - share) * 2
    first = proof(FIRST, capacity, -0.2, *weights)
    return {"coverage": [first, proof(SECOND, -1.2, -0.6, 1.0, 2.0, 1.0, 1.0, 1.0)]}


def stated(plan: Plan) -> LevelResult:
    (level,) = plan.levels
    return level


class TestCertify:
    def test_states_what_the_proofs_show(self):
        """§M6: and the checker says so too."""
        plan = certify(SHARED, SHARED_PLAN, proofs())

        assert stated(plan).certificate == "tight_set"
        assert stated(plan).bound == pytest.approx((0.6, 1.2))
        assert check_plan(SHARED, plan).levels[0].bound_status == "verified"

    def test_loosens_a_bound_by_the_rounding_that_its_proof_leaves(self):
        """
        §M6: counted by 1/3 - 1e-8 and 2/3 + 1e-8, the capacities show a little more than 0.6.

        9 units go to y, where each is worth (2/3 + 1e-8) / 10: 0.6 + 9e-9. The gap follows.
        """
        plan = certify(SHARED, SHARED_PLAN, proofs(share=1 / 3 - 1e-8))

        assert stated(plan).bound[0] == pytest.approx(0.6 + 9e-9, abs=1e-11)
        assert stated(plan).gap == pytest.approx(9e-9, rel=1e-3)
        assert check_plan(SHARED, plan).levels[0].bound_status == "verified"

    def test_leaves_a_bound_unverified_that_its_proof_does_not_reach(self):
        """§M6: 0.4 and 0.2 do not pay for a's 5 and b's 3 to x, where x and y count by halves."""
        plan = certify(SHARED, SHARED_PLAN, proofs(share=0.5))

        assert stated(plan).certificate == "unverified"
        assert stated(plan).bound == (0.6, 1.2)

    def test_carries_what_shows_less_so_that_the_checker_can_say_how_far_it_goes(self):
        """§M6: where x and y count by halves, 5 units for x and 4 for y show 0.7, not 0.6."""
        plan = certify(SHARED, SHARED_PLAN, proofs(share=0.5))
        (check,) = check_plan(SHARED, plan).levels

        assert check.bound_status == "unverified"
        assert check.proven_gap == pytest.approx(0.1)

    def test_leaves_out_what_is_no_row_of_the_law(self):
        """§M6: what the search made of several rows by itself; the others show 0.6 without it."""
        first = proofs()["coverage"][0]
        assert first is not None
        (case,) = first.nodes
        assert isinstance(case, Case)
        names = [*ROWS, ("sets",)]
        rows = np.append(case.rows, len(ROWS))
        longer = replace(case, rows=rows, multipliers=np.append(case.multipliers, 1.0))
        proof_with_sets = replace(first, row_names=names, nodes=(longer,))
        plan = certify(
            SHARED, SHARED_PLAN, {"coverage": [proof_with_sets, proofs()["coverage"][1]]}
        )

        assert check_plan(SHARED, plan).levels[0].bound_status == "verified"

    def test_drops_a_proof_that_shows_nothing(self):
        """§M6: a floor that the plan did not reach."""
        first, second = proofs()["coverage"]
        assert second is not None
        lofty = replace(second, limits={("coverage", 1): -0.7})
        plan = certify(SHARED, SHARED_PLAN, {"coverage": [first, lofty]})

        assert [entry["count"] for entry in plan.certificate["coverage"]] == [1]

    def test_leaves_a_level_unverified_where_a_proof_is_missing(self):
        """§M6: the first sum has none."""
        plan = certify(SHARED, SHARED_PLAN, {"coverage": [None, proofs()["coverage"][1]]})

        assert stated(plan).certificate == "unverified"
        assert [entry["count"] for entry in plan.certificate["coverage"]] == [2]

    def test_leaves_a_level_unverified_where_a_proof_takes_too_much_for_granted(self):
        """§M6: with 0.59 for both, no proof may rest on 0.6."""
        level = replace(SHARED_LEVEL, value=(0.59, 0.59))
        plan = certify(SHARED, replace(SHARED_PLAN, levels=(level,)), proofs())

        assert stated(plan).certificate == "unverified"

    def test_leaves_a_level_unverified_where_its_proofs_are_too_long(self, monkeypatch):
        """§M6: the two cases have 6 and 7 multipliers."""
        monkeypatch.setattr(proving, "MOST_MULTIPLIERS", 12)
        assert stated(certify(SHARED, SHARED_PLAN, proofs())).certificate == "unverified"

        monkeypatch.setattr(proving, "MOST_MULTIPLIERS", 13)
        assert stated(certify(SHARED, SHARED_PLAN, proofs())).certificate == "tight_set"

    def test_needs_no_proof_where_the_trivial_bound_says_as_much(self):
        """§M6: each alone, x could have 5 of 5 and y 9 of 10."""
        level = replace(SHARED_LEVEL, bound=(1.0, 2.0))
        plan = certify(SHARED, replace(SHARED_PLAN, levels=(level,)), {})

        assert stated(plan).certificate == "trivial"
        assert stated(plan).bound == pytest.approx((0.9, 1.9))

    def test_calls_a_proof_of_several_cases_a_cover(self):
        """§M6: the pair of a and y closed, or open."""
        first, second = proofs()["coverage"]
        assert first is not None
        (case,) = first.nodes
        nodes = (Split(("pair", 0, 1), 0, 1), case, case)
        plan = certify(SHARED, SHARED_PLAN, {"coverage": [replace(first, nodes=nodes), second]})

        assert stated(plan).certificate == "cover"
        assert check_plan(SHARED, plan).levels[0].bound_status == "verified"


class TestNotedCases:
    def test_hold_the_multipliers_that_matter(self):
        """§M6: not those of links, nor noise."""
        case = note_case(FIRST, np.array([0.5, 1e-14, -2.0, 0.0]), np.array([0, 9]))

        assert case.rows.tolist() == [2]
        assert case.multipliers.tolist() == [-2.0]

    def test_name_the_floors_that_they_break_or_rest_on(self):
        """§M6: an earlier stage whose cost is bounded, and a row that keeps another."""
        number = Stage("cost", 1)
        rows = [("floor", "cost", 7.5), ("floor", "coverage", -0.6, (0, 1))]
        cases = [
            Case(FIRST, np.array([0]), np.array([1.0])),
            Case(None, np.array([0, 1]), np.array([1.0, 1.0])),
        ]

        assert limits_used(cases, rows, {FIRST: -0.3, number: 7.5}) == {
            ("coverage", 1): -0.3,
            ("coverage", 2): -0.6,
            ("cost", 0): 7.5,
        }


class TestSolvedPlans:
    def test_carry_the_proof_by_hand(self):
        """§M6: 0.6 and 1.2 with divisible amounts; nothing and one lot in lots of 2."""
        divisible, whole = solve_pairing(SHARED), solve_pairing(WHOLE)

        assert stated(divisible).bound == pytest.approx((0.6, 1.2), abs=1e-6)
        assert stated(divisible).certificate == "tight_set"
        assert stated(whole).bound == pytest.approx((0.0, 2 / 3), abs=1e-6)
        assert stated(whole).certificate == "cover"
        for scenario, plan in ((SHARED, divisible), (WHOLE, whole)):
            assert check_plan(scenario, plan).levels[0].bound_status == "verified"

    def test_that_were_stopped_state_the_trivial_bound_of_what_was_not_reached(self):
        """§M6: a stop gives the best plan so far with its true gap, and every bound holds."""
        plan = solve_pairing(SHARED, should_stop=lambda: True)

        assert plan.status in ("feasible", "optimal")
        assert check_plan(SHARED, plan).findings == ()
