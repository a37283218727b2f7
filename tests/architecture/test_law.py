import re

from architecture.repository import ROOT, text_of

HEADING = re.compile(r"^## (§[A-Z]\d+) ", re.MULTILINE)
CITATION = re.compile(r"§[A-Z]\d+")


def _sections() -> dict[str, str]:
    """Map each § of the law to the page that holds it."""
    return {
        section: page.name
        for page in sorted((ROOT / "docs" / "law").glob("*.md"))
        for section in HEADING.findall(page.read_text(encoding="utf-8"))
    }


def _cited(folder: str) -> set[str]:
    return {
        section
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".yaml", ".toml"} and path.name != "test_law.py"
        for section in CITATION.findall(text_of(path) or "")
    }


class TestLaw:
    def test_numbers_the_sections_of_each_page_from_one(self):
        last = {"M": 10, "L": 14, "P": 10, "S": 13, "U": 7, "D": 6, "E": 13}

        numbered = {f"§{page}{n}" for page, end in last.items() for n in range(1, end + 1)}

        assert numbered == {*_sections()}

    def test_is_cited_by_a_test_section_by_section(self):
        assert set(_sections()) - _cited("tests") == set()

    def test_holds_every_section_that_code_or_tests_cite(self):
        assert (_cited("src") | _cited("tests")) - set(_sections()) == set()

    def test_has_the_same_sections_in_chinese(self):
        chinese = {
            section
            for page in (ROOT / "docs" / "zh" / "law").glob("*.md")
            for section in HEADING.findall(page.read_text(encoding="utf-8"))
        }

        assert chinese == set(_sections())
