"""Sign lists by two people, issue them, and adopt a plan by the same way."""

from datetime import date, datetime

from django.utils import timezone

from tiebeam.apps.pairings.models import PairList, Variant
from tiebeam.apps.pairings.operations.force import put_in_force
from tiebeam.apps.pairings.operations.force_days import (
    demand_force_within_round,
    demand_issue_makes_sense,
    demand_reason_for_past,
)
from tiebeam.apps.pairings.operations.hearing import (
    BothSidesHeard,
    NotSentForOpinion,
    demand_answered,
    demand_heard,
)
from tiebeam.apps.pairings.operations.lists import (
    ListNotOpen,
    NoPlan,
    draft_list,
    lock_list,
)
from tiebeam.apps.pairings.operations.plans import check_beforehand, demand_sound_plan
from tiebeam.apps.pairings.operations.rights import MAKERS, lock_own_programme
from tiebeam.apps.pairings.queries.variants import effective_scenario, load_plan
from tiebeam.apps.programmes.models import LegalDocument
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import save_change, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor

AWAITING_FIRST = frozenset({"draft", "consulted"})


class SameHand(Refused):
    """Both signatures would come from one person, or from somebody who stands in for the other."""

    code = "pairings.same_hand"


class NotSignedByBoth(Refused):
    """A list is issued after two people signed it."""

    code = "pairings.not_signed_by_both"


class AlreadyAdopted(Refused):
    """The list in force was drafted from this very plan."""

    code = "pairings.already_adopted"


class DocumentOfAnotherProgramme(Refused):
    """The document cited belongs to another programme."""

    code = "pairings.document_of_another_programme"


@operation("pairings.sign_list", roles=MAKERS)
def sign_list(
    *, pair_list: PairList, actor: Actor, now: datetime, without_opinions_because: str = ""
) -> PairList:
    """
    Sign a version: the first signature, or the second by another person.

    Both sides are heard before the first: all who are asked have replied, or the due
    day has passed, and each reply has its answer.

    Args:
        without_opinions_because: Why both sides are not heard, in an emergency. It is
            kept on the list, and lies before the second person.

    Raises:
        ListNotOpen: It was signed by two, issued or withdrawn already.
        OpinionUnanswered: An opinion of this round waits for its answer.
        NotSentForOpinion: The draft was never sent out.
        OpinionsOutstanding: Somebody has not replied, and the due day has not passed.
        BothSidesHeard: A reason is given for nothing, or another than the first person gave.
        SameHand: The first signature is this person's own, or that of whom it stands in for.
    """
    action = "pairings.sign_list"
    pair_list = lock_list(pair_list, actor, action)
    if pair_list.state not in AWAITING_FIRST | {"signed_by_one"}:
        raise ListNotOpen(version=pair_list.version, state=pair_list.state)
    demand_answered(pair_list)
    because = without_opinions_because.strip()
    before = state_of(pair_list)
    if pair_list.state == "signed_by_one":
        first = {pair_list.first_signed_by_id, pair_list.first_signed_for_id} - {None}
        if first & {actor.person_id, actor.deputy_of}:
            raise SameHand(version=pair_list.version)
        if because not in {"", pair_list.without_opinions_because}:
            raise BothSidesHeard(version=pair_list.version)
        pair_list.state = "signed_by_both"
        pair_list.second_signed_by_id = actor.person_id
        pair_list.second_signed_for_id = actor.deputy_of
        pair_list.second_signed_at = now
    else:
        demand_heard(pair_list, because, timezone.localdate(now))
        pair_list.state = "signed_by_one"
        pair_list.without_opinions_because = because
        pair_list.first_signed_by_id = actor.person_id
        pair_list.first_signed_for_id = actor.deputy_of
        pair_list.first_signed_at = now
    return save_change(
        pair_list, before, action, actor, now, reason=pair_list.without_opinions_because
    )


