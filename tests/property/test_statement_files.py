"""Any file is a statement with faultless lines, or is refused in words; what banks say survives the way in."""

import csv
import datetime as dt
import io

from hypothesis import given
from hypothesis import strategies as st

from tiebeam.errors import InvalidInput
from tiebeam.interchange.statements.reading import read_statement
from tiebeam.interfaces.messages.faults import say_fault
from tiebeam.units import MOST_FEN, yuan
from unit.test_statements import CHINESE, camt, entry

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1))
FEN = st.integers(-MOST_FEN, MOST_FEN).filter(bool)
TEXTS = st.text(st.characters(categories=("L", "N", "P", "Sm", "Zs")), max_size=40)
WHOLE = [CHINESE.encode(), CHINESE.encode("gb18030"), camt(entry(), entry("5.00", "DBIT"))]


@st.composite
def _damaged(draw) -> bytes:
    content = bytearray(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(content)))
        end = place + draw(st.integers(0, 30))
        content[place:end] = draw(
            st.binary(max_size=12) | st.sampled_from([b"<", b",", b'"', b"\n"])
        )
    return bytes(content)


class TestAnyFile:
    @given(st.binary(max_size=300) | _damaged())
    def test_is_read_or_refused_in_words(self, content):
        try:
            lines, faults = read_statement(content, "bank").lines, ()
        except InvalidInput as invalid:
            lines, faults = (), invalid.faults

        assert lines or faults
        assert all(0 < abs(line.amount) <= MOST_FEN for line in lines)
        assert [text for f in faults if (text := say_fault(f, "zh")).startswith("[")] == []


class TestATable:
    @given(st.lists(st.tuples(DAYS, FEN, TEXTS), min_size=1, max_size=8))
    def test_comes_in_as_the_bank_wrote_it(self, rows):
        stream = io.StringIO()
        table = csv.writer(stream)
        table.writerow(("日期", "借贷", "金额", "摘要"))
        for day, fen, text in rows:
            table.writerow((day, "贷" if fen > 0 else "借", f"{yuan(abs(fen)):,.2f}", text))

        lines = read_statement(stream.getvalue().encode(), "bank.csv").lines

        assert [(line.booked_on, line.amount) for line in lines] == [
            (day, fen) for day, fen, _ in rows
        ]
