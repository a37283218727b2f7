"""Figures of regions: the newest vintage that was known, and the earlier ones beside it."""

from collections.abc import Iterable
from uuid import UUID

from tiebeam.apps.regions.models import RELIABILITIES, Region, Statistic
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.time.periods import AsOf


def list_statistics(
    regions: Region | Iterable[UUID],
    as_of: AsOf | None = None,
    *,
    indicator: str = "",
    year: int | None = None,
) -> list[Statistic]:
    """
    Return the newest vintage of each indicator and year, by region, indicator and year.

    Of two sources of one day the more reliable one counts.

    Args:
        regions: One region, or the ids of several.
        as_of: Leave out years after its day, and what was not known at its moment.
        indicator, year: Return these alone.
    """
    ids = [regions.pk] if isinstance(regions, Region) else list(regions)
    newest: dict[tuple[UUID, str, int], Statistic] = {}
    for row in sorted(_list_known(ids, as_of), key=_rank):
        if indicator in {"", row.indicator} and year in {None, row.year}:
            newest[row.region_id, row.indicator, row.year] = row
    return [newest[key] for key in sorted(newest, key=lambda key: (str(key[0]), *key[1:]))]


def get_statistic(statistic_id: UUID) -> Statistic:
    """
    Return one figure.

    Raises:
        Statistic.DoesNotExist: There is none.
    """
    found: Statistic = Statistic.objects.get(pk=statistic_id)
    return found


def list_vintages(
    region: Region, indicator: str, year: int, as_of: AsOf | None = None
) -> list[Statistic]:
    """Return every figure of one indicator and year, the newest first."""
    found = [
        row
        for row in _list_known([region.pk], as_of)
        if (row.indicator, row.year) == (indicator, year)
    ]
    return sorted(found, key=_rank, reverse=True)


def _rank(row: Statistic) -> tuple[str, int, str]:
    return row.vintage.isoformat(), -RELIABILITIES.index(row.reliability), row.source


def _list_known(region_ids: list[UUID], as_of: AsOf | None) -> list[Statistic]:
    if as_of is None:
        return list(Statistic.objects.filter(region_id__in=region_ids))
    rows = Statistic.objects.filter(region_id__in=region_ids, year__lte=as_of.true_on.year)
    if as_of.known_at is None:
        return list(rows)
    wanted = set(region_ids)
    return [
        row
        for row in list_states(Statistic, as_of.known_at, scope_ids=wanted)
        if row.region_id in wanted and row.year <= as_of.true_on.year
    ]
