"""
The cases that are shipped: that their folders hold together and say where they come from.

Totals are those of the published lists, counted by hand from the sources named in each
case's sources.csv: the official list of 10 February 2020 has 19 provinces, 16 cities and
21 pairs; Wenchuan 20 donors for 20 recipients; Xinjiang 19 donors and 50 pairs.
"""

import csv
import json
import tomllib
from pathlib import Path

import pytest

from tiebeam.cases import CASES_FOLDER, Case, TargetExists, UnknownCase, copy_case, list_cases
from tiebeam.core.model.scenario import LEVEL_NAMES
from tiebeam.interchange.scenario import read_scenario

IDS = ("east-west", "hubei-2020", "wenchuan-2008", "xinjiang-2010")
PUBLISHED = Path(__file__).parents[2] / ".." / "shared" / "data"
SCENARIOS = [folder.parent for folder in sorted(CASES_FOLDER.glob("*/*/scenario.toml"))]
PLANS = sorted(CASES_FOLDER.glob("*/plans/*/plan.json"))


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file; a cell too many or too few is an error."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert not [row for row in rows if None in row or None in row.values()], path
    return rows


def ids_of(path: Path) -> list[str]:
    return [row["id"] for row in rows_of(path)]


def head_of(folder: Path) -> dict:
    with (folder / "scenario.toml").open("rb") as file:
        return tomllib.load(file)


def pairs_of(plan: Path) -> list[tuple[str, str]]:
    content = json.loads(plan.read_text(encoding="utf-8"))
    return [(pair["donor"], pair["recipient"]) for pair in content["pairs"]]


def named(path: Path) -> str:
    return path.relative_to(CASES_FOLDER).as_posix()


def published(path: str) -> list[dict[str, str]]:
    """Return the rows of a published table that is kept beside the repository, or skip."""
    if not PUBLISHED.is_dir():
        pytest.skip("the published data are not beside the repository")
    return rows_of(PUBLISHED / path)


class TestListCases:
    def test_names_those_of_each_kind_by_id(self):
        assert tuple(case.id for case in list_cases("scenario")) == IDS
        assert {case.id: case.kind for case in list_cases() if case.id not in IDS} == {
            "hubei-2020-surge": "surge", "texas-2020": "balance",
        }  # fmt: skip

    def test_puts_the_main_scenario_first(self):
        assert {case.scenarios[0] for case in list_cases("scenario")} == {"scenario"}

    def test_tells_of_the_variant_and_the_official_list_of_hubei(self):
        hubei = next(case for case in list_cases() if case.id == "hubei-2020")

        assert hubei.scenarios == ("scenario", "scenario-without-limits")
        assert hubei.plans == ("official-2020-02-10",)

    def test_titles_every_case_in_both_languages(self):
        for case in list_cases():
            assert case.title.isascii()
            assert any("\u4e00" <= sign <= "\u9fff" for sign in case.title_zh)


class TestCopyCase:
    def test_copies_the_scenarios_plans_and_notes_to_where_pair_finds_them(self, tmp_path):
        copied = copy_case("hubei-2020", tmp_path / "mine")

        assert (copied / "scenario" / "needs.csv").is_file()
        assert (copied / "plans" / "official-2020-02-10" / "plan.json").is_file()
        assert (copied / "NOTES.zh-Hans.md").is_file()

    def test_leaves_a_copy_that_equals_the_case(self, tmp_path):
        case = list_cases()[0]

        copied = copy_case(case.id, tmp_path / "mine")

        assert {
            file.relative_to(copied): file.read_bytes()
            for file in copied.rglob("*")
            if file.is_file()
        } == {
            file.relative_to(case.folder): file.read_bytes()
            for file in case.folder.rglob("*")
            if file.is_file()
        }

    def test_fills_an_empty_folder(self, tmp_path):
        copy_case("wenchuan-2008", tmp_path)

        assert (tmp_path / "scenario" / "scenario.toml").is_file()

    def test_refuses_a_folder_that_holds_something_and_leaves_it_alone(self, tmp_path):
        (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")

        with pytest.raises(TargetExists) as refusal:
            copy_case("hubei-2020", tmp_path)

        assert refusal.value.code == "cases.target_exists"
        assert refusal.value.facts == {"target": str(tmp_path)}
        assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]

    def test_refuses_a_file_in_its_place(self, tmp_path):
        (tmp_path / "mine").write_text("", encoding="utf-8")

        with pytest.raises(TargetExists):
            copy_case("hubei-2020", tmp_path / "mine")

    def test_refuses_an_unknown_case_and_says_which_there_are(self, tmp_path):
        with pytest.raises(UnknownCase) as refusal:
            copy_case("hubei-2021", tmp_path / "mine")

        assert refusal.value.code == "cases.unknown"
        assert refusal.value.facts == {
            "id": "hubei-2021",
            "known": tuple(case.id for case in list_cases()),
        }
        assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("folder", SCENARIOS, ids=named)
