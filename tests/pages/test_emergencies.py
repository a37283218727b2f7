"""An incident in the pages, from its activation to what was claimed, in both modes (§E5)."""

import re
from datetime import timedelta

import pytest
from tests.small_workspace import NOW

from records.emergency_grounds import TOUR, make_emergency, place_on_the_map, seat
from tiebeam.apps.emergencies.models import Deployment, Incident, Need
from tiebeam.apps.people.models import Member, Package, Team
from tiebeam.apps.people.operations.teams import form_team
from tiebeam.apps.programmes.operations import add_participant
from tiebeam.apps.regions.operations import create_organisation
from tiebeam.interfaces.web import listing, tables
from tiebeam.interfaces.web.emergencies import tables as emergency_tables
from tiebeam.platform.identity.models import Person
from tiebeam.platform.permissions.roles import Role
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


def people_read(window, address):
    """Return what is shown; there has to be something."""
    answer = window.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


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


NEED = {
    "kind": "medical", "heads": 60, "starts_on": "2020-02-12", "until": "", "expires_on": "", "note": "",
}  # fmt: skip
PACKAGE = {
    "name": "Fujian reserve", "kind": "medical", "heads": 60, "equipment": "2 ambulances",
    "equipment_readiness": "ready", "people_readiness": "partly", "funding_readiness": "not_ready",
    "ready_within_days": 2, "cost": "1200.50",
}  # fmt: skip


class TestQuestion:
    def test_offers_an_answer_to_the_other_sides_alone(self, grounds, people):
        deployment = grounds.ask().deployment
        grounds.take("ask", "host", deployment, text="When?")
        page = f"/emergencies/deployments/{deployment.pk}/"
        offers = {
            by: f"{page}inform/" in people(by).get(page).content.decode()
            for by in ("host", "home", "coordinator")
        }

        assert offers == {"host": False, "home": True, "coordinator": True}


class TestWhoOversees:
    """§E1, §E3."""

    def test_reads_a_deployment_and_not_its_team(self, grounds, admin, workspace, sign_in, now):
        office = create_organisation(
            name_en="Audit office", name_zh="审计", kind="office", actor=admin, now=now
        )
        workspace.organisations["audit"] = office
        add_participant(
            programme=grounds.programme, organisation=office, side="auditor",
            actor=grounds.actors["coordinator"], now=now,
        )  # fmt: skip
        seated = seat(workspace, "audit", Role.AUDITOR, now)
        workspace.people["auditor"] = Person.objects.get(pk=seated.person_id)
        deployment = grounds.ask().deployment
        team_id = grounds.send(deployment, "ordered").team_id
        with acting(grounds.actors["home"]):
            name = Team.objects.get(pk=team_id).name
        page, auditor = f"/emergencies/deployments/{deployment.pk}/", sign_in("auditor")

        for address in (page, f"{page}thread.xml"):
            assert name in people_read(sign_in("huanggang"), address)
            assert name not in people_read(auditor, address)
        assert auditor.get(f"/emergencies/teams/{team_id}/").status_code == 404


class TestTeam:
    def test_shows_its_package_and_cost_to_no_host(self, grounds, people, workspace):
        package = grounds.package(cost_per_day=77_700, name="Reserve")
        deployment = grounds.ask().deployment
        grounds.send(deployment, "agreed")
        team = form_team(
            name="T", heads=100, package=package, actor=grounds.actors["home"], now=grounds.now
        )
        grounds.take("order", "home", deployment, document="O 1", team_id=team.pk)
        page = f"/emergencies/teams/{team.pk}/"

        for by, is_shown in (("coordinator", True), ("home", True), ("host", False)):
            shown = people_read(people(by), page)
            assert ("Reserve" in shown, "777" in shown) == (is_shown, is_shown)


class TestSkills:
    @pytest.fixture
    def enter(self, grounds, people, workspace):
        address = f"/emergencies/{grounds.incident.pk}/needs/enter/"
        place = workspace.organisations["huanggang"].pk
        return lambda skills: people("host").post(
            address, {**NEED, "place": place, "skills": skills}
        )

    def test_of_a_need_are_entered_line_by_line_and_shown(self, enter, people):
        need = enter("intensive care: 5\n\nnurse 35").headers["Location"]
        assert "intensive care 5, nurse 35" in people("coordinator").get(need).content.decode()

    @pytest.mark.parametrize(
        ("skills", "said"),
        [
            ("nurse 35\ndoctors", "Line 2 is no skill with how many people"),
            ("nurse 35\nnurse 5", "Line 2 names “nurse” a second time"),
            ("nurse 0", "skills are whole numbers of people"),
            ("nurse 61", "the skills come to 61 people, and there are 60"),
        ],
    )
    def test_that_make_no_sense_are_told_beside_the_field(self, enter, skills, said):
        answer = enter(skills)
        assert answer.status_code in {400, 409}
        assert said in " ".join(answer.context["form"].errors["skills"])

    def test_of_a_need_are_offered_as_one_types_and_spelt_as_they_stand(
        self, enter, grounds, people
    ):
        grounds.package(skills={"Intensive care": 5})
        page = f"/emergencies/{grounds.incident.pk}/needs/enter/"
        assert '<option value="Intensive care">' in people("coordinator").get(page).content.decode()
        enter("Nurse 3")
        assert enter("ＮＵＲＳＥ  3").status_code == 302
        with acting(grounds.actors["host"]):
            assert [need.skills for need in Need.objects.filter(heads=60)] == [{"Nurse": 3}] * 2

    def test_that_lack_are_told_where_a_package_is_chosen(self, enter, grounds, people):
        need = enter("nurse 20\ndoctor 5").headers["Location"]
        coordinator = people("coordinator")
        send(coordinator, f"{need}verify/")
        package = grounds.package(heads=60, name="Some", skills={"Nurse": 12, "doctor": 5})
        asked = coordinator.get(f"{need}ask/?package={package.pk}").content.decode()
        board = f"/emergencies/{grounds.incident.pk}/dispatch/"
        drawn = coordinator.get(board).content.decode()

        assert "Lacking by skill: doctor 5, nurse 20." in asked
        assert "With “Some” there lack still: nurse 8." in asked
        assert "lacks still nurse 8" in drawn
        assert "Skills lacking</dt><dd>doctor 5, nurse 20" in coordinator.get(need).content.decode()


