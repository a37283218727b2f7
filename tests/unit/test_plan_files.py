"""Plan folders: what we write we read, what people make by hand we read, the rest is refused."""

import json
import math
from dataclasses import replace
from types import MappingProxyType

import openpyxl
import pytest

from tiebeam.core.model.identity import plan_sha256
from tiebeam.core.model.plan import Conflict, Flow, LevelResult, Notice, Pair, Plan, SolverRecord
from tiebeam.errors import InvalidInput, Refused
from tiebeam.interchange.plan import read_plan, write_plan
from unit.scenario_sheets import read_changed

PLAN = Plan(
    scenario_id="small",
    scenario_sha256="ab" * 32,
    solver=SolverRecord(version="0.1.0", seed=1, seconds=0.25),
    status="optimal",
    levels=(
        LevelResult(
            name="coverage",
            of=("y", "x"),
            value=(0.5, 0.75),
            bound=(0.5, 1.25),
            gap=0.0,
            certificate="tight_set",
            best=(0.6, 0.75),
        ),
        LevelResult(name="partners", value=2.0, bound=2.0, gap=0.0, certificate="trivial"),
    ),
    pairs=(Pair(donor="a", recipient="x", lead=True), Pair(donor="b", recipient="y", lead=True)),
    flows=(
        Flow(donor="a", recipient="x", resource="doc", amount=850.0),
        Flow(donor="b", recipient="y", resource="doc", amount=0.1 + 0.2),
    ),
    certificate={"tight_set": [["y"], ["b"]], "multipliers": [0.1, 2]},
    warnings=(Notice(code="w", facts={"rows": [1, 2], "value": "万"}),),
    conflict=(
        (Conflict(rule="M3.4", code="c", facts={"donor": "a"}), Conflict(rule="M3.5", code="d")),
        (Conflict(rule="M3.6", code="e"),),
    ),
)


@pytest.fixture
def scenario(tmp_path):
    return read_changed(tmp_path / "scenario").scenario


@pytest.fixture
def folder(tmp_path, scenario):
    write_plan(PLAN, scenario, tmp_path / "plan")
    return tmp_path / "plan"


def faults_of(path, scenario=None):
    """Return (code, place, row, column) of the faults of reading *path*."""
    with pytest.raises(InvalidInput) as caught:
        read_plan(path, scenario)
    return [(f.code, f.place, f.row, f.column) for f in caught.value.faults]


def write_json(tmp_path, **content):
    document = {"format": "tiebeam-plan/1", "pairs": [{"donor": "a", "recipient": "x"}]} | content
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


