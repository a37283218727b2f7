"""
What is inside an .xlsx file, looked at before any reader gets to build cells from it.

A workbook is a zip archive of XML from somebody else. It is unpacked within limits,
searched for what a cell reader hides (error values, formulas never computed) and for
what would make one claim all memory (a cell in the farthest corner), and handed on
packed anew: the reader sees only bytes that were counted here.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from tiebeam.interchange.tables.delimited import MAX_CELLS
from tiebeam.interchange.tables.grid import Unreadable

MAX_PARTS = 5_000
MAX_UNPACKED_BYTES = 256 * 2**20
_OLE_MARK = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_PARTS_NEEDED = re.compile(r"(\[Content_Types\]\.xml|_rels/.*|xl/.*\.(xml|rels))\Z", re.IGNORECASE)
_PARTS_IDLE = re.compile(r"xl/(media|drawings|charts|embeddings|theme|pivot\w*)/", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})\Z")


class Unfit(Exception):  # it is the file that is unfit; callers turn it into a fault
    """The file is no workbook that can be read; *code* and *facts* of the fault to report."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(slots=True)
class PartScan:
    """
    What one XML part holds that a cell reader would not tell.

    Attributes:
        unreadable: (row, column) from 0 -> why the cell has no value.
        formulas: (row, column) of the cells whose value was computed.
        rows, columns: Extent of the cells that have a value.
    """

    unreadable: dict[tuple[int, int], Unreadable] = field(default_factory=dict)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0


def unpack(content: bytes) -> dict[str, bytes]:
    """
    Return the XML parts of the workbook *content* by name.

    Raises:
        Unfit: It is encrypted, an old .xls, damaged, no workbook, or too large.
    """
    if content.startswith(_OLE_MARK):
        code = "read.encrypted" if _ENCRYPTED_STREAM in content else "read.old_workbook"
        raise Unfit(code)
    try:
        parts = _unpack(content)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        # Encryption and compression that nobody reads; the latter is a kind of it.
        RuntimeError,
        OSError,
        ValueError,
        KeyError,
        OverflowError,
    ) as error:
        raise Unfit("read.damaged_workbook") from error
    if not any(name.lower().startswith("xl/") for name in parts):
        raise Unfit("read.not_a_workbook")
    return parts


def _unpack(content: bytes) -> dict[str, bytes]:
    """Return the needed parts; every byte is counted as it is unpacked."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise Unfit("read.not_a_workbook")
    parts: dict[str, bytes] = {}
    left = MAX_UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_PARTS:
            raise Unfit("read.too_large", what="parts", limit=MAX_PARTS)
        for entry in entries:
            name = entry.filename.replace("\\", "/")
            if not _PARTS_NEEDED.match(name) or _PARTS_IDLE.match(name):
                continue
            if entry.flag_bits & 1:
                raise Unfit("read.encrypted")
            with archive.open(entry) as stream:
                part = stream.read(left + 1)
            left -= len(part)
            if left < 0:
                raise Unfit("read.too_large", what="bytes", limit=MAX_UNPACKED_BYTES)
            parts[name] = part
    return parts


def pack(parts: dict[str, bytes]) -> io.BytesIO:
    """Return an archive of *parts* alone, uncompressed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    packed.seek(0)
    return packed


def scan_parts(parts: dict[str, bytes]) -> dict[str, PartScan]:
    """
    Return what :class:`PartScan` tells of every XML part, by its name in lower case.

    Raises:
        Unfit: XML that is broken or declares entities, or a sheet too large.
    """
    return {name.lower(): _Scanner().scan(part) for name, part in parts.items()}


