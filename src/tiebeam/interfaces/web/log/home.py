"""What the first page tells of changes: the latest steps on records that one's organisation may read."""

from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.interfaces.web.home.sections import ITEMS_MOST, Item, Words, section
from tiebeam.platform.audit.finding import Sought, list_entries
from tiebeam.platform.identity.people import list_names
from tiebeam.platform.tenancy.acting import Actor

ENTRIES_READ = 200
DAYS_BACK = 30


@section("changed")
def list_changed(actor: Actor, today: date) -> list[Item]:
    """List the steps of the last weeks; one that touched many records is one line."""
    del actor
    first = timezone.make_aware(datetime.combine(today - timedelta(days=DAYS_BACK), time.min))
    entries = list_entries(Sought(since=first), limit=ENTRIES_READ)
    steps = {entry.transaction_id: entry for entry in reversed(entries)}
    latest = sorted(steps.values(), key=lambda entry: (entry.at, entry.pk), reverse=True)
    shown = latest[:ITEMS_MOST]
    people = list_names(entry.person_id for entry in shown)
    organisations = list_organisations_by_id(entry.tenant_id for entry in shown)
    return [
        Item(
            code="log.home.changed",
            facts={
                "person": people.get(entry.person_id, ""),
                "organisation": organisations.get(entry.tenant_id, ""),
                "action": Words(entry.action),
            },
            address=reverse("log_entry", args=[entry.pk]),
            on=timezone.localdate(entry.at),
        )
        for entry in shown
    ]
