"""The phone of a front team: what is entered without a connection is sent in order and once, or stays with the reason."""

import pytest
from django.conf import settings
from django.test import Client
from tests.browser.reader import PHONE, WAIT, Reader
from tests.small_workspace import NOW

from records.emergency_grounds import make_emergency
from tiebeam.apps.emergencies.models import Step
from tiebeam.platform.identity.models import Person
from tiebeam.platform.tenancy.acting import acting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Phone:
    """A device with somebody at it."""

    def __init__(self, chromium, address, expect, language):
        self.context = chromium.new_context(viewport=PHONE)
        self.context.set_default_timeout(WAIT)
        self.address, self.expect, self.language = address, expect, language
        self.page = self.context.new_page()
        self.reader = Reader(
            self.page, expect, address, language, {"Huanggang", "Team", "Outbreak"}
        )

    def sign_in(self, person_id):
        client = Client()
        person = Person.objects.get(pk=person_id)
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        values = {settings.SESSION_COOKIE_NAME: session, "language": self.language}
        self.context.add_cookies(
            [{"name": name, "value": value, "url": self.address} for name, value in values.items()]
        )
        return self

    def opens(self):
        self.page.goto(f"{self.address}/phone/")
        return self

    def keeps_the_page(self):
        """Wait until the worker of the browser has the page: from then on it opens without a connection."""
        self.page.wait_for_function(
            "async () => navigator.serviceWorker.controller"
            " && !!(await (await caches.open('tiebeam-phone')).match('/phone/'))"
        )
        return self

    def goes(self, connection):
        self.context.set_offline(connection == "offline")
        return self

    def presses(self, zh, en):
        text = zh if self.language == "zh" else en
        self.page.get_by_role("button", name=text, exact=True).locator("visible=true").click()
        return self

    def entries(self, state, count):
        self.expect(self.page.locator(f"[data-entries] li[data-state={state}]")).to_have_count(
            count
        )
        return self

    def says(self, zh, en):
        text = zh if self.language == "zh" else en
        self.expect(self.page.locator("[data-line]")).to_contain_text(text)
        return self


@pytest.fixture
def grounds(transactional_db, workspace):
    made = make_emergency(workspace, NOW)
    made.deployment = made.ask().deployment
    made.send(made.deployment, "ordered")
    return made


@pytest.fixture
def phones(chromium, live_server, grounds):
    from playwright.sync_api import expect

    made = []

    def take(language="en", who="team"):
        phone = Phone(chromium, live_server.url, expect, language)
        made.append(phone)
        return phone.sign_in(grounds.actors[who].person_id)

    yield take
    for phone in made:
        phone.context.close()


def events(grounds):
    """List what was taken of the deployment since the order, in the order of the office."""
    with acting(grounds.actors["coordinator"]):
        steps = Step.objects.filter(deployment=grounds.deployment).order_by("number")
        return [step.event for step in steps][4:]


SET_OUT, ARRIVED = ("已出发", "We have set out"), ("已到达", "We have arrived")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_entered_without_connection_is_sent_in_order(grounds, phones, language):
    phone = phones(language).opens()
    phone.reader.looks("8-phone")
    phone.opens().keeps_the_page().goes("offline")

    phone.presses(*SET_OUT).entries("waiting", 1).presses(*ARRIVED).entries("waiting", 2)
    phone.says("本机待发送 2 条", "waiting on this device: 2")
    phone.reader.looks("8-phone-offline")
    assert events(grounds) == ["order"]

    phone.page.reload()
    phone.entries("waiting", 2).says("本机待发送 2 条", "waiting on this device: 2")
    phone.goes("online").page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.entries("sent", 2).says("没有待发送的记录", "Nothing waits")
    assert events(grounds) == ["order", "mobilise", "arrive"]


def test_an_entry_whose_answer_was_lost_counts_once(grounds, phones):
    phone = phones().opens()
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    phone.page.route("**/emergencies/mobilise**", lose)
    phone.presses(*SET_OUT).says("", "No connection to the office")
    assert lost[0] == 200
    # The phone may be trying again just now.
    phone.page.unroute_all(behavior="ignoreErrors")
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.entries("sent", 1)
    assert events(grounds) == ["order", "mobilise"]


def test_of_two_devices_the_later_is_refused_and_told_why(grounds, phones):
    first, second = phones().opens(), phones().opens()
    second.goes("offline").presses(*SET_OUT).entries("waiting", 1)
    first.presses(*SET_OUT).entries("sent", 1).presses(*ARRIVED).entries("sent", 2)

    second.goes("online").page.evaluate("window.dispatchEvent(new Event('online'))")
    second.entries("refused", 1).says("", "Refused by the office: 1")
    second.reader.looks("8-phone-refused")
    second.expect(second.page.locator("[data-entries] [data-reason]")).to_contain_text("arrived")
    second.presses("删除", "Discard").entries("refused", 0).says("", "Nothing waits")
    assert events(grounds) == ["order", "mobilise", "arrive"]


def test_an_ended_sign_in_keeps_the_queue_for_the_same_person(grounds, phones):
    phone = phones().opens()
    phone.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    phone.presses(*SET_OUT).entries("waiting", 1).says("", "Your sign-in has ended")

    phone.sign_in(grounds.actors["front"].person_id).opens().entries("waiting", 0)
    phone.expect(phone.page.locator("[data-others]")).to_contain_text("1 entries of another person")
    assert events(grounds) == ["order"]

    phone.sign_in(grounds.actors["team"].person_id).opens().entries("sent", 1)
    assert events(grounds) == ["order", "mobilise"]


def test_signing_out_with_a_queue_warns(grounds, phones):
    phone = phones().opens().goes("offline").presses(*SET_OUT).entries("waiting", 1)
    asked = []

    def stay(dialog):
        asked.append(dialog.message)
        dialog.dismiss()

    phone.page.once("dialog", stay)
    phone.page.locator("details.menu summary").last.click()
    phone.page.get_by_role("button", name="Sign out").click()
    phone.entries("waiting", 1)
    assert asked == [
        "1 entries wait on this device. They are not lost: they are sent when you sign in here again. Sign out now?"
    ]
