"""The journal for hledger, whose ``check --strict`` proves that every balance is ours."""

from collections.abc import Iterator
from itertools import groupby

from tiebeam.core.ledger.chart import MONEY
from tiebeam.interchange.journals.entries import Balance, Journal, Posted, first_days, list_posted
from tiebeam.interchange.journals.names import MEMO, Names
from tiebeam.interchange.journals.plain_text import amount_text, one_line


def write_hledger(journal: Journal) -> Iterator[str]:
    """
    Yield the lines of *journal* in hledger's form, the same for the same journal.

    Accounts and commodities are declared. The balances that the journal states are asserted by
    an entry that moves nothing, on the evening of their day.
    """
    posted = list_posted(journal.entries)
    opened = first_days(posted, journal.balances)
    names = Names([book for _, book, _ in opened], {account.unit for _, _, account in opened})
    yield from (f"; {one_line(note)}" for note in (journal.title, *journal.notes))
    yield f"commodity 1000.00 {MONEY}"
    yield f'commodity 1000.00 "{MEMO}"'
    for unit, commodity in names.units().items():
        yield f'commodity 1000. "{commodity}"  ; {one_line(unit.removeprefix("Q:"))}'
    for _, book, account in sorted(opened, key=lambda o: names.account(o[1], o[2])):
        told = (*journal.account_names.get(account.code, ("", "")), *book.owner, *book.pairing)
        comment = " / ".join(one_line(text) for text in told if text)
        yield f"account {names.account(book, account)}" + (f"  ; {comment}" if comment else "")
    stated = sorted(journal.balances, key=lambda b: (b.through, b.book.key, b.account))
    by_day = [(day, list(group)) for day, group in groupby(stated, key=lambda b: b.through)]
    for each in posted:
        while by_day and by_day[0][0] < each.day:
            yield from _assertions(by_day.pop(0)[1], names)
        yield from _transaction(each, names)
    for _, balances in by_day:
        yield from _assertions(balances, names)


def _transaction(posted: Posted, names: Names) -> Iterator[str]:
    entry = posted.entry
    yield ""
    yield f"{posted.day} * ({_code(entry.document)}) {_description(entry.kind, entry.narration)}"
    yield f"    ; batch:{entry.batch}, valid_on:{entry.valid_on}, recorded_at:{entry.recorded_at.isoformat()}"
    if entry.reverses:
        yield f"    ; reverses:{entry.reverses}"
    for row in posted.rows:
        for account, sign in zip(row.keys(), (1, -1), strict=True):
            amount = amount_text(sign * row.amount, row.unit)
            comment = f"  ; relates_to:{row.relates_to}" if row.relates_to else ""
            yield f"    {names.account(entry.book, account)}  {amount} {_quoted(names.commodity(account))}{comment}"


def _assertions(balances: list[Balance], names: Names) -> Iterator[str]:
    yield ""
    yield f"{balances[0].through} * balances"
    for balance in balances:
        account, unit = balance.account, balance.account.unit
        commodity = _quoted(names.commodity(account))
        nothing, held = amount_text(0, unit), amount_text(balance.debit, unit)
        yield f"    {names.account(balance.book, account)}  {nothing} {commodity} = {held} {commodity}"


def _quoted(commodity: str) -> str:
    return commodity if commodity == MONEY else f'"{commodity}"'


def _description(kind: str, narration: str) -> str:
    """Return "kind | narration": a semicolon would begin a comment, and a bar a second party."""
    return f"{kind} | {one_line(narration)}".replace(";", "；").rstrip(" |")


def _code(document: str) -> str:
    """Return the document's number without brackets, which would end it."""
    return one_line(document).translate(str.maketrans("();", "（）；"))
