"""What a programme fixes for a year, how a year ends, and what comes later (§L7, §L8, §L10)."""

from datetime import UTC, date, datetime

import pytest
from tests.grounds import ground

from records.ledger_grounds import LATER, make_grounds
from tiebeam.apps.ledger.models import Transfer
from tiebeam.apps.ledger.operations.proposals import return_proposal
from tiebeam.apps.ledger.operations.years import set_programme_year
from tiebeam.errors import Refused
from tiebeam.platform.tenancy.acting import acting

NEXT = date(2021, 1, 15)
IN_2020 = datetime(2020, 12, 31, 3, 0, tzinfo=UTC)


@pytest.fixture
@ground
def grounds(workspace):
    found = make_grounds(workspace)
    for year in (2020, 2021):
        found.fix_year(year)
    found.post("obligation", 100)
    found.post("opening", 100)
    found.post("appropriation", 80)
    return found


class TestYearOfAProgramme:
    def test_is_fixed_before_anything_is_posted_in_it(self, grounds):
        grounds.fix_year(2020)
        with pytest.raises(Refused, match=r"'ledger\.year_in_use'"):
            grounds.fix_year(2020, "on_receipt")
        with pytest.raises(Refused, match=r"'ledger\.year_in_use'"):
            grounds.fix_year(2020, reopens=False)
        grounds.fix_year(2021, reopens=False)

    def test_is_in_use_where_what_was_told_late_stands_in_it(self, grounds):
        payment = grounds.pay(50)
        grounds.post("receipt", 10, follows_id=payment.pk)
        grounds.close("donor", 2020)
        # True in 2020, and in the donor's book of 2021.
        grounds.post("receipt", 10, follows_id=payment.pk)

        with pytest.raises(Refused, match=r"'ledger\.year_in_use'"):
            grounds.fix_year(2021, reopens=False)

    def test_takes_no_revenue_while_that_of_the_other_profile_is_unspent(self, grounds):
        grounds.fix_year(2021, "on_receipt")
        payment = grounds.pay(50)
        grounds.post("receipt", 50, follows_id=payment.pk)

        with pytest.raises(Refused, match=r"'ledger\.former_profile'"):
            grounds.post("expenditure", 20, nature="current", valid_on=NEXT)
        grounds.post("expenditure", 50, nature="current")
        assert grounds.balances("recipient") == {"R4330/2020": 50, "R5000/2020": 50}

    @pytest.mark.parametrize("year", [-1, 0, 1900, 3000, 10**9])
    def test_that_is_none_of_our_time_is_not_closed(self, grounds, year):
        with pytest.raises(Refused, match=r"'ledger\.year_out_of_range'"):
            grounds.close("donor", year)

    def test_keeps_its_profile_while_money_is_unspent(self, grounds):
        payment = grounds.pay(50)
        grounds.post("receipt", 50, follows_id=payment.pk)
        for year in (2021, 2022):
            with pytest.raises(Refused, match=r"'ledger\.money_still_owed'"):
                grounds.fix_year(year, "on_receipt")
        grounds.post("expenditure", 50, nature="current")
        grounds.fix_year(2021, "on_receipt")
        payment = grounds.pay(20)
        grounds.post("receipt", 20, follows_id=payment.pk, valid_on=NEXT)
        with pytest.raises(Refused, match=r"'ledger\.money_still_owed'"):
            grounds.fix_year(2022)

    @pytest.mark.parametrize(
        ("code", "year", "profile"),
        [("profile_unknown", 2021, "cash"), ("year_out_of_range", 20210, "on_receipt")],
    )
    def test_is_one_of_few(self, grounds, code, year, profile):
        with pytest.raises(Refused, match=rf"'ledger\.{code}'"):
            grounds.fix_year(year, profile)

    def test_is_fixed_by_the_owner_of_the_programme(self, grounds):
        with pytest.raises(Refused, match="not_allowed"):
            set_programme_year(
                programme=grounds.programme,
                year=2022,
                profile="on_receipt",
                refund_reopens=True,
                actor=grounds.makers["donor"],
                now=LATER,
            )


