"""``tiebeam ledger import``: many events at once, proposed as one and posted part by part."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.faults import print_warnings
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.ledger import (
    Document,
    PairOption,
    Purpose,
    Sure,
    open_books,
    read_given,
)
from tiebeam.interfaces.cli.session import Session, write_lines
from tiebeam.interfaces.cli.token import demand_token_actor

if TYPE_CHECKING:
    from tiebeam.interchange.ledger_events.given import GivenEvent, ReadEvents
    from tiebeam.platform.tenancy.acting import Actor

Sheet = Annotated[Path | None, typer.Argument(help="help.ledger.sheet", metavar="FILE")]
Programme = Annotated[
    str, typer.Option("--programme", help="help.ledger.programme", metavar="NAME")
]
CheckImport = Annotated[
    str, typer.Option("--check", help="help.ledger.check_import", metavar="IMPORT")
]
Preview = Annotated[bool, typer.Option("--preview", help="help.ledger.preview")]
Template = Annotated[
    Path | None, typer.Option("--template", help="help.ledger.template", metavar="FILE")
]


def import_events(
    ctx: typer.Context,
    sheet: Sheet = None,
    programme: Programme = "",
    pair: PairOption = "",
    document: Document = "",
    purpose: Purpose = "",
    check: CheckImport = "",
    template: Template = None,
    *,
    preview: Preview = False,
    sure: Sure = False,
) -> int:
    """Propose all rows of a sheet as one import, or post one that another person proposed."""
    session = session_of(ctx)
    given = [bool(sheet), bool(check), bool(template)]
    if sum(given) != 1:
        raise InvalidInput([Fault(code="ledger_files.one_of", place="FILE | --check | --template")])
    open_books()
    if template is not None:
        return _write_template(session, template)
    actor = demand_token_actor()
    if check:
        return _post_import(session, _read_id(check), actor)
    assert sheet is not None
    read = read_given(sheet, {"document": document, "purpose": purpose, "pairing": pair})
    return _propose_import(session, sheet, read, programme, actor, is_preview=preview, is_sure=sure)


def _propose_import(
    session: Session,
    sheet: Path,
    read: "ReadEvents",
    programme: str,
    actor: "Actor",
    *,
    is_preview: bool,
    is_sure: bool,
) -> int:
    from django.utils import timezone

    from tiebeam.apps.ledger.operations.imports import look_at_import, propose_import
    from tiebeam.apps.regions.operations.rows import GivenRow
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.interfaces.cli.ledger_places import find_programme
    from tiebeam.platform.tenancy.acting import acting

    now = timezone.now()
    rows = [GivenRow(number=number, values=values) for number, values in read.rows]
    with acting(actor):
        of = find_programme(programme or _programme_of(read.events))
        looked = look_at_import(of, rows, actor, now)
    if looked.faults:
        raise InvalidInput(looked.faults, looked.questions)
    new = sum(not event.is_posted for event in looked.events)
    facts: dict[str, object] = {"create": new, "skip": len(looked.events) - new}
    if not is_preview:
        if looked.questions and not is_sure:
            count: dict[str, object] = {"count": len(looked.questions)}
            asked = Fault(code="ledger_files.questions", facts=count)
            raise InvalidInput([asked], looked.questions)
        proposal = propose_import(
            programme=of, rows=rows, source=sheet.name, is_sure=is_sure, actor=actor, now=now
        )
        facts["import"] = str(proposal.pk)
    if session.wants_json:
        content = {**facts, "questions": documents.warning_documents(session, looked.questions)}
        console.print_document(documents.envelope("ledger import", ExitStatus.DONE, content))
        return ExitStatus.DONE
    print_warnings(session, [*read.warnings, *looked.questions])
    code = "ledger_files.import_preview" if is_preview else "ledger_files.import_proposed"
    console.print_lines([session.say(code, **facts)])
    return ExitStatus.DONE


def _programme_of(events: "Sequence[GivenEvent]") -> str:
    named = {event.pair.programme for event in events} - {""}
    return named.pop() if len(named) == 1 else ""


def _post_import(session: Session, import_id: UUID, actor: "Actor") -> int:
    from tiebeam.apps.ledger.import_models import ImportProposal
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.interfaces.jobs.ledger_importing import post_parts
    from tiebeam.platform.tenancy.acting import acting

    with acting(actor):
        proposal = ImportProposal.objects.select_related("programme").filter(pk=import_id).first()
    if proposal is None:
        raise InvalidInput(
            [Fault(code="ledger_files.unknown_import", place="--check", value=str(import_id))]
        )

    def tell(done: int, of: int) -> None:
        if not session.is_quiet:
            write_lines([session.say("ledger_files.importing", done=done, of=of)])

    counts = post_parts(proposal, actor, tell)
    facts = {"import": str(import_id), **counts}
    if session.wants_json:
        console.print_document(documents.envelope("ledger import", ExitStatus.DONE, facts))
    else:
        console.print_lines([session.say("ledger_files.import_posted", **counts)])
    return ExitStatus.DONE


def _write_template(session: Session, path: Path) -> int:
    from tiebeam.interchange.tables.files import placed_file
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.interfaces.cli.loading import demand_free
    from tiebeam.interfaces.jobs.ledger_forms import write_form

    demand_free(path, argument="--template")
    with placed_file(path) as place:
        place.write_bytes(write_form(session.language, []))
    if session.wants_json:
        content = {"path": str(path)}
        console.print_document(documents.envelope("ledger import", ExitStatus.DONE, content))
    else:
        console.print_lines([session.say("ledger_files.template_written", path=str(path))])
    return ExitStatus.DONE


def _read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput(
            [Fault(code="ledger_files.unknown_import", place="--check", value=text)]
        ) from error
