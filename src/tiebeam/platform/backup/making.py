"""Make a backup: a copy of the database of one moment, the documents, the anchors; no private key."""

import os
import shutil
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from tiebeam import __version__
from tiebeam.platform.backup import postgresql, sqlite
from tiebeam.platform.backup.manifest import (
    ANCHORS,
    DATABASE_FILES,
    DOCUMENTS,
    FORMAT,
    NAME,
    Manifest,
    list_files,
)


def make_backup(target: Path, now: datetime) -> Manifest:
    """
    Write a backup of the workspace to *target*, whole or not at all, and return its manifest.

    Raises:
        BackupDamaged: The database itself is not sound.
        ToolMissing: A program of PostgreSQL is not there.
        ToolFailed: It ended with an error.
    """
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tiebeam-backup-", dir=target.parent) as place:
        staging = Path(place) / "parts"
        staging.mkdir()
        manifest = _collect(staging, now)
        (staging / NAME).write_text(manifest.to_json(), encoding="utf-8")
        part = Path(place) / "packed"
        _pack(staging, part)
        part.replace(target)
    return manifest


def _collect(staging: Path, now: datetime) -> Manifest:
    vendor = connection.vendor
    place = staging / DATABASE_FILES[vendor]
    if vendor == "postgresql":
        taken = postgresql.take_copy(place)
    else:
        taken = sqlite.take_copy(Path(connection.settings_dict["NAME"]), place)
    # After the database: whatever its rows name was stored before they were written.
    _copy_folder(Path(settings.MEDIA_ROOT), staging / DOCUMENTS)
    _copy_folder(Path(settings.TIEBEAM_AUDIT_ANCHORS), staging / ANCHORS)
    files = list_files(staging)
    return Manifest(
        format=FORMAT,
        version=__version__,
        vendor=vendor,
        made_at=now.isoformat(),
        migrations=taken.migrations,
        counts=taken.counts,
        files=files,
        missing_documents=sorted(
            stored_as
            for stored_as, sha256 in taken.documents.items()
            if files.get(f"{DOCUMENTS}/{stored_as}") != sha256
        ),
    )


def _copy_folder(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.part"))


def _pack(staging: Path, part: Path) -> None:
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=5) as archive:
            # The manifest first: what a backup holds is known without unpacking it.
            own = staging / NAME
            others = (path for path in sorted(staging.rglob("*")) if path != own)
            for path in [own, *others]:
                if path.is_file():
                    archive.add(path, path.relative_to(staging).as_posix(), filter=_nameless)
        file.flush()
        os.fsync(file.fileno())


def _nameless(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member
