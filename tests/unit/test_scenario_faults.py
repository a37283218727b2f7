"""Each fault and doubt of a scenario's values, found where a person would look for it."""

from dataclasses import replace

import pytest

from tiebeam.core.model.faults import list_faults
from tiebeam.core.model.scenario import (
    Assumption,
    Link,
    Party,
    Policy,
    Quantity,
    Resource,
    Scenario,
    Source,
)

SOUND = Scenario(
    id="small",
    policy=Policy(min_share=0.1),
    donors=(
        Party(id="a", name="Alpha", lat=30.0, lon=120.0),
        Party(id="b", name="Beta", lat=31.0, lon=121.0),
    ),
    recipients=(
        Party(id="x", name="Xray", lat=32.0, lon=112.0),
        Party(id="y", name="Yankee", lat=33.0, lon=113.0),
    ),
    resources=(Resource(id="doc", name="Doctors", unit="person", lot=1.0),),
    capacities=(
        Quantity(party="a", resource="doc", amount=15.0),
        Quantity(party="b", resource="doc", amount=16.0),
    ),
    needs=(
        Quantity(party="x", resource="doc", amount=17.0),
        Quantity(party="y", resource="doc", amount=18.0),
    ),
    links=(Link(donor="a", recipient="x", tie=3.0),),
)
A, B = SOUND.donors
X, Y = SOUND.recipients
DOC = SOUND.resources[0]
LINK = SOUND.links[0]
NAN, INF = float("nan"), float("inf")


def faults_of(**changed):
    """Return (code, table, place in the table, column) of the faults of SOUND so changed."""
    faults, _ = list_faults(replace(SOUND, **changed))
    return [(f.code, f.place, f.facts.get("index"), f.column) for f in faults]


def doubts_of(**changed):
    """Return (code, table, place in the table) of the doubts of SOUND so changed."""
    faults, doubts = list_faults(replace(SOUND, **changed))
    assert faults == []
    return [(d.code, d.place, d.facts.get("index")) for d in doubts]


