"""``tiebeam ledger``: the worked example by command, by two people; bad input writes nothing (issue 4 §4, §5)."""

import pytest
from tests.grounds import ground

from checkers import ask
from integration.command_line import run
from ledger_examples import FOLDER, load_example
from records.ledger_people import make_people
from tiebeam.apps.ledger.models import Batch, Proposal
from tiebeam.apps.ledger.queries.obligations import ILLUSTRATIVE
from tiebeam.core.ledger.chart import CHART
from tiebeam.interfaces.messages import has_message
from tiebeam.platform.tenancy.acting import acting

HEAD = "document: DEMO 1\npurpose: education\nunit: 万元\npairing: Tibet/福建:林芝\n"
FUNDS = """events:
- {day: 2020-01-05, kind: opening, amount: 1000}
- {day: 2020-02-20, kind: appropriation, amount: 1000, beyond_due: yes}
- {day: 2020-03-01, kind: commitment, amount: 900, as: school}
"""
RECORD_CODES = {"ledger.follows_too_much": "ledger.more_than_left"}
"""Code of the law's example -> code of the record, which knows what a batch still has open."""


@pytest.fixture
@ground
def people(workspace):
    found = make_people(workspace)
    found.fix_years({2020: {"profile": "on_expenditure", "refund_reopens": True}})
    return found


@pytest.fixture
def hold(monkeypatch, people):
    """Put tokens into the environment."""

    def put(*makers, checkers=()):
        monkeypatch.setenv("TIEBEAM_TOKEN", " ".join(makers))
        monkeypatch.setenv("TIEBEAM_CHECKER_TOKEN", " ".join(checkers))

    return put


@pytest.fixture
def donor(people, hold):
    """Let the donor's office and finance act."""
    hold(people.makers["donor"], checkers=[people.checkers["donor"]])


@pytest.fixture
def write(tmp_path, people):
    def make(text):
        path = tmp_path / "events.yaml"

        path.write_text(HEAD + text, encoding="utf-8")
        return path

    return make


@pytest.fixture
def post(write):
    def make(text, *options):
        return run("ledger", "post", write(text), "--json", *options)

    return make


def outcomes(ended):
    assert ended.status == 0, ended.err
    return [each["outcome"] for each in ended.document["events"]]


def codes(ended):
    assert ended.status == 2
    return [fault["code"] for fault in ended.document["faults"]]


def count_posted(people):
    with acting(people.grounds.makers["donor"]):
        return Batch.objects.count(), Proposal.objects.filter(state="proposed").count()


class TestFiveYears:
    def test_leave_by_command_the_balances_worked_by_hand(self, people, hold, post):
        example = load_example("five-years")
        people.fix_years(example.years)
        hold(*people.makers.values(), checkers=people.checkers.values())
        text = (FOLDER / "five-years.yaml").read_text(encoding="utf-8")
        text = text.replace("unit: 万元\n", "", 1)

        ended = post(text)

        assert set(outcomes(ended)) == {"posted"}
        assert ended.document["differences"] == []
        assert people.balances() == example.balances
        assert set(outcomes(post(text))) == {"stands"}
        lines = text.split("refused:\n")[1].splitlines()
        for line, step in zip(lines, example.refused, strict=False):
            refused = post(f"events:\n{line.split(', code:')[0]}}}\n")
            assert codes(refused) == [RECORD_CODES.get(step.code, step.code)]
        assert people.balances() == example.balances
        _read_the_books(people, hold, example)

    def test_are_accepted_by_checkers_from_outside(self, people, hold, post, tmp_path):
        example = load_example("five-years")
        people.fix_years(example.years)
        hold(*people.makers.values(), checkers=people.checkers.values())
        text = (FOLDER / "five-years.yaml").read_text(encoding="utf-8")
        post(text.replace("unit: 万元\n", "", 1))

        for side in ("donor", "recipient"):
            hold(people.makers[side])
            bean, led = tmp_path / f"{side}.beancount", tmp_path / f"{side}.journal"
            assert run("ledger", "export", "tibet", "-o", bean).status == 0
            assert run("ledger", "export", "--format", "hledger", "-o", led).status == 0
            assert ask("bean-check", str(bean)) == ""
            assert ask("hledger", "-f", str(led), "check", "--strict") == ""


def _read_the_books(people, hold, example):
    """Compare the trial balance that each side reads of its own book with what was worked by hand."""
    for side in ("donor", "recipient"):
        hold(people.makers[side])
        trial = run("ledger", "trial", "tibet", "--verify", "--json").document
        found = {
            (row["account"], row["year"] or 0, row["unit"]): row["debit"] or -row["credit"]
            for row in trial["accounts"]
        }
        assert trial["is_balanced"]
        assert trial["amiss"] == []
        assert found == {
            key: amount if CHART[key[0]].is_debit else -amount
            for key, amount in example.balances.items()
            if CHART[key[0]].side == side
        }


