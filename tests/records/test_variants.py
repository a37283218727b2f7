"""Variants side by side, their locks and changes, and the plans stored in them."""

from collections import OrderedDict
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from tests.grounds import ground

from records.desk import open_desk
from tiebeam.apps.pairings.models import Lock, Variant
from tiebeam.apps.pairings.operations import plans
from tiebeam.apps.pairings.operations.plans import (
    PlanBreaksRules,
    PlanOfAnotherScenario,
    store_manual_plan,
    store_plan,
)
from tiebeam.apps.pairings.operations.variants import (
    LockWithoutReason,
    NameTaken,
    change_variant,
    copy_variant,
    create_variant,
    remove_lock,
    rename_variant,
    set_lock,
)
from tiebeam.apps.pairings.queries.variants import (
    effective_scenario,
    is_stale,
    list_locks,
    list_variants,
    load_plan,
)
from tiebeam.core.model.identity import plan_sha256
from tiebeam.core.model.plan import Pair
from tiebeam.core.pairing.changes import Forbid, Require, Set
from tiebeam.core.pairing.check import check_plan
from tiebeam.core.pairing.solver import solve_pairing
from tiebeam.errors import Infeasible, InvalidInput
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.tenancy.acting import acting, find_actor


@pytest.fixture
@ground
def desk(workspace, coordinator, now):
    return open_desk(workspace, coordinator, now)


@pytest.fixture
def variant(desk):
    return desk.variant()


@pytest.fixture
def by(desk):
    return {"actor": desk.coordinator, "now": desk.now}


@pytest.fixture
def solve(by):
    def solve(variant):
        with acting(by["actor"]):
            plan = solve_pairing(effective_scenario(variant))
        return store_plan(variant=variant, plan=plan, **by)

    return solve


def lock(variant, by, donor, recipient, must_be, reason="The place asked for it"):
    return set_lock(
        variant=variant, donor=donor, recipient=recipient, must_be=must_be, reason=reason, **by
    )


def pairs_of(variant) -> set[tuple[str, str]]:
    return {(pair["donor"], pair["recipient"]) for pair in variant.plan["pairs"]}


class TestVariant:
    def test_begins_without_a_plan(self, variant, desk, as_actor):
        with as_actor(desk.coordinator):
            assert [v.name for v in list_variants(variant.scenario)] == ["As computed"]
            assert load_plan(variant) is None
            assert not is_stale(variant)

    def test_is_written_by_the_coordinator_alone(self, variant, hunan, now):
        with pytest.raises(NotAllowed):
            create_variant(scenario=variant.scenario, name="Mine", actor=hunan, now=now)

    def test_is_not_there_for_others(self, variant, hunan, as_actor):
        with as_actor(hunan):
            assert not Variant.objects.exists()

    def test_has_a_name_of_its_own(self, variant, by):
        with pytest.raises(NameTaken):
            create_variant(scenario=variant.scenario, name="As computed", **by)

    def test_has_a_name_of_its_own_in_the_database_too(self, variant, desk, as_actor):
        twin = Variant(
            tenant_id=variant.tenant_id, scenario_id=variant.scenario_id, name=variant.name
        )
        with as_actor(desk.coordinator), pytest.raises(IntegrityError), transaction.atomic():
            twin.save()

    def test_is_renamed_and_renamed_again_to_the_same(self, variant, by, as_actor):
        rename_variant(variant=variant, name="Continuity first", **by)
        again = rename_variant(variant=variant, name="Continuity first", **by)
        assert again.name == "Continuity first"
        with as_actor(by["actor"]):
            written = Entry.objects.filter(action="pairings.rename_variant")
            assert written.count() == 1

    def test_is_not_renamed_to_what_another_is_called(self, variant, by):
        create_variant(scenario=variant.scenario, name="Other", **by)
        with pytest.raises(NameTaken):
            rename_variant(variant=variant, name="Other", **by)

    def test_is_copied_with_locks_changes_and_plan(self, variant, by, solve, as_actor):
        lock(variant, by, "hunan", "nyingchi", must_be=True)
        change_variant(
            variant=variant, changes=[Forbid(donor="fujian", recipient="nyingchi")], **by
        )
        with as_actor(by["actor"]):
            variant = Variant.objects.get(pk=variant.pk)
        variant = solve(variant)
        copy = copy_variant(variant=variant, name="Copy", **by)
        with as_actor(by["actor"]):
            copy = Variant.objects.get(pk=copy.pk)
            assert [(k.donor, k.must_be) for k in list_locks(copy)] == [("hunan", True)]
            assert pairs_of(copy) == pairs_of(variant)
            assert not is_stale(copy)
            assert effective_scenario(copy) == effective_scenario(variant)

    def test_is_not_copied_under_the_same_name(self, variant, by):
        with pytest.raises(NameTaken):
            copy_variant(variant=variant, name=variant.name, **by)


