"""The arguments and options of the commands; their help texts are codes of the catalogue."""

from pathlib import Path
from typing import Annotated

import typer

Scenario = Annotated[Path, typer.Argument(help="help.scenario_argument", metavar="SCENARIO")]
Plan = Annotated[Path, typer.Argument(help="help.plan_argument", metavar="PLAN")]
PlanA = Annotated[Path, typer.Argument(help="help.plan_a", metavar="PLAN_A")]
PlanB = Annotated[Path, typer.Argument(help="help.plan_b", metavar="PLAN_B")]
OutFolder = Annotated[
    Path | None, typer.Option("-o", "--out", help="help.out_folder", metavar="DIR")
]
OutReport = Annotated[
    Path | None, typer.Option("-o", "--out", help="help.out_report", metavar="FILE")
]
TimeLimit = Annotated[float | None, typer.Option(help="help.time_limit", metavar="S")]
Gap = Annotated[float | None, typer.Option(help="help.gap", metavar="G")]
Seed = Annotated[int | None, typer.Option(help="help.seed", metavar="N")]
Pair = Annotated[tuple[str, str] | None, typer.Option(help="help.explain.pair", metavar="D R")]
Donor = Annotated[str | None, typer.Option(help="help.explain.donor", metavar="D")]
Recipient = Annotated[str | None, typer.Option(help="help.explain.recipient", metavar="R")]
Forbid = Annotated[list[str] | None, typer.Option(help="help.whatif.forbid", metavar="D:R")]
Require = Annotated[list[str] | None, typer.Option(help="help.whatif.require", metavar="D:R")]
Setting = Annotated[
    list[str] | None, typer.Option("--set", help="help.whatif.set", metavar="KEY=VALUE")
]
Against = Annotated[Path | None, typer.Option(help="help.report.against", metavar="PLAN_B")]
Boundaries = Annotated[Path | None, typer.Option(help="help.report.boundaries", metavar="GEOJSON")]
Jobs = Annotated[int | None, typer.Option(min=1, help="help.jobs", metavar="N")]
Cluster = Annotated[str | None, typer.Option(help="help.cluster", metavar="ADDRESS")]
SurgeCase = Annotated[str, typer.Argument(help="help.surge.replay.case", metavar="CASE")]
Forecast = Annotated[str, typer.Option(help="help.forecast", metavar="NAME")]
