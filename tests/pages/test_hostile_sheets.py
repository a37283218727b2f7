"""Wrong and hostile files, sent as a sheet of every kind: told in words, cell by cell, and never half taken."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from records.programme_at_work import set_to_work
from tiebeam.apps.regions.models import Organisation, Region, Statistic
from tiebeam.apps.regions.operations import create_region
from tiebeam.apps.regions.operations.rows import GivenRow
from tiebeam.apps.regions.operations.sheets import take_in_regions
from tiebeam.errors import InvalidInput
from tiebeam.interfaces.jobs.workbook_forms import KINDS
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting

ROWS = {
    "regions": {"name_zh": "甲", "name_en": "A", "kind": "county", "valid_from": "2020-01-01"},
    "organisations": {"name_zh": "甲", "name_en": "A", "kind": "hospital", "parent": "福建"},
    "statistics": {
        "region": "西藏", "indicator": "beds", "year": 2020, "quantity": 5, "unit": "bed",
        "vintage": "2021-01-01", "source": "Yearbook", "reliability": "official",
    },
    "pairings": {"above": "x", "donor": "福建", "recipient": "林芝", "valid_from": "2020-03-01"},
    "tranches": {"commitment": "x", "amount": "100", "due_on": "2020-03-01"},
    "vouchers": {"issuer": "甲", "number": "1", "amount": "100", "issued_on": "2020-03-01"},
    "daily_reports": {"incident": "x", "place": "福建", "day": "2020-02-10", "patients": 5},
}  # fmt: skip
SENDERS = {"tranches": "fujian", "vouchers": "nyingchi"}
"""Whose sheet it is, where it is not the coordinator's."""


@pytest.fixture
def tibet(coordinator, now):
    return create_region(
        name_en="Tibet", name_zh="西藏", kind="province", actor=coordinator, now=now
    )


