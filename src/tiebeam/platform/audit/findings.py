"""What verifying the log finds, and how far it reaches."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

FINDINGS_KEPT = 1000
"""Most findings that are kept one by one; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One thing that is not as it was sealed.

    Attributes:
        code: What, such as ``audit.finding.entry_altered``.
        position: First position in the tree, or None where it has none.
        until: Position after the last one.
        entry_id: The entry.
        record_type: Kind of the record that the entry is about, as far as it can be told.
        record_id: That record.
        detail: Columns, sizes or lines, as the sentence of *code* needs them.
    """

    code: str
    position: int | None = None
    until: int | None = None
    entry_id: UUID | None = None
    record_type: str = ""
    record_id: str = ""
    detail: str = ""


@dataclass(slots=True, kw_only=True)
class Verification:
    """
    What was checked, what was found, and what the anchors do not cover.

    Attributes:
        size: Leaves of the tree that its newest head stands for.
        heads: Heads checked.
        anchors: Anchors checked.
        anchored_size: Leaves that the last anchor covers.
        anchored_at: When that head was sealed, as the anchor says; empty without one.
        waiting: Entries not sealed yet.
        waiting_since: The time of the oldest of these.
        findings: The first of what was found.
        counts: How many of each code.
    """

    size: int = 0
    heads: int = 0
    anchors: int = 0
    anchored_size: int = 0
    anchored_at: str = ""
    waiting: int = 0
    waiting_since: datetime | None = None
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def unanchored(self) -> int:
        """Leaves that are sealed and that no anchor covers yet."""
        return max(0, self.size - self.anchored_size)

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep it unless there are too many."""
        self.counts[finding.code] += 1
        if len(self.findings) < FINDINGS_KEPT:
            self.findings.append(finding)
