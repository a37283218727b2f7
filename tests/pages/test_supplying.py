"""How long an item lasts in the places of an incident, and what to send first (§E13)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from tests.grounds import ground
from tests.records.emergency_grounds import make_emergency, place_on_the_map

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.operations.reports import (
    Counted,
    Figures,
    add_reporting_place,
    report_day,
)
from tiebeam.apps.supplies.operations.items import enter_item
from tiebeam.apps.supplies.operations.stock import move_stock
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture
@ground
def emergency(workspace, now):
    """Two places that report since eight days ago; Fujian and Hunan lie on the map as well."""
    place_on_the_map(workspace)
    found = make_emergency(workspace, now)
    since = timezone.localdate() - timedelta(8)
    with acting(found.actors["coordinator"]):
        Incident.objects.filter(pk=found.incident.pk).update(activated_on=since)
    for key in ("huanggang", "nyingchi"):
        add_reporting_place(
            incident=found.incident, place=workspace.organisations[key], since=since,
            actor=found.actors["coordinator"], now=now,
        )  # fmt: skip
    found.incident.activated_on = since
    return found


@pytest.fixture
@ground
def suits(emergency, now):
    coordinator = emergency.actors["coordinator"]
    return enter_item(name_zh="防护服", name_en="Suits", unit="套", actor=coordinator, now=now)


@pytest.fixture
def reported(emergency, suits):
    """Huanggang has had 50 patients on each of eight days, and 250 suits yesterday."""
    for ago in range(8, 0, -1):
        report_day(
            incident=emergency.incident, place=emergency.organisation("host"),
            day=timezone.localdate() - timedelta(ago), figures=Figures(patients=50),
            stock=[Counted(item_id=suits.pk, quantity=250)], key=uuid4(),
            actor=emergency.actors["host"], now=timezone.now(),
        )  # fmt: skip


@pytest.fixture
def ask(emergency, suits):
    def get(client, **more):
        said = {"item": str(suits.pk), "per_patient": "2", "course": "expected"} | more
        return client.get(f"/emergencies/{emergency.incident.pk}/supplies/", said)

    return get


def cells(page, table="table"):
    return [[cell.text for cell in row.cells] for row in page.context[table].rows]


class TestCover:
    def test_is_the_days_that_stock_lasts_at_what_patients_use(self, as_coordinator, ask, reported):
        """2 for each of 50 a day: 250 last two days, and 1,150 of the 1,400 of a fortnight lack."""
        page = ask(as_coordinator)

        assert cells(page) == [
            ["Huanggang", "50", "250", "0", "1\u202f400", "2 days", "1\u202f150"]
        ]
        text = page.content.decode()
        assert "1 of 1 place run short of Suits within 14 days" in text
        assert "since they have no position: Nyingchi" in text
        assert "no store that you may read has this item" in text

    def test_counts_nothing_that_was_told_too_long_ago(self, as_coordinator, ask, emergency, suits):
        report_day(
            incident=emergency.incident, place=emergency.organisation("host"),
            day=timezone.localdate() - timedelta(4), figures=Figures(patients=50),
            stock=[Counted(item_id=suits.pk, quantity=250)], key=uuid4(),
            actor=emergency.actors["host"], now=timezone.now(),
        )  # fmt: skip

        page = ask(as_coordinator)

        assert cells(page) == []
        assert "within 3 days: Huanggang" in page.content.decode()

    def test_names_where_nothing_was_told(self, as_coordinator, ask):
        text = ask(as_coordinator).content.decode()

        assert "Of no place are both patients and the stock of Suits known" in text
        assert "since no patients were reported: Huanggang" in text

    def test_says_what_is_wrong_in_what_is_asked(self, as_coordinator, ask):
        page = ask(as_coordinator, per_patient="-1", course="never")

        assert page.status_code == 400
        assert "-1 is too small" in page.content.decode()

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_has_words_for_all(self, sign_in, ask, reported, language):
        page = ask(sign_in("office", language), course="cautious")

        assert page.status_code == 200
        assert re.findall(r"\[\w+\.[\w.]+\]", page.content.decode()) == []

    def test_is_not_there_for_others(self, as_nobody, ask):
        assert ask(as_nobody).status_code == 302


class TestShipments:
    def test_are_proposed_from_a_store_of_the_reader(
        self, as_fujian, ask, emergency, suits, reported, workspace
    ):
        """Fujian lies 652 km away and sends its 900 at once: two days on the way, before all is used."""
        move_stock(
            place=workspace.organisations["fujian"], item=suits, kind="in", quantity=900,
            moved_on=timezone.localdate(), key=uuid4(), actor=emergency.actors["home"],
            now=timezone.now(),
        )  # fmt: skip

        page, leaves = ask(as_fujian), timezone.localdate()

        arrives = leaves + timedelta(2)
        why = f"Without it 900 套 are short from {arrives} on."
        assert cells(page, "shipments") == [
            ["Fujian", "Huanggang", "900", str(leaves), str(arrives), why]
        ]
        assert cells(page)[0][-2:] == ["1\u202f150", "250"]
        assert "proven optimal" in page.content.decode()
