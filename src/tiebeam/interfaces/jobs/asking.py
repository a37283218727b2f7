"""Operations that begin background work; the page or program then watches its run."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.operations.outlook import AS_ENTERED, Aim
from tiebeam.apps.emergencies.operations.planning import compose_question
from tiebeam.apps.emergencies.operations.reasons import Supposition, name_parts, suppose
from tiebeam.apps.emergencies.operations.rights import STEERING, demand_open, demand_steering
from tiebeam.apps.ledger.import_models import ImportProposal
from tiebeam.apps.ledger.operations.parts import CHECKERS, demand_another
from tiebeam.apps.ledger.operations.proposals import NotProposed
from tiebeam.apps.pairings.models import Variant
from tiebeam.apps.pairings.operations.rights import MAKERS, demand_own_programme
from tiebeam.apps.pairings.queries.variants import effective_scenario, list_change_documents
from tiebeam.core.pairing.changes import Change, apply_changes
from tiebeam.errors import Fault, InvalidInput, Refused
from tiebeam.interfaces.jobs.dispatching import KEYS, PLAN_ORDERS, SUPPOSE, aim_of
from tiebeam.interfaces.jobs.ledger_importing import POST_IMPORT
from tiebeam.interfaces.jobs.performing import start_run
from tiebeam.interfaces.jobs.solving import EXPLAIN, SOLVE, WHAT_IF, NoPlanYet
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.operations import ENDED
from tiebeam.platform.tasks.queries import find_latest_run
from tiebeam.platform.tenancy.acting import Actor

TIME_LIMIT_S = 60.0
TIME_LIMIT_MOST_S = 24 * 3600.0


class AlreadySolving(Refused):
    """A search for this variant is under way; it can be stopped."""

    code = "desk.already_solving"


@operation("pairings.solve_variant", roles=MAKERS)
def solve_variant(
    *, variant: Variant, actor: Actor, now: datetime, time_limit_s: float = TIME_LIMIT_S
) -> Run:
    """
    Search the best plan of a variant in the background; locks and changes are its rules.

    Raises:
        AlreadySolving: A search for it is under way.
        InvalidInput: The time limit makes no sense, or a change contradicts a lock.
    """
    demand_own_programme(actor, "pairings.solve_variant", variant.scenario.round.programme)
    latest = find_latest_run(variant.pk, SOLVE)
    if latest is not None and latest.state not in ENDED:
        raise AlreadySolving(name=variant.name)
    effective_scenario(variant)
    return _start(SOLVE, variant, {}, time_limit_s, actor, now)


@operation("pairings.explain_pair", roles=MAKERS)
def explain_pair(
    *,
    variant: Variant,
    donor: str,
    recipient: str,
    actor: Actor,
    now: datetime,
    time_limit_s: float = TIME_LIMIT_S,
) -> Run:
    """
    Find in the background the exact answer why a pair is in the plan of a variant, or is not.

    Raises:
        NoPlanYet: The variant has no plan.
        InvalidInput: There is no such donor or recipient, or the time limit makes no sense.
    """
    demand_own_programme(actor, "pairings.explain_pair", variant.scenario.round.programme)
    if variant.plan is None:
        raise NoPlanYet(name=variant.name)
    scenario = effective_scenario(variant)
    known = {
        "donor": (donor, [party.id for party in scenario.donors]),
        "recipient": (recipient, [party.id for party in scenario.recipients]),
    }
    faults = [
        Fault(code=f"desk.unknown_{side}", column=side, value=word, facts={"known": ids})
        for side, (word, ids) in known.items()
        if word not in ids
    ]
    if faults:
        raise InvalidInput(faults)
    pair = {"donor": donor, "recipient": recipient}
    return _start(EXPLAIN, variant, pair, time_limit_s, actor, now)


@operation("pairings.ask_what_if", roles=MAKERS)
def ask_what_if(
    *,
    variant: Variant,
    changes: Sequence[Change],
    actor: Actor,
    now: datetime,
    time_limit_s: float = TIME_LIMIT_S,
) -> Run:
    """
    Find in the background what changes would do to the plan of a variant, which stays as it is.

    Raises:
        NoPlanYet: The variant has no plan.
        InvalidInput: A change makes no sense; every fault is listed.
    """
    demand_own_programme(actor, "pairings.ask_what_if", variant.scenario.round.programme)
    if variant.plan is None:
        raise NoPlanYet(name=variant.name)
    apply_changes(effective_scenario(variant), changes)
    asked = {"changes": list_change_documents(changes)}
    return _start(WHAT_IF, variant, asked, time_limit_s, actor, now)


class AlreadyPlanning(Refused):
    """Orders of the incident are being planned already; that can be stopped."""

    code = "emergencies.already_planning"


@operation("emergencies.plan_orders", roles=STEERING)
def plan_orders(*, incident: Incident, aim: Aim = AS_ENTERED, actor: Actor, now: datetime) -> Run:
    """
    Plan in the background who should go where next; the orders are then decided one by one.

    Raises:
        NotOwner: Another organisation coordinates the incident.
        StoodDown: It was stood down.
        AlreadyPlanning: A plan is being made.
    """
    demand_steering(actor, "emergencies.plan_orders", incident)
    demand_open(incident)
    latest = find_latest_run(incident.pk, PLAN_ORDERS)
    if latest is not None and latest.state not in ENDED:
        raise AlreadyPlanning
    return start_run(
        kind=PLAN_ORDERS, arguments={"aim": asdict(aim)}, scope_id=incident.scope_id, record_id=incident.pk,
        actor=actor, now=now,
    )  # fmt: skip


@operation("emergencies.suppose_orders", roles=STEERING)
def suppose_orders(
    *, incident: Incident, supposition: Supposition, actor: Actor, now: datetime
) -> Run:
    """
    Find in the background what the next orders would be if something were decided otherwise.

    All else is as in the last plan. Nothing is proposed by it, and what is proposed stays.

    Raises:
        NotOwner: Another organisation coordinates the incident.
        InvalidInput: Nothing is supposed, or it names what the planner is not asked about.
    """
    demand_steering(actor, "emergencies.suppose_orders", incident)
    aim = aim_of(find_latest_run(incident.pk, PLAN_ORDERS))
    question = compose_question(incident, now, aim)
    suppose(question, supposition)
    about = name_parts(question, supposition)
    named = {key: str(value) for key in KEYS if (value := getattr(supposition, key))}
    return start_run(
        kind=SUPPOSE,
        arguments={**named, "more": supposition.more, "about": about, "aim": asdict(aim)},
        scope_id=incident.scope_id, record_id=incident.pk, actor=actor, now=now,
    )  # fmt: skip


class AlreadyPosting(Refused):
    """The import is being posted already."""

    code = "imports.already_posting"


@operation("ledger.post_import", roles=CHECKERS)
def post_import(*, proposal: ImportProposal, actor: Actor, now: datetime) -> Run:
    """
    Post an import that another person proposed, part by part in the background; one that was cut off goes on.

    Raises:
        NotOwner: It is another organisation's.
        OwnProposal: The actor made it, or stands in for who did.
        NotProposed: It was posted, sent back or withdrawn.
        AlreadyPosting: It is under way.
    """
    kept: ImportProposal = ImportProposal.objects.lock(proposal.pk)
    require(actor, "ledger.post_import", kept.programme_id)
    demand_another(actor, kept.maker_id, kept.maker_for_id)
    if kept.state != "proposed":
        raise NotProposed(state=kept.state)
    latest = find_latest_run(kept.pk, POST_IMPORT)
    if latest is not None and latest.state not in ENDED:
        raise AlreadyPosting
    return start_run(
        kind=POST_IMPORT, arguments={}, scope_id=kept.scope_id, record_id=kept.pk,
        actor=actor, now=now,
    )  # fmt: skip


def _start(
    kind: str,
    variant: Variant,
    arguments: Mapping[str, Any],
    time_limit_s: float,
    actor: Actor,
    now: datetime,
) -> Run:
    if not 0 < time_limit_s <= TIME_LIMIT_MOST_S:
        facts: dict[str, object] = {"most": TIME_LIMIT_MOST_S}
        fault = Fault(code="desk.time_limit", value=f"{time_limit_s:g}", facts=facts)
        raise InvalidInput([fault])
    return start_run(
        kind=kind,
        arguments={**arguments, "time_limit_s": time_limit_s},
        scope_id=variant.scope_id,
        record_id=variant.pk,
        actor=actor,
        now=now,
    )
