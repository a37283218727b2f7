"""
Returns as they stood at an earlier moment, told by the log.

A return has no period of its own: what it was on a day is what was known of it
at the end of that day. Before it was first handed in it is shown to its owner
alone, then as now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tiebeam.apps.programmes.models import Participant, Return, ReturnDecision, ReturnLine, Round
from tiebeam.apps.programmes.queries.returns import (
    RETURNING_SIDES,
    ReturnStatus,
    get_return,
    in_order_of_resources,
    latest_decisions,
    put_together,
)
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.tenancy.acting import find_actor


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownReturn:
    """One return with its lines and answers, the latest first, as they stood at a moment."""

    of_return: Return
    lines: list[ReturnLine]
    decisions: list[ReturnDecision]


def get_known_return(return_id: UUID, known_at: datetime) -> KnownReturn:
    """
    Return one return as it stood at *known_at*.

    Raises:
        Return.DoesNotExist: There is none, it may not be read, or it was not there to be read then.
    """
    kept = get_return(return_id)
    for of_return in _list_known([kept], known_at):
        of_return.round = get_known_round(kept.round, known_at)
        lines = list_states(ReturnLine, known_at, scope_ids=[kept.scope_id], of_return_id=kept.pk)
        decisions = _list_known_decisions([of_return], known_at)
        return KnownReturn(
            of_return=of_return,
            lines=in_order_of_resources(of_return, lines),
            decisions=sorted(decisions, key=lambda row: row.decided_at, reverse=True),
        )
    raise Return.DoesNotExist


def get_known_round(of_round: Round, known_at: datetime) -> Round:
    """
    Return the round as it was known: its due day and resources may have changed since.

    Raises:
        Round.DoesNotExist: It was not known then.
    """
    for known in list_states(Round, known_at, record_ids=[of_round.pk]):
        known.programme = of_round.programme
        return known
    raise Round.DoesNotExist


def list_known_returns(of_round: Round, known_at: datetime, day: date) -> list[ReturnStatus]:
    """Return where each donor and recipient of the round stood at *known_at*; *day* decides what is overdue."""
    current = list(Return.objects.filter(round=of_round).select_related("tenant"))
    found = _list_known(current, known_at)
    parts = Participant.objects.filter(programme_id=of_round.programme_id)
    names = {row.pk: row.organisation for row in parts.select_related("organisation")}
    participants = []
    for row in list_states(Participant, known_at, record_ids=names):
        if row.side in RETURNING_SIDES and _ends_after(row.valid_until, of_round.starts_on):
            row.organisation = names[row.pk]
            participants.append(row)
    decisions = latest_decisions(found, _list_known_decisions(found, known_at))
    return put_together(of_round, participants, found, decisions, day)


def _list_known(current: Iterable[Return], known_at: datetime) -> list[Return]:
    by_id = {row.pk: row for row in current}
    actor = find_actor()
    listed = []
    for known in list_states(Return, known_at, record_ids=by_id):
        is_own = actor is not None and known.tenant_id == actor.organisation_id
        if known.submitted_at is None and not is_own:
            continue
        known.tenant = by_id[known.pk].tenant
        listed.append(known)
    return listed


def _list_known_decisions(returns: Iterable[Return], known_at: datetime) -> list[ReturnDecision]:
    rows = ReturnDecision.objects.filter(of_return__in=[row.pk for row in returns])
    return list_states(ReturnDecision, known_at, record_ids=[row.pk for row in rows])


def _ends_after(valid_until: date | None, day: date) -> bool:
    return valid_until is None or valid_until > day
