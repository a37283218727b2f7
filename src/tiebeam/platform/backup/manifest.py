"""What a backup says of itself: version, database, migrations, rows of each table, hash of each file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from tiebeam.platform.backup.refusals import BackupDamaged, NotABackup

FORMAT = "tiebeam-backup/1"
NAME = "manifest.json"
DOCUMENTS, ANCHORS = "documents", "anchors"
DATABASE_FILES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """
    What a backup holds.

    Attributes:
        format: Which form of backup this is.
        version: The version of Tiebeam that made it.
        vendor: "sqlite" or "postgresql".
        made_at: When, in ISO 8601.
        migrations: The changes that its tables have seen, as ``app.name``.
        counts: Rows of each table.
        files: SHA-256 of each file by its place in the backup.
        missing_documents: Documents that the records name and the folder lacks, or holds otherwise.
    """

    format: str
    version: str
    vendor: str
    made_at: str
    migrations: list[str]
    counts: Mapping[str, int]
    files: Mapping[str, str]
    missing_documents: list[str]

    @property
    def database_file(self) -> str:
        """Where the database stands in the backup."""
        return DATABASE_FILES[self.vendor]

    def to_json(self) -> str:
        """Return the text of the manifest."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read_manifest(text: bytes) -> Manifest:
    """
    Return the manifest of a backup.

    Raises:
        NotABackup: The text is none, or names a place outside the backup.
    """
    try:
        content = json.loads(text)
        manifest = Manifest(**content)
        is_known = manifest.format == FORMAT and manifest.vendor in DATABASE_FILES
        is_sound = is_known and all(_is_inside(name) for name in manifest.files)
    except (ValueError, TypeError, AttributeError) as error:
        raise NotABackup(reason=type(error).__name__) from error
    if not is_sound or manifest.database_file not in manifest.files:
        raise NotABackup(reason=NAME)
    return manifest


def hash_of_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def list_files(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below *folder* by its place there."""
    return {
        path.relative_to(folder).as_posix(): hash_of_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def check_files(folder: Path, manifest: Manifest) -> None:
    """
    Compare what lies in *folder* with the manifest.

    Raises:
        BackupDamaged: A file is missing, other, or too many.
    """
    found = {name: value for name, value in list_files(folder).items() if name != NAME}
    for name in sorted({*found, *manifest.files}):
        if found.get(name) != manifest.files.get(name):
            raise BackupDamaged(place=name)


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name
