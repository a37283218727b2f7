"""Keep the sums of the months that are over, book by book, each in the seat of its owner."""

from django.utils import timezone

from tiebeam.apps.ledger.operations.keeping import keep_months, list_unkept
from tiebeam.platform.identity.queries import find_actor_for, list_office_seats
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting


def keep_sums() -> int:
    """Keep what the ledger needs to answer for past days quickly; return how many sums were added."""
    now = timezone.now()
    today, added = timezone.localdate(now), 0
    seats = {
        organisation_id: person_id for person_id, organisation_id in list_office_seats(Role, today)
    }
    for organisation_id, person_id in seats.items():
        actor = find_actor_for(person_id, organisation_id, today)
        with acting(actor):
            books = list_unkept(now)
        for book in books:
            # One transaction for each: nobody posts to its pairing as long as that lasts.
            with acting(actor):
                added += keep_months(book, now)
    return added
