from fractions import Fraction

import pytest

from tiebeam.core.surge.measures import share_closed, summarise


class TestShareClosed:
    @pytest.mark.parametrize(
        ("value", "share"), [("100", "0"), ("70", "1/2"), ("40", "1"), ("112", "-1/5")]
    )
    def test_measures_the_way_from_the_list_to_hindsight(self, value, share):
        """§S3, §S4: the list comes to 100 and no policy gets below 40; worse is negative."""
        assert share_closed(Fraction(100), Fraction(value), Fraction(40)) == Fraction(share)

    def test_is_a_tie_where_the_list_is_already_at_the_bound(self):
        assert share_closed(Fraction(7), Fraction(7), Fraction(7)) is None


def cell(static, value, bound):
    return Fraction(static), Fraction(value), Fraction(bound)


class TestSummary:
    def test_leaves_ties_out_of_median_and_worst_and_counts_every_loss(self):
        """§S4: 1/2, a tie, -1/5, 9/10, and a tie that the policy makes worse."""
        found = summarise(
            [cell(9, 5, 1), cell(3, 3, 3), cell(10, 12, 0), cell(10, 1, 0), cell(0, 4, 0)]
        )

        assert (found.cells, found.ties, found.losses) == (5, 2, 2)
        assert (found.median, found.worst) == (Fraction(1, 2), Fraction(-1, 5))

    def test_has_no_median_where_all_are_ties(self):
        assert summarise([cell(3, 3, 3)]).median is None
