"""A pairing with its books, and two people on each side of it, for the tests of the ledger."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid4

from django.utils import timezone
from tests.small_workspace import Workspace

from records.agreement_grounds import make_pairing
from tiebeam.apps.ledger.models import Account, Batch, Proposal
from tiebeam.apps.ledger.operations.proposals import (
    post_proposal,
    propose,
    propose_reversal,
    propose_year_end,
)
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.ledger.operations.years import set_programme_year
from tiebeam.apps.pairings.models import Agreement, Pairing, Signature
from tiebeam.apps.pairings.queries.agreements import hash_of_agreement
from tiebeam.apps.programmes.models import Programme
from tiebeam.core.ledger.events import KINDS
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty, acting
from tiebeam.platform.tenancy.grants import grant_reading

LATER = datetime(2021, 2, 1, 1, 0, tzinfo=UTC)
SIDES = ("coordinator", "donor", "recipient")


@dataclass
class LedgerGrounds:
    """A programme, a pairing that both sides read, an agreement signed by both, and who does what."""

    programme: Programme
    pairing: Pairing
    agreement: Agreement
    makers: dict[str, Actor]
    checkers: dict[str, Actor]

    def fix_year(self, year: int, profile: str = "on_expenditure", *, reopens: bool = True) -> None:
        """Fix what the programme fixes for a year."""
        set_programme_year(
            programme=self.programme,
            year=year,
            profile=profile,
            refund_reopens=reopens,
            actor=self.makers["coordinator"],
            now=LATER,
        )

    def set_term(self, begins: date, ends: date | None) -> None:
        """Have the pairing begin and end on other days."""
        self.pairing.valid_from, self.pairing.valid_until = begins, ends
        with acting(self.makers["coordinator"]):
            self.pairing.save()

    def propose(
        self,
        kind: str,
        amount: int = 0,
        *,
        key: UUID | None = None,
        now: datetime | None = None,
        **terms,
    ) -> Proposal:
        """Propose an event as the maker of the side that tells it."""
        said = {"valid_on": date(2020, 3, 1), "document": "财函〔2020〕1号", **terms}
        if kind == "commitment":
            said = {"purpose": "medicine", "agreement_id": self.agreement.pk, **said}
        return propose(
            pairing=self.pairing,
            terms=Terms(kind=kind, amount=amount, **said),
            key=key or uuid4(),
            actor=self.makers[KINDS[kind].by if kind in KINDS else "donor"],
            now=now or _told_at(said["valid_on"]),
        )

    def post(self, kind: str, amount: int = 0, *, now: datetime | None = None, **terms) -> Batch:
        """Propose an event, and post it as another person of that side."""
        proposal = self.propose(kind, amount, now=now, **terms)
        checker = self.checkers[KINDS[kind].by]
        return post_proposal(
            proposal=proposal, actor=checker, now=now or _told_at(proposal.valid_on)
        )

    def pay(self, amount: int, **terms) -> Batch:
        """Order and pay *amount* of a commitment of the same amount."""
        commitment = self.post("commitment", amount, **terms)
        order = self.post("order", amount, follows_id=commitment.pk, **terms)
        return self.post("payment", amount, follows_id=order.pk, **terms)

    def reverse(self, batch: Batch, by: str, key: UUID | None = None, **more) -> Batch:
        """Reverse a batch as the side that told it."""
        now = _told_at(more.get("valid_on") or batch.valid_on)
        proposal = propose_reversal(
            batch=batch,
            reason_code="wrong_amount",
            key=key or uuid4(),
            actor=self.makers[by],
            now=now,
            **more,
        )
        return post_proposal(proposal=proposal, actor=self.checkers[by], now=now)

    def close(self, side: str, year: int, now: datetime = LATER, **carries) -> Batch:
        """Close a year of one side's book."""
        proposal = propose_year_end(
            pairing=self.pairing,
            year=year,
            key=uuid4(),
            actor=self.makers[side],
            now=now,
            **carries,
        )
        return post_proposal(proposal=proposal, actor=self.checkers[side], now=now)

    def balances(self, side: str) -> dict[str, int]:
        """Return what the accounts of one side hold: ``B110/2020`` for a yearly one."""
        with acting(self.makers[side]):
            rows = Account.objects.filter(tenant_id=self.owners[side]).exclude(balance=0)
            return {
                "/".join(
                    [
                        row.code,
                        *([str(row.year)] if row.year else []),
                        *([row.unit] if row.group == "Q" else []),
                    ]
                ): row.balance
                for row in rows
            }

    @property
    def owners(self) -> dict[str, UUID]:
        """Return the organisation of each side."""
        return {side: self.makers[side].organisation_id for side in SIDES}


def _told_at(day: date) -> datetime:
    """Return the moment at which an event of *day* is told: on that day at the earliest."""
    return max(LATER, datetime.combine(day, time.min, timezone.get_default_timezone()))


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
