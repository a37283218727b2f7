"""A plan as tables: what it reaches, how sure that is, who helps whom."""

from collections.abc import Iterable
from fractions import Fraction

from tiebeam.core.model.plan import OPTIMAL_GAP, LevelResult, Plan
from tiebeam.core.model.scenario import Resource, Scenario
from tiebeam.core.pairing.check import CheckReport, LevelCheck
from tiebeam.core.pairing.evaluate import (
    VECTOR_LEVELS,
    coverages,
    loads,
    pair_coverages,
    sum_amounts,
)
from tiebeam.interfaces.cli.console import Column, print_lines, print_table
from tiebeam.interfaces.cli.session import Session
from tiebeam.interfaces.messages.figures import number, percent
from tiebeam.interfaces.report.sentences import proven_sentence, tight_set_sentence
from tiebeam.interfaces.report.words import Voice


def print_plan(session: Session, voice: Voice, plan: Plan, check: CheckReport | None) -> None:
    """Print the levels, recipients, donors and pairs of *plan*."""
    print_levels(session, plan.levels, check)
    has_amounts = plan.flows is not None and bool(voice.scenario.resources)
    if has_amounts:
        _print_recipients(session, voice, plan)
        _print_donors(session, voice, plan)
    _print_pairs(session, voice, plan)


def print_headline(session: Session, voice: Voice, plan: Plan) -> None:
    """Print what is true of *plan* in one sentence, with the figure that matters."""
    scenario = voice.scenario
    title = voice.either(scenario.title, scenario.title_zh) or scenario.id
    counts: dict[str, object] = {
        "title": title,
        "pairs": len(plan.pairs),
        "recipients": len({pair.recipient for pair in plan.pairs}),
        "donors": len({pair.donor for pair in plan.pairs}),
    }
    covered = coverages(scenario, plan.flows or ())
    if not covered:
        print_lines([session.say("plan.headline_pairs", **counts)])
        return
    worst = min(sorted(covered), key=lambda recipient: covered[recipient])
    if covered[worst] >= 1:
        print_lines([session.say("plan.headline_full", **counts)])
        return
    facts = {**counts, "worst": voice.recipient(worst), "coverage": covered[worst]}
    print_lines([session.say("plan.headline", **facts)])


def print_assumptions(session: Session, scenario: Scenario, completed: Iterable[str] = ()) -> None:
    """
    Print what is taken for granted: wherever a result is shown, this is shown.

    Args:
        completed: Which of the plans shown had their amounts completed by us (§M7).
    """
    texts = [
        (row.text_zh or row.text) if session.language == "zh" else (row.text or row.text_zh)
        for row in scenario.assumptions
    ]
    texts += [session.say("plan.flows_completed", plan=name) for name in completed]
    if texts:
        print_lines(["", session.say("plan.assumptions", count=len(texts))])
        print_lines(f"  {number}. {text}" for number, text in enumerate(texts, start=1))


def print_levels(
    session: Session, levels: Iterable[LevelResult], check: CheckReport | None
) -> None:
    """Print what each level reaches, what is the best possible, and how sure that is."""
    statuses = {} if check is None else {row.name: row.bound_status for row in check.levels}
    rows = []
    for level in levels:
        status = statuses.get(level.name, "absent")
        rows.append(
            (
                session.say(f"levels.{level.name}.name"),
                _say_value(session, level.name, level.value),
                _say_value(session, level.name, level.bound),
                say_certainty(session, level, status),
                session.say(f"plan.bound_{status}"),
            )
        )
    columns = [Column(title=session.say(f"plan.column_{name}")) for name in _LEVEL_COLUMNS]
    print_table(session, session.say("plan.levels"), columns, rows)


UNSETTLED_GAP = 1.0
"""From this gap on, a bound says nothing that a reader could use."""
_LEVEL_COLUMNS = ("level", "value", "bound", "certainty", "proof")


def say_certainty(session: Session, level: LevelResult, bound_status: str) -> str:
    """Return how near to the best possible a level is known to be, in words and figures."""
    if level.gap <= OPTIMAL_GAP:
        is_checked = bound_status == "verified"
        return session.say("plan.proven_optimal" if is_checked else "plan.optimal_unchecked")
    if level.gap >= UNSETTLED_GAP:
        return session.say("plan.unsettled")
    if level.name in VECTOR_LEVELS:
        return session.say("plan.within_points", points=level.gap * 100)
    return session.say("plan.within", gap=level.gap)


def say_status(session: Session, plan: Plan, check: CheckReport) -> str:
    """Return how good *plan* is known to be; never surer than the checker lets it be."""
    code = f"plan.status_{plan.status}"
    if plan.status == "optimal" and any(row.bound_status != "verified" for row in check.levels):
        code = "plan.status_optimal_unchecked"
    return session.say(code, seconds=plan.solver.seconds)


