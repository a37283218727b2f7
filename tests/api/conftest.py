"""Callers of the programming interface, each with a token."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from tests.small_workspace import (  # noqa: F401  # fixtures
    Workspace,
    admin,
    as_actor,
    coordinator,
    fujian,
    huanggang,
    hunan,
    now,
    nyingchi,
    workspace,
)

from tiebeam.platform.identity.operations import make_token
from tiebeam.platform.tenancy.acting import Actor

Caller = Callable[..., Client]


@pytest.fixture
def token_of(workspace: Workspace) -> Callable[..., str]:  # noqa: F811  # the fixture above
    """Return a function: the secret of a token of *actor*."""

    def make(actor: Actor, *, may_write: bool = True) -> str:
        _, secret = make_token(
            name="test", may_write=may_write, days=1, actor=actor, now=timezone.now()
        )
        return secret

    return make


@pytest.fixture
def call_as(workspace: Workspace) -> Caller:  # noqa: F811  # the fixture above
    """Return a function: the client of *actor*, whose token may write or only read."""

    def client_of(actor: Actor, *, may_write: bool = True) -> Client:
        _, secret = make_token(
            name="test", may_write=may_write, days=1, actor=actor, now=timezone.now()
        )
        return Client(headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"})

    return client_of
