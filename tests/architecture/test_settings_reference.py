"""Every variable that the program reads from the environment has its line in the documents."""

import re

import pytest

from architecture.repository import ROOT

READ = re.compile(r'"(TIEBEAM_[A-Z_]+)"')
LINE = re.compile(r"^\| `(TIEBEAM_[A-Z_]+)` \|", re.MULTILINE)


class TestSettingsReference:
    @pytest.mark.parametrize(
        "page", ["docs/reference/settings.md", "docs/zh/reference/settings.md"]
    )
    def test_names_every_variable_and_no_other(self, page):
        sources = (ROOT / "src" / "tiebeam").rglob("*.py")
        read = {name for path in sources for name in READ.findall(path.read_text("utf-8"))}

        listed = LINE.findall((ROOT / page).read_text("utf-8"))

        assert len(listed) == len(set(listed))
        assert set(listed) == read
