"""Returns of a round: started, filled, handed in, answered; what is missing and what is due."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from tests.grounds import ground

from records.programme_at_work import set_to_work
from tiebeam.apps.programmes.models import Return, ReturnDecision, ReturnLine
from tiebeam.apps.programmes.operations import (
    EnteredLine,
    change_round,
    close_round,
    end_participation,
    enter_lines,
    start_return,
    submit_return,
)
from tiebeam.apps.programmes.operations.decisions import ReturnDecided
from tiebeam.apps.programmes.operations.returns import (
    NotParticipant,
    ReturnAccepted,
    ReturnEmpty,
    ReturnExists,
    ReturnHandedIn,
)
from tiebeam.apps.programmes.operations.rights import ReasonMissing
from tiebeam.apps.programmes.operations.rounds import RoundClosed
from tiebeam.apps.programmes.queries import (
    find_decision,
    get_return,
    list_due,
    list_lines,
    list_returns,
    list_undecided,
    state_of_return,
)
from tiebeam.errors import InvalidInput
from tiebeam.platform.audit.history import list_changes, list_states
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Duty, acting
from tiebeam.platform.tenancy.records import NotOwner


@pytest.fixture
@ground
def work(workspace, coordinator, now):
    return set_to_work(workspace, coordinator, now)


class TestStartedReturn:
    def test_is_a_draft_that_its_owner_alone_sees(self, work, fujian, hunan, coordinator):
        of_return = work.start("fujian")
        with acting(fujian):
            assert state_of_return(get_return(of_return.pk)) == "draft"
        for stranger in (hunan, coordinator):
            with acting(stranger), pytest.raises(Return.DoesNotExist):
                get_return(of_return.pk)

    def test_is_refused_twice(self, work):
        work.start("fujian")
        with pytest.raises(ReturnExists):
            work.start("fujian")

    def test_is_refused_on_a_side_that_is_none_or_not_ones_own(self, work, fujian, workspace, now):
        asked = {"of_round": work.of_round, "now": now}
        with pytest.raises(InvalidInput):
            start_return(side="assessor", actor=fujian, **asked)
        with pytest.raises(NotAllowed):
            start_return(side="recipient", actor=fujian, **asked)
        with pytest.raises(NotParticipant):
            start_return(
                side="recipient", actor=workspace.actor("fujian", Role.RECIPIENT_OFFICE), **asked
            )
        elsewhere = replace(fujian, duties=frozenset({Duty(Role.DONOR_OFFICE, fujian.person_id)}))
        with pytest.raises(NotAllowed):
            start_return(side="donor", actor=elsewhere, **asked)

    def test_is_refused_to_whoever_left_or_never_took_part(self, work, fujian, coordinator, now):
        end_participation(
            participant=work.participants["fujian"],
            until=date(2020, 3, 1),
            reason="?",
            actor=coordinator,
            now=now,
        )
        # The leave to read ended with it, so the round is not even there.
        with pytest.raises(work.of_round.DoesNotExist):
            work.start("fujian")

    def test_is_refused_when_the_round_has_ended(self, work, coordinator, now):
        close_round(
            of_round=work.of_round,
            ends_on=date(2020, 2, 11),
            reason="Over",
            actor=coordinator,
            now=now,
        )
        # Midnight in Beijing is the evening before in UTC.
        work.now = datetime(2020, 2, 10, 15, 59, tzinfo=UTC)
        of_return = work.start("fujian")
        work.now = datetime(2020, 2, 10, 16, 0, tzinfo=UTC)
        with pytest.raises(RoundClosed):
            work.start("hunan")
        with pytest.raises(RoundClosed):
            work.enter("fujian", of_return, [("doctors", 5)])


class TestLines:
    def test_are_kept_changed_and_taken_out_with_a_history(self, work, fujian):
        of_return = work.start("fujian")
        first = work.now
        enter_lines(
            of_return=of_return,
            lines=[
                EnteredLine(resource="nurses", quantity="3.5", evidence="Roster"),
                EnteredLine(resource="doctors", quantity=10),
            ],
            note="As of today",
            actor=fujian,
            now=first,
        )
        work.pass_time()
        work.enter("fujian", of_return, [("doctors", Decimal(15))])
        with acting(fujian):
            found = get_return(of_return.pk)
            assert found.note == "As of today"
            lines = list_lines(found)
            assert [(line.resource, line.quantity) for line in lines] == [("doctors", 15)]
            [change] = [row for row in list_changes([lines[0].pk]) if row.at == work.now]
            assert change.fields == (("quantity", "10.000000", "15.000000"),)
            known = list_states(ReturnLine, first, of_return_id=of_return.pk)
            assert {row.resource: row.evidence for row in known} == {
                "nurses": "Roster",
                "doctors": "",
            }
            since = list_states(ReturnLine, work.now, of_return_id=of_return.pk)
            assert [row.resource for row in since] == ["doctors"]

    def test_are_shown_in_the_order_of_the_round(self, work, fujian):
        of_return = work.start("fujian")
        work.enter("fujian", of_return, [("nurses", 1), ("doctors", 5)])
        with acting(fujian):
            assert [line.resource for line in list_lines(of_return)] == ["doctors", "nurses"]

    def test_leave_no_row_on_the_log_when_entered_unchanged(self, work, fujian):
        of_return = work.start("fujian")
        work.enter("fujian", of_return, [("doctors", 5)])
        work.pass_time()
        work.enter("fujian", of_return, [("doctors", 5)])
        with acting(fujian):
            [line] = list_lines(of_return)
            assert len(list_changes([line.pk])) == 1

    def test_are_refused_with_every_fault_and_none_is_kept(self, work, fujian):
        of_return = work.start("fujian")
        lines = [
            EnteredLine(resource="doctors", quantity=7),
            EnteredLine(resource="doctors", quantity=-5),
            EnteredLine(resource="beds", quantity="many", row=9),
            EnteredLine(resource="nurses", quantity="1e400", evidence="x" * 301),
        ]
        with pytest.raises(InvalidInput) as refused:
            enter_lines(of_return=of_return, lines=lines, actor=fujian, now=work.now)
        assert [(f.code, f.row, f.column, f.value) for f in refused.value.faults] == [
            ("programmes.not_whole_lots", 1, "quantity", "7"),
            ("programmes.given_twice", 2, "resource", "doctors"),
            ("programmes.negative", 2, "quantity", "-5"),
            ("programmes.unknown_resource", 9, "resource", "beds"),
            ("programmes.not_a_number", 9, "quantity", "many"),
            ("programmes.text_too_long", 4, "evidence", ""),
            ("programmes.too_large_or_fine", 4, "quantity", "1e400"),
        ]
        with acting(fujian):
            assert list_lines(of_return) == []

    def test_of_another_organisation_do_not_exist(self, work, hunan):
        of_return = work.start("fujian")
        for operation in (submit_return, enter_lines):
            given = {"lines": []} if operation is enter_lines else {}
            with pytest.raises(Return.DoesNotExist):
                operation(of_return=of_return, actor=hunan, now=work.now, **given)


class TestSubmittedReturn:
    def test_is_read_by_the_coordinator_and_stays_as_it_is(self, work, coordinator, hunan):
        of_return = work.hand_in("fujian")
        with acting(coordinator):
            assert state_of_return(get_return(of_return.pk)) == "submitted"
            assert [line.quantity for line in list_lines(of_return)] == [10, 3]
            assert list_undecided(coordinator) == [of_return]
        with acting(hunan), pytest.raises(Return.DoesNotExist):
            get_return(of_return.pk)
        with pytest.raises(ReturnHandedIn):
            work.enter("fujian", of_return, [("doctors", 5)])
        with pytest.raises(ReturnHandedIn):
            submit_return(of_return=of_return, actor=work.office("fujian"), now=work.now)

    def test_is_not_written_by_the_coordinator(self, work, workspace):
        of_return = work.hand_in("fujian")
        both = workspace.actor("office", Role.COORDINATOR, Role.DONOR_OFFICE)
        with pytest.raises(NotOwner):
            enter_lines(of_return=of_return, lines=[], actor=both, now=work.now)

    def test_is_refused_without_a_line_or_with_lines_that_no_longer_fit(
        self, work, fujian, coordinator
    ):
        of_return = work.start("fujian")
        with pytest.raises(ReturnEmpty):
            submit_return(of_return=of_return, actor=fujian, now=work.now)
        work.enter("fujian", of_return, [("nurses", 3)])
        change_round(
            of_round=work.of_round,
            values={"resources": work.of_round.resources[:1]},
            reason="Doctors alone",
            actor=coordinator,
            now=work.now,
        )
        with pytest.raises(InvalidInput) as refused:
            submit_return(of_return=of_return, actor=fujian, now=work.now)
        assert [fault.code for fault in refused.value.faults] == ["programmes.unknown_resource"]


class TestDecidedReturn:
    def test_is_accepted_once_and_never_changed(self, work, fujian, coordinator):
        of_return = work.hand_in("fujian")
        work.decide(of_return, is_accepted=True)
        with acting(fujian):
            assert state_of_return(get_return(of_return.pk)) == "accepted"
        with acting(coordinator):
            assert list_undecided(coordinator) == []
        with pytest.raises(ReturnAccepted):
            work.enter("fujian", of_return, [("doctors", 5)])
        with pytest.raises(ReturnDecided):
            work.decide(of_return, is_accepted=False, reason="Late doubt")

    def test_that_was_sent_back_is_changed_and_handed_in_again(self, work, fujian, coordinator):
        of_return = work.hand_in("fujian")
        with pytest.raises(ReasonMissing):
            work.decide(of_return, is_accepted=False)
        work.decide(of_return, is_accepted=False, reason="Too few doctors")
        with acting(fujian):
            found = get_return(of_return.pk)
            assert state_of_return(found) == "returned"
            assert find_decision(found).reason == "Too few doctors"
        work.enter("fujian", of_return, [("doctors", 20)])
        with acting(coordinator):
            assert state_of_return(get_return(of_return.pk)) == "returned"
        with pytest.raises(ReturnDecided):
            work.decide(of_return, is_accepted=True)
        work.pass_time()
        submit_return(of_return=of_return, actor=fujian, now=work.now)
        with acting(coordinator):
            found = get_return(of_return.pk)
            assert state_of_return(found) == "submitted"
            assert find_decision(found) is None
        work.decide(of_return, is_accepted=True)
        with acting(coordinator):
            assert state_of_return(get_return(of_return.pk)) == "accepted"
            assert ReturnDecision.objects.count() == 2

    def test_is_not_decided_as_a_draft_by_its_owner_or_by_another(self, work, workspace, fujian):
        draft = work.start("hunan")
        with pytest.raises(Return.DoesNotExist):
            work.decide(draft, is_accepted=True)
        of_return = work.hand_in("fujian")
        work.coordinator = fujian
        with pytest.raises(NotAllowed):
            work.decide(of_return, is_accepted=True)
        work.coordinator = workspace.actor("fujian", Role.MINISTRY)
        with pytest.raises(NotOwner):
            work.decide(of_return, is_accepted=True)
        work.coordinator = workspace.actor("hunan", Role.MINISTRY)
        with pytest.raises(Return.DoesNotExist):
            work.decide(of_return, is_accepted=True)


class TestListOfReturns:
    def test_names_also_who_returned_nothing_and_marks_what_is_late(self, work, coordinator):
        accepted = work.hand_in("fujian")
        work.decide(accepted, is_accepted=True)
        work.start("nyingchi")
        work.now += timedelta(days=3)
        work.hand_in("huanggang")
        with acting(coordinator):
            rows = list_returns(work.of_round, date(2020, 2, 13))
        assert [
            (row.organisation.name_en, row.side, row.state, row.is_late, row.is_overdue)
            for row in rows
        ] == [
            ("Fujian", "donor", "accepted", False, False),
            ("Hunan", "donor", "missing", False, True),
            ("Huanggang", "recipient", "submitted", True, False),
            ("Nyingchi", "recipient", "missing", False, True),
        ]

    def test_shows_a_participant_its_own_alone(self, work, fujian):
        work.hand_in("hunan")
        work.start("fujian")
        with acting(fujian):
            states = {row.organisation.name_en: row.state for row in list_returns(work.of_round)}
        assert states == {
            "Fujian": "draft",
            "Hunan": "missing",
            "Huanggang": "missing",
            "Nyingchi": "missing",
        }


class TestDueReturns:
    def test_are_what_an_office_has_still_to_hand_in(self, work, fujian, coordinator):
        with acting(fujian):
            [due] = list_due(fujian, date(2020, 2, 10))
            assert (due.of_round, due.side, due.state) == (work.of_round, "donor", "missing")
            assert (due.days_left, due.is_overdue) == (2, False)
            [overdue] = list_due(fujian, date(2020, 2, 13))
            assert overdue.is_overdue
        of_return = work.hand_in("fujian")
        with acting(fujian):
            assert list_due(fujian, date(2020, 2, 10)) == []
        work.decide(of_return, is_accepted=False, reason="?")
        with acting(fujian):
            assert [due.state for due in list_due(fujian, date(2020, 2, 10))] == ["returned"]
        with acting(coordinator):
            assert list_due(coordinator, date(2020, 2, 10)) == []

    def test_end_with_the_round(self, work, fujian, coordinator, now):
        close_round(
            of_round=work.of_round,
            ends_on=date(2020, 3, 1),
            reason="Over",
            actor=coordinator,
            now=now,
        )
        with acting(fujian):
            assert list_due(fujian, date(2020, 3, 1)) == []


class TestDatabaseOfReturns:
    def test_refuses_what_makes_no_sense(self, work, fujian):
        of_return = work.start("fujian")
        work.enter("fujian", of_return, [("doctors", 5)])
        with acting(fujian):
            for rows, values in (
                (Return.objects, {"state": "submitted"}),
                (ReturnLine.objects, {"quantity": -1}),
            ):
                with pytest.raises(IntegrityError), transaction.atomic():
                    rows.update(**values)
            for model, values in (
                (Return, {"round": work.of_round, "side": "donor", "state": "draft"}),
                (ReturnLine, {"of_return": of_return, "resource": "doctors", "quantity": 1}),
            ):
                with pytest.raises(IntegrityError), transaction.atomic():
                    model.objects.create(tenant_id=fujian.organisation_id, **values)

    def test_refuses_a_second_answer_and_one_without_a_reason(self, work, coordinator):
        of_return = work.hand_in("fujian")
        work.decide(of_return, is_accepted=True)
        with acting(coordinator):
            decision = ReturnDecision.objects.get()
            with pytest.raises(IntegrityError), transaction.atomic():
                ReturnDecision.objects.update(is_accepted=False)
            with pytest.raises(IntegrityError), transaction.atomic():
                ReturnDecision.objects.create(
                    tenant_id=coordinator.organisation_id,
                    of_return=of_return,
                    submitted_at=decision.submitted_at,
                    is_accepted=True,
                    decided_at=work.now,
                )
