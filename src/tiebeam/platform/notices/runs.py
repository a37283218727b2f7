"""Who is told when background work ends: whoever asked for it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tiebeam.platform.notices.telling import Told, told_of
from tiebeam.platform.tenancy.acting import Actor

RunRule = Callable[[Any], Told]
_rules: dict[str, RunRule] = {}


def told_of_run(kind: str) -> Callable[[RunRule], RunRule]:
    """Register what is told when work of *kind* ends, in place of the plain sentence."""

    def register(rule: RunRule) -> RunRule:
        assert kind not in _rules, kind
        _rules[kind] = rule
        return rule

    return register


@told_of("tasks.end_run", "run")
def tell_end(run: Any, actor: Actor, now: datetime) -> Told:
    """Tell the person who waits."""
    del actor, now
    rule = _rules.get(run.kind)
    if rule is not None:
        return rule(run)
    return Told(kind="run_ended", variant=run.state, people=[run.person_id])
