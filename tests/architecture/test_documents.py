import re
from typing import Any

import pytest
from typer.main import get_command

from architecture.repository import ROOT, committed_files, name_of
from tiebeam.interfaces.cli.app import app

DOCS = ROOT / "docs"
READMES = ["README.md", "README.zh-Hans.md"]
BLOCK = re.compile(r"^```(?:console|sh|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:|#)([^)#]+)(?:#[^)]*)?\)")


def _commands(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """List the paths of all commands below *command*: ("pair",), ("scenario", "check") …."""
    children = getattr(command, "commands", {})
    if not children:
        return [path]
    return [leaf for name, child in children.items() for leaf in _commands(child, (*path, name))]


COMMANDS = sorted(_commands(get_command(app)))


def _shown_commands(text: str) -> list[list[str]]:
    """List the command lines that the code blocks of a page show, split into words."""
    lines = [
        line.removeprefix("$ ").split("#")[0].split()
        for block in BLOCK.findall(text)
        for line in block.splitlines()
        if line.startswith(("$ ", "make ", "tiebeam ", ".venv/bin/tiebeam "))
    ]
    return [line for line in lines if line]


def _pages() -> list[str]:
    return [
        name_of(path)
        for path in committed_files()
        if path.suffix == ".md" and path.is_relative_to(DOCS)
    ]


class TestEveryCommand:
    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_has_its_page_in_the_reference(self, command):
        page = DOCS / "reference" / "commands" / f"{command[0]}.md"

        assert f"```{{tiebeam-help}} {' '.join(command)}\n" in page.read_text(encoding="utf-8")

    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_has_its_place_in_the_chinese_reference(self, command):
        page = DOCS / "zh" / "reference" / "commands.md"

        text = page.read_text(encoding="utf-8")

        assert f"```{{tiebeam-help}} {' '.join(command)}\n:lang: zh\n" in text


class TestDocumentsAndReadmes:
    @pytest.mark.parametrize("page", [*READMES, "CONTRIBUTING.md", *_pages()])
    def test_show_commands_that_exist(self, page):
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)

        for words in _shown_commands((ROOT / page).read_text(encoding="utf-8")):
            if words[0] == "make":
                assert words[1] in targets, words
            elif words[0].endswith("tiebeam") and len(words) > 1 and words[1][0] != "-":
                assert any(tuple(words[1 : 1 + len(path)]) == path for path in COMMANDS), words

    @pytest.mark.parametrize("page", [*READMES, "CONTRIBUTING.md", "CHANGELOG.md"])
    def test_link_to_files_that_exist(self, page):
        missing = [
            target
            for target in LINK.findall((ROOT / page).read_text(encoding="utf-8"))
            if not (ROOT / target).exists()
        ]

        assert missing == []

    @pytest.mark.parametrize("readme", READMES)
    def test_begin_with_the_two_commands(self, readme):
        shown = _shown_commands((ROOT / readme).read_text(encoding="utf-8"))

        assert shown[:2] == [["make", "demo"], ["make", "test"]]

    def test_have_a_chinese_page_for_every_english_one_that_users_read(self):
        english = {
            path.relative_to(DOCS).as_posix()
            for folder in ("law", "tutorials", "explanation")
            for path in (DOCS / folder).glob("*.md")
        } | {"index.md", "glossary.md", "reference/files.md"}
        chinese = {path.relative_to(DOCS / "zh").as_posix() for path in (DOCS / "zh").rglob("*.md")}

        assert english - chinese == set()


class TestDecisions:
    def test_are_at_most_forty_lines(self):
        lengths = {
            path.name: len(path.read_text(encoding="utf-8").splitlines())
            for path in (DOCS / "decisions").glob("0*.md")
        }

        assert len(lengths) >= 6
        assert {name for name, length in lengths.items() if length > 40} == set()

    def test_are_numbered_without_a_hole(self):
        numbers = sorted(int(path.name[:4]) for path in (DOCS / "decisions").glob("0*.md"))

        assert numbers == list(range(1, len(numbers) + 1))
