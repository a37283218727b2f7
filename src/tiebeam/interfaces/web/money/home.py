"""What the first page tells of money: what is to be checked, confirmed, looked into or done again."""

from datetime import date

from tiebeam.interfaces.web.home.sections import Item, section
from tiebeam.interfaces.web.money.waiting import find_waiting
from tiebeam.interfaces.web.money.words import CHECKERS, MAKERS
from tiebeam.platform.tenancy.acting import Actor

_ROLES = {role for roles in (*MAKERS.values(), *CHECKERS.values()) for role in roles}


@section("waiting")
def list_waiting(actor: Actor, today: date) -> list[Item]:
    """List what waits for the acting person in the books of the own organisation."""
    if not any(actor.has_role(role) for role in _ROLES):
        return []
    return find_waiting(actor, today).here
