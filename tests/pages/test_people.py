import re
from datetime import UTC, date, datetime

import pytest

from tiebeam.platform.identity.models import Assignment, Invitation, Person
from tiebeam.platform.identity.operations import dismiss_person
from tiebeam.platform.permissions.roles import Role

MISSING = "00000000-0000-4000-8000-000000000000"


def _text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def person(workspace):
    return workspace.people["fujian"]


@pytest.fixture
def addresses(person, workspace):
    held = Assignment.objects.get(person=person)
    return {
        "list": "/people/",
        "invite": "/people/invite/",
        "person": f"/people/{person.pk}/",
        "role": f"/people/{person.pk}/role/",
        "end": f"/people/{person.pk}/role/{held.pk}/end/",
        "dismiss": f"/people/{person.pk}/dismiss/",
    }


class TestEveryPage:
    @pytest.mark.parametrize("page", ["list", "invite", "person", "role", "end", "dismiss"])
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_opens_to_the_administrator_with_words_for_all(
        self, sign_in, addresses, page, language
    ):
        answer = sign_in("admin", language).get(addresses[page])

        assert answer.status_code == 200
        assert re.findall(r"\[\w+\.[\w.]+\]", _text(answer)) == []

    @pytest.mark.parametrize("page", ["list", "invite", "person", "role", "end", "dismiss"])
    @pytest.mark.parametrize("organisation", ["office", "fujian", "nyingchi"])
    def test_is_closed_to_other_roles(self, sign_in, addresses, page, organisation):
        client = sign_in(organisation)

        assert client.get(addresses[page]).status_code == 403
        assert client.post(addresses[page], {}).status_code in {403, 405}

    @pytest.mark.parametrize("page", ["list", "invite", "person", "role", "end", "dismiss"])
    def test_asks_a_stranger_to_sign_in(self, as_nobody, addresses, page):
        assert as_nobody.get(addresses[page]).status_code == 302

    @pytest.mark.parametrize("page", ["list", "person"])
    def test_that_only_shows_takes_no_post(self, as_admin, addresses, page):
        assert as_admin.post(addresses[page], {}).status_code == 405

    @pytest.mark.parametrize("page", ["invite", "role", "end", "dismiss"])
    def test_with_a_form_shows_its_faults_and_keeps_what_was_entered(
        self, as_admin, addresses, page
    ):
        answer = as_admin.post(addresses[page], {"email": "no address", "valid_from": "31.2.2020"})

        assert answer.status_code == 400
        assert 'role="alert"' in _text(answer)
        if page == "invite":
            assert 'value="no address"' in _text(answer)

    @pytest.mark.parametrize("end", ["", "role/", "dismiss/", f"role/{MISSING}/end/"])
    def test_of_somebody_unknown_is_not_there(self, as_admin, end):
        assert as_admin.get(f"/people/{MISSING}/{end}").status_code == 404


class TestList:
    def test_names_people_with_their_roles(self, as_admin):
        page = _text(as_admin.get("/people/"))

        assert "fujian@example.org" in page
        assert "donor co-operation office (Fujian)" in page

    def test_finds_people_by_part_of_their_address(self, as_admin):
        page = _text(as_admin.get("/people/", {"q": "huangg"}))

        assert "huanggang@example.org" in page
        assert "fujian@example.org" not in page

    def test_says_what_belongs_there_when_a_filter_finds_nothing(self, as_admin):
        assert "Nothing answers to this filter" in _text(as_admin.get("/people/", {"q": "zzz"}))

    def test_orders_by_the_head_that_is_clicked(self, as_admin):
        page = _text(as_admin.get("/people/", {"sort": "-email"}))

        emails = re.findall(r"[a-z]+@example\.org", page)
        assert emails == sorted(emails, reverse=True)
        assert 'aria-sort="descending"' in page

    def test_downloads_what_is_seen(self, as_admin):
        answer = as_admin.get("/people/", {"q": "fujian", "file": "csv"})

        lines = answer.content.decode("utf-8-sig").splitlines()
        assert lines[0] == "Name,E-mail,Roles,State,Joined"
        assert len(lines) == 2

    def test_remembers_the_chosen_columns(self, as_admin):
        as_admin.get("/people/", {"columns": ["email"]})

        page = _text(as_admin.get("/people/"))

        assert '<td data-head="E-mail">' in page
        assert '<td data-head="Joined">' not in page


