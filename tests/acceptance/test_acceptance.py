"""
The cases against what an official could say of them (the YAML files beside this one).

The figures in the YAML come from the published sources and from arithmetic by hand. What
is said of a best plan is what must be true of any best plan, with its reason; nothing in
the YAML is copied from a plan that was computed.
"""

import csv
import json
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from tiebeam.cases import CASES_FOLDER
from tiebeam.cases.rounds import compare_case_rounds

SAID = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted(Path(__file__).parent.glob("*.yaml"))
}
HUBEI = SAID["hubei-2020"]
HUBEI_FOLDER = CASES_FOLDER / "hubei-2020"
KINDS = ("doctors", "nurses", "other-specialists")
PAIRS_ONLY = [
    pytest.param(case, said, id=f"{case}/{said['scenario']}")
    for case, content in SAID.items()
    for said in content.get("scenarios", [])
]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pairs_of(case: str, plan: str) -> set[tuple[str, str]]:
    path = CASES_FOLDER / case / "plans" / plan / "plan.json"
    pairs = json.loads(path.read_text(encoding="utf-8"))["pairs"]
    return {(pair["donor"], pair["recipient"]) for pair in pairs}


def amounts_of(table: str, party: str) -> dict[tuple[str, str], int]:
    rows = rows_of(HUBEI_FOLDER / HUBEI["scenario"] / table)
    return {(row[party], row["resource"]): int(row["amount"]) for row in rows}


def partners_of(pairs: set[tuple[str, str]], recipient: str) -> list[str]:
    return sorted(donor for donor, place in pairs if place == recipient)


NEEDS = amounts_of("needs.csv", "recipient")
CAPACITIES = amounts_of("capacities.csv", "donor")


def coverage(got: dict[str, int], recipient: str) -> Fraction:
    """Return the mean of the three shares of its needs that *recipient* gets (§M4)."""
    return sum((Fraction(got[kind], NEEDS[recipient, kind]) for kind in KINDS), Fraction()) / 3


def all_they_have(donors: list[str], recipient: str) -> dict[str, int]:
    """Return what donors that have this recipient alone can send, up to its need."""
    return {
        kind: min(sum(CAPACITIES[donor, kind] for donor in donors), NEEDS[recipient, kind])
        for kind in KINDS
    }


class TestEverySentence:
    def test_is_said_in_both_languages(self):
        def check(said: object) -> int:
            if isinstance(said, list):
                return sum(map(check, said))
            if not isinstance(said, dict):
                return 0
            assert ("says" in said) == ("says_zh" in said), said
            if "says" in said:
                assert said["says"].endswith(".")
                assert said["says_zh"].endswith("。")
            return ("says" in said) + sum(map(check, said.values()))

        assert check(list(SAID.values())) > 40


