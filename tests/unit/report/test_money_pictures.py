"""Lines over years, and flows through purposes: what their drawings say and where it stands."""

import re

import pytest

from tiebeam.interfaces.report.sankey import Node, Stream
from tiebeam.interfaces.report.sankey_purposes import draw_purposes
from tiebeam.interfaces.report.trend import Line, draw_trend


def node(name):
    return Node(name, name, "1", f"title of {name}")


def draw(given, used, width=920.0):
    names = [
        sorted({stream.donor for stream in given}),
        sorted({stream.recipient for stream in given}),
        sorted({stream.recipient for stream in used}),
    ]
    columns = tuple([node(name) for name in column] for column in names)
    return draw_purposes(
        columns, given, used, heads=("from", "for", "to"), alternative="finding", width=width
    )


class TestPurposes:
    given = (Stream("A", "road", 3.0, "A for road", "/a"), Stream("B", "road", 1.0, "", "/b"))
    used = (Stream("road", "X", 4.0, "road for X", "/x"),)

    def test_keep_what_goes_in_and_out_equal(self):
        drawn = draw(self.given, self.used)
        heights = [float(found) for found in re.findall(r'<rect [^>]*height="([\d.]+)"', drawn)]
        first, second, purpose, last = heights
        assert first + second == pytest.approx(purpose, abs=0.02)
        assert purpose == last
        assert first == pytest.approx(3 * second, abs=0.02)

    def test_name_every_party_and_lead_on(self):
        drawn = draw(self.given, self.used)
        for name in ("A", "B", "road", "X", "from", "for", "to"):
            assert f">{name}" in drawn
        assert 'href="/a"' in drawn

    def test_write_no_markup_from_names(self):
        drawn = draw((Stream("<b>", "p", 1.0, "", ""),), (Stream("p", "X", 1.0, "", ""),))
        assert "<b>" not in drawn

    def test_stay_inside_a_phone(self):
        drawn = draw(self.given, self.used, width=350.0)
        assert all(0 <= float(x) <= 350 for x in re.findall(r' x="([-\d.]+)"', drawn))


class TestTrend:
    def lines(self, *amounts):
        years = {2020 + number: amount for number, amount in enumerate(amounts)}
        return Line("Paid", years, dict.fromkeys(years, "point"), "donor")

    def test_stands_the_higher_the_more(self):
        drawn = draw_trend(
            [self.lines(0.0, 5.0, 10.0)], tick_words=[(0.0, "0"), (10.0, "10")],
            alternative="finding", width=920.0,
        )  # fmt: skip
        none, half, all_ = (float(y) for y in re.findall(r'cy="([\d.]+)"', drawn))
        assert none > half > all_
        assert abs((none + all_) / 2 - half) < 0.1

    def test_names_lines_apart_that_end_alike(self):
        drawn = draw_trend(
            [self.lines(1.0, 2.0), self.lines(3.0, 2.0)], tick_words=[(0.0, "0"), (4.0, "4")],
            alternative="finding", width=350.0,
        )  # fmt: skip
        first, second = (float(y) for y in re.findall(r'y="([\d.]+)"[^>]*>Paid<', drawn))
        assert abs(first - second) >= 12

    def test_draws_one_year_and_what_falls_below_zero(self):
        drawn = draw_trend(
            [self.lines(-1.0)], tick_words=[(0.0, "0")], alternative="finding", width=350.0
        )
        assert "nan" not in drawn
