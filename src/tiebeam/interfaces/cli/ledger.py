"""``tiebeam ledger post`` and ``close``: events of the ledger, by two people."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.faults import fault_document, list_fault_lines, print_warnings
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.session import Session, write_lines
from tiebeam.interfaces.cli.token import (
    CHECKER_VARIABLE,
    TOKEN_VARIABLE,
    TokenMissing,
    list_token_actors,
)
from tiebeam.interfaces.cli.workspace import open_workspace

if TYPE_CHECKING:
    from tiebeam.interchange.ledger_events.given import ReadEvents
    from tiebeam.interfaces.cli.ledger_taking import Taken
    from tiebeam.platform.tenancy.acting import Actor

Events = Annotated[Path, typer.Argument(help="help.ledger.events", metavar="FILE|-")]
PairOption = Annotated[str, typer.Option("--pair", help="help.ledger.pair", metavar="PAIR")]
Where = Annotated[str, typer.Argument(help="help.ledger.where", metavar="PAIR|PROGRAMME")]
Year = Annotated[int, typer.Argument(help="help.ledger.year", metavar="YEAR", min=1949, max=2200)]
SideOption = Annotated[
    str, typer.Option("--side", help="help.ledger.side", metavar="donor|recipient")
]
Document = Annotated[str, typer.Option("--document", help="help.ledger.document", metavar="TEXT")]
Purpose = Annotated[str, typer.Option("--purpose", help="help.ledger.purpose", metavar="TEXT")]
Agreement = Annotated[
    str, typer.Option("--agreement", help="help.ledger.agreement", metavar="TEXT")
]
Check = Annotated[bool, typer.Option("--check", help="help.ledger.check")]
Sure = Annotated[bool, typer.Option("--sure", help="help.ledger.sure")]
CarryDue = Annotated[bool, typer.Option("--carry-due", help="help.ledger.carry_due")]
Lapse = Annotated[bool, typer.Option("--lapse-appropriated", help="help.ledger.lapse")]
OUTCOMES = ("posted", "proposed", "stands", "waits", "theirs", "missing")


def post(
    ctx: typer.Context,
    events: Events,
    pair: PairOption = "",
    document: Document = "",
    purpose: Purpose = "",
    agreement: Agreement = "",
    *,
    check: Check = False,
    sure: Sure = False,
) -> int:
    """Propose the events of a file, or post those that another person proposed."""
    session = session_of(ctx)
    open_books()
    makers, checkers = _people(is_checking=check)
    common = {"document": document, "purpose": purpose, "agreement": agreement, "pairing": pair}
    read = read_given(events, common)
    return _take(session, "post", read, makers, checkers, is_sure=sure or check)


def close(
    ctx: typer.Context,
    where: Where,
    year: Year,
    side: SideOption = "",
    *,
    carry_due: CarryDue = False,
    lapse_appropriated: Lapse = False,
    check: Check = False,
) -> int:
    """End a fiscal year of one side's books, of a pair or of all pairs of a programme."""
    session = session_of(ctx)
    if side not in {"", "donor", "recipient"}:
        facts: dict[str, object] = {"term": "side", "known": ("donor", "recipient")}
        raise InvalidInput(
            [Fault(code="ledger.term_missing", place="--side", value=side, facts=facts)]
        )
    open_books()
    from tiebeam.interchange.ledger_events.given import ReadEvents
    from tiebeam.interfaces.cli.ledger_places import list_year_ends

    makers, checkers = _people(is_checking=check)
    carried = {"B110": carry_due, "B120": not lapse_appropriated}
    ends = list_year_ends(where, year, side, carried, makers or checkers)
    read = ReadEvents(events=tuple(ends), faults=(), warnings=())
    return _take(session, "close", read, makers, checkers, is_sure=True)


def open_books() -> None:
    """Make the records usable, and refuse to go on with tables of another version."""
    open_workspace()
    from tiebeam.interfaces.cli.serving import demand_prepared

    demand_prepared()


def _people(*, is_checking: bool) -> "tuple[list[Actor], list[Actor]]":
    """
    Return who proposes and who posts.

    Raises:
        TokenMissing: Nobody's token is given.
    """
    holders = list_token_actors(TOKEN_VARIABLE)
    if not holders:
        raise TokenMissing(variable=TOKEN_VARIABLE)
    return ([], holders) if is_checking else (holders, list_token_actors(CHECKER_VARIABLE))


