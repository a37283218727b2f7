"""Packages held ready, teams and names: who enters them, and who reads them (§E3)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.grounds import ground

from records.emergency_grounds import make_emergency, seat
from tiebeam.apps.emergencies.models import Deployment, Incident
from tiebeam.apps.emergencies.operations.incidents import activate_incident, stand_down_incident
from tiebeam.apps.emergencies.queries.dispatch import dispatch_board, team_timeline
from tiebeam.apps.emergencies.queries.inbox import list_own_teams
from tiebeam.apps.emergencies.queries.standing import list_standings, list_steps
from tiebeam.apps.people.models import Member, Package, Team
from tiebeam.apps.people.operations.packages import (
    PackageEnded,
    correct_package,
    end_package,
    hold_package,
    withdraw_package,
)
from tiebeam.apps.people.operations.teams import (
    LeaderNamedTwice,
    MemberLeft,
    MemberNamedTwice,
    PersonElsewhere,
    TeamFull,
    TeamNamedTwice,
    add_member,
    end_membership,
    form_team,
)
from tiebeam.apps.programmes.models import Participant
from tiebeam.apps.programmes.operations import add_participant, end_participation
from tiebeam.apps.regions.operations import create_organisation
from tiebeam.apps.regions.operations.checks import ReasonMissing
from tiebeam.errors import InvalidInput
from tiebeam.platform.audit.history import list_changes
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.identity.models import Person
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, acting
from tiebeam.platform.tenancy.models import Grant
from tiebeam.platform.tenancy.records import NotOwner


@pytest.fixture
@ground
def grounds(workspace, now):
    return make_emergency(workspace, now)


def _read(grounds, by, model=Package):
    with acting(grounds.actors[by]):
        return model.objects.count()


class TestPackage:
    def test_is_read_by_its_holder_until_it_is_published(self, grounds):
        package = grounds.package(is_published=False)
        before = _read(grounds, "home"), _read(grounds, "coordinator")
        grounds.package("other")

        assert before == (1, 0)
        assert (_read(grounds, "coordinator"), _read(grounds, "host")) == (1, 0)
        assert package.people_readiness == "not_ready"

    def test_is_read_by_the_coordinator_of_an_open_incident_alone(self, grounds, workspace, now):
        package = grounds.package()
        shown = _read(grounds, "coordinator")
        stand_down_incident(
            incident=grounds.incident, document="End", actor=grounds.actors["coordinator"], now=now
        )
        after = _read(grounds, "coordinator")
        with acting(grounds.actors["coordinator"]):
            other = Incident.objects.get()
        activate_incident(
            programme=grounds.programme, name_en="Second", name_zh="二", level=2, mode="request",
            activated_on=date(2020, 2, 10), document="D", actor=grounds.actors["coordinator"],
            now=now,
        )  # fmt: skip

        assert (shown, after, _read(grounds, "coordinator")) == (1, 0, 1)
        assert other.stood_down_at == now
        withdraw_package(package=package, actor=grounds.actors["home"], now=now)
        assert _read(grounds, "coordinator") == 0

    def test_is_read_no_more_once_its_holder_left_or_took_it_back(self, grounds, now):
        package = grounds.package("other")
        taken_back = grounds.package("home")
        assert _read(grounds, "coordinator", Package) == 2
        withdraw_package(package=taken_back, actor=grounds.actors["home"], now=now)
        with acting(grounds.actors["coordinator"]):
            participant = Participant.objects.get(
                programme=grounds.programme, organisation_id=package.tenant_id
            )
            assert Package.objects.get() == package
        end_participation(
            participant=participant, until=timezone.localdate(now), reason="Left",
            actor=grounds.actors["coordinator"], now=now,
        )  # fmt: skip

        assert _read(grounds, "coordinator", Package) == 0

    def test_says_how_ready_it_is_in_three_parts(self, grounds):
        package = grounds.package(is_published=False)
        said = {"package": package, "actor": grounds.actors["home"], "now": grounds.now}
        with pytest.raises(InvalidInput) as refused:
            correct_package(
                values={"people_readiness": "soon", "skills": {"nurse": 101}, "heads": 100}, **said
            )
        kept = correct_package(
            values={
                "people_readiness": "ready", "equipment_readiness": "partly",
                "skills": {"nurse": 60, "doctor": 30}, "cost_per_day": 5_000_000,
            },
            **said,
        )  # fmt: skip

        assert sorted(fault.code for fault in refused.value.faults) == [
            "people.more_skills_than_heads", "people.readiness_unknown",
        ]  # fmt: skip
        assert (kept.equipment_readiness, kept.people_readiness, kept.funding_readiness) == (
            "partly", "ready", "not_ready",
        )  # fmt: skip

    def test_ends_for_a_reason_and_changes_no_more(self, grounds):
        package = grounds.package()
        said = {"package": package, "actor": grounds.actors["home"], "now": grounds.now}
        with pytest.raises(ReasonMissing):
            end_package(ended_on=date(2020, 2, 10), reason="", **said)
        end_package(ended_on=date(2020, 2, 10), reason="Sent home", **said)

        assert _read(grounds, "coordinator") == 0
        with pytest.raises(PackageEnded):
            correct_package(values={"heads": 5}, **said)

    def test_is_its_holders_to_change(self, grounds):
        package = grounds.package()

        with pytest.raises(NotAllowed):
            hold_package(
                name="X", kind="medical", heads=1, actor=grounds.actors["team"], now=grounds.now
            )
        with acting(grounds.actors["coordinator"]):
            package.heads = 1
            with pytest.raises(NotOwner):
                package.save()
        with acting(grounds.actors["home"]):
            package.heads = 0
            with pytest.raises(IntegrityError), transaction.atomic():
                package.save()
            assert Package.objects.get().heads == 100

    def test_of_who_joins_later_is_read_too(self, grounds, workspace, admin, now):
        late = create_organisation(
            name_en="Guangdong", name_zh="广东", kind="government", actor=admin, now=now
        )
        actor = Actor(
            person_id=uuid4(),
            organisation_id=late.pk,
            duties=grounds.actors["home"].duties,
        )
        grounds.actors["late"] = actor
        grounds.package("late")
        before = _read(grounds, "coordinator"), _read(grounds, "late", Incident)
        add_participant(
            programme=grounds.programme, organisation=late, side="donor",
            actor=grounds.actors["coordinator"], now=now,
        )  # fmt: skip

        assert before == (0, 0)
        assert (_read(grounds, "coordinator"), _read(grounds, "late", Incident)) == (1, 1)


class TestWhoOversees:
    """§E1."""

    def test_reads_deployments_from_joining_until_leaving(self, grounds, admin, now):
        deployment = grounds.ask().deployment
        auditor = create_organisation(
            name_en="Audit office", name_zh="审计", kind="office", actor=admin, now=now
        )
        grounds.actors["auditor"] = Actor(person_id=uuid4(), organisation_id=auditor.pk)
        said = {"actor": grounds.actors["coordinator"], "now": now}
        before = _read(grounds, "auditor", Deployment)
        participant = add_participant(
            programme=grounds.programme, organisation=auditor, side="auditor",
            valid_from=date(2020, 2, 1), **said,
        )  # fmt: skip
        with acting(grounds.actors["auditor"]):
            during = [each.state for each in list_standings(Deployment.objects.all(), now)]
            steps = len(list_steps(deployment))
        end_participation(
            participant=participant, until=timezone.localdate(now), reason="Done", **said
        )

        assert (before, during, steps) == (0, ["assigned"], 2)
        assert (_read(grounds, "auditor", Deployment), _read(grounds, "auditor", Incident)) == (
            0,
            0,
        )

    def test_sends_and_receives_to_the_end_though_it_left(self, grounds, now):
        deployment = grounds.ask().deployment
        actor = grounds.actors["coordinator"]
        with acting(actor):
            participant = Participant.objects.get(
                organisation_id=grounds.actors["home"].organisation_id
            )
        end_participation(
            participant=participant,
            until=timezone.localdate(now),
            reason="Gone",
            actor=actor,
            now=now,
        )

        assert grounds.take("consult", "home", deployment).state == "consulted"

    def test_reads_what_it_sends_though_it_was_to_leave_before_it_was_asked(self, grounds, now):
        actor = grounds.actors["coordinator"]
        with acting(actor):
            participant = Participant.objects.get(
                organisation_id=grounds.actors["home"].organisation_id
            )
        end_participation(
            participant=participant, until=timezone.localdate() + timedelta(days=1),
            reason="Going", actor=actor, now=now,
        )  # fmt: skip
        deployment = grounds.ask().deployment
        with acting(grounds.actors["home"]):
            leaves = Grant.objects.filter(scope_id=deployment.incident.scope_id, valid_until=None)
            kept = leaves.filter(organisation_id=grounds.actors["home"].organisation_id).count()
            states = [each.state for each in list_standings(Deployment.objects.all(), now)]

        assert (kept, states) == (1, ["assigned"])


class TestTeam:
    def test_has_one_name_one_leader_and_its_places(self, grounds):
        said = {"actor": grounds.actors["home"], "now": grounds.now}
        team = form_team(name="Fujian 1", heads=2, skills={"nurse": 2}, **said)
        with pytest.raises(TeamNamedTwice):
            form_team(name=" Fujian  1", heads=2, **said)
        with pytest.raises(InvalidInput):
            form_team(name="Fujian 2", heads=0, **said)
        leader = add_member(team=team, name="Huang Li", is_leader=True, **said)
        with pytest.raises(LeaderNamedTwice):
            add_member(team=team, name="Lin Fang", is_leader=True, **said)
        add_member(team=team, name="Lin Fang", **said)
        with pytest.raises(TeamFull):
            add_member(team=team, name="Wu Tao", **said)
        with pytest.raises(ReasonMissing):
            end_membership(member=leader, left_on=date(2020, 2, 11), reason="", **said)
        with pytest.raises(InvalidInput) as to_come:
            end_membership(member=leader, left_on=date(2020, 2, 11), reason="Ill", **said)
        assert [fault.code for fault in to_come.value.faults] == ["people.day_to_come"]
        end_membership(member=leader, left_on=date(2020, 2, 10), reason="Ill", **said)
        with pytest.raises(MemberLeft):
            end_membership(member=leader, left_on=date(2020, 2, 11), reason="Ill", **said)

        assert add_member(team=team, name="Wu Tao", is_leader=True, **said).is_leader

    def test_is_of_an_own_package(self, grounds):
        package = grounds.package("other")

        with pytest.raises((NotOwner, Package.DoesNotExist)):
            form_team(
                name="A", heads=1, package=package, actor=grounds.actors["home"], now=grounds.now
            )

    def test_is_worked_by_somebody_of_its_home(self, grounds, workspace):
        team = form_team(name="A", heads=5, actor=grounds.actors["home"], now=grounds.now)
        said = {"team": team, "actor": grounds.actors["home"], "now": grounds.now}
        phone, stranger = (
            Person.objects.get(pk=grounds.actors[key].person_id) for key in ("team", "other")
        )
        add_member(name="Huang Li", person=phone, **said)
        with pytest.raises(MemberNamedTwice):
            add_member(name="Huang Li", person=phone, **said)
        with pytest.raises(PersonElsewhere):
            add_member(name="Wu Tao", person=stranger, **said)
        deployment = grounds.ask().deployment
        grounds.take("consult", "home", deployment)
        grounds.take("agree", "host", deployment, document="A 1")
        grounds.take("order", "home", deployment, document="O 1", team_id=team.pk, heads=5)

        with acting(grounds.actors["team"]):
            own = list_own_teams(phone.pk, grounds.now)
            others = list_own_teams(grounds.actors["home"].person_id, grounds.now)
        assert [standing.state for standing in own] == ["ordered"]
        assert others == []

    def test_has_a_timeline_with_its_successor(self, grounds):
        deployment = grounds.ask().deployment
        step = grounds.send(deployment)
        grounds.take("ask", "team", deployment, text="Until when?")
        successor = grounds.ask(relieves=deployment).deployment
        with acting(grounds.actors["host"]):
            found = team_timeline(step.team, grounds.now)

        (standing,) = found.standings
        assert standing.state == "on_duty"
        assert [each.event for each in found.steps[deployment.pk]][-2:] == ["begin_duty", "ask"]
        assert [each.text for each in found.questions[deployment.pk]] == ["Until when?"]
        assert [each.deployment.pk for each in found.successors[deployment.pk]] == [successor.pk]


class TestNamesOfMembers:
    def test_are_read_by_home_host_and_coordinator_alone(self, grounds, workspace, admin, now):
        auditor = create_organisation(
            name_en="Audit office", name_zh="审计", kind="office", actor=admin, now=now
        )
        add_participant(
            programme=grounds.programme, organisation=auditor, side="auditor",
            actor=grounds.actors["coordinator"], now=now,
        )  # fmt: skip
        grounds.actors["auditor"] = Actor(person_id=uuid4(), organisation_id=auditor.pk)
        deployment = grounds.ask().deployment
        grounds.send(deployment, "agreed")
        sides = ("home", "host", "coordinator", "other", "elsewhere", "auditor")
        before = {by: _read(grounds, by, Member) for by in sides}
        team = grounds.team()
        grounds.take("order", "home", deployment, document="O 1", team_id=team.pk)

        # The team of `send` was formed and not ordered: its home alone reads it.
        assert before == {**dict.fromkeys(sides, 0), "home": 1}
        assert {by: _read(grounds, by, Member) for by in sides} == {
            "home": 2, "host": 1, "coordinator": 1, "other": 0, "elsewhere": 0, "auditor": 0,
        }  # fmt: skip
        assert {by: _read(grounds, by, Team) for by in ("host", "auditor")} == {
            "host": 1, "auditor": 0,
        }  # fmt: skip
        with acting(grounds.actors["auditor"]):
            board = dispatch_board(grounds.incident, grounds.now)
            assert [each.standings[0].state for each in board.needs] == ["ordered"]

    @pytest.mark.parametrize("event", ["return", "stand_down"])
    def test_are_read_by_the_home_alone_once_its_team_is_back(self, grounds, event):
        deployment = grounds.ask().deployment
        step = grounds.send(deployment, {"return": "released", "stand_down": "mobilised"}[event])
        before = {by: _read(grounds, by, Member) for by in ("home", "host", "coordinator")}
        by = {"return": "team", "stand_down": "host"}[event]
        grounds.take(event, by, deployment, reason="Over")

        assert before == {"home": 1, "host": 1, "coordinator": 1}
        after = {by: _read(grounds, by, Member) for by in ("home", "host", "coordinator")}
        assert after == {"home": 1, "host": 0, "coordinator": 0}
        with acting(grounds.actors["host"]):
            assert Team.objects.get() == step.team
        again = grounds.ask().deployment
        grounds.take("consult", "home", again)
        grounds.take("agree", "host", again, document="A 2")
        grounds.take("order", "home", again, document="O 2", team_id=step.team_id)
        assert _read(grounds, "host", Member) == 1

    @pytest.mark.parametrize(("answer", "names"), [("swap", "B"), ("refuse_swap", "A")])
    def test_of_two_teams_are_those_of_the_one_that_goes(self, grounds, answer, names):
        deployment = grounds.ask().deployment
        grounds.send(deployment, "ordered")
        other = form_team(name="B", heads=100, actor=grounds.actors["home"], now=grounds.now)
        add_member(team=other, name="B", actor=grounds.actors["home"], now=grounds.now)
        grounds.take("ask_swap", "home", deployment, team_id=other.pk, reason="Ill")
        asked = _read(grounds, "host", Member)
        grounds.take(answer, "host", deployment, reason="So")

        with acting(grounds.actors["host"]):
            assert [(each.name == "B") for each in Member.objects.all()] == [names == "B"]
        assert (asked, _read(grounds, "home", Member)) == (2, 2)

    def test_stand_in_no_log(self, grounds):
        team = grounds.team()
        with acting(grounds.actors["home"]):
            member = Member.objects.get(team=team)
            (change,) = list_changes([member.pk])
            bodies = "".join(Entry.objects.values_list("body", flat=True))

        assert change.action == "people.add_member"
        assert "Huang Li" not in bodies
        assert str(member.pk) in bodies

    def test_belong_to_the_team_of_their_home_also_past_the_program(self, grounds):
        team = grounds.team()
        foreign = Member(
            tenant_id=grounds.actors["other"].organisation_id, scope_id=team.roster_id, team=team,
            name="X",
        )  # fmt: skip
        with (
            acting(grounds.actors["other"]),
            pytest.raises(IntegrityError, match="belongs to its side"),
            transaction.atomic(),
        ):
            foreign.save(force_insert=True)

        assert _read(grounds, "home", Member) == 1


class TestFrontTeam:
    def test_enters_no_package_team_or_member(self, grounds, workspace):
        grounds.actors["front2"] = seat(workspace, "fujian", Role.FRONT_TEAM, grounds.now)
        for by in ("team", "front2", "front"):
            with pytest.raises(NotAllowed):
                form_team(name="A", heads=1, actor=grounds.actors[by], now=grounds.now)

        assert _read(grounds, "home", Team) == 0
