"""The main journeys of a programme in a real browser, as each of those who take part sees them."""

import json
import subprocess
import sys
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from tests.browser.standing import QUANTITIES, SIDES, work

from tiebeam.platform.audit.keys import make_key
from tiebeam.platform.audit.sealing import seal_and_anchor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OTHER = {"zh": "en", "en": "zh"}
NAMES = {
    "fujian": ("福建", "Fujian"),
    "hunan": ("湖南", "Hunan"),
    "nyingchi": ("林芝", "Nyingchi"),
    "huanggang": ("黄冈", "Huanggang"),
}
SIDE_WORDS = {"donor": ("支援方", "donor"), "recipient": ("受援方", "recipient")}


@pytest.fixture(params=["zh", "en"])
def language(request):
    return request.param


def test_returns_are_asked_for_sent_back_and_accepted(standing, sit, language):
    office = sit("office", language)
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

    office.presses("概览", "Overview").presses("开启轮次", "Open a round")
    office.enters("中文名称", "Name in Chinese", "第一轮")
    office.enters("英文名称", "Name in English", "First round")
    office.enters("开始日期", "First day", "2026-01-01")
    office.enters("填报截止日期", "Returns due on", "2099-12-31")
    office.enters("需求与支援资源", "What is needed", "nurse, 护士, Nurses, person, 1, 1")
    office.presses("开启轮次", "Open a round")
    office.is_told("轮次已开启", "The round is open")
    office.looks("1-round")

    readers = {}
    for name, side in SIDES.items():
        reader = readers[name] = sit(name, OTHER[language] if name == "hunan" else language)
        reader.goes("home")
        if name == "fujian":
            reader.looks("1-home-of-donor")
        reader.goes("returns").presses("开始填报", "Start the return")
        if name == "fujian":
            reader.enters("护士：数量", "Nurses: quantity", "sixty")
            reader.presses("保存草稿", "Save as a draft")
            reader.is_refused("护士", "Nurses")
            reader.looks("1-return-fault")
        reader.enters("护士：数量", "Nurses: quantity", str(QUANTITIES[name]))
        reader.presses("保存草稿", "Save as a draft")
        reader.is_told("尚未提交", "not handed in yet")
        reader.presses("提交", "Hand in").is_told("填报已提交", "The return is handed in")
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
    hunan.goes("home").looks("1-home-of-returned")
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


def test_plan_is_solved_questioned_locked_and_compared(standing, sit, language):
    standing.take_returns()
    office = sit("office", language)
    office.goes("desk").looks("2-desk")
    office.presses("第一轮", "First round")
    office.looks("2-desk-of-round")
    office.presses("由填报生成情景", "Build from returns")
    office.enters("名称", "Name", "Build 1")
    office.enters("目标及其先后顺序", "Levels", "coverage, partners").looks("2-build")
    office.presses("生成并固定", "Build and freeze").is_told("已生成并固定情景", "was built")
    office.looks("2-scenario")
    office.enters("名称", "Name", "A").presses("新建备选方案", "Begin a variant")

    office.presses("求解", "Solve").sees("等待执行", "Waiting for the worker")
    office.looks("2-solving")
    work()
    # The page asks by itself how far the search is, and shows the plan when it has ended.
    office.has_title("2个受援方，最低需求满足率", "2 recipients, worst covered")
    office.is_well().looks("2-plan")

    def choose(donor, recipient):
        names = [office.words(*NAMES[name]) for name in (donor, recipient)]
        told = office.words("—", " – ").join(names)
        office.page.get_by_role("link", name=told).click()
        office.sees(*NAMES[donor], within="#cell h3")

    choose("fujian", "huanggang")
    office.sees("为何", "Why", within="#cell h4").looks("2-why")
    office.finds("禁止结对", "Forbid").click()
    office.is_refused("未填写理由", "No reason is given")
    choose("fujian", "huanggang")
    why = office.words("福建继续支援林芝", "Fujian stays with Nyingchi")
    office.enters("理由", "Reason", why, within="#cell")
    office.presses("禁止结对", "Forbid").is_told("锁定为不结对", "locked out")
    office.is_told("请重新求解", "Solve again").sees(why, why).looks("2-locked")

    office.presses("重新求解", "Solve again")
    work()
    office.expect(office.finds("重新求解", "Solve again")).to_be_visible()
    office.sees_not("请重新求解", "Solve again to have", within="main")
    cells = office.page.get_by_role("link", name=office.words("福建—黄冈", "Fujian – Huanggang"))
    assert office.words("锁定为不结对", "locked out") in cells.get_attribute("aria-label")
    assert cells.inner_text() == "·"

    choose("hunan", "huanggang")
    office.presses("若不结对会怎样？", "What if they were no pair?")
    office.sees("等待执行", "Waiting", within="#cell")
    work()
    office.sees("那样则没有方案", "Then no plan", within="#cell")
    office.looks("2-what-if")

    office.presses("复制", "Copy")
    office.enters("名称", "Name", "B").presses("复制", "Copy")
    office.is_told("已新建备选方案", "was begun")
    choose("fujian", "huanggang")
    office.presses("解除锁定", "Remove the lock").is_told("已解除锁定", "The lock was removed")
    office.presses("重新求解", "Solve again")
    work()
    office.sees_not("请重新求解", "Solve again to have")
    office.presses("Build 1", "Build 1", within=".trail")
    office.presses("对照", "Compare").has_title("A与B对照", "A beside B").looks("2-compare")


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

    huanggang.opens(address)
    huanggang.presses("回复意见", "Give an opinion")
    huanggang.ticks("反对", "objects").presses("回复意见", "Give an opinion")
    huanggang.is_refused("请说明反对的理由", "Say why you object")
    huanggang.looks("3-opinion-fault")
    objection = huanggang.words("护士数量不足", "Too few nurses")
    huanggang.enters("说明", "In words", objection).presses("回复意见", "Give an opinion")
    huanggang.is_told("意见已提交", "Your opinion was sent")

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
    office.presses("签署", "Sign").presses("签署", "Sign").is_told("您已签署", "You have signed")
    office.presses("签署", "Sign").presses("签署", "Sign")
    office.is_refused("须由两人签署", "needs two people").looks("3-signed-twice")

    second.goes("home").looks("3-home-of-second")
    second.opens(address)
    second.presses("签署", "Sign").presses("签署", "Sign").is_told("您已签署", "You have signed")
    office.opens(address)
    office.presses("发布", "Issue").looks("3-issue")
    office.presses("发布", "Issue").is_told("结对关系表已发布", "The list is issued")
    office.looks("3-issued")
    given = office.downloads("下载工作簿（XLSX）", "Workbook (XLSX)")
    cells = {
        str(cell)
        for sheet in load_workbook(BytesIO(given.read_bytes()))
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    }
    assert {office.words(*NAMES[name]) for name in SIDES} <= cells

    huanggang.goes("answers")
    huanggang.page.select_option("#place", label=huanggang.words(*NAMES["huanggang"]))
    huanggang.presses("查询", "Ask").has_title("由湖南对口支援", "Hunan answers")
    huanggang.looks("3-who-answers")


