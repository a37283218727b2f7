"""``tiebeam audit``: seal the log, verify it, prove what it says, keep its key and anchors."""

import time
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.session import Session, demand_positive, write_lines
from tiebeam.interfaces.cli.token import find_token_actor
from tiebeam.interfaces.cli.workspace import open_workspace

if TYPE_CHECKING:
    from tiebeam.platform.audit.findings import Finding, Verification
    from tiebeam.platform.audit.sealing import Sealed


PROGRESS_EVERY_S = 2.0


class KeyAction(StrEnum):
    """What to do with the key that signs heads."""

    SHOW = "show"
    NEW = "new"
    ROTATE = "rotate"


Every = Annotated[float | None, typer.Option(help="help.audit.every", metavar="S")]
Anchors = Annotated[Path | None, typer.Option(help="help.audit.anchors_option", metavar="DIR")]
Record = Annotated[str, typer.Argument(help="help.audit.record", metavar="RECORD")]
OutProof = Annotated[
    Path | None, typer.Option("-o", "--out", help="help.audit.out", metavar="FILE")
]
Action = Annotated[KeyAction, typer.Argument(help="help.audit.action", metavar="show|new|rotate")]


def seal_log(ctx: typer.Context, every: Every = None) -> int:
    """Seal what waits, sign the head and anchor it; again and again where asked."""
    session = session_of(ctx)
    demand_positive("--every", every)
    open_workspace()
    while True:
        _show_sealed(session, _seal())
        if every is None:
            return ExitStatus.DONE
        time.sleep(every)


def verify_log(ctx: typer.Context, anchors: Anchors = None) -> int:
    """Check the whole log against its heads and anchors; status 1 where anything was found."""
    session = session_of(ctx)
    if anchors is not None:
        from tiebeam.interfaces.cli.loading import demand_path

        demand_path(anchors, argument="--anchors")
    open_workspace()
    from django.conf import settings

    from tiebeam.platform.audit.verification import verify

    listen = _Progress(session)
    report = verify(anchors or settings.TIEBEAM_AUDIT_ANCHORS, listen.tell)
    status = ExitStatus.FINDING if report.counts else ExitStatus.DONE
    _show_verification(session, report, status)
    return status


def prove_record(ctx: typer.Context, record: Record, out: OutProof = None) -> int:
    """Write the proof that what the log says of a record is in the sealed tree."""
    session = session_of(ctx)
    record_id = _read_id(record)
    place = Path(f"{record_id}.proof.json") if out is None else out
    from tiebeam.interfaces.cli.loading import demand_free

    demand_free(place, argument="-o")
    open_workspace()
    from django.conf import settings

    from tiebeam.interfaces.cli import console, documents
    from tiebeam.platform.audit.proving import prove, write_proof

    proof = prove(record_id, settings.TIEBEAM_AUDIT_ANCHORS, find_token_actor())
    write_proof(proof, place)
    facts = {
        "record": str(record_id),
        "path": str(place),
        "leaves": len(proof["leaves"]),
        "waiting": len(proof["waiting"]),
        "size": proof["head"]["size"],
        "key": proof["head"]["key_id"],
    }
    if session.wants_json:
        console.print_document(documents.envelope("audit prove", ExitStatus.DONE, facts))
        return ExitStatus.DONE
    lines = [session.say("audit.proven", **facts)]
    if facts["waiting"]:
        lines.append(session.say("audit.proven_waiting", **facts))
    console.print_lines(lines)
    return ExitStatus.DONE


def keep_key(ctx: typer.Context, action: Action) -> int:
    """Show the key that signs, make the first one, or replace it."""
    session = session_of(ctx)
    open_workspace()
    from django.conf import settings

    from tiebeam.interfaces.cli import console, documents
    from tiebeam.platform.audit.keys import load_key, make_key, publish_key

    place, anchors = settings.TIEBEAM_AUDIT_KEY, settings.TIEBEAM_AUDIT_ANCHORS
    if action is KeyAction.ROTATE:
        # What waits is still sealed by the old key, which is gone afterwards.
        _seal()
    if action is KeyAction.SHOW:
        key = load_key(place)
    else:
        key = make_key(place, anchors, replaces=action is KeyAction.ROTATE)
    facts = {"key": key.key_id, "path": str(place), "public": str(publish_key(key, anchors))}
    if session.wants_json:
        console.print_document(documents.envelope("audit key", ExitStatus.DONE, facts))
        return ExitStatus.DONE
    console.print_lines([session.say(f"audit.key_{action.value}", **facts)])
    return ExitStatus.DONE


