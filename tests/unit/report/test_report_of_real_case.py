"""The report of ``hubei-2020`` under the official list, filled by hand: far donors, near recipients."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import tiebeam.cases
from tiebeam.core.explain.reasons import (
    Binding,
    DonorReason,
    LevelChange,
    PairReason,
    PlanReasons,
)
from tiebeam.core.model.plan import Flow, Pair, Plan
from tiebeam.core.pairing.check import check_plan
from tiebeam.interchange.scenario import read_scenario
from unit.report.small_plan import page, text_of

CASE = Path(tiebeam.cases.__file__).parent / "hubei-2020"


@pytest.fixture(scope="module")
def scenario():
    return read_scenario(CASE / "scenario").scenario


@pytest.fixture(scope="module")
def plan(scenario):
    """Pair the donors with the recipients in turn, and send what both sides allow."""
    recipients = [party.id for party in scenario.recipients]
    left = {(q.party, q.resource): q.amount for q in scenario.needs}
    pairs, flows = [], []
    for number, donor in enumerate(scenario.donors):
        recipient = recipients[number % len(recipients)]
        pairs.append(Pair(donor=donor.id, recipient=recipient, lead=number < len(recipients)))
        for capacity in scenario.capacities:
            key = (recipient, capacity.resource)
            amount = min(capacity.amount, left.get(key, 0)) if capacity.party == donor.id else 0
            if amount:
                left[key] -= amount
                flows.append(
                    Flow(donor=donor.id, recipient=recipient, resource=key[1], amount=amount)
                )
    return Plan(pairs=tuple(pairs), flows=tuple(flows), completed=True)


@pytest.fixture(scope="module")
def html(scenario, plan):
    return page(scenario, plan, check=replace(check_plan(scenario, plan), findings=()))


def drawing_of(html, key, size):
    part = html.split(f'data-key="picture-{key}"')[1]
    return part.split(f'<div class="drawing {size}">')[1].split("</svg>")[0]


class TestMapOfFarDonors:
    def test_enlarges_the_recipients_in_a_panel_of_their_own(self, html):
        for size in ("wide", "narrow"):
            drawing = drawing_of(html, "map", size)

            assert drawing.count("<clipPath") == 2
            assert "Enlarged: each place and its donors" in drawing

    def test_names_every_donor_and_every_recipient_on_the_wide_map(self, scenario, html):
        drawing = drawing_of(html, "map", "wide")
        written = set(re.findall(r">([^<>]+)</text>", drawing))

        assert {party.name for party in (*scenario.donors, *scenario.recipients)} - written == set()

    def test_draws_each_pair_in_both_panels(self, html):
        assert drawing_of(html, "map", "wide").count('class="pair"') == 2 * 19

    def test_has_a_narrow_drawing_that_fits_a_phone(self, html):
        for key in ("map", "flows", "coverage", "burden"):
            width = re.search(r'viewBox="0 0 (\d+)', drawing_of(html, key, "narrow"))
            assert width
            assert int(width[1]) <= 358


class TestAssumptions:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_are_all_shown(self, scenario, html, language):
        text = text_of(html, language)

        assert len(scenario.assumptions) >= 13
        for assumption in scenario.assumptions:
            own = assumption.text_zh if language == "zh" else assumption.text
            assert re.sub(r"\s+", " ", own) in text


class TestReasons:
    def test_list_no_more_pairs_than_a_page_can_hold_and_say_how_many_are_left(
        self, scenario, plan
    ):
        change = LevelChange(level="partners", before=19.0, low=20.0, high=20.0, exact=True)
        closed = tuple(
            PairReason(
                donor=f"d{number}",
                recipient="enshi",
                is_open=False,
                question="require",
                outcome="feasible",
                changes=(change,),
            )
            for number in range(700)
        )
        donor = DonorReason(
            donor="hunan", load=0.5, binding=(Binding(rule="M3.4", code="binding.partner_limit"),)
        )
        reasons = PlanReasons(pairs=closed, donors=(donor,))

        check = replace(check_plan(scenario, plan), findings=())
        text = text_of(page(scenario, plan, check=check, reasons=reasons))

        assert "Why not the other 700 pairs" in text
        assert "200 more are not listed here" in text
        assert "Hunan 50.0 It may have no further partner." in text
