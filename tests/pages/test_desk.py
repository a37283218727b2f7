"""The pairing desk: scenarios, variants, plans, the panel of a couple."""

import pytest
from django.urls import reverse

from records.desk import open_desk
from tiebeam.apps.pairings.operations.plans import store_plan
from tiebeam.apps.pairings.queries.variants import effective_scenario
from tiebeam.core.pairing.solver import solve_pairing
from tiebeam.interfaces.jobs.performing import perform
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture
def desk(workspace, coordinator, now):
    return open_desk(workspace, coordinator, now)


@pytest.fixture
def variant(desk):
    return desk.variant()


@pytest.fixture
def solved(desk, variant):
    with acting(desk.coordinator):
        plan = solve_pairing(effective_scenario(variant))
    return store_plan(variant=variant, plan=plan, actor=desk.coordinator, now=desk.now)


def text_of(answer):
    return answer.content.decode()


def page(client, name, *args, status=200, **query):
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == status, text_of(answer)[-2000:]
    return text_of(answer)


def at(variant, name):
    return reverse(name, args=[variant.pk])


def work_off(desk):
    """Do the runs that wait, as the worker does."""
    with acting(desk.coordinator):
        waiting = list(Run.objects.filter(state="waiting"))
    for run in waiting:
        perform.call(str(run.pk), str(run.tenant_id), str(run.person_id))


class TestDesk:
    def test_lists_rounds(self, as_coordinator, desk):
        assert "First" in page(as_coordinator, "desk")

    def test_shows_a_round(self, as_coordinator, variant, desk):
        shown = page(as_coordinator, "desk_round", desk.round.pk)

        assert "As computed" in shown
        assert reverse("desk_build", args=[desk.round.pk]) in shown

    def test_shows_a_scenario(self, as_coordinator, variant):
        assert "2 donors" in page(as_coordinator, "desk_scenario", variant.scenario_id)

    def test_begins_a_variant(self, as_coordinator, variant):
        address = reverse("desk_scenario", args=[variant.scenario_id])

        answer = as_coordinator.post(address, {"name": "Other"})

        assert answer.status_code == 302
        assert "Other" in page(as_coordinator, "desk_scenario", variant.scenario_id)

    def test_refuses_a_name_that_is_taken(self, as_coordinator, variant):
        address = reverse("desk_scenario", args=[variant.scenario_id])

        answer = as_coordinator.post(address, {"name": "As computed"})

        assert answer.status_code == 409


class TestVariant:
    def test_says_what_its_plan_is(self, as_coordinator, solved):
        shown = page(as_coordinator, "desk_variant", solved.pk)

        assert "2 recipients, every need met in full, proven optimal" in shown
        assert "Nyingchi" in shown

    def test_without_a_plan_offers_to_solve(self, as_coordinator, variant):
        shown = page(as_coordinator, "desk_variant", variant.pk)

        assert "no plan yet" in shown
        assert at(variant, "desk_solve") in shown

    def test_is_solved_in_the_background(self, as_coordinator, variant, desk):
        answer = as_coordinator.post(at(variant, "desk_solve"), {"time_limit_s": "60"})
        assert answer.status_code == 302
        assert "Waiting for the worker" in page(as_coordinator, "desk_variant", variant.pk)

        work_off(desk)

        assert "proven optimal" in page(as_coordinator, "desk_variant", variant.pk)
