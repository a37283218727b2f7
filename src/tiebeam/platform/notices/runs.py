"""Who is told when background work ends: whoever asked for it."""

from datetime import datetime
from typing import Any

from tiebeam.platform.notices.telling import Told, told_of
from tiebeam.platform.tenancy.acting import Actor


@told_of("tasks.end_run", "run")
def tell_end(run: Any, actor: Actor, now: datetime) -> Told:
    """Tell the person who waits."""
    del actor, now
    return Told(kind="run_ended", variant=run.state, people=[run.person_id])
