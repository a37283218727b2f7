"""Bank statements in the browser: taken in, matched, proposed, set aside (§L5)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.grounds import ground
from tests.pages.money_grounds import WAN, make_money, pay, post, today

from tiebeam.apps.ledger.models import Proposal
from tiebeam.apps.ledger.statement_models import BankLine, BankStatement
from tiebeam.platform.tenancy.acting import acting

MISSING = "00000000-0000-4000-8000-000000000000"
BANK = "/money/bank/"


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
@ground
def money(workspace):
    """Fujian has paid Nyingchi 300 万元."""
    found = make_money(workspace)
    found.payment = pay(found)
    return found


@pytest.fixture
def nyingchi(sign_in, money):
    return sign_in("nyingchi")


def csv_of(*rows: str) -> SimpleUploadedFile:
    day = today().isoformat()
    lines = ["交易日期,借贷标志,交易金额,对方户名,摘要,凭证号", *(f"{day},{row}" for row in rows)]
    return SimpleUploadedFile("三月.csv", "\n".join(lines).encode("gb18030"))


CAME = '贷,"3,000,000.00",福建省,援助资金,77'
FEE = "借,15.00,银行,手续费,"


def take_in(client, *rows: str, follow: bool = True):
    return client.post(f"{BANK}new/", {"file": csv_of(*rows), "account": "6222"}, follow=follow)


def lines(money, side="recipient"):
    with acting(money.makers[side]):
        return list(BankLine.objects.order_by("number"))


class TestTakingIn:
    def test_leads_to_the_lines_with_what_they_could_be(self, nyingchi, money):
        page = text_of(take_in(nyingchi, CAME, FEE))

        assert "Taken in: 2 lines" in page
        assert "perhaps: Receipt confirmed after Payment" in page
        assert [line.amount for line in lines(money)] == [300 * WAN, -1500]

    def test_tells_each_fault_with_its_line_and_takes_nothing(self, nyingchi, money):
        answer = take_in(nyingchi, "贷,NaN,甲,,", CAME, "红,5,甲,,")

        assert answer.status_code == 400
        page = text_of(answer)
        assert "Line 2" in page
        assert "Line 4" in page
        assert lines(money) == []

    @pytest.mark.parametrize(
        "content", [b"", b"\x00\x01", b"<!DOCTYPE x><x/>", b"no,statement\n1,2"]
    )
    def test_refuses_other_files_in_words(self, nyingchi, content):
        file = SimpleUploadedFile("x.csv", content)

        answer = nyingchi.post(f"{BANK}new/", {"file": file, "account": ""})

        assert answer.status_code == 400
        assert "[" not in text_of(answer).split("<main")[1].split("<form")[0]

    def test_of_the_same_file_twice_is_refused(self, nyingchi):
        take_in(nyingchi, CAME)

        again = take_in(nyingchi, CAME)

        assert again.status_code == 409
        assert "三月.csv" in text_of(again)

    def test_tells_what_a_person_should_look_at(self, nyingchi):
        file = SimpleUploadedFile("x.csv", f"日期,金额\n{today()},5\n".encode())

        page = text_of(nyingchi.post(f"{BANK}new/", {"file": file, "account": ""}, follow=True))

        assert "every line was read as money that came in" in page


class TestALine:
    def test_becomes_a_proposal_with_the_day_and_amount_of_the_bank(self, nyingchi, money):
        take_in(nyingchi, CAME)
        (line,) = lines(money)
        address = f"{BANK}lines/{line.pk}/confirm/receipt/?follows={money.payment.pk}"
        assert address.replace("&", "&amp;") in text_of(nyingchi.get(f"{BANK}lines/{line.pk}/"))

        answer = nyingchi.post(address, {"document": "77", "note": ""}, follow=True)

        assert answer.status_code == 200
        with acting(money.makers["recipient"]):
            proposal = Proposal.objects.get(kind="receipt")
        assert (proposal.amount, proposal.valid_on) == (300 * WAN, today())
        assert "waits for the second person" in text_of(nyingchi.get(f"{BANK}lines/{line.pk}/"))

    def test_is_matched_with_what_was_posted(self, nyingchi, money):
        receipt = post(money, "receipt", 300 * WAN, follows_id=money.payment.pk)
        take_in(nyingchi, CAME)
        (line,) = lines(money)
        assert str(receipt.pk) in text_of(nyingchi.get(f"{BANK}lines/{line.pk}/"))

        nyingchi.post(f"{BANK}lines/{line.pk}/match/", {"batch": str(receipt.pk)})

        assert lines(money)[0].event_id == receipt.pk
        assert f"/money/events/{receipt.pk}/" in text_of(nyingchi.get(f"{BANK}lines/{line.pk}/"))

    def test_is_refused_another_amount_in_words(self, nyingchi, money):
        receipt = post(money, "receipt", 200 * WAN, follows_id=money.payment.pk)
        take_in(nyingchi, CAME)
        (line,) = lines(money)

        answer = nyingchi.post(f"{BANK}lines/{line.pk}/match/", {"batch": str(receipt.pk)})

        assert answer.status_code == 409
        assert "A line is an event of its very amount" in text_of(answer)

    def test_is_entered_as_an_expenditure(self, nyingchi, money):
        post(money, "receipt", 300 * WAN, follows_id=money.payment.pk)
        take_in(nyingchi, '借,"50,000.00",建筑公司,工程款,78')
        (line,) = lines(money)
        address = f"{BANK}lines/{line.pk}/confirm/expenditure/?pairing={money.pairing.pk}"
        assert address in text_of(nyingchi.get(f"{BANK}lines/{line.pk}/"))

        nyingchi.post(address, {"document": "78", "nature": "capital", "note": ""})

        with acting(money.makers["recipient"]):
            assert Proposal.objects.get(kind="expenditure").amount == 5 * WAN

    def test_is_set_aside_and_opened_again_with_a_reason(self, nyingchi, money):
        take_in(nyingchi, FEE)
        (line,) = lines(money)

        assert nyingchi.post(f"{BANK}lines/{line.pk}/set-aside/", {}).status_code == 400
        nyingchi.post(f"{BANK}lines/{line.pk}/set-aside/", {"reason": "手续费"})

        assert "手续费" in text_of(nyingchi.get(f"{BANK}lines/{line.pk}/"))
        nyingchi.post(f"{BANK}lines/{line.pk}/reopen/", {"reason": "误"})
        assert not lines(money)[0].is_set_aside


class TestPages:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_open_with_words_for_all(self, sign_in, money, language, django_assert_max_num_queries):
        client = sign_in("nyingchi", language)
        take_in(client, CAME, FEE)
        came, fee = lines(money)
        with acting(money.makers["recipient"]):
            statement = BankStatement.objects.get()
        for address in (
            BANK, f"{BANK}new/", f"{BANK}{statement.pk}/", f"{BANK}{statement.pk}/?state=open",
            f"{BANK}{statement.pk}/?file=csv", f"{BANK}lines/{came.pk}/",
            f"{BANK}lines/{fee.pk}/set-aside/", f"{BANK}lines/{fee.pk}/reopen/",
            f"{BANK}lines/{came.pk}/confirm/receipt/?follows={money.payment.pk}",
        ):  # fmt: skip
            with django_assert_max_num_queries(40):
                answer = client.get(address)
            assert answer.status_code == 200, address
            body = text_of(answer).split("<main")[-1]
            assert "[statements" not in body, address
            assert "[money" not in body, address

    def test_hide_statements_of_others(self, sign_in, nyingchi, money):
        take_in(nyingchi, CAME)
        (line,) = lines(money)
        with acting(money.makers["recipient"]):
            statement = BankStatement.objects.get()

        donor = sign_in("fujian")

        assert donor.get(f"{BANK}{statement.pk}/").status_code == 404
        assert donor.get(f"{BANK}lines/{line.pk}/").status_code == 404
        assert donor.post(f"{BANK}lines/{line.pk}/set-aside/", {"reason": "x"}).status_code == 404
        assert "三月.csv" not in text_of(donor.get(BANK))

    def test_refuse_who_may_not_take_in(self, sign_in, money):
        assert sign_in("office").get(f"{BANK}new/").status_code == 403

    def test_ask_strangers_to_sign_in(self, client, money):
        assert client.get(BANK).status_code == 302

    @pytest.mark.parametrize("tail", ["confirm/handover/", f"confirm/receipt/?follows={MISSING}"])
    def test_know_no_event_that_is_not_there(self, nyingchi, money, tail):
        take_in(nyingchi, CAME)
        (line,) = lines(money)

        assert nyingchi.get(f"{BANK}lines/{line.pk}/{tail}").status_code == 404

    def test_are_linked_from_the_money(self, nyingchi):
        assert f'href="{BANK}"' in text_of(nyingchi.get("/money/"))

    def test_stand_on_the_first_page_while_lines_wait(self, nyingchi, money):
        take_in(nyingchi, FEE)
        assert "say of 1 line what it is" in text_of(nyingchi.get("/"))

        (line,) = lines(money)
        nyingchi.post(f"{BANK}lines/{line.pk}/set-aside/", {"reason": "手续费"})

        assert "say of 1 line" not in text_of(nyingchi.get("/"))
