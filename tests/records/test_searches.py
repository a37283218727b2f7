"""Searches in the background: asked for, refused, answered."""

import math

import pytest
from django.utils import timezone
from tests.grounds import ground

from records.desk import open_desk
from tiebeam.apps.pairings.models import Variant
from tiebeam.apps.pairings.operations.plans import store_plan
from tiebeam.apps.pairings.operations.variants import set_lock
from tiebeam.apps.pairings.queries.desk import (
    find_lock,
    get_scenario,
    get_variant,
    list_rounds_at_desk,
    list_scenarios,
    list_variants_of_round,
)
from tiebeam.apps.pairings.queries.variants import effective_scenario
from tiebeam.core.explain.reasons import LevelChange, PairReason
from tiebeam.core.pairing.changes import Forbid, Set
from tiebeam.core.pairing.solver import solve_pairing
from tiebeam.errors import InvalidInput
from tiebeam.interfaces.jobs import performing, solving
from tiebeam.interfaces.jobs.asking import (
    AlreadySolving,
    ask_what_if,
    explain_pair,
    solve_variant,
)
from tiebeam.interfaces.jobs.posting import say_notice
from tiebeam.interfaces.jobs.solving import NoPlanYet, read_reason, reason_value
from tiebeam.platform.identity.queries import find_actor_for
from tiebeam.platform.notices.models import Notice
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.operations import begin_run, end_run, stop_run
from tiebeam.platform.tasks.queries import list_latest_runs
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.records import NotOwner


@pytest.fixture
@ground
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


@pytest.fixture
def ask(desk):
    """Return a function that asks as the coordinator does."""
    return lambda operation, **given: operation(**given, actor=desk.coordinator, now=desk.now)


@pytest.fixture
def work_off(desk, monkeypatch):
    """Return a function: what the worker makes of a run."""
    # A job closes the connection that it was lent; the test goes on with it.
    monkeypatch.setattr(performing, "close_old_connections", lambda: None)
    assert find_actor_for(
        desk.coordinator.person_id, desk.coordinator.organisation_id, timezone.localdate(desk.now)
    )

    def do(run: Run) -> Run:
        performing.perform.call(str(run.pk), str(run.tenant_id), str(run.person_id))
        with acting(desk.coordinator):
            return Run.objects.get(pk=run.pk)

    return do


class TestSearch:
    def test_stores_the_best_plan_with_the_reasons(self, desk, variant, ask, work_off):
        ended = work_off(ask(solve_variant, variant=variant))

        assert ended.state == "finished"
        assert {"status", "plan_sha256", "reasons"} <= set(ended.result)
        with acting(desk.coordinator):
            stored = Variant.objects.get(pk=variant.pk)
        assert stored.plan_status == "optimal"
        assert stored.run_id == ended.pk
        assert stored.plan_sha256 == ended.result["plan_sha256"]

    def test_of_rules_that_cannot_hold_names_them_and_keeps_the_plan(
        self, desk, solved, ask, work_off
    ):
        for donor in ("fujian", "hunan"):
            ask(
                set_lock,
                variant=solved,
                donor=donor,
                recipient="nyingchi",
                must_be=False,
                reason="Closed road",
            )

        ended = work_off(ask(solve_variant, variant=solved))

        assert ended.result["status"] == "infeasible"
        assert ended.result["plan"]["conflict"]
        with acting(desk.coordinator):
            assert Variant.objects.get(pk=solved.pk).plan_sha256 == solved.plan_sha256

    @pytest.mark.parametrize(
        ("ends", "variant_of_notice", "told"),
        [
            ("with a plan", "planned", "has ended with a plan. Proven optimal."),
            ("against rules", "infeasible", "no plan can keep all the rules at once"),
            ("by an error", "failed", "has failed"),
        ],
    )
    def test_tells_whoever_began_it_how_it_ended(
        self, desk, variant, ask, work_off, monkeypatch, ends, variant_of_notice, told
    ):
        if ends == "against rules":
            for donor in ("fujian", "hunan"):
                lock = {"donor": donor, "recipient": "nyingchi", "must_be": False, "reason": "x"}
                ask(set_lock, variant=variant, **lock)
        if ends == "by an error":
            monkeypatch.setattr(solving, "store_plan", lambda **_: 1 / 0)

        work_off(ask(solve_variant, variant=variant))

        with acting(desk.coordinator):
            (notice,) = Notice.objects.filter(kind="search_ended")
            assert not Notice.objects.filter(kind="run_ended").exists()
        assert notice.variant == variant_of_notice
        assert notice.record_id == variant.pk
        assert "As computed" in say_notice(notice, "zh")
        assert told in say_notice(notice, "en")

    @pytest.mark.parametrize(
        ("result", "told"),
        [
            (None, "was stopped before it had a plan"),
            ({"standing": {"en": "Within 3 %.", "zh": "差距 3%。"}}, "is kept. Within 3 %."),
        ],
    )
    def test_that_is_stopped_tells_what_it_kept(self, desk, variant, ask, result, told):
        run = ask(solve_variant, variant=variant)
        begun = begin_run(run_id=run.pk, actor=desk.coordinator, now=desk.now)
        ask(end_run, run_id=run.pk, attempt=begun.attempt, state="stopped", result=result)

        with acting(desk.coordinator):
            assert told in say_notice(Notice.objects.get(kind="search_ended"), "en")

    def test_tells_nobody_else(self, desk, variant, ask, work_off):
        work_off(ask(solve_variant, variant=variant))

        with acting(desk.deputy):
            assert not Notice.objects.exists()

    def test_is_refused_while_one_is_under_way(self, variant, ask):
        ask(solve_variant, variant=variant)

        with pytest.raises(AlreadySolving):
            ask(solve_variant, variant=variant)

    def test_may_be_asked_for_again_once_stopped(self, variant, ask):
        run = ask(solve_variant, variant=variant)
        ask(stop_run, run_id=run.pk)

        assert ask(solve_variant, variant=variant).pk != run.pk

    @pytest.mark.parametrize("limit", [0.0, -1.0, 1e9, math.inf, math.nan])
    def test_needs_a_time_limit_with_sense(self, variant, ask, limit):
        with pytest.raises(InvalidInput):
            ask(solve_variant, variant=variant, time_limit_s=limit)

    def test_is_for_who_pairs(self, variant, fujian, now):
        with pytest.raises(NotAllowed):
            solve_variant(variant=variant, actor=fujian, now=now)

    def test_is_for_the_programmes_owner(self, workspace, variant, now):
        stranger = workspace.actor("hunan", "coordinator")

        with pytest.raises(NotOwner):
            solve_variant(variant=variant, actor=stranger, now=now)


