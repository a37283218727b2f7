import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebeam.core.rules.allocation import allocate_above_floors
from tiebeam.core.rules.base import Base, BaseNotPositive, BaseOfOtherYear
from tiebeam.core.rules.derivation import Derivation, derive_due, round_due
from tiebeam.core.rules.revision import correct
from tiebeam.core.rules.rule import PARTS, Document, DocumentMissing, OwnRate
from tiebeam.errors import InvalidInput
from tiebeam.interchange.rules.reading import get_rule, list_rules

WENCHUAN = get_rule("wenchuan-2008", 1)
XINJIANG = get_rule("xinjiang-2010", 1)
OWN = OwnRate(rate=Fraction(4, 1000), document=Document(number="〔2010〕1号"))
BASE = Base(
    statistic="local revenue",
    year=2007,
    quantity=Decimal("389.6"),
    unit="亿元",
    vintage="2008-06-19",
    source="The Beijing Times",
    reliability="press",
)

totals = st.integers(0, 10**15)


class TestRules:
    """§P1."""

    def test_are_the_three_that_are_shipped(self):
        assert [rule.id for rule in list_rules()] == ["tibet", "wenchuan-2008", "xinjiang-2010"]

    @pytest.mark.parametrize("rule", list_rules(), ids=lambda rule: rule.id)
    def test_cite_a_page_and_speak_both_languages(self, rule):
        assert rule.document.page.startswith("http")
        assert set(rule.marks) == set(PARTS)
        for text in [rule.title, rule.statistic, rule.document.title, *rule.notes]:
            assert all(text[language].strip() for language in ("en", "zh"))

    def test_count_only_what_they_say_counts(self):
        assert WENCHUAN.counts_toward("in_kind")
        assert not XINJIANG.counts_toward("in_kind")  # unknown is not yes (§P10)

    def test_need_a_number_or_a_page(self):
        with pytest.raises(DocumentMissing):
            Document(title={"en": "A letter", "zh": "函"})

    def test_are_not_made_up(self):
        with pytest.raises(KeyError):
            get_rule("wenchuan-2008", 99)


class TestBase:
    """§P2."""

    @pytest.mark.parametrize(
        ("unit", "fen"), [("元", 150), ("万元", 1_500_000), ("亿元", 15_000_000_000)]
    )
    def test_turns_units_into_fen_without_loss(self, unit, fen):
        assert replace(BASE, quantity=Decimal("1.5"), unit=unit).fen == fen

    def test_refuses_a_unit_that_is_no_money(self):
        with pytest.raises(InvalidInput):
            _ = replace(BASE, unit="persons").fen

    def test_refuses_a_negative_figure(self):
        with pytest.raises(BaseNotPositive):
            _ = replace(BASE, quantity=Decimal(-1)).fen

    def test_knows_how_far_off_it_may_be_when_the_store_pads_it_with_zeros(self):
        padded = replace(BASE, quantity=Decimal("389.600000"))

        assert padded.spread_fen == BASE.spread_fen == 5 * 10**8

    def test_of_another_year_is_refused(self):
        with pytest.raises(BaseOfOtherYear):
            derive_due(WENCHUAN, 2009, BASE, weights={"one": 1})


class TestRounding:
    """§P5."""

    @given(st.fractions(min_value=0, max_value=10**12))
    def test_never_leaves_a_floor_unmet_and_never_passes_it_by_a_fen(self, product):
        assert product <= round_due(product, "floor") < product + 1
        assert round_due(product, "unknown") == round_due(product, "floor")

    @pytest.mark.parametrize(("halves", "fen"), [(1, 0), (3, 2), (5, 2), (7, 4)])
    def test_takes_an_exact_half_to_the_even_fen(self, halves, fen):
        assert round_due(Fraction(halves, 2), "exact") == fen


class TestAllocation:
    """§P7."""

    @given(totals, st.lists(st.integers(0, 99), min_size=1, max_size=6).filter(any), st.data())
    def test_keeps_every_floor_and_moves_the_others_together(self, total, weights, data):
        keyed = {str(key): weight for key, weight in enumerate(weights)}
        floors = {
            key: data.draw(st.integers(0, total // len(keyed)))
            for key in keyed
            if int(key) % 2 == 0
        }

        parts = allocate_above_floors(total, keyed, floors)

        assert sum(parts.values()) == total
        assert all(parts[key] >= floor for key, floor in floors.items())
        # Nobody that is above its floor has less, by its weight, than another that is not raised.
        above = [key for key in keyed if parts[key] > floors.get(key, 0) and keyed[key]]
        per_weight = [Fraction(parts[key], keyed[key]) for key in above]
        if per_weight:
            assert max(per_weight) - min(per_weight) <= 2


class TestDerivation:
    """§P6 and §P8."""

    @given(
        st.integers(0, 10**8),
        st.dictionaries(st.sampled_from("abcd"), st.integers(0, 10**13), min_size=1),
        st.lists(st.integers(1, 9), min_size=4, max_size=4),
    )
    def test_of_a_growing_area_is_the_larger_of_rate_and_floors(self, revenue, earlier, weights):
        base = replace(BASE, year=2011, quantity=Decimal(revenue), unit="万元")

        found = derive_due(
            XINJIANG,
            2012,
            base,
            weights=dict(zip("abcd", weights, strict=True)),
            own_rate=OWN,
            entered_offset=-1,
            earlier=earlier,
        )

        assert found.due_fen >= round(base.fen * OWN.rate)
        for area, amount in earlier.items():
            assert found.shares[area] >= Fraction(amount) * Fraction(108, 100)
        assert sum(found.shares.values()) == found.due_fen
        by_rate = round(base.fen * OWN.rate)
        by_growth = sum(-(-amount * 27 // 25) for amount in earlier.values())
        assert found.due_fen == max(by_rate, by_growth)

    def test_is_kept_as_json_and_read_back_the_same(self):
        found = derive_due(WENCHUAN, 2008, BASE, weights={"one": 2, "two": 1})

        assert Derivation.of_plain(json.loads(json.dumps(found.as_plain()))) == found

    def test_names_the_document_of_the_donors_own_rate(self):
        base = replace(BASE, year=2010)
        found = derive_due(
            XINJIANG, 2011, base, weights={"one": 1}, own_rate=OWN, entered_offset=-1
        )

        rate = found.step("obligations.step.rate")

        assert rate.facts["document"]["number"] == "〔2010〕1号"
        assert found.step("obligations.step.no_growth") is not None

    def test_rests_on_an_assumption_where_the_own_rate_does(self):
        found = derive_due(
            XINJIANG,
            2011,
            replace(BASE, year=2010),
            weights={"one": 1},
            own_rate=replace(OWN, is_assumption=True),
            entered_offset=-1,
        )

        assert found.is_illustrative


class TestRevision:
    """§P9."""

    @given(st.integers(0, 10**9), st.integers(0, 10**9))
    def test_there_and_back_moves_nothing(self, one, other):
        first, second = (
            derive_due(
                WENCHUAN,
                2008,
                replace(BASE, quantity=Decimal(quantity), unit="元"),
                weights={"one": 3, "two": 7},
            )
            for quantity in (one, other)
        )

        there, back = correct(first, second), correct(second, first)

        assert there.difference == -back.difference == sum(there.by_pairing.values())
        assert {"up": "down", "down": "up", "none": "none"}[there.direction] == back.direction