class TestWritePlan:
    def test_reads_back_as_it_was_written(self, folder, scenario):
        again = read_plan(folder, scenario)

        assert again == PLAN
        assert plan_sha256(again) == plan_sha256(PLAN)

    def test_writes_what_the_contract_names(self, folder):
        assert sorted(path.name for path in folder.iterdir()) == [
            "flows.csv",
            "pairs.csv",
            "plan.json",
            "plan.xlsx",
        ]
        document = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        assert list(document)[:4] == ["format", "scenario", "solver", "status"]
        assert document["flows"][0]["amount"] == 850
        assert [rule["set"] for rule in document["conflict"]] == [0, 0, 1]

    def test_marks_completed_flows_and_leaves_out_unknown_ones(self, tmp_path, scenario):
        write_plan(replace(PLAN, completed=True), scenario, tmp_path / "a")
        write_plan(replace(PLAN, flows=None), scenario, tmp_path / "b")

        assert read_plan(tmp_path / "a").completed
        assert read_plan(tmp_path / "b").flows is None
        assert not (tmp_path / "b" / "flows.csv").exists()

    def test_keeps_a_bound_that_is_not_known_yet(self, tmp_path, scenario):
        """JSON has no infinity; an unknown bound must not come back as a proven one."""
        level = replace(PLAN.levels[1], bound=-math.inf, gap=math.inf)
        write_plan(replace(PLAN, levels=(level,)), scenario, tmp_path / "a")

        assert read_plan(tmp_path / "a").levels == (level,)

    def test_takes_read_only_facts(self, tmp_path, scenario):
        facts = MappingProxyType({"known": ("a", "b")})
        write_plan(
            replace(PLAN, warnings=(Notice(code="w", facts=facts),)), scenario, tmp_path / "a"
        )

        assert read_plan(tmp_path / "a").warnings[0].facts == {"known": ["a", "b"]}

    def test_replaces_a_plan_of_ours_with_its_report(self, folder, scenario):
        (folder / "report.html").write_text("old")
        write_plan(replace(PLAN, status="feasible"), scenario, folder)

        assert read_plan(folder).status == "feasible"
        assert not (folder / "report.html").exists()

    @pytest.mark.parametrize("name", ["notes.docx", "report.pdf"])
    def test_touches_no_folder_with_other_files(self, folder, scenario, name):
        (folder / name).write_text("mine")
        with pytest.raises(Refused) as caught:
            write_plan(replace(PLAN, status="feasible"), scenario, folder)

        assert caught.value.code == "plan.folder_not_ours"
        assert caught.value.facts["found"] == [name]
        assert read_plan(folder).status == "optimal"

    def test_does_not_replace_a_plan_made_by_hand(self, tmp_path, scenario):
        (tmp_path / "hand").mkdir()
        path = write_json(tmp_path / "hand")
        before = path.read_bytes()
        with pytest.raises(Refused):
            write_plan(PLAN, scenario, tmp_path / "hand")

        assert path.read_bytes() == before

    def test_does_not_replace_a_file(self, tmp_path, scenario):
        (tmp_path / "plan").write_text("x")
        with pytest.raises(Refused):
            write_plan(PLAN, scenario, tmp_path / "plan")

        assert (tmp_path / "plan").read_text() == "x"

    def test_leaves_no_half_plan_when_the_disk_refuses(self, folder, scenario, monkeypatch):
        def refuse(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(openpyxl.Workbook, "save", refuse)
        with pytest.raises(Refused) as caught:
            write_plan(replace(PLAN, status="feasible"), scenario, folder)

        assert caught.value.facts["reason"] == "ENOSPC"
        assert read_plan(folder) == PLAN
        assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


class TestPlanWorkbook:
    @pytest.fixture
    def workbook(self, folder):
        return openpyxl.load_workbook(folder / "plan.xlsx")

    def test_has_a_sheet_for_each_question_with_heads_in_two_languages(self, workbook):
        assert [name.split()[0] for name in workbook.sheetnames] == [
            "pairs",
            "flows",
            "levels",
            "recipients",
            "donors",
            "assumptions",
            "sources",
            "warnings",
        ]
        for sheet in workbook:
            assert sheet.freeze_panes == "A2"
            assert any(not cell.value.isascii() for cell in sheet[1])

    def test_says_how_far_each_recipient_is_covered(self, workbook):
        """§M4: 850 of the 1700 that x needs."""
        heads, x, *_ = workbook["recipients 受援方"].iter_rows(values_only=True)

        assert heads[3] == "coverage 需求满足率"
        assert heads[6] == "need: Doctors (person)\n需求：Doctors"
        assert (x[0], x[3], x[4], x[5], x[6], x[7]) == ("x", 0.5, 1, "a", 1700, 850)

    def test_says_how_heavily_each_donor_is_loaded(self, workbook):
        """§M4: 850 of the 1500 that a has."""
        _, a, *_, total = workbook["donors 支援方"].iter_rows(values_only=True)

        assert a[0] == "a"
        assert a[3] == pytest.approx(850 / 1500)
        assert total[5] == 3100

    def test_can_be_read_as_a_plan(self, folder, scenario):
        plan = read_plan(folder / "plan.xlsx", scenario)

        assert (plan.pairs, plan.flows, plan.warnings) == (PLAN.pairs, PLAN.flows, ())

    def test_tells_warnings_in_words_when_given_a_voice(self, tmp_path, scenario):
        write_plan(PLAN, scenario, tmp_path / "a", say=lambda code, _: (f"en {code}", f"zh {code}"))
        sheet = openpyxl.load_workbook(tmp_path / "a" / "plan.xlsx")["warnings 提示"]

        assert [cell.value for cell in sheet[2]][2:] == ["en w", "zh w"]


class TestReadPlanByHand:
    def test_needs_only_format_and_pairs(self, tmp_path):
        plan = read_plan(write_json(tmp_path))

        assert plan.pairs == (Pair(donor="a", recipient="x"),)
        assert plan.flows is None

    def test_reads_pairs_alone_from_a_table(self, tmp_path, scenario):
        path = tmp_path / "结对.csv"
        path.write_bytes("支援方,受援方\nAlpha,x\nb,Yankee\n".encode("gb18030"))
        plan = read_plan(path, scenario)

        assert [(p.donor, p.recipient) for p in plan.pairs] == [("a", "x"), ("b", "y")]
        assert plan.flows is None
        assert "read.repaired_name" in {notice.code for notice in plan.warnings}

    def test_reads_pairs_from_the_only_sheet_of_a_workbook(self, tmp_path):
        workbook = openpyxl.Workbook()
        for row in (["结对关系表"], [], ["donor", "recipient"], ["a", "x"], ["b", "y"]):
            workbook.active.append(row)
        workbook.save(tmp_path / "p.xlsx")

        assert len(read_plan(tmp_path / "p.xlsx").pairs) == 2

    def test_reads_one_table_of_pairs_and_amounts(self, tmp_path):
        path = tmp_path / "p.csv"
        path.write_text("donor,recipient,resource,amount\na,x,doc,5\na,x,bed,6\nb,x,doc,0\n")
        plan = read_plan(path)

        assert [(p.donor, p.recipient) for p in plan.pairs] == [("a", "x"), ("b", "x")]
        assert [(f.resource, f.amount) for f in plan.flows] == [("doc", 5), ("bed", 6)]

    def test_reads_a_folder_with_tables_alone(self, tmp_path):
        (tmp_path / "pairs.csv").write_text("donor,recipient,lead\na,x,是\n", encoding="utf-8")
        (tmp_path / "flows.csv").write_text("donor,recipient,resource,amount\na,x,doc,5\n")
        plan = read_plan(tmp_path)

        assert plan.pairs == (Pair(donor="a", recipient="x", lead=True),)
        assert plan.flows == (Flow(donor="a", recipient="x", resource="doc", amount=5.0),)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("donor,recipient\na,x\na,x\n", ("plan.duplicate_pair", 3, "")),
            ("donor,recipient\na,\n", ("scenario.missing_value", 2, "recipient")),
            ("donor,recipient\nq,x\n", ("plan.unknown_id", 2, "donor")),
            ("donor\na\n", ("read.missing_column", 1, "recipient")),
            ("donor,recipient,lead\na,x,perhaps\n", ("read.not_a_flag", 2, "lead")),
            ("donor,recipient,resource,amount\na,x,doc,-1\n", ("plan.negative", 2, "amount")),
            ("donor,recipient,resource,amount\na,x,doc,inf\n", ("plan.not_finite", 2, "amount")),
            (
                "donor,recipient,resource,amount\na,x,doc,\n",
                ("scenario.missing_value", 2, "amount"),
            ),
            (
                "donor,recipient,resource,amount\na,x,doc,1\na,x,doc,2\n",
                ("plan.duplicate_flow", 3, ""),
            ),
        ],
    )
    def test_refuses_and_names_row_and_column(self, tmp_path, scenario, text, expected):
        code, row, column = expected
        (tmp_path / "pairs.csv").write_text(text)

        assert (code, "pairs.csv", row, column) in faults_of(tmp_path / "pairs.csv", scenario)


