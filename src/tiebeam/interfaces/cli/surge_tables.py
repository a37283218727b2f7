"""What replays came to, as tables for people and as JSON for programs."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from tiebeam.cases.surge_replays import BOUND, Outcome, ends_of
from tiebeam.cases.surge_supplies import list_supply_needs
from tiebeam.cases.surges import Cell, SurgeCase
from tiebeam.core.surge.measures import MEASURED, MeasureName, Summary, share_closed, summarise
from tiebeam.interfaces.cli import console, documents
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.session import Session
from tiebeam.interfaces.messages.figures import number, percent

Found = Mapping[str, Mapping[str, Outcome]]


def close_of(outcomes: Mapping[str, Outcome], policy: str, measure: MeasureName) -> Fraction | None:
    """Return the share closed by *policy* in a cell; None for a tie."""
    return share_closed(*ends_of(outcomes, policy, measure))


def summary_of(found: Found, policy: str, measure: MeasureName) -> Summary:
    """Return the shares of *policy* over all cells it was played in."""
    return summarise(
        ends_of(outcomes, policy, measure) for outcomes in found.values() if policy in outcomes
    )


def print_cells(session: Session, case: SurgeCase, cells: Sequence[Cell], found: Found) -> None:
    """Print every measure of every policy, one table for each cell."""
    titles = ("policy", "unmet", "worst", "hub", "moves", "kilometres", "transfers", "closed")
    columns = [
        console.Column(title=session.say(f"surge.column.{name}"), is_figure=name != "policy")
        for name in titles
    ]
    names = {row["id"]: (row["name"], row["name_zh"]) for row in case.tables["places"]}
    for cell in cells:
        rows = []
        for policy, outcome in found[cell.id].items():
            measures = outcome.measures
            place = session.name(*names[measures.worst_place]) if measures.worst_place else ""
            closed = close_of(found[cell.id], policy, "unmet_person_days")
            rows.append(
                (
                    session.say(f"surge.policy.{policy}"),
                    number(measures.unmet_person_days),
                    f"{_percent(session, measures.worst_ratio)} {place}".strip(),
                    _percent(session, peak) if (peak := measures.peak_hub_occupancy) else "",
                    number(measures.moves),
                    number(measures.kilometres),
                    number(measures.transfers),
                    _share(session, closed) if policy not in ("static", BOUND) else "",
                )
            )
        title = case.replays[cell.replay]
        console.print_table(session, session.name(title["title"], title["title_zh"]), columns, rows)
    _print_supplies(session, case)
    _print_assumptions(session, case)


def print_grid(session: Session, case: SurgeCase, cells: Sequence[Cell], found: Found) -> None:
    """Print the whole grid, also where a policy loses, and what it comes to."""
    played = [name for name in ("greedy", "planner") if name in found[cells[0].id]]
    for measure in ("unmet_person_days", "worst_ratio"):
        columns = [console.Column(title=session.say("surge.column.cell"))]
        columns += [
            console.Column(title=session.say(f"surge.policy.{name}"), is_figure=True)
            for name in ("static", *played, BOUND)
        ]
        columns += [
            console.Column(
                title=session.say("surge.column.closed_by", policy=session.say(f"surge.policy.{name}")),
                is_figure=True,
            )
            for name in played
        ]  # fmt: skip
        rows = []
        for cell in cells:
            outcomes = found[cell.id]
            values = [getattr(outcomes[n].measures, measure) for n in ("static", *played, BOUND)]
            shown = [
                number(value) if measure == "unmet_person_days" else _percent(session, value)
                for value in values
            ]
            closed = [_share(session, close_of(outcomes, name, measure)) for name in played]
            rows.append((_say_cell(case, cell), *shown, *closed))
        console.print_table(session, session.say(f"surge.grid.{measure}"), columns, rows)
        console.print_lines(
            _say_summary(session, name, summary_of(found, name, measure)) for name in played
        )
    _print_assumptions(session, case)


def print_document(
    case: SurgeCase, cells: Sequence[Cell], found: Found, files: Sequence[Path]
) -> None:
    """Print everything as one JSON document; ratios are exact numbers or the nearest."""
    played = sorted({name for outcomes in found.values() for name in outcomes} - {"static", BOUND})
    content: dict[str, Any] = {
        "case": {"id": case.id, "title": case.title, "title_zh": case.title_zh},
        "assumptions": case.assumptions,
        "cells": [
            {
                "replay": cell.replay,
                "values": cell.values,
                "policies": {
                    name: {"measures": outcome.measures, "unmet": outcome.unmet}
                    for name, outcome in found[cell.id].items()
                },
                "closed": {
                    name: {m: close_of(found[cell.id], name, m) for m in MEASURED}
                    for name in played
                },
            }
            for cell in cells
        ],
        "supplies_needed": list_supply_needs(case),
        "summary": {name: {m: summary_of(found, name, m) for m in MEASURED} for name in played},
        "files": files,
    }
    console.print_document(documents.envelope("surge replay", ExitStatus.DONE, content))


def _print_supplies(session: Session, case: SurgeCase) -> None:
    """Print what the patients would have used, as a need: nobody knows what there was."""
    titles = ("replay", "per_patient", "total", "peak_day", "peak_units", "unknown_days")
    columns = [
        console.Column(title=session.say(f"surge.column.{name}"), is_figure=name != "replay")
        for name in titles
    ]
    rows = [
        (
            row.replay,
            str(row.per_patient),
            number(row.units),
            str(row.peak_day),
            number(row.peak_units),
            number(row.unknown_days),
        )
        for row in list_supply_needs(case)
    ]
    console.print_table(session, session.say("surge.supplies_needed"), columns, rows)


def _print_assumptions(session: Session, case: SurgeCase) -> None:
    if session.is_quiet:
        return
    lines = ["", session.say("surge.assumptions")]
    for row in case.assumptions:
        tried = ", ".join(map(_plain, row.tried))
        text = session.name(row.text, row.text_zh)
        lines.append(f"  {row.id} = {_plain(row.value)} ({tried}): {text}")
    console.print_lines(lines)


def _say_cell(case: SurgeCase, cell: Cell) -> str:
    changes = [f"{key}={_plain(value)}" for key, value in case.changes_of(cell).items()]
    return ", ".join([cell.replay, *changes])


def _say_summary(session: Session, policy: str, summary: Summary) -> str:
    facts = {
        "policy": session.say(f"surge.policy.{policy}"),
        "median": _share(session, summary.median),
        "worst": _share(session, summary.worst),
        "cells": summary.cells,
        "ties": summary.ties,
        "losses": summary.losses,
    }
    return session.say("surge.summary", **facts)


def _share(session: Session, share: Fraction | None) -> str:
    return session.say("surge.tie") if share is None else _percent(session, share)


def _percent(session: Session, share: Fraction) -> str:
    return percent(float(share), session.language)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
