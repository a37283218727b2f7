"""The Sankey with purposes between: who gives, for what, and who receives."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tiebeam.interfaces.report.palette import Ink, paint
from tiebeam.interfaces.report.sankey import (
    BAR,
    FONT,
    ROUNDS,
    SLOT,
    Node,
    Slot,
    Stream,
    bottom_of,
    offsets_of,
    paint_head,
    place_slots,
    sort_by_partners,
    spread_out,
)
from tiebeam.interfaces.report.svg import as_svg, cap_text, tag, text_width


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of nodes: where it stands and how it is painted."""

    nodes: Mapping[str, Node]
    slots: Mapping[str, Slot]
    x: float
    ink: Ink


def draw_purposes(
    columns: tuple[Sequence[Node], Sequence[Node], Sequence[Node]],
    given: Sequence[Stream],
    used: Sequence[Stream],
    *,
    heads: tuple[str, str, str],
    alternative: str,
    width: float,
) -> Markup:
    """
    Draw the streams from donors to purposes, and on to recipients.

    Args:
        columns: Donors, purposes, recipients.
        given: From donors (as ``donor``) to purposes (as ``recipient``), at least one.
        used: From purposes to recipients; what goes into a purpose comes out of it.
        heads: What stands above the columns.
        alternative: What the picture says, for those who do not see it.
        width: Of the drawing.
    """
    orders = _orders(given, used)
    sums = (_sums(given, 0), _sums(given, 1), _sums(used, 1))
    count = max(map(len, orders))
    scale = count * SLOT * 1.15 / sum(stream.amount for stream in given)
    placed = [place_slots(order, sum_, scale) for order, sum_ in zip(orders, sums, strict=True)]
    height = max(map(bottom_of, placed))
    left, middle, right = (spread_out(slots, height) for slots in placed)
    room = _room([*columns[0], *columns[2]], width)
    first = _column(columns[0], left, room - BAR, "donor")
    second = _column(columns[1], middle, (width - BAR) / 2, "muted")
    third = _column(columns[2], right, width - room, "recipient")
    return as_svg(
        *_ribbons(given, orders[0], orders[1], first, second, scale, "donor"),
        *_ribbons(used, orders[1], orders[2], second, third, scale, "recipient"),
        *(_bar(first, key) for key in orders[0]),
        *(_bar(second, key) for key in orders[1]),
        *(_bar(third, key) for key in orders[2]),
        *(_label(first, key, room, "end") for key in orders[0]),
        *(_label(second, key, width / 2 - room, "start") for key in orders[1]),
        *(_label(third, key, room, "start") for key in orders[2]),
        *(
            tag("text", head, x=x, y=13, text_anchor=anchor, font_size=FONT, **paint_head())
            for head, x, anchor in (
                (heads[0], room, "end"),
                (heads[1], width / 2, "middle"),
                (heads[2], width - room, "start"),
            )
        ),
        width=width,
        height=height + 4,
        alternative=alternative,
    )


def _column(nodes: Sequence[Node], slots: Mapping[str, Slot], x: float, ink: Ink) -> _Column:
    return _Column({node.id: node for node in nodes}, slots, x, ink)


def _sums(streams: Sequence[Stream], side: int) -> dict[str, float]:
    sums: defaultdict[str, float] = defaultdict(float)
    for stream in streams:
        sums[(stream.donor, stream.recipient)[side]] += stream.amount
    return sums


def _orders(
    given: Sequence[Stream], used: Sequence[Stream]
) -> tuple[list[str], list[str], list[str]]:
    """Return the three columns, each in turn sorted by the mean place of its partners."""
    left, middle, right = (
        sorted(sums, key=lambda key: (-sums[key], key))
        for sums in (_sums(given, 0), _sums(given, 1), _sums(used, 1))
    )
    to_middle = [(stream.donor, stream.recipient, stream.amount) for stream in given]
    to_right = [(stream.donor, stream.recipient, stream.amount) for stream in used]
    for _ in range(ROUNDS):
        left = sort_by_partners(left, middle, to_middle)
        middle = sort_by_partners(middle, left, [(b, a, x) for a, b, x in to_middle])
        right = sort_by_partners(right, middle, [(b, a, x) for a, b, x in to_right])
    return left, middle, right


def _room(nodes: Sequence[Node], width: float) -> float:
    widest = max(text_width(f"{node.name} {node.words}", FONT) for node in nodes)
    return min(widest + BAR + 10, width * 0.3)


def _ribbons(
    streams: Sequence[Stream],
    left_order: Sequence[str],
    right_order: Sequence[str],
    left: _Column,
    right: _Column,
    scale: float,
    ink: Ink,
) -> list[Markup]:
    place = (
        {key: number for number, key in enumerate(left_order)},
        {key: number for number, key in enumerate(right_order)},
    )
    ordered = sorted(streams, key=lambda s: (place[0][s.donor], place[1][s.recipient]))
    starts = offsets_of(ordered, left.slots, scale, 0)
    ordered.sort(key=lambda s: (place[1][s.recipient], place[0][s.donor]))
    ends = offsets_of(ordered, right.slots, scale, 1)
    x0, x1 = left.x + BAR, right.x
    middle = (x0 + x1) / 2
    drawn = []
    for stream in sorted(streams, key=lambda s: -s.amount):
        y0, y1, thick = starts[stream], ends[stream], max(1.0, stream.amount * scale)
        path = (
            f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
            f"v{thick:.1f}C{middle:.1f} {y1 + thick:.1f} {middle:.1f} {y0 + thick:.1f}"
            f" {x0:.1f} {y0 + thick:.1f}z"
        )
        ribbon = tag(
            "path", tag("title", stream.title), d=path, fill_opacity=0.35, **paint(fill=ink)
        )
        drawn.append(tag("a", ribbon, href=stream.href, class_="pair") if stream.href else ribbon)
    return drawn


def _bar(column: _Column, key: str) -> Markup:
    node, slot = column.nodes[key], column.slots[key]
    title = tag("title", node.title)
    return tag(
        "rect", title, x=column.x, y=slot.bar_top, width=BAR, height=slot.height,
        **paint(fill=column.ink),
    )  # fmt: skip


def _label(column: _Column, key: str, room: float, anchor: str) -> Markup:
    """Return the name of a node beside its bar; those between ribbons stand on a ground of their own."""
    node, slot = column.nodes[key], column.slots[key]
    space = room - BAR - 8 - text_width(f" {node.words}", FONT)
    words = node.words
    if space < FONT * 3:
        # No place for both: the name says more, and the figure stands in the title and the table.
        space, words = room - BAR - 8, ""
    return tag(
        "text",
        tag("title", node.title),
        tag("tspan", f"{cap_text(node.name, FONT, space)} ", **paint(fill="ink")),
        tag("tspan", words, **paint(fill="muted")) if words else "",
        x=column.x - 6 if anchor == "end" else column.x + BAR + 6,
        y=slot.top + slot.room / 2 + 4,
        text_anchor=anchor,
        font_size=FONT,
        paint_order="stroke",
        stroke_width=3,
        **_halo(),
    )


def _halo() -> dict[str, str]:
    """Return what makes a name readable that stands on a ribbon."""
    painted = paint(stroke="paper")
    return {name: painted[name] for name in ("class", "stroke")}
