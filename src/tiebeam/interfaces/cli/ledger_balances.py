"""``tiebeam ledger balance`` and ``trial``: what accounts hold, on a day and as known then."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.ledger import open_books
from tiebeam.interfaces.cli.session import Session, write_lines
from tiebeam.interfaces.cli.token import demand_reader

if TYPE_CHECKING:
    from tiebeam.apps.ledger.queries.trial import Held
    from tiebeam.apps.ledger.queries.verification import Difference
    from tiebeam.apps.pairings.models import Pairing
    from tiebeam.platform.time.periods import AsOf

Accounts = Annotated[list[str], typer.Argument(help="help.ledger.accounts", metavar="ACCOUNT...")]
Of = Annotated[str, typer.Option("--of", help="help.ledger.where", metavar="PAIR|PROGRAMME")]
Where = Annotated[str, typer.Argument(help="help.ledger.where", metavar="PAIR|PROGRAMME")]
TrueOn = Annotated[str, typer.Option("--true-on", help="help.ledger.true_on", metavar="DAY")]
AsOfDay = Annotated[str, typer.Option("--as-of", help="help.ledger.true_on", metavar="DAY")]
KnownOn = Annotated[str, typer.Option("--known-on", help="help.ledger.known_on", metavar="DAY")]
YearOption = Annotated[
    int | None, typer.Option("--year", help="help.ledger.year", metavar="YEAR", min=1949, max=2200)
]
Verify = Annotated[bool, typer.Option("--verify", help="help.ledger.verify")]
SideOption = Annotated[
    str, typer.Option("--side", help="help.ledger.side_read", metavar="donor|recipient")
]


def show_balances(
    ctx: typer.Context,
    accounts: Accounts,
    of: Of = "",
    true_on: TrueOn = "",
    known_on: KnownOn = "",
) -> int:
    """Show what accounts hold in each pair, on a day and as known then."""
    session = session_of(ctx)
    asked = _read_accounts(accounts)
    open_books()
    from tiebeam.apps.ledger.queries.trial import list_account
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.interfaces.cli.ledger_places import find_marks, say_marks
    from tiebeam.platform.tenancy.acting import acting

    as_of = _read_as_of(true_on, known_on)
    with acting(demand_reader()):
        pairings = {pairing.pk: pairing for pairing in _find(of)}
        found = [
            (pairings[pairing_id], code, of_year, unit, amount)
            for code, year in asked
            for (pairing_id, of_year, unit), amount in list_account(
                list(pairings), code, as_of
            ).items()
            if year is None or of_year == year
        ]
        marks = find_marks({pairing for pairing, *_ in found})
    if session.wants_json:
        rows = [
            {
                "pairing": pairing.pk,
                "donor": session.name(pairing.donor.name_en, pairing.donor.name_zh),
                "recipient": session.name(pairing.recipient.name_en, pairing.recipient.name_zh),
                "account": code,
                "year": year or None,
                "unit": unit,
                "balance": amount,
            }
            for pairing, code, year, unit, amount in found
        ]
        content = {**_asked(as_of), **marks, "balances": rows}
        console.print_document(documents.envelope("ledger balance", ExitStatus.DONE, content))
        return ExitStatus.DONE
    columns = [
        console.Column(title=session.say(f"ledger_files.head.{name}"), is_figure=name == "balance")
        for name in ("pair", "account", "year", "balance")
    ]
    lines = [
        (
            f"{session.name(p.donor.name_en, p.donor.name_zh)} : {session.name(p.recipient.name_en, p.recipient.name_zh)}",
            _account(session, code),
            str(year or ""),
            _amount(session, amount, unit),
        )
        for p, code, year, unit, amount in found
    ]
    console.print_table(session, session.say("ledger_files.balances"), columns, lines)
    console.print_lines(say_marks(session, marks))
    return ExitStatus.DONE


def show_trial(
    ctx: typer.Context,
    where: Where = "",
    year: YearOption = None,
    side: SideOption = "",
    as_of: AsOfDay = "",
    known_on: KnownOn = "",
    *,
    verify: Verify = False,
) -> int:
    """Show what all accounts hold, and that each group balances; status 1 where one does not."""
    session = session_of(ctx)
    if side not in {"", "donor", "recipient"}:
        facts: dict[str, object] = {"term": "side", "known": ("donor", "recipient")}
        raise InvalidInput(
            [Fault(code="ledger.term_missing", place="--side", value=side, facts=facts)]
        )
    open_books()
    from tiebeam.apps.ledger.queries.trial import list_trial
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.interfaces.cli.ledger_places import find_marks, say_marks
    from tiebeam.platform.tenancy.acting import acting

    moment = _read_as_of(as_of, known_on)
    with acting(demand_reader()):
        found = _find(where)
        pairings, marks = [pairing.pk for pairing in found], find_marks(found)
        held = list_trial(pairings, moment, side=side, year=year)
        amiss = _verify(pairings) if verify else []
    sums = _sums(held)
    is_balanced = all(debit == credit for debit, credit in sums.values())
    status = ExitStatus.DONE if is_balanced and not amiss else ExitStatus.FINDING
    if session.wants_json:
        content = {
            **_asked(moment),
            **marks,
            "year": year,
            "is_balanced": is_balanced,
            **({"amiss": [asdict(each) for each in amiss]} if verify else {}),
            "accounts": [
                {
                    "account": row.key.code,
                    "year": row.key.year or None,
                    "unit": row.key.unit,
                    "debit": row.debit,
                    "credit": row.credit,
                }
                for row in held
            ],
        }
        console.print_document(documents.envelope("ledger trial", status, content))
        return status
    columns = [
        console.Column(
            title=session.say(f"ledger_files.head.{name}"), is_figure=name in {"debit", "credit"}
        )
        for name in ("account", "year", "debit", "credit")
    ]
    lines = [
        (
            _account(session, row.key.code),
            str(row.key.year or ""),
            _amount(session, row.debit, row.key.unit) if row.debit else "",
            _amount(session, row.credit, row.key.unit) if row.credit else "",
        )
        for row in held
    ]
    console.print_table(session, session.say("ledger_files.trial"), columns, lines)
    code = "balanced" if is_balanced else "not_balanced"
    said = session.say(f"ledger_files.{code}", count=len(sums))
    console.print_lines(["", said, *say_marks(session, marks)])
    if verify:
        told = [
            session.say(f"ledger_files.amiss.{each.law}", **asdict(each))
            for each in amiss
        ]  # fmt: skip
        write_lines(told or [session.say("ledger_files.nothing_amiss")])
    return status


def _verify(pairing_ids: Sequence[UUID]) -> "list[Difference]":
    from tiebeam.apps.ledger.models import Book
    from tiebeam.apps.ledger.queries.verification import verify_books

    return verify_books(Book.objects.filter(pairing_id__in=pairing_ids))


def _read_accounts(words: Sequence[str]) -> list[tuple[str, int | None]]:
    """
    Return code and year of each account; ``B110/2024`` names one of a year.

    Raises:
        InvalidInput: One is not of the chart, or the year is none.
    """
    from tiebeam.core.ledger.chart import CHART

    asked: list[tuple[str, int | None]] = []
    faults: list[Fault] = []
    for word in words:
        code, slash, year = word.upper().partition("/")
        if code not in CHART:
            known: dict[str, object] = {"known": tuple(CHART)}
            faults.append(
                Fault(code="ledger_files.unknown_account", place="ACCOUNT", value=word, facts=known)
            )
        elif slash and not (year.isascii() and year.isdigit()):
            faults.append(Fault(code="ledger_files.not_a_year", place="ACCOUNT", value=word))
        else:
            asked.append((code, int(year) if year else None))
    if faults:
        raise InvalidInput(faults)
    return asked


def _read_as_of(true_on: str, known_on: str) -> "AsOf | None":
    """
    Return the day, and the end of the day whose knowledge counts; None where neither is asked.

    Raises:
        InvalidInput: One is no day.
    """
    from django.utils import timezone

    from tiebeam.platform.time.periods import AsOf

    if not true_on and not known_on:
        return None
    day = _read_day(true_on, "--true-on") or timezone.localdate()
    known = _read_day(known_on, "--known-on")
    if known is None:
        return AsOf(true_on=day)
    end = timezone.make_aware(datetime.combine(known + timedelta(days=1), time.min))
    return AsOf(true_on=day, known_at=end)


def _read_day(text: str, option: str) -> date | None:
    from tiebeam.interchange.tables.days import parse_day

    day = parse_day(text) if text else None
    if text and day is None:
        raise InvalidInput([Fault(code="read.not_a_day", place=option, value=text)])
    return day


def _find(where: str) -> "list[Pairing]":
    from tiebeam.apps.pairings.models import Pairing
    from tiebeam.interfaces.cli.ledger_places import find_pairings

    if where:
        return find_pairings(where)
    related = Pairing.objects.select_related("programme", "donor", "recipient")
    return list(related.order_by("pk"))


def _asked(as_of: "AsOf | None") -> dict[str, object]:
    from django.utils import timezone

    from tiebeam.apps.ledger.queries.finality import is_final

    known_at = as_of.known_at if as_of else None
    return {
        "true_on": as_of.true_on if as_of else None,
        "known_at": known_at,
        "is_final": is_final(known_at, timezone.now()),
    }


def _sums(held: "Sequence[Held]") -> dict[tuple[str, str], tuple[int, int]]:
    """Return what each side comes to, by book's group and unit: each balances by itself."""
    from tiebeam.core.ledger.chart import CHART

    sums: defaultdict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in held:
        kind = CHART[row.key.code]
        key = (f"{kind.side} {kind.group}", row.key.unit)
        debit, credit = sums[key]
        sums[key] = (debit + row.debit, credit + row.credit)
    return dict(sums)


def _account(session: Session, code: str) -> str:
    return f"{code} {session.say(f'ledger.account.{code}')}"


def _amount(session: Session, amount: int, unit: str) -> str:
    from tiebeam.core.ledger.chart import MONEY
    from tiebeam.interfaces.messages.figures import exact_money, number

    if unit == MONEY:
        return exact_money(amount, session.language)
    return f"{number(amount)} {unit.removeprefix('Q:')}"
