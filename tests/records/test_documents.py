"""Documents: taken by their content, read by the readers of their record, never half stored."""

import hashlib
import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from tiebeam.apps.programmes.models import Programme
from tiebeam.platform.audit.history import list_changes
from tiebeam.platform.files import operations as files_operations
from tiebeam.platform.files.archives import ArchiveNotSafe
from tiebeam.platform.files.content import ContentDoesNotFit, TypeNotAllowed, find_encoding
from tiebeam.platform.files.models import Document
from tiebeam.platform.files.names import clean_name
from tiebeam.platform.files.operations import DocumentEmpty, DocumentTooLarge, attach_document
from tiebeam.platform.files.queries import list_documents, open_document
from tiebeam.platform.files.store import DocumentDamaged
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.grants import grant_reading
from tiebeam.platform.time.periods import AsOf

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(40) + b"\xff\xd9"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
TEXT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    )


def archive(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
        for name, body in parts.items():
            written.writestr(name, body)
    return made.getvalue()


def office(main_part: str, main_type: str, **further: bytes) -> bytes:
    types = f'<Types><Override PartName="/{main_part}" ContentType="{main_type}"/></Types>'
    return archive({"[Content_Types].xml": types.encode(), main_part: b"<x/>"} | further)


XLSX = office("xl/workbook.xml", SHEET_TYPE)
DOCX = office("word/document.xml", TEXT_TYPE)


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "documents"
    return settings.MEDIA_ROOT


@pytest.fixture
def programme(folder, coordinator, fujian):
    with acting(coordinator):
        programme = Programme(
            tenant_id=coordinator.organisation_id, slug="one", name_en="One", name_zh="一"
        )
        programme.save()
        grant_reading(
            actor=coordinator,
            scope_id=programme.scope_id,
            organisation_ids=[fujian.organisation_id],
            role="donor",
            valid_from=datetime(2020, 2, 10, tzinfo=UTC).date(),
        )
    return programme


@pytest.fixture
def attach(programme, coordinator, now):
    def attach(content=PDF, name="letter.pdf", actor=coordinator, record=programme, at=now):
        return attach_document(record=record, name=name, content=content, actor=actor, now=at)

    return attach


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class TestAttachDocument:
    @pytest.mark.parametrize(
        ("name", "content", "media_type"),
        [
            ("a.pdf", PDF, "application/pdf"),
            ("a.png", png(), "image/png"),
            ("a.JPG", JPEG, "image/jpeg"),
            ("a.jpeg", JPEG, "image/jpeg"),
            (
                "a.xlsx",
                XLSX,
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
            (
                "a.docx",
                DOCX,
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ),
            ("a.csv", "支援方,受援方\n福建,林芝\n".encode("gb18030"), "text/csv"),
            ("a.csv", b"\xef\xbb\xbfdonor,recipient\r\n", "text/csv"),
            ("a.txt", "说明\n".encode(), "text/plain"),
        ],
    )
    def test_takes_what_its_content_says(
        self, attach, coordinator, folder, name, content, media_type
    ):
        document = attach(content, name)
        assert document.media_type == media_type
        assert document.sha256 == hashlib.sha256(content).hexdigest()
        with acting(coordinator):
            assert open_document(document) == content

    def test_stores_it_under_a_name_that_says_nothing(self, attach, folder):
        document = attach(name="secret plan.pdf")
        [stored] = files_in(folder)
        assert stored.relative_to(folder).as_posix() == document.stored_as
        assert "secret" not in document.stored_as
        assert stored.stat().st_mode & 0o077 == 0

    def test_writes_it_into_the_log(self, attach, coordinator):
        document = attach()
        with acting(coordinator):
            [change] = list_changes([document.pk])
        assert change.action == "files.attach_document"
        assert change.person_id == coordinator.person_id

    def test_called_twice_attaches_it_once(self, attach, folder, coordinator, programme):
        assert attach() == attach()
        assert len(files_in(folder)) == 1
        with acting(coordinator):
            assert len(list_documents(programme)) == 1

    @pytest.mark.parametrize(
        ("name", "content", "found"),
        [
            ("a.pdf", png(), "png"),
            ("a.png", PDF, "pdf"),
            ("a.xlsx", DOCX, "docx"),
            ("a.docx", archive({"a.txt": b"a"}), "unknown"),
            ("a.docx", archive({"[Content_Types].xml": b"<Types/>"}), "unknown"),
            ("a.csv", b"MZ\x90\x00\x03", "unknown"),
            ("a.txt", PDF, "pdf"),
            ("a.csv", b"\xff\xff\xff", "unknown"),
            ("a.pdf", b"%PDF-1.7 cut off", "unknown"),
            ("a.png", b"\x89PNG\r\n\x1a\nnothing more", "unknown"),
            ("a.jpg", b"\xff\xd8\xffcut off", "unknown"),
        ],
    )
    def test_refuses_content_that_is_not_what_the_name_says(
        self, attach, folder, name, content, found
    ):
        with pytest.raises(ContentDoesNotFit) as refused:
            attach(content, name)
        assert refused.value.facts["found"] == found
        assert not files_in(folder)

    @pytest.mark.parametrize("name", ["a.exe", "a.html", "a.svg", "a", "a.pdf.js"])
    def test_refuses_a_kind_that_is_not_taken(self, attach, folder, name):
        with pytest.raises(TypeNotAllowed):
            attach(PDF, name)
        assert not files_in(folder)

    def test_refuses_an_empty_file(self, attach):
        with pytest.raises(DocumentEmpty):
            attach(b"")

    def test_refuses_one_byte_more_than_allowed(self, attach, settings):
        settings.TIEBEAM_DOCUMENT_BYTES_MOST = len(PDF)
        attach(PDF)
        with pytest.raises(DocumentTooLarge) as refused:
            attach(PDF + b"\n")
        assert refused.value.facts["found"] == len(PDF) + 1

    @pytest.mark.parametrize(
        ("fault", "content"),
        [
            ("ratio", office("xl/workbook.xml", SHEET_TYPE, bomb=bytes(20_000_000))),
            (
                "entries",
                archive({f"{number}": b"" for number in range(5000)}),
            ),
            ("path", office("xl/workbook.xml", SHEET_TYPE, **{"../../etc/passwd": b"x"})),
            ("path", office("xl/workbook.xml", SHEET_TYPE, **{"/etc/passwd": b"x"})),
            ("macro", office("xl/workbook.xml", SHEET_TYPE, **{"xl/vbaProject.bin": b"x"})),
            ("damaged", b"PK\x03\x04 and nothing of a table"),
            ("damaged", XLSX[:40] + XLSX[-22:]),
        ],
    )
    def test_refuses_an_archive_that_is_not_safe_to_unpack(self, attach, folder, fault, content):
        with pytest.raises(ArchiveNotSafe) as refused:
            attach(content, "a.xlsx")
        assert refused.value.facts["fault"] == fault
        assert not files_in(folder)

    def test_refuses_an_archive_that_is_locked(self, attach):
        locked = bytearray(XLSX)
        at = XLSX.find(b"PK\x01\x02")
        locked[at + 8] |= 1
        with pytest.raises(ArchiveNotSafe) as refused:
            attach(bytes(locked), "a.xlsx")
        assert refused.value.facts["fault"] == "locked"

    def test_refuses_a_table_that_states_too_many_bytes_before_reading_it(self, attach):
        lying = bytearray(XLSX)
        at = XLSX.rfind(b"PK\x05\x06")
        lying[at + 12 : at + 16] = struct.pack("<I", 50_000_000)
        with pytest.raises(ArchiveNotSafe) as refused:
            attach(bytes(lying), "a.xlsx")
        assert refused.value.facts["fault"] == "table_bytes"

    @pytest.mark.parametrize("role", [Role.READER, Role.AUDITOR, Role.ADMINISTRATOR])
    def test_refuses_whoever_only_reads(self, attach, workspace, role):
        with pytest.raises(NotAllowed):
            attach(actor=workspace.actor("office", role))

    def test_knows_no_record_of_another(self, attach, hunan, folder):
        with pytest.raises(Programme.DoesNotExist):
            attach(actor=hunan)
        assert not files_in(folder)

    def test_leaves_no_file_when_the_transaction_fails(self, attach, folder, monkeypatch):
        def fail(**_):
            raise IntegrityError

        monkeypatch.setattr(files_operations, "record_creation", fail)
        with pytest.raises(IntegrityError):
            attach()
        assert not files_in(folder)
        monkeypatch.undo()
        attach()
        assert len(files_in(folder)) == 1

    def test_leaves_no_row_when_the_disk_fails(
        self, attach, folder, monkeypatch, coordinator, programme
    ):
        def fail(_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("tiebeam.platform.files.store.os.fsync", fail)
        with pytest.raises(OSError, match="No space"):
            attach()
        monkeypatch.undo()
        assert not files_in(folder)
        with acting(coordinator):
            assert list_documents(programme) == []


class TestNameOfADocument:
    @pytest.mark.parametrize(
        ("given", "cleaned"),
        [
            ("../../etc/passwd.txt", "passwd.txt"),
            ("C:\\Users\\me\\协议.PDF", "协议.pdf"),
            ("a\x00b\r\nc.pdf", "abc.pdf"),
            ("invoice\u202efdp.exe.pdf", "invoicefdp.exe.pdf"),
            ('say "hi"; x.pdf', "say hi ; x.pdf"),
            ("  .hidden.csv ", "hidden.csv"),
            ("...", "document"),
            ("", "document"),
        ],
    )
    def test_is_cleaned(self, given, cleaned):
        assert clean_name(given) == cleaned

    def test_is_cut_and_keeps_its_extension(self):
        assert clean_name("长" * 500 + ".pdf") == "长" * 116 + ".pdf"


class TestEncodingOfAText:
    def test_is_found(self):
        assert find_encoding("福建".encode()) == "utf-8"
        assert find_encoding("福建".encode("gb18030")) == "gb18030"
        assert find_encoding(b"\x00") is None


class TestDocument:
    def test_is_read_by_the_readers_of_its_record_and_by_nobody_else(
        self, attach, programme, fujian, hunan
    ):
        document = attach()
        with acting(fujian):
            assert open_document(document) == PDF
        with acting(hunan):
            assert list_documents(programme) == []
            with pytest.raises(Document.DoesNotExist):
                open_document(document)

    def test_is_read_by_the_owner_of_its_record_when_another_attached_it(
        self, attach, programme, fujian, coordinator
    ):
        document = attach(actor=fujian)
        assert document.tenant_id == fujian.organisation_id
        with acting(coordinator):
            assert list_documents(programme) == [document]

    def test_is_not_opened_when_it_was_changed_or_lost(self, attach, coordinator, folder):
        document = attach()
        [stored] = files_in(folder)
        stored.write_bytes(PDF + b"x")
        with acting(coordinator), pytest.raises(DocumentDamaged):
            open_document(document)
        stored.unlink()
        with acting(coordinator), pytest.raises(DocumentDamaged):
            open_document(document)

    def test_is_listed_as_of_a_day_and_as_known_on_another(
        self, attach, coordinator, programme, now
    ):
        first = attach()
        second = attach(DOCX, "b.docx", at=now + timedelta(days=3))
        day = timezone.localdate(now)
        with acting(coordinator):
            assert list_documents(programme) == [first, second]
            assert list_documents(programme, AsOf(true_on=day)) == [first]
            later = AsOf(true_on=day + timedelta(days=9), known_at=now + timedelta(days=1))
            assert list_documents(programme, later) == [first]
            later = AsOf(true_on=day + timedelta(days=9), known_at=now + timedelta(days=4))
            assert list_documents(programme, later) == [first, second]

    def test_is_never_empty_even_without_us(self, attach, coordinator, now):
        made = attach()
        empty = Document(
            tenant_id=made.tenant_id,
            scope_id=made.scope_id,
            record_type="x",
            record_id=made.record_id,
            name="a",
            media_type="text/plain",
            bytes_count=0,
            sha256="0" * 64,
            stored_as="x",
            added_at=now,
            added_by_id=made.added_by_id,
        )
        with acting(coordinator), pytest.raises(IntegrityError), transaction.atomic():
            empty.save()

    def test_is_never_changed_or_deleted_even_without_us(self, attach, coordinator):
        document = attach()
        with acting(coordinator):
            with pytest.raises(DatabaseError), transaction.atomic():
                Document.objects.filter(pk=document.pk).update(name="other.pdf")
            with pytest.raises(DatabaseError), transaction.atomic():
                document.delete()
