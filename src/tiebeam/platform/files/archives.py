"""
Office files, which are archives: looked at without unpacking them.

An archive of a few kilobytes can unpack to terabytes, so its own table of
contents is measured first, and one small part of known size is all that is read.
"""

import struct
import zipfile
from io import BytesIO
from pathlib import PurePosixPath

from tiebeam.errors import Refused

ENTRIES_MOST = 4096
TABLE_BYTES_MOST = 1024 * 1024
UNPACKED_BYTES_MOST = 256 * 1024 * 1024
RATIO_MOST = 200
TYPES_BYTES_MOST = 256 * 1024

_TYPES_PART = "[Content_Types].xml"
_MAIN_PARTS = {
    "xlsx": ("xl/workbook.xml", b"spreadsheetml.sheet.main+xml"),
    "docx": ("word/document.xml", b"wordprocessingml.document.main+xml"),
}
_END_OF_TABLE = b"PK\x05\x06"
_END_FORM = struct.Struct("<4s4H2LH")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1


class ArchiveNotSafe(Refused):
    """An office file whose archive is too large unpacked, is locked, or holds what it should not."""

    def __init__(self, *, fault: str, found: int = 0, most: int = 0) -> None:
        self.code = f"files.archive_{fault}"
        super().__init__(fault=fault, found=found, most=most)


def find_office_type(content: bytes) -> str | None:
    """
    Return "xlsx" or "docx" for an archive of that kind, None for any other archive.

    Raises:
        ArchiveNotSafe: It holds too much, a path out of its folder, a lock or a macro.
    """
    _measure_table(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            _refuse_unsafe(entries, len(content))
            return _read_type(archive, {entry.filename for entry in entries})
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, ValueError, struct.error) as error:
        raise ArchiveNotSafe(fault="damaged") from error


def _measure_table(content: bytes) -> None:
    """Refuse a table of contents too large to be read, before it is read."""
    at = content.rfind(_END_OF_TABLE)
    if at < 0 or len(content) < at + _END_FORM.size:
        raise ArchiveNotSafe(fault="damaged")
    entries_count, table_bytes = _END_FORM.unpack_from(content, at)[4:6]
    if entries_count > ENTRIES_MOST:
        raise ArchiveNotSafe(fault="entries", found=entries_count, most=ENTRIES_MOST)
    if table_bytes > TABLE_BYTES_MOST:
        raise ArchiveNotSafe(fault="table_bytes", found=table_bytes, most=TABLE_BYTES_MOST)


def _refuse_unsafe(entries: list[zipfile.ZipInfo], packed_bytes: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    ratio = unpacked // max(packed_bytes, 1)
    for fault, found, most in (
        ("entries", len(entries), ENTRIES_MOST),
        ("unpacked_bytes", unpacked, UNPACKED_BYTES_MOST),
        ("ratio", ratio, RATIO_MOST),
    ):
        if found > most:
            raise ArchiveNotSafe(fault=fault, found=found, most=most)
    names = [entry.filename for entry in entries]
    faults = {
        "locked": any(entry.flag_bits & _ENCRYPTED for entry in entries),
        "method": any(entry.compress_type not in _METHODS for entry in entries),
        "path": any(_leads_out(name) for name in names),
        "twice": len(set(names)) < len(names),
        "macro": any(name.lower().endswith("vbaproject.bin") for name in names),
    }
    for fault, is_so in faults.items():
        if is_so:
            raise ArchiveNotSafe(fault=fault)


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or "\\" in name or ".." in PurePosixPath(name).parts


def _read_type(archive: zipfile.ZipFile, names: set[str]) -> str | None:
    if _TYPES_PART not in names:
        return None
    # One byte more than allowed: the size that the table states may be a lie.
    with archive.open(_TYPES_PART) as part:
        types = part.read(TYPES_BYTES_MOST + 1)
    if len(types) > TYPES_BYTES_MOST:
        raise ArchiveNotSafe(fault="unpacked_bytes", found=len(types), most=TYPES_BYTES_MOST)
    for kind, (main_part, main_type) in _MAIN_PARTS.items():
        if main_part in names and main_type in types:
            return kind
    return None
