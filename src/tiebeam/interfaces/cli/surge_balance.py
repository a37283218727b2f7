"""``tiebeam surge balance``: what moving patients between places comes to, day by day."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.interruption import Interruption
from tiebeam.interfaces.cli.session import Session, write_lines
from tiebeam.interfaces.cli.surge_forecast import demand_forecaster

if TYPE_CHECKING:
    from tiebeam.cases.balances import BalanceCase

CaseId = Annotated[str, typer.Argument(help="help.surge.balance.case", metavar="CASE")]
Grid = Annotated[bool, typer.Option("--grid", help="help.surge.balance.grid")]

LINE_EVERY_S = 2.0
"""Least seconds between two lines of progress."""

Row = dict[str, Any]


def balance(
    ctx: typer.Context,
    case_id: CaseId,
    forecast: options.Forecast = "damped-trend",
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    out: options.OutFolder = None,
    *,
    grid: Grid = False,
) -> int:
    """Replay the case without transfers, with the nearest beds first and planned, and bound it."""
    from tiebeam.cases.balances import POLICIES, play, read_balance_case
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.platform.sweeps.executors import open_executor
    from tiebeam.platform.sweeps.sweep import run_sweep

    session = session_of(ctx)
    demand_forecaster(forecast)
    case = read_balance_case(case_id)
    cells = case.list_cells() if grid else (case.base,)
    asked = [
        {"case": case.id, "policy": policy, "forecast": forecast, "values": values}
        for values in cells
        for policy in POLICIES
    ]
    with Interruption(lambda: write_lines([session.say("balance.stopping")])) as interruption:
        swept = run_sweep(
            play,
            asked,
            executor=open_executor(cluster, jobs),
            folder=out,
            on_progress=_teller(session),
            should_stop=interruption.is_asked,
        )
    if not swept.is_complete:
        write_lines([session.say("balance.stopped")])
        return ExitStatus.INTERRUPTED
    rows = list(_read_rows(case, asked, swept.answers))
    if session.wants_json:
        content = {
            "case": {"id": case.id, "title": case.title, "title_zh": case.title_zh},
            "forecast": forecast,
            "assumptions": case.assumptions,
            "cells": rows,
        }
        console.print_document(documents.envelope("surge balance", ExitStatus.DONE, content))
    else:
        _print_rows(session, case, rows)
    return ExitStatus.DONE


def _read_rows(
    case: "BalanceCase", asked: Sequence[Mapping[str, Any]], answers: Sequence[bytes | None]
) -> Iterator[Row]:
    """Yield each replay with what it came to, and how far it goes from nobody moved to the bound."""
    found = {}
    for cell, answer in zip(asked, answers, strict=True):
        assert answer is not None
        measures = json.loads(answer)
        measures["highest_load"] = Fraction(measures["highest_load"])
        changed = {k: v for k, v in cell["values"].items() if v != case.base[k]}
        found[json.dumps(changed), cell["policy"]] = {
            "changed": changed,
            "policy": cell["policy"],
            **measures,
        }
    for (key, _), row in found.items():
        ends = (found[key, "no_transfer"], found[key, "hindsight"])
        yield {**row, "closed": {name: _closed(row, ends, name) for name in CLOSED}}


CLOSED = ("highest_load", "patient_days_without_bed")


def _closed(row: Row, ends: tuple[Row, Row], name: str) -> Fraction | None:
    from tiebeam.core.surge.measures import share_closed

    nobody, row_value, bound = (Fraction(one[name]) for one in (ends[0], row, ends[1]))
    return share_closed(nobody, row_value, bound)


def _print_rows(session: Session, case: "BalanceCase", rows: Sequence[Row]) -> None:
    from tiebeam.interfaces.cli import console
    from tiebeam.interfaces.messages.figures import number, percent

    def share(value: Fraction | None) -> str:
        return (
            session.say("balance.tie") if value is None else percent(float(value), session.language)
        )

    names = ("policy", "load", "closed_load", "without_bed", "closed_days", "moved", "kilometres")
    columns = [
        console.Column(title=session.say(f"balance.column.{name}"), is_figure=name != "policy")
        for name in names
    ]
    title = session.name(case.title, case.title_zh)
    for changed in dict.fromkeys(json.dumps(row["changed"]) for row in rows):
        values = ", ".join(f"{key} = {value}" for key, value in json.loads(changed).items())
        listed = [
            (
                session.say(f"balance.policy.{row['policy']}"),
                share(row["highest_load"]),
                share(row["closed"]["highest_load"]),
                number(row["patient_days_without_bed"]),
                share(row["closed"]["patient_days_without_bed"]),
                number(row["patients_moved"]),
                number(row["patient_kilometres"]),
            )
            for row in rows
            if json.dumps(row["changed"]) == changed
        ]
        console.print_table(session, values or title, columns, listed)
    if not session.is_quiet:
        console.print_lines(["", session.say("balance.assumptions")])
        console.print_lines(
            f"  {row.id} = {row.value}: {session.name(row.text, row.text_zh)}"
            for row in case.assumptions
        )


def _teller(session: Session) -> Callable[[int, int], None]:
    """Return who is told on standard error how many replays are done."""
    started = told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if session.is_quiet or now - told < LINE_EVERY_S:
            return
        told = now
        facts = {"done": done, "total": total, "elapsed": now - started}
        write_lines([session.say("balance.progress", **facts)])

    return tell
