"""Files attached and fetched by the programming interface."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.records.agreement_grounds import make_pairing, make_programme

from tiebeam.apps.pairings.operations.agreements import draft_agreement
from tiebeam.client import Client as ApiClient
from tiebeam.client import ProblemError
from tiebeam.interfaces.api.urls import api
from tiebeam.platform.files.models import Document
from tiebeam.platform.files.operations import WRITERS
from tiebeam.platform.identity.operations import assign_role, create_person
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty, acting
from tiebeam.platform.tenancy.grants import grant_reading

ATTACH = "/api/v1/files/attach-document"
MISSING = "00000000-0000-4000-8000-000000000000"
PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n%%EOF\n"
PAGE = b"<html><script>alert(document.cookie)</script></html>"


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "documents"
    return settings.MEDIA_ROOT


@pytest.fixture
def pairing(folder, coordinator, fujian, nyingchi):
    programme = make_programme(coordinator, ["funds"])
    with acting(coordinator):
        grant_reading(
            actor=coordinator,
            scope_id=programme.pk,
            organisation_ids=[fujian.organisation_id, nyingchi.organisation_id],
            role="participant",
            valid_from=date(2020, 2, 10),
        )
    return make_pairing(programme, coordinator, fujian, nyingchi)


@pytest.fixture
def agreement(pairing, fujian, now):
    return draft_agreement(
        pairing=pairing,
        kind="letter",
        title="Letter of 2020",
        text="Text",
        starts_on=date(2020, 3, 1),
        ends_on=None,
        actor=fujian,
        now=now,
    )


def _send(client, record, name="函.pdf", content=PDF, kind="agreement", **headers):
    sent = {"kind": kind, "record_id": str(record.pk), "name": name}
    return client.post(ATTACH, sent | {"file": SimpleUploadedFile("f", content)}, headers=headers)


def _stored(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


class TestAttach:
    def test_keeps_the_file_and_sends_it_back_as_a_file(self, call_as, agreement, fujian, nyingchi):
        answer = _send(call_as(fujian), agreement)
        (made,) = answer.json()["records"]
        sent = call_as(nyingchi).get(f"/api/v1/files/documents/{made['id']}/content")

        assert answer.status_code == 200
        assert (made["type"], made["values"]["name"]) == ("files.document", "函.pdf")
        assert sent.content == PDF
        assert sent.headers["Content-Type"] == "application/pdf"
        assert sent.headers["Content-Disposition"].startswith("attachment;")
        assert sent.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in sent.headers["Content-Security-Policy"]

    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("letter.pdf", PAGE, "files.content_does_not_fit"),
            ("picture.svg", b"<svg onload='alert(1)'/>", "files.type_not_allowed"),
            ("page.html", PAGE, "files.type_not_allowed"),
            ("letter.pdf", PAGE + PDF, "files.content_does_not_fit"),
            ("picture.png", PDF, "files.content_does_not_fit"),
            ("table.xlsx", b"PK\x03\x04" + PAGE, "files.archive_damaged"),
            ("letter.pdf.exe", PDF, "files.type_not_allowed"),
            ("letter", PDF, "files.type_not_allowed"),
            ("empty.pdf", b"", "files.document_empty"),
        ],
    )
    def test_refuses_what_is_not_what_it_says_and_keeps_nothing(
        self, call_as, agreement, fujian, folder, name, content, code
    ):
        answer = _send(call_as(fujian), agreement, name, content)

        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert answer.json()["title"][0] != "["
        assert _stored(folder) == []
        with acting(fujian):
            assert not Document.objects.exists()

    def test_refuses_one_byte_too_many(self, call_as, agreement, fujian, folder, settings):
        settings.TIEBEAM_DOCUMENT_BYTES_MOST = len(PDF) - 1
        answer = _send(call_as(fujian), agreement)

        assert answer.json()["code"] == "files.document_too_large"
        assert answer.json()["facts"]["most"] == len(PDF) - 1
        assert _stored(folder) == []

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../etc/passwd.pdf", "passwd.pdf"),
            ("C:\\Windows\\letter.pdf", "letter.pdf"),
            ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie x=1.pdf"),
            ('a".pdf', "a.pdf"),
            ("fdp\u202e.pdf", "fdp.pdf"),
            (".pdf", "pdf"),
            ("x" * 300 + ".PDF", "x" * 116 + ".pdf"),
        ],
    )
    def test_cleans_the_name(self, call_as, agreement, fujian, folder, name, kept):
        answer = _send(call_as(fujian), agreement, name)
        if "." not in kept:
            assert answer.json()["code"] == "files.type_not_allowed"
            return
        (made,) = answer.json()["records"]
        sent = call_as(fujian).get(f"/api/v1/files/documents/{made['id']}/content")

        assert made["values"]["name"] == kept
        assert "\n" not in sent.headers["Content-Disposition"]
        assert "Set-Cookie" not in sent.headers
        (stored,) = _stored(folder)
        assert kept not in stored.name

    def test_sends_a_polyglot_as_a_file_that_nothing_runs(self, call_as, agreement, fujian):
        (made,) = _send(call_as(fujian), agreement, content=PDF + PAGE + b"%%EOF").json()["records"]
        sent = call_as(fujian).get(f"/api/v1/files/documents/{made['id']}/content")

        assert sent.headers["Content-Type"] == "application/pdf"
        assert sent.headers["Content-Disposition"].startswith("attachment;")
        assert sent.headers["X-Content-Type-Options"] == "nosniff"

    def test_is_done_once_for_one_key(self, call_as, agreement, fujian):
        client, key = call_as(fujian), {"Idempotency-Key": "letter-1"}
        first, again = (_send(client, agreement, **key) for _ in range(2))
        other = _send(client, agreement, content=PDF + b"\n", **key)

        assert first.json() == again.json()
        assert (other.status_code, other.json()["code"]) == (409, "requests.key_reused")
        with acting(fujian):
            assert Document.objects.count() == 1

    def test_of_anothers_record_is_as_of_one_that_never_was(self, call_as, agreement, hunan):
        client = call_as(hunan)
        anothers = _send(client, agreement)
        sent = {"kind": "agreement", "record_id": MISSING, "file": SimpleUploadedFile("a.pdf", PDF)}

        assert anothers.status_code == 404
        assert client.post(ATTACH, sent).json() == anothers.json()

    @pytest.mark.parametrize("role", list(Role))
    def test_is_for_those_who_write(self, call_as, agreement, fujian, admin, now, role):
        person = create_person(email="x@example.org", name="X", language="en", actor=admin, now=now)
        assign_role(
            person=person,
            organisation_id=fujian.organisation_id,
            role=role,
            valid_from=timezone.localdate(now),
            actor=admin,
            now=now,
        )
        actor = Actor(
            person_id=person.pk,
            organisation_id=fujian.organisation_id,
            duties=frozenset({Duty(role)}),
        )
        answer = _send(call_as(actor), agreement)

        assert answer.status_code == (200 if role in WRITERS else 403)

    def test_needs_a_token_that_may_write(self, call_as, agreement, fujian, client):
        assert _send(call_as(fujian, may_write=False), agreement).status_code == 403
        assert _send(client, agreement).status_code == 401

    @pytest.mark.parametrize("lacks", ["kind", "record_id", "file"])
    def test_says_which_part_is_missing(self, call_as, agreement, fujian, lacks):
        sent = {
            "kind": "agreement",
            "record_id": str(agreement.pk),
            "file": SimpleUploadedFile("a.pdf", PDF),
        }
        del sent[lacks]
        answer = call_as(fujian).post(ATTACH, sent)

        assert answer.status_code == 422
        assert lacks in answer.json()["facts"]["places"]

    def test_is_described_with_its_key_and_its_problems(self, db):
        described = api.get_openapi_schema()["paths"][ATTACH]["post"]

        assert list(described["requestBody"]["content"]) == ["multipart/form-data"]
        assert "Idempotency-Key" in [each["name"] for each in described["parameters"]]
        assert {401, 403, 404, 409, 422} <= set(described["responses"])


class TestDownload:
    def test_of_anothers_document_is_not_found(self, call_as, agreement, fujian, hunan):
        (made,) = _send(call_as(fujian), agreement).json()["records"]
        address = "/api/v1/files/documents/{}/content"
        anothers = call_as(hunan).get(address.format(made["id"]))

        assert anothers.status_code == 404
        assert call_as(hunan).get(address.format(MISSING)).json() == anothers.json()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
class TestClientOfPrograms:
    def test_attaches_and_fetches_a_file(
        self, transactional_db, live_server, token_of, agreement, fujian
    ):
        with ApiClient(live_server.url, token_of(fujian)) as client:
            made = client.attach("agreement", agreement.pk, "函 1.pdf", PDF, key="letter-2")
            again = client.attach("agreement", agreement.pk, "函 1.pdf", PDF, key="letter-2")

            assert made.record.values["name"] == "函 1.pdf"
            assert again.record.id == made.record.id
            assert client.download(made.record.id) == PDF
            with pytest.raises(ProblemError) as refused:
                client.attach("agreement", agreement.pk, "a.pdf", PAGE)
        assert refused.value.code == "files.content_does_not_fit"
