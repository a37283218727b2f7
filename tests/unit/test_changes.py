"""What-if changes (§M8): each makes exactly the change it names, or says what is wrong."""

from dataclasses import replace

import pytest

from tiebeam.core.model.scenario import Link, Party, Quantity, Resource, Scenario
from tiebeam.core.pairing.changes import Change, Forbid, Require, Set, apply_changes
from tiebeam.errors import InvalidInput

SCENARIO = Scenario(
    id="two-by-two",
    donors=(Party(id="north", name="North"), Party(id="south", name="South")),
    recipients=(Party(id="hill", name="Hill"), Party(id="lake", name="Lake")),
    resources=(Resource(id="beds", name="Beds", unit="bed", lot=1.0),),
    capacities=(
        Quantity(party="north", resource="beds", amount=10.0, source="census"),
        Quantity(party="south", resource="beds", amount=4.0),
    ),
    needs=(
        Quantity(party="hill", resource="beds", amount=8.0),
        Quantity(party="lake", resource="beds", amount=8.0),
    ),
    links=(Link(donor="north", recipient="hill", tie=3.0, distance_km=20.0),),
)
# Without distances between the others, the level distance would be a fault of the scenario itself.
SCENARIO = replace(SCENARIO, policy=replace(SCENARIO.policy, levels=("coverage", "burden")))


def change(path: str, value: str) -> Scenario:
    return apply_changes(SCENARIO, [Set(path=tuple(path.split(".")), value=value)])


def link(scenario: Scenario, donor: str, recipient: str) -> Link:
    return next(x for x in scenario.links if (x.donor, x.recipient) == (donor, recipient))


def faults(*changes: Change) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidInput) as caught:
        apply_changes(SCENARIO, changes)
    return [(fault.code, fault.place, fault.value) for fault in caught.value.faults]


def fault(path: str, value: str) -> tuple[str, str, str]:
    (only,) = faults(Set(path=tuple(path.split(".")), value=value))
    return only


class TestApplyChanges:
    def test_leaves_the_scenario_it_was_given_alone(self):
        before = replace(SCENARIO)

        apply_changes(SCENARIO, [Forbid(donor="north", recipient="hill")])

        assert before == SCENARIO

    def test_without_changes_gives_the_same_scenario(self):
        assert apply_changes(SCENARIO, []) == SCENARIO

    def test_makes_changes_in_their_order(self):
        path = ("capacities", "north", "beds")

        changed = apply_changes(SCENARIO, [Set(path=path, value="1"), Set(path=path, value="2")])

        assert [c.amount for c in changed.capacities if c.party == "north"] == [2.0]

    def test_forbids_a_pair_and_keeps_what_is_known_of_it(self):
        changed = apply_changes(SCENARIO, [Forbid(donor="north", recipient="hill")])

        assert link(changed, "north", "hill").status == "forbidden"
        assert link(changed, "north", "hill").tie == 3.0

    def test_requires_a_pair_of_which_nothing_was_known(self):
        changed = apply_changes(SCENARIO, [Require(donor="south", recipient="lake")])

        assert link(changed, "south", "lake").status == "required"
        assert link(changed, "north", "hill") == SCENARIO.links[0]

    def test_refuses_to_forbid_and_require_one_pair(self):
        couple = {"donor": "south", "recipient": "lake"}

        assert faults(Forbid(**couple), Require(**couple)) == [
            ("change.contradiction", "--require", "south:lake")
        ]

    def test_lists_every_unknown_id_at_once(self):
        assert faults(
            Forbid(donor="nort", recipient="hil"), Require(donor="x", recipient="hill")
        ) == [
            ("change.unknown_donor", "--forbid", "nort"),
            ("change.unknown_recipient", "--forbid", "hil"),
            ("change.unknown_donor", "--require", "x"),
        ]

    def test_refuses_a_change_that_makes_the_scenario_faulty(self):
        # A required pair with a donor that has nothing to give (§M3).
        codes = faults(
            Set(path=("capacities", "south", "beds"), value="0"),
            Require(donor="south", recipient="lake"),
        )

        assert [code for code, _, _ in codes] == ["scenario.required_without_capacity"]

    def test_accepts_a_change_to_a_scenario_that_was_faulty_before(self):
        faulty = replace(SCENARIO, links=(*SCENARIO.links, *SCENARIO.links))

        changed = apply_changes(faulty, [Set(path=("policy", "seed"), value="7")])

        assert changed.policy.seed == 7


