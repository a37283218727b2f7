"""Statements as banks' own tables (CSV, .xlsx), whatever their columns are called."""

import re

from tiebeam.interchange.statements.lines import (
    MOST_LINES,
    MOST_SIGNS,
    Statement,
    StatementLine,
    find_gap,
    is_own_currency,
)
from tiebeam.interchange.tables.cells import CellReader, plain_text
from tiebeam.interchange.tables.delimited import read_delimited
from tiebeam.interchange.tables.findings import Findings
from tiebeam.interchange.tables.grid import Grid
from tiebeam.interchange.tables.sheet import Column, Row, Sheet, read_sheet, score_header
from tiebeam.interchange.tables.workbook import read_workbook
from tiebeam.units import yuan


def _column(name: str, aliases: str, **marks: bool) -> Column:
    return Column(name=name, aliases=tuple(aliases.split()), **marks)


COLUMNS = (
    _column(
        "booked_on",
        "日期 交易日期 记账日期 入账日期 交易时间 记账时间 交易日 date booking_date posting_date transaction_date",
        is_required=True,
    ),
    _column("amount", "金额 交易金额 发生额 发生金额 amount transaction_amount", is_money=True),
    _column(
        "direction",
        "借贷 借贷标志 借贷方向 借/贷 收支 收支标志 收/支 收付标志 debit/credit dr/cr d/c direction",
    ),
    _column(
        "paid_out",
        "借方 借方金额 借方发生额 支出 支出金额 转出金额 debit debit_amount withdrawal withdrawals paid_out",
        is_money=True,
    ),
    _column(
        "paid_in",
        "贷方 贷方金额 贷方发生额 收入 收入金额 转入金额 credit credit_amount deposit deposits paid_in",
        is_money=True,
    ),
    _column("balance", "余额 账户余额 本次余额 balance", is_money=True),
    _column("currency", "币种 币别 货币 currency ccy"),
    _column(
        "counterparty",
        "对方户名 对方名称 对方账户名称 对方单位 交易对手 交易对方 收付款方 counterparty counterparty_name payee",
    ),
    _column("text", "摘要 用途 附言 交易摘要 description narration details remittance_information"),
    _column(
        "reference",
        "凭证号 凭证号码 凭证编号 流水号 交易流水号 交易编号 reference voucher transaction_id",
    ),
)
_WORDS = {
    -1: "借 借方 支 支出 付 付款 出 转出 d dr dbit debit out -",
    1: "贷 贷方 收 收入 收款 入 转入 c cr crdt credit in +",
}
_DIRECTIONS = {word: way for way, words in _WORDS.items() for word in words.split()}
_TOTALS = re.compile(r"\s*(合计|总计|小计|本页合计|承前页|过次页|total)", re.IGNORECASE)


def read_table(content: bytes, place: str, findings: Findings) -> Statement | None:
    """Return the statement of a CSV file or workbook; None, with faults, where it has none."""
    grid = _read_grid(content, place, findings)
    sheet = read_sheet(grid, COLUMNS, findings) if grid else None
    if sheet is None or sheet.missing or not _has_amounts(sheet, findings):
        return None
    if len(sheet.rows) > MOST_LINES:
        findings.add_fault("read.too_large", place, what="rows", limit=MOST_LINES)
        return None
    reader = _LineReader(sheet, findings)
    lines = [line for row in sheet.rows if (line := reader.read(row))]
    by_sign = "amount" in sheet.columns and "direction" not in sheet.columns
    if by_sign and lines and all(line.amount > 0 for line in lines):
        findings.add_warning("statements.nothing_went_out", sheet.place, row=sheet.header_row)
    if not findings.faults and (gap := find_gap(lines)):
        findings.add_warning("statements.gap", sheet.place, row=gap.number)
    return Statement(lines=tuple(lines))


def _read_grid(content: bytes, place: str, findings: Findings) -> Grid | None:
    score = score_header(COLUMNS)
    if not content.startswith(b"PK"):
        return read_delimited(content, place, findings, score)
    grids = read_workbook(content, place, findings) or []
    return max(
        grids, key=lambda g: max((score(r[:200]) for r in g.rows[:60]), default=0), default=None
    )


