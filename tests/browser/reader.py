"""Somebody who reads and presses in a browser, and complains of what a reader should not see."""

import re
import shutil
from pathlib import Path
from typing import Any, Self

from django.urls import reverse

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT = 15_000
"""Milliseconds for which a slow machine is waited for."""
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"

# Names and formats that stand in a Chinese page as they are.
LATIN = {
    "Build", "DEMO", "XLSX", "CSV", "JSON", "XML", "EDXL", "SVG", "PNG", "SHA", "API", "MB", "ID", "UTC", "verifier", "py",
    "nurse", "staff", "coverage", "partners", "continuity", "burden", "distance", "cost", "tiebeam", "Tiebeam",
    "Office", "Fujian", "Hunan", "Nyingchi", "Huanggang", "Second", "Auditor", "Administrator",
}  # fmt: skip
NAMED_BY_NUMBER = re.compile(r"[0-9a-f-]{12,}|[0-9a-f]{8,}|\S+@\S+")
NOT_READ = "script, noscript, style, code, pre, .hash, .printed-from, .language, .hint, select, textarea, [lang]:not(html)"
# A page that has just come may have no body yet.
READ_TEXT = """async (skipped) => {
  if (document.readyState !== 'complete') await new Promise((come) => addEventListener('load', come));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement.closest(skipped)) texts.push(walker.currentNode.data.trim());
  }
  return texts.join(' ');
}"""
TOO_WIDE = """() => {
  const most = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= most) return [];
  return [...document.querySelectorAll('body *')]
    .filter((part) => part.getBoundingClientRect().right > most + 1 && !part.closest('.scroll'))
    .map((part) => part.outerHTML.slice(0, 160));
}"""


class Reader:
    """One person with a browser window, reading in *language*; others may have said things in both."""

    def __init__(self, page: Any, expect: Any, base: str, language: str, said: set[str]) -> None:
        self.page, self.expect, self.base = page, expect, base
        self.language, self.said = language, said
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note)

    def _note(self, message: Any) -> None:
        if "Content Security" in message.text:
            self.complaints.append(message.text)

    def words(self, zh: str, en: str) -> str:
        """Return the words of the reader's language."""
        return zh if self.language == "zh" else en

    # What a person does.

    def goes(self, name: str, *args: Any, query: str = "") -> Self:
        """Open the page of an address."""
        return self.opens(self.base + reverse(name, args=args) + query)

    def opens(self, address: str) -> Self:
        """Open the page that somebody pointed to."""
        self.page.goto(address)
        return self.is_well()

    def presses(self, zh: str, en: str, within: str = "main", starts: bool = False) -> Self:
        """Press the button, or follow the link, of these words; another page comes."""
        with self.page.expect_navigation():
            self.finds(zh, en, within, starts=starts).click()
        return self.is_well()

    def finds(self, zh: str, en: str, within: str = "main", *, starts: bool = False) -> Any:
        """Return the button or link of these words."""
        name: Any = self.words(zh, en)
        if starts:
            name = re.compile("^" + re.escape(name))
        part = self.page.locator(within)
        button = part.get_by_role("button", name=name, exact=True)
        found = button.or_(part.get_by_role("link", name=name, exact=True)).first
        self.expect(found).to_be_visible()
        return found

    def enters(self, zh: str, en: str, value: str, within: str = "main") -> Self:
        """Write into the field of this label."""
        self.said.add(value)
        self._field(zh, en, within).fill(value)
        return self

    def chooses(self, zh: str, en: str, choice_zh: str, choice_en: str) -> Self:
        """Choose in the list of this label."""
        self._field(zh, en).select_option(label=self.words(choice_zh, choice_en))
        return self

    def ticks(self, zh: str, en: str) -> Self:
        """Tick the box, or the choice, of this label."""
        self._field(zh, en).check()
        return self

    def downloads(self, zh: str, en: str) -> Path:
        """Press what gives a file, and return the file."""
        with self.page.expect_download() as waiting:
            self.finds(zh, en).click()
        return Path(waiting.value.path())

    def _field(self, zh: str, en: str, within: str = "main") -> Any:
        label = re.compile(r"^\s*" + re.escape(self.words(zh, en)))
        return self.page.locator(within).get_by_label(label).first

    # What a person sees.

    def has_title(self, zh: str, en: str) -> Self:
        """See these words in the title."""
        self.expect(self.page.locator("h1")).to_contain_text(self.words(zh, en))
        return self

    def sees(self, zh: str, en: str, within: str = "main") -> Self:
        """See these words on the page."""
        part = self.page.locator(within).first
        self.expect(part).to_contain_text(self.words(zh, en))
        return self

    def sees_not(self, zh: str, en: str, within: str = "main") -> Self:
        """Do not see these words on the page."""
        self.expect(self.page.locator(within).first).not_to_contain_text(self.words(zh, en))
        return self

    def is_told(self, zh: str, en: str) -> Self:
        """See the notice that something was done."""
        notice = self.page.get_by_role("status").filter(has_text=self.words(zh, en))
        self.expect(notice.first).to_be_visible()
        return self

    def is_refused(self, zh: str, en: str) -> Self:
        """See in words why something was not done."""
        self.expect(self.page.get_by_role("alert").first).to_contain_text(self.words(zh, en))
        return self

    def is_well(self) -> Self:
        """See nothing that a reader should not: a code, a word of the other language, a broken rule."""
        text = f"{self.page.title()} {self.page.evaluate(READ_TEXT, NOT_READ)}"
        for words in sorted({row for row in self.said if len(row) > 1}, key=len, reverse=True):
            text = text.replace(words, " ")
        assert not re.findall(r"\[[a-z_]+\.[a-z_.]+", text), self.page.url
        if self.language == "zh":
            strange = set(re.findall(r"[A-Za-z]{3,}", NAMED_BY_NUMBER.sub(" ", text)))
            assert strange - LATIN == set(), (self.page.url, strange - LATIN)
        else:
            strange = set(re.findall(r"[\u4e00-\u9fff]+", text))
            assert strange == set(), (self.page.url, strange)
        assert self.complaints == [], self.page.url
        return self

    def looks(self, name: str) -> Self:
        """Take a picture at the width of a desk and of a phone; nothing stands out sideways."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for size in (PHONE, DESK):
            self.page.set_viewport_size(size)
            assert self.page.evaluate(TOO_WIDE) == [], (self.page.url, size["width"])
            self.page.evaluate("window.scrollTo(0, 0)")
            path = SCREENSHOTS / f"{name}-{self.language}-{size['width']}.png"
            self.page.screenshot(path=path, full_page=True)
        return self
