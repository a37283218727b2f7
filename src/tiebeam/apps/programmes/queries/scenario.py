"""
From accepted returns to a scenario: who can give what, who needs what, on which base data.

Nothing is filled in silently: what nobody stated is refused, or stands among
the scenario's assumptions.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.programmes.models import Round
from tiebeam.apps.programmes.queries.assumptions import assume
from tiebeam.apps.programmes.queries.members import (
    Member,
    list_gaps,
    list_lines_of,
    list_members,
)
from tiebeam.apps.programmes.queries.returns import list_returns
from tiebeam.apps.regions.models import Statistic
from tiebeam.apps.regions.queries import list_statistics
from tiebeam.core.model.faults import list_faults
from tiebeam.core.model.scenario import (
    Assumption,
    Link,
    Party,
    Policy,
    Quantity,
    Resource,
    Scenario,
    Source,
)
from tiebeam.errors import Fault, InvalidInput
from tiebeam.platform.time.periods import AsOf

Couple = tuple[UUID, UUID]
"""A donor and a recipient, by organisation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedScenario:
    """A scenario, and which organisation each of its donors and recipients is."""

    scenario: Scenario
    organisations: dict[str, UUID]
    warnings: tuple[Fault, ...] = ()


def compose_scenario(
    of_round: Round,
    *,
    policy: Policy,
    as_of: AsOf,
    ties: Collection[Couple] = (),
    people_on_the_ground: Mapping[Couple, int] | None = None,
) -> ComposedScenario:
    """
    Return the scenario that follows from the accepted returns of a round.

    Args:
        of_round: The round; its returns count as they stand now.
        policy: What is decided, in which order.
        as_of: The day that names, points and figures are of, and as known when.
        ties: The pairs in force.
        people_on_the_ground: How many people a donor has at a recipient: the
            strength of the tie, where it is known.

    Raises:
        InvalidInput: Every fault found: a return that is missing, not accepted or
            empty, no donor, no recipient, no resource; or what makes the scenario
            itself faulty, such as a party without a point where distance counts.
    """
    statuses = list_returns(of_round)
    lines = list_lines_of(statuses)
    faults = list_gaps(of_round, statuses, lines)
    if faults:
        raise InvalidInput(faults)
    members = list_members(statuses, lines, as_of)
    links, assumptions = _link(members, ties, people_on_the_ground or {})
    regions = {member.region.pk for member in members if member.region is not None}
    statistics = _newest_of_each(list_statistics(regions, as_of))
    scenario = _assemble(of_round, members, statistics, policy, as_of)
    scenario = replace(
        scenario, links=links, assumptions=(*_list_assumptions(of_round, members), *assumptions)
    )
    found, warnings = list_faults(scenario)
    if found:
        raise InvalidInput(found, warnings)
    return ComposedScenario(
        scenario=scenario,
        organisations={member.id: member.organisation.pk for member in members},
        warnings=tuple(warnings),
    )


def _newest_of_each(statistics: list[Statistic]) -> dict[UUID, list[Statistic]]:
    """Return the newest year of each indicator, by region."""
    newest: dict[tuple[UUID, str], Statistic] = {}
    for row in statistics:
        # They come in order of year: a later one takes the place.
        newest[row.region_id, row.indicator] = row
    listed: dict[UUID, list[Statistic]] = {}
    for (region_id, _), row in newest.items():
        listed.setdefault(region_id, []).append(row)
    return listed


def _assemble(
    of_round: Round,
    members: list[Member],
    statistics: Mapping[UUID, list[Statistic]],
    policy: Policy,
    as_of: AsOf,
) -> Scenario:
    programme = of_round.programme
    donors = [member for member in members if member.side == "donor"]
    recipients = [member for member in members if member.side == "recipient"]
    return Scenario(
        id=f"{programme.slug}-{of_round.starts_on.isoformat()}",
        title=_title(programme.name_en or programme.name_zh, of_round.name_en),
        title_zh=_title(programme.name_zh, of_round.name_zh),
        as_of=as_of.true_on.isoformat(),
        policy=policy,
        donors=tuple(_party(member, statistics) for member in donors),
        recipients=tuple(_party(member, statistics) for member in recipients),
        resources=tuple(_resource(row) for row in of_round.resources),
        capacities=tuple(row for member in donors for row in _quantities(member)),
        needs=tuple(row for member in recipients for row in _quantities(member)),
        sources=_sources(members, statistics),
    )


