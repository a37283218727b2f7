"""What the cells of a sheet about money say: amounts in 元, days, texts."""

from datetime import date

from tiebeam.apps.regions.operations.rows import GivenRow, fault
from tiebeam.errors import Fault, InvalidInput
from tiebeam.platform.time.periods import read_known_day
from tiebeam.units import parse_amount, yuan


def read_amount(row: GivenRow, column: str, faults: list[Fault], *, demanded: bool) -> int | None:
    """Return the fen that a cell in 元 says, None where it says none; what is wrong is added to *faults*."""
    text = _text(row, column, faults, demanded=demanded)
    if not text:
        return None
    try:
        return parse_amount(text, unit="yuan", row=row.number, column=column).fen
    except InvalidInput as error:
        faults += error.faults
        return None


def read_day(row: GivenRow, column: str, faults: list[Fault], *, demanded: bool) -> date | None:
    """Return the day that a cell says, None where it says none; what is wrong is added to *faults*."""
    text = _text(row, column, faults, demanded=demanded)
    if not text:
        return None
    try:
        return read_known_day(text)
    except ValueError:
        faults.append(fault("regions.value_not_valid", row.number, column, text))
        return None


def read_texts(row: GivenRow, *columns: str) -> dict[str, str]:
    """Return those of *columns* that are in the sheet, with spaces made one."""
    return {
        column: " ".join(row.values[column].split()) for column in columns if column in row.values
    }


def in_yuan(changes: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Return changes with the amount as the sheet writes it."""
    if "amount" not in changes:
        return changes
    before, after = (str(yuan(int(text))) if text else "" for text in changes["amount"])
    return changes | {"amount": (before, after)}


def _text(row: GivenRow, column: str, faults: list[Fault], *, demanded: bool) -> str:
    """Return the text of a cell; an empty one is a fault where it is in the sheet, or is demanded."""
    text = row.values.get(column, "").strip()
    if not text and (demanded or column in row.values):
        faults.append(fault("regions.value_missing", row.number, column))
    return text