class TestReadPlanDocument:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", ("read.empty_file", None, "")),
            ("{", ("read.broken_json", 1, "")),
            ('{"a": 1,\n}', ("read.broken_json", 2, "")),
            ("[]", ("plan.wrong_type", None, "")),
            ("{}", ("plan.wrong_format", None, "format")),
            ('{"format": "tiebeam-plan/2"}', ("plan.wrong_format", None, "format")),
            ('{"format": "tiebeam-plan/1"}', ("plan.missing_key", None, "pairs")),
            (
                '{"format": "tiebeam-plan/1", "pairs": [], "pairs": []}',
                ("plan.duplicate_key", None, "pairs"),
            ),
            ("[" * 100_000, ("read.broken_json", None, "")),
        ],
    )
    def test_refuses_a_broken_document(self, tmp_path, text, expected):
        code, row, column = expected
        (tmp_path / "plan.json").write_text(text)

        assert faults_of(tmp_path) == [(code, "plan.json", row, column)]

    @pytest.mark.parametrize(
        ("content", "code", "column"),
        [
            ({"pairs": 5}, "plan.wrong_type", "pairs"),
            ({"pairs": [5]}, "plan.wrong_type", "pairs[0]"),
            ({"pairs": [{"donor": "a"}]}, "plan.missing_key", "pairs[0].recipient"),
            ({"pairs": [{"donor": "a", "recipient": ""}]}, "plan.wrong_type", "pairs[0].recipient"),
            ({"pairs": [{"donor": 5, "recipient": "x"}]}, "plan.wrong_type", "pairs[0].donor"),
            (
                {"pairs": [{"donor": "a", "recipient": "x"}] * 2},
                "plan.duplicate_pair",
                "pairs[1]",
            ),
            (
                {"pairs": [{"donor": "a", "recipient": "x", "led": True}]},
                "plan.unknown_key",
                "pairs[0].led",
            ),
            (
                {"pairs": [{"donor": "a", "recipient": "x", "lead": 1}]},
                "plan.wrong_type",
                "pairs[0].lead",
            ),
            ({"flow": []}, "plan.unknown_key", "flow"),
            ({"status": "good"}, "plan.unknown_word", "status"),
            ({"solver": {"seed": 1.5}}, "plan.wrong_type", "solver.seed"),
            (
                {"levels": [{"name": "speed", "value": 1, "bound": 1}]},
                "plan.unknown_word",
                "levels[0].name",
            ),
            ({"levels": [{"name": "cost", "bound": 1}]}, "plan.missing_key", "levels[0].value"),
            (
                {"levels": [{"name": "cost", "value": "1", "bound": 1}]},
                "plan.wrong_type",
                "levels[0].value",
            ),
            (
                {"levels": [{"name": "cost", "value": 1, "bound": 1, "of": [1]}]},
                "plan.wrong_type",
                "levels[0].of",
            ),
            (
                {"flows": [{"donor": "a", "recipient": "x", "resource": "doc", "amount": -1}]},
                "plan.negative",
                "flows[0].amount",
            ),
            (
                {"flows": [{"donor": "a", "recipient": "x", "resource": "doc", "amount": True}]},
                "plan.wrong_type",
                "flows[0].amount",
            ),
            (
                {"flows": [{"donor": "a", "recipient": "x", "resource": "doc", "amount": 10**400}]},
                "plan.not_finite",
                "flows[0].amount",
            ),
            (
                {"flows": [{"donor": "a", "recipient": "x", "resource": "doc", "amount": 1}] * 2},
                "plan.duplicate_flow",
                "flows[1]",
            ),
        ],
    )
    def test_refuses_and_names_the_path(self, tmp_path, content, code, column):
        assert faults_of(write_json(tmp_path, **content)) == [(code, "plan.json", None, column)]

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
    def test_refuses_numbers_that_are_none(self, tmp_path, number):
        path = write_json(tmp_path, certificate={"multipliers": ["HERE"]})
        path.write_text(path.read_text().replace('"HERE"', number))

        assert [code for code, *_ in faults_of(path)] == ["plan.not_finite"]

    def test_refuses_ids_that_the_scenario_does_not_know(self, tmp_path, scenario):
        flow = {"donor": "a", "recipient": "x", "resource": "nurse", "amount": 1}
        path = write_json(tmp_path, pairs=[{"donor": "q", "recipient": "x"}], flows=[flow])

        assert [(code, column) for code, _, _, column in faults_of(path, scenario)] == [
            ("plan.unknown_id", "pairs[0].donor"),
            ("plan.unknown_id", "flows[0].resource"),
        ]

    def test_refuses_a_path_without_a_plan(self, tmp_path):
        (tmp_path / "notes.txt").write_text("x")

        assert [code for code, *_ in faults_of(tmp_path)] == ["plan.no_plan_here"]
        assert [code for code, *_ in faults_of(tmp_path / "notes.txt")] == ["plan.no_plan_here"]
        assert [code for code, *_ in faults_of(tmp_path / "none")] == ["read.no_such_path"]


