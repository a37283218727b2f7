"""What was committed, ordered and paid, written past the engine, for tests of what stands beside it."""

from datetime import date
from uuid import uuid4

from tiebeam.apps.ledger.models import Batch
from tiebeam.platform.tenancy.acting import acting


def write_batch(grounds, now, kind, amount, follows=None, on=date(2020, 1, 10), **more):
    """Return a batch of the donor's, or of the recipient's for a receipt, without rows."""
    side = "recipient" if kind == "receipt" else "donor"
    batch = Batch(
        tenant_id=grounds.owners[side],
        scope_id=grounds.pairing.scope_id,
        pairing=grounds.pairing,
        programme=grounds.programme,
        kind=kind,
        year=on.year,
        valid_on=on,
        recorded_at=now,
        amount=amount,
        follows=follows,
        head=follows and (follows.head or follows),
        maker_id=uuid4(),
        checker_id=uuid4(),
        body_sha256="0" * 64,
    )
    for name, value in more.items():
        setattr(batch, name, value)
    with acting(grounds.makers[side]):
        batch.save(force_insert=True)
    return batch
