"""Notices: whom an action concerns, in the workspace and by mail."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone
from tests.grounds import ground

from records.desk import open_desk
from records.programme_at_work import set_to_work
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.pairings.operations.lists import draft_list_by_hand, send_for_opinion
from tiebeam.apps.pairings.operations.opinions import give_opinion
from tiebeam.apps.programmes.operations import change_round, create_programme
from tiebeam.errors import InvalidInput
from tiebeam.interfaces.jobs import posting
from tiebeam.interfaces.jobs.posting import post_notices, say_notice
from tiebeam.interfaces.jobs.reminding import remind_of_dates
from tiebeam.interfaces.messages import list_messages, say_strictly
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.identity.operations import assign_role, create_person, dismiss_person
from tiebeam.platform.notices.models import KINDS, Notice
from tiebeam.platform.notices.operations import subscribe
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture(autouse=True)
def clock(monkeypatch, now):
    """Noon of the day in Beijing."""
    state = {"now": now.replace(hour=6)}
    monkeypatch.setattr(posting.timezone, "now", lambda: state["now"])
    return state


@pytest.fixture
@ground
def work(workspace, coordinator, now):
    return set_to_work(workspace, coordinator, now)


@pytest.fixture
def handed_in(work):
    """The return of Fujian, handed in: the coordinator is told."""
    return work.hand_in("fujian")


def told_to(actor):
    with acting(actor):
        return [(row.kind, row.variant) for row in Notice.objects.order_by("told_at")]


class TestTelling:
    def test_tells_the_coordinator_of_a_return_and_its_sender_of_the_answer(
        self, work, handed_in, coordinator, fujian, hunan
    ):
        assert told_to(coordinator) == [("return_submitted", "")]
        assert told_to(fujian) == []
        work.decide(handed_in, is_accepted=False, reason="Nurses are missing")
        assert told_to(fujian) == [("return_decided", "returned")]
        assert told_to(hunan) == []

    def test_is_undone_with_what_it_tells_of(self, work, coordinator):
        def fail():
            with transaction.atomic():
                work.hand_in("fujian")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        assert told_to(coordinator) == []

    def test_says_every_sentence_in_both_languages(self, handed_in, coordinator):
        with acting(coordinator):
            notice = Notice.objects.get()
        assert say_notice(notice, "en") == "Fujian handed in its return for First round."
        assert say_notice(notice, "zh") == "福建已提交第一轮的填报。"
        for kind in KINDS:
            assert any(code.startswith(f"notices.say.{kind}") for code in list_messages())
            assert say_strictly(f"notices.kind.{kind}", {}, "en")


class TestNotice:
    def test_is_not_there_for_others_nor_for_nobody(self, handed_in, fujian):
        with acting(fujian):
            assert not Notice.objects.exists()
        assert not Notice.objects.exists()

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="row policies are of PostgreSQL")
    def test_is_hidden_by_the_database(self, handed_in, fujian, coordinator):
        for actor, count in ((fujian, 0), (coordinator, 1)):
            with acting(actor), connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM notices_notice")
                assert cursor.fetchone() == (count,)


class TestPages:
    def test_count_list_open_and_mark(self, handed_in, as_coordinator, coordinator):
        page = as_coordinator.get("/notices/")
        assert b"Fujian handed in its return" in page.content
        assert b'class="count">1<' in page.content
        with acting(coordinator):
            notice = Notice.objects.get()
        answer = as_coordinator.get(f"/notices/{notice.pk}/")
        assert answer.url == f"/returns/{handed_in.pk}/"
        assert b'class="count"' not in as_coordinator.get("/notices/").content

    def test_mark_all(self, handed_in, as_coordinator):
        assert as_coordinator.get("/notices/read/").status_code == 405
        assert as_coordinator.post("/notices/read/").status_code == 302
        assert b'class="count"' not in as_coordinator.get("/notices/").content

    def test_are_of_one_person(self, handed_in, coordinator, as_fujian, as_nobody):
        with acting(coordinator):
            notice = Notice.objects.get()
        assert as_fujian.get(f"/notices/{notice.pk}/").status_code == 404
        assert as_nobody.get("/notices/").status_code == 302

    def test_let_choose_what_comes_by_mail(self, handed_in, as_coordinator, coordinator):
        assert as_coordinator.get("/notices/mail/").status_code == 200
        ways = dict.fromkeys(KINDS, "none")
        assert as_coordinator.post("/notices/mail/", ways).status_code == 302
        assert as_coordinator.post("/notices/mail/", {**ways, "run_ended": "x"}).status_code == 400
        with acting(coordinator):
            # What was not mailed before and is not now needs no line.
            mailed = sum(way != "none" for way in KINDS.values())
            assert Entry.objects.filter(action="notices.subscribe").count() == mailed

    def test_speak_both_languages(self, handed_in, sign_in):
        for language in ("en", "zh"):
            client = sign_in("office", language)
            for address in ("/notices/", "/notices/mail/", "/"):
                assert "[notices" not in client.get(address).content.decode(), address


class TestMail:
    def test_goes_out_at_once_and_once(self, handed_in, work, workspace, clock):
        work.decide(handed_in, is_accepted=True)
        assert post_notices() == 1
        assert post_notices() == 0
        (sent,) = mail.outbox
        assert sent.to == [workspace.people["fujian"].email]
        assert "Your return for First round was accepted." in sent.body
        assert "/notices/" in sent.body

    def test_comes_as_a_digest_on_the_next_morning(self, handed_in, clock):
        assert post_notices() == 0
        clock["now"] += timedelta(days=1)
        assert post_notices() == 1
        assert "digest" in mail.outbox[0].subject

    def test_does_not_come_to_who_wants_none(self, handed_in, work, workspace, fujian, now):
        subscribe(ways={"return_decided": "none"}, actor=fujian, now=now)
        work.decide(handed_in, is_accepted=True)
        assert post_notices() == 0
        assert told_to(fujian) == [("return_decided", "accepted")]

    def test_is_tried_again_where_the_mailbox_refused(self, handed_in, work, monkeypatch):
        def refuse(**_):
            raise OSError

        work.decide(handed_in, is_accepted=True)
        with monkeypatch.context() as patched:
            patched.setattr(posting, "send_mail", refuse)
            assert post_notices() == 0
        assert post_notices() == 1

    def test_is_in_the_language_of_the_reader(self, handed_in, work, workspace):
        person = workspace.people["fujian"]
        person.language = "zh"
        person.save()
        work.decide(handed_in, is_accepted=True)
        post_notices()
        assert "贵方第一轮的填报已通过审核。" in mail.outbox[0].body

    def test_does_not_follow_who_has_left(self, handed_in, work, workspace, admin, now):
        work.decide(handed_in, is_accepted=True)
        dismiss_person(person=workspace.people["fujian"], reason="Left", actor=admin, now=now)
        assert post_notices() == 0


class TestReminder:
    def test_comes_the_day_before_and_once_a_day(self, work, fujian, coordinator, clock):
        clock["now"] = datetime(2020, 2, 11, 4, tzinfo=UTC)
        assert remind_of_dates() == 4
        assert remind_of_dates() == 0
        assert told_to(fujian) == [("return_due", "")]
        assert told_to(coordinator) == []
        clock["now"] = datetime(2020, 2, 13, 4, tzinfo=UTC)
        assert remind_of_dates() == 4
        assert told_to(fujian)[1] == ("return_due", "late")

    def test_does_not_come_to_who_has_handed_in(self, handed_in, fujian, clock):
        clock["now"] = datetime(2020, 2, 11, 4, tzinfo=UTC)
        assert remind_of_dates() == 3
        assert told_to(fujian) == []

    @pytest.fixture
    def reminded(self, work, coordinator, fujian, clock, now):
        """Return a function: on which of the days Fujian was told of its return, due on the 25th."""
        change_round(
            of_round=work.of_round,
            values={"returns_due_on": date(2020, 2, 25)},
            reason="More time",
            actor=coordinator,
            now=now,
        )

        def reminded(days, on_day=lambda day: None):
            told = []
            for day in days:
                clock["now"] = datetime(2020, 2, 1, 4, tzinfo=UTC) + timedelta(days=day - 1)
                before = len(told_to(fujian))
                remind_of_dates()
                told += [day] * (len(told_to(fujian)) - before)
                on_day(day)
            return told

        return reminded

    def test_comes_on_the_promised_days(self, reminded):
        # 7, 3, 1 and 0 days before the 25th, 1 and 7 after; February 2020 has 29 days.
        assert reminded(range(10, 45)) == [18, 22, 24, 25, 26, 32]

    def test_stops_when_it_is_handed_in(self, reminded, work, clock):
        def hand_in(day):
            if day == 23:
                work.now = clock["now"]
                work.hand_in("fujian")

        assert reminded(range(10, 45), hand_in) == [18, 22]

    def test_follows_when_nothing_ran_on_its_day_and_not_much_later(self, reminded):
        assert reminded([19, 20, 23, 30, 40]) == [19, 23]

    def test_comes_anew_when_the_date_is_moved(self, work, fujian, coordinator, clock, now):
        clock["now"] = datetime(2020, 2, 11, 4, tzinfo=UTC)
        remind_of_dates()
        change_round(
            of_round=work.of_round,
            values={"returns_due_on": date(2020, 2, 14)},
            reason="More time",
            actor=coordinator,
            now=now,
        )
        remind_of_dates()

        with acting(fujian):
            dues = [row.facts["due"] for row in Notice.objects.order_by("told_at", "id")]
        assert sorted(dues) == ["2020-02-12", "2020-02-14"]

    def test_reaches_who_reads_mail_once_a_day_on_the_day_itself(
        self, work, workspace, fujian, clock, now
    ):
        subscribe(ways={"return_due": "daily"}, actor=fujian, now=now)
        clock["now"] = datetime(2020, 2, 11, 22, 40, tzinfo=UTC)
        assert remind_of_dates() == 4
        clock["now"] = datetime(2020, 2, 11, 23, 1, tzinfo=UTC)
        post_notices()

        own = [sent for sent in mail.outbox if sent.to == [workspace.people["fujian"].email]]
        assert ["due on 2020-02-12" in sent.body for sent in own] == [True]
        assert "digest" in own[0].subject

    def test_is_not_written_before_the_morning(self, work, clock):
        clock["now"] = datetime(2020, 2, 11, 22, 20, tzinfo=UTC)
        assert remind_of_dates() == 0

    def test_does_not_come_to_who_holds_the_office_in_another_programme(
        self, work, workspace, admin, coordinator, clock, now
    ):
        other = create_programme(
            slug="other", name_en="Other", name_zh="其他", actor=coordinator, now=now
        )
        person = create_person(email="x@example.org", name="X", language="en", actor=admin, now=now)
        assign_role(
            person=person,
            organisation_id=workspace.organisations["fujian"].pk,
            role=Role.DONOR_OFFICE,
            programme_id=other.pk,
            valid_from=timezone.localdate(now),
            actor=admin,
            now=now,
        )
        clock["now"] = datetime(2020, 2, 11, 4, tzinfo=UTC)

        assert remind_of_dates() == 4

    def test_comes_for_an_opinion_until_it_is_given(
        self, workspace, coordinator, fujian, clock, now
    ):
        desk = open_desk(workspace, coordinator, now)
        own = workspace.organisations
        drafted = draft_list_by_hand(
            round=desk.round,
            lines=[Line(donor=own["fujian"].pk, recipient=own["nyingchi"].pk, is_lead=True)],
            actor=coordinator,
            now=now,
        )
        send_for_opinion(pair_list=drafted, due_on=date(2020, 2, 14), actor=coordinator, now=now)
        said = {}
        for day in (11, 13, 14):
            clock["now"] = datetime(2020, 2, day, 4, tzinfo=UTC)
            remind_of_dates()
            said[day] = told_to(fujian).count(("opinion_due", ""))
            if day == 13:
                give_opinion(
                    pair_list=drafted, reply="agree", text="", actor=fujian, now=clock["now"]
                )

        assert said == {11: 1, 13: 2, 14: 2}


class TestSubscription:
    def test_refuses_what_there_is_not(self, fujian, now):
        for ways in ({"gossip": "daily"}, {"list_issued": "hourly"}):
            with pytest.raises(InvalidInput):
                subscribe(ways=ways, actor=fujian, now=now)
