"""What the acting person saved at the seat taken."""

from uuid import UUID

from tiebeam.platform.bookmarks.models import SavedFilter


def list_filters(path: str = "") -> list[SavedFilter]:
    """Return the saved filters by name; those of one list where its path is given."""
    rows = SavedFilter.objects.order_by("name", "id")
    return list(rows.filter(path=path) if path else rows)


def find_filter(filter_id: UUID) -> SavedFilter | None:
    """Return a saved filter, or None."""
    return SavedFilter.objects.filter(pk=filter_id).first()
