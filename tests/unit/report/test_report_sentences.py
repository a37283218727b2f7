"""Reasons as sentences: which clause fits which numbers (§M8)."""

import pytest

from tiebeam.core.explain.reasons import Binding, LevelChange, PairReason
from tiebeam.core.pairing.findings import LevelCheck, TightSet
from tiebeam.interfaces.messages.figures import THIN
from tiebeam.interfaces.report.sentences import (
    binding_sentence,
    change_clause,
    pair_sentence,
    proven_sentence,
    tight_set_sentence,
)
from tiebeam.interfaces.report.words import Voice
from unit.report.small_plan import SCENARIO

ENGLISH, CHINESE = Voice(SCENARIO, "en"), Voice(SCENARIO, "zh")


def clause(level, before, low, high, *, position=1, voice=ENGLISH):
    change = LevelChange(
        level=level, before=before, low=low, high=high, exact=low == high, position=position
    )
    return change_clause(change, voice).replace(THIN, " ")


def reason(question="forbid", outcome="feasible", changes=()):
    return PairReason(
        donor="fj",
        recipient="sm",
        is_open=question == "forbid",
        question=question,
        outcome=outcome,
        changes=changes,
    )


class TestChangeClause:
    @pytest.mark.parametrize(
        ("low", "high", "told"),
        [
            (0.74, 0.74, "falls from 81 % to 74 %"),
            (0.9, 0.9, "rises from 81 % to 90 %"),
            (0.7, 0.74, "falls from 81 % to between 70 % and 74 %"),
            (0.0, 0.74, "falls from 81 % to 74 % or less"),
            (0.85, 0.9, "rises from 81 % to between 85 % and 90 %"),
            (0.85, 1.0, "rises from 81 % to 85 % or more"),
            (0.7, 0.81, "stays at 81 % or falls, to 70 % at the least"),
            (0.0, 0.81, "stays at 81 % or falls"),
            (0.81, 0.9, "stays at 81 % or rises, to 90 % at the most"),
            (0.81, 1.0, "stays at 81 % or rises"),
            (0.7, 0.9, "moves from 81 % to between 70 % and 90 %"),
            (0.0, 0.9, ", now 81 %, is not known to rise or to fall"),
        ],
    )
    def test_says_no_more_than_the_interval_proves(self, low, high, told):
        told_here = clause("coverage", 0.81, low, high)

        assert told_here.replace("the worst-covered place", "").strip() == told.strip()

    def test_tells_numbers_of_other_levels_in_their_unit(self):
        assert clause("distance", 1500.0, 1400.4, 1400.4) == (
            "the coverage-weighted distance falls from 1 500 km to 1 400 km"
        )
        assert clause("distance", 1500.0, 1600.0, float("inf")) == (
            "the coverage-weighted distance rises from 1 500 km to 1 600 km or more"
        )

    def test_names_the_place_in_the_order_that_changes(self):
        assert clause("coverage", 0.9, 0.8, 0.8, position=2).startswith(
            "the 2nd worst-covered place"
        )
        assert clause("burden", 0.5, 0.6, 0.6, position=13).startswith("the 13th heaviest load")
        assert clause("coverage", 0.9, 0.8, 0.8, position=2, voice=CHINESE) == (
            "第2低的需求满足率由90%降至80%"
        )

    def test_writes_places_enough_to_tell_two_shares_apart(self):
        assert clause("coverage", 0.8144, 0.8141, 0.8141).endswith("from 81.44 % to 81.41 %")


