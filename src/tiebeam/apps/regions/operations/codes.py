"""What a code of a region must be, and that one code names one region at a time."""

import re

from tiebeam.apps.regions.models import RegionCode
from tiebeam.apps.regions.operations.checks import (
    list_length_faults,
    list_period_faults,
    name_of,
)
from tiebeam.errors import Fault, Refused
from tiebeam.platform.time.periods import fits_within, overlap

# Forms of the codes that these standards define; codes of other authorities are taken as they are.
_FORMS = {
    "GB/T 2260": re.compile(r"[0-9]{6}"),
    "ISO 3166-2": re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}"),
}


class CodeTaken(Refused):
    """Another region bears the code in that time."""

    code = "regions.code_taken"


class CodeGiven(Refused):
    """The region has a code of this authority in that time."""

    code = "regions.code_given"


class CodeOutsideRegion(Refused):
    """The region does not stand in the whole of that time."""

    code = "regions.code_outside_region"


def list_code_faults(code: RegionCode) -> list[Fault]:
    """Return what is wrong in a code by itself."""
    faults = list_period_faults("code", code.valid_from, code.valid_until)
    faults += list_length_faults("code", code, "authority", "code")
    faults += [
        Fault(code="regions.value_missing", place="code", column=column)
        for column in ("authority", "code")
        if not getattr(code, column).strip()
    ]
    form = _FORMS.get(code.authority)
    if form is not None and code.code.strip() and not form.fullmatch(code.code):
        facts: dict[str, object] = {"authority": code.authority}
        faults.append(
            Fault(
                code="regions.code_not_valid",
                place="code",
                column="code",
                value=code.code,
                facts=facts,
            )
        )
    return faults


def refuse_taken_code(code: RegionCode) -> None:
    """
    Refuse a code outside the region's time, beside another of the same authority, or of another region.

    Raises:
        CodeOutsideRegion, CodeGiven, CodeTaken: As their names say.
    """
    period = code.valid_from, code.valid_until
    if not fits_within(period, (code.region.valid_from, code.region.valid_until)):
        raise CodeOutsideRegion(name=name_of(code.region))
    others = RegionCode.objects.filter(authority=code.authority).select_related("region")
    for other in others.filter(region_id=code.region_id):
        if overlap((other.valid_from, other.valid_until), period):
            raise CodeGiven(authority=other.authority, value=other.code)
    for other in others.filter(code=code.code):
        if overlap((other.valid_from, other.valid_until), period):
            raise CodeTaken(value=other.code, name=name_of(other.region))
