"""Hear both sides before a list is signed, or say why they were not heard."""

from datetime import date

from tiebeam.apps.pairings.models import Opinion, PairList
from tiebeam.apps.pairings.queries.opinions import list_silent
from tiebeam.errors import Refused


class OpinionUnanswered(Refused):
    """An opinion on a version of this round has no answer yet; facts: ``count``."""

    code = "pairings.opinion_unanswered"


class NotSentForOpinion(Refused):
    """A draft is sent to both sides before it is signed."""

    code = "pairings.not_sent_for_opinion"


class OpinionsOutstanding(Refused):
    """Some of those asked may still reply; facts: ``version``, ``count``, ``due_on``."""

    code = "pairings.opinions_outstanding"


class BothSidesHeard(Refused):
    """A reason for not hearing both sides was given where both were heard, or the first signature said another."""

    code = "pairings.both_sides_heard"


def demand_answered(pair_list: PairList) -> None:
    """
    Refuse a signature while an opinion waits for its answer.

    Raises:
        OpinionUnanswered: One on any version of the round does: withdrawing a version does
            not answer what was said of it.
    """
    waiting = Opinion.objects.filter(of_list__round_id=pair_list.round_id, answer=None).count()
    if waiting:
        raise OpinionUnanswered(count=waiting)


def demand_heard(pair_list: PairList, because: str, today: date) -> None:
    """
    Refuse the first signature while a side may still be heard, unless it is said why none is waited for.

    Args:
        because: Why it is signed without all opinions; empty where it is not.

    Raises:
        NotSentForOpinion: The draft was never sent out.
        OpinionsOutstanding: Somebody has not replied, and the due day has not passed.
        BothSidesHeard: A reason is given for nothing.
    """
    if is_heard(pair_list, today):
        if because:
            raise BothSidesHeard(version=pair_list.version)
        return
    if because:
        return
    if pair_list.state == "draft":
        raise NotSentForOpinion
    raise OpinionsOutstanding(
        version=pair_list.version,
        count=len(list_silent(pair_list, today)),
        due_on=pair_list.opinions_due_on,
    )


def is_heard(pair_list: PairList, today: date) -> bool:
    """Return whether a draft was sent out, and all have replied or had their time to."""
    if pair_list.opinions_due_on is None:
        return False
    return pair_list.opinions_due_on < today or not list_silent(pair_list, today)
