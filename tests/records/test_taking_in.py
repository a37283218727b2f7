"""Sheets taken in by the worker: they move while they are read, stop before they are written, and are whole."""

import io
from dataclasses import replace
from datetime import timedelta

import openpyxl
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tiebeam.apps.regions.models import Region
from tiebeam.apps.regions.operations import create_region, looking
from tiebeam.apps.regions.operations.rows import GivenRow
from tiebeam.apps.regions.operations.sheets import take_in_regions
from tiebeam.errors import InvalidInput
from tiebeam.interfaces.jobs import performing, taking_in
from tiebeam.interfaces.jobs.kinds import Watch
from tiebeam.interfaces.jobs.performing import start_run
from tiebeam.interfaces.jobs.taking_in import TAKE_IN, take_in_upload
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.files.models import Upload
from tiebeam.platform.files.uploads import UploadGone, keep_upload
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.operations import stop_run
from tiebeam.platform.tenancy.acting import acting

HEADS = ["id", "name_zh", "name_en", "kind"]


class Killed(BaseException):
    """Ends a worker in the middle of its work, as a signal does."""


def sheet(*rows):
    book = openpyxl.Workbook()
    for row in (HEADS, *rows):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.fixture
def upload(transactional_db, coordinator):
    rows = [[None, f"县{n}", f"County {n}", "county"] for n in range(3)]
    return keep_upload(
        kind="regions", name="mine.xlsx", content=sheet(*rows), actor=coordinator,
        now=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def run(upload, coordinator):
    with acting(coordinator):
        return start_run(
            kind=TAKE_IN,
            arguments={"sha256": upload.sha256, "reason": "Yearly", "kind": "regions"},
            scope_id=upload.pk,
            record_id=upload.pk,
            actor=coordinator,
            now=timezone.now(),
        )


@pytest.fixture
def look(coordinator):
    """What stands: the run, how many regions, entries of the log and uploads."""

    def read(run):
        with acting(coordinator):
            counts = (
                Region.objects.count(),
                Entry.objects.filter(action="regions.take_in_regions").count(),
                Upload.objects.count(),
            )
            return Run.objects.get(pk=run.pk), counts

    return read


def work():
    call_command("db_worker", batch=True, interval=0, reload=False, startup_delay=False)


class TestRun:
    def test_writes_all_and_ends_in_one_transaction(self, run, look, monkeypatch):
        # Killed right after the commit, it has ended all the same.
        monkeypatch.setattr(performing, "close_old_connections", lambda: 1 / 0)
        work()
        ended, counts = look(run)
        assert ended.state == "finished"
        assert ended.result["counts"]["create"] == 3
        assert counts == (3, 3, 0)

    def test_that_is_killed_while_it_writes_leaves_nothing_and_is_done_anew(
        self, run, look, coordinator, monkeypatch
    ):
        def die(**_given):
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(looking, "record_changes", die)
            with pytest.raises(Killed):
                performing.perform.call(
                    str(run.pk), str(coordinator.organisation_id), str(coordinator.person_id)
                )
        left, counts = look(run)
        assert (left.state, counts) == ("running", (0, 0, 1))
        with acting(coordinator):
            Run.objects.filter(pk=run.pk).update(state="waiting")
        work()
        ended, counts = look(run)
        assert (ended.state, ended.attempt, counts) == ("finished", 2, (3, 3, 0))

    def test_is_stopped_before_it_writes(self, run, look, coordinator, monkeypatch):
        plan = taking_in.KINDS["regions"].plan

        def plan_and_stop(rows, actor, tell):
            stop_run(run_id=run.pk, actor=coordinator, now=timezone.now())
            return plan(rows, actor, tell)

        monkeypatch.setattr(
            taking_in, "KINDS",
            {"regions": replace(taking_in.KINDS["regions"], plan=plan_and_stop)},
        )  # fmt: skip
        work()
        ended, counts = look(run)
        assert (ended.state, counts) == ("stopped", (0, 0, 1))

    def test_that_another_worker_took_over_writes_nothing(
        self, run, look, coordinator, monkeypatch
    ):
        write = looking.record_changes

        def write_late(**given):
            write(**given)
            Run.objects.filter(pk=run.pk).update(attempt=7)

        monkeypatch.setattr(looking, "record_changes", write_late)
        work()
        _, counts = look(run)
        assert counts == (0, 0, 1)


class TestTakingIn:
    def test_tells_where_it_is(self, upload, coordinator, monkeypatch):
        monkeypatch.setattr(looking, "BATCH", 2)
        told = []
        watch = Watch(should_stop=lambda: False, tell=lambda of: told.append(tuple(of.values())))
        take_in_upload(upload, upload.sha256, "x", coordinator, timezone.now(), watch)
        begun = [("reading", 0, 0), ("writing", 0, 3)]
        # One writer at a time: nobody could write down how far this one is.
        written = [] if connection.vendor == "sqlite" else [("written", 2, 3), ("written", 3, 3)]
        assert told == [*begun, *written]

    def test_happens_once(self, upload, coordinator):
        now = timezone.now()
        take_in_upload(upload, upload.sha256, "x", coordinator, now)
        with pytest.raises(UploadGone):
            take_in_upload(upload, upload.sha256, "x", coordinator, now)

    def test_looks_again_where_something_changed_meanwhile(
        self, transactional_db, coordinator, now
    ):
        given = [GivenRow(number=2, values={"name_zh": "甲", "kind": "county", "parent": "省"})]
        create_region(name_en="", name_zh="省", kind="province", actor=coordinator, now=now)
        with acting(coordinator):
            rows = looking.LookedRows(
                given, plan=taking_in.KINDS["regions"].plan, bases=(Region,), actor=coordinator
            )
            assert rows.planned[0].act == "create"
        create_region(name_en="", name_zh="省", kind="county", actor=coordinator, now=now)
        with pytest.raises(InvalidInput) as refused:
            take_in_regions(rows=rows, reason="x", actor=coordinator, now=now)
        assert [one.code for one in refused.value.faults] == ["workbooks.ambiguous_reference"]

    @pytest.mark.parametrize("kind", ["create", "update"])
    def test_asks_no_query_for_each_row(
        self, kind, transactional_db, coordinator, now, django_assert_max_num_queries
    ):
        rows = [
            GivenRow(number=n, values={"name_zh": f"县{n}", "kind": "county"}) for n in range(400)
        ]
        if kind == "update":
            made = take_in_regions(rows=rows, reason="x", actor=coordinator, now=now)
            rows = [
                GivenRow(number=n, values={"id": str(pk), "name_en": f"County {n}"})
                for n, pk in enumerate(made)
            ]
        with django_assert_max_num_queries(60):
            take_in_regions(rows=rows, reason="x", actor=coordinator, now=now + timedelta(days=1))