class TestLock:
    def test_out_of_the_plan_survives_every_recomputation(self, variant, by, solve):
        free = pairs_of(solve(variant))
        shut = next(iter(sorted(free)))
        lock(variant, by, *shut, must_be=False)
        for _ in range(2):
            assert shut not in pairs_of(solve(variant))

    def test_into_the_plan_survives_every_recomputation(self, variant, by, solve):
        free = pairs_of(solve(variant))
        every = {(d, r) for d in ("fujian", "hunan") for r in ("nyingchi", "huanggang")}
        held = min(every - free)
        lock(variant, by, *held, must_be=True)
        for _ in range(2):
            assert held in pairs_of(solve(variant))

    def test_makes_the_plan_stale_until_it_is_removed(self, variant, by, solve, as_actor):
        solve(variant)
        held = lock(variant, by, "fujian", "nyingchi", must_be=True)
        with as_actor(by["actor"]):
            assert is_stale(Variant.objects.get())
        remove_lock(lock=held, **by)
        with as_actor(by["actor"]):
            assert not is_stale(Variant.objects.get())
            assert not Lock.objects.exists()

    def test_is_replaced_when_it_is_set_again(self, variant, by, as_actor):
        lock(variant, by, "fujian", "nyingchi", must_be=True)
        lock(variant, by, "fujian", "nyingchi", must_be=False)
        with as_actor(by["actor"]):
            assert [k.must_be for k in list_locks(variant)] == [False]

    def test_needs_a_reason(self, variant, by):
        with pytest.raises(LockWithoutReason):
            lock(variant, by, "fujian", "nyingchi", must_be=True, reason=" ")

    def test_needs_parties_of_the_scenario(self, variant, by, as_actor):
        with pytest.raises(InvalidInput) as refused:
            lock(variant, by, "narnia", "nyingchi", must_be=True)
        assert [fault.code for fault in refused.value.faults] == ["change.unknown_donor"]
        with as_actor(by["actor"]):
            assert not Lock.objects.exists()

    def test_does_not_contradict_a_change(self, variant, by):
        change_variant(
            variant=variant, changes=[Forbid(donor="fujian", recipient="nyingchi")], **by
        )
        with pytest.raises(InvalidInput) as refused:
            lock(variant, by, "fujian", "nyingchi", must_be=True)
        assert [fault.code for fault in refused.value.faults] == ["change.contradiction"]

    def test_is_set_and_removed_by_the_coordinator_alone(self, variant, by, hunan, now):
        with pytest.raises(NotAllowed):
            lock(variant, {"actor": hunan, "now": now}, "fujian", "nyingchi", must_be=True)
        held = lock(variant, by, "fujian", "nyingchi", must_be=True)
        with pytest.raises(NotAllowed):
            remove_lock(lock=held, actor=hunan, now=now)

    def test_stands_once_for_a_pair_in_the_database_too(self, variant, by, as_actor):
        lock(variant, by, "fujian", "nyingchi", must_be=True)
        twin = Lock(
            tenant_id=variant.tenant_id,
            variant_id=variant.pk,
            donor="fujian",
            recipient="nyingchi",
            must_be=False,
        )
        with as_actor(by["actor"]), pytest.raises(IntegrityError), transaction.atomic():
            twin.save()


class TestChanges:
    def test_are_kept_and_make_the_plan_stale(self, variant, by, solve, as_actor):
        solve(variant)
        changes = [
            Require(donor="fujian", recipient="nyingchi"),
            Set(path=("needs", "huanggang", "staff"), value="4"),
        ]
        change_variant(variant=variant, changes=changes, **by)
        with as_actor(by["actor"]):
            kept = Variant.objects.get()
            assert is_stale(kept)
            amounts = {need.party: need.amount for need in effective_scenario(kept).needs}
            assert amounts == {"nyingchi": 8, "huanggang": 4}

    def test_that_make_no_sense_are_all_listed(self, variant, by):
        changes = [Forbid(donor="x", recipient="y"), Set(path=("needs",), value="1")]
        with pytest.raises(InvalidInput) as refused:
            change_variant(variant=variant, changes=changes, **by)
        assert len(refused.value.faults) == 3

    def test_are_made_by_the_coordinator_alone(self, variant, hunan, now):
        with pytest.raises(NotAllowed):
            change_variant(variant=variant, changes=[], actor=hunan, now=now)


