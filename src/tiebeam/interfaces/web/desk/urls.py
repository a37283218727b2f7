"""The addresses of the desk."""

from django.urls import path

import tiebeam.interfaces.web.desk.home  # noqa: F401  # brings its lines to the first page
from tiebeam.interfaces.web.desk import (
    adopting,
    building,
    cells,
    comparing,
    editing,
    files,
    overview,
    plan_files,
    plan_pages,
    tools,
)

VARIANT = "desk/variants/<uuid:variant_id>/"
ROUND = "desk/rounds/<uuid:round_id>/"

urlpatterns = [
    path("desk/", overview.show_desk, name="desk"),
    path("desk/files/", tools.show_tools, name="desk_tools"),
    path("desk/files/check/", tools.check_file, name="desk_check_file"),
    path("desk/files/convert/", tools.convert_file, name="desk_convert_file"),
    path("desk/files/template/", tools.give_template, name="desk_template"),
    path("desk/cases/", tools.show_cases, name="desk_cases"),
    path("desk/cases/<str:case_id>/", tools.give_case, name="desk_case_file"),
    path("desk/compare/", comparing.compare, name="desk_compare"),
    path(ROUND, overview.show_round, name="desk_round"),
    path(f"{ROUND}build/", building.build, name="desk_build"),
    path(f"{ROUND}upload/", building.upload, name="desk_upload"),
    path(f"{ROUND}case/", building.take_case, name="desk_case"),
    path(f"{ROUND}confirm/", building.confirm, name="desk_confirm"),
    path("desk/scenarios/<uuid:scenario_id>/", overview.show_scenario, name="desk_scenario"),
    path(
        "desk/scenarios/<uuid:scenario_id>/plan/",
        plan_files.upload_plan,
        name="desk_upload_plan",
    ),
    path(
        "desk/scenarios/<uuid:scenario_id>/file/<str:kind>/",
        files.give_scenario,
        name="desk_scenario_file",
    ),
    path(VARIANT, plan_pages.show_variant, name="desk_variant"),
    path(f"{VARIANT}solve/", plan_pages.solve, name="desk_solve"),
    path(f"{VARIANT}progress/", plan_pages.show_progress, name="desk_progress"),
    path(f"{VARIANT}stop/", plan_pages.stop, name="desk_stop"),
    path(f"{VARIANT}cell/", cells.show_cell, name="desk_cell"),
    path(f"{VARIANT}answers/", cells.show_answers, name="desk_answers"),
    path(f"{VARIANT}lock/", cells.lock, name="desk_lock"),
    path(f"{VARIANT}unlock/", cells.unlock, name="desk_unlock"),
    path(f"{VARIANT}ask/", cells.ask, name="desk_ask"),
    path(f"{VARIANT}rename/", editing.rename, name="desk_rename"),
    path(f"{VARIANT}copy/", editing.copy, name="desk_copy"),
    path(f"{VARIANT}changes/", editing.change, name="desk_change"),
    path(f"{VARIANT}adopt/", adopting.adopt, name="desk_adopt"),
    path(f"{VARIANT}by-hand/", editing.pair_by_hand, name="desk_by_hand"),
    path(f"{VARIANT}what-if/", editing.what_if, name="desk_what_if"),
    path(f"{VARIANT}what-if/<uuid:run_id>/", editing.show_answer, name="desk_answer"),
    path(f"{VARIANT}report.html", files.give_report, name="desk_report"),
    path(f"{VARIANT}plan.json", files.give_plan_document, name="desk_plan_document"),
    path(f"{VARIANT}plan.xlsx", files.give_plan, name="desk_plan_file"),
]
