"""The case of Hubei's surge against figures counted from the published tables by hand."""

from collections import Counter
from datetime import date

import pytest

from tiebeam.cases.surge_instances import build_instance
from tiebeam.cases.surges import Cell, UnknownSurge, read_surge_case

CASE = read_surge_case("hubei-2020-surge")


def instance(replay="sixteen", **changes):
    return build_instance(CASE, Cell(replay=replay, values={**CASE.base, **changes}))


class TestSurgeCase:
    def test_keeps_a_day_without_a_row_unknown(self):
        """§S1: Huangshi begins on 25 January with 31 confirmed; Shennongjia on 27 January."""
        patients = instance().patients

        assert patients["huangshi"][0] is None
        assert patients["huangshi"][1] is not None
        assert [count is None for count in patients["shennongjia"]][:5] == [
            *[True] * 3,
            False,
            False,
        ]
        assert sum(count is None for series in patients.values() for count in series) == 7

    def test_counts_active_cases_as_first_published(self):
        """Wuhan on 24 January: 572 confirmed less 32 cured less 38 dead; its peak on 18 February."""
        wuhan = instance("seventeen").patients["wuhan"]

        assert (len(wuhan), wuhan[0], max(wuhan), wuhan.index(max(wuhan))) == (98, 502, 37925, 25)

    @pytest.mark.parametrize(
        ("replay", "places", "teams", "staff"), [("sixteen", 16, 63, 7425), ("seventeen", 17, 346, 38632)]
    )  # fmt: skip
    def test_has_the_teams_and_staff_that_were_published(self, replay, places, teams, staff):
        surge = instance(replay).surge

        assert (len(surge.places), len(surge.teams)) == (places, teams)
        assert sum(team.size for team in surge.teams) == staff

    def test_gives_the_pairs_with_a_published_total_that_total(self):
        found = instance(split="population")
        staff = Counter()
        for team in found.surge.teams:
            staff[team.home, found.assigned[team.id]] += team.size

        assert len(staff) == 21
        assert staff["hunan", "huanggang"] == 619
        assert staff["guizhou", "ezhou"] == 823
        assert staff["tianjin", "enshi"] == 130
        assert staff["jiangsu", "huangshi"] == 347

    def test_lets_the_list_bring_the_published_stocks_to_wuhan(self):
        """4,562 by 28 January, 6,775 by 2 February, 20,374 by 14 February; a team is 111 at most."""
        found = instance("seventeen")
        for day, stock in ((4, 4562), (9, 6775), (21, 20374)):
            there = sum(
                team.size
                for team in found.surge.teams
                if found.assigned[team.id] == "wuhan"
                and team.ready_on + found.surge.travel.days(team.home, "wuhan") <= day
            )
            assert stock - 111 <= there <= stock

    def test_fixes_the_grid_with_every_assumption_named_in_both_languages(self):
        assert len(CASE.cells) == 2 * (3 * 3 * 2 + 7)
        assert len({cell.id for cell in CASE.cells}) == len(CASE.cells)
        assert CASE.list_day == date(2020, 2, 10)
        for assumption in CASE.assumptions:
            assert assumption.value in assumption.tried
            assert assumption.text.endswith(".")
            assert assumption.text_zh.endswith("。")

    def test_tries_in_its_grid_only_values_that_it_names(self):
        tried = {assumption.id: assumption.tried for assumption in CASE.assumptions}

        assert "supplies_per_patient" in tried
        assert not any("supplies_per_patient" in cell.values for cell in CASE.cells)
        assert all(value in tried[key] for cell in CASE.cells for key, value in cell.values.items())

    def test_is_refused_under_another_name(self):
        with pytest.raises(UnknownSurge) as refusal:
            read_surge_case("hubei-2021")

        assert refusal.value.code == "cases.unknown_surge"
        assert refusal.value.facts["known"] == ("hubei-2020-surge",)
