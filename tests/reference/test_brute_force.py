"""
The yardstick itself, measured on instances worked out with pencil and paper.

The arithmetic stands in the docstring of each test; nothing here was copied from a program.
"""

from collections.abc import Mapping, Sequence

import pytest

from reference.brute_force import solve_by_brute_force
from reference.instances import random_scenario
from tiebeam.core.model.faults import list_faults
from tiebeam.core.model.scenario import Link, Party, Policy, Quantity, Resource, Scenario


def make_scenario(
    *,
    capacities: Mapping[str, float],
    needs: Mapping[str, float],
    levels: Sequence[str] = ("coverage",),
    lot: float = 0.0,
    links: Sequence[Link] = (),
    most_per_donor: int | None = None,
    most_per_recipient: int | None = None,
    open_costs: Mapping[str, float] | None = None,
    **policy: object,
) -> Scenario:
    """Return a scenario of one resource; ids are the keys of *capacities* and *needs*."""
    costs = open_costs or {}
    return Scenario(
        id="by-hand",
        policy=Policy(
            levels=tuple(levels),
            max_partners_per_donor=most_per_donor,
            max_partners_per_recipient=most_per_recipient,
            **policy,
        ),
        donors=tuple(Party(id=d, name=d, open_cost=costs.get(d, 0.0)) for d in capacities),
        recipients=tuple(Party(id=r, name=r) for r in needs),
        resources=(Resource(id="k", name="k", unit="person", lot=lot),),
        capacities=tuple(Quantity(party=d, resource="k", amount=a) for d, a in capacities.items()),
        needs=tuple(Quantity(party=r, resource="k", amount=a) for r, a in needs.items()),
        links=tuple(links),
    )


def use(donor: str, recipient: str, amount: float, **other: object) -> Link:
    return Link(donor=donor, recipient=recipient, uses={"k": amount}, **other)


def forbid(donor: str, recipient: str) -> Link:
    return Link(donor=donor, recipient=recipient, status="forbidden")


def assert_sequence(scenario: Scenario, expected: Sequence[tuple[str, object]]) -> None:
    """Assert that brute force finds *expected*, the value of each level in order."""
    assert list_faults(scenario)[0] == []
    found = solve_by_brute_force(scenario)
    assert found is not None
    assert [name for name, _ in found] == [name for name, _ in expected]
    for (name, figure), (_, hoped) in zip(found, expected, strict=True):
        assert figure == pytest.approx(hoped, rel=1e-6, abs=1e-6), name


