"""The roots that the tree must have: those of signed heads, and those of anchors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tiebeam.platform.audit.anchors import Anchor, anchor_of, parse_anchor, read_lines
from tiebeam.platform.audit.findings import Finding, Verification
from tiebeam.platform.audit.keys import holds, load_public_keys
from tiebeam.platform.audit.models import Head


@dataclass(slots=True)
class Expected:
    """
    What rebuilding the tree is compared with.

    Attributes:
        roots: Size -> the roots that signed heads and anchors give for it; one, unless somebody lies.
        anchored: Sizes for which an anchor speaks.
        size: The largest of all.
        keys: The public keys that are known.
    """

    keys: Mapping[str, bytes]
    roots: dict[int, set[bytes]] = field(default_factory=dict)
    anchored: set[int] = field(default_factory=set)
    size: int = 0

    def add(self, head: Anchor) -> None:
        """Take *head* as a root that the tree must have."""
        self.roots.setdefault(head.size, set()).add(head.root)
        self.size = max(self.size, head.size)

    def size_now(self) -> int:
        """Return the size of the newest signed head, which may have come since."""
        newer = Head.objects.filter(size__gt=self.size).order_by("-size").iterator(chunk_size=2000)
        heads = (anchor_of(row) for row in newer)
        signed = (head.size for head in heads if _holds(self.keys, head))
        return next(signed, self.size)


def collect_expected(folder: Path, report: Verification) -> Expected:
    """Return the roots that hold by signature; what does not hold is added to *report*."""
    keys = load_public_keys(folder)
    expected = Expected(keys)
    # Anchors first: a head sealed meanwhile is then in the database, and not the other way round.
    anchors = _read_anchors(folder, keys, report)
    for anchor in anchors.values():
        expected.add(anchor)
        expected.anchored.add(anchor.size)
    last = max(anchors.values(), key=lambda anchor: anchor.size, default=None)
    if last is not None:
        report.anchored_size, report.anchored_at = last.size, last.sealed_at
    found: set[int] = set()
    for row in Head.objects.order_by("size").iterator(chunk_size=2000):
        head = anchor_of(row)
        found.add(head.size)
        report.heads += 1
        if _is_signed(head, keys, report, "head"):
            expected.add(head)
            report.size = max(report.size, head.size)
        if head.size in anchors and anchors[head.size] != head:
            report.add(_finding("head_differs_from_anchor", head))
    for size in sorted(anchors.keys() - found):
        report.add(_finding("head_gone", anchors[size]))
    if found and not anchors:
        report.add(Finding(code="audit.finding.no_anchors", until=max(found)))
    return expected


def _read_anchors(
    folder: Path, keys: Mapping[str, bytes], report: Verification
) -> dict[int, Anchor]:
    anchors: dict[int, Anchor] = {}
    for number, line in enumerate(read_lines(folder), start=1):
        anchor = parse_anchor(line)
        if anchor is None:
            report.add(Finding(code="audit.finding.anchor_unreadable", detail=str(number)))
            continue
        report.anchors += 1
        if not _is_signed(anchor, keys, report, "anchor"):
            continue
        if anchors.setdefault(anchor.size, anchor).root != anchor.root:
            report.add(_finding("anchors_contradict", anchor))
    return anchors


def _is_signed(head: Anchor, keys: Mapping[str, bytes], report: Verification, kind: str) -> bool:
    if head.key_id not in keys:
        report.add(_finding(f"{kind}_key_unknown", head, detail=head.key_id))
        return False
    if not _holds(keys, head):
        report.add(_finding(f"{kind}_signature", head))
        return False
    return True


def _holds(keys: Mapping[str, bytes], head: Anchor) -> bool:
    return head.key_id in keys and holds(keys, head.key_id, head.text, head.signature)


def _finding(name: str, head: Anchor, detail: str = "") -> Finding:
    return Finding(code=f"audit.finding.{name}", until=head.size, detail=detail or head.sealed_at)
