"""
A plain model of the ledger law (docs/law/ledger.md): dictionaries and ifs, and nothing of our own rules.

It keeps the two books of one pair, says of every event why it would be refused, and offers
what may be posted next, so that a drawing of events finds its way deep into the chains.
"""

import copy
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

MONEY = "CNY"
MOST_OF_A_ROW = 10**15
MOST_OF_A_BALANCE = 9 * 10**18

# §L3
CREDIT = {
    *("B100", "B105", "B106", "B107", "B108", "D3000", "D4910", "Q100"),
    *("R2200", "R2300", "R3000", "R4330", "R4340", "Q200"),
}
RESULT = {
    "donor": ["D4910", "D5310", "D5340", "D5410"],
    "recipient": ["R4330", "R4340", "R5000", "R5400", "R5910"],
}
NET_ASSETS = {"donor": "D3000", "recipient": "R3000"}
SOURCES = ["B100", "B105", "B106", "B107", "B108"]

# §L6: who tells it, what it follows, and its rows where they are always the same.
COORDINATOR = {"obligation", "due_up", "due_down", "use_credit"}
RECIPIENT = {
    *("receipt", "expenditure", "handover", "refund_agreed", "refund_paid"),
    *("goods_receipt", "supplies_used"),
}
FOLLOWS = {
    "decommitment": "commitment",
    "order": "commitment",
    "shipment": "commitment",
    "cancel_order": "order",
    "payment": "order",
    "bounce": "payment",
    "receipt": "payment",
    "refund_agreed": "receipt",
    "refund_paid": "refund_agreed",
    "refund_confirmed": "refund_paid",
    "goods_receipt": "shipment",
    "goods_returned": "shipment",
    "goods_lost": "shipment",
}
GIVES_BACK = {"cancel_order", "bounce", "goods_returned", "goods_lost"}
ALWAYS = {
    "obligation": "B110/B100",
    "use_credit": "B155/B110",
    "commitment": "B130/B120",
    "decommitment": "B120/B130",
    "order": "B140/B130",
    "cancel_order": "B130/B140",
    "payment": "B150/B140 D1310/D1000",
    "shipment": "B140/B130 D1410/D1400 Q120/Q110",
    "goods_receipt": "B160/B140 D5340/D1410 Q150/Q120 R1400/R4340 Q210/Q200",
    "goods_returned": "B130/B140 D1400/D1410 Q110/Q120",
    "goods_lost": "B130/B140 D5410/D1410 Q180/Q120",
    "supplies_used": "R5400/R1400 Q250/Q210",
    "handover": "R1610/R1600",
    "refund_paid": "R1330/R1000",
}
KINDS = {
    *ALWAYS,
    *("due_up", "due_down", "opening", "appropriation", "bounce", "receipt", "expenditure"),
    *("refund_agreed", "refund_confirmed", "carry", "lapse"),
}
OF_SHIPMENT = {"goods_receipt", "goods_returned", "goods_lost"}
COUNTED = {"opening", "shipment", "supplies_used"} | OF_SHIPMENT
# §L14: what may be true before the pair begins, and what is not once it has ended.
PREPARES = COORDINATOR | {"opening", "appropriation", "carry", "lapse", "reversal"}
OPENS_ANEW = {"obligation", "appropriation", "commitment"}
STAGES = {"carry": ["B110", "B120", "B130", "B140"], "lapse": ["B110", "B120"]}

Account = tuple[str, int, str]
"""Code, year (0 where it is not yearly) and unit."""


def side_of(code: str) -> str:
    return "recipient" if code[0] == "R" or code[:2] == "Q2" else "donor"


def is_yearly(code: str) -> bool:
    return code[0] == "B" or code in RESULT["donor"] + RESULT["recipient"]


@dataclass(frozen=True)
class Row:
    debit: str
    credit: str
    amount: int
    year: int
    relates_to: int = 0
    unit: str = MONEY

    def ends(self) -> list[tuple[Account, int]]:
        """Return both accounts, and by how much each changes in its natural sign."""
        return [
            (self.account(self.debit), -self.amount if self.debit in CREDIT else self.amount),
            (self.account(self.credit), self.amount if self.credit in CREDIT else -self.amount),
        ]

    def account(self, code: str) -> Account:
        return code, self.year if is_yearly(code) else 0, self.unit


