"""``tiebeam surge supply``: what to ship where from one morning on, how good that is, and why."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.cli.exits import BrokenOwnCheck, ExitStatus
from tiebeam.interfaces.cli.help import session_of

if TYPE_CHECKING:
    from tiebeam.core.surge.supplying import Supplies, SupplyPlan
    from tiebeam.interchange.supplies import SupplyFile

Workbook = Annotated[Path, typer.Argument(help="help.surge.supply.file", metavar="FILE.xlsx")]
Template = Annotated[Path, typer.Argument(help="help.template", metavar="OUT.xlsx")]
On = Annotated[str, typer.Option("--on", help="help.surge.plan.on", metavar="DATE")]
Quantile = Annotated[
    float, typer.Option(help="help.surge.supply.quantile", metavar="Q", min=0.025, max=0.975)
]
Window = Annotated[
    int, typer.Option(help="help.surge.supply.window", metavar="DAYS", min=1, max=60)
]
KmPerDay = Annotated[
    int, typer.Option(help="help.surge.supply.km_per_day", metavar="KM", min=1, max=20_000)
]

MOST_WAYS = 20_000
"""Stores times places times days: so many take a minute or two for each item."""
MOST_UNITS = 10**10
"""Units of an item that are needed or in hand: up to here the solver counts to the unit."""
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)


def supply(
    ctx: typer.Context,
    file: Workbook,
    on: On,
    quantile: Quantile = 0.5,
    window: Window = 14,
    km_per_day: KmPerDay = 500,
) -> int:
    """Plan shipments from the stocks and patients of a workbook, and check the plan."""
    from tiebeam.core.surge.shipping import plan_supplies
    from tiebeam.interchange.supplies import read_supply_file
    from tiebeam.interfaces.cli import surge_supply_tables as tables
    from tiebeam.interfaces.cli.faults import print_warnings
    from tiebeam.interfaces.cli.loading import demand_path

    session = session_of(ctx)
    demand_path(file, argument="FILE.xlsx")
    read = read_supply_file(file, day := _demand_day(on))
    supplies = _compose(read, day, quantile, window, km_per_day)
    found = _checked(supplies, plan_supplies(supplies))
    told = tables.Told(read=read, supplies=supplies, plan=found, quantile=quantile)
    if session.wants_json:
        tables.print_document(session, told)
    else:
        tables.print_plan(session, told)
        print_warnings(session, read.warnings)
    return ExitStatus.DONE


def write_template(ctx: typer.Context, out: Template) -> int:
    """Write a workbook of supplies to fill in, with one worked example."""
    from tiebeam.interchange.supplies import write_supply_template
    from tiebeam.interfaces.cli.loading import demand_new_workbook
    from tiebeam.interfaces.cli.scenario import tell_written

    demand_new_workbook(out, argument="OUT.xlsx")
    write_supply_template(out)
    return tell_written(session_of(ctx), "surge supply-template", out)


def _demand_day(text: str) -> date:
    """
    Return the day that *text* names.

    Raises:
        InvalidInput: It names none, or one of another age.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput([Fault(code="read.not_a_day", place="--on", value=text)]) from None
    if not FIRST <= day <= LAST:
        facts: dict[str, object] = {"low": FIRST.isoformat(), "high": LAST.isoformat()}
        code = "scenario.out_of_range"
        raise InvalidInput([Fault(code=code, place="--on", value=text, facts=facts)])
    return day


def _compose(
    read: "SupplyFile", on: date, quantile: float, window: int, km_per_day: int
) -> "Supplies":
    """
    Return what is known on the morning of *on*.

    Raises:
        InvalidInput: There are more ways or units than can be planned.
    """
    from tiebeam.core.surge.model import travel_between
    from tiebeam.core.surge.supply_outlook import expect_patients
    from tiebeam.core.surge.supplying import Supplies

    day, ways = on.toordinal(), len(read.places) * len(read.stores) * window
    if ways > MOST_WAYS:
        facts: dict[str, object] = {"ways": ways, "most": MOST_WAYS}
        raise InvalidInput([Fault(code="surge.supply_too_large", facts=facts)])
    supplies = Supplies(
        day=day,
        window=window,
        per_patient=read.per_patient,
        places=read.places,
        stores=read.stores,
        travel=travel_between([*read.places, *read.stores], km_per_day),
        patients=expect_patients(read.patients, day=day, window=window, quantile=quantile),
        stocks=read.stocks,
        incoming=read.incoming,
        holds=read.holds,
    )
    for item in read.per_patient:
        stocks = sum(units for (_, of), units in read.stocks.items() if of == item)
        coming = sum(row.units for row in read.incoming if row.item == item)
        units = stocks + coming + sum(map(sum, supplies.needs(item).values()))
        if units > MOST_UNITS:
            facts = {"item": item, "units": units, "most": MOST_UNITS}
            raise InvalidInput([Fault(code="surge.supply_too_many", facts=facts)])
    return supplies


def _checked(supplies: "Supplies", found: "SupplyPlan") -> "SupplyPlan":
    """
    Return *found* once it is checked apart from the planner.

    Raises:
        BrokenOwnCheck: It breaks a rule; that is a fault of ours.
    """
    from tiebeam.core.surge.supply_checking import check_supply_plan

    findings = check_supply_plan(supplies, found)
    if findings:
        first = findings[0]
        raise BrokenOwnCheck(count=len(findings), rule=first.rule, first=first.code, findings=())
    return found
