"""Form teams, and enter who is on them (§E3)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils import timezone

from tiebeam.apps.people.models import Member, Package, Team
from tiebeam.apps.people.operations.faults import list_faults, list_skill_faults
from tiebeam.apps.people.operations.packages import HOLDERS
from tiebeam.apps.regions.operations.checks import refuse_faults, refuse_without_reason
from tiebeam.errors import Fault, Refused
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.identity.models import Person
from tiebeam.platform.identity.queries import list_seats
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor


class TeamNamedTwice(Refused):
    """The organisation has a team of this name; facts: ``name``."""

    code = "people.team_named_twice"


class TeamFull(Refused):
    """The team has as many members as it has places; facts: ``heads``."""

    code = "people.team_full"


class LeaderNamedTwice(Refused):
    """A team has one leader at a time."""

    code = "people.leader_named_twice"


class PersonElsewhere(Refused):
    """Who works the phone for a team holds a role in its home organisation."""

    code = "people.person_elsewhere"


class MemberNamedTwice(Refused):
    """The person is on the team already."""

    code = "people.member_named_twice"


class MemberLeft(Refused):
    """The member left the team before; facts: ``day``."""

    code = "people.member_left"


@operation("people.form_team", roles=HOLDERS)
def form_team(
    *,
    name: str,
    heads: int,
    actor: Actor,
    now: datetime,
    skills: Mapping[str, int] | None = None,
    package: Package | None = None,
) -> Team:
    """
    Form a team of people who go together, of an own package or without one.

    Raises:
        NotOwner: The package is another's.
        TeamNamedTwice: There is a team of this name.
        InvalidInput: A text or number makes no sense.
    """
    if package is not None:
        Package.objects.lock(package.pk)
    team = Team(
        tenant_id=actor.organisation_id,
        package=package,
        name=" ".join(name.split()),
        heads=heads,
        skills=dict(skills or (package.skills if package and heads == package.heads else {})),
        formed_at=now,
    )
    faults = list_faults("team", team, ("name",), ("heads",))
    refuse_faults(faults + list_skill_faults("team", team.skills, heads))
    if Team.objects.owned().filter(name=team.name).exists():
        raise TeamNamedTwice(name=team.name)
    team.save(force_insert=True)
    record_creation(actor=actor, now=now, action="people.form_team", record=team)
    return team


@operation("people.add_member", roles=HOLDERS)
def add_member(
    *,
    team: Team,
    name: str,
    actor: Actor,
    now: datetime,
    skill: str = "",
    is_leader: bool = False,
    person: Person | None = None,
) -> Member:
    """
    Enter a person on a team. Home, host and coordinator read the name, and nobody else.

    Args:
        person: The sign-in of who works the phone for the team.

    Raises:
        NotOwner: The team is another's.
        TeamFull: It has no place left.
        LeaderNamedTwice, MemberNamedTwice, PersonElsewhere: As their names say.
    """
    kept: Team = Team.objects.lock(team.pk)
    member = Member(
        tenant_id=actor.organisation_id,
        scope_id=kept.roster_id,
        team=kept,
        name=" ".join(name.split()),
        skill=skill.strip(),
        is_leader=is_leader,
        person_id=person.pk if person else None,
    )
    refuse_faults(list_faults("member", member, ("name",)))
    present = list(Member.objects.filter(team=kept, left_on=None))
    if len(present) >= kept.heads:
        raise TeamFull(heads=kept.heads)
    if is_leader and any(other.is_leader for other in present):
        raise LeaderNamedTwice
    if person is not None:
        if any(other.person_id == person.pk for other in present):
            raise MemberNamedTwice
        seats = list_seats(person.pk, timezone.localdate(now))
        if all(seat.organisation_id != actor.organisation_id for seat in seats):
            raise PersonElsewhere
    member.save(force_insert=True)
    record_creation(actor=actor, now=now, action="people.add_member", record=member)
    return member


@operation("people.end_membership", roles=HOLDERS)
def end_membership(
    *, member: Member, left_on: date, reason: str, actor: Actor, now: datetime
) -> Member:
    """
    Say from which day on a person is on the team no longer.

    Raises:
        ReasonMissing: No reason is given.
        MemberLeft: The person left before.
        InvalidInput: The day is to come.
    """
    refuse_without_reason(reason)
    kept: Member = Member.objects.lock(member.pk)
    if kept.left_on is not None:
        raise MemberLeft(day=kept.left_on)
    if left_on > timezone.localdate(now):
        facts: dict[str, object] = {"day": left_on}
        fault = Fault(code="people.day_to_come", column="left_on", value=str(left_on), facts=facts)
        refuse_faults([fault])
    before = state_of(kept)
    kept.left_on = left_on
    return save_change(kept, before, "people.end_membership", actor, now, reason)
