"""Reimbursements: requested, checked, paid by two people of finance; each voucher used once."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from tests.grounds import ground

from records.ledger_grounds import LATER, make_grounds
from tiebeam.apps.ledger.claim_models import Reimbursement, Voucher
from tiebeam.apps.ledger.models import Batch, Proposal
from tiebeam.apps.ledger.operations.claims import (
    ClaimNotOpen,
    NothingReceived,
    check_reimbursement,
    correct_voucher,
    pay_reimbursement,
    refuse_reimbursement,
    request_reimbursement,
)
from tiebeam.apps.ledger.operations.parts import OwnProposal
from tiebeam.apps.ledger.operations.proposals import post_proposal, return_proposal
from tiebeam.apps.ledger.operations.vouchers import GivenVoucher
from tiebeam.apps.ledger.queries.claims import (
    get_claim,
    list_claims,
    list_duplicate_vouchers,
    list_vouchers,
)
from tiebeam.apps.pairings.operations.sides import NotASide
from tiebeam.errors import InvalidInput, Refused
from tiebeam.platform.audit.history import list_changes
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.grants import grant_reading

DAY = date(2020, 6, 1)
CEMENT = GivenVoucher(issuer="Nyingchi Cement", number="No. 0042", amount=300, issued_on=DAY)
STEEL = GivenVoucher(issuer="Nyingchi Steel", number="7", amount=200, issued_on=DAY)


@pytest.fixture
@ground
def grounds(workspace):
    found = make_grounds(workspace)
    found.fix_year(2020)
    for kind in ("obligation", "opening", "appropriation"):
        found.post(kind, 1000)
    payment = found.pay(1000)
    found.post("receipt", 1000, follows_id=payment.pk)
    return found


@pytest.fixture
def office(grounds):
    return grounds.makers["recipient"]


@pytest.fixture
def finance(grounds):
    return grounds.checkers["recipient"]


@pytest.fixture
def second(finance):
    return replace(finance, person_id=uuid4())


@pytest.fixture
def request_one(grounds, office):
    def request(*vouchers, **given):
        vouchers = vouchers or (CEMENT, STEEL)
        said = {
            "title": "Walls of the school",
            "payee": "Nyingchi Builders",
            "purpose": "education",
            "nature": "capital",
            "amount": sum(voucher.amount for voucher in vouchers),
            "actor": office,
        }
        return request_reimbursement(
            pairing=grounds.pairing, vouchers=vouchers, now=LATER, **{**said, **given}
        )

    return request


@pytest.fixture
def check(finance):
    def check_one(claim, actor=finance):
        return check_reimbursement(
            reimbursement=claim, pay_on=DAY, document="Approval 5", actor=actor, now=LATER
        )

    return check_one


def _state(claim, actor):
    with acting(actor):
        return get_claim(claim.pk).state


class TestPaying:
    def test_posts_the_expenditure_by_the_two_of_finance(
        self, grounds, request_one, check, finance, second
    ):
        claim = request_one()
        assert _state(claim, finance) == "requested"
        check(claim)
        assert _state(claim, finance) == "checked"

        batch = pay_reimbursement(reimbursement=claim, actor=second, now=LATER)

        assert _state(claim, finance) == "paid"
        assert (batch.kind, batch.amount, batch.nature, batch.purpose, batch.valid_on) == (
            "expenditure", 500, "capital", "education", DAY,
        )  # fmt: skip
        assert (batch.maker_id, batch.checker_id) == (finance.person_id, second.person_id)
        assert grounds.balances("recipient") == {
            "R1000": 500, "R1600": 500, "R2200": 500, "R4330/2020": 500,
        }  # fmt: skip

    def test_takes_another_hand_than_requesting_and_checking(
        self, request_one, check, office, finance
    ):
        claim = request_one()
        both = replace(finance, person_id=office.person_id)
        with pytest.raises(OwnProposal):
            check(claim, both)
        check(claim)
        for actor in (finance, both):
            with pytest.raises(OwnProposal):
                pay_reimbursement(reimbursement=claim, actor=actor, now=LATER)

    def test_is_not_posted_by_who_requested_it_through_another_door(
        self, request_one, check, office, finance
    ):
        claim = check(request_one())
        both = replace(office, duties=office.duties | finance.duties)

        with pytest.raises(OwnProposal):
            post_proposal(proposal=claim.proposal, actor=both, now=LATER)

    def test_beyond_the_special_account_is_refused_and_leaves_it_checked(
        self, request_one, check, second
    ):
        claim = request_one(replace(CEMENT, amount=1001))
        check(claim)

        with pytest.raises(Refused, match=r"ledger\.overdrawn"):
            pay_reimbursement(reimbursement=claim, actor=second, now=LATER)

        assert _state(claim, second) == "checked"

    def test_elsewhere_pays_it_here_too(self, request_one, check, second):
        claim = check(request_one())

        post_proposal(proposal=claim.proposal, actor=second, now=LATER)

        assert _state(claim, second) == "paid"
        with pytest.raises(ClaimNotOpen):
            pay_reimbursement(reimbursement=claim, actor=second, now=LATER)

    def test_sent_back_waits_to_be_checked_again(self, request_one, check, finance, second):
        claim = check(request_one())
        return_proposal(proposal=claim.proposal, reason="Wrong day", actor=second, now=LATER)
        with acting(finance):
            standing = get_claim(claim.pk)
            assert (standing.state, standing.sent_back) == ("requested", "Wrong day")

        check(claim)

        assert pay_reimbursement(reimbursement=claim, actor=second, now=LATER).amount == 500

    def test_reversed_can_be_refused_and_frees_the_vouchers(
        self, grounds, request_one, check, finance, second
    ):
        claim = check(request_one())
        batch = pay_reimbursement(reimbursement=claim, actor=second, now=LATER)
        grounds.reverse(batch, "recipient")
        assert _state(claim, finance) == "undone"

        refuse_reimbursement(reimbursement=claim, reason="Twice", actor=finance, now=LATER)

        assert _state(claim, finance) == "refused"
        request_one()


class TestRefusing:
    @pytest.mark.parametrize("is_checked", [False, True])
    def test_says_why_and_frees_the_vouchers(self, request_one, check, finance, second, is_checked):
        claim = request_one()
        if is_checked:
            check(claim)

        refused = refuse_reimbursement(
            reimbursement=claim, reason="Not for a school", actor=second, now=LATER
        )

        assert refused.reason == "Not for a school"
        with acting(finance):
            assert not Proposal.objects.filter(state="proposed").exists()
            assert {row.is_free for row in list_vouchers(claim)} == {True}
            assert [row.state for row in list_claims(states=["refused"])] == ["refused"]
        request_one()
        with pytest.raises(ClaimNotOpen):
            refuse_reimbursement(reimbursement=claim, reason="Again", actor=finance, now=LATER)

    def test_what_is_paid_is_not_refused(self, request_one, check, finance, second):
        claim = check(request_one())
        pay_reimbursement(reimbursement=claim, actor=second, now=LATER)

        with pytest.raises(ClaimNotOpen):
            refuse_reimbursement(reimbursement=claim, reason="Late", actor=finance, now=LATER)


class TestRequesting:
    def test_needs_money_that_was_received(self, workspace, request_one):
        bare = make_grounds(workspace, slug="bare")

        with pytest.raises(NothingReceived):
            request_reimbursement(
                pairing=bare.pairing, title="x", payee="y", purpose="z", nature="current",
                amount=300, vouchers=[CEMENT], actor=bare.makers["recipient"], now=LATER,
            )  # fmt: skip

    def test_is_the_recipients_office(self, grounds, request_one, finance, huanggang):
        for actor, refusal in (
            (grounds.makers["donor"], NotAllowed),
            (finance, NotAllowed),
            (huanggang, NotASide),
        ):
            with pytest.raises(refusal):
                request_one(actor=actor)

    def test_tells_all_that_is_wrong(self, request_one):
        with pytest.raises(InvalidInput) as refused:
            request_one(
                replace(CEMENT, number=" ", issued_on=date(2021, 2, 2)),
                replace(STEEL, issuer="　", amount=-5),
                title="", nature="other", amount=1,
            )  # fmt: skip

        assert [(fault.row, fault.column, fault.code) for fault in refused.value.faults] == [
            (None, "title", "regions.value_missing"),
            (None, "nature", "ledger.term_missing"),
            (None, "amount", "claims.sum_differs"),
            (1, "number", "regions.value_missing"),
            (1, "issued_on", "claims.voucher_of_tomorrow"),
            (2, "amount", "ledger.amount_out_of_range"),
            (2, "issuer", "regions.value_missing"),
        ]

    def test_rests_on_vouchers(self, request_one):
        with pytest.raises(InvalidInput) as refused:
            request_one(*[replace(STEEL, number=str(number)) for number in range(501)])

        assert refused.value.faults[0].code == "claims.vouchers_missing"

    def test_refuses_a_voucher_used_before_and_names_where(self, request_one):
        first = request_one()

        with pytest.raises(InvalidInput) as refused:
            request_one(
                replace(STEEL, number="8"),
                # The same to who reads it: full width, capitals, spaces.
                replace(CEMENT, issuer="NYINGCHI  cement", number="Ｎｏ.００４２"),
            )

        fault = refused.value.faults[0]
        assert (fault.code, fault.row) == ("claims.voucher_used", 2)
        assert fault.facts["title"] == "Walls of the school"
        assert fault.facts["claim_id"] == str(first.pk)

    def test_refuses_a_voucher_twice_in_one(self, request_one):
        with pytest.raises(InvalidInput) as refused:
            request_one(CEMENT, STEEL, CEMENT)

        fault = refused.value.faults[0]
        assert (fault.code, fault.row, fault.facts["line"]) == ("claims.voucher_twice", 3, 1)

    def test_takes_another_amount_or_issuer_under_the_same_number(self, request_one, office):
        request_one(CEMENT, replace(CEMENT, amount=301), replace(CEMENT, issuer="Other"))

        with acting(office):
            assert sorted(Voucher.objects.values_list("amount", "issuer")) == sorted(
                [
                    (CEMENT.amount, CEMENT.issuer),
                    (301, CEMENT.issuer),
                    (CEMENT.amount, "Other"),
                ]
            )

    def test_is_read_by_who_follows_the_book_and_not_by_the_donor(self, grounds, request_one):
        request_one()

        seen = {}
        for side, actor in grounds.makers.items():
            with acting(actor):
                seen[side] = (Reimbursement.objects.count(), Voucher.objects.count())
        assert seen == {"recipient": (1, 2), "coordinator": (1, 2), "donor": (0, 0)}


class TestCorrecting:
    def test_changes_the_voucher_and_the_amount_for_a_reason(self, request_one, check, office):
        claim = request_one()
        with acting(office):
            voucher = next(row for row in list_vouchers(claim) if row.amount == 200)

        correct_voucher(
            voucher=voucher, given=replace(STEEL, amount=250, number="70"),
            reason="Misread", actor=office, now=LATER,
        )  # fmt: skip

        with acting(office):
            assert get_claim(claim.pk).reimbursement.amount == 550
            assert list_changes([voucher.pk])[0].reason == "Misread"
        check(claim)
        with pytest.raises(ClaimNotOpen):
            correct_voucher(voucher=voucher, given=STEEL, reason="Late", actor=office, now=LATER)

    def test_refuses_one_that_is_used(self, request_one, office):
        claim = request_one()
        with acting(office):
            voucher = next(row for row in list_vouchers(claim) if row.amount == 200)

        with pytest.raises(InvalidInput):
            correct_voucher(voucher=voucher, given=CEMENT, reason="Other", actor=office, now=LATER)


class TestDuplicates:
    @pytest.fixture
    def used_twice(self, grounds, request_one, workspace, huanggang):
        """Huanggang and then Nyingchi use a voucher: refused, it would tell what the other has."""
        theirs = Reimbursement(
            tenant_id=huanggang.organisation_id, pairing=grounds.pairing,
            programme=grounds.programme, title="Theirs", payee="p", purpose="x", nature="current",
            amount=300, requested_by_id=uuid4(), requested_at=LATER,
        )  # fmt: skip
        with acting(huanggang):
            theirs.save(force_insert=True)
            Voucher(
                tenant_id=huanggang.organisation_id, scope_id=theirs.scope_id,
                reimbursement=theirs, issuer=CEMENT.issuer, issuer_key="nyingchicement",
                number=CEMENT.number, number_key="no.0042", amount=300, issued_on=DAY,
            ).save(force_insert=True)  # fmt: skip
            grant_reading(
                actor=huanggang, scope_id=theirs.scope_id,
                organisation_ids=[grounds.owners["coordinator"]], role="owner",
                valid_from=date(2020, 1, 1),
            )  # fmt: skip
        request_one()

    def test_across_recipients_are_told_to_who_reads_both_alone(
        self, grounds, used_twice, office, huanggang
    ):
        with acting(grounds.makers["coordinator"]):
            [found] = list_duplicate_vouchers()
            assert (found.number, found.amount, len(found.uses)) == ("No. 0042", 300, 2)
        for actor in (office, huanggang, grounds.makers["donor"]):
            with acting(actor):
                assert list_duplicate_vouchers() == []


def test_the_database_keeps_a_voucher_from_being_used_twice(request_one, office):
    claim = request_one()
    with acting(office):
        voucher = list_vouchers(claim)[0]
        voucher.pk = uuid4()
        with pytest.raises(IntegrityError), transaction.atomic():
            voucher.save(force_insert=True)


def test_nothing_of_a_refused_request_stays(request_one, office):
    with pytest.raises(InvalidInput):
        request_one(CEMENT, CEMENT)

    with acting(office):
        assert (
            Reimbursement.objects.count(),
            Batch.objects.filter(kind="expenditure").count(),
        ) == (
            0,
            0,
        )
