"""Daily reports and supplies through the programming interface: entered, asked, refused (§D2, §D3, §D6, §U7)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from records.emergency_grounds import make_emergency
from tiebeam.apps.emergencies.operations.reports import add_reporting_place
from tiebeam.apps.supplies.operations.items import enter_item


@pytest.fixture
def grounds(workspace, now):
    found = make_emergency(workspace, now)
    add_reporting_place(
        incident=found.incident, place=workspace.organisations["huanggang"],
        since=timezone.localdate() - timedelta(1), actor=found.actors["coordinator"], now=now,
    )  # fmt: skip
    return found


@pytest.fixture
def host(grounds, call_as):
    return call_as(grounds.actors["host"])


def post(client, path, **body):
    answer = client.post(f"/api/v1/{path}", body, content_type="application/json")
    return answer.status_code, answer.json()


def ask(client, path, **query):
    answer = client.get(f"/api/v1/questions/{path}", query)
    assert answer.status_code == 200, answer.json()
    return answer.json()["answer"]


class TestReport:
    def body(self, grounds, **more):
        return {
            "incident_id": str(grounds.incident.pk),
            "place_id": str(grounds.organisation("host").pk),
            "day": str(timezone.localdate() - timedelta(1)),
            "figures": {"patients": 40},
            "key": str(uuid4()),
            **more,
        }

    def test_sent_twice_counts_once_and_is_asked_for(self, grounds, host):
        body = self.body(grounds)

        for _ in range(2):
            assert post(host, "emergencies/report-day", **body)[0] == 200
        [day] = ask(host, "daily-reports", incident_id=grounds.incident.pk, true_on=body["day"])
        series = ask(
            host, "reported-series", incident_id=grounds.incident.pk, place_id=body["place_id"]
        )
        told = ask(host, "planner-state", incident_id=grounds.incident.pk)

        assert day["report"]["values"]["patients"] == 40
        assert [each["state"] for each in series][-1] == "awaited"
        assert told["state"]["patients"][body["place_id"]][-1] == 40
        assert {"place_id": body["place_id"], "figure": "beds", "day": None} in told["unknown"]

    def test_is_refused_in_words_where_it_makes_no_sense(self, grounds, host):
        body = self.body(grounds)
        tomorrow = str(timezone.localdate() + timedelta(1))
        for change, told in (
            ({"figures": {"patients": -1}}, "below zero"),
            ({"day": tomorrow}, "has not come yet"),
            ({"place_id": str(grounds.organisation("elsewhere").pk)}, "does not report"),
            ({"figures": {"patient": 1}}, "patient"),
        ):
            status, answer = post(host, "emergencies/report-day", **body | change)
            assert status in {400, 409, 422}, answer
            assert told in str(answer)
        post(host, "emergencies/report-day", **body)
        again = post(host, "emergencies/report-day", **body | {"figures": {"patients": 41}})
        assert again[0] == 409
        assert "same key" in str(again[1])


class TestSupplies:
    def test_are_moved_and_asked_for(self, grounds, host, now):
        item = enter_item(
            name_zh="口罩", name_en="Masks", unit="个", actor=grounds.actors["host"], now=now
        )
        body = {
            "place_id": str(grounds.organisation("host").pk), "item_id": str(item.pk), "kind": "in",
            "quantity": 30, "moved_on": str(timezone.localdate()), "key": str(uuid4()),
        }  # fmt: skip
        for _ in range(2):
            assert post(host, "supplies/move-stock", **body)[0] == 200

        [line] = ask(host, "stock")
        assert line["quantity"] == 30
        assert (ask(host, "in-transit"), ask(host, "holds")) == ([], [])
