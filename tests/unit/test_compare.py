"""Two plans side by side: what each reaches, and in what they differ."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tiebeam.core.model.plan import Flow, Pair, Plan
from tiebeam.core.model.scenario import Link, Party, Policy, Quantity, Resource, Scenario
from tiebeam.core.pairing.compare import compare_plans, gini

SCENARIO = Scenario(
    id="two-by-two",
    policy=Policy(levels=("coverage", "continuity", "burden", "partners")),
    donors=(Party(id="north", name="North"), Party(id="south", name="South")),
    recipients=(Party(id="hill", name="Hill"), Party(id="lake", name="Lake")),
    resources=(Resource(id="beds", name="Beds", unit="bed"),),
    capacities=(
        Quantity(party="north", resource="beds", amount=10.0),
        Quantity(party="south", resource="beds", amount=5.0),
    ),
    needs=(
        Quantity(party="hill", resource="beds", amount=10.0),
        Quantity(party="lake", resource="beds", amount=10.0),
    ),
    links=(Link(donor="north", recipient="hill", tie=3.0),),
)


def plan(*rows: tuple[str, str, float, bool]) -> Plan:
    return Plan(
        pairs=tuple(Pair(donor=d, recipient=r, lead=lead) for d, r, _, lead in rows),
        flows=tuple(
            Flow(donor=d, recipient=r, resource="beds", amount=amount)
            for d, r, amount, _ in rows
            if amount
        ),
    )


# Coverages by hand: straight gives hill 10/10 and lake 5/10, crossed lake 8/10 and hill 5/10.
STRAIGHT = plan(("north", "hill", 10.0, True), ("south", "lake", 5.0, True))
CROSSED = plan(("north", "lake", 8.0, True), ("south", "hill", 5.0, True))


def verdicts(before: Plan, after: Plan) -> dict[str, str]:
    return {level.name: level.verdict for level in compare_plans(SCENARIO, before, after).levels}


class TestComparePlans:
    def test_finds_no_difference_between_a_plan_and_itself(self):
        comparison = compare_plans(SCENARIO, STRAIGHT, STRAIGHT)

        assert {level.verdict for level in comparison.levels} == {"same"}
        assert (comparison.closed, comparison.opened) == ((), ())
        assert (comparison.leads, comparison.flows) == ((), ())
        assert len(comparison.kept) == 2

    def test_judges_every_level_in_its_own_direction(self):
        # Both leave the worst at 5/10; the next has 10/10 before and 8/10 after. The tie of
        # 3 is lost, the heaviest load is 1 in both and the next too falls: 1 to 8/10.
        assert verdicts(STRAIGHT, CROSSED) == {
            "coverage": "worse",
            "continuity": "worse",
            "burden": "better",
            "partners": "same",
        }
        assert verdicts(CROSSED, STRAIGHT) == {
            "coverage": "better",
            "continuity": "better",
            "burden": "worse",
            "partners": "same",
        }

    def test_says_at_which_place_a_vector_first_differs(self):
        levels = compare_plans(SCENARIO, STRAIGHT, CROSSED).levels

        assert [level.position for level in levels] == [2, None, 2, None]

    def test_shows_coverages_and_burdens_of_both(self):
        comparison = compare_plans(SCENARIO, STRAIGHT, CROSSED)

        shown = [(row.id, row.before, row.after) for row in comparison.recipients]
        half = Fraction(1, 2)
        assert shown == [("hill", 1, half), ("lake", half, Fraction(4, 5))]
        assert [(row.id, row.after) for row in comparison.donors] == [
            ("north", Fraction(4, 5)),
            ("south", 1),
        ]

    def test_names_pairs_that_end_and_begin(self):
        comparison = compare_plans(SCENARIO, STRAIGHT, CROSSED)

        assert [(p.donor, p.recipient) for p in comparison.closed] == [
            ("north", "hill"),
            ("south", "lake"),
        ]
        assert [(p.donor, p.recipient) for p in comparison.opened] == [
            ("north", "lake"),
            ("south", "hill"),
        ]

    def test_names_leads_and_flows_that_differ_within_pairs_that_stay(self):
        before = plan(("north", "hill", 6.0, True), ("south", "hill", 4.0, False))
        after = plan(("north", "hill", 4.0, False), ("south", "hill", 5.0, True))

        comparison = compare_plans(SCENARIO, before, after)

        assert [(x.recipient, x.before, x.after) for x in comparison.leads] == [
            ("hill", "north", "south")
        ]
        assert [(x.donor, x.before, x.after) for x in comparison.flows] == [
            ("north", 6, 4),
            ("south", 4, 5),
        ]

    def test_evaluates_each_plan_by_its_own_scenario(self):
        # Twice the need: the same ten beds cover half of it.
        needs = tuple(replace(need, amount=20.0) for need in SCENARIO.needs)
        harder = replace(SCENARIO, needs=needs)

        comparison = compare_plans(SCENARIO, STRAIGHT, STRAIGHT, after_scenario=harder)

        assert comparison.recipients[0].before == 1
        assert comparison.recipients[0].after == Fraction(1, 2)

    def test_shows_a_party_that_only_one_scenario_has(self):
        smaller = replace(SCENARIO, needs=SCENARIO.needs[:1])

        comparison = compare_plans(SCENARIO, STRAIGHT, STRAIGHT, after_scenario=smaller)

        assert [(x.id, x.after) for x in comparison.recipients] == [("hill", 1), ("lake", None)]

    def test_puts_the_levels_of_the_asked_policy_first_and_keeps_the_others(self):
        other = replace(SCENARIO, policy=Policy(levels=("burden", "coverage")))

        comparison = compare_plans(SCENARIO, STRAIGHT, CROSSED, after_scenario=other)

        names = [level.name for level in comparison.levels]
        assert names == ["burden", "coverage", "continuity", "partners"]

    def test_takes_a_plan_of_pairs_alone_as_one_without_flows(self):
        comparison = compare_plans(SCENARIO, replace(STRAIGHT, flows=None), STRAIGHT)

        assert comparison.recipients[0].before == 0


class TestGini:
    """Expected values by the definition: mean absolute difference over twice the mean."""

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ([], 0),
            ([0, 0, 0], 0),
            ([3], 0),
            ([2, 2, 2], 0),
            # |0-1| twice of four couples: mean difference 1/2, twice the mean is 1.
            ([0, 1], Fraction(1, 2)),
            # One of four has all: (n - 1) / n.
            ([0, 0, 0, 8], Fraction(3, 4)),
            # Couples of 1, 2, 3: 2 * (1 + 2 + 1) / 9 over 2 * 2.
            ([3, 1, 2], Fraction(2, 9)),
        ],
    )
    def test_is_what_its_definition_says(self, values, expected):
        assert gini(Fraction(value) for value in values) == expected
