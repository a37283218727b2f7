"""``tiebeam pair``: the plan, its folder, and every way in which the run can end."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from integration.command_line import TABLES, run, search_replaced, write_tables
from tiebeam.core.model.plan import Conflict, Flow, Pair, Plan
from tiebeam.core.pairing.solver import solve_pairing


@pytest.fixture
def scenario(tmp_path):
    return write_tables(tmp_path / "towns")


class TestPair:
    def test_shows_what_the_plan_comes_to(self, scenario, tmp_path):
        """§M5: by hand, both towns can be covered to one half and no further."""
        ended = run("pair", scenario, "-o", tmp_path / "out")

        assert ended.status == 0, ended.err
        assert "Two towns: 2 donors and 2 recipients in 2 pairs" in ended.out
        rows = [line.split() for line in ended.out.splitlines()]
        assert ["Hill", "50", "%", "South"] in rows
        assert ["Lake", "50", "%", "North"] in rows
        assert ["Lake", "North", "lead", "50", "%", "3"] in rows
        assert ["North", "100", "%", "Lake"] in rows

    def test_shows_what_is_assumed(self, scenario, tmp_path):
        ended = run("pair", scenario, "-o", tmp_path / "out")

        assert "Assumed (1):\n  1. A bed stands for a person." in ended.out

    def test_writes_the_plan_folder_and_says_where(self, scenario, tmp_path):
        ended = run("pair", scenario, "-o", tmp_path / "out")

        names = {path.name for path in (tmp_path / "out").iterdir()}
        assert {"plan.json", "pairs.csv", "flows.csv", "plan.xlsx", "report.html"} <= names
        assert f"Plan: {tmp_path / 'out'}" in ended.out
        assert f"Report: {tmp_path / 'out' / 'report.html'}" in ended.out

    def test_without_a_place_writes_beside_where_it_is_run(self, scenario, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)

        ended = run("pair", scenario)

        assert ended.status == 0
        assert (tmp_path / "towns-plan" / "plan.json").is_file()

    def test_writes_a_plan_that_check_accepts(self, scenario, tmp_path):
        """§M7"""
        run("pair", scenario, "-o", tmp_path / "out")

        ended = run("check", scenario, tmp_path / "out")

        assert ended.status == 0, ended.out
        assert "keeps every rule" in ended.out

    def test_speaks_chinese(self, scenario, tmp_path):
        ended = run("pair", scenario, "-o", tmp_path / "out", "--lang", "zh")

        rows = [line.split() for line in ended.out.splitlines()]
        assert "两城：2个支援方与2个受援方结成2对" in ended.out
        assert ["湖城", "北方", "牵头", "50%", "3"] in rows
        assert "床位按人计。" in ended.out

    def test_aligns_chinese_columns(self, scenario, tmp_path):
        donors = TABLES["donors.csv"].replace("北方", "北方三省一区")
        wide = write_tables(tmp_path / "wide", donors=donors)

        ended = run("pair", wide, "-o", tmp_path / "out", "--lang", "zh")

        lines = ended.out.splitlines()
        start = lines.index("结对") + 1
        places = {
            sum(2 if ord(sign) > 0x2E80 else 1 for sign in line.split("牵头")[0])
            for line in lines[start : start + 3]
        }
        assert len(places) == 1

    def test_quietly_says_the_outcome_alone(self, scenario, tmp_path):
        ended = run("pair", scenario, "-o", tmp_path / "out", "-q")

        assert ended.err == ""
        assert "Two towns" in ended.out
        assert "Recipients" not in ended.out

    def test_draws_progress_on_the_error_stream(self, scenario, tmp_path):
        ended = run("pair", scenario, "-o", tmp_path / "out")

        assert "Level 1 of 3, coverage" in ended.err
        assert "Level 1 of 3" not in ended.out

    def test_prints_one_json_document(self, scenario, tmp_path):
        ended = run("pair", scenario, "-o", tmp_path / "out", "--json")

        document = ended.document
        assert (document["command"], document["exit"]) == ("pair", 0)
        assert {row["id"]: row["coverage"] for row in document["plan"]["recipients"]} == {
            "hill": 0.5,
            "lake": 0.5,
        }
        assert document["plan"]["pairs"][1]["flows"] == {"beds": 3}
        assert document["scenario"]["assumptions"][0]["text"] == "A bed stands for a person."
        assert document["folder"] == str(tmp_path / "out")

    def test_keeps_the_seed_it_was_given(self, scenario, tmp_path):
        run("pair", scenario, "-o", tmp_path / "out", "--seed", "7")

        written = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
        assert written["solver"]["seed"] == 7

    def test_shows_warnings_apart_and_keeps_them_in_the_plan(self, tmp_path):
        recipients = "id,name,colour\nhill,Hill,red\nlake,Lake,blue\n"
        folder = write_tables(tmp_path / "coloured", recipients=recipients)

        ended = run("pair", folder, "-o", tmp_path / "out")

        written = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
        assert "1 warning" in ended.err
        assert "colour" in ended.err
        assert "colour" not in ended.out
        assert [row["code"] for row in written["warnings"]] == ["read.unknown_column"]

    def test_writes_warnings_into_the_workbook_in_both_languages(self, tmp_path):
        recipients = "id,name,colour\nhill,Hill,red\nlake,Lake,blue\n"
        folder = write_tables(tmp_path / "coloured", recipients=recipients)

        run("pair", folder, "-o", tmp_path / "out", "-q")

        sheets = load_workbook(tmp_path / "out" / "plan.xlsx")
        texts = {cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row}
        english = "recipients.csv, row 1, column colour: the column is not known; it is kept"
        assert any(str(text).startswith(english) for text in texts)
        assert any(str(text).startswith("recipients.csv，第1行，“colour”列：") for text in texts)


class TestPairRefuses:
    @pytest.mark.parametrize(
        ("option", "value"),
        [("--time-limit", "0"), ("--time-limit", "nan"), ("--gap", "-1"), ("--seed", "-2")],
    )
    def test_limits_that_make_no_sense(self, scenario, option, value):
        ended = run("pair", scenario, option, value)

        assert ended.status == 2
        assert option in ended.err

    def test_to_write_the_plan_into_the_scenario(self, scenario):
        ended = run("pair", scenario, "-o", scenario)

        assert ended.status == 2
        assert "the scenario itself" in ended.err
        assert not (scenario / "plan.json").exists()

    def test_to_write_the_plan_over_a_file(self, scenario, tmp_path):
        (tmp_path / "taken").write_text("mine", encoding="utf-8")

        ended = run("pair", scenario, "-o", tmp_path / "taken")

        assert ended.status == 2
        assert (tmp_path / "taken").read_text(encoding="utf-8") == "mine"

    def test_to_write_the_plan_among_other_things_and_does_not_search_first(
        self, scenario, tmp_path
    ):
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")

        ended = run("pair", scenario, "-o", tmp_path / "mine")

        assert ended.status == 2
        assert "letter.txt" in ended.err
        assert "Level 1" not in ended.err
        assert (tmp_path / "mine" / "letter.txt").read_text(encoding="utf-8") == "dear"

    def test_nothing_where_a_plan_of_ours_is_replaced(self, scenario, tmp_path):
        run("pair", scenario, "-o", tmp_path / "out", "--seed", "1")

        ended = run("pair", scenario, "-o", tmp_path / "out", "--seed", "2")

        written = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
        assert ended.status == 0
        assert written["solver"]["seed"] == 2


class TestInfeasible:
    """§M8: the rules that cannot hold together are named."""

    RULES = (
        Conflict(
            rule="M3.4", code="conflict.recipient_min", facts={"recipient": "hill", "limit": 2}
        ),
        Conflict(
            rule="M3.5", code="conflict.forbidden", facts={"donor": "north", "recipient": "hill"}
        ),
    )

    def search(self, scenario, **_):
        return Plan(scenario_id=scenario.id, status="infeasible", conflict=(self.RULES,))

    def test_ends_with_3_and_shows_the_conflict(self, scenario, tmp_path):
        with search_replaced(self.search):
            ended = run("pair", scenario, "-o", tmp_path / "out", "-q")

        assert (ended.status, ended.out) == (3, "")
        assert "No plan can keep all the rules" in ended.err
        assert "these 2 rules cannot hold together" in ended.err
        assert "§M3.4" in ended.err
        assert "§M3.5" in ended.err
        assert not (tmp_path / "out").exists()

    def test_names_the_rules_in_the_language_of_the_reader(self, scenario, tmp_path):
        """By hand: only north may serve hill, and must serve it and lake with one recipient at most."""
        links = "donor,recipient,status\nsouth,hill,forbidden\nsouth,lake,forbidden\n"
        (scenario / "links.csv").write_text(links, encoding="utf-8")

        ended = run("pair", scenario, "-o", tmp_path / "plan", "--lang", "zh")

        assert ended.status == 3
        assert "§M3.4  山城至少须有1个支援方。" in ended.err
        assert "§M3.4  湖城至少须有1个支援方。" in ended.err
        assert "§M3.4  北方至多可支援1个受援方。" in ended.err
        assert "§M3.5  南方不得与湖城结对。" in ended.err
        assert not (tmp_path / "plan").exists()

    def test_is_one_json_document_with_the_number_of_each_conflict(self, scenario, tmp_path):
        with search_replaced(self.search):
            ended = run("pair", scenario, "-o", tmp_path / "out", "--json", "-q")

        assert ended.document["exit"] == 3
        assert [(row["set"], row["rule"]) for row in ended.document["conflict"]] == [
            (1, "M3.4"),
            (1, "M3.5"),
        ]

    def test_of_real_rules_ends_with_3(self, tmp_path):
        """§M3.4: each recipient wants two partners, and each donor may have one."""
        head = TABLES["scenario.toml"].replace(
            "min_share = 0.05", "min_share = 0.05\nmin_partners_per_recipient = 2"
        )
        folder = write_tables(tmp_path / "strict", scenario=head)

        ended = run("pair", folder, "-o", tmp_path / "out")

        assert (ended.status, ended.out) == (3, "")


class TestOwnCheck:
    """§M7: a plan that breaks a rule is never written, whoever made it."""

    def search(self, scenario, **_):
        return Plan(
            scenario_id=scenario.id,
            status="feasible",
            pairs=(Pair(donor="north", recipient="lake", lead=True),),
            flows=(Flow(donor="north", recipient="lake", resource="beds", amount=4.0),),
        )

    def test_of_a_broken_plan_ends_with_5_and_writes_nothing(self, scenario, tmp_path):
        with search_replaced(self.search):
            ended = run("pair", scenario, "-o", tmp_path / "out")

        assert ended.status == 5
        assert "broke its own check" in ended.err
        assert not (tmp_path / "out").exists()


SLOW_SEARCH = """
import sys, time
from dataclasses import dataclass
from tiebeam.core.model.plan import Flow, Pair, Plan

