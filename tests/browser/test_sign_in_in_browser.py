"""Joining, signing in and the first page in a real browser: on a desk and on a phone, in both languages."""

import shutil

import pytest
from django.utils import timezone
from tests.browser.reader import WAIT
from tests.small_workspace import admin, workspace  # noqa: F401  # fixtures

from pages.office_provider import CLIENT, SECRET, OfficeProvider
from tiebeam.platform.identity.operations import invite
from tiebeam.platform.permissions.roles import Role
from tiebeam.site.settings import _sign_in_of_the_office

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: pages were not opened"
)

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium on this machine: pages were not opened"
    ),
]


@pytest.fixture(scope="module")
def browser():
    # The driver runs a loop in this thread, where the framework would else refuse the database.
    with pytest.MonkeyPatch.context() as patch, playwright.sync_playwright() as driver:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def joining(transactional_db, workspace, admin):  # noqa: F811  # the fixtures above
    """Return the path of a link by which somebody joins for Fujian."""
    _, secret = invite(
        email="new@example.org",
        organisation_id=workspace.organisations["fujian"].pk,
        role=Role.DONOR_OFFICE,
        actor=admin,
        now=timezone.now(),
    )
    return f"/join/{secret}/"


@pytest.mark.parametrize(
    ("width", "language", "title"),
    [
        (1280, "en", "Nothing waits for Fujian"),
        (390, "zh", "福建目前没有待办事项"),
    ],
)
def test_somebody_joins_meets_a_fault_mends_it_and_arrives(
    joining, live_server, browser, width, language, title
):
    page = browser.new_page(viewport={"width": width, "height": 860})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
    )

    page.goto(f"{live_server.url}{joining}?lang={language}")
    page.fill("[name=password]", "a lamp beside the river")
    page.click(".form .primary")

    # The summary is first, has the focus, and leads to the field; the language stayed.
    assert page.evaluate("document.activeElement.id") == "faults"
    page.click("#faults a")
    assert page.evaluate("document.activeElement.name") == "name"
    page.fill("[name=name]", "Lin Yue")
    page.select_option("[name=language]", language)
    page.fill("[name=password]", "a lamp beside the river")
    page.click(".form .primary")

    assert page.inner_text("h1") == title
    for address in ("/", "/me/", "/me/tokens/", "/seat/", "/people/"):
        page.goto(live_server.url + address)
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    assert complaints == []
    page.close()


def test_signing_in_through_the_office_leads_there_and_back(
    browser,
    live_server,
    transactional_db,
    workspace,  # noqa: F811  # the fixture above
    settings,
    monkeypatch,
):
    provider = OfficeProvider()
    for name, value in {"CLIENT": CLIENT, "SECRET": SECRET, "URL": provider.address}.items():
        monkeypatch.setenv(f"TIEBEAM_OIDC_{name}", value)
    settings.SOCIALACCOUNT_PROVIDERS = _sign_in_of_the_office()
    provider.person |= {"email": "fujian@example.org", "email_verified": True}
    context = browser.new_context(locale="en")
    context.add_cookies([{"name": "language", "value": "en", "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(WAIT)
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)

    page.goto(f"{live_server.url}/accounts/login/?next=/me/")
    page.get_by_role("button", name="Sign in with OpenID Connect").click()
    page.wait_for_url("**/me/")

    assert "fujian@example.org" in page.inner_text("main")
    assert faults == []
    context.close()
    provider.close()