class TestListFaults:
    def test_finds_nothing_in_a_sound_scenario(self):
        assert list_faults(SOUND) == ([], [])

    def test_lists_all_faults_and_not_the_first(self):
        found = faults_of(
            donors=(replace(A, lat=95.0), replace(B, id="a")),
            needs=(replace(SOUND.needs[0], amount=-1.0), replace(SOUND.needs[1], party="z")),
        )

        assert {code for code, *_ in found} == {
            "scenario.out_of_range",
            "scenario.duplicate_id",
            "scenario.unknown_id",
            "scenario.negative",
        }

    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            ({"id": ""}, ("scenario.missing_value", "scenario", None, "id")),
            (
                {"donors": (A, replace(B, name=" "))},
                ("scenario.missing_value", "donors", 1, "name"),
            ),
            (
                {"resources": (replace(DOC, unit=""),)},
                ("scenario.missing_value", "resources", 0, "unit"),
            ),
            ({"sources": (Source(key=""),)}, ("scenario.missing_value", "sources", 0, "key")),
            (
                {"assumptions": (Assumption(text=""),)},
                ("scenario.missing_value", "assumptions", 0, "text"),
            ),
            ({"sources": (Source(key="s"),) * 2}, ("scenario.duplicate_id", "sources", 1, "key")),
            (
                {"capacities": (*SOUND.capacities, SOUND.capacities[0])},
                ("scenario.duplicate_entry", "capacities", 2, ""),
            ),
            ({"links": (LINK, LINK)}, ("scenario.duplicate_entry", "links", 1, "")),
            (
                {"links": (replace(LINK, donor="q"),)},
                ("scenario.unknown_id", "links", 0, "donor"),
            ),
            (
                {"links": (replace(LINK, uses={"q": 1.0}),)},
                ("scenario.unknown_id", "links", 0, "use:q"),
            ),
            (
                {"links": (replace(LINK, unit_costs={"q": 1.0}),)},
                ("scenario.unknown_id", "links", 0, "unit_cost:q"),
            ),
            (
                {"links": (replace(LINK, status="maybe"),)},
                ("scenario.unknown_status", "links", 0, "status"),
            ),
            ({"links": (replace(LINK, tie=-1.0),)}, ("scenario.negative", "links", 0, "tie")),
            (
                {"links": (replace(LINK, distance_km=NAN),)},
                ("scenario.not_finite", "links", 0, "distance_km"),
            ),
            (
                {"links": (replace(LINK, fixed_cost=INF),)},
                ("scenario.not_finite", "links", 0, "fixed_cost"),
            ),
            (
                {"links": (replace(LINK, unit_costs={"doc": -1.0}),)},
                ("scenario.negative", "links", 0, "unit_cost:doc"),
            ),
            (
                {"links": (replace(LINK, uses={"doc": 0.0}),)},
                ("scenario.not_positive", "links", 0, "use:doc"),
            ),
            (
                {"resources": (replace(DOC, lot=-1.0),)},
                ("scenario.negative", "resources", 0, "lot"),
            ),
            (
                {"resources": (replace(DOC, weight=0.0),)},
                ("scenario.not_positive", "resources", 0, "weight"),
            ),
            ({"donors": (replace(A, lat=None), B)}, ("scenario.half_a_point", "donors", 0, "lat")),
            ({"donors": (A, replace(B, lon=None))}, ("scenario.half_a_point", "donors", 1, "lon")),
            (
                {"donors": (replace(A, lon=-181.0), B)},
                ("scenario.out_of_range", "donors", 0, "lon"),
            ),
            (
                {"donors": (replace(A, open_cost=-1.0), B)},
                ("scenario.negative", "donors", 0, "open_cost"),
            ),
            (
                {"donors": (replace(A, min_partners=-1), B)},
                ("scenario.negative", "donors", 0, "min_partners"),
            ),
            (
                {"donors": (replace(A, max_partners=1.5), B)},
                ("scenario.not_whole", "donors", 0, "max_partners"),
            ),
            (
                {"recipients": (X, replace(Y, min_partners=3, max_partners=2))},
                ("scenario.min_above_max", "recipients", 1, "min_partners"),
            ),
            (
                {"policy": Policy(min_share=1.1)},
                ("scenario.out_of_range", "policy", None, "min_share"),
            ),
            (
                {"policy": Policy(min_share=0.1, slack={"coverage": -0.1})},
                ("scenario.negative", "policy", None, "slack.coverage"),
            ),
            (
                {"policy": Policy(min_share=0.1, slack={"covrage": 0.1})},
                ("scenario.unknown_level", "policy", None, "slack.covrage"),
            ),
            (
                {"policy": Policy(min_share=0.1, levels=("speed",))},
                ("scenario.unknown_level", "policy", None, "levels"),
            ),
            (
                {"policy": Policy(min_share=0.1, levels=("cost", "cost"))},
                ("scenario.duplicate_level", "policy", None, "levels"),
            ),
            (
                {"policy": Policy(min_share=0.1, levels=())},
                ("scenario.no_level", "policy", None, "levels"),
            ),
            (
                {
                    "policy": Policy(
                        min_share=0.1, min_partners_per_donor=2, max_partners_per_donor=1
                    )
                },
                ("scenario.min_above_max", "policy", None, "min_partners_per_donor"),
            ),
            (
                {"policy": Policy(min_share=0.1, time_limit_s=0.0)},
                ("scenario.not_positive", "policy", None, "time_limit_s"),
            ),
            (
                {"policy": Policy(min_share=0.1, gap=-1e-9)},
                ("scenario.negative", "policy", None, "gap"),
            ),
            (
                {"resources": (replace(DOC, lot=19.0),)},
                ("scenario.lot_above_all_needs", "resources", 0, "lot"),
            ),
        ],
    )
    def test_names_the_fault_and_its_place(self, changed, expected):
        assert faults_of(**changed) == [expected]

    def test_tells_apart_a_pair_both_required_and_forbidden(self):
        """§M3.5: a link cannot be open and closed."""
        links = (replace(LINK, status="required"), replace(LINK, status="forbidden"))

        assert faults_of(links=links) == [("scenario.required_and_forbidden", "links", 1, "")]

    def test_refuses_a_required_link_to_one_without_need_or_capacity(self):
        """§M3, last paragraph: such a party can have no pair."""
        links = (Link(donor="b", recipient="y", status="required"),)
        idle = {"capacities": SOUND.capacities[:1], "needs": SOUND.needs[:1]}

        assert faults_of(links=links, **idle) == [
            ("scenario.required_without_capacity", "links", 0, "donor"),
            ("scenario.required_without_need", "links", 0, "recipient"),
        ]

    def test_allows_required_links_in_a_case_that_knows_only_pairs(self):
        links = (replace(LINK, status="required"),)
        bare = {"resources": (), "capacities": (), "needs": ()}

        assert faults_of(links=links, **bare) == []

    def test_names_near_ids_of_an_unknown_one(self):
        needs = (replace(SOUND.needs[0], party="Ｘ "), SOUND.needs[1])
        (fault,), _ = list_faults(replace(SOUND, needs=needs))

        assert fault.facts["near"] == ["x"]
        assert fault.facts["of"] == "recipients"

    def test_asks_for_the_point_of_a_party_whose_distances_are_needed(self):
        """§M1: never 0 km silently."""
        donors = (replace(A, lat=None, lon=None), B)
        (fault,), _ = list_faults(replace(SOUND, donors=donors))

        assert (fault.code, fault.place, fault.facts["id"]) == (
            "scenario.unknown_distance",
            "donors",
            "a",
        )
        assert fault.facts["pairs"] == 2

    def test_asks_for_the_point_of_a_recipient_likewise(self):
        """§M1: both donors may serve x."""
        recipients = tuple(
            replace(party, lat=None, lon=None) if party.id == "x" else party
            for party in SOUND.recipients
        )
        (fault,), _ = list_faults(replace(SOUND, recipients=recipients))

        assert (fault.code, fault.place, fault.facts["id"]) == (
            "scenario.unknown_distance",
            "recipients",
            "x",
        )
        assert fault.facts["pairs"] == 2

    @pytest.mark.parametrize(
        "closed",
        [{"status": "forbidden"}, {"distance_km": 12.0}],
        ids=["forbidden", "own distance"],
    )
    def test_needs_no_point_where_no_distance_can_matter(self, closed):
        donors = (replace(A, lat=None, lon=None), B)
        links = tuple(Link(donor="a", recipient=r, **closed) for r in ("x", "y"))

        assert faults_of(donors=donors, links=links) == []

    def test_needs_no_points_when_distance_is_no_level(self):
        donors = (replace(A, lat=None, lon=None), B)
        policy = Policy(min_share=0.1, levels=("coverage",))

        assert faults_of(donors=donors, policy=policy) == []

    def test_does_not_blame_rows_for_a_list_that_was_not_read(self):
        faults, _ = list_faults(replace(SOUND, donors=()), unread={"donors", "donors.id"})

        assert faults == []


