"""What the plain program shows of levels whose search left no proof (§M6)."""

from dataclasses import replace

import pytest

from tiebeam.core.pairing import solver
from tiebeam.core.pairing.check import check_plan
from tiebeam.core.pairing.problem import compile_problem
from tiebeam.core.pairing.proof import certify
from tiebeam.core.pairing.root_proofs import prove_at_roots
from tiebeam.core.pairing.solver import solve_pairing
from tiebeam.core.pairing.stages import Stage
from unit.test_certificate import SHARED, SHARED_PLAN, WHOLE

FIRST, SECOND = Stage("coverage", 0, 1), Stage("coverage", 0, 2)


class TestProveAtRoots:
    def test_shows_what_divisible_amounts_can_reach(self):
        """§M6: 9 of 15 units: 0.6 for the worst, and 1.2 for both given that."""
        limits = {FIRST: -0.6 + 1e-7, SECOND: -1.2 + 2e-7}
        plan = certify(
            SHARED, SHARED_PLAN, prove_at_roots(compile_problem(SHARED), limits, {"coverage"})
        )

        assert plan.levels[0].certificate == "tight_set"
        assert check_plan(SHARED, plan).levels[0].bound_status == "verified"

    def test_takes_the_levels_before_for_granted(self):
        """
        §M5: the lesser load is measured given the coverage that stands.

        All 9 units of a and b are given: both loads are 1 for certain.
        """
        levels = ("coverage", "burden")
        scenario = replace(SHARED, policy=replace(SHARED.policy, levels=levels))
        plan = solve_pairing(scenario)
        stages = [FIRST, SECOND, Stage("burden", 1, 1), Stage("burden", 1, 2)]
        limits = dict(zip(stages, [-0.6 + 1e-7, -1.2 + 2e-7, 1.0, 2.0], strict=True))
        proofs = prove_at_roots(compile_problem(scenario), limits, {"burden"})

        assert proofs.keys() == {"burden"}
        bounds = [proof.bound for proof in proofs["burden"] if proof is not None]
        assert bounds == pytest.approx([1.0, 2.0], abs=1e-6)
        assert certify(scenario, plan, proofs).levels[1].certificate == "dual"


class TestSolvedPlans:
    def test_say_how_far_they_are_proven_where_the_search_left_no_proof(self, monkeypatch):
        """§M6: lots of 2 of 3 for two that need 3 each: half each at best, were lots divisible."""
        monkeypatch.setattr(solver.Tree, "proof", lambda tree, stage: None)
        bare = solve_pairing(WHOLE)
        monkeypatch.undo()
        monkeypatch.setattr(solver._Pass, "_take", _without_proof(solver._Pass._take))
        plan = solve_pairing(WHOLE)
        (told,), (unknown,) = check_plan(WHOLE, plan).levels, check_plan(WHOLE, bare).levels

        assert told.bound_status == unknown.bound_status == "unverified"
        assert told.proven_gap == pytest.approx(0.5, abs=1e-6)
        assert unknown.proven_gap == pytest.approx(2 / 3, abs=1e-6)

    def test_that_were_stopped_are_left_as_they_are(self, monkeypatch):
        """§M6: a stop is a stop."""
        asked = []
        monkeypatch.setattr(solver, "prove_at_roots", lambda *given: asked.append(given) or {})
        solve_pairing(WHOLE, should_stop=lambda: True)

        assert asked == []


def _without_proof(take):
    """Return *take* after which nothing is left of how the stage was proven."""

    def taken(own, stage):
        went_on = take(own, stage)
        own.search.reached[stage].proof = None
        return went_on

    return taken
