"""New scenarios: from accepted returns, from a packaged case, from an uploaded file."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tiebeam import cases
from tiebeam.apps.pairings.operations.scenarios import build_scenario, import_scenario
from tiebeam.apps.pairings.queries.scenarios import freeze_scenario
from tiebeam.apps.pairings.queries.uploads import UploadedScenario, read_upload
from tiebeam.apps.programmes.models import Round
from tiebeam.apps.programmes.queries import compose_scenario
from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.core.model.scenario import Policy, Scenario
from tiebeam.errors import Fault, InvalidInput, TiebeamError
from tiebeam.interfaces.messages import Language
from tiebeam.interfaces.report.words import Voice
from tiebeam.interfaces.web.desk.faults import fault_table
from tiebeam.interfaces.web.desk.finding import (
    demand_maker,
    find_round,
    seat_of,
    trail_to_scenario,
)
from tiebeam.interfaces.web.desk.forms import BuildForm, CaseForm, ConfirmForm, UploadForm
from tiebeam.interfaces.web.forming import FORM
from tiebeam.interfaces.web.page import language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table, figure
from tiebeam.platform.time.periods import AsOf

SALT = "tiebeam.desk.preview"
PREVIEW_S = 6 * 3600
"""So long a preview can be confirmed."""


@FORM
@seated
def build(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Build a scenario from the accepted returns of a round; what is missing is shown before anything is asked."""
    of_round = find_round(round_id)
    demand_maker(request, of_round.programme)
    form = BuildForm(request)
    faults: tuple[Fault, ...] = ()
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            built = build_scenario(
                round=of_round,
                policy=form.policy(),
                name=given["name"],
                as_of=given["as_of"],
                note=given["note"],
                **seat_of(request),
            )
        except InvalidInput as error:
            faults, status = error.faults, 409
        else:
            messages.success(request, say_to(request, "desk.built", name=built.name))
            return redirect("desk_scenario", built.pk)
    elif request.method == "POST":
        status = 400
    else:
        faults = _list_gaps(of_round)
    return show_page(
        request,
        "web/desk/build.html",
        title=say_to(request, "desk.build_faults" if faults else "desk.build", count=len(faults)),
        trail=trail_to_scenario(request, of_round),
        status=status,
        form=form,
        faults=fault_table(request, faults) if faults else None,
        back=reverse("desk_round", args=[of_round.pk]),
    )


