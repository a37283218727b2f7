"""
The whole ledger, operation by operation, against the plain model of the law (§L12).

Each run keeps one pairing of its own for more than two years: proposed, posted and closed by two
people of each side, on the database in use. Beside it stands a pairing that nobody touches.
"""

import datetime as dt
from collections import Counter
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ledger_machine import LedgerMachine
from ledger_model import KINDS
from records.ledger_grounds import make_grounds
from records.ledger_record_books import RecordBooks
from tiebeam.platform.audit.keys import make_key
from tiebeam.platform.audit.sealing import seal_and_anchor
from tiebeam.platform.audit.verification import verify

ACCEPTED = 1000
"""On each of the two databases."""
MEANS = {
    "ledger.follows_too_much": "ledger.more_than_left",
    "ledger.reversed_already": "ledger.already_reversed",
    "ledger.not_reversed": "ledger.reversal_reversed",
}
"""What two words say alike: that of the model, and that of the operations."""


class RecordMachine(LedgerMachine):
    met: ClassVar[Counter[str]] = Counter()
    workspace: ClassVar = None

    def open_books(self, model):
        kind = type(self)
        kind.met["runs"] += 1
        grounds = make_grounds(kind.workspace, slug=f"run-{kind.met['runs']}")
        for year, (profile, reopens) in model.policies.items():
            grounds.fix_year(year, profile, reopens=reopens)
        grounds.set_term(model.begins, model.ends)
        return RecordBooks(grounds, kind.met)

    def refuse(self, said, reasons):
        super().refuse(said, {MEANS.get(code, code) for code in reasons} | reasons)

    def teardown(self):
        super().teardown()
        if hasattr(self, "books"):
            self.books.is_proven_by_the_log()


@pytest.fixture
def run(workspace, tmp_path):
    RecordMachine.met.clear()
    RecordMachine.workspace = workspace
    untouched = make_grounds(workspace, slug="untouched")
    untouched.fix_year(2020)
    untouched.post("obligation", 100)
    untouched.post("opening", 100)
    before = untouched.balances("donor")
    run_state_machine_as_test(
        RecordMachine,
        settings=settings(
            max_examples=13, stateful_step_count=100, derandomize=True, deadline=None,
            database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip
    books = RecordBooks(untouched, Counter())
    assert {code: held for (code, _, _), held in books.balances().items()} == {
        name.partition("/")[0]: held for name, held in before.items()
    }
    return RecordMachine.met


class TestLedger:
    def test_agrees_with_the_plain_model_over_drawn_histories(self, run, tmp_path, now):
        assert run["accepted"] >= ACCEPTED
        assert run["accepted"] >= 4 * run["drawn and refused"]
        assert {kind for kind in KINDS | {"reversal", "close donor"} if not run[kind]} == set()
        assert run["refused"] >= ACCEPTED / 10
        assert run["sent again"] >= ACCEPTED / 20
        anchors = tmp_path / "anchors.txt"
        key = make_key(tmp_path / "audit.pem", anchors)
        seal_and_anchor(now=dt.datetime(2027, 1, 1, tzinfo=dt.UTC), key=key, anchors=anchors)
        assert list(verify(anchors).findings) == []
