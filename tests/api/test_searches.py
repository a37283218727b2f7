"""The desk by the programming interface: solve, watch, stop, ask."""

import pytest
from tests.grounds import ground

from records.desk import open_desk


@pytest.fixture
@ground
def variant(workspace, coordinator, now):
    return open_desk(workspace, coordinator, now).variant()


def post(client, name, **body):
    return client.post(f"/api/v1/pairings/{name}", body, content_type="application/json")


class TestSearch:
    def test_is_asked_for_and_watched(self, call_as, coordinator, variant):
        client = call_as(coordinator)

        answer = post(client, "solve-variant", variant_id=str(variant.pk), time_limit_s=5)

        assert answer.status_code == 200, answer.content
        run = answer.json()["records"][0]
        assert client.get(f"/api/v1/tasks/runs/{run['id']}").json()["values"]["state"] == "waiting"

    def test_is_refused_twice(self, call_as, coordinator, variant):
        client = call_as(coordinator)
        post(client, "solve-variant", variant_id=str(variant.pk))

        answer = post(client, "solve-variant", variant_id=str(variant.pk))

        assert answer.status_code == 409
        assert answer.json()["code"] == "desk.already_solving"

    def test_of_another_organisation_is_not_found(self, call_as, fujian, variant):
        answer = post(call_as(fujian), "solve-variant", variant_id=str(variant.pk))

        assert answer.status_code in {403, 404}

    def test_without_a_plan_answers_no_question(self, call_as, coordinator, variant):
        answer = post(
            call_as(coordinator),
            "explain-pair",
            variant_id=str(variant.pk),
            donor="fujian",
            recipient="nyingchi",
        )

        assert answer.json()["code"] == "desk.no_plan_yet"
