"""Open, change and close the rounds of a programme."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from tiebeam.apps.programmes.models import Programme, Return, Round
from tiebeam.apps.programmes.operations.programmes import (
    end_before_start,
    refuse_round_outside_term,
)
from tiebeam.apps.programmes.operations.resources import read_resources
from tiebeam.apps.programmes.operations.rights import (
    STEERING,
    list_name_faults,
    own_programme,
    own_round,
    refuse_faults,
    refuse_without_reason,
)
from tiebeam.apps.regions.operations.filling import fill
from tiebeam.errors import Fault, Refused, both_names
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.time.periods import overlap

DUE_BEFORE_DAYS = 366
"""How long before a round its returns may be due."""

CHANGEABLE = {"name_en", "name_zh", "starts_on", "ends_on", "returns_due_on", "resources"}


class RoundsOverlap(Refused):
    """Another round of the programme is open in that time."""

    code = "programmes.rounds_overlap"


class RoundClosed(Refused):
    """The round has ended, or has an end already."""

    code = "programmes.round_closed"


class ReturnsHandedIn(Refused):
    """Resources stay as they are once somebody has returned figures for them."""

    code = "programmes.returns_handed_in"


@operation("programmes.open_round", roles=STEERING)
def open_round(
    *,
    programme: Programme,
    starts_on: date,
    actor: Actor,
    now: datetime,
    name_en: str = "",
    name_zh: str = "",
    ends_on: date | None = None,
    returns_due_on: date | None = None,
    resources: Sequence[Mapping[str, Any]] = (),
) -> Round:
    """
    Open a round: a time in which one pair list, through its versions, is in force.

    Args:
        name_en, name_zh: One of them is enough.
        resources: What is needed and given: ``id``, ``name_en``, ``name_zh``,
            ``unit``, ``lot`` (0 for divisible) and ``weight`` of each.

    Raises:
        InvalidInput: A name, a date or a resource makes no sense.
        RoundOutsideTerm: It would lie outside the term of the programme.
        RoundsOverlap: Another round is open in that time.
    """
    programme = own_programme(programme, actor=actor, name="programmes.open_round")
    of_round = Round(
        tenant_id=actor.organisation_id,
        scope_id=programme.scope_id,
        programme=programme,
        name_en=name_en,
        name_zh=name_zh,
        starts_on=starts_on,
        ends_on=ends_on,
        returns_due_on=returns_due_on,
    )
    _fill_and_check(of_round, programme, resources)
    of_round.save(force_insert=True)
    record_creation(actor=actor, now=now, action="programmes.open_round", record=of_round)
    return of_round


@operation("programmes.change_round", roles=STEERING)
def change_round(
    *, of_round: Round, values: Mapping[str, Any], reason: str, actor: Actor, now: datetime
) -> Round:
    """
    Change the names, dates or resources of a round.

    Raises:
        InvalidInput: A name, a date or a resource makes no sense.
        ReturnsHandedIn: The resources would change under figures handed in.
        RoundOutsideTerm: It would lie outside the term of the programme.
        RoundsOverlap: Another round is open in that time.
        ReasonMissing: No reason is given.
    """
    of_round = own_round(of_round, actor=actor, name="programmes.change_round")
    refuse_without_reason(reason)
    before = state_of(of_round)
    fill(of_round, values, CHANGEABLE)
    _fill_and_check(of_round, of_round.programme, of_round.resources)
    # A return that was handed in is read by whoever steers the round; drafts are not seen here,
    # and are checked again when they are handed in.
    is_other = of_round.resources != before["resources"]
    if is_other and Return.objects.filter(round=of_round).exists():
        raise ReturnsHandedIn
    return save_change(of_round, before, "programmes.change_round", actor, now, reason=reason)


@operation("programmes.close_round", roles=STEERING)
def close_round(
    *, of_round: Round, ends_on: date, reason: str, actor: Actor, now: datetime
) -> Round:
    """
    Close a round on *ends_on*, the first day on which its list is no longer in force.

    Raises:
        InvalidInput: It would end before it starts.
        RoundClosed: It ends by then already.
        RoundOutsideTerm: It would lie outside the term of the programme.
        ReasonMissing: No reason is given.
    """
    of_round = own_round(of_round, actor=actor, name="programmes.close_round")
    refuse_without_reason(reason)
    if of_round.ends_on is not None and of_round.ends_on <= ends_on:
        raise RoundClosed(last_on=of_round.ends_on - timedelta(days=1))
    before = state_of(of_round)
    of_round.ends_on = ends_on
    # What was still due when a round closes early is due no more.
    refuse_faults([fault for fault in _list_date_faults(of_round) if fault.column == "ends_on"])
    refuse_round_outside_term(of_round, of_round.programme)
    return save_change(of_round, before, "programmes.close_round", actor, now, reason=reason)


def _fill_and_check(
    of_round: Round, programme: Programme, resources: Sequence[Mapping[str, Any]]
) -> None:
    """Fill in the resources, and refuse what does not hold together or with other rounds."""
    faults = [*list_name_faults("round", of_round), *_list_date_faults(of_round)]
    refuse_faults(faults)
    of_round.resources = read_resources(resources)
    refuse_round_outside_term(of_round, programme)
    period = of_round.starts_on, of_round.ends_on
    for other in Round.objects.filter(programme=programme).exclude(pk=of_round.pk):
        if overlap((other.starts_on, other.ends_on), period):
            raise RoundsOverlap(name=both_names(other))


def _list_date_faults(of_round: Round) -> list[Fault]:
    ends_on, due_on = of_round.ends_on, of_round.returns_due_on
    faults = []
    if ends_on is not None and ends_on <= of_round.starts_on:
        faults.append(end_before_start("round", of_round.starts_on, ends_on))
    # What a round pairs is often returned before it begins, but not long before.
    if due_on is not None and due_on < of_round.starts_on - timedelta(days=DUE_BEFORE_DAYS):
        faults.append(_date_fault("programmes.due_long_before", "returns_due_on", due_on))
    if due_on is not None and ends_on is not None and due_on > ends_on:
        faults.append(_date_fault("programmes.due_after_the_end", "returns_due_on", due_on))
    return faults


def _date_fault(code: str, column: str, value: date) -> Fault:
    return Fault(code=code, place="round", column=column, value=value.isoformat())
