"""Files of the desk: scenarios in either form, reports and workbooks of plans."""

import io
import tempfile
import time
import zipfile
from pathlib import Path
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tiebeam.apps.pairings.queries.scenarios import load_scenario
from tiebeam.apps.pairings.queries.variants import load_plan
from tiebeam.core.explain.plan_reasons import explain_plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.errors import Fault
from tiebeam.interchange.plan import write_plan
from tiebeam.interchange.plan.document import plan_text
from tiebeam.interchange.scenario import write_scenario
from tiebeam.interfaces.jobs.solving import REASONS_S
from tiebeam.interfaces.messages import LANGUAGES
from tiebeam.interfaces.messages.faults import say_fault
from tiebeam.interfaces.report import render_report
from tiebeam.interfaces.web.desk.finding import find_scenario, find_variant
from tiebeam.interfaces.web.desk.plan_view import read_check, read_ground
from tiebeam.interfaces.web.downloads import as_file
from tiebeam.interfaces.web.page import language_of
from tiebeam.interfaces.web.seated import seated


@require_safe
@seated
def give_scenario(request: HttpRequest, scenario_id: UUID, kind: str) -> HttpResponse:
    """Give a frozen scenario as a workbook, or as a zipped folder."""
    del request
    if kind not in {"xlsx", "zip"}:
        raise Http404
    built = find_scenario(scenario_id)
    content = scenario_content(load_scenario(built), kind)
    return as_file(content, f"scenario-{built.sha256[:12]}.{kind}")


@require_safe
@seated
def give_report(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Give the report of a plan: a page of its own, which works without this workspace."""
    variant = find_variant(variant_id)
    ground = read_ground(variant, language_of(request))
    if ground.plan is None:
        raise Http404
    deadline = time.monotonic() + REASONS_S
    reasons = explain_plan(
        ground.scenario, ground.plan, should_stop=lambda: time.monotonic() >= deadline
    )
    check = read_check(variant, ground)
    text = render_report(ground.scenario, ground.plan, check=check, reasons=reasons)
    return as_file(text.encode(), f"report-{variant.plan_sha256[:12]}.html")


@require_safe
@seated
def give_plan_document(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Give a plan as the document that the command line writes and that can be brought back."""
    del request
    variant = find_variant(variant_id)
    plan = load_plan(variant)
    if plan is None:
        raise Http404
    return as_file(plan_text(plan).encode(), f"plan-{variant.plan_sha256[:12]}.json")


@require_safe
@seated
def give_plan(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Give a plan as a workbook."""
    variant = find_variant(variant_id)
    ground = read_ground(variant, language_of(request))
    if ground.plan is None:
        raise Http404
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room) / "plan"
        write_plan(ground.plan, ground.scenario, folder, say=_say_notice)
        content = (folder / "plan.xlsx").read_bytes()
    return as_file(content, f"plan-{variant.plan_sha256[:12]}.xlsx")


def scenario_content(scenario: Scenario, kind: str) -> bytes:
    """Return a scenario as the content of a workbook, or of a zipped folder."""
    with tempfile.TemporaryDirectory() as room:
        place = Path(room) / ("scenario.xlsx" if kind == "xlsx" else "scenario")
        write_scenario(scenario, place)
        return place.read_bytes() if kind == "xlsx" else zip_content(place)


def zip_content(folder: Path) -> bytes:
    """Return every file below *folder* as the content of an archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(file, file.relative_to(folder.parent).as_posix())
    return stream.getvalue()


def _say_notice(code: str, facts: object) -> tuple[str, ...]:
    """Return a warning that a plan keeps, in each language."""
    told = dict(facts) if isinstance(facts, dict) else {}
    place, column, value = (str(told.pop(key, "")) for key in ("place", "column", "value"))
    fault = Fault(code=code, place=place, column=column, value=value, facts=told)
    return tuple(say_fault(fault, language) for language in LANGUAGES)
