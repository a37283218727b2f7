"""``tiebeam surge replay`` on the case that is shipped, without the planner, whose plans take minutes."""

import json
from xml.etree import ElementTree as ET

import pytest

from integration.command_line import run

ASKED = ("surge", "replay", "hubei-2020-surge", "--policy", "greedy", "--jobs", "1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return where one run left its outcomes and pictures."""
    folder = tmp_path_factory.mktemp("replay")
    assert run(*ASKED, "--out", folder).status == 0
    return folder


def words_of(picture):
    root = ET.fromstring(picture.read_text(encoding="utf-8"))
    return [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]


class TestSurgeReplay:
    def test_shows_every_measure_of_the_list_the_nearest_team_and_hindsight(self, folder):
        """§S4"""
        document = json.loads(run(*ASKED, "--out", folder, "--json").out)

        sixteen, seventeen = document["cells"]
        assert set(sixteen["policies"]) == {"static", "greedy", "hindsight"}
        for cell in (sixteen, seventeen):
            measures = {name: found["measures"] for name, found in cell["policies"].items()}
            unmet = {name: found["unmet_person_days"] for name, found in measures.items()}
            closed = (unmet["static"] - unmet["greedy"]) / (unmet["static"] - unmet["hindsight"])
            assert cell["closed"]["greedy"]["unmet_person_days"] == pytest.approx(closed)
            assert sum(cell["policies"]["static"]["unmet"]) == unmet["static"]
            assert unmet["hindsight"] <= min(unmet.values())
        # Wuhan's peak of 37,925 on the 12,276 beds that the case gives it.
        peak = seventeen["policies"]["static"]["measures"]["peak_hub_occupancy"]
        assert peak == pytest.approx(37925 / 12276)

    def test_goes_on_from_what_is_done(self, folder):
        ended = run(*ASKED, "--out", folder)

        assert "6 of 6 replays" in ended.err
        assert len(list((folder / "outcomes").glob("*.json"))) == 6

    def test_tells_the_assumptions_with_the_values_tried(self, folder):
        ended = run(*ASKED, "--out", folder)

        assert "staff_per_patient = 0.5 (0.3, 0.5, 1): Heads that one patient needs." in ended.out

    def test_tells_what_supplies_were_needed_and_not_what_there_was(self, folder):
        """37,925 patients in Wuhan and 12,588 elsewhere on 18 February, 25 or 12 sets for each."""
        shown = run(*ASKED, "--out", folder).out
        needs = json.loads(run(*ASKED, "--out", folder, "--json").out)["supplies_needed"]

        everywhere = {row["per_patient"]: row for row in needs if row["replay"] == "seventeen"}
        assert {rate: row["peak_units"] for rate, row in everywhere.items()} == {
            12: 12 * 50513,
            25: 25 * 50513,
        }
        assert everywhere[25]["peak_day"] == "2020-02-18"
        assert everywhere[25]["unknown_days"] == 7
        assert "1\u202f262\u202f825" in shown
        assert "what there was is not known" in shown

    @pytest.mark.parametrize(
        ("language", "title", "note"),
        [("en", "Moving teams day by day", "Assumptions, not facts"), ("zh", "逐日调派", "以下为假设而非事实")],
    )  # fmt: skip
    def test_draws_a_picture_with_the_finding_as_its_title(self, folder, language, title, note):
        words = words_of(folder / f"picture-{language}.svg")

        assert words[0].startswith(title)
        assert any(word.startswith(note) for word in words)

    def test_refuses_an_unknown_case_and_an_unknown_policy(self, tmp_path):
        other = run("surge", "replay", "atlantis", "--out", tmp_path)
        odd = run("surge", "replay", "hubei-2020-surge", "--policy", "oracle", "--out", tmp_path)

        assert (other.status, odd.status) == (2, 2)
        assert 'There is no surge case "atlantis"' in other.err
        assert 'There is no policy "oracle"' in odd.err
