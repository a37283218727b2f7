"""What a planner proposes: accepted, changed or refused order by order (§E11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from tiebeam.apps.emergencies.models import Deployment, Incident, Need
from tiebeam.apps.emergencies.operations.answers import release
from tiebeam.apps.emergencies.operations.deployments import HomeElsewhere, ask_home
from tiebeam.apps.emergencies.operations.messages import Message
from tiebeam.apps.emergencies.operations.rights import STEERING, demand_open, demand_steering
from tiebeam.apps.emergencies.proposal_models import OrderProposal
from tiebeam.apps.people.models import Package
from tiebeam.apps.people.operations.faults import MOST_HEADS
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations.checks import (
    list_length_faults,
    refuse_faults,
    refuse_without_reason,
)
from tiebeam.errors import Fault, Refused, both_names
from tiebeam.platform.audit.writing import record_changes, save_change, state_of
from tiebeam.platform.permissions.operations import Given, operation, require
from tiebeam.platform.tenancy.acting import Actor


class OrderDecided(Refused):
    """The order was decided before; facts: ``state``."""

    code = "emergencies.order_decided"


class PlanTakenBefore(Refused):
    """The orders of this plan are here already; facts: ``plan``."""

    code = "emergencies.plan_taken_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenOrder(Given):
    """
    One order of a plan.

    Attributes:
        home_id: Whose people they are.
        heads: How many go.
        leaves_on, arrives_on: Its days of travel; of a return, the day on which duty ends and that at home.
        need_id: The need they go to; none of a return.
        deployment_id: The deployment that ends, of a return.
        package_id: The package that goes, where one is named.
        ends_on: The end of the tour, where it is planned.
    """

    home_id: UUID
    heads: int
    leaves_on: date
    arrives_on: date
    need_id: UUID | None = None
    deployment_id: UUID | None = None
    package_id: UUID | None = None
    ends_on: date | None = None


@operation("emergencies.propose_orders", roles=STEERING)
def propose_orders(
    *, incident: Incident, plan: str, orders: Sequence[GivenOrder], actor: Actor, now: datetime
) -> list[OrderProposal]:
    """
    Lay the orders of a plan before whoever decides; nothing is ordered by it.

    They supersede those of earlier plans on which nobody has decided.

    Args:
        plan: The name or hash of the plan; each is taken once.

    Raises:
        PlanTakenBefore: Its orders are here.
        InvalidInput: An order names what is not there, or days and numbers that make no sense.
    """
    kept = Incident.objects.get(pk=incident.pk)
    demand_steering(actor, "emergencies.propose_orders", kept)
    demand_open(kept)
    name = plan.strip()
    refuse_faults(_list_name_faults(name) + _list_faults(orders, kept))
    superseded = _supersede(kept, actor, now)
    proposals = [
        OrderProposal(
            tenant_id=actor.organisation_id,
            incident=kept,
            plan=name,
            position=position,
            kind="return" if order.deployment_id else "send",
            need_id=order.need_id,
            deployment_id=order.deployment_id,
            home_id=order.home_id,
            package_id=order.package_id,
            heads=order.heads,
            leaves_on=order.leaves_on,
            arrives_on=order.arrives_on,
            ends_on=order.ends_on,
            proposed_at=now,
        )
        for position, order in enumerate(orders, start=1)
    ]
    try:
        with transaction.atomic():
            OrderProposal.objects.bulk_create(proposals, batch_size=500)
    except IntegrityError as error:
        raise PlanTakenBefore(plan=name) from error
    record_changes(
        actor=actor,
        now=now,
        action="emergencies.propose_orders",
        changes=[*superseded, *((proposal, None) for proposal in proposals)],
    )
    return proposals


@operation("emergencies.accept_order", roles=STEERING)
def accept_order(
    *, proposal: OrderProposal, actor: Actor, now: datetime, reason: str = "", document: str = ""
) -> OrderProposal:
    """
    Take a proposed order over: its home is asked, or its team is released.

    Args:
        reason: Why a standing partner is passed, where one is.

    Raises:
        OrderDecided: It was decided before.
        PartnerFirst: A standing partner was not asked, and no reason is given.
        NeedNotOpen: The need is not verified, has expired or was withdrawn.
    """
    kept = _lock(proposal, "emergencies.accept_order", actor)
    return _carry_out(kept, "accepted", "emergencies.accept_order", reason, document, actor, now)


@operation("emergencies.change_order", roles=STEERING)
def change_order(
    *, proposal: OrderProposal, reason: str, actor: Actor, now: datetime,
    home: Organisation | None = None, heads: int | None = None, leaves_on: date | None = None,
    arrives_on: date | None = None, ends_on: date | None = None, document: str = "",
) -> OrderProposal:  # fmt: skip
    """
    Take a proposed order over in another form, with a reason.

    Raises:
        OrderDecided: It was decided before.
        ReasonMissing: No reason is given.
        InvalidInput: Days or numbers make no sense.
    """
    refuse_without_reason(reason)
    action = "emergencies.change_order"
    kept = _lock(proposal, action, actor)
    if home is not None and home.pk != kept.home_id:
        if kept.kind == "return":
            raise HomeElsewhere(name=both_names(home))
        kept.home, kept.package = home, None
    kept.heads = heads if heads is not None else kept.heads
    kept.leaves_on = leaves_on or kept.leaves_on
    kept.arrives_on = arrives_on or kept.arrives_on
    kept.ends_on = ends_on or kept.ends_on
    refuse_faults(_list_number_faults(1, kept.heads, kept.leaves_on, kept.arrives_on, kept.ends_on))
    return _carry_out(kept, "changed", action, reason, document, actor, now)


@operation("emergencies.refuse_order", roles=STEERING)
def refuse_order(
    *, proposal: OrderProposal, reason: str, actor: Actor, now: datetime
) -> OrderProposal:
    """
    Refuse a proposed order, with a reason; the next plan must not contain it.

    Raises:
        OrderDecided: It was decided before.
        ReasonMissing: No reason is given.
    """
    refuse_without_reason(reason)
    kept = _lock(proposal, "emergencies.refuse_order", actor)
    return _decide(kept, "refused", "emergencies.refuse_order", reason, actor, now)


def _supersede(
    incident: Incident, actor: Actor, now: datetime
) -> list[tuple[OrderProposal, dict[str, Any] | None]]:
    """Close the orders of *incident* on which nobody has decided; return each with its state before."""
    rows = OrderProposal.objects.owned().select_for_update()
    changes: list[tuple[OrderProposal, dict[str, Any] | None]] = []
    for row in rows.filter(incident=incident, state="proposed").order_by("pk"):
        changes.append((row, state_of(row)))
        row.state, row.decided_at = "superseded", now
        row.decided_by_id, row.decided_for_id = actor.person_id, actor.deputy_of
    columns = ["state", "decided_at", "decided_by_id", "decided_for_id"]
    OrderProposal.objects.bulk_update([row for row, _ in changes], columns, batch_size=500)
    return changes


def _lock(proposal: OrderProposal, action: str, actor: Actor) -> OrderProposal:
    require(actor, action, proposal.incident.programme_id)
    kept: OrderProposal = OrderProposal.objects.lock(proposal.pk)
    demand_steering(actor, action, kept.incident)
    demand_open(kept.incident)
    if kept.state != "proposed":
        raise OrderDecided(state=kept.state)
    return kept


def _carry_out(
    kept: OrderProposal,
    state: str,
    action: str,
    reason: str,
    document: str,
    actor: Actor,
    now: datetime,
) -> OrderProposal:
    key = uuid5(kept.pk, "order")
    if kept.kind == "return":
        message = Message(id=key, ends_on=kept.leaves_on, document=document, reason=reason)
        assert kept.deployment is not None  # the database demands it
        release(deployment=kept.deployment, message=message, actor=actor, now=now)
    else:
        message = Message(
            id=key, heads=kept.heads, starts_on=kept.arrives_on, ends_on=kept.ends_on,
            package_id=kept.package_id, document=document, reason=reason,
        )  # fmt: skip
        assert kept.need is not None  # the same
        step = ask_home(need=kept.need, home=kept.home, message=message, actor=actor, now=now)
        kept.deployment = step.deployment
    return _decide(kept, state, action, reason, actor, now)


def _decide(
    kept: OrderProposal, state: str, action: str, reason: str, actor: Actor, now: datetime
) -> OrderProposal:
    before = state_of(OrderProposal.objects.get(pk=kept.pk))
    kept.state, kept.reason = state, reason.strip()
    kept.decided_by_id, kept.decided_for_id = actor.person_id, actor.deputy_of
    kept.decided_at = now
    return save_change(kept, before, action, actor, now, reason)


def _list_name_faults(name: str) -> list[Fault]:
    if not name:
        return [Fault(code="regions.value_missing", place="orders", column="plan")]
    return list_length_faults("orders", OrderProposal(plan=name), "plan")


def _list_faults(orders: Sequence[GivenOrder], incident: Incident) -> list[Fault]:
    """Return what is wrong in the orders: numbers and days, and what they name that is not there."""
    needs = set(Need.objects.filter(incident=incident).values_list("pk", flat=True))
    rows = Deployment.objects.filter(incident=incident)
    homes_of = dict(rows.values_list("pk", "home_id"))
    packages = dict(Package.objects.values_list("pk", "tenant_id"))
    homes = set(
        Organisation.objects.filter(pk__in={order.home_id for order in orders}).values_list(
            "pk", flat=True
        )
    )
    faults = []
    for line, order in enumerate(orders, start=1):
        faults += _list_number_faults(
            line, order.heads, order.leaves_on, order.arrives_on, order.ends_on
        )
        if (order.need_id is None) == (order.deployment_id is None):
            faults.append(Fault(code="emergencies.order_of_neither", place="orders", row=line))
        for column, is_known in (
            ("need_id", order.need_id is None or order.need_id in needs),
            (
                "deployment_id",
                order.deployment_id is None or homes_of.get(order.deployment_id) == order.home_id,
            ),
            ("home_id", order.home_id in homes),
            (
                "package_id",
                order.package_id is None or packages.get(order.package_id) == order.home_id,
            ),
        ):
            if not is_known:
                value = str(getattr(order, column))
                faults.append(
                    Fault(
                        code="emergencies.not_there",
                        place="orders",
                        row=line,
                        column=column,
                        value=value,
                    )
                )
    return faults


def _list_number_faults(
    line: int, heads: int, leaves_on: date, arrives_on: date, ends_on: date | None
) -> list[Fault]:
    faults = []
    if not 1 <= heads <= MOST_HEADS:
        facts: dict[str, object] = {"low": 1, "high": MOST_HEADS}
        faults.append(
            Fault(
                code="regions.out_of_range", place="orders", row=line, column="heads",
                value=str(heads), facts=facts,
            )
        )  # fmt: skip
    for column, first, then in (
        ("arrives_on", leaves_on, arrives_on),
        ("ends_on", arrives_on, ends_on),
    ):
        if then is not None and then < first:
            faults.append(
                Fault(
                    code="emergencies.ends_before_it_starts",
                    place="orders",
                    row=line,
                    column=column,
                    value=then.isoformat(),
                )
            )
    return faults
