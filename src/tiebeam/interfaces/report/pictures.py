"""The four pictures of the report, each with the finding as its title and its table beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile
from statistics import median
from typing import Any

from markupsafe import Markup

from tiebeam.core.model.scenario import Party
from tiebeam.core.pairing.evaluate import index_quantities, spent_capacities
from tiebeam.interfaces.report.bars import Bar, draw_bars
from tiebeam.interfaces.report.map import MapLine, MapPoint, MapWords, draw_map
from tiebeam.interfaces.report.outcome import Couple, Outcome
from tiebeam.interfaces.report.palette import Ink
from tiebeam.interfaces.report.sankey import Node, Stream, draw_sankey
from tiebeam.interfaces.report.table import Cell, Column, Row, Table
from tiebeam.interfaces.report.words import Voice, exact_text

WIDE, HALF, NARROW = 920.0, 480.0, 350.0
TALL = 900.0
"""Height from which a picture scrolls in a window of its own."""

SAME = Fraction(1, 10**9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """
    A picture in one language.

    Attributes:
        wide, narrow: The drawing for a desk and for a phone.
        measure: What is drawn, and in which unit.
        notes: What is not shown, or is an assumption.
        is_tall: Whether it scrolls in its own window.
    """

    key: str
    title: str
    wide: Markup
    narrow: Markup
    measure: str
    notes: tuple[str, ...]
    table: Table
    is_tall: bool = False


def picture_map(
    outcome: Outcome,
    voice: Voice,
    anchors: Mapping[Couple, str],
    boundaries: Mapping[str, Any] | None,
) -> Picture | None:
    """Return the map; None where fewer than two parties have a place."""
    partners = _partners(outcome, voice)
    points = {
        **_points(outcome, voice, "donor", partners),
        **_points(outcome, voice, "recipient", partners),
    }
    couples = sorted(outcome.distances, key=lambda couple: -outcome.measure.of_pair.get(couple, 0))
    drawable = [c for c in couples if ("donor", c[0]) in points and ("recipient", c[1]) in points]
    if len(points) < 2:
        return None
    most = max(outcome.measure.of_pair.values(), default=Fraction(1)) or Fraction(1)
    lines = [
        MapLine(
            donor=points["donor", couple[0]],
            recipient=points["recipient", couple[1]],
            strength=_strength(outcome, couple, most),
            title=pair_title(outcome, voice, couple),
            href=f"#{anchors[couple]}",
        )
        for couple in drawable
    ]
    words = MapWords(
        alternative=voice.say("report.map.alternative", pairs=len(lines), places=len(points)),
        kilometre=voice.say("report.unit.km"),
        donor=voice.say("report.donor"),
        recipient=voice.say("report.recipient"),
        enlarged=voice.say("report.map.enlarged"),
        widths=_widths(outcome, voice, most),
    )
    ordered = [point for (side, _), point in points.items() if side == "recipient"]
    ordered += [point for (side, _), point in points.items() if side == "donor"]
    drawings = [
        draw_map(
            ordered,
            lines,
            words,
            width=width,
            prefix=f"{voice.language}-map-{name}",
            boundaries=boundaries,
        )
        for name, width in (("wide", WIDE), ("narrow", NARROW))
    ]
    notes = [voice.say("report.map.own_layer") if boundaries else voice.say("report.map.no_boundaries")]
    missing = _unplaced(outcome, voice, points)
    if missing:
        notes.append(voice.say("report.map.unplaced", names=voice.list(missing), count=len(missing)))
    if drawings[0].unnamed:
        notes.append(voice.say("report.map.unnamed", count=len(drawings[0].unnamed)))
    return Picture(
        key="map",
        title=_map_title(outcome, voice),
        wide=drawings[0].svg,
        narrow=drawings[1].svg,
        measure=f"{measure_words(outcome, voice)} {voice.say('report.map.projection')}",
        notes=tuple(notes),
        table=_distance_table(outcome, voice, couples),
    )


def picture_sankey(
    outcome: Outcome, voice: Voice, anchors: Mapping[Couple, str]
) -> Picture | None:
    """Return the Sankey; None where nothing is known to flow."""
    flows = {c: x for c, x in outcome.measure.of_pair.items() if x > 0 and c in anchors}
    if not outcome.has_amounts or not flows:
        return None
    sent: dict[str, Fraction] = {}
    got: dict[str, Fraction] = {}
    for (donor, recipient), amount in flows.items():
        sent[donor] = sent.get(donor, Fraction()) + amount
        got[recipient] = got.get(recipient, Fraction()) + amount
    streams = [
        Stream(d, r, float(x), pair_title(outcome, voice, (d, r)), f"#{anchors[d, r]}")
        for (d, r), x in flows.items()
    ]
    donors = _nodes(sent, voice.donor, outcome, voice)
    recipients = _nodes(got, voice.recipient, outcome, voice)
    title = voice.say(
        "report.sankey.title",
        donor=donors[0].name,
        sent=_measured(outcome, voice, max(sent.values())),
        recipient=recipients[0].name,
        received=_measured(outcome, voice, max(got.values())),
    )
    drawings = [
        draw_sankey(
            donors,
            recipients,
            streams,
            heads=(voice.say("report.donor"), voice.say("report.recipient")),
            alternative=title,
            width=width,
            prefix=f"{voice.language}-sankey-{name}",
        )
        for name, width in (("wide", WIDE), ("narrow", NARROW))
    ]
    return Picture(
        key="flows",
        title=title,
        wide=drawings[0],
        narrow=drawings[1],
        measure=measure_words(outcome, voice),
        notes=(),
        table=_flow_table(outcome, voice, sorted(flows, key=lambda c: -flows[c])),
        is_tall=max(len(sent), len(got)) * 25 > TALL,
    )


def picture_coverage(outcome: Outcome, against: Outcome | None, voice: Voice) -> Picture | None:
    """Return coverage per recipient, the worst first; None where no need is known."""
    if not outcome.coverages:
        return None
    order = sorted(outcome.coverages, key=lambda r: (outcome.coverages[r], voice.recipient(r)))
    full = sum(1 for share in outcome.coverages.values() if share >= 1 - SAME)
    facts = {"count": len(order), "full": full}
    code = "report.coverage.title_full" if full == len(order) else "report.coverage.title"
    if full == 0:
        code = "report.coverage.title_none_full"
    worst = first_of(order, outcome.coverages, voice.recipient, voice)
    share = voice.percent(outcome.coverages[order[0]])
    title = voice.say(code, worst=worst, share=share, **facts)
    others = against.coverages if against else {}
    return _bar_picture(
        "coverage",
        title,
        order,
        outcome.coverages,
        others,
        voice.recipient,
        voice,
        "recipient",
        _share_table(
            "coverage",
            voice,
            order,
            voice.recipient,
            outcome,
            others,
            got={
                (r, k.id): outcome.received(r, k.id) for r in order for k in outcome.resources
            },
            of=outcome.needs,
        ),
    )


def picture_burden(outcome: Outcome, against: Outcome | None, voice: Voice) -> Picture | None:
    """Return burden per donor, the heaviest first; None where no capacity is known."""
    if not outcome.loads:
        return None
    order = sorted(outcome.loads, key=lambda d: (-outcome.loads[d], voice.donor(d)))
    idle = sum(1 for share in outcome.loads.values() if share <= SAME)
    code = "report.burden.title_idle" if idle else "report.burden.title"
    if outcome.loads[order[-1]] >= 1 - SAME:
        code = "report.burden.title_all"
    title = voice.say(
        code,
        heaviest=first_of(order, outcome.loads, voice.donor, voice),
        share=voice.percent(outcome.loads[order[0]]),
        least=voice.percent(outcome.loads[order[-1]]),
        idle=idle,
        count=len(order),
    )
    others = against.loads if against else {}
    return _bar_picture(
        "burden",
        title,
        order,
        outcome.loads,
        others,
        voice.donor,
        voice,
        "donor",
        _share_table(
            "burden",
            voice,
            order,
            voice.donor,
            outcome,
            others,
            got=spent_capacities(outcome.scenario, outcome.plan.flows or ()),
            of=index_quantities(outcome.scenario.capacities),
        ),
    )


def first_of(
    order: list[str],
    shares: Mapping[str, Fraction],
    name: Callable[[str], str],
    voice: Voice,
) -> str:
    """Return the first of *order* by name, and how many more stand at the same share."""
    first = shares[order[0]]
    level = list(takewhile(lambda party: abs(shares[party] - first) <= SAME, order))
    if len(level) == 1:
        return name(order[0])
    if len(level) == 2:
        return voice.say("report.two", one=name(level[0]), other=name(level[1]))
    return voice.say("report.and_others", first=name(order[0]), others=len(level) - 1)


def pair_title(outcome: Outcome, voice: Voice, couple: Couple) -> str:
    """Return what is known of one pair, for hover: amounts, share of the need, tie, distance."""
    donor, recipient = couple
    told = [
        voice.say(
            "report.pair.amount",
            resource=voice.resource(resource.id),
            amount=voice.amount(x, voice.unit(resource)),
        )
        for resource in outcome.resources
        if (x := outcome.amounts.get((donor, recipient, resource.id)))
    ]
    if outcome.has_amounts:
        told.append(voice.say("report.pair.share", share=voice.percent(outcome.shares.get(couple, 0))))
    if outcome.tie(couple):
        told.append(voice.say("report.pair.tie", tie=voice.number(outcome.tie(couple))))
    kilometres = outcome.distances.get(couple)
    if kilometres is not None:
        told.append(voice.amount(round(kilometres), voice.say("report.unit.km")))
    return voice.say(
        "report.pair.title",
        donor=voice.donor(donor),
        recipient=voice.recipient(recipient),
        told=voice.say("report.semicolon").join(told),
    )


def measure_words(outcome: Outcome, voice: Voice) -> str:
    """Return what widths and heights stand for."""
    unit = voice.unit_word(outcome.measure.unit)
    text = voice.say(f"report.measure.{outcome.measure.kind}", unit=unit)
    return f"{text} {voice.say('report.measure.completed')}" if outcome.plan.completed else text


def _measured(outcome: Outcome, voice: Voice, amount: Fraction) -> str:
    """Return an amount of the common measure in words."""
    if outcome.measure.kind == "unit":
        return voice.amount(amount, voice.unit_word(outcome.measure.unit))
    return voice.say("report.measure.share", share=voice.percent(amount))


def _strength(outcome: Outcome, couple: Couple, most: Fraction) -> float:
    if outcome.measure.kind == "pair":
        return 0.25
    return float(outcome.measure.of_pair.get(couple, Fraction()) / most)


def _widths(outcome: Outcome, voice: Voice, most: Fraction) -> tuple[tuple[float, str], ...]:
    if outcome.measure.kind == "pair":
        return ((0.25, voice.say("report.map.one_pair")),)
    shares = (Fraction(1, 4), Fraction(1))
    return tuple((float(part), _measured(outcome, voice, _round(most * part))) for part in shares)


def _round(amount: Fraction) -> Fraction:
    return Fraction(round(amount)) if amount >= 10 else amount


def _partners(outcome: Outcome, voice: Voice) -> dict[tuple[str, str], list[str]]:
    """Return the partners' names of every party by side and id, the largest first."""
    partners: dict[tuple[str, str], list[str]] = {}
    amounts = outcome.measure.of_pair
    for donor, recipient in sorted(outcome.distances, key=lambda c: (-amounts.get(c, 0), c)):
        partners.setdefault(("donor", donor), []).append(voice.recipient(recipient))
        partners.setdefault(("recipient", recipient), []).append(voice.donor(donor))
    return partners


