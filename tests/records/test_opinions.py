"""What both sides say of a draft, and the answers they get."""

import json
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.grounds import ground

from records.desk import HASTE, SIDES, open_desk
from tiebeam.apps.pairings.models import Opinion, OpinionAnswer
from tiebeam.apps.pairings.operations.hearing import (
    BothSidesHeard,
    NotSentForOpinion,
    OpinionsOutstanding,
    OpinionUnanswered,
)
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.pairings.operations.lists import (
    ListNotOpen,
    draft_list_by_hand,
    send_for_opinion,
    withdraw_list,
)
from tiebeam.apps.pairings.operations.opinions import (
    AnswerWithoutWords,
    NotAsked,
    NothingToNote,
    OpinionAnswered,
    OpinionsClosed,
    OpinionWithoutReason,
    answer_opinion,
    give_opinion,
    note_agreeing_opinions,
)
from tiebeam.apps.pairings.operations.signing import sign_list
from tiebeam.apps.pairings.queries.opinions import (
    list_opinions,
    list_silent,
    list_unanswered_opinions,
)
from tiebeam.apps.programmes.models import Participant
from tiebeam.errors import InvalidInput
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.notices.models import Notice
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.records import NotOwner

DUE = date(2020, 2, 12)


@pytest.fixture
@ground
def desk(workspace, coordinator, now):
    return open_desk(workspace, coordinator, now)


@pytest.fixture
def by(desk):
    return {"actor": desk.coordinator, "now": desk.now}


@pytest.fixture
def draft(desk, by):
    names = desk.organisations
    line = Line(donor=names["fujian"], recipient=names["nyingchi"], is_lead=True)
    return lambda: draft_list_by_hand(round=desk.round, lines=[line], **by)


@pytest.fixture
def sent(draft, by):
    return send_for_opinion(pair_list=draft(), due_on=DUE, **by)


@pytest.fixture
def objection(sent, huanggang, now):
    return give_opinion(
        pair_list=sent, reply="object", text="Nobody comes to us", actor=huanggang, now=now
    )


class TestOpinion:
    def test_is_read_by_the_coordinator(self, objection, desk, sent, as_actor):
        with as_actor(desk.coordinator):
            (read,) = list_opinions(sent)
            assert (read.reply, read.text) == ("object", "Nobody comes to us")
            assert list_unanswered_opinions(desk.round) == [objection]

    def test_is_not_read_by_the_other_organisations(self, objection, fujian, as_actor):
        with as_actor(fujian):
            assert not Opinion.objects.exists()

    def test_is_changed_until_it_is_answered(self, objection, sent, desk, huanggang, now, as_actor):
        later = now + timedelta(hours=1)
        again = give_opinion(pair_list=sent, reply="agree", actor=huanggang, now=later)
        assert again.pk == objection.pk
        with as_actor(desk.coordinator):
            assert Opinion.objects.get().reply == "agree"
            written = Entry.objects.filter(action="pairings.give_opinion")
            assert written.count() == 2

    def test_is_not_changed_after_its_answer(self, objection, sent, by, huanggang, now):
        answer_opinion(opinion=objection, is_followed=False, text="Capacity is short", **by)
        with pytest.raises(OpinionAnswered):
            give_opinion(pair_list=sent, reply="agree", actor=huanggang, now=now)

    @pytest.mark.parametrize("reply", ["object", "propose"])
    def test_against_says_why(self, sent, fujian, now, reply):
        with pytest.raises(OpinionWithoutReason):
            give_opinion(pair_list=sent, reply=reply, text=" ", actor=fujian, now=now)

    def test_is_one_of_three(self, sent, fujian, now):
        with pytest.raises(InvalidInput):
            give_opinion(pair_list=sent, reply="perhaps", actor=fujian, now=now)

    def test_is_not_asked_of_a_draft_that_was_not_sent(self, draft, fujian, by, sent, now):
        signed = sign_list(pair_list=sent, without_opinions_because=HASTE, **by)
        with pytest.raises(ListNotOpen):
            give_opinion(pair_list=signed, reply="agree", actor=fujian, now=now)

    def test_is_given_on_the_day_it_is_due_and_not_after(self, sent, fujian, now):
        give_opinion(pair_list=sent, reply="agree", actor=fujian, now=now + timedelta(days=2))
        with pytest.raises(OpinionsClosed):
            give_opinion(pair_list=sent, reply="agree", actor=fujian, now=now + timedelta(days=3))

    def test_is_given_by_a_participant_alone(self, sent, desk, workspace, hunan, now):
        with acting(desk.coordinator):
            Participant.objects.filter(organisation_id=desk.organisations["hunan"]).delete()
        with pytest.raises(NotAsked):
            give_opinion(pair_list=sent, reply="agree", actor=hunan, now=now)

    def test_is_given_by_an_office_alone(self, sent, workspace, now):
        finance = workspace.actor("fujian", Role.DONOR_FINANCE)
        with pytest.raises(NotAllowed):
            give_opinion(pair_list=sent, reply="agree", actor=finance, now=now)

    def test_tells_who_is_silent(self, objection, sent, desk, as_actor):
        with as_actor(desk.coordinator):
            names = [organisation.name_en for organisation in list_silent(sent, DUE)]
        assert names == ["Fujian", "Hunan", "Nyingchi"]

    @pytest.mark.parametrize("wrong", [{"reply": "propose"}, {"reply": "agree"}])
    def test_stands_once_and_says_why_in_the_database_too(
        self, objection, sent, huanggang, hunan, as_actor, wrong
    ):
        giver = huanggang if wrong["reply"] == "agree" else hunan
        twin = Opinion(
            tenant_id=giver.organisation_id, of_list=sent, given_at=objection.given_at, **wrong
        )
        with as_actor(giver), pytest.raises(IntegrityError), transaction.atomic():
            twin.save()


