"""Steer programmes and their rounds, and return what both sides state for a round."""

from tiebeam.apps.programmes.operations.decisions import decide_return
from tiebeam.apps.programmes.operations.documents import add_document, correct_document
from tiebeam.apps.programmes.operations.lines import EnteredLine
from tiebeam.apps.programmes.operations.participants import add_participant, end_participation
from tiebeam.apps.programmes.operations.programmes import (
    change_programme,
    create_programme,
    publish_programme,
)
from tiebeam.apps.programmes.operations.returns import enter_lines, start_return, submit_return
from tiebeam.apps.programmes.operations.rounds import change_round, close_round, open_round

__all__ = [
    "EnteredLine",
    "add_document",
    "add_participant",
    "change_programme",
    "change_round",
    "close_round",
    "correct_document",
    "create_programme",
    "decide_return",
    "end_participation",
    "enter_lines",
    "open_round",
    "publish_programme",
    "start_return",
    "submit_return",
]