def print_checked_levels(session: Session, voice: Voice, check: CheckReport) -> None:
    """Print what the checker makes of each level: the value it found, and the bound."""
    rows = [
        (
            session.say(f"levels.{level.name}.name"),
            session.say("cli.none")
            if level.value is None
            else _say_value(session, level.name, level.value),
            _say_proof(session, voice, level),
        )
        for level in check.levels
    ]
    columns = [
        Column(title=session.say(f"plan.column_{name}")) for name in ("level", "value", "proof")
    ]
    print_table(session, session.say("plan.levels"), columns, rows)
    sets = [tight for level in check.levels for tight in level.tight_sets]
    print_lines(tight_set_sentence(tight, voice) for tight in sets)


def _say_proof(session: Session, voice: Voice, level: LevelCheck) -> str:
    """Return whether the bound of *level* holds, and what is proven where that is not known."""
    word = session.say(f"plan.bound_{level.bound_status}")
    proven = proven_sentence(level, voice)
    return voice.say("report.semicolon").join([word, proven]) if proven else word


def _say_value(session: Session, name: str, value: object) -> str:
    """Return the figure of a level: of a vector its first, worst or heaviest, place."""
    if isinstance(value, tuple | list):
        if not value:
            return session.say("cli.none")
        first = percent(float(value[0]), session.language)
        return session.say(_FIRST_OF_VECTOR[name], value=first)
    assert isinstance(value, int | float | Fraction)
    return session.say(f"levels.{name}.value", value=value)


_FIRST_OF_VECTOR = {"coverage": "plan.worst_first", "burden": "plan.heaviest_first"}


def _print_recipients(session: Session, voice: Voice, plan: Plan) -> None:
    covered = coverages(voice.scenario, plan.flows or ())
    rows = [
        (
            voice.recipient(recipient),
            percent(float(covered[recipient]), session.language),
            _join(session, (voice.donor(d) for d in _donors_of(plan, recipient))),
        )
        for recipient in sorted(covered, key=lambda recipient: (covered[recipient], recipient))
    ]
    columns = (
        Column(title=session.say("plan.column_recipient")),
        Column(title=session.say("plan.column_coverage"), is_figure=True),
        Column(title=session.say("plan.column_helped_by")),
    )
    print_table(session, session.say("plan.recipients"), columns, rows)


def _print_donors(session: Session, voice: Voice, plan: Plan) -> None:
    loaded = loads(voice.scenario, plan.flows or ())
    rows = [
        (
            voice.donor(donor),
            percent(float(loaded[donor]), session.language),
            _join(
                session,
                (
                    voice.recipient(pair.recipient)
                    for pair in sorted(plan.pairs, key=lambda pair: pair.recipient)
                    if pair.donor == donor
                ),
            ),
        )
        for donor in sorted(loaded, key=lambda donor: (-loaded[donor], donor))
    ]
    columns = (
        Column(title=session.say("plan.column_donor")),
        Column(title=session.say("plan.column_burden"), is_figure=True),
        Column(title=session.say("plan.column_helps")),
    )
    print_table(session, session.say("plan.donors"), columns, rows)


def _print_pairs(session: Session, voice: Voice, plan: Plan) -> None:
    """Print the pairs; the lead of a recipient is marked by a word, never by colour alone."""
    scenario, flows = voice.scenario, plan.flows or ()
    has_amounts = plan.flows is not None and bool(scenario.resources)
    shares, amounts = pair_coverages(scenario, flows), sum_amounts(scenario, flows)
    resources = scenario.resources if has_amounts else ()
    rows = []
    for pair in sorted(plan.pairs, key=lambda p: (p.recipient, not p.lead, p.donor)):
        row = [
            voice.recipient(pair.recipient),
            voice.donor(pair.donor),
            session.say("plan.lead") if pair.lead else "",
        ]
        if has_amounts:
            share = shares.get((pair.donor, pair.recipient), Fraction())
            row.append(percent(float(share), session.language))
        sent = [amounts.get((pair.donor, pair.recipient, row.id)) for row in resources]
        row += ["" if amount is None else number(float(amount)) for amount in sent]
        rows.append(tuple(row))
    columns = [
        Column(title=session.say("plan.column_recipient")),
        Column(title=session.say("plan.column_donor")),
        Column(title=session.say("plan.column_lead")),
    ]
    if has_amounts:
        columns.append(Column(title=session.say("plan.column_share"), is_figure=True))
    # The unit stands in the head, as in a yearbook.
    columns += [
        Column(title=say_resource(session, voice, resource), is_figure=True)
        for resource in resources
    ]
    print_table(session, session.say("plan.pairs"), columns, rows)


def say_resource(session: Session, voice: Voice, resource: Resource) -> str:
    """Return the name of *resource* with its unit, where it has one of another name."""
    name, unit = voice.resource(resource.id), voice.unit(resource)
    if not unit or unit == name:
        return name
    return session.say("plan.column_resource", resource=name, unit=unit)


def _donors_of(plan: Plan, recipient: str) -> list[str]:
    """Return the donors of *recipient*, its lead first."""
    pairs = [pair for pair in plan.pairs if pair.recipient == recipient]
    return [pair.donor for pair in sorted(pairs, key=lambda p: (not p.lead, p.donor))]


def _join(session: Session, names: Iterable[str]) -> str:
    return ("、" if session.language == "zh" else ", ").join(names)