class TestExactAnswer:
    def test_is_kept_with_its_run(self, solved, ask, work_off):
        pair = solved.plan["pairs"][0]

        ended = work_off(
            ask(
                explain_pair,
                variant=solved,
                donor=pair["donor"],
                recipient=pair["recipient"],
            )
        )

        reason = read_reason(ended.result["reason"])
        assert reason.is_open
        assert all(change.exact for change in reason.changes)

    def test_needs_a_plan(self, variant, ask):
        with pytest.raises(NoPlanYet):
            ask(explain_pair, variant=variant, donor="fujian", recipient="nyingchi")

    def test_is_of_parties_of_the_scenario(self, solved, ask):
        with pytest.raises(InvalidInput) as refused:
            ask(explain_pair, variant=solved, donor="nobody", recipient="nowhere")

        assert [fault.code for fault in refused.value.faults] == [
            "desk.unknown_donor",
            "desk.unknown_recipient",
        ]


class TestWhatIf:
    def test_leaves_the_variant_as_it_is(self, desk, solved, ask, work_off):
        change = Set(path=("capacities", "fujian", "staff"), value="3")

        ended = work_off(ask(ask_what_if, variant=solved, changes=[change]))

        assert ended.result["plan"]["pairs"]
        with acting(desk.coordinator):
            assert Variant.objects.get(pk=solved.pk).plan_sha256 == solved.plan_sha256

    def test_is_refused_where_a_change_makes_no_sense(self, solved, ask):
        with pytest.raises(InvalidInput):
            ask(ask_what_if, variant=solved, changes=[Forbid(donor="x", recipient="y")])

    def test_needs_a_plan(self, variant, ask):
        with pytest.raises(NoPlanYet):
            ask(ask_what_if, variant=variant, changes=[])


class TestReason:
    def test_is_the_same_after_it_was_written_down(self):
        change = LevelChange(
            level="coverage", before=0.5, low=-math.inf, high=math.inf, exact=False
        )
        reason = PairReason(
            donor="a",
            recipient="b",
            is_open=True,
            question="forbid",
            outcome="feasible",
            changes=(change,),
        )

        assert read_reason(reason_value(reason)) == reason


class TestDesk:
    def test_counts_what_lies_on_it(self, desk, solved):
        with acting(desk.coordinator):
            (row,) = list_rounds_at_desk(desk.coordinator.organisation_id)

        assert (row.scenarios, row.variants, row.plans) == (1, 1, 1)

    def test_shows_others_nothing(self, desk, solved, fujian):
        with acting(fujian):
            assert list_rounds_at_desk(fujian.organisation_id) == []
            with pytest.raises(Variant.DoesNotExist):
                get_variant(solved.pk)

    def test_finds_what_belongs_together(self, desk, solved):
        with acting(desk.coordinator):
            assert [row.pk for row in list_scenarios(desk.round)] == [solved.scenario_id]
            assert [row.pk for row in list_variants_of_round(desk.round)] == [solved.pk]
            assert get_scenario(solved.scenario_id).round == desk.round
            assert find_lock(solved, "fujian", "nyingchi") is None

    def test_lists_the_latest_runs_first(self, desk, solved, ask):
        first = ask(ask_what_if, variant=solved, changes=[])
        last = explain_pair(
            variant=solved,
            donor="fujian",
            recipient="nyingchi",
            actor=desk.coordinator,
            now=desk.now.replace(year=desk.now.year + 1),
        )

        with acting(desk.coordinator):
            assert [run.pk for run in list_latest_runs(solved.pk)] == [last.pk, first.pk]
