"""Background runs: done, stopped, failed in words, taken over from a worker that is gone."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tiebeam.errors import Refused
from tiebeam.interfaces.jobs import performing
from tiebeam.interfaces.jobs.kinds import Watch, job
from tiebeam.interfaces.jobs.performing import revive_lost_runs, start_run
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.operations import AlreadyEnded, begin_run, stop_run, tell_progress
from tiebeam.platform.tenancy.acting import acting

seen: list[str] = []


@job("test.count")
def count(run: Run, actor, watch: Watch) -> None:
    seen.append(run.arguments["word"])
    watch.tell({"done": 1})


@job("test.refuse")
def refuse(run: Run, actor, watch: Watch) -> None:
    raise Refused(what="nothing")


@job("test.break")
def fall(run: Run, actor, watch: Watch) -> None:
    raise ZeroDivisionError


def work() -> None:
    call_command("db_worker", batch=True, interval=0, reload=False, startup_delay=False)


@pytest.fixture
def start(transactional_db, workspace, coordinator):
    seen.clear()

    def begin(kind: str, **arguments: str) -> Run:
        with acting(coordinator):
            return start_run(
                kind=kind,
                arguments=arguments,
                scope_id=coordinator.organisation_id,
                record_id=coordinator.organisation_id,
                now=timezone.now(),
                actor=coordinator,
            )

    return begin


@pytest.fixture
def look(coordinator):
    def read(run: Run) -> Run:
        with acting(coordinator):
            return Run.objects.get(pk=run.pk)

    return read


class TestRun:
    def test_is_done_by_a_worker_as_the_person_who_asked(self, start, look):
        run = start("test.count", word="one")
        assert look(run).state == "waiting"

        work()

        assert seen == ["one"]
        assert look(run).state == "finished"

    def test_that_is_refused_tells_why(self, start, look):
        run = start("test.refuse")

        work()

        assert look(run).state == "failed"
        assert look(run).error == {"code": "refused", "facts": {"what": "nothing"}}

    def test_that_breaks_tells_no_more_than_that(self, start, look, caplog):
        run = start("test.break")

        work()

        assert look(run).error == {"code": "tasks.internal", "facts": {}}
        assert "ZeroDivisionError" in caplog.text

    def test_is_not_begun_once_stopped(self, start, look, coordinator):
        run = start("test.count", word="one")
        stop_run(run_id=run.pk, actor=coordinator, now=timezone.now())

        work()

        assert seen == []
        assert look(run).state == "stopped"

    def test_is_not_stopped_once_ended(self, start, coordinator):
        run = start("test.count", word="one")
        work()

        with pytest.raises(AlreadyEnded):
            stop_run(run_id=run.pk, actor=coordinator, now=timezone.now())

    def test_hears_at_its_next_sign_of_life_that_it_shall_stop(self, start, coordinator):
        run = start("test.count", word="one")
        now = timezone.now()
        begin_run(run_id=run.pk, actor=coordinator, now=now)
        assert not tell_progress(run_id=run.pk, attempt=1, actor=coordinator, now=now)

        stop_run(run_id=run.pk, actor=coordinator, now=now)

        assert tell_progress(run_id=run.pk, attempt=1, actor=coordinator, now=now)

    def test_is_not_there_for_another_organisation(self, start, fujian):
        run = start("test.count", word="one")

        with acting(fujian):
            assert not Run.objects.filter(pk=run.pk).exists()


class TestRunOfAWorkerThatWasKilled:
    @pytest.fixture
    def lost(self, start, coordinator):
        """A run in the state that a kill leaves: begun, queued as running, silent for a minute."""
        run = start("test.count", word="one")
        begin_run(run_id=run.pk, actor=coordinator, now=timezone.now() - timedelta(seconds=60))
        DBTaskResult.objects.update(status="RUNNING")
        return run

    def test_is_done_by_the_next_worker(self, lost, look):
        assert revive_lost_runs() == 1

        work()

        assert seen == ["one"]
        assert look(lost).state == "finished"
        assert look(lost).attempt == 2

    def test_is_done_by_the_next_worker_though_it_was_not_begun(self, start, look):
        run = start("test.count", word="one")
        DBTaskResult.objects.update(
            status="RUNNING", started_at=timezone.now() - timedelta(seconds=60)
        )

        assert (revive_lost_runs(), revive_lost_runs()) == (1, 0)
        work()

        assert seen == ["one"]
        assert look(run).state == "finished"

    def test_is_left_alone_while_it_shows_signs_of_life(self, lost, coordinator):
        tell_progress(run_id=lost.pk, attempt=1, actor=coordinator, now=timezone.now())

        assert revive_lost_runs() == 0

    def test_is_given_up_after_three_attempts(self, lost, look, coordinator):
        with acting(coordinator):
            Run.objects.filter(pk=lost.pk).update(attempt=3)

        assert revive_lost_runs() == 0

        assert look(lost).state == "failed"
        assert look(lost).error["code"] == "tasks.worker_lost"

    def test_is_looked_after_at_least_every_minute(self):
        from tiebeam.interfaces.jobs.worker import DUTIES
        from tiebeam.platform.tasks.operations import LOST_AFTER

        assert LOST_AFTER.total_seconds() + DUTIES["revive"][0] + performing.BEAT_S < 60


WORKER_ALONE = """
import django
django.setup()
from tiebeam.interfaces.jobs import worker
worker.call_command = lambda *args, **options: None
worker.work(is_batch=True)
from tiebeam.platform.permissions.operations import list_rights
known = {right.name for right in list_rights()}
raise SystemExit(0 if {"pairings.give_opinion", "programmes.submit_return"} <= known else 1)
"""


class TestWorker:
    def test_knows_in_a_process_of_its_own_who_may_do_what(self):
        ended = subprocess.run([sys.executable, "-c", WORKER_ALONE], check=False)

        assert ended.returncode == 0
