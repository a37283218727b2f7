"""Sweeps: the same bytes from processes here and from a real Dask cluster, and nothing lost."""

import json
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sweep_works
from tiebeam.cases.balances import play, read_balance_case
from tiebeam.errors import InvalidInput
from tiebeam.platform.sweeps import sweep
from tiebeam.platform.sweeps.executors import (
    ClusterUnreachable,
    DaskCluster,
    LocalProcesses,
)
from tiebeam.platform.sweeps.sweep import WorkerLost, run_sweep

HERE = Path(__file__).parents[1]
LOCAL = LocalProcesses(2)
NUMBERS = [{"number": number} for number in range(6)]

CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1",
                      dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """Start two workers on loopback, each in a process of its own, for the tests of this module."""
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    folder = tmp_path_factory.mktemp("cluster")
    script = folder / "cluster.py"
    script.write_text(CLUSTER, encoding="utf-8")
    path = os.pathsep.join([str(HERE), str(HERE.parent / "src")])
    with (folder / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path, "DASK_LOGGING__DISTRIBUTED": "error"},
        )
        try:
            address = process.stdout.readline().strip()
            assert address.startswith("tcp://127.0.0.1:"), (folder / "log").read_text()
            yield DaskCluster(address)
        finally:
            process.stdin.close()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


def _answers(swept):
    return [json.loads(answer) for answer in swept.answers]


class InThisProcess:
    """The smallest executor."""

    def run(self, task, items, should_stop, /):
        for at, item in enumerate(items):
            yield at, task(item)


class TestSweep:
    def test_gives_the_same_bytes_here_and_on_a_cluster(self, dask):
        cells = [{"seed": seed} for seed in range(5)]

        here, one, there = (
            run_sweep(sweep_works.spread, cells, executor=executor)
            for executor in (LOCAL, LocalProcesses(1), dask)
        )

        assert here.is_complete
        assert here.answers == one.answers == there.answers
        assert len(set(here.answers)) == 5

    def test_gives_the_same_replays_here_and_on_a_cluster(self, dask):
        base = read_balance_case("texas-2020").base
        cells = [
            {"case": "texas-2020", "policy": name, "forecast": "damped-trend", "values": base}
            for name in ("planned", "hindsight")
        ]

        here, there = (run_sweep(play, cells, executor=executor) for executor in (LOCAL, dask))

        assert here.is_complete
        assert here.answers == there.answers

    def test_answers_in_the_order_of_its_cells(self):
        swept = run_sweep(sweep_works.square, NUMBERS, executor=LOCAL)

        assert swept.answers[3] == '{"names":["武汉","Wuhan"],"root":3,"square":9}'.encode()
        assert [answer["root"] for answer in _answers(swept)] == list(range(6))

    def test_tells_how_far_it_is(self):
        told = []

        run_sweep(
            sweep_works.square,
            NUMBERS,
            executor=LOCAL,
            on_progress=lambda done, total: told.append((done, total)),
        )

        assert told == [(done, 6) for done in range(7)]


class TestRefusal:
    @pytest.mark.parametrize("where", ["here", "cluster"])
    def test_comes_back_from_the_worker_with_its_facts(self, where, request):
        executor = LOCAL if where == "here" else request.getfixturevalue("dask")

        with pytest.raises(InvalidInput) as refusal:
            run_sweep(sweep_works.refuse, NUMBERS[2:3], executor=executor)

        assert [fault.value for fault in refusal.value.faults] == ["2"]


