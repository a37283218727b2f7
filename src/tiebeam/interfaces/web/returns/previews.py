"""What an uploaded file would do to a return, as a table with the reason for each refusal."""

from decimal import Decimal

from django.http import HttpRequest

from tiebeam.apps.programmes.models import Return
from tiebeam.apps.programmes.operations.return_files import Preview
from tiebeam.errors import Fault
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.messages.faults import say_fault as words_of_fault
from tiebeam.interfaces.messages.figures import number
from tiebeam.interfaces.web.page import language_of, say_to
from tiebeam.interfaces.web.returns.words import name_resource
from tiebeam.interfaces.web.tables import Cell, Column, Row, Status, Table

MARKS: dict[str, Status] = {
    "create": "good",
    "update": "good",
    "unchanged": "none",
    "empty": "none",
    "refused": "bad",
}


def preview_table(request: HttpRequest, of_return: Return, preview: Preview) -> Table:
    """Return the table of the preview: what stands, what would stand, and why a row is refused."""
    names = {row["id"]: name_resource(request, row) for row in of_return.round.resources}
    keys = ("row", "resource", "doing", "before", "after", "evidence", "why")
    return Table(
        name="preview",
        columns=tuple(
            Column(
                key,
                say_to(request, f"returns.preview_column.{key}"),
                is_number=key in {"row", "before", "after"},
            )
            for key in keys
        ),
        rows=tuple(
            Row(
                (
                    Cell(str(row.row) if row.row else say_to(request, "returns.not_in_file")),
                    Cell(names.get(row.resource, row.resource)),
                    Cell(
                        say_to(request, f"returns.row_state.{row.state}"), status=MARKS[row.state]
                    ),
                    Cell(_quantity(row.before)),
                    Cell(_quantity(row.after)),
                    Cell(row.after[1] if row.after else ""),
                    Cell(" ".join(say_fault(request, fault) for fault in row.faults)),
                )
            )
            for row in preview.rows
        ),
        empty=say_to(request, "returns.preview_empty"),
    )


def say_fault(request: HttpRequest, fault: Fault) -> str:
    """Return where a fault is and what is wrong, in the language of the page."""
    sentence = words_of_fault(fault, language_of(request))
    column = f"returns.column.{fault.column}"
    if fault.column and has_message(column):
        return say_to(request, "returns.fault_in", column=say_to(request, column), text=sentence)
    return sentence


def _quantity(said: tuple[Decimal, str] | None) -> str:
    return "" if said is None else number(float(said[0]))
