"""The pages of what stands beside the books: schedule, reimbursements, registers."""

import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from tests.grounds import ground
from tests.pages.money_grounds import WAN, make_money, pay, post, today

from tiebeam.apps.ledger.claim_models import Reimbursement
from tiebeam.apps.ledger.gift_models import Gift
from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.ledger.operations.claims import check_reimbursement, request_reimbursement
from tiebeam.apps.ledger.operations.gifts import enter_gift
from tiebeam.apps.ledger.operations.tranches import plan_tranche
from tiebeam.apps.ledger.operations.vouchers import GivenVoucher
from tiebeam.apps.ledger.queries.claims import list_vouchers
from tiebeam.apps.ledger.schedule_models import Tranche
from tiebeam.platform.tenancy.acting import acting

MISSING = "00000000-0000-4000-8000-000000000000"
HEADS = {
    "title": "Walls of the school",
    "payee": "Builders",
    "purpose": "education",
    "nature": "capital",
    "amount_0": "500",
    "amount_1": "yuan",
}


def _text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
@ground
def grounds(workspace):
    found = make_money(workspace)
    payment = pay(found)
    post(found, "receipt", 300 * WAN, follows_id=payment.pk)
    return found


@pytest.fixture
def of_pair(grounds):
    return f"/money/pairs/{grounds.pairing.pk}/"


@pytest.fixture
def commitment(grounds):
    with acting(grounds.makers["donor"]):
        return Batch.objects.get(kind="commitment")


@pytest.fixture
def tranche(grounds, commitment, now):
    return plan_tranche(
        commitment=commitment, amount=400 * WAN, due_on=today() + timedelta(days=40),
        actor=grounds.makers["donor"], now=now,
    )  # fmt: skip


@pytest.fixture
def claim(grounds):
    return request_reimbursement(
        pairing=grounds.pairing, title="Roof", payee="Builders", purpose="education",
        nature="capital", amount=30_000, actor=grounds.makers["recipient"], now=timezone.now(),
        vouchers=[GivenVoucher(issuer="Tiles", number="9", amount=30_000, issued_on=today())],
    )  # fmt: skip


