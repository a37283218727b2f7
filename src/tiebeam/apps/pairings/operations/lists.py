"""Make versions of a list: draft them, send them for opinion, take them up again, withdraw them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.db.models import Max
from django.utils import timezone

from tiebeam.apps.pairings.models import PairList, Variant
from tiebeam.apps.pairings.operations.force import end_force
from tiebeam.apps.pairings.operations.lines import (
    Line,
    demand_sound_lines,
    lines_of_list,
    lines_of_plan,
    write_lines,
)
from tiebeam.apps.pairings.operations.plans import check_beforehand, demand_sound_plan
from tiebeam.apps.pairings.operations.readers import BOTH_SIDES, let_read, list_participants
from tiebeam.apps.pairings.operations.rights import MAKERS, lock_own_programme
from tiebeam.apps.pairings.queries.lists import known_resources
from tiebeam.apps.pairings.queries.variants import effective_scenario, load_plan
from tiebeam.apps.programmes.models import Round
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import record_change, record_creation, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold


class NoPlan(Refused):
    """The variant has no plan with pairs yet."""

    code = "pairings.no_plan"


class VariantOfAnotherRound(Refused):
    """The variant was made for another round."""

    code = "pairings.variant_of_another_round"


class ListNotOpen(Refused):
    """The list is past the state in which this can be done; facts: ``version``, ``state``."""

    code = "pairings.list_not_open"


class DueInThePast(Refused):
    """Opinions cannot be due on a day that has passed."""

    code = "pairings.due_in_the_past"


class NeverInForce(Refused):
    """Only a version that was in force can be taken up again."""

    code = "pairings.never_in_force"


class ReasonMissing(Refused):
    """What was made is withdrawn for a reason."""

    code = "pairings.reason_missing"


@check_beforehand("pairings.draft_list")
@operation("pairings.draft_list", roles=MAKERS)
def draft_list(
    *, round: Round, variant: Variant, actor: Actor, now: datetime, note: str = ""
) -> PairList:
    """
    Draft the next version of the list of *round* from the plan of *variant*.

    Raises:
        NoPlan: The variant has no plan with pairs.
        PlanOfAnotherScenario: Locks or changes moved since the plan was made.
        PlanBreaksRules: The checker finds something.
        VariantOfAnotherRound: It was made for another round.
    """
    action = "pairings.draft_list"
    lock_own_programme(actor, action, round.programme)
    if variant.scenario.round_id != round.pk:
        raise VariantOfAnotherRound(name=variant.name)
    plan = load_plan(variant)
    if plan is None or not plan.pairs:
        raise NoPlan(name=variant.name)
    demand_sound_plan(effective_scenario(variant), plan, variant.name)
    lines = lines_of_plan(plan, variant.scenario.organisations)
    given = {"variant": variant, "plan_sha256": variant.plan_sha256, "note": note}
    return new_version(round, lines, actor=actor, now=now, action=action, **given)


@operation("pairings.draft_list_by_hand", roles=MAKERS)
def draft_list_by_hand(
    *, round: Round, lines: Sequence[Line], actor: Actor, now: datetime, note: str = ""
) -> PairList:
    """
    Draft the next version of the list of *round* from lines that people chose.

    Raises:
        InvalidInput: Every line that does not make sense.
    """
    action = "pairings.draft_list_by_hand"
    lock_own_programme(actor, action, round.programme)
    demand_sound_lines(lines, known_resources(round))
    return new_version(round, lines, actor=actor, now=now, action=action, note=note)


@operation("pairings.send_for_opinion", roles=MAKERS)
def send_for_opinion(*, pair_list: PairList, due_on: date, actor: Actor, now: datetime) -> PairList:
    """
    Show a draft to both sides, who may reply until *due_on*; sent again, it has a new due date.

    Raises:
        ListNotOpen: It was signed, issued or withdrawn.
        DueInThePast: *due_on* has passed.
    """
    action = "pairings.send_for_opinion"
    pair_list = lock_list(pair_list, actor, action)
    if pair_list.state not in {"draft", "consulted"}:
        raise ListNotOpen(version=pair_list.version, state=pair_list.state)
    if due_on < timezone.localdate(now):
        raise DueInThePast(due_on=due_on)
    before = state_of(pair_list)
    pair_list.state, pair_list.opinions_due_on = "consulted", due_on
    pair_list.save(update_fields=["state", "opinions_due_on"])
    asked = list_asked(pair_list, now)
    let_read(
        actor=actor, scope_id=pair_list.scope_id, organisation_ids=asked, role="opinion", now=now
    )
    record_change(
        actor=actor, now=now, action=action, record=pair_list, before=before, parties=asked
    )
    return pair_list


@operation("pairings.reinstate_list", roles=MAKERS)
def reinstate_list(*, pair_list: PairList, actor: Actor, now: datetime, note: str = "") -> PairList:
    """
    Draft an earlier version again, as the next version; two people sign it like any other.

    Raises:
        NeverInForce: The version was not issued, or is in force still.
    """
    action = "pairings.reinstate_list"
    pair_list = lock_list(pair_list, actor, action)
    if pair_list.in_force_from is None or pair_list.state == "issued":
        raise NeverInForce(version=pair_list.version, state=pair_list.state)
    given = {"reinstates": pair_list, "note": note}
    lines = lines_of_list(pair_list)
    return new_version(pair_list.round, lines, actor=actor, now=now, action=action, **given)


@operation("pairings.withdraw_list", roles=MAKERS)
def withdraw_list(
    *, pair_list: PairList, reason: str, actor: Actor, now: datetime, until: date | None = None
) -> PairList:
    """
    Withdraw a version: a draft is dropped, one in force ends with all its pairings.

    Args:
        until: The first day on which a version in force no longer holds; None for today.

    Raises:
        ReasonMissing: No reason is given.
        ListNotOpen: It was superseded or withdrawn already.
    """
    action = "pairings.withdraw_list"
    pair_list = lock_list(pair_list, actor, action)
    if not reason.strip():
        raise ReasonMissing
    if pair_list.state in {"superseded", "withdrawn"}:
        raise ListNotOpen(version=pair_list.version, state=pair_list.state)
    if pair_list.state == "issued":
        day = until or timezone.localdate(now)
        end_force(pair_list, day, actor=actor, now=now, action=action, reason=reason)
    before = state_of(pair_list)
    pair_list.state = "withdrawn"
    pair_list.save(update_fields=["state"])
    record_change(
        actor=actor, now=now, action=action, record=pair_list, before=before, reason=reason
    )
    return pair_list


def new_version(
    round: Round, lines: Sequence[Line], *, actor: Actor, now: datetime, action: str, **given: Any
) -> PairList:
    """Write the next version of the list of *round*; the programme is locked by the caller."""
    last = PairList.objects.filter(round=round).aggregate(last=Max("version"))["last"]
    pair_list = PairList(
        id=uuid4(),
        tenant_id=actor.organisation_id,
        round=round,
        version=(last or 0) + 1,
        **given,
    )
    pair_list.save(force_insert=True)
    record_creation(actor=actor, now=now, action=action, record=pair_list)
    write_lines(pair_list, lines, actor=actor, now=now, action=action)
    return pair_list


def lock_list(pair_list: PairList, actor: Actor, action: str) -> PairList:
    """Return *pair_list* as it stands, for the right *action*, with its programme locked and no opinion given meanwhile."""
    lock_own_programme(actor, action, pair_list.round.programme)
    hold(pair_list.pk)
    locked: PairList = PairList.objects.lock(pair_list.pk)
    return locked


def list_asked(pair_list: PairList, now: datetime) -> list[Any]:
    """List the organisations whose opinion is asked: both sides of the programme, and who is named."""
    asked = dict.fromkeys(list_participants(pair_list.round.programme_id, BOTH_SIDES, now))
    for line in pair_list.lines.all():
        asked |= dict.fromkeys((line.donor_id, line.recipient_id))
    return list(asked)