class TestCoverage:
    def test_two_by_two_one_partner_each(self):
        """
        §M5: A has 6, B has 2; X needs 8, Y needs 4; one partner each.

        A-X, B-Y: 6/8 and 2/4. A-Y, B-X: 4/4 and 2/8. The worse half of the first is 1/2, of the
        second 1/4. In the first both give all they have.
        """
        scenario = make_scenario(
            capacities={"A": 6, "B": 2},
            needs={"X": 8, "Y": 4},
            levels=["coverage", "burden"],
            most_per_donor=1,
            most_per_recipient=1,
        )

        assert_sequence(scenario, [("coverage", (0.5, 0.75)), ("burden", (1.0, 1.0))])

    def test_divisible_amounts_level_out(self):
        """§M4: 12 over needs of 10 and 20 without limits: 4 and 8 give both 2/5."""
        scenario = make_scenario(capacities={"A": 12}, needs={"X": 10, "Y": 20})

        assert_sequence(scenario, [("coverage", (0.4, 0.4))])

    def test_the_second_worst_is_raised_too_when_two_pairings_share_the_worst(self):
        """
        §M5: where raising the floor and freezing who stands on it goes wrong.

        Everybody has 1 and needs 1, with one partner each; six links are allowed. Uses of 2, 1.6
        and 1.25 make a donor worth 1/2, 5/8 and 4/5. Pairing one: A-X 1/2, B-Y 5/8, C-Z 1.
        Pairing two: A-Y 1/2, B-Z 4/5, C-X 4/5. Both have the worst at 1/2, in different places;
        after it, 4/5 beats 5/8, although the first sums to more (2.125 over 2.1).
        """
        scenario = make_scenario(
            capacities={"A": 1, "B": 1, "C": 1},
            needs={"X": 1, "Y": 1, "Z": 1},
            links=[
                use("A", "X", 2),
                use("B", "Y", 1.6),
                use("C", "Z", 1),
                use("A", "Y", 2),
                use("B", "Z", 1.25),
                use("C", "X", 1.25),
                forbid("A", "Z"),
                forbid("B", "X"),
                forbid("C", "Y"),
            ],
            most_per_donor=1,
            most_per_recipient=1,
        )

        assert_sequence(scenario, [("coverage", (0.5, 0.8, 0.8))])

    def test_whole_teams(self):
        """
        §M2: teams of 120. A has 250, so two; X needs 300, so at most two; Y 130, so at most one.

        One each: 120/300 = 2/5 and 120/130 = 12/13; both to X: Y has 0. Then 240 of 250 is used.
        """
        scenario = make_scenario(
            capacities={"A": 250},
            needs={"X": 300, "Y": 130},
            lot=120,
            levels=["coverage", "burden"],
        )

        assert_sequence(scenario, [("coverage", (0.4, 12 / 13)), ("burden", (0.96,))])

    def test_use_takes_more_of_the_capacity(self):
        """§M3.1: 2x + y <= 10 and x = y at the fair point: 10/3 each, of needs of 10."""
        scenario = make_scenario(
            capacities={"A": 10}, needs={"X": 10, "Y": 10}, links=[use("A", "X", 2)]
        )

        assert_sequence(scenario, [("coverage", (1 / 3, 1 / 3))])

    def test_weights_and_two_resources_one_in_lots(self):
        """
        §M4: doctors weigh 3, in whole persons; nurses weigh 1, divisible.

        A has 1.5 doctors' worth (so 1 whole) and 4 nurses; X needs 2 and 4:
        (3 * 1/2 + 1 * 4/4) / 4 = 0.625. Load: (3 * 1/1.5 + 1 * 1) / 4 = 0.75.
        """
        scenario = Scenario(
            id="by-hand",
            policy=Policy(levels=("coverage", "burden")),
            donors=(Party(id="A", name="A"),),
            recipients=(Party(id="X", name="X"),),
            resources=(
                Resource(id="doctors", name="doctors", unit="person", lot=1, weight=3),
                Resource(id="nurses", name="nurses", unit="person"),
            ),
            capacities=(
                Quantity(party="A", resource="doctors", amount=1.5),
                Quantity(party="A", resource="nurses", amount=4),
            ),
            needs=(
                Quantity(party="X", resource="doctors", amount=2),
                Quantity(party="X", resource="nurses", amount=4),
            ),
        )

        assert_sequence(scenario, [("coverage", (0.625,)), ("burden", (0.75,))])


class TestHardRules:
    def test_a_minimum_share_beyond_the_capacity_is_infeasible(self):
        """§M3.6: 10 cannot give 6/10 to both of two needs of 10, and each must have a partner."""
        scenario = make_scenario(capacities={"A": 10}, needs={"X": 10, "Y": 10}, min_share=0.6)

        assert solve_by_brute_force(scenario) is None

    def test_a_minimum_share_at_the_capacity_is_met(self):
        """§M3.6: half of each is just possible."""
        scenario = make_scenario(capacities={"A": 10}, needs={"X": 10, "Y": 10}, min_share=0.5)

        assert_sequence(scenario, [("coverage", (0.5, 0.5))])

    @pytest.mark.parametrize(("min_share", "covered", "pairs"), [(0.5, 0.8, 1), (0.4, 1.0, 2)])
    def test_a_minimum_share_keeps_a_small_partner_out(self, min_share, covered, pairs):
        """§M3.6: A has 8, B 4, X needs 10. B alone is worth 4/10: in at 0.4, out at 0.5."""
        scenario = make_scenario(
            capacities={"A": 8, "B": 4},
            needs={"X": 10},
            levels=["coverage", "partners"],
            min_share=min_share,
        )

        assert_sequence(scenario, [("coverage", (covered,)), ("partners", pairs)])

    def test_forbidden_and_required_links(self):
        """
        §M3.5: one partner each; distances A-X 1, A-Y 5, B-X 7, B-Y 2; all needs can be met.

        Free: 1 + 2 = 3 km. With A-X forbidden, or B-X required: 5 + 7 = 12 km.
        """
        kilometres = {("A", "X"): 1.0, ("A", "Y"): 5.0, ("B", "X"): 7.0, ("B", "Y"): 2.0}

        def with_statuses(**status_of: str) -> Scenario:
            return make_scenario(
                capacities={"A": 10, "B": 10},
                needs={"X": 10, "Y": 10},
                levels=["coverage", "distance"],
                most_per_donor=1,
                most_per_recipient=1,
                links=[
                    Link(
                        donor=d,
                        recipient=r,
                        distance_km=km,
                        status=status_of.get(d + r, "allowed"),
                    )
                    for (d, r), km in kilometres.items()
                ],
            )

        full = ("coverage", (1.0, 1.0))
        assert_sequence(with_statuses(), [full, ("distance", 3.0)])
        assert_sequence(with_statuses(AX="forbidden"), [full, ("distance", 12.0)])
        assert_sequence(with_statuses(BX="required"), [full, ("distance", 12.0)])

    def test_all_links_forbidden_is_infeasible(self):
        """§M3.4: the default asks for one partner of each recipient with a need."""
        scenario = make_scenario(capacities={"A": 1}, needs={"X": 1}, links=[forbid("A", "X")])

        assert solve_by_brute_force(scenario) is None

    def test_who_needs_nothing_and_who_has_nothing_stand_aside(self):
        """§M3: Y needs nothing, B has nothing; the minimum of one partner does not bind them."""
        scenario = make_scenario(
            capacities={"A": 5, "B": 0},
            needs={"X": 10, "Y": 0},
            levels=["coverage", "burden", "partners"],
            min_partners_per_donor=1,
        )

        assert_sequence(scenario, [("coverage", (0.5,)), ("burden", (1.0,)), ("partners", 1.0)])


