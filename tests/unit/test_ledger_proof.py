"""The hash by which the log proves the rows of a batch."""

import hashlib
from dataclasses import replace

from tiebeam.core.ledger.posting import Row
from tiebeam.core.ledger.proof import digest_of_rows


def test_the_rows_of_a_batch_are_proven_by_the_text_that_anybody_can_hash():
    row = Row(
        side="donor", debit="B110", credit="B100", amount=5, unit="CNY", year=2024, relates_to=0
    )
    text = '[["donor","B110","B100",5,"CNY",2024,0]]'
    assert digest_of_rows([row]) == hashlib.sha256(text.encode()).hexdigest()
    assert digest_of_rows([replace(row, amount=6)]) != digest_of_rows([row])
