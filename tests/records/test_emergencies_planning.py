"""What the planner is asked of an incident, and what its orders come to: skills, and going home (§E11)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from tests.grounds import ground

from records.emergency_grounds import make_emergency, place_on_the_map
from tiebeam.apps.emergencies.operations.needs import enter_need, verify_need
from tiebeam.apps.emergencies.operations.outlook import Aim
from tiebeam.apps.emergencies.operations.planning import compose_question, order_of, orders_of
from tiebeam.apps.emergencies.operations.proposals import propose_orders, refuse_order
from tiebeam.apps.emergencies.operations.reports import Figures, add_reporting_place, report_day
from tiebeam.core.surge.planning import plan
from tiebeam.platform.tenancy.acting import acting

DUTY = date(2020, 2, 10)
"""The first day on duty of teams that are sent at once."""


@pytest.fixture
@ground
def grounds(workspace, now):
    place_on_the_map(workspace)
    return make_emergency(workspace, now)


def planned(grounds, days=0):
    """Return the orders that are proposed some days after the first, as the records have them."""
    with acting(grounds.actors["coordinator"]):
        question = compose_question(grounds.incident, grounds.now + timedelta(days))
        found = plan(question.surge, question.state, question.scenarios, locks=question.locks)
        return [order_of(question, order) for order in orders_of(question, found)]


class TestSendings:
    def test_go_only_where_the_skill_of_the_package_is_wanted(self, grounds, workspace):
        """§E11: of 140 people, 40 are nurses; the rescuers serve nobody."""
        nurses = enter_need(
            incident=grounds.incident, place=workspace.organisations["huanggang"], kind="medical",
            heads=30, skills={"nurse": 20}, starts_on=date(2020, 2, 12),
            actor=grounds.actors["host"], now=grounds.now,
        )  # fmt: skip
        verify_need(need=nurses, actor=grounds.actors["coordinator"], now=grounds.now)
        plain = grounds.package("home", heads=100)
        skilled = grounds.package("other", heads=40, skills={"nurse": 40})
        grounds.package("other", heads=300, kind="rescue")

        orders = planned(grounds)

        assert {(order.package_id, order.need_id) for order in orders} == {
            (plain.pk, grounds.need.pk),
            (skilled.pk, nurses.pk),
        }


class TestGoingHome:
    @pytest.fixture
    def teams(self, grounds):
        """Two teams of 100 for a need of 100, on duty from the 10th to 11 March."""
        said = {"ends_on": date(2020, 3, 11), "starts_on": DUTY}
        found = [grounds.ask(key, said=said).deployment for key in ("home", "home")]
        for deployment in found:
            grounds.send(deployment)
        return {deployment.pk for deployment in found}

    def test_is_proposed_for_whom_nobody_lacks_once_its_least_tour_is_over(self, grounds, teams):
        """§E11, §S8: 14 days after the 10th one of the two can go; then nobody is spare."""
        (order,) = planned(grounds, days=10)

        assert order.deployment_id in teams
        assert (order.leaves_on, order.heads) == (date(2020, 2, 24), 100)

    def test_is_not_proposed_again_for_whom_it_was_refused(self, grounds, teams):
        said = {"actor": grounds.actors["coordinator"], "now": grounds.now}
        (order,) = planned(grounds, days=10)
        (row,) = propose_orders(incident=grounds.incident, plan="p", orders=[order], **said)
        refuse_order(proposal=row, reason="They know the wards.", **said)

        (other,) = planned(grounds, days=10)

        assert {order.deployment_id, other.deployment_id} == teams

    def test_is_proposed_at_once_when_the_tour_is_over(self, grounds, teams):
        """§E11: on 11 March the need ends as well."""
        orders = planned(grounds, days=30)

        assert {order.deployment_id for order in orders} == teams
        assert {order.leaves_on for order in orders} == {date(2020, 3, 11)}


class TestOutlook:
    """§E11: a need of 100 from the 12th on, asked about on the morning of the 18th."""

    MORNING = 8

    @pytest.fixture
    def asked(self, grounds):
        def ask(*patients, outlook="mean"):
            place, said = (
                grounds.organisation("host"),
                {"now": grounds.now + timedelta(self.MORNING)},
            )
            add_reporting_place(
                incident=grounds.incident, place=place, since=DUTY,
                actor=grounds.actors["coordinator"], **said,
            )  # fmt: skip
            for at, count in enumerate(patients):
                report_day(
                    incident=grounds.incident, place=place, day=DUTY + timedelta(at), key=uuid4(),
                    figures=Figures(patients=count), actor=grounds.actors["host"], **said,
                )  # fmt: skip
            with acting(grounds.actors["coordinator"]):
                question = compose_question(grounds.incident, **said, aim=Aim(outlook=outlook))
            key = str(grounds.need.pk)
            return question, sorted(each.patients[key][:2] for each in question.scenarios)

        return ask

    def test_grows_a_need_as_the_patients_of_its_place(self, asked):
        """Roots 9 to 16 grow by 1 a day, damped by 0.9 and 0.81: 16.9 and 17.71 make 286 and 314 of 256."""
        question, days = asked(*(root**2 for root in range(9, 17)))

        assert len(days) == 7
        assert days[3] == (112, 123)
        assert days[0][1] < 123 < days[6][1]
        assert question.steady == ()

    def test_is_as_entered_where_patients_stay_as_they_are(self, asked):
        assert asked(*[50] * 8)[1] == [(100, 100)] * 7

    @pytest.mark.parametrize("patients", [(), (50,), (50, 40, 0)])
    def test_is_as_entered_and_named_where_too_little_is_told(self, asked, grounds, patients):
        question, days = asked(*patients)

        assert question.steady == (str(grounds.need.pk),)
        assert set(days) == {(100, 100)}

    def test_is_one_when_needs_stay_as_entered(self, asked):
        assert asked(10, 90, 250, outlook="entered")[1] == [(100, 100)]
