"""Text as it comes: bytes in some encoding, cells with spaces and signs that nobody sees."""

import codecs
import unicodedata

from tiebeam.interchange.tables.findings import Findings

_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u2060\u200e\u200f"))
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_KEPT_CONTROLS = frozenset("\t\n\r")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode_text(content: bytes, place: str, findings: Findings) -> str | None:
    """
    Return the text of a file: UTF-8, or what its byte order mark says, or GB18030 with a warning.

    None, and a fault, where it is none of these. A file that "decodes" to control
    signs or to code points that Unicode does not assign is taken for none of them.
    """
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    for candidate in [encoding] if encoding else ["utf-8", "gb18030"]:
        try:
            text = content.decode(candidate)
        except UnicodeDecodeError:
            continue
        if _is_plausible(text, strict=candidate == "gb18030"):
            if candidate not in {"utf-8", "utf-8-sig"}:
                findings.add_repair("read.repaired_encoding", place, read_as=candidate.upper())
            return text
    findings.add_fault("read.unknown_encoding", place)
    return None


def _is_plausible(text: str, *, strict: bool) -> bool:
    """Whether a person can have written *text*: no zero signs; when *strict*, all assigned."""
    if not strict:
        return "\0" not in text
    return not any(
        unicodedata.category(sign) in {"Cc", "Cn", "Co", "Cs"} and sign not in _KEPT_CONTROLS
        for sign in set(text)
    )


def keep_text(text: str) -> str:
    """
    Return *text* with plain line ends and without signs that no file of ours can hold.

    Spaces alone are nothing: workbooks do not keep them.
    """
    if not text.strip():
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isprintable():
        return text
    return "".join(sign for sign in text if sign in "\t\n" or not _is_unwritable(sign))


def _is_unwritable(sign: str) -> bool:
    """Whether XML or an encoding refuses *sign*: controls, lone surrogates, non-characters."""
    return unicodedata.category(sign) in {"Cc", "Cs"} or sign in "\ufffe\uffff"


def clean_text(text: str) -> str:
    """Return *text* as :func:`keep_text`, without invisible signs and outer spaces."""
    return keep_text(text).translate(_INVISIBLE).strip()


def fold(text: str) -> str:
    """Return *text* without differences of width, case and spacing, for comparing names."""
    joined = "_".join(unicodedata.normalize("NFKC", clean_text(text)).casefold().split())
    return joined.replace("-", "_")


def neutral(text: str) -> str:
    """Return *text* so that no spreadsheet runs it: an apostrophe before what begins a formula."""
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text
