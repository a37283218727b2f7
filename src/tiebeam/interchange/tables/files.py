"""Files and folders, opened within limits and put in place whole or not at all."""

import contextlib
import errno
import shutil
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tiebeam.errors import Refused
from tiebeam.interchange.tables.findings import Findings

MAX_FILE_BYTES = 64 * 2**20
_MAX_ENTRIES = 2_000
_LITTER_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_LITTER_PREFIXES = ("~$", ".~lock.", "._")


class PathTaken(Refused):
    """What would be written stands already, and is not ours to replace; facts: ``path``."""

    code = "write.path_taken"


class CannotWrite(Refused):
    """The system refused to write; facts: ``path``, ``reason`` (name of the system's error)."""

    code = "write.failed"


def read_file(path: Path, place: str, findings: Findings) -> bytes | None:
    """Return the bytes of a regular file, or None with a fault noted."""
    try:
        if not path.exists():
            findings.add_fault("read.no_such_path", place, value=str(path))
            return None
        if not path.is_file():
            findings.add_fault("read.not_a_file", place, value=str(path))
            return None
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError, RuntimeError) as error:
        findings.add_fault("read.cannot_open", place, value=str(path), reason=error_name(error))
        return None
    if len(content) > MAX_FILE_BYTES:
        findings.add_fault("read.too_large", place, what="bytes", limit=MAX_FILE_BYTES)
        return None
    return content


def list_entries(folder: Path, findings: Findings) -> list[Path] | None:
    """List what lies in *folder*, by name, without hidden files, lock files and notes (.md)."""
    try:
        entries = list(islice(folder.iterdir(), _MAX_ENTRIES + 1))
    except OSError as error:
        findings.add_fault(
            "read.cannot_open", folder.name, value=str(folder), reason=error_name(error)
        )
        return None
    if len(entries) > _MAX_ENTRIES:
        findings.add_fault("read.too_large", folder.name, what="files", limit=_MAX_ENTRIES)
        return None
    return sorted(entry for entry in entries if not is_idle(entry))


def is_idle(path: Path) -> bool:
    """Whether *path* is litter, hidden, or a note (.md): nothing that a reader should look at."""
    return is_litter(path) or path.name.startswith(".") or path.suffix.casefold() == ".md"


def is_litter(path: Path) -> bool:
    """Whether *path* is what desktops and office programs leave behind; nobody misses it."""
    name = path.name.casefold()
    return name in _LITTER_NAMES or name.startswith(_LITTER_PREFIXES)


def error_name(error: Exception) -> str:
    """Return the symbolic name of a system error ("EACCES"), else its class."""
    number = error.errno if isinstance(error, OSError) else None
    return errno.errorcode.get(number or 0, type(error).__name__)


@contextlib.contextmanager
def placed_folder(target: Path) -> Iterator[Path]:
    """
    Give an empty folder to fill, which takes the place of *target* when all went well.

    What stood at *target* is gone then; after an error it stands as before.

    Raises:
        CannotWrite: The system refuses.
    """
    with _told_failures(target):
        target = target.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        with _told_failures(target):
            filled, former = room / "new", room / "former"
            filled.mkdir()
            yield filled
            if target.exists():
                target.rename(former)
            try:
                filled.rename(target)
            except OSError:
                if former.exists():
                    former.rename(target)
                raise
    finally:
        shutil.rmtree(room, ignore_errors=True)


@contextlib.contextmanager
def placed_file(target: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the place of *target* when all went well."""
    with _told_failures(target):
        target = target.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        with _told_failures(target):
            yield room / target.name
            (room / target.name).replace(target)
    finally:
        shutil.rmtree(room, ignore_errors=True)


@contextlib.contextmanager
def _told_failures(target: Path) -> Iterator[None]:
    """Turn a refusal of the system into one of ours."""
    try:
        yield
    except OSError as error:
        raise CannotWrite(path=str(target), reason=error_name(error)) from error
