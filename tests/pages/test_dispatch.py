"""The dispatch board: orders are proposed, and each is decided by a person (§E11)."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.grounds import ground
from tests.small_workspace import NOW

from records.emergency_grounds import make_emergency, place_on_the_map
from tiebeam.apps.emergencies.models import Deployment
from tiebeam.apps.emergencies.operations.incidents import activate_incident
from tiebeam.apps.emergencies.operations.needs import enter_need, verify_need
from tiebeam.apps.emergencies.proposal_models import OrderProposal
from tiebeam.interfaces.jobs import performing
from tiebeam.interfaces.jobs.dispatching import PLAN_ORDERS, SUPPOSE
from tiebeam.platform.tasks.queries import find_latest_run
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture
@ground
def grounds(workspace):
    """Huanggang lacks 100 people from tomorrow on; Fujian, in a pair with it, has 60 ready and Hunan 40."""
    place_on_the_map(workspace)
    made = make_emergency(workspace, NOW)
    made.now = timezone.now()
    today, actor = timezone.localdate(), made.actors["coordinator"]
    made.incident = activate_incident(
        programme=made.programme, name_en="Flood", name_zh="洪水", level=2, mode="assign",
        activated_on=today, document="Notice 2", actor=actor, now=made.now,
    )  # fmt: skip
    made.need = enter_need(
        incident=made.incident, place=workspace.organisations["huanggang"], kind="medical",
        heads=100, starts_on=today + timedelta(days=3), until=today + timedelta(days=40),
        actor=made.actors["host"], now=made.now,
    )  # fmt: skip
    verify_need(need=made.need, actor=actor, now=made.now)
    made.package("home", name="Fujian field hospital", heads=60, ready_within_days=0)
    made.package("other", name="Hunan nurses", heads=40, ready_within_days=1)
    return made


@pytest.fixture(autouse=True)
def _keep_the_connection(monkeypatch):
    """A worker lets go of its connection after a run; here it is that of the test."""
    monkeypatch.setattr(performing, "close_old_connections", lambda: None)


def work(grounds, kind=PLAN_ORDERS):
    """Do what was asked for last, as the worker does."""
    actor = grounds.actors["coordinator"]
    with acting(actor):
        run = find_latest_run(grounds.incident.pk, kind)
    performing.perform.call(str(run.pk), str(actor.organisation_id), str(actor.person_id))


def board(client, grounds):
    return client.get(f"/emergencies/{grounds.incident.pk}/dispatch/").content.decode()


@pytest.fixture
def planned(grounds, as_coordinator):
    as_coordinator.post(f"/emergencies/{grounds.incident.pk}/dispatch/plan/")
    work(grounds)
    with acting(grounds.actors["coordinator"]):
        rows = OrderProposal.objects.filter(incident=grounds.incident).select_related("home")
        return list(rows.order_by("-heads"))


class TestDispatch:
    def test_offers_each_free_package_each_need_that_lacks(self, grounds, as_coordinator):
        shown = board(as_coordinator, grounds)
        assert "1 need lacks people, 2 packages are free" in shown
        assert "Fujian field hospital" in shown
        assert f"/emergencies/needs/{grounds.need.pk}/ask/?home=" in shown

    def test_fills_in_what_was_drawn_onto_a_need(self, grounds, as_coordinator, workspace):
        home = workspace.organisations["hunan"].pk
        form = as_coordinator.get(f"/emergencies/needs/{grounds.need.pk}/ask/?home={home}&heads=40")
        assert f'<option value="{home}" selected>' in form.content.decode()
        assert 'value="40"' in form.content.decode()

    def test_plans_whoever_is_free_to_where_people_lack(self, grounds, planned, as_coordinator):
        assert [(row.home.name_en, row.heads) for row in planned] == [("Fujian", 60), ("Hunan", 40)]
        assert all(row.arrives_on <= grounds.need.starts_on for row in planned)
        shown = board(as_coordinator, grounds)
        assert "The last plan proposed 2 orders (needs: as entered; first: worst place)." in shown
        assert "Worst shortage: proven optimal." in shown

    def test_plans_with_the_forecast_and_names_where_there_is_none(self, grounds, as_coordinator):
        """Nobody reports patients of Huanggang: its need stays at 100, and 60 and 40 go."""
        as_coordinator.post(
            f"/emergencies/{grounds.incident.pk}/dispatch/plan/",
            {"outlook": "worst", "first": "unmet"},
        )
        work(grounds)

        shown = board(as_coordinator, grounds)

        assert "2 orders (needs: forecast, worst; first: all that lacks)." in shown
        assert "none last: Huanggang." in shown
        assert '<option value="worst" selected>' in shown

    def test_plans_nothing_by_a_choice_that_is_not_offered(self, grounds, as_coordinator):
        address = f"/emergencies/{grounds.incident.pk}/dispatch/plan/"

        shown = as_coordinator.post(address, {"outlook": "luck"}, follow=True).content.decode()

        assert "luck" in shown
        with acting(grounds.actors["coordinator"]):
            assert find_latest_run(grounds.incident.pk, PLAN_ORDERS) is None

    def test_asks_the_home_when_an_order_is_taken_over(self, grounds, planned, as_coordinator):
        order = planned[0]
        address = f"/emergencies/orders/{order.pk}/"
        said = {"heads": order.heads, "leaves_on": order.leaves_on, "arrives_on": order.arrives_on}
        assert as_coordinator.post(address, {**said, "reason": ""}).status_code == 302
        with acting(grounds.actors["coordinator"]):
            assert Deployment.objects.filter(need=grounds.need).count() == 1
        assert as_coordinator.post(address, {**said, "reason": ""}).status_code == 409

    def test_wants_a_reason_for_an_order_in_another_form(self, planned, as_coordinator):
        order = planned[0]
        said = {"heads": 30, "leaves_on": order.leaves_on, "arrives_on": order.arrives_on}
        answer = as_coordinator.post(f"/emergencies/orders/{order.pk}/", {**said, "reason": ""})
        assert answer.status_code in {400, 409}

    def test_does_not_propose_again_what_was_refused(self, grounds, planned, as_coordinator):
        refused = planned[1]
        as_coordinator.post(
            f"/emergencies/orders/{refused.pk}/refuse/", {"reason": "Needed at home."}
        )
        as_coordinator.post(f"/emergencies/{grounds.incident.pk}/dispatch/plan/")
        work(grounds)
        with acting(grounds.actors["coordinator"]):
            rows = OrderProposal.objects.filter(incident=grounds.incident, state="proposed")
            assert {row.home.name_en for row in rows} == {"Fujian"}

    def test_is_of_who_coordinates_alone(self, grounds, as_fujian, sign_in):
        address = f"/emergencies/{grounds.incident.pk}/dispatch/"
        assert as_fujian.get(address).status_code == 403
        assert sign_in("office", "zh").get(address).status_code == 200
        assert "[emergencies." not in board(sign_in("office", "zh"), grounds)


class TestReasons:
    """§S11: Fujian's 60 and Hunan's 40 go to the 100 of Huanggang, who lack from the third day on."""

    def test_say_what_lacks_without_the_order(self, planned, as_coordinator):
        """Eleven days of the window without 60 of 100: 660 person-days, and the shortage from 0 to 60 %."""
        shown = as_coordinator.get(f"/emergencies/orders/{planned[0].pk}/why/").content.decode()

        assert "rises from 0\u202f% to 60\u202f%; Huanggang lacks 660 person-days more" in shown

    def test_compare_with_the_other_team_and_the_other_need(self, grounds, as_coordinator):
        """A package of the same kind that the plan leaves at home fills less: 30 lack of 100 for 11 days."""
        grounds.package("other", name="Hunan reserve", heads=30, ready_within_days=2)
        as_coordinator.post(f"/emergencies/{grounds.incident.pk}/dispatch/plan/")
        work(grounds)
        with acting(grounds.actors["coordinator"]):
            order = OrderProposal.objects.get(incident=grounds.incident, heads=60)

        shown = as_coordinator.get(f"/emergencies/orders/{order.pk}/why/").content.decode()

        assert "Hunan reserve" in shown
        assert "30\u202f%" in shown

    def test_answer_what_if_a_team_stayed_home(self, grounds, planned, as_coordinator):
        """Without Hunan's 40 people 440 person-days lack."""
        address = f"/emergencies/{grounds.incident.pk}/dispatch/what-if/"
        said = {"team": f"package:{planned[1].package_id}", "need": "", "more": ""}
        waits = as_coordinator.post(address, said, follow=True).content.decode()
        assert "What if Hunan nurses of Hunan stayed home?" in waits
        work(grounds, SUPPOSE)

        with acting(grounds.actors["coordinator"]):
            run = find_latest_run(grounds.incident.pk, SUPPOSE)
        shown = as_coordinator.get(f"{address}{run.pk}/").content.decode()

        assert "440 person-days" in shown
        assert "40\u202f%" in shown
        assert "Hunan nurses" in shown

    def test_answer_what_if_a_need_were_of_more_people(self, grounds, as_coordinator, sign_in):
        """50 more on eleven days: of 150 a third lacks."""
        address = f"/emergencies/{grounds.incident.pk}/dispatch/what-if/"
        as_coordinator.post(address, {"team": "", "need": grounds.need.pk, "more": 50})
        work(grounds, SUPPOSE)

        with acting(grounds.actors["coordinator"]):
            run = find_latest_run(grounds.incident.pk, SUPPOSE)
        shown = sign_in("office", "zh").get(f"{address}{run.pk}/").content.decode()

        assert "550 人日" in shown
        assert "33.3%" in shown
        assert "[emergencies." not in shown

    def test_want_one_thing_supposed_by_who_coordinates(self, grounds, as_coordinator, as_fujian):
        address = f"/emergencies/{grounds.incident.pk}/dispatch/what-if/"
        empty = as_coordinator.post(address, {"team": "", "need": grounds.need.pk, "more": ""})

        assert empty.status_code == 400
        assert "One thing is supposed at a time" in empty.content.decode()
        assert as_fujian.get(address).status_code == 403
