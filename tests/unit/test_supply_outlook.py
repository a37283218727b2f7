"""For how many patients supplies are planned (§S13.5)."""

from tiebeam.core.surge.supply_outlook import expect_patients


class TestExpectPatients:
    def test_takes_what_is_told_and_forecasts_the_rest(self):
        """9 on each of six days stay 9; day 7 is told."""
        told = {"a": {**dict.fromkeys(range(6), 9), 7: 20}}

        assert expect_patients(told, day=6, window=3) == {"a": (9, 20, 9)}

    def test_plans_for_more_at_a_higher_quantile(self):
        told = {"a": {0: 4, 1: 9, 2: 16, 3: 16, 4: 25, 5: 36}}
        median = expect_patients(told, day=6, window=3)["a"]
        high = expect_patients(told, day=6, window=3, quantile=0.9)["a"]

        assert all(low < above for low, above in zip(median, high, strict=True))

    def test_leaves_out_a_place_of_which_too_little_is_told(self):
        """A has nothing before, and one day of two; B has both days and needs no forecast."""
        told = {"a": {6: 4}, "b": {6: 4, 7: 5}, "c": {}}

        assert expect_patients(told, day=6, window=2) == {"b": (4, 5)}

    def test_lets_days_without_a_figure_be_unknown(self):
        """What was reported three days ago still counts; nothing since is no zero."""
        told = {"a": dict.fromkeys(range(4), 9)}

        assert expect_patients(told, day=6, window=2) == {"a": (9, 9)}
