"""The payment schedule of a pair, its forecast by month, and that of a donor across its pairs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.ledger.operations.tranches import change_tranche, drop_tranche, plan_tranche
from tiebeam.apps.ledger.queries.schedule import (
    CommitmentSchedule,
    Forecast,
    ScheduleLine,
    forecast,
    get_tranche,
    list_schedules,
)
from tiebeam.apps.ledger.queries.waiting import list_amounts
from tiebeam.apps.ledger.schedule_models import Tranche
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.queries.pairings import get_pairing
from tiebeam.apps.regions.models import Organisation
from tiebeam.interfaces.web.as_of import asks_for_another_day, read_as_of
from tiebeam.interfaces.web.claims.forms import ReasonForm, TrancheForm, initial_of
from tiebeam.interfaces.web.claims.words import (
    TRANCHE_MARKS,
    list_purposes,
    may_do,
    tabs_of,
    trail_to,
)
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.money.tables import pair_as_file
from tiebeam.interfaces.web.money.words import (
    money_cell,
    money_column,
    say_amount,
    say_purpose,
    trail_to_money,
    trail_to_pair,
)
from tiebeam.interfaces.web.page import (
    Fact,
    Link,
    by_name,
    name_of,
    say_to,
    show_page,
)
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import (
    Cell,
    Column,
    Row,
    Table,
    day,
)

STEPS = ("due", "ordered", "paid", "open")


@require_safe
@seated
def show_schedule(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Show what of each commitment of a pair is to be paid when, and what falls due by month."""
    pairing, as_of = find_or_404(get_pairing, pairing_id), read_as_of(request)
    today, is_now = as_of.true_on, not asks_for_another_day(request)
    schedules = list_schedules(pairing_ids=[pairing.pk], as_of=None if is_now else as_of)
    table = _lines_table(request, schedules, today)
    if file := pair_as_file(request, table, pairing):
        return file
    told = forecast(schedules, today)
    may = may_do(actor_of(request), "ledger.plan_tranche", pairing, pairing.donor_id)
    return show_page(
        request,
        "web/claims/schedule.html",
        title=_title(request, told, name_of_pairing(request, pairing)),
        trail=trail_to_pair(request, pairing),
        tabs=tabs_of(request, pairing, "schedule", actor_of(request)),
        action=Link(say_to(request, "claims.plan"), reverse("plan_tranche", args=[pairing.pk]))
        if may and is_now and any(row.unplanned > 0 for row in schedules)
        else None,
        left=_say_left(request, schedules),
        over=[row for row in schedules if row.unplanned < 0],
        table=table,
        months=_months_table(request, told),
        may_plan=may and is_now,
        takes_dates=True,
    )


@require_safe
@seated
def show_forecast(request: HttpRequest) -> HttpResponse:
    """Show what falls due by month for one donor, across all its pairs that may be read."""
    as_of, asked = read_as_of(request), read_asked(request, filters=("donor",))
    today = as_of.true_on
    schedules = list_schedules(as_of=as_of if asks_for_another_day(request) else None)
    donors = {row.commitment.pairing.donor_id: row.commitment.pairing.donor for row in schedules}
    chosen = asked.filters.get("donor", "")
    if not chosen and actor_of(request).organisation_id in donors:
        chosen = str(actor_of(request).organisation_id)
    shown = [row for row in schedules if chosen in {"", str(row.commitment.pairing.donor_id)}]
    told = forecast(shown, today)
    pairs = _pairs_table(request, shown, today)
    named = [donor for pk, donor in donors.items() if str(pk) == chosen]
    return show_page(
        request,
        "web/claims/forecast.html",
        title=_title(request, told, name_of(request, named[0]) if named else ""),
        trail=trail_to_money(request),
        donors=_donor_links(request, list(donors.values()), chosen),
        months=_months_table(request, told),
        pairs=pairs,
        takes_dates=True,
    )


