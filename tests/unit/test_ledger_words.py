"""What the ledger refuses, in the words of the reader: no codes, no bare fen."""

from tiebeam.interfaces.messages import say_strictly


class TestRefusalsOfTheLedger:
    def test_name_accounts_and_amounts_with_their_unit(self):
        facts = {"account": "B110", "year": 2024, "unit": "CNY", "balance": 25, "asked": 100}

        assert say_strictly("ledger.overdrawn", facts, "zh").startswith(
            "科目 B110 应支援未安排 余额为 0.25元，不足以支付 1元"
        )

    def test_count_things_in_their_own_unit(self):
        facts = {"kind": "shipment", "asked": 7, "left": 5, "unit": "kits"}

        told = say_strictly("ledger.more_than_left", facts, "en")
        assert "7 kits is asked, and only 5 kits is left of the Goods sent" in told

    def test_say_events_by_name_and_leave_a_mistyped_one_as_it_is(self):
        facts = {"found": "receipt", "follows": ("order",), "kind": "payment"}

        assert "支付令" in say_strictly("ledger.follows_wrong_kind", facts, "zh")
        assert "paiment" in say_strictly(
            "ledger.unknown_kind", {"kind": "paiment", "known": ()}, "en"
        )