def _points(
    outcome: Outcome,
    voice: Voice,
    side: str,
    partners: Mapping[tuple[str, str], list[str]],
) -> dict[tuple[str, str], MapPoint]:
    """Return the parties of one side that have a place, those with a pair first."""
    is_donor = side == "donor"
    parties: tuple[Party, ...] = (
        outcome.scenario.donors if is_donor else outcome.scenario.recipients
    )
    shares = outcome.loads if is_donor else outcome.coverages
    points = {}
    for party in sorted(parties, key=lambda p: ((side, p.id) not in partners, p.id)):
        if party.lat is None or party.lon is None:
            continue
        name = voice.donor(party.id) if is_donor else voice.recipient(party.id)
        with_whom = voice.list(partners.get((side, party.id), []))
        told = [with_whom] if with_whom else [voice.say("report.map.no_pair")]
        if party.id in shares:
            told.append(voice.say(f"report.pair.{side}_share", share=voice.percent(shares[party.id])))
        points[side, party.id] = MapPoint(
            side="donor" if is_donor else "recipient",
            name=name,
            lat=party.lat,
            lon=party.lon,
            title=voice.say("report.map.point", name=name, told=voice.say("report.semicolon").join(told)),
            under=with_whom,
        )
    return points


def _unplaced(
    outcome: Outcome, voice: Voice, points: Mapping[tuple[str, str], MapPoint]
) -> list[str]:
    donors = [voice.donor(d.id) for d in outcome.scenario.donors if ("donor", d.id) not in points]
    return donors + [
        voice.recipient(r.id)
        for r in outcome.scenario.recipients
        if ("recipient", r.id) not in points
    ]


