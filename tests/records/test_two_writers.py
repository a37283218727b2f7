"""
Two people at one record at one moment, in real transactions: exactly one wins, the other is told why.

The first writes and keeps its transaction open until the second waits for it or is
done: the worst moment, without luck. SQLite has one writer at a time anyway.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from time import monotonic, sleep
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from records.agreement_grounds import make_pairing
from records.desk import HASTE, Desk, open_desk
from records.programme_at_work import set_to_work
from tiebeam.apps.pairings.models import Opinion, PairList, Signature
from tiebeam.apps.pairings.operations.agreements import (
    ask_for_review,
    draft_agreement,
    return_agreement,
    revise_agreement,
)
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.pairings.operations.lists import draft_list_by_hand, send_for_opinion
from tiebeam.apps.pairings.operations.opinions import answer_opinion, give_opinion
from tiebeam.apps.pairings.operations.plans import store_plan
from tiebeam.apps.pairings.operations.signatures import sign_agreement
from tiebeam.apps.pairings.operations.signing import adopt_plan, issue_list, sign_list
from tiebeam.apps.pairings.queries.agreements import hash_of_agreement
from tiebeam.apps.pairings.queries.variants import effective_scenario
from tiebeam.apps.programmes.models import ReturnDecision
from tiebeam.apps.programmes.operations import decide_return, start_return
from tiebeam.core.pairing.solver import solve_pairing
from tiebeam.errors import TiebeamError
from tiebeam.platform.audit.keys import make_key
from tiebeam.platform.audit.models import Head
from tiebeam.platform.audit.sealing import seal, seal_and_anchor
from tiebeam.platform.audit.verification import verify
from tiebeam.platform.identity.models import Assignment, Person
from tiebeam.platform.identity.operations import (
    accept_invitation,
    assign_role,
    create_person,
    invite,
)
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.operations import (
    ask_for_run,
    begin_run,
    end_run,
    revive_run,
)
from tiebeam.platform.tenancy.acting import Actor, Duty, acting

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite has one writer at a time: no race to try"
    ),
    pytest.mark.django_db(transaction=True),
]
SECONDS_MOST = 20


class _Writer(threading.Thread):
    """Does *act* in a connection of its own; with *keep*, holds the transaction until that returns."""

    def __init__(self, act: Callable[[], object], keep: Callable[[], None] | None = None) -> None:
        super().__init__(daemon=True)
        self.act, self.keep = act, keep
        self.outcome: object = None

    def run(self) -> None:
        try:
            with transaction.atomic():
                self.outcome = self.act()
                if self.keep is not None:
                    self.keep()
        except Exception as error:  # noqa: BLE001  # the outcome is looked at by the test
            self.outcome = error
        finally:
            connections.close_all()


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + SECONDS_MOST
    while not condition():
        assert monotonic() < deadline, "a writer waits for ever"
        sleep(0.02)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def race(first: Callable[[], object], second: Callable[[], object]) -> tuple[object, object]:
    """Return what came of both; *first* has written and not committed when *second* begins."""
    has_written, may_commit = threading.Event(), threading.Event()

    def keep() -> None:
        has_written.set()
        assert may_commit.wait(SECONDS_MOST)

    one, two = _Writer(first, keep), _Writer(second)
    one.start()
    _wait_until(lambda: has_written.is_set() or not one.is_alive())
    two.start()
    _wait_until(lambda: _somebody_waits() or not two.is_alive())
    may_commit.set()
    for writer in (one, two):
        writer.join(SECONDS_MOST)
        assert not writer.is_alive()
    return one.outcome, two.outcome


def told(outcome: object) -> str:
    """Return the code of a refusal; a win has none, and a fault of the program is none."""
    if isinstance(outcome, TiebeamError):
        return outcome.code
    if isinstance(outcome, Exception):
        raise outcome
    return "won"


@dataclass(slots=True)
class Room:
    """The desk, and further hands of the coordinating office."""

    desk: Desk
    third: Actor

    @property
    def hands(self) -> tuple[Actor, Actor, Actor]:
        return (self.desk.coordinator, self.desk.deputy, self.third)

    def draft(self, *couples: tuple[str, str]) -> PairList:
        names = self.desk.organisations
        lines = [
            Line(donor=names[donor], recipient=names[recipient], is_lead=True)
            for donor, recipient in couples or [("fujian", "nyingchi")]
        ]
        return draft_list_by_hand(
            round=self.desk.round, lines=lines, actor=self.desk.coordinator, now=self.desk.now
        )

    def sign(self, pair_list: PairList, times: int) -> PairList:
        for hand in self.hands[:times]:
            sign_list(
                without_opinions_because=HASTE, pair_list=pair_list, actor=hand, now=self.desk.now
            )
        return pair_list

    def states(self) -> list[str]:
        with acting(self.desk.coordinator):
            return sorted(PairList.objects.values_list("state", flat=True))


@pytest.fixture
def room(workspace, coordinator, now):
    third = Actor(
        person_id=uuid4(),
        organisation_id=coordinator.organisation_id,
        duties=frozenset({Duty(Role.COORDINATOR)}),
    )
    return Room(open_desk(workspace, coordinator, now), third)


@pytest.fixture(autouse=True)
def _log_stays_whole(request, tmp_path):
    """After each race every entry is sealed with the rest, and nothing in the log is amiss."""
    yield
    key = make_key(tmp_path / "keys" / "audit.pem", tmp_path / "anchors")
    seal_and_anchor(now=timezone.now(), key=key, anchors=tmp_path / "anchors")
    report = verify(tmp_path / "anchors")
    assert report.findings == []
    assert (report.waiting, report.unanchored) == (0, 0)
    assert report.size > 0


class TestLists:
    def test_have_one_second_signature(self, room):
        pair_list = room.sign(room.draft(), 1)
        _, second, third = room.hands

        outcomes = race(
            lambda: sign_list(
                without_opinions_because=HASTE, pair_list=pair_list, actor=second, now=room.desk.now
            ),
            lambda: sign_list(
                without_opinions_because=HASTE, pair_list=pair_list, actor=third, now=room.desk.now
            ),
        )

        assert [told(each) for each in outcomes] == ["won", "pairings.list_not_open"]
        with acting(second):
            pair_list.refresh_from_db()
        assert pair_list.second_signed_by_id == second.person_id

    def test_are_not_signed_twice_by_one_hand_that_presses_twice(self, room):
        pair_list, hand = room.draft(), room.desk.coordinator

        outcomes = race(
            lambda: sign_list(
                without_opinions_because=HASTE, pair_list=pair_list, actor=hand, now=room.desk.now
            ),
            lambda: sign_list(
                without_opinions_because=HASTE, pair_list=pair_list, actor=hand, now=room.desk.now
            ),
        )

        assert [told(each) for each in outcomes] == ["won", "pairings.same_hand"]

    def test_are_issued_once(self, room):
        pair_list = room.sign(room.draft(), 2)
        first, second, _ = room.hands
        on = {"pair_list": pair_list, "in_force_from": date(2020, 2, 11), "now": room.desk.now}

        outcomes = race(
            lambda: issue_list(actor=first, **on), lambda: issue_list(actor=second, **on)
        )

        assert [told(each) for each in outcomes] == ["won", "pairings.not_signed_by_both"]

    def test_of_two_versions_one_stands(self, room):
        one = room.sign(room.draft(("fujian", "nyingchi")), 2)
        two = room.sign(room.draft(("hunan", "nyingchi")), 2)
        at = {"actor": room.desk.coordinator, "now": room.desk.now}

        outcomes = race(
            lambda: issue_list(pair_list=two, in_force_from=date(2020, 2, 12), **at),
            lambda: issue_list(pair_list=one, in_force_from=date(2020, 2, 11), **at),
        )

        assert [told(each) for each in outcomes] == ["won", "pairings.force_before_standing"]
        assert room.states() == ["issued", "signed_by_both"]

    def test_drafted_at_one_moment_are_two_versions(self, room):
        outcomes = race(room.draft, room.draft)

        assert [told(each) for each in outcomes] == ["won", "won"]
        assert [each.version for each in outcomes] == [1, 2]

    def test_are_adopted_once(self, room):
        desk, (first, second, third) = room.desk, room.hands
        variant = desk.variant()
        with acting(first):
            plan = solve_pairing(effective_scenario(variant))
        variant = store_plan(variant=variant, plan=plan, actor=first, now=desk.now)
        of = {"variant": variant, "in_force_from": date(2020, 2, 11), "now": desk.now}
        adopt_plan(actor=first, without_opinions_because=HASTE, **of)

        outcomes = race(
            lambda: adopt_plan(actor=second, **of), lambda: adopt_plan(actor=third, **of)
        )

        assert [told(each) for each in outcomes] == ["won", "pairings.already_adopted"]
        assert room.states() == ["issued"]


class TestOpinions:
    @pytest.fixture
    def sent(self, room):
        due_on = date(2020, 2, 12)
        at = {"actor": room.desk.coordinator, "now": room.desk.now}
        return send_for_opinion(pair_list=room.draft(), due_on=due_on, **at)

    def test_are_answered_once(self, room, sent, huanggang, now):
        opinion = give_opinion(
            pair_list=sent, reply="object", text="Nobody", actor=huanggang, now=now
        )
        first, second, _ = room.hands
        of = {"opinion": opinion, "is_followed": False, "now": now}

        outcomes = race(
            lambda: answer_opinion(text="Later", actor=first, **of),
            lambda: answer_opinion(text="Never", actor=second, **of),
        )

        assert [told(each) for each in outcomes] == ["won", "pairings.opinion_answered"]

    def test_come_too_late_for_a_list_that_is_being_signed(self, room, sent, huanggang, now):
        outcomes = race(
            lambda: sign_list(
                without_opinions_because=HASTE, pair_list=sent, actor=room.desk.coordinator, now=now
            ),
            lambda: give_opinion(
                pair_list=sent, reply="object", text="No", actor=huanggang, now=now
            ),
        )

        assert [told(each) for each in outcomes] == ["won", "pairings.list_not_open"]

    def test_keep_a_list_from_being_signed_over_them(self, room, sent, huanggang, now):
        outcomes = race(
            lambda: give_opinion(
                pair_list=sent, reply="object", text="No", actor=huanggang, now=now
            ),
            lambda: sign_list(
                without_opinions_because=HASTE, pair_list=sent, actor=room.desk.coordinator, now=now
            ),
        )

        assert [told(each) for each in outcomes] == ["won", "pairings.opinion_unanswered"]

    def test_are_not_changed_under_an_answer(self, room, sent, huanggang, now):
        opinion = give_opinion(pair_list=sent, reply="object", text="A", actor=huanggang, now=now)

        outcomes = race(
            lambda: answer_opinion(
                opinion=opinion, is_followed=True, text="Yes", actor=room.desk.coordinator, now=now
            ),
            lambda: give_opinion(
                pair_list=sent, reply="object", text="B", actor=huanggang, now=now
            ),
        )

        assert [told(each) for each in outcomes] == ["won", "pairings.opinion_answered"]

    def test_sent_twice_are_one(self, sent, huanggang, now):
        def say() -> Opinion:
            return give_opinion(pair_list=sent, reply="object", text="No", actor=huanggang, now=now)

        outcomes = race(say, say)

        assert [told(each) for each in outcomes] == ["won", "won"]
        assert outcomes[0].pk == outcomes[1].pk


class TestReturns:
    def test_are_decided_once(self, workspace, coordinator, now):
        at_work = set_to_work(workspace, coordinator, now)
        of_return = at_work.hand_in("fujian")
        of = {"of_return": of_return, "actor": coordinator, "now": at_work.now}

        outcomes = race(
            lambda: decide_return(is_accepted=True, **of),
            lambda: decide_return(is_accepted=False, reason="Too few", **of),
        )

        assert [told(each) for each in outcomes] == ["won", "programmes.return_decided"]
        with acting(coordinator):
            assert ReturnDecision.objects.get().is_accepted

    def test_are_started_once(self, workspace, coordinator, now):
        at_work = set_to_work(workspace, coordinator, now)
        of = {"of_round": at_work.of_round, "side": "donor", "now": now}
        office = at_work.office("fujian")

        outcomes = race(
            lambda: start_return(actor=office, **of), lambda: start_return(actor=office, **of)
        )

        assert [told(each) for each in outcomes] == ["won", "programmes.return_exists"]


class TestAgreements:
    @pytest.fixture
    def reviewed(self, room, coordinator, fujian, nyingchi, now):
        pairing = make_pairing(room.desk.programme, coordinator, fujian, nyingchi)
        agreement = draft_agreement(
            pairing=pairing, kind="letter", title="Agreement", text="We agree.",
            starts_on=date(2020, 2, 10), ends_on=None, actor=fujian, now=now,
        )  # fmt: skip
        return ask_for_review(agreement=agreement, actor=fujian, now=now)

    def test_are_not_signed_while_they_are_sent_back(self, reviewed, fujian, nyingchi, now):
        read = hash_of_agreement(reviewed)

        outcomes = race(
            lambda: return_agreement(agreement=reviewed, reason="No", actor=nyingchi, now=now),
            lambda: sign_agreement(agreement=reviewed, text_sha256=read, actor=fujian, now=now),
        )

        assert [told(each) for each in outcomes] == ["won", "pairings.agreement_not_ready_to_sign"]

    def test_are_not_revised_under_a_signature(self, reviewed, fujian, nyingchi, now):
        read = hash_of_agreement(reviewed)
        revised = {"title": "Other", "text": "Other", "starts_on": date(2020, 2, 10)}

        outcomes = race(
            lambda: sign_agreement(agreement=reviewed, text_sha256=read, actor=nyingchi, now=now),
            lambda: revise_agreement(
                agreement=reviewed, ends_on=None, actor=fujian, now=now, **revised
            ),
        )

        assert [told(each) for each in outcomes] == ["won", "pairings.agreement_not_open"]
        with acting(nyingchi):
            assert Signature.objects.count() == 1


class TestPeople:
    def test_hold_no_two_roles_that_defeat_four_eyes(self, workspace, admin, now):
        person = workspace.people["admin"].__class__.objects.get(email="hunan@example.org")
        Assignment.objects.filter(person=person).delete()
        of = {
            "person": person,
            "organisation_id": workspace.organisations["hunan"].pk,
            "valid_from": timezone.localdate(now),
            "actor": admin,
            "now": now,
        }

        outcomes = race(
            lambda: assign_role(role=Role.DONOR_OFFICE, **of),
            lambda: assign_role(role=Role.DONOR_FINANCE, **of),
        )

        assert [told(each) for each in outcomes] == ["won", "identity.roles_conflict"]
        assert Assignment.objects.get(person=person).role == Role.DONOR_OFFICE

    def test_of_one_address_are_entered_once(self, admin, now):
        def enter() -> Person:
            return create_person(
                email="new@example.org", name="New", language="en", actor=admin, now=now
            )

        outcomes = race(enter, enter)

        assert [told(each) for each in outcomes] == ["won", "identity.already_known"]

    @pytest.mark.parametrize("links", [1, 2])
    def test_join_once_by_the_links_of_one_address(self, workspace, admin, now, links):
        secrets = [
            invite(
                email="new@example.org",
                organisation_id=workspace.organisations["hunan"].pk,
                role=Role.READER,
                actor=admin,
                now=now,
            )[1]
            for _ in range(links)
        ]

        def join(secret: str) -> Person:
            given = {"name": "New", "password": "a lamp beside the river", "language": "en"}
            return accept_invitation(secret=secret, actor=admin, now=now, **given)

        outcomes = race(lambda: join(secrets[0]), lambda: join(secrets[-1]))

        codes = {1: "identity.link_not_valid", 2: "identity.already_known"}
        assert [told(each) for each in outcomes] == ["won", codes[links]]


class TestSealers:
    def test_work_one_at_a_time(self, coordinator, room, tmp_path):
        key = make_key(tmp_path / "own" / "audit.pem", tmp_path / "anchors")

        def seal_all() -> Head | None:
            return seal(timezone.now(), key)

        outcomes = race(seal_all, seal_all)

        assert [told(each) for each in outcomes] == ["won", "audit.sealer_busy"]
        assert Head.objects.count() == 1


class TestWorkers:
    @pytest.fixture
    def run(self, room, coordinator, now):
        return ask_for_run(
            kind="x", arguments={}, scope_id=room.desk.programme.pk, actor=coordinator, now=now
        )

    def test_take_one_run_once(self, run, coordinator, now):
        def begin() -> Run | None:
            return begin_run(run_id=run.pk, actor=coordinator, now=now)

        one, two = race(begin, begin)

        assert one.attempt == 1
        assert two is None

    def test_revive_a_lost_run_once(self, run, coordinator, now):
        begin_run(run_id=run.pk, actor=coordinator, now=now - timedelta(minutes=2))

        def revive() -> bool:
            return revive_run(run_id=run.pk, taken_at=now, actor=coordinator, now=now)

        assert race(revive, revive) == (True, False)

    def test_that_were_given_up_do_not_end_what_another_began(self, run, coordinator, now):
        begun = begin_run(run_id=run.pk, actor=coordinator, now=now - timedelta(minutes=2))
        revive_run(run_id=run.pk, taken_at=now, actor=coordinator, now=now)
        again = begin_run(run_id=run.pk, actor=coordinator, now=now)

        def end(attempt: int, state: str) -> Run:
            return end_run(run_id=run.pk, attempt=attempt, state=state, actor=coordinator, now=now)

        outcomes = race(
            lambda: end(again.attempt, "finished"), lambda: end(begun.attempt, "failed")
        )

        assert [told(each) for each in outcomes] == ["won", "tasks.taken_over"]
        with acting(coordinator):
            assert Run.objects.get(pk=run.pk).state == "finished"
