"""The table of states (§E5): what the law says, line by line, and nothing besides."""

from itertools import pairwise, product
from pathlib import Path

import pytest

from tiebeam.apps.emergencies.states import (
    ANSWERS,
    EXPECTED,
    FINAL,
    LIVE,
    SIDES,
    STATES,
    NotNow,
    NotTheirStep,
    find_row,
    list_possible,
)
from tiebeam.interfaces.messages import LANGUAGES, say_strictly

LAW = Path(__file__).parents[2] / "docs"
PAGES = {"en": LAW / "law" / "emergency.md", "zh": LAW / "zh" / "law" / "emergency.md"}
# OASIS EDXL-RM 1.0, table 1: all its message types.
EDXL_RM = {
    "RequestResource", "ResponseToRequestResource", "RequisitionResource", "CommitResource",
    "RequestInformation", "ResponseToRequestInformation", "OfferUnsolicitedResource",
    "ReleaseResource", "RequestReturn", "ResponseToRequestReturn", "RequestQuote",
    "ResponseToRequestQuote", "RequestResourceDeploymentStatus",
    "ReportResourceDeploymentStatus", "RequestExtendedDeploymentDuration",
    "ResponseToRequestExtendedDeploymentDuration",
}  # fmt: skip
# The order of the steps and who takes them, as domain.md §7 has it.
CHAINS = {
    "A": "drafted assigned consulted agreed ordered mobilised arrived on_duty released returned"
    " claimed verified paid closed",
    "B": "needed requested offered accepted ordered mobilised arrived on_duty released returned"
    " claimed verified paid closed",
}


def _law(language: str) -> dict[tuple[str, str, str], tuple[str, str, str]]:
    """Return (state, event, side) -> (state after, message, what it says), as the law prints it."""
    found = {}
    for line in PAGES[language].read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line[1:-1].split("|")]
        if len(cells) != 6 or not set(cells[1].split(", ")) <= set(SIDES):
            continue
        event, sides, before, after, message, says = cells
        states = LIVE if before == "*live*" else before.replace("–", "").split(", ")
        for state, side in product(states, sides.split(", ")):
            found[state, event, side] = (state if after == "stays" else after, message, says)
    return found


LINES = _law("en")
EVENTS = sorted({event for _, event, _ in LINES})


class TestTable:
    def test_is_the_one_that_the_law_prints_in_both_languages(self):
        assert len(EVENTS) == 42
        assert _law("zh") == LINES

    @pytest.mark.parametrize("event", EVENTS)
    def test_leads_where_the_law_says_and_refuses_all_else_in_words(self, event):
        differs = []
        for state, side in product(("", *STATES), SIDES):
            wanted = LINES.get((state, event, side))
            try:
                row = find_row(state, event, [side])
            except (NotNow, NotTheirStep) as error:
                told = [say_strictly(error.code, error.facts, each) for each in LANGUAGES]
                is_other = any((state, event, other) in LINES for other in SIDES)
                if wanted or is_other != isinstance(error, NotTheirStep) or not all(told):
                    differs.append((state, side, error))
            else:
                message = row.message + (f" ({row.answer})" if row.answer else "")
                if wanted != (row.after or state, message, ", ".join(row.terms)):
                    differs.append((state, side, row))

        assert differs == []

    def test_tells_the_states_by_their_names(self):
        with pytest.raises(NotNow) as refused:
            find_row("closed", "arrive", ["team"])
        with pytest.raises(NotTheirStep) as other:
            find_row("offered", "accept", ["home"])

        assert say_strictly("emergencies.not_now", refused.value.facts, "en") == (
            "“confirm arrival” cannot be done now: this deployment is closed."
            " It is done when one is mobilised."
        )
        assert say_strictly("emergencies.not_their_step", other.value.facts, "zh") == (
            "“接受提议”由接收单位办理，贵方不能办理。"
        )

    def test_maps_every_message_of_the_standard(self):
        assert {line[1].split(" ")[0] for line in LINES.values()} - {""} == EDXL_RM

    @pytest.mark.parametrize("mode", sorted(CHAINS))
    def test_runs_through_the_states_of_the_domain(self, mode):
        chain = CHAINS[mode].split()
        steps = {(state, line[0]) for (state, _, _), line in LINES.items()}

        assert [pair for pair in pairwise(chain) if pair not in steps] == []

    def test_goes_on_from_every_state_but_the_last_ones(self):
        ends = {state for state in STATES if not list_possible(state, SIDES)}

        assert ends == set(FINAL) == {"closed", "declined", "withdrawn", "expired"}
        assert [row.event for row in list_possible("stood_down", SIDES)] == ["claim"]

    def test_waits_for_what_can_be_done(self):
        lacking = [
            (state, event)
            for state, events in EXPECTED.items()
            for event in events
            if not any((state, event, side) in LINES for side in SIDES)
        ]

        assert lacking == []
        assert set(ANSWERS) < set(EVENTS)
