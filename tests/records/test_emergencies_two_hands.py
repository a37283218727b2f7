"""Two hands at one deployment, one team or one board at one moment, in real transactions (§E3, §E5, §E6)."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection

from records.emergency_grounds import TOUR, make_emergency
from records.test_two_writers import race, told
from tiebeam.apps.emergencies.models import Mark, Step
from tiebeam.apps.emergencies.operations import answers
from tiebeam.apps.emergencies.operations.deployments import ask_home
from tiebeam.apps.emergencies.operations.messages import Message
from tiebeam.apps.emergencies.queries.marks import find_mark
from tiebeam.apps.people.models import Member
from tiebeam.apps.people.operations.teams import add_member
from tiebeam.apps.regions.operations import correct_organisation
from tiebeam.platform.tenancy.acting import acting

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite has one writer at a time: no race to try"
    ),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def grounds(workspace, now):
    return make_emergency(workspace, now)


def take(grounds, event, by, deployment, **said):
    """Return the taking of a step, at the time of the grounds."""
    act, now = getattr(answers, event), grounds.now
    return lambda: act(
        deployment=deployment, message=Message(**said), actor=grounds.actors[by], now=now
    )


class TestADeployment:
    def test_keeps_what_two_phones_say_at_once_each_once_and_in_order(self, grounds):
        deployment = grounds.ask().deployment
        grounds.send(deployment, "arrived")
        key = uuid4()
        check_in = take(grounds, "check_in", "team", deployment, id=key, heads=98)

        both = race(check_in, take(grounds, "report", "front", deployment, text="Beds are short"))
        again = race(check_in, check_in)
        other = race(check_in, take(grounds, "check_in", "team", deployment, id=key, heads=97))
        begun = race(*(take(grounds, "begin_duty", by, deployment) for by in ("host", "team")))

        assert [told(each) for each in both] == ["won", "won"]
        assert {each.pk for each in again} == {key}
        assert [told(each) for each in other] == ["won", "emergencies.key_reused"]
        assert [told(each) for each in begun] == ["won", "emergencies.not_now"]
        with acting(grounds.actors["host"]):
            steps = list(Step.objects.filter(deployment=deployment).order_by("number"))
        assert [each.event for each in steps][-3:] == ["check_in", "report", "begin_duty"]
        assert [each.number for each in steps] == list(range(1, len(steps) + 1))


class TestABoard:
    def test_is_new_after_each_of_two_who_change_it_at_once(self, grounds, workspace, admin, now):
        def ask(key):
            message = Message(heads=10, reason="R", **TOUR)
            home = grounds.organisation(key)
            return lambda: ask_home(
                need=grounds.need, home=home, message=message, now=now,
                actor=grounds.actors["coordinator"],
            )  # fmt: skip

        def rename():
            return correct_organisation(
                organisation=workspace.organisations["hunan"], values={"name_en": "Xiang"},
                reason="R", actor=admin, now=now,
            )  # fmt: skip

        def read():
            with acting(grounds.actors["coordinator"]):
                return find_mark(grounds.incident.pk)

        before = read()
        asked = race(ask("home"), ask("other"))
        after = read()
        renamed = race(rename, ask("home"))

        assert [told(each) for each in (*asked, *renamed)] == ["won"] * 4
        assert len({before, after, read()}) == 3
        assert Mark.objects.filter(incident=grounds.incident).count() == len(
            set(Mark.objects.values_list("by_id", flat=True))
        )


class TestATeam:
    def test_has_one_leader_of_two_entered_at_once(self, grounds, now):
        team = grounds.team(heads=3)
        with acting(grounds.actors["home"]):
            Member.objects.filter(team=team).update(is_leader=False)

        def lead(name):
            return lambda: add_member(
                team=team, name=name, is_leader=True, actor=grounds.actors["home"], now=now
            )

        outcomes = race(lead("Lin Fang"), lead("Wu Tao"))

        assert [told(each) for each in outcomes] == ["won", "people.leader_named_twice"]

    def test_is_named_to_a_host_to_whom_it_is_ordered_again_while_it_comes_back(self, grounds):
        deployment = grounds.ask(said={"heads": 10}).deployment
        team = grounds.send(deployment, "on_duty").team_id
        grounds.take("release", "host", deployment, ends_on=date(2020, 2, 12))
        again = grounds.ask(said={"heads": 10, "starts_on": date(2020, 2, 20)}).deployment
        grounds.take("consult", "home", again, starts_on=date(2020, 2, 20))
        grounds.take("agree", "host", again, document="A 2")
        back = take(grounds, "return_home", "team", deployment)
        order = take(grounds, "order", "home", again, document="O 2", team_id=team)

        outcomes = race(back, order)

        assert [told(each) for each in outcomes] == ["won", "won"]
        with acting(grounds.actors["host"]):
            assert Member.objects.filter(team_id=team).count() == 1
