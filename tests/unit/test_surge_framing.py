"""Which sums of the worst ratios a plan keeps: all of a few places, of many the ends of doubled steps."""

from tiebeam.core.surge.framing import kept_sums


def test_few_places_are_kept_one_by_one():
    assert kept_sums(3) == [1, 2, 3]


def test_of_many_places_the_worst_and_all_together_are_kept_and_steps_that_double():
    assert kept_sums(300) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
