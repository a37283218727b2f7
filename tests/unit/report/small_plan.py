"""
Two donors, two recipients: one plan for the tests of the report, its figures made by hand.

Sanming gets (5/10 + 10/10) / 2 = 75 % of its need, Longyan 6/10 = 60 %; 21 of 30 persons in all.
Fujian bears (9/10 + 10/20) / 2 = 70 %, Jilin 2/5 = 40 %.
"""

import re
from dataclasses import replace
from html.parser import HTMLParser

from tiebeam.core.explain.reasons import (
    Binding,
    LevelChange,
    PairReason,
    PlanReasons,
    RecipientReason,
)
from tiebeam.core.model.plan import Flow, LevelResult, Pair, Plan, SolverRecord
from tiebeam.core.model.scenario import (
    Assumption,
    Link,
    Party,
    Policy,
    Quantity,
    Resource,
    Scenario,
    Source,
)
from tiebeam.core.pairing.check import CheckReport, LevelCheck
from tiebeam.interfaces.report import render_report

SCENARIO = Scenario(
    id="small",
    title="Two towns in autumn",
    title_zh="秋季两城",
    as_of="2020-02-10",
    policy=Policy(levels=("coverage", "partners")),
    donors=(
        Party(id="fj", name="Fujian", name_zh="福建", lat=26.1, lon=119.3),
        Party(id="jl", name="Jilin", name_zh="吉林", lat=43.9, lon=125.3),
    ),
    recipients=(
        Party(id="sm", name="Sanming", name_zh="三明", lat=26.3, lon=117.6),
        Party(id="ly", name="Longyan", name_zh="龙岩", lat=25.1, lon=117.0),
    ),
    resources=(
        Resource(id="doc", name="Doctors", name_zh="医生", unit="person", lot=1),
        Resource(id="nur", name="Nurses", name_zh="护士", unit="person", lot=1),
    ),
    capacities=(
        Quantity(party="fj", resource="doc", amount=10, source="year"),
        Quantity(party="fj", resource="nur", amount=20, source="year"),
        Quantity(party="jl", resource="doc", amount=5),
    ),
    needs=(
        Quantity(party="sm", resource="doc", amount=10),
        Quantity(party="sm", resource="nur", amount=10),
        Quantity(party="ly", resource="doc", amount=10),
    ),
    links=(Link(donor="fj", recipient="sm", tie=8),),
    assumptions=(
        Assumption(text="Needs are guessed.", text_zh="需求为推测。", affects="needs.csv:amount"),
        Assumption(
            text="A difference shows our guess.",
            text_zh="差异反映的是推测。",
            affects="comparison",
        ),
    ),
    sources=(
        Source(key="year", title="年鉴", url="https://example.org/yearbook", reliability="high"),
    ),
)

PLAN = Plan(
    scenario_id="small",
    solver=SolverRecord(version="9.8.7", seed=0, seconds=1.0),
    status="optimal",
    levels=(
        LevelResult(
            name="coverage",
            of=("ly", "sm"),
            value=(0.6, 0.75),
            bound=(0.6, 1.35),
            gap=0.0,
            certificate="dual",
        ),
        LevelResult(name="partners", value=3.0, bound=3.0, gap=0.0, certificate="unverified"),
    ),
    pairs=(
        Pair(donor="fj", recipient="sm", lead=True),
        Pair(donor="fj", recipient="ly", lead=True),
        Pair(donor="jl", recipient="ly"),
    ),
    flows=(
        Flow(donor="fj", recipient="sm", resource="doc", amount=5),
        Flow(donor="fj", recipient="sm", resource="nur", amount=10),
        Flow(donor="fj", recipient="ly", resource="doc", amount=4),
        Flow(donor="jl", recipient="ly", resource="doc", amount=2),
    ),
)

CHECK = CheckReport(
    findings=(),
    levels=(
        LevelCheck(name="coverage", value=(0.6, 0.75), of=("ly", "sm"), bound_status="verified"),
        LevelCheck(name="partners", value=3.0, bound_status="unverified"),
    ),
    scope="full",
)

OTHER = replace(
    PLAN,
    levels=(),
    pairs=(Pair(donor="fj", recipient="sm", lead=True), Pair(donor="jl", recipient="sm")),
    flows=(
        Flow(donor="fj", recipient="sm", resource="doc", amount=5),
        Flow(donor="jl", recipient="sm", resource="doc", amount=5),
    ),
    completed=True,
)

REASONS = PlanReasons(
    pairs=(
        PairReason(
            donor="fj",
            recipient="ly",
            is_open=True,
            question="forbid",
            outcome="feasible",
            changes=(
                LevelChange(level="coverage", before=0.6, low=0.2, high=0.2, exact=True),
                LevelChange(level="partners", before=3.0, low=2.0, high=2.0, exact=True),
            ),
        ),
        PairReason(
            donor="jl",
            recipient="sm",
            is_open=False,
            question="require",
            outcome="infeasible",
        ),
    ),
    recipients=(
        RecipientReason(
            recipient="ly",
            coverage=0.6,
            is_full=False,
            binding=(Binding(rule="M3.4", code="binding.partner_limit", facts={"limit": 2}),),
        ),
    ),
)


def page(scenario=SCENARIO, plan=PLAN, *, check=CHECK, **rest) -> str:
    """Render the report of the small plan."""
    return render_report(scenario, plan, check=check, **rest)


class _Texts(HTMLParser):
    """Collects what a reader of one language sees, hidden styles and scripts left out."""

    VOID = frozenset({"meta", "input", "br", "link", "img"})

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.stack: list[tuple[str, str | None]] = []
        self.parts: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.stack.append((tag, dict(attrs).get("data-language")))

    def handle_endtag(self, tag):
        assert self.stack, f"</{tag}> ends nothing"
        assert self.stack.pop()[0] == tag

    def handle_data(self, data):
        tags = {tag for tag, _ in self.stack}
        languages = {language for _, language in self.stack if language}
        if languages == {self.language} and not tags & {"style", "script"}:
            self.parts.append(data)


def text_of(html: str, language: str = "en") -> str:
    """Return what the page says in *language*, its white space evened out; thin spaces as plain."""
    reader = _Texts(language)
    reader.feed(html)
    assert reader.stack == [], "an element is left open"
    return re.sub(r"\s+", " ", " ".join(reader.parts))
