"""``check``, ``compare``, ``explain``, ``whatif`` and ``report``: what they say of a plan."""

import json
from dataclasses import replace
from importlib.util import find_spec

import pytest

from integration.command_line import PLAN, run, write_plan_by_hand, write_tables
from tiebeam.core.model.scenario import Resource
from tiebeam.interchange.scenario import write_scenario
from unit.test_tight_sets import NURSES

SWAPPED = {
    "pairs": [
        {"donor": "north", "recipient": "hill", "lead": True},
        {"donor": "south", "recipient": "lake", "lead": True},
    ],
    "flows": [
        {"donor": "north", "recipient": "hill", "resource": "beds", "amount": 3},
        {"donor": "south", "recipient": "lake", "resource": "beds", "amount": 2},
    ],
}
"""By hand: hill is covered to 3 of 4, lake to 2 of 6; both donors give all they have."""


@pytest.fixture
def scenario(tmp_path):
    return write_tables(tmp_path / "towns")


@pytest.fixture
def plan(tmp_path):
    return write_plan_by_hand(tmp_path / "plan")


@pytest.fixture
def swapped(tmp_path):
    return write_plan_by_hand(tmp_path / "swapped", **SWAPPED)


def rows(text):
    """Return the words of each line; thin spaces part words too."""
    return [line.split() for line in text.splitlines()]


class TestCheck:
    """§M7"""

    def test_of_a_sound_plan_ends_with_0(self, scenario, plan):
        ended = run("check", scenario, plan)

        assert (ended.status, ended.err) == (0, "")
        assert "The plan keeps every rule." in ended.out
        assert ["coverage", "50", "%", "(worst", "covered)", "none", "stated"] in rows(ended.out)
        assert "A bed stands for a person." in ended.out

    def test_of_a_broken_plan_ends_with_1_and_names_rule_and_numbers(self, scenario, tmp_path):
        """§M3.1: north has 3 beds; §M3.4: a donor may have one recipient."""
        flows = [{**PLAN["flows"][0], "amount": 5}, PLAN["flows"][1]]
        extra = {"donor": "south", "recipient": "lake"}
        sent = {**extra, "resource": "beds", "amount": 1}
        broken = write_plan_by_hand(
            tmp_path / "broken",
            pairs=[*PLAN["pairs"], extra],
            flows=[*flows[:1], {**flows[1], "amount": 1}, sent],
        )

        ended = run("check", scenario, broken)

        assert ended.status == 1
        assert "§M3.1  North spends 5 of Beds and has 3." in ended.out
        assert "§M3.4  South has 2 recipients; at most 1 allowed." in ended.out

    def test_tells_findings_in_chinese(self, scenario, tmp_path):
        flows = [{**PLAN["flows"][0], "amount": 5}, PLAN["flows"][1]]
        broken = write_plan_by_hand(tmp_path / "broken", flows=flows)

        ended = run("check", scenario, broken, "--lang", "zh")

        assert ended.status == 1
        assert "§M3.1  北方的床位支出为5，而其能力为3。" in ended.out

    def test_prints_one_json_document(self, scenario, tmp_path):
        flows = [{**PLAN["flows"][0], "amount": 5}, PLAN["flows"][1]]
        broken = write_plan_by_hand(tmp_path / "broken", flows=flows)

        ended = run("check", scenario, broken, "--json")

        findings = {row["code"]: row for row in ended.document["check"]["findings"]}
        assert (ended.status, ended.document["exit"]) == (1, 1)
        assert findings["check.over_capacity"]["rule"] == "M3.1"
        assert findings["check.over_capacity"]["facts"]["met"] == 5

    @pytest.mark.skipif(
        find_spec("tiebeam.core.pairing.completion") is None, reason="there is no completion yet"
    )
    def test_completes_a_plan_of_pairs_alone_and_says_so(self, scenario, tmp_path):
        pairs = write_plan_by_hand(tmp_path / "pairs", flows=None)

        ended = run("check", scenario, pairs)

        assert ended.status == 0
        assert "was given as pairs alone" in ended.out
        assert ["coverage", "50", "%"] in [row[:3] for row in rows(ended.out)]

    def test_finds_pairs_alone_that_break_a_rule(self, scenario, tmp_path):
        """§M3.4: nobody serves hill."""
        pairs = write_plan_by_hand(tmp_path / "pairs", pairs=PLAN["pairs"][:1], flows=None)

        ended = run("check", scenario, pairs)

        assert ended.status == 1
        assert "§M3.4  Hill has 0 donors; at least 1 expected." in ended.out

    def test_refuses_a_plan_with_unknown_ids(self, scenario, tmp_path):
        pairs = [{"donor": "nort", "recipient": "lake", "lead": True}]
        wrong = write_plan_by_hand(tmp_path / "wrong", pairs=pairs, flows=[])

        ended = run("check", scenario, wrong)

        assert ended.status == 2
        assert '"nort" is not among the donors' in ended.err
        assert 'Did you mean "north"?' in ended.err


