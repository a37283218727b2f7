"""The file itself: safe, of its own, in two languages, and the same for the same plan (§M9)."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tiebeam.core.model.plan import Notice
from tiebeam.core.model.scenario import Assumption, Source
from tiebeam.interfaces.report import write_report
from tiebeam.interfaces.report.background import safe_link
from unit.report.small_plan import CHECK, OTHER, PLAN, REASONS, SCENARIO, page, text_of

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&{{7*7}}"


class _Elements(HTMLParser):
    """Collects every start tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.met: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        self.met.append((tag, dict(attrs)))


def elements(html: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = _Elements()
    reader.feed(html)
    return reader.met


def full_page() -> str:
    warned = replace(PLAN, warnings=(Notice(code="read.trimmed", facts={}),))
    return page(plan=warned, reasons=REASONS, against=OTHER)


class TestSafety:
    def test_shows_markup_in_names_as_plain_text(self):
        party = replace(SCENARIO.donors[0], name=EVIL, name_zh=EVIL)
        scenario = replace(
            SCENARIO,
            title=EVIL,
            title_zh=EVIL,
            donors=(party, *SCENARIO.donors[1:]),
            assumptions=(Assumption(text=EVIL, affects=EVIL),),
            sources=(Source(key=EVIL, title=EVIL, url="javascript:alert(3)"),),
        )

        html = page(scenario, reasons=REASONS, against=OTHER)

        met = elements(html)
        assert [tag for tag, _ in met].count("script") == 1
        assert "img" not in {tag for tag, _ in met}
        assert not [name for _, attrs in met for name in attrs if name.startswith("on")]
        assert not [a for _, a in met if (a.get("href") or "").startswith("javascript")]
        assert EVIL in text_of(html)

    def test_keeps_text_that_turns_reading_order_or_breaks_the_page_out(self):
        party = replace(SCENARIO.donors[0], name="Fu\u202ejian\x00\x0b")

        html = page(replace(SCENARIO, donors=(party, *SCENARIO.donors[1:])))

        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x0b]", html)

    @pytest.mark.parametrize(
        ("url", "link"),
        [
            ("https://example.org/a?b=1", "https://example.org/a?b=1"),
            ("javascript:alert(1)", ""),
            ("data:text/html,x", ""),
            ("//example.org", ""),
            ("http://[", ""),
            ("", ""),
        ],
    )
    def test_links_plain_web_addresses_only(self, url, link):
        assert safe_link(url) == link

    def test_lets_nothing_run_but_what_its_policy_names_by_hash(self):
        html = full_page()

        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
        assert policy
        for tag in ("style", "script"):
            inside = re.search(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
            assert inside
            digest = base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
            assert f"{tag}-src &#39;sha256-{digest}&#39;".replace("&#39;", "'") in policy[
                1
            ].replace("&#39;", "'")
        assert "default-src" in policy[1]
        assert not [attrs for _, attrs in elements(html) if "style" in attrs]


class TestSelfContained:
    def test_loads_nothing_from_anywhere(self):
        html = full_page()

        for tag, attributes in elements(html):
            assert tag not in {"link", "img", "iframe", "object", "embed", "base"}
            assert "src" not in attributes
            target = attributes.get("href") or "#"
            assert target.startswith("#") or (tag == "a" and target.startswith("https://example"))
        style = html.split("<style>")[1].split("</style>")[0]
        assert "@import" not in style
        assert "url(" not in style

    def test_has_no_dead_anchor_and_no_id_twice(self):
        met = elements(full_page())
        ids = [attributes["id"] for _, attributes in met if "id" in attributes]

        assert len(ids) == len(set(ids))
        targets = {(a.get("href") or "") for tag, a in met if tag == "a"}
        assert {t[1:] for t in targets if t.startswith("#")} - set(ids) == set()
        assert {a["for"] for tag, a in met if tag == "label"} - set(ids) == set()

    def test_pairs_every_part_of_one_language_with_one_of_the_other(self):
        html = full_page()
        english, chinese = html.split("<script>")[0].split('<div class="view view-zh"')
        english = english.split('<div class="view view-en"')[1]

        def keys(part):
            return re.findall(r'data-key="([^"]*)"', part)

        assert keys(english) == keys(chinese)
        assert len(keys(english)) > 20


class TestLanguages:
    def test_leave_no_english_word_of_ours_in_the_chinese_page(self):
        chinese = text_of(full_page(), "zh")

        # Names of files, formats and commands are the same in both.
        known = {"English", "Tiebeam", "tiebeam", "check", "explain", "SCENARIO", "PLAN", "CSV"}
        known |= {"SVG", "PNG", "needs", "csv", "amount", "comparison", "read", "trimmed"}
        assert (
            set(re.findall(r"[A-Za-z]{3,}", re.sub(r"\b[0-9a-f]{12,64}\b", "", chinese))) <= known
        )

    def test_leave_no_chinese_in_the_english_page_but_its_switch(self):
        english = text_of(full_page())

        assert set(re.findall(r"[\u4e00-\u9fff]+", english)) == {"中文", "年鉴"}

    def test_leave_no_code_without_its_sentence(self):
        for language in ("en", "zh"):
            assert (
                re.findall(r"\[(?!read\.)[a-z_]+\.[a-z_.]+\]", text_of(full_page(), language)) == []
            )


class TestWriteReport:
    def test_writes_one_whole_file_and_leaves_nothing_else(self, tmp_path):
        target = tmp_path / "report.html"
        target.write_text("older", encoding="utf-8")

        write_report(target, SCENARIO, PLAN, check=CHECK)

        assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
        assert target.read_text(encoding="utf-8").startswith("<!doctype html>")

    def test_writes_the_same_for_the_same_plan_whatever_the_order_of_rows(self):
        turned = replace(PLAN, pairs=PLAN.pairs[::-1], flows=PLAN.flows[::-1])

        assert page(plan=turned) == page()

    def test_survives_a_plan_that_names_strangers(self):
        strange = replace(PLAN, pairs=(*PLAN.pairs, replace(PLAN.pairs[0], donor="nobody")))

        assert "70 % of all need is covered" in text_of(page(plan=strange))
