from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.pages.round_trip import set_scene

from tiebeam.apps.programmes.operations import change_round

QUERIES_MOST = 20


def _text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def scene(workspace, coordinator):
    return set_scene(workspace, coordinator, timezone.now())


class TestHome:
    def test_greets_each_role_by_its_organisation(self, as_fujian):
        answer = as_fujian.get("/")

        assert answer.status_code == 200
        assert "Nothing waits for Fujian" in _text(answer)
        assert "donor co-operation office" in _text(answer)

    def test_speaks_chinese(self, sign_in):
        page = _text(sign_in("fujian", "zh").get("/"))

        assert "福建目前没有待办事项" in page
        assert '<html lang="zh-Hans">' in page

    @pytest.mark.parametrize("address", ["/", "/changed/"])
    def test_sends_a_stranger_to_the_sign_in(self, as_nobody, address):
        answer = as_nobody.get(address)

        assert answer.status_code == 302
        assert answer.url.startswith("/accounts/login/")

    @pytest.mark.parametrize("address", ["/", "/changed/"])
    def test_refuses_other_methods(self, as_fujian, address):
        assert as_fujian.post(address).status_code == 405

    @pytest.mark.parametrize("organisation", ["office", "fujian", "nyingchi", "admin"])
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_has_words_and_asks_the_database_little(self, sign_in, scene, organisation, language):
        client = sign_in(organisation, language)
        for address in ("/", "/changed/"):
            with CaptureQueriesContext(connection) as asked:
                page = _text(client.get(address))

            # Savepoints are of the test, which runs in a transaction of its own.
            put = [row["sql"] for row in asked if "SAVEPOINT" not in row["sql"]]
            assert len(put) <= QUERIES_MOST, address
            for family in ("web", "log", "lists", "returns", "programmes", "pairings"):
                assert f"[{family}." not in page


class TestWaiting:
    def test_names_a_draft_that_nobody_was_asked_about(self, as_coordinator, as_fujian, scene):
        page = _text(as_coordinator.get("/"))

        assert "version 3 is a draft; send it for opinion" in page
        assert f'href="/lists/{scene.draft.pk}/"' in page
        assert "is a draft" not in _text(as_fujian.get("/"))

    def test_tells_who_steers_a_round_how_many_returns_are_in(
        self, as_coordinator, as_fujian, scene, coordinator, now
    ):
        due = timezone.localdate() + timedelta(days=5)
        change_round(
            of_round=scene.round, values={"returns_due_on": due}, reason="Settled",
            actor=coordinator, now=now,
        )  # fmt: skip

        page = _text(as_coordinator.get("/"))

        assert "0 of 4 were handed in" in page
        assert f"{due:%Y-%m-%d}" in page
        assert "were handed in" not in _text(as_fujian.get("/"))


class TestChanged:
    def test_names_the_record_who_did_it_and_leads_to_it(self, sign_in, scene):
        english = _text(sign_in("office").get("/changed/"))
        chinese = _text(sign_in("office", "zh").get("/changed/"))

        assert f'href="/lists/{scene.second.pk}/"' in english
        assert "version 2 of " in english
        assert "more records</a>" in english
        assert "Office, Coordinating office</span>" in english
        assert "第 2 版" in chinese
        assert "统筹协调办公室 Office" in chinese

    def test_reaches_whoever_the_record_concerns(self, as_fujian, scene):
        told = _text(as_fujian.get("/changed/"))

        assert "list of pairs version 1 of First" in told
        assert "version 3" not in told

    def test_leaves_out_what_is_no_news(self, as_admin, as_coordinator, workspace):
        as_coordinator.get("/accounts/logout/")
        page = _text(as_admin.get("/changed/"))

        assert "Signed in" not in page

    def test_stands_within_the_first_page_without_its_frame(self, as_coordinator, scene):
        assert 'hx-get="/changed/"' in _text(as_coordinator.get("/"))
        part = _text(as_coordinator.get("/changed/", headers={"HX-Request": "true"}))

        assert part.lstrip().startswith("<ul")
        assert "<html" not in part
