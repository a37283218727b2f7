"""How a search inside the solver is told to end."""

from collections.abc import Callable

import highspy


def obey(highs: highspy.Highs, should_stop: Callable[[], bool]) -> None:
    """Let *highs* ask *should_stop* while it searches, and end when told so."""

    def interrupt(event: highspy.HighsCallbackEvent) -> None:
        if should_stop():
            event.interrupt()

    highs.cbMipInterrupt.subscribe(interrupt)
