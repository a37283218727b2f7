"""
Measure the taking in of sheets: ``python -m benchmarks.import_rows`` (``--rows 10000``).

On the database in use: SQLite, or with ``TIEBEAM_TEST_DATABASE=postgresql`` a PostgreSQL that is
started here and thrown away. Each sheet goes the whole way of the worker: the workbook is read,
every row is looked at, and all are written with their entries in the log.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

BAR_S = 30.0
Rows = list[dict[str, Any]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the workspace, take in each sheet twice, and print the seconds; return 1 where a bar is missed."""
    options = _parser().parse_args(arguments)
    sys.path[:0] = ["tests"]
    import tests.workspace_database  # noqa: F401  # decides on the database before Django asks

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiebeam.site.settings")
    import django

    django.setup()
    _make_database()
    with _as_served():
        bench = _Bench(options.rows, options.profile)
        for measure in (_regions, _organisations, _statistics, _pairings, _needs, _offers):
            if not options.only or measure.__name__[1:] in options.only:
                measure(bench)
    return bench.tell()


def _make_database() -> None:
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor == "postgresql":
        from urllib.parse import urlsplit

        import psycopg

        parts = urlsplit(os.environ["TIEBEAM_DATABASE_URL"])
        with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as owner:
            owner.execute("CREATE DATABASE workspace")
    call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def _as_served() -> Iterator[None]:
    """Go on as the role that the row policies bind, and without the memory of debugging."""
    from django.conf import settings
    from django.db import connection
    from tests.workspace_database import ROLE

    settings.DEBUG = False
    if connection.vendor == "postgresql":
        connection.close()
        connection.settings_dict["OPTIONS"]["assume_role"] = ROLE
    yield
    connection.close()


class _Bench:
    """The small workspace, and what was measured in it."""

    def __init__(self, rows: int, profile: str) -> None:
        from tests.small_workspace import make_workspace

        from tiebeam.platform.permissions.roles import Role

        self.now = datetime.now(UTC)
        self.workspace = make_workspace(self.now)
        self.coordinator = self.workspace.actor("office", Role.COORDINATOR)
        self.rows, self.profile = rows, profile
        print(f"| kind | act | rows | s | rows/s | s of our own work |\n|{'---|' * 6}", flush=True)
        self._work: Any = None
        self.found: list[tuple[str, str, int, float]] = []

    def measure(self, kind: str, act: str, rows: int, do: Callable[[], object]) -> None:
        """Note how long *do* took for so many rows."""
        watch = None
        if self.profile == f"{kind}-{act}":
            import cProfile

            watch = cProfile.Profile()
            watch.enable()
        began, worked = time.perf_counter(), time.process_time()
        do()
        seconds, work = time.perf_counter() - began, time.process_time() - worked
        if watch is not None:
            import pstats

            watch.disable()
            pstats.Stats(watch).sort_stats("cumulative").print_stats(60)
        self.found.append((kind, act, rows, seconds))
        print(
            f"| {kind} | {act} | {rows} | {seconds:.1f} | {rows / seconds:.0f} | {work:.1f} |",
            flush=True,
        )

    def sheet(self, kind: str, act: str, rows: Rows) -> None:
        """Take in a workbook of *rows* as the worker does."""
        from tiebeam.interchange.excel.writing import write_form
        from tiebeam.interfaces.jobs import workbook_forms
        from tiebeam.interfaces.jobs.taking_in import take_in_upload
        from tiebeam.platform.files.uploads import keep_upload

        sheet = workbook_forms.KINDS[kind]
        content = write_form(kind, workbook_forms.list_columns(sheet, "en", {}), rows, [], "guide")
        upload = keep_upload(
            kind=kind, name="mine.xlsx", content=content, actor=self.coordinator, now=self.now
        )

        def do() -> None:
            counts = take_in_upload(
                upload, upload.sha256, "Measured", self.coordinator, datetime.now(UTC)
            )
            assert counts[act] == len(rows), counts

        self.measure(kind, act, len(rows), do)

    def programme(self) -> Any:
        """Return the programme at work, with a round of as many resources as there are rows."""
        from records import programme_at_work

        if self._work is None:
            programme_at_work.RESOURCES[:] = [
                {"id": f"r{n}", "name_en": f"Resource {n}", "unit": "piece"}
                for n in range(self.rows)
            ]
            self._work = programme_at_work.set_to_work(self.workspace, self.coordinator, self.now)
        return self._work

    def own(self, kind: str) -> Rows:
        """Return the rows of the sheet as it is downloaded."""
        from tiebeam.interfaces.jobs.workbook_forms import list_sheet_rows
        from tiebeam.platform.tenancy.acting import acting

        with acting(self.coordinator):
            return list_sheet_rows(kind, self.coordinator)[0]

    def tell(self) -> int:
        """Print where it was measured; return 1 where a bar is missed."""
        from django.db import connection

        load = os.getloadavg()[0]
        print(
            f"{connection.vendor}; {platform.platform()}; {os.cpu_count()} cores, load {load:.1f}"
        )
        return int(any(seconds > BAR_S for _, _, _, seconds in self.found))


