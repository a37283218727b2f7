"""Those who stand in a pair with a place are asked first (§E7)."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.emergencies.models import Deployment, Need
from tiebeam.apps.emergencies.queries.standing import list_standings
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.people.models import Package
from tiebeam.apps.people.queries.skills import has_skills
from tiebeam.errors import Refused, both_names
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.time.periods import valid_on


class PartnerFirst(Refused):
    """A standing partner could help, and was not asked; facts: ``partners``, ``name`` of the first."""

    code = "emergencies.partner_first"


def list_partners(need: Need, now: datetime) -> list[Pairing]:
    """List the pairings in force that give to the place of *need*, the lead first."""
    today = timezone.localdate(now)
    rows = Pairing.objects.filter(valid_on(today), recipient_id=need.place_id)
    return list(rows.select_related("donor").order_by("-is_lead", "valid_from", "pk"))


def refuse_passing_partners(
    deployment: Deployment, reason: str, actor: Actor, now: datetime
) -> None:
    """
    Refuse to ask anybody else while a standing partner who has something fitting was not asked.

    The coordinator sees what partners have published; a host does not, and asks them in any case.

    Raises:
        PartnerFirst: There is one, and no reason is given for passing it.
    """
    partners = {pairing.donor_id: pairing.donor for pairing in list_partners(deployment.need, now)}
    if reason or deployment.home_id in partners:
        return
    asked = {
        standing.deployment.home_id
        for standing in list_standings(Deployment.objects.filter(need=deployment.need), now)
        if standing.state not in {"drafted", "needed"}
    }
    passed = [pk for pk in partners if pk not in asked]
    if actor.organisation_id == deployment.incident.tenant_id:
        fitting = list_fitting(deployment.need, passed, now)
        passed = [pk for pk in passed if pk in fitting]
    if passed:
        names = [both_names(partners[pk]) for pk in passed]
        raise PartnerFirst(name=names[0], partners=tuple(names))


def list_fitting(need: Need, home_ids: list[UUID], now: datetime) -> set[UUID]:
    """Return those of some organisations who have published a package that fits *need* and is free."""
    rows = Package.objects.filter(is_published=True, kind=need.kind, tenant_id__in=home_ids)
    bound = {
        standing.last.package_id
        for standing in list_standings(Deployment.objects.filter(home_id__in=home_ids), now)
        if standing.is_bound
    }
    return {
        package.tenant_id for package in rows if package.pk not in bound and fits(package, need)
    }


def fits(package: Package, need: Need) -> bool:
    """Return whether *package* is of the kind that *need* asks for, and has each of its skills."""
    return package.kind == need.kind and has_skills(package.skills, need.skills)
