"""Sign-in through the office's OpenID Connect provider: a small one on the loopback address, asked for real."""

import re
from html import unescape
from time import time

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from pages.office_provider import CLIENT, OTHER_KEY, SECRET, OfficeProvider
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.identity.models import Person
from tiebeam.platform.tenancy.acting import acting
from tiebeam.site import settings as read_settings

GO, BACK = "/accounts/oidc/office/login/", "/accounts/oidc/office/login/callback/"
PASSWORD = "a lamp beside the river"


def _text(answer) -> str:
    return unescape(answer.content.decode())


@pytest.fixture
def configure(monkeypatch, settings):
    def configure(address: str, **more: str) -> None:
        given = {"CLIENT": CLIENT, "SECRET": SECRET, "URL": address, "NAME": "City Hall", **more}
        for name, value in given.items():
            monkeypatch.setenv(f"TIEBEAM_OIDC_{name}", value)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        settings.SOCIALACCOUNT_PROVIDERS = read_settings._sign_in_of_the_office()

    return configure


@pytest.fixture
def provider(configure):
    provider = OfficeProvider()
    configure(provider.address + "/")
    yield provider
    provider.close()


@pytest.fixture
def person(workspace):
    person = workspace.people["fujian"]
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def known(provider, person):
    """The provider, at which the person of Fujian is signed in."""
    provider.person |= {"email": "Fujian@example.org", "email_verified": True}
    return provider


@pytest.fixture
def go_through(as_nobody):
    """Goes the whole way in one browser, and returns the last answer."""

    def go_through(provider, language="en", **changed: str):
        as_nobody.cookies["language"] = language
        page = _text(as_nobody.post(GO, {"next": "/log/"}))
        (address,) = re.findall(r'http-equiv="refresh" content="0; url=([^"]+)"', page)
        assert f'href="{address}"' in page
        return as_nobody.get(BACK, provider.authorise(address) | changed)

    return go_through


@pytest.fixture
def refused(go_through, as_nobody):
    """Goes the whole way, is refused, and returns the page."""

    def refused(provider, **changed: str) -> str:
        people = list(Person.objects.order_by("pk").values())
        answer = go_through(provider, **changed)
        assert answer.status_code in {401, 403}
        assert as_nobody.get("/").status_code == 302
        assert list(Person.objects.order_by("pk").values()) == people
        assert not SocialAccount.objects.exists()
        page = _text(answer)
        assert "The sign-in through your office failed" in page
        return page

    return refused


