import re
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client
from django.utils import timezone

from tiebeam.platform.identity.models import ApiToken, Assignment, Person
from tiebeam.platform.identity.operations import assign_role, delegate, invite, make_token
from tiebeam.platform.permissions.roles import Role

PASSWORD = "a lamp beside the river"
GIVEN = {"name": "Lin Yue", "language": "zh", "password": PASSWORD}
OWN_PAGES = ["/me/", "/me/deputies/", "/me/tokens/", "/seat/"]


def _text(answer) -> str:
    return answer.content.decode()


def _sign_in(client, email="fujian@example.org", password=PASSWORD):
    return client.post("/accounts/login/", {"login": email, "password": password})


@pytest.fixture
def person(workspace):
    return workspace.people["fujian"]


@pytest.fixture
def with_password(person):
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def colleague(workspace, admin):
    """Somebody else who acts for Fujian."""
    person = workspace.people["admin"].__class__.objects.get(email="hunan@example.org")
    assign_role(
        person=person,
        organisation_id=workspace.organisations["fujian"].pk,
        role=Role.READER,
        valid_from=timezone.localdate(),
        actor=admin,
        now=timezone.now(),
    )
    return person


@pytest.fixture
def link(workspace, admin):
    _, secret = invite(
        email="new@example.org",
        organisation_id=workspace.organisations["fujian"].pk,
        role=Role.DONOR_OFFICE,
        actor=admin,
        now=timezone.now(),
    )
    return f"/join/{secret}/"


class TestSignIn:
    def test_by_address_and_password_leads_home(self, with_password, as_nobody):
        answer = _sign_in(as_nobody)

        assert (answer.status_code, answer.url) == (302, "/")
        assert "Nothing waits for Fujian" in _text(as_nobody.get("/"))

    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", "do not belong together"), ("zh", "电子邮箱与密码不匹配")],
    )
    def test_says_what_is_wrong_and_keeps_the_address(self, with_password, language, words):
        client = Client()
        client.cookies["language"] = language

        page = _text(_sign_in(client, password="something else"))

        assert words in page
        assert 'value="fujian@example.org"' in page

    def test_closes_for_a_while_after_many_wrong_passwords(self, with_password, as_nobody):
        answers = [_sign_in(as_nobody, password=f"wrong number {n}") for n in range(9)]

        assert answers[0].status_code == 200
        assert answers[-1].status_code == 429
        assert "The sign-in is closed for now" in _text(answers[-1])
        assert _sign_in(as_nobody).status_code == 429

    def test_begins_to_count_anew_after_the_right_password(self, with_password):
        for _ in range(2):
            for n in range(6):
                _sign_in(Client(), password=f"wrong number {n}")

            assert _sign_in(Client()).status_code == 302

    def test_that_is_closed_for_one_stays_open_for_others(
        self, with_password, as_nobody, workspace
    ):
        other = workspace.people["hunan"]
        other.set_password(PASSWORD)
        other.save()
        for n in range(9):
            _sign_in(as_nobody, password=f"wrong number {n}")

        assert _sign_in(Client(), email=other.email).status_code == 302

    def test_is_refused_to_somebody_who_left(self, with_password, as_nobody):
        Person.objects.filter(pk=with_password.pk).update(is_active=False)

        _sign_in(as_nobody)

        assert as_nobody.get("/").status_code == 302

    def test_ends_with_a_post(self, as_fujian):
        as_fujian.get("/accounts/logout/")
        assert as_fujian.get("/").status_code == 200

        as_fujian.post("/accounts/logout/")
        assert as_fujian.get("/").status_code == 302

    @pytest.mark.parametrize("language", ["en", "zh"])
    @pytest.mark.parametrize(
        "address",
        ["login/", "signup/", "password/reset/", "password/reset/done/", "inactive/"],
    )
    def test_pages_have_words_for_all(self, db, language, address):
        client = Client()
        client.cookies["language"] = language
        answer = client.get(f"/accounts/{address}")

        assert answer.status_code == 200
        assert re.findall(r"\[\w+\.[\w.]+\]", _text(answer)) == []
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

    def test_cannot_be_made_by_oneself(self, as_nobody):
        given = {"email": "x@example.org", "password1": PASSWORD, "password2": PASSWORD}
        as_nobody.post("/accounts/signup/", given)

        assert not Person.objects.filter(email="x@example.org").exists()

    def test_leaves_no_way_to_change_an_address_without_the_log(self, as_fujian):
        assert as_fujian.get("/accounts/email/").status_code == 404
        assert as_fujian.post("/accounts/email/", {}).status_code in {404, 405}


