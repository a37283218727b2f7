"""Returns: a round is opened, both sides hand in, one return goes back and comes again."""

import pytest
from tests.browser.standing import NAMES, OTHER, QUANTITIES, SIDES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIDE_WORDS = {"donor": ("支援方", "donor"), "recipient": ("受援方", "recipient")}


def set_up(office):
    office.goes("programmes").presses("设立工作项目", "Set up a programme")
    office.presses("设立工作项目", "Set up a programme")
    office.is_refused("简称", "Short name")
    office.looks("1-programme-fault")
    office.enters("中文名称", "Name in Chinese", "对口支援演练")
    office.enters("英文名称", "Name in English", "Assistance drill")
    office.enters("简称", "Short name", "drill")
    office.presses("设立工作项目", "Set up a programme")
    office.is_told("工作项目已设立", "The programme is set up")

    office.presses("参加单位", "Participants")
    for name, side in SIDES.items():
        office.presses("添加参加单位", "Add a participant")
        office.chooses("单位", "Organisation", *NAMES[name])
        office.chooses("身份", "Side", *SIDE_WORDS[side])
        office.presses("添加参加单位", "Add a participant")
    office.has_title("2 个支援方、2 个受援方", "2 donors and 2 recipients")
    office.looks("1-participants")


def open_round(office):
    office.presses("概览", "Overview").presses("开启轮次", "Open a round")
    office.enters("中文名称", "Name in Chinese", "第一轮")
    office.enters("英文名称", "Name in English", "First round")
    office.enters("开始日期", "First day", "2026-01-01")
    office.enters("填报截止日期", "Returns due on", "2099-12-31")
    office.enters("需求与支援资源", "What is needed", "nurse, 护士, Nurses, person, 1, 1")
    office.presses("开启轮次", "Open a round")
    office.is_told("轮次已开启", "The round is open")
    office.looks("1-round")


def hand_in(reader, name):
    reader.goes("returns").presses("开始填报", "Start the return")
    if name == "fujian":
        reader.enters("护士：数量", "Nurses: quantity", "sixty")
        reader.presses("保存草稿", "Save as a draft").is_refused("护士", "Nurses")
        reader.looks("1-return-fault")
    reader.enters("护士：数量", "Nurses: quantity", str(QUANTITIES[name]))
    reader.presses("保存草稿", "Save as a draft").is_told("尚未提交", "not handed in yet")
    reader.presses("提交", "Hand in").is_told("填报已提交", "The return is handed in")


def test_returns_are_asked_for_sent_back_and_accepted(standing, sit, language):
    office = sit("office", language)
    set_up(office)
    open_round(office)
    readers = {name: sit(name, OTHER[language] if name == "hunan" else language) for name in SIDES}
    readers["fujian"].goes("home").looks("1-home-of-donor")
    for name, reader in readers.items():
        hand_in(reader, name)
    readers["fujian"].looks("1-return-handed-in")

    office.goes("returns")
    office.has_title("待答复填报 4 份", "4 returns wait for your answer")
    office.looks("1-returns")
    office.presses("第一轮", "First round").presses("湖南", "Hunan", starts=True)
    office.presses("退回", "Send back")
    office.presses("退回", "Send back").is_refused("理由", "Reason")
    why = office.words("请说明来自哪些医院。", "Which hospitals?")
    office.enters("理由", "Reason", why).presses("退回", "Send back")
    office.is_told("已退回", "back")

    hunan = readers["hunan"]
    hunan.goes("home").has_title("湖南有 1 项限期办理事项", "1 thing is due from Hunan")
    hunan.looks("1-home-of-returned")
    hunan.goes("returns").presses("继续填报", "Go on")
    hunan.enters("护士：依据", "Nurses: evidence", "two hospitals")
    hunan.presses("保存草稿", "Save as a draft")
    hunan.sees(why, why).looks("1-return-sent-back")
    hunan.presses("提交", "Hand in").is_told("填报已提交", "The return is handed in")

    for name in SIDES:
        office.presses(*NAMES[name], starts=True)
        office.presses("接受", "Accept").is_told("已接受", "is accepted")
    office.has_title("已接受 4 份", "4 of 4 returns accepted")
    office.looks("1-accepted")
    assert standing.quantities_accepted() == {
        name: [quantity] for name, quantity in QUANTITIES.items()
    }
