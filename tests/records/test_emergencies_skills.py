"""How many of each skill a need lacks, beside its heads (§E4)."""

from datetime import date

import pytest
from tests.grounds import ground

from records.emergency_grounds import make_emergency
from tiebeam.apps.emergencies.operations.needs import enter_need, verify_need
from tiebeam.apps.emergencies.queries.held import list_held
from tiebeam.apps.emergencies.queries.situation import list_figures
from tiebeam.apps.emergencies.queries.skills import find_skill_gaps
from tiebeam.apps.people.operations.teams import form_team
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.time.periods import AsOf


@pytest.fixture
@ground
def grounds(workspace, now):
    return make_emergency(workspace, now)


class TestSkills:
    """§E4: of 60 people 20 are to be nurses and 5 doctors."""

    @pytest.fixture
    def need(self, grounds, workspace):
        need = enter_need(
            incident=grounds.incident, place=workspace.organisations["huanggang"], kind="medical",
            heads=60, skills={"nurse": 20, "doctor": 5}, starts_on=date(2020, 2, 12),
            until=date(2020, 3, 11), actor=grounds.actors["host"], now=grounds.now,
        )  # fmt: skip
        verify_need(need=need, actor=grounds.actors["coordinator"], now=grounds.now)
        return need

    def lacking(self, grounds, need, by="coordinator"):
        with acting(grounds.actors[by]):
            as_of, held = AsOf(true_on=date(2020, 2, 12)), list_held(grounds.incident, grounds.now)
            found = list_figures(grounds.incident, as_of, held)
            gaps = find_skill_gaps(found, held, as_of.true_on)
        assert set(gaps) == {need.pk}
        return dict(gaps[need.pk].lacking), gaps[need.pk].unknown

    def bind(self, grounds, need, skills, heads=30, key="home"):
        package = grounds.package(key, heads=30, skills=skills)
        said = {"heads": heads, "reason": "R", "package_id": package.pk}
        deployment = grounds.ask(key, need=need, said=said).deployment
        grounds.take("consult", key, deployment)
        grounds.take("agree", "host", deployment, document="A 1")
        return deployment

    def test_are_counted_by_the_package_however_they_are_spelt(self, grounds, need):
        assert self.lacking(grounds, need) == ({"nurse": 20, "doctor": 5}, 0)
        self.bind(grounds, need, {"ＮＵＲＳＥ ": 12, "Doctor": 5})

        assert self.lacking(grounds, need) == ({"nurse": 8}, 0)
        # The host reads no package: it knows of nobody's skills.
        assert self.lacking(grounds, need, "host") == ({"nurse": 20, "doctor": 5}, 30)

    def test_are_counted_by_the_team_once_it_is_ordered(self, grounds, need):
        deployment = self.bind(grounds, need, {"nurse": 12})
        team = form_team(
            name="T", heads=30, skills={"nurse": 20, "doctor": 4}, actor=grounds.actors["home"],
            now=grounds.now,
        )  # fmt: skip
        grounds.take("order", "home", deployment, document="O 1", team_id=team.pk)

        for by in ("coordinator", "host"):
            assert self.lacking(grounds, need, by) == ({"doctor": 1}, 0)

    def test_of_a_part_of_a_package_are_not_known(self, grounds, need):
        self.bind(grounds, need, {"nurse": 30}, heads=20)

        assert self.lacking(grounds, need) == ({"nurse": 20, "doctor": 5}, 20)
