"""Errors as ``application/problem+json`` (RFC 9457): a stable code, and a sentence in the reader's language."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from tiebeam.errors import Fault, Infeasible, InvalidInput, TiebeamError
from tiebeam.interfaces.messages import Language, has_message, say
from tiebeam.platform.audit.canonical import plain
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.tenancy.records import NotOwner

MEDIA_TYPE = "application/problem+json"
EVERYWHERE = ("lang",)
"""What every address takes: the language of the answer."""
LIMITS = ("le", "lt", "ge", "gt", "max_length", "min_length", "expected")
"""Under which names the library tells what it expected."""


def problem(
    request: HttpRequest,
    *,
    status: int,
    code: str,
    facts: Mapping[str, object] | None = None,
    faults: tuple[Fault, ...] = (),
) -> HttpResponse:
    """Return the problem *code* as a response."""
    language = language_of(request)
    content: dict[str, Any] = {
        "type": f"urn:tiebeam:problem:{code}",
        "title": say(code, dict(facts or {}), language),
        "status": status,
        "code": code,
        "facts": plain_facts(facts or {}),
    }
    if faults:
        content["faults"] = [
            {
                "code": fault.code,
                "place": fault.place,
                "row": fault.row,
                "column": fault.column,
                "value": fault.value,
                "message": say(fault.code, _facts_of(fault), language),
            }
            for fault in faults
        ]
    return HttpResponse(
        json.dumps(content, ensure_ascii=False), status=status, content_type=MEDIA_TYPE
    )


def problem_of(request: HttpRequest, error: TiebeamError) -> HttpResponse:
    """Return an expected error as a response with the fitting status."""
    match error:
        case InvalidInput():
            return problem(
                request,
                status=422,
                code="api.invalid_input",
                facts={"count": len(error.faults)},
                faults=tuple(error.faults),
            )
        case NotAllowed():
            return problem(request, status=403, code=error.code, facts=error.facts)
        case NotOwner():
            # Another's record is not there: the same answer as for one that never was.
            return problem(request, status=404, code="api.not_found")
        case Infeasible():
            return problem(request, status=422, code=error.code, facts=error.facts)
        case _:
            return problem(request, status=409, code=error.code, facts=error.facts)


def demand_known_parameters(request: HttpRequest, known: Iterable[str]) -> None:
    """
    Refuse an address that asks by what is not known: an answer to another question would look like one to this.

    Raises:
        InvalidInput: Each parameter of the address that is not among *known*.
    """
    names = sorted({*known} - {*EVERYWHERE})
    unknown = sorted({*request.GET} - {*names, *EVERYWHERE})
    if unknown:
        raise InvalidInput(
            [
                Fault(
                    code="api.unknown_parameter" if names else "api.takes_no_parameter",
                    place="query",
                    column=name,
                    facts={"known": tuple(names)},
                )
                for name in unknown
            ]
        )


def language_of(request: HttpRequest) -> Language:
    """Return the language of the answer."""
    return "en" if getattr(request, "language", "en") == "en" else "zh"


def say_unfit(errors: Iterable[Mapping[str, Any]], language: Language) -> str:
    """Return what does not fit a body, place by place, in words of ours: the library's are English."""
    said = []
    for error in errors:
        code = f"api.unfit.{error['type']}"
        facts = {"limit": "", **error.get("ctx", {})}
        facts["limit"] = next((facts[name] for name in LIMITS if name in facts), "")
        text = say(code if has_message(code) else _kind_of(str(error["type"])), facts, language)
        said.append(
            f"{'.'.join(str(part) for part in error['loc'][1:])}: {text}".removeprefix(": ")
        )
    return ("；" if language == "zh" else "; ").join(said)


def _kind_of(kind: str) -> str:
    """Return the code for a kind of fault without words of its own: by what was expected."""
    first = kind.partition("_")[0]
    code = f"api.unfit.{first}"
    return code if has_message(code) else "api.unfit.other"


def plain_facts(facts: Mapping[str, object]) -> dict[str, Any]:
    """Return *facts* in the terms of JSON; what has none, as text."""
    told: dict[str, Any] = {}
    for name, value in facts.items():
        try:
            told[name] = plain(value)
        except TypeError:
            told[name] = str(value)
    return told


def _facts_of(fault: Fault) -> dict[str, object]:
    return {
        "place": fault.place,
        "row": fault.row,
        "column": fault.column,
        "value": fault.value,
        **fault.facts,
    }
