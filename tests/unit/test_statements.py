"""Bank statements as banks write them, and as an enemy would."""

import datetime as dt
import time

import pytest

from tiebeam.errors import InvalidInput
from tiebeam.interchange.statements.lines import StatementLine
from tiebeam.interchange.statements.matching import Candidate, suggest_matches
from tiebeam.interchange.statements.reading import read_statement
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.messages.faults import say_fault

CHINESE = """账号:6222,,,,,,
交易日期,借贷标志,交易金额,账户余额,币种,对方户名,摘要,凭证号
2024-05-01,贷,"1,000,000.00","1,000,000.00",人民币,广东省财政厅,援助资金,穗财2024-17
20240503,借,"250,000.50","749,999.50",人民币,林芝市建筑公司,工程款,0031
合计,,"1,250,000.50",,,,,
"""
LINES = [
    (dt.date(2024, 5, 1), 100_000_000, "广东省财政厅", "援助资金", "穗财2024-17"),
    (dt.date(2024, 5, 3), -25_000_050, "林芝市建筑公司", "工程款", "0031"),
]
ENTRY = """
   <Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>
    <BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>穗财2024-17</AcctSvcrRef>
    <NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>广东省财政厅</Nm></Pty></Dbtr><Cdtr><Nm>建筑公司</Nm></Cdtr></RltdPties>
     <RmtInf><Ustrd>援助资金</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
 <GrpHdr><MsgId>1</MsgId></GrpHdr>
 <Stmt><Id>1</Id><Acct><Id><Othr><Id>6222</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
  <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
  <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>{entries}
 </Stmt></BkToCstmrStmt></Document>
"""


def entry(amount="1000000.00", way="CRDT", currency="CNY", status="BOOK", day="2024-05-01"):
    return ENTRY.format(amount=amount, way=way, currency=currency, status=status, day=day)


def camt(*entries, closing="1000000.00"):
    return CAMT.format(entries="".join(entries), closing=closing).encode()


def _faults(content: bytes) -> list[tuple[str, int | None]]:
    with pytest.raises(InvalidInput) as refused:
        read_statement(content, "bank.csv")
    told = [
        say_fault(fault, language) for fault in refused.value.faults for language in ("en", "zh")
    ]
    assert [text for text in told if "[" in text] == []
    return [(fault.code, fault.row) for fault in refused.value.faults]


def _warnings(content: bytes) -> set[str]:
    warnings = read_statement(content, "bank.csv").warnings
    assert all(has_message(warning.code) for warning in warnings)
    return {warning.code for warning in warnings}


def _table(*rows: str, head: str = "日期,借贷,金额,对方户名") -> bytes:
    return "\n".join([head, *rows]).encode()


class TestATable:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_is_read_in_any_usual_encoding(self, encoding):
        statement = read_statement(CHINESE.encode(encoding), "bank.csv")

        assert [
            (line.booked_on, line.amount, line.counterparty, line.text, line.reference)
            for line in statement.lines
        ] == LINES
        assert [line.number for line in statement.lines] == [3, 4]

    @pytest.mark.parametrize(
        ("head", "row"),
        [
            ("Date,Description,Debit,Credit", "2024/5/3,works,250000.50,"),
            ("Date,Description,Paid out,Paid in", "2024-05-03 10:20:00,works,250000.50,0.00"),
            ("日期,支出（万元）,收入（万元）", "2024年5月3日,25.00005,"),
            ("date,amount,direction", "2024-05-03,250000.5,DBIT"),
            ("date;amount;text", "2024-05-03;-250000.50;works"),
        ],
    )
    def test_says_in_many_ways_what_went_out(self, head, row):
        (line,) = read_statement(_table(row, head=head), "bank.csv").lines

        assert (line.booked_on, line.amount) == (dt.date(2024, 5, 3), -25_000_050)

    def test_tells_every_fault_at_its_line(self):
        content = _table(
            "2024-05-01,贷,NaN,甲",
            "01/05/2024,贷,5,甲",
            "2024-02-30,贷,5,甲",
            ",贷,5,甲",
            "2024-05-01,红,5,甲",
            "2024-05-01,贷,-5,甲",
            "2024-05-01,贷,0,甲",
            "2024-05-01,贷,=1+2,甲",
            "2024-05-01,贷,0.001,甲",
            "2024-05-01,贷,1e3,甲",
        )

        assert _faults(content) == [
            ("units.not_finite", 2),
            ("read.not_a_day", 3),
            ("read.not_a_day", 4),
            ("scenario.missing_value", 5),
            ("statements.no_direction", 6),
            ("statements.two_signs", 7),
            ("statements.nothing_moved", 8),
            ("units.formula", 9),
            ("units.finer_than_fen", 10),
            ("units.exponent", 11),
        ]

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "read.empty_file"),
            (b"\x00\xff\x00\xfe", "read.unknown_encoding"),
            (_table(), "statements.no_lines"),
            (_table("2024-05-01,甲", head="日期,对方户名"), "statements.no_amounts"),
            (_table("贷,5", head="借贷,金额"), "read.missing_column"),
            (_table("2024-05-01,5", head="日期,金额(美元)"), "units.other_currency"),
            (_table("2024-05-01,5,5", head="日期,支出,收入"), "statements.both_sides"),
            (_table("2024-05-01,5,USD", head="日期,金额,币种"), "statements.other_currency"),
            (_table('2024-05-01,贷,5,"甲'), "read.broken_row"),
            (_table(f"2024-05-01,贷,5,{'甲' * 3_000}"), "read.too_large"),
            (
                _table("2024-05-01" + "," * 1_000_000, head="日期,金额" + ",x" * 1_000_000),
                "read.too_large",
            ),
        ],
    )
    def test_that_is_none_is_refused(self, content, code):
        before = time.monotonic()

        assert code in {found for found, _ in _faults(content)}
        assert time.monotonic() - before < 10

    def test_with_a_gap_in_its_balances_is_questioned(self):
        gapped = CHINESE.replace("749,999.50", "749,999.00")

        assert "statements.gap" not in _warnings(CHINESE.encode())
        assert "statements.gap" in _warnings(gapped.encode())

    def test_whose_balances_run_newest_first_is_not(self):
        head, names, first, second, total = CHINESE.splitlines()
        turned = f"{head}\n{names}\n{second}\n{first}\n{total}"

        assert "statements.gap" not in _warnings(turned.encode())

    def test_that_never_says_out_is_questioned(self):
        assert "statements.nothing_went_out" in _warnings(_table("2024-05-01,5", head="日期,金额"))


