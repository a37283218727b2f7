"""Two hands at one stock, one shipment or one day at one moment, in real transactions (§U2, §U4, §U7, §D2)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from records.emergency_grounds import make_emergency
from records.ledger_grounds import make_grounds
from records.test_supplies import DAY, NOW, SupplyGrounds
from records.test_two_writers import race, told
from tiebeam.apps.emergencies.models import DailyReport, Deployment
from tiebeam.apps.emergencies.operations.reports import Figures, add_reporting_place, report_day
from tiebeam.apps.supplies.operations.items import enter_item
from tiebeam.platform.tenancy.acting import acting

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite has one writer at a time: no race to try"
    ),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def stocked(workspace):
    ledger, names = make_grounds(workspace), workspace.organisations
    donor, recipient = ledger.makers["donor"], ledger.makers["recipient"]
    masks = enter_item(name_zh="口罩", name_en="Masks", unit="个", actor=donor, now=NOW)
    found = SupplyGrounds(
        ledger, masks, masks, donor, recipient, names["fujian"], names["nyingchi"]
    )
    found.move()
    return found


class TestStock:
    def test_is_given_out_once_where_there_is_enough_for_one(self, stocked):
        outcomes = race(lambda: stocked.move("out", 60), lambda: stocked.move("out", 60))

        assert [told(each) for each in outcomes] == ["won", "supplies.out_of_stock"]
        assert stocked.stock() == {"Masks": 40}

    def test_told_twice_at_once_under_one_key_is_moved_once(self, stocked):
        key = uuid4()

        outcomes = race(
            lambda: stocked.move("out", 60, key=key), lambda: stocked.move("out", 60, key=key)
        )

        assert [told(each) for each in outcomes] == ["won", "won"]
        assert stocked.stock() == {"Masks": 40}

    def test_of_a_shipment_is_received_once(self, stocked):
        shipment = stocked.send()

        outcomes = race(lambda: stocked.take(shipment, 60), lambda: stocked.take(shipment, 60))

        assert [told(each) for each in outcomes] == ["won", "supplies.more_than_in_transit"]
        assert stocked.stock(stocked.recipient) == {"Masks": 60}


class TestADay:
    def test_is_reported_once_by_two_at_once(self, workspace):
        emergency = make_emergency(workspace, NOW)
        place = workspace.organisations["huanggang"]
        add_reporting_place(
            incident=emergency.incident, place=place, since=DAY,
            actor=emergency.actors["coordinator"], now=NOW,
        )  # fmt: skip

        def report(by):
            return report_day(
                incident=emergency.incident, place=place, day=date(2020, 2, 10),
                figures=Figures(patients=1), key=uuid4(), actor=emergency.actors[by],
                now=NOW + timedelta(hours=1),
            )  # fmt: skip

        outcomes = race(lambda: report("host"), lambda: report("coordinator"))

        assert [told(each) for each in outcomes] == ["won", "reports.stands"]
        with acting(emergency.actors["coordinator"]):
            assert DailyReport.objects.count() == 1


class TestAMessage:
    """§E6."""

    def test_that_begins_a_deployment_sent_twice_at_once_begins_one(self, workspace):
        emergency = make_emergency(workspace, NOW)
        key = {"id": uuid4()}

        outcomes = race(lambda: emergency.ask(said=key), lambda: emergency.ask(said=key))

        assert [told(each) for each in outcomes] == ["won", "won"]
        with acting(emergency.actors["coordinator"]):
            assert Deployment.objects.count() == 1
