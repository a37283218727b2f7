"""What holds for every command: exit status, streams, language, JSON."""

import json

import pytest

from integration.command_line import (
    find_nothing,
    run,
    search_replaced,
    write_plan_by_hand,
    write_tables,
)
from tiebeam import __version__
from tiebeam.interfaces.cli.app import COMMANDS
from tiebeam.interfaces.messages import list_messages

NAMES = [
    (*((group,) if group else ()), name)
    for group, commands in COMMANDS.items()
    for name in commands
]


@pytest.fixture
def scenario(tmp_path):
    return write_tables(tmp_path / "towns")


@pytest.fixture
def plan(tmp_path):
    return write_plan_by_hand(tmp_path / "plan")


class TestHelp:
    @pytest.mark.parametrize("names", NAMES, ids=" ".join)
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_of_each_command_is_in_words_of_the_language(self, names, language):
        ended = run(*names, "--help", "--lang", language)

        text = "".join(ended.out.split())
        expected = list_messages()[f"help.{'.'.join(names)}.text"][language]
        assert ended.status == 0
        assert "".join(expected.split()) in text
        assert "help." not in text

    def test_names_every_command(self):
        ended = run()

        assert (ended.status, ended.err) == (0, "")
        for name in [*COMMANDS[""], *(group for group in COMMANDS if group)]:
            assert f"\n  {name} " in ended.out

    def test_of_a_group_without_a_command_is_no_error(self):
        ended = run("scenario")

        assert (ended.status, ended.err) == (0, "")
        assert "convert" in ended.out

    def test_says_how_it_ends_in_the_language_of_the_locale(self):
        assert "退出码" in run("pair", "--help", locale="zh_CN.UTF-8").out


class TestVersion:
    def test_is_printed(self):
        assert run("--version").out == f"tiebeam {__version__}\n"

    def test_is_printed_as_json(self):
        assert run("--version", "--json").document["version"] == __version__


class TestLanguage:
    @pytest.mark.parametrize("locale", ["zh_CN.UTF-8", "zh_TW", "zh"])
    def test_is_chinese_where_the_locale_says_so(self, scenario, locale):
        assert "支援方2个" in run("scenario", "check", scenario, locale=locale).out

    @pytest.mark.parametrize("locale", ["C", "en_GB.UTF-8", "de_DE.UTF-8"])
    def test_is_english_elsewhere(self, scenario, locale):
        assert "2 donors" in run("scenario", "check", scenario, locale=locale).out

    def test_can_be_asked_for_before_the_command_and_after_it(self, scenario):
        before = run("--lang", "zh", "scenario", "check", scenario)
        after = run("scenario", "check", scenario, "--lang=zh")

        assert "支援方2个" in before.out
        assert before == after

    def test_that_nobody_knows_is_bad_input(self, scenario):
        ended = run("scenario", "check", scenario, "--lang", "fr")

        assert ended.status == 2
        assert '"fr" is not a language' in ended.err


class TestWrongUse:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["pairs"], "No such command 'pairs'"),
            (["pair"], "SCENARIO is missing"),
            (["pair", "x", "--colour"], "There is no option --colour"),
            (
                ["pair", "x", "--gap", "wide"],
                "The value of --gap cannot be used: wide. Expected: a number.",
            ),
            (["ledger", "close", "x", "99"], "99. Expected: a whole number from 1949 to 2200."),
            (
                ["surge", "replay", "hubei-2020-surge", "--jobs", "0"],
                "0. Expected: a whole number, 1 or more.",
            ),
        ],
    )
    def test_is_bad_input_and_told_on_the_error_stream(self, arguments, message):
        ended = run(*arguments)

        assert (ended.status, ended.out) == (2, "")
        assert message in ended.err
        assert "--help" in ended.err

    def test_is_told_in_chinese(self):
        assert "缺少 SCENARIO" in run("pair", "--lang", "zh").err
        late = run("surge", "forecast", "hubei-2020-surge", "--lag", "99", "--lang", "zh")
        assert "--lag 的值无法使用：99。应为：0 至 14 之间的整数。" in late.err

    def test_is_one_json_document_where_json_is_asked_for(self):
        ended = run("pair", "--json")

        assert ended.document["code"] == "cli.missing_parameter"
        assert ended.document["exit"] == 2


