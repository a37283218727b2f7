"""The payment schedule beside the commitments, and the forecast by month."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.grounds import ground

from records.claim_grounds import write_batch
from records.ledger_grounds import LATER, make_grounds
from tiebeam.apps.ledger.operations.tranches import (
    CommitmentExceeded,
    NoCommitment,
    TrancheDropped,
    TrancheMet,
    change_tranche,
    drop_tranche,
    plan_tranche,
)
from tiebeam.apps.ledger.queries.schedule import forecast, list_schedules
from tiebeam.apps.ledger.schedule_models import Tranche
from tiebeam.apps.pairings.operations.sides import NotASide
from tiebeam.apps.regions.operations.checks import ReasonMissing
from tiebeam.errors import InvalidInput
from tiebeam.platform.audit.history import list_changes
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.records import NotOwner
from tiebeam.platform.time.periods import AsOf

MARCH, JUNE, SEPTEMBER = date(2020, 3, 20), date(2020, 6, 20), date(2020, 9, 20)
TODAY = date(2020, 7, 1)
HOUR = timedelta(hours=1)


@pytest.fixture
@ground
def grounds(workspace):
    return make_grounds(workspace)


@pytest.fixture
def commitment(grounds, now):
    return write_batch(grounds, now, "commitment", 1000, purpose="medicine")


@pytest.fixture
def plan(grounds, commitment, now):
    def plan_one(amount, due_on, **more):
        donor = grounds.makers["donor"]
        return plan_tranche(
            commitment=commitment, amount=amount, due_on=due_on, actor=donor, now=now, **more
        )

    return plan_one


@pytest.fixture
def donor(grounds):
    return grounds.makers["donor"]


def _met(grounds, actor="donor"):
    """Return (amount, ordered, paid, state) of each tranche."""
    with acting(grounds.makers[actor]):
        schedules = list_schedules(pairing_ids=[grounds.pairing.pk])
        return [
            (line.tranche.amount, line.ordered, line.paid, line.state_on(TODAY))
            for schedule in schedules
            for line in schedule.lines
        ]


class TestSchedule:
    def test_is_met_by_payments_in_the_order_of_days(self, grounds, commitment, plan, now):
        plan(300, JUNE)
        plan(400, MARCH)
        plan(200, SEPTEMBER)
        order = write_batch(grounds, now, "order", 800, commitment)
        payment = write_batch(grounds, now, "payment", 500, order)

        assert _met(grounds) == [
            (400, 400, 400, "paid"),
            (300, 300, 100, "overdue"),
            (200, 100, 0, "planned"),
        ]

        write_batch(grounds, now, "bounce", 200, payment)

        assert [line[:3] for line in _met(grounds)] == [
            (400, 400, 300),
            (300, 200, 0),
            (200, 0, 0),
        ]

    def test_leaves_out_what_was_reversed(self, grounds, commitment, plan, now):
        plan(400, MARCH)
        order = write_batch(grounds, now, "order", 400, commitment)
        payment = write_batch(grounds, now, "payment", 400, order)
        write_batch(grounds, now, "reversal", 400, reverses=payment)

        assert _met(grounds) == [(400, 400, 0, "overdue")]

    def test_is_as_it_was_on_a_day_and_as_then_known(self, grounds, commitment, plan, donor, now):
        """300 planned, then 250 of it; 200 paid an hour later, and that reversed after two hours."""
        tranche = plan(300, MARCH)
        order = write_batch(grounds, now + HOUR, "order", 200, commitment)
        payment = write_batch(grounds, now + HOUR, "payment", 200, order)
        change_tranche(
            tranche=tranche,
            amount=250,
            due_on=MARCH,
            purpose="",
            reason="Less",
            actor=donor,
            now=now + HOUR,
        )
        write_batch(grounds, now + 2 * HOUR, "reversal", 200, reverses=payment)
        day = payment.valid_on

        def lines(true_on, hours):
            with acting(donor):
                found = list_schedules(as_of=AsOf(true_on=true_on, known_at=now + hours * HOUR))
                return [(row.tranche.amount, row.paid) for each in found for row in each.lines]

        assert [lines(day, hours) for hours in (-1, 0, 1, 2)] == [
            [], [(300, 0)], [(250, 200)], [(250, 0)]
        ]  # fmt: skip
        assert lines(commitment.valid_on - timedelta(days=1), 2) == []

    def test_is_not_met_by_what_was_paid_before_it_was_planned(
        self, grounds, commitment, plan, donor, now
    ):
        order = write_batch(grounds, now - HOUR, "order", 700, commitment)
        payment = write_batch(grounds, now - HOUR, "payment", 600, order)
        with pytest.raises(CommitmentExceeded):
            plan(401, MARCH)
        plan(400, MARCH)

        assert _met(grounds) == [(400, 100, 0, "overdue")]

        write_batch(grounds, now + HOUR, "payment", 100, order)
        assert _met(grounds) == [(400, 100, 100, "overdue")]

        write_batch(grounds, now + HOUR, "bounce", 600, payment)
        with acting(donor):
            [schedule] = list_schedules()
        assert (schedule.settled, schedule.paid, schedule.unplanned) == (0, 100, 600)

    def test_tells_what_no_tranche_plans(self, grounds, commitment, plan, donor, now):
        plan(600, MARCH)
        write_batch(grounds, now, "decommitment", 100, commitment)
        with acting(donor):
            assert [row.unplanned for row in list_schedules(donor_id=donor.organisation_id)] == [
                300
            ]

            write_batch(grounds, now, "decommitment", 500, commitment)
            assert list_schedules()[0].unplanned == -200

    @pytest.mark.parametrize("side", ["donor", "recipient", "coordinator"])
    def test_is_read_by_both_sides_and_the_coordinator(self, grounds, plan, side):
        plan(300, JUNE)

        with acting(grounds.makers[side]):
            assert Tranche.objects.count() == 1

    def test_is_not_read_by_others(self, grounds, plan, hunan):
        plan(300, JUNE)

        with acting(hunan):
            assert Tranche.objects.count() == 0


class TestScheduleOfTheEngine:
    def test_follows_what_is_posted(self, grounds):
        grounds.fix_year(2020)
        for kind in ("obligation", "opening", "appropriation"):
            grounds.post(kind, 1000)
        commitment = grounds.post("commitment", 900)
        plan_tranche(
            commitment=commitment,
            amount=600,
            due_on=MARCH,
            actor=grounds.makers["donor"],
            now=LATER,
        )
        order = grounds.post("order", 500, follows_id=commitment.pk)
        payment = grounds.post("payment", 400, follows_id=order.pk)
        grounds.post("cancel_order", 100, follows_id=order.pk)
        grounds.post("bounce", 50, follows_id=payment.pk)
        grounds.post("decommitment", 100, follows_id=commitment.pk)

        assert _met(grounds) == [(600, 350, 350, "overdue")]
        with acting(grounds.makers["donor"]):
            assert list_schedules()[0].unplanned == 200


class TestForecast:
    def test_gives_each_month_what_is_due_ordered_and_paid(
        self, grounds, commitment, plan, donor, now
    ):
        for amount, due_on in ((300, JUNE), (400, MARCH), (100, date(2020, 6, 1))):
            plan(amount, due_on)
        order = write_batch(grounds, now, "order", 500, commitment)
        write_batch(grounds, now, "payment", 450, order)

        with acting(donor):
            told = forecast(list_schedules(), TODAY)

        assert [(row.first.month, row.due, row.ordered, row.paid) for row in told.months] == [
            (3, 400, 400, 400),
            (6, 400, 100, 50),
        ]
        assert (told.overdue, told.unplanned) == (350, 200)

    def test_goes_on_over_the_end_of_a_year(self, grounds, plan, donor):
        plan(1, date(2020, 12, 31))
        plan(1, date(2021, 1, 1))

        with acting(donor):
            months = forecast(list_schedules(), TODAY).months

        assert [row.first for row in months] == [date(2020, 12, 1), date(2021, 1, 1)]

    def test_of_nothing_is_empty(self):
        assert forecast([], TODAY).months == ()


class TestPlanTranche:
    def test_takes_over_the_purpose_and_writes_the_log(self, plan, donor):
        tranche = plan(300, JUNE)

        assert tranche.purpose == "medicine"
        with acting(donor):
            assert [row.action for row in list_changes([tranche.pk])] == ["ledger.plan_tranche"]

    def test_comes_to_no_more_than_the_commitment(self, plan):
        plan(600, JUNE)

        with pytest.raises(CommitmentExceeded) as refused:
            plan(401, SEPTEMBER)

        assert refused.value.facts == {"asked": 401, "left": 400}
        plan(400, SEPTEMBER)

    def test_counts_what_goes_in_kind(self, grounds, commitment, plan, now):
        write_batch(grounds, now, "shipment", 700, commitment)

        with pytest.raises(CommitmentExceeded):
            plan(301, JUNE)

    def test_asks_for_an_amount_and_a_day_that_make_sense(self, plan):
        with pytest.raises(InvalidInput) as refused:
            plan(0, date(2020, 1, 9), purpose="x" * 121)

        assert [fault.code for fault in refused.value.faults] == [
            "ledger.amount_out_of_range",
            "claims.due_before_commitment",
            "regions.text_too_long",
        ]

    def test_is_of_a_commitment(self, grounds, commitment, donor, now):
        order = write_batch(grounds, now, "order", 800, commitment)

        with pytest.raises(NoCommitment):
            plan_tranche(commitment=order, amount=1, due_on=JUNE, actor=donor, now=now)

    def test_is_the_donors(self, grounds, commitment, hunan, now):
        for actor, refusal in ((grounds.makers["recipient"], NotAllowed), (hunan, NotASide)):
            with pytest.raises(refusal):
                plan_tranche(commitment=commitment, amount=1, due_on=JUNE, actor=actor, now=now)


class TestChangeTranche:
    def test_moves_the_plan_for_a_reason(self, plan, donor, now):
        tranche = plan(300, JUNE)
        plan(600, MARCH)

        changed = change_tranche(
            tranche=tranche, amount=400, due_on=SEPTEMBER, purpose="education",
            reason="Work began late", actor=donor, now=now,
        )  # fmt: skip

        assert (changed.amount, changed.due_on, changed.purpose) == (400, SEPTEMBER, "education")
        with acting(donor):
            assert list_changes([tranche.pk])[0].reason == "Work began late"

    def test_refuses_what_does_not_fit_and_what_says_no_reason(self, plan, donor, now):
        tranche = plan(300, JUNE)
        plan(600, MARCH)
        given = {"tranche": tranche, "due_on": JUNE, "purpose": "", "actor": donor, "now": now}

        with pytest.raises(CommitmentExceeded):
            change_tranche(amount=401, reason="More", **given)
        with pytest.raises(ReasonMissing):
            change_tranche(amount=100, reason=" ", **given)

    def test_refuses_what_is_paid(self, grounds, commitment, plan, donor, now):
        tranche = plan(300, JUNE)
        order = write_batch(grounds, now, "order", 300, commitment)
        write_batch(grounds, now, "payment", 300, order)

        with pytest.raises(TrancheMet):
            drop_tranche(tranche=tranche, reason="Not needed", actor=donor, now=now)

    def test_is_the_owners(self, plan, hunan, now):
        tranche = plan(300, JUNE)

        with pytest.raises((NotOwner, Tranche.DoesNotExist)):
            drop_tranche(tranche=tranche, reason="Not needed", actor=hunan, now=now)


class TestDropTranche:
    def test_makes_room_and_stays_on_record(self, grounds, plan, donor, now):
        tranche = plan(1000, JUNE)

        drop_tranche(tranche=tranche, reason="Not needed", actor=donor, now=now)

        assert _met(grounds) == []
        plan(1000, JUNE)
        with acting(donor):
            assert Tranche.objects.count() == 2
        with pytest.raises(TrancheDropped):
            drop_tranche(tranche=tranche, reason="Again", actor=donor, now=now)


def test_the_database_refuses_a_tranche_of_nothing(plan, donor):
    tranche = plan(300, JUNE)

    with acting(donor), pytest.raises(IntegrityError), transaction.atomic():
        Tranche.objects.filter(pk=tranche.pk).update(amount=0)
