import re

import pytest
from allauth.mfa.totp.internal import auth as totp

from tiebeam.apps.programmes.operations import create_programme
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.identity.models import Assignment
from tiebeam.platform.permissions.operations import list_rights
from tiebeam.platform.permissions.roles import SECOND_FACTOR_ROLES, Role
from tiebeam.platform.tenancy.acting import acting

PASSWORD = "a lamp beside the river"
OTHER = "a boat below the bridge"


def _text(answer) -> str:
    return answer.content.decode()


def _sign_in(client, email="fujian@example.org", password=PASSWORD):
    return client.post("/accounts/login/", {"login": email, "password": password})


def _turn_on(client) -> None:
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = _text(client.get("/accounts/2fa/totp/activate/"))
    secret = re.findall(r"<code>([A-Z2-7]+)</code>", page)[0]
    code = totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
    client.post("/accounts/2fa/totp/activate/", {"code": totp.format_hotp_value(code)})


@pytest.fixture
def person(workspace):
    person = workspace.people["fujian"]
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def noted(person, fujian):
    """Return a function: what the log tells of the person's access, in order."""

    def list_actions() -> list[str]:
        with acting(fujian):
            rows = Entry.objects.filter(record_id=person.pk, tenant_id=fujian.organisation_id)
            return [row.action.removeprefix("identity.") for row in rows.order_by("at", "id")]

    return list_actions


class TestTheLogTellsOfAccess:
    def test_that_somebody_signed_in(self, as_nobody, noted):
        _sign_in(as_nobody)

        assert noted() == ["signed_in"]

    def test_that_somebody_failed_to_and_nothing_of_strangers(self, as_nobody, noted):
        _sign_in(as_nobody, password="wrong")
        _sign_in(as_nobody, email="FUJIAN@example.org", password="wrong")
        _sign_in(as_nobody, email="stranger@example.org", password="wrong")

        assert noted() == ["sign_in_failed"] * 2

    def test_that_the_sign_in_was_closed_once(self, as_nobody, noted, settings):
        settings.AXES_FAILURE_LIMIT = 3
        for _ in range(6):
            _sign_in(as_nobody, password="wrong")

        assert noted().count("locked_out") == 1
        assert noted().count("sign_in_failed") <= 3

    def test_that_a_password_was_changed_without_telling_it(self, as_nobody, person, noted, fujian):
        _sign_in(as_nobody)
        as_nobody.post(
            "/accounts/password/change/",
            {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER},
        )

        assert noted() == ["signed_in", "password_changed"]
        with acting(fujian):
            body = Entry.objects.get(action="identity.password_changed").body
        assert OTHER not in body
        person.refresh_from_db()
        assert person.password not in body

    def test_that_a_second_factor_came_and_went(
        self, as_nobody, person, noted, django_capture_on_commit_callbacks
    ):
        _sign_in(as_nobody)
        with django_capture_on_commit_callbacks(execute=True):
            _turn_on(as_nobody)
        as_nobody.post("/accounts/2fa/totp/deactivate/")

        assert noted() == ["signed_in", "second_factor_on", "second_factor_off"]


class TestASecondFactor:
    @pytest.fixture(autouse=True)
    def _demanded(self, settings):
        settings.TIEBEAM_SECOND_FACTOR = True

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_is_asked_of_a_coordinator_before_anything_else(self, sign_in, language):
        client = sign_in("office", language)
        home, log = client.get("/"), client.get("/log/")

        assert "/accounts/2fa/totp/activate/" in _text(home)
        assert ("second factor" if language == "en" else "两步验证") in _text(home)
        assert "[sign_in." not in _text(home)
        assert log.status_code == 403
        assert client.get("/people/").status_code == 403

    def test_can_be_set_up_by_who_may_not_act_yet(self, workspace, as_nobody):
        person = workspace.people["office"]
        person.set_password(PASSWORD)
        person.save()
        _sign_in(as_nobody, "office@example.org")
        assert as_nobody.get("/log/").status_code == 403
        _turn_on(as_nobody)

        assert as_nobody.get("/log/").status_code == 200

    def test_is_not_asked_of_a_donor_office(self, as_fujian):
        assert as_fujian.get("/log/").status_code == 200

    def test_is_asked_of_those_who_see_much_move_money_or_give_rights(self):
        assert (
            frozenset(
                {
                    Role.COORDINATOR,
                    Role.MINISTRY,
                    Role.DONOR_FINANCE,
                    Role.RECIPIENT_FINANCE,
                    Role.AUDITOR,
                    Role.ADMINISTRATOR,
                }
            )
            == SECOND_FACTOR_ROLES
        )


class TestARoleForOneProgramme:
    def test_is_given_by_the_form_and_shown(self, as_admin, workspace, coordinator, now):
        programme = create_programme(
            slug="aid", name_en="Aid", name_zh="支援", actor=coordinator, now=now
        )
        person = workspace.people["hunan"]
        answer = as_admin.post(
            f"/people/{person.pk}/role/",
            {
                "organisation_id": str(workspace.organisations["hunan"].pk),
                "role": "reader",
                "programme_id": str(programme.pk),
                "valid_from": "2030-01-01",
            },
        )

        assert answer.status_code == 302
        assert Assignment.objects.get(person=person, role="reader").programme_id == programme.pk
        assert "Aid" in _text(as_admin.get(f"/people/{person.pk}/"))


def test_no_program_can_tell_the_log_that_somebody_signed_in(as_fujian):
    from tiebeam.interfaces.api.operations import WITHOUT_ENDPOINT

    assert "identity.note_access" in {right.name for right in list_rights()}
    assert "identity.note_access" in WITHOUT_ENDPOINT