class TestSet:
    def test_gives_a_capacity_another_amount_without_the_old_source(self):
        changed = change("capacities.north.beds", "12.5")

        new = Quantity(party="north", resource="beds", amount=12.5)
        assert sorted(changed.capacities, key=lambda c: c.party) == [new, SCENARIO.capacities[1]]

    def test_adds_a_need_where_there_was_none(self):
        bare = replace(SCENARIO, needs=SCENARIO.needs[:1])

        changed = apply_changes(bare, [Set(path=("needs", "lake", "beds"), value="5")])

        assert Quantity(party="lake", resource="beds", amount=5.0) in changed.needs

    @pytest.mark.parametrize(
        ("path", "value", "expected"),
        [
            ("recipients.hill.max_partners", "2", 2),
            ("recipients.hill.max_partners", "", None),
            ("recipients.hill.name", "Hilltop", "Hilltop"),
        ],
    )
    def test_gives_a_recipient_another_cell(self, path, value, expected):
        changed = change(path, value)

        assert getattr(changed.recipients[0], path.split(".")[2]) == expected
        assert changed.recipients[1] == SCENARIO.recipients[1]

    def test_gives_a_donor_coordinates(self):
        settings = [
            Set(path=("donors", "north", "lat"), value="-30.5"),
            Set(path=("donors", "north", "lon"), value="114"),
        ]

        changed = apply_changes(SCENARIO, settings)

        assert (changed.donors[0].lat, changed.donors[0].lon) == (-30.5, 114.0)

    def test_gives_a_donor_a_cost_of_opening(self):
        assert change("donors.north.open_cost", "3").donors[0].open_cost == 3.0

    def test_gives_a_resource_another_lot(self):
        assert change("resources.beds.lot", "4").resources[0].lot == 4.0

    @pytest.mark.parametrize(
        ("key", "value", "attribute", "expected"),
        [
            ("status", "forbidden", "status", "forbidden"),
            ("tie", "9", "tie", 9.0),
            ("distance_km", "", "distance_km", None),
            ("fixed_cost", "2", "fixed_cost", 2.0),
            ("use.beds", "1.5", "uses", {"beds": 1.5}),
            ("unit_cost.beds", "7", "unit_costs", {"beds": 7.0}),
        ],
    )
    def test_gives_a_link_another_cell(self, key, value, attribute, expected):
        changed = change(f"links.north.hill.{key}", value)

        assert getattr(link(changed, "north", "hill"), attribute) == expected

    @pytest.mark.parametrize(
        ("key", "value", "expected"),
        [
            ("levels", "burden, coverage", ("burden", "coverage")),
            ("levels", "burden、coverage", ("burden", "coverage")),
            ("min_share", "0.05", 0.05),
            ("max_partners_per_donor", "2", 2),
            ("max_partners_per_donor", "", None),
            ("time_limit_s", "2.5", 2.5),
            ("gap", "0", 0.0),
            ("seed", "3", 3),
        ],
    )
    def test_gives_the_policy_another_setting(self, key, value, expected):
        assert getattr(change(f"policy.{key}", value).policy, key) == expected

    def test_gives_one_level_slack_and_leaves_that_of_others(self):
        once = change("policy.slack.coverage", "0.02")

        twice = apply_changes(once, [Set(path=("policy", "slack", "burden"), value="0.1")])

        assert twice.policy.slack == {"coverage": 0.02, "burden": 0.1}


class TestFaultsOfSet:
    @pytest.mark.parametrize(
        ("path", "value", "code", "shown"),
        [
            ("capacity.north.beds", "1", "change.unknown_key", "capacity"),
            ("capacities.west.beds", "1", "change.unknown_donor", "west"),
            ("needs.hill.tents", "1", "change.unknown_resource", "tents"),
            ("needs.moor.beds", "1", "change.unknown_recipient", "moor"),
            ("capacities.north", "1", "change.bad_path", "1"),
            ("capacities.north.beds", "many", "change.bad_number", "many"),
            ("capacities.north.beds", "-1", "change.bad_number", "-1"),
            ("capacities.north.beds", "nan", "change.bad_number", "nan"),
            ("capacities.north.beds", "inf", "change.bad_number", "inf"),
            ("donors.north.max_partners", "1.5", "change.bad_whole_number", "1.5"),
            ("donors.north.max_partners", "two", "change.bad_whole_number", "two"),
            ("donors.north.lat", "far", "change.bad_degrees", "far"),
            ("donors.north.colour", "red", "change.unknown_key", "colour"),
            ("recipients.hill.open_cost", "1", "change.unknown_key", "open_cost"),
            ("resources.tents.lot", "1", "change.unknown_resource", "tents"),
            ("links.north.hill.colour", "red", "change.unknown_key", "colour"),
            ("links.west.hill.tie", "1", "change.unknown_donor", "west"),
            ("links.north.moor.tie", "1", "change.unknown_recipient", "moor"),
            ("links.north.hill.use.tents", "1", "change.unknown_resource", "tents"),
            ("links.north.hill.tie.beds", "1", "change.bad_path", "1"),
            ("links.north.hill.status", "open", "change.bad_choice", "open"),
            ("policy.level", "cost", "change.unknown_key", "level"),
            ("policy.levels", "coverage,fun", "change.bad_choice", "fun"),
            ("policy.levels", "cost,cost", "change.level_twice", "cost,cost"),
            ("policy.slack.fun", "0.1", "change.unknown_key", "fun"),
        ],
    )
    def test_names_what_was_met(self, path, value, code, shown):
        assert fault(path, value) == (code, "--set", shown)

    def test_tells_what_is_known_beside_what_is_not(self):
        with pytest.raises(InvalidInput) as caught:
            change("capacities.west.beds", "1")

        (only,) = caught.value.faults
        assert only.facts["known"] == ["north", "south"]
        assert only.column == "capacities.west.beds"

    def test_refuses_a_minimum_above_the_maximum(self):
        changes = [
            Set(path=("donors", "north", "min_partners"), value="2"),
            Set(path=("donors", "north", "max_partners"), value="1"),
        ]

        assert [code for code, _, _ in faults(*changes)] == ["scenario.min_above_max"]
