"""The list: both sides are heard, two people sign, it is issued, and a recipient sees who answers."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from tests.browser.standing import NAMES, OTHER, SIDES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def read_cells(office):
    given = office.downloads("下载工作簿（XLSX）", "Workbook (XLSX)")
    return {
        str(cell)
        for sheet in load_workbook(BytesIO(given.read_bytes()))
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    }


def object_to(reader, address):
    reader.opens(address)
    reader.presses("回复意见", "Give an opinion")
    reader.ticks("反对", "objects").presses("回复意见", "Give an opinion")
    reader.is_refused("请说明反对的理由", "Say why you object")
    reader.looks("3-opinion-fault")
    objection = reader.words("护士数量不足", "Too few nurses")
    reader.enters("说明", "In words", objection).presses("回复意见", "Give an opinion")
    reader.is_told("意见已提交", "Your opinion was sent")
    return objection


def test_list_is_heard_on_signed_by_two_and_issued(standing, sit, language):
    standing.plan()
    office, second = sit("office", language), sit("second", OTHER[language])
    fujian, huanggang = sit("fujian", OTHER[language]), sit("huanggang", language)

    office.goes("programmes").presses("对口支援演练", "Assistance drill")
    office.presses("第一轮", "First round").presses("由方案生成草稿", "Draft from a plan")
    office.page.locator("select[name=variant]").select_option(index=1)
    office.presses("由方案生成草稿", "Draft from a plan").is_told("草稿已生成", "The draft is made")
    address = office.page.url
    office.looks("3-draft")
    office.presses("征求意见", "Send for opinion").presses("征求意见", "Send for opinion")
    office.is_told("已发出征求意见", "out for opinion")

    fujian.goes("home").looks("3-home-of-donor")
    fujian.opens(address)
    fujian.presses("回复意见", "Give an opinion")
    fujian.ticks("同意", "agrees").presses("回复意见", "Give an opinion")
    fujian.is_told("意见已提交", "Your opinion was sent")

    objection = object_to(huanggang, address)

    office.opens(address)
    office.sees(objection, objection).looks("3-opinions")
    office.presses("签署", "Sign").presses("签署", "Sign")
    office.is_refused("还有2条意见未答复", "2 opinions wait for an answer")
    office.looks("3-unanswered")
    office.opens(address)
    for _ in ("fujian", "huanggang"):
        office.presses("答复", "Answer")
        office.ticks("不采纳", "not followed")
        office.enters("说明", "In words", office.words("能力已全部安排", "All is given"))
        office.presses("答复", "Answer").is_told("答复已发出", "The answer was sent")
    office.presses("签署", "Sign").presses("签署", "Sign")
    office.is_refused("还有2个单位未", "2 of those asked have not replied").looks("3-silent")
    standing.hear("hunan", "nyingchi")
    office.opens(address)
    office.presses("签署", "Sign").presses("签署", "Sign").is_told("您已签署", "You have signed")
    office.presses("签署", "Sign").presses("签署", "Sign")
    office.is_refused("须由两人签署", "needs two people").looks("3-signed-twice")

    second.goes("home").has_title("有 1 项待办", "1 thing waits")
    second.looks("3-home-of-second")
    second.opens(address).presses("签署", "Sign")
    # What is signed lies before the one who signs.
    for name in SIDES:
        second.sees(*NAMES[name], within="main table")
    second.presses("签署", "Sign").is_told("您已签署", "You have signed")
    office.opens(address)
    office.presses("发布", "Issue").looks("3-issue")
    office.presses("发布", "Issue").is_told("结对关系表已发布", "The list is issued")
    office.looks("3-issued")
    assert {office.words(*NAMES[name]) for name in SIDES} <= read_cells(office)

    huanggang.goes("answers")
    huanggang.page.select_option("#place", label=huanggang.words(*NAMES["huanggang"]))
    huanggang.presses("查询", "Ask").has_title("由湖南对口支援", "Hunan answers")
    huanggang.looks("3-who-answers")
