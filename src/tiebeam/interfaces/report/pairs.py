"""The pairs of the plan, each with its reason, and the reasons why others are not in it."""

from collections.abc import Mapping
from fractions import Fraction

from tiebeam.core.explain.reasons import PairReason, PlanReasons
from tiebeam.interfaces.report.outcome import Couple, Outcome
from tiebeam.interfaces.report.phrases import share_cell
from tiebeam.interfaces.report.sentences import binding_sentence, certainty_word, pair_sentence
from tiebeam.interfaces.report.table import Cell, Column, Row, Table
from tiebeam.interfaces.report.words import Voice, exact_text

MOST_CLOSED = 500
"""Closed pairs that a page can list and still open on an old machine; the rest is told by number."""


def list_couples(outcome: Outcome) -> list[Couple]:
    """List the open couples: the worst-covered recipient first, its lead before the others."""
    leads = {(pair.donor, pair.recipient) for pair in outcome.plan.pairs if pair.lead}
    couples = {(pair.donor, pair.recipient) for pair in outcome.plan.pairs}
    return sorted(
        couples,
        key=lambda c: (
            outcome.coverages.get(c[1], Fraction()),
            c[1],
            c not in leads,
            c[0],
        ),
    )


def pair_table(
    outcome: Outcome,
    reasons: PlanReasons | None,
    anchors: Mapping[Couple, str],
    voice: Voice,
) -> Table:
    """Return the table of the pairs, with their totals on top."""
    told = _open_reasons(reasons)
    leads = {(pair.donor, pair.recipient) for pair in outcome.plan.pairs if pair.lead}
    has_ties = any(outcome.tie(couple) for couple in outcome.links)
    columns = [Column(voice.say("report.donor")), Column(voice.say("report.recipient"))]
    columns.append(Column(voice.say("report.lead")))
    columns += [
        Column(voice.resource(resource.id), voice.unit(resource), numeric=True)
        for resource in outcome.resources
    ]
    if outcome.has_amounts:
        columns.append(Column(voice.say("report.pairs.share"), "%", numeric=True))
    if has_ties:
        columns.append(Column(voice.say("report.pairs.tie"), numeric=True))
    columns.append(Column(voice.say("report.distance"), voice.say("report.unit.km"), numeric=True))
    rows = [_total_row(outcome, voice, has_ties=has_ties)]
    for couple in anchors:
        cells = _pair_cells(outcome, couple, voice, is_lead=couple in leads, has_ties=has_ties)
        reason = told.get(couple)
        below = _reason_cell(reason, voice) if reason else None
        rows.append(Row(tuple(cells), anchor=anchors[couple], below=below))
    code = "report.pairs.table" if outcome.has_amounts else "report.pairs.table_plain"
    caption = voice.say(code, count=len(anchors))
    head = voice.say("report.pairs.reason") if told else ""
    return Table("pairs", caption, tuple(columns), tuple(rows), below_head=head)


def closed_table(reasons: PlanReasons | None, voice: Voice) -> tuple[Table | None, int]:
    """Return the table of the pairs that are not in the plan, and how many it leaves out."""
    closed = [reason for reason in (reasons.pairs if reasons else ()) if not reason.is_open]
    if not closed:
        return None, 0
    columns = (
        Column(voice.say("report.donor")),
        Column(voice.say("report.recipient")),
        Column(voice.say("report.closed.reason"), wide=True),
    )
    ordered = sorted(closed, key=lambda reason: (reason.recipient, reason.donor))[:MOST_CLOSED]
    rows = tuple(
        Row(
            (
                Cell(voice.donor(reason.donor)),
                Cell(voice.recipient(reason.recipient)),
                _reason_cell(reason, voice),
            )
        )
        for reason in ordered
    )
    return Table("closed", voice.say("report.closed.table"), columns, rows), len(closed) - len(rows)


