"""Who is told of returns: the coordinator when one is handed in, its sender when it is answered."""

from datetime import datetime

from tiebeam.apps.programmes.models import Return, ReturnDecision
from tiebeam.platform.notices.telling import Told, both_names, told_of
from tiebeam.platform.tenancy.acting import Actor


@told_of("programmes.submit_return", "return")
def tell_submitted(of_return: Return, actor: Actor, now: datetime) -> Told:
    """Tell the organisation of the round."""
    del actor, now
    of_round = of_return.round
    return Told(
        kind="return_submitted",
        organisations=[of_round.tenant_id],
        programme_id=of_round.programme_id,
        facts={"organisation": both_names(of_return.tenant), "round": both_names(of_round)},
    )


@told_of("programmes.decide_return", "returndecision")
def tell_decided(decision: ReturnDecision, actor: Actor, now: datetime) -> Told:
    """Tell whose return it is."""
    del actor, now
    of_return = decision.of_return
    return Told(
        kind="return_decided",
        variant="accepted" if decision.is_accepted else "returned",
        organisations=[of_return.tenant_id],
        programme_id=of_return.round.programme_id,
        facts={"round": both_names(of_return.round)},
        about=of_return,
    )
