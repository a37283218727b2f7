"""Folders and workbooks as people keep them: what is repaired, what is refused, and where."""

import io
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from tiebeam.core.model.identity import scenario_sha256
from tiebeam.errors import InvalidInput
from tiebeam.interchange.scenario import read_scenario
from unit.scenario_sheets import (
    FILES,
    build_workbook,
    faults_when,
    list_faults_of,
    read_changed,
    repairs_when,
    write_files,
)

NEEDS = FILES["needs.csv"]


def amounts(read):
    return [need.amount for need in read.scenario.needs]


def save(workbook, path):
    workbook.save(path)
    return path


class TestReadFolder:
    def test_reads_a_sound_folder_without_a_word(self, tmp_path):
        read = read_changed(tmp_path)

        assert read.warnings == ()
        assert read.scenario.id == "small"
        assert amounts(read) == [1700.0, 1800.0]
        assert read.scenario.policy.levels == ("coverage", "burden")

    def test_reads_the_folder_when_its_settings_file_is_named(self, tmp_path):
        assert read_scenario(write_files(tmp_path) / "scenario.toml").scenario.id == "small"

    @pytest.mark.parametrize(
        ("needs", "code", "place", "column", "read_as"),
        [
            (NEEDS.replace("1700", "１７００"), "read.repaired_number", 2, "amount", "1700"),
            (NEEDS.replace("1700", '"1,700"'), "read.repaired_number", 2, "amount", "1700"),
            (NEEDS.replace("1700", " 1700 "), "read.repaired_number", 2, "amount", "1700"),
            (NEEDS.replace("x,doc", "x ,doc"), "read.repaired_spaces", 2, "recipient", "x"),
            (NEEDS.replace("\ny", "\n,,\ny"), "read.repaired_blank_row", 3, "", ""),
            ("各市需求表,,\n\n" + NEEDS, "read.repaired_rows_above", 1, "", "3"),
            (NEEDS.replace(",", ";"), "read.repaired_delimiter", None, "", ";"),
            (NEEDS.replace(",", "\t"), "read.repaired_delimiter", None, "", "\t"),
            (NEEDS.replace("amount", "数量"), "read.repaired_header", 1, "amount", "amount"),
            (NEEDS.replace("amount", "人数（人）"), "read.repaired_header", 1, "amount", "amount"),
        ],
    )
    def test_repairs_what_real_sheets_hold_and_says_what(
        self, tmp_path, needs, code, place, column, read_as
    ):
        read = read_changed(tmp_path, needs=needs)

        assert amounts(read) == [1700.0, 1800.0]
        (warning,) = read.warnings
        assert (warning.code, warning.place) == (code, "needs.csv")
        assert (warning.row, warning.column, warning.facts["read_as"]) == (place, column, read_as)

    @pytest.mark.parametrize(
        ("encoding", "spoken"),
        [("utf-8", False), ("utf-8-sig", False), ("gb18030", True), ("utf-16", True)],
    )
    def test_reads_the_encodings_that_office_programs_save(self, tmp_path, encoding, spoken):
        donors = FILES["donors.csv"].replace("Alpha", "湖南省").encode(encoding)
        read = read_changed(tmp_path, donors=donors)

        assert read.scenario.donors[0].name == "湖南省"
        assert [w.code for w in read.warnings] == ["read.repaired_encoding"] * spoken

    def test_reads_line_ends_of_every_system(self, tmp_path):
        assert amounts(read_changed(tmp_path, needs=NEEDS.replace("\n", "\r\n"))) == [1700, 1800]

    def test_reads_files_with_chinese_names(self, tmp_path):
        folder = write_files(tmp_path, needs=None)
        (folder / "受援需求.csv").write_text(NEEDS, encoding="utf-8")

        assert amounts(read_scenario(folder)) == [1700.0, 1800.0]

    def test_keeps_and_reports_unknown_columns(self, tmp_path):
        read = read_changed(
            tmp_path, needs="recipient,resource,amount,beds\nx,doc,1700, 2 \ny,doc,1,\n"
        )

        assert [dict(need.extra) for need in read.scenario.needs] == [{"beds": " 2 "}, {"beds": ""}]
        assert [(w.code, w.column) for w in read.warnings] == [("read.unknown_column", "beds")]

    def test_reports_files_that_belong_to_no_table(self, tmp_path):
        folder = write_files(tmp_path)
        (folder / "budget.xlsx").write_bytes(b"x")
        (folder / "NOTES.md").write_text("no data")
        (folder / "~$budget.xlsx").write_bytes(b"x")

        warnings = read_scenario(folder).warnings
        assert [(w.code, w.value) for w in warnings] == [("read.unknown_file", "budget.xlsx")]

    def test_counts_rows_as_a_spreadsheet_does(self, tmp_path):
        """A quoted cell of two lines is one row; an empty line is one too."""
        needs = '"title\nof two lines"\n\nrecipient,resource,amount\nx,doc,1700\ny,doc,none\n'

        assert faults_when(tmp_path, needs=needs) == [
            ("read.placeholder", "needs.csv", 5, "amount")
        ]

    @pytest.mark.parametrize(
        ("needs", "expected"),
        [
            (NEEDS.replace("1700", '"1,70"'), ("read.ambiguous_number", 2, "amount")),
            (NEEDS.replace("1700", '"1.700,5"'), ("read.ambiguous_number", 2, "amount")),
            (NEEDS.replace("1700", "3万"), ("read.scaled_number", 2, "amount")),
            (NEEDS.replace("1700", ""), ("scenario.missing_value", 2, "amount")),
            (NEEDS.replace("1700", "NaN"), ("scenario.not_finite", 2, "amount")),
            (NEEDS.replace("1700", "-inf"), ("scenario.not_finite", 2, "amount")),
            (NEEDS.replace("1700", "-1"), ("scenario.negative", 2, "amount")),
            (NEEDS.replace("y,", "q,"), ("scenario.unknown_id", 3, "recipient")),
            (NEEDS.replace("y,", ","), ("scenario.missing_value", 3, "recipient")),
            (NEEDS.replace("y,", "x,"), ("scenario.duplicate_entry", 3, "")),
            (NEEDS.replace("1700", "1,700"), ("read.too_many_cells", 2, "")),
            (NEEDS.replace("amount", "amount (万)"), ("read.scaled_header", 1, "amount")),
            (NEEDS.replace("resource", "amount"), ("read.duplicate_column", 1, "amount")),
            (NEEDS.replace("x,", '"x,'), ("read.broken_row", 2, "")),
            ("", ("read.empty_file", None, "")),
            (" \n\n", ("read.empty_file", None, "")),
            ("a,b\n1,2\n", ("read.no_header", None, "")),
            (b"\x00\x01\x02\xff", ("read.unknown_encoding", None, "")),
            (
                NEEDS.replace(",", ";").replace("1700", "1,700"),
                ("read.ambiguous_number", 2, "amount"),
            ),
        ],
    )
    def test_refuses_and_names_file_row_and_column(self, tmp_path, needs, expected):
        code, row, column = expected
        found = faults_when(tmp_path, needs=needs)

        assert (code, "needs.csv", row, column) in found
        assert {place for _, place, _, _ in found} == {"needs.csv"}

    def test_names_a_missing_column_once_and_what_may_be_it(self, tmp_path):
        (fault,) = list_faults_of(write_files(tmp_path, needs=NEEDS.replace("amount", "ammount")))

        assert (fault.code, fault.row, fault.column) == ("read.missing_column", 1, "amount")
        assert fault.facts["near"] == ["ammount"]

    def test_names_a_missing_file_and_what_may_be_it(self, tmp_path):
        folder = write_files(tmp_path, needs=None)
        (folder / "needs.xls").write_bytes(b"x")
        (fault,) = list_faults_of(folder)

        assert (fault.code, fault.place) == ("read.missing_table", "needs.csv")
        assert fault.facts["near"] == ["needs.xls"]

    def test_lists_the_faults_of_all_files_in_order(self, tmp_path):
        found = faults_when(
            tmp_path,
            scenario='[scenario]\nid = "s"\n\n[policy]\nmin_share = "much"\nlevels = ["fair"]\n',
            donors=FILES["donors.csv"].replace("30", "300"),
            needs=NEEDS.replace("1800", "1.8.0"),
            links=FILES["links.csv"].replace("required", "perhaps"),
        )

        assert found == [
            ("read.wrong_type", "scenario.toml", 5, "min_share"),
            ("scenario.unknown_level", "scenario.toml", 6, "levels"),
            ("scenario.out_of_range", "donors.csv", 2, "lat"),
            ("read.ambiguous_number", "needs.csv", 3, "amount"),
            ("scenario.unknown_status", "links.csv", 2, "status"),
        ]

    def test_blames_an_unknown_resource_in_a_header_once(self, tmp_path):
        links = "donor,recipient,use:nurse\na,x,1\nb,x,2\n"

        assert faults_when(tmp_path, links=links) == [
            ("scenario.unknown_id", "links.csv", 1, "use:nurse")
        ]

    def test_says_which_row_came_first_of_two_with_one_id(self, tmp_path):
        donors = FILES["donors.csv"] + "\na,Again,1,1\n"
        (fault,) = list_faults_of(write_files(tmp_path, donors=donors))

        assert (fault.code, fault.row, fault.facts["first_row"]) == ("scenario.duplicate_id", 5, 2)

    def test_tells_repairs_beside_faults(self, tmp_path):
        write_files(tmp_path, needs=NEEDS.replace("1700", "１").replace("1800", "many"))
        with pytest.raises(InvalidInput) as caught:
            read_scenario(tmp_path)

        assert [w.code for w in caught.value.warnings] == ["read.repaired_number"]

    def test_reads_status_words_in_chinese(self, tmp_path):
        read = read_changed(tmp_path, links=FILES["links.csv"].replace("required", "禁止"))

        assert read.scenario.links[0].status == "forbidden"
        assert [w.code for w in read.warnings] == ["read.repaired_word"]


