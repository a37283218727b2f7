"""The lines of a list: given by hand, taken from a plan, or taken from an earlier version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from tiebeam.apps.pairings.models import ListLine, PairList
from tiebeam.apps.programmes.operations.resources import FINEST, LARGEST, read_number
from tiebeam.apps.regions.models import Organisation
from tiebeam.core.model.plan import Plan
from tiebeam.errors import Fault, InvalidInput
from tiebeam.platform.audit.writing import record_creation
from tiebeam.platform.tenancy.acting import Actor

NOTE_MOST = 300
"""So long may the remark of a line be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One pair to put on a list.

    Attributes:
        donor, recipient: Organisations.
        is_doubtful: The source leaves doubt whether the pair is so.
        amounts: Resource -> how much of it, in its unit.
    """

    donor: UUID
    recipient: UUID
    is_lead: bool = False
    is_doubtful: bool = False
    amounts: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


def demand_sound_lines(
    lines: Sequence[Line], resources: Mapping[str, Mapping[str, str]] | None = None
) -> None:
    """
    Refuse lines that make no list.

    Args:
        resources: What the lines may name, by id, with its lot; None where any may be named.

    Raises:
        InvalidInput: Every line that names a pair twice, a second lead, one organisation
            on both sides, or none of the directory, or holds an amount that is none;
            or there is no line at all.
    """
    if not lines:
        raise InvalidInput([Fault(code="pairings.list_empty", place="lines")])
    named = {pk for line in lines for pk in (line.donor, line.recipient)}
    known = set(Organisation.objects.filter(pk__in=named).values_list("pk", flat=True))
    faults: list[Fault] = []
    pairs: dict[tuple[UUID, UUID], int] = {}
    led: set[UUID] = set()
    for number, line in enumerate(lines, start=1):
        faults += [
            Fault(code="pairings.line_without_organisation", place="lines", row=number, column=side)
            for side, pk in (("donor", line.donor), ("recipient", line.recipient))
            if pk not in known
        ]
        if line.donor == line.recipient:
            faults.append(Fault(code="pairings.line_with_itself", place="lines", row=number))
        if (line.donor, line.recipient) in pairs:
            facts: dict[str, object] = {"first": pairs[line.donor, line.recipient]}
            faults.append(Fault(code="pairings.line_twice", place="lines", row=number, facts=facts))
        if line.is_lead and line.recipient in led:
            faults.append(Fault(code="pairings.second_lead", place="lines", row=number))
        faults += _list_amount_faults(number, line, resources)
        pairs.setdefault((line.donor, line.recipient), number)
        if line.is_lead:
            led.add(line.recipient)
    if faults:
        raise InvalidInput(faults)


def _list_amount_faults(
    row: int, line: Line, resources: Mapping[str, Mapping[str, str]] | None
) -> list[Fault]:
    faults = []
    for resource, amount in line.amounts.items():
        number = read_number(amount)
        lot = Decimal((resources or {}).get(resource, {}).get("lot", "0"))
        facts: dict[str, object] = {"resource": resource}
        code, value = "", str(amount) if number is None else format(number.normalize(), "f")
        if resources is not None and resource not in resources:
            code, value = "programmes.unknown_resource", resource
            facts["known"] = tuple(resources)
        elif number is None:
            code = "programmes.not_a_number"
        elif number <= 0:
            code = "pairings.amount_not_positive"
        elif number >= LARGEST or number % FINEST:
            code = "programmes.too_large_or_fine"
        elif lot and number % lot:
            code = "programmes.not_whole_lots"
            facts["lot"] = format(lot, "f")
        if code:
            fault = Fault(
                code=code, place="lines", row=row, column="amounts", value=value, facts=facts
            )
            faults.append(fault)
    return faults


def write_lines(
    pair_list: PairList, lines: Sequence[Line], *, actor: Actor, now: datetime, action: str
) -> list[ListLine]:
    """Write *lines* below *pair_list*, each with its entry in the log."""
    written = []
    for line in lines:
        record = ListLine(
            id=uuid4(),
            tenant_id=actor.organisation_id,
            scope_id=pair_list.scope_id,
            of_list=pair_list,
            donor_id=line.donor,
            recipient_id=line.recipient,
            is_lead=line.is_lead,
            is_doubtful=line.is_doubtful,
            amounts=dict(line.amounts),
            note=line.note,
        )
        record.save(force_insert=True)
        record_creation(actor=actor, now=now, action=action, record=record)
        written.append(record)
    return written


def lines_of_plan(plan: Plan, organisations: Mapping[str, str]) -> list[Line]:
    """Return the pairs of *plan* as lines, with what flows through each and who leads."""
    amounts: dict[tuple[str, str], dict[str, float]] = {}
    for flow in plan.flows or ():
        amounts.setdefault((flow.donor, flow.recipient), {})[flow.resource] = flow.amount
    return [
        Line(
            donor=UUID(organisations[pair.donor]),
            recipient=UUID(organisations[pair.recipient]),
            is_lead=pair.lead,
            amounts=amounts.get((pair.donor, pair.recipient), {}),
        )
        for pair in sorted(plan.pairs, key=lambda pair: (pair.recipient, pair.donor))
    ]


def preview_lines(
    lines: Sequence[Line], organisations: Mapping[UUID, Organisation]
) -> list[ListLine]:
    """Return *lines* as they would be written, in the order in which a list shows them."""
    rows = [
        ListLine(
            donor=organisations[line.donor],
            recipient=organisations[line.recipient],
            is_lead=line.is_lead,
            is_doubtful=line.is_doubtful,
            amounts=dict(line.amounts),
            note=line.note,
        )
        for line in lines
    ]
    return sorted(rows, key=lambda row: (row.recipient.name_en, not row.is_lead, row.donor.name_en))


def lines_of_list(pair_list: PairList) -> list[Line]:
    """Return the lines of an earlier version, to be written again."""
    return [
        Line(
            donor=line.donor_id,
            recipient=line.recipient_id,
            is_lead=line.is_lead,
            is_doubtful=line.is_doubtful,
            amounts=line.amounts,
            note=line.note,
        )
        for line in ListLine.objects.filter(of_list=pair_list).order_by("recipient_id", "donor_id")
    ]
