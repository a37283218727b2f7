"""The lines of a return as entered: checked all at once, before any is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tiebeam.apps.programmes.models import ReturnLine
from tiebeam.apps.programmes.operations.resources import FINEST, LARGEST, read_number
from tiebeam.errors import Fault, InvalidInput
from tiebeam.platform.permissions.operations import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredLine(Given):
    """
    One line as somebody entered it.

    Attributes:
        resource: The id of a resource of the round.
        quantity: A number, or the text of one.
        evidence: On what the figure rests, in words.
        row: Where it stood, as the reader counts; the place in the sequence otherwise.
    """

    resource: str
    quantity: Decimal | int | str
    evidence: str = ""
    row: int | None = None


def read_lines(
    lines: Sequence[EnteredLine], resources: Sequence[Mapping[str, str]]
) -> dict[str, tuple[Decimal, str]]:
    """
    Return quantity and evidence by resource.

    Raises:
        InvalidInput: Every fault found.
    """
    lots = {resource["id"]: Decimal(resource["lot"]) for resource in resources}
    faults: list[Fault] = []
    read: dict[str, tuple[Decimal, str]] = {}
    known: dict[str, object] = {"known": tuple(lots)}
    for place, line in enumerate(lines, start=1):
        row = line.row or place
        evidence = line.evidence.strip()
        if line.resource not in lots:
            faults.append(
                _fault("programmes.unknown_resource", row, "resource", line.resource, known)
            )
        elif line.resource in read:
            faults.append(_fault("programmes.given_twice", row, "resource", line.resource))
        most = ReturnLine._meta.get_field("evidence").max_length
        assert most is not None
        if len(evidence) > most:
            facts: dict[str, object] = {"most": most, "length": len(evidence)}
            faults.append(_fault("programmes.text_too_long", row, "evidence", "", facts))
        quantity = read_number(line.quantity)
        fault = _find_quantity_fault(row, line, quantity, lots.get(line.resource, Decimal(0)))
        if fault is not None:
            faults.append(fault)
        read.setdefault(line.resource, (quantity or Decimal(0), evidence))
    if faults:
        raise InvalidInput(faults)
    # As the database gives them back, so that the log tells one number in one way.
    return {name: (quantity.quantize(FINEST), said) for name, (quantity, said) in read.items()}


def _find_quantity_fault(
    row: int, line: EnteredLine, quantity: Decimal | None, lot: Decimal
) -> Fault | None:
    value = str(line.quantity)
    if quantity is None:
        return _fault("programmes.not_a_number", row, "quantity", value)
    if quantity < 0:
        return _fault("programmes.negative", row, "quantity", value)
    if quantity >= LARGEST or quantity % FINEST:
        return _fault("programmes.too_large_or_fine", row, "quantity", value)
    if lot and quantity % lot:
        lots: dict[str, object] = {"lot": format(lot, "f")}
        return _fault("programmes.not_whole_lots", row, "quantity", value, lots)
    return None


def _fault(
    code: str, row: int, column: str, value: str, facts: dict[str, object] | None = None
) -> Fault:
    return Fault(code=code, place="lines", row=row, column=column, value=value, facts=facts or {})