@operation("pairings.issue_list", roles=MAKERS)
def issue_list(
    *,
    pair_list: PairList,
    in_force_from: date,
    actor: Actor,
    now: datetime,
    document: LegalDocument | None = None,
    issued_on: date | None = None,
    reason: str = "",
) -> PairList:
    """
    Put a version in force: it supersedes the one before, and its pairings open, go on or end.

    Args:
        document: What it was issued by; None where that is not known.
        issued_on: None for today.
        reason: Why it is in force from, or issued on, a day that lies long back.

    Raises:
        NotSignedByBoth: A signature is missing.
        DocumentOfAnotherProgramme: The document belongs to another programme.
        ForceBeforeRound, ForceAfterRound: The day of force lies outside the round.
        IssuedInTheFuture, IssuedTooEarly: The day of issue makes no sense.
        LongPast: A day lies more than a month back, and no reason is given.
        ForceBeforeStanding: The version in force begins later.
    """
    action = "pairings.issue_list"
    pair_list = lock_list(pair_list, actor, action)
    if pair_list.state != "signed_by_both":
        raise NotSignedByBoth(version=pair_list.version, state=pair_list.state)
    if document is not None:
        demand_own_document(document, pair_list)
    today = timezone.localdate(now)
    issued_on = issued_on or today
    demand_force_within_round(in_force_from, pair_list.round)
    demand_issue_makes_sense(issued_on, pair_list.round, today)
    demand_reason_for_past([in_force_from, issued_on], reason, today)
    before = state_of(pair_list)
    pair_list.in_force_from = in_force_from
    put_in_force(pair_list, actor=actor, now=now, action=action)
    pair_list.state = "issued"
    pair_list.document = document
    pair_list.issued_on = issued_on
    return save_change(pair_list, before, action, actor, now, reason=reason)


@check_beforehand("pairings.adopt_plan")
@operation("pairings.adopt_plan", roles=MAKERS)
def adopt_plan(
    *,
    variant: Variant,
    in_force_from: date,
    actor: Actor,
    now: datetime,
    document: LegalDocument | None = None,
    without_opinions_because: str = "",
    reason: str = "",
) -> PairList:
    """
    Adopt the plan of *variant*, by two people: the first call drafts and signs, the second signs and issues.

    The plan is checked again at each. A list drafted from this very plan before is
    taken, with the opinions given on it; where none was, both sides were not heard.

    Args:
        document: What the list is issued by; None where that is not known.
        without_opinions_because: As for signing; the second person need not repeat it.
        reason: As for issuing.

    Raises:
        NoPlan: The variant has no plan with pairs.
        AlreadyAdopted: The list in force was drafted from it.
        PlanOfAnotherScenario: Locks or changes moved since the plan was made.
        PlanBreaksRules: The checker finds something.
        NotSentForOpinion: No list was drafted from it and sent out.
        OpinionUnanswered, OpinionsOutstanding, BothSidesHeard, SameHand: As for signing.
        DocumentOfAnotherProgramme, ForceBeforeRound, ForceAfterRound, LongPast,
            ForceBeforeStanding: As for issuing.
    """
    round_ = variant.scenario.round
    lock_own_programme(actor, "pairings.adopt_plan", round_.programme)
    plan = load_plan(variant)
    if plan is None or not plan.pairs:
        raise NoPlan(name=variant.name)
    demand_sound_plan(effective_scenario(variant), plan, variant.name)
    in_force = PairList.objects.filter(
        variant=variant, plan_sha256=variant.plan_sha256, state="issued"
    ).first()
    if in_force is not None:
        raise AlreadyAdopted(version=in_force.version)
    # The first person meets the day as the second will.
    demand_force_within_round(in_force_from, round_)
    demand_reason_for_past([in_force_from], reason, timezone.localdate(now))
    pair_list = find_list_to_adopt(variant)
    if pair_list is None:
        if not without_opinions_because.strip():
            raise NotSentForOpinion
        pair_list = draft_list(round=round_, variant=variant, actor=actor, now=now)
    if pair_list.state != "signed_by_both":
        pair_list = sign_list(
            pair_list=pair_list,
            without_opinions_because=without_opinions_because,
            actor=actor,
            now=now,
        )
    if pair_list.state != "signed_by_both":
        return pair_list
    return issue_list(
        pair_list=pair_list,
        in_force_from=in_force_from,
        document=document,
        reason=reason,
        actor=actor,
        now=now,
    )


def find_list_to_adopt(variant: Variant) -> PairList | None:
    """Return the newest open list that was drafted from the plan of *variant* as it is now."""
    open_ones = PairList.objects.filter(
        variant=variant,
        plan_sha256=variant.plan_sha256,
        state__in=[*AWAITING_FIRST, "signed_by_one", "signed_by_both"],
    )
    found: PairList | None = open_ones.order_by("-version").first()
    return found


def demand_own_document(document: LegalDocument, pair_list: PairList) -> None:
    """
    Refuse a document that belongs to another programme than *pair_list*.

    Raises:
        DocumentOfAnotherProgramme: It does.
    """
    if document.programme_id != pair_list.round.programme_id:
        raise DocumentOfAnotherProgramme(title=document.title_zh or document.title_en)