def _map_title(outcome: Outcome, voice: Voice) -> str:
    known = {c: km for c, km in outcome.distances.items() if km is not None}
    if not known:
        return voice.say("report.map.title_plain", count=len(outcome.distances))
    donor, recipient = max(known, key=lambda couple: (known[couple], couple))
    return voice.say(
        "report.map.title",
        count=len(outcome.distances),
        median=voice.whole(median(known.values())),
        longest=voice.whole(known[donor, recipient]),
        donor=voice.donor(donor),
        recipient=voice.recipient(recipient),
    )


def _nodes(
    sums: Mapping[str, Fraction], name: Callable[[str], str], outcome: Outcome, voice: Voice
) -> list[Node]:
    """Return the nodes of one column, the largest first; figures bare, their unit is in the title."""
    nodes = []
    for party in sorted(sums, key=lambda party: (-sums[party], party)):
        amount = _measured(outcome, voice, sums[party])
        bare = voice.number(sums[party])
        words = bare if outcome.measure.kind == "unit" else voice.percent(sums[party])
        title = voice.say("report.map.point", name=name(party), told=amount)
        nodes.append(Node(party, name(party), words, title))
    return nodes


def _bar_picture(
    key: str,
    title: str,
    order: list[str],
    shares: Mapping[str, Fraction],
    others: Mapping[str, Fraction],
    name: Callable[[str], str],
    voice: Voice,
    ink: Ink,
    table: Table,
) -> Picture:
    bars = [
        Bar(
            name=name(party),
            share=float(shares[party]),
            words=voice.percent(shares[party]),
            title=voice.say(
                "report.map.point", name=name(party), told=f"{exact_text(shares[party] * 100)} %"
            ),
            other=float(others[party]) if party in others else None,
            other_words=voice.percent(others[party]) if party in others else "",
        )
        for party in order
    ]
    heads = (voice.say("report.this_plan"), voice.say("report.compared_plan") if others else "")
    axis = [(part / 100, voice.percent(part / 100)) for part in (0, 50, 100)]
    drawings = [
        draw_bars(bars, ink=ink, heads=heads, alternative=title, axis=axis, width=width)
        for width in (HALF, NARROW)
    ]
    return Picture(
        key=key,
        title=title,
        wide=drawings[0],
        narrow=drawings[1],
        measure=voice.say(f"report.{key}.measure") + (voice.say("report.thin_bar") if others else ""),
        notes=(),
        table=table,
        is_tall=len(order) * 24 > TALL,
    )


