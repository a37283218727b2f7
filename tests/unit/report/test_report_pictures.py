"""The pictures: where places fall, how wide lines and bars are, what is left out."""

import math
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebeam.core.model.scenario import great_circle_km
from tiebeam.interfaces.report.bars import Bar, draw_bars
from tiebeam.interfaces.report.labels import Box, Wanted, place_labels
from tiebeam.interfaces.report.palette import DARK, LIGHT
from tiebeam.interfaces.report.panel import fit_panel, lines_of_layer
from tiebeam.interfaces.report.projection import Conic, fit_conic, middle_lon
from tiebeam.interfaces.report.sankey import Node, Stream, draw_sankey
from tiebeam.interfaces.report.svg import cap_text, tag, text_width
from unit.report.small_plan import PLAN, SCENARIO, page, text_of

LAYER = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "<b>x</b>"},
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [[[[116, 25], [118, 25], [118, 27], [116, 25]]]],
            },
        }
    ],
}


class TestConic:
    def test_puts_a_place_where_the_manual_puts_it(self):
        """Source: Snyder 1987, USGS Professional Paper 1395, p. 298."""
        x, y = Conic(29.5, 45.5, (23.0, -96.0)).project(35.0, -75.0)

        assert x == pytest.approx(0.2952057, abs=1e-7)
        assert y == pytest.approx(0.2424021, abs=1e-7)

    @given(
        lat=st.floats(-60, 60),
        reach=st.floats(1, 10),
        lon=st.floats(-180, 180),
    )
    def test_keeps_distances_along_a_meridian_true(self, lat, reach, lon):
        conic = fit_conic([(lat - reach, lon), (lat + reach, lon + 1)])

        start, end = conic.project(lat, lon), conic.project(lat + 1, lon)

        kilometres = math.dist(start, end) * 6371.0088
        assert kilometres == pytest.approx(great_circle_km(lat, lon, lat + 1, lon), rel=1e-6)

    def test_finds_the_middle_of_places_on_both_sides_of_the_date_line(self):
        assert middle_lon([(0, 170), (0, -170)]) == pytest.approx(-180)
        assert middle_lon([(0, 110), (0, 120)]) == pytest.approx(115)


class TestPanel:
    @given(st.lists(st.tuples(st.floats(-80, 80), st.floats(-179, 179)), min_size=1, max_size=8))
    def test_holds_every_place_it_was_made_for(self, places):
        box = Box(10, 20, 400, 300)
        panel = fit_panel(places, fit_conic(places), box)

        for place in places:
            x, y = panel.put(place)
            assert 10 <= x <= 410
            assert 20 <= y <= 320

    def test_reads_lines_of_any_geojson_and_passes_over_the_rest(self):
        deep: list = []
        for _ in range(5000):
            deep = [deep]
        off = {"coordinates": [[1e300, 2], [float("nan"), 3]]}
        assert list(lines_of_layer(LAYER)) == [[(25, 116), (25, 118), (27, 118), (25, 116)]]
        for odd in (
            {},
            {"type": "Point", "coordinates": [1, 2]},
            {"features": "x"},
            {"coordinates": deep},
            off,
            [1],
            None,
        ):
            assert list(lines_of_layer(odd)) == []


class TestLabels:
    @given(
        st.lists(st.tuples(st.floats(0, 300), st.floats(0, 300)), max_size=25),
    )
    def test_cover_neither_each_other_nor_marks_nor_leave_the_frame(self, spots):
        marks = [Box(x - 5, y - 5, 10, 10) for x, y in spots]
        frame = Box(0, 0, 300, 300)
        wanted = [Wanted(x, y, ((60, 28), (40, 14))) for x, y in spots]

        placed = [p.box for p in place_labels(wanted, taken=marks, frame=frame) if p]

        for number, box in enumerate(placed):
            assert frame.contains(box)
            assert not any(box.overlaps(other) for other in (*marks, *placed[:number]))

    def test_take_the_short_form_where_the_full_one_has_no_room(self):
        wanted = [Wanted(10, 10, ((500, 28), (40, 14)))]

        (placed,) = place_labels(wanted, taken=[], frame=Box(0, 0, 100, 100))

        assert placed
        assert placed.form == 1

    def test_stay_out_where_nothing_fits(self):
        wanted = [Wanted(10, 10, ((500, 28),))]

        assert place_labels(wanted, taken=[], frame=Box(0, 0, 100, 100)) == (None,)


class TestMap:
    def test_draws_a_line_for_every_pair_that_has_both_places(self):
        html = page()
        drawing = html.split('data-key="picture-map"')[1].split("</svg>")[0]

        assert drawing.count('class="pair"') == 3
        assert "Fujian → Sanming: Doctors 5 persons; Nurses 10 persons; 75 % of its need" in (
            drawing.replace("\u202f", " ")
        )

    def test_lists_who_has_no_place(self):
        lost = replace(SCENARIO.donors[1], lat=None, lon=None)

        html = page(replace(SCENARIO, donors=(SCENARIO.donors[0], lost)))

        assert "Not shown for want of coordinates (1): Jilin." in text_of(html)
        drawing = html.split('data-key="picture-map"')[1].split("</svg>")[0]
        assert drawing.count('class="pair"') == 2

    def test_is_left_out_and_said_to_be_where_no_pair_can_be_shown(self):
        lost = tuple(replace(donor, lat=None, lon=None) for donor in SCENARIO.donors)

        html = page(replace(SCENARIO, donors=lost))

        assert 'data-key="picture-map"' not in html
        assert "No map is drawn" in text_of(html)

    def test_draws_no_boundary_unless_a_layer_is_given(self):
        plain, layered = page(), page(boundaries=LAYER)

        assert "No boundaries are drawn." in text_of(plain)
        assert "The boundaries are a layer that the operator supplied" in text_of(layered)
        assert layered.count("<path") > plain.count("<path")


