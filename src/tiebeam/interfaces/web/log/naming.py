"""How the log names things: operations and kinds of records by words, records by what they hold."""

import json
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from tiebeam.apps.pairings.models import (
    Agreement,
    BuiltScenario,
    HandOver,
    Pairing,
    PairList,
    Variant,
)
from tiebeam.apps.programmes.models import Programme, Return, Round
from tiebeam.apps.regions.models import Organisation, Region, Statistic
from tiebeam.interfaces.messages import Language, has_message
from tiebeam.interfaces.web.page import language_of, say_to
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.files.models import Document
from tiebeam.platform.identity.access import Access
from tiebeam.platform.identity.models import Person
from tiebeam.platform.permissions.operations import list_rights

VEIL = "hmac:"
"""How the salted hash of a personal field begins."""

PAGES = {
    Programme: "programme",
    Round: "round",
    BuiltScenario: "desk_scenario",
    Statistic: "figure",
    Return: "return",
    Variant: "desk_variant",
    PairList: "list_version",
    Pairing: "pair",
    Agreement: "agreement",
    HandOver: "hand_over",
    Document: "document",
    Person: "person",
    Organisation: "organisation",
    Region: "region",
}
"""The name of the address at which a kind of record has a page."""

_PAGE_OF_KIND = {model._meta.label_lower: page for model, page in PAGES.items()}


def name_action(request: HttpRequest, action: str) -> str:
    """Return the operation in words; its name where the catalogue has none."""
    return say_to(request, action) if has_message(action) else action


def name_kind(request: HttpRequest, kind: str) -> str:
    """Return the kind of record in words; its name where the catalogue has none."""
    code = code_of_kind(kind)
    return say_to(request, code) if has_message(code) else kind


def code_of_kind(kind: str) -> str:
    """Return the code of the words for a kind of record."""
    return f"log.kind.{kind.replace('.', '_')}"


def list_actions(request: HttpRequest) -> list[tuple[str, str]]:
    """Return every operation with its words, by the words."""
    names = [*(right.name for right in list_rights()), *Access]
    named = [(str(name), name_action(request, name)) for name in names]
    return sorted(named, key=lambda pair: pair[1])


def list_kinds(request: HttpRequest) -> list[tuple[str, str]]:
    """Return every kind of record that the log tells of, with its words, by the words."""
    kinds = [model._meta.label_lower for model in apps.get_models()]
    known = [kind for kind in kinds if has_message(code_of_kind(kind))]
    return sorted(((kind, name_kind(request, kind)) for kind in known), key=lambda pair: pair[1])


def name_record(request: HttpRequest, state: Mapping[str, Any]) -> str:
    """Return the name that a record bears in *state*; empty where it has none that may be shown."""
    return name_in(language_of(request), state)


def name_in(language: Language, state: Mapping[str, Any]) -> str:
    """Return the name that a record bears in *state*, in *language* where it has one in both."""
    first, second = ("zh", "en") if language == "zh" else ("en", "zh")
    columns = (f"name_{first}", f"name_{second}", "title", "name", "number", "code")
    names = (str(state.get(column) or "") for column in columns)
    return next((name for name in names if name and not name.startswith(VEIL)), "")


def address_of_record(entry: Entry) -> str:
    """Return the address of the page of the entry's record; empty where it has none."""
    page = _PAGE_OF_KIND.get(entry.record_type)
    if page is None:
        return ""
    try:
        return reverse(page, args=[entry.record_id])
    except NoReverseMatch:
        return ""


def read_body(entry: Entry) -> dict[str, Any]:
    """Return what the entry says."""
    content: dict[str, Any] = json.loads(entry.body)
    return content
