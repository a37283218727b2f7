"""Clients of the small workspace, each signed in as somebody."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
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

from tiebeam.platform.identity.models import Person

SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def _forget_counted_requests() -> None:
    """Limits of requests are counted in a cache that outlives a test."""
    cache.clear()


@pytest.fixture
def sign_in(workspace: Workspace) -> SignIn:  # noqa: F811  # the fixture above
    """Return a function: the client of whoever stands for *organisation*, in *language*."""

    def client_of(organisation: str, language: str = "en", **options: object) -> Client:
        client = Client(**options)
        client.cookies["language"] = language
        person: Person = workspace.people[organisation]
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return client_of


@pytest.fixture
def as_admin(sign_in: SignIn) -> Client:
    return sign_in("admin")


@pytest.fixture
def as_coordinator(sign_in: SignIn) -> Client:
    return sign_in("office")


@pytest.fixture
def as_fujian(sign_in: SignIn) -> Client:
    return sign_in("fujian")


@pytest.fixture
def as_hunan(sign_in: SignIn) -> Client:
    return sign_in("hunan")


@pytest.fixture
def as_nyingchi(sign_in: SignIn) -> Client:
    return sign_in("nyingchi")


@pytest.fixture
def as_huanggang(sign_in: SignIn) -> Client:
    return sign_in("huanggang")


@pytest.fixture
def as_nobody(db: None) -> Client:
    """A client that is not signed in."""
    client = Client()
    client.cookies["language"] = "en"
    return client
