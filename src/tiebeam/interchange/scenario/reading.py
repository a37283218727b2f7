"""The one way in: a path to a scenario, whatever its form."""

from pathlib import Path

from tiebeam.errors import InvalidInput
from tiebeam.interchange.scenario.assembly import ReadScenario, ScenarioParts, assemble
from tiebeam.interchange.scenario.folder import SETTINGS_FILE, read_folder
from tiebeam.interchange.scenario.workbook import read_workbook_parts
from tiebeam.interchange.tables.files import read_file
from tiebeam.interchange.tables.findings import Findings


def read_scenario(path: str | Path) -> ReadScenario:
    """
    Return the scenario at *path*: a folder (or its ``scenario.toml``), or an .xlsx workbook.

    Raises:
        InvalidInput: Every fault found, in the order of tables and rows; what
            reading had to repair before stands in its ``warnings``.
    """
    findings = Findings()
    parts = _read_parts(Path(path), findings)
    if parts is None:
        raise InvalidInput(findings.faults, findings.list_warnings())
    return assemble(parts, findings)


def _read_parts(path: Path, findings: Findings) -> ScenarioParts | None:
    """Return the tables at *path*, None with a fault noted where there are none."""
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError, RuntimeError):
        is_folder = False
    if is_folder:
        return read_folder(path, findings)
    content = read_file(path, path.name, findings)
    if content is None:
        return None
    if path.name.casefold() == SETTINGS_FILE:
        return read_folder(path.parent, findings)
    if path.suffix.casefold() in {".csv", ".toml", ".json", ".tsv", ".txt", ".ods", ".zip"}:
        findings.add_fault("read.not_a_scenario", path.name, value=str(path))
        return None
    return read_workbook_parts(content, path.name, findings)
