"""The address of a list with its filters and order, under a name, for one person at one seat."""

from uuid import uuid4

from django.db import models

from tiebeam.platform.tenancy.acting import find_actor


class FilterManager(models.Manager["SavedFilter"]):
    """Shows the acting person what was saved at the seat taken."""

    def get_queryset(self) -> models.QuerySet["SavedFilter"]:
        """Return the rows that may be read."""
        actor, rows = find_actor(), super().get_queryset()
        if actor is None:
            return rows.none()
        return rows.filter(person_id=actor.person_id, organisation_id=actor.organisation_id)


class SavedFilter(models.Model):
    """A list as one person likes to see it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person_id = models.UUIDField()
    organisation_id = models.UUIDField()
    name = models.CharField(max_length=80)
    path = models.CharField(max_length=200)
    query = models.CharField(max_length=500, blank=True, default="")

    objects = FilterManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "organisation_id", "path", "name"],
                name="bookmarks_filter_named_once_for_a_list",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.path}"

    @property
    def address(self) -> str:
        """Where the list is, as it was saved."""
        return f"{self.path}?{self.query}" if self.query else self.path
