"""The Sankey as a picture: who sends how much to whom."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from tiebeam.interfaces.report.outcome import Couple, Outcome
from tiebeam.interfaces.report.phrases import measure_words, measured, pair_title, share_cell
from tiebeam.interfaces.report.picture import NARROW, TALL, WIDE, Picture
from tiebeam.interfaces.report.sankey import GAP, SLOT, Node, Stream, draw_sankey
from tiebeam.interfaces.report.table import Cell, Column, Row, Table
from tiebeam.interfaces.report.words import Voice, exact_text


def picture_sankey(outcome: Outcome, voice: Voice, anchors: Mapping[Couple, str]) -> Picture | None:
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
        sent=measured(outcome, voice, max(sent.values())),
        recipient=recipients[0].name,
        received=measured(outcome, voice, max(got.values())),
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
        is_tall=max(len(sent), len(got)) * (SLOT + GAP) > TALL,
    )


def _nodes(
    sums: Mapping[str, Fraction], name: Callable[[str], str], outcome: Outcome, voice: Voice
) -> list[Node]:
    """Return the nodes of one column, the largest first; figures bare, their unit is in the title."""
    nodes = []
    for party in sorted(sums, key=lambda party: (-sums[party], party)):
        amount = measured(outcome, voice, sums[party])
        bare = voice.number(sums[party])
        words = bare if outcome.measure.kind == "unit" else voice.percent(sums[party])
        title = voice.say("report.map.point", name=name(party), told=amount)
        nodes.append(Node(party, name(party), words, title))
    return nodes


def _flow_table(outcome: Outcome, voice: Voice, couples: Sequence[Couple]) -> Table:
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
