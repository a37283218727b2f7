"""
Whether the books are what their rows say (§L12): balances, kept sums, and what always holds.

Everything is summed up from the rows anew, and nothing that is kept beside them is trusted.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from uuid import UUID

from django.db.models.functions import Concat

from tiebeam.apps.ledger.models import Account, Batch, Book, Import, MonthSum, Transfer
from tiebeam.apps.ledger.queries.balances import EVER, Sums, sum_rows
from tiebeam.apps.ledger.queries.months import EVER_SINCE, sum_months
from tiebeam.core.ledger.posting import AccountKey, Row
from tiebeam.core.ledger.proof import digest_of_rows
from tiebeam.core.ledger.soundness import find_unsound
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.statements.running import in_parts


@dataclass(frozen=True, slots=True)
class Difference:
    """
    Something in a book that is not as its rows say.

    Attributes:
        law: ``balance_kept`` or ``sums_kept``: what stands beside an account is not what its rows come to;
            ``rows_proven``: the rows of a batch are not those that were posted; ``rows_logged``: nor is
            their hash that of the log; ``import_proven`` and ``import_logged``: the same of the batches
            of an import; otherwise a law of the core, such as ``stage``.
        where: The account or group, with its year, the batch, or the import with its part.
        kept, found: What stands there, and what it should be.
    """

    book_id: UUID
    law: str
    where: str
    kept: int | str
    found: int | str


def verify_books(books: Iterable[Book]) -> list[Difference]:
    """Return where *books* differ from their rows, or break what always holds; an empty list means that they are sound."""
    listed = list(books)
    sides = {book.pk: book.side for book in listed}
    summed = sum_rows(sides, EVER, from_start=True)
    kept = dict(Account.objects.filter(book_id__in=sides).values_list("pk", "balance"))
    differences = [
        Difference(
            each.book_id, "balance_kept", _name(each.key), kept[each.account_id], each.balance
        )
        for each in summed
        if kept[each.account_id] != each.balance
    ]
    differences += _verify_sums(summed)
    differences += _verify_rows(listed)
    differences += _verify_imports(listed)
    pairs: dict[UUID, dict[AccountKey, int]] = {}
    pairing_of = {book.pk: book.pairing_id for book in listed}
    for each in summed:
        pairs.setdefault(pairing_of[each.book_id], {})[each.key] = each.balance
    first = {book.pairing_id: book.pk for book in reversed(listed)}
    for pairing_id, balances in pairs.items():
        differences += [
            Difference(first[pairing_id], each.law, each.where, each.left, each.right)
            for each in find_unsound(balances)
        ]
    return differences


def _verify_sums(sums: Iterable[Sums]) -> list[Difference]:
    """Return where what was kept of whole months is not what their rows come to."""
    names: dict[UUID, dict[UUID, str]] = {}
    for each in sums:
        names.setdefault(each.book_id, {})[each.account_id] = _name(each.key)
    differences = []
    for book_id, name_of in names.items():
        kept = {
            (each.account_id, each.through, each.recorded_before): (each.debit_sum, each.credit_sum)
            for each in MonthSum.objects.filter(book_id=book_id)
        }
        last = max((recorded_before for _, _, recorded_before in kept), default=EVER_SINCE)
        found = sum_months(book_id, EVER_SINCE, last)
        for month in sorted(kept.keys() | found.keys()):
            pairs = zip(kept.get(month, (0, 0)), found.get(month, (0, 0)), strict=True)
            account_id, through, recorded_before = month
            where = f"{name_of[account_id]} {through} {recorded_before:%Y-%m-%d}"
            differences += [
                Difference(book_id, "sums_kept", where, before, now)
                for before, now in pairs
                if before != now
            ]
    return differences


def _verify_rows(books: Sequence[Book]) -> list[Difference]:
    """Return the batches whose rows are not those that were posted, as far as all their rows are read."""
    read: defaultdict[UUID, dict[str, UUID]] = defaultdict(dict)
    for book in books:
        read[book.pairing_id][book.side] = book.pk
    differences = []
    posted = Batch.objects.filter(pairing_id__in=read).exclude(rows_sha256=None)
    for part in in_parts(posted.values_list("pk", flat=True)):
        rows, logged = _list_rows(part), _list_logged(part, "batch", "rows_sha256")
        for batch in posted.filter(pk__in=part):
            sides = {"donor": batch.donor_year, "recipient": batch.recipient_year}
            of_pair = read[batch.pairing_id]
            if not {side for side, year in sides.items() if year} <= of_pair.keys():
                continue
            found = digest_of_rows(rows[batch.pk])
            in_log = logged.get(batch.pk, batch.rows_sha256)
            differences += [
                Difference(next(iter(of_pair.values())), law, str(batch.pk), kept, now)
                for law, kept, now in (
                    ("rows_proven", batch.rows_sha256, found),
                    ("rows_logged", in_log, batch.rows_sha256),
                )
                if kept != now
            ]
    return differences


def _verify_imports(books: Sequence[Book]) -> list[Difference]:
    """Return the parts of own imports whose batches are not those that were posted."""
    first = {book.pairing_id: book.pk for book in reversed(books)}
    met = Batch.objects.owned().filter(pairing_id__in=first).exclude(import_id=None)
    imports = dict(met.values_list("import_id", "pairing_id"))
    differences = []
    for import_id, pairing_id in imports.items():
        # Ids of rows are in the order in which their batches were posted.
        rows = Transfer.objects.owned().filter(batch__import_id=import_id).order_by("pk")
        said = dict(
            rows.values_list("batch_id", Concat("batch__body_sha256", "batch__rows_sha256"))
        )
        hashes = iter(said.values())
        parts = Import.objects.owned().filter(import_id=import_id).order_by("part")
        logged = _list_logged([part.pk for part in parts], "import", "bodies_sha256")
        for part in parts:
            text = "".join(islice(hashes, part.batches_count))
            found = sha256(text.encode()).hexdigest()
            differences += [
                Difference(first[pairing_id], law, f"{import_id}/{part.part}", kept, now)
                for law, kept, now in (
                    ("import_proven", part.bodies_sha256, found),
                    ("import_logged", logged.get(part.pk, part.bodies_sha256), part.bodies_sha256),
                )
                if kept != now
            ]
    return differences


def _list_rows(batch_ids: Sequence[UUID]) -> defaultdict[UUID, list[Row]]:
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    rows = Transfer.objects.filter(batch_id__in=batch_ids).order_by("batch_id", "number")
    for batch_id, *row in rows.values_list(
        "batch_id", "book__side", "debit__code", "credit__code", "amount", "year",
        "relates_to_year", "unit",
    ):  # fmt: skip
        found[batch_id].append(Row(*row))
    return found


def _list_logged(ids: Sequence[UUID], kind: str, name: str) -> dict[UUID, str]:
    """Return the hashes that the log has; of an import it has one of all batches of a part."""
    entries = Entry.objects.filter(record_type=f"ledger.{kind}", record_id__in=ids)
    said = [
        (key, json.loads(body)["after"]) for key, body in entries.values_list("record_id", "body")
    ]
    return {key: after[name] for key, after in said if after and name in after}


def _name(key: AccountKey) -> str:
    return " ".join([key.code, *([str(key.year)] if key.year else []), key.unit])
