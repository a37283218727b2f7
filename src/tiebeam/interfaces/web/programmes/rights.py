"""Who sees the buttons by which a programme is steered."""

from django.http import HttpRequest

from tiebeam.apps.programmes.models import Programme
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.platform.permissions.operations import is_allowed


def may(request: HttpRequest, name: str, programme: Programme) -> bool:
    """Return whether the reader may call the operation *name* in *programme*, which is the own one."""
    actor = actor_of(request)
    return programme.tenant_id == actor.organisation_id and is_allowed(actor, name, programme.pk)
