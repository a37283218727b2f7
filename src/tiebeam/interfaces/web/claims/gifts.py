"""The registers of donations and investments of a pair, with totals of their own."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.gift_models import GIFT_KINDS, Gift
from tiebeam.apps.ledger.operations.gifts import correct_gift, enter_gift, strike_gift
from tiebeam.apps.ledger.queries.gifts import GiftTotal, get_gift, list_gifts, sum_gifts
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.queries.pairings import get_pairing
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.claims.forms import GiftForm, ReasonForm, initial_of
from tiebeam.interfaces.web.claims.words import may_do, tabs_of, trail_to
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.listing import arrange, read_asked
from tiebeam.interfaces.web.money.tables import pair_as_file
from tiebeam.interfaces.web.money.words import (
    money_cell,
    money_column,
    say_quantity,
    trail_to_pair,
)
from tiebeam.interfaces.web.page import Link, language_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import (
    Cell,
    Choice,
    Column,
    Row,
    Table,
    day,
    without_empty,
)
from tiebeam.platform.tenancy.acting import Actor

GIVEN = ("giver", "received_on", "amount", "description", "quantity", "quantity_unit", "document")


@require_safe
@seated
def show_registers(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Show the registers of a pair: their totals by year, and every entry."""
    pairing, actor = find_or_404(get_pairing, pairing_id), actor_of(request)
    as_of = read_as_of(request)
    gifts = list_gifts(pairing, as_of=as_of)
    table = _entries_table(request, gifts, pairing, actor)
    if file := pair_as_file(request, table, pairing):
        return file
    totals = sum_gifts(gifts)
    return show_page(
        request,
        "web/claims/gifts.html",
        title=_title(request, totals, pairing),
        trail=trail_to_pair(request, pairing),
        tabs=tabs_of(request, pairing, "gifts", actor),
        action=Link(say_to(request, "claims.enter"), reverse("enter_gift", args=[pairing.pk]))
        if as_of.known_at is None and _may(actor, "ledger.enter_gift", pairing)
        else None,
        takes_dates=True,
        totals=_totals_table(request, totals) if totals else None,
        table=table,
    )


