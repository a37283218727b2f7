"""Standing partners are asked first (§E7); what a planner proposes is decided order by order (§E11)."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from tests.grounds import ground

from records.emergency_grounds import make_emergency
from tiebeam.apps.emergencies.models import Deployment
from tiebeam.apps.emergencies.operations.deployments import ask_home
from tiebeam.apps.emergencies.operations.messages import Message
from tiebeam.apps.emergencies.operations.needs import enter_need, verify_need
from tiebeam.apps.emergencies.operations.partners import PartnerFirst
from tiebeam.apps.emergencies.operations.proposals import (
    GivenOrder,
    OrderDecided,
    PlanTakenBefore,
    accept_order,
    change_order,
    propose_orders,
    refuse_order,
)
from tiebeam.apps.emergencies.proposal_models import OrderProposal
from tiebeam.apps.emergencies.queries.dispatch import dispatch_board, list_locks
from tiebeam.apps.emergencies.queries.standing import get_standing
from tiebeam.apps.regions.operations.checks import ReasonMissing
from tiebeam.errors import InvalidInput
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.records import NotOwner


@pytest.fixture
@ground
def grounds(workspace, now):
    return make_emergency(workspace, now)


class TestPartner:
    """§E7: Fujian stands in a pair with Huanggang; Hunan does not."""

    def test_with_something_fitting_is_asked_first(self, grounds):
        grounds.package("home")
        with pytest.raises(PartnerFirst) as refused:
            grounds.ask("other")
        assert refused.value.facts["name"] == {"en": "Fujian", "zh": "福建"}
        with acting(grounds.actors["coordinator"]):
            assert Deployment.objects.count() == 0

        grounds.ask("home")

        assert grounds.ask("other").state == "assigned"

    def test_is_passed_for_a_reason(self, grounds):
        grounds.package("home")

        step = grounds.ask("other", said={"reason": "Fujian has an outbreak of its own"})

        assert (step.state, step.reason) == ("assigned", "Fujian has an outbreak of its own")

    def test_that_declined_is_asked_no_more(self, grounds):
        grounds.package("home")
        deployment = grounds.ask("home").deployment
        grounds.take("decline", "home", deployment, reason="Wards are full")

        assert grounds.ask("other").state == "assigned"

    @pytest.mark.parametrize(
        ("kind", "skills", "is_published"),
        [("rescue", {}, True), ("medical", {"doctor": 1}, True), ("medical", {"nurse": 1}, False)],
    )
    def test_without_anything_fitting_is_passed(
        self, grounds, workspace, kind, skills, is_published
    ):
        need = enter_need(
            incident=grounds.incident, place=workspace.organisations["huanggang"], kind="medical",
            heads=5, skills={"nurse": 5}, starts_on=date(2020, 2, 12),
            actor=grounds.actors["host"], now=grounds.now,
        )  # fmt: skip
        verify_need(need=need, actor=grounds.actors["coordinator"], now=grounds.now)
        grounds.package("home", kind=kind, skills=skills, is_published=is_published)

        assert grounds.ask("other", need=need).state == "assigned"

    def test_whose_package_is_bound_elsewhere_is_passed(self, grounds, workspace):
        package = grounds.package("home")
        grounds.send(grounds.ask("home", said={"package_id": package.pk}).deployment, "agreed")
        need = enter_need(
            incident=grounds.incident, place=workspace.organisations["huanggang"], kind="medical",
            heads=5, starts_on=date(2020, 2, 12), actor=grounds.actors["host"], now=grounds.now,
        )  # fmt: skip
        verify_need(need=need, actor=grounds.actors["coordinator"], now=grounds.now)

        assert grounds.ask("other", need=need).state == "assigned"

    def test_is_asked_first_by_a_host_who_sees_no_package(self, workspace, now):
        grounds = make_emergency(workspace, now, mode="request")

        def ask(key, **said):
            return ask_home(
                need=grounds.need, home=grounds.organisation(key), message=Message(**said),
                actor=grounds.actors["host"], now=now,
            )  # fmt: skip

        with pytest.raises(PartnerFirst):
            ask("other")
        assert ask("home").state == "requested"
        assert ask("other").state == "requested"


@pytest.fixture
def plan(grounds):
    package = grounds.package("home")
    home, other = (grounds.actors[key].organisation_id for key in ("home", "other"))
    days = {"leaves_on": date(2020, 2, 12), "arrives_on": date(2020, 2, 13)}
    orders = [
        GivenOrder(
            home_id=home, need_id=grounds.need.pk, package_id=package.pk, heads=60,
            ends_on=date(2020, 2, 27), **days,
        ),
        GivenOrder(home_id=other, need_id=grounds.need.pk, heads=40, **days),
    ]  # fmt: skip
    return propose_orders(
        incident=grounds.incident, plan="plan-1", orders=orders,
        actor=grounds.actors["coordinator"], now=grounds.now,
    )  # fmt: skip


class TestProposedOrder:
    """§E11."""

    def _said(self, grounds):
        return {"actor": grounds.actors["coordinator"], "now": grounds.now}

    def test_orders_nothing_until_it_is_accepted(self, grounds, plan):
        with acting(grounds.actors["coordinator"]):
            assert Deployment.objects.count() == 0
            board = dispatch_board(grounds.incident, grounds.now)
        assert [each.heads for each in board.proposals] == [60, 40]
        assert [each.standing for each in board.packages] == [None]

        kept = accept_order(proposal=plan[0], **self._said(grounds))

        with acting(grounds.actors["home"]):
            last = get_standing(kept.deployment_id, grounds.now).last
        assert (last.state, last.heads, last.starts_on, last.ends_on) == (
            "assigned", 60, date(2020, 2, 13), date(2020, 2, 27),
        )  # fmt: skip
        assert (kept.state, last.package_id) == ("accepted", plan[0].package_id)
        with pytest.raises(OrderDecided):
            accept_order(proposal=plan[0], **self._said(grounds))

    def test_obeys_the_rules_of_what_is_done_by_hand(self, grounds, plan):
        with pytest.raises(PartnerFirst):
            accept_order(proposal=plan[1], **self._said(grounds))
        with acting(grounds.actors["coordinator"]):
            assert OrderProposal.objects.get(pk=plan[1].pk).state == "proposed"

        kept = accept_order(proposal=plan[1], reason="Both are needed", **self._said(grounds))
        assert kept.state == "accepted"

    def test_is_changed_for_a_reason(self, grounds, plan):
        with pytest.raises(ReasonMissing):
            change_order(proposal=plan[0], reason="", heads=50, **self._said(grounds))
        with pytest.raises(InvalidInput):
            change_order(
                proposal=plan[0], reason="Late", arrives_on=date(2020, 2, 1), **self._said(grounds)
            )

        kept = change_order(proposal=plan[0], reason="Fewer beds", heads=50, **self._said(grounds))

        with acting(grounds.actors["home"]):
            last = get_standing(kept.deployment_id, grounds.now).last
        assert (kept.state, kept.reason, last.heads) == ("changed", "Fewer beds", 50)

    def test_refused_is_a_lock_of_the_next_plan(self, grounds, plan):
        with pytest.raises(ReasonMissing):
            refuse_order(proposal=plan[0], reason=" ", **self._said(grounds))
        refuse_order(proposal=plan[0], reason="They stay home", **self._said(grounds))

        with acting(grounds.actors["coordinator"]):
            (lock,) = list_locks(grounds.incident)
            assert Deployment.objects.count() == 0
        assert (lock.kind, lock.package_id, lock.place_id, lock.reason) == (
            "must_not_send", plan[0].package_id, grounds.need.place_id, "They stay home",
        )  # fmt: skip

    def test_to_return_releases_the_team(self, grounds):
        deployment = grounds.ask().deployment
        grounds.send(deployment)
        order = GivenOrder(
            home_id=deployment.home_id, deployment_id=deployment.pk, heads=100,
            leaves_on=date(2020, 2, 20), arrives_on=date(2020, 2, 21),
        )  # fmt: skip
        said = {"incident": grounds.incident, **self._said(grounds)}
        (early,) = propose_orders(plan="plan-2", orders=[order], **said)
        refuse_order(proposal=early, reason="Still needed", **self._said(grounds))
        (late,) = propose_orders(plan="plan-3", orders=[order], **said)
        accept_order(proposal=late, **self._said(grounds))

        with acting(grounds.actors["coordinator"]):
            standing = get_standing(deployment.pk, grounds.now)
            (lock,) = list_locks(grounds.incident)
        assert (standing.state, standing.last.ends_on) == ("released", date(2020, 2, 20))
        assert (lock.kind, lock.deployment_id) == ("must_not_return", deployment.pk)

    def test_on_which_nobody_has_decided_gives_way_to_the_next_plan(self, grounds, plan):
        """§E11."""
        order = GivenOrder(
            home_id=plan[0].home_id, need_id=grounds.need.pk, heads=1,
            leaves_on=date(2020, 2, 12), arrives_on=date(2020, 2, 12),
        )  # fmt: skip
        said = {"incident": grounds.incident, **self._said(grounds)}
        (newest,) = propose_orders(plan="plan-2", orders=[order], **said)

        with pytest.raises(OrderDecided) as refused:
            accept_order(proposal=plan[0], **self._said(grounds))

        with acting(grounds.actors["coordinator"]):
            assert dispatch_board(grounds.incident, grounds.now).proposals == (newest,)
        assert refused.value.facts == {"state": "superseded"}

    def test_is_taken_once_by_who_coordinates(self, grounds, plan):
        said = {"incident": grounds.incident, "plan": "plan-1", "now": grounds.now}
        order = GivenOrder(
            home_id=plan[0].home_id, need_id=grounds.need.pk, heads=1,
            leaves_on=date(2020, 2, 12), arrives_on=date(2020, 2, 12),
        )  # fmt: skip
        with pytest.raises(PlanTakenBefore):
            propose_orders(orders=[order], actor=grounds.actors["coordinator"], **said)
        with pytest.raises(NotAllowed):
            propose_orders(orders=[order], actor=grounds.actors["home"], **said)
        with acting(grounds.actors["home"]):
            assert OrderProposal.objects.count() == 0
        with acting(grounds.actors["home"]), pytest.raises(NotOwner):
            plan[0].save()

    @pytest.mark.parametrize("plan", [" ", "p" * 65])
    def test_is_of_a_plan_that_is_named_in_full(self, grounds, plan):
        with pytest.raises(InvalidInput) as refused:
            propose_orders(
                incident=grounds.incident, plan=plan, orders=[], actor=grounds.actors["coordinator"],
                now=grounds.now,
            )  # fmt: skip

        assert [fault.column for fault in refused.value.faults] == ["plan"]

    def test_names_what_is_there(self, grounds):
        order = GivenOrder(
            home_id=uuid4(), need_id=uuid4(), package_id=uuid4(), heads=0,
            leaves_on=date(2020, 2, 13), arrives_on=date(2020, 2, 12),
        )  # fmt: skip
        neither = GivenOrder(
            home_id=grounds.actors["home"].organisation_id, heads=1,
            leaves_on=date(2020, 2, 12), arrives_on=date(2020, 2, 12),
        )  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            propose_orders(
                incident=grounds.incident, plan="p", orders=[order, neither],
                actor=grounds.actors["coordinator"], now=grounds.now,
            )  # fmt: skip

        assert sorted((fault.row, fault.code, fault.column) for fault in refused.value.faults) == [
            (1, "emergencies.ends_before_it_starts", "arrives_on"),
            (1, "emergencies.not_there", "home_id"),
            (1, "emergencies.not_there", "need_id"),
            (1, "emergencies.not_there", "package_id"),
            (1, "regions.out_of_range", "heads"),
            (2, "emergencies.order_of_neither", ""),
        ]  # fmt: skip

    def test_is_decided_by_somebody_also_past_the_program(self, grounds, plan):
        with acting(grounds.actors["coordinator"]):
            plan[0].state = "accepted"
            with pytest.raises(IntegrityError), transaction.atomic():
                plan[0].save()
            assert OrderProposal.objects.get(pk=plan[0].pk).state == "proposed"
