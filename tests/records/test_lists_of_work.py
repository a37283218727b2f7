"""What waits, in lists: rounds and their returns, agreements to review or sign, pairings that ended."""

from datetime import date, timedelta

import pytest
from tests.grounds import ground
from tests.records.agreement_grounds import make_pairing, make_programme
from tests.records.programme_at_work import set_to_work

from tiebeam.apps.pairings.operations.agreements import (
    ask_for_review,
    draft_agreement,
    return_agreement,
)
from tiebeam.apps.pairings.operations.hand_overs import open_hand_over
from tiebeam.apps.pairings.operations.signatures import sign_agreement
from tiebeam.apps.pairings.queries.agreement_lists import (
    list_all_agreements,
    list_waiting_agreements,
)
from tiebeam.apps.pairings.queries.agreements import hash_of_agreement
from tiebeam.apps.pairings.queries.hand_overs import (
    count_without_hand_over,
    list_ended_pairings,
    list_open_hand_overs,
    list_successors,
)
from tiebeam.apps.programmes.operations.return_files import preview_file
from tiebeam.apps.programmes.queries import list_own_returns, list_rounds_steered
from tiebeam.apps.programmes.queries.rounds import list_decisions_of
from tiebeam.platform.tenancy.acting import acting

DAY = date(2020, 3, 1)


@pytest.fixture
@ground
def pairing(coordinator, fujian, nyingchi):
    programme = make_programme(coordinator, ["funds"])
    return make_pairing(programme, coordinator, fujian, nyingchi, valid_from=date(2020, 1, 1))


@pytest.fixture
def drafted(pairing, fujian, now):
    return _draft(pairing, fujian, now, "Five years")


def _draft(pairing, actor, now, title, **given):
    known = {"kind": "five_year", "starts_on": date(2020, 1, 1), "ends_on": date(2025, 1, 1)}
    return draft_agreement(
        pairing=pairing, title=title, text="Text", actor=actor, now=now, **(known | given)
    )


def _sign(agreement, actor, now):
    sign_agreement(
        agreement=agreement, text_sha256=hash_of_agreement(agreement), actor=actor, now=now
    )


def _steps(actor):
    with acting(actor):
        return [row.step for row in list_waiting_agreements(actor, DAY)]


class TestRoundsSteered:
    def test_count_returns_by_state(self, workspace, coordinator, now):
        work = set_to_work(workspace, coordinator, now)
        work.decide(work.hand_in("fujian"), is_accepted=True)
        work.decide(work.hand_in("hunan"), is_accepted=False, reason="Again")
        work.hand_in("nyingchi")

        with acting(coordinator):
            (progress,) = list_rounds_steered(coordinator, DAY)

        assert progress.expected == 4
        assert dict(progress.states) == {
            "accepted": 1, "returned": 1, "submitted": 1, "missing": 1,
        }  # fmt: skip
        assert progress.open_ones == 2
        assert progress.overdue == 2

    def test_are_those_of_the_own_organisation(self, workspace, coordinator, fujian, now):
        work = set_to_work(workspace, coordinator, now)
        own = work.hand_in("fujian")
        work.decide(own, is_accepted=False, reason="Again")

        with acting(fujian):
            assert list_rounds_steered(fujian, DAY) == []
            assert list_own_returns(fujian) == [(own, "returned")]
            assert [row.reason for row in list_decisions_of(own)] == ["Again"]


class TestPreview:
    def test_tells_each_row_apart(self, workspace, coordinator, nyingchi, now):
        work = set_to_work(workspace, coordinator, now)
        draft = work.start("nyingchi")
        work.enter("nyingchi", draft, [("doctors", 10)])

        with acting(nyingchi):
            table = b"resource;quantity\ndoctors;10\nnurses;3\n"
            preview = preview_file(draft, table, "mine.csv")
            faulty = preview_file(draft, "资源,数量\n医生,3万\n".encode("gb18030"), "mine.csv")

        assert [(row.row, row.state) for row in preview.rows] == [(2, "unchanged"), (3, "create")]
        assert preview.is_clean
        assert preview.changes_count == 1
        assert [row.state for row in faulty.rows] == ["refused"]
        assert [fault.code for fault in faulty.rows[0].faults] == ["read.scaled_number"]

    def test_says_what_is_no_table(self, workspace, coordinator, nyingchi, now):
        draft = set_to_work(workspace, coordinator, now).start("nyingchi")

        with acting(nyingchi):
            codes = [
                preview_file(draft, content, name).faults[0].code
                for content, name in ((b"", "a.csv"), (b"PK\x03\x04", "a.xlsx"), (b"x,y", "a.csv"))
            ]

        assert codes == ["read.empty_file", "read.not_a_workbook", "read.no_header"]


