"""What a plan rests on: assumptions, sources, the policy's order; always shown with it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from tiebeam.core.model.scenario import Assumption, Quantity, Scenario, Source
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.report.svg import clean
from tiebeam.interfaces.report.table import Cell, Column, Row, Table
from tiebeam.interfaces.report.words import Voice


@dataclass(frozen=True, slots=True)
class AssumptionView:
    """
    One assumption in the reader's language.

    Attributes:
        is_foreign: The scenario has it in the other language alone.
    """

    text: str
    affects: str
    is_foreign: bool


def view_assumptions(assumptions: Iterable[Assumption], voice: Voice) -> tuple[AssumptionView, ...]:
    """Return the assumptions; one that lacks this language is shown in the other, and said to be."""
    views = []
    for assumption in assumptions:
        own = assumption.text_zh if voice.language == "zh" else assumption.text
        text = voice.either(assumption.text, assumption.text_zh)
        views.append(AssumptionView(text, clean(assumption.affects), is_foreign=not own))
    return tuple(views)


def source_table(scenario: Scenario, voice: Voice) -> Table | None:
    """Return the sources and how many figures rest on each; None where none is named."""
    uses = _count_uses(scenario)
    known = {source.key for source in scenario.sources}
    listed = list(scenario.sources)
    # Free text in a source column names no row of the table: it is a source by itself.
    listed += [Source(key=text, title=text) for text in sorted(uses) if text not in known]
    if not listed:
        return None
    columns = (
        Column(voice.say("report.sources.title"), wide=True),
        Column(voice.say("report.sources.as_of"), tight=True),
        Column(voice.say("report.sources.reliability")),
        Column(voice.say("report.sources.figures"), numeric=True),
    )
    rows = tuple(_source_row(source, uses[source.key], voice) for source in listed)
    return Table("sources", voice.say("report.sources.table"), columns, rows)


def policy_table(scenario: Scenario, voice: Voice) -> Table:
    """Return what was decided: the order of the levels and the limits of the policy."""
    policy = scenario.policy
    levels = voice.say("report.arrow").join(voice.level(name) for name in policy.levels)
    settings = [(voice.say("report.policy.levels"), levels)]
    for key in ("recipient", "donor"):
        low = getattr(policy, f"min_partners_per_{key}")
        high = getattr(policy, f"max_partners_per_{key}")
        if low is not None or high is not None:
            code = "report.policy.at_most" if low is None else "report.policy.at_least"
            if low is not None and high is not None:
                code = "report.policy.between" if low != high else "report.policy.exactly"
            settings.append(
                (voice.say(f"report.policy.{key}"), voice.say(code, low=low, high=high))
            )
    own = [p for p in (*scenario.donors, *scenario.recipients) if _has_own_bound(p)]
    if own:
        settings.append(
            (voice.say("report.policy.own"), voice.say("report.policy.rows", count=len(own)))
        )
    if policy.min_share:
        settings.append((voice.say("report.policy.min_share"), voice.percent(policy.min_share)))
    settings += [
        (voice.say("report.policy.slack", level=voice.level(level)), voice.percent(share))
        for level, share in policy.slack.items()
        if share
    ]
    for status in ("required", "forbidden"):
        count = sum(1 for link in scenario.links if link.status == status)
        if count:
            settings.append(
                (
                    voice.say(f"report.policy.{status}"),
                    voice.say("report.policy.links", count=count),
                )
            )
    columns = (
        Column(voice.say("report.policy.setting")),
        Column(voice.say("report.policy.decided"), wide=True),
    )
    rows = tuple(Row((Cell(name), Cell(text))) for name, text in settings)
    return Table("policy", voice.say("report.policy.table"), columns, rows)


def safe_link(url: str) -> str:
    """Return *url* where it is a plain web address, else nothing: what others wrote is not trusted."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in {"http", "https"} and parts.netloc else ""


def _source_row(source: Source, uses: int, voice: Voice) -> Row:
    link = safe_link(source.url)
    note = clean(source.url) if not link else ""
    reliability = source.reliability.strip().lower()
    code = f"report.reliability.{reliability}"
    words = voice.say(code) if has_message(code) else clean(source.reliability)
    return Row(
        (
            Cell(clean(source.title or source.key), note=note, href=link),
            Cell(clean(source.as_of) or "–"),
            Cell(words or "–"),
            Cell(voice.number(uses) if uses else "–", str(uses)),
        )
    )


def _count_uses(scenario: Scenario) -> Counter[str]:
    quantities: tuple[Quantity, ...] = (*scenario.capacities, *scenario.needs)
    return Counter(quantity.source for quantity in quantities if quantity.source)


def _has_own_bound(party: object) -> bool:
    bounds = (getattr(party, "min_partners", None), getattr(party, "max_partners", None))
    return any(bound is not None for bound in bounds)