class TestReadSettings:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("id = small", ("read.broken_toml", 1, "")),
            ("[scenario]\nid = 'a'\nid = 'b'", ("read.broken_toml", 3, "")),
            ("[scenario]\nid = 5", ("read.wrong_type", 2, "id")),
            ("[policy]\nseed = 1", ("scenario.missing_value", None, "id")),
            (
                "[scenario]\nid='s'\n[policy]\nmin_shares = 0.1",
                ("scenario.unknown_key", 4, "min_shares"),
            ),
            ("[scenario]\nid='s'\n[polcy]\nmin_share = 0.1", ("scenario.unknown_key", 3, "polcy")),
            ("[scenario]\nid='s'\n[policy]\nseed = 1.5", ("read.wrong_type", 4, "seed")),
            ("[scenario]\nid='s'\n[policy]\nseed = true", ("read.wrong_type", 4, "seed")),
            ("[scenario]\nid='s'\n[policy]\nlevels = 'cost'", ("read.wrong_type", 4, "levels")),
            ("[scenario]\nid='s'\n[policy]\nslack = 0.1", ("read.wrong_type", 4, "slack")),
            (
                "[scenario]\nid='s'\n[policy.slack]\ncost = -1",
                ("scenario.negative", 4, "slack.cost"),
            ),
            ("[scenario]\nid='s'\n[policy]\ngap = nan", ("scenario.not_finite", 4, "gap")),
            (
                "[scenario]\nid='s'\n[policy]\ntime_limit_s = 0",
                ("scenario.not_positive", 4, "time_limit_s"),
            ),
            ("assumption = 5\n[scenario]\nid='s'", ("read.wrong_type", None, "assumption")),
            (
                "[scenario]\nid='s'\n[[assumption]]\naffects = 'x'",
                ("scenario.missing_value", 3, "text"),
            ),
            ("scenario = 5", ("read.wrong_type", 1, "scenario")),
            ("", ("read.empty_file", None, "")),
        ],
    )
    def test_refuses_and_names_the_line(self, tmp_path, text, expected):
        code, row, column = expected

        assert (code, "scenario.toml", row, column) in faults_when(tmp_path, scenario=text)

    def test_reads_every_key(self, tmp_path):
        text = """
[scenario]
id = "s"
as_of = 2020-02-10
[policy]
levels = ["cost"]
min_share = 0
slack = {coverage = 0.01}
max_partners_per_donor = 3
time_limit_s = 60
gap = 1e-3
seed = 7
[[assumption]]
text = "t"
affects = "needs"
"""
        scenario = read_changed(tmp_path, scenario=text).scenario

        assert (scenario.as_of, scenario.policy.levels) == ("2020-02-10", ("cost",))
        assert scenario.policy.slack == {"coverage": 0.01}
        assert scenario.policy.max_partners_per_donor == 3
        assert (scenario.policy.time_limit_s, scenario.policy.seed) == (60.0, 7)
        assert scenario.assumptions[0].affects == "needs"

    def test_keeps_and_reports_unknown_keys_of_the_head(self, tmp_path):
        repairs = repairs_when(
            tmp_path, scenario='[scenario]\nid="s"\ntitel="T"\n[policy]\nmin_share=0.1'
        )

        assert (repairs["read.unknown_key"].row, repairs["read.unknown_key"].column) == (3, "titel")
        assert repairs["read.unknown_key"].facts["near"][0] == "title"
        assert read_scenario(tmp_path).scenario.extra == {"titel": "T"}