class TestPairSentence:
    def test_tells_a_loss_and_the_gain_that_comes_with_it(self):
        changes = (
            LevelChange(level="coverage", before=0.81, low=0.74, high=0.74, exact=True),
            LevelChange(level="continuity", before=409.0, low=409.0, high=409.0, exact=True),
            LevelChange(level="partners", before=21.0, low=20.0, high=20.0, exact=True),
        )

        told = pair_sentence(reason(changes=changes), ENGLISH).replace(THIN, " ")

        assert told == (
            "Without this pair, the worst-covered place falls from 81 % to 74 %; "
            "the number of pairs falls from 21 pairs to 20 pairs."
        )

    @pytest.mark.parametrize(
        ("question", "outcome", "told"),
        [
            ("forbid", "feasible", "another plan is just as good"),
            ("require", "feasible", "another plan is just as good"),
            ("forbid", "infeasible", "Without this pair the rules cannot all be kept."),
            ("require", "infeasible", "With this pair the rules cannot all be kept."),
            ("forbid", "unknown", "was not settled"),
            ("require", "unknown", "was not settled"),
        ],
    )
    def test_has_words_for_every_outcome(self, question, outcome, told):
        assert told in pair_sentence(reason(question, outcome), ENGLISH)


class TestBindingSentence:
    def test_tells_what_loosening_the_rule_would_be_worth(self):
        binding = Binding(rule="M3.1", code="binding.capacity", worth=0.004)

        assert "worth 0.4 % of coverage" in binding_sentence(binding, ENGLISH).replace(THIN, " ")

    @pytest.mark.parametrize(
        ("kind", "facts", "told"),
        [
            ("capacity", {"donors": ["fj", "jl"]}, "The capacity of Fujian, Jilin is used up."),
            ("partner_limit", {"limit": 2}, "as many partners as it may have: 2."),
            ("forbidden", {"donors": ["jl"]}, "may not be paired with Jilin"),
            ("lot", {"lot": 120}, "less than one whole lot of 120."),
            ("min_share", {"limit": 0.05}, "the smallest share, 5 %."),
            ("fairness", {"recipients": ["ly"]}, "take from Longyan, no better off."),
        ],
    )
    def test_names_who_or_what_it_is_about(self, kind, facts, told):
        binding = Binding(rule="M3", code=f"binding.{kind}", facts=facts)

        assert told in binding_sentence(binding, ENGLISH).replace(THIN, " ")

    @pytest.mark.parametrize(
        "kind",
        ["capacity", "partner_limit", "forbidden", "need", "lot", "min_share", "fairness"],
    )
    def test_knows_every_kind_of_rule_in_both_languages(self, kind):
        binding = Binding(rule="M3", code=f"binding.{kind}")

        for voice in (ENGLISH, CHINESE):
            assert "[" not in binding_sentence(binding, voice)


class TestTightSets:
    def test_count_the_parties_where_they_are_many(self):
        """§M6: five recipients, one donor."""
        tight = TightSet(
            resource="k",
            recipients=("p", "q", "r", "s", "t"),
            donors=("a",),
            need=1200.0,
            capacity=900.5,
        )

        assert tight_set_sentence(tight, ENGLISH).replace(THIN, " ") == (
            "5 recipients together need 1 200 (k);"
            " all donors (a) that may serve them can send 900.5."
        )
        assert tight_set_sentence(tight, CHINESE).replace(THIN, "") == (
            "5个受援方共需k 1200，可支援它们的全部支援方（a）至多能提供 900.5。"
        )


class TestProvenGaps:
    @pytest.mark.parametrize(
        ("level", "status", "gap", "told"),
        [
            ("coverage", "unverified", 0.0714, "within 7.14 percentage points"),
            ("distance", "unverified", 0.008, "within 0.8 %"),
            ("distance", "unverified", 193.0, ""),
            ("distance", "unverified", None, ""),
            ("coverage", "verified", 0.0, ""),
        ],
    )
    def test_are_told_of_bounds_that_are_not_verified(self, level, status, gap, told):
        """§M6: what the solver claims, and beside it what is known without it."""
        check = LevelCheck(name=level, value=0.0, bound_status=status, proven_gap=gap)
        sentence = proven_sentence(check, ENGLISH).replace(THIN, " ")

        assert sentence == (f"proven without the solver: {told}" if told else "")
