"""The hand-over of an ending pairing: a line for each kind, answered, counted again, signed."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from records.agreement_grounds import make_pairing, make_programme
from records.desk import open_desk
from tiebeam.apps.pairings.hand_over_providers import (
    OpenItems,
    register_provider,
    withdraw_provider,
)
from tiebeam.apps.pairings.models import HandOver, HandOverLine, Pairing
from tiebeam.apps.pairings.operations.agreements import ask_for_review, draft_agreement
from tiebeam.apps.pairings.operations.hand_overs import (
    HandOverAnswerNotValid,
    HandOverLineRecordedHere,
    HandOverOutdated,
    HandOverSigned,
    HandOverUnanswered,
    PairingNotEnding,
    SuccessorDoesNotFit,
    answer_line,
    open_hand_over,
    recount_hand_over,
    sign_hand_over,
)
from tiebeam.apps.pairings.operations.history import record_list
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.pairings.operations.sides import NotASide
from tiebeam.apps.pairings.queries.hand_overs import (
    answer_of,
    find_hand_over,
    get_hand_over,
    list_lines,
    list_next_donors,
    list_pairings_without_hand_over,
    list_unanswered,
)
from tiebeam.platform.audit.history import list_changes
from tiebeam.platform.files.operations import attach_document
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.records import NotOwner

END = date(2021, 4, 1)


@pytest.fixture
def programme(coordinator, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "documents"
    return make_programme(coordinator, ["funds"])


@pytest.fixture
def ending(programme, coordinator, fujian, nyingchi) -> Pairing:
    return make_pairing(programme, coordinator, fujian, nyingchi, valid_until=END)


@pytest.fixture
def successor(programme, coordinator, hunan, nyingchi) -> Pairing:
    return make_pairing(programme, coordinator, hunan, nyingchi, valid_from=END)


@pytest.fixture
def opened(ending, successor, coordinator, now) -> HandOver:
    return open_hand_over(ending=ending, successor=successor, actor=coordinator, now=now)


@pytest.fixture
def lines(coordinator):
    def lines(hand_over):
        with acting(coordinator):
            return {line.kind: line for line in list_lines(hand_over)}

    return lines


@pytest.fixture
def answer(coordinator, now, lines):
    def answer(hand_over, kind, count=0, statement="无", actor=coordinator):
        line = lines(hand_over)[kind]
        return answer_line(line=line, items_count=count, statement=statement, actor=actor, now=now)

    return answer


@pytest.fixture
def answered(opened, answer) -> HandOver:
    for kind in ("money", "people", "projects"):
        answer(opened, kind)
    return opened


@pytest.fixture
def attach(ending, fujian, now):
    def attach(name, record=None):
        return attach_document(
            record=record or ending, name=name, content=b"text", actor=fujian, now=now
        )

    return attach


class TestOpenHandOver:
    def test_has_a_line_for_each_kind_and_says_what_is_not_recorded(self, opened, lines):
        assert {kind: answer_of(line) for kind, line in lines(opened).items()} == {
            "money": "not_recorded",
            "people": "not_recorded",
            "projects": "not_recorded",
            "documents": "none",
        }

    def test_counts_the_documents_of_the_pairing_and_of_its_agreements(
        self, ending, coordinator, fujian, attach, lines, now
    ):
        agreement = draft_agreement(
            pairing=ending,
            kind="letter",
            title="责任书",
            text="文本",
            starts_on=date(2020, 3, 1),
            ends_on=None,
            actor=fujian,
            now=now,
        )
        attach("a.txt")
        attach("b.txt", ask_for_review(agreement=agreement, actor=fujian, now=now))
        hand_over = open_hand_over(ending=ending, successor=None, actor=coordinator, now=now)
        line = lines(hand_over)["documents"]
        assert answer_of(line) == "items"
        assert (line.items_count, line.descriptions) == (2, ["a.txt", "b.txt"])

    def test_asks_providers_that_register_from_above(self, ending, coordinator, lines, now):
        def count_people(pairing):
            assert pairing == ending
            return OpenItems(items_count=3, descriptions=("一", "二", "三"))

        def count_projects(pairing):
            return OpenItems(items_count=None)

        register_provider("people", count_people)
        register_provider("projects", count_projects)
        try:
            hand_over = open_hand_over(ending=ending, successor=None, actor=coordinator, now=now)
        finally:
            withdraw_provider("people")
            withdraw_provider("projects")
        assert lines(hand_over)["people"].items_count == 3
        assert answer_of(lines(hand_over)["projects"]) == "not_recorded"

    def test_called_twice_opens_one(self, opened, ending, successor, coordinator, now):
        again = open_hand_over(ending=ending, successor=successor, actor=coordinator, now=now)
        assert again == opened

    def test_takes_the_one_donor_of_the_next_list_for_the_successor(
        self, workspace, coordinator, now, fujian, hunan, as_actor
    ):
        desk = open_desk(workspace, coordinator, now)
        ids = desk.organisations
        for donor, day in (("fujian", date(2020, 2, 7)), ("hunan", date(2020, 2, 10))):
            record_list(
                round=desk.round,
                document=desk.document,
                in_force_from=day,
                lines=[Line(donor=ids[donor], recipient=ids["nyingchi"])],
                actor=coordinator,
                now=now,
            )
        with as_actor(coordinator):
            pairs = {row.donor_id: row for row in Pairing.objects.all()}
        opened = open_hand_over(ending=pairs[ids["fujian"]], successor=None, actor=fujian, now=now)
        # Fujian does not read the pairing of Hunan, and names nobody; Hunan reads it all the same.
        assert opened.successor_id is None
        with as_actor(fujian):
            assert [row.pk for row in list_next_donors(pairs[ids["fujian"]])] == [ids["hunan"]]
        with as_actor(hunan):
            assert get_hand_over(opened.pk) == opened

    def test_names_the_one_donor_of_the_next_list_where_its_pairing_is_read(
        self, workspace, coordinator, now, as_actor
    ):
        desk = open_desk(workspace, coordinator, now)
        ids = desk.organisations
        for donors, day in ((["fujian"], date(2020, 2, 7)), (["hunan"], date(2020, 2, 10))):
            record_list(
                round=desk.round,
                document=desk.document,
                in_force_from=day,
                lines=[Line(donor=ids[donor], recipient=ids["nyingchi"]) for donor in donors],
                actor=coordinator,
                now=now,
            )
        with as_actor(coordinator):
            pairs = {row.donor_id: row for row in Pairing.objects.all()}
        opened = open_hand_over(
            ending=pairs[ids["fujian"]], successor=None, actor=coordinator, now=now
        )
        assert opened.successor_id == pairs[ids["hunan"]].pk

    def test_names_the_successor_later(self, ending, successor, coordinator, hunan, now):
        open_hand_over(ending=ending, successor=None, actor=coordinator, now=now)
        with acting(hunan):
            assert find_hand_over(ending) is None
        named = open_hand_over(ending=ending, successor=successor, actor=coordinator, now=now)
        assert named.successor == successor
        with acting(hunan):
            assert find_hand_over(ending) == named

    def test_is_read_by_both_sides_the_maker_and_the_successor_alone(
        self, opened, fujian, nyingchi, hunan, coordinator, huanggang
    ):
        for actor in (fujian, nyingchi, hunan, coordinator):
            with acting(actor):
                assert get_hand_over(opened.pk) == opened
                assert len(list_lines(opened)) == 4
        with acting(huanggang):
            assert list_lines(opened) == []
            with pytest.raises(HandOver.DoesNotExist):
                get_hand_over(opened.pk)

    def test_leaves_the_ending_pairing_hidden_from_the_successor(self, opened, ending, hunan):
        with acting(hunan):
            assert not Pairing.objects.filter(pk=ending.pk).exists()

    def test_refuses_a_pairing_that_does_not_end(self, successor, coordinator, now):
        with pytest.raises(PairingNotEnding):
            open_hand_over(ending=successor, successor=None, actor=coordinator, now=now)

    def test_refuses_a_successor_of_another_place_and_itself(
        self, programme, ending, coordinator, hunan, huanggang, now
    ):
        elsewhere = make_pairing(programme, coordinator, hunan, huanggang)
        for wrong in (elsewhere, ending):
            with pytest.raises(SuccessorDoesNotFit):
                open_hand_over(ending=ending, successor=wrong, actor=coordinator, now=now)

    def test_refuses_another_successor_than_the_one_named(
        self, opened, programme, ending, coordinator, huanggang, nyingchi, now
    ):
        other = make_pairing(programme, coordinator, huanggang, nyingchi, valid_from=END)
        with pytest.raises(SuccessorDoesNotFit):
            open_hand_over(ending=ending, successor=other, actor=coordinator, now=now)

    def test_refuses_who_holds_no_role_for_it(self, ending, workspace, now):
        with pytest.raises(NotAllowed):
            open_hand_over(
                ending=ending,
                successor=None,
                actor=workspace.actor("office", Role.AUDITOR),
                now=now,
            )
        with pytest.raises(NotASide):
            open_hand_over(
                ending=ending,
                successor=None,
                actor=workspace.actor("office", Role.DONOR_OFFICE),
                now=now,
            )

    def test_knows_no_pairing_of_others(self, ending, hunan, now):
        with pytest.raises(Pairing.DoesNotExist):
            open_hand_over(ending=ending, successor=None, actor=hunan, now=now)

    def test_is_there_once_for_a_pairing_even_without_us(self, opened, coordinator, now):
        with acting(coordinator), pytest.raises(IntegrityError), transaction.atomic():
            HandOver.objects.create(
                tenant_id=coordinator.organisation_id, ending_id=opened.ending_id, opened_at=now
            )


class TestAnswerLine:
    def test_says_how_many_or_none(self, opened, answer):
        assert answer_of(answer(opened, "money", 2, "两笔未结算款项，见财务台账")) == "items"
        assert answer_of(answer(opened, "people", 0, "人员已全部返回")) == "none"

    def test_called_twice_answers_once(self, opened, answer, coordinator):
        line = answer(opened, "money")
        answer(opened, "money")
        with acting(coordinator):
            actions = [change.action for change in list_changes([line.pk])]
        assert sorted(actions) == ["pairings.answer_line", "pairings.open_hand_over"]

    @pytest.mark.parametrize(("count", "statement"), [(0, " "), (-1, "无"), (10**12, "项")])
    def test_refuses_to_say_nothing_or_nonsense(self, opened, answer, count, statement):
        with pytest.raises(HandOverAnswerNotValid):
            answer(opened, "money", count, statement)

    def test_refuses_what_is_counted_here(self, opened, answer):
        with pytest.raises(HandOverLineRecordedHere):
            answer(opened, "documents")

    def test_refuses_whoever_does_not_keep_the_list(self, opened, answer, fujian):
        with pytest.raises(NotOwner):
            answer(opened, "money", actor=fujian)

    def test_refuses_after_the_signature(self, answered, answer, coordinator, now):
        sign_hand_over(hand_over=answered, actor=coordinator, now=now)
        with pytest.raises(HandOverSigned):
            answer(answered, "money", 1, "一笔")

    def test_is_counted_or_stated_even_without_us(self, opened, lines, coordinator):
        money, documents = lines(opened)["money"], lines(opened)["documents"]
        with acting(coordinator):
            with pytest.raises(IntegrityError), transaction.atomic():
                HandOverLine.objects.filter(pk=money.pk).update(items_count=1)
            with pytest.raises(IntegrityError), transaction.atomic():
                HandOverLine.objects.filter(pk=documents.pk).update(items_count=None)


class TestSignHandOver:
    def test_refuses_while_a_line_is_unanswered(self, opened, answer, coordinator, now):
        answer(opened, "money")
        answer(opened, "people")
        with acting(coordinator):
            assert [line.kind for line in list_unanswered(opened)] == ["projects"]
        with pytest.raises(HandOverUnanswered) as refused:
            sign_hand_over(hand_over=opened, actor=coordinator, now=now)
        assert refused.value.facts["kinds"] == ("projects",)

    def test_keeps_who_signed_when(self, answered, coordinator, now):
        signed = sign_hand_over(hand_over=answered, actor=coordinator, now=now)
        assert (signed.state, signed.signed_at) == ("signed", now)
        assert signed.signed_by_id == coordinator.person_id

    def test_called_twice_signs_once(self, answered, coordinator, now):
        sign_hand_over(hand_over=answered, actor=coordinator, now=now)
        again = sign_hand_over(hand_over=answered, actor=coordinator, now=now + timedelta(days=1))
        assert again.signed_at == now
        with acting(coordinator):
            assert len(list_changes([answered.pk])) == 2

    def test_refuses_what_was_counted_before_something_was_added(
        self, answered, attach, coordinator, lines, now
    ):
        attach("late.txt")
        with pytest.raises(HandOverOutdated) as refused:
            sign_hand_over(hand_over=answered, actor=coordinator, now=now)
        assert refused.value.facts["kinds"] == ("documents",)
        recount_hand_over(hand_over=answered, actor=coordinator, now=now)
        assert lines(answered)["documents"].descriptions == ["late.txt"]
        assert lines(answered)["money"].statement == "无"
        sign_hand_over(hand_over=answered, actor=coordinator, now=now)

    def test_refuses_whoever_does_not_keep_the_list(self, answered, fujian, now):
        with pytest.raises(NotOwner):
            sign_hand_over(hand_over=answered, actor=fujian, now=now)
        with pytest.raises(NotOwner):
            recount_hand_over(hand_over=answered, actor=fujian, now=now)

    def test_is_signed_by_somebody_even_without_us(self, opened, coordinator):
        with acting(coordinator), pytest.raises(IntegrityError), transaction.atomic():
            HandOver.objects.filter(pk=opened.pk).update(state="signed")


class TestRecountHandOver:
    def test_changes_nothing_where_nothing_changed(self, answered, coordinator, lines, now):
        recount_hand_over(hand_over=answered, actor=coordinator, now=now)
        with acting(coordinator):
            changes = list_changes([line.pk for line in lines(answered).values()])
        assert "pairings.recount_hand_over" not in {change.action for change in changes}

    def test_refuses_after_the_signature(self, answered, coordinator, now):
        sign_hand_over(hand_over=answered, actor=coordinator, now=now)
        with pytest.raises(HandOverSigned):
            recount_hand_over(hand_over=answered, actor=coordinator, now=now)


class TestPairingsWithoutHandOver:
    def test_are_those_that_ended_until_the_hand_over_is_signed(
        self, answered, ending, coordinator, nyingchi, huanggang, now
    ):
        def waiting(day, actor):
            with acting(actor):
                return list_pairings_without_hand_over(day)

        assert waiting(END - timedelta(days=1), coordinator) == []
        assert waiting(END, coordinator) == waiting(END, nyingchi) == [ending]
        assert waiting(END, huanggang) == []
        with acting(coordinator):
            found = list_pairings_without_hand_over(END, ending.programme_id)
            assert found == [ending]
            assert list_pairings_without_hand_over(END, ending.pk) == []
        sign_hand_over(hand_over=answered, actor=coordinator, now=now)
        assert waiting(END, coordinator) == waiting(END, nyingchi) == []