class TestReadPath:
    def test_refuses_a_path_where_nothing_is(self, tmp_path):
        assert [f.code for f in list_faults_of(tmp_path / "none")] == ["read.no_such_path"]

    def test_refuses_an_empty_folder(self, tmp_path):
        assert [f.code for f in list_faults_of(tmp_path)] == ["read.no_scenario_here"]

    def test_refuses_a_table_alone(self, tmp_path):
        folder = write_files(tmp_path)

        assert [f.code for f in list_faults_of(folder / "needs.csv")] == ["read.not_a_scenario"]

    def test_refuses_a_folder_in_place_of_a_file(self, tmp_path):
        (write_files(tmp_path, needs=None) / "needs.csv").mkdir()

        assert faults_when(tmp_path, needs=None) == [("read.not_a_file", "needs.csv", None, "")]

    def test_refuses_a_link_that_leads_nowhere(self, tmp_path):
        folder = write_files(tmp_path, needs=None)
        (folder / "needs.csv").symlink_to(folder / "needs.csv")

        assert [f.place for f in list_faults_of(folder)] == ["needs.csv"]

    def test_refuses_two_files_for_one_table(self, tmp_path):
        folder = write_files(tmp_path)
        (folder / "需求.csv").write_text(NEEDS, encoding="utf-8")

        assert [f.code for f in list_faults_of(folder)] == ["read.duplicate_table"]

    def test_refuses_a_path_that_no_system_takes(self):
        assert [f.code for f in list_faults_of("a\0b")] == ["read.no_such_path"]


