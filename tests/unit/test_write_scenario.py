"""Writing a scenario: nothing lost, nothing overwritten, nothing half written."""

from dataclasses import replace

import openpyxl
import pytest

from tiebeam.core.model.scenario import Assumption, Party, Policy, Scenario
from tiebeam.errors import InvalidInput, Refused
from tiebeam.interchange.scenario import read_scenario, write_scenario, write_template
from unit.scenario_sheets import read_changed, write_files

NAMED = Scenario(
    id="s",
    policy=Policy(levels=("coverage",), min_share=0.1),
    donors=(Party(id="0110", name="=1+1"), Party(id="-b", name="@sum", extra={"tag": "+1"})),
    recipients=(Party(id="x", name="_x0041_\nline two"),),
)


class TestWriteScenario:
    def test_writes_no_formulas(self, tmp_path):
        write_scenario(NAMED, tmp_path / "s.xlsx")
        sheet = openpyxl.load_workbook(tmp_path / "s.xlsx")["donors"]

        kinds = {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value}
        assert kinds == {"s"}
        assert sheet["B2"].value == "=1+1"

    @pytest.mark.parametrize("name", ["s", "s.xlsx"])
    def test_gives_back_text_that_spreadsheets_like_to_change(self, tmp_path, name):
        donors = (NAMED.donors[0], replace(NAMED.donors[1], extra={}))
        scenario = replace(NAMED, donors=donors)
        write_scenario(scenario, tmp_path / name)

        assert read_scenario(tmp_path / name).scenario == scenario

    def test_keeps_unknown_columns_through_both_forms(self, tmp_path):
        original = read_changed(
            tmp_path / "a",
            donors="id,name,lat,lon,tel,\na,Alpha,30,120,007,\nb,Beta,31,121,,\n",
            scenario='[scenario]\nid = "s"\nauthor = "me"\n[[assumption]]\ntext = "t"\nby = "me"\n',
        ).scenario
        write_scenario(original, tmp_path / "b.xlsx")
        write_scenario(read_scenario(tmp_path / "b.xlsx").scenario, tmp_path / "c")

        assert read_scenario(tmp_path / "c").scenario == original
        assert original.donors[0].extra == {"tel": "007"}
        assert original.assumptions == (Assumption(text="t", extra={"by": "me"}),)

    @pytest.mark.parametrize("name", ["s", "s.xlsx"])
    def test_does_not_overwrite_unless_told(self, tmp_path, name):
        write_scenario(NAMED, tmp_path / name)
        with pytest.raises(Refused) as caught:
            write_scenario(replace(NAMED, id="t"), tmp_path / name)

        assert caught.value.code == "write.path_taken"
        assert read_scenario(tmp_path / name).scenario.id == "s"

        write_scenario(replace(NAMED, id="t"), tmp_path / name, overwrite=True)
        assert read_scenario(tmp_path / name).scenario.id == "t"

    def test_never_replaces_a_folder_that_holds_something_else(self, tmp_path):
        folder = write_files(tmp_path / "s")
        (folder / "README.md").write_text("mine")
        with pytest.raises(Refused):
            write_scenario(NAMED, folder, overwrite=True)

        assert (folder / "README.md").read_text() == "mine"

    def test_leaves_nothing_behind_when_it_cannot_write(self, tmp_path):
        (tmp_path / "file").write_text("x")
        with pytest.raises(Refused) as caught:
            write_scenario(NAMED, tmp_path / "file" / "s")

        assert caught.value.code == "write.failed"
        assert [path.name for path in tmp_path.iterdir()] == ["file"]

    @pytest.mark.parametrize(
        ("name", "code"),
        [("a\x00b", "write.unwritable_text"), ("a" * 32_768, "write.text_too_long")],
    )
    def test_refuses_text_that_would_be_lost(self, tmp_path, name, code):
        scenario = replace(NAMED, recipients=(Party(id="x", name=name),))
        with pytest.raises(InvalidInput) as caught:
            write_scenario(scenario, tmp_path / "s")

        assert [(f.code, f.place, f.column) for f in caught.value.faults] == [
            (code, "recipients", "name")
        ]
        assert list(tmp_path.iterdir()) == []


class TestWriteTemplate:
    @pytest.fixture
    def path(self, tmp_path):
        write_template(tmp_path / "t.xlsx")
        return tmp_path / "t.xlsx"

    def test_reads_back_without_a_fault_or_warning(self, path):
        read = read_scenario(path)

        assert read.warnings == ()
        assert len(read.scenario.donors) == 3
        assert read.scenario.policy.min_share == 0.05

    def test_says_that_its_example_is_invented(self, path):
        assert "invented" in read_scenario(path).scenario.assumptions[0].text

    def test_offers_choices_where_there_are_any(self, path):
        workbook = openpyxl.load_workbook(path)
        offered = {
            (sheet.title, str(rule.sqref).split(":")[0]): rule.formula1
            for sheet in workbook
            for rule in sheet.data_validations.dataValidation
            if rule.type == "list"
        }

        assert offered["links", "C2"] == '"allowed,required,forbidden"'
        assert offered["capacities", "A2"] == "donors!$A$2:$A$1000"
        assert offered["capacities", "B2"] == "resources!$A$2:$A$1000"
        assert offered["needs", "A2"] == "recipients!$A$2:$A$1000"
        assert ("policy", "B2") in offered

    def test_heads_and_notes_are_in_both_languages(self, path):
        workbook = openpyxl.load_workbook(path)
        for name in ("donors", "recipients", "resources", "capacities", "needs", "links"):
            for head in workbook[name][1]:
                assert not head.value.isascii()
                assert head.value[0].isascii()
                assert len(head.comment.text.split("\n")) == 2

    def test_keeps_ids_typed_into_empty_rows_as_text(self, path):
        workbook = openpyxl.load_workbook(path)

        assert workbook["donors"].column_dimensions["A"].number_format == "@"

    def test_is_sound_again_when_the_example_is_replaced(self, path):
        workbook = openpyxl.load_workbook(path)
        for name in ("links", "assumptions", "sources"):
            workbook[name].delete_rows(2, 9)
        for name in ("capacities", "needs"):
            for row in workbook[name].iter_rows(min_row=2):
                row[3].value = None
        workbook.save(path)

        assert read_scenario(path).warnings == ()

    def test_does_not_overwrite_one_that_was_filled_in(self, path):
        before = path.read_bytes()
        with pytest.raises(Refused):
            write_template(path)

        assert path.read_bytes() == before
