"""The report in a real browser: widths, languages, what it loads, what it saves, what it prints."""

import csv
import io
import shutil
from dataclasses import replace

import pytest

from unit.report.small_plan import OTHER, PLAN, REASONS, SCENARIO, page

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: pages were not opened"
)

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium on this machine: pages were not opened"
    ),
]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    long_name = replace(
        SCENARIO.donors[1],
        name="A Donor With An Uncommonly Long Name Of Several Words",
        name_zh="名称特别长的某某某某某某某某某某某某某某支援方",
    )
    scenario = replace(SCENARIO, donors=(SCENARIO.donors[0], long_name))
    path.write_text(page(scenario, PLAN, reasons=REASONS, against=OTHER), encoding="utf-8")
    return path


class Opened:
    """A page in the browser, with all that it asked for and complained of."""

    def __init__(self, browser, report, query="", **context):
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(report.as_uri() + query)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 820, 1280])
class TestEveryWidth:
    def test_fits_without_scrolling_sideways(self, browser, report, width, scheme, language):
        with Opened(
            browser,
            report,
            f"?lang={language}",
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
        ) as opened:
            opened.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

            assert opened.page.evaluate("document.documentElement.scrollWidth") == width
            assert opened.complaints == []
            assert len(opened.requests) == 1


class TestLanguage:
    @pytest.mark.parametrize(
        ("locale", "query", "tag"),
        [
            ("zh-CN", "", "zh-Hans"),
            ("en-GB", "", "en"),
            ("de-DE", "", "en"),
            ("en-GB", "?lang=zh", "zh-Hans"),
            ("zh-CN", "?lang=en", "en"),
        ],
    )
    def test_follows_the_reader_and_the_address(self, browser, report, locale, query, tag):
        with Opened(browser, report, query, locale=locale) as opened:
            assert opened.page.evaluate("document.documentElement.lang") == tag
            assert opened.page.locator("h1:visible").count() == 1
            assert opened.page.title() == opened.page.locator("h1:visible").inner_text()

    def test_switches_and_keeps_the_place_and_what_is_open(self, browser, report):
        with Opened(browser, report, viewport={"width": 390, "height": 700}) as opened:
            page = opened.page
            closed = page.locator(".view-en [data-key=details-closed] > summary")
            closed.click()
            page.locator("#en-levels").evaluate("part => part.scrollIntoView()")
            page.evaluate("window.scrollBy(0, 120)")
            page.evaluate("document.querySelector('.view-en .switch').click()")

            gap = page.evaluate("document.querySelector('#zh-levels').getBoundingClientRect().top")
            # Chinese rows are lower: the place is kept within its own section.
            assert -160 < gap < 0
            assert page.locator(".view-zh [data-key=details-closed]").get_attribute("open") == ""

            page.evaluate("document.querySelector('.view-zh .switch').click()")
            back = page.evaluate("document.querySelector('#en-levels').getBoundingClientRect().top")
            assert back == pytest.approx(gap, abs=80)
            assert opened.complaints == []

    def test_can_be_switched_from_the_keyboard(self, browser, report):
        with Opened(browser, report) as opened:
            opened.page.keyboard.press("Tab")
            opened.page.keyboard.press("ArrowRight")

            assert opened.page.evaluate("document.documentElement.lang") == "zh-Hans"


class TestWithoutScript:
    def test_reads_in_full_and_still_switches(self, browser, report):
        with Opened(browser, report, java_script_enabled=False) as opened:
            page = opened.page
            assert "70" in page.locator("h1:visible").inner_text()
            assert page.locator("button:visible").count() == 0

            page.locator(".view-en .switch").click()
            assert "总需求满足程度" in page.locator("h1:visible").inner_text()

            page.locator(".view-zh [data-key=details-coverage] > summary").click()
            assert page.locator(".view-zh [data-key=table-coverage]").is_visible()


class TestSaving:
    def save(self, opened, selector):
        with opened.page.expect_download() as waiting:
            opened.page.locator(selector).click()
        return waiting.value

    def test_gives_tables_as_csv_with_exact_figures_and_reasons(self, browser, report):
        with Opened(browser, report, accept_downloads=True) as opened:
            saved = self.save(opened, ".view-en [data-key=table-pairs] [data-save=csv]")

            assert saved.suggested_filename == "tiebeam-pairs.csv"
            text = saved.path().read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(text)))
        assert rows[0][:4] == ["Donor", "Recipient", "Lead", "Doctors (persons)"]
        assert rows[0][-1] == "Why this pair"
        assert rows[2][:6] == ["Fujian", "Longyan", "lead", "4", "0", "40"]
        assert rows[2][-1].startswith("Without this pair, the worst-covered place falls")
        assert {len(row) for row in rows} == {len(rows[0])}

    @pytest.mark.parametrize("part", ["map", "flows", "coverage", "burden"])
    def test_gives_pictures_as_svg_that_stands_alone(self, browser, report, part):
        with Opened(browser, report, accept_downloads=True) as opened:
            saved = self.save(opened, f".view-en [data-key=picture-{part}] [data-save=svg]")

            text = saved.path().read_text(encoding="utf-8")
            title = opened.page.locator(f".view-en [data-key=picture-{part}] .finding").inner_text()
        assert text.startswith("<svg")
        assert "href" not in text
        assert title.split()[0] in text

    def test_gives_pictures_as_png(self, browser, report):
        with Opened(browser, report, accept_downloads=True) as opened:
            saved = self.save(opened, ".view-en [data-key=picture-map] [data-save=png]")

            assert saved.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
            assert opened.complaints == []

    def test_disarms_cells_that_a_spreadsheet_would_run(self, browser, tmp_path):
        path = tmp_path / "report.html"
        evil = replace(SCENARIO.donors[0], name='=HYPERLINK("x")')
        scenario = replace(SCENARIO, donors=(evil, SCENARIO.donors[1]))
        path.write_text(page(scenario), encoding="utf-8")

        with Opened(browser, path, "?lang=en", accept_downloads=True) as opened:
            saved = self.save(opened, ".view-en [data-key=table-pairs] [data-save=csv]")
            text = saved.path().read_text(encoding="utf-8-sig")

        names = {row[0] for row in csv.reader(io.StringIO(text))}
        assert '\'=HYPERLINK("x")' in names
        assert '=HYPERLINK("x")' not in names


class TestPrint:
    def test_prints_one_language_on_paper(self, browser, report):
        with Opened(browser, report, "?lang=en", viewport={"width": 1280, "height": 900}) as opened:
            opened.page.emulate_media(media="print")

            assert opened.page.locator(".rail:visible").count() == 0
            assert opened.page.locator(".drawing.wide:visible").count() == 4
            assert opened.page.locator(".drawing.narrow:visible").count() == 0
            assert opened.page.locator(".view-zh:visible").count() == 0
            assert opened.page.pdf()[:5] == b"%PDF-"
