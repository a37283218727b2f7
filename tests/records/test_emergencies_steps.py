"""A deployment from the need to its return, in both modes, message by message."""

import pytest
from tests.grounds import ground

from records.emergency_grounds import make_emergency
from tiebeam.apps.emergencies.queries.standing import get_standing, list_steps
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture
@ground
def grounds(workspace, now):
    return make_emergency(workspace, now)


@pytest.fixture
@ground
def requesting(workspace, now):
    return make_emergency(workspace, now, mode="request")


class TestModeA:
    def test_runs_from_the_assignment_to_the_close(self, grounds):
        deployment = grounds.ask().deployment
        grounds.send(deployment, "returned")
        grounds.take("close", "coordinator", deployment)

        with acting(grounds.actors["host"]):
            steps = list_steps(deployment)
        assert [(step.event, step.side, step.state) for step in steps] == [
            ("draft", "coordinator", "drafted"),
            ("assign", "coordinator", "assigned"),
            ("consult", "home", "consulted"),
            ("agree", "host", "agreed"),
            ("order", "home", "ordered"),
            ("mobilise", "team", "mobilised"),
            ("arrive", "team", "arrived"),
            ("begin_duty", "host", "on_duty"),
            ("release", "coordinator", "released"),
            ("return", "team", "returned"),
            ("close", "coordinator", "closed"),
        ]


class TestModeB:
    def test_runs_from_the_need_to_duty(self, requesting):
        deployment = requesting.ask().deployment
        requesting.send(deployment)

        with acting(requesting.actors["home"]):
            standing = get_standing(deployment.pk, requesting.now)
            steps = list_steps(deployment)
        assert standing.state == "on_duty"
        assert [step.state for step in steps][:5] == [
            "needed", "requested", "offered", "accepted", "ordered",
        ]  # fmt: skip
