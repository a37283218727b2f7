"""An emergency through the programming interface: both sides, and a phone that was offline (§E6)."""

from uuid import uuid4

import pytest

from records.emergency_grounds import make_emergency


@pytest.fixture
def grounds(workspace, now):
    return make_emergency(workspace, now, mode="request")


@pytest.fixture
def post(grounds, call_as):
    clients = {}

    def send(by, operation, **body):
        client = clients.setdefault(by, call_as(grounds.actors[by]))
        answer = client.post(
            f"/api/v1/emergencies/{operation}", body, content_type="application/json"
        )
        return answer.status_code, answer.json()

    send.client = lambda by: clients.setdefault(by, call_as(grounds.actors[by]))
    return send


def _ask(grounds, post):
    status, answer = post(
        "coordinator", "ask-home", need_id=str(grounds.need.pk),
        home_id=str(grounds.actors["home"].organisation_id),
        message={"heads": 100, "starts_on": "2020-02-12", "ends_on": "2020-02-26"},
    )  # fmt: skip
    assert status == 200, answer
    return answer["records"][0]["values"]["deployment_id"]


class TestPhone:
    def test_sends_what_it_kept_in_order_and_is_told_why_one_is_refused(self, grounds, post):
        deployment = _ask(grounds, post)
        team = grounds.team()
        for by, event, said in (
            ("home", "offer", {}),
            ("host", "accept", {"document": "A 1"}),
            ("home", "order", {"document": "O 1", "team_id": str(team.pk)}),
        ):
            assert post(by, event, deployment_id=deployment, message=said)[0] == 200
        kept = [
            (event, {"id": str(uuid4()), "sent_at": f"2020-02-12T0{hour}:00:00+08:00", **said})
            for hour, (event, said) in enumerate(
                [("mobilise", {}), ("begin-duty", {}), ("arrive", {}), ("check-in", {"heads": 99})]
            )
        ]

        # The first was sent before the connection broke.
        answers = [
            post("team", event, deployment_id=deployment, message=said)
            for event, said in [kept[0], *kept]
        ]

        assert [status for status, _ in answers] == [200, 200, 409, 200, 200]
        assert answers[0][1] == answers[1][1]
        refused = answers[2][1]
        assert (refused["code"], refused["facts"]["state"]) == ("emergencies.not_now", "mobilised")
        assert "begin duty" in refused["title"]
        last = answers[-1][1]["records"][0]["values"]
        assert (last["said"], last["sent_at"][:19]) == ({"present": 99}, "2020-02-11T19:00:00")

    def test_finds_its_own_deployments_and_no_word_it_does_not_know(self, grounds, post):
        deployment = _ask(grounds, post)
        status, answer = post("home", "offer", deployment_id=deployment, message={"head": 1})
        own = post.client("team").get("/api/v1/questions/own-teams").json()["answer"]
        # True is no number of people.
        need = {"place_id": str(grounds.need.place_id), "kind": "medical", "heads": 3}
        skilled, _ = post(
            "host", "enter-need", incident_id=str(grounds.incident.pk), starts_on="2020-02-12",
            skills={"nurse": True}, **need,
        )  # fmt: skip

        assert skilled == 422
        assert (status, answer["code"]) == (422, "api.body_unfit")
        assert own == []


class TestQuestion:
    def test_tells_how_it_stands_and_what_waits(self, grounds, post):
        _ask(grounds, post)
        asked = {"incident_id": str(grounds.incident.pk)}

        def get(by, name, **more):
            answer = post.client(by).get(f"/api/v1/questions/{name}", {**more})
            assert answer.status_code == 200, answer.content
            return answer.json()["answer"]

        found = get("coordinator", "situation", true_on="2020-02-12", **asked)
        gaps = get("host", "gaps", true_on="2020-02-12", **asked)
        board = get("coordinator", "dispatch-board", **asked)
        waiting = get("home", "inbox")

        assert found["states"] == {"requested": 1}
        assert (found["places"][0]["needed"], found["places"][0]["bound"]) == (100, 0)
        assert [each["gaps"][0]["lacking"] for each in gaps] == [100]
        assert (board["locks"], len(board["board"]["needs"])) == ([], 1)
        assert [item["events"] for item in waiting] == [["offer", "decline"]]
