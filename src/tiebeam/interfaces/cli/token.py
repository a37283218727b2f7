"""Who a command acts as: the person behind the API token in the environment."""

import os
from typing import TYPE_CHECKING

from tiebeam.errors import Refused

if TYPE_CHECKING:
    from tiebeam.platform.tenancy.acting import Actor

TOKEN_VARIABLE = "TIEBEAM_TOKEN"  # noqa: S105  # the name of a variable
CHECKER_VARIABLE = "TIEBEAM_CHECKER_TOKEN"


class TokenNotValid(Refused):
    """The token is unknown, revoked or expired, or its person holds no role any more."""

    code = "audit.token_not_valid"


class TokenMissing(Refused):
    """A command that writes needs a person behind it."""

    code = "cli.token_missing"


class TokenReadsOnly(Refused):
    """The token may read and not write."""

    code = "api.token_reads_only"


def find_token_actor(*, writes: bool = False) -> "Actor | None":
    """
    Return the person whose token is in the environment, or None where there is none.

    Raises:
        TokenNotValid: It is unknown, revoked or expired, or its person holds no role.
        TokenReadsOnly: It may not write, and the command *writes*.
    """
    secret = os.environ.get(TOKEN_VARIABLE)
    return _find_actor(secret, TOKEN_VARIABLE, writes=writes) if secret else None


def list_token_actors(variable: str) -> "list[Actor]":
    """
    Return the people whose tokens, which may write, stand in *variable*, parted by spaces: one for each organisation.

    Raises:
        TokenNotValid: One is unknown, revoked or expired, or its person holds no role.
        TokenReadsOnly: One may not write.
    """
    secrets = os.environ.get(variable, "").split()
    return [_find_actor(secret, variable, writes=True) for secret in secrets]


def _find_actor(secret: str, variable: str, *, writes: bool) -> "Actor":
    from django.utils import timezone

    from tiebeam.platform.identity.queries import find_actor_for, find_token

    now = timezone.now()
    token = find_token(secret, now)
    actor = None
    if token is not None:
        actor = find_actor_for(
            token.person_id, token.organisation_id, timezone.localdate(now), token.pk
        )
    if token is None or actor is None:
        raise TokenNotValid(variable=variable)
    if writes and not token.may_write:
        raise TokenReadsOnly
    return actor


def demand_reader() -> "Actor":
    """
    Return the person whose token is in the environment; it need not write.

    Raises:
        TokenMissing: There is none.
        TokenNotValid: It does not hold any more.
    """
    actor = find_token_actor()
    if actor is None:
        raise TokenMissing(variable=TOKEN_VARIABLE)
    return actor


def demand_token_actor() -> "Actor":
    """
    Return the person whose token, which may write, is in the environment.

    Raises:
        TokenMissing: There is none.
        TokenNotValid: It does not hold any more.
        TokenReadsOnly: It may not write.
    """
    actor = find_token_actor(writes=True)
    if actor is None:
        raise TokenMissing(variable=TOKEN_VARIABLE)
    return actor