class TestTablesBesideThePlan:
    @pytest.mark.parametrize(
        ("name", "old", "new", "expected"),
        [
            ("pairs.csv", "b,y,true\n", "", ("plan.csv_lacks_row", None)),
            ("pairs.csv", "b,y", "b,x", ("plan.csv_extra_row", 3)),
            ("pairs.csv", "b,y,true", "b,y,false", ("plan.csv_differs", 3)),
            ("flows.csv", "850", "851", ("plan.csv_differs", 2)),
        ],
    )
    def test_must_not_say_something_else(self, folder, name, old, new, expected):
        path = folder / name
        path.write_text(path.read_text().replace(old, new))

        assert expected in [(code, row) for code, _, row, _ in faults_of(folder)]

    def test_may_have_passed_through_a_spreadsheet(self, folder):
        """A spreadsheet saves 15 digits, the order of rows its own, and TRUE for true."""
        flows = (folder / "flows.csv").read_text().replace("0.30000000000000004", "0.3")
        (folder / "flows.csv").write_text(flows)
        (folder / "pairs.csv").write_text("donor,recipient,lead\nb,y,TRUE\na,x,TRUE\n")

        assert read_plan(folder) == PLAN

    def test_cannot_add_flows_to_a_plan_of_pairs_alone(self, folder, tmp_path):
        (folder / "plan.json").unlink()
        write_json(
            folder, pairs=[{"donor": "a", "recipient": "x"}, {"donor": "b", "recipient": "y"}]
        )
        (folder / "pairs.csv").unlink()

        assert faults_of(folder) == [("plan.flows_only_in_csv", "flows.csv", None, "")]
