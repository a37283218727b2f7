"""Say what one thinks of a draft list, and answer it."""

from datetime import datetime
from uuid import uuid4

from django.utils import timezone

from tiebeam.apps.pairings.models import REPLIES, ListLine, Opinion, OpinionAnswer, PairList
from tiebeam.apps.pairings.operations.lists import ListNotOpen
from tiebeam.apps.pairings.operations.readers import BOTH_SIDES, let_read, list_participants
from tiebeam.apps.pairings.operations.rights import MAKERS
from tiebeam.errors import Fault, InvalidInput, Refused
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold
from tiebeam.platform.tenancy.records import NotOwner

OFFICES = frozenset({Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE})


class NotAsked(Refused):
    """The organisation neither takes part in the programme as donor or recipient, nor is on the list."""

    code = "pairings.not_asked"


class OpinionsClosed(Refused):
    """The day on which opinions were due has passed; facts: ``due_on``."""

    code = "pairings.opinions_closed"


class OpinionWithoutReason(Refused):
    """Whoever objects or proposes says why or what."""

    code = "pairings.opinion_without_reason"


class OpinionAnswered(Refused):
    """The opinion has its answer already."""

    code = "pairings.opinion_answered"


class NothingToNote(Refused):
    """No opinion that agrees waits for an answer."""

    code = "pairings.nothing_to_note"


class AnswerWithoutWords(Refused):
    """An opinion is answered in words."""

    code = "pairings.answer_without_words"


@operation("pairings.give_opinion", roles=OFFICES)
def give_opinion(
    *, pair_list: PairList, reply: str, actor: Actor, now: datetime, text: str = ""
) -> Opinion:
    """
    Say of a draft that one agrees, objects or proposes; said again, it replaces what was said.

    Args:
        reply: "agree", "object" or "propose".
        text: The reason or the proposal.

    Raises:
        InvalidInput: *reply* is none of the three.
        OpinionWithoutReason: An objection or a proposal says nothing.
        ListNotOpen: The list is not out for opinion.
        OpinionsClosed: The day on which opinions were due has passed.
        NotAsked: The organisation is on neither side.
        OpinionAnswered: The opinion has its answer already.
    """
    action = "pairings.give_opinion"
    # The list is another's: whoever signs or withdraws it, or answers, meets us at its name.
    hold(pair_list.pk)
    pair_list = PairList.objects.get(pk=pair_list.pk)
    require(actor, action, pair_list.round.programme_id)
    _demand_sense(reply, text)
    _demand_asked(pair_list, actor, now)
    own = Opinion.objects.owned().select_for_update()
    opinion: Opinion | None = own.filter(of_list=pair_list).first()
    if opinion is None:
        opinion_id = uuid4()
        opinion = Opinion(
            id=opinion_id,
            tenant_id=actor.organisation_id,
            # Of its own scope: what one side says is read by the coordinator, not by the others.
            scope_id=opinion_id,
            of_list=pair_list,
            reply=reply,
            text=text,
            given_at=now,
        )
        opinion.save(force_insert=True)
        _let_coordinator_read(opinion, pair_list, actor, now)
        record_creation(actor=actor, now=now, action=action, record=opinion)
        return opinion
    if OpinionAnswer.objects.filter(opinion=opinion).exists():
        raise OpinionAnswered(version=pair_list.version)
    before = state_of(opinion)
    opinion.reply, opinion.text, opinion.given_at = reply, text, now
    return save_change(opinion, before, action, actor, now)


@operation("pairings.answer_opinion", roles=MAKERS)
def answer_opinion(
    *, opinion: Opinion, is_followed: bool, text: str, actor: Actor, now: datetime
) -> OpinionAnswer:
    """
    Answer one opinion in words, and say whether it is followed; its giver reads the answer.

    Raises:
        NotOwner: The list belongs to another organisation.
        AnswerWithoutWords: The answer says nothing.
        OpinionAnswered: It has its answer already.
    """
    action = "pairings.answer_opinion"
    require(actor, action, opinion.of_list.round.programme_id)
    if opinion.of_list.tenant_id != actor.organisation_id:
        raise NotOwner(record="PairList")
    hold(opinion.of_list_id)
    PairList.objects.lock(opinion.of_list_id)
    if not text.strip():
        raise AnswerWithoutWords
    if OpinionAnswer.objects.filter(opinion=opinion).exists():
        raise OpinionAnswered(version=opinion.of_list.version)
    answer = OpinionAnswer(
        id=uuid4(),
        tenant_id=actor.organisation_id,
        scope_id=opinion.scope_id,
        opinion=opinion,
        is_followed=is_followed,
        text=text,
        answered_at=now,
    )
    answer.save(force_insert=True)
    let_read(
        actor=actor,
        scope_id=opinion.scope_id,
        organisation_ids=[opinion.tenant_id],
        role="opinion",
        now=now,
    )
    record_creation(actor=actor, now=now, action=action, record=answer)
    return answer


@operation("pairings.note_agreeing_opinions", roles=MAKERS)
def note_agreeing_opinions(
    *, pair_list: PairList, text: str, actor: Actor, now: datetime
) -> list[OpinionAnswer]:
    """
    Answer every opinion on a version that agrees and waits, each by an answer of its own in the same words.

    Objections and proposals are answered one by one: :func:`answer_opinion`.

    Raises:
        NotOwner: The list belongs to another organisation.
        AnswerWithoutWords: The answer says nothing.
        NothingToNote: No opinion that agrees waits for an answer.
    """
    pair_list = PairList.objects.get(pk=pair_list.pk)
    require(actor, "pairings.note_agreeing_opinions", pair_list.round.programme_id)
    hold(pair_list.pk)
    PairList.objects.lock(pair_list.pk)
    agreeing = list(Opinion.objects.filter(of_list=pair_list, reply="agree", answer=None))
    if not agreeing:
        raise NothingToNote(version=pair_list.version)
    return [
        answer_opinion(opinion=opinion, is_followed=True, text=text, actor=actor, now=now)
        for opinion in agreeing
    ]


def _demand_sense(reply: str, text: str) -> None:
    if reply not in REPLIES:
        facts: dict[str, object] = {"known": tuple(REPLIES)}
        raise InvalidInput(
            [Fault(code="pairings.unknown_reply", place="reply", value=reply, facts=facts)]
        )
    if reply != "agree" and not text.strip():
        raise OpinionWithoutReason


def _demand_asked(pair_list: PairList, actor: Actor, now: datetime) -> None:
    if pair_list.state != "consulted":
        raise ListNotOpen(version=pair_list.version, state=pair_list.state)
    due_on = pair_list.opinions_due_on
    if due_on is not None and due_on < timezone.localdate(now):
        raise OpinionsClosed(due_on=due_on)
    asked = list_participants(pair_list.round.programme_id, BOTH_SIDES, now)
    lines = ListLine.objects.filter(of_list=pair_list)
    named = {pk for pair in lines.values_list("donor_id", "recipient_id") for pk in pair}
    if actor.organisation_id not in {*asked, *named}:
        raise NotAsked(version=pair_list.version)


def _let_coordinator_read(
    opinion: Opinion, pair_list: PairList, actor: Actor, now: datetime
) -> None:
    overseers = list_participants(pair_list.round.programme_id, ("ministry", "auditor"), now)
    let_read(
        actor=actor,
        scope_id=opinion.scope_id,
        organisation_ids=[pair_list.tenant_id, *overseers],
        role="opinion",
        now=now,
    )
