"""Who is let to read what a programme makes: both sides, and those who oversee it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.programmes.models import Participant
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.grants import grant_reading
from tiebeam.platform.tenancy.models import Grant
from tiebeam.platform.time.periods import valid_on

BOTH_SIDES = ("donor", "recipient")
OVERSEERS = ("ministry", "assessor", "auditor", "reader")


def list_participants(programme_id: UUID, sides: Iterable[str], now: datetime) -> list[UUID]:
    """List the organisations that take part in a programme on any of *sides* today."""
    taking_part = Participant.objects.filter(
        valid_on(timezone.localdate(now)), programme_id=programme_id, side__in=list(sides)
    )
    return list(taking_part.values_list("organisation_id", flat=True).distinct())


def let_read(
    *, actor: Actor, scope_id: UUID, organisation_ids: Iterable[UUID], role: str, now: datetime
) -> None:
    """Let organisations read the records of a scope from today on; who may already is passed over."""
    standing = set(
        Grant.objects.filter(scope_id=scope_id, valid_until=None).values_list(
            "organisation_id", flat=True
        )
    )
    wanted = dict.fromkeys(pk for pk in organisation_ids if pk not in standing)
    grant_reading(
        actor=actor,
        scope_id=scope_id,
        organisation_ids=wanted,
        role=role,
        valid_from=timezone.localdate(now),
    )