class TestPost:
    def test_proposes_as_one_person_and_posts_as_another(self, people, hold, post):
        hold(people.makers["donor"])
        assert outcomes(post(FUNDS)) == ["proposed"] * 3
        assert outcomes(post(FUNDS)) == ["proposed"] * 3
        assert codes(post(FUNDS, "--check")) == ["permissions.not_allowed"] * 3
        hold(people.checkers["donor"])
        assert outcomes(post(FUNDS, "--check")) == ["posted"] * 3

        assert count_posted(people) == (3, 0)

    def test_posts_nothing_that_its_own_maker_checks(self, people, hold, post):
        hold(people.checkers["donor"], checkers=[people.checkers["donor"]])

        assert codes(post(FUNDS)) == ["ledger.own_proposal"] * 3
        assert count_posted(people) == (0, 0)

    def test_checks_that_what_was_proposed_is_what_the_file_says(self, people, hold, post):
        hold(people.makers["donor"])
        post(FUNDS)
        hold(people.checkers["donor"])

        assert codes(post(FUNDS.replace("900", "800"), "--check")) == ["ledger.key_reused"]
        assert count_posted(people) == (0, 3)

    def test_lets_wait_what_follows_a_mere_proposal_and_leaves_others_theirs(
        self, people, hold, post
    ):
        hold(people.makers["donor"])
        more = FUNDS + (
            "- {day: 2020-03-02, kind: order, amount: 700, follows: school, as: tranche}\n"
            "- {day: 2020-03-03, kind: expenditure, nature: current, amount: 1}\n"
        )

        assert outcomes(post(more)) == ["proposed"] * 3 + ["waits", "theirs"]

    def test_says_which_balance_differs_from_that_of_the_file(self, donor, post):
        ended = post(FUNDS + "balances: {2020: {B120: 100, B130: 901}}\n")

        assert ended.status == 1
        (difference,) = ended.document["differences"]
        assert (difference["column"], difference["facts"]["found"]) == ("B130", 900_000_000)

    def test_asks_about_a_slipped_unit_and_goes_on_where_one_is_sure(self, people, donor, post):
        day = "- {{day: 2020-01-0{}, kind: opening, amount: {}}}\n"
        text = "events:\n" + "".join(
            day.format(n, a) for n, a in enumerate((900, 1000, 1100, 0.1), 1)
        )

        asked = post(text)
        assert codes(asked) == ["ledger_files.questions"]
        assert [each["code"] for each in asked.document["warnings"]] == ["units.seems_too_small"]
        assert count_posted(people) == (0, 0)
        assert outcomes(post(text, "--sure")) == ["posted"] * 4


class TestBadInput:
    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ("{day: 2020-03-02, kind: ordr, amount: 1, follows: school}", "ledger.unknown_kind"),
            ("{day: 2019-03-02, kind: opening, amount: 1}", "ledger.year_not_set"),
            ("{day: 2020-03-02, kind: commitment, amount: 101}", "ledger.overdrawn"),
            ("{day: 2020-03-02, kind: order, amount: 901, follows: school}", "ledger.more_than_left"),
            ("{day: 2020-03-02, kind: opening, quantity: 1}", "ledger_files.cell_missing"),
            ("{day: 2020-03-02, kind: opening, amount: 5 kg}", "units.unknown_unit"),
            ("{day: 2020-03-02, kind: opening, amount: 1000000001}", "units.too_large"),
            ("{day: 2020-03-02, kind: opening, amount: -1}", "units.negative"),
            ("{day: 2020-03-02, kind: opening, amount: NaN}", "units.not_finite"),
            ("{day: 2020-03-02, kind: opening, amount: =A1}", "units.formula"),
            ("{day: 2020-03-02, kind: carry, stage: B155, amount: 1}", "ledger.term_missing"),
            ("{day: 2020-03-02, kind: opening, amount: 1, as: school}", "ledger_files.key_twice"),
        ],
    )  # fmt: skip
    def test_is_told_by_code_in_words_and_nothing_is_written(self, people, donor, post, line, code):
        ended = post(f"{FUNDS}- {line}\n", "--lang", "zh")

        assert codes(ended) == [code]
        assert ended.document["faults"][0]["row"] == 9
        assert "[" not in ended.err
        assert has_message(code)
        assert count_posted(people) == (0, 0)

    def test_knows_no_account_outside_the_chart(self, people, donor, post):
        assert codes(post(FUNDS + "balances: {2020: {B999: 1}}\n")) == [
            "ledger_files.unknown_account"
        ]
        assert count_posted(people) == (0, 0)

    def test_takes_nothing_in_a_closed_year_and_no_key_twice(self, people, donor, post):
        assert outcomes(post(FUNDS)) == ["posted"] * 3
        assert codes(post(FUNDS.replace("900", "901"))) == ["ledger.key_reused"]
        pair = people.grounds.pairing.pk
        assert outcomes(run("ledger", "close", pair, "2020", "--json")) == ["posted"]

        late = "events:\n- {day: 2020-12-01, kind: opening, amount: 1}\n"
        assert codes(post(late)) == ["ledger.year_closed"]
        assert count_posted(people) == (4, 0)

    def test_asks_for_a_token(self, people, hold, post):
        hold()

        ended = post(FUNDS)
        assert (ended.status, ended.document["code"]) == (2, "cli.token_missing")


