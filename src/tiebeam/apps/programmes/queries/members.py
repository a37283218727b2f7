"""The donors and recipients of a scenario: who they are, where they lie, what they returned, what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from tiebeam.apps.programmes.models import Return, ReturnLine, Round
from tiebeam.apps.programmes.queries.identifiers import name_organisations
from tiebeam.apps.programmes.queries.returns import ReturnStatus
from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.apps.regions.queries import get_organisation, get_region
from tiebeam.errors import Fault
from tiebeam.platform.time.periods import AsOf


@dataclass(frozen=True, slots=True)
class Member:
    """One donor or recipient: its id in the scenario, what it returned, where it lies."""

    id: str
    organisation: Organisation
    region: Region | None
    side: str
    of_return: Return
    lines: tuple[ReturnLine, ...]


def list_gaps(
    of_round: Round, statuses: list[ReturnStatus], lines: Mapping[UUID, tuple[ReturnLine, ...]]
) -> list[Fault]:
    """Return what keeps the round from being built: one fault for each participant, all at once."""
    faults = []
    if not of_round.resources:
        faults.append(Fault(code="programmes.no_resources", place="round", column="resources"))
    faults += [
        Fault(code=code, place="returns")
        for side, code in (
            ("donor", "programmes.no_donors"),
            ("recipient", "programmes.no_recipients"),
        )
        if all(status.side != side for status in statuses)
    ]
    for status in statuses:
        code = {
            "missing": "programmes.gap_missing",
            "draft": "programmes.gap_missing",
            "submitted": "programmes.gap_undecided",
            "returned": "programmes.gap_sent_back",
        }.get(status.state, "")
        if not code and status.of_return is not None and not lines.get(status.of_return.pk):
            code = "programmes.gap_empty"
        if code:
            names = (status.organisation.name_zh, status.organisation.name_en)
            value = " ".join(name for name in names if name)
            facts: dict[str, object] = {
                "organisation": str(status.organisation.pk),
                "side": status.side,
            }
            faults.append(Fault(code=code, place="returns", value=value, facts=facts))
    return faults


def list_lines_of(statuses: list[ReturnStatus]) -> dict[UUID, tuple[ReturnLine, ...]]:
    """Return the lines of all returns, by return."""
    listed: dict[UUID, tuple[ReturnLine, ...]] = {}
    returns = [status.of_return for status in statuses if status.of_return is not None]
    for line in ReturnLine.objects.filter(of_return__in=returns).order_by("resource"):
        listed[line.of_return_id] = (*listed.get(line.of_return_id, ()), line)
    return listed


def list_members(
    statuses: list[ReturnStatus], lines: Mapping[UUID, tuple[ReturnLine, ...]], as_of: AsOf
) -> list[Member]:
    """Return the donors and recipients in order of id, named and placed as known."""
    known = {
        status.organisation.pk: get_organisation(
            status.organisation.pk, as_of if as_of.known_at is not None else None
        )
        for status in statuses
    }
    regions = {
        row.region_id: get_region(row.region_id, as_of)
        for row in known.values()
        if row.region_id is not None
    }
    ids = name_organisations(known.values(), as_of)
    members = [
        Member(
            ids[status.organisation.pk],
            known[status.organisation.pk],
            _region_of(known[status.organisation.pk], regions),
            status.side,
            status.of_return,
            lines[status.of_return.pk],
        )
        for status in statuses
        if status.of_return is not None
    ]
    return sorted(members, key=lambda member: (member.side, member.id))


def _region_of(organisation: Organisation, regions: Mapping[UUID, Region]) -> Region | None:
    return None if organisation.region_id is None else regions[organisation.region_id]
