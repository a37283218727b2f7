"""Who reads what of an emergency (§E1, §E3): its parties, those who oversee it, and names to three alone."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from tiebeam.apps.emergencies.models import Deployment, Incident
from tiebeam.apps.emergencies.queries.rosters import find_readers_of_names, list_named_teams
from tiebeam.apps.pairings.operations.readers import (
    BOTH_SIDES,
    OVERSEERS,
    let_read,
    list_participants,
)
from tiebeam.apps.people.models import Package, Team
from tiebeam.apps.people.operations.packages import follow_publication
from tiebeam.apps.programmes.models import Participant
from tiebeam.apps.programmes.operations.participants import follow_participation
from tiebeam.platform.tenancy.acting import Actor, changing_seats
from tiebeam.platform.tenancy.grants import end_reading
from tiebeam.platform.tenancy.holding import hold
from tiebeam.platform.tenancy.models import Grant


def show_incident(incident: Incident, actor: Actor, now: datetime) -> None:
    """Let all who take part in the programme read *incident* and the needs in it."""
    readers = list_participants(incident.programme_id, (*BOTH_SIDES, *OVERSEERS), now)
    let_read(
        actor=actor, scope_id=incident.scope_id, organisation_ids=readers, role="incident", now=now
    )


def show_to_coordinator(incident: Incident, actor: Actor, now: datetime) -> None:
    """Let the owner of *incident* read what others write below it: owning a scope shows the own rows alone."""
    let_read(
        actor=actor,
        scope_id=incident.scope_id,
        organisation_ids=[incident.tenant_id],
        role="owner",
        now=now,
    )


def show_deployment(deployment: Deployment, actor: Actor, now: datetime) -> None:
    """Let home, host, coordinator and those who oversee the programme read *deployment* and its steps."""
    incident = deployment.incident
    parties = [deployment.home_id, deployment.host_id, incident.tenant_id]
    overseers = list_participants(incident.programme_id, OVERSEERS, now)
    scope_id = deployment.scope_id
    let_read(
        actor=actor, scope_id=scope_id, organisation_ids=[*parties, *overseers], role="deployment",
        now=now,
    )  # fmt: skip
    with changing_seats() as sit:
        # The owner reads the steps of the others, which one of them has to allow.
        other = next(party for party in parties if party != deployment.tenant_id)
        sit(other)
        seated = Actor(person_id=actor.person_id, organisation_id=other)
        owner = [deployment.tenant_id]
        let_read(actor=seated, scope_id=scope_id, organisation_ids=owner, role="owner", now=now)
        # Who leaves the programme later reads what it is a party to, with its incident, to the end.
        sit(incident.tenant_id)
        seated = Actor(person_id=actor.person_id, organisation_id=incident.tenant_id)
        let_read(
            actor=seated, scope_id=incident.scope_id, organisation_ids=parties[:2],
            role="incident", now=now,
        )  # fmt: skip


def show_team(team: Team, deployment: Deployment, actor: Actor, now: datetime) -> None:
    """Let host and coordinator read a team of the acting home, with the names on it."""
    readers = [deployment.host_id, deployment.incident.tenant_id]
    for scope_id in (team.scope_id, team.roster_id):
        let_read(actor=actor, scope_id=scope_id, organisation_ids=readers, role="team", now=now)


def hide_names(deployment: Deployment, actor: Actor, now: datetime) -> None:
    """Let host and coordinator read the names of a team no longer that is neither sent to them nor offered any more."""
    readers = {deployment.host_id, deployment.incident.tenant_id}
    with changing_seats() as sit:
        sit(deployment.home_id)
        seated = Actor(person_id=actor.person_id, organisation_id=deployment.home_id)
        for team in Team.objects.filter(pk__in=list_named_teams(deployment)).order_by("pk"):
            # Nobody orders it at this moment, to whoever is to read its names then.
            hold(team.pk)
            for reader_id in readers - find_readers_of_names(team, now):
                end_reading(
                    actor=seated, scope_id=team.roster_id, organisation_id=reader_id,
                    until=timezone.localdate(now),
                )  # fmt: skip


def show_packages(incident: Incident, actor: Actor, now: datetime) -> None:
    """Let the coordinator read the published packages of all who take part, each from its owner's seat."""
    homes = list_participants(incident.programme_id, BOTH_SIDES, now)
    with changing_seats() as sit:
        for home_id in homes:
            sit(home_id)
            _show(home_id, [incident.tenant_id], actor, now)


