"""``tiebeam ledger export``: what stands in the books, for other programs."""

import csv
import io
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.ledger import open_books
from tiebeam.interfaces.cli.session import Session
from tiebeam.interfaces.cli.token import demand_reader

if TYPE_CHECKING:
    from tiebeam.interchange.journals.entries import Journal


class Form(StrEnum):
    """For which program the books are written."""

    BEANCOUNT = "beancount"
    HLEDGER = "hledger"
    CSV = "csv"
    MAPPING = "mapping"


Where = Annotated[str, typer.Argument(help="help.ledger.where", metavar="[PAIR|PROGRAMME]")]
FormOption = Annotated[
    Form, typer.Option("--format", help="help.ledger.format", metavar="|".join(Form))
]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="help.ledger.out", metavar="FILE")]


def export_journal(
    ctx: typer.Context, where: Where = "", form: FormOption = Form.BEANCOUNT, out: Out = None
) -> int:
    """Write the books that the person behind the token reads, as a journal or a table."""
    session = session_of(ctx)
    open_books()
    from tiebeam.interfaces.cli.loading import demand_free

    if out is not None:
        demand_free(out, argument="-o")
    if form is Form.MAPPING:
        return _write(session, _mapping_lines(), out, 0)
    journal = _read(session, where)
    return _write(session, _lines_of(journal, form), out, len(journal.entries))


def _read(session: Session, where: str) -> "Journal":
    from dataclasses import replace

    from tiebeam.apps.ledger.queries.journals import list_books, read_journal
    from tiebeam.core.ledger.chart import CHART
    from tiebeam.interfaces.cli.ledger_places import find_marks, find_pairings, say_marks
    from tiebeam.interfaces.messages import say
    from tiebeam.platform.tenancy.acting import acting

    actor = demand_reader()
    with acting(actor):
        pairings = [pairing.pk for pairing in find_pairings(where)] if where else None
        books = list_books(pairing_ids=pairings)
        journal = read_journal(session.say("ledger_files.export_title", where=where), books)
        notes = say_marks(session, find_marks({book.pairing for book in books}))
    names = {
        code: (say(f"ledger.account.{code}", {}, "en"), say(f"ledger.account.{code}", {}, "zh"))
        for code in CHART
    }
    return replace(journal, account_names=names, notes=notes)


def _lines_of(journal: "Journal", form: Form) -> Iterable[str]:
    from tiebeam.interchange.journals.beancount import write_beancount
    from tiebeam.interchange.journals.hledger import write_hledger
    from tiebeam.interchange.journals.listing import write_listing

    writers = {
        Form.BEANCOUNT: write_beancount,
        Form.HLEDGER: write_hledger,
        Form.CSV: write_listing,
    }
    return writers[form](journal)


def _mapping_lines() -> Iterable[str]:
    from tiebeam.interchange.journals.mapping import list_mapping

    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(list_mapping())
    return stream.getvalue().splitlines()


def _write(session: Session, lines: Iterable[str], out: Path | None, entries: int) -> int:
    from tiebeam.interchange.tables.files import placed_file
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.interfaces.cli.session import write_out

    if out is None and not session.wants_json:
        for line in lines:
            write_out(line)
        return ExitStatus.DONE
    content: dict[str, object] = {"entries": entries}
    if out is None:
        content["text"] = "".join(f"{line}\n" for line in lines)
    else:
        content["path"] = str(out)
        with placed_file(out) as place, place.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
    if session.wants_json:
        console.print_document(documents.envelope("ledger export", ExitStatus.DONE, content))
    else:
        told = session.say("ledger_files.exported", entries=entries, path=str(out))
        console.print_lines([told])
    return ExitStatus.DONE