class TestCompare:
    def test_shows_levels_parties_and_moves(self, scenario, plan, swapped):
        ended = run("compare", scenario, plan, swapped)

        lines = rows(ended.out)
        assert ended.status == 0
        assert ["coverage", "50", "%", "33.3", "%", "worse"] in lines
        assert ["partners", "2", "pairs", "2", "pairs", "same"] in lines
        assert ["Hill", "50", "%", "75", "%", "+25", "points"] in lines
        assert ["North", "100", "%", "100", "%", "0", "points"] in lines
        assert ["ends", "North", "Lake"] in lines
        assert ["begins", "North", "Hill"] in lines
        assert "The lead of Lake changes: North before, South after." in ended.out
        assert "Assumed (1)" in ended.out

    def test_states_inequality_as_gini_indices(self, scenario, plan, swapped):
        """By hand: coverages 3/4 and 1/3 differ by 5/12; over twice their sum 13/12 that is 5/26."""
        ended = run("compare", scenario, plan, swapped)

        assert "Gini" in ended.out
        assert ["coverage", "0.000", "0.192"] in rows(ended.out)

    def test_prints_one_json_document(self, scenario, plan, swapped):
        document = run("compare", scenario, plan, swapped, "--json").document

        coverage = document["levels"][0]
        assert (coverage["name"], coverage["verdict"], coverage["position"]) == (
            "coverage",
            "worse",
            1,
        )
        assert coverage["before"] == [0.5, 0.5]
        assert document["inequality"]["coverage"]["after"] == pytest.approx(5 / 26)
        assert {(row["donor"], row["recipient"]) for row in document["pairs_opened"]} == {
            ("north", "hill"),
            ("south", "lake"),
        }

    def test_shows_amounts_that_differ_within_pairs_that_stay(self, scenario, plan, tmp_path):
        flows = [{**PLAN["flows"][0], "amount": 1}, PLAN["flows"][1]]
        less = write_plan_by_hand(tmp_path / "less", flows=flows)

        ended = run("compare", scenario, plan, less, "--lang", "zh")

        assert ["北方", "湖城", "床位（张）", "3", "1"] in rows(ended.out)

    def test_warns_where_a_plan_was_made_for_another_scenario(self, scenario, plan, tmp_path):
        head = {"id": "elsewhere", "sha256": "0" * 64}
        other = write_plan_by_hand(tmp_path / "other", scenario=head)

        ended = run("compare", scenario, plan, other)

        assert ended.status == 0
        assert 'PLAN_B\n  The plan was made for the scenario "elsewhere"' in ended.err

    def test_warns_where_the_scenario_has_changed_since(self, scenario, plan, tmp_path):
        head = {"id": "two-towns", "sha256": "0" * 64}
        other = write_plan_by_hand(tmp_path / "other", scenario=head)

        assert "fingerprints differ" in run("compare", scenario, other, plan).err

    def test_of_a_case_that_knows_pairs_alone_compares_pairs(self, tmp_path):
        """§M7: without resources nothing could flow, so nothing is completed."""
        folder = write_tables(
            tmp_path / "pairs",
            scenario='[scenario]\nid = "p"\n[policy]\nlevels = ["continuity", "partners"]\n',
            resources="id,name,unit\n",
            capacities="donor,resource,amount\n",
            needs="recipient,resource,amount\n",
        )
        one = write_plan_by_hand(tmp_path / "one", flows=None)
        two = write_plan_by_hand(tmp_path / "two", flows=None, pairs=SWAPPED["pairs"])

        ended = run("compare", folder, one, two)

        assert ended.status == 0
        assert ["begins", "South", "Lake"] in rows(ended.out)
        assert "Gini" not in ended.out


