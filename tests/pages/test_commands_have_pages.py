"""What the command line can do has its place on a page."""

from uuid import uuid4

import pytest
from django.urls import NoReverseMatch, reverse

from tiebeam.interfaces.cli.app import COMMANDS

PAGES = {
    "pair": "desk_solve",
    "check": "desk_variant",
    "explain": "desk_cell",
    "whatif": "desk_what_if",
    "compare": "desk_compare",
    "report": "desk_report",
    "surge plan": "suppose",
    "surge supply": "incident_supplies",
    "scenario check": "desk_check_file",
    "scenario template": "desk_template",
    "scenario convert": "desk_convert_file",
    "cases list": "desk_cases",
    "cases copy": "desk_case_file",
    "ledger post": "proposal",
    "ledger import": "ledger_imports",
    "ledger balance": "balance",
    "ledger trial": "trial_balance",
    "ledger close": "money",
    "ledger export": "overview_export",
    "audit verify": "log",
    "audit prove": "log_proof",
}
WITHOUT_PAGE = {
    "surge replay": "replays a published case for hours; the dispatch board plans from records",
    "surge balance": "replays a published case",
    "surge forecast": "scores forecasters on published series; the board shows one of its own",
    "surge supply-template": "gives the empty workbook; the page plans from records",
    "serve": "serves the pages themselves",
    "worker": "works beside the pages, on the machine",
    "manage": "for who keeps the machine: the commands of the framework",
    "backup": "reads files and database as they lie on the machine",
    "restore": "replaces the workspace, pages and all",
    "audit seal": "signs with a key that lies outside the workspace",
    "audit key": "makes and keeps that key",
    "audit anchors": "lists what lies outside the workspace",
    "workspace call": "calls operations for programs; each of them has its own page",
    "workspace create": "there is nobody to sign in yet",
    "workspace demo": "fills an empty workspace, before anybody signs in",
}
ARGUMENTS = ([], [uuid4()], ["some-case"], [uuid4(), uuid4()], ["pairings", uuid4()])


def list_commands():
    return [f"{group} {name}".strip() for group, commands in COMMANDS.items() for name in commands]


def has_address(name):
    for arguments in ARGUMENTS:
        try:
            reverse(name, args=arguments)
        except NoReverseMatch:
            continue
        return True
    return False


class TestCommand:
    @pytest.mark.parametrize("command", list_commands())
    def test_has_a_page_or_a_reason_why_not(self, command):
        assert (command in PAGES) != (command in WITHOUT_PAGE)

    @pytest.mark.parametrize(("command", "name"), PAGES.items())
    def test_has_a_page_that_is_there(self, command, name):
        assert command in list_commands()
        assert has_address(name)

    def test_that_has_no_page_is_there_still(self):
        assert set(WITHOUT_PAGE) <= set(list_commands())
