"""From the terms of one event to its rows: by the law of the core, from what stands in its books."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Min

from tiebeam.apps.ledger.models import Batch, Proposal
from tiebeam.apps.ledger.operations.books import PairBooks
from tiebeam.apps.ledger.operations.chain import Chain, Link
from tiebeam.apps.ledger.operations.refusals import (
    AlreadyReversed,
    EarlierYearOpen,
    Followed,
    NoAgreementInForce,
    NoBookToClose,
    ProposalsOpen,
    ReversalReversed,
    YearClosed,
    YearNotOver,
)
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.pairings.models import Agreement, Pairing
from tiebeam.apps.pairings.queries.agreements import AgreementStanding, get_agreement
from tiebeam.core.ledger.chart import LARGEST_AMOUNT, NET_ASSETS, Side
from tiebeam.core.ledger.days import Days
from tiebeam.core.ledger.events import KINDS, Event
from tiebeam.core.ledger.posting import (
    NotReversed,
    Row,
    effects_of,
    mirrored,
    refuse_breaches,
    rows_of,
)
from tiebeam.core.ledger.year_end import year_end

UndoneRow = tuple[UUID, Row]


class Agreements:
    """The agreements that commitments name, each read once."""

    def __init__(self) -> None:
        self._known: dict[UUID, AgreementStanding | None] = {}

    def demand_in_force(self, agreement_id: UUID | None, pairing_id: UUID, day: date) -> None:
        """
        Refuse a commitment that names no agreement of its pairing in force on *day*.

        Raises:
            NoAgreementInForce: It does.
        """
        if agreement_id is not None and agreement_id not in self._known:
            try:
                self._known[agreement_id] = get_agreement(agreement_id)
            except Agreement.DoesNotExist:
                self._known[agreement_id] = None
        standing = None if agreement_id is None else self._known[agreement_id]
        if (
            standing is None
            or standing.agreement.pairing_id != pairing_id
            or not standing.is_in_force(day)
        ):
            raise NoAgreementInForce(valid_on=day)


def days_of(pairing: Pairing, today: date, followed_on: date | None = None) -> Days:
    """Return what bounds the day of an event of *pairing* that is told today."""
    ends = pairing.valid_until
    return Days(
        today=today.isoformat(),
        begins=pairing.valid_from.isoformat(),
        ends=(ends - timedelta(days=1)).isoformat() if ends else None,
        followed_on=followed_on.isoformat() if followed_on else None,
    )


def refuse_day(terms: Terms, pairing: Pairing, today: date, followed: Link | Batch | None) -> None:
    """
    Refuse a day on which the event is not true (§L14).

    Args:
        followed: What it follows or undoes.

    Raises:
        DayAhead, DayBeforeFollowed, DayBeforeTerm, DayAfterTerm: As their names say.
    """
    if terms.kind != "year_end":
        followed_on = followed.valid_on if followed else None
        days_of(pairing, today, followed_on).refuse(terms.kind, terms.valid_on.isoformat())


def event_of(terms: Terms) -> Event:
    """Return *terms* as the core knows them."""
    return Event(
        kind=terms.kind, year=terms.valid_on.year, amount=terms.amount, quantity=terms.quantity,
        quantity_unit=terms.quantity_unit, nature=terms.nature, stage=terms.stage,
        beyond_due=terms.is_beyond_due, relates_to=terms.relates_to,
    )  # fmt: skip


def compose_event(
    terms: Terms, link: Link, books: PairBooks, chain: Chain, agreements: Agreements
) -> list[Row]:
    """
    Return the rows of an event told by a side, and complete its *link* from what it follows.

    Raises:
        YearClosed: The side has closed the year itself.
        Refused: The law, the chain or the agreement refuses it.
    """
    event, kind = event_of(terms), KINDS[terms.kind]
    side: Side = "recipient" if kind.by == "recipient" else "donor"
    if kind.by == side and books.frame.is_closed(side, event.year):
        raise YearClosed(year=event.year)
    books.frame.policy_in(books.frame.year_in(side, event.year))
    followed = chain.follow(terms.kind, terms.follows_id, link.pairing_id)
    if kind.names_agreement:
        agreements.demand_in_force(terms.agreement_id, link.pairing_id, terms.valid_on)
    if followed is not None:
        event = _with_years(event, followed, chain)
    rows = rows_of(event, books.frame, books.balances)
    if followed is not None:
        chain.take(followed, terms.amount, terms.quantity, terms.quantity_unit)
        link.follows_id = followed.id
        link.head_id = followed.head_id or (followed.id if followed.kind == "commitment" else None)
        link.purpose = link.purpose or followed.purpose
        link.agreement_id = link.agreement_id or followed.agreement_id
    return rows


def _with_years(event: Event, followed: Link, chain: Chain) -> Event:
    """Return the event with the years in which what it undoes stands."""
    if event.kind == "bounce":
        return replace(event, paid_in=followed.donor_year)
    if event.kind == "refund_agreed":
        return replace(event, received_in=followed.recipient_year)
    if event.kind != "refund_confirmed":
        return event
    receipt = followed
    while receipt.kind != "receipt" and receipt.follows_id is not None:
        receipt = chain.find(receipt.follows_id)
    assert receipt.follows_id is not None, "a receipt follows a payment"
    payment = chain.find(receipt.follows_id)
    return replace(event, expensed_in=receipt.donor_year, paid_in=payment.donor_year)


def compose_reversal(
    link: Link, undone: Link, known: Sequence[UndoneRow], books: PairBooks, chain: Chain
) -> list[Row]:
    """
    Return the rows that undo the batch *undone*, and complete the *link* of the reversal from it.

    Raises:
        ReversalReversed, AlreadyReversed, Followed, MoreThanLeft: As their names say.
        NotReversed: It ended a year, or was carried out of one that is closed.
    """
    if undone.kind == "reversal":
        raise ReversalReversed
    if undone.kind == "year_end":
        raise NotReversed(account=NET_ASSETS["donor" if undone.donor_year else "recipient"])
    if undone.is_reversed:
        raise AlreadyReversed
    if undone.followers:
        raise Followed(kind=undone.kind, followers=undone.followers)
    chain.refuse_taking_back(undone)
    for name in (
        "amount", "quantity", "quantity_unit", "follows_id", "head_id", "purpose", "agreement_id",
    ):  # fmt: skip
        setattr(link, name, getattr(undone, name))
    link.reversed_kind = undone.kind
    return mirrored([row for _, row in known], books.frame)


def compose_year_end(side: str, terms: Terms, books: PairBooks, today: date) -> list[Row]:
    """
    Return the rows that end the year of *terms* in the book of *side*.

    Raises:
        NoBookToClose, YearClosed, YearNotOver, EarlierYearOpen: As their names say.
    """
    year = terms.valid_on.year
    if side not in {"donor", "recipient"}:
        raise NoBookToClose
    of: Side = "donor" if side == "donor" else "recipient"
    if books.frame.is_closed(of, year):
        raise YearClosed(year=year)
    if today <= date(year, 12, 31):
        raise YearNotOver(year=year)
    stands_in = f"{of}_year"
    before = {
        f"{stands_in}__gte": max(1, books.frame.open_from.get(of, 0)),
        f"{stands_in}__lt": year,
    }
    earlier = Batch.objects.filter(pairing_id=books.pairing.pk, **before)
    still_open = earlier.aggregate(first=Min(stands_in))["first"]
    if still_open is not None:
        raise EarlierYearOpen(year=year, open=still_open)
    carried = {"B110": terms.carries_due, "B120": terms.carries_appropriated}
    return year_end(of, year, books.balances, carried)


def list_open_proposals(pairing: Pairing, year: int) -> list[tuple[UUID, date]]:
    """Return what the acting organisation proposed for *year* and nobody decided, with the day of each."""
    waiting = Proposal.objects.owned().filter(
        pairing_id=pairing.pk, state="proposed", valid_on__year=year
    )
    found = waiting.exclude(kind="year_end").order_by("valid_on", "pk")
    return list(found.values_list("pk", "valid_on"))


def refuse_open_proposals(year: int, waiting: Sequence[tuple[UUID, date]]) -> None:
    """
    Refuse to end a year of which something still waits for a decision (§L10).

    Raises:
        ProposalsOpen: Something does.
    """
    if waiting:
        raise ProposalsOpen(
            year=year,
            count=len(waiting),
            days=tuple(dict.fromkeys(day for _, day in waiting)),
            proposals=tuple(str(proposal_id) for proposal_id, _ in waiting),
        )


def take_over(rows: Sequence[Row], books: PairBooks) -> None:
    """
    Take over what *rows* do to the balances, or refuse them as a whole.

    Raises:
        CreditUsedUp, Overdrawn, BalanceTooLarge: As their names say.
    """
    effects = effects_of(rows)
    refuse_breaches(effects, books.balances)
    books.change(effects)


def in_range(rows: Sequence[Row], undoes: Sequence[UUID]) -> Iterator[tuple[Row, UUID | None]]:
    """Yield *rows* with the row that each undoes; one that moves more than a row may, in parts."""
    for place, row in enumerate(rows):
        undone = undoes[place] if undoes else None
        left = row.amount
        while left > LARGEST_AMOUNT:
            yield replace(row, amount=LARGEST_AMOUNT), undone
            left -= LARGEST_AMOUNT
        yield replace(row, amount=left) if left != row.amount else row, undone