class TestYearsEnd:
    def test_waits_for_the_own_proposals_of_the_year(self, grounds):
        waiting = grounds.propose("commitment", 5)
        for kind, terms in {"commitment": {"valid_on": NEXT}, "obligation": {}}.items():
            grounds.propose(kind, 5, **terms)

        with pytest.raises(Refused, match=r"'ledger\.proposals_open'") as refused:
            grounds.close("donor", 2020)
        assert refused.value.facts["proposals"] == (str(waiting.pk),)
        assert refused.value.facts["days"] == (date(2020, 3, 1),)

        hand = {"actor": grounds.checkers["donor"], "now": LATER}
        return_proposal(proposal=waiting, reason="late", **hand)
        assert grounds.close("donor", 2020).donor_year == 2020

    def test_lapses_the_due_and_carries_what_is_appropriated_or_bound(self, grounds):
        commitment = grounds.post("commitment", 30)
        grounds.post("order", 10, follows_id=commitment.pk)
        grounds.close("donor", 2020)

        assert grounds.balances("donor") == {
            "B100/2020": 100,
            "B180/2020": 20,
            "B190/2020": 80,
            "B105/2021": 80,
            "B120/2021": 50,
            "B130/2021": 20,
            "B140/2021": 10,
            "D1000": 100,
            "D3000": 100,
        }

    def test_may_carry_the_due_and_lapse_the_appropriated(self, grounds):
        grounds.close("donor", 2020, carries_due=True, carries_appropriated=False)

        held = grounds.balances("donor")
        assert (held["B110/2021"], held["B180/2020"], held["B105/2021"]) == (20, 80, 20)

    def test_takes_no_more_of_that_side_and_lets_the_other_go_on(self, grounds):
        payment = grounds.pay(50)
        grounds.close("donor", 2020)
        with pytest.raises(Refused, match=r"'ledger\.year_closed'"):
            grounds.post("lapse", 5, stage="B120")
        with pytest.raises(Refused, match=r"'ledger\.year_closed'"):
            grounds.close("donor", 2020)

        receipt = grounds.post("receipt", 40, follows_id=payment.pk)

        assert (receipt.donor_year, receipt.recipient_year) == (2021, 2020)
        assert grounds.balances("donor")["D5310/2021"] == 40
        assert grounds.balances("recipient")["R2200"] == 40
        with acting(grounds.makers["donor"]):
            assert Transfer.objects.get(batch=receipt).relates_to_year == 2020

    def test_closes_income_and_expense_to_net_assets(self, grounds):
        payment = grounds.pay(50)
        grounds.post("receipt", 50, follows_id=payment.pk)
        grounds.post("expenditure", 30, nature="current")
        for side in ("donor", "recipient"):
            grounds.close(side, 2020)

        assert grounds.balances("recipient") == {"R1000": 20, "R2200": 20}
        assert grounds.balances("donor")["D3000"] == 50

    def test_comes_after_that_of_an_earlier_year_that_left_no_yearly_account(self, grounds):
        payment = grounds.pay(50)
        grounds.post("receipt", 50, follows_id=payment.pk)
        with pytest.raises(Refused, match=r"'ledger\.earlier_year_open'"):
            grounds.close("recipient", 2021, now=datetime(2022, 1, 5, tzinfo=UTC))

    def test_comes_when_the_year_is_over_one_after_the_other(self, grounds):
        grounds.post("obligation", 5, valid_on=NEXT)
        with pytest.raises(Refused, match=r"'ledger\.year_not_over'"):
            grounds.close("donor", 2020, now=IN_2020)
        with pytest.raises(Refused, match=r"'ledger\.earlier_year_open'"):
            grounds.close("donor", 2021, now=datetime(2022, 1, 5, tzinfo=UTC))
        grounds.close("donor", 2020)
        grounds.close("donor", 2021, now=datetime(2022, 1, 5, tzinfo=UTC))
        with pytest.raises(Refused, match=r"'ledger\.no_book_to_close'"):
            grounds.close("coordinator", 2020)

    def test_is_not_reversed(self, grounds):
        payment = grounds.pay(50)
        grounds.post("receipt", 50, follows_id=payment.pk)
        grounds.post("expenditure", 50, nature="current")
        for side in ("donor", "recipient"):
            ended = grounds.close(side, 2020)
            with pytest.raises(Refused, match=r"'ledger\.not_reversed'"):
                grounds.reverse(ended, side)


class TestAfterTheClose:
    def test_a_refund_of_the_closed_year_is_a_recovery(self, grounds):
        payment = grounds.pay(50)
        receipt = grounds.post("receipt", 50, follows_id=payment.pk)
        for side in ("donor", "recipient"):
            grounds.close(side, 2020)
        agreed = grounds.post("refund_agreed", 20, follows_id=receipt.pk, valid_on=NEXT)
        paid = grounds.post("refund_paid", 20, follows_id=agreed.pk, valid_on=NEXT)
        grounds.post("refund_confirmed", 20, follows_id=paid.pk, valid_on=NEXT)

        donor = grounds.balances("donor")
        assert (donor["D4910/2021"], donor["B107/2021"], donor["B150/2020"]) == (20, 20, 50)
        assert donor["B120/2021"] == 30 + 20
        assert grounds.balances("recipient") == {"R1000": 30, "R2200": 30}

    def test_a_bounce_restores_the_amount_in_the_open_year(self, grounds):
        payment = grounds.pay(50)
        grounds.close("donor", 2020)
        grounds.post("bounce", 50, follows_id=payment.pk, valid_on=NEXT)

        donor = grounds.balances("donor")
        assert (donor["B150/2020"], donor["B107/2021"], donor["B130/2021"]) == (50, 50, 50)
        assert donor["D1000"] == 100

    def test_a_reversal_stands_in_the_open_year(self, grounds):
        payment = grounds.pay(50)
        grounds.close("donor", 2020)
        undone = grounds.reverse(payment, "donor")

        assert undone.donor_year == 2021
        donor = grounds.balances("donor")
        assert (donor["B107/2021"], donor["B140/2021"], donor["D1000"]) == (50, 50, 100)

    def test_what_was_carried_is_not_carried_back(self, grounds):
        carried = grounds.post("carry", 20, stage="B120")
        assert grounds.balances("donor")["B120/2021"] == 20
        grounds.close("donor", 2020)
        with pytest.raises(Refused, match=r"'ledger\.not_reversed'"):
            grounds.reverse(carried, "donor")
