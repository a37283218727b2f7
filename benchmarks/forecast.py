"""
Score the forecasters on published series: pinball loss against last value and 7-day trend (§S10).

    python -m benchmarks.forecast [FOLDER]

FOLDER holds ``epidemic/hubei_daily.csv`` and ``peers/texas/tsa_daily.csv``.
"""

import csv
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tiebeam.core.surge.forecast import (
    Break,
    Forecaster,
    damped_trend,
    last_value,
    seven_day_trend,
)
from tiebeam.core.surge.scores import score
from tiebeam.core.surge.smoothing import smoothing

PUBLISHED = Path(__file__).resolve().parents[2] / "shared" / "data"
FORECASTERS: dict[str, Forecaster] = {
    "last value": last_value,
    "7-day trend": seven_day_trend,
    "damped trend": damped_trend,
    "smoothing": smoothing,
}
DAYS = 14
DEFINITION = Break(day=19, known_from=20)
"""12 February 2020, announced with the figures on the 13th; day 0 is 24 January."""

Series = dict[str, tuple[int | None, ...]]


def read_hubei(folder: Path) -> Series:
    """Return the active cases of 17 cities from 24 January 2020; a day not published is None."""
    series: dict[str, list[int | None]] = {}
    with (folder / "epidemic" / "hubei_daily.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["date"] < "2020-01-24":
                continue
            figures = series.setdefault(row["city_en"], [])
            if not row["confirmed_cum"]:
                figures.append(None)
                continue
            left = int(row["cured_cum"] or 0) + int(row["dead_cum"] or 0)
            figures.append(max(0, int(row["confirmed_cum"]) - left))
    return {city: tuple(figures) for city, figures in series.items()}


def read_texas(folder: Path) -> Series:
    """Return the patients with COVID-19 in the hospitals of 22 areas from 12 April 2020."""
    series: dict[str, list[int | None]] = {}
    with (folder / "peers" / "texas" / "tsa_daily.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            total = row["patients_covid_total"]
            series.setdefault(row["tsa_id"], []).append(int(total) if total else None)
    return {area: tuple(figures) for area, figures in series.items()}


def score_all(folder: Path) -> Iterator[str]:
    """Yield one line of the table for each data set, forecaster and group."""
    sets = (
        ("Hubei", read_hubei(folder), range(6, 70, 4), (DEFINITION,)),
        ("Texas", read_texas(folder), range(14, 148, 8), ()),
    )
    for name, series, mornings, breaks in sets:
        for title, forecaster in FORECASTERS.items():
            begun = time.process_time()
            found = score(forecaster, series, mornings=mornings, days=DAYS, lag=1, breaks=breaks)
            seconds = time.process_time() - begun
            for group, one in found.items():
                yield (
                    f"{name:6} {group:15} {title:13} {one.targets:6} {one.loss:8.1f} "
                    f"{one.relative_loss:8.2%} {one.within_80:6.0%} {seconds:7.1f} s"
                )


if __name__ == "__main__":
    for line in score_all(Path(sys.argv[1]) if len(sys.argv) > 1 else PUBLISHED):
        print(line, flush=True)
