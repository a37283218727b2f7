"""Amounts per head and inequality; the expected figures were worked by hand from the definitions."""

from fractions import Fraction
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebeam.core.measures.inequality import measure_inequality, per_head

figures = st.dictionaries(st.text(max_size=3), st.integers(0, 10**15), min_size=1, max_size=8)


def spread(*values, weights=None):
    named = {str(number): value for number, value in enumerate(values)}
    heads = weights and {str(number): value for number, value in enumerate(weights)}
    return measure_inequality(named, heads)


class TestPerHead:
    def test_divides_exactly_and_names_what_it_cannot_divide(self):
        found = per_head({"a": 100, "b": 50, "c": 7, "d": 9}, {"a": 3, "b": None, "c": 0})
        assert found.of == {"a": Fraction(100, 3)}
        assert found.unknown == ("b", "c", "d")


class TestGini:
    @pytest.mark.parametrize(
        ("values", "gini"),
        [
            ((5, 5, 5), Fraction(0)),
            ((7,), Fraction(0)),
            # 2 (1+2+3+1+2+1) = 20, over 2 · 4² · 2.5 = 80
            ((1, 2, 3, 4), Fraction(1, 4)),
            # one of n has all: (n - 1) / n
            ((0, 0, 0, 9), Fraction(3, 4)),
            ((3, 1), Fraction(1, 4)),
        ],
    )  # fmt: skip
    def test_is_the_mean_difference_over_twice_the_mean(self, values, gini):
        assert spread(*values).gini == gini

    def test_counts_each_head_once(self):
        assert spread(1, 4, weights=(2, 1)).gini == spread(1, 1, 4).gini == Fraction(1, 3)

    @given(figures)
    def test_equals_the_double_sum_of_its_definition(self, named):
        values, found = list(named.values()), measure_inequality(named).gini
        if not any(values):
            assert found is None
            return
        differences = sum(abs(x - y) for x in values for y in values)
        assert found == Fraction(differences, 2 * len(values) * sum(values))


class TestTheil:
    def test_is_the_mean_of_shares_times_their_logarithms(self):
        # mean 2: (½ ln ½ + 1½ ln 1½) / 2 = (-0.346574 + 0.608198) / 2
        assert spread(1, 3).theil == pytest.approx(0.130812, abs=1e-6)

    def test_takes_zeros_in_and_counts_them(self):
        found = spread(0, 0, 0, 9)
        assert found.theil == pytest.approx(log(4))  # its most: all with one of four
        assert found.zeros == 3

    def test_counts_each_head_once(self):
        assert spread(1, 4, weights=(2, 1)).theil == pytest.approx(spread(1, 1, 4).theil)

    @given(figures, st.integers(2, 1000))
    def test_does_not_depend_on_the_unit(self, named, times):
        raised = {key: value * times for key, value in named.items()}
        first, second = measure_inequality(named), measure_inequality(raised)
        assert first.gini == second.gini
        assert first.theil == (None if second.theil is None else pytest.approx(second.theil))


class TestInequality:
    def test_leaves_out_and_names_what_is_not_known_or_below_zero(self):
        found = measure_inequality(
            {"a": 1, "b": 3, "c": None, "d": -2, "e": 5}, {"a": 1, "b": 1, "c": 1, "d": 1}
        )
        assert (found.unknown, found.negative) == (("c", "e"), ("d",))
        assert (found.counted, found.mean, found.gini) == (2, 2, Fraction(1, 4))

    @pytest.mark.parametrize("values", [(), (0, 0), (None,)])
    def test_says_nothing_of_nothing(self, values):
        assert (spread(*values).gini, spread(*values).theil) == (None, None)