def test_pair_agrees_shares_the_work_and_hands_over(standing, sit, language):
    today = timezone.localdate()
    standing.issue(today - timedelta(days=10))
    pairing = standing.pairing_of("hunan")
    hunan, huanggang = sit("hunan", language), sit("huanggang", OTHER[language])
    office, second = sit("office", language), sit("second", language)

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

    office.goes("round", pairing.of_list.round_id).presses("手工拟定草稿", "Draft by hand")
    office.looks("4-by-hand")
    lines = office.words(
        "黄冈，福建，牵头\n林芝，湖南，牵头", "Huanggang, Fujian, lead\nNyingchi, Hunan, lead"
    )
    office.enters("结对", "Pairs", lines).presses("手工拟定草稿", "Draft by hand")
    address = office.page.url
    for reader in (office, second):
        reader.opens(address)
        reader.presses("签署", "Sign").presses("签署", "Sign")
    office.opens(address)
    office.presses("发布", "Issue")
    office.enters("生效日期", "In force from", str(today - timedelta(days=1)))
    office.enters("发布日期", "Issued on", str(today - timedelta(days=1)))
    office.presses("发布", "Issue").is_told("结对关系表已发布", "The list is issued")
    office.looks("4-second-list")

    hunan.goes("hand_overs").looks("4-hand-overs")
    hunan.goes("open_hand_over", pairing.pk).presses("开始交接", "Open the hand-over")
    hunan.is_told("交接已开始", "The hand-over is opened").looks("4-hand-over")
    hunan.presses("签署", "Sign")
    hunan.ticks("本人已核对清单", "I have read the list").presses("签署", "Sign")
    hunan.is_refused("有 3 项未在本系统记录", "3 lines are not recorded")
    hunan.looks("4-hand-over-refused")
    hunan.page.go_back()
    hunan.goes("open_hand_over", pairing.pk)
    open_lines = hunan.page.locator("main").get_by_role("link", name=hunan.words("填写", "Enter"))
    while open_lines.count():
        before = open_lines.count()
        hunan.presses("填写", "Enter")
        hunan.enters("遗留数量", "How many are open", "0")
        hunan.enters(
            "内容说明", "What they are", hunan.words("经财务处核实，没有", "None by letter")
        )
        hunan.presses("保存", "Save").is_told("该项已填写", "The line is entered")
        if open_lines.count() >= before:
            break
    hunan.presses("签署", "Sign")
    hunan.ticks("本人已核对清单", "I have read the list").presses("签署", "Sign")
    hunan.is_told("结对工作交接已签署", "The hand-over is signed").looks("4-hand-over-signed")


def test_auditor_proves_who_did_what(standing, sit, language, settings, tmp_path):
    issued = standing.issue(timezone.localdate())
    anchors = settings.TIEBEAM_AUDIT_ANCHORS = tmp_path / "anchors"
    key = make_key(tmp_path / "keys" / "audit.pem", anchors)
    seal_and_anchor(now=timezone.now(), key=key, anchors=anchors)
    auditor = sit("auditor", language)

    auditor.goes("home").looks("5-home")
    auditor.goes("log").looks("5-log")
    auditor.has_title("日志全部封存", "Every entry of the log is sealed")
    auditor.goes("log", query=f"?record={issued.pk}").looks("5-log-of-list")
    auditor.sees("Office", "Office").sees("Second", "Second")
    auditor.page.locator("table tbody a").first.click()
    auditor.sees("已封存", "is sealed").is_well()
    auditor.looks("5-entry")
    proof = auditor.downloads("下载证明文件", "Take the proof")
    with auditor.page.expect_download() as waiting:
        auditor.page.get_by_role("link", name="verifier.py").click()
    program = waiting.value.path()
    told = json.loads(proof.read_text(encoding="utf-8"))
    assert told["record"] == str(issued.pk)

    def verify(path):
        command = [sys.executable, str(program), str(path)]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    assert verify(proof).returncode == 0
    forged = tmp_path / "forged.json"
    text = proof.read_text(encoding="utf-8")
    forged.write_text(text.replace(str(standing.people["second"].pk), str(issued.pk)))
    assert verify(forged).returncode != 0
