"""``tiebeam report``: one page on a plan, on its own or against another."""

import json
from pathlib import Path
from typing import Any

import typer

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of

GEOJSON_KINDS = ("FeatureCollection", "Feature", "GeometryCollection", "Polygon", "MultiPolygon")


def report(
    ctx: typer.Context,
    scenario: options.Scenario,
    plan: options.Plan,
    against: options.Against = None,
    boundaries: options.Boundaries = None,
    out: options.OutReport = None,
) -> int:
    """Write the report of a plan as one self-contained page."""
    from tiebeam.core.pairing.check import check_plan
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.interfaces.cli.faults import print_warnings
    from tiebeam.interfaces.cli.loading import list_staleness, load_plan, load_scenario
    from tiebeam.interfaces.cli.reasons import find_reasons
    from tiebeam.interfaces.report import write_report

    session = session_of(ctx)
    loaded = load_scenario(scenario)
    shown = load_plan(plan, loaded.scenario)
    other = None
    if against is not None:
        other = load_plan(against, loaded.scenario, argument="--against")
    layer = None if boundaries is None else read_boundaries(boundaries)
    page = out or (plan if plan.is_dir() else plan.parent) / "report.html"
    check = check_plan(loaded.scenario, shown)
    write_report(
        page,
        loaded.scenario,
        shown,
        check=check,
        reasons=find_reasons(loaded.scenario, shown),
        against=other,
        boundaries=layer,
    )
    warnings = (*loaded.warnings, *list_staleness(loaded.scenario, shown))
    if session.wants_json:
        content = {
            "report": page,
            "findings": len(check.findings),
            "warnings": documents.warning_documents(session, warnings),
        }
        console.print_document(documents.envelope("report", ExitStatus.DONE, content))
        return ExitStatus.DONE
    console.print_lines([session.say("cli.report_written", report=page)])
    if check.findings:
        console.print_notes([session.say("cli.report_findings", count=len(check.findings))])
    print_warnings(session, warnings)
    return ExitStatus.DONE


def read_boundaries(path: Path) -> dict[str, Any]:
    """
    Read a GeoJSON layer that the user supplies.

    Raises:
        InvalidInput: There is no such file, or it is no GeoJSON.
    """
    from tiebeam.interfaces.cli.loading import demand_path

    demand_path(path, argument="--boundaries")
    try:
        layer = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError:
        layer = None
    if not isinstance(layer, dict) or layer.get("type") not in GEOJSON_KINDS:
        fault = Fault(
            code="cli.no_geojson",
            place="--boundaries",
            value=str(path),
            facts={"known": list(GEOJSON_KINDS)},
        )
        raise InvalidInput([fault])
    return layer