class TestWhatIf:
    """§M8"""

    def test_shows_what_a_forbidden_pair_costs(self, scenario, plan):
        """By hand: with north kept from lake, lake gets at most 2 of 6."""
        ended = run("whatif", scenario, plan, "--forbid", "north:lake")

        assert ended.status == 0
        assert "--forbid north:lake" in ended.out
        assert ["coverage", "50", "%", "33.3", "%", "worse"] in rows(ended.out)
        assert ["ends", "North", "Lake"] in rows(ended.out)
        assert "Assumed (1)" in ended.out

    def test_shows_what_more_capacity_gives(self, scenario, plan):
        """By hand: south covers lake to 4 of 6 then, and north covers hill to 3 of 4."""
        ended = run("whatif", scenario, plan, "--set", "capacities.south.beds=4", "--json", "-q")

        coverage = ended.document["levels"][0]
        assert coverage["verdict"] == "better"
        assert coverage["after"] == pytest.approx([4 / 6, 3 / 4])
        assert ended.document["changes"][0]["change"]["path"] == ["capacities", "south", "beds"]

    def test_shows_another_order_of_levels(self, scenario, plan):
        ended = run(
            "whatif", scenario, plan, "--set", "policy.levels=burden,coverage", "--lang", "zh"
        )

        levels = [
            row[0] for row in rows(ended.out) if row and row[0] in ("支援负担率", "需求满足率")
        ]
        assert levels[:2] == ["支援负担率", "需求满足率"]

    def test_without_any_plan_left_ends_with_3(self, scenario, plan):
        ended = run("whatif", scenario, plan, "--forbid", "north:hill", "--forbid", "south:hill")

        assert (ended.status, ended.out) == (3, "")
        assert "No plan can keep all the rules" in ended.err

    def test_names_the_rules_that_leave_none(self, scenario, plan):
        """§M8: by hand, three rules: hill needs a donor, and neither may serve it."""
        ended = run("whatif", scenario, plan, "--forbid", "north:hill", "--forbid", "south:hill")

        assert "Conflict 1: these 3 rules cannot hold together" in ended.err
        assert "§M3.4  Hill must have at least 1 donor." in ended.err
        assert "§M3.5  North must not be paired with Hill." in ended.err
        assert "§M3.5  South must not be paired with Hill." in ended.err


class TestWhatIfRefuses:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], "No change was given"),
            (["--set", "policy.seed"], "expected KEY=VALUE"),
            (["--forbid", "north"], "expected DONOR:RECIPIENT"),
            (["--forbid", "nort:lake"], 'Did you mean "north"?'),
            (["--set", "capacity.north.beds=1"], 'Did you mean "capacities"?'),
            (["--set", "capacities.north.beds=many"], '"many" is not a number'),
            (["--set", "recipients.hill.max_partner=1"], 'Did you mean "max_partners"?'),
            (["--forbid", "north:lake", "--require", "north:lake"], "both forbidden and required"),
            (["--set", "needs.hill.beds=0", "--require", "north:hill"], "has no need"),
        ],
    )
    def test_what_makes_no_sense(self, scenario, plan, arguments, message):
        ended = run("whatif", scenario, plan, *arguments)

        assert (ended.status, ended.out) == (2, "")
        assert message in ended.err


class TestExplainPair:
    """§M8: exact, by searching again without the pair or with it."""

    def test_says_what_an_open_pair_is_good_for(self, scenario, plan):
        ended = run("explain", scenario, plan, "--pair", "north", "lake")

        assert ended.status == 0
        sentence = " ".join(ended.out.split())
        assert "North serves Lake." in sentence
        assert "falls from 50 % to 33.3 %" in sentence

    def test_says_why_a_pair_is_not_open_by_its_names(self, scenario, plan):
        ended = run("explain", scenario, plan, "--pair", "北方", "Hill", "--lang", "zh")

        assert ended.status == 0
        assert "北方未支援山城。" in ended.out
        assert "由50%降至33.3%" in ended.out

    def test_prints_one_json_document(self, scenario, plan):
        ended = run("explain", scenario, plan, "--pair", "north", "lake", "--json", "-q")

        (reason,) = ended.document["pairs"]
        assert (reason["question"], reason["outcome"]) == ("forbid", "feasible")
        assert reason["changes"][0]["before"] == 0.5
        assert reason["changes"][0]["high"] == pytest.approx(1 / 3)

    def test_says_where_no_plan_is_left(self, scenario, plan, tmp_path):
        links = "donor,recipient,status\nsouth,lake,forbidden\n"
        (scenario / "links.csv").write_text(links, encoding="utf-8")

        ended = run("explain", scenario, plan, "--pair", "north", "lake")

        assert ended.status == 0
        assert "the rules cannot all be kept" in ended.out


