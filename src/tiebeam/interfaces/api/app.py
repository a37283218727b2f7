"""The programming interface: its description, its errors, its endpoints."""

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

import tiebeam.interfaces.api.front_questions  # registers its questions
import tiebeam.interfaces.api.ledger_questions  # noqa: F401
from tiebeam import __version__
from tiebeam.errors import TiebeamError
from tiebeam.interfaces.api.access import (
    MayNotWrite,
    PersonThrottle,
    SessionAccess,
    TokenAccess,
)
from tiebeam.interfaces.api.description import DescribedAPI
from tiebeam.interfaces.api.documents import documents
from tiebeam.interfaces.api.operations import add_operation_endpoints
from tiebeam.interfaces.api.problems import language_of, problem, problem_of, say_unfit
from tiebeam.interfaces.api.questions import questions
from tiebeam.interfaces.api.records import add_record_endpoints
from tiebeam.interfaces.api.threads import threads
from tiebeam.interfaces.messages import say

log = logging.getLogger(__name__)


def build_api() -> NinjaAPI:
    """Return the interface with an endpoint for every operation and every kind of record."""
    api = DescribedAPI(
        title="Tiebeam",
        version=__version__,
        description="Partner assistance: programmes, rounds, lists, pairings, agreements.",
        auth=[TokenAccess(), SessionAccess()],
        throttle=[PersonThrottle(settings.TIEBEAM_API_RATE)],
        docs_url=None,
        urls_namespace="api-v1",
    )
    _tell_errors(api)
    router = Router()
    add_record_endpoints(router)
    add_operation_endpoints(router)
    api.add_router("", router)
    api.add_router("/files", documents)
    api.add_router("/questions", questions)
    api.add_router("/threads", threads)
    return api


def _tell_errors(api: NinjaAPI) -> None:
    """Answer every error as a problem with a stable code."""

    def expected(request: HttpRequest, error: Any) -> HttpResponse:
        return problem_of(request, error)

    def missing(request: HttpRequest, error: Any) -> HttpResponse:
        del error
        return problem(request, status=404, code="api.not_found")

    def unknown(request: HttpRequest, error: Any) -> HttpResponse:
        del error
        return problem(request, status=401, code="api.not_signed_in")

    def read_only(request: HttpRequest, error: Any) -> HttpResponse:
        del error
        return problem(request, status=403, code="api.token_reads_only")

    def unfit(request: HttpRequest, error: Any) -> HttpResponse:
        places = say_unfit(error.errors, language_of(request))
        return problem(request, status=422, code="api.body_unfit", facts={"places": places})

    def too_many(request: HttpRequest, error: Any) -> HttpResponse:
        response = problem(request, status=429, code="api.too_many")
        if error.wait:
            response["Retry-After"] = str(int(error.wait) + 1)
        return response

    def against_rules(request: HttpRequest, error: Any) -> HttpResponse:
        # An operation should have refused it in words of its own: the log tells us which did not.
        log.warning("the database refused: %s", error)
        return problem(request, status=409, code="api.against_rules")

    def out_of_range(request: HttpRequest, error: Any) -> HttpResponse:
        log.warning("the database cannot hold: %s", error)
        return problem(request, status=422, code="api.out_of_range")

    def other(request: HttpRequest, error: Any) -> HttpResponse:
        # What the library could not even take apart: its own sentence would be in English only.
        log.info("not read: %s", error)
        places = say("api.body_unreadable", {}, language_of(request))
        return problem(
            request, status=error.status_code, code="api.body_unfit", facts={"places": places}
        )

    api.add_exception_handler(TiebeamError, expected)
    api.add_exception_handler(Http404, missing)
    api.add_exception_handler(ObjectDoesNotExist, missing)
    api.add_exception_handler(IntegrityError, against_rules)
    api.add_exception_handler(DataError, out_of_range)
    api.add_exception_handler(OverflowError, out_of_range)
    api.add_exception_handler(AuthenticationError, unknown)
    api.add_exception_handler(MayNotWrite, read_only)
    api.add_exception_handler(ValidationError, unfit)
    api.add_exception_handler(Throttled, too_many)
    api.add_exception_handler(HttpError, other)
