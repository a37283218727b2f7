"""Sets of rules that cannot hold together, as lines for people and values for programs (§M8)."""

from collections.abc import Iterable, Sequence
from typing import Any

from tiebeam.core.model.plan import Conflict
from tiebeam.core.model.scenario import Scenario
from tiebeam.interfaces.cli.session import Session
from tiebeam.interfaces.report.words import Voice

ConflictSets = Iterable[Sequence[Conflict]]


def list_conflict_lines(session: Session, scenario: Any, conflict: Any) -> list[str]:
    """Return each set of rules as lines, one rule in each line."""
    voice = _voice(session, scenario)
    lines = []
    for number, rules in enumerate(_sets(conflict), start=1):
        lines.append(session.say("cli.conflict_set", number=number, count=len(rules)))
        lines += [f"  §{rule.rule}  {voice.tell(rule.code, rule.facts)}" for rule in rules]
    return lines


def conflict_documents(session: Session, scenario: Any, conflict: Any) -> list[dict[str, object]]:
    """Return the rules as the plan file holds them, in one list, each with its sentence."""
    voice = _voice(session, scenario)
    return [
        {
            "set": number,
            "rule": rule.rule,
            "code": rule.code,
            "facts": rule.facts,
            "message": voice.tell(rule.code, rule.facts),
        }
        for number, rules in enumerate(_sets(conflict), start=1)
        for rule in rules
    ]


def _voice(session: Session, scenario: Any) -> Voice:
    """Return who knows the names of *scenario*; without one, ids stay ids."""
    known = scenario if isinstance(scenario, Scenario) else Scenario(id="")
    return Voice(known, session.language)


def _sets(conflict: Any) -> ConflictSets:
    """Return the sets of *conflict*, a fact of an error, which may hold anything."""
    if not isinstance(conflict, list | tuple):
        return ()
    return [rules for rules in conflict if isinstance(rules, list | tuple)]