class TestPassword:
    def test_is_changed_with_the_present_one(self, with_password, as_nobody):
        _sign_in(as_nobody)
        new = "quite another long one"
        given = {"oldpassword": PASSWORD, "password1": new, "password2": new}

        answer = as_nobody.post("/accounts/password/change/", given)

        assert answer.status_code == 302
        assert Person.objects.get(pk=with_password.pk).check_password(new)

    def test_that_is_common_is_refused(self, with_password, as_nobody):
        _sign_in(as_nobody)
        given = {"oldpassword": PASSWORD, "password1": "password1234", "password2": "password1234"}

        answer = as_nobody.post("/accounts/password/change/", given)

        assert 'role="alert"' in _text(answer)
        assert Person.objects.get(pk=with_password.pk).check_password(PASSWORD)

    def test_is_set_anew_by_a_link_that_works_once(self, with_password, as_nobody):
        as_nobody.post("/accounts/password/reset/", {"email": with_password.email})
        (address,) = re.findall(r"http://testserver(/\S+)", mail.outbox[0].body)
        page = as_nobody.get(address, follow=True)
        form = page.redirect_chain[-1][0]
        new = "quite another long one"

        as_nobody.post(form, {"password1": new, "password2": new})

        assert Person.objects.get(pk=with_password.pk).check_password(new)
        again = Client()
        again.cookies["language"] = "en"
        assert "used before or is too old" in _text(again.get(address, follow=True))


class TestSecondFactor:
    def _turn_on(self, client):
        # Before the way to sign in is changed, the password is asked for again.
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        page = _text(client.get("/accounts/2fa/totp/activate/"))
        secret = re.findall(r"<code>([A-Z2-7]+)</code>", page)[0]
        code = totp.format_hotp_value(
            totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
        )
        return page, client.post("/accounts/2fa/totp/activate/", {"code": code})

    @pytest.fixture
    def client(self, with_password, as_nobody):
        _sign_in(as_nobody)
        return as_nobody

    def test_is_set_up_with_a_picture_and_recovery_codes(self, client):
        page, answer = self._turn_on(client)

        assert "data:image/svg+xml;base64," in page
        assert answer.status_code == 302
        codes = _text(client.get("/accounts/2fa/recovery-codes/"))
        assert len(re.findall(r"<li><code>\d{8}</code>", codes)) == 10

    def test_is_asked_for_after_the_password(self, client, with_password):
        self._turn_on(client)
        again = Client()
        again.cookies["language"] = "en"

        answer = _sign_in(again)

        assert answer.url == "/accounts/2fa/authenticate/"
        assert again.get("/").status_code == 302
        wrong = again.post(answer.url, {"code": "000000"})
        assert "This code is not right" in _text(wrong)

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_pages_have_words_for_all(self, client, language):
        client.cookies["language"] = language
        before = _text(client.get("/accounts/2fa/"))
        page, _ = self._turn_on(client)
        after = [
            _text(client.get(f"/accounts/2fa/{address}"))
            for address in ("", "recovery-codes/", "recovery-codes/generate/", "totp/deactivate/")
        ]

        for text in (before, page, *after):
            assert re.findall(r"\[\w+\.[\w.]+\]", text) == []
            assert "Authenticator" not in text or language == "en"