@dataclass(frozen=True)
class Said:
    """One event as somebody tells it; of a reversal, *follows* is the batch to be undone."""

    kind: str
    on: dt.date
    amount: Any = 0
    quantity: Any = 0
    quantity_unit: str = ""
    nature: str = ""
    stage: str = ""
    beyond_due: bool = False
    relates_to: int = 0
    follows: str = ""


@dataclass(frozen=True)
class Offer:
    """What may be told next: everything but how much, and the most that there is (None: as much as one likes)."""

    said: Said
    most: int | None = None
    most_counted: int = 0


@dataclass(frozen=True)
class Standing:
    """A batch on record; *stands* has the year of either half."""

    key: str
    said: Said
    rows: tuple[Row, ...]
    stands: dict[str, int] = field(default_factory=dict)
    known_at: int = 0


class PairModel:
    """The two books of one pair in force from *begins* until *ends*, under the policies (profile, refunds reopen) of its years."""

    def __init__(
        self,
        policies: dict[int, tuple[str, bool]],
        begins: dt.date = dt.date.min,
        ends: dt.date = dt.date.max,
    ) -> None:
        self.policies = policies
        self.begins, self.ends = begins, ends
        self.open_from = {"donor": 0, "recipient": 0}
        self.balances: dict[Account, int] = defaultdict(int)
        self.batches: dict[str, Standing] = {}
        self.followers: dict[str, list[str]] = defaultdict(list)
        self.undone: dict[str, str] = {}
        """Batch and its reversal."""

    def copy(self) -> "PairModel":
        return copy.deepcopy(self)

    # What is asked of the books.

    def held(self, code: str, year: int = 0, unit: str = MONEY) -> int:
        return self.balances[code, year if is_yearly(code) else 0, unit]

    def in_all_years(self, code: str) -> int:
        return sum(amount for (each, _, _), amount in self.balances.items() if each == code)

    def as_of(self, true_on: dt.date, known_at: int) -> dict[Account, int]:
        """Return what every account held as of a day, as known then (§L11)."""
        held: dict[Account, int] = defaultdict(int)
        for batch in self.batches.values():
            if batch.said.on <= true_on and batch.known_at <= known_at:
                for row in batch.rows:
                    for account, change in row.ends():
                        held[account] += change
        return {account: amount for account, amount in held.items() if amount}

    def is_standing(self, key: str) -> bool:
        """Whether a batch is neither undone nor undoes another."""
        return key not in self.undone and self.batches[key].said.kind != "reversal"

    def head(self, key: str) -> str:
        while self.batches[key].said.follows:
            key = self.batches[key].said.follows
        return key

    def left(self, key: str) -> tuple[int, int]:
        """Return what a batch still has open, in money and in things (§L4)."""
        said = self.batches[key].said
        money, things = said.amount, said.quantity
        for follower in self.followers[key]:
            if self.is_standing(follower):
                money -= self.batches[follower].said.amount
                things -= self.batches[follower].said.quantity
        if said.kind == "commitment":
            # What is cancelled or comes back is free to be ordered again.
            money += sum(
                batch.said.amount
                for other, batch in self.batches.items()
                if batch.said.kind in GIVES_BACK
                and self.is_standing(other)
                and self.head(other) == key
            )
        return money, things

    # Why an event is refused.

    def reasons(self, said: Said, today: dt.date) -> set[str]:
        """Return the codes by which *said*, told today, may be refused; none where it has to be posted."""
        if said.kind == "reversal":
            return self._reasons_of_reversal(said) | self._reasons_of_day(said, today)
        if said.kind not in KINDS:
            return {"ledger.unknown_kind"}
        wrong, found = self._reasons_of_terms(said), self._reasons_of_day(said, today)
        if wrong:
            return wrong | found
        side = "recipient" if said.kind in RECIPIENT else "donor"
        if said.relates_to >= said.on.year:
            # It speaks of an earlier year, or of none.
            found.add("ledger.term_missing")
        if said.on.year < self.open_from[side]:
            found.add("ledger.year_closed")
        if said.on.year not in self.policies:
            return found | {"ledger.year_not_set"}
        if said.kind in FOLLOWS:
            money, things = self.left(said.follows)
            is_counted = said.kind in OF_SHIPMENT
            if said.amount > money or (is_counted and said.quantity > things):
                found.add("ledger.follows_too_much")
        return found | self._reasons_of_bounds(self.rows(said))

    def _reasons_of_terms(self, said: Said) -> set[str]:
        found = set()
        for number in (said.amount, said.quantity):
            if type(number) is not int or not 0 <= number <= MOST_OF_A_ROW:
                return {"ledger.amount_out_of_range"}
        if not said.amount and not (said.kind in COUNTED and said.quantity):
            found.add("ledger.amount_out_of_range")
        if said.quantity and not (said.kind in COUNTED and said.quantity_unit):
            found.add("ledger.term_missing")
        if said.kind == "expenditure" and said.nature not in {"current", "capital"}:
            found.add("ledger.term_missing")
        if said.kind in STAGES and said.stage not in STAGES[said.kind]:
            found.add("ledger.term_missing")
        return found

    def _reasons_of_day(self, said: Said, today: dt.date) -> set[str]:
        found = set()
        if said.on > today:
            found.add("ledger.day_ahead")
        if said.follows and said.on < self.batches[said.follows].said.on:
            found.add("ledger.day_before_followed")
        if said.on < self.begins and said.kind not in PREPARES:
            found.add("ledger.day_before_term")
        if said.on >= self.ends and said.kind in OPENS_ANEW:
            found.add("ledger.day_after_term")
        return found

    def _reasons_of_bounds(self, rows: list[Row]) -> set[str]:
        after: dict[Account, int] = defaultdict(int)
        for row in rows:
            for account, change in row.ends():
                after[account] += change
        found = set()
        for account, change in after.items():
            balance = self.balances[account] + change
            is_below = balance < 0 and account[0] not in NET_ASSETS.values()
            if is_below or abs(balance) > MOST_OF_A_BALANCE:
                found.add("ledger.overdrawn")
        # §L6: the uses of all years never pass the credits of all years.
        sign = {"B108": 1, "B155": -1}
        gained = sum(sign.get(code, 0) * change for (code, _, _), change in after.items())
        if gained < 0 and self._credit_left() + gained < 0:
            found.add("ledger.credit_used_up")
        return found

    def _reasons_of_reversal(self, said: Said) -> set[str]:
        undone = self.batches[said.follows]
        if said.follows in self.undone:
            return {"ledger.reversed_already"}
        if undone.said.kind in {"reversal", "year_end"}:
            return {"ledger.not_reversed"}
        found = set()
        if any(self.is_standing(follower) for follower in self.followers[said.follows]):
            found.add("ledger.followed")
        if undone.said.kind in GIVES_BACK:
            money, _ = self.left(self.head(said.follows))
            if undone.said.amount > money:
                found.add("ledger.follows_too_much")
        for row in undone.rows:
            closed = row.year < self.open_from[side_of(row.debit)]
            if closed and {row.debit, row.credit} & {"B180", "B190", "B105"}:
                found.add("ledger.not_reversed")
        return found or self._reasons_of_bounds(self.rows(said))

    def _credit_left(self) -> int:
        return self.in_all_years("B108") - self.in_all_years("B155")

    # What an event posts.

    def rows(self, said: Said) -> list[Row]:
        if said.kind == "reversal":
            return [self._mirror(row) for row in self.batches[said.follows].rows]
        rows = self._rows(said)
        return [row for row in rows if row.amount]

    def _rows(self, said: Said) -> list[Row]:
        kind, amount = said.kind, said.amount
        if kind in ALWAYS:
            return self._plain(said, ALWAYS[kind])
        if kind == "due_up":
            undone = min(amount, self._held_by_half(said, "B108"), self._credit_left())
            return [
                self._row(said, "B108/B100", undone),
                self._row(said, "B110/B100", amount - undone),
            ]
        if kind == "due_down":
            due = min(amount, self._held_by_half(said, "B110"))
            return [self._row(said, "B100/B110", due), self._row(said, "B100/B108", amount - due)]
        if kind == "opening":
            return self._plain(said, "D1400/D3000 Q110/Q100" if said.quantity else "D1000/D3000")
        if kind == "appropriation":
            beyond = max(0, amount - self._held_by_half(said, "B110")) if said.beyond_due else 0
            return [
                self._row(said, "B120/B110", amount - beyond),
                self._row(said, "B120/B106", beyond),
            ]
        if kind == "bounce":
            return [self._restored(said, "B130"), *self._plain(said, "D1000/D1310")]
        if kind == "receipt":
            owed = "R2200" if self._profile(said) == "on_expenditure" else "R4330"
            return self._plain(said, f"D5310/D1310 R1000/{owed}")
        if kind == "expenditure":
            spent = "R1600/R1000" if said.nature == "capital" else "R5000/R1000"
            is_owed = self._profile(said) == "on_expenditure"
            return self._plain(said, spent + (" R2200/R4330" if is_owed else ""))
        if kind == "refund_agreed":
            return [self._refund_agreed(said)]
        if kind == "refund_confirmed":
            return self._refund_confirmed(said)
        if kind == "lapse":
            return self._plain(said, f"B180/{said.stage}")
        assert kind == "carry"
        carried = self._row(said, f"B190/{said.stage}")
        return [carried, replace(carried, debit=said.stage, credit="B105", year=carried.year + 1)]

    def _plain(self, said: Said, pairs: str) -> list[Row]:
        return [self._row(said, pair) for pair in pairs.split()]

    def _row(
        self, said: Said, pair: str, amount: int | None = None, year: int | None = None
    ) -> Row:
        """Return a row in the year of the event, or in the earliest open one of its book (§L7)."""
        debit, credit = pair.split("/")
        asked = said.on.year if year is None else year
        stands = self._stands(side_of(debit), asked)
        relates_to = asked if stands != asked else said.relates_to
        if debit[0] == "Q":
            return Row(debit, credit, said.quantity, stands, relates_to, f"Q:{said.quantity_unit}")
        return Row(debit, credit, said.amount if amount is None else amount, stands, relates_to)

    def _stands(self, side: str, year: int) -> int:
        return max(year, self.open_from[side])

    def _held_by_half(self, said: Said, code: str) -> int:
        return self.held(code, self._stands(side_of(code), said.on.year))

    def _profile(self, said: Said) -> str:
        return self.policies[self._stands("recipient", said.on.year)][0]

    def _earlier(self, said: Said, kind: str) -> Standing:
        """Return the batch of *kind* in the chain that *said* follows."""
        key = said.follows
        while self.batches[key].said.kind != kind:
            key = self.batches[key].said.follows
        return self.batches[key]

    def _restored(self, said: Said, to: str) -> Row:
        paid = self._earlier(said, "payment").stands["donor"]
        if paid >= self.open_from["donor"]:
            return self._row(said, f"{to}/B150", year=paid)
        return replace(self._row(said, f"{to}/B107"), relates_to=paid)

    def _refund_agreed(self, said: Said) -> Row:
        if self._profile(said) == "on_expenditure":
            return self._row(said, "R2200/R2300")
        received = self._earlier(said, "receipt").stands["recipient"]
        if received >= self.open_from["recipient"]:
            return self._row(said, "R4330/R2300", year=received)
        return replace(self._row(said, "R5910/R2300"), relates_to=received)

    def _refund_confirmed(self, said: Said) -> list[Row]:
        reopens = self.policies[self._stands("donor", said.on.year)][1]
        expensed = self._earlier(said, "receipt").stands["donor"]
        if expensed >= self.open_from["donor"]:
            money = self._row(said, "D1000/D5310", year=expensed)
        else:
            money = replace(self._row(said, "D1000/D4910"), relates_to=expensed)
        return [
            self._restored(said, "B120" if reopens else "B180"),
            money,
            self._row(said, "R2300/R1330"),
        ]

    def _mirror(self, row: Row) -> Row:
        side = side_of(row.debit)
        if row.year >= self.open_from[side]:
            return replace(row, debit=row.credit, credit=row.debit)

        def stands_for(code: str) -> str:
            if code in {"B150", "B155", "B160"}:
                return "B107"
            return NET_ASSETS[side] if code in RESULT[side] else code

        return replace(
            row,
            debit=stands_for(row.credit),
            credit=stands_for(row.debit),
            year=self.open_from[side],
            relates_to=row.relates_to or row.year,
        )

    # What is put on record.

    def post(self, key: str, said: Said, known_at: int = 0) -> list[Row]:
        """Put an event on record that nothing speaks against."""
        rows = self.rows(said)
        stands = {side: self._stands(side, said.on.year) for side in self.open_from}
        is_reversal = said.kind == "reversal"
        if is_reversal:
            self.undone[said.follows] = key
        elif said.follows:
            self.followers[said.follows].append(key)
        self._record(Standing(key, said, tuple(rows), stands, known_at))
        return rows

    def close(
        self, key: str, side: str, year: int, carried: dict[str, bool], known_at: int = 0
    ) -> list[Row]:
        """End a year of one book (§L10)."""
        rows = [row for row in self._year_end(side, year, carried) if row.amount]
        said = Said("year_end", dt.date(year, 12, 31))
        self._record(Standing(key, said, tuple(rows), {side: year}, known_at))
        self.open_from[side] = year + 1
        return rows

    def _year_end(self, side: str, year: int, carried: dict[str, bool]) -> Iterator[Row]:
        if side == "donor":
            for stage in STAGES["carry"]:
                held = self.held(stage, year)
                if carried.get(stage, stage != "B110") or stage in {"B130", "B140"}:
                    yield Row("B190", stage, held, year)
                    yield Row(stage, "B105", held, year + 1)
                else:
                    yield Row("B180", stage, held, year)
        for code in RESULT[side]:
            held = self.held(code, year)
            ends = (code, NET_ASSETS[side]) if code in CREDIT else (NET_ASSETS[side], code)
            yield Row(*ends, held, year)

    def _record(self, batch: Standing) -> None:
        assert batch.key not in self.batches
        self.batches[batch.key] = batch
        for row in batch.rows:
            for account, change in row.ends():
                self.balances[account] += change

    # What must hold (§L12), asked of any books that took the same events.

    def find_wrong(self, balances: dict[Account, int]) -> list[str]:
        """Return where *balances* say something else than the events that stand."""
        held: Counter[str] = Counter()
        years: dict[int, Counter[str]] = defaultdict(Counter)
        for (code, year, _), amount in balances.items():
            held[code] += amount
            years[year][code] += amount
        told: Counter[str] = Counter()
        for key, batch in self.batches.items():
            if self.is_standing(key):
                said = batch.said
                kind = {"opening": "goods" if said.quantity else "opening"}.get(
                    said.kind, said.kind
                )
                told[said.nature or kind] += said.amount
                told[f"{kind} counted"] += said.quantity
        asked = {
            "D1000": told["opening"] - told["payment"] + told["bounce"] + told["refund_confirmed"],
            "D1310": told["payment"] - told["bounce"] - told["receipt"],
            "D1400": told["goods"] - told["shipment"] + told["goods_returned"],
            "D1410": told["shipment"] - sum(told[kind] for kind in OF_SHIPMENT),
            "R1000": told["receipt"] - told["current"] - told["capital"] - told["refund_paid"],
            "R1330": told["refund_paid"] - told["refund_confirmed"],
            "R2300": told["refund_agreed"] - told["refund_confirmed"],
            "R1400": told["goods_receipt"] - told["supplies_used"],
            "R1600": told["capital"] - told["handover"],
            "R1610": told["handover"],
            "Q110": told["goods counted"]
            - told["shipment counted"]
            + told["goods_returned counted"],
            "Q120": told["shipment counted"] - sum(told[f"{kind} counted"] for kind in OF_SHIPMENT),
            "Q180": told["goods_lost counted"],
            "Q210": told["goods_receipt counted"] - told["supplies_used counted"],
        }
        wrong = [
            f"{code} {held[code]} for {what}" for code, what in asked.items() if held[code] != what
        ]
        fulfilled = held["B150"] + held["B155"] + held["B160"] - held["B107"]
        came = told["payment"] - told["bounce"] - told["refund_confirmed"]
        if fulfilled != came + told["use_credit"] + told["goods_receipt"]:
            wrong.append(f"fulfilled {fulfilled}")
        # What the donor gave away is what the recipient has or has used, and what is on its way.
        given = (
            told["opening"]
            + told["goods"]
            - told["goods_lost"]
            - sum(held[c] for c in ("D1000", "D1310", "D1400", "D1410"))
        )
        came = sum(held[code] for code in ("R1000", "R1330", "R1400", "R1600", "R1610"))
        if given != came + told["current"] + told["supplies_used"]:
            wrong.append(f"given {given}, received {came}")
        if {profile for profile, _ in self.policies.values()} == {"on_expenditure"} and (
            held["R2200"] + held["R2300"] != held["R1000"] + held["R1330"]
        ):
            wrong.append("unspent")
        for year, codes in years.items():
            memo = {code: amount for code, amount in codes.items() if code[0] == "B"}
            sources = sum(memo.pop(code, 0) for code in SOURCES)
            if sources != sum(memo.values()):
                wrong.append(f"sources of {year}")
            if codes["B105"] != years.get(year - 1, Counter())["B190"]:
                wrong.append(f"carried into {year}")
        if held["B155"] > held["B108"]:
            wrong.append("credit")
        return wrong

    # What may be told next.

    def offers(self, on: dt.date, today: dt.date) -> list[Offer]:
        """Return what could be told today as true *on* a day, and what could be undone today."""
        found = []
        for side in ("donor", "recipient"):
            if on.year >= self.open_from[side]:
                found += list(self._free(side, on))
                for key, batch in self.batches.items():
                    if batch.said.on <= on and self.is_standing(key):
                        found += list(self._follow(side, key, on))
        found = [
            offer
            for offer in found
            if (offer.most is None or offer.most > 0)
            and not self._reasons_of_day(offer.said, today)
        ]
        undoing = [Said("reversal", today, follows=key) for key in self.batches]
        return found + [Offer(said, 0) for said in undoing if not self.reasons(said, today)]

    def _free(self, side: str, on: dt.date) -> Iterator[Offer]:
        """Yield the events of a side that follow nothing."""
        held = self.held
        year = on.year
        if side == "recipient":
            unspent = held("R1000")
            if self.policies[year][0] == "on_expenditure":
                unspent = min(unspent, held("R2200"))
            yield Offer(Said("expenditure", on, nature="current"), unspent)
            yield Offer(Said("expenditure", on, nature="capital"), unspent)
            yield Offer(Said("handover", on), held("R1600"))
            yield Offer(
                Said("supplies_used", on, quantity_unit="kits"),
                held("R1400"),
                held("Q210", unit="Q:kits"),
            )
            return
        relates_to = year - 1 if self.open_from["donor"] == year else 0
        yield Offer(Said("obligation", on))
        yield Offer(Said("due_up", on, relates_to=relates_to))
        yield Offer(Said("due_down", on, relates_to=relates_to), held("B100", year))
        yield Offer(Said("use_credit", on), min(held("B110", year), self._credit_left()))
        yield Offer(Said("opening", on))
        yield Offer(Said("opening", on, quantity_unit="kits"), None, 1000)
        yield Offer(Said("appropriation", on), held("B110", year))
        yield Offer(Said("appropriation", on, beyond_due=True))
        yield Offer(Said("commitment", on), held("B120", year))
        for kind, stages in STAGES.items():
            for stage in stages:
                yield Offer(Said(kind, on, stage=stage), held(stage, year))

    def _follow(self, side: str, key: str, on: dt.date) -> Iterator[Offer]:
        """Yield what a side may tell of a batch that stands."""
        batch = self.batches[key]
        for kind, followed in FOLLOWS.items():
            if followed != batch.said.kind or (kind in RECIPIENT) != (side == "recipient"):
                continue
            money, things = self.left(key)
            said = Said(kind, on, follows=key, quantity_unit="kits" if kind in COUNTED else "")
            if kind == "shipment":
                things = self.held("Q110", unit="Q:kits")
            if kind not in COUNTED:
                things = 0
            # Each account that a whole of it would lower bounds it.
            for row in self.rows(replace(said, amount=max(money, 1), quantity=things)):
                for account, change in row.ends():
                    if change < 0 and row.unit == MONEY and account[0] not in NET_ASSETS.values():
                        money = min(money, self.balances[account])
            yield Offer(said, money, things)
