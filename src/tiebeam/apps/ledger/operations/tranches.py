"""Plan when the parts of a commitment are paid, and change the plan for a reason."""

from datetime import date, datetime

from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.ledger.operations.owners import (
    DONORS,
    demand_owner,
    demand_sound,
    list_amount_faults,
)
from tiebeam.apps.ledger.queries.schedule import CommitmentSchedule, ScheduleLine, list_schedules
from tiebeam.apps.ledger.schedule_models import Tranche
from tiebeam.apps.pairings.operations.sides import let_maker_read
from tiebeam.apps.regions.operations.checks import refuse_without_reason
from tiebeam.errors import Fault, Refused
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold


class NoCommitment(Refused):
    """Tranches are parts of a commitment in money that stands."""

    code = "claims.no_commitment"


class CommitmentExceeded(Refused):
    """The tranches of a commitment come to no more than it; facts: ``asked``, ``left`` in fen."""

    code = "claims.commitment_exceeded"


class TrancheMet(Refused):
    """What is paid in full is past planning."""

    code = "claims.tranche_met"


class TrancheDropped(Refused):
    """It was dropped before."""

    code = "claims.tranche_dropped"


@operation("ledger.plan_tranche", roles=DONORS)
def plan_tranche(
    *,
    commitment: Batch,
    amount: int,
    due_on: date,
    actor: Actor,
    now: datetime,
    purpose: str = "",
) -> Tranche:
    """
    Plan a part of a commitment.

    Args:
        amount: Fen.
        due_on: By when it is to be paid.
        purpose: That of the commitment, where it is left out.

    Raises:
        NotASide: The organisation is not the donor.
        NoCommitment: It is no commitment in money that stands.
        CommitmentExceeded: The tranches would come to more than is left of it.
        InvalidInput: The amount is none, or the day lies before the commitment.
    """
    hold(commitment.pairing_id)
    kept = _find_schedule(commitment, "ledger.plan_tranche", actor)
    tranche = Tranche(
        tenant_id=actor.organisation_id,
        scope_id=commitment.scope_id,
        pairing=commitment.pairing,
        programme_id=commitment.programme_id,
        commitment=commitment,
        amount=amount,
        due_on=due_on,
        purpose=purpose.strip() or commitment.purpose,
        planned_at=now,
    )
    demand_sound(list_tranche_faults(tranche))
    refuse_excess(kept, amount)
    tranche.save(force_insert=True)
    let_maker_read(actor, commitment.pairing, now)
    record_creation(actor=actor, now=now, action="ledger.plan_tranche", record=tranche)
    return tranche


@operation("ledger.change_tranche", roles=DONORS)
def change_tranche(
    *,
    tranche: Tranche,
    amount: int,
    due_on: date,
    purpose: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Tranche:
    """
    Change how much a tranche is, when it is due, or what it is for.

    Raises:
        TrancheMet, TrancheDropped: It is past planning.
        CommitmentExceeded: The tranches would come to more than is left of the commitment.
        ReasonMissing: No reason is given.
        InvalidInput: The amount is none, or the day lies before the commitment.
    """
    kept, schedule = _lock(tranche, "ledger.change_tranche", actor, reason)
    before = state_of(kept)
    refuse_excess(schedule, amount - kept.amount)
    kept.amount, kept.due_on, kept.purpose = amount, due_on, purpose.strip()
    demand_sound(list_tranche_faults(kept))
    return save_change(kept, before, "ledger.change_tranche", actor, now, reason)


@operation("ledger.drop_tranche", roles=DONORS)
def drop_tranche(*, tranche: Tranche, reason: str, actor: Actor, now: datetime) -> Tranche:
    """
    Drop a tranche: it stays on record, and counts for nothing.

    Raises:
        TrancheMet, TrancheDropped: It is past planning.
        ReasonMissing: No reason is given.
    """
    kept, _ = _lock(tranche, "ledger.drop_tranche", actor, reason)
    before = state_of(kept)
    kept.is_dropped = True
    return save_change(kept, before, "ledger.drop_tranche", actor, now, reason)


def list_tranche_faults(tranche: Tranche) -> list[Fault]:
    """Return what is wrong in a tranche by itself."""
    faults = list_amount_faults(tranche.amount)
    committed_on = tranche.commitment.valid_on
    if tranche.due_on < committed_on:
        facts: dict[str, object] = {"committed_on": committed_on}
        faults.append(
            Fault(
                code="claims.due_before_commitment",
                column="due_on",
                value=str(tranche.due_on),
                facts=facts,
            )
        )
    most = Tranche._meta.get_field("purpose").max_length
    if len(tranche.purpose) > (most or 0):
        faults.append(
            Fault(
                code="regions.text_too_long",
                column="purpose",
                value=tranche.purpose[:80],
                facts={"most": most, "length": len(tranche.purpose)},
            )
        )
    return faults


def refuse_excess(schedule: CommitmentSchedule, more: int) -> None:
    """
    Raise where *more* fen do not fit beside the tranches that stand; less always fits.

    Raises:
        CommitmentExceeded: They do not.
    """
    if more > 0 and more > schedule.unplanned:
        raise CommitmentExceeded(asked=more, left=max(0, schedule.unplanned))


def refuse_met(line: ScheduleLine | None) -> None:
    """
    Raise where a tranche is past planning; *line* is where it stands, None where nowhere.

    Raises:
        TrancheMet, TrancheDropped: As their names say.
    """
    if line is None:
        raise TrancheDropped
    if not line.unpaid:
        raise TrancheMet(due_on=line.tranche.due_on)


def _find_schedule(commitment: Batch, action: str, actor: Actor) -> CommitmentSchedule:
    demand_owner(actor, action, commitment.pairing, commitment.pairing.donor_id)
    found = list_schedules(commitment_ids=[commitment.pk])
    if not found:
        raise NoCommitment
    return found[0]


def _lock(
    tranche: Tranche, action: str, actor: Actor, reason: str
) -> tuple[Tranche, CommitmentSchedule]:
    refuse_without_reason(reason)
    hold(tranche.pairing_id)
    kept: Tranche = Tranche.objects.lock(tranche.pk)
    schedule = _find_schedule(kept.commitment, action, actor)
    refuse_met(next((line for line in schedule.lines if line.tranche.pk == kept.pk), None))
    return kept, schedule
