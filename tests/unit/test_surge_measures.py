from fractions import Fraction

import pytest

from tiebeam.core.surge.measures import share_closed


class TestShareClosed:
    @pytest.mark.parametrize(
        ("value", "share"), [("100", "0"), ("70", "1/2"), ("40", "1"), ("112", "-1/5")]
    )
    def test_measures_the_way_from_the_list_to_hindsight(self, value, share):
        """§S3, §S4: the list comes to 100 and no policy gets below 40; worse is negative."""
        assert share_closed(Fraction(100), Fraction(value), Fraction(40)) == Fraction(share)

    def test_is_a_tie_where_the_list_is_already_at_the_bound(self):
        assert share_closed(Fraction(7), Fraction(7), Fraction(7)) is None
