"""``tiebeam explain``: why a plan is as it is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.session import Session, demand_positive

if TYPE_CHECKING:
    from tiebeam.core.explain.reasons import DonorReason, PairReason, PlanReasons, RecipientReason
    from tiebeam.core.model.plan import Plan
    from tiebeam.core.model.scenario import Scenario
    from tiebeam.interfaces.cli.loading import Loaded
    from tiebeam.interfaces.report.words import Voice


def explain(
    ctx: typer.Context,
    scenario: options.Scenario,
    plan: options.Plan,
    pair: options.Pair = None,
    donor: options.Donor = None,
    recipient: options.Recipient = None,
    time_limit: options.TimeLimit = None,
) -> int:
    """Say why: the whole plan, a pair, a donor, or a recipient."""
    from tiebeam.interfaces.cli.loading import load_plan, load_scenario

    session = session_of(ctx)
    demand_positive("--time-limit", time_limit)
    if sum(question is not None for question in (pair, donor, recipient)) > 1:
        raise InvalidInput([Fault(code="cli.one_question")])
    loaded = load_scenario(scenario)
    given = load_plan(plan, loaded.scenario)
    asked = _Asked(pair=pair, donor=donor, recipient=recipient, time_limit_s=time_limit)
    reasons = _answer(session, loaded.scenario, given, asked)
    _show(session, loaded, given, reasons)
    return ExitStatus.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was asked for, and in how many seconds; None = not given."""

    pair: tuple[str, str] | None
    donor: str | None
    recipient: str | None
    time_limit_s: float | None


def _answer(session: Session, scenario: "Scenario", plan: "Plan", asked: _Asked) -> "PlanReasons":
    """Return the reasons that were asked for, and no others."""
    from tiebeam.core.explain.reasons import PlanReasons
    from tiebeam.interfaces.cli.loading import find_donor, find_recipient
    from tiebeam.interfaces.cli.reasons import answer_pair, find_reasons

    limit = asked.time_limit_s
    if asked.pair is not None:
        giver = find_donor(scenario, asked.pair[0], argument="--pair")
        taker = find_recipient(scenario, asked.pair[1], argument="--pair")
        reason = answer_pair(session, scenario, plan, giver.id, taker.id, limit)
        return PlanReasons(pairs=(reason,))
    whole = find_reasons(scenario, plan, limit)
    if asked.donor is not None:
        donor = find_donor(scenario, asked.donor, argument="--donor").id
        return PlanReasons(
            pairs=tuple(row for row in whole.pairs if row.donor == donor),
            donors=tuple(row for row in whole.donors if row.donor == donor),
        )
    if asked.recipient is not None:
        recipient = find_recipient(scenario, asked.recipient, argument="--recipient").id
        return PlanReasons(
            pairs=tuple(row for row in whole.pairs if row.recipient == recipient),
            recipients=tuple(row for row in whole.recipients if row.recipient == recipient),
        )
    return whole


def _show(session: Session, loaded: "Loaded", plan: "Plan", reasons: "PlanReasons") -> None:
    from tiebeam.interfaces.cli import console, documents, tables
    from tiebeam.interfaces.cli.faults import print_warnings
    from tiebeam.interfaces.cli.loading import list_staleness
    from tiebeam.interfaces.cli.reasons import (
        list_pair_lines,
        list_party_lines,
        list_service_lines,
        pair_document,
        party_document,
    )
    from tiebeam.interfaces.report.words import Voice

    voice = Voice(loaded.scenario, session.language)
    warnings = (*loaded.warnings, *list_staleness(loaded.scenario, plan))
    if session.wants_json:
        content = {
            "scenario": documents.scenario_document(loaded.scenario),
            "completed": plan.completed,
            "pairs": [pair_document(voice, row) for row in reasons.pairs],
            "recipients": [party_document(voice, row) for row in reasons.recipients],
            "donors": [party_document(voice, row) for row in reasons.donors],
            "warnings": documents.warning_documents(session, warnings),
        }
        console.print_document(documents.envelope("explain", ExitStatus.DONE, content))
        return
    lines = []
    parties: list[RecipientReason | DonorReason] = [*reasons.recipients, *reasons.donors]
    for party in parties:
        lines += list_party_lines(session, voice, [party])
        lines += list_service_lines(session, voice, plan, party)
    if reasons.recipients:
        lines += _list_tight_sets(voice, plan, {row.recipient for row in reasons.recipients})
    told, left_out = _choose_pairs(reasons)
    lines += list_pair_lines(session, voice, told)
    if left_out:
        lines.append(session.say("explain.left_out", count=left_out))
    console.print_lines(lines or [session.say("explain.nothing")])
    if not session.is_quiet:
        completed = [session.say("explain.the_plan")] if plan.completed else []
        tables.print_assumptions(session, loaded.scenario, completed)
    print_warnings(session, warnings)


def _list_tight_sets(voice: "Voice", plan: "Plan", recipients: set[str]) -> list[str]:
    """Return who is short of what together (§M6), where one of *recipients* is among them."""
    from tiebeam.core.pairing.check import check_plan
    from tiebeam.interfaces.report.sentences import tight_set_sentence

    return [
        tight_set_sentence(tight, voice)
        for level in check_plan(voice.scenario, plan).levels
        for tight in level.tight_sets
        if recipients & set(tight.recipients)
    ]


def _choose_pairs(reasons: "PlanReasons") -> "tuple[list[PairReason], int]":
    """Return the pairs to tell, and how many closed ones a screen has no place for."""
    if len(reasons.recipients) <= 1 or len(reasons.donors) <= 1:
        return list(reasons.pairs), 0
    told = [row for row in reasons.pairs if row.is_open]
    return told, len(reasons.pairs) - len(told)
