"""From accepted returns to a scenario, with its base data and what it assumes."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.grounds import ground

from records.programme_at_work import SIDES, set_to_work
from tiebeam.apps.programmes.operations import add_participant, end_participation, submit_return
from tiebeam.apps.programmes.queries import compose_scenario
from tiebeam.apps.regions.operations import (
    add_statistic,
    correct_organisation,
    correct_region,
    create_organisation,
    create_region,
)
from tiebeam.core.model.identity import scenario_sha256
from tiebeam.core.model.scenario import Link, Policy, Resource
from tiebeam.errors import InvalidInput
from tiebeam.interchange.scenario import read_scenario, write_scenario
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.time.periods import AsOf

AS_OF = AsOf(true_on=date(2020, 2, 10))
NEAR = Policy(levels=("coverage", "continuity"))
POINTS = {
    "fujian": ("350000", "26.06", "119.31"),
    "hunan": ("430000", "28.11", "112.98"),
    "nyingchi": ("540400", "29.65", "94.36"),
    "huanggang": ("421100", "30.45", "114.87"),
}


@pytest.fixture
@ground
def work(workspace, coordinator, now):
    return set_to_work(workspace, coordinator, now)


@pytest.fixture
def placed(work):
    """Give every organisation a region with a code and a point."""
    asked = {"actor": work.coordinator, "now": work.now}
    regions = {}
    for key, (code, latitude, longitude) in POINTS.items():
        regions[key] = create_region(
            name_en=key,
            name_zh="",
            kind="province",
            codes={"GB/T 2260": code},
            latitude=Decimal(latitude),
            longitude=Decimal(longitude),
            **asked,
        )
        correct_organisation(
            organisation=work.workspace.organisations[key],
            values={"region_id": regions[key].pk},
            reason="Its seat",
            actor=work.coordinator,
            now=work.now + timedelta(minutes=1),
        )
    work.regions = regions
    return work


def accept_all(work, **figures):
    for key in SIDES:
        work.decide(work.hand_in(key, **figures.get(key, {})), is_accepted=True)


def compose(work, **given):
    given = {"policy": Policy(), "as_of": AS_OF} | given
    with acting(work.coordinator):
        return compose_scenario(work.of_round, **given)


class TestComposedScenario:
    def test_holds_what_was_returned(self, placed):
        accept_all(placed, fujian={"doctors": 40, "nurses": "2.5"})
        composed = compose(placed)
        scenario = composed.scenario
        ids = {key: str(code) for key, (code, _, _) in POINTS.items()}
        assert scenario.id == "hubei-2020-2020-02-10"
        assert (scenario.title, scenario.title_zh) == (
            "Medical assistance to Hubei · First round",
            "支援湖北 · 第一轮",
        )
        assert [party.id for party in scenario.donors] == [ids["fujian"], ids["hunan"]]
        assert [party.id for party in scenario.recipients] == [ids["huanggang"], ids["nyingchi"]]
        assert scenario.donors[0].name == "Fujian"
        assert scenario.donors[0].name_zh == "福建"
        assert (scenario.donors[0].lat, scenario.donors[0].lon) == (26.06, 119.31)
        assert scenario.resources[0] == Resource(
            id="doctors", name="Doctors", name_zh="医生", unit="person", lot=5.0, weight=1.0
        )
        amounts = {(row.party, row.resource): row.amount for row in scenario.capacities}
        assert amounts[ids["fujian"], "doctors"] == 40.0
        assert amounts[ids["fujian"], "nurses"] == 2.5
        assert len(scenario.needs) == 4
        assert composed.organisations == {
            ids[key]: placed.workspace.organisations[key].pk for key in SIDES
        }

    def test_is_the_same_twice_and_when_written_and_read(self, placed, tmp_path):
        accept_all(placed)
        first, second = compose(placed).scenario, compose(placed).scenario
        write_scenario(first, tmp_path / "folder")
        hashes = [
            scenario_sha256(each)
            for each in (first, second, read_scenario(tmp_path / "folder").scenario)
        ]
        assert len(set(hashes)) == 1

    def test_states_the_vintage_of_each_figure(self, placed):
        accept_all(placed)
        for year, quantity, vintage in (
            (2018, 39410000, date(2019, 3, 1)),
            (2019, 39730000, date(2020, 2, 1)),
            (2019, 41370000, date(2021, 5, 21)),
            (2021, 41870000, date(2022, 3, 1)),
        ):
            add_statistic(
                region=placed.regions["fujian"],
                indicator="population",
                year=year,
                quantity=Decimal(quantity),
                unit="person",
                vintage=vintage,
                source="Yearbook",
                reliability="official",
                actor=placed.coordinator,
                now=placed.now + timedelta(days=(vintage - date(2019, 3, 1)).days),
            )
        scenario = compose(placed).scenario
        figures = scenario.donors[0].extra
        assert figures["population"] == "41370000"
        [source] = [row for row in scenario.sources if row.key == figures["population_source"]]
        assert (source.as_of, source.reliability) == ("2021-05-21", "official")
        assert source.extra == {"figure": "41370000", "unit": "person", "year": "2019"}
        earlier = replace(AS_OF, known_at=placed.now + timedelta(days=400))
        assert compose(placed, as_of=earlier).scenario.donors[0].extra["population"] == "39730000"

    def test_names_the_return_behind_each_figure(self, placed):
        accept_all(placed)
        scenario = compose(placed).scenario
        keys = {row.key: row for row in scenario.sources}
        assert {row.source for row in (*scenario.capacities, *scenario.needs)} == set(keys)
        assert keys["return-donor-350000"].as_of == "2020-02-10"

    def test_names_places_as_they_were_known(self, placed):
        accept_all(placed)
        known = placed.now
        later = known + timedelta(days=1)
        correct_region(
            region=placed.regions["fujian"],
            values={"latitude": "25.00"},
            reason="?",
            actor=placed.coordinator,
            now=later,
        )
        then = compose(placed, as_of=replace(AS_OF, known_at=known)).scenario
        since = compose(placed, as_of=replace(AS_OF, known_at=later)).scenario
        assert (then.donors[0].lat, since.donors[0].lat) == (26.06, 25.0)

    def test_takes_names_where_there_are_no_codes_and_tells_namesakes_apart(
        self, work, coordinator, monkeypatch
    ):
        namesake = create_organisation(
            name_en="Fujian", name_zh="福建", kind="hospital", actor=coordinator, now=work.now
        )
        work.workspace.organisations["namesake"] = namesake
        work.workspace.people["namesake"] = work.workspace.people["fujian"]
        add_participant(
            programme=work.programme,
            organisation=namesake,
            side="donor",
            actor=coordinator,
            now=work.now,
        )
        monkeypatch.setitem(SIDES, "namesake", "donor")
        accept_all(work)
        composed = compose(work, policy=NEAR)
        assert set(composed.organisations) == {
            "hunan",
            "huanggang",
            "nyingchi",
            *(
                f"fujian-{str(work.workspace.organisations[key].pk)[:8]}"
                for key in ("fujian", "namesake")
            ),
        }


class TestTies:
    def test_are_as_strong_as_the_people_on_the_ground(self, placed):
        accept_all(placed)
        pk = {key: row.pk for key, row in placed.workspace.organisations.items()}
        scenario = compose(
            placed,
            ties={(pk["fujian"], pk["nyingchi"]), (pk["office"], pk["nyingchi"])},
            people_on_the_ground={
                (pk["hunan"], pk["huanggang"]): 274,
                (pk["hunan"], pk["nyingchi"]): 0,
            },
        ).scenario
        assert scenario.links == (
            Link(donor="350000", recipient="540400", tie=1.0),
            Link(donor="430000", recipient="421100", tie=274.0),
        )
        assumed = [row.text for row in scenario.assumptions]
        assert any("1 pairs in force have nobody recorded" in text for text in assumed)
        assert any("1 pairs in force or with people on the ground" in text for text in assumed)
        assert all(row.text_zh for row in scenario.assumptions)

    def test_are_none_where_none_are_given(self, placed):
        accept_all(placed)
        scenario = compose(placed).scenario
        assert scenario.links == ()
        assert [row.affects for row in scenario.assumptions] == [
            "donors.csv:lat, recipients.csv:lat"
        ]


class TestAssumptions:
    def test_count_what_a_return_does_not_name(self, placed):
        for key in SIDES:
            of_return = placed.start(key)
            placed.enter(key, of_return, [("doctors", 5)])
            asked = {"of_return": of_return, "actor": placed.office(key), "now": placed.now}
            placed.decide(submit_return(**asked), is_accepted=True)
        texts = [row.text for row in compose(placed).scenario.assumptions]
        assert any(text.startswith("Resources that") and "4 of them" in text for text in texts)


class TestRefusedScenario:
    def test_names_every_participant_whose_return_is_not_there(self, work):
        work.hand_in("fujian")
        work.decide(work.hand_in("hunan"), is_accepted=False, reason="?")
        work.start("nyingchi")
        with pytest.raises(InvalidInput) as refused:
            compose(work)
        assert [(fault.code, fault.value) for fault in refused.value.faults] == [
            ("programmes.gap_undecided", "福建 Fujian"),
            ("programmes.gap_sent_back", "湖南 Hunan"),
            ("programmes.gap_missing", "黄冈 Huanggang"),
            ("programmes.gap_missing", "林芝 Nyingchi"),
        ]

    def test_needs_donors_recipients_and_resources(self, work, coordinator):
        for participant in work.participants.values():
            end_participation(
                participant=participant,
                until=date(2020, 2, 10),
                reason="?",
                actor=coordinator,
                now=work.now,
            )
        work.of_round.resources = []
        with pytest.raises(InvalidInput) as refused:
            compose(work)
        assert [fault.code for fault in refused.value.faults] == [
            "programmes.no_resources",
            "programmes.no_donors",
            "programmes.no_recipients",
        ]

    def test_tells_which_points_are_missing_where_distance_counts(self, work):
        accept_all(work)
        with pytest.raises(InvalidInput) as refused:
            compose(work)
        assert {fault.code for fault in refused.value.faults} == {"scenario.unknown_distance"}
        assert compose(work, policy=NEAR).scenario.donors[0].lat is None
