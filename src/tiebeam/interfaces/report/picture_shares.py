"""Coverage per recipient and burden per donor as pictures, beside those of a compared plan."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from tiebeam.core.pairing.evaluate import index_quantities, spent_capacities
from tiebeam.interfaces.report.bars import ROW, Bar, draw_bars
from tiebeam.interfaces.report.outcome import Outcome
from tiebeam.interfaces.report.palette import Ink
from tiebeam.interfaces.report.phrases import SAME, first_of, share_cell
from tiebeam.interfaces.report.picture import HALF, NARROW, TALL, Picture
from tiebeam.interfaces.report.table import Cell, Column, Row, Table
from tiebeam.interfaces.report.words import Voice, exact_text


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
            got={(r, k.id): outcome.received(r, k.id) for r in order for k in outcome.resources},
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


def _bar_picture(
    key: str,
    title: str,
    order: Sequence[str],
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
            words=voice.even_percent(shares[party]),
            title=voice.say(
                "report.map.point", name=name(party), told=f"{exact_text(shares[party] * 100)} %"
            ),
            other=float(others[party]) if party in others else None,
            other_words=voice.even_percent(others[party]) if party in others else "",
        )
        for party in order
    ]
    measure = [voice.say(f"report.{key}.measure")]
    measure += [voice.say("report.thin_bar")] if others else []
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
        measure=voice.sentences(measure),
        notes=(),
        table=table,
        is_tall=len(order) * ROW > TALL,
    )


def _share_table(
    key: str,
    voice: Voice,
    order: Sequence[str],
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
    columns = [
        Column(voice.say(f"report.{side}")),
        Column(voice.say(f"report.{key}.head"), "%", numeric=True),
    ]
    if others:
        columns.append(Column(voice.say("report.compared_plan"), "%", numeric=True))
    for resource in outcome.resources:
        head = voice.resource(resource.id)
        columns.append(
            Column(voice.say(f"report.{key}.of", resource=head), voice.unit(resource), True)
        )
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
