"""What the law of the ledger refuses, and what it finds wrong, where no example of an official goes (§L4, §L12)."""

import pytest

from tiebeam.core.ledger.chart import LARGEST_AMOUNT, LARGEST_BALANCE, MONEY
from tiebeam.core.ledger.days import Days
from tiebeam.core.ledger.events import Event, Frame, Policy
from tiebeam.core.ledger.posting import (
    AccountKey,
    Row,
    find_breaches,
    mirrored,
    refuse_breaches,
    rows_of,
)
from tiebeam.core.ledger.soundness import find_unsound
from tiebeam.errors import Refused

FRAME = Frame(policies={2024: Policy(), 2025: Policy(profile="on_receipt")})


def key(code: str, year: int = 0, unit: str = MONEY) -> AccountKey:
    return AccountKey("recipient" if code[0] == "R" else "donor", code, year, unit)


class TestAnEvent:
    @pytest.mark.parametrize(
        ("terms", "code"),
        [
            ({"kind": "gift", "amount": 1}, "ledger.unknown_kind"),
            ({"kind": "obligation", "amount": 0}, "ledger.amount_out_of_range"),
            ({"kind": "obligation", "amount": -5}, "ledger.amount_out_of_range"),
            ({"kind": "obligation", "amount": LARGEST_AMOUNT + 1}, "ledger.amount_out_of_range"),
            ({"kind": "obligation", "amount": 1.0}, "ledger.amount_out_of_range"),
            ({"kind": "obligation", "amount": float("nan")}, "ledger.amount_out_of_range"),
            ({"kind": "obligation", "amount": True}, "ledger.amount_out_of_range"),
            ({"kind": "opening", "quantity": 5}, "ledger.term_missing"),
            ({"kind": "obligation", "amount": 1, "quantity": 5}, "ledger.term_missing"),
            ({"kind": "expenditure", "amount": 1}, "ledger.term_missing"),
            ({"kind": "carry", "amount": 1, "stage": "B150"}, "ledger.term_missing"),
            ({"kind": "receipt", "amount": 1, "year": 2026}, "ledger.year_not_set"),
        ],
    )
    def test_is_refused_with_a_code_of_its_own(self, terms, code):
        with pytest.raises(Refused) as refused:
            rows_of(Event(**{"year": 2024} | terms), FRAME, {})

        assert refused.value.code == code

    def test_may_move_counted_things_without_a_value(self):
        event = Event(kind="supplies_used", year=2024, quantity=3, quantity_unit="kits")

        assert rows_of(event, FRAME, {}) == [
            Row("recipient", "Q250", "Q210", 3, 2024, unit="Q:kits")
        ]

    def test_is_refused_where_what_came_under_another_profile_is_still_owed(self):
        """§L7: 5 of a year on expenditure are unspent when the first event on receipt comes."""
        receipt = Event(kind="receipt", year=2025, amount=1)

        with pytest.raises(Refused) as refused:
            rows_of(receipt, FRAME, {key("R2200"): 5})

        assert refused.value.code == "ledger.former_profile"
        assert refused.value.facts == {"year": 2025, "owed": 5}

    def test_is_refused_where_an_account_would_hold_more_than_can_be_kept(self):
        """§L4: the ceiling of a balance."""
        account = key("R1310")

        with pytest.raises(Refused) as refused:
            refuse_breaches({account: 1}, {account: LARGEST_BALANCE})

        assert refused.value.code == "ledger.balance_too_large"
        assert refused.value.facts == {"account": "R1310"}


