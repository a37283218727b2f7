"""Who writes what stands beside the books: one side of the pairing, for itself."""

from uuid import UUID

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.sides import NotASide
from tiebeam.errors import Fault, InvalidInput
from tiebeam.platform.permissions.operations import require
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.units import MOST_FEN

DONORS = frozenset({Role.DONOR_OFFICE, Role.DONOR_FINANCE})
RECIPIENTS = frozenset({Role.RECIPIENT_OFFICE, Role.RECIPIENT_FINANCE})


def demand_owner(actor: Actor, name: str, pairing: Pairing, *owners: UUID) -> None:
    """
    Raise unless *actor* may call the operation *name* in the programme of *pairing*, for one of *owners*.

    Raises:
        NotAllowed: No role held there allows it.
        NotASide: The organisation is none of them.
    """
    require(actor, name, pairing.programme_id)
    if actor.organisation_id not in owners:
        raise NotASide


def list_amount_faults(amount: int, column: str = "amount") -> list[Fault]:
    """Return what is wrong with an amount in fen."""
    if 1 <= amount <= MOST_FEN:
        return []
    facts: dict[str, object] = {"term": column, "most": MOST_FEN}
    return [Fault(code="ledger.amount_out_of_range", column=column, value=str(amount), facts=facts)]


def demand_sound(faults: list[Fault]) -> None:
    """
    Raise where anything is wrong.

    Raises:
        InvalidInput: With all of *faults*.
    """
    if faults:
        raise InvalidInput(faults)
