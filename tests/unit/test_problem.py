"""§M1 as arrays; expected numbers by hand from the scenario in each test."""

import math

import numpy as np

from tiebeam.core.model.scenario import Link, Party, Policy, Quantity, Resource, Scenario
from tiebeam.core.pairing.problem import compile_problem


def party(name: str, **more) -> Party:
    return Party(id=name, name=name, **more)


def amount(of: str, resource: str, number: float) -> Quantity:
    return Quantity(party=of, resource=resource, amount=number)


def resource(name: str, **more) -> Resource:
    return Resource(id=name, name=name, unit="person", **more)


def scenario(**more) -> Scenario:
    """Return donors 9 and 10 (as text 10 comes first), recipients x and z, resources m and n."""
    content = {
        "id": "s",
        "donors": (party("9"), party("10")),
        "recipients": (party("z"), party("x")),
        "resources": (resource("n", weight=3.0), resource("m")),
        "capacities": (amount("9", "m", 10.0), amount("9", "n", 4.0), amount("10", "m", 6.0)),
        "needs": (amount("x", "m", 8.0), amount("x", "n", 2.0), amount("z", "n", 5.0)),
    }
    return Scenario(**{**content, **more})


class TestCompileProblem:
    def test_sorts_everything_by_id_in_code_point_order(self):
        """§M9: the order of rows has no meaning."""
        problem = compile_problem(scenario())

        assert problem.donors == ("10", "9")
        assert problem.recipients == ("x", "z")
        assert problem.resources == ("m", "n")
        assert problem.capacity.tolist() == [[6.0, 0.0], [10.0, 4.0]]
        assert problem.need.tolist() == [[8.0, 2.0], [0.0, 5.0]]

    def test_weighs_only_what_a_party_needs_or_has(self):
        """§M4: w_k over the sum of the weights of the same resources; m has 1, n has 3."""
        problem = compile_problem(scenario())

        assert problem.coverage_share.tolist() == [[0.25, 0.75], [0.0, 1.0]]
        assert problem.load_share.tolist() == [[1.0, 0.0], [0.25, 0.75]]

    def test_lets_a_pair_carry_no_more_than_capacity_and_need(self):
        """§M3.1, §M3.2: with use 2, the 10 of donor 9 bring 5 of m to x."""
        link = Link(donor="9", recipient="x", uses={"m": 2.0})

        problem = compile_problem(scenario(links=(link,)))

        assert problem.most[:, 0, 0].tolist() == [6.0, 5.0]
        assert problem.most[:, 0, 1].tolist() == [0.0, 2.0]
        assert problem.most[:, 1, 0].tolist() == [0.0, 0.0]
        assert problem.most[:, 1, 1].tolist() == [0.0, 4.0]

    def test_cuts_down_to_whole_lots(self):
        """§M2: of 8 in lots of 2.5, three whole ones: 7.5; 6 holds two: 5."""
        resources = (resource("n", weight=3.0), resource("m", lot=2.5))

        problem = compile_problem(scenario(resources=resources))

        assert problem.most[:, 0, 0].tolist() == [5.0, 7.5]

    def test_does_not_lose_a_lot_to_rounding(self):
        """§M2: 0.3 over 0.1 is 2.9999999999999996 in floats, and yet three lots."""
        problem = compile_problem(
            scenario(
                resources=(resource("n"), resource("m", lot=0.1)),
                capacities=(amount("9", "m", 0.3),),
                needs=(amount("x", "m", 1.0),),
            )
        )

        assert math.isclose(problem.most[1, 0, 0], 0.3)

    def test_takes_what_links_say(self):
        """§M1, §M5: status, tie, costs, and the distance that is given."""
        links = (
            Link(
                donor="9",
                recipient="z",
                status="required",
                tie=3.0,
                distance_km=12.5,
                fixed_cost=4.0,
                unit_costs={"n": 1.5},
            ),
            Link(donor="10", recipient="x", status="forbidden"),
        )

        problem = compile_problem(scenario(links=links))

        assert problem.required.tolist() == [[False, False], [False, True]]
        assert problem.possible.tolist() == [[False, True], [True, True]]
        assert problem.tie[1, 1] == 3.0
        assert problem.distance[1, 1] == 12.5
        assert problem.fixed_cost[1, 1] == 4.0
        assert problem.unit_cost[1, 1].tolist() == [0.0, 1.5]

    def test_leaves_a_distance_that_nobody_knows_unknown(self):
        """§M1: never 0 km silently."""
        problem = compile_problem(scenario())

        assert np.isnan(problem.distance).all()

    def test_lets_nobody_pair_without_a_need_or_a_capacity(self):
        """§M3: rules 4 and 6 do not apply to such a party."""
        idle, content = party("idle", min_partners=1), party("content", min_partners=2)

        problem = compile_problem(
            scenario(
                donors=(party("9"), party("10"), idle),
                recipients=(party("z"), party("x"), content),
            )
        )

        assert not problem.possible[2].any()
        assert not problem.possible[:, 0].any()
        assert problem.donor_min.tolist() == [0, 0, 0]
        assert problem.recipient_min.tolist() == [0, 1, 1]
        assert problem.needy.tolist() == [1, 2]
        assert problem.able.tolist() == [0, 1]

    def test_takes_partner_bounds_from_the_row_then_the_policy_then_the_default(self):
        """§M3.4."""
        problem = compile_problem(
            scenario(
                policy=Policy(max_partners_per_donor=2, min_partners_per_recipient=0),
                donors=(party("9", max_partners=1), party("10", min_partners=1)),
                recipients=(party("z", min_partners=2), party("x")),
            )
        )

        assert problem.donor_min.tolist() == [1, 0]
        assert problem.donor_max.tolist() == [2, 1]
        assert problem.recipient_min.tolist() == [0, 2]
        assert problem.recipient_max.tolist() == [2, 2]

    def test_knows_pairs_alone_where_there_is_no_resource(self):
        """§M3.6: nothing flows, so anybody may have a pair, and min_share means nothing."""
        problem = compile_problem(
            scenario(resources=(), capacities=(), needs=(), policy=Policy(min_share=0.5))
        )

        assert problem.possible.all()
        assert problem.min_share == 0.0
        assert problem.recipient_min.tolist() == [1, 1]
        assert problem.needy.tolist() == []

    def test_keeps_every_allowed_link(self):
        """§M10: nothing is pruned, however far or small."""
        donors = tuple(party(f"d{at:02}", lat=0.0, lon=float(at)) for at in range(40))
        capacities = tuple(amount(donor.id, "m", 0.001 + at) for at, donor in enumerate(donors))

        problem = compile_problem(scenario(donors=donors, capacities=capacities))

        assert problem.possible[:, 0].sum() == 40
        assert (problem.most[:, 0, 0] > 0).all()