class TestHubei:
    def test_has_the_totals_of_the_sources(self):
        said = HUBEI["totals"]
        folder = HUBEI_FOLDER / HUBEI["scenario"]
        cases = rows_of(HUBEI_FOLDER / "active_cases.csv")

        assert len(rows_of(folder / "donors.csv")) == said["donors"]
        assert len(rows_of(folder / "recipients.csv")) == said["recipients"]
        assert len(pairs_of("hubei-2020", HUBEI["plan"])) == said["pairs"]
        assert (
            sum(int(row["confirmed"]) - int(row["cured"]) - int(row["dead"]) for row in cases)
            == said["active_cases"]
        )
        for kind in KINDS:
            assert said["needed"][kind] == sum(n for (_, k), n in NEEDS.items() if k == kind)
            assert said["can_be_sent"][kind] == sum(
                c for (_, k), c in CAPACITIES.items() if k == kind
            )
        assert sum(said["can_be_sent"].values()) == 7425
        assert sum(said["needed"].values()) == 7475

    def test_keeps_the_two_ties_that_are_known_and_says_how_many_are_not(self):
        said = HUBEI["ties"]
        folder = HUBEI_FOLDER / HUBEI["scenario"]

        assert [
            {"donor": row["donor"], "recipient": row["recipient"], "staff": int(row["tie"])}
            for row in rows_of(folder / "links.csv")
        ] == said["pairs"]
        with (folder / "scenario.toml").open("rb") as file:
            assumptions = tomllib.load(file)["assumption"]
        unknown = f"{said['not_attributed_at_least']:,}"
        assert any(unknown in assumption["text"] for assumption in assumptions)
        assert any(unknown in assumption["text_zh"] for assumption in assumptions)

    def test_sets_the_limits_that_copy_the_outcome(self):
        said = HUBEI["limits"]
        folder = HUBEI_FOLDER / HUBEI["scenario"]
        with (folder / "scenario.toml").open("rb") as file:
            policy = tomllib.load(file)["policy"]

        assert [
            policy["min_partners_per_recipient"],
            policy["max_partners_per_recipient"],
        ] == said["partners_of_a_city"]
        assert policy["max_partners_per_donor"] == said["cities_of_a_province"]
        assert policy["min_share"] == said["smallest_share"]
        assert {
            row["id"]: int(row["max_partners"])
            for row in rows_of(folder / "donors.csv")
            if row["max_partners"]
        } == said["cities_of"]

    def test_has_the_official_list_with_its_doubles(self):
        said = HUBEI["official_list"]
        pairs = pairs_of("hubei-2020", HUBEI["plan"])
        recipients = {recipient for _, recipient in pairs}
        donors = {donor for donor, _ in pairs}

        assert (
            sorted(place for place in recipients if len(partners_of(pairs, place)) == 2)
            == said["cities_with_two"]
        )
        assert [
            donor for donor in donors if len([pair for pair in pairs if pair[0] == donor]) == 3
        ] == said["provinces_with_three"]
        assert len(pairs) == len(donors) + 2

    def test_needs_more_than_shanxi_has_for_its_three_cities(self):
        said = HUBEI["official_list"]["shared_by_shanxi"]

        assert said["needed"] == {
            kind: sum(NEEDS[city, kind] for city in said["cities"]) for kind in KINDS
        }
        assert said["gets"] == {kind: CAPACITIES["shanxi", kind] for kind in KINDS}
        assert all(said["needed"][kind] > said["gets"][kind] for kind in KINDS)

    @pytest.mark.parametrize("city", HUBEI["cities"], ids=lambda city: city["recipient"])
    def test_has_for_each_city_its_cases_and_needs(self, city):
        cases = {
            row["recipient"]: int(row["confirmed"]) - int(row["cured"]) - int(row["dead"])
            for row in rows_of(HUBEI_FOLDER / "active_cases.csv")
        }

        assert cases[city["recipient"]] == city["active_cases"]
        assert {kind: NEEDS[city["recipient"], kind] for kind in KINDS} == city["needs"]

    @pytest.mark.parametrize("city", HUBEI["cities"], ids=lambda city: city["recipient"])
    def test_has_for_each_city_its_official_partners_and_what_they_can_send(self, city):
        said = city["official"]
        donors = partners_of(pairs_of("hubei-2020", HUBEI["plan"]), city["recipient"])

        assert donors == said["partners"]
        if "gets" in said:
            got = all_they_have(donors, city["recipient"])
            assert got == said["gets"]
            assert float(coverage(got, city["recipient"])) == pytest.approx(
                said["coverage"], abs=5e-5
            )

    def test_speaks_of_every_city(self):
        assert len(HUBEI["cities"]) == HUBEI["totals"]["recipients"]
        assert {city["recipient"] for city in HUBEI["cities"]} == {city for city, _ in NEEDS}

    def test_has_a_plan_by_hand_within_the_limits(self):
        by_hand = HUBEI["by_hand"]["pairs"]
        served: dict[str, list[str]] = {}
        for city, donors in by_hand.items():
            assert len(donors) in {1, 2}
            for donor in donors:
                served.setdefault(donor, []).append(city)

        assert set(by_hand) == {city for city, _ in NEEDS}
        assert {donor: len(cities) for donor, cities in served.items() if len(cities) > 1} == {
            "shanxi": 3
        }
        for kind in KINDS:
            assert sum(NEEDS[city, kind] for city in served["shanxi"]) <= CAPACITIES["shanxi", kind]

    def test_has_a_plan_by_hand_whose_worst_city_is_covered_as_said(self):
        said = HUBEI["by_hand"]

        # Shanxi's three cities are covered in full, as the test above shows.
        covered = {
            city: coverage(all_they_have(donors, city), city)
            for city, donors in said["pairs"].items()
        }

        assert min(covered, key=lambda city: covered[city]) == said["worst_city"]
        assert float(min(covered.values())) == pytest.approx(said["worst_coverage"], abs=5e-5)


@pytest.mark.parametrize(("case", "said"), PAIRS_ONLY)
class TestPairsOnly:
    def test_has_the_counts_of_the_list(self, case, said):
        folder = CASES_FOLDER / case / said["scenario"]
        pairs = pairs_of(case, said["plan"])
        ties = {(row["donor"], row["recipient"]) for row in rows_of(folder / "links.csv")}

        assert len(rows_of(folder / "donors.csv")) == said["donors"]
        assert len(rows_of(folder / "recipients.csv")) == said["recipients"]
        assert len(ties) == said["ties"]
        assert len(pairs) == said["pairs"]
        assert len(pairs & ties) == said["ties_kept_by_the_plan"]

    def test_invents_no_need_and_no_capacity(self, case, said):
        folder = CASES_FOLDER / case / said["scenario"]

        for table in ("resources.csv", "capacities.csv", "needs.csv"):
            assert rows_of(folder / table) == []


class TestListsOfPairs:
    @pytest.mark.parametrize("case", ["wenchuan-2008", "xinjiang-2010", "east-west"])
    def test_hold_the_pairs_that_are_named(self, case):
        known = {pair for said in SAID[case]["scenarios"] for pair in pairs_of(case, said["plan"])}

        assert {(said["donor"], said["recipient"]) for said in SAID[case]["holds"]} <= known

    @pytest.mark.parametrize("case", ["wenchuan-2008", "xinjiang-2010", "east-west"])
    def test_show_the_doubtful_as_doubtful(self, case):
        doubts = {
            (row["round"], row["donor"], row["recipient"]): row["doubt"]
            for row in rows_of(CASES_FOLDER / case / "pairs.csv")
        }

        for said in SAID[case]["doubtful"]:
            assert doubts[said["round"], said["donor"], said["recipient"]]
        if not SAID[case]["doubtful"]:
            assert set(doubts.values()) == {""}

    @pytest.mark.parametrize("said", SAID["east-west"]["steps"], ids=lambda said: said["to"])
    def test_of_two_rounds_fare_as_said(self, said):
        fates = compare_case_rounds(CASES_FOLDER / "east-west")[said["from"], said["to"]]
        before = [fate.fate for fate in fates if fate.in_earlier]

        for fate in ("held", "moved", "ended", "undecided"):
            assert before.count(fate) == said[fate]
