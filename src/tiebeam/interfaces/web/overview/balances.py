"""The trial balance of many books, any balance of an account, and the books as files for other programs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.queries.journals import list_books, read_journal
from tiebeam.apps.ledger.queries.trial import Held, list_account, list_trial
from tiebeam.core.ledger.chart import CHART, MONEY
from tiebeam.interchange.journals.beancount import write_beancount
from tiebeam.interchange.journals.hledger import write_hledger
from tiebeam.interchange.journals.listing import write_listing
from tiebeam.interfaces.messages import say
from tiebeam.interfaces.web.addresses import NotUnderstood
from tiebeam.interfaces.web.downloads import as_file
from tiebeam.interfaces.web.listing import Asked, arrange, read_asked
from tiebeam.interfaces.web.money.words import say_account
from tiebeam.interfaces.web.overview.scope import (
    Scope,
    address_of,
    choose_account,
    choose_owner,
    choose_pair,
    choose_side,
    choose_years,
    list_marks,
    name_pair,
    read_scope,
    say_foot,
    scope_as_file,
    tabs_of,
    with_chosen,
)
from tiebeam.interfaces.web.overview.words import exact_cell
from tiebeam.interfaces.web.page import Link, say_to, show_page
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table

WRITERS = {
    "beancount": (write_beancount, "beancount"),
    "hledger": (write_hledger, "journal"),
    "csv": (write_listing, "csv"),
}
"""How the books are written for each kind of program, with the ending of the file."""


@require_safe
@seated
def show_trial_balance(request: HttpRequest) -> HttpResponse:
    """Show what all accounts of some books hold, and that each group balances."""
    scope = read_scope(request, "year", "pair")
    asked = read_asked(request, filters=("side", "owner"), name="trial")
    side = asked.filters.get("side", "")
    if side not in {"", "donor", "recipient"}:
        raise NotUnderstood("side", "overview.unknown_choice", value=side)
    owner, owners = choose_owner(request, scope.all_pairings)
    held = list_trial(
        scope.ids, scope.asked, side=side, owner_id=owner.pk if owner else None, year=scope.year
    )
    sums = _sums(held)
    is_balanced = all(debit == credit for debit, credit in sums.values())
    table = _trial_table(request, scope, held, asked)
    return scope_as_file(request, scope, table) or show_page(
        request,
        "web/overview/trial_balance.html",
        title=_trial_title(request, scope, sums, is_balanced=is_balanced),
        tabs=tabs_of(request, "trial_balance", scope),
        takes_dates=True,
        scope=scope,
        choices=with_chosen(
            request,
            *scope.choices,
            choose_pair(request, scope.all_pairings),
            owners,
            choose_side(request),
            choose_years(request, {row.key.year for row in held if row.key.year} | set(scope.years)),
        ),
        sums=_sums_table(request, sums) if sums else None,
        table=table,
        exports=[
            Link(say_to(request, f"overview.export.{form}"), address_of(request, "overview_export", scope, form=form))
            for form in WRITERS
        ],
        foot=say_foot(request, scope, say_to(request, "overview.trial_foot")),
    )  # fmt: skip


@require_safe
@seated
def show_balance(request: HttpRequest) -> HttpResponse:
    """Show what one account held in each book, on a day and as known then, beside what it holds now."""
    scope = read_scope(request, "pair")
    asked = read_asked(request, sorts=("pair", "then", "now"), filters=("code",))
    code = asked.filters.get("code", "") or "D1310"
    if code not in CHART:
        raise NotUnderstood("code", "overview.unknown_choice", value=code)
    table = _balance_table(request, scope, code, asked)
    return scope_as_file(request, scope, table) or show_page(
        request,
        "web/overview/balance.html",
        title=say_to(request, "overview.balance_title", account=say_account(request, code)),
        tabs=tabs_of(request, "balance", scope),
        takes_dates=True,
        scope=scope,
        choices=with_chosen(
            request,
            *scope.choices,
            choose_pair(request, scope.all_pairings),
            choose_account(request),
            code=code,
        ),
        table=table,
        foot=say_foot(request, scope, say_to(request, "overview.balance_foot")),
    )


@require_safe
@seated
def give_books(request: HttpRequest) -> HttpResponse:
    """Give the books that may be read as one file, as known now."""
    form = request.GET.get("form", "")
    if form not in WRITERS:
        raise Http404
    scope = read_scope(request, "pair")
    journal = read_journal(
        say_to(request, "overview.export_title", pairs=len(scope.pairings)),
        list_books(pairing_ids=scope.ids),
    )
    names = {
        code: (say(f"ledger.account.{code}", {}, "en"), say(f"ledger.account.{code}", {}, "zh"))
        for code in CHART
    }
    write, ending = WRITERS[form]
    lines = write(replace(journal, account_names=names, notes=list_marks(request, scope)))
    content = "".join(f"{line}\n" for line in lines)
    return as_file(content, f"books.{ending}")


Sums = dict[tuple[str, str], tuple[int, int]]
"""Group and unit → all debits and all credits."""


def _sums(held: Sequence[Held]) -> Sums:
    debits: defaultdict[tuple[str, str], int] = defaultdict(int)
    credits_: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in held:
        key = CHART[row.key.code].group, row.key.unit
        debits[key] += row.debit
        credits_[key] += row.credit
    return {key: (debits[key], credits_[key]) for key in debits}


def _trial_title(request: HttpRequest, scope: Scope, sums: Sums, *, is_balanced: bool) -> str:
    if not sums:
        return say_to(request, "overview.journal_title_none")
    said = say_to(request, "overview.trial_title" if is_balanced else "overview.trial_title_broken")
    if scope.year is None:
        return said
    return say_to(request, "overview.title_year", year=str(scope.year), said=said)


def _sums_table(request: HttpRequest, sums: Sums) -> Table:
    return Table(
        name="trial-sums",
        caption=say_to(request, "overview.trial_sums"),
        columns=(
            Column("group", say_to(request, "overview.group")),
            Column("unit", say_to(request, "overview.unit_head")),
            Column("debit", say_to(request, "overview.debit"), is_number=True),
            Column("credit", say_to(request, "overview.credit"), is_number=True),
            Column("check", say_to(request, "overview.check")),
        ),
        rows=tuple(
            Row(
                (
                    Cell(say_to(request, f"overview.group.{group}")),
                    Cell(_unit(request, unit)),
                    _held(debit, unit),
                    _held(credit, unit),
                    Cell(say_to(request, "overview.balanced"), status="good")
                    if debit == credit
                    else Cell(say_to(request, "overview.not_balanced"), status="bad"),
                )
            )
            for (group, unit), (debit, credit) in sorted(sums.items())
        ),
        can_be_saved=False,
    )


def _trial_table(request: HttpRequest, scope: Scope, held: Sequence[Held], asked: Asked) -> Table:
    return Table(
        name="trial-balance",
        caption=say_to(request, "overview.trial_caption"),
        columns=(
            Column("account", say_to(request, "overview.account")),
            Column("year", say_to(request, "overview.year")),
            Column("unit", say_to(request, "overview.unit_head")),
            Column("debit", say_to(request, "overview.debit"), is_number=True),
            Column("credit", say_to(request, "overview.credit"), is_number=True),
        ),
        rows=tuple(
            Row(
                (
                    Cell(say_account(request, row.key.code)),
                    Cell(str(row.key.year) if row.key.year else ""),
                    Cell(_unit(request, row.key.unit)),
                    _held(row.debit or None, row.key.unit),
                    _held(row.credit or None, row.key.unit),
                ),
                address=address_of(request, "journal", scope, code=row.key.code, year=row.key.year),
            )
            for row in held[asked.start : asked.stop]
        ),
        count=len(held),
        asked=asked,
        empty=say_to(request, "overview.empty"),
    )


def _balance_table(request: HttpRequest, scope: Scope, code: str, asked: Asked) -> Table:
    pairings = {row.pk: row for row in scope.pairings}
    now = list_account(scope.ids, code)
    then = now if scope.asked is None else list_account(scope.ids, code, scope.asked)
    keys = [key for key in dict.fromkeys([*then, *now]) if then.get(key) or now.get(key)]
    keys.sort(key=lambda key: (name_pair(request, pairings[key[0]]), *key[1:]))
    shown, count = arrange(
        keys,
        asked,
        {
            "pair": lambda key: name_pair(request, pairings[key[0]]),
            "then": lambda key: then.get(key, 0),
            "now": lambda key: now.get(key, 0),
        },
    )
    return Table(
        name="balances",
        columns=(
            Column("pair", say_to(request, "overview.pair"), is_sortable=True),
            Column("year", say_to(request, "overview.year")),
            Column("unit", say_to(request, "overview.unit_head")),
            Column("then", say_to(request, "overview.held_then"), is_number=True, is_sortable=True),
            Column("now", say_to(request, "overview.held_now"), is_number=True, is_sortable=True),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_pair(request, pairings[key[0]])),
                    Cell(str(key[1]) if key[1] else ""),
                    Cell(_unit(request, key[2])),
                    _held(then.get(key, 0), key[2]),
                    _held(now.get(key, 0), key[2]),
                ),
                address=address_of(request, "journal", scope, pair=key[0], code=code, year=key[1]),
            )
            for key in shown
        ),
        count=count,
        asked=asked,
        empty=say_to(request, "overview.balance_none"),
        step=Link(say_to(request, "overview.tab.trial_balance"), reverse("trial_balance")),
    )


def _held(amount: int | None, unit: str) -> Cell:
    if amount is None or unit == MONEY:
        return exact_cell(amount)
    return Cell(str(amount), exact=amount)


def _unit(request: HttpRequest, unit: str) -> str:
    return say_to(request, "overview.exact_unit") if unit == MONEY else unit.removeprefix("Q:")