class TestAnswer:
    def test_is_read_by_who_gave_the_opinion_alone(
        self, objection, by, huanggang, fujian, as_actor
    ):
        answer_opinion(opinion=objection, is_followed=True, text="Hunan will come", **by)
        with as_actor(huanggang):
            assert OpinionAnswer.objects.get().text == "Hunan will come"
        with as_actor(fujian):
            assert not OpinionAnswer.objects.exists()

    def test_is_given_once(self, objection, by):
        answer_opinion(opinion=objection, is_followed=True, text="Yes", **by)
        with pytest.raises(OpinionAnswered):
            answer_opinion(opinion=objection, is_followed=False, text="No", **by)

    def test_says_something(self, objection, by):
        with pytest.raises(AnswerWithoutWords):
            answer_opinion(opinion=objection, is_followed=True, text="", **by)

    def test_says_something_in_the_database_too(self, objection, desk, as_actor):
        mute = OpinionAnswer(
            tenant_id=desk.coordinator.organisation_id,
            opinion=objection,
            is_followed=True,
            text="",
            answered_at=desk.now,
        )
        with as_actor(desk.coordinator), pytest.raises(IntegrityError), transaction.atomic():
            mute.save()

    def test_is_given_by_the_coordinator_alone(self, objection, huanggang, now):
        with pytest.raises(NotAllowed):
            answer_opinion(
                opinion=objection, is_followed=True, text="Yes", actor=huanggang, now=now
            )

    def test_is_given_by_whose_list_it_is_alone(self, objection, workspace, now):
        ministry = workspace.actor("huanggang", Role.MINISTRY)
        with pytest.raises(NotOwner):
            answer_opinion(opinion=objection, is_followed=True, text="Yes", actor=ministry, now=now)


