"""Load the demonstration into an empty workspace."""

import csv
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from tiebeam.apps.pairings.operations.history import record_list
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.pairings.operations.plans import store_plan
from tiebeam.apps.pairings.operations.scenarios import store_scenario
from tiebeam.apps.pairings.operations.variants import create_variant
from tiebeam.apps.programmes.models import LegalDocument, Programme, Round
from tiebeam.apps.programmes.operations.documents import add_document
from tiebeam.apps.programmes.operations.participants import add_participant
from tiebeam.apps.programmes.operations.programmes import create_programme
from tiebeam.apps.programmes.operations.rounds import open_round
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations import found_workspace
from tiebeam.cases import CASES_FOLDER
from tiebeam.core.model.scenario import Scenario
from tiebeam.interchange.plan import read_plan
from tiebeam.interchange.scenario import read_scenario
from tiebeam.interfaces.demonstration.emergency import run_emergency
from tiebeam.interfaces.demonstration.money import Money, Two, keep_books
from tiebeam.interfaces.demonstration.obligations import take_obligation_steps
from tiebeam.interfaces.demonstration.people import (
    AUDIT,
    COLLEGE,
    MINISTRY,
    OFFICE,
    SEATS,
    SignIn,
    place_people,
    seat_people,
)
from tiebeam.interfaces.demonstration.places import Directory
from tiebeam.interfaces.demonstration.rescue import Rescue
from tiebeam.interfaces.demonstration.workflow import Cast, take_steps
from tiebeam.platform.identity.models import Person
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty

