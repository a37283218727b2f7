"""Registers of donations and investments beside the books (§L13)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.grounds import ground

from records.ledger_grounds import make_grounds
from tiebeam.apps.ledger.gift_models import Gift
from tiebeam.apps.ledger.models import Batch, Transfer
from tiebeam.apps.ledger.operations.gifts import (
    GiftEntered,
    GiftStruck,
    correct_gift,
    enter_gift,
    strike_gift,
)
from tiebeam.apps.ledger.queries.gifts import list_gifts, sum_gifts
from tiebeam.apps.pairings.operations.sides import NotASide
from tiebeam.errors import InvalidInput
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.records import NotOwner
from tiebeam.platform.time.periods import AsOf

DAY = date(2020, 1, 20)
GIVEN = {"giver": "Benefit Fund", "received_on": DAY, "document": "Receipt 7"}
BEDS = {"description": "Beds", "quantity": 40, "quantity_unit": "pieces"}


@pytest.fixture
@ground
def grounds(workspace):
    return make_grounds(workspace)


@pytest.fixture
def enter(grounds, now):
    def enter_one(side="recipient", kind="donation", **given):
        return enter_gift(
            pairing=grounds.pairing,
            kind=kind,
            actor=grounds.makers[side],
            now=now,
            **{**GIVEN, **given},
        )

    return enter_one


class TestTotals:
    def test_keep_money_goods_counts_kinds_and_years_apart(self, grounds, enter):
        enter(amount=500)
        enter(amount=300, giver="Another fund")
        enter(amount=900, **BEDS)
        enter(**BEDS, giver="Another fund")
        enter(kind="investment", amount=7000)
        enter(amount=1, received_on=date(2019, 6, 1))

        with acting(grounds.makers["donor"]):
            totals = sum_gifts(list_gifts(grounds.pairing))

        assert [(row.year, row.kind, row.entries, row.money, row.goods) for row in totals] == [
            (2020, "donation", 4, 800, 900),
            (2020, "investment", 1, 7000, 0),
            (2019, "donation", 1, 1, 0),
        ]
        assert totals[0].quantities == (("Beds", "pieces", 80),)
        assert totals[0].not_valued == 1

    def test_never_touch_the_books(self, grounds, enter):
        enter(amount=500)

        with acting(grounds.makers["recipient"]):
            assert (Batch.objects.count(), Transfer.objects.count()) == (0, 0)

    def test_leave_out_what_was_struck(self, grounds, enter, now):
        gift = enter(amount=500)
        recipient = grounds.makers["recipient"]

        strike_gift(gift=gift, reason="Never came", actor=recipient, now=now)

        with acting(recipient):
            assert sum_gifts(list_gifts(grounds.pairing)) == []
            assert len(list_gifts(grounds.pairing, kind="donation", year=2020)) == 1
        with pytest.raises(GiftStruck):
            strike_gift(gift=gift, reason="Again", actor=recipient, now=now)

    def test_are_as_they_were_on_a_day_and_as_then_known(self, grounds, enter, now):
        """500 of 20 January, told on 10 February, struck out a day later; 1 of June 2019 stands."""
        enter(amount=1, received_on=date(2019, 6, 1))
        gift = enter(amount=500)
        recipient, struck_at = grounds.makers["recipient"], now + timedelta(days=1)
        strike_gift(gift=gift, reason="Never came", actor=recipient, now=struck_at)

        with acting(recipient):
            asked = [AsOf(true_on=DAY, known_at=now), AsOf(true_on=DAY, known_at=struck_at),
                     AsOf(true_on=date(2019, 12, 31)), AsOf(true_on=DAY, known_at=now - timedelta(1))]  # fmt: skip
            totals = [sum_gifts(list_gifts(grounds.pairing, as_of=each)) for each in asked]

        assert [[row.money for row in rows] for rows in totals] == [[500, 1], [1], [1], []]


class TestEnterGift:
    def test_once_for_both_sides(self, enter):
        enter(amount=500)

        with pytest.raises(GiftEntered) as refused:
            enter("donor", amount=500)

        assert refused.value.facts["organisation"]["en"] == "Nyingchi"

    def test_says_all_that_is_missing(self, enter):
        with pytest.raises(InvalidInput) as refused:
            enter(kind="gift", giver=" ", document="", received_on=date(2020, 2, 11), quantity=3)

        assert {(fault.column, fault.code) for fault in refused.value.faults} == {
            ("kind", "claims.gift_unknown"),
            ("giver", "regions.value_missing"),
            ("document", "regions.value_missing"),
            ("description", "regions.value_missing"),
            ("quantity_unit", "regions.value_missing"),
            ("received_on", "claims.not_arrived_yet"),
        }

    def test_is_something(self, enter):
        with pytest.raises(InvalidInput) as refused:
            enter()

        assert {fault.column for fault in refused.value.faults} == {"amount", "quantity"}

    def test_is_of_a_side(self, enter, grounds, hunan, coordinator, now):
        for actor, refusal in ((hunan, NotASide), (coordinator, NotAllowed)):
            with pytest.raises(refusal):
                enter_gift(
                    pairing=grounds.pairing, kind="donation", amount=1, actor=actor, now=now,
                    **GIVEN,
                )  # fmt: skip


class TestCorrectGift:
    def test_for_a_reason_by_who_entered_it(self, enter, grounds, now):
        gift = enter(amount=500)
        given = {**GIVEN, "gift": gift, "amount": 50, "reason": "A digit too many", "now": now}

        corrected = correct_gift(actor=grounds.makers["recipient"], **given)

        assert corrected.amount == 50
        with pytest.raises(NotOwner):
            correct_gift(actor=grounds.makers["donor"], **given)


@pytest.mark.parametrize(
    "change", [{"amount": 0}, {"giver": ""}, {"quantity": 3}, {"quantity_unit": "kits"}]
)
def test_the_database_refuses_a_gift_of_nothing_by_nobody(enter, grounds, change):
    gift = enter(amount=500)

    with acting(grounds.makers["recipient"]), pytest.raises(IntegrityError), transaction.atomic():
        Gift.objects.filter(pk=gift.pk).update(**change)
