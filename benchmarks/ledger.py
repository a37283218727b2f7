"""
Measure the ledger: ``python -m benchmarks.ledger`` (``--short`` for a small one).

PostgreSQL is started here, with fsync, and thrown away; every figure is of whole operations in
the role that the row policies bind: permission, lock, rule, rows, balance and audit. Beside it
django-hordak, where ``--peer`` names a Python that has it.
"""

import argparse
import json
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

NOW = datetime(2021, 2, 1, 1, tzinfo=UTC)
DAY = date(2020, 3, 1)
CLIENTS = 8
PER_COMMIT = 1_000
LARGE = 10**14
WARM = 10
"""Posts of a client that are not counted: its connection keeps the statements from then on."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every figure beside its bar; return 1 where one is missed."""
    options = _parser().parse_args(arguments)
    sys.path[:0] = ["tests"]
    os.environ["TIEBEAM_TEST_DATABASE"], os.environ["TIEBEAM_TEST_DURABLE"] = "postgresql", "1"
    import tests.workspace_database  # noqa: F401  # decides on the database before Django asks

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiebeam.site.settings")
    import django

    django.setup()
    from benchmarks.import_rows import _as_served, _make_database
    from benchmarks.ledger_rows import fill

    _make_database()
    with _as_served():
        bench = _Bench(short=options.short)
        if not options.reading:
            bench.measure_bulk()
            bench.measure_singles()
            bench.price_layers()
            if options.peer:
                bench.measure_peer(options.peer)
        rows = (100_000 if options.short else 10_000_000) if options.rows is None else options.rows
        if rows:
            took, filled = _time(lambda: fill(bench.grounds[0], rows))
            bench.note(f"rows made by SQL, {rows:,} rows", took, "s")
            bench.measure_keeping(filled)
            bench.measure_reading(filled)
        return bench.tell()


