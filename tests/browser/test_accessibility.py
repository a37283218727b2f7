"""axe-core over the main pages in Chromium, in both languages: no serious and no critical fault."""

import shutil
from datetime import date

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from tests.pages.money_grounds import make_money, pay
from tests.small_workspace import admin, coordinator, now, workspace  # noqa: F401  # fixtures

from architecture.repository import ROOT
from records.programme_at_work import set_to_work
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.history import record_list
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.programmes.operations import add_document
from tiebeam.platform.tenancy.acting import acting

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: pages were not opened"
)

AXE = ROOT / "build" / "front-end" / "node_modules" / "axe-core" / "axe.min.js"
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
    pytest.mark.skipif(
        not AXE.is_file(),
        reason="axe-core was not fetched (make front-end): pages were not checked",
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
def pages(transactional_db, workspace, coordinator, now):  # noqa: F811  # the fixtures above
    """The main pages by whoever opens them, each with something on it."""
    cache.clear()
    work = set_to_work(workspace, coordinator, now)
    with acting(coordinator):
        issued = record_list(
            round=work.of_round,
            document=add_document(
                programme=work.programme,
                title_en="Notice",
                title_zh="通知",
                actor=coordinator,
                now=now,
            ),
            in_force_from=date(2020, 2, 10),
            lines=[
                Line(
                    donor=workspace.organisations["fujian"].pk,
                    recipient=workspace.organisations["nyingchi"].pk,
                    is_lead=True,
                    amounts={"doctors": 12},
                )
            ],
            actor=coordinator,
            now=now,
        )
        pairing = Pairing.objects.get()
    money = make_money(workspace, slug="money")
    payment = pay(money)
    of_pair = f"/money/pairs/{money.pairing.pk}/"
    return {
        "": ["/accounts/login/"],
        "office": [
            "/",
            "/programmes/",
            f"/programmes/{work.programme.pk}/",
            f"/lists/{issued.pk}/",
            "/desk/",
            f"/desk/rounds/{work.of_round.pk}/",
            "/pairs/",
            f"/pairs/{pairing.pk}/",
            "/log/",
        ],
        "admin": ["/people/", "/people/invite/", "/me/"],
        "fujian": ["/money/", of_pair, f"{of_pair}new/order/", f"/money/events/{payment.pk}/"],
        "nyingchi": ["/returns/", f"/money/payments/{payment.pk}/answer/"],
    }


def _open_window(browser, live_server, person, language, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 860}, color_scheme=scheme)
    cookies = {"language": language}
    if person is not None:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )
    return context


def _list_faults(page) -> list[str]:
    # Evaluated from outside: the Content-Security-Policy of the page lets no strange script in.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['target']}"
        for rule in found["violations"]
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", 1280, "light"), ("zh", 390, "light"), ("zh", 1280, "dark")],
)
def test_no_main_page_has_a_serious_fault(
    pages,
    workspace,  # noqa: F811  # the fixture above
    live_server,
    browser,
    language,
    width,
    scheme,
):
    faults = {}
    for who, addresses in pages.items():
        person = workspace.people[who] if who else None
        context = _open_window(browser, live_server, person, language, width, scheme)
        page = context.new_page()
        for address in addresses:
            answer = page.goto(live_server.url + address)
            assert answer.status == 200, address
            if found := _list_faults(page):
                faults[address] = found
        context.close()

    assert faults == {}
