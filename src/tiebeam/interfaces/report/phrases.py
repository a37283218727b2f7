"""Phrases about pairs, measures and orders that several parts of the report share."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import takewhile

from tiebeam.interfaces.report.outcome import Couple, Outcome
from tiebeam.interfaces.report.table import Cell
from tiebeam.interfaces.report.words import Voice, exact_text

SAME = Fraction(1, 10**9)
"""Two shares nearer than this are the same."""


def first_of(
    order: Sequence[str],
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
        told.append(
            voice.say("report.pair.share", share=voice.percent(outcome.shares.get(couple, 0)))
        )
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
    completed = [voice.say("report.measure.completed")] if outcome.plan.completed else []
    return voice.sentences([text, *completed])


def measured(outcome: Outcome, voice: Voice, amount: Fraction) -> str:
    """Return an amount of the common measure in words."""
    if outcome.measure.kind == "unit":
        return voice.amount(amount, voice.unit_word(outcome.measure.unit))
    if amount > 1:
        # One donor can meet the needs of several places; more than 100 % of one would mislead.
        return voice.say("report.measure.shares", needs=voice.number(round(float(amount), 2)))
    return voice.say("report.measure.share", share=voice.percent(amount))


def share_cell(share: Fraction, voice: Voice) -> Cell:
    """Return a cell with a share as per cent; the unit stands in the head."""
    return Cell(voice.even_percent(share).rstrip("%\u202f"), exact_text(share * 100))