class TestKilledWorker:
    @pytest.mark.parametrize("where", ["here", "cluster"])
    def test_loses_nothing(self, where, tmp_path, request):
        executor = LOCAL if where == "here" else request.getfixturevalue("dask")
        cells = [{"number": number, "folder": str(tmp_path)} for number in range(6)]

        swept = run_sweep(sweep_works.die_once, cells, executor=executor)

        assert (tmp_path / "died").exists()
        assert _answers(swept) == list(range(6))

    def test_is_named_when_its_cell_kills_every_worker_and_keeps_the_others(self, tmp_path):
        """Its number is that among all cells, also where a sweep goes on."""
        run_sweep(sweep_works.die_always, NUMBERS[:2], executor=LOCAL, folder=tmp_path)

        with pytest.raises(WorkerLost) as refusal:
            run_sweep(sweep_works.die_always, NUMBERS, executor=LOCAL, folder=tmp_path)

        assert refusal.value.facts == {"cell": 4}
        kept = sorted(int(file.read_bytes()) for file in tmp_path.glob("*.json"))
        assert kept[:2] == [0, 1]
        assert 3 not in kept


class TestFolder:
    def test_is_gone_on_from_after_a_stop(self, tmp_path):
        marks, folder = tmp_path / "marks", tmp_path / "cells"
        cells = [{"number": number, "marks": str(marks)} for number in range(8)]
        done = []

        stopped = run_sweep(
            sweep_works.note,
            cells,
            executor=LocalProcesses(1),
            folder=folder,
            on_progress=lambda count, _total: done.append(count),
            should_stop=lambda: bool(done) and done[-1] >= 3,
        )
        again = run_sweep(sweep_works.note, cells, executor=LOCAL, folder=folder)

        assert not stopped.is_complete
        assert 3 <= sum(answer is not None for answer in stopped.answers) < 8
        assert again.resumed == sum(answer is not None for answer in stopped.answers)
        assert _answers(again) == list(range(8))
        assert list(folder.glob("*.part")) == []

    def test_of_another_program_is_not_used(self, tmp_path, monkeypatch):
        cells = NUMBERS[:2]

        first, same = (
            run_sweep(sweep_works.square, cells, executor=InThisProcess(), folder=tmp_path)
            for _ in range(2)
        )
        monkeypatch.setattr(sweep, "fingerprint", lambda _file: "another program")
        other = run_sweep(sweep_works.square, cells, executor=InThisProcess(), folder=tmp_path)

        assert (first.resumed, same.resumed, other.resumed) == (0, 2, 0)
        assert first.answers == same.answers == other.answers

    @pytest.mark.parametrize("damage", [b"", b'{"a":', bytes([0xFF, 0xFE, 0])])
    def test_with_a_damaged_file_has_that_cell_computed_again(self, tmp_path, damage):
        cells, executor = NUMBERS[:2], InThisProcess()
        first = run_sweep(sweep_works.square, cells, executor=executor, folder=tmp_path)
        min(tmp_path.glob("*.json")).write_bytes(damage)

        again = run_sweep(sweep_works.square, cells, executor=executor, folder=tmp_path)

        assert (again.resumed, again.answers) == (1, first.answers)

    def test_is_not_taken_from_a_worker_with_another_program(self):
        with pytest.raises(sweep.WorkerDiffers):
            sweep.perform(sweep_works.square, "another", {"number": 2})


class TestInterruption:
    @pytest.mark.parametrize("where", ["here", "cluster"])
    def test_ends_what_runs_and_leaves_no_process(self, where, request):
        executor = LOCAL if where == "here" else request.getfixturevalue("dask")
        before = set(multiprocessing.active_children())
        begun = time.monotonic()

        swept = run_sweep(
            sweep_works.wait_long,
            [{"seconds": 60}] * 2,
            executor=executor,
            should_stop=lambda: time.monotonic() > begun + 2,
        )

        assert swept.answers == (None, None)
        assert time.monotonic() < begun + 30
        assert set(multiprocessing.active_children()) <= before


class TestCluster:
    @pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense"])
    def test_is_named_where_it_does_not_answer(self, monkeypatch, address):
        pytest.importorskip("distributed", reason="the extra cluster is not installed")
        monkeypatch.setattr("tiebeam.platform.sweeps.executors.CONNECT_S", 1)

        with pytest.raises(ClusterUnreachable) as refusal:
            run_sweep(sweep_works.square, NUMBERS, executor=DaskCluster(address))

        assert refusal.value.facts == {"address": address}
