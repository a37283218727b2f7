"""What the page of an upload shows: a line for each row, with the reason for each cell that is refused."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest

from tiebeam.apps.regions.operations.rows import PlannedRow
from tiebeam.errors import Fault
from tiebeam.interfaces.jobs.workbook_forms import SheetKind, head_of
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.messages.faults import say_fault
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.page import language_of, say_to
from tiebeam.interfaces.web.tables import Cell, Choice, Column, Row, Status, Table
from tiebeam.platform.tasks.models import Run

ACTS = ("refused", "create", "update", "unchanged")
_SIGNS: dict[str, Status] = {
    "refused": "bad",
    "create": "good",
    "update": "risk",
    "unchanged": "none",
}
_CELLS_TOLD = 6
_FAULTS_TOLD = 50


def count_acts(planned: Iterable[PlannedRow]) -> dict[str, int]:
    """Return how many rows do what."""
    counts = dict.fromkeys(ACTS, 0)
    for row in planned:
        counts[row.act] += 1
    return counts


def read_act(request: HttpRequest) -> str:
    """Return which rows the reader asks for; empty for all."""
    act = request.GET.get("act", "")
    if act not in {"", *ACTS}:
        raise BadRequest("act")
    return act


def fault_table(
    request: HttpRequest, kind: SheetKind, planned: Sequence[PlannedRow], act: str
) -> Table:
    """Return the table of the rows; those that are refused come first."""
    asked = read_asked(request, filters=("act",))
    wanted = [row for row in planned if act in {"", row.act}]
    wanted.sort(key=lambda row: (ACTS.index(row.act), row.number))
    return Table(
        name=f"{kind.name}-preview",
        columns=tuple(
            Column(key, say_to(request, f"workbooks.head.{key}"), is_number=key == "row")
            for key in ("row", "act", "name", "what")
        ),
        rows=tuple(_line(request, row) for row in wanted[asked.start : asked.stop]),
        count=len(wanted),
        asked=asked,
        choices=(
            Choice(
                "act",
                say_to(request, "workbooks.head.act"),
                tuple((word, say_to(request, f"workbooks.act.{word}")) for word in ACTS),
            ),
        ),
        empty=say_to(request, "workbooks.no_rows"),
        can_be_saved=False,
    )


def say_faults(request: HttpRequest, faults: Iterable[Fault]) -> list[str]:
    """Return a sentence for each fault of a file."""
    return [_say(request, fault) for fault in faults]


def state_of_run(request: HttpRequest, run: Run) -> dict[str, Any]:
    """Return what the page of a run shows of it."""
    progress = run.progress or {}
    done, of = int(progress.get("done") or 0), int(progress.get("of") or 0)
    phase = str(progress.get("phase") or "waiting")
    told: list[str] = []
    if run.state == "failed" and run.error:
        facts = dict(run.error.get("facts") or {})
        faults = facts.pop("faults", None)
        if faults:
            told = _say_some(
                request, [Fault(**fault) for fault in faults], _FAULTS_TOLD, names_rows=True
            )
        else:
            told = [say_to(request, run.error["code"], **facts)]
    counts = (run.result or {}).get("counts") or {}
    code = f"workbooks.run.{run.state}"
    if run.state == "finished":
        title = say_to(request, "workbooks.done", **counts)
    else:
        title = say_to(request, code)
    return {
        "title": title,
        "is_live": run.state in {"waiting", "running"},
        # Where nothing is counted yet, none is shown.
        "share": done / of if of and done else None,
        "text": say_to(request, f"workbooks.phase.{phase}", done=done, of=of),
        "elapsed": progress.get("elapsed_s", ""),
        "told": told,
    }


def _line(request: HttpRequest, row: PlannedRow) -> Row:
    if row.faults:
        what = _say_some(request, row.faults, _CELLS_TOLD)
    elif row.act == "update":
        what = [
            say_to(
                request,
                "workbooks.change",
                column=head_of(column, language_of(request)),
                before=before or say_to(request, "workbooks.blank"),
                after=after or say_to(request, "workbooks.blank"),
            )
            for column, (before, after) in row.changes.items()
        ]
    else:
        what = []
    sentences = " ".join(what)
    return Row(
        (
            Cell(str(row.number), exact=row.number),
            Cell(say_to(request, f"workbooks.act.{row.act}"), status=_SIGNS[row.act]),
            Cell(row.name),
            Cell(sentences),
        )
    )


def _head(request: HttpRequest, column: str) -> str:
    code = f"workbooks.column.{column}"
    return (
        say_to(request, "workbooks.in_column", column=say_to(request, code))
        if has_message(code)
        else ""
    )


def _say_some(
    request: HttpRequest, faults: Sequence[Fault], most: int, *, names_rows: bool = False
) -> list[str]:
    """Return a sentence for each of the first *most* faults, with its cell; and how many more there are."""
    told = []
    for fault in faults[:most]:
        row = say_to(request, "workbooks.in_row", row=fault.row) if names_rows and fault.row else ""
        told.append(f"{row}{_head(request, fault.column)}{_say(request, fault)}")
    more = len(faults) - len(told)
    return [*told, say_to(request, "workbooks.more", count=more)] if more else told


def _say(request: HttpRequest, fault: Fault) -> str:
    return say_fault(fault, language_of(request))
