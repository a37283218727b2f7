"""What holds the parties of a plan where they are, and the reasons of its pairs (§M8)."""

import math
from dataclasses import replace

import pytest

from tiebeam.core.explain import pair_answer
from tiebeam.core.explain.conflicts import find_conflicts
from tiebeam.core.explain.pair_answer import explain_pair
from tiebeam.core.explain.plan_reasons import explain_plan
from tiebeam.core.model.plan import Flow, LevelResult, Pair, Plan
from tiebeam.core.model.scenario import Link, Party, Policy, Quantity, Resource, Scenario
from tiebeam.core.pairing.solver import solve_pairing
from tiebeam.errors import InvalidInput
from unit.two_towns import with_link, with_party, with_policy


def towns(lot=1.0, **policy) -> Scenario:
    """Two donors with 3 and 2 beds, two towns that need 4 and 6: nobody can be full."""
    return Scenario(
        id="towns",
        policy=Policy(**{"levels": ("coverage", "partners"), **policy}),
        donors=(Party(id="north", name="North"), Party(id="south", name="South")),
        recipients=(Party(id="hill", name="Hill"), Party(id="lake", name="Lake")),
        resources=(Resource(id="beds", name="Beds", lot=lot),),
        capacities=(
            Quantity(party="north", resource="beds", amount=3),
            Quantity(party="south", resource="beds", amount=2),
        ),
        needs=(
            Quantity(party="hill", resource="beds", amount=4),
            Quantity(party="lake", resource="beds", amount=6),
        ),
    )


ONE_EACH = {"max_partners_per_donor": 1, "max_partners_per_recipient": 1}


def plan_of(*flows: tuple[str, str, float]) -> Plan:
    return Plan(
        pairs=tuple(Pair(donor=d, recipient=r, lead=True) for d, r, _ in flows),
        flows=tuple(Flow(donor=d, recipient=r, resource="beds", amount=x) for d, r, x in flows),
    )


BEST = plan_of(("north", "lake", 3), ("south", "hill", 2))
"""By hand: 3 of 6 and 2 of 4; the other way round lake would get 2 of 6."""


def bindings(scenario, plan, party):
    reasons = explain_plan(scenario, plan)
    rows = {row.recipient: row for row in reasons.recipients} | {
        row.donor: row for row in reasons.donors
    }
    return {binding.code: binding for binding in rows[party].binding}


class TestRecipientReasons:
    """What stands between a recipient and full coverage."""

    def test_names_the_donors_whose_capacity_is_used_up(self):
        """§M3.1: one more bed is 1 of 6."""
        found = bindings(towns(**ONE_EACH), BEST, "lake")["binding.capacity"]

        assert (found.rule, found.facts) == ("M3.1", {"donors": ["north"]})
        assert found.worth == pytest.approx(1 / 6)

    @pytest.mark.parametrize("lot", [1.0, 0.0])
    def test_names_the_limit_of_partners_and_what_one_more_would_bring(self, lot):
        """§M3.4: south has 2 beds left, of which hill needs 1, whole or divisible."""
        scenario = towns(lot, max_partners_per_recipient=1, min_partners_per_recipient=0)

        found = bindings(scenario, plan_of(("north", "hill", 3)), "hill")["binding.partner_limit"]

        assert (found.rule, found.facts) == ("M3.4", {"limit": 1})
        assert found.worth == pytest.approx(1 / 4)

    def test_names_donors_that_may_serve_no_further_recipient(self):
        """§M3.4: by hand, south gives 1 of its 2 beds to hill, which needs no more."""
        scenario = towns(max_partners_per_donor=1)
        plan = plan_of(("north", "hill", 3), ("south", "hill", 1))

        found = bindings(scenario, plan, "lake")["binding.donor_limit"]

        assert found.facts == {"donors": ["south"]}

    def test_names_forbidden_donors_that_have_more(self):
        """§M3.5."""
        scenario = with_link(towns(), "south", "lake", status="forbidden")

        found = bindings(scenario, plan_of(("north", "lake", 3)), "lake")["binding.forbidden"]

        assert (found.rule, found.facts) == ("M3.5", {"donors": ["south"]})

    def test_names_min_share_where_a_further_partner_falls_short_of_it(self):
        """§M3.6: south could cover 2 of 6 of lake, less than half."""
        scenario = towns(min_share=0.5)

        found = bindings(scenario, plan_of(("north", "lake", 3)), "lake")["binding.min_share"]

        assert found.facts == {"limit": 0.5}

    def test_names_the_lot_where_less_than_one_is_missing(self):
        """§M2: 4 beds in teams of 3 leave 1 open."""
        found = bindings(towns(lot=3.0), plan_of(("north", "hill", 3)), "hill")["binding.lot"]

        assert found.facts == {"lot": 3.0}

    def test_names_those_no_better_off_whom_more_would_cost(self):
        """§M5: hill at 1/4 and lake at 2/6 draw on north."""
        plan = plan_of(("north", "hill", 1), ("north", "lake", 2))

        found = bindings(towns(), plan, "lake")["binding.fairness"]

        assert found.facts == {"recipients": ["hill"]}

    def test_says_nothing_binds_who_has_all(self):
        plan = plan_of(("north", "hill", 3), ("south", "hill", 1))

        (full, *_) = (r for r in explain_plan(towns(), plan).recipients if r.recipient == "hill")

        assert full.is_full
        assert full.binding == ()

    def test_lists_the_worst_covered_first(self):
        reasons = explain_plan(towns(), plan_of(("north", "hill", 3)))

        assert [row.recipient for row in reasons.recipients] == ["lake", "hill"]


