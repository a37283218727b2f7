"""Save a list as it is shown, and forget it."""

from datetime import datetime

from tiebeam.errors import Fault, InvalidInput, Refused
from tiebeam.platform.audit.writing import record_change, record_creation, state_of
from tiebeam.platform.bookmarks.models import SavedFilter
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor

FILTERS_MOST = 50
NAME_MOST, PATH_MOST, QUERY_MOST = 80, 200, 500


class NameTaken(Refused):
    """A filter of this list has the name already."""

    code = "bookmarks.name_taken"


class TooMany(Refused):
    """So many are saved already that no further one helps."""

    code = "bookmarks.too_many"


@operation("bookmarks.save_filter", roles=())
def save_filter(
    *, name: str, path: str, actor: Actor, now: datetime, query: str = ""
) -> SavedFilter:
    """
    Save the address of a list under a name.

    Raises:
        InvalidInput: There is no name, or the address is none of this workspace.
        NameTaken: The list has a filter of that name.
        TooMany: Fifty are saved already.
    """
    name, query = name.strip(), query.lstrip("?")
    faults = []
    if not 0 < len(name) <= NAME_MOST:
        faults.append(
            Fault(code="bookmarks.name_missing", column="name", facts={"most": NAME_MOST})
        )
    is_here = path.startswith("/") and not path.startswith(("//", "/\\"))
    if not is_here or len(path) > PATH_MOST or len(query) > QUERY_MOST:
        faults.append(Fault(code="bookmarks.address_not_valid", column="path"))
    if faults:
        raise InvalidInput(faults)
    if SavedFilter.objects.filter(path=path, name=name).exists():
        raise NameTaken(name=name)
    if SavedFilter.objects.count() >= FILTERS_MOST:
        raise TooMany(most=FILTERS_MOST)
    saved = SavedFilter(
        person_id=actor.person_id,
        organisation_id=actor.organisation_id,
        name=name,
        path=path,
        query=query,
    )
    saved.save(force_insert=True)
    record_creation(actor=actor, now=now, action="bookmarks.save_filter", record=saved)
    return saved


@operation("bookmarks.remove_filter", roles=())
def remove_filter(*, saved_filter: SavedFilter, actor: Actor, now: datetime) -> None:
    """Forget a saved filter of one's own."""
    saved = SavedFilter.objects.select_for_update().get(pk=saved_filter.pk)
    action, before = "bookmarks.remove_filter", state_of(saved)
    record_change(actor=actor, now=now, action=action, record=saved, before=before, is_gone=True)
    saved.delete()
