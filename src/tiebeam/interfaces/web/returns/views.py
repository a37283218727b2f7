"""Returns as lists and one by one: what is due, what was handed in, what was answered."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tiebeam.apps.programmes.models import Return
from tiebeam.apps.programmes.operations import start_return, submit_return
from tiebeam.apps.programmes.queries import (
    get_return,
    get_round,
    list_due,
    list_lines,
    list_own_returns,
    list_returns,
    list_rounds_steered,
)
from tiebeam.apps.programmes.queries.known_returns import (
    KnownReturn,
    get_known_return,
    get_known_round,
    list_known_returns,
)
from tiebeam.apps.programmes.queries.returns import latest_decisions, state_with
from tiebeam.apps.programmes.queries.rounds import list_decisions_of
from tiebeam.interfaces.web.as_of import read_moment
from tiebeam.interfaces.web.documents.part import documents_part
from tiebeam.interfaces.web.forming import find_or_404, find_refusal
from tiebeam.interfaces.web.page import Fact, name_of, say_to, show_page, tabs_with_history
from tiebeam.interfaces.web.returns.lists import due_table, lines_table, own_table, round_table
from tiebeam.interfaces.web.returns.lists import rounds_table as rounds_table_of
from tiebeam.interfaces.web.returns.words import (
    MARKS,
    may_do,
    say_side,
    say_state,
    trail_to_return,
    trail_to_round,
)
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import table_as_file
from tiebeam.interfaces.web.timeline import timeline_of
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.time.periods import AsOf


@require_safe
@seated
def list_all(request: HttpRequest) -> HttpResponse:
    """Show what the own organisation returns, and the rounds that it steers."""
    actor, today = actor_of(request), timezone.localdate()
    due = list_due(actor, today) if is_allowed(actor, "programmes.start_return") else []
    own = list_own_returns(actor)
    steers = is_allowed(actor, "programmes.decide_return")
    rounds = list_rounds_steered(actor, today) if steers else []
    waiting = sum(row.states["submitted"] for row in rounds)
    facts = {"due": len(due), "waiting": waiting, "overdue": sum(row.overdue for row in rounds)}
    return show_page(
        request,
        "web/returns/list.html",
        title=say_to(request, "returns.title_steered" if steers else "returns.title", **facts),
        due=due_table(request, due) if due else None,
        own=own_table(request, own) if own or not steers else None,
        rounds=rounds_table_of(request, rounds) if steers else None,
    )


@require_safe
@seated
def show_round(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Show where every donor and recipient of a round stands, those missing and late too."""
    of_round, as_of = find_or_404(get_round, round_id), read_moment(request)
    if as_of.known_at is None:
        statuses = list_returns(of_round, timezone.localdate())
    else:
        of_round = find_or_404(get_known_round, of_round, as_of.known_at)
        statuses = list_known_returns(of_round, as_of.known_at, as_of.true_on)
    table = round_table(request, of_round, statuses)
    file = table_as_file(table)
    if file is not None:
        return file
    states = [row.state for row in statuses]
    missing = sum(state in {"missing", "draft"} for state in states)
    return show_page(
        request,
        "web/returns/round.html",
        title=say_to(
            request,
            "returns.round_title",
            round=name_of(request, of_round),
            accepted=states.count("accepted"),
            count=len(states),
            waiting=states.count("submitted"),
            missing=missing,
        ),
        trail=trail_to_round(request, of_round)[:-1],
        takes_dates=True,
        of_round=of_round,
        late=sum(row.is_late for row in statuses),
        overdue=sum(row.is_overdue for row in statuses),
        table=table,
    )


@require_POST
@seated
def start(request: HttpRequest, round_id: UUID, side: str) -> HttpResponse:
    """Start the own return of a round."""
    of_round = find_or_404(get_round, round_id)
    made = start_return(of_round=of_round, side=side, actor=actor_of(request), now=timezone.now())
    return redirect("enter_return", made.pk)


@require_safe
@seated
def show_return(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Show one return: its figures, its state, the answers, its documents and history."""
    as_of = read_moment(request)
    if as_of.known_at is None:
        return page_of_return(request, find_or_404(get_return, return_id))
    return _show(request, find_or_404(get_known_return, return_id, as_of.known_at), as_of)


@require_POST
@seated
def submit(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Hand a return in."""
    of_return = find_or_404(get_return, return_id)
    refusal = find_refusal(
        request,
        lambda: submit_return(of_return=of_return, actor=actor_of(request), now=timezone.now()),
    )
    if refusal:
        return page_of_return(request, of_return, refusal)
    messages.success(request, say_to(request, "returns.submitted"))
    return redirect("return", of_return.pk)


def page_of_return(
    request: HttpRequest, of_return: Return, refusal: list[str] | None = None
) -> HttpResponse:
    """Answer with the page of a return; with *refusal*, why what was asked for was not done."""
    known = KnownReturn(
        of_return=of_return, lines=list_lines(of_return), decisions=list_decisions_of(of_return)
    )
    return _show(request, known, AsOf(true_on=timezone.localdate()), refusal)


def _show(
    request: HttpRequest, known: KnownReturn, as_of: AsOf, refusal: list[str] | None = None
) -> HttpResponse:
    of_return, lines, decisions = known.of_return, known.lines, known.decisions
    current = latest_decisions([of_return], decisions).get(of_return.pk)
    state = state_with(of_return, current)
    given = {"given": len(lines), "count": len(of_return.round.resources)}
    title = say_to(
        request,
        f"returns.return_title.{of_return.side}",
        organisation=name_of(request, of_return.tenant),
        state=say_state(request, state),
        **given,
    )
    records = [of_return.pk, *(line.pk for line in lines), *(row.pk for row in decisions)]
    return show_page(
        request,
        "web/returns/return.html",
        title=title,
        trail=trail_to_return(request, of_return)[:-1],
        takes_dates=True,
        tabs=tabs_with_history(request, "return", of_return.pk),
        of_return=of_return,
        state=state,
        facts=_facts(request, of_return, state),
        sent_back=current if state == "returned" else None,
        table=lines_table(request, of_return, lines),
        # Nothing is done to what was: the steps are those of today.
        may=may_do(actor_of(request), of_return, state) if as_of.known_at is None else None,
        documents=documents_part(request, of_return, as_of),
        timeline=timeline_of(request, records, as_of.known_at),
        refusal=refusal,
        status=409 if refusal else 200,
    )


def _facts(request: HttpRequest, of_return: Return, state: str) -> list[Fact]:
    def term(key: str) -> str:
        return say_to(request, f"returns.column.{key}")

    handed_in, due_on = of_return.submitted_at, of_return.round.returns_due_on
    unknown = say_to(request, "web.unknown")
    is_late = bool(due_on and handed_in and timezone.localdate(handed_in) > due_on)
    return [
        Fact(term("state"), say_state(request, state), status=MARKS[state]),
        Fact(term("side"), say_side(request, of_return.side)),
        Fact(term("due_on"), f"{due_on:%Y-%m-%d}" if due_on else unknown),
        Fact(
            term("handed_in"),
            say_to(request, "returns.late", at=f"{timezone.localtime(handed_in):%Y-%m-%d %H:%M}")
            if is_late and handed_in
            else f"{timezone.localtime(handed_in):%Y-%m-%d %H:%M}"
            if handed_in
            else say_to(request, "returns.not_yet"),
            status="risk" if is_late else "",
        ),
        Fact(
            term("round"),
            name_of(request, of_return.round),
            address=reverse("returns_of_round", args=[of_return.round_id]),
        ),
    ]
