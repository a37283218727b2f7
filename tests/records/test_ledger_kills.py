"""Who imports is killed without a word, ten times: nothing is partial, and the import goes on (issue 4 §5)."""

import subprocess
import sys

from architecture.repository import ROOT


class TestImport:
    def test_survives_ten_kills(self):
        done = subprocess.run(
            [sys.executable, "-m", "drills.ledger_import", "--kills", "10"],
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
            timeout=600,
        )

        assert done.returncode == 0, done.stdout + done.stderr
        assert "* killed: 10" in done.stdout