def read_given(path: Path, common: dict[str, str]) -> "ReadEvents":
    """
    Return the events of a file, or of standard input where it is "-".

    Raises:
        InvalidInput: Everything wrong with it.
    """
    from tiebeam.interchange.tables.files import MAX_FILE_BYTES, read_file
    from tiebeam.interchange.tables.findings import Findings
    from tiebeam.interfaces.jobs import ledger_forms

    findings = Findings()
    if str(path) == "-":
        content: bytes | None = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
        if len(content or b"") > MAX_FILE_BYTES:
            findings.add_fault("read.too_large", "-", what="bytes", limit=MAX_FILE_BYTES)
    else:
        content = read_file(path, path.name, findings)
    if content is None or findings.faults:
        raise InvalidInput(findings.faults)
    read = ledger_forms.read_file(content, path.name, common)
    if read.faults:
        raise InvalidInput(read.faults, read.warnings)
    return read


def _take(
    session: Session,
    command: str,
    read: "ReadEvents",
    makers: "Sequence[Actor]",
    checkers: "Sequence[Actor]",
    *,
    is_sure: bool,
) -> int:
    from django.utils import timezone

    from tiebeam.interfaces.cli.ledger_taking import Taking, find_differences

    taking = Taking(makers, checkers, timezone.now())
    taken = taking.take(read.events, is_sure=is_sure)
    differences = find_differences(taken, read.balances, [*makers, *checkers])
    status = ExitStatus.FINDING if differences else ExitStatus.DONE
    _show(session, command, taken, read.warnings, differences, status)
    return status


def _show(
    session: Session,
    command: str,
    taken: "Sequence[Taken]",
    warnings: Sequence[Fault],
    differences: Sequence[Fault],
    status: ExitStatus,
) -> None:
    from tiebeam.interfaces.cli import console, documents

    counts = {word: sum(each.outcome == word for each in taken) for word in OUTCOMES}
    if session.wants_json:
        content = {
            "counts": counts,
            "events": [_event_document(each) for each in taken],
            "differences": [fault_document(session, fault) for fault in differences],
            "warnings": documents.warning_documents(session, warnings),
        }
        console.print_document(documents.envelope(f"ledger {command}", status, content))
        return
    print_warnings(session, warnings)
    if not session.is_quiet:
        _print_events(session, taken)
    console.print_lines(
        [""] * (not session.is_quiet) + [session.say("ledger_files.taken", **counts)]
    )
    if counts["proposed"] or counts["waits"]:
        console.print_notes([session.say("ledger_files.second_person")])
    if differences:
        write_lines([session.say("ledger_files.balances_differ", count=len(differences))])
        write_lines(list_fault_lines(session, differences))


def _print_events(session: Session, taken: "Sequence[Taken]") -> None:
    from tiebeam.interfaces.cli import console
    from tiebeam.interfaces.messages.figures import exact_money

    columns = [
        console.Column(title=session.say(f"ledger_files.head.{name}"), is_figure=name == "amount")
        for name in ("row", "day", "event", "amount", "key", "outcome")
    ]
    rows = [
        (
            str(each.event.given.row or ""),
            each.event.given.on.isoformat(),
            session.say(f"ledger.kind.{each.event.given.kind}"),
            exact_money(each.event.terms.amount, session.language)
            if each.event.terms.amount
            else "",
            each.event.given.key or str(each.event.key)[:8],
            session.say(f"ledger_files.outcome.{each.outcome}"),
        )
        for each in taken
    ]
    console.print_table(session, session.say("ledger_files.events"), columns, rows)


def _event_document(taken: "Taken") -> dict[str, object]:
    event = taken.event
    return {
        "row": event.given.row,
        "kind": event.given.kind,
        "day": event.given.on,
        "amount_fen": event.terms.amount,
        "quantity": event.terms.quantity,
        "quantity_unit": event.terms.quantity_unit,
        "key": event.given.key,
        "batch": event.key,
        "pairing": event.pairing.pk,
        "side": event.side,
        "outcome": taken.outcome,
    }
