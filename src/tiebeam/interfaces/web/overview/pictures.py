"""Pictures of the overview: lines over years, and flows through purposes."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from markupsafe import Markup

from tiebeam.apps.ledger.queries.purposes import Flow
from tiebeam.apps.pairings.models import Pairing
from tiebeam.interfaces.report.palette import Ink
from tiebeam.interfaces.report.picture import NARROW, WIDE
from tiebeam.interfaces.report.sankey import Node, Stream
from tiebeam.interfaces.report.sankey_purposes import draw_purposes
from tiebeam.interfaces.report.trend import Line, draw_trend
from tiebeam.interfaces.web.overview.words import say_measure, say_money, say_purpose
from tiebeam.interfaces.web.page import name_of, say_to

Ends = tuple[str, str]
"""Where a stream begins and ends."""

LOOKS: Mapping[str, tuple[Ink, str]] = {
    "owed": ("ink", ""),
    "planned": ("muted", "6 3"),
    "committed": ("donor", "6 3"),
    "paid": ("donor", ""),
    "received": ("recipient", "6 3"),
    "spent": ("recipient", ""),
}
"""How the cash stages are drawn: the donor's and the recipient's colour, told apart by dashes too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A picture for a desk and for a phone, with the finding that heads it and the name of its file."""

    title: str
    wide: Markup
    narrow: Markup
    note: str
    file: str


def draw_years(
    request: HttpRequest, sums: Mapping[int, Mapping[str, int]], title: str
) -> Drawn | None:
    """Return the cash stages over years; None where there is no more than one year."""
    if len(sums) < 2:
        return None
    most = max(sums[year][name] for year in sums for name in LOOKS)
    lines = [
        Line(
            say_measure(request, name),
            {year: float(sums[year][name]) for year in sums},
            {
                year: say_to(
                    request,
                    "overview.point",
                    what=say_measure(request, name),
                    year=str(year),
                    amount=sums[year][name],
                )
                for year in sums
            },
            ink,
            dash,
        )
        for name, (ink, dash) in LOOKS.items()
        if any(sums[year][name] for year in sums)
    ]
    ticks = [(float(fen), say_money(request, fen)) for fen in tick_figures(most)]
    wide, narrow = (
        draw_trend(lines, tick_words=ticks, alternative=title, width=width)
        for width in (WIDE, NARROW)
    )
    note = say_to(request, "overview.years_note")
    return Drawn(title=title, wide=wide, narrow=narrow, note=note, file="money-by-year")


def draw_flows(
    request: HttpRequest,
    flows: Sequence[Flow],
    pairings: Mapping[UUID, Pairing],
    title: str,
    addresses: Mapping[Ends, str],
) -> Drawn | None:
    """Return the flows from donors through purposes to recipients; None where there are none."""
    if not flows:
        return None
    given: defaultdict[Ends, int] = defaultdict(int)
    used: defaultdict[Ends, int] = defaultdict(int)
    names: tuple[dict[str, str], dict[str, str], dict[str, str]] = ({}, {}, {})
    for flow in flows:
        pairing = pairings[flow.pairing_id]
        (donor, purpose), (_, recipient) = ends_of(flow, pairing)
        names[0][donor] = name_of(request, pairing.donor)
        names[1][purpose] = say_purpose(request, flow.purpose)
        names[2][recipient] = name_of(request, pairing.recipient)
        for sums, key in ((given, (donor, purpose)), (used, (purpose, recipient))):
            sums[key] += flow.amount
    columns = tuple(
        _nodes(request, names[side], sums, end)
        for side, sums, end in ((0, given, 0), (1, given, 1), (2, used, 1))
    )
    called = {**names[0], **names[1], **names[2]}
    streams = [
        [
            Stream(
                start,
                end,
                float(amount),
                say_to(
                    request,
                    "overview.stream",
                    start=called[start],
                    end=called[end],
                    amount=amount,
                ),
                addresses[start, end],
            )
            for (start, end), amount in sums.items()
        ]
        for sums in (given, used)
    ]
    wide, narrow = (
        draw_purposes(
            (columns[0], columns[1], columns[2]),
            streams[0],
            streams[1],
            heads=(
                say_to(request, "overview.donor"),
                say_to(request, "overview.purpose"),
                say_to(request, "overview.recipient"),
            ),
            alternative=title,
            width=width,
        )
        for width in (WIDE, NARROW)
    )
    note = say_to(request, "overview.flows_note")
    return Drawn(title=title, wide=wide, narrow=narrow, note=note, file="money-flows")


def ends_of(flow: Flow, pairing: Pairing) -> tuple[Ends, Ends]:
    """Return between what the two streams run that a flow is part of: into its purpose, and out of it."""
    purpose = f"p:{flow.purpose}"
    return (donor_key(pairing), purpose), (purpose, f"r:{pairing.recipient_id}")


def donor_key(pairing: Pairing) -> str:
    """Return where the streams of a donor begin."""
    return f"d:{pairing.donor_id}"


def _nodes(
    request: HttpRequest,
    names: Mapping[str, str],
    sums: Mapping[Ends, int],
    end: int,
) -> list[Node]:
    totals: defaultdict[str, int] = defaultdict(int)
    for key, amount in sums.items():
        totals[key[end]] += amount
    return [
        Node(
            key,
            names[key],
            say_money(request, amount),
            say_to(request, "overview.node", name=names[key], amount=amount),
        )
        for key, amount in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    ]


def tick_figures(most: int) -> list[int]:
    """Return from 0 to *most* and just beyond, in steps that are 1, 2 or 5 of a power of ten."""
    rough = max(1, most) / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next((times * power for times in (1, 2, 5, 10) if times * power >= rough), 10 * power)
    return [round(step * number) for number in range(math.ceil(most / step) + 1)] or [0]