def list_anchors(ctx: typer.Context) -> int:
    """List the heads that were anchored outside the database."""
    session = session_of(ctx)
    open_workspace()
    from django.conf import settings

    from tiebeam.interfaces.cli import console, documents
    from tiebeam.platform.audit.anchors import FILE, parse_anchor, read_lines

    folder = settings.TIEBEAM_AUDIT_ANCHORS
    found = [a for a in map(parse_anchor, read_lines(folder)) if a is not None]
    rows = [(str(a.size), a.sealed_at, a.root.hex(), a.key_id) for a in found]
    if session.wants_json:
        anchors = [
            dict(zip(("size", "sealed_at", "root", "key_id"), (a.size, *row[1:]), strict=True))
            for a, row in zip(found, rows, strict=True)
        ]
        content = {"path": str(folder / FILE), "anchors": anchors}
        console.print_document(documents.envelope("audit anchors", ExitStatus.DONE, content))
        return ExitStatus.DONE
    columns = [
        console.Column(title=session.say(f"audit.column_{name}"), is_figure=name == "size")
        for name in ("size", "time", "root", "key")
    ]
    title = session.say("audit.anchors", count=len(rows), path=str(folder / FILE))
    # The first signs tell heads apart; --json has them whole.
    short = [(size, at, f"{root[:16]}…", f"{key[:16]}…") for size, at, root, key in rows]
    console.print_table(session, title, columns, short)
    return ExitStatus.DONE


def _seal() -> "Sealed":
    from django.conf import settings

    from tiebeam.platform.audit.keys import load_key
    from tiebeam.platform.audit.sealing import seal_and_anchor

    return seal_and_anchor(
        now=datetime.now(UTC),
        key=load_key(settings.TIEBEAM_AUDIT_KEY),
        anchors=settings.TIEBEAM_AUDIT_ANCHORS,
        addresses=settings.TIEBEAM_AUDIT_MAIL,
    )


def _show_sealed(session: Session, sealed: "Sealed") -> None:
    from tiebeam.interfaces.cli import console, documents

    size = sealed.anchored[-1].size if sealed.anchored else None
    if session.wants_json:
        content = {
            "leaves": sealed.leaves,
            "size": size,
            "anchored": [anchor.line for anchor in sealed.anchored],
            "mailed": sealed.is_mailed,
        }
        console.print_document(documents.envelope("audit seal", ExitStatus.DONE, content))
        return
    code = "audit.nothing_waits" if size is None else "audit.sealed"
    facts = {"leaves": sealed.leaves, "size": size, "heads": len(sealed.anchored)}
    console.print_lines([session.say(code, **facts)])
    if not sealed.is_mailed:
        console.print_notes([session.say("audit.not_mailed")])


def _show_verification(session: Session, report: "Verification", status: ExitStatus) -> None:
    from tiebeam.interfaces.cli import console, documents

    facts: dict[str, object] = {
        "size": report.size,
        "heads": report.heads,
        "anchors": report.anchors,
        "anchored_size": report.anchored_size,
        "anchored_at": report.anchored_at,
        "unanchored": report.unanchored,
        "waiting": report.waiting,
        "since": report.waiting_since.isoformat() if report.waiting_since else "",
        "count": report.counts.total(),
    }
    if session.wants_json:
        findings = [_finding_document(session, finding) for finding in report.findings]
        content = {**facts, "counts": dict(report.counts), "findings": findings}
        console.print_document(documents.envelope("audit verify", status, content))
        return
    code = "audit.verify_findings" if report.counts else "audit.verify_sound"
    lines = [session.say(code, **facts)]
    lines += [f"  {_say_finding(session, finding)}" for finding in report.findings]
    if len(report.findings) < report.counts.total():
        lines.append(session.say("audit.more", count=report.counts.total() - len(report.findings)))
    lines.append(
        session.say("audit.covered" if report.anchored_size else "audit.nothing_covered", **facts)
    )
    if report.unanchored:
        lines.append(session.say("audit.not_anchored", **facts))
    if report.waiting:
        lines.append(session.say("audit.not_sealed", **facts))
    console.print_lines(lines)


def _say_finding(session: Session, finding: "Finding") -> str:
    last = finding.until - 1 if finding.until is not None else None
    return session.say(
        finding.code,
        position=finding.position,
        last=last,
        size=finding.until,
        entry=str(finding.entry_id or ""),
        record=f"{finding.record_type} {finding.record_id}".strip(),
        detail=finding.detail,
    )


def _finding_document(session: Session, finding: "Finding") -> dict[str, Any]:
    return {
        "code": finding.code,
        "message": _say_finding(session, finding),
        "position": finding.position,
        "until": finding.until,
        "entry": str(finding.entry_id) if finding.entry_id else None,
        "record_type": finding.record_type or None,
        "record": finding.record_id or None,
        "detail": finding.detail,
    }


def _read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        fault = Fault(code="audit.not_an_id", place="RECORD", value=text)
        raise InvalidInput([fault]) from error


class _Progress:
    """A line now and then on standard error."""

    def __init__(self, session: Session) -> None:
        self.session, self.told_at = session, time.monotonic()

    def tell(self, done: int, size: int) -> None:
        """Tell how far it is, unless it was told just now."""
        now = time.monotonic()
        if self.session.is_quiet or now - self.told_at < PROGRESS_EVERY_S:
            return
        self.told_at = now
        write_lines([self.session.say("audit.progress", done=done, size=size)])
