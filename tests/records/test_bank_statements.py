"""A bank statement comes in once, its lines find their events, and a person says so."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests.grounds import ground

from records.ledger_grounds import LATER, make_grounds
from tiebeam.apps.ledger.models import BankLine, BankStatement
from tiebeam.apps.ledger.operations.bank_statements import (
    confirm_line,
    match_line,
    reopen_line,
    set_line_aside,
    take_in_statement,
)
from tiebeam.apps.ledger.operations.proposals import post_proposal, withdraw_proposal
from tiebeam.apps.ledger.queries.bank_statements import (
    find_line,
    list_lines,
    list_statements,
    suggest_events,
)
from tiebeam.errors import InvalidInput, Refused
from tiebeam.interchange.statements.lines import StatementLine
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.tenancy.acting import acting

WAN = 10**6
"""万元, in fen."""

CAME = StatementLine(
    number=3,
    booked_on=date(2020, 3, 4),
    amount=400 * WAN,
    counterparty="福建省财政厅",
    text="援助资金",
    reference="闽财〔2020〕3号",
)
WENT = StatementLine(
    number=4, booked_on=date(2020, 3, 9), amount=-90 * WAN, counterparty="建筑公司", reference="31"
)
FEE = StatementLine(number=5, booked_on=date(2020, 3, 9), amount=-1500, text="手续费")


@pytest.fixture
@ground
def grounds(workspace):
    """Fujian has paid Nyingchi 400 万元, which Nyingchi has not confirmed."""
    found = make_grounds(workspace)
    found.fix_year(2020)
    found.post("obligation", 1000 * WAN)
    found.post("opening", 1000 * WAN)
    found.post("appropriation", 1000 * WAN)
    found.payment = found.pay(400 * WAN, document="闽财〔2020〕3号")
    return found


@pytest.fixture
def recipient(grounds):
    return grounds.makers["recipient"]


def take(actor, *lines, name="三月.csv", account="6222"):
    return take_in_statement(name=name, account=account, lines=lines, actor=actor, now=LATER)


def lines_of(actor, statement):
    with acting(actor):
        return list_lines(statement.pk)


class TestTakingIn:
    def test_keeps_every_line_as_the_bank_wrote_it(self, recipient):
        statement = take(recipient, CAME, WENT, FEE)

        assert [
            (each.state, each.line.number, each.line.amount, each.line.reference)
            for each in lines_of(recipient, statement)
        ] == [
            ("open", 3, 400 * WAN, "闽财〔2020〕3号"),
            ("open", 4, -90 * WAN, "31"),
            ("open", 5, -1500, ""),
        ]
        assert (statement.first_on, statement.last_on) == (date(2020, 3, 4), date(2020, 3, 9))

    def test_takes_what_overlaps_once(self, recipient):
        take(recipient, CAME, WENT)

        second = take(recipient, replace(WENT, number=2), FEE, FEE, name="四月.csv")

        # Two equal fees of one day are two; the line of the first statement is not.
        assert (second.lines_count, second.repeated_count) == (2, 1)

    def test_refuses_a_statement_that_brings_nothing_new(self, recipient):
        take(recipient, CAME, WENT)

        with pytest.raises(Refused, match=r"'statements\.known'"):
            take(recipient, WENT, name="again.csv")

    def test_tells_the_same_line_of_another_account_apart(self, recipient):
        take(recipient, CAME)

        assert take(recipient, CAME, account="6223").lines_count == 1

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            (replace(CAME, amount=0), "statements.nothing_moved"),
            (replace(CAME, amount=10**15 + 1), "units.too_large"),
            (replace(CAME, currency="USD"), "statements.other_currency"),
            (replace(CAME, text="x" * 2001), "read.too_large"),
        ],
    )
    def test_refuses_lines_that_no_bank_writes(self, recipient, line, code):
        with pytest.raises(InvalidInput) as invalid:
            take(recipient, line)

        assert [fault.code for fault in invalid.value.faults] == [code]

    def test_is_seen_by_the_own_organisation_alone(self, grounds, recipient):
        statement = take(recipient, CAME)

        for side in ("donor", "coordinator"):
            assert lines_of(grounds.makers[side], statement) == []

    def test_is_on_the_log(self, recipient):
        statement = take(recipient, CAME)

        with acting(recipient):
            entry = Entry.objects.get(action="ledger.take_in_statement")
        assert entry.record_id == statement.pk


class TestALine:
    def test_is_suggested_the_payment_that_it_could_be(self, recipient):
        statement = take(recipient, CAME, WENT)

        with acting(recipient):
            standings = list_lines(statement.pk)
            found = suggest_events(standings, recipient.organisation_id)

        came, went = (found[each.line.pk] for each in standings)
        assert [(each.kind, each.is_posted, each.batch.kind) for each in came] == [
            ("receipt", False, "payment")
        ]
        assert came[0].why.reasons == (
            "statements.reason.amount",
            "statements.reason.number",
            "statements.reason.name",
        )
        assert went == []

    def test_becomes_a_receipt_that_a_second_person_posts(self, grounds, recipient):
        statement = take(recipient, CAME)
        (standing,) = lines_of(recipient, statement)

        proposal = confirm_line(
            line=standing.line,
            kind="receipt",
            pairing=grounds.pairing,
            follows=grounds.payment,
            actor=recipient,
            now=LATER,
        )

        assert (proposal.amount, proposal.valid_on) == (400 * WAN, date(2020, 3, 4))
        assert lines_of(recipient, statement)[0].state == "proposed"
        post_proposal(proposal=proposal, actor=grounds.checkers["recipient"], now=LATER)
        (posted,) = lines_of(recipient, statement)
        assert (posted.state, posted.batch.pk) == ("posted", proposal.pk)
        assert grounds.balances("recipient")["R1000"] == 400 * WAN

    def test_is_open_again_when_its_proposal_is_withdrawn(self, grounds, recipient):
        statement = take(recipient, CAME)
        (standing,) = lines_of(recipient, statement)
        proposal = _confirm(grounds, standing.line)

        withdraw_proposal(proposal=proposal, actor=recipient, now=LATER)

        assert lines_of(recipient, statement)[0].state == "open"
        assert _confirm(grounds, standing.line).pk != proposal.pk

    def test_is_open_again_when_its_event_is_reversed(self, grounds, recipient):
        statement = take(recipient, CAME)
        (standing,) = lines_of(recipient, statement)
        proposal = _confirm(grounds, standing.line)
        receipt = post_proposal(proposal=proposal, actor=grounds.checkers["recipient"], now=LATER)

        grounds.reverse(receipt, "recipient")

        assert lines_of(recipient, statement)[0].state == "open"

    def test_is_found_to_be_what_was_posted_before(self, grounds, recipient):
        receipt = grounds.post("receipt", 400 * WAN, follows_id=grounds.payment.pk)
        statement = take(recipient, CAME)

        with acting(recipient):
            standings = list_lines(statement.pk)
            ((suggestion,),) = suggest_events(standings, recipient.organisation_id).values()
        assert (suggestion.is_posted, suggestion.batch.pk) == (True, receipt.pk)
        match_line(line=standings[0].line, batch=receipt, actor=recipient, now=LATER)

        assert lines_of(recipient, statement)[0].batch.pk == receipt.pk
        assert _state(recipient, standings[0].line) == "posted"

    def test_that_is_none_of_ours_is_set_aside_with_a_reason(self, recipient):
        statement = take(recipient, FEE)
        (standing,) = lines_of(recipient, statement)

        with pytest.raises(Refused):
            set_line_aside(line=standing.line, reason=" ", actor=recipient, now=LATER)
        set_line_aside(line=standing.line, reason="手续费", actor=recipient, now=LATER)

        assert _state(recipient, standing.line) == "set_aside"
        reopen_line(line=standing.line, reason="误操作", actor=recipient, now=LATER)
        assert _state(recipient, standing.line) == "open"

    def test_counts_as_undecided_until_somebody_says_what_it_is(self, recipient):
        statement = take(recipient, WENT, FEE)
        first, _ = lines_of(recipient, statement)

        set_line_aside(line=first.line, reason="手续费", actor=recipient, now=LATER)

        with acting(recipient):
            assert [each.undecided for each in list_statements()] == [1]


class TestALineIsRefused:
    def test_to_become_two_events(self, grounds, recipient):
        line = lines_of(recipient, take(recipient, CAME))[0].line
        _confirm(grounds, line)

        with pytest.raises(Refused, match=r"'statements\.line_decided'"):
            _confirm(grounds, line)
        with pytest.raises(Refused, match=r"'statements\.line_decided'"):
            reopen_line(line=line, reason="x", actor=recipient, now=LATER)

    @pytest.mark.parametrize(
        ("kind", "code"), [("expenditure", "wrong_direction"), ("handover", "no_bank_event")]
    )
    def test_to_be_what_a_bank_does_not_see_so(self, grounds, recipient, kind, code):
        line = lines_of(recipient, take(recipient, CAME))[0].line

        with pytest.raises(Refused, match=rf"'statements\.{code}'"):
            _confirm(grounds, line, kind=kind)

    def test_to_be_an_event_of_another_amount_or_of_another_side(self, grounds, recipient):
        receipt = grounds.post("receipt", 300 * WAN, follows_id=grounds.payment.pk)
        came, went = lines_of(recipient, take(recipient, CAME, replace(WENT, amount=-400 * WAN)))

        with pytest.raises(Refused, match=r"'statements\.other_amount'"):
            match_line(line=came.line, batch=receipt, actor=recipient, now=LATER)
        with pytest.raises(Refused, match=r"'statements\.not_own_event'"):
            match_line(line=went.line, batch=grounds.payment, actor=recipient, now=LATER)

    def test_to_be_the_event_of_another_line(self, grounds, recipient):
        receipt = grounds.post("receipt", 400 * WAN, follows_id=grounds.payment.pk)
        first, second = lines_of(
            recipient, take(recipient, CAME, replace(CAME, booked_on=date(2020, 3, 5)))
        )
        match_line(line=first.line, batch=receipt, actor=recipient, now=LATER)

        with pytest.raises(Refused, match=r"'statements\.event_taken'"):
            match_line(line=second.line, batch=receipt, actor=recipient, now=LATER)

    def test_to_whoever_is_not_its_owner(self, grounds, recipient):
        line = lines_of(recipient, take(recipient, FEE))[0].line

        with pytest.raises((Refused, BankLine.DoesNotExist)):
            set_line_aside(line=line, reason="x", actor=grounds.makers["donor"], now=LATER)


class TestTheDatabaseItself:
    @pytest.mark.parametrize(
        "changes",
        [
            {"amount": 0},
            {"is_set_aside": True},
            {"fingerprint": "same"},
        ],
    )
    def test_refuses_lines_that_the_program_would_not_write(self, recipient, changes):
        statement = take(recipient, CAME, WENT)
        with acting(recipient):
            first, second = BankLine.objects.filter(statement=statement).order_by("number")
            BankLine.objects.filter(pk=first.pk).update(fingerprint="same")

            with pytest.raises(IntegrityError), transaction.atomic():
                BankLine.objects.filter(pk=second.pk).update(**changes)

    def test_refuses_the_same_statement_twice(self, recipient):
        statement = take(recipient, CAME)
        with acting(recipient):
            again = BankStatement.objects.get(pk=statement.pk)
            again.pk = again.scope_id = None
            again.id = again.scope_id = BankStatement._meta.pk.get_default()

            with pytest.raises(IntegrityError), transaction.atomic():
                again.save(force_insert=True)


def _confirm(grounds, line, kind="receipt"):
    return confirm_line(
        line=line,
        kind=kind,
        pairing=grounds.pairing,
        follows=grounds.payment,
        actor=grounds.makers["recipient"],
        now=LATER,
    )


def _state(actor, line):
    with acting(actor):
        return find_line(line.pk).state