class TestOtherLevels:
    def test_burden_is_shared_once_everybody_is_covered(self):
        """§M5: X needs 10 of A's 10 and B's 30: loads a = x/10 and (10 - x)/30 meet at 1/4."""
        scenario = make_scenario(
            capacities={"A": 10, "B": 30}, needs={"X": 10}, levels=["coverage", "burden"]
        )

        assert_sequence(scenario, [("coverage", (1.0,)), ("burden", (0.25, 0.25))])

    def test_burden_first_gives_nothing(self):
        """§M5: the order decides; with burden first and no min_share, empty pairs are best."""
        scenario = make_scenario(
            capacities={"A": 10}, needs={"X": 10}, levels=["burden", "coverage"]
        )

        assert_sequence(scenario, [("burden", (0.0,)), ("coverage", (0.0,))])

    @pytest.mark.parametrize(("slack", "kept"), [(0.0, 0.0), (0.1, 0.0), (0.2, 1.0)])
    def test_slack_of_coverage_is_spent_on_a_tie(self, slack, kept):
        """
        §M5: X needs 10 and takes one partner; A has 10, B 8 and stands there already (tie 1).

        Coverage reaches 1 before any slack. B alone reaches 0.8, allowed from slack 0.2 on.
        """
        scenario = make_scenario(
            capacities={"A": 10, "B": 8},
            needs={"X": 10},
            levels=["coverage", "continuity"],
            links=[Link(donor="B", recipient="X", tie=1)],
            most_per_recipient=1,
            slack={"coverage": slack},
        )

        assert_sequence(scenario, [("coverage", (1.0,)), ("continuity", kept)])

    def test_slack_of_a_vector_holds_for_every_sum_of_its_smallest(self):
        """
        §M5: A has 10 for X and Y, needs of 10 each, then distance, with coverage slack 1/5.

        At best 1/2 each: theta = 1/2, 1. Slack asks theta_1 >= 0.4, theta_2 >= 0.8. X is 100 km
        away, Y 10: least is x = y = 0.4, 0.4 * 110 = 44 km.
        """
        scenario = make_scenario(
            capacities={"A": 10},
            needs={"X": 10, "Y": 10},
            levels=["coverage", "distance"],
            links=[
                Link(donor="A", recipient="X", distance_km=100),
                Link(donor="A", recipient="Y", distance_km=10),
            ],
            slack={"coverage": 0.2},
        )

        assert_sequence(scenario, [("coverage", (0.5, 0.5)), ("distance", 44.0)])

    def test_slack_of_burden_is_a_share_above_its_best(self):
        """
        §M5: X needs 10, A and B have 20 each; loads at best 1/4, 1/4: theta = 1/4, 1/2.

        Burden slack 1/2 allows a largest load of 3/8 (theta_2 <= 3/4 does not bind: full
        coverage sums to 1/2). The near donor A (0 km) then gives 7.5, B (100 km) 2.5: 25 km.
        """
        scenario = make_scenario(
            capacities={"A": 20, "B": 20},
            needs={"X": 10},
            levels=["coverage", "burden", "distance"],
            links=[
                Link(donor="A", recipient="X", distance_km=0),
                Link(donor="B", recipient="X", distance_km=100),
            ],
            slack={"burden": 0.5},
        )

        assert_sequence(
            scenario, [("coverage", (1.0,)), ("burden", (0.25, 0.25)), ("distance", 25.0)]
        )

    @pytest.mark.parametrize(("fixed", "total"), [(0.0, 9.0), (6.0, 13.0)])
    def test_cost_counts_opening_pairs_and_units(self, fixed, total):
        """§M5: 4 units. A: 5 to open, 1 a unit = 9, and 15 with a fixed 6. B: 1 + 4 * 3 = 13."""
        scenario = make_scenario(
            capacities={"A": 4, "B": 4},
            needs={"X": 4},
            levels=["cost"],
            lot=1,
            min_share=1.0,
            links=[
                Link(donor="A", recipient="X", fixed_cost=fixed, unit_costs={"k": 1.0}),
                Link(donor="B", recipient="X", unit_costs={"k": 3.0}),
            ],
            open_costs={"A": 5.0, "B": 1.0},
        )

        assert_sequence(scenario, [("cost", total)])

    def test_generalized_assignment(self):
        """
        §M5: three jobs; A (room 4, weight 2, costs 1, 2, 4) and B (room 3, weight 3, costs 5).

        A takes two at most and B one: B takes the third job: 1 + 2 + 5 = 8.
        """
        costs = {"A": {"p": 1.0, "q": 2.0, "s": 4.0}, "B": {"p": 5.0, "q": 5.0, "s": 5.0}}
        weights = {"A": 2.0, "B": 3.0}
        scenario = make_scenario(
            capacities={"A": 4, "B": 3},
            needs={"p": 1, "q": 1, "s": 1},
            levels=["cost"],
            lot=1,
            min_share=1.0,
            most_per_recipient=1,
            links=[
                use(agent, job, weights[agent], unit_costs={"k": cost})
                for agent, jobs in costs.items()
                for job, cost in jobs.items()
            ],
        )

        assert_sequence(scenario, [("cost", 8.0)])

    def test_a_case_of_pairs_only(self):
        """§M5: no resources; ties A-X 2, B-Y 3, A-Y 4; one partner each: 2 + 3 beats 4 + 0."""
        scenario = Scenario(
            id="by-hand",
            policy=Policy(
                levels=("continuity", "partners"),
                max_partners_per_donor=1,
                max_partners_per_recipient=1,
            ),
            donors=(Party(id="A", name="A"), Party(id="B", name="B")),
            recipients=(Party(id="X", name="X"), Party(id="Y", name="Y")),
            links=(
                Link(donor="A", recipient="X", tie=2),
                Link(donor="B", recipient="Y", tie=3),
                Link(donor="A", recipient="Y", tie=4),
            ),
        )

        assert_sequence(scenario, [("continuity", 5.0), ("partners", 2.0)])


