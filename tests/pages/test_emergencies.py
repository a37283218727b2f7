"""An incident in the pages, from its activation to what was claimed, in both modes (§E5)."""

import re
from datetime import timedelta

import pytest
from tests.small_workspace import NOW

from records.emergency_grounds import make_emergency
from tiebeam.apps.emergencies.models import Deployment, Incident, Need
from tiebeam.interfaces.web import listing, tables
from tiebeam.interfaces.web.emergencies import tables as emergency_tables
from tiebeam.platform.identity.models import Person
from tiebeam.platform.tenancy.acting import acting

PLACES = ("emergencies/", "emergencies/waiting/", "emergencies/packages/", "emergencies/teams/")


@pytest.fixture
def grounds(workspace):
    return make_emergency(workspace, NOW)


@pytest.fixture
def people(grounds, sign_in, workspace):
    """Return a function: the window of who acts as one of the parties."""
    for key, actor in grounds.actors.items():
        workspace.people[f"as_{key}"] = Person.objects.get(pk=actor.person_id)

    def window(key, language="en"):
        return sign_in(f"as_{key}", language)

    return window


def send(window, address, **said):
    """Send a form, and return where it leads; what it refuses is shown."""
    answer = window.post(address, said)
    assert answer.status_code == 302, re.sub(r"<[^>]+>", "", answer.content.decode())[-1500:]
    return answer.headers["Location"]


class TestPagesOfEmergencies:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_say_every_word_in_the_language_of_the_reader(self, grounds, people, language):
        deployment = grounds.ask().deployment
        grounds.send(deployment, "on_duty")
        pages = [
            *PLACES,
            f"emergencies/{grounds.incident.pk}/",
            f"emergencies/needs/{grounds.need.pk}/",
            f"emergencies/deployments/{deployment.pk}/",
        ]
        for who in ("coordinator", "home", "host"):
            for page in pages:
                answer = people(who, language).get(f"/{page}")
                assert answer.status_code == 200, page
                assert "[emergencies." not in answer.content.decode(), page
                assert "[people." not in answer.content.decode(), page

    def test_say_in_the_title_what_lacks(self, grounds, people):
        address = f"/emergencies/{grounds.incident.pk}/?on=2020-02-20"
        shown = people("coordinator").get(address).content.decode()
        assert "0 of 100 people needed are bound, 100 lack" in shown

    def test_need_nobody_after_the_last_day(self, grounds, people):
        address = f"/emergencies/{grounds.incident.pk}/?on=2020-03-11"
        assert "no need is open" in people("coordinator").get(address).content.decode()

    def test_hide_the_deployment_of_others(self, grounds, people):
        deployment = grounds.ask().deployment
        address = f"/emergencies/deployments/{deployment.pk}/"
        assert people("home").get(address).status_code == 200
        assert people("elsewhere").get(address).status_code == 404
        assert people("elsewhere").get(f"{address}consult/").status_code == 404

    def test_list_many_deployments_page_by_page(self, grounds, people, monkeypatch):
        for module in (listing, tables, emergency_tables):
            monkeypatch.setattr(module, "ROWS_ON_A_PAGE", 2)
        for heads in (11, 12, 13):
            grounds.now += timedelta(minutes=1)
            step = grounds.ask(said={"heads": heads})
        grounds.take("decline", "home", step.deployment, reason="None is free.")
        for address in (
            f"/emergencies/{grounds.incident.pk}/", f"/emergencies/needs/{grounds.need.pk}/"
        ):  # fmt: skip
            first, second, declined, file = (
                people("coordinator").get(address + query).content.decode()
                for query in ("", "?page=2", "?state=declined", "?file=csv")
            )
            heads = [[f">{n}<" in page for n in (11, 12, 13)] for page in (first, second, declined)]
            assert heads == [[True, True, False], [False, False, True], [False, False, True]]
            assert [f",{n}," in file for n in (11, 12, 13)] == [True] * 3

    def test_tell_why_a_step_is_refused(self, grounds, people):
        deployment = grounds.ask().deployment
        answer = people("home").post(
            f"/emergencies/deployments/{deployment.pk}/arrive/", {"text": "We are here."}
        )
        assert answer.status_code == 409
        assert "cannot be done now" in answer.content.decode()


@pytest.mark.parametrize(
    ("mode", "answers"),
    [("assign", ("consult", "agree")), ("request", ("offer", "accept"))],
)
def test_an_incident_is_worked_from_end_to_end(grounds, people, workspace, mode, answers):
    coordinator, home, host = people("coordinator"), people("home"), people("host")
    on = "/emergencies/"

    incident = send(
        coordinator, f"{on}activate/", programme=grounds.programme.pk, name_zh="疫情", name_en="Outbreak",
        level=2, mode=mode, activated_on="2020-02-10", document="Notice 1", hub="",
    )  # fmt: skip
    place = workspace.organisations["huanggang"].pk
    need = send(
        host, f"{incident}needs/enter/", place=place, kind="medical", heads=60,
        starts_on="2020-02-12", until="2020-03-11", expires_on="", note="",
    )  # fmt: skip
    assert "verify" in coordinator.get(f"{on}waiting/").content.decode()
    send(coordinator, f"{need}verify/", note="Checked by telephone.")

    home_id = workspace.organisations["fujian"].pk
    asked = send(
        coordinator, f"{need}ask/", home=home_id, heads=60, starts_on="2020-02-12",
        ends_on="2020-02-26", answer_by="", reason="", text="",
    )  # fmt: skip
    team = send(home, f"{on}teams/form/", name="Fujian first", heads=60, package="")
    phone = grounds.actors["team"].person_id
    send(home, f"{team}members/", name="Huang Li", skill="nurse", is_leader="on", person=phone)
    team_id = team.rstrip("/").rpartition("/")[2]

    tour = {"heads": 60, "starts_on": "2020-02-12", "ends_on": "2020-02-26"}
    for who, event, said in (
        (home, answers[0], {**tour, "package": "", "cost": "1000.00"}),
        (host, answers[1], {"document": "Letter 1"}),
        (home, "order", {"document": "Order 1", "team": team_id}),
        (home, "mobilise", {}),
        (host, "arrive", {}),
        (host, "begin_duty", {"starts_on": ""}),
        (host, "ask_extension", {"ends_on": "2020-03-05"}),
        (home, "extend", {}),
        (coordinator, "release", {"ends_on": ""}),
        (home, "return", {}),
        (home, "claim", {"cost": "900.50", "document": "Bill 1"}),
    ):
        send(who, f"{asked}{event}/", text="", **said)
    shown = host.get(asked).content.decode()
    assert "claimed" in shown
    assert "900.50" in shown
    thread = host.get(team).context["timeline"]
    assert [line.action for line in thread][:2] == ["claim costs", "return"]
    assert {line.organisation for line in thread} == {
        "Coordinating office", "Fujian", "Huanggang",
    }  # fmt: skip
    with acting(grounds.actors["coordinator"]):
        assert Incident.objects.filter(name_en="Outbreak", mode=mode).count() == 1
        assert Need.objects.filter(heads=60).count() == 1
        assert Deployment.objects.filter(need__heads=60).count() == 1