class TestSignInThroughTheOffice:
    def test_is_offered_beside_the_password(self, provider, as_nobody):
        assert "Sign in with City Hall" in _text(as_nobody.get("/accounts/login/"))

    def test_lets_a_known_person_in_and_leaves_the_password_as_it_was(
        self, known, go_through, as_nobody, person, fujian
    ):
        before = Person.objects.values().get(pk=person.pk)

        answer = go_through(known)

        assert (answer.status_code, answer.url) == (302, "/log/")
        assert "Nothing waits for Fujian" in _text(as_nobody.get("/"))
        after = Person.objects.values().get(pk=person.pk)
        assert {**after, "last_login": None} == {**before, "last_login": None}
        assert not SocialAccount.objects.exists()
        with acting(fujian):
            assert Entry.objects.filter(action="identity.signed_in").count() == 1

    def test_does_not_need_the_provider_to_speak_twice(self, known, go_through):
        known.claims = {"email": "fujian@example.org", "email_verified": True}
        known.person = {"sub": "42"}

        assert go_through(known).status_code == 302

    def test_leads_to_no_other_site(self, known, as_nobody):
        page = _text(as_nobody.post(GO, {"next": "https://elsewhere.example/"}))
        (address,) = re.findall(r'content="0; url=([^"]+)"', page)

        assert as_nobody.get(BACK, known.authorise(address)).url == "/"

    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", "Nobody in the workspace has the address new@example.org"), ("zh", "没有使用邮箱")],
    )
    def test_makes_nobody(self, known, go_through, language, words):
        known.person["email"] = "new@example.org"
        count = Person.objects.count()

        answer = go_through(known, language=language)

        assert answer.status_code == 403
        assert words in _text(answer)
        assert Person.objects.count() == count

    def test_is_refused_to_somebody_who_left_with_a_line_in_the_log(
        self, known, refused, person, fujian
    ):
        Person.objects.filter(pk=person.pk).update(is_active=False)

        assert "Your access has ended" in refused(known)
        with acting(fujian):
            assert Entry.objects.filter(action="identity.sign_in_failed").count() == 1

    def test_needs_an_address_that_was_verified(self, known, refused):
        for said in (False, "false", None, 1, "yes"):
            known.person["email_verified"] = said

            assert "no e-mail address of yours that it has verified" in refused(known)

    def test_takes_silence_alone_for_yes_where_the_office_says_so(
        self, known, configure, go_through
    ):
        configure(known.address, DOMAINS="Example.org")
        for said, status in ((False, 403), (None, 302)):
            known.person["email_verified"] = said

            assert go_through(known).status_code == status

    def test_refuses_a_token_that_is_not_for_this_sign_in(self, known, refused):
        for changed in (
            {"nonce": "another"},
            {"nonce": None},
            {"iss": "http://127.0.0.1:1"},
            {"aud": "another client"},
            {"exp": int(time()) - 3600},
        ):
            known.claims = changed

            assert "could not be accepted" in refused(known)

    def test_refuses_a_token_that_somebody_else_signed(self, known, refused):
        known.key = OTHER_KEY

        assert "could not be accepted" in refused(known)

    def test_refuses_a_token_without_the_signature_of_a_key_pair(self, known, refused):
        for algorithm, key in (("none", None), ("HS256", SECRET * 2)):
            known.algorithm, known.key = algorithm, key

            assert "could not be accepted" in refused(known)

    def test_refuses_to_be_told_of_somebody_else_than_the_token(self, known, refused):
        known.told = {"sub": "43"}

        assert "could not be accepted" in refused(known)

    def test_refuses_a_state_that_was_not_sent(self, known, refused):
        refused(known, state="made up")

        assert "/token" not in known.asked

    def test_refuses_what_another_browser_began(self, known, as_nobody):
        other = Client()
        page = _text(other.post(GO))
        (address,) = re.findall(r'content="0; url=([^"]+)"', page)

        assert as_nobody.get(BACK, known.authorise(address)).status_code == 401

    def test_works_once(self, known, go_through, as_nobody):
        page = _text(as_nobody.post(GO))
        (address,) = re.findall(r'content="0; url=([^"]+)"', page)
        brought = known.authorise(address)
        as_nobody.get(BACK, brought)
        as_nobody.post("/accounts/logout/")

        assert as_nobody.get(BACK, brought).status_code == 401
        assert as_nobody.get("/").status_code == 302

    def test_that_is_broken_off_leads_back(self, known, go_through, as_nobody):
        page = _text(as_nobody.post(GO))
        (address,) = re.findall(r'content="0; url=([^"]+)"', page)
        state = known.authorise(address)["state"]

        answer = as_nobody.get(BACK, {"error": "access_denied", "state": state}, follow=True)

        assert "You broke off the sign-in" in _text(answer)

    def test_says_when_the_provider_is_away(self, configure, as_nobody):
        configure("http://127.0.0.1:9")

        answer = as_nobody.post(GO)

        assert answer.status_code == 503
        assert "City Hall does not answer" in _text(answer)

    def test_is_begun_by_a_button_alone(self, provider, as_nobody):
        assert as_nobody.get(GO).status_code == 405

    def test_is_not_there_unless_it_is_set_up(self, as_nobody):
        assert as_nobody.post(GO).status_code == 404
        assert as_nobody.get(BACK).status_code == 404

    def test_links_no_accounts(self, provider, as_fujian):
        assert as_fujian.get("/accounts/3rdparty/").status_code == 404
        assert as_fujian.get("/accounts/3rdparty/signup/").status_code == 404

    def test_needs_tls_in_an_office(self, configure, monkeypatch):
        monkeypatch.setattr(read_settings, "IS_OFFICE", True)

        with pytest.raises(ImproperlyConfigured, match="https"):
            configure("http://127.0.0.1:9")