class TestStoredPlan:
    def test_is_read_again_as_it_was(self, variant, by, as_actor):
        with as_actor(by["actor"]):
            plan = solve_pairing(effective_scenario(variant))
        store_plan(variant=variant, plan=plan, run_id=uuid4(), **by)
        with as_actor(by["actor"]):
            stored = Variant.objects.get()
            assert plan_sha256(load_plan(stored)) == plan_sha256(plan) == stored.plan_sha256
            assert stored.plan_status == "optimal"
            assert [level["name"] for level in stored.plan_check["levels"]] == [
                "coverage",
                "continuity",
                "partners",
            ]

    def test_is_checked_before_any_lock_is_taken_and_once(self, variant, by, as_actor, monkeypatch):
        with as_actor(by["actor"]):
            plan = solve_pairing(effective_scenario(variant))
        asked = []

        def check(scenario, plan):
            asked.append(find_actor())
            return check_plan(scenario, plan)

        monkeypatch.setattr(plans, "_reports", OrderedDict())
        monkeypatch.setattr(plans, "check_plan", check)
        for _ in range(2):
            store_plan(variant=variant, plan=plan, **by)
        # Outside the operation nobody acts, and no transaction of its own is open.
        assert asked == [None]

    def test_is_refused_when_a_lock_moved_meanwhile(self, variant, by, as_actor):
        with as_actor(by["actor"]):
            plan = solve_pairing(effective_scenario(variant))
        lock(variant, by, "fujian", "nyingchi", must_be=True)
        with pytest.raises(PlanOfAnotherScenario) as refused:
            store_plan(variant=variant, plan=plan, **by)
        # People know it by the name that they gave, not by the id of what was built.
        assert refused.value.facts == {"variant": variant.name}

    def test_is_refused_when_it_names_no_scenario(self, variant, by, as_actor):
        with as_actor(by["actor"]):
            plan = solve_pairing(effective_scenario(variant))
        with pytest.raises(PlanOfAnotherScenario):
            store_plan(variant=variant, plan=replace(plan, scenario_sha256=""), **by)

    def test_is_refused_when_the_checker_finds_something(self, variant, by, as_actor):
        with as_actor(by["actor"]):
            plan = solve_pairing(effective_scenario(variant))
        flows = tuple(replace(flow, amount=flow.amount + 100) for flow in plan.flows)
        with pytest.raises(PlanBreaksRules) as refused:
            store_plan(variant=variant, plan=replace(plan, flows=flows), **by)
        assert "check.over_need" in {f.code for f in refused.value.facts["findings"]}
        with as_actor(by["actor"]):
            assert Variant.objects.get().plan is None

    def test_is_stored_by_the_coordinator_alone(self, variant, by, hunan, as_actor):
        with as_actor(by["actor"]):
            plan = solve_pairing(effective_scenario(variant))
        with pytest.raises(NotAllowed):
            store_plan(variant=variant, plan=plan, actor=hunan, now=by["now"])


class TestManualPlan:
    PAIRS = (
        Pair(donor="hunan", recipient="nyingchi"),
        Pair(donor="fujian", recipient="huanggang"),
    )

    def test_has_its_flows_completed_and_says_so(self, variant, by):
        stored = store_manual_plan(variant=variant, pairs=self.PAIRS, **by)
        assert stored.plan["completed"] is True
        assert {f["recipient"]: f["amount"] for f in stored.plan["flows"]} == {
            "nyingchi": 8,
            "huanggang": 6,
        }
        assert all(pair["lead"] for pair in stored.plan["pairs"])

    def test_keeps_the_locks(self, variant, by):
        lock(variant, by, "hunan", "nyingchi", must_be=False)
        with pytest.raises(PlanBreaksRules) as refused:
            store_manual_plan(variant=variant, pairs=self.PAIRS, **by)
        assert refused.value.facts["count"] == 1

    def test_leaves_nobody_out(self, variant, by):
        with pytest.raises((PlanBreaksRules, Infeasible)):
            store_manual_plan(variant=variant, pairs=self.PAIRS[:1], **by)

    def test_is_stored_by_the_coordinator_alone(self, variant, hunan, now):
        with pytest.raises(NotAllowed):
            store_manual_plan(variant=variant, pairs=self.PAIRS, actor=hunan, now=now)
