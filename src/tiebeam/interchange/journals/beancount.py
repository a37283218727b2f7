"""The journal for Beancount, whose ``bean-check`` proves that every balance is ours."""

from collections.abc import Iterator
from datetime import timedelta

from tiebeam.core.ledger.chart import MONEY
from tiebeam.interchange.journals.entries import Journal, Posted, first_days, list_posted
from tiebeam.interchange.journals.names import MEMO, Names
from tiebeam.interchange.journals.plain_text import amount_text, one_line


def write_beancount(journal: Journal) -> Iterator[str]:
    """
    Yield the lines of *journal* in Beancount's own form, the same for the same journal.

    Accounts are opened on the day of their first use. Each balance that the journal states
    becomes an assertion on the morning after, exact to the fen.
    """
    posted = list_posted(journal.entries)
    opened = first_days(posted, journal.balances)
    names = Names([book for _, book, _ in opened], {account.unit for _, _, account in opened})
    yield from (f"; {one_line(note)}" for note in journal.notes)
    yield f'option "title" {_quote(journal.title)}'
    yield f'option "operating_currency" "{MONEY}"'
    yield from _commodities(names, opened[0][0].isoformat() if opened else "1970-01-01")
    for day, book, account in opened:
        english, chinese = journal.account_names.get(account.code, ("", ""))
        yield ""
        yield f"{day} open {names.account(book, account)} {names.commodity(account)}"
        yield from _facts("  ", name_en=english, name_zh=chinese)
        yield from _facts("  ", owner_en=book.owner[0], owner_zh=book.owner[1])
        yield from _facts("  ", pairing_en=book.pairing[0], pairing_zh=book.pairing[1])
    for each in posted:
        yield ""
        yield from _transaction(each, names)
    yield ""
    for balance in sorted(journal.balances, key=lambda b: (b.through, b.book.key, b.account)):
        name, commodity = (
            names.account(balance.book, balance.account),
            names.commodity(balance.account),
        )
        held = amount_text(balance.debit, balance.account.unit)
        yield f"{balance.through + timedelta(days=1)} balance {name} {held} ~ 0 {commodity}"


def _commodities(names: Names, day: str) -> Iterator[str]:
    """Yield what the amounts count; the day is that of the first account."""
    told = {MONEY: ("yuan", "人民币元"), MEMO: ("budgetary memo, no money", "预算备查，非货币资金")}
    told |= {code: (unit.removeprefix("Q:"),) * 2 for unit, code in names.units().items()}
    for commodity, (english, chinese) in told.items():
        yield f"{day} commodity {commodity}"
        yield from _facts("  ", name_en=english, name_zh=chinese)


def _transaction(posted: Posted, names: Names) -> Iterator[str]:
    entry = posted.entry
    yield f"{posted.day} * {_quote(entry.kind)} {_quote(entry.narration)}"
    yield from _facts(
        "  ",
        batch=entry.batch,
        valid_on=str(entry.valid_on),
        recorded_at=entry.recorded_at.isoformat(),
        document=entry.document,
        reverses=entry.reverses,
        relates_to=", ".join(
            sorted({str(row.relates_to) for row in posted.rows if row.relates_to})
        ),
    )
    for row in posted.rows:
        for account, sign in zip(row.keys(), (1, -1), strict=True):
            amount = amount_text(sign * row.amount, row.unit)
            yield f"  {names.account(entry.book, account)}  {amount} {names.commodity(account)}"


def _facts(indent: str, **facts: str) -> Iterator[str]:
    for key, value in facts.items():
        if value:
            yield f"{indent}{key}: {_quote(value)}"


def _quote(text: str) -> str:
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
