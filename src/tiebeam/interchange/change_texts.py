"""
How changes are written by hand, on the command line and in a form, and read from there.

``donors.shanxi.max_partners=3`` and ``shanxi:wuhan``. An id that holds one of the signs
``. : =`` or a quote stands between double quotes, in which ``""`` is one quote.
"""

from collections.abc import Iterable

from tiebeam.core.pairing.changes import Change, Forbid, Require, Set
from tiebeam.errors import Fault, InvalidInput


def read_changes(
    forbid: Iterable[str], require: Iterable[str], settings: Iterable[str]
) -> tuple[Change, ...]:
    """
    Return the changes that the three options ask for.

    Raises:
        InvalidInput: Any of the texts cannot be read; every one is listed.
    """
    changes: list[Change] = []
    faults: list[Fault] = []
    for option, texts in (("--forbid", forbid), ("--require", require), ("--set", settings)):
        for text in texts:
            change = _read(option, text)
            if isinstance(change, Fault):
                faults.append(change)
            else:
                changes.append(change)
    if faults:
        raise InvalidInput(faults)
    return tuple(changes)


def _read(option: str, text: str) -> Change | Fault:
    if option == "--set":
        parts, rest = split_quoted(text, ".", end="=")
        if parts is None or rest is None or not all(parts):
            return Fault(code="cli.bad_setting", place=option, value=text)
        return Set(path=tuple(parts), value=rest.strip())
    parts, _ = split_quoted(text, ":")
    if parts is None or len(parts) != 2 or not all(parts):
        return Fault(code="cli.bad_couple", place=option, value=text)
    kind = Forbid if option == "--forbid" else Require
    return kind(donor=parts[0], recipient=parts[1])


def split_quoted(
    text: str, separator: str, *, end: str = ""
) -> tuple[list[str] | None, str | None]:
    """
    Split *text* at each *separator* that does not stand between double quotes.

    Returns:
        The parts, stripped, or None where a quote is not closed or has text beside it; and
        what follows the first unquoted *end*, or None where there is none.
    """
    parts: list[str] = []
    part, is_quoted, was_quoted = "", False, False
    place = 0
    while place < len(text):
        sign = text[place]
        if is_quoted:
            if sign == '"' and text[place + 1 : place + 2] == '"':
                part += sign
                place += 1
            elif sign == '"':
                is_quoted = False
            else:
                part += sign
        elif sign == '"' and not part.strip() and not was_quoted:
            part, is_quoted, was_quoted = "", True, True
        elif sign == separator:
            parts.append(part if was_quoted else part.strip())
            part, was_quoted = "", False
        elif end and sign == end:
            parts.append(part if was_quoted else part.strip())
            return parts, text[place + 1 :]
        elif was_quoted and not sign.isspace():
            return None, None
        elif not was_quoted:
            part += sign
        place += 1
    if is_quoted:
        return None, None
    parts.append(part if was_quoted else part.strip())
    return parts, None


def change_text(change: Set) -> str:
    """Return a setting as it is written by hand."""
    return f"{'.'.join(map(_quote, change.path))}={change.value}"


def _quote(part: str) -> str:
    is_plain = part == part.strip() and not any(sign in part for sign in '.:="')
    return part if is_plain else '"' + part.replace('"', '""') + '"'
