"""
Balances, changed where they stand.

What is written here belongs to pairings of which the acting organisation was found to be a
side, in the seat of the organisation that owns it; on PostgreSQL the row policies hold besides.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from tiebeam.platform.statements.inserting import as_array
from tiebeam.platform.statements.running import count_of, is_postgresql, run


def add_to_balances(changes: Iterable[tuple[UUID, int]]) -> bool:
    """
    Add to the balances of accounts, each named once; return whether all of them bear it.

    Rows are locked in the order of their ids, so that nobody waits for one who waits.
    """
    listed = sorted(changes)
    if not listed:
        return True
    bears = "(a.balance + c.change >= 0 OR c.change >= 0 OR a.may_be_negative)"
    if is_postgresql():
        ids, amounts = zip(*listed, strict=True)
        with run(
            "WITH c AS (SELECT a.id, n.change FROM unnest(%s::uuid[], %s::bigint[]) AS n(id, change)"  # noqa: S608
            " JOIN ledger_account a ON a.id = n.id ORDER BY a.id FOR NO KEY UPDATE OF a)"
            " UPDATE ledger_account a SET balance = a.balance + c.change FROM c"
            f" WHERE a.id = c.id AND {bears}",
            [as_array(ids, "uuid"), as_array(amounts, "bigint")],
        ) as cursor:
            return count_of(cursor) == len(listed)
    with connection.cursor() as cursor:
        # Nobody else writes meanwhile: what was asked of the balances read still holds.
        cursor.executemany(
            "UPDATE ledger_account SET balance = balance + %s WHERE id = %s",
            [(amount, account_id.hex) for account_id, amount in listed],
        )
        return True
