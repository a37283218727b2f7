"""What the patients of a surge case would have used: a need, not what anybody had (§S13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from tiebeam.cases.surge_instances import build_instance
from tiebeam.cases.surges import SurgeCase
from tiebeam.core.surge.model import need

ASSUMPTION = "supplies_per_patient"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyNeed:
    """
    Units that the patients of a replay need under one value of the assumption.

    Attributes:
        peak_units: On the day on which most are needed.
        unknown_days: Days of places without a figure: what was needed then is not counted.
    """

    replay: str
    per_patient: Fraction
    units: int
    peak_day: date
    peak_units: int
    unknown_days: int


def list_supply_needs(case: SurgeCase) -> tuple[SupplyNeed, ...]:
    """Return what each replay of *case* needs, for each value tried."""
    return tuple(_list_needs(case))


def _list_needs(case: SurgeCase) -> Iterator[SupplyNeed]:
    tried = next((row.tried for row in case.assumptions if row.id == ASSUMPTION), ())
    for cell in case.base_cells:
        series = build_instance(case, cell).patients.values()
        for value in tried:
            per_patient = Fraction(str(value))
            daily = [
                sum(need(count, per_patient) for count in counts if count is not None)
                for counts in zip(*series, strict=True)
            ]
            yield SupplyNeed(
                replay=cell.replay,
                per_patient=per_patient,
                units=sum(daily),
                peak_day=case.first_day + timedelta(days=daily.index(max(daily))),
                peak_units=max(daily),
                unknown_days=sum(count is None for counts in series for count in counts),
            )