class TestJoin:
    @pytest.mark.parametrize(("language", "words"), [("en", "Join for Fujian"), ("zh", "代表福建")])
    def test_says_for_whom_and_in_which_role(self, link, language, words):
        client = Client()
        client.cookies["language"] = language
        page = _text(client.get(link))

        assert words in page
        assert "new@example.org" in page
        assert re.findall(r"\[\w+\.[\w.]+\]", page) == []

    def test_makes_the_person_and_signs_in(self, link, as_nobody):
        answer = as_nobody.post(link, GIVEN)

        assert (answer.status_code, answer.url) == (302, "/")
        person = Person.objects.get(email="new@example.org")
        assert person.check_password(PASSWORD)
        assert Assignment.objects.get(person=person).role == Role.DONOR_OFFICE
        assert "福建目前没有待办事项" in _text(as_nobody.get("/"))

    def test_works_once(self, link, as_nobody):
        Client().post(link, GIVEN)

        answer = as_nobody.get(link)

        assert answer.status_code == 404
        assert "This link was used before" in _text(answer)

    def test_of_an_unknown_link_is_not_there(self, as_nobody):
        assert as_nobody.get("/join/nothing/").status_code == 404

    def test_refuses_a_weak_password_and_keeps_the_name(self, link, as_nobody):
        answer = as_nobody.post(link, {**GIVEN, "password": "password1234"})

        assert answer.status_code == 400
        assert 'value="Lin Yue"' in _text(answer)
        assert not Person.objects.filter(email="new@example.org").exists()

    def test_by_a_second_link_of_the_same_address_is_refused(self, link, workspace, admin):
        _, second = invite(
            email="new@example.org",
            organisation_id=workspace.organisations["fujian"].pk,
            role=Role.READER,
            actor=admin,
            now=timezone.now(),
        )
        Client().post(link, GIVEN)

        assert Client().post(f"/join/{second}/", GIVEN).status_code == 409
        assert Person.objects.filter(email="new@example.org").count() == 1


class TestSeat:
    def test_is_chosen_among_those_where_a_role_is_held(self, sign_in, colleague, workspace):
        client = sign_in("hunan")
        fujian = workspace.organisations["fujian"]
        assert "You may act for 2 organisations" in _text(client.get("/seat/"))

        client.post("/seat/", {"organisation": str(fujian.pk)})

        assert "Nothing waits for Fujian" in _text(client.get("/"))

    @pytest.mark.parametrize("organisation", ["", "x", "nyingchi"])
    def test_of_others_is_not_there(self, as_fujian, workspace, organisation):
        if organisation in workspace.organisations:
            organisation = str(workspace.organisations[organisation].pk)

        assert as_fujian.post("/seat/", {"organisation": organisation}).status_code == 404
        assert "Nothing waits for Fujian" in _text(as_fujian.get("/"))


class TestOwnPages:
    @pytest.mark.parametrize("address", OWN_PAGES)
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_open_with_words_for_all(self, sign_in, address, language):
        answer = sign_in("fujian", language).get(address)

        assert answer.status_code == 200
        assert re.findall(r"\[\w+\.[\w.]+\]", _text(answer)) == []

    @pytest.mark.parametrize("address", OWN_PAGES)
    def test_ask_a_stranger_to_sign_in(self, as_nobody, address):
        assert as_nobody.get(address).status_code == 302

    @pytest.mark.parametrize("address", OWN_PAGES)
    def test_take_no_other_method(self, as_fujian, address):
        assert as_fujian.delete(address).status_code == 405

    def test_keep_the_language(self, as_fujian, person):
        as_fujian.post("/me/", {"language": "zh"})

        assert Person.objects.get(pk=person.pk).language == "zh"
        assert '<html lang="zh-Hans">' in _text(as_fujian.get("/"))

    def test_refuse_an_unknown_language(self, as_fujian):
        assert as_fujian.post("/me/", {"language": "xx"}).status_code == 400