def _share_table(
    key: str,
    voice: Voice,
    order: list[str],
    name: Callable[[str], str],
    outcome: Outcome,
    others: Mapping[str, Fraction],
    *,
    got: Mapping[tuple[str, str], Fraction],
    of: Mapping[tuple[str, str], Fraction],
) -> Table:
    """Return each party's share, that in the compared plan, and the amounts behind it."""
    shares = outcome.coverages if key == "coverage" else outcome.loads
    side = "recipient" if key == "coverage" else "donor"
    columns = [Column(voice.say(f"report.{side}")), Column(voice.say(f"report.{key}.head"), "%", numeric=True)]
    if others:
        columns.append(Column(voice.say("report.compared_plan"), "%", numeric=True))
    for resource in outcome.resources:
        head = voice.resource(resource.id)
        columns.append(Column(voice.say(f"report.{key}.of", resource=head), voice.unit(resource), True))
    rows = []
    for party in order:
        cells = [Cell(name(party)), share_cell(shares[party], voice)]
        if others:
            cells.append(share_cell(others[party], voice) if party in others else Cell("–"))
        for resource in outcome.resources:
            have, whole = got.get((party, resource.id), Fraction()), of.get((party, resource.id))
            text = "–" if whole is None else f"{voice.number(have)} / {voice.number(whole)}"
            cells.append(Cell(text))
        rows.append(Row(tuple(cells)))
    return Table(key, voice.say(f"report.{key}.table"), tuple(columns), tuple(rows))


def share_cell(share: Fraction, voice: Voice) -> Cell:
    """Return a cell with a share as per cent; the unit stands in the head."""
    return Cell(voice.percent(share).rstrip("%\u202f"), exact_text(share * 100))


def _distance_table(outcome: Outcome, voice: Voice, couples: list[Couple]) -> Table:
    columns = [
        Column(voice.say("report.donor")),
        Column(voice.say("report.recipient")),
        Column(voice.say("report.distance"), voice.say("report.unit.km"), numeric=True),
    ]
    rows = []
    for donor, recipient in couples:
        km = outcome.distances[donor, recipient]
        far = Cell("–") if km is None else Cell(voice.whole(km), exact_text(km))
        rows.append(Row((Cell(voice.donor(donor)), Cell(voice.recipient(recipient)), far)))
    return Table("distances", voice.say("report.map.table"), tuple(columns), tuple(rows))


def _flow_table(outcome: Outcome, voice: Voice, couples: list[Couple]) -> Table:
    unit = "%" if outcome.measure.kind == "coverage" else voice.unit_word(outcome.measure.unit)
    columns = (
        Column(voice.say("report.donor")),
        Column(voice.say("report.recipient")),
        Column(voice.say("report.sends"), unit, numeric=True),
    )
    rows = []
    for donor, recipient in couples:
        amount = outcome.measure.of_pair[donor, recipient]
        cell = (
            share_cell(amount, voice)
            if outcome.measure.kind == "coverage"
            else Cell(voice.number(amount), exact_text(amount))
        )
        rows.append(Row((Cell(voice.donor(donor)), Cell(voice.recipient(recipient)), cell)))
    return Table("flows", voice.say("report.sankey.table"), columns, tuple(rows))