class TestExplainPlan:
    """§M8: the whole plan, with a proven interval for every pair and what binds each party."""

    def test_says_what_binds_each_party_and_what_each_pair_is_good_for(self, scenario, plan):
        ended = run("explain", scenario, plan)

        text = " ".join(ended.out.split())
        assert ended.status == 0
        assert (
            "Lake gets 50 % of its need. What keeps it from more: §M3.1 The capacity of North"
            in text
        )
        assert "One more would be worth 16.7 % of coverage." in text
        assert "North serves Lake. Without this pair," in text
        assert "2 more pairs are not open." in text

    def test_says_why_not_the_other_pairs_of_a_party(self, scenario, plan):
        ended = run("explain", scenario, plan, "--recipient", "lake", "--lang", "zh")

        assert ended.status == 0
        assert "湖城的需求满足率为50%，未能更高的原因：" in ended.out
        assert "§M3.1  北方的能力已用尽。" in ended.out
        assert "南方未支援湖城。" in ended.out

    def test_prints_one_json_document(self, scenario, plan):
        document = run("explain", scenario, plan, "--json").document

        assert {(row["donor"], row["recipient"]) for row in document["pairs"]} == {
            ("north", "lake"),
            ("south", "hill"),
            ("north", "hill"),
            ("south", "lake"),
        }
        lake = next(row for row in document["recipients"] if row["recipient"] == "lake")
        assert lake["binding"][0]["code"] == "binding.capacity"
        assert lake["binding"][0]["worth"] == pytest.approx(1 / 6)


class TestExplainRefuses:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--pair", "nort", "lake"], 'No donor is called "nort"'),
            (["--pair", "north", "lak"], 'No recipient is called "lak"'),
            (["--donor", "lake"], 'No donor is called "lake"'),
            (["--recipient", "lak"], 'Did you mean "lake"?'),
            (["--donor", "north", "--recipient", "lake"], "Only one of"),
        ],
    )
    def test_what_makes_no_sense(self, scenario, plan, arguments, message):
        ended = run("explain", scenario, plan, *arguments)

        assert (ended.status, ended.out) == (2, "")
        assert message in ended.err

    def test_a_name_that_several_bear(self, tmp_path, plan):
        donors = "id,name\nnorth,Same\nsouth,Same\n"
        folder = write_tables(tmp_path / "same", donors=donors)

        ended = run("explain", folder, plan, "--donor", "Same")

        assert ended.status == 2
        assert "north, south" in ended.err


class TestReport:
    def test_writes_the_page_beside_the_plan(self, scenario, plan):
        ended = run("report", scenario, plan)

        page = (plan / "report.html").read_text(encoding="utf-8")
        assert ended.status == 0
        assert str(plan / "report.html") in ended.out
        assert "Two towns" in page
        assert "两城" in page

    def test_writes_the_page_where_it_is_told_to(self, scenario, plan, swapped, tmp_path):
        page = tmp_path / "page.html"

        ended = run("report", scenario, plan, "--against", swapped, "-o", page, "--json")

        assert ended.document["report"] == str(page)
        assert page.is_file()

    def test_gives_a_reason_for_every_pair(self, scenario, plan):
        """§M8: two open pairs and two closed ones, in both languages."""
        run("report", scenario, plan)

        page = (plan / "report.html").read_text(encoding="utf-8")
        assert page.count("Without this pair,") == 2
        assert page.count("With this pair required,") == 2
        assert page.count("若必须结此对，") == 2

    def test_does_not_call_completed_amounts_the_best_there_is(self, scenario, tmp_path):
        """§M7: the bounds of a completed plan compare with the same pairs only."""
        pairs = write_plan_by_hand(tmp_path / "pairs", flows=None)

        ended = run("report", scenario, pairs)

        page = (pairs / "report.html").read_text(encoding="utf-8")
        assert ended.status == 0
        assert "Made by hand: not claimed to be optimal." in page
        assert "they do not say that these pairs are the best" in page

    def test_says_that_a_plan_breaks_rules(self, scenario, tmp_path):
        flows = [{**PLAN["flows"][0], "amount": 5}, PLAN["flows"][1]]
        broken = write_plan_by_hand(tmp_path / "broken", flows=flows)

        ended = run("report", scenario, broken)

        assert ended.status == 0
        assert "breaks 1 rule" in ended.err

    def test_draws_a_layer_that_the_user_supplies(self, scenario, plan, tmp_path):
        layer = tmp_path / "layer.json"
        layer.write_text(
            json.dumps({"type": "FeatureCollection", "features": []}), encoding="utf-8"
        )

        assert run("report", scenario, plan, "--boundaries", layer).status == 0

    @pytest.mark.parametrize("text", ["not json", "[1, 2]", '{"type": "Topology"}'])
    def test_refuses_a_layer_that_is_no_geojson(self, scenario, plan, tmp_path, text):
        layer = tmp_path / "layer.json"
        layer.write_text(text, encoding="utf-8")

        ended = run("report", scenario, plan, "--boundaries", layer)

        assert ended.status == 2
        assert "is not GeoJSON" in ended.err