class TestDeputies:
    def _given(self, person, deputy, days=10):
        today = timezone.localdate()
        return {
            "role": str(Assignment.objects.get(person=person, role=Role.DONOR_OFFICE).pk),
            "deputy": str(deputy.pk),
            "valid_from": today.isoformat(),
            "last_day": (today + timedelta(days=days)).isoformat(),
        }

    @pytest.fixture
    def reader(self, workspace, admin):
        """Somebody at Fujian whose role leaves room for a deputy's."""
        person = Person.objects.get(email="huanggang@example.org")
        Assignment.objects.filter(person=person).update(
            role=Role.READER, organisation_id=workspace.organisations["fujian"].pk
        )
        return person

    def test_are_named_for_a_period(self, as_fujian, person, reader):
        answer = as_fujian.post("/me/deputies/", self._given(person, reader))

        assert answer.status_code == 302
        held = Assignment.objects.get(person=reader, role=Role.DONOR_OFFICE)
        assert held.valid_until == timezone.localdate() + timedelta(days=11)
        assert "1 person stands in for you" in _text(as_fujian.get("/me/deputies/"))

    def test_hold_it_for_three_months_at_most(self, as_fujian, person, reader):
        answer = as_fujian.post("/me/deputies/", self._given(person, reader, days=200))

        assert answer.status_code == 409
        assert "at most 92" in _text(answer)

    def test_do_not_end_before_they_begin(self, as_fujian, person, reader):
        answer = as_fujian.post("/me/deputies/", self._given(person, reader, days=-3))

        assert "The last day lies before the first" in _text(answer)

    def test_are_refused_where_four_eyes_would_be_defeated(self, as_fujian, person, reader):
        Assignment.objects.filter(person=reader).update(role=Role.DONOR_FINANCE)

        answer = as_fujian.post("/me/deputies/", self._given(person, reader))

        assert "cannot be joined with “donor finance”" in _text(answer)

    def test_of_other_organisations_cannot_be_chosen(self, as_fujian, person, workspace):
        stranger = workspace.people["nyingchi"]

        assert as_fujian.post("/me/deputies/", self._given(person, stranger)).status_code == 400

    def test_end_when_told(self, as_fujian, sign_in, person, reader, fujian):
        today = timezone.localdate()
        row = delegate(
            assignment=Assignment.objects.get(person=person),
            deputy=reader,
            valid_from=today - timedelta(days=3),
            valid_until=today + timedelta(days=3),
            actor=fujian,
            now=timezone.now(),
        )
        assert sign_in("hunan").post(f"/me/deputies/{row.pk}/end/").status_code == 404
        assert as_fujian.get(f"/me/deputies/{row.pk}/end/").status_code == 405

        as_fujian.post(f"/me/deputies/{row.pk}/end/")

        row.refresh_from_db()
        assert row.valid_until <= timezone.localdate()


class TestTokens:
    def test_are_shown_once(self, as_fujian, person):
        answer = as_fujian.post("/me/tokens/", {"name": "Monthly export", "days": 30})

        (secret,) = re.findall(r'id="secret" value="([\w-]+)"', _text(answer))
        assert "no-store" in answer.headers["Cache-Control"]
        page = _text(as_fujian.get("/me/tokens/"))
        assert "Monthly export" in page
        assert secret not in page
        assert not ApiToken.objects.get(person=person).may_write

    @pytest.mark.parametrize("days", ["0", "400", "x", ""])
    def test_do_not_last_longer_than_a_year(self, as_fujian, days):
        assert as_fujian.post("/me/tokens/", {"name": "x", "days": days}).status_code == 400
        assert not ApiToken.objects.exists()

    def test_are_revoked_by_their_owner_alone(self, as_fujian, as_hunan, fujian):
        token, _ = make_token(
            name="Export", may_write=False, days=5, actor=fujian, now=timezone.now()
        )
        assert as_hunan.post(f"/me/tokens/{token.pk}/revoke/").status_code == 404
        assert as_fujian.get(f"/me/tokens/{token.pk}/revoke/").status_code == 405

        as_fujian.post(f"/me/tokens/{token.pk}/revoke/")

        token.refresh_from_db()
        assert token.revoked_at is not None

    def test_that_expire_soon_stand_on_the_first_page(self, as_fujian, fujian):
        make_token(name="Export", may_write=False, days=5, actor=fujian, now=timezone.now())

        assert "Your API token “Export” expires" in _text(as_fujian.get("/"))