class TestDonorReasons:
    """What keeps a donor at its load."""

    def test_names_its_own_capacity(self):
        assert bindings(towns(), BEST, "north")["binding.capacity"].facts == {"donors": ["north"]}

    def test_names_recipients_that_can_take_no_more_and_its_own_limit(self):
        """§M3.2, §M3.4."""
        plan = plan_of(("north", "hill", 3), ("south", "hill", 1))

        found = bindings(towns(max_partners_per_donor=1), plan, "south")

        assert found["binding.served_full"].facts == {"recipients": ["hill"]}
        assert found["binding.served_limit"].facts == {"limit": 1}

    def test_names_recipients_that_may_have_no_further_partner(self):
        """§M3.4."""
        scenario = towns(max_partners_per_recipient=1, min_partners_per_recipient=0)

        found = bindings(scenario, plan_of(("north", "lake", 3)), "south")

        assert found["binding.recipient_limit"].facts == {"recipients": ["lake"]}

    def test_names_recipients_that_are_forbidden_to_it(self):
        """§M3.5."""
        scenario = with_link(towns(), "south", "lake", status="forbidden")

        found = bindings(scenario, plan_of(("north", "lake", 3)), "south")

        assert found["binding.donor_forbidden"].facts == {"recipients": ["lake"]}