def solve_pairing(scenario, *, should_stop, on_progress, **_):
    print("searching", file=sys.stderr, flush=True)
    for _ in range(6000):
        if should_stop() and {heeds}:
            break
        time.sleep(0.01)
    return Plan(
        scenario_id=scenario.id,
        status="feasible",
        pairs=(
            Pair(donor="north", recipient="lake", lead=True),
            Pair(donor="south", recipient="hill", lead=True),
        ),
        flows=(
            Flow(donor="north", recipient="lake", resource="beds", amount=3.0),
            Flow(donor="south", recipient="hill", resource="beds", amount=1.0),
        ),
    )

from tiebeam.core.pairing import solver
solver.solve_pairing = solve_pairing
from tiebeam.interfaces.cli import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX knows them")
class TestInterruption:
    """Ctrl-C on a search that would run for a minute."""

    def start(self, heeds, *arguments):
        program = SLOW_SEARCH.format(heeds=heeds)
        command = [sys.executable, "-c", program, *map(str, arguments)]
        started = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        while "searching" not in (line := started.stderr.readline()):
            assert line, "the search did not begin"
        return started

    def test_once_keeps_the_best_plan(self, scenario, tmp_path):
        started = self.start(True, "pair", scenario, "-o", tmp_path / "out", "--lang", "en")

        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=60)

        assert started.returncode == 0, err
        assert "the best plan so far is kept" in err
        assert "Two towns: 2 donors and 2 recipients in 2 pairs" in out
        assert (tmp_path / "out" / "plan.json").is_file()

    def test_twice_ends_at_once(self, scenario, tmp_path):
        started = self.start(False, "pair", scenario, "-o", tmp_path / "out", "--lang", "en")

        started.send_signal(signal.SIGINT)
        while "best plan so far" not in (line := started.stderr.readline()):
            assert line, "the first interruption was not heard"
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=30)

        assert started.returncode == 130, err
        assert out == ""
        assert not (tmp_path / "out").exists()

    def test_is_not_needed_where_a_time_limit_was_given(self, scenario, tmp_path):
        started = self.start(True, "pair", scenario, "-o", tmp_path / "out", "--time-limit", "0.1")

        _, err = started.communicate(timeout=60)

        assert started.returncode == 0, err
        assert (tmp_path / "out" / "plan.json").is_file()

    def test_is_not_needed_where_the_policy_has_a_time_limit(self, tmp_path):
        head = TABLES["scenario.toml"].replace("[policy]", "[policy]\ntime_limit_s = 0.1")
        folder = write_tables(tmp_path / "limited", scenario=head)
        started = self.start(True, "pair", folder, "-o", tmp_path / "out")

        _, err = started.communicate(timeout=60)

        assert started.returncode == 0, err


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are made as POSIX knows them")
class TestProgressOnATerminal:
    def test_is_one_line_that_is_drawn_again_and_then_gone(self, scenario, tmp_path):
        ours, theirs = os.openpty()
        command = [sys.executable, "-m", "tiebeam.interfaces.cli", "pair", str(scenario)]
        started = subprocess.Popen(
            [*command, "-o", str(tmp_path / "out"), "--lang", "en"],
            stdout=subprocess.PIPE,
            stderr=theirs,
        )
        os.close(theirs)

        started.communicate(timeout=60)
        drawn = read_to_end(ours)

        assert started.returncode == 0, drawn
        assert "\x1b[2K" in drawn
        assert drawn.rstrip().endswith("\x1b[2K")


def read_to_end(terminal):
    """Return all that was written to *terminal*, whose other end is closed."""
    parts = []
    # Linux tells the end of a terminal by an error.
    with os.fdopen(terminal, "rb", buffering=0) as stream, contextlib.suppress(OSError):
        while part := stream.read(4096):
            parts.append(part)
    return b"".join(parts).decode()


class TestSeconds:
    def test_are_measured_here_and_kept_in_the_plan(self, scenario, tmp_path):
        solve = solve_pairing

        def forgetful(*arguments, **options):
            plan = solve(*arguments, **options)
            return replace(plan, solver=replace(plan.solver, seconds=-1.0))

        with search_replaced(forgetful):
            run("pair", scenario, "-o", tmp_path / "out")

        written = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
        assert written["solver"]["seconds"] >= 0
