import subprocess
import sys

from architecture.repository import ROOT


class TestImportContracts:
    def test_hold(self):
        program = "from importlinter.cli import lint_imports_command; lint_imports_command()"

        linted = subprocess.run(
            [sys.executable, "-c", program, "--no-cache", "--no-logo"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

        assert linted.returncode == 0, linted.stdout + linted.stderr
        assert "0 broken" in linted.stdout

    def test_name_every_folder_of_a_floor_that_has_rooms(self):
        config = (ROOT / ".importlinter").read_text(encoding="utf-8")

        assert config.count("type = layers") == config.count("exhaustive = true")
