"""``plan.xlsx``: a plan as sheets that an official can read, sort and print; heads in two languages."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from openpyxl import Workbook

from tiebeam.core.model.plan import Flow, LevelResult, Plan
from tiebeam.core.model.scenario import Party, Quantity, Resource, Scenario
from tiebeam.core.pairing import evaluate
from tiebeam.interchange.tables.styled import Head, Value, add_sheet

SHARE_FORMAT = "0.0%"
AMOUNT_FORMAT = "#,##0.##"
FIGURE_FORMAT = "#,##0.####"

LEVEL_NAMES_ZH = {
    "coverage": "需求满足率",
    "continuity": "结对连续性",
    "burden": "支援负担率",
    "partners": "结对数",
    "distance": "距离（公里）",
    "cost": "成本",
}
_VECTORS = frozenset({"coverage", "burden"})

Say = Callable[[str, Mapping[str, Any]], Sequence[str]]
"""Returns the sentence of a code and its facts, in English and in Chinese."""


def build_plan_workbook(plan: Plan, scenario: Scenario, say: Say | None = None) -> Workbook:
    """
    Return the workbook of *plan*.

    Args:
        plan: A plan whose ids *scenario* knows.
        scenario: What it was made for.
        say: Makes the sentences of the warnings; without it codes and facts stand there.
    """
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    flows = plan.flows or ()
    _add_pairs(workbook, plan, scenario, flows)
    _add_flows(workbook, scenario, flows)
    _add_levels(workbook, plan.levels)
    _add_recipients(workbook, plan, scenario, flows)
    _add_donors(workbook, plan, scenario, flows)
    assumptions = [(a.text, a.text_zh, a.affects) for a in scenario.assumptions]
    heads = [
        Head(text="assumption", width=60),
        Head(text="假设", width=60),
        Head(text="affects 影响"),
    ]
    add_sheet(workbook, "assumptions 假设", heads, assumptions)
    names = ("key 代号", "title 标题", "url 网址", "as of 截至日期", "reliability 可靠程度")
    sources = [(s.key, s.title, s.url, s.as_of, s.reliability) for s in scenario.sources]
    add_sheet(workbook, "sources 来源", [Head(text=name) for name in names], sources)
    _add_warnings(workbook, plan, say)
    return workbook


def _names(scenario: Scenario) -> dict[str, dict[str, tuple[str, str]]]:
    """Return id -> (name, Chinese name), by table."""
    return {
        table: {row.id: (row.name, row.name_zh) for row in getattr(scenario, table)}
        for table in ("donors", "recipients", "resources")
    }


def _add_pairs(workbook: Workbook, plan: Plan, scenario: Scenario, flows: Sequence[Flow]) -> None:
    names = _names(scenario)
    shares = evaluate.pair_coverages(scenario, flows)
    heads = [
        *(Head(text=text) for text in ("donor 支援方", "donor name", "支援方名称")),
        *(Head(text=text) for text in ("recipient 受援方", "recipient name", "受援方名称")),
        Head(text="lead 牵头"),
        Head(text="share of need met 满足需求的份额", number_format=SHARE_FORMAT, width=18),
    ]
    rows = []
    for pair in plan.pairs:
        donor = names["donors"].get(pair.donor, ("", ""))
        recipient = names["recipients"].get(pair.recipient, ("", ""))
        share = shares.get((pair.donor, pair.recipient), Fraction())
        met = None if plan.flows is None else float(share)
        lead = "yes 是" if pair.lead else ""
        rows.append((pair.donor, *donor, pair.recipient, *recipient, lead, met))
    add_sheet(workbook, "pairs 结对关系", heads, rows)


def _add_flows(workbook: Workbook, scenario: Scenario, flows: Sequence[Flow]) -> None:
    names = _names(scenario)
    units = {resource.id: resource.unit for resource in scenario.resources}
    texts = (
        *("donor 支援方", "donor name", "支援方名称"),
        *("recipient 受援方", "recipient name", "受援方名称"),
        *("resource 资源", "resource name", "资源名称"),
    )
    amount = Head(text="amount 数量", number_format=AMOUNT_FORMAT, width=14)
    heads = [*(Head(text=text) for text in texts), amount, Head(text="unit 单位")]
    rows = [
        (
            flow.donor,
            *names["donors"].get(flow.donor, ("", "")),
            flow.recipient,
            *names["recipients"].get(flow.recipient, ("", "")),
            flow.resource,
            *names["resources"].get(flow.resource, ("", "")),
            flow.amount,
            units.get(flow.resource, ""),
        )
        for flow in flows
    ]
    add_sheet(workbook, "flows 资源流向", heads, rows)


def _add_levels(workbook: Workbook, levels: Sequence[LevelResult]) -> None:
    """For the two vectors the first entry (worst covered, heaviest loaded) and the mean."""
    figures = (
        "value (of all: the worst)\n数值（多方者取最不利）",
        "bound 最优界",
        "mean of all 平均值",
        "bound of the mean\n平均值的最优界",
        "gap 最优性间隙",
    )
    heads = [
        Head(text="order 次序"),
        *(Head(text=text) for text in ("level", "目标层次")),
        *(Head(text=text, number_format=FIGURE_FORMAT, width=20) for text in figures),
        Head(text="proof 证明方式"),
    ]
    rows = []
    for order, level in enumerate(levels, start=1):
        rows.append(
            (
                order,
                level.name,
                LEVEL_NAMES_ZH[level.name],
                *_level_figures(level),
                _finite(level.gap),
                level.certificate,
            )
        )
    add_sheet(workbook, "levels 目标层次", heads, rows)


def _level_figures(level: LevelResult) -> tuple[Value, Value, Value, Value]:
    """Return (value or worst, its bound, mean, bound of the mean)."""
    value, bound = level.value, level.bound
    if not isinstance(value, tuple) or not isinstance(bound, tuple):
        single = None if isinstance(value, tuple) else _finite(value)
        return single, None if isinstance(bound, tuple) else _finite(bound), None, None
    if not value:
        return None, None, None, None
    first, last = (bound[0], bound[-1]) if bound else (float("inf"), float("inf"))
    return value[0], _finite(first), sum(value) / len(value), _finite(last / len(value))


def _finite(number: float) -> Value:
    """Return *number*, or nothing where it is not known."""
    return number if abs(number) < float("inf") else None


def _add_recipients(
    workbook: Workbook, plan: Plan, scenario: Scenario, flows: Sequence[Flow]
) -> None:
    covered = evaluate.coverages(scenario, flows) if plan.flows is not None else {}
    received: dict[tuple[str, str], float] = defaultdict(float)
    for flow in flows:
        received[flow.recipient, flow.resource] += flow.amount
    leads = {pair.recipient: pair.donor for pair in plan.pairs if pair.lead}
    heads = [
        *(Head(text=text) for text in ("recipient 受援方", "recipient name", "受援方名称")),
        Head(text="coverage 需求满足率", number_format=SHARE_FORMAT, width=14),
        Head(text="partners 结对数", number_format="0"),
        Head(text="lead 牵头支援方"),
        *_resource_heads(scenario.resources, ("need", "需求"), ("received", "获得")),
    ]
    rows = _party_rows(
        scenario.recipients,
        covered,
        [pair.recipient for pair in plan.pairs],
        scenario.resources,
        _amounts(scenario.needs),
        received,
    )
    listed = [(*row[:5], leads.get(str(row[0])), *row[5:]) for row in rows]
    add_sheet(workbook, "recipients 受援方", heads, [*listed, _total(listed, first=6)])


def _add_donors(workbook: Workbook, plan: Plan, scenario: Scenario, flows: Sequence[Flow]) -> None:
    loads = evaluate.loads(scenario, flows) if plan.flows is not None else {}
    spent = {key: float(v) for key, v in evaluate.spent_capacities(scenario, flows).items()}
    heads = [
        *(Head(text=text) for text in ("donor 支援方", "donor name", "支援方名称")),
        Head(text="burden 支援负担率", number_format=SHARE_FORMAT, width=14),
        Head(text="partners 结对数", number_format="0"),
        *_resource_heads(scenario.resources, ("capacity", "支援能力"), ("used", "占用")),
    ]
    rows = _party_rows(
        scenario.donors,
        loads,
        [pair.donor for pair in plan.pairs],
        scenario.resources,
        _amounts(scenario.capacities),
        spent,
    )
    add_sheet(workbook, "donors 支援方", heads, [*rows, _total(rows, first=5)])


def _resource_heads(
    resources: Iterable[Resource], asked: tuple[str, str], given: tuple[str, str]
) -> list[Head]:
    """Return two heads for each resource, with its unit."""
    return [
        Head(
            text=f"{english}: {resource.name} ({resource.unit})\n{chinese}：{resource.name_zh or resource.name}",
            number_format=AMOUNT_FORMAT,
            width=18,
        )
        for resource in resources
        for english, chinese in (asked, given)
    ]


def _amounts(quantities: Iterable[Quantity]) -> dict[tuple[str, str], float]:
    return {(quantity.party, quantity.resource): quantity.amount for quantity in quantities}


def _party_rows(
    parties: Iterable[Party],
    shares: Mapping[str, Fraction],
    paired: Sequence[str],
    resources: Sequence[Resource],
    asked: Mapping[tuple[str, str], float],
    given: Mapping[tuple[str, str], float],
) -> list[tuple[Value, ...]]:
    """Return a row for each party: names, share, partners, and two amounts for each resource."""
    rows: list[tuple[Value, ...]] = []
    for party in parties:
        share = shares.get(party.id)
        amounts: list[Value] = []
        for resource in resources:
            key = (party.id, resource.id)
            amounts += [asked.get(key, 0.0), given.get(key, 0.0)]
        head = (party.id, party.name, party.name_zh, None if share is None else float(share))
        rows.append((*head, paired.count(party.id), *amounts))
    return rows


def _total(rows: Sequence[tuple[Value, ...]], *, first: int) -> tuple[Value, ...]:
    """Return the sums of the columns from index *first* on, headed as total."""
    width = len(rows[0]) if rows else first
    sums = [sum(float(row[index] or 0) for row in rows) for index in range(first, width)]
    return ("total 合计", *([None] * (first - 1)), *sums)


def _add_warnings(workbook: Workbook, plan: Plan, say: Say | None) -> None:
    heads = [Head(text="code 代码"), Head(text="facts 事实", width=60)]
    if say:
        heads += [Head(text="warning", width=60), Head(text="说明", width=60)]
    rows = []
    for notice in plan.warnings:
        facts = "; ".join(f"{key}: {value}" for key, value in notice.facts.items())
        rows.append((notice.code, facts, *(say(notice.code, notice.facts) if say else ())))
    add_sheet(workbook, "warnings 提示", heads, rows)