class TestSankey:
    def draw(self, streams):
        donors = [Node(d, d, "", d) for d in sorted({s.donor for s in streams})]
        recipients = [Node(r, r, "", r) for r in sorted({s.recipient for s in streams})]
        return draw_sankey(
            donors,
            recipients,
            streams,
            heads=("from", "to"),
            alternative="flows",
            width=600,
            prefix="test",
        )

    def test_is_as_high_as_the_amounts_are(self):
        streams = [
            Stream("a", "x", 30.0, "", "#1"),
            Stream("b", "x", 10.0, "", "#2"),
            Stream("b", "y", 20.0, "", "#3"),
        ]

        svg = self.draw(streams)

        heights = [
            float(height)
            for height in re.findall(
                r'<rect x="[\d.]+" y="[\d.]+" width="10" height="([\d.]+)"', svg
            )
        ]
        # a 30, b 30; x 40, y 20.
        assert [height / heights[0] for height in heights] == pytest.approx(
            [1, 1, 4 / 3, 2 / 3], rel=0.01
        )

    def test_lets_no_stream_cross_where_none_needs_to(self):
        streams = [
            Stream("a", "z", 1.0, "", "#1"),
            Stream("b", "y", 1.0, "", "#2"),
            Stream("c", "x", 1.0, "", "#3"),
        ]

        paths = re.findall(
            r'd="M[\d.]+ ([\d.]+)C[\d.]+ [\d.]+ [\d.]+ [\d.]+ [\d.]+ ([\d.]+)v', self.draw(streams)
        )

        order = sorted((float(start), float(end)) for start, end in paths)
        assert len(order) == 3
        assert [end for _, end in order] == sorted(end for _, end in order)


class TestBars:
    def test_are_as_long_as_the_shares_and_never_longer_than_the_axis(self):
        bars = [
            Bar(name=name, share=share, words="", title="")
            for name, share in (("a", 0.25), ("b", 0.5), ("c", 1.0), ("d", 1.4))
        ]

        svg = draw_bars(bars, ink="donor", heads=("this", ""), alternative="", axis=(), width=500)

        lengths = [float(width) for width in re.findall(r'width="([\d.]+)" height="13"', svg)]
        assert [length / lengths[2] for length in lengths] == pytest.approx(
            [0.25, 0.5, 1.0, 1.0], abs=0.002
        )

    def test_show_the_compared_plan_as_a_second_thinner_bar(self):
        bars = [Bar(name="a", share=0.5, words="", title="", other=0.25, other_words="25")]

        svg = draw_bars(
            bars, ink="donor", heads=("this", "other"), alternative="", axis=(), width=500
        )

        main = re.search(r'width="([\d.]+)" height="11"', svg)
        thin = re.search(r'width="([\d.]+)" height="4"', svg)
        assert main
        assert thin
        assert float(thin[1]) == pytest.approx(float(main[1]) / 2, rel=0.01)


class TestManyParties:
    def test_keep_every_name_on_a_line_of_its_own(self):
        streams = [Stream(f"d{n}", f"r{n}", 1.0 + n, "", "#") for n in range(120)]

        svg = TestSankey().draw(streams)

        places = sorted(
            float(y) for y in re.findall(r'<text x="[\d.]+" y="([\d.]+)" text-anchor="end"', svg)
        )
        assert len(places) == 121
        assert min(after - before for before, after in pairwise(places[1:])) > 12


class TestSvg:
    def test_escapes_texts_and_attributes(self):
        assert tag("text", "<a&b>", title='"<') == '<text title="&#34;&lt;">&lt;a&amp;b&gt;</text>'

    def test_cuts_a_text_to_its_room(self):
        cut = cap_text("恩施土家族苗族自治州", 12, 60)

        assert cut == "恩施土家…" or text_width(cut, 12) <= 60
        assert cap_text("Enshi", 12, 60) == "Enshi"


def _luminance(colour: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class TestPalette:
    @pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
    @pytest.mark.parametrize("ground", ["paper", "surface"])
    @pytest.mark.parametrize("ink", ["ink", "muted", "donor", "recipient", "good", "risk", "bad"])
    def test_has_the_contrast_of_level_aa(self, palette, ground, ink):
        """Source: WCAG 2.2, success criterion 1.4.3: at least 4.5 to 1."""
        light, dark = sorted((_luminance(palette[ink]), _luminance(palette[ground])), reverse=True)

        assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_a_pair_links_from_map_and_sankey_to_its_row():
    html = page(plan=PLAN)

    assert html.count('href="#en-pair-1"') == 4
    assert html.count('id="en-pair-1"') == 1
