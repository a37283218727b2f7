"""What the first page tells of bank statements: lines of which nobody has said what they are."""

from datetime import date

from django.urls import reverse

from tiebeam.apps.ledger.queries.bank_statements import list_statements
from tiebeam.interfaces.web.home.sections import Item, section
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor


@section("waiting")
def list_waiting(actor: Actor, today: date) -> list[Item]:
    """List the statements of the own organisation that have lines to decide."""
    del today
    if not is_allowed(actor, "ledger.confirm_line"):
        return []
    return [
        Item(
            code="statements.home",
            facts={"name": each.statement.name, "count": each.undecided},
            address=reverse("bank_statement", args=[each.statement.pk]),
        )
        for each in list_statements()
        if each.undecided
    ]