class TestExplainParties:
    def test_says_who_serves_a_recipient_and_how_far(self, scenario, plan):
        ended = run("explain", scenario, plan, "--recipient", "Lake")

        assert ended.status == 0
        text = " ".join(ended.out.split())
        assert "Lake gets 50 % of its need." in text
        assert "North serves Lake as its lead and covers 50 % of its need." in text
        assert "Hill gets" not in text

    def test_says_whom_a_donor_serves(self, scenario, plan):
        ended = run("explain", scenario, plan, "--donor", "south", "--lang", "zh")

        assert "南方的支援负担率为100%" in ended.out
        assert "南方牵头支援山城，满足其需求的50%。" in ended.out
        assert "北方" not in ended.out

    def test_tells_of_the_whole_plan_the_worst_covered_first(self, scenario, swapped):
        out = run("explain", scenario, swapped).out

        assert out.index("Lake gets") < out.index("Hill gets") < out.index("North gives")
        assert "A bed stands for a person." in out

    def test_tells_shares_in_json(self, scenario, plan):
        document = run("explain", scenario, plan, "--json").document

        assert [row["coverage"] for row in document["recipients"]] == [0.5, 0.5]
        assert [row["burden"] for row in document["donors"]] == [1, 1]

    def test_has_nothing_to_tell_of_an_unknown_need(self, scenario, plan):
        """§M4: a recipient without a need is in no vector."""
        bare = "recipient,resource,amount\nlake,beds,6\n"
        (scenario / "needs.csv").write_text(bare, encoding="utf-8")

        ended = run("explain", scenario, plan, "--recipient", "hill")

        assert "There is nothing to explain" in ended.out


@pytest.fixture
def short(tmp_path):
    """Return a scenario in which x and y need 120 and can have 90, and its best plan."""
    folder, plan = tmp_path / "short", tmp_path / "short-plan"
    nurses = Resource(id="k", name="Nurses", name_zh="护士", unit="person")
    write_scenario(replace(NURSES, resources=(nurses,)), folder)
    assert run("pair", folder, "-o", plan).status == 0
    return folder, plan


class TestTightSets:
    """§M6: these recipients, these donors, their capacity."""

    def test_are_told_by_check_where_they_are_verified(self, short):
        out = " ".join(run("check", *short).out.split())

        assert (
            "x, y together need 120 (Nurses); all donors (a, b) that may serve them can send 90."
            in out
        )

    def test_are_told_of_a_recipient_that_is_among_them(self, short):
        told = run("explain", *short, "--recipient", "x", "--lang", "zh").out
        not_told = run("explain", *short, "--recipient", "z", "--lang", "zh").out

        assert "x、y共需护士 120，可支援它们的全部支援方（a、b）至多能提供 90。" in told
        assert "共需" not in not_told

    def test_are_in_the_documents(self, short):
        (level, *_) = run("check", *short, "--json").document["check"]["levels"]

        assert level["tight_sets"] == [
            {
                "resource": "k",
                "recipients": ["x", "y"],
                "donors": ["a", "b"],
                "need": 120.0,
                "capacity": 90.0,
            }
        ]


class TestTimeLimitOfExplain:
    """§M8: what a search that was stopped leaves open is an interval, and labelled so."""

    def test_makes_an_answer_an_interval(self, short):
        ended = run("explain", *short, "--pair", "a", "y", "--time-limit", "1e-9", "--json", "-q")

        (reason,) = ended.document["pairs"]
        assert ended.status == 0
        assert reason["outcome"] == "unknown" or not all(c["exact"] for c in reason["changes"])

    def test_of_zero_makes_no_sense(self, short):
        ended = run("explain", *short, "--pair", "a", "y", "--time-limit", "0")

        assert (ended.status, ended.out) == (2, "")
        assert "--time-limit" in ended.err
