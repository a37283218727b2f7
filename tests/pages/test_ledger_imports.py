"""A sheet of events on the page: form, look, propose, the second person, how far it is (issue 4 §4)."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.grounds import ground
from tests.pages.money_grounds import make_money

from tiebeam.apps.ledger.models import Batch, ImportProposal
from tiebeam.apps.ledger.operations import imports
from tiebeam.interfaces.jobs import performing
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tenancy.acting import acting

HEADS = ["日期", "事项", "金额（万元）", "编号", "前序编号", "支援方", "受援方", "依据文件", "用途"]
DAY = "2020-03-01"
ROWS = [
    [DAY, "期初余额", 1000, "", "", "Fujian", "Nyingchi", "DEMO 1", ""],
    [DAY, "期初余额", 900, "", "", "Fujian", "Nyingchi", "DEMO 1", ""],
]


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    imports._list_events.cache_clear()


@pytest.fixture
@ground
def money(workspace):
    found = make_money(workspace)
    found.fix_year(2020)
    return found


@pytest.fixture
def office(sign_in, money):
    return sign_in("fujian")


@pytest.fixture
def finance(sign_in, money):
    return sign_in("fujian_finance")


def sheet(*rows):
    book = openpyxl.Workbook()
    for row in (HEADS, *rows):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def send(client, money, *rows):
    """Send a sheet, and return the address of the look."""
    answer = client.post(
        "/money/imports/new/",
        {
            "programme": str(money.programme.pk),
            "file": SimpleUploadedFile("rows.xlsx", sheet(*(rows or ROWS))),
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def propose(client, money, *rows):
    """Send a sheet and propose it; return the address of the import."""
    look = send(client, money, *rows)
    form = client.get(look).context["form"]
    answer = client.post(look, {"sha256": form.initial["sha256"]})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def work(money):
    """Do what the worker would: the test's transaction hides the queue from it."""
    checker = money.checkers["donor"]
    with acting(checker):
        run = Run.objects.get(kind="post_ledger_import")
    performing.perform.call(str(run.pk), str(checker.organisation_id), str(checker.person_id))


class TestSending:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_gives_a_form_and_has_words_for_all(self, sign_in, money, language):
        client = sign_in("fujian", language)
        shown = propose(client, money)

        for address in ("/money/", "/money/imports/", "/money/imports/new/", shown):
            answer = client.get(address)
            assert answer.status_code == 200
            assert "[imports." not in answer.content.decode()
            assert "[ledger" not in answer.content.decode()
        form = client.get("/money/imports/form/")
        assert openpyxl.load_workbook(io.BytesIO(form.content)).worksheets

    def test_tells_each_row_and_proposes_nothing_with_one_refused(self, office, money):
        wrong = [DAY, "拨付", "=1+1", "", "x", "Fujian", "Nyingchi", "DEMO 1", ""]
        look = send(office, money, *ROWS, wrong)

        page = office.get(look)

        rows = [(row.cells[0].exact, row.cells[1].status) for row in page.context["table"].rows]
        assert rows == [(4, "bad"), (2, "good"), (3, "good")]
        assert not page.context["may_propose"]
        with acting(money.makers["donor"]):
            assert not ImportProposal.objects.exists()

    def test_asks_about_a_slipped_unit_until_one_is_sure(self, office, money):
        rows = [[*ROWS[0][:2], amount, *ROWS[0][3:]] for amount in (900, 1000, 1100, 0.1)]
        look = send(office, money, *rows)
        page = office.get(look)
        sha256 = page.context["form"].initial["sha256"]

        assert page.context["table"].rows[0].cells[1].status == "risk"
        assert office.post(look, {"sha256": sha256}).status_code == 400
        assert office.post(look, {"sha256": sha256, "is_sure": "on"}).status_code == 302

    def test_is_not_for_who_keeps_no_books(self, sign_in, money):
        assert sign_in("hunan").get("/money/imports/new/").status_code == 200
        look = send(sign_in("fujian"), money)
        assert sign_in("nyingchi").get(look).status_code == 404


class TestChecking:
    def test_is_done_by_another_person_in_the_background(self, office, finance, money, monkeypatch):
        monkeypatch.setattr(performing, "close_old_connections", lambda: None)
        shown = propose(office, money)
        assert office.post(f"{shown}post/").status_code in {403, 409}

        assert finance.get(shown).context["may_post"]
        answer = finance.post(f"{shown}post/")
        assert answer.status_code == 302
        assert finance.get(shown, headers={"HX-Request": "true"}).context["is_live"]
        work(money)

        page = finance.get(shown)
        assert page.context["proposal"].state == "posted"
        with acting(money.makers["donor"]):
            assert Batch.objects.filter(import_id=page.context["proposal"].pk).count() == 2
        assert finance.post(f"{shown}post/").status_code == 409

    def test_sends_back_with_a_reason_and_lets_the_maker_withdraw(self, office, finance, money):
        shown = propose(office, money)
        assert finance.post(f"{shown}return/", {"reason": "错表"}).status_code == 302
        assert "错表" in office.get(shown).content.decode()
        again = propose(office, money)
        assert office.post(f"{again}withdraw/").status_code == 302
        assert office.get(again).context["proposal"].state == "withdrawn"

    def test_is_not_there_for_other_organisations(self, sign_in, office, money):
        shown = propose(office, money)

        assert sign_in("nyingchi").get(shown).status_code == 404
