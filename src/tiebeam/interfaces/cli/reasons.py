"""Where the commands get the reasons for a plan, and how they are told."""

from collections.abc import Iterable

from tiebeam.core.explain.pair_answer import explain_pair
from tiebeam.core.explain.plan_reasons import explain_plan
from tiebeam.core.explain.reasons import (
    Binding,
    DonorReason,
    PairReason,
    PlanReasons,
    RecipientReason,
)
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.evaluate import pair_coverages
from tiebeam.interfaces.cli.session import Session
from tiebeam.interfaces.cli.solving import watch, within
from tiebeam.interfaces.report.sentences import binding_sentence, certainty_word, pair_sentence
from tiebeam.interfaces.report.words import Voice

SECONDS = 5.0
"""So long may the reasons for a whole plan take; pairs not reached by then are left unknown."""


def find_reasons(scenario: Scenario, plan: Plan, time_limit_s: float | None = None) -> PlanReasons:
    """Return why *plan* is as it is: an interval for every pair, and what binds each party."""
    limit = SECONDS if time_limit_s is None else time_limit_s
    return explain_plan(scenario, plan, should_stop=within(limit))


def answer_pair(
    session: Session,
    scenario: Scenario,
    plan: Plan,
    donor: str,
    recipient: str,
    time_limit_s: float | None = None,
) -> PairReason:
    """
    Return why the pair is open, or why it is not, by searching again without it, or with it.

    Args:
        time_limit_s: The policy's by default; what it leaves open is told as an interval.

    Raises:
        InvalidInput: The changed scenario makes no sense: a party that can have no pair.
    """
    limit = scenario.policy.time_limit_s if time_limit_s is None else time_limit_s
    with watch(session, limit) as watched:
        return explain_pair(
            scenario,
            plan,
            donor,
            recipient,
            should_stop=watched.should_stop,
            on_progress=watched.on_progress,
        )


def pair_document(voice: Voice, reason: PairReason) -> dict[str, object]:
    """Return a reason with its sentence, and how sure it is."""
    return {
        "donor": reason.donor,
        "recipient": reason.recipient,
        "is_open": reason.is_open,
        "question": reason.question,
        "outcome": reason.outcome,
        "changes": reason.changes,
        "certainty": certainty_word(reason, voice),
        "message": pair_sentence(reason, voice),
    }


def party_document(voice: Voice, reason: RecipientReason | DonorReason) -> dict[str, object]:
    """Return what holds a party where it is, each rule with its sentence."""
    figures: dict[str, object]
    if isinstance(reason, RecipientReason):
        figures = {"recipient": reason.recipient, "coverage": reason.coverage}
    else:
        figures = {"donor": reason.donor, "burden": reason.load}
    return {**figures, "binding": [_binding_document(voice, row) for row in reason.binding]}


def list_pair_lines(session: Session, voice: Voice, reasons: Iterable[PairReason]) -> list[str]:
    """Return one line for each reason: the pair, why, and how sure that is."""
    lines = []
    for reason in reasons:
        code = "explain.pair_open" if reason.is_open else "explain.pair_closed"
        names = {
            "donor": voice.donor(reason.donor),
            "recipient": voice.recipient(reason.recipient),
            "reason": pair_sentence(reason, voice),
        }
        line = session.say(code, **names)
        certainty = certainty_word(reason, voice)
        if certainty:
            line = session.say("explain.sure", sentence=line, certainty=certainty)
        lines.append(line)
    return lines


def list_party_lines(
    session: Session, voice: Voice, reasons: Iterable[RecipientReason | DonorReason]
) -> list[str]:
    """Return what holds each party where it is: a line for it, and one for each rule."""
    lines = []
    for reason in reasons:
        if isinstance(reason, RecipientReason):
            code, name, share = "recipient", voice.recipient(reason.recipient), reason.coverage
            if reason.is_full:
                code = "recipient_full"
        else:
            code, name, share = "donor", voice.donor(reason.donor), reason.load
        if reason.binding:
            code += "_bound"
        lines.append(session.say(f"explain.{code}", name=name, share=share))
        lines += [
            f"  §{binding.rule}  {binding_sentence(binding, voice)}" for binding in reason.binding
        ]
    return lines


def list_service_lines(
    session: Session, voice: Voice, plan: Plan, party: RecipientReason | DonorReason
) -> list[str]:
    """Return whom a donor serves, or who serves a recipient, and how much of the need that is."""
    shares = pair_coverages(voice.scenario, plan.flows or ())
    if isinstance(party, RecipientReason):
        pairs = [pair for pair in plan.pairs if pair.recipient == party.recipient]
    else:
        pairs = [pair for pair in plan.pairs if pair.donor == party.donor]
    return [
        "  "
        + session.say(
            "explain.serves_as_lead" if pair.lead else "explain.serves",
            donor=voice.donor(pair.donor),
            recipient=voice.recipient(pair.recipient),
            share=shares.get((pair.donor, pair.recipient), 0.0),
        )
        for pair in sorted(pairs, key=lambda p: (p.recipient, not p.lead, p.donor))
    ]


def _binding_document(voice: Voice, binding: Binding) -> dict[str, object]:
    return {
        "rule": binding.rule,
        "code": binding.code,
        "facts": binding.facts,
        "worth": binding.worth,
        "message": binding_sentence(binding, voice),
    }
