"""Who takes part in the emergency of the demonstration."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from tiebeam.apps.emergencies.operations.messages import Message
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.tenancy.acting import Actor

MARK = "DEMO"


@dataclass(frozen=True, slots=True)
class Rescue:
    """Who takes part: actors by the Chinese name of their organisation, and two coordinators."""

    coordinator: Actor
    second: Actor
    homes: Callable[[str], Actor]
    hosts: Callable[[str], Actor]
    front: Actor
    organisations: dict[str, Organisation]
    now: datetime

    def say(self, day: date, **said: Any) -> Message:
        """Return a message sent on the morning of *day*."""
        return Message(sent_at=datetime.combine(day, time(1), UTC), **said)
