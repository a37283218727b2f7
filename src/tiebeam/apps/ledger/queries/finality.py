"""From when on what was known at a moment never changes (§L11)."""

from datetime import datetime, timedelta

FINAL_AFTER = timedelta(minutes=10)
"""So long after a moment something that is being posted may still be recorded at it."""


def is_final(known_at: datetime | None, now: datetime) -> bool:
    """Return whether what was known at a moment, None for now, can no longer change."""
    return known_at is not None and known_at + FINAL_AFTER <= now