def recipient_binding_table(
    outcome: Outcome, reasons: PlanReasons | None, voice: Voice
) -> Table | None:
    """Return what holds each recipient short of full coverage; None where all are full."""
    told = [r for r in (reasons.recipients if reasons else ()) if not r.is_full]
    if not told:
        return None
    columns = [
        Column(voice.say("report.recipient")),
        Column(voice.say("report.coverage.head"), "%", True),
    ]
    columns += [
        Column(
            voice.say("report.binding.missing", resource=voice.resource(k.id)), voice.unit(k), True
        )
        for k in outcome.resources
    ]
    columns.append(Column(voice.say("report.binding.what"), wide=True))
    rows = []
    for reason in sorted(told, key=lambda reason: (reason.coverage, reason.recipient)):
        party = reason.recipient
        share = outcome.coverages.get(party, Fraction(str(reason.coverage)))
        cells = [Cell(voice.recipient(party)), share_cell(share, voice)]
        for resource in outcome.resources:
            need = outcome.needs.get((party, resource.id))
            short = None if need is None else need - outcome.received(party, resource.id)
            cells.append(
                Cell("–") if short is None else Cell(voice.number(short), exact_text(short))
            )
        sentences = [binding_sentence(binding, voice) for binding in reason.binding]
        cells.append(Cell(voice.sentences(sentences) or voice.say("report.binding.unknown")))
        rows.append(Row(tuple(cells)))
    return Table("binding", voice.say("report.binding.table"), tuple(columns), tuple(rows))


def donor_binding_table(reasons: PlanReasons | None, voice: Voice) -> Table | None:
    """Return what holds each donor at its load; None where nothing is known to."""
    told = [reason for reason in (reasons.donors if reasons else ()) if reason.binding]
    if not told:
        return None
    columns = (
        Column(voice.say("report.donor")),
        Column(voice.say("report.burden.head"), "%", numeric=True),
        Column(voice.say("report.binding.what"), wide=True),
    )
    rows = []
    for reason in sorted(told, key=lambda reason: (-reason.load, reason.donor)):
        sentences = [binding_sentence(binding, voice) for binding in reason.binding]
        load = share_cell(Fraction(str(reason.load)), voice)
        text = Cell(voice.sentences(sentences))
        rows.append(Row((Cell(voice.donor(reason.donor)), load, text)))
    return Table("donor-binding", voice.say("report.binding.donor_table"), columns, tuple(rows))


def _open_reasons(reasons: PlanReasons | None) -> dict[Couple, PairReason]:
    return {(r.donor, r.recipient): r for r in (reasons.pairs if reasons else ()) if r.is_open}


def _reason_cell(reason: PairReason, voice: Voice) -> Cell:
    return Cell(pair_sentence(reason, voice), note=certainty_word(reason, voice))


def _pair_cells(
    outcome: Outcome, couple: Couple, voice: Voice, *, is_lead: bool, has_ties: bool
) -> list[Cell]:
    donor, recipient = couple
    cells = [Cell(voice.donor(donor)), Cell(voice.recipient(recipient))]
    cells.append(Cell(voice.say("report.is_lead" if is_lead else "report.is_no_lead")))
    for resource in outcome.resources:
        amount = outcome.amounts.get((donor, recipient, resource.id), Fraction())
        cells.append(Cell(voice.number(amount), exact_text(amount)))
    if outcome.has_amounts:
        cells.append(share_cell(outcome.shares.get(couple, Fraction()), voice))
    if has_ties:
        tie = outcome.tie(couple)
        cells.append(Cell(voice.number(tie) if tie else "–", exact_text(tie)))
    kilometres = outcome.distances.get(couple)
    far = Cell("–") if kilometres is None else Cell(voice.whole(kilometres), exact_text(kilometres))
    return [*cells, far]


def _total_row(outcome: Outcome, voice: Voice, *, has_ties: bool) -> Row:
    recipients = {pair.recipient for pair in outcome.plan.pairs}
    donors = {pair.donor for pair in outcome.plan.pairs}
    cells = [Cell(voice.say("report.pairs.donors", count=len(donors)))]
    cells.append(Cell(voice.say("report.pairs.recipients", count=len(recipients))))
    leads = sum(1 for pair in outcome.plan.pairs if pair.lead)
    cells.append(Cell(voice.number(leads)))
    for resource in outcome.resources:
        amount = outcome.delivered(resource.id)
        cells.append(Cell(voice.number(amount), exact_text(amount)))
    if outcome.has_amounts:
        cells.append(Cell(""))
    if has_ties:
        ties = sum(outcome.tie(couple) for couple in outcome.distances)
        cells.append(Cell(voice.number(ties), exact_text(ties)))
    cells.append(Cell(""))
    return Row(tuple(cells), is_total=True)
