"""From records to the state of the planner: figures as known, teams under orders, what is unknown (§D6)."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from tests.grounds import ground

from records.emergency_grounds import make_emergency
from tiebeam.apps.emergencies.operations.reports import (
    Figures,
    add_reporting_place,
    correct_report,
    report_day,
)
from tiebeam.apps.emergencies.queries.planner_state import UnknownFigure, state_for_planner
from tiebeam.core.surge.model import Standing
from tiebeam.platform.tenancy.acting import acting

FIRST = date(2020, 2, 10)
NOW = datetime(2020, 2, 10, 1, 0, tzinfo=UTC)


@pytest.fixture
@ground
def emergency(workspace):
    found = make_emergency(workspace, NOW)
    for key in ("huanggang", "nyingchi"):
        add_reporting_place(
            incident=found.incident, place=workspace.organisations[key], since=FIRST,
            actor=found.actors["coordinator"], now=NOW,
        )  # fmt: skip
    return found


def report(emergency, by, day, hours, **figures):
    return report_day(
        incident=emergency.incident, place=emergency.organisation(by), day=FIRST + timedelta(day),
        figures=Figures(**figures), key=uuid4(), actor=emergency.actors[by],
        now=NOW + timedelta(hours=hours),
    )  # fmt: skip


def state_on(emergency, day, hours=500, **more):
    with acting(emergency.actors["coordinator"]):
        return state_for_planner(
            emergency.incident, FIRST + timedelta(day), NOW + timedelta(hours=hours), **more
        )


class TestReportedSeries:
    def test_is_what_was_known_and_names_what_is_not(self, emergency):
        host = emergency.organisation("host").pk
        elsewhere = emergency.organisation("elsewhere").pk
        first = report(emergency, "host", 0, 20, patients=40, beds=100)
        report(emergency, "host", 2, 70, patients=60, staff=7)
        report(emergency, "elsewhere", 1, 40, patients=0)
        correct_report(
            report=first, figures=Figures(patients=44, beds=90), reason="Counted again",
            key=uuid4(), actor=emergency.actors["host"], now=NOW + timedelta(hours=80),
        )  # fmt: skip

        late = state_on(emergency, 4)
        early = state_on(emergency, 4, known_at=NOW + timedelta(hours=72))

        assert (late.state.day, late.state.known_to, late.first_day) == (4, 2, FIRST)
        assert late.state.patients == {str(host): (44, None, 60), str(elsewhere): (None, 0, None)}
        assert early.state.patients[str(host)] == (40, None, 60)
        assert late.beds == {str(host): 90, str(elsewhere): None}
        assert late.staff == {str(host): 7, str(elsewhere): None}
        assert set(late.unknown) == {
            UnknownFigure(place_id=host, figure="patients", day=FIRST + timedelta(1)),
            UnknownFigure(place_id=elsewhere, figure="patients", day=FIRST),
            UnknownFigure(place_id=elsewhere, figure="patients", day=FIRST + timedelta(2)),
            UnknownFigure(place_id=elsewhere, figure="beds"),
            UnknownFigure(place_id=elsewhere, figure="staff"),
        }

    def test_holds_nothing_of_the_day_itself_or_before_anything_is_known(self, emergency):
        report(emergency, "host", 0, 5, patients=40)

        assert state_on(emergency, 0).state.known_to == -1
        assert set(state_on(emergency, 0).state.patients.values()) == {()}
        assert state_on(emergency, 1, known_at=NOW).state.known_to == -1


class TestTeams:
    def test_stand_where_their_steps_say(self, emergency):
        host = str(emergency.organisation("host").pk)
        step = emergency.ask()
        assert state_on(emergency, 1).state.standings == {}

        # Steps are an hour apart: ordered and under way on the first day; the tour begins on the third.
        emergency.send(step.deployment, "mobilised")
        [(team, travelling)] = state_on(emergency, 1).state.standings.items()
        assert travelling == Standing(team=team, status="travelling", place=host, since=0, until=2)
        assert state_on(emergency, 9).state.standings[team].until == 10

        for event, by in (("arrive", "team"), ("begin_duty", "host")):
            emergency.take(event, by, step.deployment)
        found = state_on(emergency, 3)
        assert found.state.standings == {
            team: Standing(team=team, status="on_duty", place=host, since=0, until=16)
        }
        assert found.deployments == {team: step.deployment.pk}

        emergency.take("release", "coordinator", step.deployment)
        assert state_on(emergency, 3).state.standings == {
            team: Standing(team=team, status="returning", place=None, since=0, until=4)
        }
        emergency.take("return", "team", step.deployment)
        assert state_on(emergency, 3).state.standings == {}
