"""What one cell of a real spreadsheet is read as, repaired, or refused for."""

import datetime as dt

import pytest

from tiebeam.interchange.tables.cells import CellReader, Refusal, parse_number
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.grid import Unreadable


class TestParseNumber:
    @pytest.mark.parametrize(
        ("text", "number"),
        [("12", 12.0), ("-3.5", -3.5), ("+4", 4.0), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0)],
    )
    def test_reads_plain_numbers_as_they_are(self, text, number):
        assert parse_number(text) == (number, False)

    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("１２３", 123.0),
            ("１．５", 1.5),
            ("1,234", 1234.0),
            ("1，234，567", 1234567.0),
            ("1,234.5", 1234.5),
            ("12 345", 12345.0),
            ("12\u00a0345", 12345.0),
            ("12\u202f345", 12345.0),
            ("−3", -3.0),
        ],
    )
    def test_repairs_what_can_mean_one_number_only(self, text, number):
        assert parse_number(text) == (number, True)

    @pytest.mark.parametrize(
        ("text", "code", "facts"),
        [
            ("1,23", "read.ambiguous_number", {"readings": ["1.23"]}),
            ("1.234,5", "read.ambiguous_number", {"readings": ["1234.5"]}),
            ("1.234.567", "read.ambiguous_number", {"readings": ["1234.567", "1234567"]}),
            ("12,34,567", "read.ambiguous_number", {"readings": ["1234.567"]}),
            ("0,123", "read.ambiguous_number", {"readings": ["0.123"]}),
            ("3万", "read.scaled_number", {"read_as": "30000"}),
            ("1.2亿", "read.scaled_number", {"read_as": "120000000"}),
            ("5k", "read.scaled_number", {"read_as": "5000"}),
            ("5%", "read.percentage", {"read_as": "0.05"}),
            ("５％", "read.percentage", {"read_as": "0.05"}),
            ("300人", "read.number_with_unit", {"read_as": "300"}),
            ("12 km", "read.number_with_unit", {"read_as": "12"}),
            ("2020-02-10", "read.date_not_number", {}),
            ("2020年2月10日", "read.date_not_number", {}),
            ("-", "read.placeholder", {}),
            ("无", "read.placeholder", {}),
            ("N/A", "read.placeholder", {}),
            ("about 5", "read.not_a_number", {}),
            ("三百", "read.not_a_number", {}),
            ("1_000", "read.not_a_number", {}),
            ("0x10", "read.not_a_number", {}),
            ("(5)", "read.not_a_number", {}),
        ],
    )
    def test_refuses_what_can_mean_two_things_and_says_the_way_out(self, text, code, facts):
        assert parse_number(text) == Refusal(code, facts)

    def test_does_not_take_a_comma_for_a_group_in_a_file_parted_by_semicolons(self):
        parsed = parse_number("1,234", comma_groups_digits=False)

        assert parsed == Refusal("read.ambiguous_number", {"readings": ["1.234", "1234"]})


class TestCellReader:
    @pytest.fixture
    def findings(self):
        return Findings()

    @pytest.fixture
    def reader(self, findings):
        return CellReader(findings, table="needs", place="needs.csv")

    def test_keeps_the_zeros_of_an_id(self, reader, findings):
        assert reader.read_id("0110", 2, "id") == "0110"
        assert findings.list_warnings() == []

    def test_reads_a_number_as_an_id_and_says_so(self, reader, findings):
        assert reader.read_id(110.0, 2, "id") == "110"
        assert [w.code for w in findings.list_warnings()] == ["read.repaired_id"]

    @pytest.mark.parametrize("cell", [dt.date(2020, 3, 1), 1.2345678901234567e19, True])
    def test_refuses_an_id_that_the_spreadsheet_has_altered(self, reader, findings, cell):
        assert reader.read_id(cell, 2, "id") is None
        assert [f.code for f in findings.faults] == ["read.altered_id"]

    def test_strips_outer_and_ideographic_spaces_and_says_so(self, reader, findings):
        assert reader.read_text("\u3000湖北\u00a0 ", 2, "name") == "湖北"
        assert findings.list_warnings()[0].facts["read_as"] == "湖北"

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            (dt.datetime(2020, 2, 10), "read.date_not_number"),  # noqa: DTZ001  # as a sheet has it
            (dt.timedelta(hours=1), "read.date_not_number"),
            (True, "read.not_a_number"),
            (Unreadable("read.error_value", "#N/A"), "read.error_value"),
        ],
    )
    def test_refuses_other_kinds_of_cells_as_numbers(self, reader, findings, cell, code):
        assert reader.read_number(cell, 2, "amount") is None
        assert [f.code for f in findings.faults] == [code]
        assert findings.unread == {"needs.amount"}

    def test_refuses_half_a_partner(self, reader, findings):
        assert reader.read_count("2.5", 2, "max_partners") is None
        assert [f.code for f in findings.faults] == ["scenario.not_whole"]

    @pytest.mark.parametrize(
        ("cell", "flag"),
        [("true", True), ("是", True), ("yes 是", True), (True, True), ("否", False), ("", False)],
    )
    def test_reads_yes_and_no(self, reader, cell, flag):
        assert reader.read_flag(cell, 2, "lead") is flag

    def test_counts_many_repairs_of_one_kind_in_one_warning(self, reader, findings):
        for row in range(2, 12):
            reader.read_number("１", row, "amount")

        (warning,) = findings.list_warnings()
        assert warning.facts["count"] == 10
        assert warning.facts["rows"] == [2, 3, 4, 5, 6]
        assert (warning.row, warning.value, warning.facts["read_as"]) == (2, "１", "1")
