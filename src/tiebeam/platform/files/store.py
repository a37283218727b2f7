"""The folder of documents, outside the web root: whole files under random names, or none."""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from tiebeam.errors import TiebeamError

_RANDOM_BYTES = 24


class DocumentDamaged(TiebeamError):
    """What is stored is no longer what was attached, or is gone."""

    code = "files.document_damaged"


def make_stored_name() -> str:
    """Return a name that says nothing and that nobody can guess."""
    name = secrets.token_hex(_RANDOM_BYTES)
    return f"{name[:2]}/{name}"


def hash_of_content(content: bytes) -> str:
    """Return the SHA-256 of *content*, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write_content(stored_as: str, content: bytes) -> None:
    """Store *content* under *stored_as*: after a crash the file is there whole, or not at all."""
    path = _path(stored_as)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _settle(path.parent)
    except BaseException:
        remove_content(stored_as)
        raise


def remove_content(stored_as: str) -> None:
    """Remove what is stored under *stored_as*, whole or in part, where there is anything."""
    path = _path(stored_as)
    for each in (path, path.with_suffix(".part")):
        with suppress(FileNotFoundError):
            each.unlink()


def read_content(stored_as: str, sha256: str) -> bytes:
    """
    Return what is stored under *stored_as*.

    Raises:
        DocumentDamaged: It is gone, or its hash is not *sha256*.
    """
    try:
        content = _path(stored_as).read_bytes()
    except OSError as error:
        raise DocumentDamaged(expected=sha256, found="") from error
    found = hash_of_content(content)
    if found != sha256:
        raise DocumentDamaged(expected=sha256, found=found)
    return content


def _path(stored_as: str) -> Path:
    folder = Path(settings.MEDIA_ROOT).resolve()
    path = (folder / stored_as).resolve()
    assert path.is_relative_to(folder), stored_as
    return path


def _settle(folder: Path) -> None:
    """Have the name of a new file on disk as well, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
