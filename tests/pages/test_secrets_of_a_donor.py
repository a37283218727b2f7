"""What one donor keeps to itself, its partner and the coordinator: no page, record or question tells it to another."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.apps import apps
from django.urls import URLPattern
from tests.grounds import ground
from tests.records.emergency_grounds import make_emergency
from tests.small_workspace import NOW

from tiebeam.apps.emergencies.operations.proposals import GivenOrder, propose_orders, refuse_order
from tiebeam.apps.people.operations.packages import hold_package, publish_package
from tiebeam.apps.people.operations.teams import add_member, form_team
from tiebeam.apps.supplies.operations.items import enter_item
from tiebeam.apps.supplies.operations.shipping import Sent, ship
from tiebeam.apps.supplies.operations.stock import move_stock
from tiebeam.interfaces.api.records import list_record_kinds, record_path
from tiebeam.interfaces.web.emergencies.urls import urlpatterns as of_emergencies
from tiebeam.interfaces.web.phone.urls import urlpatterns as of_phone
from tiebeam.interfaces.web.reports.urls import urlpatterns as of_reports
from tiebeam.interfaces.web.supplies.urls import urlpatterns as of_supplies
from tiebeam.platform.identity.models import Person
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.records import OwnedRecord

SECRET = "Leshan-Zqx"
"""No token and no number can hold it by chance."""
NAME = f"{SECRET} Huang Li"
COST = re.compile(r'"cost": ?123457|1,234\.57')
ROOMS = {
    "emergencies": of_emergencies, "supplies": of_supplies, "reports": of_reports, "phone": of_phone,
}  # fmt: skip
APPS = ("emergencies", "people", "supplies")
OPEN = {"Incident", "Need", "Verification", "Item"}
"""What all who take part read."""


@pytest.fixture
@ground
def grounds(workspace):
    """Fujian has a package, a team that is claimed for, an order that was refused, and goods on their way."""
    found = make_emergency(workspace, NOW)
    home, coordinator = found.actors["home"], found.actors["coordinator"]
    told = {"actor": home, "now": NOW}
    package = hold_package(name=SECRET, kind="medical", heads=9, equipment=[SECRET], **told)
    publish_package(package=package, **told)
    team = form_team(name=SECRET, heads=100, **told)
    phone = Person.objects.get(pk=found.actors["team"].person_id)
    add_member(team=team, name=NAME, person=phone, **told)
    deployment = found.ask(said={"text": SECRET}).deployment
    found.team = lambda: team
    found.send(deployment, "returned")
    found.take("claim", "home", deployment, cost=123457, document=SECRET)
    order = GivenOrder(
        home_id=home.organisation_id, heads=9, leaves_on=date(2020, 2, 11),
        arrives_on=date(2020, 2, 12), need_id=found.need.pk, package_id=package.pk,
    )  # fmt: skip
    by_coordinator = {"actor": coordinator, "now": NOW}
    [proposal] = propose_orders(
        incident=found.incident, plan=SECRET, orders=[order], **by_coordinator
    )
    refuse_order(proposal=proposal, reason=SECRET, **by_coordinator)
    item = enter_item(name_zh="口罩", name_en="Masks", unit="个", **told)
    fujian = workspace.organisations["fujian"]
    move_stock(
        place=fujian, item=item, kind="in", quantity=70, moved_on=date(2020, 2, 10), key=uuid4(),
        document=SECRET, **told,
    )  # fmt: skip
    ship(
        programme=found.programme, recipient=workspace.organisations["huanggang"], origin=fujian,
        lines=[Sent(item_id=item.pk, quantity=60)], sent_on=date(2020, 2, 10), document=SECRET,
        key=uuid4(), **told,
    )  # fmt: skip
    del found.team
    return found


@pytest.fixture
def ids(grounds):
    """Return model -> a row of it that Fujian or the coordinator reads, of the three rooms."""
    found = {}
    for by in ("home", "coordinator"):
        with acting(grounds.actors[by]):
            for model in apps.get_models():
                row = model.objects.first() if model._meta.app_label in APPS else None
                if isinstance(row, OwnedRecord):
                    found.setdefault(model.__name__, row)
    return found


@pytest.fixture
def window(grounds, workspace, sign_in):
    def open_as(key):
        person = Person.objects.get(pk=grounds.actors[key].person_id)
        workspace.people[key] = person
        return sign_in(key)

    return open_as


def list_addresses(grounds, ids):
    """Yield every address of the four rooms, and of the interface, about what Fujian has."""
    known = {f"{name.lower()}_id": row.pk for name, row in ids.items()}
    known |= {
        "proposal_id": ids["OrderProposal"].pk, "line_id": ids["ShipmentLine"].pk,
        "place_id": grounds.actors["home"].organisation_id, "report_id": uuid4(), "event": "release",
    }  # fmt: skip
    for room, patterns in ROOMS.items():
        for pattern in patterns:
            assert isinstance(pattern, URLPattern)
            names = pattern.pattern.converters
            route = str(pattern.pattern)
            for name, converter in names.items():
                kind = "uuid" if converter.__class__.__name__.startswith("UUID") else "slug"
                route = route.replace(f"<{kind}:{name}>", str(known.get(name, uuid4())))
            yield f"/{room}/{route}"
    for model in list_record_kinds():
        if model._meta.app_label in APPS:
            base = f"/api/v1{record_path(model)}"
            yield base
            if model.__name__ in ids:
                yield from (f"{base}/{ids[model.__name__].pk}{end}" for end in ("", "/history"))
    for name in ("situation", "gaps", "dispatch-board", "planner-state", "daily-reports"):
        yield f"/api/v1/questions/{name}?incident_id={grounds.incident.pk}"
    for name in ("inbox", "own-teams", "stock", "in-transit", "holds"):
        yield f"/api/v1/questions/{name}"
    yield f"/api/v1/questions/team-timeline?team_id={ids['Team'].pk}"
    yield from ("/", "/search/?q=Huang Li", "/log/", "/notices/")


def read(client, addresses):
    """Return address -> status and text."""
    found = {}
    for address in addresses:
        answer = client.get(address)
        said = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[address] = (answer.status_code, said.decode())
    return found


class TestAnotherDonor:
    """§E1, §E3, §U2, §U3."""

    def test_is_told_nothing_by_any_page_record_or_question(self, grounds, ids, window):
        answers = read(window("other"), list_addresses(grounds, ids))

        assert {code for code, _ in answers.values()} <= {200, 400, 403, 404, 405}
        told = [
            address for address, (_, text) in answers.items() if SECRET in text or COST.search(text)
        ]
        assert told == []

    def test_who_may_is_told(self, grounds, ids, window):
        """Otherwise the test above would find nothing anywhere."""
        answers = read(window("home"), list_addresses(grounds, ids))
        told = [address for address, (_, text) in answers.items() if SECRET in text]

        assert len(told) > 15, told
        assert any(COST.search(text) for _, text in answers.values())
        assert NAME in answers[f"/emergencies/teams/{ids['Team'].pk}/"][1]

    @pytest.mark.parametrize("by", ["other", "elsewhere"])
    def test_reads_no_row_that_is_not_open_to_all(self, grounds, ids, by):
        with acting(grounds.actors[by]):
            read_ones = {
                model.__name__
                for model in apps.get_models()
                if model._meta.app_label in APPS
                and issubclass(model, OwnedRecord)
                and model.objects.exists()
            }

        assert read_ones == OPEN
        assert set(ids) - OPEN >= {
            "Deployment", "Member", "Movement", "OrderProposal", "Package", "Shipment", "ShipmentLine",
            "Step", "Store", "Team",
        }  # fmt: skip
