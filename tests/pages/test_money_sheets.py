"""Payment schedules and vouchers as sheets that go out, are edited, and come back."""

from datetime import date

import pytest
from tests.grounds import ground
from tests.pages.test_workbooks import acts, confirm, heads_of, reasons, send, sheet_of
from tests.records.ledger_grounds import LATER, make_grounds

from tiebeam.apps.ledger.claim_models import Voucher
from tiebeam.apps.ledger.operations.claims import request_reimbursement
from tiebeam.apps.ledger.operations.tranches import plan_tranche
from tiebeam.apps.ledger.operations.vouchers import GivenVoucher
from tiebeam.apps.ledger.queries.claims import list_claims
from tiebeam.apps.ledger.queries.schedule import list_schedules
from tiebeam.platform.tenancy.acting import acting

DAY = date(2020, 6, 1)


@pytest.fixture
@ground
def grounds(workspace):
    found = make_grounds(workspace)
    found.fix_year(2020)
    for kind in ("obligation", "opening", "appropriation"):
        found.post(kind, 100_000)
    payment = found.pay(40_000)
    found.post("receipt", 40_000, follows_id=payment.pk)
    return found


@pytest.fixture
def donor(grounds):
    return grounds.makers["donor"]


@pytest.fixture
def recipient(grounds):
    return grounds.makers["recipient"]


@pytest.fixture
def tranche(grounds, donor):
    commitment = grounds.post("commitment", 60_000)
    return plan_tranche(commitment=commitment, amount=10_000, due_on=DAY, actor=donor, now=LATER)


@pytest.fixture
def claim(grounds, recipient):
    return request_reimbursement(
        pairing=grounds.pairing, title="Walls", payee="Builders", purpose="education",
        nature="capital", amount=300, actor=recipient, now=LATER,
        vouchers=[GivenVoucher(issuer="Cement", number="0042", amount=300, issued_on=DAY)],
    )  # fmt: skip


def write(sheet, row, **values):
    """Write cells of a row by the heads of their columns."""
    heads = heads_of(sheet)
    for head, value in values.items():
        sheet.cell(row, heads[head.replace("_", " ")]).value = value


class TestTranches:
    def _row(self, sheet, tranche):
        return next(
            row
            for row in range(2, sheet.max_row + 1)
            if sheet.cell(row, 1).value == str(tranche.pk)
        )

    def test_come_back_unchanged(self, tranche, as_fujian):
        book, _ = sheet_of(as_fujian, "tranches")

        assert [act for _, act in acts(send(as_fujian, "tranches", book))] == ["unchanged"]

    def test_are_changed_and_added_all_in_one(self, tranche, as_fujian, donor):
        book, sheet = sheet_of(as_fujian, "tranches")
        label = sheet.cell(2, 2).value
        write(sheet, 2, **{"amount (yuan)": 150.5})
        write(
            sheet, 3, commitment=label, **{"amount (yuan)": 200, "to be paid by": date(2020, 9, 1)}
        )
        page = send(as_fujian, "tranches", book)
        assert {act for _, act in acts(page)} == {"new", "change"}
        assert "150.50" in reasons(page)

        assert confirm(as_fujian, page).status_code == 302
        with acting(donor):
            lines = [line for row in list_schedules() for line in row.lines]
        assert sorted((line.tranche.amount, line.tranche.purpose) for line in lines) == [
            (15_050, "medicine"),
            (20_000, "medicine"),
        ]

    def test_beyond_the_commitment_change_nothing(self, tranche, as_fujian, donor):
        book, sheet = sheet_of(as_fujian, "tranches")
        label = sheet.cell(2, 2).value
        write(sheet, 2, **{"amount (yuan)": 50})
        write(
            sheet, 3, commitment=label, **{"amount (yuan)": 551, "to be paid by": date(2020, 9, 1)}
        )
        page = send(as_fujian, "tranches", book)

        assert dict(acts(page)) == {2: "change", 3: "refused"}
        assert "does not fit" in reasons(page)

    @pytest.mark.parametrize(
        ("head", "value", "told"),
        [
            ("amount (yuan)", -1, "below zero"),
            ("amount (yuan)", "1,2.3", ""),
            ("amount (yuan)", "=1+1", ""),
            ("to be paid by", "soon", ""),
            ("to be paid by", date(2020, 2, 1), "before the commitment"),
            ("commitment", "None #8e9c", ""),
        ],
    )
    def test_with_a_faulty_cell_are_refused_in_words(
        self, tranche, as_fujian, donor, head, value, told
    ):
        book, sheet = sheet_of(as_fujian, "tranches")
        write(sheet, 2, **{head: value})
        page = send(as_fujian, "tranches", book)

        assert [act for _, act in acts(page)] == ["refused"]
        assert told in reasons(page)
        assert confirm(as_fujian, page).status_code != 302
        with acting(donor):
            assert [row.planned for row in list_schedules() if row.lines] == [10_000]

    def test_are_the_donors(self, tranche, as_nyingchi):
        assert as_nyingchi.get("/workbooks/tranches/download/").status_code == 403


class TestVouchers:
    def test_come_back_unchanged(self, claim, as_nyingchi):
        book, _ = sheet_of(as_nyingchi, "vouchers")

        assert [act for _, act in acts(send(as_nyingchi, "vouchers", book))] == ["unchanged"]

    def test_of_one_title_become_one_reimbursement(self, claim, as_nyingchi, recipient):
        book, sheet = sheet_of(as_nyingchi, "vouchers")
        pair, standing = sheet.cell(2, 3).value, sheet.cell(2, 2).value
        write(sheet, 2, **{"amount (yuan)": 3.5})
        new = {"payee": "Painters", "purpose": "education", "nature": "current", "pair": pair}
        day = {"voucher date": DAY, "issued by": "Paint"}
        for row, number, title in ((3, "1", "Colour"), (4, "2", "Colour")):
            write(sheet, row, reimbursement=title, **new, **day)
            write(sheet, row, **{"voucher number": number, "amount (yuan)": 10})
        write(sheet, 5, reimbursement=standing, **day)
        write(sheet, 5, **{"voucher number": "3", "amount (yuan)": 1})
        page = send(as_nyingchi, "vouchers", book)
        assert dict(acts(page)) == {2: "change", 3: "new", 4: "new", 5: "new"}

        assert confirm(as_nyingchi, page).status_code == 302
        with acting(recipient):
            held = {row.reimbursement.title: row.reimbursement.amount for row in list_claims()}
            assert held == {"Colour": 2000, "Walls": 450}
            assert Voucher.objects.count() == 4

    def test_used_before_are_refused_and_named(self, claim, as_nyingchi, recipient):
        book, sheet = sheet_of(as_nyingchi, "vouchers")
        values = [cell.value for cell in sheet[2]]
        for column, value in enumerate(values[1:], start=2):
            sheet.cell(3, column).value = value
        page = send(as_nyingchi, "vouchers", book)

        assert "refused" in {act for _, act in acts(page)}
        assert "Each is used once" in reasons(page)
        assert confirm(as_nyingchi, page).status_code != 302
        with acting(recipient):
            assert Voucher.objects.count() == 1

    def test_that_lack_words_are_refused(self, claim, as_nyingchi):
        book, sheet = sheet_of(as_nyingchi, "vouchers")
        write(sheet, 3, pair=sheet.cell(2, 3).value, nature="other")
        page = send(as_nyingchi, "vouchers", book)

        assert "refused" in {act for _, act in acts(page)}
        for code in ("[regions", "[claims", "[ledger"):
            assert code not in page.content.decode()
