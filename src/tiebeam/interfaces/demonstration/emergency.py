"""
An emergency in the demonstration: Hubei in February 2020.

Teams that arrived, their size and their day are published, and their source stands in the
step. Needs, packages, names and what is still open are made up and carry the mark DEMO.
"""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from tiebeam.apps.emergencies.models import Deployment, Incident, Need
from tiebeam.apps.emergencies.operations import answers
from tiebeam.apps.emergencies.operations.deployments import ask_home, volunteer
from tiebeam.apps.emergencies.operations.incidents import activate_incident
from tiebeam.apps.emergencies.operations.messages import Message
from tiebeam.apps.emergencies.operations.needs import enter_need, verify_need
from tiebeam.apps.emergencies.operations.proposals import (
    GivenOrder,
    propose_orders,
    refuse_order,
)
from tiebeam.apps.people.operations.packages import hold_package, publish_package
from tiebeam.apps.people.operations.teams import add_member, form_team
from tiebeam.apps.programmes.models import Programme, Round
from tiebeam.interfaces.demonstration.rescue import MARK, Rescue
from tiebeam.interfaces.demonstration.supplies import move_goods, report_days
from tiebeam.platform.identity.models import Person
from tiebeam.platform.tenancy.acting import acting

ENDS = date(2020, 3, 20)
ARRIVALS = (
    ("湖南省", "黄冈市", 137, date(2020, 1, 28), "https://xwzx.qqzyw.com/show-291845.html"),
    ("江西省", "随州市", 135, date(2020, 2, 7), "https://infosurhoy.com"),
    ("广东省", "荆州市", 108, date(2020, 2, 10), "https://www.jiemian.com/article/3972063.html"),
    ("广东省", "荆州市", 250, date(2020, 2, 11), "https://www.jiemian.com/article/3972063.html"),
    ("福建省", "宜昌市", 158, date(2020, 2, 11), "https://www.chinadaily.com.cn, 12 February 2020"),
)
"""Home, place, people, day of arrival, source."""
NEEDS = {"黄冈市": 300, "随州市": 150, "荆州市": 400, "宜昌市": 200}
"""Made up."""


def run_emergency(rescue: Rescue, programme: Programme) -> None:
    """Activate the incident of February 2020, and an exercise in the other mode."""
    with acting(rescue.coordinator):
        of_round = Round.objects.filter(programme=programme).first()
        notice = programme.documents.get(dated_on=date(2020, 2, 10))
    incident = _activate(rescue, programme, of_round, "assign", notice.title_zh)
    needs = {
        place: _need(rescue, incident, place, heads, date(2020, 1, 28))
        for place, heads in NEEDS.items()
    }
    sent = [
        _send(rescue, needs[place], home, heads, day, source)
        for home, place, heads, day, source in ARRIVALS
    ]
    _leave_open(rescue, incident, needs, sent[-1])
    exercise = _activate(rescue, programme, None, "request", MARK)
    _exercise(rescue, exercise)
    report_days(rescue, exercise, move_goods(rescue, exercise))


def _activate(
    rescue: Rescue, programme: Programme, of_round: Round | None, mode: str, document: str
) -> Incident:
    is_real = mode == "assign"
    return activate_incident(
        programme=programme,
        round=of_round,
        name_en="Medical teams for Hubei (DEMO)" if is_real else "Exercise: request, offer (DEMO)",
        name_zh="湖北医疗救治应急响应（DEMO）" if is_real else "演练：请求与提议（DEMO）",
        level=1 if is_real else 3,
        mode=mode,
        activated_on=date(2020, 2, 10)
        if is_real
        else timezone.localdate(rescue.now) - timedelta(6),
        document=document,
        actor=rescue.coordinator,
        now=rescue.now,
    )


def _need(rescue: Rescue, incident: Incident, place: str, heads: int, starts_on: date) -> Need:
    need = enter_need(
        incident=incident,
        place=rescue.organisations[place],
        kind="medical",
        heads=heads,
        starts_on=starts_on,
        until=date(2020, 3, 31) if starts_on.year == 2020 else None,
        note=MARK,
        actor=rescue.hosts(place),
        now=rescue.now,
    )
    verify_need(need=need, note=MARK, actor=rescue.second, now=rescue.now)
    return need


