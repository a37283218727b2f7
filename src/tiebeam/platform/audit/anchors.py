"""
Anchors: heads kept outside the database, where a superuser of it cannot reach them.

One line for each head, appended to a file and sent by mail. The folder is best on
another machine, or shipped there; verifying starts from these lines.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.core.mail import send_mail

from tiebeam.errors import Refused
from tiebeam.platform.audit.canonical import plain
from tiebeam.platform.audit.models import Head
from tiebeam.platform.audit.verifier import HEAD_FORMAT, anchor_line, head_text

FILE = "heads.txt"


class LogContradictsAnchors(Refused):
    """The database lacks an anchored head, or holds another: nothing is sealed on top of it."""

    code = "audit.log_contradicts_anchors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A head as it was anchored."""

    size: int
    root: bytes
    sealed_at: str
    key_id: str
    signature: bytes

    @property
    def text(self) -> str:
        """The text that was signed."""
        return head_text(self.size, self.root, self.sealed_at, self.key_id)

    @property
    def line(self) -> str:
        """The line of the file."""
        return anchor_line(self.size, self.root, self.sealed_at, self.key_id, self.signature)


def anchor_of(head: Head) -> Anchor:
    """Return what is anchored of *head*."""
    return Anchor(
        size=head.size,
        root=bytes(head.root),
        sealed_at=plain(head.sealed_at),
        key_id=head.key_id,
        signature=bytes(head.signature),
    )


def parse_anchor(line: str) -> Anchor | None:
    """Return the anchor that *line* says, or None where it says none."""
    words = line.split(" ")
    if len(words) != 6 or words[0] != HEAD_FORMAT:
        return None
    try:
        anchor = Anchor(
            size=int(words[1]),
            root=bytes.fromhex(words[2]),
            sealed_at=words[3],
            key_id=words[4],
            signature=bytes.fromhex(words[5]),
        )
    except ValueError:
        return None
    # One way to write a head: a line that reads the same but is written otherwise is none.
    return anchor if anchor.size > 0 and anchor.line == line else None


def read_lines(folder: Path) -> list[str]:
    """Return the lines of the anchors below *folder*; none where nothing was anchored."""
    place = folder / FILE
    return place.read_text(encoding="utf-8").splitlines() if place.is_file() else []


def find_last(folder: Path) -> Anchor | None:
    """Return the anchor of the largest tree, or None."""
    anchors = (parse_anchor(line) for line in read_lines(folder))
    return max((a for a in anchors if a is not None), key=lambda a: a.size, default=None)


def demand_agreement(folder: Path) -> None:
    """
    Refuse to go on where the last anchored head is not in the database as it was anchored.

    Raises:
        LogContradictsAnchors: It is gone, or other.
    """
    last = find_last(folder)
    if last is None:
        return
    head = Head.objects.filter(size=last.size).first()
    if head is None or anchor_of(head) != last:
        raise LogContradictsAnchors(size=last.size, time=last.sealed_at)


def anchor_heads(folder: Path) -> list[Anchor]:
    """Append every head that is newer than the last anchor, and return these."""
    last = find_last(folder)
    heads = Head.objects.filter(size__gt=last.size if last else 0).order_by("size")
    anchors = [anchor_of(head) for head in heads]
    if anchors:
        _append(folder / FILE, (anchor.line for anchor in anchors))
    return anchors


def mail_anchors(anchors: Iterable[Anchor], addresses: Iterable[str]) -> bool:
    """Send the anchors to *addresses*; return whether the mail was taken."""
    lines, to = [anchor.line for anchor in anchors], list(addresses)
    if not lines or not to:
        return True
    try:
        send_mail(" ".join(lines[-1].split(" ")[:2]), "\n".join(lines) + "\n", None, to)
    except OSError:
        # The file holds the anchor; what could not be mailed is told by the command.
        return False
    return True


def _append(place: Path, lines: Iterable[str]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
