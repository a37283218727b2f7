"""A browser, and people of the small workspace who sit before it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from tests.browser.reader import CHROMIUM, DESK, FLAGS, WAIT, Reader
from tests.browser.standing import Standing
from tests.small_workspace import admin, workspace  # noqa: F401  # fixtures

Sit = Callable[[str, str], Reader]


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """The language of the journey; some of those who take part read the other one."""
    return str(request.param)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for a module; without Chromium what needs it is left out, and that is told."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pages were not opened"
    )
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: pages were not opened")
    # The driver runs a loop in this thread, where the framework would else refuse the database.
    with pytest.MonkeyPatch.context() as patch, playwright.sync_playwright() as driver:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        playwright.expect.set_options(timeout=WAIT)
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def standing(transactional_db: None, workspace: Any, admin: Any) -> Standing:  # noqa: F811  # fixtures
    """The small workspace with a second coordinator and an auditor, ready for a programme."""
    cache.clear()
    return Standing(workspace, admin)


@pytest.fixture
def sit(chromium: Any, live_server: Any, standing: Standing) -> Iterator[Sit]:
    """Return a function: somebody, signed in, before a window of their own, reading in a language."""
    from playwright.sync_api import expect

    contexts = []
    # A scenario is frozen with the names of its sources in both languages.
    said = {f"{row.name_zh} / {row.name_en}" for row in standing.workspace.organisations.values()}

    def sit_down(who: str, language: str) -> Reader:
        client = Client()
        client.force_login(
            standing.people[who], backend="django.contrib.auth.backends.ModelBackend"
        )
        context = chromium.new_context(viewport=DESK, accept_downloads=True)
        context.set_default_timeout(WAIT)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        values = {settings.SESSION_COOKIE_NAME: session, "language": language}
        context.add_cookies(
            [
                {"name": name, "value": value, "url": live_server.url}
                for name, value in values.items()
            ]
        )
        contexts.append(context)
        return Reader(context.new_page(), expect, live_server.url, language, said)

    yield sit_down
    for context in contexts:
        context.close()
