"""Agreements of many pairings at once: all that may be read, and those that wait for somebody."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar
from uuid import UUID

from django.db.models import Q

from tiebeam.apps.pairings.models import Agreement, AgreementReturn, Pairing, Signature
from tiebeam.apps.pairings.queries.agreements import AgreementStanding, put_together
from tiebeam.platform.tenancy.acting import Actor

AGREEMENT_ORDERS = ("starts_on", "title", "number")

R = TypeVar("R", Signature, AgreementReturn)

Step = Literal["review", "sign", "revise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingAgreement:
    """An agreement that waits for one's own organisation, and what it waits for."""

    standing: AgreementStanding
    step: Step


def list_all_agreements(
    *,
    words: str = "",
    kind: str = "",
    organisation_id: UUID | None = None,
    order: str = "starts_on",
    is_descending: bool = True,
    start: int = 0,
    stop: int = 50,
) -> tuple[list[AgreementStanding], int]:
    """
    Return those agreements that are asked for, with their amendments, and how many there are in all.

    Args:
        words: Each must be part of the title or the number.
        kind: One of the kinds, empty for all.
        organisation_id: Of either side, None for all.
        order: One of :data:`AGREEMENT_ORDERS`.
        is_descending: Latest or last first.
        start: Rows before the first that is returned.
        stop: Rows up to the last.
    """
    assert order in AGREEMENT_ORDERS, order
    wanted = Q(amends=None)
    for word in words.split():
        wanted &= Q(title__icontains=word) | Q(number__icontains=word)
    if kind:
        wanted &= Q(kind=kind)
    if organisation_id is not None:
        wanted &= Q(pairing__donor_id=organisation_id) | Q(pairing__recipient_id=organisation_id)
    rows = Agreement.objects.filter(wanted)
    sign = "-" if is_descending else ""
    page = rows.order_by(f"{sign}{order}", "pk")[start:stop]
    shown = list(page.select_related(*_RELATED))
    amendments = list(
        Agreement.objects.filter(amends_id__in=[row.pk for row in shown]).select_related(*_RELATED)
    )
    standings = stand_together([*shown, *amendments])
    return [standings[row.pk] for row in shown], rows.count()


def list_waiting_agreements(actor: Actor, today: date) -> list[WaitingAgreement]:
    """Return what waits for the organisation of *actor*: to review or sign, or to revise once returned."""
    own = actor.organisation_id
    is_side = Q(pairing__donor_id=own) | Q(pairing__recipient_id=own)
    laid_before = Agreement.objects.filter(
        is_side | Q(tenant_id=own), review_asked_at__isnull=False, terminated_on=None
    ).exclude(pk__in=Signature.objects.filter(tenant_id=own).values("agreement_id"))
    found = list(laid_before.select_related(*_RELATED).order_by("review_asked_at", "pk"))
    standings = stand_together(found)
    waiting: list[WaitingAgreement] = []
    for row in found:
        standing = standings[row.pk]
        step = _step_of(standing, own, today)
        if step is not None:
            waiting.append(WaitingAgreement(standing=standing, step=step))
    return waiting


def stand_together(agreements: Sequence[Agreement]) -> dict[UUID, AgreementStanding]:
    """Return where each of *agreements* stands, by id; two queries for all of them."""
    ids = [row.pk for row in agreements]
    signatures = _by_agreement(Signature.objects.filter(agreement_id__in=ids))
    returns = _by_agreement(AgreementReturn.objects.filter(agreement_id__in=ids))
    by_pairing: dict[UUID, list[Agreement]] = defaultdict(list)
    pairings: dict[UUID, Pairing] = {}
    for row in agreements:
        by_pairing[row.pairing_id].append(row)
        pairings[row.pairing_id] = row.pairing
    standings: dict[UUID, AgreementStanding] = {}
    for pairing_id, rows in by_pairing.items():
        standings |= put_together(
            pairings[pairing_id],
            rows,
            [each for row in rows for each in signatures[row.pk]],
            [each for row in rows for each in returns[row.pk]],
        )
    return standings


_RELATED = ("pairing__donor", "pairing__recipient")


def _step_of(standing: AgreementStanding, own: UUID, today: date) -> Step | None:
    state, is_drafter = standing.state_on(today), standing.agreement.tenant_id == own
    if state == "returned" and is_drafter:
        return "revise"
    if own not in standing.sides:
        return None
    if state == "under_review":
        return "sign" if is_drafter else "review"
    return "sign" if state == "signed_by_one" else None


def _by_agreement(rows: Iterable[R]) -> dict[UUID, list[R]]:
    found: dict[UUID, list[R]] = defaultdict(list)
    for row in rows:
        found[row.agreement_id].append(row)
    return found
