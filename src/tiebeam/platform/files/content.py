"""What a file is, found in its content: neither its name nor what the sender says is believed."""

from tiebeam.errors import Refused
from tiebeam.platform.files.archives import find_office_type
from tiebeam.platform.files.names import extension_of

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv",
    "txt": "text/plain",
}
"""The kinds of content that are taken, and the media type under which each is sent."""

_EXTENSIONS = {kind: kind for kind in MEDIA_TYPES} | {"jpg": "jpeg"}
_TEXTS = {"csv", "txt"}
ENCODINGS = ("utf-8", "gb18030")
# Of the control characters, plain text holds tab, line feed, form feed and carriage return.
_BINARY = bytes(sorted((set(range(32)) - {9, 10, 12, 13}) | {127}))
_PDF_END_BYTES = 2048


class TypeNotAllowed(Refused):
    """A file of a kind that is not taken."""

    code = "files.type_not_allowed"


class ContentDoesNotFit(Refused):
    """A file whose content is not what its name says."""

    code = "files.content_does_not_fit"


def find_media_type(name: str, content: bytes) -> str:
    """
    Return the media type of *content*, which must be what the extension of *name* says.

    Raises:
        TypeNotAllowed: The extension stands for no kind that is taken.
        ContentDoesNotFit: The content is something else.
        ArchiveNotSafe: It is an archive that must not be unpacked.
    """
    extension = extension_of(name)
    expected = _EXTENSIONS.get(extension)
    if expected is None:
        raise TypeNotAllowed(name=name, extension=extension, allowed=tuple(sorted(_EXTENSIONS)))
    found = _find_kind(content)
    # Commas make no signature: any plain text may be a table.
    fits = found in _TEXTS if expected in _TEXTS else found == expected
    if not fits:
        raise ContentDoesNotFit(name=name, expected=expected, found=found or "unknown")
    return MEDIA_TYPES[expected]


def find_encoding(content: bytes) -> str | None:
    """Return the encoding in which *content* is plain text, None where it is none."""
    if content.translate(None, _BINARY) != content:
        return None
    for encoding in ENCODINGS:
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


def _find_kind(content: bytes) -> str | None:
    if content.startswith(b"%PDF-"):
        return "pdf" if b"%%EOF" in content[-_PDF_END_BYTES:] else None
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png" if content[12:16] == b"IHDR" else None
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg" if b"\xff\xd9" in content else None
    if content.startswith(b"PK\x03\x04"):
        return find_office_type(content)
    return "txt" if find_encoding(content) is not None else None
