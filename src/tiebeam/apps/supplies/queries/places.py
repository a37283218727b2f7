"""Which places an organisation answers for: itself, and those below it."""

from uuid import UUID

from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.tenancy.acting import Actor


def is_below(place: Organisation, actor: Actor) -> bool:
    """Return whether *place* is the acting organisation, or below it."""
    seen: set[UUID] = set()
    above: Organisation | None = place
    while above is not None and above.pk not in seen:
        if above.pk == actor.organisation_id:
            return True
        seen.add(above.pk)
        above = above.parent
    return False


def list_own_places(actor: Actor) -> list[Organisation]:
    """Return the acting organisation and all below it, by name after itself."""
    found: list[Organisation] = []
    level = list(Organisation.objects.filter(pk=actor.organisation_id))
    while level:
        found += level
        seen = [place.pk for place in found]
        below = Organisation.objects.filter(parent__in=level).exclude(pk__in=seen)
        level = list(below.order_by("name_zh", "pk"))
    return found
