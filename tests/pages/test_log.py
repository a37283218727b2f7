import json
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from tiebeam.apps.programmes.operations import create_programme
from tiebeam.platform.audit.keys import make_key
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.audit.sealing import seal_and_anchor
from tiebeam.platform.tenancy.acting import acting

MISSING = "00000000-0000-4000-8000-000000000000"


def _text(answer) -> str:
    return answer.content.decode()


def _without_signs(answer) -> str:
    """Leave out the signs of forms, which differ from page to page."""
    return re.sub(r'(X-CSRFToken": "|csrfmiddlewaretoken" value=")[^"]*', "", _text(answer))


@pytest.fixture
def programme(workspace, coordinator, now):
    return create_programme(
        slug="aid",
        name_en="Aid for the valley",
        name_zh="河谷支援",
        actor=coordinator,
        now=now + timedelta(hours=1),
    )


@pytest.fixture
def entry(programme, coordinator):
    with acting(coordinator):
        return Entry.objects.get(record_id=programme.pk)


@pytest.fixture
def is_sealed(programme, settings, tmp_path, now):
    settings.TIEBEAM_AUDIT_ANCHORS = tmp_path / "anchors"
    key = make_key(tmp_path / "keys" / "audit.pem", settings.TIEBEAM_AUDIT_ANCHORS)
    seal_and_anchor(now=now + timedelta(hours=2), key=key, anchors=settings.TIEBEAM_AUDIT_ANCHORS)


class TestTheLog:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_tells_who_did_what_for_whom_in_words(self, sign_in, entry, language):
        page = _text(sign_in("office", language).get("/log/"))

        assert f"/log/{entry.pk}/" in page
        assert ("Aid for the valley" if language == "en" else "河谷支援") in page
        assert "Office" in page
        assert "programmes.create_programme</" not in page
        assert "[log." not in page

    def test_finds_by_each_filter(self, as_coordinator, entry):
        def shows(query: str) -> bool:
            answer = as_coordinator.get(f"/log/?{query}")
            assert answer.status_code == 200
            return f"/log/{entry.pk}/" in _text(answer)

        assert shows(f"record={entry.record_id}")
        assert shows("action=programmes.create_programme&kind=programmes.programme")
        assert shows("person=office&organisation=统筹")
        assert shows("since=2020-02-10&until=2020-02-10")
        assert not shows("kind=pairings.pairing")
        assert not shows("person=nobody")
        assert not shows("organisation=Fujian")
        assert not shows("until=2020-02-09")

    def test_tells_what_is_wrong_with_a_filter(self, as_coordinator, entry):
        answer = as_coordinator.get("/log/?since=2020-02-10&until=2020-02-01&kind=nothing")

        assert answer.status_code == 400
        assert 'id="faults"' in _text(answer)

    def test_turns_to_older_entries(self, as_coordinator, programme, monkeypatch):
        monkeypatch.setattr("tiebeam.interfaces.web.log.views.ROWS_ON_A_PAGE", 2)
        first = as_coordinator.get("/log/")
        assert "before=" in _text(first)
        last = _text(first).split("before=")[1].split('"')[0]
        second = _text(as_coordinator.get(f"/log/?before={last}"))

        assert f"/log/{last}/" in _text(first)
        assert f"/log/{last}/" not in second
        assert as_coordinator.get("/log/?before=nonsense").status_code == 400
        assert as_coordinator.get(f"/log/?before={MISSING}").status_code == 404

    def test_is_given_as_a_file(self, as_coordinator, entry):
        answer = as_coordinator.get("/log/?file=csv&kind=programmes.programme")

        assert answer["Content-Type"].startswith("text/csv")
        assert "Aid for the valley" not in _text(answer)
        assert "2020-02-10" in _text(answer)

    def test_asks_the_database_little(self, as_coordinator, entry, django_assert_max_num_queries):
        with django_assert_max_num_queries(24):
            as_coordinator.get("/log/")
        with django_assert_max_num_queries(24):
            as_coordinator.get(f"/log/{entry.pk}/")

    @pytest.mark.parametrize("page", ["", "verifier/", f"{MISSING}/", f"proofs/{MISSING}/"])
    def test_is_read_by_members_alone(self, as_nobody, page):
        assert as_nobody.get(f"/log/{page}").status_code == 302

    @pytest.mark.parametrize("page", ["", "verifier/", f"{MISSING}/", f"proofs/{MISSING}/"])
    def test_takes_nothing(self, as_coordinator, page):
        assert as_coordinator.post(f"/log/{page}").status_code == 405


