"""Lists saved under a name: on the list, on the first page, and one's own."""

import pytest

from tiebeam.errors import InvalidInput
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.bookmarks import operations
from tiebeam.platform.bookmarks.models import SavedFilter
from tiebeam.platform.bookmarks.operations import NameTaken, TooMany, save_filter
from tiebeam.platform.tenancy.acting import acting


def save(client, name="Left", path="/people/", query="state=left&page=2&lang=en"):
    return client.post("/filters/", {"name": name, "path": path, "query": query})


class TestPages:
    def test_save_show_and_remove(self, as_admin, admin):
        answer = save(as_admin)
        assert answer.url == "/people/?state=left"
        for address in ("/people/", "/changed/"):
            assert b'href="/people/?state=left">Left<' in as_admin.get(address).content
        with acting(admin):
            saved = SavedFilter.objects.get()
        assert as_admin.post(f"/filters/{saved.pk}/remove/").url == "/people/"
        assert b">Left<" not in as_admin.get("/changed/").content
        with acting(admin):
            written = Entry.objects.filter(action__startswith="bookmarks.")
            assert written.count() == 2

    def test_lead_nowhere_else(self, as_admin):
        for path in ("https://example.org/", "//example.org/", "/\\example.org", "/nowhere/", ""):
            assert save(as_admin, path=path).status_code == 404, path

    def test_say_why_not(self, as_admin):
        save(as_admin)
        page = as_admin.get(save(as_admin).url)
        assert "already" in page.content.decode()
        assert "[bookmarks" not in page.content.decode()

    def test_are_of_one_person(self, as_admin, admin, as_coordinator, as_fujian, as_nobody):
        save(as_admin)
        with acting(admin):
            saved = SavedFilter.objects.get()
        for other in (as_coordinator, as_fujian):
            assert other.post(f"/filters/{saved.pk}/remove/").status_code == 404
            assert b">Left<" not in other.get("/changed/").content
        assert as_nobody.post("/filters/").status_code == 302
        assert as_admin.get("/filters/").status_code == 405

    def test_speak_both_languages(self, sign_in):
        for language in ("en", "zh"):
            client = sign_in("admin", language)
            save(client, name=language)
            assert "[bookmarks" not in client.get("/people/").content.decode()


class TestSaveFilter:
    def test_refuses_what_makes_no_sense(self, fujian, now):
        for name, path in (("", "/people/"), ("x" * 81, "/people/"), ("x", "people"), ("x", "//x")):
            with pytest.raises(InvalidInput):
                save_filter(name=name, path=path, actor=fujian, now=now)

    def test_refuses_a_name_twice_and_too_many(self, fujian, now, monkeypatch):
        save_filter(name="a", path="/people/", actor=fujian, now=now)
        with pytest.raises(NameTaken):
            save_filter(name="a", path="/people/", actor=fujian, now=now)
        monkeypatch.setattr(operations, "FILTERS_MOST", 1)
        with pytest.raises(TooMany):
            save_filter(name="b", path="/people/", actor=fujian, now=now)
