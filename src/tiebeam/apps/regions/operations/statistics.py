"""Add figures: each as one source gave it on one day, none ever overwritten."""

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from tiebeam.apps.regions.models import RELIABILITIES, Region, Statistic
from tiebeam.apps.regions.operations.checks import KEEPERS, list_length_faults, refuse_faults
from tiebeam.errors import Fault, Refused
from tiebeam.platform.audit.writing import record_creation
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor

_LARGEST = Decimal(10) ** 18
_FINEST = Decimal(1).scaleb(-6)
_TEXTS = ("indicator", "unit", "source")


class StatisticExists(Refused):
    """The source gave this figure on that day already; what it gave is not overwritten."""

    code = "regions.statistic_exists"


class UnitDiffers(Refused):
    """The indicator of this region is recorded in another unit: the figures could not be compared."""

    code = "regions.unit_differs"


@operation("regions.add_statistic", roles=KEEPERS | {Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE})
def add_statistic(
    *,
    region: Region,
    indicator: str,
    year: int,
    quantity: Decimal,
    unit: str,
    vintage: date,
    source: str,
    reliability: str,
    actor: Actor,
    now: datetime,
    url: str = "",
) -> Statistic:
    """
    Add one figure as one source gave it on one day. A revised figure is added beside the earlier one.

    Raises:
        InvalidInput: Every fault found in the figure, its unit, source or reliability.
        StatisticExists: The source gave this figure on that day already.
        UnitDiffers: Earlier figures of the region have another unit.
    """
    region = Region.objects.get(pk=region.pk)
    statistic = Statistic(
        tenant_id=actor.organisation_id,
        scope_id=region.id,
        region=region,
        indicator=indicator.strip(),
        year=year,
        quantity=quantity,
        unit=unit.strip(),
        vintage=vintage,
        source=source.strip(),
        url=url,
        reliability=reliability,
    )
    refuse_faults(list_statistic_faults(statistic))
    earlier = Statistic.objects.filter(region=region, indicator=statistic.indicator)
    if earlier.filter(year=year, vintage=vintage, source=statistic.source).exists():
        raise StatisticExists(year=year, vintage=vintage)
    other = earlier.exclude(unit=statistic.unit).first()
    if other is not None:
        raise UnitDiffers(unit=statistic.unit, expected=other.unit)
    statistic.save(force_insert=True)
    record_creation(actor=actor, now=now, action="regions.add_statistic", record=statistic)
    return statistic


def list_statistic_faults(statistic: Statistic) -> list[Fault]:
    """Return what is wrong in a figure by itself."""
    faults = [
        _fault("regions.value_missing", column)
        for column in _TEXTS
        if not getattr(statistic, column)
    ]
    faults += list_length_faults("statistic", statistic, *_TEXTS, "url")
    if statistic.reliability not in RELIABILITIES:
        known: dict[str, object] = {"known": tuple(RELIABILITIES)}
        faults.append(
            _fault("regions.reliability_unknown", "reliability", statistic.reliability, known)
        )
    quantity = statistic.quantity
    if not quantity.is_finite() or abs(quantity) >= _LARGEST or quantity % _FINEST:
        faults.append(_fault("regions.figure_not_valid", "quantity", str(quantity)))
    if not 1000 <= statistic.year <= 9999:
        years: dict[str, object] = {"low": 1000, "high": 9999}
        faults.append(_fault("regions.out_of_range", "year", str(statistic.year), years))
    if statistic.url and not _is_address(statistic.url):
        faults.append(_fault("regions.address_not_valid", "url", statistic.url))
    return faults


def _is_address(text: str) -> bool:
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        return False
    return True


def _fault(
    code: str, column: str, value: str = "", facts: dict[str, object] | None = None
) -> Fault:
    return Fault(code=code, place="statistic", column=column, value=value, facts=facts or {})