class TestPackage:
    def test_tells_its_skills_backers_readiness_and_cost_to_who_coordinates(
        self, grounds, people, workspace
    ):
        home, backer = people("home"), workspace.organisations["hunan"].pk
        page = "/emergencies/packages/"
        send(home, f"{page}hold/", **PACKAGE, skills="nurse 35", backers=["hunan", ""])
        with acting(grounds.actors["home"]):
            package = Package.objects.get(name="Fujian reserve")
        send(home, f"{page}{package.pk}/publish/")
        board = f"/emergencies/{grounds.incident.pk}/dispatch/"
        shown = people("coordinator").get(board).content.decode()
        assert "nurse 35" in shown
        assert "Equipment: ready; people: partly; funding: not ready." in shown
        assert "Can go within 2 days. A day costs" in shown
        assert "200.50" in shown
        form = home.get(f"{page}{package.pk}/").context["form"]
        assert (form["skills"].value(), form["backers"].value()) == (["nurse 35"], ["Hunan"])
        assert '<option value="Hunan">' in str(form["backers"])
        assert package.backers == [str(backer)]
        send(home, f"{page}{package.pk}/end/", ended_on="2020-02-10", reason="Sent home.")
        assert "Fujian reserve" not in people("coordinator").get(board).content.decode()

    def test_is_backed_by_nobody_whom_the_directory_does_not_know(self, people):
        page = "/emergencies/packages/hold/"
        answer = people("home").post(page, PACKAGE | {"backers": ["Hunan", "Hunnan"]})

        assert answer.status_code == 400
        (fault,) = answer.context["form"].errors["backers"]
        assert "no organisation “Hunnan” in the directory" in fault
        assert "Hunnan" in answer.content.decode()


class TestRelief:
    def test_is_asked_for_from_the_deployment_and_numbered(self, grounds, people, workspace):
        first = grounds.ask().deployment
        grounds.send(first, "on_duty")
        page, ask = (
            f"/emergencies/deployments/{first.pk}/",
            f"/emergencies/needs/{grounds.need.pk}/ask/",
        )
        link = f"{ask}?relieves={first.pk}"
        assert link in people("coordinator").get(page).content.decode()
        assert link not in people("home").get(page).content.decode()

        form = people("coordinator").get(link).context["form"]
        assert [form[name].value() for name in ("relieves", "heads", "starts_on")] == [
            str(first.pk), 100, TOUR["ends_on"],
        ]  # fmt: skip
        asked = send(
            people("coordinator"), ask, relieves=first.pk, home=workspace.organisations["fujian"].pk,
            heads=100, starts_on="2020-02-24", ends_on="2020-03-10",
        )  # fmt: skip
        with acting(grounds.actors["coordinator"]):
            second = Deployment.objects.get(pk=asked.rstrip("/").rpartition("/")[2])
        assert (second.relieves_id, second.rotation) == (first.pk, 2)
        grounds.take("consult", "home", second)
        grounds.take("agree", "host", second, document="Letter 2")
        shown = people("host").get(f"/emergencies/needs/{grounds.need.pk}/?on=2020-02-20")
        assert "hand over for 2 days" in shown.content.decode()


class TestMember:
    def test_is_said_to_have_left_by_the_home_alone(self, grounds, people):
        team = grounds.team()
        with acting(grounds.actors["home"]):
            member = Member.objects.get(team=team)
        left = f"/emergencies/members/{member.pk}/left/"
        page = f"/emergencies/teams/{team.pk}/"
        assert left in people("home").get(page).content.decode()
        assert people("host").get(left).status_code == 404
        send(people("home"), left, left_on="2020-02-10", reason="Ill.")
        assert "Huang Li" not in str(people("home").get(page).context["tables"])

    def test_is_named_to_the_host_until_the_team_is_back(self, grounds, people):
        deployment = grounds.ask().deployment
        page = f"/emergencies/teams/{grounds.send(deployment, 'released').team_id}/"
        named = "Huang Li" in people("host").get(page).content.decode()
        grounds.take("return", "team", deployment)
        after = people("host").get(page).content.decode()

        assert named
        assert "Huang Li" not in after
        assert "its home alone reads the names" in after
        asked = people("host").get("/api/v1/people/members").json()
        assert "Huang Li" not in str(asked)
        assert "Huang Li" in str(people("home").get("/api/v1/people/members").json())


class TestActivation:
    def test_says_which_area_and_which_lists(self, grounds, people, workspace):
        place_on_the_map(workspace)
        window = people("coordinator")
        form = window.get("/emergencies/activate/").context["form"]
        area = [key for key, name in form.fields["area"].choices if name == "huanggang"]
        incident = send(
            window, "/emergencies/activate/", programme=grounds.programme.pk, name_zh="疫情",
            name_en="Outbreak", level=2, mode="assign", activated_on="2020-02-10",
            document="Notice 1", hub="", area=area, round=grounds.incident.round_id,
        )  # fmt: skip
        facts = {fact.term: fact for fact in window.get(incident).context["facts"]}
        assert facts["Area"].text == "huanggang"
        assert facts["Pair lists"].address == f"/lists/rounds/{grounds.incident.round_id}/"


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