class _Bench:
    def __init__(self, *, short: bool) -> None:
        from tests.small_workspace import make_workspace

        from records.ledger_grounds import make_grounds

        self.times = 30 if short else 200
        self.parts = 3 if short else 20
        self.found: dict[str, tuple[float, str, float | None]] = {}
        workspace = make_workspace(datetime(2020, 2, 10, 1, tzinfo=UTC))
        self.grounds = [make_grounds(workspace, slug=f"bench-{n}") for n in range(CLIENTS)]
        for each in self.grounds:
            each.fix_year(2020)
            for kind in ("obligation", "opening", "appropriation"):
                each.post(kind, LARGE)

    def note(self, what: str, figure: float, unit: str, bar: float | None = None) -> None:
        self.found[what] = (figure, unit, bar)
        said = "" if bar is None else f" (bar {bar:g})"
        print(f"{what}: {figure:,.4g} {unit}{said}", flush=True)

    # Writing.

    def measure_bulk(self) -> None:
        """Import payments, each of two rows, 1,000 rows a commit with one entry in the log."""
        from tiebeam.apps.ledger.operations import imports

        grounds = self.grounds[0]
        payments = self.parts * PER_COMMIT // 2
        imports.PART = PER_COMMIT // 2
        rows = [
            {"kind": "opening", "amount": "1"},
            {"kind": "commitment", "amount": str(payments * 10), "key": "c"},
        ]
        rows += [
            {"kind": "order", "amount": "10", "key": f"o{n}", "follows": "c"}
            for n in range(payments)
        ]
        rows += [{"kind": "payment", "amount": "10", "follows": f"o{n}"} for n in range(payments)]
        began = time.perf_counter()
        proposal = imports.propose_import(
            programme=grounds.programme, rows=_given(rows), actor=grounds.makers["donor"], now=NOW,
            is_sure=True,
        )  # fmt: skip
        self.note("import proposed, looked at as a whole", time.perf_counter() - began, "s")
        rates, part, whole, total = [], 0, 0.0, 0
        while total < len(rows):
            part += 1
            began = time.perf_counter()
            posted = imports.post_import_part(
                proposal=proposal, part=part, actor=grounds.checkers["donor"], now=NOW
            )
            seconds = time.perf_counter() - began
            whole += seconds
            total += posted.batches_count
            if posted.rows_count == PER_COMMIT:
                rates.append(posted.rows_count / seconds)
        self.note("bulk, 1,000 rows a commit, median", statistics.median(rates), "rows/s", 10_000)
        self.note("bulk, the whole import posted", (2 + 3 * payments) / whole, "rows/s")

    def _orders(self, place: int, count: int) -> list[UUID]:
        """Order *count* payments in bulk."""
        from django.db import transaction

        from tiebeam.apps.ledger.operations.posting import Entered, Hand, posting
        from tiebeam.apps.ledger.operations.terms import Terms
        from tiebeam.platform.audit.writing import one_work
        from tiebeam.platform.tenancy.acting import acting

        grounds = self.grounds[place]
        commitment = grounds.post("commitment", count * 10)
        entered = [
            Entered(
                uuid4(),
                grounds.pairing,
                Terms(
                    kind="order",
                    amount=10,
                    valid_on=DAY,
                    document="x",
                    follows_id=commitment.pk,
                ),
            )
            for _ in range(count)
        ]
        checker, maker = grounds.checkers["donor"], Hand(grounds.makers["donor"].person_id)
        with (
            transaction.atomic(),
            acting(checker),
            one_work(),
            posting(entered, maker=maker, actor=checker, now=NOW) as (made, sit),
        ):
            for each in entered:
                made.add(each)
            made.write(sit)
        return [each.key for each in entered]

    def _proposals(self, place: int, count: int) -> list[Any]:
        grounds = self.grounds[place]
        return [
            grounds.propose("payment", 10, follows_id=key) for key in self._orders(place, count)
        ]

    def measure_singles(self) -> None:
        """Post proposed payments one a commit: over many pairings, at one, and by one client."""
        alone = self._race([(0, self._proposals(0, self.times))])
        self.note("single posts, one client", alone, "posts/s")
        spread = [(place, self._proposals(place, self.times)) for place in range(CLIENTS)]
        self.note("single posts, 8 clients", self._race(spread), "posts/s", 200)
        hot = [(0, self._proposals(0, self.times)) for _ in range(CLIENTS)]
        self.note("one hot account, 8 clients", self._race(hot), "posts/s", 300)

    def _race(self, jobs: list[tuple[int, list[Any]]]) -> float:
        from django.db import connection

        from benchmarks.ledger_rows import connect_owner

        # A server that has run for a while knows its tables; this one was made a minute ago.
        with connect_owner() as owner:
            owner.execute("ANALYZE")
        connection.close()
        context = multiprocessing.get_context("fork")
        found: Any = context.Queue()
        start = context.Event()
        clients = [
            context.Process(target=self._client, args=(place, proposals, found, start))
            for place, proposals in jobs
        ]
        for client in clients:
            client.start()
        time.sleep(1)
        start.set()
        spans = [found.get(timeout=600) for _ in clients]
        for client in clients:
            client.join()
        posted = sum(len(proposals) - WARM for _, proposals in jobs)
        return posted / (max(end for _, end in spans) - min(begin for begin, _ in spans))

    def _client(self, place: int, proposals: list[Any], found: Any, start: Any) -> None:
        from tiebeam.apps.ledger.operations.proposals import post_proposal

        checker = self.grounds[place].checkers["donor"]
        start.wait()
        for number, proposal in enumerate(proposals):
            if number == WARM:
                began = time.perf_counter()
            post_proposal(proposal=proposal, actor=checker, now=NOW)
        found.put((began, time.perf_counter()))

    def price_layers(self) -> None:
        """Print what each layer of one post takes."""
        from django.db.backends.postgresql.base import DatabaseWrapper

        from tiebeam.apps.ledger.operations import posting, proposals, writing
        from tiebeam.platform.statements import running

        spent: Counter[str] = Counter()
        kept: list[tuple[Any, str, Any]] = []
        within = [0.0]

        def watch(owner: Any, name: str, layer: str) -> None:
            inner = getattr(owner, name)
            kept.append((owner, name, inner))

            def timed(*args: Any, **kwargs: Any) -> Any:
                began = time.perf_counter()
                within.append(0.0)
                try:
                    return inner(*args, **kwargs)
                finally:
                    # What another layer took within this one is that one's.
                    took = time.perf_counter() - began
                    spent[layer] += took - within.pop()
                    within[-1] += took

            setattr(owner, name, timed)

        made = self._proposals(1, self.times)
        for proposal in made[:WARM]:
            self._post(1, proposal)
        watch(proposals, "_get", "permission (and the proposal read)")
        watch(posting.Posting, "_hold", "lock")
        watch(posting, "read_books", "books read")
        watch(posting.Chain, "read", "what it follows read")
        watch(posting.Posting, "add", "rule")
        watch(proposals, "record_changes", "audit, composed")
        watch(running, "_send_told", "batch, rows, log, notices and proposal written")
        watch(writing, "write_balances", "balance")
        watch(DatabaseWrapper, "_commit", "commit, to the disk")
        began = time.perf_counter()
        for proposal in made[WARM:]:
            self._post(1, proposal)
        each = (time.perf_counter() - began) / len(made[WARM:]) * 1000
        for owner, name, inner in kept:
            setattr(owner, name, inner)
        self.note("one post, one client", each, "ms")
        for layer, seconds in spent.items():
            self.note(f"  {layer}", seconds / len(made[WARM:]) * 1000, "ms")
        rest = each - sum(spent.values()) / len(made[WARM:]) * 1000
        self.note("  the rest: transaction, seats", rest, "ms")

    def _post(self, place: int, proposal: Any) -> None:
        from tiebeam.apps.ledger.operations.proposals import post_proposal

        post_proposal(proposal=proposal, actor=self.grounds[place].checkers["donor"], now=NOW)

    def measure_peer(self, python: str) -> None:
        """Run django-hordak on the same server."""
        script = Path(__file__).with_name("ledger_hordak.py")
        done = subprocess.run(
            [python, str(script), os.environ["TIEBEAM_DATABASE_URL"], str(self.times)],
            capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
        for what, (figure, unit) in json.loads(done.stdout).items():
            self.note(f"django-hordak: {what}", figure, unit)

    # Reading.

    def measure_keeping(self, filled: Any) -> None:
        """Keep the sums of all months that are over, as the worker does."""
        from tiebeam.apps.ledger.operations.keeping import keep_months, list_unkept
        from tiebeam.platform.tenancy.acting import acting

        actor = self.grounds[0].makers["donor"]
        with acting(actor):
            took, books = _time(lambda: list_unkept(NOW))
        taken, sums = [], 0
        for book in (book for book in books if book.pk in filled.book_ids):
            with acting(actor):
                seconds, count = _time(lambda book=book: keep_months(book, NOW))
            taken.append(seconds)
            sums += count
        with acting(actor):
            again, _ = _time(lambda: list_unkept(NOW))
        filled.owner.execute("VACUUM ANALYZE ledger_monthsum")
        self.note(f"months kept of {filled.count:,} rows, {sums:,} sums", took + sum(taken), "s")
        self.note("  one book, the slowest", max(taken), "s")
        self.note("  what is left to keep, found", again * 1000, "ms")

    def measure_reading(self, filled: Any) -> None:
        """Ask for trial balances and single balances at random past dates; recompute three from the rows."""
        from benchmarks.ledger_rows import DAYS, FIRST
        from tiebeam.apps.ledger.models import Account, Book
        from tiebeam.apps.ledger.queries.balances import balance_as_of, sum_rows, trial_balance
        from tiebeam.platform.tenancy.acting import acting
        from tiebeam.platform.time.periods import AsOf

        chance = Random(20240101)
        actor = self.grounds[0].makers["donor"]
        with acting(actor):
            books = list(Book.objects.filter(pk__in=filled.book_ids))
            accounts = list(Account.objects.filter(book__in=books))
        asked = []
        for _ in range(20):
            true_on = FIRST + timedelta(days=chance.randrange(DAYS))
            known = datetime(true_on.year, true_on.month, true_on.day, tzinfo=UTC)
            known_at = known + timedelta(days=chance.randrange(400))
            asked.append(AsOf(true_on=true_on, known_at=known_at))
        trials, single = [], []
        for as_of in asked:
            with acting(actor):
                trials.append(_time(lambda as_of=as_of: trial_balance(books, as_of))[0])
                account = chance.choice(accounts)
                single.append(_time(lambda a=account, d=as_of: balance_as_of(a, d)))
        now = []
        for _ in range(5):
            with acting(actor):
                now.append(_time(lambda: trial_balance(books))[0])
        rows = f"{filled.count:,} rows"
        self.note(f"trial balance now, {rows}, median of 5", statistics.median(now), "s", 2)
        self.note(f"trial balance as of, {rows}, median of 20", statistics.median(trials), "s", 2)
        self.note("  the slowest", max(trials), "s")
        taken = [seconds * 1000 for seconds, _ in single]
        self.note(f"balance as of, {rows}, median of 20", statistics.median(taken), "ms", 50)
        self.note("  the slowest", max(taken), "ms")
        with acting(actor):
            for as_of in asked[:3]:
                sides = {book.pk: book.side for book in books}
                quick = {each.account_id: each.balance for each in sum_rows(sides, as_of)}
                slow = {
                    each.account_id: each.balance
                    for each in sum_rows(sides, as_of, from_start=True)
                }
                assert quick == slow, as_of
                assert quick == filled.recompute(as_of), as_of
        print("three of the twenty recomputed from the journal: equal", flush=True)

    def tell(self) -> int:
        """Write the figures to a file; return 1 where a bar is missed."""
        result = {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": f"{platform.platform()}, {os.cpu_count()} cores",
            "load": os.getloadavg()[0],
            "fsync": "on",
            "figures": self.found,
        }
        place = Path("build") / "ledger-benchmark.json"
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(f"load {os.getloadavg()[0]:.1f}; {place}")
        return int(any(_is_missed(*each) for each in self.found.values()))


def _is_missed(figure: float, unit: str, bar: float | None) -> bool:
    return bar is not None and (figure < bar if unit.endswith("/s") else figure > bar)


def _time(do: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = do()
    return time.perf_counter() - began, found


def _given(rows: list[dict[str, str]]) -> list[Any]:
    from tiebeam.apps.regions.operations.rows import GivenRow

    head = {
        "donor": "Fujian",
        "recipient": "Nyingchi",
        "document": "DEMO 1",
        "purpose": "education",
    }
    return [
        GivenRow(number=number, values={**head, "day": DAY.isoformat(), **row})
        for number, row in enumerate(rows, start=2)
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--rows", type=int, help="rows that are read (0 leaves the reading out)")
    parser.add_argument("--reading", action="store_true", help="measure nothing but the reading")
    parser.add_argument("--peer", default="", help="a Python in which django-hordak is installed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