class TestExplainPlan:
    def test_has_a_reason_for_every_couple(self):
        reasons = explain_plan(towns(**ONE_EACH), solve_pairing(towns(**ONE_EACH)))

        assert {(r.donor, r.recipient, r.question) for r in reasons.pairs} == {
            ("north", "lake", "forbid"),
            ("south", "hill", "forbid"),
            ("north", "hill", "require"),
            ("south", "lake", "require"),
        }

    def test_bounds_what_an_open_pair_is_good_for(self):
        """By hand: without north, lake gets 2 of 6 at most; that is proven without a search."""
        scenario = towns(**ONE_EACH)

        (first, *_) = explain_plan(scenario, solve_pairing(scenario)).pairs
        (change,) = first.changes

        assert (first.donor, first.recipient, first.outcome) == ("north", "lake", "feasible")
        assert (change.level, change.position, change.before) == ("coverage", 1, 0.5)
        assert change.low <= 1 / 3 <= change.high
        assert change.high < 0.34

    def test_tells_where_no_plan_would_be_left(self):
        """§M3.4: hill needs a donor, and south is forbidden."""
        scenario = with_link(towns(), "south", "hill", status="forbidden")

        reasons = explain_plan(scenario, solve_pairing(scenario)).pairs

        outcome = {(r.donor, r.recipient): r.outcome for r in reasons}
        assert outcome["north", "hill"] == "infeasible"

    def test_tells_by_a_linear_program_where_amounts_leave_no_plan(self):
        """§M3.6: south cannot cover half of lake, so no plan has that pair."""
        scenario = towns(lot=0.0, min_share=0.5)

        reasons = explain_plan(scenario, solve_pairing(scenario)).pairs

        outcome = {(r.donor, r.recipient): r.outcome for r in reasons}
        assert outcome["south", "lake"] == "infeasible"

    def test_needs_no_levels_in_the_plan(self):
        """§M7: only what no plan can beat bounds the other end then."""
        scenario = towns(**ONE_EACH)
        bare = replace(solve_pairing(scenario), levels=())

        (first, *_) = explain_plan(scenario, bare).pairs

        assert first.changes[0].low <= 1 / 3 <= first.changes[0].high

    def test_completes_pairs_alone_and_passes_over_strangers(self):
        """§M1, §M7."""
        stranger = Pair(donor="east", recipient="lake")
        pairs = Plan(pairs=(*BEST.pairs, stranger), flows=None)

        reasons = explain_plan(towns(), pairs)

        assert {row.recipient: row.coverage for row in reasons.recipients} == {
            "lake": 0.5,
            "hill": 0.5,
        }
        strange = replace(
            BEST,
            flows=(*BEST.flows, Flow(donor="east", recipient="lake", resource="beds", amount=1)),
        )
        assert len(explain_plan(towns(), strange).donors) == 2

    def test_leaves_unknown_what_it_has_no_time_for(self):
        reasons = explain_plan(towns(), BEST, should_stop=lambda: True)

        assert {reason.outcome for reason in reasons.pairs} == {"unknown"}
        assert len(reasons.recipients) == 2

    def test_says_nothing_false_wherever_it_is_stopped(self):
        """§M8: without north, lake gets 2 of 6 at best; any interval told holds that third."""
        scenario = towns(0.0, **ONE_EACH)
        told = 0
        for patience in range(12):
            calls = iter(range(patience))
            reasons = explain_plan(
                scenario, BEST, should_stop=lambda calls=calls: next(calls, None) is None
            )
            reason = next(r for r in reasons.pairs if (r.donor, r.recipient) == ("north", "lake"))
            assert reason.outcome in ("feasible", "unknown")
            for change in reason.changes[:1]:
                told += 1
                assert change.low - 1e-6 <= 1 / 3 <= change.high + 1e-6

        assert told > 0

    def test_builds_on_no_plan_that_breaks_a_rule(self):
        """§M3.1: north gives 5 of its 3 beds; nothing is shown by changing such a plan."""
        reasons = explain_plan(towns(), plan_of(("north", "lake", 5), ("south", "hill", 2)))

        assert {reason.outcome for reason in reasons.pairs} == {"unknown"}

    def test_leaves_out_couples_that_can_be_no_pair(self):
        """§M3: a donor without capacity."""
        scenario = towns()
        barren = Scenario(
            id="barren",
            policy=scenario.policy,
            donors=scenario.donors,
            recipients=scenario.recipients,
            resources=scenario.resources,
            capacities=scenario.capacities[:1],
            needs=scenario.needs,
        )

        reasons = explain_plan(barren, solve_pairing(barren))

        assert {reason.donor for reason in reasons.pairs} == {"north"}

    def test_knows_nothing_of_a_level_whose_slack_may_be_spent(self):
        """§M5."""
        scenario = towns(slack={"coverage": 0.2}, **ONE_EACH)

        for reason in explain_plan(scenario, solve_pairing(scenario)).pairs:
            (change,) = reason.changes
            assert (change.low, change.high) == (-math.inf, math.inf)

    def test_says_what_continuity_cannot_keep(self):
        """§M5: north has a tie to lake and one partner; with hill required it is lost."""
        scenario = with_link(
            towns(levels=("coverage", "continuity"), **ONE_EACH), "north", "lake", tie=7.0
        )

        reasons = explain_plan(scenario, solve_pairing(scenario)).pairs
        (asked,) = (r for r in reasons if (r.donor, r.recipient) == ("north", "hill"))

        (kept,) = (change for change in asked.changes if change.level == "continuity")
        assert (kept.before, kept.high) == (7.0, 0.0)

    def test_explains_pairs_where_nothing_flows(self):
        """§M5: by hand, without a-x the tie of 3 is lost, and b-x keeps 1."""
        bare = Scenario(
            id="bare",
            policy=Policy(levels=("continuity", "partners"), max_partners_per_recipient=1),
            donors=(Party(id="a", name="A"), Party(id="b", name="B")),
            recipients=(Party(id="x", name="X"),),
            links=(
                Link(donor="a", recipient="x", tie=3.0),
                Link(donor="b", recipient="x", tie=1.0),
            ),
        )

        reasons = explain_plan(bare, solve_pairing(bare))

        (first, *_) = reasons.pairs
        assert (first.donor, first.is_open) == ("a", True)
        assert first.changes[0].low == pytest.approx(1.0)
        assert first.changes[0].high == pytest.approx(1.0, abs=1e-3)
        assert reasons.recipients == ()


