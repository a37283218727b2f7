"""Who needs a second factor before acting, and has none yet."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

from tiebeam.platform.permissions.roles import SECOND_FACTOR_ROLES
from tiebeam.platform.tenancy.acting import Actor


def lacks_second_factor(user: Any, actor: Actor) -> bool:
    """Return whether a role held asks for a second factor, where the workspace demands it, and none is set up."""
    if not settings.TIEBEAM_SECOND_FACTOR:
        return False
    if not any(actor.has_role(role) for role in SECOND_FACTOR_ROLES):
        return False
    return not is_mfa_enabled(user, types=[Authenticator.Type.TOTP])