class TestInvite:
    def _invite(self, client, workspace, email="new@example.org", role="reader"):
        given = {
            "email": email,
            "organisation_id": str(workspace.organisations["fujian"].pk),
            "role": role,
        }
        return client.post("/people/invite/", given)

    def test_shows_the_link_once_and_keeps_only_its_hash(self, as_admin, workspace):
        answer = self._invite(as_admin, workspace)

        (link,) = re.findall(r"/join/([\w-]+)/", _text(answer))
        invitation = Invitation.objects.get(email="new@example.org")
        assert link not in str(vars(invitation))
        assert "no-store" in answer.headers["Cache-Control"]
        assert link not in _text(as_admin.get("/people/"))
        assert "new@example.org" in _text(as_admin.get("/people/"))

    def test_refuses_somebody_who_is_here(self, as_admin, workspace):
        answer = self._invite(as_admin, workspace, email="hunan@example.org")

        assert answer.status_code == 409
        assert "hunan@example.org is in the workspace already" in _text(answer)

    def test_refuses_an_unknown_organisation_or_role(self, as_admin, workspace):
        assert self._invite(as_admin, workspace, role="emperor").status_code == 400
        given = {"email": "new@example.org", "organisation_id": MISSING, "role": "reader"}
        assert as_admin.post("/people/invite/", given).status_code == 400
        assert not Invitation.objects.exists()


class TestRole:
    def _assign(self, client, workspace, person, role, organisation="fujian"):
        given = {
            "organisation_id": str(workspace.organisations[organisation].pk),
            "role": role,
            "valid_from": "2020-02-10",
        }
        return client.post(f"/people/{person.pk}/role/", given)

    def test_is_given(self, as_admin, workspace, person):
        answer = self._assign(as_admin, workspace, person, "reader")

        assert answer.status_code == 302
        assert Assignment.objects.filter(person=person, role=Role.READER).count() == 1

    def test_that_defeats_four_eyes_is_refused_in_words(self, as_admin, workspace, person):
        answer = self._assign(as_admin, workspace, person, "donor_finance")

        assert answer.status_code == 409
        assert "cannot be joined with “donor co-operation office”" in _text(answer)
        assert not Assignment.objects.filter(person=person, role=Role.DONOR_FINANCE).exists()

    def test_that_defeats_four_eyes_is_refused_in_chinese(self, sign_in, workspace, person):
        answer = self._assign(sign_in("admin", "zh"), workspace, person, "recipient_office")

        assert "该人员同期担任“支援方合作交流办”，不得再担任“受援办公室”" in _text(answer)

    def test_ends_on_its_last_day_with_the_reason_in_the_log(self, as_admin, person, addresses):
        answer = as_admin.post(addresses["end"], {"last_day": "2099-12-31", "reason": "Moves on"})

        assert answer.status_code == 302
        assert str(Assignment.objects.get(person=person).valid_until) == "2100-01-01"

    def test_cannot_end_in_the_past(self, as_admin, addresses):
        answer = as_admin.post(addresses["end"], {"last_day": "2020-02-11", "reason": "Late"})

        assert answer.status_code == 400
        assert "A role cannot end in the past" in _text(answer)


class TestDismiss:
    def test_ends_all_access_at_once(self, as_admin, sign_in, person, addresses):
        client = sign_in("fujian")

        answer = as_admin.post(addresses["dismiss"], {"reason": "Left the office"})

        assert answer.status_code == 302
        assert not Person.objects.get(pk=person.pk).is_active
        assert client.get("/").status_code == 302

    def test_wants_a_reason(self, as_admin, person, addresses):
        assert as_admin.post(addresses["dismiss"], {"reason": ""}).status_code == 400
        assert Person.objects.get(pk=person.pk).is_active

    def test_is_not_for_oneself(self, as_admin, workspace):
        own = workspace.people["admin"]

        assert as_admin.post(f"/people/{own.pk}/dismiss/", {"reason": "x"}).status_code == 404
        assert Person.objects.get(pk=own.pk).is_active

    def test_after_midnight_of_the_office_ends_roles_on_the_new_day(self, person, admin):
        after_midnight = datetime(2020, 2, 12, 16, 30, tzinfo=UTC)

        dismiss_person(person=person, reason="Left", actor=admin, now=after_midnight)

        assert Assignment.objects.get(person=person).valid_until == date(2020, 2, 13)
