"""A small sound scenario as the texts of its files, to be spoilt one cell at a time."""

from pathlib import Path

from openpyxl import Workbook

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interchange.scenario import ReadScenario, read_scenario

FILES = {
    "scenario.toml": (
        '[scenario]\nid = "small"\n\n[policy]\nlevels = ["coverage", "burden"]\nmin_share = 0.1\n'
    ),
    "donors.csv": "id,name,lat,lon\na,Alpha,30,120\nb,Beta,31,121\n",
    "recipients.csv": "id,name,lat,lon\nx,Xray,32,112\ny,Yankee,33,113\n",
    "resources.csv": "id,name,unit,lot\ndoc,Doctors,person,1\n",
    "capacities.csv": "donor,resource,amount\na,doc,1500\nb,doc,1600\n",
    "needs.csv": "recipient,resource,amount\nx,doc,1700\ny,doc,1800\n",
    "links.csv": "donor,recipient,status,tie\na,x,required,3\n",
}


def write_files(folder: Path, **changed: str | bytes | None) -> Path:
    """Write the small scenario into *folder*; ``needs="…"`` replaces needs.csv, None leaves it out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        content = changed.get(name.split(".")[0], text)
        if content is not None:
            raw = content if isinstance(content, bytes) else content.encode()
            (folder / name).write_bytes(raw)
    return folder


def read_changed(folder: Path, **changed: str | bytes | None) -> ReadScenario:
    return read_scenario(write_files(folder, **changed))


def list_faults_of(path: Path) -> tuple[Fault, ...]:
    """Return the faults of reading *path*, none where it is sound."""
    try:
        read_scenario(path)
    except InvalidInput as error:
        return error.faults
    return ()


def faults_when(
    folder: Path, **changed: str | bytes | None
) -> list[tuple[str, str, int | None, str]]:
    """Return (code, file, row, column) of every fault of the small scenario so changed."""
    faults = list_faults_of(write_files(folder, **changed))
    return [(fault.code, fault.place, fault.row, fault.column) for fault in faults]


def repairs_when(folder: Path, **changed: str | bytes | None) -> dict[str, Fault]:
    """Return the warnings of the small scenario so changed, by code."""
    return {warning.code: warning for warning in read_changed(folder, **changed).warnings}


def build_workbook() -> Workbook:
    """Return the small scenario as a workbook that a person might have typed."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    sheets = {
        "scenario": [["key", "value"], ["id", "small"]],
        "policy": [["key", "value"], ["levels", "coverage, burden"], ["min_share", 0.1]],
        "donors": [["id", "name", "lat", "lon"], ["a", "Alpha", 30, 120], ["b", "Beta", 31, 121]],
        "recipients": [
            ["id", "name", "lat", "lon"],
            ["x", "Xray", 32, 112],
            ["y", "Yankee", 33, 113],
        ],
        "resources": [["id", "name", "unit", "lot"], ["doc", "Doctors", "person", 1]],
        "capacities": [["donor", "resource", "amount"], ["a", "doc", 1500], ["b", "doc", 1600]],
        "needs": [["recipient", "resource", "amount"], ["x", "doc", 1700], ["y", "doc", 1800]],
        "links": [["donor", "recipient", "status", "tie"], ["a", "x", "required", 3]],
    }
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return workbook
