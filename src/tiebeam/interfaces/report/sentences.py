"""Reasons as sentences: what a pair is good for, what binds a place (§M8)."""

import math
from collections.abc import Sequence

from tiebeam.core.explain.reasons import Binding, LevelChange, PairReason
from tiebeam.core.pairing.evaluate import VECTOR_LEVELS
from tiebeam.core.pairing.findings import LevelCheck, TightSet
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.report.words import Voice

EQUAL_WITHIN = 1e-6
"""Two figures are the same within this, relative where they exceed 1 (§M7)."""

NAMED_BY = {
    "binding.capacity": "donors",
    "binding.partner_limit": "limit",
    "binding.forbidden": "donors",
    "binding.lot": "lot",
    "binding.min_share": "limit",
    "binding.fairness": "recipients",
}
"""The fact with which a rule that binds can be told by name or number."""


MOST_NAMED = 4
"""So many parties are told by name; more are counted."""


def tight_set_sentence(tight: TightSet, voice: Voice) -> str:
    """Return which recipients need more than all that may serve them have (§M6)."""
    sides: dict[str, object] = {}
    names = {
        "recipients": [voice.recipient(party) for party in tight.recipients],
        "donors": [voice.donor(party) for party in tight.donors],
    }
    for side, named in names.items():
        form = "named" if len(named) <= MOST_NAMED else "counted"
        facts: dict[str, object] = {side: voice.join(named), "count": len(named)}
        sides[side] = voice.say(f"tight_set.{side}_{form}", **facts)
    figures = {"need": voice.number(tight.need), "capacity": voice.number(tight.capacity)}
    return voice.say("tight_set.short", resource=voice.resource(tight.resource), **sides, **figures)


def proven_sentence(check: LevelCheck, voice: Voice) -> str:
    """Return how near to the best a level is proven to be where its own bound is not (§M6)."""
    gap = check.proven_gap
    if check.bound_status != "unverified" or gap is None or gap >= UNTOLD_GAP:
        return ""
    if check.name in VECTOR_LEVELS:
        return voice.say("report.proven.points", points=voice.number(round(gap * 100, 2)))
    return voice.say("report.proven.share", share=voice.percent(gap))


UNTOLD_GAP = 1.0
"""From this gap on, a bound says nothing that a reader could use."""


def pair_sentence(reason: PairReason, voice: Voice) -> str:
    """Return why the pair is open, or why it is not, with the numbers before and after."""
    if reason.outcome != "feasible":
        return voice.say(f"report.reason.{reason.question}_{reason.outcome}")
    changes = [change for change in reason.changes if not _is_idle(change)]
    if not changes:
        return voice.say(f"report.reason.{reason.question}_no_change")
    known = [change for change in changes if not _is_unknown(change)]
    clauses = [change_clause(change, voice) for change in known or changes[:1]]
    if len(known) < len(changes) and len(changes) > 1:
        clauses.append(voice.say("report.change.rest_unknown"))
    told = voice.say("report.semicolon").join(clauses)
    return voice.say(f"report.reason.{reason.question}", changes=told)


def certainty_word(reason: PairReason, voice: Voice) -> str:
    """Return how sure the sentence is: solved again, or an interval from bounds."""
    if reason.outcome != "feasible":
        return ""
    is_exact = all(change.exact for change in reason.changes)
    return voice.say("report.reason.exact" if is_exact else "report.reason.interval")


def change_clause(change: LevelChange, voice: Voice) -> str:
    """Return one change as a clause: what rises or falls, from where to where."""
    what = _subject(change, voice)
    before, low, high = _figures(change, voice)
    return voice.say(
        f"report.change.{_shape(change)}", what=what, before=before, low=low, high=high
    )


def binding_sentence(binding: Binding, voice: Voice) -> str:
    """Return what one rule does to a party, and what loosening it would be worth."""
    is_named = NAMED_BY.get(binding.code, "") in {"", *binding.facts}
    if is_named and has_message(binding.code):
        sentence = voice.tell(binding.code, binding.facts)
    else:
        sentence = voice.say(f"report.{binding.code}")
    if binding.worth is not None and binding.worth > 0:
        worth = voice.percent(binding.worth)
        sentence = voice.sentences((sentence, voice.say("report.binding.worth", worth=worth)))
    return sentence


def _shape(change: LevelChange) -> str:
    """Return which clause fits: the change is known, bounded on one side, or on both."""
    low_open, high_open = _is_open_end(change, change.low), _is_open_end(change, change.high)
    above = _compare(change.low, change.before)
    below = _compare(change.high, change.before)
    if _compare(change.low, change.high) == 0:
        return "rises" if above > 0 else "falls" if above < 0 else "stays"
    if above > 0:
        return "rises_or_more" if high_open else "rises_between"
    if below < 0:
        return "falls_or_less" if low_open else "falls_between"
    if above == 0:
        return "may_rise" if high_open else "may_rise_to"
    if below == 0:
        return "may_fall" if low_open else "may_fall_to"
    return "unclear" if low_open or high_open else "between"


def _is_open_end(change: LevelChange, end: float) -> bool:
    """Return whether *end* says no more than the level's own range does."""
    if not math.isfinite(end):
        return True
    if change.level in VECTOR_LEVELS:
        return end <= EQUAL_WITHIN if end == change.low else end >= 1 - EQUAL_WITHIN
    return end == change.low and end <= EQUAL_WITHIN


def _is_unknown(change: LevelChange) -> bool:
    """Return whether nothing at all is known of the level."""
    return not math.isfinite(change.low) and not math.isfinite(change.high)


def _is_idle(change: LevelChange) -> bool:
    return _compare(change.low, change.before) == 0 == _compare(change.high, change.before)


def _compare(one: float, other: float) -> int:
    near = EQUAL_WITHIN * max(1.0, abs(other)) if math.isfinite(other) else 0.0
    if one == other or abs(one - other) <= near:
        return 0
    return 1 if one > other else -1


def _subject(change: LevelChange, voice: Voice) -> str:
    if change.level not in VECTOR_LEVELS:
        return voice.say(f"report.subject.{change.level}")
    if change.position == 1:
        return voice.say(f"report.subject.{change.level}_first")
    code = f"report.subject.{change.level}_place"
    return voice.say(code, place=ordinal(change.position, voice))


def ordinal(position: int, voice: Voice) -> str:
    """Return *position* as an ordinal: 2nd, or 2 in Chinese, where the sentence adds the sign."""
    if voice.language == "zh":
        return str(position)
    teens = 10 <= position % 100 <= 20
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(position % 10, "th")
    return f"{position}{ending}"


def _figures(change: LevelChange, voice: Voice) -> tuple[str, str, str]:
    ends: Sequence[float] = (change.before, change.low, change.high)
    if change.level in VECTOR_LEVELS:
        finite = [end if math.isfinite(end) else change.before for end in ends]
        before, low, high = voice.percents(*finite)
        return before, low, high
    before, low, high = (voice.level_figure(change.level, end) for end in ends)
    return before, low, high
