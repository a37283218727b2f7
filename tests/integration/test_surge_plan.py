"""``tiebeam surge plan`` on the case that is shipped: the plan of a morning, why, and what if (§S11)."""

import pytest

from integration.command_line import run

ASKED = ("surge", "plan", "hubei-2020-surge", "--on", "2020-02-10")


@pytest.fixture(scope="module")
def planned():
    return run(*ASKED, "--json").document


class TestPlan:
    def test_sends_whole_teams_from_the_morning_on(self, planned):
        sent = [order for order in planned["orders"] if order["to"] is not None]

        assert sent
        assert min(order["leaves_on"] for order in planned["orders"]) >= "2020-02-10"
        assert all(order["arrives_on"] > order["leaves_on"] for order in planned["orders"])

    def test_says_why_a_team_is_sent_and_not_another_and_what_if_it_stayed(self, planned):
        team = next(order["team"] for order in planned["orders"] if order["to"] is not None)
        ended = run(*ASKED, "--why", team, "--what-if", f"{team}=home", "--json")

        (why, *_), answer = ended.document["why"], ended.document["what_if"]
        assert (why["level"], why["after"] > why["before"]) == ("shortage", True)
        assert team in {order["team"] for order in answer["dropped"]}
        assert team not in {order["team"] for order in answer["added"]}

    def test_refuses_what_the_case_does_not_know(self):
        ended = run(*ASKED, "--what-if", "nobody=wuhan")
        assert (ended.status, "TEAM=PLACE" in ended.err) == (2, True)
        assert run(*ASKED, "--why", "nobody", "--lang", "zh").status == 2
        assert run(*ASKED[:-1], "2019-01-01").status == 2

    def test_takes_scenarios_their_tail_and_the_order_of_levels(self):
        ended = run(
            *ASKED, "--scenarios", "2", "--tail", "0.5", "--levels", "unmet,travel", "--json"
        )
        told = ended.document
        assert (told["scenarios"], told["tail"]) == (2, 0.5)
        assert [row["level"] for row in told["levels"]] == ["unmet", "travel"]
        words = run(*ASKED, "--scenarios", "2", "--tail", "0.5", "--levels", "unmet,travel").out
        assert "the worst 50\u202f% of 2 scenarios" in words
        refused = run(*ASKED, "--levels", "unmet,unmet")
        assert refused.status == 2
        assert "give each at most once, of: shortage, unmet, hub, changes, travel" in refused.err