class TestReadWorkbook:
    def test_reads_the_same_content_as_from_a_folder(self, tmp_path):
        """§M9: the folder and the workbook form agree."""
        workbook = read_scenario(save(build_workbook(), tmp_path / "small.xlsx"))
        folder = read_changed(tmp_path / "small")

        assert workbook.warnings == ()
        assert workbook.scenario == folder.scenario
        assert scenario_sha256(workbook.scenario) == scenario_sha256(folder.scenario)

    def test_reads_a_sheet_with_merged_title_notes_and_blank_rows(self, tmp_path):
        workbook = build_workbook()
        sheet = workbook["needs"]
        sheet.insert_rows(1, 3)
        sheet["A1"] = "各市医护人员需求统计表"
        sheet["A1"].font = Font(size=20)
        sheet.merge_cells("A1:C1")
        sheet["A2"] = "单位：人"
        sheet.insert_rows(6)
        sheet["C5"] = "1，700 "
        read = read_scenario(save(workbook, tmp_path / "s.xlsx"))

        assert amounts(read) == [1700.0, 1800.0]
        told = {(w.code, w.place, w.row): w.facts["read_as"] for w in read.warnings}
        assert told == {
            ("read.repaired_rows_above", "needs", 1): "4",
            ("read.repaired_blank_row", "needs", 6): "",
            ("read.repaired_number", "needs", 5): "1700",
        }

    def test_reads_a_merged_party_for_all_its_rows(self, tmp_path):
        workbook = build_workbook()
        workbook["resources"].append(["bed", "Beds", "bed", 0])
        workbook["needs"].append([None, "bed", 5])
        workbook["needs"].merge_cells("A3:A4")
        read = read_scenario(save(workbook, tmp_path / "s.xlsx"))

        assert [(n.party, n.resource) for n in read.scenario.needs][2] == ("y", "bed")
        assert [w.code for w in read.warnings] == ["read.repaired_merged"]

    def test_never_spreads_a_merged_amount(self, tmp_path):
        workbook = build_workbook()
        workbook["needs"].merge_cells("C2:C3")
        faults = list_faults_of(save(workbook, tmp_path / "s.xlsx"))

        assert [(f.code, f.row, f.column) for f in faults] == [
            ("scenario.missing_value", 3, "amount")
        ]

    def test_keeps_zeros_of_ids_that_are_text(self, tmp_path):
        workbook = build_workbook()
        for place in ("donors!A2", "capacities!A2", "links!A2"):
            sheet, cell = place.split("!")
            workbook[sheet][cell] = "0110"

        assert read_scenario(save(workbook, tmp_path / "s.xlsx")).scenario.donors[0].id == "0110"

    def test_reads_ids_typed_as_numbers_and_says_so(self, tmp_path):
        workbook = build_workbook()
        for place in ("donors!A2", "capacities!A2", "links!A2"):
            sheet, cell = place.split("!")
            workbook[sheet][cell] = 110
        read = read_scenario(save(workbook, tmp_path / "s.xlsx"))

        assert read.scenario.donors[0].id == "110"
        assert {w.code for w in read.warnings} == {"read.repaired_id"}

    @pytest.mark.parametrize(
        ("value", "code"),
        [
            ("=1+1", "read.formula_without_value"),
            ("#N/A", "read.error_value"),
            (True, "read.not_a_number"),
        ],
    )
    def test_refuses_cells_that_hold_no_number(self, tmp_path, value, code):
        workbook = build_workbook()
        workbook["needs"]["C3"] = value
        faults = list_faults_of(save(workbook, tmp_path / "s.xlsx"))

        assert [(f.code, f.place, f.row, f.column) for f in faults] == [
            (code, "needs", 3, "amount")
        ]

    def test_refuses_a_date_in_a_column_of_numbers(self, tmp_path):
        workbook = build_workbook()
        workbook["needs"]["C3"] = 43871
        workbook["needs"]["C3"].number_format = "yyyy-mm-dd"
        (fault,) = list_faults_of(save(workbook, tmp_path / "s.xlsx"))

        assert (fault.code, fault.value) == ("read.date_not_number", "2020-02-10")

    def test_refuses_an_error_in_an_optional_cell_rather_than_read_it_as_empty(self, tmp_path):
        workbook = build_workbook()
        workbook["links"]["D2"] = "#REF!"
        faults = list_faults_of(save(workbook, tmp_path / "s.xlsx"))

        assert [(f.code, f.row, f.column) for f in faults] == [("read.error_value", 2, "tie")]

    def test_reports_sheets_that_belong_to_no_table_and_ignores_empty_ones(self, tmp_path):
        workbook = build_workbook()
        workbook.create_sheet("Sheet9")
        workbook.create_sheet("budget")["A1"] = "x"
        warnings = read_scenario(save(workbook, tmp_path / "s.xlsx")).warnings

        assert [(w.code, w.value) for w in warnings] == [("read.unknown_sheet", "budget")]

    def test_names_a_missing_sheet(self, tmp_path):
        workbook = build_workbook()
        del workbook["needs"]
        faults = list_faults_of(save(workbook, tmp_path / "s.xlsx"))

        assert [(f.code, f.place) for f in faults] == [("read.missing_table", "needs")]

    def test_refuses_a_key_given_twice(self, tmp_path):
        workbook = build_workbook()
        workbook["policy"].append(["min_share", 0.2])
        faults = list_faults_of(save(workbook, tmp_path / "s.xlsx"))

        assert [(f.code, f.row, f.column) for f in faults] == [
            ("read.duplicate_key", 4, "min_share")
        ]

    def test_takes_an_empty_value_of_the_policy_as_not_given(self, tmp_path):
        workbook = build_workbook()
        workbook["policy"].append(["max_partners_per_donor", None])
        read = read_scenario(save(workbook, tmp_path / "s.xlsx"))

        assert read.scenario.policy.max_partners_per_donor is None

    def test_refuses_a_workbook_without_any_table(self, tmp_path):
        faults = list_faults_of(save(Workbook(), tmp_path / "s.xlsx"))

        assert [f.code for f in faults] == ["read.no_scenario_here"]


