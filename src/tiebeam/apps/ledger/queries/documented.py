"""Posted events hold documents: whoever reads the event reads them."""

from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.ledger.queries.events import get_event
from tiebeam.apps.pairings.queries.documented import DOCUMENTED, Documented

DOCUMENTED["event"] = Documented(
    model=Batch, get=get_event, programme_id=lambda record: record.programme_id
)
