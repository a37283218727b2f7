"""Events of the ledger as files: what is read, and each way in which one is refused (issue 4 §5: bad input)."""

import io
from datetime import date

import pytest
from openpyxl import Workbook

from ledger_examples import FOLDER, NAMES
from tiebeam.interchange.ledger_events.reading import read_events
from tiebeam.interchange.ledger_events.table_form import COLUMNS, write_table

WORDS = {"拨付": "payment"}
HEADS = {"day": ["日期"], "kind": ["事项"], "amount_wan": ["金额（万元）"], "follows": ["前序编号"]}


def read(content, name="events.yaml"):
    content = content if isinstance(content, bytes) else content.encode()
    return read_events(content, name, heads=HEADS, kinds=WORDS, common={"document": "DEMO 1"})


def event(line):
    return read(f"unit: 万元\nevents:\n  - {line}\n")


def sheet(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def codes(read):
    return [(fault.code, fault.row, fault.column) for fault in read.faults]


class TestText:
    @pytest.mark.parametrize("name", NAMES)
    def test_reads_every_example_of_the_law(self, name):
        found = read((FOLDER / f"{name}.yaml").read_bytes())

        assert not found.faults
        assert found.balances

    def test_says_what_stands_there_to_the_fen(self):
        found = event(
            "{day: 2024-03-12, kind: payment, amount: 700.5, follows: tranche, as: paid, purpose: 教育}"
        )

        (paid,) = found.events
        assert (paid.kind, paid.on, paid.amount) == ("payment", date(2024, 3, 12), 700_500_000)
        assert (paid.key, paid.follows, paid.purpose) == ("paid", "tranche", "教育")
        assert paid.document == "DEMO 1"

    @pytest.mark.parametrize(
        ("line", "code", "column"),
        [
            ("{day: 2024-03-12, kind: paiment, amount: 1, follows: a}", "ledger.unknown_kind", "kind"),
            ("{day: 2024-02-30, kind: obligation, amount: 1}", "read.not_a_day", "day"),
            ("{day: 2024-02-01, kind: obligation, amount: -1}", "units.negative", "amount"),
            ("{day: 2024-02-01, kind: obligation, amount: NaN}", "units.not_finite", "amount"),
            ("{day: 2024-02-01, kind: obligation, amount: '=1+1'}", "units.formula", "amount"),
            ("{day: 2024-02-01, kind: obligation, amount: 1e9}", "units.exponent", "amount"),
            ("{day: 2024-02-01, kind: obligation, amount: 1000000001}", "units.too_large", "amount"),
            ("{day: 2024-02-01, kind: obligation, amount: 1 USD}", "units.other_currency", "amount"),
            ("{day: 2024-02-01, kind: obligation, amount: 0}", "ledger.amount_out_of_range", "amount"),
            ("{day: 2024-02-01, kind: obligation}", "ledger_files.cell_missing", "amount"),
            ("{day: 2024-02-01, kind: order, amount: 1}", "ledger_files.follows_nothing", "follows"),
            ("{day: 2024-02-01, kind: opening, quantity: 1.5 kits}", "ledger.amount_out_of_range", "quantity"),
            ("{day: 2024-02-01, kind: opening, quantity: 5}", "ledger_files.cell_missing", "quantity_unit"),
            ("{day: 2024-02-01, kind: expenditure, amount: 1}", "ledger.term_missing", "nature"),
            ("{day: 2024-02-01, kind: obligation, amount: 1, colour: red}", "ledger_files.unknown_field", "colour"),
            ("{close: nobody, year: 2024}", "ledger.term_missing", "side"),
            ("{close: donor, year: 24}", "ledger_files.not_a_year", "year"),
            ("{day: 2024-02-01, kind: [a], amount: 1}", "ledger_files.wrong_shape", "kind"),
            ("{day: 2024-02-01, day: 2024-02-01, kind: obligation, amount: 1}", "read.duplicate_key", "day"),
        ],
    )  # fmt: skip
    def test_refuses_what_is_wrong_at_its_line(self, line, code, column):
        found = event(line)

        assert codes(found) == [(code, 3, column)]
        assert not found.events

    def test_names_every_fault_at_once(self):
        found = read("events:\n- {day: x, kind: y, amount: -1}\n- {day: 2024-01-01, kind: z}\n")

        assert [code for code, _, _ in codes(found)] == [
            "ledger.unknown_kind",
            "read.not_a_day",
            "units.negative",
            "ledger.unknown_kind",
        ]

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("a: &a [1]\nevents: [*a]\n", "ledger_files.has_references"),
            ("events: [\n", "ledger_files.not_yaml"),
            ("[" * 5000, "ledger_files.not_yaml"),
            ("- 1\n", "ledger_files.without_events"),
            ("events: []\n", "ledger_files.without_events"),
            ("balances: {2024: {X1: 1}}\nevents: [{close: donor, year: 2024}]\n", "ledger_files.unknown_account"),
            ("unit: 斤\nevents: [{close: donor, year: 2024}]\n", "units.unknown_unit"),
        ],
    )  # fmt: skip
    def test_refuses_a_text_that_is_none(self, text, code):
        assert [fault.code for fault in read(text).faults] == [code]

    def test_reads_no_other_form(self):
        assert [fault.code for fault in read("x", "events.pdf").faults] == [
            "ledger_files.unknown_form"
        ]


class TestTable:
    def test_reads_a_sheet_with_chinese_heads_and_words(self):
        found = read(
            sheet(
                ["支付台账"],
                ["日期", "事项", "金额（万元）", "前序编号"],
                [date(2024, 3, 12), "拨付", 700.5, "tranche"],
            ),
            "a.xlsx",
        )

        assert not found.faults
        assert not [each for each in found.warnings if each.code == "read.repaired_header"]
        (paid,) = found.events
        assert (paid.row, paid.kind, paid.amount, paid.follows) == (
            3,
            "payment",
            700_500_000,
            "tranche",
        )

    @pytest.mark.parametrize("amount", ["=1+1", "=SUM(A1:A9)"])
    def test_refuses_a_formula_whether_or_not_it_has_a_value(self, amount):
        found = read(
            sheet(["day", "kind", "amount_yuan"], ["2024-02-01", "obligation", amount]), "a.xlsx"
        )

        assert codes(found) == [("units.formula", 2, "amount_yuan")]

    def test_refuses_two_amounts_in_a_row(self):
        found = read("day,kind,amount_yuan,amount_wan\n2024-02-01,obligation,1,2\n", "a.csv")

        assert codes(found) == [("ledger_files.two_amounts", 2, "amount_wan")]

    def test_refuses_a_sheet_without_amounts(self):
        assert codes(read("day,kind\n2024-02-01,obligation\n", "a.csv")) == [
            ("read.missing_column", 1, "amount_yuan")
        ]

    def test_reads_the_form_that_it_gives(self):
        heads = {name: [name.upper()] for name in COLUMNS}
        rows = [{"day": "2024-02-01", "kind": "obligation", "amount_yuan": "12.34"}]
        written = write_table("Events", heads, {}, {"kind": ["obligation"]}, rows, ("Guide", ["x"]))

        found = read_events(written, "a.xlsx", heads=heads, kinds={}, common={})

        assert not found.faults
        assert [each.amount for each in found.events] == [1234]