class TestAMessage:
    def test_is_read_with_both_sides(self):
        out = entry("250000.50", "DBIT", day="2024-05-03")

        statement = read_statement(camt(entry(), out, closing="749999.50"), "bank.xml")

        assert statement.account == "6222"
        assert statement.warnings == ()
        assert [
            (line.booked_on, line.amount, line.counterparty, line.text, line.reference)
            for line in statement.lines
        ] == [LINES[0], (dt.date(2024, 5, 3), -25_000_050, "建筑公司", "援助资金", "穗财2024-17")]

    def test_leaves_out_what_is_not_booked_and_says_so(self):
        content = camt(entry(), entry("5.00", status="PDNG"))

        assert len(read_statement(content, "bank.xml").lines) == 1
        assert _warnings(content) == {"statements.not_booked"}

    def test_whose_balances_do_not_meet_is_questioned(self):
        assert _warnings(camt(entry(), closing="999999.99")) == {"statements.balances_differ"}

    def test_tells_every_fault_at_its_line(self):
        content = camt(
            entry("NaN"),
            entry(way="UP"),
            entry(currency="EUR"),
            entry(day="yesterday"),
            entry("-1"),
        )

        assert [code for code, _ in _faults(content)] == [
            "units.not_finite",
            "statements.no_direction",
            "statements.other_currency",
            "read.not_a_day",
            "units.negative",
        ]

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (
                b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>',
                "statements.doctype",
            ),
            (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "statements.doctype"),
            (camt(entry())[:-30], "statements.broken_xml"),
            (b"<?xml version='1.0'?><html/>", "statements.not_camt"),
            (camt(entry()).replace(b"camt.053.001.08", b"pain.001.001.09"), "statements.not_camt"),
            (camt("<a>" * 60 + "</a>" * 60), "read.too_large"),
            (camt(entry("1" * 3_000)), "read.too_large"),
            (camt(entry("1" * 1_000)), "units.not_an_amount"),
            (camt(), "statements.no_lines"),
            (b"<" + b" " * (17 * 2**20), "read.too_large"),
            (
                camt(entry()).replace(
                    b"</Stmt>", b"</Stmt><Stmt><Acct><Id><IBAN>X</IBAN></Id></Acct></Stmt>"
                ),
                "statements.several_accounts",
            ),
        ],
    )
    def test_that_is_none_is_refused(self, content, code):
        assert [found for found, _ in _faults(content)] == [code]


class TestSuggestions:
    LINE = StatementLine(
        number=2,
        booked_on=dt.date(2024, 5, 3),
        amount=100,
        counterparty="广东省财政厅",
        text="援助资金 穗财2024-17",
    )

    def _suggest(self, *candidates):
        (found,) = suggest_matches([self.LINE], candidates)
        return found

    def test_name_only_what_has_the_very_amount_and_direction_in_a_month(self):
        day = self.LINE.booked_on
        found = self._suggest(
            Candidate(key="a", on=day, amount=99),
            Candidate(key="b", on=day, amount=-100),
            Candidate(key="c", on=day - dt.timedelta(days=32), amount=100),
            Candidate(key="d", on=day - dt.timedelta(days=31), amount=100),
        )

        assert [(one.key, one.days, one.is_only) for one in found] == [("d", 31, True)]

    def test_put_a_document_before_a_name_and_a_name_before_a_day(self):
        day = self.LINE.booked_on
        found = self._suggest(
            Candidate(key="day", on=day, amount=100, names=("湖北省",)),
            Candidate(key="name", on=day - dt.timedelta(days=2), amount=100, names=("广东省",)),
            Candidate(
                key="number", on=day - dt.timedelta(days=9), amount=100, numbers=("穗财2024-17",)
            ),
        )

        assert [one.key for one in found] == ["number", "name", "day"]
        assert found[0].reasons == ("statements.reason.amount", "statements.reason.number")
        assert not any(one.is_only for one in found)
        assert all(has_message(reason) for one in found for reason in one.reasons)

    def test_of_one_event_for_two_lines_are_not_clear(self):
        candidate = Candidate(key="a", on=self.LINE.booked_on, amount=100)

        first, second = suggest_matches([self.LINE, self.LINE], [candidate])

        assert not first[0].is_only
        assert first == second