def _title(*names: str) -> str:
    return " · ".join(name for name in names if name)


def _party(member: Member, statistics: Mapping[UUID, list[Statistic]]) -> Party:
    organisation, region = member.organisation, member.region
    figures: dict[str, str] = {}
    lat = lon = None
    if region is not None:
        if region.latitude is not None and region.longitude is not None:
            lat, lon = float(region.latitude), float(region.longitude)
        for row in statistics.get(region.pk, ()):
            figures[row.indicator] = format(row.quantity.normalize(), "f")
            figures[f"{row.indicator}_source"] = _key_of(row, member)
    return Party(
        id=member.id,
        name=organisation.name_en or organisation.name_zh,
        name_zh=organisation.name_zh,
        lat=lat,
        lon=lon,
        extra=figures,
    )


def _resource(row: Mapping[str, str]) -> Resource:
    return Resource(
        id=row["id"],
        name=row["name_en"] or row["name_zh"],
        name_zh=row["name_zh"],
        unit=row["unit"],
        lot=float(Decimal(row["lot"])),
        weight=float(Decimal(row["weight"])),
    )


def _quantities(member: Member) -> list[Quantity]:
    return [
        Quantity(
            party=member.id,
            resource=line.resource,
            amount=float(line.quantity),
            source=_key_of_return(member),
            extra={"evidence": line.evidence} if line.evidence else {},
        )
        for line in member.lines
    ]


def _names_of(member: Member) -> str:
    """Return the names of the organisation in both languages: a scenario is read in either."""
    names = (member.organisation.name_zh, member.organisation.name_en)
    return " / ".join(name for name in names if name)


def _key_of_return(member: Member) -> str:
    return f"return-{member.side}-{member.id}"


def _key_of(row: Statistic, member: Member) -> str:
    return f"{row.indicator}-{row.year}-{member.id}"


def _sources(
    members: list[Member], statistics: Mapping[UUID, list[Statistic]]
) -> tuple[Source, ...]:
    """Return one source for each return, and one for each figure with its vintage."""
    sources: dict[str, Source] = {}
    for member in members:
        handed_in = member.of_return.submitted_at
        assert handed_in is not None, "an accepted return was handed in"
        key = _key_of_return(member)
        sources[key] = Source(
            key=key,
            title=member.of_return.note or _names_of(member),
            as_of=timezone.localdate(handed_in).isoformat(),
            reliability="official",
            extra={"version": handed_in.isoformat()},
        )
        for row in statistics.get(member.region.pk, ()) if member.region is not None else ():
            key = _key_of(row, member)
            sources[key] = Source(
                key=key,
                title=row.source,
                url=row.url,
                as_of=row.vintage.isoformat(),
                reliability=row.reliability,
                extra={
                    "figure": format(row.quantity.normalize(), "f"),
                    "unit": row.unit,
                    "year": str(row.year),
                },
            )
    return tuple(sources.values())


def _link(
    members: list[Member], ties: Collection[Couple], people: Mapping[Couple, int]
) -> tuple[tuple[Link, ...], list[Assumption]]:
    """Return a link for each tie between two members, and what was assumed for it."""
    donors = {row.organisation.pk: row.id for row in members if row.side == "donor"}
    recipients = {row.organisation.pk: row.id for row in members if row.side == "recipient"}
    standing = set(ties) | {couple for couple, count in people.items() if count > 0}
    inside = {
        (donors[donor], recipients[recipient]): people.get((donor, recipient), 0)
        for donor, recipient in standing
        if donor in donors and recipient in recipients
    }
    links = tuple(
        Link(donor=donor, recipient=recipient, tie=float(inside[donor, recipient] or 1))
        for donor, recipient in sorted(inside)
    )
    bare = sum(1 for count in inside.values() if not count)
    counted = (("bare_ties", bare), ("ties_outside", len(standing) - len(inside)))
    return links, [assume(key, count=count) for key, count in counted if count]


def _list_assumptions(of_round: Round, members: list[Member]) -> list[Assumption]:
    asked = len(of_round.resources)
    absent = sum(asked - len(member.lines) for member in members)
    found = [assume("absent_lines", count=absent)] if absent else []
    if any(member.region is not None and member.region.latitude is not None for member in members):
        found.insert(0, assume("points"))
    return found
