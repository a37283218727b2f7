"""The rules against what an official works out by hand (obligations.yaml beside this file)."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from tiebeam.core.rules.allocation import allocate_above_floors
from tiebeam.core.rules.base import Base
from tiebeam.core.rules.derivation import Derivation, derive_due
from tiebeam.core.rules.revision import correct, load_of
from tiebeam.core.rules.rule import Document, OwnRate, Rule
from tiebeam.errors import Refused
from tiebeam.interchange.rules.reading import get_rule
from tiebeam.units import allocate

SAID: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "obligations.yaml").read_text(encoding="utf-8")
)


def spoken(key: str) -> list[Any]:
    return [pytest.param(said, id=said["says"]) for said in SAID[key]]


def rule_of(said: dict[str, Any]) -> Rule:
    return get_rule(said["rule"], 1)


def derive(said: dict[str, Any], **base: Any) -> Derivation:
    given = {"year": said["year"] - 1, "quantity": "200", "unit": "亿元"} | base
    reliability = given.pop("reliability", "press")
    own = said.get("own_rate")
    return derive_due(
        rule_of(said),
        said["year"],
        Base(
            statistic="local revenue",
            year=given["year"],
            quantity=Decimal(given["quantity"]),
            unit=given["unit"],
            vintage="2008-06-19",
            source="as said",
            reliability="assumption" if reliability == "illustration" else reliability,
        ),
        weights=said.get("weights", {"one": 1}),
        own_rate=own and OwnRate(rate=Fraction(own), document=Document(number="〔2010〕1号")),
        entered_offset=said.get("entered_offset"),
        earlier=said.get("earlier"),
    )


class TestDue:
    """The rules that are shipped: base §P2, rate §P3, term §P4, rounding §P5, growth §P6, shares §P7."""

    @pytest.mark.parametrize("said", spoken("dues"))
    def test_is_what_an_official_works_out(self, said):
        found = derive(said, **said["base"])

        assert found.due_fen == said["due_fen"]
        assert sum(found.shares.values()) == found.due_fen
        assert found.is_illustrative == said.get("illustrative", False)
        assert found.decided_by == said.get("decided_by", "rate")
        told = {
            "residue": found.step("obligations.step.rounding").facts["residue"],
            "spread_fen": int(found.step("obligations.step.spread").fen),
            "shares": found.shares,
            "unknown": list(found.unknowns),
            "assumed": [code.rpartition(".")[2] for code in found.assumptions],
        }
        assert {key: value for key, value in told.items() if key in said} == {
            key: said[key] for key in told if key in said
        }

    @pytest.mark.parametrize("said", spoken("refusals"))
    def test_is_refused_where_something_is_not_known(self, said):
        with pytest.raises(Refused) as refusal:
            derive(said)

        assert refusal.value.code == said["refused"]


class TestRevision:
    """§P9."""

    @pytest.mark.parametrize("said", spoken("revisions"))
    def test_gives_the_difference_for_the_open_year(self, said):
        towns = said | {"weights": {"one": 1, "two": 1}}

        found = correct(
            derive(towns, quantity=said["quantity"]), derive(towns, quantity=said["revised"])
        )

        assert found.difference == said["difference_fen"]
        assert found.by_pairing == said["by_pairing"]
        assert found.direction == said["direction"]
        assert "obligations.step.base" in found.changed
        assert "obligations.step.rate" not in found.changed


class TestShares:
    """§P7."""

    @pytest.mark.parametrize("said", spoken("shares"))
    def test_are_what_an_official_works_out(self, said):
        weights = {str(key): weight for key, weight in enumerate(said["weights"])}
        floors = {str(key): floor for key, floor in enumerate(said.get("floors", []))}

        above = allocate_above_floors(said["total"], weights, floors)

        assert list(above.values()) == said["parts"]
        if not floors:
            assert allocate(said["total"], weights) == above


class TestLoad:
    """§P10."""

    def test_is_a_lower_bound_where_a_due_is_unknown(self):
        said = SAID["load"]

        found = load_of(said["dues"], Fraction(said["revenue_fen"]))

        assert found.total == said["total"]
        assert found.share == Fraction(said["share"])
        assert list(found.unknown) == said["unknown"]

    def test_has_no_share_without_a_revenue(self):
        assert load_of({"one": 5}, None).share is None
