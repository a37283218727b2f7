"""Who is told of money: what waits for a second person, what the other side did, what falls due."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.grounds import ground

from records.ledger_grounds import LATER, make_grounds
from tiebeam.apps.ledger.operations.claims import (
    check_reimbursement,
    pay_reimbursement,
    refuse_reimbursement,
    request_reimbursement,
)
from tiebeam.apps.ledger.operations.disputes import dispute_payment
from tiebeam.apps.ledger.operations.imports import post_import_part, propose_import
from tiebeam.apps.ledger.operations.proposals import return_proposal
from tiebeam.apps.ledger.operations.tranches import plan_tranche
from tiebeam.apps.ledger.operations.vouchers import GivenVoucher
from tiebeam.apps.regions.operations.rows import GivenRow
from tiebeam.interfaces.jobs import reminding
from tiebeam.interfaces.jobs.posting import say_notice
from tiebeam.interfaces.jobs.reminding import remind_of_dates
from tiebeam.platform.identity.operations import assign_role, create_person
from tiebeam.platform.notices.models import Notice
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty, acting

DAY = date(2020, 6, 1)
FINANCE = {"donor": Role.DONOR_FINANCE, "recipient": Role.RECIPIENT_FINANCE}


@pytest.fixture
@ground
def grounds(workspace, admin, now):
    """The grounds, with people of finance on both sides who can be told."""
    found = make_grounds(workspace)
    found.fix_year(2020)
    for side, role in FINANCE.items():
        person = create_person(
            email=f"{side}@example.org", name=side, language="en", actor=admin, now=now
        )
        owner = found.owners[side]
        assign_role(
            person=person, organisation_id=owner, role=role, valid_from=date(2020, 1, 1),
            actor=admin, now=now,
        )  # fmt: skip
        found.checkers[side] = Actor(
            person_id=person.pk, organisation_id=owner, duties=frozenset({Duty(role)})
        )
    for kind in ("obligation", "opening", "appropriation"):
        found.post(kind, 1000)
    return found


@pytest.fixture
def payment(grounds):
    return grounds.pay(1000)


def told(actor, kind):
    """Return what an actor is told of one kind, in English, with Chinese that lacks nothing."""
    with acting(actor):
        rows = list(Notice.objects.filter(kind=kind))
    assert all("{" not in say_notice(row, "zh") for row in rows)
    return sorted(say_notice(row, "en") for row in rows)


class TestTelling:
    def test_lets_the_second_person_know_what_waits(self, grounds):
        proposal = grounds.propose("commitment", 500)

        sentences = told(grounds.checkers["donor"], "proposal_waiting")
        assert "Commitment of RMB 5 (Fujian – Nyingchi) waits for you to check it." in sentences
        assert told(grounds.makers["donor"], "proposal_waiting") == []
        assert told(grounds.checkers["recipient"], "proposal_waiting") == []

        return_proposal(
            proposal=proposal, reason="Wrong day", actor=grounds.checkers["donor"], now=LATER
        )
        [sentence] = told(grounds.makers["donor"], "proposal_returned")
        assert sentence.endswith("was sent back: Wrong day")

    def test_lets_the_recipient_know_of_a_payment_and_the_donor_of_its_receipt(
        self, grounds, payment
    ):
        for actor in (grounds.makers["recipient"], grounds.checkers["recipient"]):
            assert len(told(actor, "payment_sent")) == 1
        grounds.post("receipt", 600, follows_id=payment.pk)
        dispute_payment(
            payment=payment, amount=400, reason="Bank shows 6", now=LATER,
            actor=grounds.makers["recipient"],
        )  # fmt: skip

        assert told(grounds.makers["donor"], "receipt_told") == [
            "Nyingchi confirmed that RMB 6 of Fujian arrived.",
            "Nyingchi says that RMB 4 of Fujian did not arrive: Bank shows 6",
        ]
        assert told(grounds.makers["recipient"], "receipt_told") == []

    def test_lets_each_side_know_of_refunds_and_reversals(self, grounds, payment):
        receipt = grounds.post("receipt", 1000, follows_id=payment.pk)
        agreed = grounds.post("refund_agreed", 100, follows_id=receipt.pk)
        paid = grounds.post("refund_paid", 100, follows_id=agreed.pk)
        confirmed = grounds.post("refund_confirmed", 100, follows_id=paid.pk)
        grounds.reverse(confirmed, "donor")

        assert len(told(grounds.makers["donor"], "refund_told")) == 1
        assert told(grounds.makers["recipient"], "refund_told") == [
            "Fujian confirmed that RMB 1 of Nyingchi came back."
        ]
        assert told(grounds.makers["recipient"], "event_reversed") == [
            "Refund confirmed of RMB 1 (Fujian – Nyingchi) was reversed by the other side."
        ]

    def test_tells_an_import_once_to_each(self, grounds, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        head = {
            "donor": "Fujian", "recipient": "林芝", "document": "1", "purpose": "education",
            "day": "2020-03-01",
        }  # fmt: skip
        rows = [
            {"kind": "commitment", "amount": "5", "key": "school"},
            {"kind": "order", "amount": "5", "key": "ordered", "follows": "school"},
            {"kind": "payment", "amount": "5", "key": "paid", "follows": "ordered"},
        ]
        given = [GivenRow(number=n, values={**head, **row}) for n, row in enumerate(rows, start=2)]
        donor, finance = grounds.makers["donor"], grounds.checkers["donor"]
        proposal = propose_import(
            programme=grounds.programme, rows=given, source="2020.xlsx", actor=donor, now=LATER
        )

        waiting = "An import of 3 events for Tibet (2020.xlsx) waits for you to check it."
        assert waiting in told(finance, "proposal_waiting")
        post_import_part(proposal=proposal, part=1, actor=finance, now=LATER)

        [sentence] = told(grounds.makers["recipient"], "events_imported")
        assert sentence.startswith("Fujian imported events of your pairs in Tibet")
        assert told(donor, "events_imported") == []

    def test_lets_the_coordinator_know_of_a_closed_year_and_not_the_other_side(self, grounds):
        grounds.close("donor", 2020)

        assert told(grounds.makers["coordinator"], "year_closed") == [
            "Fujian closed 2020 in its book of the pair Fujian – Nyingchi."
        ]
        assert told(grounds.makers["recipient"], "year_closed") == []

    def test_follows_a_reimbursement(self, grounds, payment):
        grounds.post("receipt", 1000, follows_id=payment.pk)
        office, finance = grounds.makers["recipient"], grounds.checkers["recipient"]
        claims = [
            request_reimbursement(
                pairing=grounds.pairing, title=title, payee="p", purpose="x", nature="current",
                amount=100, actor=office, now=LATER,
                vouchers=[GivenVoucher(issuer="i", number=title, amount=100, issued_on=DAY)],
            )
            for title in ("Cement", "Steel")
        ]  # fmt: skip
        second = replace(finance, person_id=grounds.checkers["donor"].person_id)
        check_reimbursement(
            reimbursement=claims[0], pay_on=DAY, document="5", actor=second, now=LATER
        )
        pay_reimbursement(reimbursement=claims[0], actor=finance, now=LATER)
        refuse_reimbursement(reimbursement=claims[1], reason="Twice", actor=finance, now=LATER)

        assert len(told(finance, "claim_told")) == 2
        assert told(office, "claim_told") == [
            "The reimbursement “Cement” over RMB 1 was paid.",
            "The reimbursement “Steel” over RMB 1 was refused: Twice",
        ]


class TestReminder:
    @pytest.fixture
    def on(self, monkeypatch, settings):
        """Return a function: remind on a day."""
        settings.TIEBEAM_TRANCHE_DAYS, settings.TIEBEAM_RECEIPT_DAYS = 30, 14

        def remind_on(month, day):
            noon = datetime(2020, month, day, 4, tzinfo=UTC)
            monkeypatch.setattr(reminding.timezone, "now", lambda: noon)
            remind_of_dates()

        return remind_on

    def test_of_a_tranche_comes_to_the_donor_before_and_after(self, grounds, on):
        commitment = grounds.post("commitment", 1000)
        donor = grounds.makers["donor"]
        plan_tranche(commitment=commitment, amount=700, due_on=DAY, actor=donor, now=LATER)
        for month, day in ((4, 30), (5, 2), (5, 3), (5, 31), (6, 2)):
            on(month, day)

        assert told(donor, "tranche_due") == [
            "RMB 7 for Nyingchi is planned to be paid by 2020-06-01.",
            "RMB 7 for Nyingchi is planned to be paid by 2020-06-01.",
            "RMB 7 for Nyingchi was planned to be paid by 2020-06-01 and is not.",
        ]
        assert told(grounds.makers["recipient"], "tranche_due") == []

    def test_of_a_payment_comes_to_both_until_it_is_confirmed(self, grounds, payment, on):
        recipient = grounds.makers["recipient"]
        on(3, 14)
        assert told(recipient, "receipt_due") == []
        on(3, 15)
        assert told(recipient, "receipt_due") == [
            (
                "Fujian paid RMB 10 on 2020-03-01 that you have not confirmed."
                " Confirm what has arrived, or say what has not."
            )
        ]
        assert told(grounds.makers["donor"], "receipt_due") == [
            "Nyingchi has not confirmed RMB 10 that you paid on 2020-03-01."
        ]
        grounds.post("receipt", 1000, follows_id=payment.pk)
        on(3, 22)
        assert len(told(recipient, "receipt_due")) == 1
