"""A pair: its agreement is signed by both, the work shared, and handed over when a second list ends it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.browser.standing import OTHER

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_pair_agrees_and_shares_the_work(standing, sit, language):
    today = timezone.localdate()
    standing.issue(today - timedelta(days=10))
    pairing = standing.pairing_of("hunan")
    hunan, huanggang = sit("hunan", language), sit("huanggang", OTHER[language])

    hunan.goes("pair", pairing.pk).looks("4-pair")
    hunan.goes("agreements_of_pairing", pairing.pk).presses("起草协议", "Draft an agreement")
    hunan.page.locator("[name=kind]").first.check()
    title = hunan.words("湖南省与黄冈市对口支援协议", "Hunan and Huanggang")
    hunan.enters("标题", "Title", title)
    hunan.enters("正文", "Text", hunan.words("选派护士四十名。", "Forty nurses."))
    hunan.enters("起始日期", "First day", str(today - timedelta(days=5)))
    hunan.presses("保存草稿", "Save the draft").is_told("草稿已保存", "The draft is saved")
    address = hunan.page.url
    hunan.presses("提交审阅", "Ask for review").is_told("已提交对方审阅", "before the other side")
    hunan.looks("4-agreement-asked")
    for reader in (huanggang, hunan):
        reader.goes("home").looks("4-home")
        reader.opens(address)
        reader.presses("签署", "Sign").looks("4-sign")
        reader.presses("签署", "Sign")
        reader.is_refused("本人已阅读", "I have read")
        reader.ticks("本人已阅读", "I have read").presses("签署", "Sign")
        reader.is_told("您已代表本方签署", "You have signed for your side")
    hunan.looks("4-agreement-signed")

    hunan.goes("responsibilities", pairing.pk)
    hunan.presses("确定责任", "Set responsibilities")
    hunan.ticks("负总责", "accountable").looks("4-set-responsibility")
    hunan.presses("确定", "Set").is_told("责任已确定", "The responsibility is set")
    huanggang.goes("responsibilities", pairing.pk)
    huanggang.presses("确定责任", "Set responsibilities")
    huanggang.ticks("具体负责", "responsible").presses("确定", "Set")
    huanggang.looks("4-responsibilities")


def issue_second_list(office, second, pairing, today):
    office.goes("round", pairing.of_list.round_id).presses("手工拟定草稿", "Draft by hand")
    office.looks("4-by-hand")
    lines = office.words(
        "黄冈，福建，牵头\n林芝，湖南，牵头", "Huanggang, Fujian, lead\nNyingchi, Hunan, lead"
    )
    office.enters("结对", "Pairs", lines).presses("手工拟定草稿", "Draft by hand")
    address = office.page.url
    for reader in (office, second):
        reader.opens(address)
        reader.presses("签署", "Sign")
        if reader is office:
            reader.enters("不待意见即签署的原因", "Why it is signed without all opinions", "DEMO")
        reader.presses("签署", "Sign").is_told("您已签署", "You have signed")
    office.opens(address)
    office.presses("发布", "Issue")
    office.enters("生效日期", "In force from", str(today - timedelta(days=1)))
    office.enters("发布日期", "Issued on", str(today - timedelta(days=1)))
    office.presses("发布", "Issue").is_told("结对关系表已发布", "The list is issued")
    office.looks("4-second-list")


def test_second_list_re_pairs_and_the_work_is_handed_over(standing, sit, language):
    today = timezone.localdate()
    standing.issue(today - timedelta(days=10))
    pairing = standing.pairing_of("hunan")
    issue_second_list(sit("office", language), sit("second", OTHER[language]), pairing, today)
    hunan = sit("hunan", language)
    hunan.goes("hand_overs").looks("4-hand-overs")
    hunan.goes("open_hand_over", pairing.pk).presses("开始交接", "Open the hand-over")
    hunan.is_told("交接已开始", "The hand-over is opened").looks("4-hand-over")
    hunan.presses("签署", "Sign")
    hunan.ticks("本人已核对清单", "I have read the list").presses("签署", "Sign")
    hunan.is_refused("有 3 项未在本系统记录", "3 lines are not recorded")
    hunan.looks("4-hand-over-refused")
    hunan.goes("open_hand_over", pairing.pk)
    for _ in ("money", "people", "projects"):
        hunan.presses("填写", "Enter")
        hunan.enters("遗留数量", "How many are open", "0")
        hunan.enters(
            "内容说明", "What they are", hunan.words("经财务处核实，没有", "None by letter")
        )
        hunan.presses("保存", "Save").is_told("该项已填写", "The line is entered")
    hunan.presses("签署", "Sign")
    hunan.ticks("本人已核对清单", "I have read the list").presses("签署", "Sign")
    hunan.is_told("结对工作交接已签署", "The hand-over is signed").looks("4-hand-over-signed")
    assert standing.pairs_in_force() == {("fujian", "huanggang"), ("hunan", "nyingchi")}
