"""``tiebeam explain``: why a plan is as it is."""

from typing import TYPE_CHECKING

import typer

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.session import Session

if TYPE_CHECKING:
    from tiebeam.core.explain.reasons import DonorReason, PairReason, PlanReasons, RecipientReason
    from tiebeam.core.model.plan import Plan
    from tiebeam.core.model.scenario import Scenario
    from tiebeam.interfaces.cli.loading import Loaded


def explain(
    ctx: typer.Context,
    scenario: options.Scenario,
    plan: options.Plan,
    pair: options.Pair = None,
    donor: options.Donor = None,
    recipient: options.Recipient = None,
) -> int:
    """Say why: the whole plan, a pair, a donor, or a recipient."""
    from tiebeam.interfaces.cli.loading import load_plan, load_scenario

    session = session_of(ctx)
    if sum(question is not None for question in (pair, donor, recipient)) > 1:
        raise InvalidInput([Fault(code="cli.one_question")])
    loaded = load_scenario(scenario)
    given = load_plan(plan, loaded.scenario)
    reasons = _answer(session, loaded.scenario, given, pair, donor, recipient)
    _show(session, loaded, given, reasons)
    return ExitStatus.DONE


def _answer(
    session: Session,
    scenario: "Scenario",
    plan: "Plan",
    pair: tuple[str, str] | None,
    donor: str | None,
    recipient: str | None,
) -> "PlanReasons":
    """Return the reasons that were asked for, and no others."""
    from tiebeam.core.explain.reasons import PlanReasons
    from tiebeam.interfaces.cli.loading import find_donor, find_recipient
    from tiebeam.interfaces.cli.reasons import answer_pair, find_reasons

    if pair is not None:
        giver = find_donor(scenario, pair[0], argument="--pair")
        taker = find_recipient(scenario, pair[1], argument="--pair")
        return PlanReasons(pairs=(answer_pair(session, scenario, plan, giver.id, taker.id),))
    whole = find_reasons(scenario, plan)
    if donor is not None:
        asked = find_donor(scenario, donor, argument="--donor").id
        return PlanReasons(
            pairs=tuple(row for row in whole.pairs if row.donor == asked),
            donors=tuple(row for row in whole.donors if row.donor == asked),
        )
    if recipient is not None:
        asked = find_recipient(scenario, recipient, argument="--recipient").id
        return PlanReasons(
            pairs=tuple(row for row in whole.pairs if row.recipient == asked),
            recipients=tuple(row for row in whole.recipients if row.recipient == asked),
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
    told, left_out = _choose_pairs(reasons)
    lines += list_pair_lines(session, voice, told)
    if left_out:
        lines.append(session.say("explain.left_out", count=left_out))
    console.print_lines(lines or [session.say("explain.nothing")])
    if not session.is_quiet:
        completed = [session.say("explain.the_plan")] if plan.completed else []
        tables.print_assumptions(session, loaded.scenario, completed)
    print_warnings(session, warnings)


def _choose_pairs(reasons: "PlanReasons") -> "tuple[list[PairReason], int]":
    """Return the pairs to tell, and how many closed ones a screen has no place for."""
    if len(reasons.recipients) <= 1 or len(reasons.donors) <= 1:
        return list(reasons.pairs), 0
    told = [row for row in reasons.pairs if row.is_open]
    return told, len(reasons.pairs) - len(told)