def list_sheet_parts(parts: dict[str, bytes]) -> dict[str, str]:
    """Return sheet name -> name of its part, in lower case, as the workbook's own index says."""
    by_lower = {name.lower(): part for name, part in parts.items()}
    targets: dict[str, str] = {}
    for tag, attributes in _list_elements(by_lower.get("xl/_rels/workbook.xml.rels", b"")):
        if tag == "Relationship":
            target = attributes.get("Target", "").replace("\\", "/").lower()
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            targets[attributes.get("Id", "")] = path
    sheets: dict[str, str] = {}
    for tag, attributes in _list_elements(by_lower.get("xl/workbook.xml", b"")):
        if tag == "sheet":
            key = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            sheets[attributes.get("name", "")] = targets.get(key, "")
    return sheets


def _list_elements(part: bytes) -> list[tuple[str, dict[str, str]]]:
    """List (local name, attributes) of every element of *part*."""
    elements: list[tuple[str, dict[str, str]]] = []
    if part:
        parser = _make_parser()
        parser.StartElementHandler = lambda tag, attributes: elements.append(
            (tag.rpartition(":")[2], attributes)
        )
        _parse(parser, part)
    return elements


def _make_parser() -> expat.XMLParserType:
    """Return a parser that refuses documents with a type declaration: no entity gets expanded."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise Unfit("read.damaged_workbook")

    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    return parser


def _parse(parser: expat.XMLParserType, part: bytes) -> None:
    """Parse *part*; broken XML makes the file unfit."""
    try:
        parser.Parse(part, True)  # expat takes it by position only
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unfit("read.damaged_workbook") from error


class _Scanner:
    """Walks through one worksheet and notes extent and unreadable cells."""

    def __init__(self) -> None:
        self.found = PartScan()
        self.row = -1
        self.column = -1
        self.kind = ""
        self.inside = ""
        self.formula: str | None = None
        self.value: str | None = None

    def scan(self, part: bytes) -> PartScan:
        parser = _make_parser()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        _parse(parser, part)
        return self.found

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "row":
            self.row = _row_index(attributes.get("r"), self.row + 1)
            self.column = -1
        elif tag == "c":
            self._start_cell(attributes)
        elif tag in {"f", "v", "is"}:
            self.inside = tag
            if tag == "f":
                self.formula = self.formula or ""
            else:
                self.value = self.value or ""

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        self.column += 1
        if reference is not None:
            match = _REFERENCE.match(reference)
            if not match:
                raise Unfit("read.damaged_workbook")
            self.row = int(match[2]) - 1
            self.column = _column_index(match[1])
        self.kind = attributes.get("t", "n")
        self.formula = self.value = None

    def _text(self, text: str) -> None:
        if self.inside == "f":
            self.formula = (self.formula or "") + text
        elif self.inside:
            self.value = (self.value or "") + text

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == self.inside:
            self.inside = ""
        elif tag == "c":
            self._end_cell()

    def _end_cell(self) -> None:
        has_value = bool(self.value) or (self.value is not None and self.kind == "str")
        problem: Unreadable | None = None
        if self.kind == "e":
            problem = Unreadable("read.error_value", self.value or "")
        elif self.formula is not None and not has_value:
            problem = Unreadable("read.formula_without_value", "=" + self.formula)
        if self.formula is not None:
            self.found.formulas[self.row, self.column] = "=" + self.formula
        if problem:
            self.found.unreadable[self.row, self.column] = problem
        if problem or has_value or self.kind == "inlineStr":
            self.found.rows = max(self.found.rows, self.row + 1)
            self.found.columns = max(self.found.columns, self.column + 1)
            # A reader allots the whole rectangle, however few of its cells are filled.
            if self.found.rows * self.found.columns > MAX_CELLS:
                raise Unfit("read.too_large", what="cells", limit=MAX_CELLS)


def _row_index(text: str | None, default: int) -> int:
    """Return the row index of a ``row`` element, from 0."""
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 7 or int(text) < 1:
        raise Unfit("read.damaged_workbook")
    return int(text) - 1


def _column_index(letters: str) -> int:
    """Return the column index of its letters, from 0."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