@pytest.fixture
def gift(grounds):
    return enter_gift(
        pairing=grounds.pairing, kind="donation", giver="Fund", received_on=today(),
        document="Receipt 7", description="Beds", quantity=40, quantity_unit="pieces",
        amount=90 * WAN, actor=grounds.makers["recipient"], now=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def pages(grounds, of_pair, tranche, claim, gift):
    """The address of each page, with who may open it."""
    with acting(grounds.makers["recipient"]):
        voucher = list_vouchers(claim)[0]
    return {
        f"{of_pair}schedule/": "fujian",
        f"{of_pair}schedule/plan/": "fujian",
        f"/money/tranches/{tranche.pk}/": "nyingchi",
        f"/money/tranches/{tranche.pk}/change/": "fujian",
        f"/money/tranches/{tranche.pk}/drop/": "fujian",
        "/money/forecast/": "fujian",
        f"{of_pair}gifts/": "fujian",
        f"{of_pair}gifts/enter/": "nyingchi",
        f"/money/gifts/{gift.pk}/correct/": "nyingchi",
        f"/money/gifts/{gift.pk}/strike/": "nyingchi",
        f"{of_pair}reimbursements/": "nyingchi",
        f"{of_pair}reimbursements/request/": "nyingchi",
        f"/money/reimbursements/{claim.pk}/": "nyingchi_finance",
        f"/money/reimbursements/{claim.pk}/check/": "nyingchi_finance",
        f"/money/reimbursements/{claim.pk}/refuse/": "nyingchi_finance",
        f"/money/vouchers/{voucher.pk}/correct/": "nyingchi",
        f"/history/tranche/{tranche.pk}/": "fujian",
        f"/history/reimbursement/{claim.pk}/": "nyingchi",
    }


class TestPages:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_open_with_words_for_all(self, sign_in, pages, language):
        for address, who in pages.items():
            answer = sign_in(who, language).get(address)
            assert answer.status_code == 200, address
            assert re.findall(r"\[\w+\.[\w.]+\]", _text(answer)) == [], address

    def test_are_not_there_for_others_nor_for_strangers(self, pages, as_hunan, as_nobody):
        for address in pages:
            if address != "/money/forecast/":
                assert as_hunan.get(address).status_code == 404, address
            assert as_nobody.get(address).status_code == 302, address

    def test_of_reimbursements_are_not_the_donors(self, as_fujian, of_pair, claim):
        assert as_fujian.get(f"{of_pair}reimbursements/").status_code == 404
        assert as_fujian.get(f"/money/reimbursements/{claim.pk}/").status_code == 404
        assert "Reimbursements" not in _text(as_fujian.get(f"{of_pair}schedule/"))

    def test_refuse_the_wrong_method_and_side(self, as_nyingchi, as_fujian, of_pair, claim):
        assert as_fujian.post(f"{of_pair}schedule/").status_code == 405
        assert as_nyingchi.get(f"/money/reimbursements/{claim.pk}/pay/").status_code == 405
        assert as_nyingchi.get(f"{of_pair}schedule/plan/").status_code == 403
        assert as_nyingchi.post(f"/money/reimbursements/{claim.pk}/pay/").status_code == 403

    def test_need_few_queries(self, sign_in, pages, django_assert_max_num_queries):
        for address, who in pages.items():
            client = sign_in(who)
            with django_assert_max_num_queries(24):
                client.get(address)

    def test_are_reached_from_the_money_of_the_pair(self, as_nyingchi, of_pair):
        page = _text(as_nyingchi.get(of_pair))

        for name in ("schedule", "reimbursements", "gifts"):
            assert f'href="{of_pair}{name}/"' in page


class TestEarlierDays:
    """What was committed and given today is not there on a day of last year."""

    @pytest.mark.parametrize("page", ["schedule/", "gifts/"])
    def test_are_shown_by_the_page_itself(self, as_nyingchi, of_pair, tranche, gift, page):
        now, then = (
            _text(as_nyingchi.get(of_pair + page, asked)) for asked in ({}, {"on": "2019-12-31"})
        )

        assert [page.count("<tr") > 1 for page in (now, then)] == [True, False]
        assert "What was true on 2019-12-31" in then


class TestSchedule:
    def test_tells_what_is_planned_met_and_left(self, as_nyingchi, of_pair, tranche):
        page = _text(as_nyingchi.get(f"{of_pair}schedule/"))

        assert "RMB 1 million fall due in" in page
        assert "RMB 5 million are committed without a day" in page
        assert "planned" in page

    def test_tells_what_is_overdue_across_pairs(self, as_coordinator, grounds, commitment, now):
        plan_tranche(
            commitment=commitment, amount=600 * WAN, due_on=today(),
            actor=grounds.makers["donor"], now=now,
        )  # fmt: skip
        with acting(grounds.makers["donor"]):
            Tranche.objects.update(due_on=today() - timedelta(days=3))

        page = _text(as_coordinator.get("/money/forecast/"))
        assert "RMB 3 million are overdue across all pairs" in page
        assert f"/money/pairs/{grounds.pairing.pk}/schedule/" in page

    def test_plans_in_the_unit_that_was_chosen(self, as_fujian, of_pair, commitment, grounds):
        given = {
            "commitment": str(commitment.pk), "amount_0": "120", "amount_1": "wan",
            "due_on": str(today()), "purpose": "medicine",
        }  # fmt: skip
        assert as_fujian.post(f"{of_pair}schedule/plan/", given).status_code == 302
        with acting(grounds.makers["donor"]):
            assert Tranche.objects.get().amount == 120 * WAN

        answer = as_fujian.post(f"{of_pair}schedule/plan/", given | {"amount_0": "781"})
        assert answer.status_code == 409
        assert "does not fit" in _text(answer)
        answer = as_fujian.post(f"{of_pair}schedule/plan/", given | {"amount_0": "1,2"})
        assert answer.status_code == 400

    def test_is_changed_and_dropped_for_a_reason(self, as_fujian, tranche, grounds):
        own = f"/money/tranches/{tranche.pk}/"
        given = {
            "amount_0": "350", "amount_1": "wan", "due_on": str(tranche.due_on),
            "purpose": "medicine", "reason": "Later",
        }  # fmt: skip
        assert as_fujian.post(f"{own}change/", given | {"reason": ""}).status_code == 400
        assert as_fujian.post(f"{own}change/", given).status_code == 302
        assert "RMB 3.50 million" in _text(as_fujian.get(own))
        assert as_fujian.post(f"{own}drop/", {"reason": "Not needed"}).status_code == 302
        assert "no longer planned" in _text(as_fujian.get(own))
        assert f"{own}change/" not in _text(as_fujian.get(own))


class TestReimbursement:
    def _lines(self, *lines):
        return {
            f"line{number}_{name}": value
            for number, line in enumerate(lines, start=1)
            for name, value in zip(("issuer", "number", "amount", "issued_on"), line, strict=True)
        }

    def test_goes_from_request_to_payment(self, sign_in, as_nyingchi, of_pair, grounds):
        lines = self._lines(
            ("Cement", "1", "300", str(today())), ("Steel", "2", "200", str(today()))
        )
        answer = as_nyingchi.post(f"{of_pair}reimbursements/request/", HEADS | lines)
        assert answer.status_code == 302
        own = answer.url
        assert f"{own}check/" not in _text(as_nyingchi.get(own))
        finance = sign_in("nyingchi_finance")
        given = {"pay_on": str(today()), "document": "Approval 5"}
        assert finance.post(f"{own}check/", given).status_code == 302
        assert "waiting to be paid" in _text(finance.get(own))
        assert f"{own}pay/" not in _text(finance.get(own))

        answer = finance.post(f"{own}pay/")
        assert answer.status_code == 409
        assert "Another person of your organisation" in _text(answer)

    def test_is_paid_by_the_other_person_of_finance(self, sign_in, claim, grounds, workspace):
        other = replace(grounds.checkers["recipient"], person_id=uuid4())
        check_reimbursement(
            reimbursement=claim, pay_on=today(), document="5", actor=other, now=timezone.now()
        )
        finance = sign_in("nyingchi_finance")
        own = f"/money/reimbursements/{claim.pk}/"
        assert f"{own}pay/" in _text(finance.get(own))

        assert finance.post(f"{own}pay/").status_code == 302
        assert "Roof: RMB 300, paid" in _text(finance.get(own))
        with acting(other):
            assert Batch.objects.get(kind="expenditure").amount == 30_000

    def test_tells_beside_the_line_what_is_wrong(self, as_nyingchi, of_pair, claim):
        lines = self._lines(
            ("Cement", "1", "300", str(today())),
            ("", "2", "1.005", str(today())),
        )
        answer = as_nyingchi.post(f"{of_pair}reimbursements/request/", HEADS | lines)
        assert answer.status_code == 400
        form = answer.context["form"]
        assert set(form.errors) == {"line2_issuer", "line2_amount"}

        lines = self._lines(("", "", "", ""), ("TILES", "９", "300", str(today())))
        given = HEADS | lines | {"amount_0": "300"}
        answer = as_nyingchi.post(f"{of_pair}reimbursements/request/", given)
        assert answer.status_code == 400
        assert "“Roof”" in str(answer.context["form"].errors["line2_number"])

    def test_tells_that_the_sum_differs(self, as_nyingchi, of_pair, grounds):
        lines = self._lines(("Cement", "1", "300", str(today())))
        answer = as_nyingchi.post(f"{of_pair}reimbursements/request/", HEADS | lines)

        assert answer.status_code == 400
        assert "Make both agree" in str(answer.context["form"].errors["amount"])
        with acting(grounds.makers["recipient"]):
            assert not Reimbursement.objects.exists()

    def test_is_refused_for_a_reason(self, sign_in, claim):
        finance, own = sign_in("nyingchi_finance"), f"/money/reimbursements/{claim.pk}/"

        assert finance.post(f"{own}refuse/", {"reason": ""}).status_code == 400
        assert finance.post(f"{own}refuse/", {"reason": "Not a school"}).status_code == 302
        assert "Not a school" in _text(finance.get(own))
        assert finance.post(f"{own}refuse/", {"reason": "Again"}).status_code == 409

    def test_has_vouchers_that_are_corrected(self, as_nyingchi, claim, grounds):
        with acting(grounds.makers["recipient"]):
            [voucher] = list_vouchers(claim)
        given = {
            "issuer": "Tiles", "number": "10", "amount_0": "310", "amount_1": "yuan",
            "issued_on": str(today()), "reason": "Misread",
        }  # fmt: skip
        answer = as_nyingchi.post(f"/money/vouchers/{voucher.pk}/correct/", given)

        assert answer.status_code == 302
        assert "RMB 310" in _text(as_nyingchi.get(answer.url))


class TestFirstPage:
    def test_tells_finance_what_waits_and_the_donor_what_falls_due(
        self, sign_in, claim, commitment, grounds, now
    ):
        plan_tranche(
            commitment=commitment, amount=400 * WAN, due_on=today() + timedelta(days=9),
            actor=grounds.makers["donor"], now=now,
        )  # fmt: skip

        assert "“Roof” over RMB 300 waits for you to check it" in _text(
            sign_in("nyingchi_finance").get("/")
        )
        assert "Roof" not in _text(sign_in("nyingchi").get("/"))
        assert "Pay RMB 1 million to Nyingchi" in _text(sign_in("fujian_finance").get("/"))

    def test_is_told_to_programs_too(self, as_fujian, grounds, tranche, gift):
        own = f"?pairing_id={grounds.pairing.pk}"
        schedule = as_fujian.get(f"/api/v1/questions/payment-schedule{own}").json()["answer"]
        assert schedule["commitments"][0]["lines"][0]["paid"] == 300 * WAN
        forecast = as_fujian.get(
            f"/api/v1/questions/cash-forecast?donor_id={grounds.owners['donor']}"
        ).json()["answer"]
        assert forecast["months"][0]["due"] == 400 * WAN
        totals = as_fujian.get(f"/api/v1/questions/gifts{own}").json()["answer"]
        assert (totals[0]["money"], totals[0]["goods"]) == (0, 90 * WAN)


class TestRegisters:
    def test_keep_totals_apart_and_say_so(self, as_fujian, of_pair, gift):
        page = _text(as_fujian.get(f"{of_pair}gifts/"))

        assert "outside the books" in page
        assert "never added" in page
        assert "Beds: 40 pieces" in page
        assert f"/money/gifts/{gift.pk}/correct/" not in page

    def test_take_money_and_goods(self, as_nyingchi, of_pair, grounds):
        given = {
            "kind": "investment", "giver": "Fuyao", "received_on": str(today()),
            "amount_0": "2", "amount_1": "yi", "document": "Contract 3",
        }  # fmt: skip
        assert as_nyingchi.post(f"{of_pair}gifts/enter/", given).status_code == 302
        answer = as_nyingchi.post(f"{of_pair}gifts/enter/", given)
        assert answer.status_code == 409
        assert "stands in the register already" in _text(answer)
        faulty = given | {"amount_0": "", "quantity": "3", "received_on": "2999-01-01"}
        answer = as_nyingchi.post(f"{of_pair}gifts/enter/", faulty)
        assert answer.status_code == 400
        assert set(answer.context["form"].errors) == {"description", "quantity_unit", "received_on"}
        with acting(grounds.makers["recipient"]):
            assert Gift.objects.get().amount == 2 * 10**10

    def test_are_corrected_and_struck_by_who_entered(self, as_nyingchi, as_fujian, gift, of_pair):
        own = f"/money/gifts/{gift.pk}/"
        assert as_fujian.get(f"{own}correct/").status_code == 403
        given = {
            "giver": "Fund", "received_on": str(date(2020, 1, 1)), "amount_0": "1",
            "amount_1": "wan", "document": "Receipt 8", "reason": "Misread",
        }  # fmt: skip
        assert as_nyingchi.post(f"{own}correct/", given).status_code == 302
        assert as_nyingchi.post(f"{own}strike/", {"reason": "Never came"}).status_code == 302
        assert "struck out" in _text(as_nyingchi.get(f"{of_pair}gifts/"))

    def test_are_downloaded_as_seen(self, as_fujian, of_pair, gift):
        answer = as_fujian.get(f"{of_pair}gifts/?file=csv")

        assert answer["Content-Type"].startswith("text/csv")
        assert "Fund" in _text(answer)