def bytes_of(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheet(kind, *rows, title="Sheet1"):
    """A workbook with one row for each of *rows*, under the names of the columns."""
    book = openpyxl.Workbook()
    book.active.title = title
    heads = [name for name, _ in KINDS[kind].columns]
    book.active.append(heads)
    for row in rows:
        book.active.append([row.get(head) for head in heads])
    return book


def with_part(content, change):
    """The archive with its first sheet changed as a text."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", 8) as new:
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                part = change(part.decode()).encode()
            new.writestr(entry.filename, part)
    return stream.getvalue()


def bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "spreadsheetml.sheet.main+xml")
        archive.writestr("xl/workbook.xml", b"0" * (64 * 2**20))
    return stream.getvalue()


def vast(content):
    """The sheet says that it has a billion rows, and has one cell near the end of what a sheet can hold."""
    return with_part(
        content,
        lambda part: part.replace('<dimension ref="', '<dimension ref="A1:XFD1000000000" was="')
        .replace("</sheetData>", '<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'),
    )  # fmt: skip


FILES = {
    "empty": (lambda _: b"", "empty"),
    "no archive": (lambda _: b"PK\x03\x04" + b"x" * 99, "damaged"),
    "text": (lambda _: b"id,name\n1,2\n", "xlsx"),
    "bomb": (lambda _: bomb(), "unpack"),
    "cut off": (lambda kind: bytes_of(sheet(kind, ROWS[kind]))[:-40], "damaged"),
    "another table": (lambda _: bytes_of(openpyxl.Workbook()), "empty"),
    "heads alone": (lambda kind: bytes_of(sheet(kind)), "no row"),
    "formula": (
        lambda kind: bytes_of(sheet(kind, {**ROWS[kind], KINDS[kind].columns[2][0]: "=1+1"})),
        "formula",
    ),
}


def send(client, kind, content):
    file = SimpleUploadedFile("mine.xlsx", content)
    answer = client.post(f"/workbooks/{kind}/", {"file": file})
    return client.get(answer.url) if answer.status_code == 302 else answer


def standing(coordinator):
    with acting(coordinator):
        models = (Region, Organisation, Statistic, Entry)
        return [model.objects.count() for model in models]


def reasons(page):
    return " ".join(row.cells[3].text for row in page.context["table"].rows)


@pytest.mark.parametrize("kind", list(KINDS))
class TestEveryKind:
    def test_refuses_the_file_in_words_of_both_languages(self, kind, tibet, coordinator, sign_in):
        before = standing(coordinator)
        for language in ("en", "zh"):
            client = sign_in(SENDERS.get(kind, "office"), language)
            for name, (make, told) in FILES.items():
                page = send(client, kind, make(kind))
                text = page.content.decode()
                assert page.status_code in {200, 400, 409}, name
                assert not page.context.get("may_confirm"), name
                for room in ("[files", "[read", "[workbooks", "[regions", "[web"):
                    assert room not in text, name
                if language == "en":
                    assert told in text, name
        assert standing(coordinator) == before

    def test_does_not_read_a_billion_rows(self, kind, tibet, sign_in):
        client = sign_in(SENDERS.get(kind, "office"))
        page = send(client, kind, vast(bytes_of(sheet(kind, ROWS[kind]))))
        assert page.status_code in {200, 400, 409}
        assert not page.context.get("may_confirm")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in SENDERS])
class TestKindOfTheCoordinator:
    def test_refuses_two_rows_of_one_key_and_an_id_of_another_record(
        self, kind, tibet, workspace, as_coordinator
    ):
        stranger = {**ROWS[kind], "id": str(workspace.organisations["office"].pk)}
        if kind == "organisations":
            stranger["id"] = str(tibet.pk)
        page = send(
            as_coordinator, kind, bytes_of(sheet(kind, ROWS[kind], ROWS[kind], stranger, stranger))
        )
        text = reasons(page)
        assert "Said again in row 3" in text
        assert "No record with this id" in text
        assert not page.context["may_confirm"]


class TestSheetOfAnotherOrganisation:
    def test_changes_none_of_its_records(self, tibet, workspace, coordinator, now):
        other = workspace.actor("fujian", Role.MINISTRY)
        rows = [
            GivenRow(number=2, values={"id": str(tibet.pk), "name_en": "Mine"}),
            GivenRow(number=3, values={"name_zh": "甲", "kind": "county"}),
        ]
        before = standing(coordinator)
        with pytest.raises(InvalidInput) as refused:
            take_in_regions(rows=rows, reason="x", actor=other, now=now)
        assert [(one.row, one.code) for one in refused.value.faults] == [(2, "workbooks.not_yours")]
        assert standing(coordinator) == before
        # Unchanged it may stand in the sheet, such as one that both were sent.
        unchanged = GivenRow(number=2, values={"id": str(tibet.pk), "name_en": "Tibet"})
        take_in_regions(rows=[unchanged, rows[1]], reason="x", actor=other, now=now)


class TestCells:
    def test_are_read_as_people_type_them(self, tibet, coordinator, as_coordinator):
        rows = [
            {**ROWS["statistics"], "quantity": "１，２３４．５", "vintage": "２０２１年5月11日"},
            {
                **ROWS["statistics"],
                "year": "２０２１",
                "vintage": date(2022, 1, 2),
                "unit": " bed　",
            },
        ]
        page = send(as_coordinator, "statistics", bytes_of(sheet("statistics", *rows)))
        assert page.context["may_confirm"], reasons(page)
        upload = page.context["upload"]
        as_coordinator.post(
            f"/workbooks/uploads/{upload.pk}/", {"reason": "x", "sha256": upload.sha256}
        )
        with acting(coordinator):
            found = Statistic.objects.order_by("year").values_list(
                "year", "quantity", "unit", "vintage"
            )
            assert list(found) == [
                (2020, Decimal("1234.5"), "bed", date(2021, 5, 11)),
                (2021, Decimal(5), "bed", date(2022, 1, 2)),
            ]

    def test_that_no_database_can_hold_are_no_fault_of_the_program(self, tibet, as_coordinator):
        row = {**ROWS["statistics"], "source": "Yearbook_x0000_ 2020", "indicator": "beds_xD800_"}
        page = send(as_coordinator, "statistics", bytes_of(sheet("statistics", row)))
        assert page.status_code == 200
        upload = page.context["upload"]
        answer = as_coordinator.post(
            f"/workbooks/uploads/{upload.pk}/", {"reason": "x", "sha256": upload.sha256}
        )
        assert answer.status_code in {302, 409}

    def test_that_can_mean_two_things_are_refused_where_they_stand(self, tibet, as_coordinator):
        wrong = {"quantity": "3万", "vintage": "05/06/2021", "year": "2020.5", "reliability": "?"}
        rows = [
            {**ROWS["statistics"], "indicator": name, name: value} for name, value in wrong.items()
        ]
        page = send(as_coordinator, "statistics", bytes_of(sheet("statistics", *rows)))
        told = {row.cells[0].exact: row.cells[3].text for row in page.context["table"].rows}
        assert "figure: " in told[2]
        assert "“05/06/2021” is no day" in told[3]
        assert "year: " in told[4]
        assert "reliability: " in told[5]

    def test_of_a_merged_area_give_their_name_to_every_row(self, tibet, as_coordinator):
        rows = [{**ROWS["statistics"], "indicator": f"i{n}"} for n in range(3)]
        book = sheet("statistics", *rows)
        book.active.merge_cells("B2:B4")
        page = send(as_coordinator, "statistics", bytes_of(book))
        assert page.context["may_confirm"], reasons(page)
        book = sheet("statistics", *rows)
        book.active.merge_cells("E2:E4")
        page = send(as_coordinator, "statistics", bytes_of(book))
        assert not page.context["may_confirm"]
        assert "figure" in reasons(page)


class TestExport:
    def test_makes_no_formula_of_any_text(self, tibet, coordinator, as_coordinator, now):
        for sign in "=+-@\t":
            create_region(
                name_en=f"{sign}1+1", name_zh="公", kind="county", parent=tibet,
                actor=coordinator, now=now,
            )  # fmt: skip
        book = openpyxl.load_workbook(
            io.BytesIO(as_coordinator.get("/workbooks/regions/download/").content)
        )
        for row in book.worksheets[0].iter_rows():
            assert all(cell.data_type != "f" for cell in row)
        file = as_coordinator.get("/directory/?q=公&file=csv")
        assert file["Content-Type"].startswith("text/csv")
        text = file.content.decode("utf-8-sig")
        cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
        assert sum(cell.startswith("'") for cell in cells) == 5
        assert not any(cell.startswith(tuple("=+-@\t")) for cell in cells)


class TestReturn:
    @pytest.fixture
    def address(self, workspace, coordinator, now):
        of_return = set_to_work(workspace, coordinator, now).start("nyingchi")
        return f"/returns/{of_return.pk}/upload/"

    def test_refuses_the_file_in_words_of_both_languages(self, address, sign_in):
        head = b"resource,quantity,evidence\n"
        book = openpyxl.Workbook()
        book.active.append(["resource", "quantity", "evidence"])
        book.active.append(["doctors", "=2+3", "x"])
        files = {
            "empty.xlsx": b"", "damaged.xlsx": b"PK\x03\x04" + b"x" * 99, "bomb.xlsx": bomb(),
            "vast.xlsx": vast(bytes_of(book)), "formula.xlsx": bytes_of(book),
            "nul.csv": head + b"doctors,5,a\x00b\n", "twice.csv": head + b"doctors,5,\ndoctors,5,\n",
            "words.csv": head + "doctors,3万,\n".encode(), "binary.csv": bytes(range(256)),
        }  # fmt: skip
        for language in ("en", "zh"):
            client = sign_in("nyingchi", language)
            for name, content in files.items():
                answer = client.post(address, {"file": SimpleUploadedFile(name, content)})
                text = answer.content.decode()
                assert answer.status_code in {400, 409}, name
                assert not answer.context.get("looked_at"), name
                for room in ("[files", "[read", "[returns", "[programmes", "[web"):
                    assert room not in text, name

    def test_takes_figures_as_people_type_them(self, address, sign_in):
        book = openpyxl.Workbook()
        book.active.append(["资源编号", "数量", "填报依据"])
        book.active.append(["  医生　", "１５", " 名册 "])
        file = SimpleUploadedFile("mine.xlsx", bytes_of(book))
        answer = sign_in("nyingchi").post(address, {"file": file})
        assert answer.status_code == 200
        (row,) = (row for row in answer.context["table"].rows if row.cells[0].text == "2")
        assert (row.cells[4].text, row.cells[5].text) == ("15", "名册")
