"""The examples of the ledger law, told through the operations by the people of the grounds."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

from tests.ledger_examples import Step, load_example

from records.ledger_grounds import LedgerGrounds
from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.ledger.operations.proposals import (
    post_proposal,
    propose,
    propose_reversal,
    propose_year_end,
)
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.core.ledger.events import KINDS


def tell(grounds: LedgerGrounds, name: str = "five-years", through: int = 9999) -> dict[str, Batch]:
    """
    Tell the example *name*, each step at noon of its day, and return what has a name in it.

    Args:
        through: The last year that is told.
    """
    example = load_example(name)
    for year, said in example.years.items():
        grounds.fix_year(year, said["profile"], reopens=said["refund_reopens"])
    told: dict[str, Batch] = {}
    for step in example.steps:
        if step.on.year <= through:
            batch = tell_step(grounds, step, told)
            if step.name:
                told[step.name] = batch
    return told


def tell_step(grounds: LedgerGrounds, step: Step, told: dict[str, Batch]) -> Batch:
    """Propose and post one step; a year is closed on the morning after it."""
    day = step.on + timedelta(days=1) if step.kind == "close" else step.on
    now = datetime.combine(day, time(4), tzinfo=UTC)
    before = told.get(step.follows)
    by = step.side or KINDS[before.kind if step.kind == "reversal" else step.kind].by
    hand = {"key": uuid4(), "actor": grounds.makers[by], "now": now}
    if step.kind == "close":
        carried = step.terms["carried"]
        proposal = propose_year_end(
            pairing=grounds.pairing,
            year=step.on.year,
            carries_due=carried.get("B110", False),
            carries_appropriated=carried.get("B120", True),
            **hand,
        )
    elif step.kind == "reversal":
        proposal = propose_reversal(
            batch=before, reason_code="wrong_amount", valid_on=step.on, **hand
        )
    else:
        proposal = propose(pairing=grounds.pairing, terms=_terms(grounds, step, before), **hand)
    return post_proposal(proposal=proposal, actor=grounds.checkers[by], now=now)


def _terms(grounds: LedgerGrounds, step: Step, before: Batch | None) -> Terms:
    said = dict(step.terms)
    said.pop("relates_to", None)
    return Terms(
        kind=step.kind,
        valid_on=step.on,
        document="财函〔2020〕1号",
        is_beyond_due=said.pop("beyond_due", False),
        follows_id=before.pk if before else None,
        # An example says of a commitment what it is called, which serves as its purpose.
        purpose=step.name if step.kind == "commitment" else "",
        agreement_id=grounds.agreement.pk if step.kind == "commitment" else None,
        **said,
    )
