"""A deployment from the need to its close, in both modes, message by message."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.grounds import ground

from records.emergency_grounds import make_emergency, seat
from tiebeam.apps.emergencies.models import Deployment, Step
from tiebeam.apps.emergencies.operations import steps
from tiebeam.apps.emergencies.operations.answers import expire_overdue
from tiebeam.apps.emergencies.operations.deployments import (
    HomeElsewhere,
    RelievesElsewhere,
    ask_home,
    draft,
    volunteer,
)
from tiebeam.apps.emergencies.operations.incidents import stand_down_incident
from tiebeam.apps.emergencies.operations.messages import Message
from tiebeam.apps.emergencies.operations.needs import NeedNotOpen, enter_need, withdraw_need
from tiebeam.apps.emergencies.operations.rights import (
    ROLES_OF,
    NotAParty,
    NotOwnTeam,
    StoodDown,
)
from tiebeam.apps.emergencies.queries.standing import get_standing, list_steps
from tiebeam.apps.emergencies.states import TABLE, NotNow, NotTheirStep
from tiebeam.errors import InvalidInput
from tiebeam.platform.audit.history import list_changes
from tiebeam.platform.notices.models import Notice
from tiebeam.platform.permissions.operations import NotAllowed, list_rights
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting

FIRST = UUID("11111111-1111-4111-8111-111111111111")


@pytest.fixture
@ground
def grounds(workspace, now):
    return make_emergency(workspace, now)


@pytest.fixture
@ground
def requesting(workspace, now):
    return make_emergency(workspace, now, mode="request")


@pytest.fixture
def ordered(grounds):
    deployment = grounds.ask().deployment
    grounds.send(deployment, "ordered")
    return deployment


def _state(grounds, deployment, by="coordinator", now=None):
    with acting(grounds.actors[by]):
        return get_standing(deployment.pk, now or grounds.now).state


def _last(grounds, deployment):
    with acting(grounds.actors["coordinator"]):
        return list_steps(deployment)[-1]


class TestModeA:
    """§E5, assign then consult."""

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
        assert [step.answers_id for step in steps[1:]] == [step.pk for step in steps[:-1]]
        assert deployment.pairing_id == grounds.pairing.pk

    def test_is_asked_of_who_takes_part_alone(self, grounds, workspace):
        for home in (workspace.organisations["office"], workspace.organisations["huanggang"]):
            with pytest.raises(HomeElsewhere):
                ask_home(
                    need=grounds.need, home=home, message=Message(),
                    actor=grounds.actors["coordinator"], now=grounds.now,
                )  # fmt: skip


class TestModeB:
    """§E5, request and offer."""

    def test_runs_from_the_request_of_the_host_to_duty(self, requesting):
        step = ask_home(
            need=requesting.need, home=requesting.organisation("home"), message=Message(heads=100),
            actor=requesting.actors["host"], now=requesting.now,
        )  # fmt: skip
        requesting.take(
            "offer", "home", step.deployment, starts_on=date(2020, 2, 12),
            ends_on=date(2020, 2, 26), cost=500,
        )  # fmt: skip
        team = requesting.team()
        requesting.take("accept", "host", step.deployment, document="A 1")
        requesting.take("order", "home", step.deployment, document="O 1", team_id=team.pk)

        with acting(requesting.actors["home"]):
            taken = list_steps(step.deployment)
        assert [(each.state, each.message, each.answer) for each in taken] == [
            ("needed", "", ""),
            ("requested", "RequestResource", ""),
            ("offered", "ResponseToRequestResource", "accept"),
            ("accepted", "RequisitionResource", ""),
            ("ordered", "CommitResource", "accept"),
        ]
        # What held stays said: heads of the request, cost of the offer alone.
        assert [(each.heads, each.cost) for each in taken[1:4]] == [
            (100, None),
            (100, 500),
            (100, None),
        ]

    def test_begins_with_an_offer_unasked(self, requesting):
        message = Message(heads=20, starts_on=date(2020, 2, 13), ends_on=date(2020, 2, 20))
        step = volunteer(
            need=requesting.need, message=message, actor=requesting.actors["other"],
            now=requesting.now,
        )  # fmt: skip
        requesting.take("accept", "host", step.deployment, document="A 1")

        assert step.message == "OfferUnsolicitedResource"
        assert _state(requesting, step.deployment, "coordinator") == "accepted"
        assert _state(requesting, step.deployment, "host") == "accepted"

    def test_is_withdrawn_by_its_author_alone(self, requesting):
        """§E8."""
        step = ask_home(
            need=requesting.need, home=requesting.organisation("home"), message=Message(),
            actor=requesting.actors["host"], now=requesting.now,
        )  # fmt: skip
        with pytest.raises(steps.NotTheAuthor):
            requesting.take("withdraw", "coordinator", step.deployment, reason="No")

        requesting.take("withdraw", "host", step.deployment, reason="Enough")
        assert _state(requesting, step.deployment) == "withdrawn"


class TestMessage:
    """§E6."""

    def test_sent_again_counts_once(self, grounds):
        deployment = grounds.ask().deployment
        said = {"id": uuid4(), "sent_at": grounds.now, "heads": 90, "ends_on": date(2020, 2, 28)}
        first = grounds.take("consult", "home", deployment, **said)
        grounds.take("agree", "host", deployment, document="A 1")

        again = grounds.take("consult", "home", deployment, **said)

        assert again.pk == first.pk
        assert again.state == "consulted"
        assert _state(grounds, deployment) == "agreed"
        with pytest.raises(steps.KeyReused):
            grounds.take("consult", "home", deployment, **{**said, "heads": 91})
        with pytest.raises(steps.KeyReused):
            grounds.take("order", "home", deployment, id=said["id"], document="O 1")

    def test_that_begins_a_deployment_begins_one(self, grounds):
        first = grounds.ask(said={"id": FIRST})
        again = grounds.ask(said={"id": FIRST})

        assert again.pk == first.pk
        with acting(grounds.actors["coordinator"]):
            assert Deployment.objects.count() == 1

    def test_refused_changes_nothing_and_the_next_ones_are_judged_by_themselves(
        self, grounds, ordered
    ):
        sent = [
            ("mobilise", {"id": uuid4()}),
            ("begin_duty", {"id": uuid4()}),
            ("arrive", {"id": uuid4()}),
        ]
        told = []
        for event, said in sent:
            try:
                told.append(grounds.take(event, "team", ordered, **said).state)
            except NotNow as error:
                told.append((error.facts["event"], error.facts["state"]))

        assert told == ["mobilised", ("begin_duty", "mobilised"), "arrived"]

    def test_of_two_devices_in_conflict_the_second_is_told_what_holds(self, grounds, ordered):
        grounds.take("mobilise", "front", ordered)

        with pytest.raises(NotNow) as refused:
            grounds.take("mobilise", "team", ordered, id=uuid4())

        assert refused.value.facts == {
            "event": "mobilise", "state": "mobilised", "states": ("ordered",),
        }  # fmt: skip

    def test_keeps_the_time_of_the_device_and_no_day_to_come(self, grounds, ordered):
        grounds.take("mobilise", "team", ordered)
        grounds.take("arrive", "team", ordered)
        late = grounds.now - timedelta(days=1)
        ahead = grounds.now + timedelta(days=400)
        step = grounds.take("begin_duty", "team", ordered, sent_at=ahead)
        released = grounds.take("release", "coordinator", ordered, sent_at=late)

        # A clock that runs ahead fixes today, which is before the planned day.
        assert (step.sent_at, step.starts_on) == (ahead, date(2020, 2, 10))
        assert step.recorded_at == grounds.now - timedelta(hours=1)
        assert released.ends_on == date(2020, 2, 10)

    def test_says_what_its_step_needs(self, grounds):
        deployment = grounds.ask(said={"heads": None, "starts_on": None}).deployment

        with pytest.raises(InvalidInput) as refused:
            grounds.take("consult", "home", deployment, starts_on=date(2020, 2, 27), cost=-1)

        assert sorted((fault.code, fault.column) for fault in refused.value.faults) == [
            ("emergencies.term_missing", "heads"),
            ("regions.out_of_range", "cost"),
        ]
        with pytest.raises(InvalidInput) as ends:
            grounds.take(
                "consult", "home", deployment, heads=1, starts_on=date(2020, 2, 27),
                ends_on=date(2020, 2, 26),
            )  # fmt: skip
        assert [fault.code for fault in ends.value.faults] == ["emergencies.ends_before_it_starts"]

    def test_is_kept_as_it_was(self, grounds, ordered):
        last = _last(grounds, ordered)
        with acting(grounds.actors["home"]):
            last.reason = "Another"
            with pytest.raises(DatabaseError), transaction.atomic():
                last.save()
            with pytest.raises(DatabaseError), transaction.atomic():
                Step.objects.filter(pk=last.pk).delete()

        assert _last(grounds, ordered).reason == ""

    def test_is_of_a_party_also_past_the_program(self, grounds, ordered):
        last = _last(grounds, ordered)
        with acting(grounds.actors["other"]):
            foreign = Step(
                id=uuid4(), tenant_id=grounds.actors["other"].organisation_id,
                scope_id=ordered.scope_id, deployment=ordered, number=99, event="arrive",
                side="home", state="arrived", before=last.state, person_id=uuid4(),
                sent_at=grounds.now, recorded_at=grounds.now, body_sha256="",
            )  # fmt: skip
            with pytest.raises(IntegrityError, match="belongs to its side"), transaction.atomic():
                foreign.save(force_insert=True)

        assert _state(grounds, ordered) == "ordered"

    def test_stands_in_the_log_with_its_reason(self, grounds):
        deployment = grounds.ask().deployment
        step = grounds.take("decline", "home", deployment, reason="Our own wards are full")

        with acting(grounds.actors["home"]):
            (change,) = list_changes([step.pk])
        assert (change.action, change.reason) == ("emergencies.decline", "Our own wards are full")


class TestSideExit:
    """§E8."""

    @pytest.mark.parametrize(
        ("until", "event", "by", "state"),
        [
            ("assigned", "decline", "home", "declined"),
            ("assigned", "withdraw", "coordinator", "withdrawn"),
            ("consulted", "decline", "host", "declined"),
            ("consulted", "withdraw", "home", "withdrawn"),
            ("agreed", "decline", "home", "declined"),
            ("ordered", "stand_down", "host", "stood_down"),
            ("mobilised", "stand_down", "coordinator", "stood_down"),
        ],
    )
    def test_ends_a_deployment_for_a_reason(self, grounds, until, event, by, state):
        deployment = grounds.ask().deployment
        if until != "assigned":
            grounds.send(deployment, until)
        with pytest.raises(InvalidInput):
            grounds.take(event, by, deployment)

        grounds.take(event, by, deployment, reason="Why")

        assert _state(grounds, deployment) == state
        with pytest.raises(NotNow):
            grounds.take("ask", by, deployment, text="And now?")

    def test_is_not_a_stand_down_of_who_has_arrived(self, grounds, ordered):
        grounds.take("mobilise", "team", ordered)
        grounds.take("arrive", "host", ordered)

        with pytest.raises(NotNow):
            grounds.take("stand_down", "host", ordered, reason="Too late")

        assert _state(grounds, ordered) == "arrived"

    def test_comes_by_itself_when_the_answer_does_not(self, grounds):
        limit = grounds.now + timedelta(hours=6)
        deployment = grounds.ask(said={"answer_by": limit}).deployment
        with pytest.raises(steps.NotLapsedYet):
            grounds.take("expire", "coordinator", deployment)
        grounds.now = limit

        assert _state(grounds, deployment) == "expired"
        with pytest.raises(steps.Lapsed):
            grounds.take("consult", "home", deployment, heads=100)
        taken = expire_overdue(
            incident=grounds.incident, actor=grounds.actors["coordinator"], now=grounds.now
        )
        assert [(step.event, step.state) for step in taken] == [("expire", "expired")]
        assert _last(grounds, deployment).state == "expired"

    def test_is_no_limit_once_it_was_answered(self, grounds):
        limit = grounds.now + timedelta(hours=6)
        deployment = grounds.ask(said={"answer_by": limit}).deployment
        grounds.take("consult", "home", deployment)
        grounds.now = limit + timedelta(days=1)

        assert _state(grounds, deployment) == "consulted"


class TestIncidentStoodDown:
    """§E2."""

    def test_begins_nothing_new_and_lets_what_was_ordered_end(self, grounds, ordered):
        waiting = grounds.ask().deployment
        stand_down_incident(
            incident=grounds.incident, document="End", actor=grounds.actors["coordinator"],
            now=grounds.now,
        )  # fmt: skip

        assert _state(grounds, waiting) == "expired"
        with pytest.raises(StoodDown):
            grounds.take("consult", "home", waiting, heads=1)
        with pytest.raises(StoodDown):
            grounds.ask()
        with pytest.raises(StoodDown):
            grounds.take("ask_extension", "host", ordered, ends_on=date(2020, 4, 1))
        with pytest.raises(StoodDown):
            withdraw_need(
                need=grounds.need, reason="Over", actor=grounds.actors["host"], now=grounds.now
            )
        for event, by in (("mobilise", "team"), ("arrive", "team"), ("release", "coordinator")):
            grounds.take(event, by, ordered)
        assert _state(grounds, ordered) == "released"


class TestAmendment:
    """§E9."""

    def test_prolongs_a_tour_once_it_is_agreed_to(self, grounds, ordered):
        later = date(2020, 3, 4)
        asked = grounds.take("ask_extension", "host", ordered, ends_on=later)
        assert (asked.state, asked.ends_on) == ("ordered", date(2020, 2, 26))

        step = grounds.take("extend", "home", ordered)

        assert (step.state, step.ends_on, step.answers_id) == ("ordered", later, asked.pk)
        with pytest.raises(steps.NothingToAnswer):
            grounds.take("refuse_extension", "home", ordered, reason="No")

    def test_says_the_end_that_is_asked_for(self, grounds, ordered):
        with pytest.raises(InvalidInput) as refused:
            grounds.take("ask_extension", "host", ordered)

        assert [fault.column for fault in refused.value.faults] == ["ends_on"]

    def test_refused_leaves_the_tour(self, grounds, ordered):
        grounds.take("ask_extension", "coordinator", ordered, ends_on=date(2020, 3, 4))
        step = grounds.take("refuse_extension", "home", ordered, reason="Needed at home")

        assert step.ends_on == date(2020, 2, 26)

    def test_sends_another_team_once_the_host_agrees(self, grounds, ordered):
        other = grounds.team(heads=80)
        grounds.take("ask_swap", "home", ordered, team_id=other.pk, heads=80, reason="Quarantine")
        before = _last(grounds, ordered)
        step = grounds.take("swap", "host", ordered)

        assert before.team_id != other.pk
        assert (step.team_id, step.heads, step.state) == (other.pk, 80, "ordered")

    def test_is_not_of_anothers_team(self, grounds, ordered):
        foreign = grounds.team("other")

        with pytest.raises(steps.NotTheirTeam):
            grounds.take("ask_swap", "home", ordered, team_id=foreign.pk, reason="Theirs")

    def test_gives_a_team_back_to_a_home_that_asks(self, grounds):
        deployment = grounds.ask().deployment
        grounds.send(deployment)
        grounds.take("ask_return", "front", deployment, reason="Outbreak at home")
        kept = grounds.take("refuse_return", "host", deployment, reason="One more week")
        grounds.take("ask_return", "home", deployment, reason="Now it is worse")
        step = grounds.take("allow_return", "coordinator", deployment)

        assert (kept.state, kept.answer) == ("on_duty", "decline")
        assert (step.state, step.message) == ("released", "ResponseToRequestReturn")


class TestRotation:
    """§E10."""

    def test_numbers_who_relieves_whom(self, grounds, ordered):
        second = grounds.ask(relieves=ordered).deployment
        third = grounds.ask(relieves=second).deployment

        assert (second.rotation, third.rotation, third.relieves_id) == (2, 3, second.pk)

    def test_relieves_nobody_who_never_came(self, grounds):
        asked = grounds.ask().deployment
        grounds.take("decline", "home", asked, reason="We have none")

        with pytest.raises(RelievesElsewhere):
            grounds.ask(relieves=asked)

    def test_is_for_the_same_need(self, grounds, ordered, workspace):
        other = enter_need(
            incident=grounds.incident, place=workspace.organisations["nyingchi"], kind="medical",
            heads=10, starts_on=date(2020, 2, 12), actor=grounds.actors["elsewhere"],
            now=grounds.now,
        )  # fmt: skip

        with pytest.raises(RelievesElsewhere):
            draft(
                need=other, home=grounds.organisation("home"), message=Message(), relieves=ordered,
                actor=grounds.actors["coordinator"], now=grounds.now,
            )  # fmt: skip


class TestQuestion:
    """§E6."""

    def test_is_answered_by_another_side_than_asked_it(self, grounds, ordered):
        asked = grounds.take("ask", "host", ordered, text="When?")
        for said in ({}, {"answers_id": asked.pk}):
            with pytest.raises(steps.OwnQuestion) as refused:
                grounds.take("inform", "host", ordered, text="Soon", **said)
            assert refused.value.facts == {"side": "host"}
        back = grounds.take("ask", "home", ordered, text="Where?")

        assert grounds.take("inform", "host", ordered, text="Here").answers_id == back.pk
        assert grounds.take("inform", "home", ordered, text="Soon").answers_id == asked.pk

    def test_of_a_team_is_answered_by_its_home_too(self, grounds, ordered):
        asked = grounds.take("ask", "team", ordered, text="Who pays?")
        with pytest.raises(steps.OwnQuestion):
            grounds.take("inform", "team", ordered, text="They do")

        assert grounds.take("inform", "home", ordered, text="We do").answers_id == asked.pk


class TestNotice:
    """Who is told: whoever it waits for, each by the assignments of the small workspace."""

    def _told(self, grounds, by):
        with acting(grounds.actors[by]):
            return list(Notice.objects.order_by("told_at").values_list("kind", "variant"))

    def test_tells_the_side_whose_turn_it_is_and_all_of_the_end(self, grounds):
        deployment = grounds.ask().deployment
        grounds.take("consult", "home", deployment)
        grounds.take("agree", "host", deployment, document="A 1")
        grounds.take("ask", "host", deployment, text="When?")
        grounds.take("decline", "home", deployment, reason="Ill")

        assert self._told(grounds, "home") == [
            ("deployment_waits", ""),
            ("deployment_waits", ""),
            ("deployment_waits", "question"),
        ]
        assert self._told(grounds, "host") == [
            ("deployment_waits", ""), ("deployment_told", "declined"),
        ]  # fmt: skip
        assert self._told(grounds, "coordinator") == [
            ("need_entered", ""),
            ("deployment_waits", "question"),
            ("deployment_told", "declined"),
        ]


class TestNeedThatIsAskedFor:
    """§E4."""

    def test_is_verified(self, grounds, workspace):
        need = enter_need(
            incident=grounds.incident, place=workspace.organisations["nyingchi"], kind="medical",
            heads=10, starts_on=date(2020, 2, 12), actor=grounds.actors["elsewhere"],
            now=grounds.now,
        )  # fmt: skip

        with pytest.raises(NeedNotOpen) as refused:
            grounds.ask(need=need)

        assert refused.value.facts == {"state": "open"}
        with acting(grounds.actors["coordinator"]):
            assert Deployment.objects.count() == 0


class TestParty:
    """§E1."""

    def test_acts_for_its_side_alone(self, grounds, ordered):
        consulted = grounds.ask().deployment
        grounds.take("consult", "home", consulted)
        with pytest.raises(NotTheirStep):
            grounds.take("decline", "home", consulted, reason="It is for the host to say")
        with pytest.raises(NotAllowed):
            grounds.take("mobilise", "host", ordered)
        for event, by in (("mobilise", "other"), ("release", "elsewhere")):
            with pytest.raises(Deployment.DoesNotExist):
                grounds.take(event, by, ordered)
        with pytest.raises(NotAllowed):
            grounds.take("order", "team", ordered)

        assert _state(grounds, ordered) == "ordered"

    def test_of_the_front_tells_of_its_own_team_alone(self, grounds, ordered, workspace):
        grounds.actors["stranger"] = seat(workspace, "fujian", Role.FRONT_TEAM, grounds.now)
        with pytest.raises(NotOwnTeam):
            grounds.take("mobilise", "stranger", ordered)

        assert grounds.take("mobilise", "team", ordered).side == "team"

    def test_of_no_side_in_its_role_is_none(self, grounds, ordered, workspace):
        # A home that also receives elsewhere is not the host here.
        both = workspace.actor("fujian", Role.RECIPIENT_OFFICE)
        grounds.actors["both"] = both

        with pytest.raises(NotAParty):
            grounds.take("stand_down", "both", ordered, reason="Ours")

    def test_has_operations_for_the_steps_of_its_sides_and_no_others(self):
        rights = {right.name: right.roles for right in list_rights()}
        sides: dict[str, set[str]] = {}
        for row in TABLE:
            # A draft begins either mode; the ledger alone opens a claim again.
            name = "draft" if row.event == "need" else row.event
            sides.setdefault(name, set()).update(row.sides)
        del sides["reopen_claim"]

        differs = [
            event
            for event, own in sides.items()
            if not all(rights[f"emergencies.{event}"] & ROLES_OF[side] for side in own)
            or not rights[f"emergencies.{event}"] <= frozenset().union(*(ROLES_OF[s] for s in own))
        ]

        assert differs == []
