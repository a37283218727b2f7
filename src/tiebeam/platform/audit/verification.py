"""
Verify the log: read every entry again, rebuild the tree, compare it with heads and anchors.

Two trees are rebuilt in one pass: one of the leaves as they are stored, one of the
entries as they stand. A head that one of them confirms tells which of the two was
altered; a head that none confirms bounds the alteration by the head before it.
"""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.db.models import Exists, Max, OuterRef

from tiebeam.platform.audit.entry_check import hash_of_entry, list_leaf_findings
from tiebeam.platform.audit.findings import Finding, Verification
from tiebeam.platform.audit.head_check import Expected, collect_expected
from tiebeam.platform.audit.merkle import Frontier
from tiebeam.platform.audit.models import Leaf, SealedLeaf, Subtree
from tiebeam.platform.audit.reading import (
    LeafRow,
    audit_duty,
    iterate_leaves,
    iterate_strays,
    iterate_waiting,
)
from tiebeam.platform.audit.tree import is_kept

Progress = Callable[[int, int], None]
"""Told (positions checked, positions in all)."""

NOTHING = b"\x00" * 32
"""Stands where a leaf is gone: no hash of anything."""


def verify(anchors: Path, progress: Progress = lambda _done, _all: None) -> Verification:
    """
    Return what of the log is not as it was sealed.

    Args:
        anchors: Folder of the anchors and public keys.
        progress: Told how far it is.
    """
    report = Verification()
    with audit_duty():
        expected = collect_expected(anchors, report)
        _Rebuilding(expected, report, progress).run()
        _check_end(expected, report)
        _check_waiting(report)
    return report


class _Rebuilding:
    """One pass over the leaves, from the first to the last that a head stands for."""

    def __init__(self, expected: Expected, report: Verification, progress: Progress) -> None:
        self.expected, self.report, self.progress = expected, report, progress
        self.stored, self.read = Frontier(), Frontier()
        self.confirmed = 0
        self.is_lost = False
        self.last_entry: UUID | None = None
        self.subtrees = _SubtreeCheck(report, expected.size)

    def run(self) -> None:
        """Rebuild, and compare at every size that a head or an anchor stands for."""
        for row in iterate_leaves(self.expected.size):
            self._fill(row.position)
            self._check_order(row)
            for finding in list_leaf_findings(row, "entry"):
                self.report.add(finding)
            self._append(row.leaf_hash, hash_of_entry(row))
            if row.position % 10_000 == 0:
                self.progress(row.position, self.expected.size)
        self._fill(self.expected.size)
        self.subtrees.finish()
        self.progress(self.expected.size, self.expected.size)

    def _fill(self, position: int) -> None:
        """Let nothing stand for the leaves that are gone before *position*."""
        start = self.stored.size
        if start < position:
            code = "tree_truncated" if position == self.expected.size else "leaf_gone"
            self.report.add(Finding(code=f"audit.finding.{code}", position=start, until=position))
        while self.stored.size < position:
            self._append(NOTHING, NOTHING)

    def _check_order(self, row: LeafRow) -> None:
        """Within one batch, leaves stand in the order of their entries."""
        is_first = row.position in self.expected.roots
        if not is_first and self.last_entry is not None and row.entry_id <= self.last_entry:
            self.report.add(
                Finding(
                    code="audit.finding.out_of_order",
                    position=row.position,
                    entry_id=row.entry_id,
                    record_type=row.entry.record_type if row.entry else "",
                    record_id=str(row.entry.record_id) if row.entry else "",
                )
            )
        self.last_entry = row.entry_id

    def _append(self, stored: bytes, read: bytes) -> None:
        for level, place, root in self.stored.append(stored):
            if is_kept(level):
                self.subtrees.check(level, place, root)
        self.read.append(read)
        size = self.stored.size
        roots = self.expected.roots.get(size)
        if roots is None:
            return
        if {self.stored.root()} == roots or {self.read.root()} == roots:
            self.confirmed = size
            return
        # From the first root that differs on, all do: the first one bounds where it began.
        if not self.is_lost:
            self.report.add(
                Finding(code="audit.finding.root_differs", position=self.confirmed, until=size)
            )
        self.is_lost = True


class _SubtreeCheck:
    """The kept roots of subtrees, one for 256 leaves, beside those of the tree that is rebuilt."""

    def __init__(self, report: Verification, size: int) -> None:
        self.report = report
        rows = Subtree.objects.values_list("level", "place", "root")
        self.kept = {
            (level, place): bytes(root)
            for level, place, root in rows.iterator(chunk_size=2000)
            if (place + 1) << level <= size
        }

    def check(self, level: int, place: int, root: bytes) -> None:
        """Compare one rebuilt root with the kept one."""
        if self.kept.pop((level, place), None) != root:
            self._tell(level, place)

    def finish(self) -> None:
        """Tell of kept roots of levels that are not kept."""
        for level, place in self.kept:
            self._tell(level, place)

    def _tell(self, level: int, place: int) -> None:
        self.report.add(
            Finding(
                code="audit.finding.subtree_differs",
                position=place << level,
                until=(place + 1) << level,
            )
        )


def _check_end(expected: Expected, report: Verification) -> None:
    """Tell of leaves and subtrees beyond the last head, and of entries that have no place."""
    # Read before the heads: what was sealed meanwhile then has its head, which is read after.
    last = SealedLeaf.objects.order_by("-position").first()
    ends = [] if last is None else [last.position + 1]
    places = Subtree.objects.values_list("level").annotate(place=Max("place"))
    ends += [(place + 1) << level for level, place in places]
    size, end = expected.size_now(), max(ends, default=0)
    if end > size:
        report.add(Finding(code="audit.finding.beyond_heads", position=size, until=end))
    for leaf in Leaf.objects.filter(
        Exists(SealedLeaf.objects.filter(entry_id=OuterRef("entry_id")))
    ).iterator(chunk_size=2000):
        report.add(Finding(code="audit.finding.waits_though_sealed", entry_id=leaf.entry_id))
    for entry in iterate_strays():
        report.add(
            Finding(
                code="audit.finding.entry_without_leaf",
                entry_id=entry.id,
                record_type=entry.record_type,
                record_id=str(entry.record_id),
            )
        )


def _check_waiting(report: Verification) -> None:
    for row in iterate_waiting():
        report.waiting += 1
        for finding in list_leaf_findings(row, "waiting"):
            report.add(finding)
        if row.entry is not None:
            since = report.waiting_since
            report.waiting_since = row.entry.at if since is None else min(since, row.entry.at)
