"""Money as people write it, in whole fen; worked by hand. Refusals each have their own code."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebeam.errors import InvalidInput
from tiebeam.interfaces.messages.faults import say_fault
from tiebeam.interfaces.messages.figures import exact_money, money
from tiebeam.units import (
    MOST_FEN,
    allocate,
    find_unit,
    parse_amount,
    parse_unit,
    question_magnitude,
    show_amount,
    yuan,
)

THIN = "\u202f"
FEN = st.integers(-MOST_FEN, MOST_FEN)


def _refusal(given, **asked):
    with pytest.raises(InvalidInput) as refused:
        parse_amount(given, **asked)
    (fault,) = refused.value.faults
    return fault


class TestAnAmount:
    @pytest.mark.parametrize(
        ("given", "fen"),
        [
            ("100", 10_000),
            ("0.01", 1),
            ("1,234.50", 123_450),
            ("１，２３４．５０元", 123_450),
            (f"1{THIN}234.50元", 123_450),
            ("￥12", 1_200),
            ("99分", 99),
            ("人民币100元整", 10_000),
            ("5万", 5_000_000),
            ("2千万元", 2_000_000_000),
            ("3百万元", 300_000_000),
            ("19亿元", 190_000_000_000),
            ("1.5万亿", 150_000_000_000_000),
            ("RMB 1.2 million", 120_000_000),
            ("5 bn yuan", 500_000_000_000),
            (12.34, 1_234),
            (0.1 + 0.2, 30),
            (7, 700),
        ],
    )
    def test_is_read_as_people_write_it(self, given, fen):
        assert parse_amount(given).fen == fen

    @pytest.mark.parametrize("given", ["-5", "−5", "¥-5", "-¥5", "(5.00)"])
    def test_below_zero_is_read_where_it_is_asked_for(self, given):
        assert parse_amount(given, is_signed=True).fen == -500
        assert _refusal(given).code == "units.negative"

    @pytest.mark.parametrize(
        ("given", "fen"),
        [("5", 5_000_000), ("5万元", 5_000_000), ("5元", 500), ("RMB 5 million", 500_000_000)],
    )
    def test_keeps_its_own_unit_in_a_column_of_another(self, given, fen):
        assert parse_amount(given, unit=find_unit("万元")).fen == fen

    @pytest.mark.parametrize("given", ["5万", "¥5", "5 million"])
    def test_that_could_count_either_unit_is_refused(self, given):
        assert _refusal(given, unit="wan").code == "units.ambiguous_scale"

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ("", "missing"),
            (None, "missing"),
            ("NaN", "not_finite"),
            (float("nan"), "not_finite"),
            (float("-inf"), "not_finite"),
            ("∞", "not_finite"),
            ("=1+2", "formula"),
            ("@SUM(A1)", "formula"),
            ("-A1", "formula"),
            ("1.2E+08", "exponent"),
            ("$5", "other_currency"),
            ("5万美元", "other_currency"),
            ("5人", "unknown_unit"),
            ("5 apples", "unknown_unit"),
            ("50%", "unknown_unit"),
            ("5²", "unknown_unit"),
            ("1,23", "ambiguous_number"),
            ("1.234,56", "ambiguous_number"),
            ("1,0000,0000", "ambiguous_number"),
            ("1 2", "ambiguous_number"),
            ("约5万", "not_an_amount"),
            ("①", "not_an_amount"),
            ("2024-05-01", "not_an_amount"),
            (True, "not_an_amount"),
            ("1" * 5_000, "not_an_amount"),
            ("0.001", "finer_than_fen"),
            (1e-9, "finer_than_fen"),
            (1e300, "too_large"),
            pytest.param(10**5_000, "too_large", id="10^5000"),
            ("10000000000000.01", "too_large"),
        ],
    )
    def test_that_is_none_is_refused_in_both_languages(self, given, code):
        fault = _refusal(given)

        assert fault.code == f"units.{code}"
        assert "[" not in say_fault(fault, "en") + say_fault(fault, "zh")

    def test_says_where_it_stood(self):
        fault = _refusal("x", place="paid.csv", row=7, column="金额")

        assert (fault.place, fault.row, fault.column, fault.value) == ("paid.csv", 7, "金额", "x")

    def test_is_rounded_half_to_even_when_asked_and_tells_the_residue(self):
        down, up = (parse_amount(text, is_rounded=True) for text in ("0.125", "0.135"))

        assert (down.fen, down.residue) == (12, Fraction(1, 2))
        assert (up.fen, up.residue) == (14, Fraction(-1, 2))

    def test_as_published_carries_its_margin(self):
        # "19亿元" is anything from 18.5 to 19.5; "19.00" is known to half of 0.01 亿.
        assert parse_amount("19亿元").margin == 50_000_000 * 100
        assert parse_amount("19.00亿元").margin == 500_000 * 100
        assert parse_amount("1,234.50").margin == 0


class TestTheUnitOfAColumn:
    def test_is_refused_where_nobody_knows_it(self):
        with pytest.raises(InvalidInput) as refused:
            parse_unit("美元")

        assert refused.value.faults[0].code == "units.unknown_unit"


class TestMoneyOnAPage:
    @pytest.mark.parametrize(
        ("fen", "chinese", "english"),
        [
            (0, "0元", "RMB 0"),
            (999_999, f"9{THIN}999.99元", f"RMB 9{THIN}999.99"),
            (1_000_000, "1万元", f"RMB 10{THIN}000"),
            (12_345_678, "12.35万元", f"RMB 123{THIN}456.78"),
            (-123_456_789, "−123.46万元", "RMB −1.23 million"),
            (190_000_000_000, "19亿元", "RMB 1.90 billion"),
        ],
    )
    def test_is_shortened_as_each_language_does(self, fen, chinese, english):
        assert (money(fen, "zh"), money(fen, "en")) == (chinese, english)

    def test_is_exact_beside_it(self):
        assert exact_money(12_345_678, "zh") == f"123{THIN}456.78元"
        assert yuan(12_345_678) == Decimal("123456.78")

    @given(FEN)
    def test_with_its_residue_is_the_exact_amount(self, fen):
        larger = {"wan": 10**6, "yi": 10**10, "million": 10**8, "billion": 10**11}
        for language in ("zh", "en"):
            shown = show_amount(fen, language)
            unit = larger.get(shown.unit, 100)

            assert shown.figure * unit + shown.residue == fen
            assert abs(shown.residue) <= unit // 200

    @given(FEN)
    def test_is_read_back_from_what_a_file_holds(self, fen):
        assert parse_amount(str(yuan(fen)), is_signed=True).fen == fen
        assert parse_amount(exact_money(fen, "zh"), is_signed=True).fen == fen
        assert parse_amount(float(yuan(fen)), is_signed=True).fen == fen


class TestAMagnitude:
    PEERS = (4_000_000, 5_000_000, 7_000_000)

    @pytest.mark.parametrize(
        ("fen", "code", "times", "meant"),
        [
            (50_000_000_000, "units.seems_too_large", 10_000, 5_000_000),
            (50_000_000, "units.seems_too_large", 10, 5_000_000),
            (500, "units.seems_too_small", 10_000, 5_000_000),
        ],
    )
    def test_that_slipped_is_asked_about(self, fen, code, times, meant):
        question = question_magnitude(fen, self.PEERS)

        assert (question.code, question.facts["times"], question.facts["meant"]) == (
            code,
            times,
            meant,
        )
        assert "[" not in say_fault(question, "en") + say_fault(question, "zh")

    @pytest.mark.parametrize("fen", [5_000_000, 20_000_000, 1_400_000, 5_000_000_000 * 10])
    def test_that_is_plausible_or_fits_no_slip_is_not(self, fen):
        peers = self.PEERS if fen < 10**9 else (fen // 2, fen, 2 * fen)

        assert question_magnitude(fen, peers) is None

    def test_is_not_judged_by_two_amounts(self):
        assert question_magnitude(50_000_000_000, (4_000_000, 5_000_000)) is None


class TestSharing:
    def test_gives_what_is_left_to_the_largest_remainders(self):
        # 10 over 5:3:1 is 5.56, 3.33, 1.11: nine whole ones, and the tenth to the first.
        assert allocate(10, {"a": 5, "b": 3, "c": 1}) == {"a": 6, "b": 3, "c": 1}

    def test_gives_to_the_lower_key_where_remainders_are_equal(self):
        assert allocate(1, {"b": 1, "a": 1}) == {"b": 0, "a": 1}

    @pytest.mark.parametrize("weights", [{}, {"a": 0}, {"a": 2, "b": -1}])
    def test_by_no_weight_is_refused(self, weights):
        with pytest.raises(InvalidInput) as refused:
            allocate(1, weights)

        assert refused.value.faults[0].code == "units.bad_weights"

    @given(
        total=FEN,
        weights=st.dictionaries(st.text("abc", min_size=1), st.integers(1, 10**9), min_size=1),
    )
    def test_adds_up_and_stays_within_one_of_the_exact_share(self, total, weights):
        shares = allocate(total, weights)

        assert sum(shares.values()) == total
        for key, weight in weights.items():
            assert abs(shares[key] - Fraction(total * weight, sum(weights.values()))) < 1
