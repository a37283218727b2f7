"""The map of pairs as a file and on paper: what is seen, with title, date, source and legend."""

import struct
from xml.etree import ElementTree as ET

import pytest
from django.contrib.staticfiles import finders
from django.utils import timezone
from tests.browser.standing import Standing
from tests.pages.round_trip import set_scene
from tests.small_workspace import NOW

from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.platform.tenancy.acting import acting

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"
TODAY = timezone.localdate().isoformat()
PLACES = {"fujian": (26.1, 119.3), "nyingchi": (29.6, 94.4), "hunan": (28.2, 113.0)}


@pytest.fixture
def programme(standing: Standing, admin):
    """A programme with two pairs, of which one lies at places that are known."""
    scene = set_scene(standing.workspace, standing.coordinator, NOW)
    with acting(admin):
        for name, (latitude, longitude) in PLACES.items():
            region = Region(
                tenant_id=admin.organisation_id, kind="province", name_en=name,
                latitude=latitude, longitude=longitude,
            )  # fmt: skip
            region.save()
            Organisation.objects.filter(pk=standing.workspace.organisations[name].pk).update(
                region=region
            )
    return scene.programme


@pytest.mark.skipif(
    finders.find("leaflet/leaflet.js") is None,
    reason="Leaflet was not fetched (make front-end): no map was drawn",
)
class TestMapFile:
    def opens(self, sit, programme, language):
        reader = sit("office", language)
        reader.goes("programme", programme.pk)
        reader.page.wait_for_selector(".map .point.recipient")
        return reader

    def test_holds_what_is_seen_and_what_it_is(self, sit, programme, language):
        reader = self.opens(sit, programme, language)
        title = reader.page.inner_text("h1")

        content = reader.downloads("存为 SVG", "Save as SVG").read_bytes()

        root = ET.fromstring(content)
        assert root.tag == f"{SVG}svg"
        texts = " ".join("".join(part.itertext()) for part in root.iter(f"{SVG}text"))
        assert root.findtext(f"{SVG}title") == title
        for part in (
            reader.words("福建", "Fujian"),
            "2020-02-10",
            TODAY,
        ):
            assert part in texts
        for zh, en in (
            ("支援方", "donor"),
            ("来源：", "Source:"),
            ("有 1 对未绘出", "coordinates: 1"),
        ):
            assert reader.words(zh, en) in texts
        names = {part.text for part in root.iter(f"{SVG}title")}
        assert reader.words("福建 → 林芝", "Fujian → Nyingchi") in names
        # It looks the same outside the page: no class, and the donor's colour written down.
        assert b"class=" not in content
        assert "rgb(11, 92, 138)" in {part.get("stroke") for part in root.iter(f"{SVG}path")}

    def test_shows_the_part_that_was_chosen(self, sit, programme):
        reader = self.opens(sit, programme, "en")
        before = reader.downloads("存为 SVG", "Save as SVG").read_text(encoding="utf-8")
        reader.page.click(".leaflet-control-zoom-in")
        reader.page.wait_for_timeout(600)

        after = reader.downloads("存为 SVG", "Save as SVG").read_text(encoding="utf-8")

        assert before != after

    def test_is_a_picture_of_twice_the_size(self, sit, programme):
        reader = self.opens(sit, programme, "zh")
        reader.page.emulate_media(color_scheme="dark")

        content = reader.downloads("存为 PNG", "Save as PNG").read_bytes()

        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        wide, _ = struct.unpack(">II", content[16:24])
        drawn = reader.page.eval_on_selector(".map", "place => place.clientWidth")
        assert wide == 2 * (drawn + 32)

    def test_on_paper_is_as_wide_as_the_paper_and_in_its_colours(self, sit, programme):
        reader = self.opens(sit, programme, "en")
        reader.page.emulate_media(color_scheme="dark")
        reader.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        reader.page.emulate_media(media="print", color_scheme="dark")

        printed = reader.page.locator(".map-picture.printed")

        reader.expect(printed).to_be_visible()
        reader.expect(reader.page.locator(".drawing.map")).to_be_hidden()
        box = printed.bounding_box()
        assert box["width"] <= reader.page.evaluate("document.documentElement.clientWidth")
        stroke = "part => getComputedStyle(part).stroke"
        assert printed.locator(".way.donor").first.evaluate(stroke) == "rgb(11, 92, 138)"
        for pressed in (".rail", ".tabs", ".top-end", "[data-save=svg]"):
            reader.expect(reader.page.locator(pressed).first).to_be_hidden()
        # Where it comes from, of which day, by whom and when it was printed.
        source = reader.page.locator(".printed-from")
        reader.expect(source).to_contain_text(f"/programmes/{programme.pk}/ · as of {TODAY}")
        reader.expect(source).to_contain_text(f"printed on {TODAY} by Office")
