"""What watches the machine asks these, without sign-in."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError
from django.test import Client
from django.utils import timezone

from tiebeam.interfaces.jobs.worker import tell_alive
from tiebeam.interfaces.web.health import views
from tiebeam.interfaces.web.sign_in import mine
from tiebeam.platform.audit.keys import make_key
from tiebeam.platform.tasks.operations import give_sign_of_life


class TestHealth:
    def test_is_told_without_asking_the_database(self):
        answer = Client().get("/health")

        assert answer.status_code == 200
        assert answer.json()["status"] == "alive"
        assert "no-store" in answer.headers["Cache-Control"]

    def test_is_told_behind_the_proxy_without_tls(self, settings):
        settings.SECURE_SSL_REDIRECT = True

        assert Client().get("/health").status_code == 200
        assert Client().get("/").status_code == 301

    def test_is_only_read(self):
        assert Client().post("/health").status_code == 405


class TestReadiness:
    @pytest.fixture(autouse=True)
    def _ask_anew(self):
        views._known["prepared"] = False

    def test_is_told_with_the_worker(self, db):
        assert Client().get("/ready").json()["worker"] == "unknown"

        tell_alive()
        answer = Client().get("/ready")

        assert answer.status_code == 200
        assert answer.json()["status"] == "ready"
        assert answer.json()["worker"] == "alive"

    def test_tells_whether_the_key_of_the_log_is_here(self, db, settings, tmp_path):
        settings.TIEBEAM_AUDIT_KEY = tmp_path / "audit.pem"

        assert Client().get("/ready").json()["audit_key"] == "missing"

        make_key(settings.TIEBEAM_AUDIT_KEY, tmp_path / "anchors")
        assert Client().get("/ready").json()["audit_key"] == "here"

    def test_tells_a_worker_that_was_not_seen_for_long(self, db):
        give_sign_of_life(machine="far", now=timezone.now() - timedelta(minutes=2))

        answer = Client().get("/ready")

        assert answer.status_code == 200
        assert answer.json()["worker"] == "late"

    def test_is_not_while_tables_are_missing(self, db, monkeypatch):
        monkeypatch.setattr(views, "_count_waiting", lambda: 2)

        answer = Client().get("/ready")

        assert answer.status_code == 503
        assert answer.json()["migrations_waiting"] == 2

    def test_is_not_while_the_database_is_silent(self, db, monkeypatch):
        def fail() -> int:
            raise DatabaseError

        monkeypatch.setattr(views, "_count_waiting", fail)

        answer = Client().get("/ready")

        assert answer.status_code == 503
        assert answer.json() == {"status": "not ready", "database": "silent"}


class TestPages:
    @pytest.mark.parametrize(
        ("fault", "status", "words"),
        [
            (OperationalError("connection refused"), 503, "The database does not answer just now"),
            (RuntimeError("a fault of ours"), 500, "Something broke here"),
            (IntegrityError("taken"), 409, "This meets what is on record"),
        ],
    )
    def test_say_what_went_wrong(self, sign_in, monkeypatch, fault, status, words):
        def fail(*_: object) -> None:
            raise fault

        client = sign_in("fujian", raise_request_exception=False)
        monkeypatch.setattr(mine.people, "list_assignments", fail)
        answer = client.get("/me/")

        assert answer.status_code == status
        assert words in answer.content.decode()
        assert answer.headers.get("Retry-After") == ("10" if status == 503 else None)


class TestOfficeSettings:
    def test_pass_the_check_of_the_framework(self, tmp_path):
        office = {
            **os.environ,
            "TIEBEAM_HOME": str(tmp_path),
            "TIEBEAM_OFFICE": "1",
            "TIEBEAM_HOSTS": "assistance.example.org",
            "DJANGO_SETTINGS_MODULE": "tiebeam.site.settings",
        }
        done = subprocess.run(
            [sys.executable, "-m", "tiebeam.interfaces.cli", "manage", "check", "--deploy",
             "--fail-level", "WARNING"],
            env=office, capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert done.returncode == 0, done.stderr
        assert "no issues" in done.stdout
