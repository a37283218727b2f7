"""Sheets that go out, are edited, and come back: the preview tells each row, and all or nothing is written."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tiebeam.apps.regions.models import Organisation, Region, Statistic
from tiebeam.apps.regions.operations import add_statistic, create_region
from tiebeam.interfaces.jobs import performing
from tiebeam.interfaces.web.workbooks import views
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.files.models import Upload
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture
def tibet(coordinator, now):
    return create_region(
        name_en="Tibet", name_zh="西藏", kind="province", actor=coordinator, now=now
    )


@pytest.fixture
def county(tibet, coordinator, now):
    return create_region(
        name_en="=Bayi", name_zh="巴宜区", kind="county", parent=tibet,
        latitude=Decimal("29.65"), longitude=Decimal("94.36"),
        codes={"GB/T 2260": "540402"}, actor=coordinator, now=now,
    )  # fmt: skip


def sheet_of(client, kind):
    """The downloaded workbook, and its sheet to edit."""
    answer = client.get(f"/workbooks/{kind}/download/")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return book, book.worksheets[0]


def heads_of(sheet, row=1):
    return {cell.value: cell.column for cell in sheet[row]}


def send(client, kind, content, name="mine.xlsx"):
    """Upload a workbook and return the page that tells what it would do."""
    if not isinstance(content, bytes):
        stream = io.BytesIO()
        content.save(stream)
        content = stream.getvalue()
    answer = client.post(f"/workbooks/{kind}/", {"file": SimpleUploadedFile(name, content)})
    if answer.status_code != 302:
        return answer
    return client.get(answer.url)


def confirm(client, page, reason="Yearly revision"):
    upload = page.context["upload"]
    return client.post(
        reverse("workbook_upload", args=[upload.pk]), {"reason": reason, "sha256": upload.sha256}
    )


def acts(page):
    return [(row.cells[0].exact, row.cells[1].text) for row in page.context["table"].rows]


def reasons(page):
    return " ".join(row.cells[3].text for row in page.context["table"].rows)


class TestDownload:
    def test_holds_ids_numbers_as_numbers_and_no_formula(self, county, as_coordinator):
        _, sheet = sheet_of(as_coordinator, "regions")
        heads = heads_of(sheet)
        row = next(r for r in sheet.iter_rows(min_row=2) if r[0].value == str(county.pk))

        assert row[heads["English name"] - 1].value == "=Bayi"
        assert row[heads["English name"] - 1].data_type == "s"
        assert row[heads["latitude (°)"] - 1].value == 29.65
        assert row[heads["belongs to"] - 1].value == "西藏"
        assert sheet.data_validations.dataValidation
        assert sheet.cell(1, 1).comment is not None

    def test_holds_what_the_organisation_keeps_and_nothing_else(self, county, as_fujian):
        # A donor office keeps figures of its own, and none of the directory.
        assert as_fujian.get("/workbooks/regions/download/").status_code == 403
        _, sheet = sheet_of(as_fujian, "statistics")
        assert sheet.max_row == 1

    def test_comes_back_unchanged(self, county, as_coordinator):
        for kind in ("regions", "organisations", "statistics", "pairings"):
            book, _ = sheet_of(as_coordinator, kind)
            page = send(as_coordinator, kind, book)
            assert page.status_code == 200
            assert {act for _, act in acts(page)} <= {"unchanged"}, kind
            assert "may_confirm" in page.context
            assert not page.context["may_confirm"]


class TestUploadOfRegions:
    def test_tells_each_row_and_writes_all_with_the_log(
        self, county, tibet, coordinator, as_coordinator
    ):
        book, sheet = sheet_of(as_coordinator, "regions")
        heads = heads_of(sheet)
        for row in sheet.iter_rows(min_row=2):
            if row[0].value == str(county.pk):
                row[heads["English name"] - 1].value = "Bayi District"
                row[heads["latitude (°)"] - 1].value = "２９.７"
        sheet.append([None, "波密县", "Bomi", "county", "西藏", "540424"])
        page = send(as_coordinator, "regions", book)

        assert sorted(act for _, act in acts(page)) == ["change", "new", "unchanged"]
        assert "=Bayi → Bayi District" in reasons(page)
        assert confirm(as_coordinator, page).status_code == 302
        with acting(coordinator):
            changed, made = Region.objects.get(pk=county.pk), Region.objects.get(name_en="Bomi")
            assert (changed.name_en, changed.latitude) == ("Bayi District", Decimal("29.7"))
            assert (made.parent_id, made.codes.get().code) == (tibet.pk, "540424")
            written = Entry.objects.filter(action="regions.take_in_regions")
            assert written.count() == 3
            assert len(set(written.values_list("transaction_id", flat=True))) == 1
            assert not Upload.objects.exists()

    def test_refuses_each_faulty_cell_and_writes_nothing(self, county, coordinator, as_coordinator):
        book, sheet = sheet_of(as_coordinator, "regions")
        sheet.append([None, "甲", "A", "planet", "西藏", "12"])
        sheet.append([None, "乙", "B", "county", "nowhere", None, "3万"])
        sheet.append([None, "丙", "C", "county", "西藏"])
        sheet.append([None, "丙", "C", "county", "西藏"])
        sheet.append(["4ad4f2d0-0000-4000-8000-000000000000", "丁", "D", "county"])
        page = send(as_coordinator, "regions", book)

        assert [act for _, act in acts(page)].count("refused") == 5
        told = reasons(page)
        assert "planet" in told or "kind" in told
        for words in (
            "Nothing of this name is known",
            "Said again in row",
            "No record with this id",
        ):
            assert words in told
        assert "[" not in told
        assert not page.context["may_confirm"]
        assert confirm(as_coordinator, page).status_code == 409
        with acting(coordinator):
            assert Region.objects.count() == 2

    def test_refuses_a_place_below_itself(self, county, tibet, as_coordinator):
        book, sheet = sheet_of(as_coordinator, "regions")
        column = heads_of(sheet)["belongs to"]
        for row in sheet.iter_rows(min_row=2):
            if row[0].value == str(tibet.pk):
                sheet.cell(row[0].row, column).value = "巴宜区"
        page = send(as_coordinator, "regions", book)
        assert [act for _, act in acts(page)].count("refused") == 1

    def test_reads_sheets_as_people_keep_them(self, tibet, coordinator, as_coordinator):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["行政区一览表"])
        sheet.merge_cells("A1:D1")
        sheet.append([])
        sheet.append(["编号", "中文名称", "英文名称", "类别", "上级", "起始日期"])
        sheet.append([])
        sheet.append([None, "朗县", "Nang", "county", "西藏", "２０２０年1月2日"])
        page = send(as_coordinator, "regions", book)
        assert acts(page) == [(5, "new")]
        confirm(as_coordinator, page)
        with acting(coordinator):
            assert Region.objects.get(name_zh="朗县").valid_from == date(2020, 1, 2)

    def test_refuses_what_is_no_workbook(self, as_coordinator):
        for name, content in (("a.xlsx", b"PK nothing"), ("a.txt", b"text"), ("a.xlsx", b"")):
            page = send(as_coordinator, "regions", content, name)
            assert page.status_code in {400, 409}
            assert "[files" not in page.content.decode()

    def test_belongs_to_who_sent_it(self, tibet, as_coordinator, as_hunan, as_admin):
        book, _ = sheet_of(as_coordinator, "regions")
        page = send(as_coordinator, "regions", book)
        address = reverse("workbook_upload", args=[page.context["upload"].pk])
        for other in (as_hunan, as_admin):
            assert other.get(address).status_code == 404
            assert other.post(address).status_code == 404

    def test_is_gone_after_an_hour(self, tibet, coordinator, as_coordinator, monkeypatch):
        book, _ = sheet_of(as_coordinator, "regions")
        page = send(as_coordinator, "regions", book)
        upload = page.context["upload"]
        with acting(coordinator):
            Upload.objects.filter(pk=upload.pk).update(expires_at=upload.uploaded_at)
        assert as_coordinator.get(reverse("workbook_upload", args=[upload.pk])).status_code == 409

    def test_takes_in_nothing_but_what_was_looked_at(self, tibet, as_coordinator):
        book, sheet = sheet_of(as_coordinator, "regions")
        sheet.append([None, "波密县", "Bomi", "county", "西藏"])
        page = send(as_coordinator, "regions", book)
        address = reverse("workbook_upload", args=[page.context["upload"].pk])
        answer = as_coordinator.post(address, {"reason": "x", "sha256": "0" * 64})
        assert answer.status_code == 409

    def test_of_many_rows_is_taken_in_by_the_worker(
        self, tibet, coordinator, workspace, as_coordinator, monkeypatch
    ):
        monkeypatch.setattr(views, "AT_ONCE_MOST", 1)
        monkeypatch.setattr(performing, "close_old_connections", lambda: None)
        book, sheet = sheet_of(as_coordinator, "regions")
        for number in range(3):
            sheet.append([None, f"县{number}", f"County {number}", "county", "西藏"])
        page = send(as_coordinator, "regions", book)
        answer = confirm(as_coordinator, page)
        assert answer.status_code == 302
        assert "waits" in as_coordinator.get(answer.url).content.decode()
        with acting(coordinator):
            run = Run.objects.get()
        person = workspace.people["office"]
        performing.perform.call(str(run.pk), str(coordinator.organisation_id), str(person.pk))
        assert "3 new" in as_coordinator.get(answer.url).content.decode()
        with acting(coordinator):
            assert Region.objects.filter(kind="county").count() == 3
            assert not Upload.objects.exists()


class TestUploadOfStatistics:
    def test_adds_figures_and_overwrites_none(self, tibet, coordinator, as_coordinator, now):
        add_statistic(
            region=tibet, indicator="population", year=2019, quantity=Decimal(3_510_000),
            unit="person", vintage=date(2020, 1, 1), source="Yearbook",
            reliability="official", actor=coordinator, now=now,
        )  # fmt: skip
        book, sheet = sheet_of(as_coordinator, "statistics")
        sheet.append(
            [
                None,
                "西藏",
                "population",
                2020,
                3648100,
                "person",
                "2021-05-11",
                "Census",
                "",
                "official",
            ]
        )
        page = send(as_coordinator, "statistics", book)
        assert sorted(act for _, act in acts(page)) == ["new", "unchanged"]
        confirm(as_coordinator, page)
        with acting(coordinator):
            assert Statistic.objects.count() == 2
        book, sheet = sheet_of(as_coordinator, "statistics")
        sheet.cell(2, heads_of(sheet)["figure"]).value = 1
        page = send(as_coordinator, "statistics", book)
        assert "never overwritten" in reasons(page)


class TestUploadOfOrganisations:
    def test_enters_a_hospital(self, tibet, coordinator, as_coordinator):
        book, sheet = sheet_of(as_coordinator, "organisations")
        sheet.append([None, "林芝市人民医院", "Nyingchi Hospital", "hospital", "西藏", "林芝"])
        page = send(as_coordinator, "organisations", book)
        assert confirm(as_coordinator, page).status_code == 302
        with acting(coordinator):
            made = Organisation.objects.get(name_en="Nyingchi Hospital")
            assert made.parent.name_en == "Nyingchi"


class TestPages:
    def test_speak_both_languages(self, tibet, sign_in):
        for language in ("en", "zh"):
            client = sign_in("office", language)
            book, sheet = sheet_of(client, "regions")
            sheet.append([None, "甲", "A", "planet", "x", "12", "1,23"])
            pages = [client.get("/workbooks/"), client.get("/workbooks/regions/")]
            pages.append(send(client, "regions", book))
            for page in pages:
                assert "[workbooks" not in page.content.decode()
                assert "[read" not in page.content.decode()
                assert "[regions" not in page.content.decode()

    def test_ask_strangers_to_sign_in_and_take_no_wrong_method(self, as_nobody, as_coordinator):
        assert as_nobody.get("/workbooks/").status_code == 302
        assert as_coordinator.post("/workbooks/").status_code == 405
        assert as_coordinator.get("/workbooks/planets/").status_code == 404

    def test_ask_few_queries(self, tibet, as_coordinator, django_assert_max_num_queries):
        book, _ = sheet_of(as_coordinator, "regions")
        page = send(as_coordinator, "regions", book)
        with django_assert_max_num_queries(20):
            as_coordinator.get(reverse("workbook_upload", args=[page.context["upload"].pk]))
