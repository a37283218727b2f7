"""Supplies of a surge, worked by hand (§S13)."""

from dataclasses import replace
from fractions import Fraction

import pytest

from reference.supply_instances import seat, three_places
from tiebeam.core.surge.shipping import plan_supplies
from tiebeam.core.surge.supply_checking import check_supply_plan
from tiebeam.core.surge.supplying import (
    Hold,
    Incoming,
    Shipment,
    Unknown,
    days_of_cover,
    explain_shipment,
    use_up,
)


def ways(plan):
    return [(s.store, s.place, s.units, s.leaves_on, s.arrives_on) for s in plan.shipments]


def levels(plan, item=0):
    return {grade.level: grade for grade in plan.items[item].levels}


def coming(seat_id, units, on):
    return Incoming(seat=seat_id, item="mask", units=units, on=on)


class TestPlanSupplies:
    def test_gives_places_the_same_share_by_the_shortest_ways(self):
        """A and B lack 60 and 30 come: each a third. A 10 from north, B 10 from each: 4,000 km."""
        plan = plan_supplies(three_places())

        assert ways(plan) == [
            ("north", "a", 10, 0, 1),
            ("north", "b", 10, 0, 1),
            ("south", "b", 10, 0, 1),
        ]
        found = levels(plan)
        assert found["shortage"].of == ("a", "b", "c")
        assert found["shortage"].value == (Fraction(1, 3), Fraction(1, 3), 0)
        assert [found[name].value for name in ("short", "distance", "days")] == [30, 4000, 30]
        assert all(grade.gap == 0 and grade.value == grade.bound for grade in found.values())

    def test_lowers_the_largest_share_before_kilometres(self):
        """One store of 21: shares of 30 and 60 are nearest at 13 and 26 short, not at 10 and 29."""
        stocks = dict(three_places().stocks) | {("north", "mask"): 0, ("south", "mask"): 21}
        plan = plan_supplies(three_places(stocks=stocks))

        assert [(place, units) for _, place, units, *_ in ways(plan)] == [("a", 7), ("b", 14)]
        assert levels(plan)["shortage"].value == (Fraction(13, 30), Fraction(26, 60), 0)

    def test_spares_of_two_with_the_same_share_the_one_that_needs_less(self):
        """22 units: 7 and 15 would leave 13/30 and 25/60, 8 and 14 leave 26/60 and 12/30."""
        stocks = dict(three_places().stocks) | {("north", "mask"): 0, ("south", "mask"): 22}
        plan = plan_supplies(three_places(stocks=stocks))

        assert levels(plan)["shortage"].value == (Fraction(26, 60), Fraction(12, 30), 0)
        assert [(place, units) for _, place, units, *_ in ways(plan)] == [("a", 8), ("b", 14)]

    def test_counts_to_the_unit_where_units_are_millions(self):
        """A million times as much and one unit more: the odd one goes to A, which needs less."""
        given, million = three_places(), 10**6
        stocks = {key: units * million for key, units in given.stocks.items()}
        stocks["south", "mask"] += 1
        patients = {p: tuple(n * million for n in days) for p, days in given.patients.items()}
        found = levels(plan_supplies(three_places(stocks=stocks, patients=patients)))

        assert found["shortage"].of == ("b", "a", "c")
        assert found["shortage"].value == (Fraction(1, 3), Fraction(9_999_999, 30 * million), 0)
        assert [found[name].gap for name in found] == [0, 0, 0, 0]
        assert found["short"].value == 29_999_999

    def test_sends_nothing_to_a_place_that_asked_not_to(self):
        """§U5: A asked until before day 1; its 10 leave a day later. Other goods do not matter."""
        hold = Hold(place="a", item="mask", first=0, until=1)
        plan = plan_supplies(three_places(holds=(hold, replace(hold, place="b", item="gown"))))

        assert ("north", "a", 10, 1, 2) in ways(plan)
        assert levels(plan)["days"].value == 40
        assert levels(plan)["short"].value == 30

    def test_counts_what_is_on_the_way_once_and_names_what_is_late(self):
        """20 for B tomorrow; 7 were due yesterday, 5 have no day: 10 are short after 30 come."""
        late = (coming("b", 20, 1), coming("a", 7, -1), coming("a", 5, None))
        plan = plan_supplies(three_places(incoming=late))

        assert levels(plan)["short"].value == 10
        assert plan.items[0].covered == {"a": 1, "b": 2, "c": 3}
        assert plan.unknowns == (
            Unknown(what="overdue", seat="a", item="mask", units=7),
            Unknown(what="no_day", seat="a", item="mask", units=5),
        )

    def test_lets_a_store_send_what_comes_in_from_that_day_on(self):
        """Ten more come into north on day 1: they reach A or B on day 2 and no earlier."""
        plan = plan_supplies(three_places(incoming=(coming("north", 10, 1),)))

        assert sum(units for *_, units, leaves, _ in ways(plan) if leaves == 1) == 10
        assert levels(plan)["short"].value == 20

    def test_names_what_is_unknown_and_does_not_take_it_for_zero(self):
        """C tells no stock, the new store none either, and A no patients: only B is planned for."""
        given = three_places()
        stocks = {key: units for key, units in given.stocks.items() if key[0] != "c"}
        patients = {place: days for place, days in given.patients.items() if place != "a"}
        stores = (*given.stores, seat("west"))
        plan = plan_supplies(three_places(stocks=stocks, patients=patients, stores=stores))

        assert plan.unknowns == (
            Unknown(what="patients", seat="a"),
            Unknown(what="stock", seat="c", item="mask"),
            Unknown(what="store_stock", seat="west", item="mask"),
        )
        assert {place for _, place, *_ in ways(plan)} == {"b"}
        assert levels(plan)["shortage"].of == ("b",)

    def test_plans_each_item_by_itself(self):
        given = three_places()
        gowns = {(seat_id, "gown"): units for (seat_id, _), units in given.stocks.items()}
        both = {"mask": Fraction(2), "gown": Fraction(1, 2)}
        plan = plan_supplies(three_places(per_patient=both, stocks={**given.stocks, **gowns}))

        assert levels(plan)["short"].value == 30
        # Half a gown for 5 patients is 3 a day: 9 in A; B needs 15 and has 20.
        assert levels(plan, 1)["short"].value == 0
        assert {s.item for s in plan.shipments} == {"mask"}

    def test_makes_a_plan_of_nothing_where_nothing_is_known(self):
        plan = plan_supplies(three_places(stocks={}))

        assert plan.shipments == ()
        assert len(plan.unknowns) == 5
        assert check_supply_plan(three_places(stocks={}), plan) == ()


