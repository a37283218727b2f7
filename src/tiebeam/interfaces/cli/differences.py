"""Two plans side by side as tables: levels, parties, inequality, and what moves."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from tiebeam.core.pairing.compare import Comparison, LevelPair, PartyPair
from tiebeam.core.pairing.evaluate import VECTOR_LEVELS, LevelValue
from tiebeam.interfaces.cli.console import Column, print_lines, print_table
from tiebeam.interfaces.cli.session import Session
from tiebeam.interfaces.cli.tables import say_resource
from tiebeam.interfaces.messages.figures import number, percent, percents_apart
from tiebeam.interfaces.report.words import Voice


def print_parties(session: Session, voice: Voice, comparison: Comparison) -> None:
    """Print the coverage of each recipient and the burden of each donor in both plans."""
    _print_parties(session, "recipient", comparison.recipients, voice)
    _print_parties(session, "donor", comparison.donors, voice)


def print_level_changes(session: Session, levels: Iterable[LevelPair]) -> None:
    """Print every level of both plans, and which of them the level prefers."""
    rows = []
    for level in levels:
        before, after = _say_both(session, level)
        rows.append(
            (
                session.say(f"levels.{level.name}.name"),
                before,
                after,
                session.say(f"plan.verdict_{level.verdict}"),
            )
        )
    columns = (
        Column(title=session.say("plan.column_level")),
        Column(title=session.say("plan.column_before"), is_figure=True),
        Column(title=session.say("plan.column_after"), is_figure=True),
        Column(title=session.say("plan.column_verdict")),
    )
    print_table(session, session.say("plan.levels"), columns, rows)


def _say_both(session: Session, level: LevelPair) -> tuple[str, str]:
    """Return both figures of a level; of vectors, those of the first place that differs."""
    place = (level.position or 1) - 1
    before, after = _at(level.before, place), _at(level.after, place)
    if level.name in VECTOR_LEVELS:
        if before is None or after is None:
            none = session.say("cli.none")
            shown = [
                none if v is None else percent(float(v), session.language) for v in (before, after)
            ]
            return shown[0], shown[1]
        texts = percents_apart((float(before), float(after)), session.language)
        if level.position is not None and level.position > 1:
            texts = tuple(
                session.say("plan.at_position", value=text, position=level.position)
                for text in texts
            )
        return texts[0], texts[1]
    name = f"levels.{level.name}.value"
    return session.say(name, value=before), session.say(name, value=after)


def _at(value: LevelValue, place: int) -> Fraction | None:
    if not isinstance(value.value, tuple):
        return value.value
    return value.value[place] if place < len(value.value) else None


def _print_parties(session: Session, side: str, parties: Sequence[PartyPair], voice: Voice) -> None:
    if not parties:
        return
    tell = voice.recipient if side == "recipient" else voice.donor
    rows = []
    for party in parties:
        shares = [None if v is None else float(v) for v in (party.before, party.after)]
        known = [share for share in shares if share is not None]
        texts = iter(percents_apart(known, session.language))
        before, after = (session.say("cli.none") if s is None else next(texts) for s in shares)
        change = ""
        if len(known) == 2:
            change = session.say("plan.points", points=(known[1] - known[0]) * 100)
        rows.append((tell(party.id), before, after, change))
    columns = (
        Column(title=session.say(f"plan.column_{side}")),
        Column(title=session.say("plan.column_before"), is_figure=True),
        Column(title=session.say("plan.column_after"), is_figure=True),
        Column(title=session.say("plan.column_change"), is_figure=True),
    )
    print_table(session, session.say(f"plan.compared_{side}s"), columns, rows)


def print_inequality(session: Session, comparison: Comparison) -> None:
    """Print how unequal coverages and burdens are in both plans, and by which measure."""
    if not comparison.recipients and not comparison.donors:
        return
    before, after = comparison.inequality_before, comparison.inequality_after
    rows = [
        (session.say(f"levels.{name}.name"), f"{float(old):.3f}", f"{float(new):.3f}")
        for name, old, new in (
            ("coverage", before.coverage, after.coverage),
            ("burden", before.burden, after.burden),
        )
    ]
    columns = (
        Column(title=session.say("plan.column_inequality")),
        Column(title=session.say("plan.column_before"), is_figure=True),
        Column(title=session.say("plan.column_after"), is_figure=True),
    )
    print_table(session, session.say("plan.inequality"), columns, rows)


def print_moves(session: Session, voice: Voice, comparison: Comparison) -> None:
    """Print the pairs that open and close, leads that change, and flows within kept pairs."""
    rows = []
    for kind, pairs in (("closed", comparison.closed), ("opened", comparison.opened)):
        rows += [
            (
                session.say(f"plan.pair_{kind}"),
                voice.donor(pair.donor),
                voice.recipient(pair.recipient),
            )
            for pair in pairs
        ]
    columns = (
        Column(title=session.say("plan.column_move")),
        Column(title=session.say("plan.column_donor")),
        Column(title=session.say("plan.column_recipient")),
    )
    title = session.say("plan.moves", count=len(rows), kept=len(comparison.kept))
    print_table(session, title, columns, rows)
    none = session.say("cli.none")
    for lead in comparison.leads:
        facts = {
            "recipient": voice.recipient(lead.recipient),
            "before": none if lead.before is None else voice.donor(lead.before),
            "after": none if lead.after is None else voice.donor(lead.after),
        }
        print_lines(["  " + session.say("plan.lead_moves", **facts)])
    _print_changed_flows(session, voice, comparison)


def _print_changed_flows(session: Session, voice: Voice, comparison: Comparison) -> None:
    kept = {(pair.donor, pair.recipient) for pair in comparison.kept}
    resources = {row.id: say_resource(session, voice, row) for row in voice.scenario.resources}
    rows = [
        (
            voice.donor(flow.donor),
            voice.recipient(flow.recipient),
            resources.get(flow.resource, flow.resource),
            number(float(flow.before)),
            number(float(flow.after)),
        )
        for flow in comparison.flows
        if (flow.donor, flow.recipient) in kept
    ]
    if rows:
        columns = (
            Column(title=session.say("plan.column_donor")),
            Column(title=session.say("plan.column_recipient")),
            Column(title=session.say("plan.column_what")),
            Column(title=session.say("plan.column_before"), is_figure=True),
            Column(title=session.say("plan.column_after"), is_figure=True),
        )
        print_table(session, session.say("plan.flows_that_differ"), columns, rows)
