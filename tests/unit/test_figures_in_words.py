"""How figures and messages look in each language."""

from fractions import Fraction

import pytest

from tiebeam.interfaces.messages import has_message, say, say_strictly
from tiebeam.interfaces.messages.figures import number, percent, percents_apart, seconds, signed

THIN = "\u202f"


class TestPercent:
    @pytest.mark.parametrize(
        ("share", "english", "chinese"),
        [
            (0.81, f"81{THIN}%", "81%"),
            (0.815, f"81.5{THIN}%", "81.5%"),
            (1.0, f"100{THIN}%", "100%"),
            (0.0, f"0{THIN}%", "0%"),
            (1 / 3, f"33.3{THIN}%", "33.3%"),
        ],
    )
    def test_has_one_place_where_it_is_needed(self, share, english, chinese):
        assert (percent(share, "en"), percent(share, "zh")) == (english, chinese)

    @pytest.mark.parametrize(("share", "text"), [(0.9999, "99.99%"), (0.00004, "0.004%")])
    def test_never_shows_all_or_nothing_for_almost(self, share, text):
        assert percent(share, "zh") == text

    def test_of_several_tells_them_apart(self):
        assert percents_apart([0.8101, 0.8104], "zh") == ("81.01%", "81.04%")

    def test_of_equal_ones_has_no_needless_places(self):
        assert percents_apart([0.5, 0.5], "zh") == ("50%", "50%")


class TestNumber:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (7425, f"7{THIN}425"),
            (31207.0, f"31{THIN}207"),
            (1234567.891, f"1{THIN}234{THIN}567.89"),
            (-3.5, "−3.5"),
            (0.25, "0.25"),
            (0.0001234, "0.000123"),
            (0, "0"),
            (float("inf"), "inf"),
        ],
    )
    def test_has_thin_separators(self, value, text):
        assert number(value) == text

    @pytest.mark.parametrize(
        ("value", "text"), [(1.25, "+1.25"), (-0.5, "−0.5"), (0.0, "0"), (-0.0001, "0")]
    )
    def test_of_a_change_has_a_sign(self, value, text):
        assert signed(value) == text

    def test_of_seconds_has_a_unit(self):
        assert (seconds(0.84, "en"), seconds(75.2, "zh")) == (f"0.8{THIN}s", "75秒")


class TestSay:
    def test_chooses_the_language(self):
        assert say("plan.verdict_better", {}, "en") == "better"
        assert say("plan.verdict_better", {}, "zh") == "更好"

    @pytest.mark.parametrize(("count", "text"), [(1, "1 warning:"), (2, "2 warnings:")])
    def test_writes_one_and_many(self, count, text):
        assert say("cli.warnings", {"count": count}, "en") == text

    def test_joins_lists_as_the_language_does(self):
        facts = {"value": "x", "known": ["a", "b"]}

        assert "a, b" in say("change.bad_choice", facts, "en")
        assert "a、b" in say("change.bad_choice", facts, "zh")

    def test_takes_exact_fractions(self):
        assert say("levels.coverage.value", {"value": Fraction(1, 2)}, "zh") == "50%"

    def test_shows_code_and_facts_where_a_sentence_is_missing(self):
        assert say("no.such_code", {"met": 3, "of": ["a"]}, "en") == "[no.such_code] met=3, of=a"

    def test_shows_code_and_facts_where_a_fact_is_missing(self):
        assert say("cli.warnings", {}, "en") == "[cli.warnings]"

    def test_shows_code_and_facts_where_a_fact_is_no_number(self):
        assert say("cli.warnings", {"count": "many"}, "zh") == "[cli.warnings] count=many"

    def test_strictly_raises_instead(self):
        with pytest.raises(KeyError):
            say_strictly("no.such_code", {}, "en")
        with pytest.raises(KeyError):
            say_strictly("cli.warnings", {}, "en")

    def test_knows_which_codes_it_has(self):
        assert has_message("cli.warnings")
        assert not has_message("cli.no_such_code")


class TestNothing:
    @pytest.mark.parametrize(("language", "text"), [("en", "found nothing"), ("zh", "实际有 无")])
    def test_is_said_where_a_list_is_empty(self, language, text):
        facts = {"expected": ["plan.json"], "found": []}

        assert text in say_strictly("plan.no_plan_here", facts, language)