class TestClose:
    def test_ends_the_year_of_every_own_book_of_a_programme(self, people, donor, post):
        post(FUNDS)

        ended = run("ledger", "close", "tibet", "2020", "--json", "--lapse-appropriated")

        assert outcomes(ended) == ["posted"]
        held = people.balances()
        assert held["B180", 2020, "CNY"] == 100_000_000
        assert held["B130", 2021, "CNY"] == 900_000_000

    def test_names_who_has_no_book(self, people, donor):
        assert codes(run("ledger", "close", "tibet", "2020", "--json")) == ["ledger_files.no_book"]


class TestBalances:
    def test_are_told_as_of_a_day_and_in_words(self, people, donor, post):
        post(FUNDS)

        early = run("ledger", "balance", "b120/2020", "--true-on", "2020-02-28", "--json").document
        now = run("ledger", "balance", "B120", "D1000", "--of", "Fujian:Nyingchi", "--lang", "zh")
        assert [row["balance"] for row in early["balances"]] == [1000_000_000]
        assert "1\u202f000\u202f000元" in now.out
        assert "10\u202f000\u202f000元" in now.out
        unknown = run("ledger", "balance", "B999", "--json")
        assert codes(unknown) == ["ledger_files.unknown_account"]
        assert codes(run("ledger", "balance", "B110", "--true-on", "soon", "--json")) == [
            "read.not_a_day"
        ]

    def test_were_unknown_before_they_were_recorded(self, people, donor, post):
        post(FUNDS)

        known = run("ledger", "trial", "--known-on", "2020-12-31", "--json").document
        assert (known["accounts"], known["is_balanced"]) == ([], True)

    def test_that_only_illustrate_say_so_wherever_they_go(self, people, donor):
        people.grounds.post("obligation", 1000_000_000, reason_code=ILLUSTRATIVE)

        head, *rows = run("ledger", "export", "tibet", "--format", "csv").out.strip().splitlines()
        balance = run("ledger", "balance", "B110", "--json").document
        trial = run("ledger", "trial", "tibet")

        assert head.endswith(",mark")
        assert all(row.endswith("rests on assumed figures and only illustrates.") for row in rows)
        assert (balance["is_illustrative"], balance["is_demo"]) == (True, False)
        assert "rests on assumed figures" in trial.out
        assert run("ledger", "export", "tibet").out.startswith("; What is due here rests on")

    def test_map_to_official_accounts(self, donor):
        assert "513" in run("ledger", "export", "--format", "mapping").out


class TestImport:
    ROWS = "日期,事项,金额（万元）,编号,前序编号\n2020-01-05,期初余额,1000,,\n"

    @pytest.fixture
    def sheet(self, tmp_path, settings, people):
        settings.MEDIA_ROOT = tmp_path / "media"
        path = tmp_path / "rows.csv"
        path.write_text(self.ROWS, encoding="utf-8")
        pair = str(people.grounds.pairing.pk)
        return (path, "--pair", pair, "--document", "DEMO 1", "--json")

    def test_is_proposed_by_one_and_posted_by_another(self, people, hold, sheet):
        hold(people.makers["donor"])
        looked = run("ledger", "import", *sheet, "--preview")
        assert (looked.document["create"], looked.document["skip"]) == (1, 0)
        proposed = run("ledger", "import", *sheet).document["import"]
        assert count_posted(people) == (0, 0)
        assert run("ledger", "import", "--check", proposed, "--json").status == 2
        hold(people.checkers["donor"])

        done = run("ledger", "import", "--check", proposed, "--json").document
        assert (done["events"], done["rows"], done["stood"]) == (1, 1, 0)
        again = run("ledger", "import", "--check", proposed, "--json").document
        assert again == done
        assert count_posted(people) == (1, 0)

    def test_gives_a_form_that_it_reads(self, donor, tmp_path):
        path = tmp_path / "form.xlsx"

        assert run("ledger", "import", "--template", path, "--lang", "zh").status == 0
        assert codes(run("ledger", "import", path, "--json")) == ["ledger_files.without_events"]