def _send(rescue: Rescue, need: Need, home: str, heads: int, day: date, source: str) -> Deployment:
    """Take a team that did arrive through its steps until it is on duty."""
    office, host = rescue.homes(home), rescue.hosts(need.place.name_zh)
    team = form_team(
        name=f"{home}支援{need.place.name_zh}医疗队 {day:%m-%d}（DEMO）",
        heads=heads,
        actor=office,
        now=rescue.now,
    )
    if office.organisation_id == rescue.front.organisation_id:
        person = Person.objects.get(pk=rescue.front.person_id)
        add_member(
            team=team, name="黄丽（DEMO）", skill="护士", is_leader=True, person=person,
            actor=office, now=rescue.now,
        )  # fmt: skip
    tour = {"heads": heads, "starts_on": day, "ends_on": ENDS}
    deployment = ask_home(
        need=need,
        home=rescue.organisations[home],
        message=rescue.say(day, reason=MARK, **tour),
        actor=rescue.coordinator,
        now=rescue.now,
    ).deployment
    for take, actor, said in (
        (answers.consult, office, {}),
        (answers.agree, host, {"document": MARK}),
        (answers.order, office, {"document": MARK, "team_id": team.pk}),
        (answers.mobilise, office, {}),
        (answers.arrive, office, {"text": source}),
        (answers.begin_duty, host, {}),
    ):
        take(deployment=deployment, message=rescue.say(day, **said), actor=actor, now=rescue.now)
    return deployment


def _leave_open(
    rescue: Rescue, incident: Incident, needs: dict[str, Need], standing: Deployment
) -> None:
    """Leave something for everybody to do: a successor, a longer tour, a question, orders to decide."""
    today, office = timezone.localdate(rescue.now), rescue.homes("福建省")
    package = hold_package(
        name="福建省应急医疗队（DEMO）", kind="medical", heads=50,
        skills={"医生": 15, "护士": 35}, equipment=["负压救护车（DEMO）"],
        equipment_readiness="partly", people_readiness="ready", funding_readiness="not_ready",
        ready_within_days=2, actor=office, now=rescue.now,
    )  # fmt: skip
    publish_package(package=package, actor=office, now=rescue.now)
    ask_home(
        need=needs["宜昌市"],
        home=rescue.organisations["福建省"],
        relieves=standing,
        message=Message(heads=50, starts_on=date(2020, 3, 18), ends_on=date(2020, 3, 31)),
        actor=rescue.coordinator,
        now=rescue.now,
    )
    host = rescue.hosts("宜昌市")
    asked = Message(ends_on=date(2020, 3, 25), text=MARK)
    answers.ask_extension(deployment=standing, message=asked, actor=host, now=rescue.now)
    answers.check_in(
        deployment=standing, message=Message(heads=156, text=MARK), actor=rescue.front,
        now=rescue.now,
    )  # fmt: skip
    question = Message(text="DEMO：防护服还能用几天？ / DEMO: how many days will the suits last?")
    answers.ask(deployment=standing, message=question, actor=rescue.front, now=rescue.now)
    homes = {name: rescue.organisations[name].pk for name in ("福建省", "江西省", "湖南省")}
    orders = [
        GivenOrder(
            home_id=homes[home], need_id=needs[place].pk, heads=heads, leaves_on=today,
            arrives_on=today, package_id=package.pk if home == "福建省" else None,
        )
        for home, place, heads in (
            ("福建省", "宜昌市", 40), ("江西省", "随州市", 15), ("湖南省", "黄冈市", 120),
        )
    ]  # fmt: skip
    proposals = propose_orders(
        incident=incident, plan=MARK, orders=orders, actor=rescue.coordinator, now=rescue.now
    )
    refuse_order(proposal=proposals[1], reason=MARK, actor=rescue.second, now=rescue.now)


def _exercise(rescue: Rescue, incident: Incident) -> None:
    """Leave one request unanswered and one offer unasked."""
    today = timezone.localdate(rescue.now)
    need = _need(rescue, incident, "黄冈市", 30, today)
    tour: dict[str, Any] = {"heads": 30, "starts_on": today, "ends_on": today}
    ask_home(
        need=need, home=rescue.organisations["湖南省"], message=Message(reason=MARK, **tour),
        actor=rescue.hosts("黄冈市"), now=rescue.now,
    )  # fmt: skip
    volunteer(
        need=need,
        message=Message(text=MARK, **{**tour, "heads": 10}),
        actor=rescue.homes("福建省"),
        now=rescue.now,
    )