class TestScenarioFolder:
    def test_is_read_without_a_fault_a_repair_or_a_warning(self, folder):
        assert read_scenario(folder).warnings == ()

    def test_has_a_head_in_both_languages_and_known_levels(self, folder):
        head = head_of(folder)

        assert head["scenario"]["id"].startswith(folder.parent.name)
        assert head["scenario"]["title"]
        assert head["scenario"]["title_zh"]
        assert set(head["policy"]["levels"]) <= set(LEVEL_NAMES)

    def test_says_every_assumption_in_both_languages_and_what_it_affects(self, folder):
        assumptions = head_of(folder)["assumption"]

        assert assumptions
        for assumption in assumptions:
            assert set(assumption) == {"text", "text_zh", "affects"}
            assert assumption["text"].endswith(".")
            assert assumption["text_zh"].endswith("。")
            assert assumption["affects"]

    def test_names_no_assumption_that_affects_a_table_which_is_not_there(self, folder):
        for assumption in head_of(folder)["assumption"]:
            for place in assumption["affects"].split(", "):
                if place == "comparison":
                    continue  # of plans, not of a table
                name = place.split(":")[0].split(" of ")[0]
                assert (folder / name).exists() or (folder.parent / name).exists(), place

    def test_uses_each_id_once(self, folder):
        for table in ("donors.csv", "recipients.csv", "resources.csv"):
            ids = ids_of(folder / table)
            assert len(ids) == len(set(ids)), table

    def test_names_every_party_in_both_languages(self, folder):
        for table in ("donors.csv", "recipients.csv", "resources.csv"):
            for row in rows_of(folder / table):
                assert row["name"]
                assert any("\u4e00" <= sign <= "\u9fff" for sign in row["name_zh"]), row

    def test_refers_to_known_ids_alone(self, folder):
        donors = set(ids_of(folder / "donors.csv"))
        recipients = set(ids_of(folder / "recipients.csv"))
        resources = set(ids_of(folder / "resources.csv"))

        for row in rows_of(folder / "capacities.csv"):
            assert row["donor"] in donors
            assert row["resource"] in resources
        for row in rows_of(folder / "needs.csv"):
            assert row["recipient"] in recipients
            assert row["resource"] in resources
        for row in rows_of(folder / "links.csv"):
            assert row["donor"] in donors
            assert row["recipient"] in recipients

    def test_holds_no_negative_and_no_broken_amount(self, folder):
        for table in ("capacities.csv", "needs.csv"):
            assert all(row["amount"].isdigit() for row in rows_of(folder / table))

    def test_gives_both_of_latitude_and_longitude_or_neither_within_china(self, folder):
        for table in ("donors.csv", "recipients.csv"):
            for row in rows_of(folder / table):
                assert bool(row["lat"]) == bool(row["lon"])
                if row["lat"]:
                    assert 18 < float(row["lat"]) < 54
                    assert 73 < float(row["lon"]) < 135

    def test_refers_to_listed_sources_alone(self, folder):
        keys = {row["key"] for row in rows_of(folder / "sources.csv")}

        for table in ("capacities.csv", "needs.csv"):
            assert {row["source"] for row in rows_of(folder / table)} <= keys

    def test_thanks_geonames_where_it_gives_positions(self, folder):
        sources = {row["key"]: row["title"] for row in rows_of(folder / "sources.csv")}

        assert "GeoNames, CC BY 4.0" in sources["geonames"]


@pytest.mark.parametrize("plan", PLANS, ids=named)
class TestPlanOfPairs:
    def test_holds_pairs_alone_in_the_format_of_a_plan(self, plan):
        content = json.loads(plan.read_text(encoding="utf-8"))

        assert set(content) == {"format", "pairs"}
        assert content["format"] == "tiebeam-plan/1"
        assert all(set(pair) == {"donor", "recipient"} for pair in content["pairs"])

    def test_names_each_pair_once(self, plan):
        pairs = pairs_of(plan)

        assert pairs
        assert len(pairs) == len(set(pairs))

    def test_speaks_of_one_scenario_of_its_case_in_full(self, plan):
        pairs = pairs_of(plan)

        assert any(
            {donor for donor, _ in pairs} == set(ids_of(folder / "donors.csv"))
            and {recipient for _, recipient in pairs} == set(ids_of(folder / "recipients.csv"))
            for folder in SCENARIOS
            if folder.parent == plan.parents[2]
        )


@pytest.mark.parametrize("case", list_cases("scenario"), ids=lambda case: case.id)
class TestNotes:
    def test_say_what_is_missing_in_both_languages(self, case: Case):
        assert "## What is missing" in (case.folder / "NOTES.md").read_text(encoding="utf-8")
        assert "## 缺少什么" in (case.folder / "NOTES.zh-Hans.md").read_text(encoding="utf-8")

    def test_say_what_a_comparison_can_show_in_both_languages(self, case: Case):
        assert "## What a comparison can show" in (case.folder / "NOTES.md").read_text("utf-8")
        assert "## 比较能说明什么" in (case.folder / "NOTES.zh-Hans.md").read_text("utf-8")