class TestWaitingAgreements:
    def test_wait_for_nobody_as_drafts(self, drafted, fujian, nyingchi):
        assert _steps(fujian) == []
        assert _steps(nyingchi) == []

    def test_wait_for_both_sides_under_review(self, drafted, fujian, nyingchi, hunan, now):
        ask_for_review(agreement=drafted, actor=fujian, now=now)

        assert _steps(fujian) == ["sign"]
        assert _steps(nyingchi) == ["review"]
        assert _steps(hunan) == []

    def test_wait_for_the_drafter_once_returned(self, drafted, fujian, nyingchi, now):
        ask_for_review(agreement=drafted, actor=fujian, now=now)
        later = now + timedelta(hours=1)
        return_agreement(agreement=drafted, reason="Why?", actor=nyingchi, now=later)

        assert _steps(fujian) == ["revise"]
        assert _steps(nyingchi) == []

    def test_wait_for_the_second_signature_alone(self, drafted, fujian, nyingchi, now):
        ask_for_review(agreement=drafted, actor=fujian, now=now)
        _sign(drafted, fujian, now)

        assert _steps(fujian) == []
        assert _steps(nyingchi) == ["sign"]


class TestAllAgreements:
    def test_are_found_by_words_and_kind_with_their_amendments(
        self, drafted, pairing, fujian, nyingchi, hunan, now
    ):
        ask_for_review(agreement=drafted, actor=fujian, now=now)
        _sign(drafted, fujian, now)
        _sign(drafted, nyingchi, now)
        amendment = _draft(pairing, fujian, now, "Longer", amends=drafted)
        _draft(pairing, fujian, now, "Letter", kind="letter")

        with acting(fujian):
            (found,), count = list_all_agreements(words="five YEARS", kind="five_year")
            assert (found.agreement, count) == (drafted, 1)
            assert [row.agreement for row in found.amendments] == [amendment]
            assert found.is_signed_by_both()
            assert list_all_agreements(organisation_id=fujian.organisation_id)[1] == 2
            titles = [
                row.agreement.title
                for row in list_all_agreements(order="title", is_descending=False, stop=1)[0]
            ]
            assert titles == ["Five years"]
        with acting(hunan):
            assert list_all_agreements() == ([], 0)


class TestEndedPairings:
    def test_are_told_apart_by_their_hand_over(self, coordinator, fujian, nyingchi, hunan, now):
        programme = make_programme(coordinator, [])
        ended = make_pairing(programme, coordinator, fujian, nyingchi, valid_until=DAY)
        follower = make_pairing(programme, coordinator, hunan, nyingchi, valid_from=DAY)

        with acting(coordinator):
            assert count_without_hand_over(coordinator.organisation_id, DAY) == 1
            assert list_ended_pairings(DAY - timedelta(days=1)) == ([], 0)
            assert list_successors(ended) == [follower]
        opened = open_hand_over(ending=ended, successor=follower, actor=coordinator, now=now)

        with acting(coordinator):
            assert count_without_hand_over(coordinator.organisation_id, DAY) == 0
            assert list_open_hand_overs(coordinator.organisation_id) == [opened]
            counts = {
                state: list_ended_pairings(DAY, state=state)[1]
                for state in ("missing", "open", "signed", "")
            }
            ((row,), _) = list_ended_pairings(DAY, state="open")
        assert counts == {"missing": 0, "open": 1, "signed": 0, "": 1}
        assert (row.pairing, row.hand_over) == (ended, opened)