class TestReadHostileWorkbook:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "read.empty_file"),
            (b"id,name\n", "read.not_a_workbook"),
            (b"<html><table></table></html>", "read.not_a_workbook"),
            (b"PK\x03\x04 and no more", "read.not_a_workbook"),
            (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "read.old_workbook"),
            (
                bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
                "read.encrypted",
            ),
        ],
    )
    def test_says_what_the_file_is_instead(self, tmp_path, content, code):
        path = tmp_path / "s.xlsx"
        path.write_bytes(content)

        assert [f.code for f in list_faults_of(path)] == [code]

    def test_refuses_a_truncated_workbook(self, tmp_path):
        path = save(build_workbook(), tmp_path / "s.xlsx")
        path.write_bytes(path.read_bytes()[:-200])

        assert [f.code for f in list_faults_of(path)] in (
            ["read.not_a_workbook"],
            ["read.damaged_workbook"],
        )

    def test_refuses_a_cell_in_the_farthest_corner(self, tmp_path):
        workbook = build_workbook()
        workbook["needs"]["XFD1048576"] = 1

        faults = list_faults_of(save(workbook, tmp_path / "s.xlsx"))
        assert [(f.code, f.facts["what"]) for f in faults] == [("read.too_large", "cells")]

    def test_does_not_mind_formats_in_the_farthest_corner(self, tmp_path):
        workbook = build_workbook()
        workbook["needs"]["XFD1048576"].font = Font(bold=True)

        assert list_faults_of(save(workbook, tmp_path / "s.xlsx")) == ()

    def test_refuses_a_part_that_unpacks_to_more_than_any_table_needs(self, tmp_path):
        path = tmp_path / "s.xlsx"
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open("xl/worksheets/sheet1.xml", "w") as stream,
        ):
            for _ in range(260):
                stream.write(b" " * 2**20)

        assert [(f.code, f.facts["what"]) for f in list_faults_of(path)] == [
            ("read.too_large", "bytes")
        ]

    def test_expands_no_entities(self, tmp_path):
        source = io.BytesIO()
        build_workbook().save(source)
        path = tmp_path / "s.xlsx"
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name.endswith("sheet1.xml"):
                    content = b'<!DOCTYPE x [<!ENTITY a "b">]>' + content
                new.writestr(name, content)

        assert [f.code for f in list_faults_of(path)] == ["read.damaged_workbook"]
