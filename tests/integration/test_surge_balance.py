"""``tiebeam surge balance`` on the real case, against figures counted from its tables."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import pytest
from benchmarks.forecast import PUBLISHED

from integration.command_line import run
from tiebeam import cases

PROGRAM = [sys.executable, "-m", "tiebeam.interfaces.cli", "--lang", "en"]
FOLDER = Path(cases.__file__).parent / "texas-2020"


def _rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


BEDS = {row["id"]: int(row["beds"]) for row in _rows(FOLDER / "places.csv")}
DAYS = _rows(FOLDER / "patients.csv")


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    ended = run(
        *("surge", "balance", "texas-2020", "--forecast", "last-value", "--jobs", 2),
        *("--json", "-q", "-o", tmp_path_factory.mktemp("cells")),
    )
    assert ended.status == 0, ended.err
    return {row["policy"]: row for row in ended.document["cells"]}


class TestBalance:
    def test_counts_what_lacks_where_nobody_is_moved(self, policies):
        """§S12: added up from the tables. The Rio Grande Valley had 1,606 patients for 811 beds."""
        lacking = sum(max(0, int(day[area]) - beds) for day in DAYS for area, beds in BEDS.items())

        nobody = policies["no_transfer"]

        assert nobody["patient_days_without_bed"] == lacking == 24068
        assert nobody["highest_load"] == pytest.approx(1606 / 811)
        assert nobody["patients_moved"] == nobody["patient_kilometres"] == 0

    def test_closes_most_of_the_way_to_what_no_plan_can_beat(self, policies):
        planned, bound = policies["planned"], policies["hindsight"]

        assert bound["patient_days_without_bed"] <= planned["patient_days_without_bed"]
        assert bound["highest_load"] <= planned["highest_load"]
        assert planned["closed"]["patient_days_without_bed"] > 0.8
        assert planned["closed"]["highest_load"] > 0.7
        assert bound["closed"]["patient_days_without_bed"] == 1

    def test_refuses_a_forecast_that_is_not_there(self):
        ended = run("surge", "balance", "texas-2020", "--forecast", "moon")

        assert ended.status == 2
        assert "moon" in ended.err
        assert "damped-trend" in ended.err

    def test_refuses_a_case_that_is_not_there(self):
        ended = run("surge", "balance", "utah-2020", locale="zh_CN.UTF-8")

        assert ended.status == 2
        assert "没有名为“utah-2020”的患者转运案例" in ended.err


class TestInterruption:
    def test_by_ctrl_c_keeps_what_is_finished_and_says_so(self, tmp_path):
        """Ctrl-C reaches every process of the terminal's group, the workers too."""
        process = subprocess.Popen(
            [*PROGRAM, "surge", "balance", "texas-2020", "--grid", "--jobs", "2", "-o", tmp_path],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        deadline = time.monotonic() + 120
        while not list(tmp_path.glob("*.json")) and time.monotonic() < deadline:
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)

        assert process.returncode == 130
        assert "Run again with the same folder" in err
        assert "Traceback" not in err
        assert out == ""
        assert 0 < len(list(tmp_path.glob("*.json"))) < 44
        assert list(tmp_path.glob("*.part")) == []


@pytest.mark.data
@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published series are not beside us")
class TestCase:
    def test_restates_what_was_published(self):
        published = _rows(PUBLISHED / "peers" / "texas" / "tsa_daily.csv")

        told = {(day["date"], area): day[area] for day in DAYS for area in BEDS}
        free = {area: [] for area in BEDS}
        for row in published:
            beds, count = row["beds_avail_total"], row["patients_covid_total"]
            if row["date"] <= "2020-05-31" and beds and count:
                free[row["tsa_id"]].append(int(beds) + int(count))

        assert told == {
            (row["date"], row["tsa_id"]): row["patients_covid_total"]
            for row in published
            if row["date"] >= "2020-06-01"
        }
        assert {area: int(median(counts)) for area, counts in free.items()} == BEDS
