"""``tiebeam explain``: why a plan is as it is."""

import typer

from tiebeam.interfaces.cli import options
from tiebeam.interfaces.cli.help import session_of


def explain(
    ctx: typer.Context,
    scenario: options.Scenario,
    plan: options.Plan,
    pair: options.Pair = None,
    donor: options.Donor = None,
    recipient: options.Recipient = None,
) -> int:
    """Say why."""
    session_of(ctx)
    return 0
