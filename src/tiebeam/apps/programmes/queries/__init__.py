"""What is known of programmes, their rounds and returns, and the scenario that follows from them."""

from tiebeam.apps.programmes.queries.programmes import (
    get_document,
    get_participant,
    get_programme,
    get_round,
    list_documents,
    list_participants,
    list_programme_names,
    list_programmes,
    list_programmes_by_id,
    list_rounds,
)
from tiebeam.apps.programmes.queries.returns import (
    DueReturn,
    ReturnedLines,
    ReturnStatus,
    find_decision,
    get_return,
    list_due,
    list_lines,
    list_returns,
    list_returns_of,
    list_undecided,
    state_of_return,
)
from tiebeam.apps.programmes.queries.rounds import (
    RoundProgress,
    list_own_returns,
    list_rounds_steered,
)
from tiebeam.apps.programmes.queries.scenario import ComposedScenario, compose_scenario

__all__ = [
    "ComposedScenario",
    "DueReturn",
    "ReturnStatus",
    "ReturnedLines",
    "RoundProgress",
    "compose_scenario",
    "find_decision",
    "get_document",
    "get_participant",
    "get_programme",
    "get_return",
    "get_round",
    "list_documents",
    "list_due",
    "list_lines",
    "list_own_returns",
    "list_participants",
    "list_programme_names",
    "list_programmes",
    "list_programmes_by_id",
    "list_returns",
    "list_returns_of",
    "list_rounds",
    "list_rounds_steered",
    "list_undecided",
    "state_of_return",
]
