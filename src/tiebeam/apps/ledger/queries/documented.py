"""Posted events and reimbursements hold documents: whoever reads them reads these."""

from uuid import UUID

from tiebeam.apps.ledger.claim_models import Reimbursement
from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.ledger.queries.claims import get_claim
from tiebeam.apps.ledger.queries.events import get_event
from tiebeam.apps.pairings.queries.documented import DOCUMENTED, Documented

DOCUMENTED["event"] = Documented(
    model=Batch, get=get_event, programme_id=lambda record: record.programme_id
)


def _get_reimbursement(record_id: UUID) -> Reimbursement:
    return get_claim(record_id).reimbursement


DOCUMENTED["reimbursement"] = Documented(
    model=Reimbursement, get=_get_reimbursement, programme_id=lambda record: record.programme_id
)
