"""Shares of a rule as officials write them: per cent, per mille, ratio, decimal."""

from fractions import Fraction

import pytest

from tiebeam.core.rules.rule import parse_rate, rate_text
from tiebeam.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "share", "said"),
    [
        ("0.45%", Fraction(45, 10_000), "0.45%"),
        ("4.5‰", Fraction(45, 10_000), "0.45%"),
        ("45/10000", Fraction(45, 10_000), "0.45%"),
        (" 0.0045 ", Fraction(45, 10_000), "0.45%"),
        ("1％", Fraction(1, 100), "1%"),
        ("100%", Fraction(1), "100%"),
        ("1/3", Fraction(1, 3), "1/3"),
    ],
)
def test_a_share_is_read_exactly_and_said_again(text, share, said):
    assert parse_rate(text) == share
    assert rate_text(share) == said


@pytest.mark.parametrize("text", ["", "one", "-1%", "101%", "1/0", "5", "0,3%", "1%%"])
def test_what_is_no_share_is_refused_with_the_text_met(text):
    with pytest.raises(InvalidInput) as refused:
        parse_rate(text)
    (fault,) = refused.value.faults
    assert (fault.code, fault.value) == ("obligations.rate_not_valid", text)
