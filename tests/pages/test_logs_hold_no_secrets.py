"""What is logged while people sign in, join, change passwords and programs ask: told, and without the keys."""

import io
import json
import logging
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from tiebeam.platform.identity.operations import invite, make_token
from tiebeam.platform.permissions.roles import Role
from tiebeam.site.logs import JsonFormatter, without_secrets

PASSWORD, WRONG = "a lamp beside the river", "a boat below the bridge"


@pytest.fixture
def logged():
    """All that any library logs, down to DEBUG, as the workspace writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream.getvalue
    root.removeHandler(handler)
    root.setLevel(level)


def test_logs_tell_of_requests_without_what_lets_somebody_in(
    workspace, admin, fujian, logged, monkeypatch
):
    person = workspace.people["fujian"]
    person.set_password(PASSWORD)
    person.save()
    now = timezone.now()
    _, link = invite(
        email="new@example.org", organisation_id=fujian.organisation_id, role=Role.READER,
        actor=admin, now=now - timedelta(days=400),
    )  # fmt: skip
    _, token = make_token(name="x", may_write=True, days=5, actor=fujian, now=now)
    client = Client(raise_request_exception=False)

    client.get(f"/join/{link}/")
    client.post("/accounts/login/", {"login": person.email, "password": WRONG})
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    session = client.cookies["sessionid"].value
    Client().post("/accounts/password/reset/", {"email": person.email})
    (address,) = re.findall(r"http://testserver(/\S+)", mail.outbox[0].body)
    reset = address.rstrip("/").rpartition("/")[2]
    client.post(f"{address}no-such-page/")
    for secret in (token, token + "x"):
        headers = {"Authorization": f"Bearer {secret}"}
        Client(headers=headers).post("/api/v1/nowhere", {"password": WRONG})
    # A fault, whose traceback names what was asked.
    monkeypatch.setattr(
        "tiebeam.interfaces.web.health.views.last_sign_of_workers",
        lambda: (_ for _ in ()).throw(RuntimeError(f"sessionid={session}; Bearer {token}")),
    )
    client.get("/ready")

    lines = [json.loads(line) for line in logged().splitlines()]
    assert any(line["message"] == "Not Found: /join/…/" for line in lines)
    assert any("RuntimeError: sessionid=…; Bearer …" in line.get("error", "") for line in lines)
    for secret in (PASSWORD, WRONG, link, token, session, reset):
        assert secret not in logged()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/accounts/password/reset/key/8-abc-def/", "/accounts/password/reset/key/…/"),
        ("GET /back/?code=abc&state=def HTTP", "GET /back/?code=…&state=… HTTP"),
        ("postgresql://web:secret@db/name", "postgresql://web:…@db/name"),
        ("{'password': 'secret'}", "{'password': '…'}"),
        ("the password of nobody was changed", "the password of nobody was changed"),
        ("Not Found: /joins/", "Not Found: /joins/"),
    ],
)
def test_secrets_give_way_to_an_ellipsis(text, told):
    assert without_secrets(text) == told