@FORM
@seated
def enter(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Enter a donation or an investment."""
    pairing, actor = find_or_404(get_pairing, pairing_id), actor_of(request)
    if not _may(actor, "ledger.enter_gift", pairing):
        return show_forbidden(request)
    form = GiftForm(request, is_new=True, peers=_peers(pairing))
    return answer_form(
        request,
        form,
        lambda given: enter_gift(
            pairing=pairing,
            kind=given["kind"],
            **_said(given),
            actor=actor,
            now=timezone.now(),
        ),
        done=say_to(request, "claims.gift_done"),
        title=say_to(request, "claims.enter_title", pair=name_of_pairing(request, pairing)),
        text=say_to(request, "claims.gift_text"),
        verb=say_to(request, "claims.enter"),
        back=reverse("gifts", args=[pairing.pk]),
        trail=trail_to(request, pairing, "gifts"),
        template="web/claims/form.html",
    )


@FORM
@seated
def correct(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """Correct an own entry."""
    gift = find_or_404(get_gift, gift_id)
    pairing, actor = find_or_404(get_pairing, gift.pairing_id), actor_of(request)
    if not may_do(actor, "ledger.correct_gift", pairing, gift.tenant_id):
        return show_forbidden(request)
    form = GiftForm(request, is_new=False, initial=initial_of(gift, *GIVEN), peers=_peers(pairing))
    return answer_form(
        request,
        form,
        lambda given: correct_gift(
            gift=gift, reason=given["reason"], **_said(given), actor=actor, now=timezone.now()
        ),
        done=say_to(request, "claims.gift_corrected"),
        title=say_to(
            request, "claims.correct_title", giver=gift.giver, day=gift.received_on.isoformat()
        ),
        text=say_to(request, "claims.gift_text"),
        verb=say_to(request, "claims.correct"),
        back=reverse("gifts", args=[pairing.pk]),
        trail=trail_to(request, pairing, "gifts"),
        template="web/claims/form.html",
    )


@FORM
@seated
def strike(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """Strike an own entry out."""
    gift = find_or_404(get_gift, gift_id)
    pairing, actor = find_or_404(get_pairing, gift.pairing_id), actor_of(request)
    if not may_do(actor, "ledger.strike_gift", pairing, gift.tenant_id):
        return show_forbidden(request)
    return answer_form(
        request,
        ReasonForm(request),
        lambda given: strike_gift(
            gift=gift, reason=given["reason"], actor=actor, now=timezone.now()
        ),
        done=say_to(request, "claims.gift_struck_done"),
        title=say_to(
            request, "claims.strike_title", giver=gift.giver, day=gift.received_on.isoformat()
        ),
        text=say_to(request, "claims.strike_text"),
        verb=say_to(request, "claims.strike"),
        is_dangerous=True,
        back=reverse("gifts", args=[pairing.pk]),
        trail=trail_to(request, pairing, "gifts"),
        template="web/claims/form.html",
    )


def _said(given: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: given.get(name) for name in GIVEN}
    return said | {"amount": said["amount"] or 0, "quantity": said["quantity"] or 0}


def _may(actor: Actor, operation: str, pairing: Pairing) -> bool:
    sides = (pairing.donor_id, pairing.recipient_id)
    return any(may_do(actor, operation, pairing, side) for side in sides)


def _peers(pairing: Pairing) -> list[int]:
    return [gift.amount for gift in list_gifts(pairing) if gift.amount]


def _title(request: HttpRequest, totals: list[GiftTotal], pairing: Pairing) -> str:
    pair = name_of_pairing(request, pairing)
    if not totals:
        return say_to(request, "claims.gifts_title.nothing", pair=pair)
    sums = {kind: sum(row.money for row in totals if row.kind == kind) for kind in GIFT_KINDS}
    return say_to(request, "claims.gifts_title.some", pair=pair, **sums)


def _totals_table(request: HttpRequest, totals: list[GiftTotal]) -> Table:
    rows = [
        Row(
            (
                Cell(str(row.year)),
                Cell(say_to(request, f"claims.gift.{row.kind}")),
                Cell(str(row.entries), exact=row.entries),
                money_cell(request, row.money),
                money_cell(
                    request,
                    row.goods,
                    note=say_to(request, "claims.not_valued", count=row.not_valued)
                    if row.not_valued
                    else "",
                ),
                Cell(_say_quantities(request, row)),
            )
        )
        for row in totals
    ]
    return Table(
        name="totals",
        columns=(
            Column("year", say_to(request, "claims.column.year")),
            Column("kind", say_to(request, "claims.column.kind")),
            Column("entries", say_to(request, "claims.column.entries"), is_number=True),
            money_column(request, "money", say_to(request, "claims.column.money")),
            money_column(request, "goods", say_to(request, "claims.column.goods")),
            Column("quantities", say_to(request, "claims.column.quantities")),
        ),
        rows=tuple(rows),
    )


def _say_quantities(request: HttpRequest, total: GiftTotal) -> str:
    return say_to(request, "claims.list_sign").join(
        say_to(
            request,
            "claims.counted",
            what=what,
            quantity=say_quantity(language_of(request), count, unit),
        )
        for what, unit, count in total.quantities
    )


def _entries_table(
    request: HttpRequest, gifts: list[Gift], pairing: Pairing, actor: Actor
) -> Table:
    asked = read_asked(
        request, sorts=("day", "giver", "amount"), filters=("kind", "year"), name="gifts"
    )
    kind, year = asked.filters.get("kind", ""), asked.filters.get("year", "")
    wanted = [
        gift
        for gift in gifts
        if kind in {"", gift.kind} and year in {"", str(gift.received_on.year)}
    ]
    keys = {
        "day": lambda gift: gift.received_on,
        "giver": lambda gift: gift.giver,
        "amount": lambda gift: gift.amount or None,
    }
    shown, count = arrange(wanted, asked, keys)
    years = sorted({str(gift.received_on.year) for gift in gifts}, reverse=True)
    table = Table(
        name="gifts",
        columns=(
            Column("day", say_to(request, "claims.column.received_on"), is_sortable=True),
            Column("kind", say_to(request, "claims.column.kind")),
            Column("giver", say_to(request, "claims.column.giver"), is_sortable=True),
            Column("what", say_to(request, "claims.column.what")),
            Column(
                "amount",
                say_to(request, "claims.column.amount"),
                unit=say_to(request, "money.unit"),
                is_number=True,
                is_sortable=True,
            ),
            Column("document", say_to(request, "claims.column.document")),
            Column("state", say_to(request, "claims.column.state")),
            Column("step", say_to(request, "claims.column.step")),
        ),
        rows=tuple(_entry(request, gift, pairing, actor) for gift in shown),
        count=count,
        asked=asked,
        choices=(
            Choice(
                "kind",
                say_to(request, "claims.column.kind"),
                tuple((word, say_to(request, f"claims.gift.{word}")) for word in GIFT_KINDS),
            ),
            Choice("year", say_to(request, "claims.column.year"), tuple((y, y) for y in years)),
        )
        if gifts
        else (),
        empty=say_to(request, "claims.no_gifts"),
        can_be_saved=False,
    )
    return without_empty(table, "step")


def _entry(request: HttpRequest, gift: Gift, pairing: Pairing, actor: Actor) -> Row:
    counted = ""
    if gift.quantity:
        counted = say_quantity(language_of(request), gift.quantity, gift.quantity_unit)
    own = may_do(actor, "ledger.correct_gift", pairing, gift.tenant_id) and not gift.is_struck
    state = "struck" if gift.is_struck else "stands"
    return Row(
        (
            day(gift.received_on),
            Cell(say_to(request, f"claims.gift.{gift.kind}")),
            Cell(gift.giver, address=reverse("correct_gift", args=[gift.pk]) if own else ""),
            Cell(gift.description or say_to(request, "claims.in_money"), note=counted),
            money_cell(request, gift.amount)
            if gift.amount
            else Cell(say_to(request, "claims.value_unknown")),
            Cell(gift.document),
            Cell(
                say_to(request, f"claims.gift_state.{state}"),
                status="none" if gift.is_struck else "good",
            ),
            Cell(
                say_to(request, "claims.strike") if own else "",
                address=reverse("strike_gift", args=[gift.pk]) if own else "",
            ),
        )
    )
