"""``tiebeam surge supply`` on the workbook that ``supply-template`` writes, and on faulty ones."""

import json

import openpyxl
import pytest

from integration.command_line import run

ON = ("--on", "2026-02-08")


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    path = tmp_path_factory.mktemp("supplies") / "supplies.xlsx"
    assert run("surge", "supply-template", path).status == 0
    return path


@pytest.fixture
def changed(workbook, tmp_path):
    """Return the function that writes the workbook with other cells: sheet, cell, value."""

    def change(*cells, without=None):
        book = openpyxl.load_workbook(workbook)
        for sheet, cell, value in cells:
            book[sheet][cell] = value
        if without:
            del book[without]
        book.save(tmp_path / "changed.xlsx")
        return tmp_path / "changed.xlsx"

    return change


class TestSurgeSupply:
    def test_plans_the_example_and_proves_it(self, workbook):
        """§S13: 600 units are there for A and B, which lack 1,254: both the same share but a unit."""
        plan = json.loads(run("surge", "supply", workbook, *ON, "--json").out)

        levels = {row["level"]: row for row in plan["items"][0]["levels"]}
        assert all(row["gap"] == 0 for row in levels.values())
        assert sum(row["units"] for row in plan["shipments"]) == 600
        places = {row["place"]: row for row in plan["items"][0]["places"]}
        needed = sum(sum(row["needed"]) for row in places.values())
        assert levels["short"]["value"] == needed - 60 - 90 - 140 - 40 - 600
        assert places["c"]["days_of_cover"] == 14
        first = plan["shipments"][0]
        assert (first["leaves_on"], first["is_binding"]) == ("2026-02-08", True)
        assert first["without"]["short_units"] == first["units"]

    @pytest.mark.parametrize(
        ("locale", "words"),
        [
            ("C.UTF-8", ("To send today (2)", "Store North", "14 or more", "for the median")),
            ("zh_CN.UTF-8", ("今天发出（2）", "北库", "14及以上", "中位数")),
        ],
    )
    def test_tells_the_plan_in_both_languages(self, workbook, locale, words):
        shown = run("surge", "supply", workbook, *ON, locale=locale).out

        assert [word for word in words if word not in shown] == []

    def test_needs_no_less_for_a_higher_quantile_and_says_so(self, workbook):
        needed = []
        for quantile in ("0.5", "0.9"):
            asked = ("surge", "supply", workbook, *ON, "--quantile", quantile)
            items = json.loads(run(*asked, "--json").out)["items"]
            needed.append(sum(sum(row["needed"]) for row in items[0]["places"]))

        assert needed[0] < needed[1]
        assert "the 0.9 quantile" in run("surge", "supply", workbook, *ON, "--quantile", "0.9").out

    def test_takes_patients_of_the_window_as_told(self, changed):
        """C's seven figures moved to 8-14 February: those days are no forecast, its past unknown."""
        cells = [("patients", f"B{row}", f"2026-02-{row - 8:02}") for row in range(16, 23)]
        path = changed(*((sheet, cell, value) for sheet, cell, value in cells))
        asked = ("surge", "supply", path, *ON, "--window", "7", "--json")
        places = json.loads(run(*asked).out)["items"][0]["places"]

        assert [sum(row["needed"]) for row in places if row["place"] == "c"] == [70]

    def test_names_what_is_not_known(self, changed):
        """An empty cell is unknown, never zero: of a stock, of a shipment's day, of patients."""
        cells = (("stock", "C4", None), ("stock", "C5", None), ("incoming", "D2", "2026-02-07"))
        nobody = [("patients", f"C{row}", None) for row in range(2, 9)]
        ended = run("surge", "supply", changed(*cells, *nobody), *ON)

        assert ended.status == 0
        for line in (
            "the patients of Town A",
            "the stock of Protective suits in Town C",
            "the stock of Protective suits in the store Store North",
            "40 of Protective suits for Town B, due before this morning and not confirmed",
        ):
            assert line in ended.out

    @pytest.mark.parametrize(
        ("cells", "told"),
        [
            ([("stock", "A2", "atlantis")], '"atlantis" is not listed in places, stores'),
            ([("stock", "C2", -1)], "−1 is out of range"),
            ([("stock", "C2", "many")], "many"),
            ([("stock", "C2", 1.5)], "1.5"),
            ([("stock", "A3", "a")], '"a suit" is given twice'),
            ([("stores", "A2", "a")], '"a" is a place as well'),
            ([("places", "D2", 91)], "91 is out of range; expected −90 to 90"),
            ([("places", "D2", None)], "the cell is empty"),
            ([("items", "D2", 0)], "0 is out of range"),
            ([("patients", "B2", "2062-02-01")], "more than a year from 2026-02-08"),
            ([("patients", "B2", "soon")], "is no day"),
            ([("holds", "D2", "2026-02-08")], "not after the day it begins"),
        ],
    )
    def test_tells_each_fault_where_it_stands(self, changed, cells, told):
        ended = run("surge", "supply", changed(*cells), *ON)

        assert ended.status == 2
        assert told.replace("−", "-") in ended.err.replace("−", "-")

    def test_refuses_what_is_no_workbook_of_supplies(self, changed, workbook, tmp_path):
        (tmp_path / "plan.xlsx").write_bytes(b"PK\x03\x04 no workbook")
        refused = {
            "no workbook": run("surge", "supply", tmp_path / "plan.xlsx", *ON),
            "no sheet": run("surge", "supply", changed(without="stores"), *ON),
            "no file": run("surge", "supply", tmp_path / "none.xlsx", *ON),
            "no day": run("surge", "supply", workbook, "--on", "tomorrow"),
            "another age": run("surge", "supply", workbook, "--on", "9999-12-31"),
        }

        assert {name: ended.status for name, ended in refused.items()} == dict.fromkeys(refused, 2)
        assert "stores" in refused["no sheet"].err
        assert "is not listed" not in refused["no sheet"].err
        assert "is no day" in refused["no day"].err

    def test_plans_without_the_sheets_that_may_be_absent_and_tells_of_others(self, changed):
        path = changed(without="holds")
        book = openpyxl.load_workbook(path)
        book["incoming"].title = "my notes"
        book.save(path)
        ended = run("surge", "supply", path, *ON)

        assert ended.status == 0
        assert "no sheet of this name" in ended.err

    def test_refuses_more_than_it_can_plan(self, changed):
        """3 places, 2 stores and 60 days are 360 ways; 112 more stores make 20,520."""
        stores = [
            ("stores", f"{column}{row}", value)
            for row in range(4, 116)
            for column, value in (("A", f"s{row}"), ("D", 30), ("E", 114))
        ]
        ended = run("surge", "supply", changed(*stores), *ON, "--window", "60")

        assert ended.status == 2
        assert "20,520" in ended.err.replace("\u202f", ",")
        many = changed(("items", "D2", 10**6), ("patients", "C8", 10**6))
        assert "in a larger unit" in run("surge", "supply", many, *ON).err

    def test_overwrites_no_workbook_and_writes_only_workbooks(self, workbook, tmp_path):
        taken = run("surge", "supply-template", workbook)
        other = run("surge", "supply-template", tmp_path / "supplies.csv")

        assert (taken.status, other.status) == (2, 2)
