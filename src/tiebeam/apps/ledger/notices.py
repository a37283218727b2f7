"""Who is told of the ledger: the donor, when the notice of what it owes is issued."""

from datetime import datetime

from tiebeam.apps.ledger.obligation_models import ObligationNotice
from tiebeam.platform.notices.telling import Told, both_names, told_of
from tiebeam.platform.tenancy.acting import Actor


@told_of("ledger.issue_notice", "obligationnotice")
def tell_issued(notice: ObligationNotice, actor: Actor, now: datetime) -> Told | None:
    """Tell the donor what it owes; not of the version that is superseded."""
    del actor, now
    if notice.state != "issued":
        return None
    return Told(
        kind="obligation_issued",
        variant="_".join(
            word
            for word, is_so in (
                ("revised", notice.supersedes_id is not None),
                ("illustrative", notice.is_illustrative),
            )
            if is_so
        ),
        organisations=[notice.donor_id],
        programme_id=notice.programme_id,
        facts={"programme": both_names(notice.programme), "year": str(notice.year)},
    )
