"""A pairing with its books, and two people on each side of it, for the tests of the ledger."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from tests.small_workspace import Workspace

from records.agreement_grounds import make_pairing
from tiebeam.apps.pairings.models import Agreement, Pairing, Signature
from tiebeam.apps.pairings.queries.agreements import hash_of_agreement
from tiebeam.apps.programmes.models import Programme
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty, acting
from tiebeam.platform.tenancy.grants import grant_reading

SIDES = ("coordinator", "donor", "recipient")


@dataclass
class LedgerGrounds:
    """A programme, a pairing that both sides read, an agreement signed by both, and who does what."""

    programme: Programme
    pairing: Pairing
    agreement: Agreement
    makers: dict[str, Actor]
    checkers: dict[str, Actor]

    @property
    def owners(self) -> dict[str, UUID]:
        """Return the organisation of each side."""
        return {side: self.makers[side].organisation_id for side in SIDES}


def make_grounds(workspace: Workspace, slug: str = "tibet") -> LedgerGrounds:
    """Return the grounds: the office pairs Fujian with Nyingchi from 2020 on."""
    makers = {
        "coordinator": workspace.actor("office", Role.COORDINATOR),
        "donor": workspace.actor("fujian", Role.DONOR_OFFICE),
        "recipient": workspace.actor("nyingchi", Role.RECIPIENT_OFFICE),
    }
    finance = {
        "coordinator": Role.COORDINATOR,
        "donor": Role.DONOR_FINANCE,
        "recipient": Role.RECIPIENT_FINANCE,
    }
    checkers = {
        side: Actor(
            person_id=uuid4(),
            organisation_id=makers[side].organisation_id,
            duties=frozenset({Duty(role)}),
        )
        for side, role in finance.items()
    }
    office, donor, recipient = (makers[side] for side in SIDES)
    with acting(office):
        programme = Programme(
            tenant_id=office.organisation_id, slug=slug, name_en="Tibet", name_zh="援藏", forms=[]
        )
        programme.save()
        grant_reading(
            actor=office,
            scope_id=programme.scope_id,
            organisation_ids=[donor.organisation_id, recipient.organisation_id],
            role="reader",
            valid_from=date(2020, 1, 1),
        )
    pairing = make_pairing(programme, office, donor, recipient, valid_from=date(2020, 1, 1))
    agreement = _sign(pairing, donor, recipient)
    return LedgerGrounds(programme, pairing, agreement, makers, checkers)


def _sign(pairing: Pairing, donor: Actor, recipient: Actor) -> Agreement:
    from tests.small_workspace import NOW

    agreement = Agreement(
        tenant_id=donor.organisation_id,
        scope_id=pairing.scope_id,
        pairing=pairing,
        kind="five_year",
        title="Agreement",
        text="Text",
        starts_on=date(2020, 1, 1),
        review_asked_at=NOW,
    )
    with acting(donor):
        agreement.save(force_insert=True)
    for actor in (donor, recipient):
        with acting(actor):
            Signature(
                tenant_id=actor.organisation_id,
                scope_id=pairing.scope_id,
                agreement=agreement,
                person_id=actor.person_id,
                text_sha256=hash_of_agreement(agreement),
                signed_at=NOW,
            ).save(force_insert=True)
    return agreement
