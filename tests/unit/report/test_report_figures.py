"""What the report says, against figures made by hand in ``small_plan`` (§M4, §M5)."""

from dataclasses import replace

import pytest

from tiebeam.core.model.plan import Conflict, Plan
from tiebeam.core.model.scenario import Policy, Resource
from tiebeam.core.pairing.check import CheckReport, Finding, LevelCheck
from unit.report.small_plan import CHECK, OTHER, PLAN, REASONS, SCENARIO, page, text_of


class TestTitle:
    def test_says_how_much_is_covered_and_where_least(self):
        html = page()

        assert "70 % of all need is covered; the least is 60 %, in Longyan" in text_of(html)
        assert "总需求满足程度为70%；需求满足率最低的是龙岩，为60%" in text_of(html, "zh")

    def test_names_both_places_that_stand_equally_low(self):
        short = tuple(
            flow if (flow.recipient, flow.resource) != ("sm", "nur") else replace(flow, amount=7)
            for flow in PLAN.flows
        )

        text = text_of(page(plan=replace(PLAN, flows=short)))

        # Sanming now gets (5/10 + 7/10) / 2 = 60 % too.
        assert "the least is 60 %, in Longyan and Sanming" in text

    def test_says_so_when_every_need_is_met(self):
        needs = tuple(
            replace(need, amount=amount)
            for need, amount in zip(SCENARIO.needs, (5, 10, 6), strict=True)
        )

        text = text_of(page(replace(SCENARIO, needs=needs)))

        assert "Every need is met in full, in all 2 places" in text
        assert "All 2 recipients are covered in full" in text


class TestKeyFigures:
    def test_tell_the_worst_place_the_total_and_the_heaviest_load(self):
        text = text_of(page())

        assert "Worst-covered place 60 % Longyan" in text
        assert "Need covered in total 70 % 21 of 30 persons" in text
        assert "Heaviest load 70 % Fujian" in text

    def test_stand_beside_those_of_the_compared_plan(self):
        text = text_of(page(against=OTHER))

        # There Longyan gets nothing, 10 of 30 persons are sent, and Jilin gives all of its 5.
        assert "60 % Longyan compared plan: 0 %" in text
        assert "21 of 30 persons compared plan: 33.3 %" in text
        assert "Fujian compared plan: 100 %" in text

    def test_give_a_mean_where_units_differ_and_say_so(self):
        mixed = (SCENARIO.resources[0], replace(SCENARIO.resources[1], unit="day"))

        text = text_of(page(replace(SCENARIO, resources=mixed)))

        assert "On average 67.5 % of a place's need is covered" in text
        assert "Mean coverage 67.5 % mean of 2 places; units differ and are not added up" in text
        assert "Width is the share of the recipient's need" in text


class TestPairs:
    def test_hold_amounts_with_their_totals_on_top(self):
        text = text_of(page(reasons=REASONS))

        assert "Total: 2 donors 2 recipients 2 11 10 8" in text.replace("  ", " ")
        assert "Fujian Sanming lead 5 10 75.0 8" in text

    def test_begin_with_the_worst_covered_place_and_its_lead(self):
        text = text_of(page()).split("the worst-covered recipient first")[1]

        assert text.index("Fujian Longyan") < text.index("Jilin Longyan")
        assert text.index("Jilin Longyan") < text.index("Fujian Sanming")

    def test_carry_their_reasons_and_how_sure_they_are(self):
        html = page(reasons=REASONS)

        assert (
            "Without this pair, the worst-covered place falls from 60 % to 20 %; "
            "the number of pairs falls from 3 pairs to 2 pairs. exact: solved again"
        ) in text_of(html)
        assert "若不结此对，最低的需求满足率由60%降至20%；结对数由3对降至2对。" in text_of(
            html, "zh"
        )

    def test_tell_why_the_others_are_not_in_the_plan(self):
        text = text_of(page(reasons=REASONS))

        assert "Why not the other 1 pairs" in text
        assert "Jilin Sanming With this pair the rules cannot all be kept." in text

    def test_tell_what_holds_a_place_back_and_what_it_lacks(self):
        text = text_of(page(reasons=REASONS))

        assert "What holds places back" in text
        # Longyan lacks 10 - 6 doctors and needs no nurses.
        assert "Longyan 60.0 4 –" in text


class TestStanding:
    def test_calls_a_plan_proven_only_if_every_bound_was_checked_again(self):
        verified = replace(
            CHECK, levels=tuple(replace(c, bound_status="verified") for c in CHECK.levels)
        )

        assert "● Proven optimal." in text_of(page(check=verified))
        assert "Proven optimal" not in text_of(page())
        assert "Optimal according to the solver." in text_of(page())
        assert "re-verified the bounds of 1 of 2 levels" in text_of(page())

    def test_never_says_verified_of_the_solvers_word(self):
        levels = text_of(page()).split("Checked again")[1].split("Pairs and their reasons")[0]

        assert "▲ not verified" in levels
        assert levels.count("verified") == 2

    def test_tells_how_far_a_plan_may_be_from_the_best(self):
        level = replace(PLAN.levels[0], bound=(0.608, 1.358), gap=0.008)
        plan = replace(PLAN, status="feasible", levels=(level, PLAN.levels[1]))

        text = text_of(page(plan=plan))

        assert "Within 0.8 % of the best possible." in text
        assert "0.8 percentage points" in text

    def test_puts_broken_rules_before_any_figure(self):
        finding = Finding(
            rule="M9",
            code="check.other_scenario",
            facts={"key": "id", "met": "large", "expected": "small"},
        )

        text = text_of(page(check=replace(CHECK, findings=(finding,))))

        assert "■ 1 rule is broken." in text
        assert text.index("§M9:") < text.index("Worst-covered place")
        assert "Proven optimal" not in text

    def test_labels_completed_amounts_as_an_assumption(self):
        text = text_of(page(plan=replace(PLAN, completed=True)))

        assert "They are an assumption." in text

    def test_names_the_program_and_the_identity_of_the_scenario(self):
        text = text_of(page())

        assert "Made by Tiebeam 9.8.7" in text
        assert "Data as of 10 February 2020" in text
        assert "2020年2月10日" in text_of(page(), "zh")
        assert "tiebeam check SCENARIO PLAN" in text


