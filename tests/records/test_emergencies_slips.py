"""What somebody in haste, a clock that is wrong, or somebody of ill will does to a deployment: nothing."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from tests.grounds import ground

from records.emergency_grounds import make_emergency
from tiebeam.apps.emergencies.models import Deployment
from tiebeam.apps.emergencies.operations import steps
from tiebeam.apps.emergencies.operations.deployments import volunteer
from tiebeam.apps.emergencies.operations.incidents import activate_incident, stand_down_incident
from tiebeam.apps.emergencies.operations.messages import Message
from tiebeam.apps.emergencies.operations.needs import enter_need, withdraw_need
from tiebeam.apps.emergencies.operations.rights import StoodDown
from tiebeam.apps.emergencies.operations.sent_teams import TeamElsewhere, TeamTooSmall
from tiebeam.apps.emergencies.states import NotNow
from tiebeam.errors import InvalidInput
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture
@ground
def grounds(workspace, now):
    return make_emergency(workspace, now)


@pytest.fixture
def agreed(grounds):
    deployment = grounds.ask().deployment
    grounds.take("consult", "home", deployment)
    grounds.take("agree", "host", deployment, document="A 1")
    return deployment


@pytest.fixture
def arrived(grounds):
    deployment = grounds.ask().deployment
    grounds.send(deployment, "arrived")
    return deployment


def _stand_down(grounds):
    stand_down_incident(
        incident=grounds.incident, document="End", actor=grounds.actors["coordinator"],
        now=grounds.now,
    )  # fmt: skip


class TestKey:
    """§E6."""

    def test_asks_one_home(self, grounds):
        key = uuid4()
        grounds.ask(said={"id": key})

        with pytest.raises(steps.KeyReused):
            grounds.ask("other", said={"id": key, "reason": "Nearer"})

        with acting(grounds.actors["coordinator"]):
            assert Deployment.objects.count() == 1

    def test_of_an_offer_is_known_again_when_the_need_is_over(self, workspace, now):
        requesting = make_emergency(workspace, now, mode="request")
        said = Message(id=uuid4(), heads=20, starts_on=date(2020, 2, 13), ends_on=date(2020, 2, 20))
        told = {"need": requesting.need, "message": said, "actor": requesting.actors["other"]}
        first = volunteer(**told, now=now)
        host = requesting.actors["host"]
        withdraw_need(need=requesting.need, reason="Over", actor=host, now=now)

        assert volunteer(**told, now=now).pk == first.pk

    def test_answers_a_message_of_its_own_deployment(self, grounds):
        deployment, other = grounds.ask().deployment, grounds.ask("other", said={"reason": "Near"})

        for strange in (uuid4(), other.pk):
            with pytest.raises(steps.NothingToAnswer):
                grounds.take("consult", "home", deployment, answers_id=strange)


class TestTeam:
    """§E3."""

    def test_is_as_large_as_what_goes(self, grounds, agreed):
        small = grounds.team(heads=60)
        order = {"document": "O 1", "team_id": small.pk}
        with pytest.raises(TeamTooSmall) as refused:
            grounds.take("order", "home", agreed, **order)

        assert refused.value.facts == {"name": small.name, "heads": 100, "most": 60}
        assert grounds.take("order", "home", agreed, heads=60, **order).heads == 60
        with pytest.raises(TeamTooSmall):
            grounds.take("ask_swap", "home", agreed, team_id=grounds.team(heads=9).pk, reason="Ill")

    def test_goes_to_one_place_at_a_time(self, grounds, agreed):
        away = grounds.ask().deployment
        grounds.send(away, "mobilised")
        with acting(grounds.actors["home"]):
            team = away.steps.order_by("-number").first().team
        own = grounds.team()

        with pytest.raises(TeamElsewhere):
            grounds.take("order", "home", agreed, document="O 1", team_id=team.pk)
        later = {"starts_on": date(2020, 2, 26), "ends_on": date(2020, 3, 4)}
        grounds.take("order", "home", agreed, document="O 1", team_id=own.pk, **later)
        grounds.take("ask_swap", "home", agreed, team_id=team.pk, reason="Rested")
        grounds.take("ask_extension", "host", away, ends_on=date(2020, 3, 1))
        grounds.take("extend", "home", away)
        # Free when it was asked for, and not any more: the host who agrees reads neither.
        with pytest.raises(TeamElsewhere):
            grounds.take("swap", "host", agreed)


class TestDay:
    """§E6, §E8, §E9."""

    def test_of_a_duty_is_not_to_come_and_no_slip_of_a_clock(self, grounds, arrived):
        with pytest.raises(InvalidInput) as refused:
            grounds.take("begin_duty", "host", arrived, starts_on=date(2020, 2, 20))
        step = grounds.take("begin_duty", "team", arrived, sent_at=datetime(1970, 1, 1, tzinfo=UTC))

        assert [fault.code for fault in refused.value.faults] == ["emergencies.day_to_come"]
        assert step.starts_on == date(2020, 2, 10)

    @pytest.mark.parametrize(
        ("ends_on", "code"),
        [
            (date(2020, 2, 26), "emergencies.no_longer"),
            (date(2020, 3, 12), "emergencies.beyond_need"),
        ],
    )
    def test_of_an_extension_lies_between_the_end_and_that_of_the_need(
        self, grounds, arrived, ends_on, code
    ):
        with pytest.raises(InvalidInput) as refused:
            grounds.take("ask_extension", "host", arrived, ends_on=ends_on)

        assert [fault.code for fault in refused.value.faults] == [code]

    def test_of_a_limit_lies_ahead(self, grounds):
        with pytest.raises(InvalidInput) as refused:
            grounds.ask(said={"answer_by": grounds.now})
        with pytest.raises(InvalidInput) as expired:
            enter_need(
                incident=grounds.incident, place=grounds.organisation("host"), kind="medical",
                heads=1, starts_on=date(2020, 2, 12), expires_on=date(2020, 2, 10), note="n" * 5001,
                actor=grounds.actors["host"], now=grounds.now,
            )  # fmt: skip

        assert [fault.code for fault in refused.value.faults] == ["emergencies.limit_past"]
        assert [fault.code for fault in expired.value.faults] == [
            "regions.text_too_long", "emergencies.expired_already",
        ]  # fmt: skip

    def test_of_an_activation_is_that_of_the_workspace(self, grounds):
        # Twenty hours on the 10th in Greenwich are four on the 11th in Beijing.
        incident = activate_incident(
            programme=grounds.programme, name_en="Flood", name_zh="洪水", level=1, mode="assign",
            activated_on=date(2020, 2, 11), document="N 2", actor=grounds.actors["coordinator"],
            now=datetime(2020, 2, 10, 20, tzinfo=UTC),
        )  # fmt: skip

        assert incident.activated_on == date(2020, 2, 11)


class TestIncidentStoodDown:
    """§E2."""

    def test_prolongs_and_swaps_nothing_and_lets_a_team_ask_to_go_home(self, grounds, arrived):
        grounds.take("ask_extension", "host", arrived, ends_on=date(2020, 3, 4))
        grounds.take("ask_swap", "home", arrived, team_id=grounds.team().pk, reason="Ill")
        _stand_down(grounds)

        for event, by in (("extend", "home"), ("swap", "host")):
            with pytest.raises(StoodDown):
                grounds.take(event, by, arrived)
        grounds.take("ask_return", "home", arrived, reason="All is over")
        assert grounds.take("allow_return", "host", arrived).state == "released"

    def test_speaks_no_more_of_what_has_lapsed(self, grounds):
        """§E8."""
        until = grounds.now + timedelta(minutes=30)
        waiting = grounds.ask(said={"answer_by": until}).deployment

        with pytest.raises(steps.Lapsed):
            grounds.take("quote", "home", waiting, cost=1)
        assert grounds.take("decline", "home", waiting, reason="Too late").state == "declined"


class TestClaimThatWasPaid:
    """§E12."""

    def test_is_neither_refused_nor_made_again(self, grounds):
        deployment = grounds.ask().deployment
        grounds.send(deployment, "returned")
        claim = {"cost": 100, "document": "C 1"}
        grounds.take("claim", "home", deployment, **claim)
        grounds.take("verify", "finance", deployment, document="V 1")
        grounds.take("pay", "finance2", deployment, document="P 1")

        with pytest.raises(NotNow):
            grounds.take("refuse_claim", "finance", deployment, reason="Once more")
        with pytest.raises(NotNow):
            grounds.take("claim", "home", deployment, **claim)
