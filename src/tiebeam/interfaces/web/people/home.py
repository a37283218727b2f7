"""What the first page tells an administrator: invitations that wait, roles that end."""

from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone

from tiebeam.interfaces.web.home.sections import Item, section
from tiebeam.platform.identity.people import (
    list_ending_roles,
    list_names,
    list_open_invitations,
    list_tokens,
)
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor

DAYS_AHEAD = 30


@section("due")
def list_due(actor: Actor, today: date) -> list[Item]:
    """List invitations that run out, roles that end, and one's own tokens that expire."""
    ahead = today + timedelta(days=DAYS_AHEAD)
    morning = timezone.make_aware(datetime.combine(today, time.min))
    items = [
        Item(
            code="people.home.token",
            facts={"name": token.name},
            address=reverse("my_tokens"),
            on=timezone.localdate(token.expires_at),
        )
        for token in list_tokens(actor.person_id, morning)
        if timezone.localdate(token.expires_at) <= ahead
    ]
    if not actor.has_role(Role.ADMINISTRATOR):
        return items
    items += [
        Item(
            code="people.home.invitation",
            facts={"email": row.email},
            address=reverse("people"),
            on=timezone.localdate(row.expires_at),
        )
        for row in list_open_invitations(morning)
    ]
    ending = list_ending_roles(today, ahead)
    names = list_names(row.person_id for row in ending)
    items += [
        Item(
            code="people.home.role_ends",
            facts={"name": names[row.person_id]},
            address=reverse("person", args=[row.person_id]),
            on=row.valid_until,
        )
        for row in ending
    ]
    return items
