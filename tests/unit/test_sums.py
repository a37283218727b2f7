"""What sums of one level say of one another; expected values worked out by hand."""

import pytest

from tiebeam.core.pairing.stages import Stage
from tiebeam.core.pairing.sums import bound_between


class TestBoundBetween:
    def test_adds_the_best_that_one_more_party_can_have(self):
        """§M6: theta_1 at most 0.5 and nobody above 1 leave theta_2 at most 1.5."""
        assert bound_between(Stage("coverage", 0, 2), -0.5, -1.0, None) == -1.5

    def test_follows_the_straight_line_to_a_later_sum(self):
        """§M6: of the loads, theta_1 at least 1 and theta_4 at least 3.4 leave theta_2 at 1.8."""
        bound = bound_between(Stage("burden", 0, 2), 1.0, 0.0, (4, 3.4))

        assert bound == pytest.approx(1.8)

    def test_takes_no_heed_of_an_earlier_sum(self):
        """§M6: what was found for theta_2 says nothing of theta_3 beyond theta_2 itself."""
        assert bound_between(Stage("burden", 0, 3), 1.8, 0.0, (2, 9.0)) == 1.8
