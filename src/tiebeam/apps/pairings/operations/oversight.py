"""Who oversees the desk: whoever oversees a programme reads its scenarios, with their variants, locks and plans."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from tiebeam.apps.pairings.models import BuiltScenario
from tiebeam.apps.pairings.operations.readers import BOTH_SIDES
from tiebeam.apps.programmes.models import Participant, Programme
from tiebeam.apps.programmes.operations.participants import follow_participation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.grants import end_reading, grant_reading

OVERSIGHT = ("ministry", "assessor", "auditor")
"""Sides that see how a list came to be; a mere reader sees what was issued."""

Period = tuple[date, date | None]


def show_to_overseers(built: BuiltScenario, actor: Actor, now: datetime) -> None:
    """Let whoever oversees the programme read a new scenario, as long as the oversight lasts."""
    periods = _list_periods(built.round.programme_id, timezone.localdate(now))
    _grant([built.scope_id], periods, actor)


def show_all_to_overseers(programme: Programme, actor: Actor, now: datetime) -> None:
    """Let whoever oversees *programme* read all its scenarios; nobody else does any longer."""
    today = timezone.localdate(now)
    everybody = Participant.objects.filter(programme=programme)
    for organisation_id in everybody.values_list("organisation_id", flat=True).distinct():
        _follow(programme.pk, organisation_id, actor, today)


@follow_participation
def follow_oversight(participant: Participant, actor: Actor, now: datetime) -> None:
    """Let who now oversees the programme read what lies on its desk; who no longer does reads it no longer."""
    today = timezone.localdate(now)
    _follow(participant.programme_id, participant.organisation_id, actor, today)


def _follow(programme_id: UUID, organisation_id: UUID, actor: Actor, today: date) -> None:
    rounds = BuiltScenario.objects.owned().filter(round__programme_id=programme_id)
    scopes = list(rounds.values_list("scope_id", flat=True))
    for scope_id in scopes:
        end_reading(actor=actor, scope_id=scope_id, organisation_id=organisation_id, until=today)
    periods = _list_periods(programme_id, today).get(organisation_id, [])
    _grant(scopes, {organisation_id: periods}, actor)


def _list_periods(programme_id: UUID, today: date) -> dict[UUID, list[Period]]:
    """
    Return from when until when each organisation oversees a programme, from *today* on.

    Whoever stands on a side as well, now or later, is left out: nobody who may be
    paired sees the figures of the others before the draft goes out for opinion.
    """
    lasting = Participant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=today), programme_id=programme_id
    )
    on_a_side = {row.organisation_id for row in lasting if row.side in BOTH_SIDES}
    periods: dict[UUID, list[Period]] = {}
    for row in lasting:
        if row.side in OVERSIGHT and row.organisation_id not in on_a_side:
            start = max(today, row.valid_from or today)
            periods.setdefault(row.organisation_id, []).append((start, row.valid_until))
    return periods


def _grant(
    scope_ids: Iterable[UUID], periods: Mapping[UUID, Iterable[Period]], actor: Actor
) -> None:
    readers: dict[Period, list[UUID]] = {}
    for organisation_id, spans in periods.items():
        for span in spans:
            readers.setdefault(span, []).append(organisation_id)
    for scope_id in scope_ids:
        for (start, until), organisation_ids in readers.items():
            grant_reading(
                actor=actor,
                scope_id=scope_id,
                organisation_ids=organisation_ids,
                role="oversight",
                valid_from=start,
                valid_until=until,
            )
