"""An emergency from its activation to the claim: coordinator, recipient, donor and front team, in both modes (§E5)."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.browser.reader import PHONE
from tests.browser.standing import OTHER
from tests.small_workspace import NOW

from records.emergency_grounds import make_emergency
from tiebeam.platform.identity.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAID = {"Outbreak in Hubei", "Notice", "Flood", "Bill", "Order", "Letter", "Team", "Field hospital"}
WORDS = {
    "consult": ("协商", "consult"), "agree": ("同意", "agree"), "offer": ("提议", "offer"),
    "accept": ("接受提议", "accept"), "order": ("下达派遣令", "order"),
    "ask_extension": ("请求延长", "ask for an extension"), "extend": ("延长", "extend"),
    "release": ("准予撤离", "release"), "claim": ("申报费用", "claim costs"),
}  # fmt: skip
DOCUMENT = ("依据文件", "Document")
PARTS = ("coordinator", "home", "host", "team")


@pytest.fixture
def people(standing, sit):
    """Return a function: the window of who acts as one of the parties."""
    made = make_emergency(standing.workspace, NOW)
    made.package("home", name="Field hospital", heads=60)
    for part in PARTS:
        person = Person.objects.get(pk=made.actors[part].person_id)
        standing.people[part] = person
        SAID.add(person.name)

    def sit_down(part, language):
        reader = sit(part, language)
        reader.said |= SAID
        return reader

    return sit_down


def opens_menu(reader):
    menu = reader.page.locator("main details.menu.more summary")
    if menu.count():
        menu.first.click()
    return reader


def takes(reader, address, event, **fields):
    """Open a deployment, choose a step, fill it in, and take it."""
    reader.opens(address)
    words = WORDS[event]
    primary = reader.page.locator(".page-head a.button", has_text=reader.words(*words))
    if not primary.count():
        opens_menu(reader)
    reader.presses(*words)
    for (zh, en), value in fields.values():
        reader.enters(zh, en, value)
    reader.presses(*words)
    return reader.is_told("已办理", "Done")


def ask_for_people(coordinator, host, mode):
    """Activate an emergency, enter and verify a need, ask a home; return where incident and deployment are."""
    today = timezone.localdate()
    first, last = (today + timedelta(days=at) for at in (1, 15))
    coordinator.goes("activate_incident")
    coordinator.enters("中文名称", "Name in Chinese", "洪水").enters(
        "英文名称", "Name in English", "Flood"
    )
    if mode == "request":
        coordinator.ticks("请求与提议", "request and offer")
    coordinator.enters(*DOCUMENT, "Notice 7").looks("8-activate")
    coordinator.presses("启动应急响应", "Activate an emergency").is_told("已启动", "Activated")
    incident = coordinator.page.url

    host.opens(incident).presses("提出需求", "Enter a need")
    host.enters("人数", "People", "60").enters("开始日期", "First day", first.isoformat())
    host.looks("8-need").presses("提出需求", "Enter a need").is_told("需求已提交", "Entered")
    need = host.page.url

    coordinator.goes("emergency_inbox").looks("8-inbox")
    coordinator.opens(need).presses("核实", "Verify").presses("核实", "Verify")
    if mode == "assign":
        coordinator.presses("请求派遣", "Ask a home for people")
    else:
        coordinator.opens(f"{incident}dispatch/")
        page = coordinator.page
        page.locator("article[draggable]").drag_to(page.locator("article.goal"))
        page.wait_for_url("**/ask/**")
    coordinator.enters("人数", "People", "60").enters(
        "任务结束日期", "Last day of the tour", last.isoformat()
    )
    coordinator.looks("8-ask").presses("请求派遣", "Ask a home for people")
    deployment = coordinator.is_told("已发出请求", "Asked").page.url

    return incident, deployment


def send_a_team(home):
    """Form a team of one person, who works its phone."""
    home.goes("form_team").enters("名称", "Name", "Team one").enters("人数", "People", "60")
    home.presses("组建队伍", "Form a team").presses("录入队员", "Enter somebody")
    home.enters("名称", "Name", "Huang Li").ticks("担任领队", "Leads the team")
    phone = home.page.get_by_label(home.words("使用手机端的账号", "Works the phone of the team"))
    phone.select_option(label="front_team")
    home.presses("录入队员", "Enter somebody").looks("8-team")


@pytest.mark.parametrize(
    ("mode", "language", "answers"),
    [("assign", "zh", ("consult", "agree")), ("request", "en", ("offer", "accept"))],
)
def test_an_emergency_is_worked_from_end_to_end(people, mode, language, answers):
    coordinator, host = people("coordinator", language), people("host", OTHER[language])
    home, team = people("home", language), people("team", OTHER[language])
    today = timezone.localdate()

    incident, deployment = ask_for_people(coordinator, host, mode)
    send_a_team(home)

    takes(home, deployment, answers[0])
    takes(host, deployment, answers[1], document=(DOCUMENT, "Letter 7"))
    home.opens(deployment).presses(*WORDS["order"])
    home.enters(*DOCUMENT, "Order 7")
    home.page.locator("select[name=team]").select_option(label="Team one")
    home.presses(*WORDS["order"]).is_told("已办理", "Done")

    team.page.set_viewport_size(PHONE)
    team.goes("phone")
    for zh, en in (
        ("已出发", "We have set out"),
        ("已到达", "We have arrived"),
        ("已上岗", "We are on duty"),
    ):
        team.page.get_by_role("button", name=team.words(zh, en)).locator("visible=true").click()
    sent = team.page.locator("[data-entries] li[data-state=sent]")
    team.expect(sent).to_have_count(3)

    coordinator.goes("incident_board", incident.rstrip("/").rpartition("/")[2]).looks("8-board")
    coordinator.has_title("已落实 60 人", "60 of 60 people needed are bound")
    until = (today + timedelta(days=20)).isoformat()
    takes(
        host, deployment, "ask_extension", until=(("任务结束日期", "Last day of the tour"), until)
    )
    takes(home, deployment, "extend")
    takes(coordinator, deployment, "release")

    team.goes("phone")
    team.page.get_by_role("button", name=team.words("已返回", "We are home")).click()
    team.expect(sent).to_have_count(4)
    takes(
        home, deployment, "claim", cost=(("费用", "Cost"), "1200.50"), document=(DOCUMENT, "Bill 7")
    )
    home.opens(deployment).sees("200.50", "200.50").looks("8-deployment")
    coordinator.goes("stand_down_incident", incident.rstrip("/").rpartition("/")[2])
    coordinator.enters(*DOCUMENT, "Notice 8").presses("终止响应", "Stand down")
    coordinator.is_told("已终止", "Stood down")
