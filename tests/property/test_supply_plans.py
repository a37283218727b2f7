"""What must hold of a plan of supplies on any state, small enough to try every plan (§S13)."""

from hypothesis import given, settings

from reference.supply_instances import every_shipping, tiny_supplies
from tiebeam.core.surge.shipping import plan_supplies
from tiebeam.core.surge.supply_checking import check_supply_plan
from tiebeam.core.surge.supplying import explain_shipment, grade_value, shorts_of

LEVELS = ("shortage", "short", "distance", "days")


def figures(supplies, shipments):
    return [grade_value(supplies, "mask", shipments, level)[1] for level in LEVELS]


def totals(supplies, shipments):
    return {place: sum(days) for place, days in shorts_of(supplies, "mask", shipments).items()}


class TestThePlannerOfSupplies:
    @settings(max_examples=60, deadline=None)
    @given(tiny_supplies())
    def test_reaches_at_every_level_what_trying_all_plans_does_and_proves_it(self, supplies):
        """§S13: no plan is better, level by level; the last two where places lack the same."""
        found = plan_supplies(supplies).items[0]

        reached = figures(supplies, found.shipments)
        every = [
            (figures(supplies, shipments), totals(supplies, shipments))
            for shipments in every_shipping(supplies)
        ]
        assert reached[:2] == min(value[:2] for value, _ in every)
        alike = totals(supplies, found.shipments)
        assert reached == min(value for value, lacking in every if lacking == alike)
        assert [(grade.value, grade.gap) for grade in found.levels] == [
            (grade.bound, 0) for grade in found.levels
        ]

    @settings(max_examples=60, deadline=None)
    @given(tiny_supplies())
    def test_keeps_every_rule_and_ships_nothing_without_a_reason(self, supplies):
        plan = plan_supplies(supplies)

        assert check_supply_plan(supplies, plan) == ()
        for shipment in plan.shipments:
            reason = explain_shipment(supplies, plan.shipments, shipment)
            assert reason is not None
            assert reason.units == shipment.units
