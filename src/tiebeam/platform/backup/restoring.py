"""Restore a backup into an empty workspace: checked in a place of its own, then moved, or nothing at all."""

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tiebeam.platform.audit.findings import Verification
from tiebeam.platform.audit.verification import verify
from tiebeam.platform.backup import postgresql, sqlite
from tiebeam.platform.backup.manifest import (
    ANCHORS,
    DOCUMENTS,
    NAME,
    Manifest,
    check_files,
    read_manifest,
)
from tiebeam.platform.backup.refusals import (
    BackupDamaged,
    BackupIsNewer,
    LogNotSound,
    NotABackup,
    OtherDatabase,
    WorkspaceNotEmpty,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was restored, what verifying its log found, and whether other anchors were here already."""

    manifest: Manifest
    log: Verification
    has_other_anchors: bool


def restore_backup(source: Path) -> Restored:
    """
    Restore the backup *source* into this workspace, which must be empty; nothing is left half restored.

    Raises:
        NotABackup: The file is none.
        BackupDamaged: A part of it is not what its manifest says.
        WorkspaceNotEmpty: There are tables or documents here.
        OtherDatabase: It was made of the other kind of database.
        BackupIsNewer: A later version made it.
        LogNotSound: Its log is not what was sealed.
    """
    home = Path(settings.HOME)
    home.mkdir(parents=True, exist_ok=True)
    if connection.vendor == "postgresql":
        postgresql.stay_login_role()
    _demand_empty()
    keeps_own = _has_anchors()
    with tempfile.TemporaryDirectory(prefix=".tiebeam-restore-", dir=home) as place:
        staging = Path(place)
        manifest = _unpack(source, staging)
        _demand_fitting(manifest)
        check_files(staging, manifest)
        if manifest.vendor == "postgresql":
            log = _restore_postgresql(staging, manifest)
        else:
            log = _restore_sqlite(staging, manifest)
        return Restored(manifest=manifest, log=log, has_other_anchors=keeps_own)


def _restore_sqlite(staging: Path, manifest: Manifest) -> Verification:
    copy = staging / manifest.database_file
    sqlite.check_copy(copy, dict(manifest.counts))
    with _looking_at(copy):
        log = _verify(staging)
    # The database last: where it stands, everything stands.
    with _moved_folders(staging):
        copy.replace(connection.settings_dict["NAME"])
    return log


def _restore_postgresql(staging: Path, manifest: Manifest) -> Verification:
    postgresql.restore_copy(staging / manifest.database_file, manifest.counts, staging)
    try:
        log = _verify(staging)
        with _moved_folders(staging):
            return log
    except BaseException:
        connection.close()
        postgresql.clear()
        raise


def _unpack(source: Path, staging: Path) -> Manifest:
    try:
        with tarfile.open(source, mode="r:*") as archive:
            first = archive.next()
            told = archive.extractfile(first) if first is not None and first.name == NAME else None
            if told is None:
                raise NotABackup(path=source, reason=NAME)
            manifest = read_manifest(told.read())
            for member in archive:
                if member.name == NAME:
                    continue
                if member.name not in manifest.files or not member.isreg():
                    raise BackupDamaged(place=member.name)
                archive.extract(member, staging, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        raise NotABackup(path=source, reason=type(error).__name__) from error
    return manifest


def _demand_empty() -> None:
    if connection.vendor == "postgresql":
        is_empty = postgresql.is_empty()
    else:
        is_empty = sqlite.is_empty(Path(connection.settings_dict["NAME"]))
    if not is_empty:
        raise WorkspaceNotEmpty(place=str(connection.settings_dict["NAME"]))
    documents = Path(settings.MEDIA_ROOT)
    if documents.is_dir() and any(documents.iterdir()):
        raise WorkspaceNotEmpty(place=str(documents))


def _demand_fitting(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise OtherDatabase(theirs=manifest.vendor, ours=connection.vendor)
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = [name for name in manifest.migrations if name not in known]
    if unknown:
        raise BackupIsNewer(version=manifest.version, count=len(unknown))


def _verify(staging: Path) -> Verification:
    """Verify the log up to the anchors that came with it."""
    log = verify(staging / ANCHORS)
    if log.counts:
        raise LogNotSound(count=log.counts.total())
    return log


@contextmanager
def _looking_at(database: Path) -> Iterator[None]:
    """Let the records be read from another SQLite file within the block."""
    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(database)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name


@contextmanager
def _moved_folders(staging: Path) -> Iterator[None]:
    """Move documents and anchors to their places; take them away again where the block fails."""
    made: list[Path] = []
    try:
        for name, target in (
            (DOCUMENTS, Path(settings.MEDIA_ROOT)),
            (ANCHORS, Path(settings.TIEBEAM_AUDIT_ANCHORS)),
        ):
            if not (staging / name).is_dir() or (name == ANCHORS and _has_anchors()):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():
                target.rmdir()
            made.append(target)
            shutil.move(staging / name, target)
        yield
    except BaseException:
        for target in made:
            shutil.rmtree(target, ignore_errors=True)
        raise


def _has_anchors() -> bool:
    """Return whether anchors were kept here, which may say more than those of the backup."""
    place = Path(settings.TIEBEAM_AUDIT_ANCHORS)
    return place.is_dir() and any(place.iterdir())