@FORM
@seated
def plan(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Plan a tranche of a commitment."""
    pairing = find_or_404(get_pairing, pairing_id)
    if not may_do(actor_of(request), "ledger.plan_tranche", pairing, pairing.donor_id):
        return show_forbidden(request)
    open_ones = {
        str(row.commitment.pk): row
        for row in list_schedules(pairing_ids=[pairing.pk])
        if row.unplanned > 0
    }
    first = next(iter(open_ones.values()), None)
    form = TrancheForm(
        request,
        purposes=list_purposes(request, pairing, first.commitment.purpose if first else ""),
        commitments=[
            (pk, _say_commitment(request, row.commitment, row.unplanned))
            for pk, row in open_ones.items()
        ]
        or [("", "")],
        initial={"purpose": first.commitment.purpose, "amount": first.unplanned} if first else {},
        peers=_peers(pairing),
    )

    def act(given: Mapping[str, Any]) -> Tranche:
        return plan_tranche(
            commitment=open_ones[given["commitment"]].commitment,
            amount=given["amount"],
            due_on=given["due_on"],
            purpose=given["purpose"],
            actor=actor_of(request),
            now=timezone.now(),
        )

    return answer_form(
        request,
        form,
        act,
        done=say_to(request, "claims.planned"),
        title=say_to(request, "claims.plan_title", pair=name_of_pairing(request, pairing)),
        text=say_to(request, "claims.plan_text"),
        verb=say_to(request, "claims.plan"),
        back=reverse("schedule", args=[pairing.pk]),
        trail=trail_to(request, pairing, "schedule"),
        template="web/claims/form.html",
    )


@require_safe
@seated
def show_tranche(request: HttpRequest, tranche_id: UUID) -> HttpResponse:
    """Show one tranche, how far it is met, and what may be done with it."""
    tranche = find_or_404(get_tranche, tranche_id)
    pairing, today = find_or_404(get_pairing, tranche.pairing_id), timezone.localdate()
    line = _line_of(tranche)
    may = line is not None and line.unpaid > 0
    may = may and may_do(actor_of(request), "ledger.change_tranche", pairing, tranche.tenant_id)
    state = line.state_on(today) if line else "dropped"
    return show_page(
        request,
        "web/claims/tranche.html",
        title=say_to(
            request,
            f"claims.tranche_title.{state}",
            amount=tranche.amount,
            due=tranche.due_on,
            recipient=name_of(request, pairing.recipient),
        ),
        trail=trail_to(request, pairing, "schedule"),
        tabs=[
            Link(say_to(request, "claims.tab.tranche"), "", True),
            Link(say_to(request, "history.tab"), reverse("history", args=["tranche", tranche.pk])),
        ],
        facts=_facts(request, tranche, line),
        steps=_steps(request, tranche) if may else [],
    )


@FORM
@seated
def change(request: HttpRequest, tranche_id: UUID) -> HttpResponse:
    """Change how much a tranche is, when it is due, or what it is for."""
    tranche = find_or_404(get_tranche, tranche_id)
    pairing = find_or_404(get_pairing, tranche.pairing_id)
    if not may_do(actor_of(request), "ledger.change_tranche", pairing, tranche.tenant_id):
        return show_forbidden(request)
    return answer_form(
        request,
        TrancheForm(
            request,
            purposes=list_purposes(request, pairing, tranche.purpose),
            initial=initial_of(tranche, "amount", "due_on", "purpose"),
            peers=_peers(pairing),
        ),
        lambda given: change_tranche(
            tranche=tranche,
            amount=given["amount"],
            due_on=given["due_on"],
            purpose=given["purpose"],
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "claims.changed"),
        title=say_to(request, "claims.change_title", amount=tranche.amount, due=tranche.due_on),
        text=say_to(request, "claims.change_text"),
        verb=say_to(request, "claims.change"),
        back=reverse("tranche", args=[tranche.pk]),
        trail=trail_to(request, pairing, "schedule"),
        template="web/claims/form.html",
    )


@FORM
@seated
def drop(request: HttpRequest, tranche_id: UUID) -> HttpResponse:
    """Drop a tranche."""
    tranche = find_or_404(get_tranche, tranche_id)
    pairing = find_or_404(get_pairing, tranche.pairing_id)
    if not may_do(actor_of(request), "ledger.drop_tranche", pairing, tranche.tenant_id):
        return show_forbidden(request)
    return answer_form(
        request,
        ReasonForm(request),
        lambda given: drop_tranche(
            tranche=tranche, reason=given["reason"], actor=actor_of(request), now=timezone.now()
        ),
        done=say_to(request, "claims.dropped"),
        title=say_to(request, "claims.drop_title", amount=tranche.amount, due=tranche.due_on),
        text=say_to(request, "claims.drop_text"),
        verb=say_to(request, "claims.drop"),
        is_dangerous=True,
        back=reverse("tranche", args=[tranche.pk]),
        onto=lambda _: reverse("schedule", args=[pairing.pk]),
        trail=trail_to(request, pairing, "schedule"),
        template="web/claims/form.html",
    )


def _title(request: HttpRequest, told: Forecast, name: str) -> str:
    """Return what is true of a forecast: what is late, else what comes next."""
    open_ones = [row for row in told.months if row.due > row.paid]
    facts: dict[str, object] = {"name": name, "overdue": told.overdue}
    code = "nothing" if not told.months else "all_paid"
    if told.overdue:
        code = "overdue"
    elif open_ones:
        code = "next"
        facts |= {
            "amount": open_ones[0].due - open_ones[0].paid,
            "month": f"{open_ones[0].first:%Y-%m}",
        }
    suffix = "" if name else "_all"
    return say_to(request, f"claims.schedule_title.{code}{suffix}", **facts)


def _say_left(request: HttpRequest, schedules: Sequence[CommitmentSchedule]) -> str:
    left = sum(max(0, row.unplanned) for row in schedules)
    return say_to(request, "claims.unplanned", amount=left) if left else ""


def _lines_table(
    request: HttpRequest, schedules: Sequence[CommitmentSchedule], today: date
) -> Table:
    asked = read_asked(request, name="schedule")
    lines = sorted(
        (line for schedule in schedules for line in schedule.lines),
        key=lambda line: (line.tranche.due_on, str(line.tranche.pk)),
    )
    rows = [
        Row(
            (
                day(line.tranche.due_on),
                Cell(
                    say_purpose(request, line.tranche.purpose),
                    note=_say_commitment(request, line.tranche.commitment),
                ),
                money_cell(request, line.tranche.amount),
                money_cell(request, line.ordered),
                money_cell(request, line.paid),
                money_cell(request, line.unpaid),
                _state_cell(request, line, today),
            ),
            address=reverse("tranche", args=[line.tranche.pk]),
        )
        for line in lines
    ]
    totals = [
        sum(line.tranche.amount for line in lines),
        sum(line.ordered for line in lines),
        sum(line.paid for line in lines),
        sum(line.unpaid for line in lines),
    ]
    return Table(
        name="schedule",
        columns=(
            Column("due_on", say_to(request, "claims.column.due_on")),
            Column("purpose", say_to(request, "claims.column.purpose")),
            *_step_columns(request),
            Column("state", say_to(request, "claims.column.state")),
        ),
        rows=tuple(rows),
        totals=Row(
            (
                Cell(say_to(request, "claims.total")),
                Cell(""),
                *(money_cell(request, total) for total in totals),
                Cell(""),
            )
        )
        if rows
        else None,
        asked=asked,
        empty=say_to(request, "claims.no_tranches"),
        can_be_saved=False,
    )


def _months_table(request: HttpRequest, told: Forecast) -> Table | None:
    if not told.months:
        return None
    return Table(
        name="forecast",
        columns=(Column("month", say_to(request, "claims.column.month")), *_step_columns(request)),
        rows=tuple(
            Row(
                (
                    Cell(f"{row.first:%Y-%m}"),
                    *(
                        money_cell(request, amount)
                        for amount in (row.due, row.ordered, row.paid, row.due - row.paid)
                    ),
                )
            )
            for row in told.months
        ),
        source=say_to(request, "claims.forecast_source"),
    )


def _pairs_table(
    request: HttpRequest, schedules: Sequence[CommitmentSchedule], today: date
) -> Table:
    by_pair: dict[UUID, list[CommitmentSchedule]] = {}
    for schedule in schedules:
        by_pair.setdefault(schedule.commitment.pairing_id, []).append(schedule)
    rows = []
    for pairing_id, held in by_pair.items():
        told, lines = forecast(held, today), [line for row in held for line in row.lines]
        amounts = (
            sum(line.tranche.amount for line in lines),
            sum(line.paid for line in lines),
            told.overdue,
            told.unplanned,
        )
        name = name_of_pairing(request, held[0].commitment.pairing)
        cells = (Cell(name), *(money_cell(request, amount) for amount in amounts))
        rows.append(Row(cells, address=reverse("schedule", args=[pairing_id])))
    return Table(
        name="pairs",
        columns=(
            Column("pair", say_to(request, "claims.column.pair")),
            *(
                money_column(request, key, say_to(request, f"claims.column.{key}"))
                for key in ("due", "paid", "overdue", "unplanned")
            ),
        ),
        rows=tuple(rows),
        empty=say_to(request, "claims.no_tranches"),
    )


def _donor_links(request: HttpRequest, donors: Sequence[Organisation], chosen: str) -> list[Link]:
    if len(donors) < 2:
        return []
    own = reverse("forecast")
    return [
        Link(name_of(request, row), f"{own}?donor={row.pk}", str(row.pk) == chosen)
        for row in by_name(request, donors)
    ]


def _step_columns(request: HttpRequest) -> list[Column]:
    return [money_column(request, key, say_to(request, f"claims.column.{key}")) for key in STEPS]


def _state_cell(request: HttpRequest, line: ScheduleLine, today: date) -> Cell:
    state = line.state_on(today)
    late = (today - line.tranche.due_on).days
    text = say_to(request, f"claims.tranche_state.{state}", days=late)
    return Cell(text, status=TRANCHE_MARKS[state])


def _say_commitment(request: HttpRequest, commitment: Batch, left: int | None = None) -> str:
    code = "claims.commitment" if left is None else "claims.commitment_left"
    return say_to(
        request,
        code,
        day=commitment.valid_on,
        amount=commitment.amount,
        left=left,
        purpose=say_purpose(request, commitment.purpose),
    )


def _line_of(tranche: Tranche) -> ScheduleLine | None:
    schedules = list_schedules(commitment_ids=[tranche.commitment_id])
    lines = [line for schedule in schedules for line in schedule.lines]
    return next((line for line in lines if line.tranche.pk == tranche.pk), None)


def _facts(request: HttpRequest, tranche: Tranche, line: ScheduleLine | None) -> list[Fact]:
    facts = [
        Fact(
            say_to(request, "claims.column.commitment"),
            _say_commitment(request, tranche.commitment),
            address=reverse("event", args=[tranche.commitment_id]),
        ),
        Fact(say_to(request, "claims.column.due_on"), tranche.due_on.isoformat()),
        Fact(say_to(request, "claims.column.purpose"), say_purpose(request, tranche.purpose)),
        Fact(say_to(request, "claims.column.due"), say_amount(request, tranche.amount)),
    ]
    if line is not None:
        facts += [
            Fact(say_to(request, f"claims.column.{name}"), say_amount(request, amount))
            for name, amount in (("ordered", line.ordered), ("paid", line.paid))
        ]
    return facts


def _steps(request: HttpRequest, tranche: Tranche) -> list[dict[str, Any]]:
    return [
        {
            "text": say_to(request, f"claims.{verb}"),
            "address": reverse(f"{verb}_tranche", args=[tranche.pk]),
            "is_dangerous": verb == "drop",
        }
        for verb in ("change", "drop")
    ]


def _peers(pairing: Pairing) -> list[int]:
    """Return with which amounts a new one is compared, for a slipped unit."""
    return list_amounts("payment", pairing.programme_id)
