"""Incidents that may be read, and what an organisation has to send."""

from uuid import UUID

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.people.models import Member, Package, Team


def list_incidents() -> list[Incident]:
    """List the incidents that may be read: those under way first, then by the day of their activation."""
    rows = Incident.objects.select_related("programme", "tenant").order_by("-activated_at", "pk")
    return sorted(rows, key=lambda row: row.stood_down_at is not None)


def get_incident(incident_id: UUID) -> Incident:
    """
    Return one incident with its programme.

    Raises:
        Incident.DoesNotExist: There is none that may be read.
    """
    found: Incident = Incident.objects.select_related("programme", "tenant", "hub", "round").get(
        pk=incident_id
    )
    return found


def list_own_packages() -> list[Package]:
    """List the packages that the acting organisation holds, those held no longer last."""
    rows = Package.objects.owned().order_by("name", "pk")
    return sorted(rows, key=lambda row: row.ended_on is not None)


def get_own_package(package_id: UUID) -> Package:
    """
    Return an own package.

    Raises:
        Package.DoesNotExist: There is none.
    """
    found: Package = Package.objects.owned().get(pk=package_id)
    return found


def list_own_teams_of(organisation_id: UUID) -> list[Team]:
    """List the teams that an organisation has formed, the latest first."""
    rows = Team.objects.filter(tenant_id=organisation_id).select_related("package")
    return list(rows.order_by("-formed_at", "pk"))


def get_team(team_id: UUID) -> Team:
    """
    Return a team.

    Raises:
        Team.DoesNotExist: There is none that may be read.
    """
    found: Team = Team.objects.select_related("tenant").get(pk=team_id)
    return found


def find_team(team_id: UUID | None) -> Team | None:
    """Return a team, None where none is named or the reader may not read it."""
    found: Team | None = Team.objects.filter(pk=team_id).first()
    return found


def find_package(package_id: UUID | None) -> Package | None:
    """Return a package, None where none is named or the reader may not read it."""
    found: Package | None = Package.objects.filter(pk=package_id).first()
    return found


def get_own_member(member_id: UUID) -> Member:
    """
    Return somebody on an own team.

    Raises:
        Member.DoesNotExist: There is none.
    """
    found: Member = Member.objects.owned().select_related("team").get(pk=member_id)
    return found


def list_members(team: Team) -> list[Member]:
    """List who is on a team, the leader first; names are for home, host and coordinator alone."""
    return list(Member.objects.filter(team=team, left_on=None).order_by("-is_leader", "name", "pk"))
