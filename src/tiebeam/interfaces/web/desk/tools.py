"""Scenario files without a round: check one, turn it into the other form, the empty template, the packaged cases."""

import tempfile
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from tiebeam import cases
from tiebeam.apps.pairings.queries.uploads import read_scenario_file
from tiebeam.core.model.identity import scenario_sha256
from tiebeam.errors import Fault, InvalidInput
from tiebeam.interchange.scenario import ReadScenario, write_template
from tiebeam.interfaces.report.words import Voice
from tiebeam.interfaces.web.desk.faults import fault_table
from tiebeam.interfaces.web.desk.files import scenario_content, zip_content
from tiebeam.interfaces.web.desk.forms import UploadForm
from tiebeam.interfaces.web.downloads import as_file
from tiebeam.interfaces.web.forming import FORM
from tiebeam.interfaces.web.page import Fact, Link, language_of, say_to, show_page
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table


@require_safe
@seated
def show_tools(request: HttpRequest) -> HttpResponse:
    """Show what can be done with scenario files."""
    return _show(request, UploadForm(request))


@FORM
@seated
def check_file(request: HttpRequest) -> HttpResponse:
    """Read a scenario file and say what is wrong or doubtful in it; nothing is stored."""
    form = UploadForm(request)
    if request.method != "POST" or not form.is_valid():
        return _show(request, form)
    file = form.cleaned_data["file"]
    faults: tuple[Fault, ...]
    read: ReadScenario | None = None
    try:
        read = read_scenario_file(file.read(), file.name)
        faults, warnings = (), read.warnings
    except InvalidInput as error:
        faults, warnings = error.faults, error.warnings
    word = "faulty" if faults else "sound"
    return show_page(
        request,
        "web/desk/checked.html",
        title=say_to(request, f"desk.file_{word}", name=file.name, count=len(faults)),
        trail=_trail(request),
        status=400 if faults else 200,
        facts=_facts(request, read) if read else [],
        faults=fault_table(request, faults) if faults else None,
        warnings=fault_table(request, warnings, is_warning=True) if warnings else None,
        back=reverse("desk_tools"),
    )


@FORM
@seated
def convert_file(request: HttpRequest) -> HttpResponse:
    """Give a scenario file in the other form: a workbook for a zipped folder, and the other way round."""
    form = UploadForm(request)
    if request.method != "POST" or not form.is_valid():
        return _show(request, form)
    file = form.cleaned_data["file"]
    try:
        read = read_scenario_file(file.read(), file.name)
    except InvalidInput as error:
        told = say_to(request, "desk.file_faulty", name=file.name, count=len(error.faults))
        form.add_error("file", told)
        return _show(request, form, fault_table(request, error.faults))
    kind = "xlsx" if file.name.casefold().endswith(".zip") else "zip"
    return as_file(scenario_content(read.scenario, kind), f"scenario.{kind}")


@require_safe
@seated
def give_template(request: HttpRequest) -> HttpResponse:
    """Give an empty workbook to fill in, with notes and an example."""
    del request
    with tempfile.TemporaryDirectory() as room:
        place = Path(room) / "template.xlsx"
        write_template(place)
        return as_file(place.read_bytes(), "scenario-template.xlsx")


@require_safe
@seated
def show_cases(request: HttpRequest) -> HttpResponse:
    """List the cases that come with the program."""
    found = cases.list_cases()
    is_zh = language_of(request) == "zh"
    heads = ("case", "kind", "title", "folders", "plans_published")
    table = Table(
        name="cases",
        columns=tuple(Column(head, say_to(request, f"desk.column.{head}")) for head in heads),
        rows=tuple(
            Row(
                (
                    Cell(case.id),
                    Cell(say_to(request, f"cases.kind.{case.kind}")),
                    Cell(case.title_zh if is_zh else case.title),
                    Cell(", ".join(case.scenarios)),
                    Cell(", ".join(case.plans)),
                ),
                address=reverse("desk_case_file", args=[case.id]),
            )
            for case in found
        ),
        source=say_to(request, "desk.cases_text"),
    )
    return show_page(
        request,
        "web/desk/cases.html",
        title=say_to(request, "desk.cases_title", count=len(found)),
        trail=_trail(request),
        table=table,
    )


@require_safe
@seated
def give_case(request: HttpRequest, case_id: str) -> HttpResponse:
    """Give a case with its scenarios, plans and notes as an archive."""
    del request
    found = next((case for case in cases.list_cases() if case.id == case_id), None)
    if found is None:
        raise Http404
    return as_file(zip_content(found.folder), f"{found.id}.zip")


def _show(request: HttpRequest, form: UploadForm, faults: Table | None = None) -> HttpResponse:
    return show_page(
        request,
        "web/desk/tools.html",
        title=say_to(request, "desk.tools_title"),
        trail=[Link(say_to(request, "web.rail.desk"), reverse("desk"))],
        status=form.status,
        form=form,
        faults=faults,
    )


def _trail(request: HttpRequest) -> list[Link]:
    return [
        Link(say_to(request, "web.rail.desk"), reverse("desk")),
        Link(say_to(request, "desk.tools"), reverse("desk_tools")),
    ]


def _facts(request: HttpRequest, read: ReadScenario) -> list[Fact]:
    scenario = read.scenario
    voice = Voice(scenario, language_of(request))
    title = voice.either(scenario.title, scenario.title_zh) or scenario.id
    counted = ("donors", "recipients", "resources", "capacities", "needs", "links")
    return [
        Fact(say_to(request, "desk.column.title"), title),
        *(
            Fact(say_to(request, f"desk.table.{name}"), voice.number(len(getattr(scenario, name))))
            for name in counted
        ),
        Fact(say_to(request, "desk.column.hash"), scenario_sha256(scenario)[:16]),
    ]