def _regions(bench: _Bench) -> None:
    rows: Rows = [{"name_zh": "省", "name_en": "Province", "kind": "province", "gbt2260": "100000"}]
    rows += [
        {
            "name_zh": f"县{n}", "name_en": f"County {n}", "kind": "county", "parent": "省",
            "gbt2260": f"{200000 + n}", "latitude": 29.5, "longitude": 94.25,
            "valid_from": "2000-01-01",
        }
        for n in range(1, bench.rows)
    ]  # fmt: skip
    rows[0]["valid_from"] = "1990-01-01"
    bench.sheet("regions", "create", rows)
    changed = bench.own("regions")
    for row in changed:
        row["name_en"] += " (revised)"
    bench.sheet("regions", "update", changed)


def _organisations(bench: _Bench) -> None:
    rows: Rows = [
        {"name_zh": f"医院{n}", "name_en": f"Hospital {n}", "kind": "hospital", "parent": "福建"}
        for n in range(bench.rows)
    ]
    bench.sheet("organisations", "create", rows)
    changed = bench.own("organisations")
    for row in changed:
        row["name_en"] += " (revised)"
    bench.sheet("organisations", "update", changed)


def _statistics(bench: _Bench) -> None:
    from tiebeam.apps.regions.operations import create_region

    create_region(
        name_en="Measured", name_zh="测", kind="county", actor=bench.coordinator, now=bench.now
    )
    # A figure is never overwritten: what changes is a further one, of a later day.
    for vintage in ("2021-01-01", "2022-01-01"):
        rows: Rows = [
            {
                "region": "测", "indicator": f"i{n}", "year": 2020, "quantity": n, "unit": "person",
                "vintage": vintage, "source": "Yearbook", "reliability": "official",
            }
            for n in range(bench.rows)
        ]  # fmt: skip
        bench.sheet("statistics", "create", rows)


def _pairings(bench: _Bench) -> None:
    from tiebeam.apps.pairings.models import Pairing
    from tiebeam.apps.pairings.operations.history import record_list
    from tiebeam.apps.pairings.operations.lines import Line
    from tiebeam.apps.pairings.operations.sheet_rows import above_label
    from tiebeam.apps.programmes.operations import add_document
    from tiebeam.platform.tenancy.acting import acting

    hospitals: Rows = [
        {"name_zh": f"对口{n}", "name_en": f"Paired {n}", "kind": "hospital"}
        for n in range(bench.rows // 50 + 50)
    ]
    bench.sheet("organisations", "create", hospitals)
    work = bench.programme()
    sides = bench.workspace.organisations
    with acting(bench.coordinator):
        record_list(
            round=work.of_round,
            document=add_document(
                programme=work.programme, title_zh="通知", actor=bench.coordinator, now=bench.now
            ),
            in_force_from=date(2020, 2, 10),
            lines=[Line(donor=sides["fujian"].pk, recipient=sides["nyingchi"].pk)],
            actor=bench.coordinator, now=bench.now,
        )  # fmt: skip
        above = above_label(Pairing.objects.select_related("donor", "recipient").get())
    rows: Rows = [
        {
            "above": above, "donor": f"对口{n % 50}", "recipient": f"对口{50 + n // 50}",
            "valid_from": "2020-03-01",
        }
        for n in range(bench.rows)
    ]  # fmt: skip
    bench.sheet("pairings", "create", rows)
    ended = bench.own("pairings")
    for row in ended:
        row["valid_until"] = "2020-09-01"
    bench.sheet("pairings", "update", ended)


def _needs(bench: _Bench) -> None:
    _returns(bench, "needs", "nyingchi")


def _offers(bench: _Bench) -> None:
    _returns(bench, "offers", "fujian")


def _returns(bench: _Bench, kind: str, place: str) -> None:
    from records.programme_at_work import AtWork
    from tiebeam.apps.programmes.models import Return
    from tiebeam.apps.programmes.operations import enter_lines
    from tiebeam.apps.programmes.operations.return_files import preview_file
    from tiebeam.platform.tenancy.acting import acting

    work: AtWork = bench.programme()
    of_return, office = work.start(place), work.office(place)
    for act, factor in (("create", 1), ("update", 2)):
        text = "resource,quantity,evidence\n" + "".join(
            f"r{n},{(n + 1) * factor},Survey {n}\n" for n in range(bench.rows)
        )

        def do(text: str = text) -> None:
            with acting(office):
                known = Return.objects.select_related("round").get(pk=of_return.pk)
                preview = preview_file(known, text.encode(), "mine.csv")
            assert preview.changes_count == bench.rows, preview.faults[:3]
            enter_lines(of_return=known, lines=preview.lines, actor=office, now=bench.now)

        bench.measure(kind, act, bench.rows, do)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.import_rows", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--only", nargs="*", default=[], help="kinds to measure")
    parser.add_argument("--profile", default="", help="what to profile, such as regions-update")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