class TestAnEntry:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_shows_before_after_and_that_it_waits(self, sign_in, entry, language):
        page = _text(sign_in("office", language).get(f"/log/{entry.pk}/"))

        assert "name_en" in page
        assert "Aid for the valley" in page
        assert ("waits to be sealed" if language == "en" else "等待封存") in page
        assert "[log." not in page

    def test_is_the_same_to_others_as_a_missing_one(self, as_fujian, entry):
        others = as_fujian.get(f"/log/{entry.pk}/")
        missing = as_fujian.get(f"/log/{MISSING}/")

        assert others.status_code == missing.status_code == 404
        assert _without_signs(others) == _without_signs(missing)

    def test_hides_what_is_personal(self, as_admin, workspace, admin):
        person = workspace.people["fujian"]
        with acting(admin):
            made = Entry.objects.get(record_id=person.pk)
        page = _text(as_admin.get(f"/log/{made.pk}/"))

        assert "kept as a salted hash" in page
        assert "hmac:" not in page


class TestAProof:
    def test_is_taken_and_passes_the_verifier_that_is_given(
        self, as_coordinator, entry, is_sealed, tmp_path
    ):
        page = _text(as_coordinator.get(f"/log/{entry.pk}/"))
        assert f"/log/proofs/{entry.record_id}/" in page
        proof = as_coordinator.get(f"/log/proofs/{entry.record_id}/")
        program = as_coordinator.get("/log/verifier/")
        (tmp_path / "proof.json").write_bytes(proof.content)
        (tmp_path / "verifier.py").write_bytes(program.content)

        assert json.loads(proof.content)["record"] == str(entry.record_id)
        checked = subprocess.run(
            [sys.executable, "verifier.py", "proof.json"],
            cwd=tmp_path,
            check=False,
            capture_output=True,
        )
        assert checked.returncode == 0

    def test_is_refused_in_words_before_the_record_is_sealed(self, as_coordinator, entry):
        answer = as_coordinator.get(f"/log/proofs/{entry.record_id}/")

        assert answer.status_code == 409
        assert "none of them sealed yet" in _text(answer)

    def test_tells_others_nothing(self, as_fujian, entry, is_sealed):
        answer = as_fujian.get(f"/log/proofs/{entry.record_id}/")

        assert answer.status_code == 409
        assert "Aid" not in _text(answer)


class TestTheFirstPage:
    def test_tells_what_changed_lately_to_those_who_may_read_it(
        self, as_coordinator, as_fujian, coordinator, workspace
    ):
        programme = create_programme(
            slug="aid", name_en="Aid", name_zh="支援", actor=coordinator, now=timezone.now()
        )
        told = _text(as_coordinator.get("/changed/"))

        assert f'<a href="/programmes/{programme.pk}/">Programme' in told
        assert "programme Aid</a>" in told
        assert "Office, Coordinating office</span>" in told
        assert "Aid" not in _text(as_fujian.get("/changed/"))


class TestAMissingKey:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_is_said_until_it_is_there(self, sign_in, programme, settings, tmp_path, language):
        settings.TIEBEAM_AUDIT_KEY = tmp_path / "audit.pem"
        reader = sign_in("office", language)

        assert "tiebeam audit key new" in _text(reader.get("/log/"))

        make_key(settings.TIEBEAM_AUDIT_KEY, tmp_path / "anchors")
        assert "tiebeam audit key new" not in _text(reader.get("/log/"))
