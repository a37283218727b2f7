"""Organisations by their id, for pages that show who acts and who owns."""

from collections.abc import Iterable
from uuid import UUID

from tiebeam.apps.regions.models import Organisation, Region


def find_organisation(organisation_id: UUID) -> Organisation | None:
    """Return the organisation, or None."""
    found: Organisation | None = Organisation.objects.filter(pk=organisation_id).first()
    return found


def list_organisations_by_id(ids: Iterable[UUID]) -> dict[UUID, Organisation]:
    """Return those of the organisations that there are, by id, in one query."""
    return {row.pk: row for row in Organisation.objects.filter(pk__in=set(ids))}


def list_regions_by_id(ids: Iterable[UUID]) -> dict[UUID, Region]:
    """Return those of the regions that there are, by id, in one query; none is asked where there is no id."""
    wanted = set(ids)
    return {row.pk: row for row in Region.objects.filter(pk__in=wanted)} if wanted else {}


def list_organisation_names() -> list[Organisation]:
    """Return every organisation of the directory by name, for a field in which one is chosen."""
    return list(Organisation.objects.order_by("name_zh", "name_en", "id"))
