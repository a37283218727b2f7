"""What the script of a phone asks of the office."""

import pytest
from django.test import Client
from tests.small_workspace import NOW

from records.emergency_grounds import make_emergency
from tiebeam.platform.identity.models import Person


@pytest.fixture
def grounds(workspace):
    made = make_emergency(workspace, NOW)
    made.deployment = made.ask().deployment
    return made


class TestSessionOfAPhone:
    def test_tells_nobody_by_name(self, db):
        assert Client().get("/phone/session").json() == {"person": None}

    def test_tells_who_is_signed_in_and_the_token_of_a_write(self, sign_in, workspace):
        told = sign_in("fujian").get("/phone/session")
        assert told.json()["person"] == str(workspace.people["fujian"].pk)
        assert told.json()["token"]
        assert "no-store" in told.headers["Cache-Control"]


class TestPageOfAPhone:
    def test_asks_a_stranger_to_sign_in(self, db):
        assert Client().get("/phone/").status_code == 302

    def test_shows_nobody_a_team_that_they_are_not_on(self, grounds, sign_in):
        grounds.send(grounds.deployment, "ordered")
        for language, words in (("en", "No deployment of yours"), ("zh", "没有进行中的派出任务")):
            assert words in sign_in("fujian", language).get("/phone/").content.decode()
            assert words in sign_in("huanggang", language).get("/phone/").content.decode()

    def test_offers_the_way_home_only_once_released(self, grounds, sign_in, workspace):
        grounds.send(grounds.deployment, "on_duty")
        workspace.people["team"] = Person.objects.get(pk=grounds.actors["team"].person_id)
        on_duty = sign_in("team").get("/phone/").content.decode()
        assert "/emergencies/check-in?" in on_duty
        assert "/emergencies/return?" not in on_duty

        grounds.take("release", "coordinator", grounds.deployment)
        assert "/emergencies/return?" in sign_in("team").get("/phone/").content.decode()

    def test_asks_the_team_what_others_want_to_know(self, grounds, sign_in, workspace):
        grounds.send(grounds.deployment, "on_duty")
        asked = grounds.take("ask", "host", grounds.deployment, text="How many ventilators?")
        workspace.people["team"] = Person.objects.get(pk=grounds.actors["team"].person_id)
        assert "How many ventilators?" in sign_in("team").get("/phone/").content.decode()

        grounds.take("inform", "team", grounds.deployment, answers_id=asked.pk, text="Six.")
        assert "How many ventilators?" not in sign_in("team").get("/phone/").content.decode()