class TestSignature:
    def test_waits_for_every_answer(self, objection, sent, by):
        with pytest.raises(OpinionUnanswered) as refused:
            sign_list(pair_list=sent, without_opinions_because=HASTE, **by)
        assert refused.value.facts["count"] == 1

    def test_waits_also_where_the_version_was_withdrawn(self, objection, sent, draft, by):
        withdraw_list(pair_list=sent, reason="A better one", **by)
        with pytest.raises(OpinionUnanswered):
            sign_list(pair_list=draft(), without_opinions_because=HASTE, **by)

    def test_waits_until_the_draft_was_sent_out(self, draft, by):
        with pytest.raises(NotSentForOpinion):
            sign_list(pair_list=draft(), **by)

    def test_waits_for_who_has_not_replied_until_the_due_day_has_passed(
        self, objection, sent, by, desk
    ):
        answer_opinion(opinion=objection, is_followed=False, text="Capacity is short", **by)
        on_the_day = desk.now + timedelta(days=2)
        with pytest.raises(OpinionsOutstanding) as refused:
            sign_list(pair_list=sent, actor=desk.coordinator, now=on_the_day)
        assert refused.value.facts == {"version": 1, "count": 3, "due_on": DUE}
        day_after = desk.now + timedelta(days=3)
        signed = sign_list(pair_list=sent, actor=desk.coordinator, now=day_after)
        assert (signed.state, signed.without_opinions_because) == ("signed_by_one", "")

    def test_waits_no_longer_once_all_have_replied(self, sent, by, workspace, now):
        for name, side in SIDES.items():
            role = Role.DONOR_OFFICE if side == "donor" else Role.RECIPIENT_OFFICE
            own = workspace.actor(name, role)
            opinion = give_opinion(pair_list=sent, reply="agree", actor=own, now=now)
            answer_opinion(opinion=opinion, is_followed=True, text="Thank you", **by)
        with pytest.raises(BothSidesHeard):
            sign_list(pair_list=sent, without_opinions_because=HASTE, **by)
        assert sign_list(pair_list=sent, **by).state == "signed_by_one"

    @pytest.mark.parametrize("is_sent", [True, False])
    def test_in_an_emergency_says_why_on_the_list_and_in_the_log(
        self, draft, by, desk, is_sent, as_actor
    ):
        drafted = draft()
        if is_sent:
            send_for_opinion(pair_list=drafted, due_on=DUE, **by)
        signed = sign_list(pair_list=drafted, without_opinions_because=f" {HASTE} ", **by)
        assert signed.without_opinions_because == HASTE
        with pytest.raises(BothSidesHeard):
            sign_list(
                pair_list=drafted,
                without_opinions_because="Another",
                actor=desk.deputy,
                now=desk.now,
            )
        assert sign_list(pair_list=drafted, actor=desk.deputy, now=desk.now).state == (
            "signed_by_both"
        )
        with as_actor(desk.coordinator):
            signed = Entry.objects.filter(action="pairings.sign_list")
            assert [json.loads(row.body)["reason"] for row in signed] == [HASTE, HASTE]


class TestAgreeingOpinions:
    @pytest.fixture
    def agreed(self, sent, objection, fujian, hunan, now):
        """Fujian and Hunan agree; Huanggang objects."""
        return [
            give_opinion(pair_list=sent, reply="agree", actor=actor, now=now)
            for actor in (fujian, hunan)
        ]

    def test_are_answered_at_once_and_each_for_itself(
        self, agreed, objection, sent, by, desk, fujian, hunan, huanggang
    ):
        answers = note_agreeing_opinions(pair_list=sent, text="Noted", **by)

        assert {answer.opinion_id for answer in answers} == {row.pk for row in agreed}
        with acting(desk.coordinator):
            written = Entry.objects.filter(action="pairings.answer_opinion")
            assert {entry.record_id for entry in written} == {row.pk for row in answers}
            assert list_unanswered_opinions(desk.round) == [objection]
        for actor in (fujian, hunan):
            with acting(actor):
                assert [answer.text for answer in OpinionAnswer.objects.all()] == ["Noted"]
                assert Notice.objects.filter(kind="opinion_answered").count() == 1
        with acting(huanggang):
            assert not OpinionAnswer.objects.exists()

    def test_are_answered_whole_or_not_at_all(self, agreed, sent, by, desk):
        with pytest.raises(AnswerWithoutWords):
            note_agreeing_opinions(pair_list=sent, text=" ", **by)
        with acting(desk.coordinator):
            assert not OpinionAnswer.objects.exists()

    def test_are_not_answered_twice(self, agreed, sent, by):
        note_agreeing_opinions(pair_list=sent, text="Noted", **by)
        with pytest.raises(NothingToNote):
            note_agreeing_opinions(pair_list=sent, text="Noted", **by)

    def test_are_answered_by_the_lists_owner_alone(self, agreed, sent, fujian, workspace, now):
        with pytest.raises(NotAllowed):
            note_agreeing_opinions(pair_list=sent, text="Noted", actor=fujian, now=now)
        stranger = workspace.actor("hunan", Role.COORDINATOR)
        with pytest.raises(NotOwner):
            note_agreeing_opinions(pair_list=sent, text="Noted", actor=stranger, now=now)
