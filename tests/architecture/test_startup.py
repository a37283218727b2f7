import subprocess
import sys

import pytest

# What takes long to import, or draws in what does; none of it is needed to print help.
HEAVY = ["highspy", "jinja2", "numpy", "openpyxl", "python_calamine", "scipy", "tomli_w"]
PROGRAM = """
import sys
from tiebeam.interfaces.cli import main
sys.argv = ["tiebeam", *{arguments!r}]
try:
    main()
except SystemExit as exit:
    assert not exit.code, exit.code
print("imported:", *sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [[], ["--help"], ["pair", "--help"]])
class TestStart:
    def test_prints_help_without_heavy_imports(self, arguments):
        started = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(arguments=arguments)],
            capture_output=True,
            text=True,
            check=False,
        )

        assert "imported:" in started.stderr, started.stderr
        imported = set(started.stderr.rsplit("imported:", 1)[1].split())
        assert "tiebeam.interfaces.cli" in imported
        assert imported & set(HEAVY) == set()
        assert "pair" in started.stdout
