"""The desk: a plan is solved, questioned, locked, set beside another, and adopted by two."""

import pytest
from tests.browser.standing import NAMES, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def choose(office, donor, recipient):
    names = [office.words(*NAMES[name]) for name in (donor, recipient)]
    office.page.get_by_role("link", name=office.words("—", " – ").join(names)).click()
    office.sees(*NAMES[donor], within="#cell h3")


def bottom(part):
    box = part.bounding_box()
    return box["y"] + box["height"]


def test_plan_is_solved_questioned_and_locked(standing, sit, language):
    standing.take_returns()
    office = sit("office", language)
    office.goes("desk_tools").looks("2-files")
    office.goes("desk").looks("2-desk")
    office.presses("第一轮", "First round")
    office.looks("2-desk-of-round")
    office.presses("由填报生成情景", "Build from returns")
    office.enters("名称", "Name", "Build 1")
    office.chooses("第2位", "Place 2", "结对数", "partners")
    for place in (3, 4, 5):
        office.chooses(f"第{place}位", f"Place {place}", "（无）", "–")
    office.looks("2-build")
    office.presses("生成并固定", "Build and freeze").is_told("已生成并固定情景", "was built")
    office.looks("2-scenario")
    office.enters("名称", "Name", "A").presses("新建备选方案", "Begin a variant")

    office.presses("求解", "Solve").sees("等待执行", "Waiting for the worker")
    office.looks("2-solving")
    work()
    # The page asks by itself how far the search is, and shows the plan when it has ended.
    office.has_title("2个受援方，最低需求满足率", "2 recipients, worst covered")
    office.is_well().looks("2-plan")
    matrix, panel = (office.page.locator(part) for part in (".matrix-window", "#cell"))
    assert panel.bounding_box()["y"] >= bottom(matrix), "The matrix has the width to itself"

    choose(office, "fujian", "huanggang")
    office.sees("为何", "Why", within="#cell h4")
    assert panel.bounding_box()["y"] < bottom(matrix), "What is asked of a cell stands beside it"
    office.looks("2-why")
    office.finds("禁止结对", "Forbid").click()
    office.is_refused("未填写理由", "No reason is given")
    choose(office, "fujian", "huanggang")
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

    choose(office, "hunan", "huanggang")
    office.presses("若不结对会怎样？", "What if they were no pair?")
    office.sees("等待执行", "Waiting", within="#cell")
    work()
    office.sees("那样则没有方案", "Then no plan", within="#cell")
    office.looks("2-what-if")


def test_second_variant_is_compared_and_adopted_by_two(standing, sit, language):
    variant = standing.plan()
    office, second = sit("office", language), sit("second", language)
    office.goes("desk_what_if", variant.pk)
    office.chooses("修改项", "What", "支援能力", "Capacity of a donor")
    office.chooses("对象", "Whose", *NAMES["fujian"])
    office.chooses("资源", "Resource", "护士（人）", "Nurses (persons)")
    office.enters("新值", "New value", "30")
    office.sees("现值：60人", "Now: 60 persons").looks("2-what-if-form")
    office.presses("试算", "What if")
    work()
    office.goes("desk_variant", variant.pk)
    office.presses("复制", "Copy")
    office.enters("名称", "Name", "B").presses("复制", "Copy")
    office.is_told("已新建备选方案", "was begun")
    choose(office, "fujian", "huanggang")
    office.presses("解除锁定", "Remove the lock").is_told("已解除锁定", "The lock was removed")
    office.presses("重新求解", "Solve again")
    work()
    office.sees_not("请重新求解", "Solve again to have")
    office.presses("Build 1", "Build 1", within=".trail")
    office.presses("对照", "Compare").has_title("A与B对照", "A beside B").looks("2-compare")

    for reader in (office, second):
        reader.goes("desk_variant", variant.pk).presses("采纳", "Adopt")
        reader.looks("2-adopt")
        if reader is office:
            reader.enters("不待意见即签署的原因", "Why it is signed without all opinions", "DEMO")
        reader.presses("采纳", "Adopt")
    second.has_title("共 2 对", "2 pairs, in force").looks("2-adopted")
    assert standing.pairs_in_force() == {("hunan", "huanggang"), ("fujian", "nyingchi")}
