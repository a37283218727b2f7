"""One HTML file of its own: both languages, style, pictures and script, nothing from elsewhere."""

import base64
import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tiebeam.core.explain.reasons import PlanReasons
from tiebeam.core.model.plan import Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.check import CheckReport
from tiebeam.core.pairing.screening import screen_flows, screen_pairs
from tiebeam.interfaces.messages import LANGUAGES
from tiebeam.interfaces.report.outcome import evaluate_plan
from tiebeam.interfaces.report.page import HASH_DIGITS, Facts, view_page
from tiebeam.interfaces.report.palette import colour_style
from tiebeam.interfaces.report.svg import clean
from tiebeam.interfaces.report.table import Mark
from tiebeam.interfaces.report.words import Voice

ROOM = Path(__file__).parent

SIGNS: dict[Mark, str] = {"good": "●", "risk": "▲", "bad": "■", "none": "○", "": ""}


def write_report(
    path: Path,
    scenario: Scenario,
    plan: Plan,
    *,
    check: CheckReport,
    reasons: PlanReasons | None = None,
    against: Plan | None = None,
    boundaries: Mapping[str, Any] | None = None,
) -> None:
    """
    Write the report of *plan* to *path*, whole or not at all.

    Args:
        check: What the checker said of *plan*.
        reasons: Why each pair is in the plan or not; left out where not known.
        against: A plan to compare with; its flows completed before, if at all (§M7).
        boundaries: A GeoJSON object that the operator answers for, drawn on the map.
    """
    text = render_report(
        scenario, plan, check=check, reasons=reasons, against=against, boundaries=boundaries
    )
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        # A file that mkstemp made is for its owner alone; a report is read by others.
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def render_report(
    scenario: Scenario,
    plan: Plan,
    *,
    check: CheckReport,
    reasons: PlanReasons | None = None,
    against: Plan | None = None,
    boundaries: Mapping[str, Any] | None = None,
) -> str:
    """Return the text of the report; arguments as of :func:`write_report`."""
    plan = _without_strangers(scenario, plan)
    against = _without_strangers(scenario, against) if against else None
    facts = Facts(
        scenario=scenario,
        plan=plan,
        check=check,
        outcome=evaluate_plan(scenario, plan),
        reasons=reasons,
        against=against,
        other=evaluate_plan(scenario, against) if against else None,
        boundaries=boundaries,
    )
    style = colour_style() + (ROOM / "style.css").read_text(encoding="utf-8")
    script = (ROOM / "page.js").read_text(encoding="utf-8")
    views = [view_page(facts, Voice(scenario, language)) for language in LANGUAGES]
    return (
        _environment()
        .get_template("template.html")
        .render(
            views=views,
            # Safe: both are files of ours.
            style=Markup(style),  # noqa: S704
            script=Markup(script),  # noqa: S704
            policy=_security_policy(style, script),
            signs=SIGNS,
            hash_digits=HASH_DIGITS,
        )
    )


def _without_strangers(scenario: Scenario, plan: Plan) -> Plan:
    """Return *plan* without what names nobody of *scenario*: the checker's findings tell of that."""
    pairs, _ = screen_pairs(scenario, plan.pairs)
    if plan.flows is None:
        return replace(plan, pairs=tuple(pairs))
    flows, _ = screen_flows(scenario, plan.flows)
    return replace(plan, pairs=tuple(pairs), flows=tuple(flows))


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(ROOM),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )


def _security_policy(style: str, script: str) -> str:
    """Return a policy that lets nothing in but our own style and script, named by their hashes."""
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data: blob:; "
        f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256-" + base64.b64encode(digest).decode()
