"""Money: a donor commits, orders and pays; the recipient confirms a part and disputes the rest."""

from datetime import date, timedelta

import pytest
from tests.browser.standing import OTHER
from tests.pages.money_grounds import make_money, today

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMED = {"Agreement", "财函〔2020〕1号", "Fujian_Finance", "Nyingchi_Finance"}


@pytest.fixture
def money(standing):
    made = make_money(standing.workspace)
    standing.people |= standing.workspace.people
    return made


@pytest.fixture
def reader(sit, money):
    def sit_down(who, language):
        made = sit(who, language)
        made.said |= NAMED
        return made

    return sit_down


def report(donor, pairing, verb, amount, on):
    """Report the next step of the pair, and return where it waits for the second person."""
    donor.goes("money_of_pair", pairing.pk).presses(*verb)
    if verb[1] == "Commit":
        donor.ticks("医疗", "medicine")
    donor.enters("金额", "Amount", amount)
    donor.enters("业务日期", "Day", on.isoformat())
    donor.enters("依据文件", "Document", "2026-12")
    donor.looks(f"6-{verb[1].split()[0].lower()}")
    donor.presses("提请复核", "Propose").is_told("待另一人复核", "a second person checks")
    return donor.page.url


def post(checker, address):
    """Read what would be posted, and post it."""
    checker.opens(address).looks("6-check")
    checker.presses("记账", "Post").is_told("已记账", "Posted")


def test_money_is_paid_and_a_part_of_it_is_disputed(money, reader, language):
    donor, checker = reader("fujian", language), reader("fujian_finance", OTHER[language])
    recipient, taker = reader("nyingchi", language), reader("nyingchi_finance", OTHER[language])
    paid_on = max(today() - timedelta(days=40), date(today().year, 1, 1))
    age = (today() - paid_on).days

    donor.goes("money").looks("6-money-of-donor")
    for verb, amount in (
        (("作出资金承诺", "Commit"), "900"),
        (("下达支付令", "Order a payment"), "300"),
        (("拨付资金", "Pay"), "300"),
    ):
        post(checker, report(donor, money.pairing, verb, amount, paid_on))

    recipient.goes("home").goes("money").looks("6-money-of-recipient")
    recipient.presses(
        f"福建 {age} 天前向林芝拨付",
        f"Fujian paid RMB 3 million to Nyingchi {age} day",
        starts=True,
    )
    recipient.presses("提交", "Send the answer").is_refused("到账情况", "What arrived")
    recipient.ticks("部分到账", "A part arrived")
    recipient.enters("到账金额", "Amount that arrived", "200")
    reason = recipient.words("银行退回一笔。", "The bank sent one back.")
    recipient.enters("未到账的原因", "Why the rest is missing", reason)
    recipient.enters("依据文件", "Document", "88")
    recipient.looks("6-answer").presses("提交", "Send the answer")
    for each in (donor, checker, taker):
        each.said.add(reason)
    post(taker, recipient.page.url)

    donor.goes("money").sees(
        f"在途 100万元，共 1 笔，最长已 {age} 天",
        f"RMB 1 million on the way in 1 payment, the oldest for {age} day",
    )
    donor.sees(reason, reason).looks("6-money-disputed")
    donor.presses(f"林芝对福建 {age} 天前的", "Nyingchi disputes RMB 1 million", starts=True)
    donor.sees("有异议", "Disputed").looks("6-payment")
    held = money.balances("recipient"), money.balances("donor")
    assert (held[0]["R1000"], held[1]["D1310"]) == (200 * 10**6, 100 * 10**6)