class TestPairsOfTheCases:
    @pytest.mark.parametrize(
        ("case", "plan", "donors", "recipients", "pairs"),
        [
            ("hubei-2020", "official-2020-02-10", 19, 16, 21),
            ("wenchuan-2008", "published-2008-06", 20, 20, 20),
            ("xinjiang-2010", "published-2010", 19, 50, 50),
            ("east-west", "published-2001", 15, 11, 15),
            ("east-west", "published-2016-12", 20, 29, 30),
        ],
    )
    def test_are_as_many_as_the_published_lists_hold(self, case, plan, donors, recipients, pairs):
        found = pairs_of(CASES_FOLDER / case / "plans" / plan / "plan.json")

        assert len({donor for donor, _ in found}) == donors
        assert len({recipient for _, recipient in found}) == recipients
        assert len(found) == pairs

    @pytest.mark.parametrize("case", ["wenchuan-2008", "xinjiang-2010"])
    def test_stand_as_ties_of_one_in_the_cases_of_pairs(self, case):
        folder = CASES_FOLDER / case
        links = rows_of(folder / "scenario" / "links.csv")
        first_tier = {
            (row["donor"], row["recipient"])
            for row in rows_of(folder / "pairs.csv")
            if row["tier"] == "first"
        }

        assert {(row["donor"], row["recipient"]) for row in links} == first_tier
        assert {row["tie"] for row in links} == {"1"}
        assert [set(pairs_of(plan)) for plan in PLANS if case in plan.parts] == [first_tier]

    @pytest.mark.parametrize("case", ["wenchuan-2008", "xinjiang-2010", "east-west"])
    def test_name_a_listed_source_in_every_row(self, case):
        keys = {
            row["key"]
            for file in (CASES_FOLDER / case).glob("scenario*/sources.csv")
            for row in rows_of(file)
        }

        assert {row["source"] for row in rows_of(CASES_FOLDER / case / "pairs.csv")} <= keys

    @pytest.mark.parametrize("case", ["wenchuan-2008", "xinjiang-2010", "east-west"])
    def test_say_a_doubt_wherever_the_source_is_of_low_reliability(self, case):
        low = [
            row for row in rows_of(CASES_FOLDER / case / "pairs.csv") if row["reliability"] == "low"
        ]

        assert all(row["doubt"] for row in low)

    def test_mark_one_pair_of_xinjiang_and_eleven_and_one_of_december_2016_as_doubtful(self):
        doubtful = [
            row
            for case in ("xinjiang-2010", "east-west")
            for row in rows_of(CASES_FOLDER / case / "pairs.csv")
            if row["doubt"] and row["round"] in {"2010", "2016-12"}
        ]

        assert len([row for row in doubtful if row["round"] == "2010"]) == 1
        assert len([row for row in doubtful if row["reliability"] == "low"]) == 1 + 11
        assert [
            (row["donor"], row["recipient"]) for row in doubtful if row["reliability"] == "medium"
        ] == [("fuzhou", "dingxi")]


@pytest.mark.data
class TestPublishedPairs:
    """The cases against the tables of published facts, where these lie beside the repository."""

    def test_of_hubei_are_the_official_list(self):
        rows = published("programmes/hubei-2020/pairs.csv")
        plan = CASES_FOLDER / "hubei-2020" / "plans" / "official-2020-02-10" / "plan.json"

        assert sorted(pairs_of(plan)) == sorted(
            (row["donor"].lower().replace(" ", "-"), row["recipient"].lower()) for row in rows
        )

    @pytest.mark.parametrize("case", ["wenchuan-2008", "xinjiang-2010", "east-west"])
    def test_of_the_other_cases_are_all_there_under_their_published_names(self, case):
        rows = published(f"programmes/{case}/pairs.csv")
        listed = [
            row
            for row in rows_of(CASES_FOLDER / case / "pairs.csv")
            if row.get("basis") != "carried over"
        ]

        assert sorted(
            (row["donor_published"], row["recipient_published"].split(", Gansu")[0], row["start"])
            for row in listed
            if row["recipient_published"] != "seriously affected areas, Shaanxi"
        ) == sorted(
            (row["donor"], row["recipient"], row["start"])
            for row in rows
            if row["recipient_parent"] != "Shaanxi"
        )

    def test_of_hubei_stand_beside_the_published_cases_and_people(self):
        cities = {
            row["name_en"].lower(): row
            for row in published("regions/hubei_cities.csv")
            if row["role"] == "recipient"
        }
        provinces = {
            row["name_en"].lower().replace(" ", "-"): row["population_census_2020"]
            for row in published("regions/provinces.csv")
        }
        folder = CASES_FOLDER / "hubei-2020"

        assert {
            row["recipient"]: (row["confirmed"], row["cured"], row["dead"])
            for row in rows_of(folder / "active_cases.csv")
        } == {
            city: (
                row["confirmed_2020_02_10"],
                row["cured_2020_02_10"],
                row["dead_2020_02_10"],
            )
            for city, row in cities.items()
        }
        assert all(
            row["population"] == provinces[row["donor"]]
            for row in rows_of(folder / "populations.csv")
        )
