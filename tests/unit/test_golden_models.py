"""
The solver's linear program, rule by rule, against files that were read by eye (§M2-§M5).

How to make the files anew where the program changes on purpose: see ``reference.golden_models``.
"""

import pytest

from reference.golden_models import FOLDER, GOLDEN, TWO_RESOURCES, render
from tiebeam.core.pairing.problem import compile_problem
from tiebeam.core.pairing.relaxation import Relaxation


@pytest.mark.parametrize("name", GOLDEN)
class TestRelaxation:
    def test_writes_each_rule_as_the_law_has_it(self, name):
        """§M2, §M3.1, §M3.2, §M3.3, §M3.4, §M3.5, §M3.6, §M4, §M5."""
        assert render(name) == (FOLDER / f"{name}.lp").read_text(encoding="utf-8")


class TestGoldenFiles:
    def test_are_those_that_are_compared(self):
        assert sorted(path.stem for path in FOLDER.glob("*.lp")) == sorted(GOLDEN)

    def test_show_every_family_of_rows(self):
        """§M3, §M4, §M5: a new family of rows needs a file that somebody has read."""
        shown = {family for golden in GOLDEN.values() for family in golden.rows}

        written = {name[0] for name in Relaxation(compile_problem(TWO_RESOURCES)).row_names}

        assert written <= shown