class TestExplainPair:
    def test_tells_a_gain_at_a_lower_level_beside_the_loss(self):
        """By hand: without north-lake coverage falls to 2 of 6, and one tie of 5 is won."""
        scenario = with_link(
            towns(levels=("coverage", "continuity"), **ONE_EACH), "south", "lake", tie=5.0
        )

        reason = explain_pair(scenario, BEST, "north", "lake")

        coverage, continuity = reason.changes
        assert (coverage.before, coverage.low) == (0.5, pytest.approx(1 / 3))
        assert (continuity.before, continuity.low) == (0.0, 5.0)
        assert all(change.exact and change.low == change.high for change in reason.changes)

    def test_says_that_nothing_changes_where_all_stay_covered_in_full(self):
        """§M8: with 20 beds each, either donor can serve both towns."""
        rich = tuple(replace(row, amount=20) for row in towns().capacities)
        scenario = replace(towns(levels=("coverage",)), capacities=rich)
        plan = plan_of(("north", "hill", 4), ("north", "lake", 6))

        (change,) = explain_pair(scenario, plan, "south", "hill").changes

        assert (change.before, change.low, change.high, change.exact) == (1.0, 1.0, 1.0, True)

    def test_passes_over_a_level_that_measures_nobody(self):
        """§M4: without resources nobody has a need; the tie of 5 is what is lost."""
        bare = replace(
            towns(levels=("coverage", "continuity")), resources=(), capacities=(), needs=()
        )
        scenario = with_link(bare, "north", "lake", tie=5.0)
        plan = Plan(pairs=(Pair(donor="north", recipient="lake", lead=True),))

        (change,) = explain_pair(scenario, plan, "north", "lake").changes

        assert (change.level, change.before, change.high) == ("continuity", 5.0, 0.0)

    def test_requires_a_closed_pair(self):
        reason = explain_pair(towns(**ONE_EACH), BEST, "north", "hill")

        assert (reason.question, reason.outcome) == ("require", "feasible")
        assert reason.changes[0].low == pytest.approx(1 / 3)

    def test_completes_a_plan_of_pairs_alone_first(self):
        """§M7."""
        pairs = Plan(pairs=BEST.pairs, flows=None)

        assert explain_pair(towns(**ONE_EACH), pairs, "north", "lake").changes[0].before == 0.5

    def test_is_not_exact_where_the_search_was_stopped(self, monkeypatch):
        """§M6: what was reached and its bound are the ends, and nothing follows from it."""
        reached = LevelResult(
            name="coverage",
            of=("lake", "hill"),
            value=(1 / 3, 3 / 4),
            bound=(0.4, 1.2),
            gap=0.4 - 1 / 3,
            certificate="unverified",
        )
        pairs = LevelResult(name="partners", value=2.0, bound=2.0, gap=0.0, certificate="trivial")
        stopped = replace(
            plan_of(("north", "hill", 3), ("south", "lake", 2)),
            status="feasible",
            levels=(reached, pairs),
        )
        monkeypatch.setattr(pair_answer, "solve_pairing", lambda *_, **__: stopped)

        reason = explain_pair(towns(**ONE_EACH), BEST, "north", "lake")

        coverage, partners = reason.changes
        assert (coverage.exact, coverage.position) == (False, 1)
        assert (coverage.low, coverage.high) == pytest.approx((1 / 3, 0.4))
        assert (partners.low, partners.high, partners.exact) == (-math.inf, math.inf, False)

    def test_bounds_numbers_and_loads_from_below(self, monkeypatch):
        """§M6: fewer pairs and lighter loads are better; a level that was not reached is open."""
        loads = LevelResult(
            name="burden",
            of=("north", "south"),
            value=(1.0, 1.0),
            bound=(0.75, 1.5),
            gap=0.25,
            certificate="unverified",
        )
        pairs = replace(loads, name="partners", of=(), value=2.0, bound=1.0, gap=1.0)
        other = plan_of(("north", "hill", 3), ("south", "lake", 2))

        def answer(levels, results):
            stopped = replace(other, status="feasible", levels=results)
            monkeypatch.setattr(pair_answer, "solve_pairing", lambda *_, **__: stopped)
            return explain_pair(towns(levels=levels, **ONE_EACH), BEST, "north", "lake").changes

        (burden,) = answer(("burden",), (loads,))
        (partners,) = answer(("partners",), (pairs,))
        coverage, count = answer(("coverage", "partners"), ())
        (alone,) = answer(("partners",), ())

        assert (burden.low, burden.high, burden.exact) == (0.75, 1.0, False)
        assert (partners.low, partners.high, partners.exact) == (1.0, 2.0, False)
        assert (coverage.high, count.low) == (1.0, -math.inf)
        assert alone.low == 0.0

    def test_is_unknown_where_the_search_found_nothing(self, monkeypatch):
        monkeypatch.setattr(pair_answer, "solve_pairing", lambda *_, **__: Plan(status="unknown"))

        reason = explain_pair(towns(), BEST, "north", "lake")

        assert (reason.outcome, reason.changes) == ("unknown", ())

    def test_tells_where_no_plan_is_left(self):
        closed = with_link(towns(), "south", "lake", status="forbidden")

        assert explain_pair(closed, BEST, "north", "lake").outcome == "infeasible"

    def test_refuses_an_unknown_id(self):
        with pytest.raises(InvalidInput):
            explain_pair(towns(), BEST, "east", "lake")