PROGRAMMES = Path(__file__).with_name("programmes.toml")
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the demonstration holds: sign-ins, the administrator first, and the round to work on."""

    sign_ins: list[SignIn]
    programmes: list[Programme]


@dataclass(frozen=True, slots=True)
class _Pair:
    donor: Organisation
    recipient: Organisation
    note: str
    is_doubtful: bool


def load_demonstration(*, password: str, now: datetime, plan: Path | None, tell: Tell) -> Loaded:
    """
    Make the directory, the people and the programmes; *tell* hears the name of each programme.

    Raises:
        AlreadyFounded: The workspace is not empty.
    """
    office, administrator = found_workspace(
        name_en=OFFICE[1],
        name_zh=OFFICE[0],
        email="admin@demo.example",
        person_name="管理员（DEMO）",
        language="zh",
        password=password,
        now=now,
    )
    admin = _actor(administrator, office, Role.ADMINISTRATOR)
    directory = Directory(admin, now, organisations={OFFICE[0]: office})
    directory.load_places()
    for chinese, english in (MINISTRY, AUDIT, COLLEGE):
        kind = "ministry" if (chinese, english) == MINISTRY else "office"
        directory.organisation(chinese, english, kind=kind)
    for _, _, (chinese, english), _ in SEATS:
        directory.organisation(chinese, english)
    sign_ins = seat_people(directory.organisations, password=password, administrator=admin, now=now)
    coordinator = Person.objects.get(email="coordinator@demo.example")
    steering = _actor(coordinator, office, Role.COORDINATOR)
    described: list[dict[str, Any]] = tomllib.loads(PROGRAMMES.read_text(encoding="utf-8"))[
        "programme"
    ]
    programmes = []
    for content in described:
        tell(content["name_zh"])
        programmes.append(_load_programme(content, directory, steering, now, plan))
    take_steps(_cast(steering, sign_ins), now)
    second = Person.objects.get(email="coordinator2@demo.example")
    take_obligation_steps(steering, _actor(second, office, Role.COORDINATOR), now)
    tell("示范账簿 · Books (DEMO)")
    keep_books(_money(admin, sign_ins, directory, now), now)
    tell("应急响应 · Emergency (DEMO)")
    run_emergency(_rescue(admin, sign_ins, directory, now), programmes[0])
    return Loaded([SignIn(administrator.email, Role.ADMINISTRATOR, office), *sign_ins], programmes)


def _cast(steering: Actor, sign_ins: list[SignIn]) -> Cast:
    """Return who takes the steps of the workflow, each from their own seat."""
    return Cast(
        coordinator=steering,
        fujian=_seated("donor", sign_ins),
        hunan=_seated("donor-hunan", sign_ins),
        nyingchi=_seated("recipient", sign_ins),
        shannan=_seated("recipient-shannan", sign_ins),
    )


def _money(admin: Actor, sign_ins: list[SignIn], directory: Directory, now: datetime) -> Money:
    """Return who keeps the books: those who can sign in, and others for the pairs of nobody."""

    def two(*names: str) -> Two:
        return Two(*(_seated(name, sign_ins) for name in names))

    def placed(name: str, *roles: Role) -> list[Actor]:
        organisation = directory.organisations[name]
        return place_people(organisation, roles, administrator=admin, now=now)

    giving = (Role.DONOR_OFFICE, Role.DONOR_FINANCE)
    taking = (Role.RECIPIENT_OFFICE, Role.RECIPIENT_FINANCE)
    (third,) = placed("山南市", Role.RECIPIENT_FINANCE)
    return Money(
        coordinators=two("coordinator", "coordinator2"),
        administrator=admin,
        sides={
            "福建省": (two("donor", "donor-finance"), two("recipient", "recipient-finance")),
            "湖南省": (
                two("donor-hunan", "donor-hunan-finance"),
                replace(two("recipient-shannan", "recipient-shannan-finance"), third=third),
            ),
            "北京市": (Two(*placed("北京市", *giving)), Two(*placed("拉萨市", *taking))),
            "上海市": (Two(*placed("上海市", *giving)), Two(*placed("日喀则市", *taking))),
        },
    )


def _rescue(admin: Actor, sign_ins: list[SignIn], directory: Directory, now: datetime) -> Rescue:
    """Return who runs the emergency: those who can sign in, and others for the places of nobody."""
    seated = {
        "福建省": "donor",
        "湖南省": "donor-hunan",
        "宜昌市": "recipient-yichang",
        "黄冈市": "recipient-huanggang",
    }

    @cache
    def act(name: str, role: Role) -> Actor:
        if name in seated:
            return _seated(seated[name], sign_ins)
        organisation = directory.organisations[name]
        return place_people(organisation, (role,), administrator=admin, now=now)[0]

    return Rescue(
        coordinator=_seated("coordinator", sign_ins),
        second=_seated("coordinator2", sign_ins),
        homes=lambda name: act(name, Role.DONOR_OFFICE),
        hosts=lambda name: act(name, Role.RECIPIENT_OFFICE),
        front=_seated("team", sign_ins),
        organisations=directory.organisations,
        now=now,
    )


def _seated(name: str, sign_ins: list[SignIn]) -> Actor:
    email = f"{name}@demo.example"
    seat = next(row for row in sign_ins if row.email == email)
    return _actor(Person.objects.get(email=email), seat.organisation, seat.role)


def _load_programme(
    content: Mapping[str, Any],
    directory: Directory,
    actor: Actor,
    now: datetime,
    plan: Path | None,
) -> Programme:
    programme = create_programme(
        slug=content["slug"],
        name_en=content["name_en"],
        name_zh=content["name_zh"],
        purpose_en=content["purpose_en"],
        purpose_zh=content["purpose_zh"],
        starts_on=content["starts_on"],
        ends_on=content.get("ends_on"),
        forms=content["forms"],
        is_demo=True,
        actor=actor,
        now=now,
    )
    documents = [
        add_document(programme=programme, actor=actor, now=now, **document)
        for document in content["document"]
    ]
    lists: list[tuple[Mapping[str, Any], list[_Pair]]] = []
    rounds = [
        (each, [(of_round, _read_pairs(of_round, directory)) for of_round in each["list"]])
        for each in content["round"]
    ]
    lists = [item for _, of_round in rounds for item in of_round]
    _let_take_part(programme, lists, directory, actor, now)
    for described, of_round in rounds:
        opened = open_round(
            programme=programme,
            name_en=described["name_en"],
            name_zh=described["name_zh"],
            starts_on=described["starts_on"],
            ends_on=described.get("ends_on"),
            actor=actor,
            now=now,
        )
        for content_of_list, pairs in of_round:
            _record(opened, content_of_list, pairs, documents, actor, now)
        if "scenario" in described:
            _store(opened, described["scenario"], directory, actor, now, plan)
    return programme


def _let_take_part(
    programme: Programme,
    lists: list[tuple[Mapping[str, Any], list[_Pair]]],
    directory: Directory,
    actor: Actor,
    now: datetime,
) -> None:
    sides: dict[tuple[str, str], Organisation] = {}
    for _, pairs in lists:
        for pair in pairs:
            sides["donor", str(pair.donor.pk)] = pair.donor
            sides["recipient", str(pair.recipient.pk)] = pair.recipient
    for (side, _), organisation in sides.items():
        add_participant(
            programme=programme, organisation=organisation, side=side, actor=actor, now=now
        )
    for (chinese, _), side in ((MINISTRY, "ministry"), (AUDIT, "auditor"), (COLLEGE, "assessor")):
        add_participant(
            programme=programme,
            organisation=directory.organisations[chinese],
            side=side,
            actor=actor,
            now=now,
        )


def _read_pairs(content: Mapping[str, Any], directory: Directory) -> list[_Pair]:
    if "file" in content:
        return _read_file(CASES_FOLDER / content["file"], content, directory)
    scenario = read_scenario(CASES_FOLDER / content["scenario"]).scenario
    plan = json.loads((CASES_FOLDER / content["plan"] / "plan.json").read_text(encoding="utf-8"))
    parties = _parties(scenario, directory)
    note = str(content.get("note", ""))
    return [
        _Pair(parties[pair["donor"]], parties[pair["recipient"]], note, is_doubtful=False)
        for pair in plan["pairs"]
    ]


def _read_file(path: Path, content: Mapping[str, Any], directory: Directory) -> list[_Pair]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            _Pair(
                directory.organisation(
                    row["donor_zh"], row["donor"], kind=row.get("donor_kind", "government")
                ),
                directory.organisation(
                    row["recipient_zh"],
                    row["recipient"],
                    parent_zh="西藏自治区" if "tier" in row else "",
                ),
                str(content.get("note", "")),
                is_doubtful=bool(content.get("is_doubtful")) or row["reliability"] == "low",
            )
            for row in csv.DictReader(file)
            # The tier below hangs under a pair above and is no line of the list.
            if row.get("tier", "prefecture") == "prefecture"
        ]


def _record(
    of_round: Round,
    content: Mapping[str, Any],
    pairs: list[_Pair],
    documents: list[LegalDocument],
    actor: Actor,
    now: datetime,
) -> None:
    force: date = content["in_force_from"]
    record_list(
        round=of_round,
        lines=[
            Line(
                donor=pair.donor.pk,
                recipient=pair.recipient.pk,
                is_doubtful=pair.is_doubtful,
                note=pair.note,
            )
            for pair in pairs
        ],
        document=documents[content["document"]],
        in_force_from=force,
        note=str(content.get("note", "")),
        actor=actor,
        now=now,
    )


def _store(
    of_round: Round,
    folder: str,
    directory: Directory,
    actor: Actor,
    now: datetime,
    plan: Path | None,
) -> None:
    """Freeze the scenario of a case for the desk, with the plan that was computed for it."""
    scenario = read_scenario(CASES_FOLDER / folder).scenario
    built = store_scenario(
        round=of_round,
        scenario=scenario,
        organisations={key: party.pk for key, party in _parties(scenario, directory).items()},
        name=scenario.title_zh or scenario.title,
        actor=actor,
        now=now,
    )
    variant = create_variant(scenario=built, name="最优方案 · Optimal plan", actor=actor, now=now)
    if plan is not None and plan.exists():
        store_plan(variant=variant, plan=read_plan(plan, scenario), actor=actor, now=now)


def _parties(scenario: Scenario, directory: Directory) -> dict[str, Organisation]:
    return {
        party.id: directory.organisation(party.name_zh or party.name, party.name)
        for party in (*scenario.donors, *scenario.recipients)
    }


def _actor(person: Person, office: Organisation, role: Role) -> Actor:
    return Actor(person_id=person.pk, organisation_id=office.pk, duties=frozenset({Duty(role)}))
