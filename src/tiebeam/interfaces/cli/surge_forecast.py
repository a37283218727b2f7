"""``tiebeam surge forecast``: what was to be expected, and how good each way to expect it is."""

import os
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.session import Session

if TYPE_CHECKING:
    from tiebeam.cases.surges import SurgeCase
    from tiebeam.core.surge.forecast import Forecaster

On = Annotated[str | None, typer.Option(help="help.surge.forecast.on", metavar="DAY")]
Lag = Annotated[int, typer.Option(help="help.surge.forecast.lag", metavar="DAYS", min=0, max=14)]

DAYS = 14
"""How far is looked ahead."""

SHOWN = (1, 7, 14)
"""Days ahead that the table shows; the document holds all."""


def forecast(
    ctx: typer.Context,
    case_id: options.SurgeCase,
    on: On = None,
    forecast: options.Forecast = "damped-trend",
    lag: Lag = 1,
) -> int:
    """Score the forecasts on the case, or tell one."""
    from tiebeam.cases.surges import read_surge_case
    from tiebeam.platform.sweeps.executors import ONE_THREAD

    # Small fits are ten times as fast with one thread.
    os.environ.update({name: "1" for name in ONE_THREAD if name not in os.environ})
    session = session_of(ctx)
    forecaster = demand_forecaster(forecast)
    case = read_surge_case(case_id)
    if on is None:
        return _tell_scores(session, case, lag)
    return _tell_forecast(session, case, demand_day(case, on, lag), forecast, forecaster, lag)


def demand_forecaster(name: str) -> "Forecaster":
    """
    Return the forecaster of this name.

    Raises:
        InvalidInput: There is none.
    """
    from tiebeam.core.surge.smoothing import FORECASTERS

    if name not in FORECASTERS:
        known: dict[str, object] = {"known": tuple(FORECASTERS)}
        raise InvalidInput([Fault(code="surge.unknown_forecast", value=name, facts=known)])
    return FORECASTERS[name]


def demand_day(case: "SurgeCase", text: str, lag: int) -> date:
    """
    Return the day of the case that *text* names.

    Raises:
        InvalidInput: It is no day of it on which anything is published.
    """
    first, last = case.first_day + timedelta(days=lag), case.last_day
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not first <= day <= last:
        facts: dict[str, object] = {"first": first, "last": last}
        raise InvalidInput([Fault(code="forecast.outside", place="--on", value=text, facts=facts)])
    return day


def _tell_scores(session: Session, case: "SurgeCase", lag: int) -> int:
    from tiebeam.core.surge.scores import score
    from tiebeam.core.surge.smoothing import FORECASTERS, SmoothingMissing
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.interfaces.messages.figures import number, percent

    rows: list[dict[str, Any]] = []
    mornings = range(6, case.horizon - 2 * DAYS, 4)
    for name, forecaster in FORECASTERS.items():
        try:
            found = score(
                forecaster, case.active, mornings=mornings, days=DAYS, lag=lag, breaks=case.breaks
            )
        except SmoothingMissing as missing:
            console.print_notes([session.say("forecast.missing", **missing.facts)])
            continue
        rows += [{"forecast": name, "group": group, "score": one} for group, one in found.items()]
    if session.wants_json:
        content = {"case": case.id, "lag": lag, "scores": rows}
        console.print_document(documents.envelope("surge forecast", ExitStatus.DONE, content))
        return ExitStatus.DONE
    titles = ("forecast", "group", "targets", "loss", "relative_loss", "within_80")
    columns = [
        console.Column(
            title=session.say(f"forecast.column.{title}"), is_figure=title not in titles[:2]
        )
        for title in titles
    ]
    listed = [
        (
            row["forecast"],
            session.say(f"forecast.group.{row['group']}"),
            number(row["score"].targets),
            f"{row['score'].loss:.1f}",
            percent(row["score"].relative_loss, session.language, decimals=2),
            percent(row["score"].within_80, session.language, decimals=0),
        )
        for row in rows
    ]
    console.print_table(session, session.say("forecast.scores", lag=lag), columns, listed)
    return ExitStatus.DONE


def _tell_forecast(
    session: Session, case: "SurgeCase", day: date, name: str, forecaster: "Forecaster", lag: int
) -> int:
    from tiebeam.core.surge.forecast import LEVELS, published_on
    from tiebeam.interfaces.cli import console, documents

    known = published_on((day - case.first_day).days, case.active, lag=lag, breaks=case.breaks)
    expected = forecaster(known, DAYS)
    first = case.first_day + timedelta(days=expected.first_day)
    if session.wants_json:
        content = {
            "case": case.id,
            "on": day,
            "forecast": name,
            "first_day": first,
            "levels": LEVELS,
            "quantiles": {place: rows.tolist() for place, rows in expected.quantiles.items()},
            "unknown": expected.unknown,
        }
        console.print_document(documents.envelope("surge forecast", ExitStatus.DONE, content))
        return ExitStatus.DONE
    columns = [console.Column(title=session.say("forecast.column.place"))]
    columns.append(console.Column(title=session.say("forecast.column.known"), is_figure=True))
    columns += [
        console.Column(title=session.say("forecast.column.ahead", days=days), is_figure=True)
        for days in SHOWN
    ]
    title = session.say("forecast.on", day=day, name=name)
    rows = [
        (session.name(row["name"], row["name_zh"]), *_row_of(session, known.figures, expected, row))
        for row in case.tables["places"]
    ]
    console.print_table(session, title, columns, rows)
    return ExitStatus.DONE


def _row_of(
    session: Session,
    figures: Mapping[str, tuple[int | None, ...]],
    expected: Any,
    row: Mapping[str, str],
) -> tuple[str, ...]:
    """Return the last published figure of a place, and the bands of the days shown."""
    from tiebeam.core.surge.forecast import LEVELS
    from tiebeam.interfaces.messages.figures import number

    quantiles = expected.quantiles.get(row["id"])
    if quantiles is None:
        return (session.say("cli.none"),) + ("",) * len(SHOWN)
    last = next(figure for figure in reversed(figures[row["id"]]) if figure is not None)
    at = {
        name: LEVELS.index(level) for name, level in (("low", 0.1), ("median", 0.5), ("high", 0.9))
    }
    bands = (
        {name: round(float(quantiles[days - 1][column])) for name, column in at.items()}
        for days in SHOWN
    )
    return (number(last), *(session.say("forecast.band", **band) for band in bands))
