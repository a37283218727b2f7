"""``tiebeam scenario`` and ``tiebeam cases``."""

import pytest

from integration.command_line import run, write_tables
from tiebeam.cases import list_cases


@pytest.fixture
def scenario(tmp_path):
    return write_tables(tmp_path / "towns")


class TestScenarioCheck:
    def test_counts_what_a_sound_scenario_holds(self, scenario):
        ended = run("scenario", "check", scenario)

        assert (ended.status, ended.err) == (0, "")
        assert "Two towns: 2 donors, 2 recipients, 1 resource. No faults, 0 warnings." in ended.out

    def test_tells_warnings_apart_and_ends_with_0(self, tmp_path):
        folder = write_tables(tmp_path / "odd", donors="id,name,hue\nnorth,N,red\nsouth,S,blue\n")

        ended = run("scenario", "check", folder)

        assert ended.status == 0
        assert "1 warning" in ended.out
        assert "donors.csv\n  row 1, column hue" in ended.err

    def test_tells_warnings_beside_faults(self, tmp_path):
        folder = write_tables(
            tmp_path / "odd",
            donors="id,name,hue\nnorth,N,red\nsouth,S,blue\n",
            needs="recipient,resource,amount\nhill,beds,-4\n",
        )

        ended = run("scenario", "check", folder)
        document = run("scenario", "check", folder, "--json").document

        assert ended.status == 2
        assert "1 fault." in ended.err
        assert "1 warning" in ended.err
        assert [row["code"] for row in document["warnings"]] == ["read.unknown_column"]


class TestScenarioConvert:
    def test_to_a_workbook_and_back_keeps_the_fingerprint(self, scenario, tmp_path):
        """§M9"""
        book, folder = tmp_path / "towns.xlsx", tmp_path / "again"

        assert run("scenario", "convert", scenario, book).status == 0
        assert run("scenario", "convert", book, folder, "--json").document["path"] == str(folder)

        prints = [
            run("scenario", "check", path, "--json").document["sha256"]
            for path in (scenario, book, folder)
        ]
        assert len(set(prints)) == 1

    def test_refuses_to_write_over_anything(self, scenario, tmp_path):
        taken = tmp_path / "taken.xlsx"
        taken.write_text("mine", encoding="utf-8")

        ended = run("scenario", "convert", scenario, taken)

        assert ended.status == 2
        assert "exists already" in ended.err
        assert taken.read_text(encoding="utf-8") == "mine"


class TestScenarioTemplate:
    def test_writes_a_workbook_that_is_a_scenario(self, tmp_path):
        book = tmp_path / "new.xlsx"

        assert run("scenario", "template", book).status == 0

        assert run("scenario", "check", book).status == 0

    def test_refuses_another_kind_of_file(self, tmp_path):
        ended = run("scenario", "template", tmp_path / "new.csv")

        assert ended.status == 2
        assert ".xlsx" in ended.err


class TestCases:
    def test_are_listed_with_their_titles(self):
        ended = run("cases", "list")

        for case in list_cases():
            assert case.id in ended.out
        assert "surge" in next(row for row in ended.out.splitlines() if "hubei-2020-surge" in row)

    def test_are_listed_in_json(self):
        listed = run("cases", "list", "--json").document["cases"]

        assert "hubei-2020" in {case["id"] for case in listed}

    def test_are_copied_to_be_worked_on(self, tmp_path):
        ended = run("cases", "copy", "hubei-2020", tmp_path / "mine", "--json")

        scenario = tmp_path / "mine" / "scenario"
        assert ended.document["scenario"] == str(scenario)
        assert run("scenario", "check", scenario).status == 0

    def test_go_to_a_folder_of_their_name_unless_told(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)

        ended = run("cases", "copy", "wenchuan-2008")

        assert (tmp_path / "wenchuan-2008" / "scenario" / "scenario.toml").is_file()
        assert "tiebeam pair wenchuan-2008/scenario" in ended.out.replace("\\", "/")

    def test_of_a_surge_are_copied_without_a_scenario_to_pair(self, tmp_path):
        ended = run("cases", "copy", "texas-2020", tmp_path / "mine")

        assert (tmp_path / "mine" / "patients.csv").is_file()
        assert "tiebeam pair" not in ended.out

    def test_that_nobody_knows_are_bad_input(self, tmp_path):
        ended = run("cases", "copy", "atlantis", tmp_path / "a", "--lang", "zh")

        assert (ended.status, ended.out) == (2, "")
        assert "atlantis" in ended.err

    def test_are_not_copied_over_anything(self, scenario):
        assert run("cases", "copy", "hubei-2020", scenario).status == 2
