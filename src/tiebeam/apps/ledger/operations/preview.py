"""What a proposal would post, worked out as if it were posted, and nothing of it written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tiebeam.apps.ledger.models import Proposal
from tiebeam.apps.ledger.operations.parts import own_side
from tiebeam.apps.ledger.operations.posting import Entered, Hand, posting
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.core.ledger.posting import AccountKey, Row, effects_of
from tiebeam.errors import Refused
from tiebeam.platform.tenancy.acting import Actor, acting

NOBODY = UUID(int=0)
"""The maker in whose place it is looked at: only posting asks for two people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """
    What would be posted.

    Attributes:
        rows: Of the own book; of the donor's for a coordinator.
        changes: What each account of these rows holds before, and by how much it changes.
        other_rows: How many rows the other side's book takes.
        refusal: Why it would be refused now.
    """

    rows: tuple[Row, ...] = ()
    changes: Mapping[AccountKey, tuple[int, int]] = field(default_factory=dict)
    other_rows: int = 0
    refusal: Refused | None = None


def preview(*, proposal: Proposal, actor: Actor, now: datetime) -> Preview:
    """Return what posting *proposal*, of the own organisation, would do to the books now."""
    side = "recipient" if own_side(actor, proposal.pairing) == "recipient" else "donor"
    entered = Entered(proposal.pk, proposal.pairing, Terms.from_plain(proposal.terms))
    try:
        with (
            transaction.atomic(),
            acting(actor),
            posting([entered], maker=Hand(NOBODY), actor=actor, now=now) as (made, _),
        ):
            before = dict(made.books[proposal.pairing_id].balances)
            is_new = made.add(entered)
    except Refused as refusal:
        return Preview(refusal=refusal)
    rows = [row for row, _ in made.composed[0].rows] if is_new else []
    own = [row for row in rows if row.side == side]
    return Preview(
        rows=tuple(own),
        changes={
            key: (before.get(key, 0), change) for key, change in sorted(effects_of(own).items())
        },
        other_rows=len(rows) - len(own),
    )