def _has_amounts(sheet: Sheet, findings: Findings) -> bool:
    """Return whether the columns say what moved and which way, or may by its sign."""
    if "amount" in sheet.columns or {"paid_in", "paid_out"} <= set(sheet.columns):
        return True
    findings.add_fault("statements.no_amounts", sheet.place, row=sheet.header_row)
    return False


class _LineReader:
    """Reads the rows of one sheet."""

    def __init__(self, sheet: Sheet, findings: Findings) -> None:
        self._sheet, self._findings = sheet, findings
        self._cells = CellReader(
            findings,
            table="statement",
            place=sheet.place,
            comma_groups_digits=sheet.comma_groups_digits,
        )

    def read(self, row: Row) -> StatementLine | None:
        """Return the line of *row*; None, with a fault or a warning, where it is none."""
        day_cell = row.cells.get("booked_on", "")
        first = next((plain_text(cell) for cell in row.cells.values() if plain_text(cell)), "")
        if _TOTALS.match(plain_text(day_cell) or first):
            self._findings.add_repair(
                "statements.total_left_out", self._sheet.place, row=row.number
            )
            return None
        before = len(self._findings.faults)
        day = self._cells.read_day(day_cell, row.number, "booked_on")
        if day is None and len(self._findings.faults) == before:
            self._refuse("scenario.missing_value", row, "booked_on")
        amount = self._read_amount(row)
        currency = self._text(row, "currency")
        if not is_own_currency(currency):
            self._refuse("statements.other_currency", row, "currency", currency)
        balance = self._money(row, "balance")
        texts = {name: self._text(row, name) for name in ("counterparty", "text", "reference")}
        if day is None or amount is None or len(self._findings.faults) > before:
            return None
        return StatementLine(
            number=row.number, booked_on=day, amount=amount, balance=balance, **texts
        )

    def _read_amount(self, row: Row) -> int | None:
        """Return what moved: by its sign, by its direction, or by its column."""
        before = len(self._findings.faults)
        amount = self._money(row, "amount")
        paid_out, paid_in = self._money(row, "paid_out"), self._money(row, "paid_in")
        if len(self._findings.faults) > before:
            return None
        if amount is None:
            if bool(paid_out) == bool(paid_in):
                code = "statements.both_sides" if paid_in else "statements.nothing_moved"
                self._refuse(code, row, "amount")
                return None
            return (paid_in or 0) - (paid_out or 0)
        return self._directed(row, amount)

    def _directed(self, row: Row, amount: int) -> int | None:
        word = self._text(row, "direction").casefold()
        way = _DIRECTIONS.get(word)
        if not amount:
            self._refuse("statements.nothing_moved", row, "amount")
        elif "direction" not in self._sheet.columns:
            return amount
        elif way is None:
            self._refuse("statements.no_direction", row, "direction", word)
        elif amount < 0 < way:
            # A red entry, or a second way to say "out": nobody can tell which.
            self._refuse("statements.two_signs", row, "amount", f"{yuan(amount):.2f}")
        else:
            return way * abs(amount)
        return None

    def _money(self, row: Row, column: str) -> int | None:
        unit = self._sheet.units.get(column, "yuan")
        read = self._cells.read_amount(
            row.cells.get(column, ""), row.number, column, unit=unit, is_signed=True
        )
        return read.fen if read else None

    def _text(self, row: Row, column: str) -> str:
        text = self._cells.read_text(row.cells.get(column, ""), row.number, column) or ""
        if len(text) > MOST_SIGNS:
            self._refuse("read.too_large", row, column, what="signs", limit=MOST_SIGNS)
        return text

    def _refuse(self, code: str, row: Row, column: str, value: str = "", **facts: object) -> None:
        self._findings.add_fault(
            code, self._sheet.place, row=row.number, column=column, value=value, **facts
        )