class TestExplainShipment:
    def test_names_the_first_day_that_is_short_without_it(self):
        """§S13: A has 10 for day 0; what comes on day 1 is used on day 1."""
        given = three_places()
        plan = plan_supplies(given)

        reason = explain_shipment(given, plan.shipments, plan.shipments[0])

        assert (reason.shipment.place, reason.day, reason.units) == ("a", 1, 10)

    def test_finds_no_reason_for_more_than_is_used(self):
        extra = Shipment(item="mask", store="south", place="c", units=5, leaves_on=0, arrives_on=1)

        assert explain_shipment(three_places(), [extra], extra) is None


class TestUseUp:
    @pytest.mark.parametrize(
        ("supply", "needs", "short", "cover"),
        [
            ([10, 0, 0], [4, 4, 4], [0, 0, 2], 2),
            ([0, 12, 0], [4, 4, 4], [4, 0, 0], 0),
            ([5, 0, 7], [4, 4, 4], [0, 3, 0], 1),
            ([12, 0, 0], [4, 4, 4], [0, 0, 0], 3),
            ([0, 0, 0], [0, 0, 0], [0, 0, 0], 3),
        ],
    )
    def test_never_makes_up_for_a_short_day_and_counts_the_days_of_cover(
        self, supply, needs, short, cover
    ):
        assert use_up(supply, needs) == short
        assert days_of_cover(supply, needs) == cover


class TestCheckSupplyPlan:
    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"units": 11}, "surge.supply_not_there"),
            ({"units": 0}, "surge.supply_shipment"),
            ({"store": "a"}, "surge.supply_no_store"),
            ({"place": "south"}, "surge.supply_no_place"),
            ({"arrives_on": 0}, "surge.supply_way"),
            ({"leaves_on": 2, "arrives_on": 3}, "surge.supply_way"),
            ({"units": 9}, "surge.supply_check_value"),
        ],
    )
    def test_finds_a_shipment_that_was_changed(self, changed, code):
        given = three_places()
        item = plan_supplies(given).items[0]
        shipments = (replace(item.shipments[0], **changed), *item.shipments[1:])
        plan = replace(plan_supplies(given), items=(replace(item, shipments=shipments),))

        assert code in {finding.code for finding in check_supply_plan(given, plan)}

    def test_finds_a_shipment_to_a_place_that_asked_not_to(self):
        plan = plan_supplies(three_places())
        held = three_places(holds=(Hold(place="a", item=None, first=0, until=2),))

        findings = check_supply_plan(held, plan)

        assert [finding.code for finding in findings] == ["surge.supply_held"]

    @pytest.mark.parametrize(
        ("level", "changed", "code"),
        [
            (0, {"bound": (Fraction(1, 2), Fraction(1, 3), 0)}, "surge.supply_check_bound"),
            (1, {"bound": 31}, "surge.supply_check_bound"),
            (1, {"bound": 29}, "surge.supply_check_gap"),
            (2, {"value": 3999}, "surge.supply_check_value"),
            (3, {"gap": 0.5}, "surge.supply_check_gap"),
        ],
    )
    def test_finds_a_figure_that_was_changed(self, level, changed, code):
        given = three_places()
        plan = plan_supplies(given)
        grades = list(plan.items[0].levels)
        grades[level] = replace(grades[level], **changed)
        told = replace(plan, items=(replace(plan.items[0], levels=tuple(grades)),))

        assert [finding.code for finding in check_supply_plan(given, told)] == [code]

    def test_finds_what_was_left_out(self):
        given = three_places(incoming=(coming("a", 7, -1),))
        plan = plan_supplies(given)
        item = plan.items[0]

        for told, code in (
            (replace(plan, unknowns=()), "surge.supply_check_unknowns"),
            (replace(plan, day=1), "surge.supply_check_plan"),
            (replace(plan, items=()), "surge.supply_check_plan"),
            (replace(plan, items=(replace(item, levels=()),)), "surge.supply_check_levels"),
            (replace(plan, items=(replace(item, covered={"a": 9}),)), "surge.supply_check_cover"),
        ):
            assert [finding.code for finding in check_supply_plan(given, told)] == [code]