class TestPlansWithoutAmounts:
    PAIRS_ONLY = replace(PLAN, flows=None, levels=(), status="unknown")
    CHECK = CheckReport(
        findings=(),
        levels=(
            LevelCheck(name="coverage", value=None, bound_status="absent"),
            LevelCheck(name="partners", value=3.0, bound_status="absent"),
        ),
        scope="pairs",
    )

    def test_say_that_no_coverage_is_known_and_draw_none(self):
        html = page(plan=self.PAIRS_ONLY, check=self.CHECK)

        text = text_of(html)
        assert "3 pairs join 2 donors with 2 recipients" in text
        assert "Without amounts there is no coverage and no burden" in text
        assert "Coverage per recipient" not in text
        assert 'data-key="picture-flows"' not in html
        assert 'data-key="picture-map"' in html
        assert "not known without amounts" in text

    def test_work_for_a_case_that_knows_no_resources_at_all(self):
        case = replace(SCENARIO, resources=(), capacities=(), needs=())

        text = text_of(page(case, replace(PLAN, flows=()), check=self.CHECK))

        assert "3 pairs join 2 donors with 2 recipients" in text


class TestNoPlan:
    CHECK = CheckReport(findings=(), levels=(), scope="none")

    def test_names_the_rules_in_conflict(self):
        conflict = Conflict(
            rule="M3.6",
            code="check.below_min_share",
            facts={"donor": "fj", "recipient": "sm", "met": 0.01, "limit": 0.05},
        )
        plan = Plan(status="infeasible", conflict=((conflict,),), flows=())

        text = text_of(page(plan=plan, check=self.CHECK))

        assert "No plan can keep all the rules at once" in text
        assert "Conflict 1: 1 rule" in text
        assert "§M3.6:" in text
        assert "Fujian" in text
        assert "Needs are guessed." in text

    def test_says_that_finding_nothing_proves_nothing(self):
        text = text_of(page(plan=Plan(status="unknown", flows=()), check=self.CHECK))

        assert "No plan was found within the limit" in text
        assert "That proves nothing" in text


class TestComparison:
    def test_counts_the_pairs_that_stay_and_names_the_others(self):
        text = text_of(page(against=OTHER))

        assert "1 of the 3 pairs of this plan are also in the compared plan" in text
        rows = text.split("Who helps each recipient in the two plans")[1]
        assert "Longyan – Fujian, Jilin –" in rows
        assert "Sanming Fujian – Jilin" in rows

    def test_says_which_plan_is_better_at_each_level(self):
        text = text_of(page(against=OTHER)).split("Levels side by side")[1]

        # 60 % against 0 % at the worst place; 3 pairs against 2.
        assert "worst 60 % mean 67.5 % worst 0 % mean 25 % ● better" in text
        assert "3 pairs 2 pairs ■ worse" in text

    def test_shows_what_the_scenario_says_of_comparing(self):
        text = text_of(page(against=OTHER))
        comparison = text.split("What the comparison can and cannot show")[1]

        assert comparison.index("A difference shows our guess.") < comparison.index("Source")
        assert "The amounts of the compared plan were completed here" in text

    def test_compares_pairs_alone_where_one_plan_has_no_amounts(self):
        text = text_of(page(against=replace(OTHER, flows=None)))
        levels = text.split("Levels side by side")[1].split("Who helps each")[0]

        assert "only pairs and ties can be compared" in text
        assert "coverage" not in levels
        assert "partners" in levels


class TestBackground:
    @pytest.mark.parametrize(
        ("language", "words"), [("en", "Needs are guessed."), ("zh", "需求为推测。")]
    )
    def test_always_shows_the_assumptions(self, language, words):
        assert words in text_of(page(), language)

    def test_says_when_an_assumption_is_in_the_other_language_alone(self):
        alone = replace(SCENARIO.assumptions[0], text_zh="")

        text = text_of(page(replace(SCENARIO, assumptions=(alone,))), "zh")

        assert "Needs are guessed. （涉及 needs.csv:amount） （原文仅有英文）" in text

    def test_counts_the_figures_that_cite_a_source(self):
        text = text_of(page())

        assert "年鉴 – high 2" in text.split("Figures that cite it")[1]

    def test_tells_the_order_of_the_levels_and_the_limits(self):
        policy = Policy(levels=("burden", "coverage"), max_partners_per_donor=2, min_share=0.05)

        text = text_of(page(replace(SCENARIO, policy=policy)))

        assert "Order of the levels burden → coverage" in text
        assert "Recipients per donor at most 2" in text
        assert "Smallest share of the need that a pair must cover 5 %" in text

    def test_shows_a_unit_that_is_not_a_common_one_as_written(self):
        beds = (*SCENARIO.resources[:1], Resource(id="nur", name="Nurses", unit="shift-week"))

        assert "shift-week" in text_of(page(replace(SCENARIO, resources=beds)), "zh")
