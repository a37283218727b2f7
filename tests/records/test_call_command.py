"""``tiebeam workspace call``: an operation from the command line, with a person behind it."""

import pytest
from django.utils import timezone

from integration.command_line import run
from tiebeam.apps.programmes.models import Programme
from tiebeam.platform.audit.history import list_changes
from tiebeam.platform.identity.operations import make_token
from tiebeam.platform.tenancy.acting import acting

NEW = ("slug=trial", "name_en=Trial", "name_zh=演练", 'forms=["funds"]')


@pytest.fixture
def hold(monkeypatch):
    def put(actor, *, may_write=True):
        _, secret = make_token(
            name="cli", may_write=may_write, days=1, actor=actor, now=timezone.now()
        )
        monkeypatch.setenv("TIEBEAM_TOKEN", secret)

    return put


class TestCall:
    def test_does_what_the_page_does_as_the_person_behind_the_token(self, hold, coordinator):
        hold(coordinator)

        ended = run("workspace", "call", "programmes.create_programme", *NEW, "--json")

        assert ended.status == 0, ended.err
        with acting(coordinator):
            programme = Programme.objects.get()
            assert (programme.slug, programme.forms) == ("trial", ["funds"])
            (change,) = list_changes([programme.pk])
        assert change.person_id == coordinator.person_id
        assert ended.document["records"][0]["id"] == str(programme.pk)

    def test_asks_for_a_token(self, workspace, monkeypatch):
        monkeypatch.delenv("TIEBEAM_TOKEN", raising=False)

        ended = run("workspace", "call", "programmes.create_programme", *NEW)

        assert ended.status == 2
        assert "TIEBEAM_TOKEN" in ended.err

    def test_writes_nothing_with_a_token_that_reads(self, hold, coordinator):
        hold(coordinator, may_write=False)

        assert run("workspace", "call", "programmes.create_programme", *NEW).status == 2
        with acting(coordinator):
            assert not Programme.objects.exists()

    def test_refuses_who_has_no_role_for_it(self, hold, fujian):
        hold(fujian)

        ended = run("workspace", "call", "programmes.create_programme", *NEW, "--lang", "zh")

        assert ended.status == 2
        assert "无权" in ended.err

    def test_names_what_is_missing_and_what_it_does_not_know(self, hold, coordinator):
        hold(coordinator)

        ended = run(
            "workspace", "call", "programmes.create_programme", "name_zh=对口支援", "colour=red"
        )

        assert ended.status == 2
        assert "slug" in ended.err
        assert "colour" in ended.err

    def test_knows_no_operation_of_another_name(self, workspace):
        ended = run("workspace", "call", "programmes.create_programm")

        assert ended.status == 2
        assert "programmes.create_programme" in ended.err
