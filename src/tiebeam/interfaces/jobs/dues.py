"""What money falls due: tranches to be paid, payments to be confirmed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import models

from tiebeam.apps.ledger.queries.schedule import list_schedules
from tiebeam.apps.ledger.queries.waiting import list_open
from tiebeam.apps.pairings.models import Pairing
from tiebeam.platform.notices.telling import both_names
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor

REMINDED_DAYS = (7, 3, 1, 0, -1, -7)
"""Days before something is due on which it is reminded of; below zero, after it."""
WAITED_DAYS = (0, -7, -14, -28)
"""Days on which a payment is reminded of, counted to the day by which it should be confirmed."""

DONORS = (Role.DONOR_OFFICE, Role.DONOR_FINANCE)
RECIPIENTS = (Role.RECIPIENT_OFFICE, Role.RECIPIENT_FINANCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What one person at one seat has to do, or wants to know of, by a day; and when to remind of it."""

    kind: str
    variant: str
    facts: dict[str, object]
    about: models.Model
    what: str
    due_on: date
    days: tuple[int, ...] = REMINDED_DAYS


def list_tranches_due(actor: Actor, today: date) -> Iterator[Due]:
    """Yield the tranches that the actor's organisation has not paid in full."""
    if not _holds(actor, *DONORS):
        return
    days = tuple(sorted({settings.TIEBEAM_TRANCHE_DAYS, *REMINDED_DAYS}, reverse=True))
    soon = today + timedelta(days=max(days))
    schedules = list_schedules(donor_id=actor.organisation_id)
    for line in (line for schedule in schedules for line in schedule.lines):
        tranche = line.tranche
        if not line.unpaid or tranche.due_on > soon:
            continue
        if any(actor.has_role(role, tranche.programme_id) for role in DONORS):
            yield Due(
                kind="tranche_due",
                variant="late" if tranche.due_on < today else "",
                facts={
                    "amount": line.unpaid,
                    "recipient": both_names(tranche.pairing.recipient),
                },
                about=tranche,
                what="tranche",
                due_on=tranche.due_on,
                days=days,
            )


def list_receipts_due(actor: Actor) -> Iterator[Due]:
    """Yield the payments of the actor's pairs that are on their way, wholly or in part, for too long."""
    if not _holds(actor, *DONORS, *RECIPIENTS):
        return
    waited = timedelta(days=settings.TIEBEAM_RECEIPT_DAYS)
    for row in list_open(("payment",)):
        pairing = row.batch.pairing
        variant = _side_of(actor, pairing)
        if variant is not None:
            yield Due(
                kind="receipt_due",
                variant=variant,
                facts={
                    "amount": row.amount,
                    "paid_on": str(row.batch.valid_on),
                    "donor": both_names(pairing.donor),
                    "recipient": both_names(pairing.recipient),
                },
                about=row.batch,
                what="receipt",
                due_on=row.batch.valid_on + waited,
                days=WAITED_DAYS,
            )


def _side_of(actor: Actor, pairing: Pairing) -> str | None:
    """Return which sentence the actor is told: the recipient's is the plain one; None for no side."""
    programme_id = pairing.programme_id
    if actor.organisation_id == pairing.recipient_id:
        return "" if any(actor.has_role(role, programme_id) for role in RECIPIENTS) else None
    if actor.organisation_id == pairing.donor_id:
        return "donor" if any(actor.has_role(role, programme_id) for role in DONORS) else None
    return None


def _holds(actor: Actor, *roles: Role) -> bool:
    return any(actor.has_role(role) for role in roles)
