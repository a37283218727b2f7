"""What holds for every test: no clock in hypothesis, and a loud list of what was not tested."""

from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

SKIPPED_FILE = Path(__file__).parents[1] / "build" / "skipped.txt"

# A busy machine must not fail a test; how fast something is belongs to the benchmarks.
settings.register_profile("tiebeam", deadline=None, print_blob=True)
settings.load_profile("tiebeam")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return why *report* was skipped, as its author worded it."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return str(report.longrepr)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Generator[None, None, None]:
    """Name what was skipped at the very end, and leave it in build/ for ``make test`` to repeat."""
    yield
    reasons = Counter(_reason(report) for report in terminalreporter.getreports("skipped"))
    lines = [f"NOT TESTED HERE ({count}): {reason}" for reason, count in sorted(reasons.items())]
    for line in lines:
        terminalreporter.write_line(line, yellow=True, bold=True)
    if SKIPPED_FILE.parent.is_dir():
        SKIPPED_FILE.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
