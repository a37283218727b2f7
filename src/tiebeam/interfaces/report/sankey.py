"""The Sankey: who sends how much to whom, donors on the left and recipients on the right."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tiebeam.interfaces.report.palette import LIGHT, Ink, paint
from tiebeam.interfaces.report.svg import as_svg, cap_text, tag, text_width

FONT = 12.5
SLOT = 19.0
"""Least height for each party, so that every name has its own line however many there are."""

BAR = 10.0
GAP = 6.0
ROUNDS = 6
"""How often the two columns are put in order by each other; it settles after a few."""


@dataclass(frozen=True, slots=True)
class Node:
    """One party: its name and, as words, how much it sends or receives."""

    id: str
    name: str
    words: str
    title: str


@dataclass(frozen=True, slots=True)
class Stream:
    """What goes from one donor to one recipient, *amount* > 0 in the drawing's measure."""

    donor: str
    recipient: str
    amount: float
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a node stands: the top of its room, and its bar within."""

    top: float
    bar_top: float
    height: float
    room: float


def draw_sankey(
    donors: Sequence[Node],
    recipients: Sequence[Node],
    streams: Sequence[Stream],
    *,
    heads: tuple[str, str],
    alternative: str,
    width: float,
    prefix: str,
) -> Markup:
    """
    Draw the streams.

    Args:
        donors, recipients: Those with a stream; order is chosen here so that few cross.
        streams: At least one.
        heads: What stands above the two columns.
        width: Of the drawing.
        prefix: Of the ids in the drawing, unique in the page.
    """
    left_order, right_order = _orders(streams)
    left_sums, right_sums = _sums(streams)
    count = max(len(left_order), len(right_order))
    scale = count * SLOT * 1.15 / sum(stream.amount for stream in streams)
    left = place_slots(left_order, left_sums, scale)
    right = place_slots(right_order, right_sums, scale)
    height = max(bottom_of(left), bottom_of(right))
    left, right = spread_out(left, height), spread_out(right, height)
    room = _label_room(donors, recipients, width)
    x0, x1 = room, width - room
    ribbons = _ribbons(streams, left_order, right_order, left, right, scale, x0, x1, prefix)
    return as_svg(
        _gradient(prefix, x0, x1),
        _head(heads, x0, x1),
        *ribbons,
        *(_node(node, left[node.id], x0 - BAR, room, on_left=True) for node in donors),
        *(_node(node, right[node.id], x1, room, on_left=False) for node in recipients),
        width=width,
        height=height + 4,
        alternative=alternative,
    )


def _sums(streams: Sequence[Stream]) -> tuple[dict[str, float], dict[str, float]]:
    left: dict[str, float] = defaultdict(float)
    right: dict[str, float] = defaultdict(float)
    for stream in streams:
        left[stream.donor] += stream.amount
        right[stream.recipient] += stream.amount
    return left, right


def _orders(streams: Sequence[Stream]) -> tuple[list[str], list[str]]:
    """Return both columns, each in turn sorted by the mean place of its partners (barycentres)."""
    left_sums, right_sums = _sums(streams)
    left = sorted(left_sums, key=lambda party: (-left_sums[party], party))
    right = sorted(right_sums, key=lambda party: (-right_sums[party], party))
    for _ in range(ROUNDS):
        pairs = [(s.donor, s.recipient, s.amount) for s in streams]
        left = sort_by_partners(left, right, pairs)
        right = sort_by_partners(right, left, [(r, d, a) for d, r, a in pairs])
    return left, right


def sort_by_partners(
    column: Sequence[str], other: Sequence[str], pairs: Sequence[tuple[str, str, float]]
) -> list[str]:
    """Return *column* by the mean place of the partners of each in *other*, weighted by amount."""
    place = {party: number / len(other) for number, party in enumerate(other)}
    pulls: dict[str, float] = defaultdict(float)
    weights: dict[str, float] = defaultdict(float)
    for party, partner, amount in pairs:
        pulls[party] += place[partner] * amount
        weights[party] += amount
    stand = {party: number for number, party in enumerate(column)}
    return sorted(column, key=lambda party: (pulls[party] / weights[party], stand[party]))


def place_slots(order: Sequence[str], sums: Mapping[str, float], scale: float) -> dict[str, Slot]:
    """Return where the nodes of a column stand, one below the other."""
    slots = {}
    top = 26.0
    for party in order:
        height = max(1.5, sums[party] * scale)
        room = max(SLOT, height)
        slots[party] = Slot(top, top + (room - height) / 2, height, room)
        top += room + GAP
    return slots


def bottom_of(slots: Mapping[str, Slot]) -> float:
    """Return where the lowest node ends."""
    return max(slot.top + slot.room for slot in slots.values())


def spread_out(slots: Mapping[str, Slot], height: float) -> dict[str, Slot]:
    """Return the shorter column spread over the height of the longer one."""
    spare = (height - bottom_of(slots)) / (len(slots) + 1)
    return {
        party: Slot(s.top + spare * n, s.bar_top + spare * n, s.height, s.room)
        for n, (party, s) in enumerate(slots.items(), start=1)
    }


def _label_room(donors: Sequence[Node], recipients: Sequence[Node], width: float) -> float:
    widest = max(text_width(f"{n.name} {n.words}", FONT) for n in (*donors, *recipients))
    return min(widest + BAR + 10, width * 0.36)


def _gradient(prefix: str, x0: float, x1: float) -> Markup:
    ends: tuple[tuple[float, Ink], ...] = ((0.1, "donor"), (0.9, "recipient"))
    stops = [
        tag("stop", offset=offset, stop_color=LIGHT[ink], class_=f"stop-{ink}")
        for offset, ink in ends
    ]
    gradient = tag(
        "linearGradient",
        *stops,
        id=f"{prefix}-gradient",
        gradientUnits="userSpaceOnUse",
        x1=x0,
        x2=x1,
        y1=0,
        y2=0,
    )
    return tag("defs", gradient)


def _head(heads: tuple[str, str], x0: float, x1: float) -> Markup:
    return tag(
        "g",
        tag("text", heads[0], x=x0, y=13, text_anchor="end", font_size=FONT, **paint_head()),
        tag("text", heads[1], x=x1, y=13, font_size=FONT, **paint_head()),
    )


def paint_head() -> dict[str, object]:
    """Return how the heads of columns look."""
    return {"font_weight": 600, **paint(fill="ink")}


def _ribbons(
    streams: Sequence[Stream],
    left_order: Sequence[str],
    right_order: Sequence[str],
    left: Mapping[str, Slot],
    right: Mapping[str, Slot],
    scale: float,
    x0: float,
    x1: float,
    prefix: str,
) -> list[Markup]:
    """Return the streams; at each bar they leave in the order in which they arrive opposite."""
    place = (
        {party: n for n, party in enumerate(left_order)},
        {party: n for n, party in enumerate(right_order)},
    )
    starts = offsets_of(
        sorted(streams, key=lambda s: (place[0][s.donor], place[1][s.recipient])), left, scale, 0
    )
    ends = offsets_of(
        sorted(streams, key=lambda s: (place[1][s.recipient], place[0][s.donor])), right, scale, 1
    )
    middle = (x0 + x1) / 2
    ribbons = []
    for stream in sorted(streams, key=lambda s: -s.amount):
        y0, y1, thick = starts[stream], ends[stream], max(1.0, stream.amount * scale)
        path = (
            f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
            f"v{thick:.1f}"
            f"C{middle:.1f} {y1 + thick:.1f} {middle:.1f} {y0 + thick:.1f} {x0:.1f} {y0 + thick:.1f}z"
        )
        ribbon = tag("path", d=path, fill=f"url(#{prefix}-gradient)", fill_opacity=0.45)
        ribbons.append(
            tag("a", tag("title", stream.title), ribbon, href=stream.href, class_="pair")
        )
    return ribbons


def offsets_of(
    ordered: Sequence[Stream], slots: Mapping[str, Slot], scale: float, side: int
) -> dict[Stream, float]:
    """Return where each stream begins at the bars of *slots*: 0 for the donors, 1 for the recipients."""
    used: dict[str, float] = defaultdict(float)
    offsets = {}
    for stream in ordered:
        party = (stream.donor, stream.recipient)[side]
        offsets[stream] = slots[party].bar_top + used[party]
        used[party] += stream.amount * scale
    return offsets


def _node(node: Node, slot: Slot, x: float, room: float, *, on_left: bool) -> Markup:
    bar = tag(
        "rect",
        tag("title", node.title),
        x=x,
        y=slot.bar_top,
        width=BAR,
        height=slot.height,
        **paint(fill="donor" if on_left else "recipient"),
    )
    space = room - BAR - 8 - text_width(f" {node.words}", FONT)
    name = cap_text(node.name, FONT, space)
    text = tag(
        "text",
        tag("title", node.title),
        tag("tspan", f"{name} ", **paint(fill="ink")),
        tag("tspan", node.words, **paint(fill="muted")),
        x=x - 6 if on_left else x + BAR + 6,
        y=slot.top + slot.room / 2 + 4,
        text_anchor="end" if on_left else "start",
        font_size=FONT,
    )
    return tag("g", bar, text)