class TestFindConflicts:
    def test_names_every_independent_conflict(self):
        """§M3.4: hill asks for three donors of two, lake for two of at most one."""
        scenario = with_party(towns(), "hill", min_partners=3)
        scenario = with_party(scenario, "lake", min_partners=2, max_partners=1)

        found = {
            frozenset((rule.code, *rule.facts.values()) for rule in rules)
            for rules in find_conflicts(scenario)
        }

        assert found == {
            frozenset({("conflict.recipient_min", "hill", 3)}),
            frozenset(
                {("conflict.recipient_min", "lake", 2), ("conflict.recipient_max", "lake", 1)}
            ),
        }

    def test_names_min_share_with_the_rule_that_it_fights(self):
        """§M3.6: no donor can cover 0.8 of lake, whose minimum of one donor is the default."""
        (rules,) = find_conflicts(with_policy(towns(), min_share=0.8))

        assert {rule.code for rule in rules} == {"conflict.recipient_min", "conflict.min_share"}
        assert {rule.rule for rule in rules} == {"M3.4", "M3.6"}

    def test_names_none_when_stopped(self):
        impossible = with_party(towns(), "hill", min_partners=3)

        assert find_conflicts(impossible, should_stop=lambda: True) == ()

    def test_leaves_out_a_set_that_it_had_no_time_to_narrow_down(self):
        impossible = with_party(towns(), "hill", min_partners=3)
        asked = iter([False, False])

        assert find_conflicts(impossible, should_stop=lambda: next(asked, True)) == ()
