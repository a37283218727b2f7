import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.pages.test_agreements import pairing  # noqa: F401  # the fixture

from tiebeam.platform.files.models import Document
from tiebeam.platform.tenancy.acting import acting

LETTER = "Dear colleagues 您好".encode()
MISSING = "00000000-0000-4000-8000-000000000000"


def _text(answer) -> str:
    return answer.content.decode()


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def form(pairing):  # noqa: F811
    return f"/documents/attach/pairing/{pairing.pk}/"


def _attach(client, form, name="Letter 函.txt", content=LETTER):
    return client.post(form, {"file": SimpleUploadedFile(name, content)})


@pytest.fixture
def attached(as_fujian, form, fujian):
    assert _attach(as_fujian, form).status_code == 302
    with acting(fujian):
        return Document.objects.get()


class TestAttach:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_tells_kinds_and_size_beforehand(self, sign_in, form, language):
        page = _text(sign_in("fujian", language).get(form))

        assert "PDF" in page
        assert "20" in page
        assert re.findall(r"\[\w+\.[\w.]+\]", page) == []

    def test_leads_back_with_the_name(self, as_fujian, form):
        answer = _attach(as_fujian, form)

        assert answer.status_code == 302
        assert answer.url.endswith("#documents")

    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [
            ("run.exe", b"MZ", "a kind of file that is not taken"),
            ("letter.pdf", b"no such thing", "its content is"),
            ("empty.txt", b"", "is empty"),
            ("page.pdf", b"<html><script>alert(1)</script></html>", "its content is"),
            ("picture.svg", b"<svg onload='alert(1)'/>", "a kind of file that is not taken"),
            ("table.xlsx", b"PK\x03\x04<script>", "its archive is damaged"),
        ],
    )
    def test_refuses_in_words(self, as_fujian, form, fujian, name, content, reason):
        answer = _attach(as_fujian, form, name, content)

        assert answer.status_code == 409
        assert reason in _text(answer)
        with acting(fujian):
            assert not Document.objects.exists()

    def test_refuses_what_is_too_large_before_it_is_read(self, as_fujian, form, settings):
        settings.TIEBEAM_DOCUMENT_BYTES_MOST = 4

        answer = _attach(as_fujian, form)

        assert answer.status_code == 400
        assert "at most 4 are taken" in _text(answer)

    def test_to_what_may_not_be_read_is_not_there(self, as_hunan, form):
        assert as_hunan.get(form).status_code == 404
        assert _attach(as_hunan, form).status_code == 404

    def test_to_an_unknown_kind_is_not_there(self, as_fujian, form):
        assert as_fujian.get(f"/documents/attach/person/{MISSING}/").status_code == 404
        assert as_fujian.get(f"/documents/attach/return/{MISSING}/").status_code == 404

    def test_is_not_for_those_who_only_administer(self, as_admin, form):
        assert as_admin.get(form).status_code in {403, 404}

    def test_asks_a_stranger_to_sign_in(self, as_nobody, form):
        assert as_nobody.get(form).status_code == 302


class TestDownload:
    def test_sends_a_file_never_a_page(self, as_nyingchi, attached):
        answer = as_nyingchi.get(f"/documents/{attached.pk}/")

        assert answer.content.decode() == "Dear colleagues 您好"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]

    def test_of_another_is_not_there(self, as_hunan, attached):
        assert as_hunan.get(f"/documents/{attached.pk}/").status_code == 404
        assert as_hunan.get(f"/documents/{MISSING}/").status_code == 404

    def test_asks_a_stranger_to_sign_in(self, as_nobody, attached):
        assert as_nobody.get(f"/documents/{attached.pk}/").status_code == 302

    def test_takes_no_post(self, as_nyingchi, attached):
        assert as_nyingchi.post(f"/documents/{attached.pk}/").status_code == 405
