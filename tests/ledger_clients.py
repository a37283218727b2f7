"""
Many clients at the same few pairings of one PostgreSQL, whose server processes are killed meanwhile.

Each client draws an event, proposes and posts it, and sends it again under its key until it is
told that it stands, or why not: what it was told is the history. Afterwards the books are asked
whether they agree with it and with the plain model of the law.
"""

import datetime as dt
import os
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from uuid import UUID, uuid4

import psycopg
from django.db import DatabaseError, connection, connections
from django.db.models import Count

from ledger_drawing import Dice, draw_enabled
from ledger_model import NET_ASSETS, PairModel, Said, Standing, is_yearly
from records.ledger_grounds import LedgerGrounds
from records.ledger_record_books import BOOKS, RecordBooks
from tiebeam.apps.ledger.models import Batch, ClosedYear, Proposal
from tiebeam.apps.ledger.operations.proposals import post_proposal
from tiebeam.errors import Refused
from tiebeam.platform.tenancy.acting import acting

TODAY = dt.date(2025, 6, 15)
NOW = dt.datetime(2025, 6, 15, 4, tzinfo=dt.UTC)
POLICIES = dict.fromkeys(range(2024, 2028), ("on_expenditure", True))


@dataclass
class Pair:
    """One pairing that clients share; *model* is their guess of what may be told next."""

    books: RecordBooks
    model: PairModel = field(default_factory=lambda: PairModel(POLICIES))
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class History:
    """What the clients were told."""

    told: Counter[str] = field(default_factory=Counter)
    acknowledged: list[tuple[int, UUID]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Client(threading.Thread):
    """Tells one event after the other until *until*."""

    def __init__(self, pairs: list[Pair], history: History, seed: int, until: float) -> None:
        super().__init__(daemon=True)
        self.pairs, self.history, self.until = pairs, history, until
        self.dice = Dice(Random(seed))

    def run(self) -> None:
        try:
            while time.monotonic() < self.until:
                self.tell()
        except Exception as error:  # noqa: BLE001  # the test looks at it
            self.history.errors.append(repr(error))
        finally:
            connections.close_all()

    def tell(self) -> None:
        place = self.dice.number(0, len(self.pairs) - 1)
        pair, key = self.pairs[place], str(uuid4())
        with pair.lock:
            open_sides = [side for side in BOOKS if not pair.model.open_from[side]]
            closing = self.dice.one_of(open_sides) if open_sides else ""
            said = draw_enabled(pair.model, TODAY, self.dice)
        if closing and self.dice.number(1, 60) == 1:
            said = Said("year_end", dt.date(2024, 12, 31))
        outcome = self.insist(pair, key, said, closing)
        self.history.told[outcome] += 1
        if outcome != "posted":
            return
        self.history.told[said.kind] += 1
        self.history.acknowledged.append((place, UUID(key)))
        with pair.lock, suppress(KeyError):
            if said.kind == "year_end":
                pair.model.close(key, closing, 2024, {})
            else:
                pair.model.post(key, said)

    def insist(self, pair: Pair, key: str, said: Said, closing: str) -> str:
        """Send an event until it is answered; return ``posted``, or why not."""
        books = pair.books
        while True:
            try:
                if said.kind == "year_end":
                    books.end(UUID(key), closing, 2024, {}, NOW)
                else:
                    books.take(UUID(key), said, books.teller(said))
            except Refused as refused:
                return refused.code
            except DatabaseError:
                self.history.told["connection lost"] += 1
                connection.close()
                time.sleep(0.05)
            else:
                return "posted"


class SharedBooks(RecordBooks):
    """Books of one pairing whose keys are the ids of the batches."""

    def key(self, name: str) -> UUID:
        return UUID(name)

    def now(self) -> dt.datetime:
        return NOW

    def send_again(self, proposal: Proposal, by: str) -> None:
        again = post_proposal(proposal=proposal, actor=self.grounds.checkers[by], now=NOW)
        assert again.pk == proposal.pk

    def teller(self, said: Said) -> str:
        if said.kind == "reversal":
            with acting(self.grounds.makers["coordinator"]):
                said = Said(Batch.objects.get(pk=said.follows).kind, said.on)
        return super().teller(said)


def run_clients(
    grounds: list[LedgerGrounds], *, clients: int, seconds: float, kills_after: float, seed: int
) -> History:
    """
    Let *clients* tell events for some seconds, and kill a server process every *kills_after* seconds.

    By turns one is ended, and one is killed without a word, on which the server restarts as a whole.
    """
    pairs = [Pair(SharedBooks(each, Counter())) for each in grounds]
    history = History()
    until = time.monotonic() + seconds
    threads = [Client(pairs, history, seed + number, until) for number in range(clients)]
    chance = Random(seed)
    for thread in threads:
        thread.start()
    while time.monotonic() + kills_after < until:
        time.sleep(kills_after * (0.5 + chance.random()))
        kind = signal.SIGTERM if chance.random() < 0.8 else signal.SIGKILL
        history.told["killed"] += _kill(chance, kind)
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive(), "a client waits for ever"
    return history


def _kill(chance: Random, kind: signal.Signals) -> int:
    settings = connection.settings_dict
    with (
        suppress(psycopg.OperationalError),
        psycopg.connect(
            host=settings["OPTIONS"].get("host") or settings["HOST"],
            dbname=settings["NAME"],
            user="owner",
            autocommit=True,
        ) as owner,
    ):
        found = owner.execute(
            "SELECT pid FROM pg_stat_activity WHERE state IS DISTINCT FROM 'idle'"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchall()
        if found:
            os.kill(chance.choice(found)[0], kind)
            return 1
    return 0


def find_wrong(grounds: list[LedgerGrounds], history: History) -> list[str]:
    """Return where the books disagree with what clients were told, with their rows, or with the law."""
    wrong = list(history.errors)
    stored: dict[int, set[UUID]] = {}
    for place, each in enumerate(grounds):
        books = SharedBooks(each, Counter())
        model, ids = _read(each)
        stored[place] = ids
        held = books.balances()
        if books.sum_up() != held:
            wrong.append("balances differ from the rows")
        wrong += model.find_wrong(held)
        wrong += [f"{account} {held[account]}" for account in held if _is_below(account, held)]
        wrong += [
            f"{batch.said.kind} took more than there is"
            for key, batch in model.batches.items()
            if model.is_standing(key)
            and min(model.left(key)) < 0
            and batch.said.kind != "commitment"
        ]
        wrong += [
            f"{key} took more than there is"
            for key, batch in model.batches.items()
            if batch.said.kind == "commitment" and model.is_standing(key) and model.left(key)[0] < 0
        ]
        wrong += _find_open_in_closed(each, held)
        with acting(each.makers["coordinator"]):
            twice = Batch.objects.values("reverses").annotate(times=Count("id"))
            wrong += [
                f"reversed twice: {row}"
                for row in twice.filter(times__gt=1, reverses__isnull=False)
            ]
    lost = [key for place, key in history.acknowledged if key not in stored[place]]
    return wrong + [f"acknowledged and lost: {key}" for key in lost]


def _is_below(account: tuple[str, int, str], held: dict[tuple[str, int, str], int]) -> bool:
    return held[account] < 0 and account[0] not in NET_ASSETS.values()


def _read(grounds: LedgerGrounds) -> tuple[PairModel, set[UUID]]:
    """Return a model that knows which batches stand, and the ids of all."""
    model = PairModel(POLICIES)
    with acting(grounds.makers["coordinator"]):
        batches = list(Batch.objects.filter(pairing=grounds.pairing))
    for batch in batches:
        said = Said(
            batch.kind, batch.valid_on, batch.amount, batch.quantity, batch.quantity_unit,
            nature=batch.nature, follows=str(batch.reverses_id or batch.follows_id or ""),
        )  # fmt: skip
        model.batches[str(batch.pk)] = Standing(str(batch.pk), said, ())
        if batch.kind == "reversal":
            model.undone[said.follows] = str(batch.pk)
        elif said.follows:
            model.followers[said.follows].append(str(batch.pk))
    return model, {batch.pk for batch in batches}


def _find_open_in_closed(
    grounds: LedgerGrounds, held: dict[tuple[str, int, str], int]
) -> list[str]:
    """Return what a closed year still holds that its end should have moved."""
    found = []
    for side in BOOKS:
        with acting(grounds.makers[side]):
            own = ClosedYear.objects.filter(book__pairing=grounds.pairing).owned()
            years = set(own.values_list("year", flat=True))
        moved = ("B110", "B120", "B130", "B140") if side == "donor" else ()
        for code, year, _ in held:
            is_result = code[0] == side[0].upper() and is_yearly(code)
            if year in years and (code in moved or is_result):
                found.append(f"{code} of the closed year {year}")
    return found
