"""Short names of organisations in a scenario: the code of a government's region, else its Latin name."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.utils.text import slugify

from tiebeam.apps.regions.models import Organisation, RegionCode
from tiebeam.platform.time.periods import AsOf, valid_on

_AUTHORITY = "GB/T 2260"
_MOST = 40


def name_organisations(organisations: Iterable[Organisation], as_of: AsOf) -> dict[UUID, str]:
    """
    Return an id for each organisation, unique among them and the same in every build.

    Two that would share one both carry the beginning of their own key, so that
    neither depends on who else takes part in which order.
    """
    listed = list(organisations)
    governed = [row.region_id for row in listed if row.kind == "government" and row.region_id]
    codes = {
        row.region_id: row.code
        for row in RegionCode.objects.filter(
            valid_on(as_of.true_on), authority=_AUTHORITY, region_id__in=governed
        ).order_by("code")
    }
    wanted = {
        row.pk: codes.get(row.region_id, "") if row.kind == "government" else "" for row in listed
    }
    names = {row.pk: wanted[row.pk] or slugify(row.name_en)[:_MOST] for row in listed}
    shared = Counter(names.values())
    return {
        pk: name if name and shared[name] == 1 else f"{name or 'org'}-{str(pk)[:8]}"
        for pk, name in names.items()
    }