class TestFaults:
    def test_are_all_listed_with_their_places(self, tmp_path):
        folder = write_tables(
            tmp_path / "bad",
            needs="recipient,resource,amount\nhill,beds,-4\nlak,beds,6\n",
            capacities="donor,resource,amount\nnorth,beds,3\nsouth,bed,2\n",
        )

        ended = run("scenario", "check", folder)

        assert (ended.status, ended.out) == (2, "")
        assert "3 faults" in ended.err
        assert "needs.csv\n  row 2, column amount: -4 is below 0" in ended.err
        assert 'row 3, column recipient: "lak" is not listed in recipients' in ended.err
        assert 'Did you mean "lake"?' in ended.err
        assert "capacities.csv\n  row 3, column resource" in ended.err

    def test_are_told_in_chinese(self, tmp_path):
        folder = write_tables(tmp_path / "bad", needs="recipient,resource,amount\nhill,beds,-4\n")

        ended = run("scenario", "check", folder, "--lang", "zh")

        assert "needs.csv\n  第2行，“amount”列：-4 小于 0。" in ended.err

    def test_are_values_in_json(self, tmp_path):
        folder = write_tables(tmp_path / "bad", needs="recipient,resource,amount\nhill,beds,-4\n")

        ended = run("scenario", "check", folder, "--json")

        (fault,) = ended.document["faults"]
        assert ended.document["exit"] == 2
        assert (fault["code"], fault["place"], fault["row"]) == (
            "scenario.negative",
            "needs.csv",
            2,
        )
        assert "below 0" in fault["message"]

    @pytest.mark.parametrize(
        "names",
        [("pair",), ("check",), ("explain",), ("whatif",), ("compare",), ("report",)],
        ids=" ".join,
    )
    def test_of_a_scenario_that_is_not_there_end_every_command(self, names, tmp_path, plan):
        plans = {"pair": 0, "compare": 2}.get(names[0], 1) * [plan]
        more = ["--forbid", "north:lake"] if names[0] == "whatif" else []

        ended = run(*names, tmp_path / "nowhere", *plans, *more)

        assert (ended.status, ended.out) == (2, "")
        assert "Nothing is at" in ended.err
        assert "Traceback" not in ended.err

    @pytest.mark.parametrize("name", ["check", "explain", "report"])
    def test_of_a_plan_that_is_not_there_name_the_nearest(self, name, scenario, plan):
        ended = run(name, scenario, plan.with_name("plann"))

        assert ended.status == 2
        assert f'Did you mean "{plan}"?' in ended.err


class TestInternalErrors:
    def fail(self, *_, **__):
        raise ZeroDivisionError("seven")

    def test_end_with_5_and_ask_for_debug(self, scenario, tmp_path):
        with search_replaced(self.fail):
            ended = run("pair", scenario, "-o", tmp_path / "out")

        assert ended.status == 5
        assert "seven" in ended.err
        assert "--debug" in ended.err
        assert "Traceback" not in ended.err
        assert not (tmp_path / "out").exists()

    def test_show_a_traceback_with_debug(self, scenario, tmp_path):
        with search_replaced(self.fail):
            ended = run("pair", scenario, "-o", tmp_path / "out", "--debug")

        assert ended.status == 5
        assert "Traceback" in ended.err
        assert "ZeroDivisionError: seven" in ended.err

    def test_are_one_document_in_json(self, scenario, tmp_path):
        with search_replaced(self.fail):
            ended = run("pair", scenario, "-o", tmp_path / "out", "--json", "-q")

        assert (ended.document["code"], ended.document["exit"]) == ("cli.internal", 5)


class TestNothingFound:
    def test_ends_with_4_and_writes_nothing(self, scenario, tmp_path):
        with search_replaced(find_nothing):
            ended = run("pair", scenario, "-o", tmp_path / "out", "--time-limit", "1")

        assert ended.status == 4
        assert "Allow more time" in ended.err
        assert not (tmp_path / "out").exists()

    def test_is_told_of_a_what_if_as_well(self, scenario, plan):
        with search_replaced(find_nothing):
            ended = run("whatif", scenario, plan, "--forbid", "north:lake", "--json", "-q")

        assert (ended.status, ended.document["exit"]) == (4, 4)


class TestOutput:
    def test_shows_ids_that_look_like_markup_as_they_are(self, tmp_path):
        donors = "id,name\nnorth,[red]North[/red]\nsouth,:smile:\n"
        folder = write_tables(tmp_path / "markup", donors=donors)

        ended = run("check", folder, write_plan_by_hand(tmp_path / "p", pairs=[], flows=[]))
        listed = run("compare", folder, *[write_plan_by_hand(tmp_path / "p")] * 2)

        assert ended.status == 1
        assert "[red]North[/red]" in listed.out
        assert ":smile:" in listed.out

    def test_is_valid_json_without_bare_words_for_numbers(self, scenario, plan):
        ended = run("compare", scenario, plan, plan, "--json")

        json.loads(ended.out, parse_constant=pytest.fail)
        assert ended.err == ""