class TestTheDayOfAnEvent:
    """§L14, for a pair from 10 February 2020 to the end of 2022."""

    def days(self, **more) -> Days:
        said = {"today": "2023-06-01", "begins": "2020-02-10", "ends": "2022-12-31"}
        return Days(**said | more)

    @pytest.mark.parametrize(
        ("kind", "day", "code", "fact"),
        [
            ("expenditure", "2023-06-02", "day_ahead", {"latest": "2023-06-01"}),
            ("receipt", "2022-05-06", "day_before_followed", {"earliest": "2022-05-07"}),
            ("reversal", "2022-05-06", "day_before_followed", {"earliest": "2022-05-07"}),
            ("commitment", "2020-02-09", "day_before_term", {"earliest": "2020-02-10"}),
            ("expenditure", "2020-02-09", "day_before_term", {"earliest": "2020-02-10"}),
            ("obligation", "2023-01-01", "day_after_term", {"latest": "2022-12-31"}),
            ("appropriation", "2023-01-01", "day_after_term", {"latest": "2022-12-31"}),
            ("commitment", "2023-01-01", "day_after_term", {"latest": "2022-12-31"}),
        ],
    )
    def test_is_refused_with_the_day_that_would_do(self, kind, day, code, fact):
        follows = kind in {"receipt", "reversal"}
        days = self.days(followed_on="2022-05-07" if follows else None)

        with pytest.raises(Refused) as refused:
            days.refuse(kind, day)

        assert refused.value.code == f"ledger.{code}"
        assert refused.value.facts.items() >= {"day": day, **fact}.items()

    @pytest.mark.parametrize(
        ("kind", "first", "last"),
        [
            ("appropriation", None, "2022-12-31"),
            ("opening", None, "2023-06-01"),
            ("commitment", "2020-02-10", "2022-12-31"),
            ("payment", "2020-02-10", "2023-06-01"),
            ("refund_confirmed", "2020-02-10", "2023-06-01"),
        ],
    )
    def test_is_offered_from_the_first_to_the_last_that_will_do(self, kind, first, last):
        assert self.days().bounds(kind) == (first, last)
        for day in filter(None, (first, last)):
            assert self.days().refuse(kind, day) is None

    def test_is_that_of_what_it_follows_at_the_earliest(self):
        paid = self.days(followed_on="2022-05-07", ends=None)

        assert paid.bounds("receipt") == ("2022-05-07", "2023-06-01")


class TestABalance:
    def test_is_refused_above_what_can_be_counted(self):
        full = {key("R1000"): LARGEST_BALANCE}

        assert [b.key.code for b in find_breaches({key("R1000"): 1}, full)] == ["R1000"]

    def test_of_net_assets_may_be_negative(self):
        assert find_breaches({key("D3000"): -1}, {}) == []


class TestAMirror:
    def test_of_a_year_end_is_refused(self):
        closed = Frame(policies={}, open_from={"donor": 2025})

        with pytest.raises(Refused) as refused:
            mirrored([Row("donor", "B180", "B110", 5, 2024)], closed)

        assert refused.value.code == "ledger.not_reversed"

    def test_of_a_payment_in_a_closed_year_restores_the_order_in_the_open_one(self):
        """§L9: B107 stands for what the closed year fulfilled."""
        closed = Frame(policies={}, open_from={"donor": 2025})
        payment = [Row("donor", "B150", "B140", 5, 2024), Row("donor", "D1310", "D1000", 5, 2024)]

        assert mirrored(payment, closed) == [
            Row("donor", "B140", "B107", 5, 2025, relates_to=2024),
            Row("donor", "D1000", "D1310", 5, 2025, relates_to=2024),
        ]


class TestTheBooks:
    @pytest.mark.parametrize(
        ("balances", "law"),
        [
            ({key("D1000"): 5, key("D3000"): 4}, "balance"),
            ({key("D1000"): 5, key("D3000"): 4, key("R1000"): -1}, "stage"),
            ({key("B100", 2024): 5, key("B110", 2024): 4}, "sources"),
            ({key("B105", 2025): 5, key("B120", 2025): 5}, "carried"),
            ({key("B155", 2024): 5, key("B100", 2024): 5}, "credit"),
            ({key("R1000"): 5, key("R4330", 2024): 5}, "unspent"),
            ({key("R1000"): LARGEST_BALANCE + 1}, "range"),
        ],
    )
    def test_are_unsound_where_a_law_is_broken(self, balances, law):
        assert law in {found.law for found in find_unsound(balances, [2024])}

    def test_are_sound_where_nothing_was_posted(self):
        assert find_unsound({}, [2024]) == []