def hide_packages(incident: Incident, actor: Actor, now: datetime) -> None:
    """End that reading, as far as the coordinator has no other open incident in which the owner takes part."""
    homes = set(Package.objects.filter(is_published=True).values_list("tenant_id", flat=True))
    with changing_seats() as sit:
        for home_id in homes:
            sit(home_id)
            _hide_all(home_id, incident.tenant_id, actor, timezone.localdate(now))


@follow_publication
def follow_package(package: Package, actor: Actor, now: datetime) -> None:
    """Let coordinators of open incidents read what is published; nobody any more what is taken back."""
    today = timezone.localdate(now)
    if package.is_published:
        coordinators = _list_coordinators(package.tenant_id, today)
        _show(package.tenant_id, coordinators, actor, now)
        return
    given = Grant.objects.filter(scope_id=package.scope_id)
    for reader_id in set(given.values_list("organisation_id", flat=True)):
        _hide(package, reader_id, actor, today)


@follow_participation
def follow_participant(participant: Participant, actor: Actor, now: datetime) -> None:
    """Let who joins a programme read its incidents, and who oversees it the deployments; until they leave."""
    incidents = Incident.objects.owned().filter(programme_id=participant.programme_id)
    until = _last_day(participant)
    if until is not None and incidents:
        with changing_seats() as sit:
            sit(participant.organisation_id)
            _hide_all(participant.organisation_id, actor.organisation_id, actor, until)
    for incident in incidents:
        if until is None:
            show_incident(incident, actor, now)
            if incident.stood_down_at is None:
                show_packages(incident, actor, now)
        elif not _is_party(participant, incident):
            end_reading(
                actor=actor, scope_id=incident.scope_id,
                organisation_id=participant.organisation_id, until=until,
            )  # fmt: skip
    if participant.side in OVERSEERS:
        _follow_overseer(participant, until, actor, now)


def _follow_overseer(
    participant: Participant, until: date | None, actor: Actor, now: datetime
) -> None:
    """Let who oversees a programme read its deployments, each from its owner's seat; or end that."""
    rows = Deployment.objects.filter(incident__programme_id=participant.programme_id)
    found = list(rows.values_list("tenant_id", "scope_id"))
    reader_id = participant.organisation_id
    with changing_seats() as sit:
        for owner_id, scope_id in found:
            sit(owner_id)
            seated = Actor(person_id=actor.person_id, organisation_id=owner_id)
            if until is not None:
                end_reading(actor=seated, scope_id=scope_id, organisation_id=reader_id, until=until)
                continue
            let_read(
                actor=seated, scope_id=scope_id, organisation_ids=[reader_id], role="deployment",
                now=now,
            )  # fmt: skip


def _last_day(participant: Participant) -> date | None:
    """Return the first day on which an organisation takes part no longer, on any side; None where it goes on."""
    rows = Participant.objects.filter(
        programme_id=participant.programme_id, organisation_id=participant.organisation_id
    )
    days = list(rows.values_list("valid_until", flat=True))
    return None if None in days else max(days)


def _is_party(participant: Participant, incident: Incident) -> bool:
    """Return whether an organisation sends or receives a team in *incident*: it reads that to the end."""
    either = Q(home_id=participant.organisation_id) | Q(host_id=participant.organisation_id)
    return bool(Deployment.objects.filter(either, incident=incident).exists())


def _list_coordinators(home_id: UUID, day: date) -> list[UUID]:
    """List who coordinates an open incident of a programme in which *home_id* takes part on *day*."""
    programmes = Participant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=day),
        organisation_id=home_id,
        side__in=BOTH_SIDES,
    ).values("programme_id")
    rows = Incident.objects.filter(stood_down_at=None, programme_id__in=programmes)
    return list(rows.values_list("tenant_id", flat=True).distinct())


def _show(home_id: UUID, readers: Iterable[UUID], actor: Actor, now: datetime) -> None:
    wanted = list(readers)
    seated = Actor(person_id=actor.person_id, organisation_id=home_id)
    for package in Package.objects.filter(tenant_id=home_id, is_published=True):
        let_read(
            actor=seated,
            scope_id=package.scope_id,
            organisation_ids=wanted,
            role="package",
            now=now,
        )


def _hide_all(home_id: UUID, reader_id: UUID, actor: Actor, until: date) -> None:
    """Hide what *home_id*, in whose seat one sits, has published, where it takes part in nothing that *reader_id* leads."""
    if reader_id not in _list_coordinators(home_id, until):
        for package in Package.objects.owned().filter(is_published=True):
            _hide(package, reader_id, actor, until)


def _hide(package: Package, reader_id: UUID, actor: Actor, until: date) -> None:
    seated = Actor(person_id=actor.person_id, organisation_id=package.tenant_id)
    end_reading(actor=seated, scope_id=package.scope_id, organisation_id=reader_id, until=until)
