"""A pairing that both sides read, for the tests of what hangs on it."""

from datetime import date

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.programmes.models import Programme
from tiebeam.platform.tenancy.acting import Actor, acting
from tiebeam.platform.tenancy.grants import grant_reading


def make_pairing(
    programme: Programme,
    coordinator: Actor,
    donor: Actor,
    recipient: Actor,
    valid_from: date = date(2020, 2, 10),
    valid_until: date | None = None,
) -> Pairing:
    """Return a pairing of *coordinator*, read by both of its sides."""
    with acting(coordinator):
        pairing = Pairing(
            tenant_id=coordinator.organisation_id,
            programme=programme,
            donor_id=donor.organisation_id,
            recipient_id=recipient.organisation_id,
            valid_from=valid_from,
            valid_until=valid_until,
        )
        pairing.save()
        for side, actor in (("donor", donor), ("recipient", recipient)):
            grant_reading(
                actor=coordinator,
                scope_id=pairing.scope_id,
                organisation_ids=[actor.organisation_id],
                role=side,
                valid_from=valid_from,
            )
    return pairing


def make_programme(coordinator: Actor, forms: list[str], slug: str = "tibet") -> Programme:
    """Return a programme of *coordinator* that nobody else reads."""
    with acting(coordinator):
        programme = Programme(
            tenant_id=coordinator.organisation_id,
            slug=slug,
            name_en="Tibet",
            name_zh="援藏",
            forms=forms,
        )
        programme.save()
    return programme
