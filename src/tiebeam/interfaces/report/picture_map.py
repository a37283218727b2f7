"""The map as a picture: what is on it, its finding, what it leaves out, its table."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from statistics import median
from typing import Any

from tiebeam.core.model.scenario import Party
from tiebeam.interfaces.report.map import draw_map
from tiebeam.interfaces.report.map_points import MapLine, MapPoint, MapWords
from tiebeam.interfaces.report.outcome import Couple, Outcome
from tiebeam.interfaces.report.phrases import measure_words, measured, pair_title
from tiebeam.interfaces.report.picture import NARROW, WIDE, Picture
from tiebeam.interfaces.report.table import Cell, Column, Row, Table
from tiebeam.interfaces.report.words import Voice, exact_text


def picture_map(
    outcome: Outcome,
    voice: Voice,
    anchors: Mapping[Couple, str],
    boundaries: Mapping[str, Any] | None,
) -> Picture | None:
    """Return the map; None where no pair has a place at both ends."""
    partners = _partners(outcome, voice)
    points = {
        **_points(outcome, voice, "donor", partners),
        **_points(outcome, voice, "recipient", partners),
    }
    couples = sorted(outcome.distances, key=lambda couple: -outcome.measure.of_pair.get(couple, 0))
    drawable = [c for c in couples if ("donor", c[0]) in points and ("recipient", c[1]) in points]
    if not drawable:
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
    notes = [
        voice.say("report.map.own_layer") if boundaries else voice.say("report.map.no_boundaries")
    ]
    missing = _unplaced(outcome, voice, points)
    if missing:
        notes.append(
            voice.say("report.map.unplaced", names=voice.join(missing), count=len(missing))
        )
    if drawings[0].unnamed:
        notes.append(voice.say("report.map.unnamed", count=len(drawings[0].unnamed)))
    return Picture(
        key="map",
        title=_map_title(outcome, voice),
        wide=drawings[0].svg,
        narrow=drawings[1].svg,
        measure=voice.sentences(
            (measure_words(outcome, voice), voice.say("report.map.projection"))
        ),
        notes=tuple(notes),
        table=_distance_table(outcome, voice, couples),
    )


def _strength(outcome: Outcome, couple: Couple, most: Fraction) -> float:
    if outcome.measure.kind == "pair":
        return 0.25
    return float(outcome.measure.of_pair.get(couple, Fraction()) / most)


def _widths(outcome: Outcome, voice: Voice, most: Fraction) -> tuple[tuple[float, str], ...]:
    if outcome.measure.kind == "pair":
        return ((0.25, voice.say("report.map.one_pair")),)
    shares = (Fraction(1, 4), Fraction(1))
    return tuple((float(part), measured(outcome, voice, _round(most * part))) for part in shares)


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
        with_whom = voice.join(partners.get((side, party.id), []))
        told = [with_whom] if with_whom else [voice.say("report.map.no_pair")]
        if party.id in shares:
            told.append(
                voice.say(f"report.pair.{side}_share", share=voice.percent(shares[party.id]))
            )
        points[side, party.id] = MapPoint(
            side="donor" if is_donor else "recipient",
            name=name,
            lat=party.lat,
            lon=party.lon,
            title=voice.say(
                "report.map.point", name=name, told=voice.say("report.semicolon").join(told)
            ),
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


def _distance_table(outcome: Outcome, voice: Voice, couples: Sequence[Couple]) -> Table:
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
