"""The registers of donations and investments, with totals of their own (§L13)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tiebeam.apps.ledger.gift_models import GIFT_KINDS, Gift
from tiebeam.apps.pairings.models import Pairing
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.time.periods import AsOf


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftTotal:
    """
    What one register holds of one year; money, valued goods and counted things are never added.

    Attributes:
        kind: ``donation`` or ``investment``.
        money: Fen.
        goods: The value of what was given in kind, in fen.
        quantities: (what, unit, how many) of what was given in kind, as described.
        not_valued: How many of these entries have no value.
    """

    kind: str
    year: int
    entries: int
    money: int
    goods: int
    quantities: tuple[tuple[str, str, int], ...]
    not_valued: int


def get_gift(gift_id: UUID) -> Gift:
    """
    Return one entry of a register.

    Raises:
        Gift.DoesNotExist: There is none that may be read.
    """
    found: Gift = Gift.objects.select_related("pairing").get(pk=gift_id)
    return found


def list_gifts(
    pairing: Pairing, *, kind: str = "", year: int | None = None, as_of: AsOf | None = None
) -> list[Gift]:
    """
    List the entries of a pairing's registers, the latest first; what was struck out stays in the list.

    With *as_of* those received by its day, as they were known at its moment.
    """
    if as_of is not None and as_of.known_at is not None:
        rows = list_states(
            Gift, as_of.known_at, scope_ids=[pairing.scope_id], pairing_id=pairing.pk
        )
    else:
        rows = list(Gift.objects.filter(pairing_id=pairing.pk))
    chosen = [
        row
        for row in rows
        if (not kind or row.kind == kind)
        and (year is None or row.received_on.year == year)
        and (as_of is None or row.received_on <= as_of.true_on)
    ]
    return sorted(chosen, key=lambda row: (-row.received_on.toordinal(), row.pk))


def sum_gifts(gifts: Iterable[Gift]) -> list[GiftTotal]:
    """Return the totals of each register by year, the latest first; what was struck out counts for nothing."""
    held: dict[tuple[int, str], list[Gift]] = {}
    for gift in gifts:
        if not gift.is_struck:
            held.setdefault((gift.received_on.year, gift.kind), []).append(gift)
    order = sorted(held, key=lambda key: (-key[0], GIFT_KINDS.index(key[1])))
    return [_sum(kind, year, held[year, kind]) for year, kind in order]


def _sum(kind: str, year: int, gifts: list[Gift]) -> GiftTotal:
    in_kind = [gift for gift in gifts if gift.quantity]
    counts: dict[tuple[str, str], int] = {}
    for gift in in_kind:
        what = (gift.description, gift.quantity_unit)
        counts[what] = counts.get(what, 0) + gift.quantity
    return GiftTotal(
        kind=kind,
        year=year,
        entries=len(gifts),
        money=sum(gift.amount for gift in gifts if not gift.quantity),
        goods=sum(gift.amount for gift in in_kind),
        quantities=tuple((*what, count) for what, count in sorted(counts.items())),
        not_valued=sum(not gift.amount for gift in in_kind),
    )
