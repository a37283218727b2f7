"""One at a time at a record, also for those who do not own it."""

from uuid import UUID

from tiebeam.platform.statements.running import is_postgresql, select


def hold(record_id: UUID) -> None:
    """
    Let nobody else hold the record of this id until the transaction ends.

    Only its owner can lock a row, and only one that is there; but others add to what
    hangs on it, so they meet at a lock of its name. It is taken before any row is
    locked or read. SQLite has one writer at a time anyway.
    """
    if is_postgresql():
        select("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(record_id)])


def share(record_id: UUID, *held: UUID) -> None:
    """
    Keep others from holding the record of this id until the transaction ends, beside those who share it; hold *held*.

    For those who add to it without meeting each other but at what they hold besides.
    """
    if is_postgresql():
        locks = ["pg_advisory_xact_lock_shared(hashtextextended(%s, 0))"]
        locks += ["pg_advisory_xact_lock(hashtextextended(%s, 0))"] * len(held)
        select(f"SELECT {', '.join(locks)}", [str(each) for each in (record_id, *held)])
