"""``tiebeam backup`` and ``tiebeam restore``: the workspace in one file, and back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.workspace import open_workspace

if TYPE_CHECKING:
    from tiebeam.platform.backup.manifest import Manifest

Target = Annotated[Path, typer.Argument(help="help.backup.file", metavar="FILE")]
Source = Annotated[Path, typer.Argument(help="help.restore.file", metavar="FILE")]

NAMES_SHOWN = 5


def backup(ctx: typer.Context, file: Target) -> int:
    """Write a backup of the workspace."""
    session = session_of(ctx)
    from tiebeam.interfaces.cli.loading import demand_free

    demand_free(file, argument="FILE")
    open_workspace()
    from django.utils import timezone

    from tiebeam.interfaces.cli import console, documents
    from tiebeam.platform.backup.making import make_backup

    manifest = make_backup(file, timezone.now())
    missing = manifest.missing_documents
    status = ExitStatus.FINDING if missing else ExitStatus.DONE
    facts = {**_facts(manifest), "path": str(file), "bytes": file.stat().st_size}
    if session.wants_json:
        content = {**facts, "missing_documents": missing, "migrations": manifest.migrations}
        console.print_document(documents.envelope("backup", status, content))
        return status
    console.print_lines([session.say("backup.made", **facts)])
    if missing:
        names = ", ".join(missing[:NAMES_SHOWN])
        console.print_notes([session.say("backup.missing", count=len(missing), names=names)])
    return status


def restore(ctx: typer.Context, file: Source) -> int:
    """Restore a backup into an empty workspace."""
    session = session_of(ctx)
    from tiebeam.interfaces.cli.loading import demand_path

    demand_path(file, argument="FILE")
    open_workspace()
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.interfaces.cli.serving import count_waiting_migrations
    from tiebeam.platform.backup.restoring import restore_backup

    restored = restore_backup(file)
    log, waiting = restored.log, count_waiting_migrations()
    facts = {**_facts(restored.manifest), "made_at": restored.manifest.made_at}
    log_facts = {"size": log.size, "anchored": log.anchored_size, "waiting": log.waiting}
    if session.wants_json:
        content = {
            **facts,
            "log": log_facts,
            "migrations_waiting": waiting,
            "has_other_anchors": restored.has_other_anchors,
        }
        console.print_document(documents.envelope("restore", ExitStatus.DONE, content))
        return ExitStatus.DONE
    lines = [
        session.say("backup.restored", **facts),
        session.say("backup.log_sound", **log_facts),
        session.say("backup.keys"),
    ]
    if restored.has_other_anchors:
        lines.append(session.say("backup.other_anchors"))
    if waiting:
        lines.append(session.say("backup.migrations_wait", count=waiting))
    console.print_lines(lines)
    return ExitStatus.DONE


def _facts(manifest: "Manifest") -> dict[str, object]:
    from tiebeam.platform.backup.manifest import DOCUMENTS

    return {
        "rows": sum(manifest.counts.values()),
        "tables": len(manifest.counts),
        "documents": sum(name.startswith(f"{DOCUMENTS}/") for name in manifest.files),
    }