class TestRandomScenario:
    def test_is_free_of_faults_and_the_same_for_a_seed(self):
        for seed in range(50):
            scenario = random_scenario(seed)

            assert list_faults(scenario)[0] == []
            assert scenario == random_scenario(seed)

    def test_covers_every_feature(self):
        """Fifty seeds would not do if they all were one kind: each feature occurs in some."""
        made = [random_scenario(seed) for seed in range(150)]

        assert any(solve_by_brute_force(scenario) is None for scenario in made)
        for has_feature in [
            lambda s: any(r.lot for r in s.resources) and any(not r.lot for r in s.resources),
            lambda s: not s.resources,
            lambda s: s.policy.slack,
            lambda s: s.policy.min_share,
            lambda s: any(link.status == "required" for link in s.links),
            lambda s: any(link.status == "forbidden" for link in s.links),
            lambda s: any(set(link.uses.values()) - {1.0} for link in s.links),
            lambda s: any(link.tie for link in s.links),
            lambda s: {r.id for r in s.recipients} - {q.party for q in s.needs if q.amount},
            lambda s: {d.id for d in s.donors} - {q.party for q in s.capacities if q.amount},
            lambda s: "cost" in s.policy.levels,
            lambda s: len(s.policy.levels) == 6,
        ]:
            assert any(has_feature(scenario) for scenario in made)