class TestListDoubts:
    def test_warns_of_a_need_smaller_than_one_lot(self):
        assert doubts_of(resources=(replace(DOC, lot=18.0),)) == [
            ("scenario.lot_above_need", "needs", 0)
        ]

    @pytest.mark.parametrize(("amount", "times"), [(170_000.0, 10**4), (1.5e9, 10**8)])
    def test_warns_of_a_figure_typed_in_ten_thousands_of_the_others(self, amount, times):
        needs = (replace(SOUND.needs[0], amount=amount), SOUND.needs[1])
        _, (doubt,) = list_faults(replace(SOUND, needs=needs))

        assert (doubt.code, doubt.facts["times"]) == ("scenario.unlikely_magnitude", times)
        assert doubt.facts["index"] == 0

    @pytest.mark.parametrize("amount", [17.0 * 1000, 17.0 * 10**6])
    def test_does_not_doubt_figures_that_are_merely_large(self, amount):
        assert doubts_of(needs=(replace(SOUND.needs[0], amount=amount), SOUND.needs[1])) == []

    def test_warns_that_empty_pairs_count_when_min_share_is_zero(self):
        """§M3.6: with sigma = 0 an empty pair satisfies a minimum and earns continuity."""
        assert doubts_of(policy=Policy()) == [
            ("scenario.empty_pair_continuity", "policy", None),
            ("scenario.empty_pair_minimum", "policy", None),
        ]

    def test_does_not_warn_where_no_minimum_and_no_tie_is_asked_for(self):
        policy = Policy(min_partners_per_recipient=0, levels=("coverage",))

        assert doubts_of(policy=policy) == []

    def test_warns_of_a_side_with_nobody(self):
        bare = replace(SOUND, recipients=(), needs=(), links=())

        assert [(d.code, d.place) for d in list_faults(bare)[1]] == [
            ("scenario.nobody", "recipients")
        ]

    def test_does_not_doubt_what_was_not_read(self):
        unread = {"policy.min_share", "recipients"}
        bare = replace(SOUND, policy=Policy(), recipients=(), needs=(), links=())

        assert list_faults(bare, unread=unread) == ([], [])