@FORM
@seated
def upload(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Read an uploaded workbook or zipped folder and show what would be stored; nothing is yet."""
    of_round = find_round(round_id)
    demand_maker(request, of_round.programme)
    form = UploadForm(request)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        return _preview(request, of_round, file.read(), file.name)
    return _show_choice(request, of_round, form, "upload")


@FORM
@seated
def take_case(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Read a case that comes with the program and show what would be stored; nothing is yet."""
    of_round = find_round(round_id)
    demand_maker(request, of_round.programme)
    form = CaseForm(request)
    if request.method == "POST" and form.is_valid():
        case_id, _, folder = form.cleaned_data["case"].partition("/")
        found = next(case for case in cases.list_cases("scenario") if case.id == case_id)
        files = {
            file.name: file.read_bytes()
            for file in sorted((found.folder / folder).iterdir())
            if file.is_file()
        }
        return _preview(request, of_round, files, form.cleaned_data["case"])
    return _show_choice(request, of_round, form, "case")


@require_POST
@seated
def confirm(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Store what a preview showed."""
    of_round = find_round(round_id)
    demand_maker(request, of_round.programme)
    form = ConfirmForm(request)
    try:
        kept = signing.loads(request.POST.get("content", ""), salt=SALT, max_age=PREVIEW_S)
    except signing.BadSignature:
        messages.warning(request, say_to(request, "desk.preview_over"))
        return redirect("desk_upload", of_round.pk)
    files = {name: text.encode() for name, text in kept["files"].items()}
    if not form.is_valid():
        return _preview(request, of_round, files, kept["source"], form=form)
    try:
        built = import_scenario(
            round=of_round,
            content=files,
            file_name=kept["source"],
            name=form.cleaned_data["name"],
            note=kept["source"],
            **seat_of(request),
        )
    except TiebeamError as error:
        form.refuse(error)
        return _preview(request, of_round, files, kept["source"], form=form)
    messages.success(request, say_to(request, "desk.stored", name=built.name))
    return redirect("desk_scenario", built.pk)


def _list_gaps(of_round: Round) -> tuple[Fault, ...]:
    try:
        compose_scenario(
            of_round,
            # What lies in the returns is looked at, not what is decided of them.
            policy=Policy(levels=("coverage",)),
            as_of=AsOf(true_on=timezone.localdate()),
        )
    except InvalidInput as error:
        return error.faults
    return ()


def _show_choice(
    request: HttpRequest, of_round: Round, form: UploadForm | CaseForm, what: str
) -> HttpResponse:
    return show_page(
        request,
        "web/desk/choose.html",
        title=say_to(request, f"desk.{what}"),
        trail=trail_to_scenario(request, of_round),
        status=form.status,
        form=form,
        text=say_to(request, f"desk.{what}_text"),
        verb=say_to(request, "desk.preview"),
        back=reverse("desk_round", args=[of_round.pk]),
        offers_template=what == "upload",
    )


def _preview(
    request: HttpRequest,
    of_round: Round,
    content: bytes | Mapping[str, bytes],
    source: str,
    form: ConfirmForm | None = None,
) -> HttpResponse:
    """Show who would be matched and what is wrong; with a button to store it where nothing is."""
    faults: tuple[Fault, ...]
    read: UploadedScenario | None = None
    try:
        read = read_upload(content, source, of_round)
        faults, warnings = read.faults, read.warnings
    except InvalidInput as error:
        faults, warnings = error.faults, error.warnings
    values: dict[str, Any] = {}
    if read is not None and not faults:
        kept = {"files": freeze_scenario(read.scenario), "source": source}
        title = _title_of(read.scenario, language_of(request))
        initial = {"name": title, "content": signing.dumps(kept, salt=SALT, compress=True)}
        values["form"] = form or ConfirmForm(request, data=initial)
    is_sound = read is not None and not faults
    status = 200 if is_sound and not (form and form.errors) else 400
    return show_page(
        request,
        "web/desk/preview.html",
        title=say_to(
            request, "desk.preview_sound" if is_sound else "desk.preview_faults", count=len(faults)
        ),
        trail=trail_to_scenario(request, of_round),
        status=status,
        source=source,
        read=read,
        parties=_party_table(request, read) if read else None,
        counts=_count_table(request, read.scenario) if read else None,
        faults=fault_table(request, faults) if faults else None,
        warnings=fault_table(request, warnings, is_warning=True) if warnings else None,
        address=reverse("desk_confirm", args=[of_round.pk]),
        back=reverse("desk_upload", args=[of_round.pk]),
        **values,
    )


def _title_of(scenario: Scenario, language: Language) -> str:
    return (Voice(scenario, language).either(scenario.title, scenario.title_zh) or scenario.id)[
        :120
    ]


def _party_table(request: HttpRequest, read: UploadedScenario) -> Table:
    """Return each party of the file beside the organisation that it was found to be."""
    voice = Voice(read.scenario, language_of(request))
    known = list_organisations_by_id(read.organisations.values())
    sides = (
        ("donor", read.scenario.donors, voice.donor),
        ("recipient", read.scenario.recipients, voice.recipient),
    )
    rows = []
    for side, parties, name in sides:
        for party in parties:
            organisation_id = read.organisations.get(party.id)
            organisation = known.get(organisation_id) if organisation_id else None
            match = (
                Cell(name_of(request, organisation), status="good")
                if organisation
                else Cell(say_to(request, "desk.not_matched"), status="bad")
            )
            rows.append(
                Row((Cell(name(party.id)), Cell(say_to(request, f"desk.side.{side}")), match))
            )
    heads = ("party", "side", "organisation")
    return Table(
        name="parties",
        caption=say_to(request, "desk.matched", matched=len(read.organisations), count=len(rows)),
        columns=tuple(Column(head, say_to(request, f"desk.column.{head}")) for head in heads),
        rows=tuple(rows),
    )


def _count_table(request: HttpRequest, scenario: Scenario) -> Table:
    names = ("donors", "recipients", "resources", "capacities", "needs", "links", "sources")
    return Table(
        name="counts",
        columns=(
            Column("table", say_to(request, "desk.column.table")),
            Column("rows", say_to(request, "desk.column.rows"), is_number=True),
        ),
        rows=tuple(
            Row((Cell(say_to(request, f"desk.table.{name}")), figure(len(getattr(scenario, name)))))
            for name in names
        ),
    )
