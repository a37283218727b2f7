"""
The questions that no single record answers, as ``GET /api/v1/questions/…``.

Each is one query of the applications below; what it returns is told as it is:
records as records, values of ours field by field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from tiebeam.apps.pairings.models import Agreement, HandOver, Pairing, PairList, Variant
from tiebeam.apps.pairings.queries.agreements import get_agreement, hash_of_agreement
from tiebeam.apps.pairings.queries.answerable import find_answerable
from tiebeam.apps.pairings.queries.hand_overs import answer_of, list_lines
from tiebeam.apps.pairings.queries.lists import compare_lists, find_list_in_force
from tiebeam.apps.pairings.queries.opinions import list_silent, list_unanswered_opinions
from tiebeam.apps.pairings.queries.pairings import (
    list_pairings,
    list_pairings_of,
    load_of_donor,
)
from tiebeam.apps.pairings.queries.responsibilities import get_matrix
from tiebeam.apps.pairings.queries.variants import is_stale
from tiebeam.apps.programmes.models import Programme, Round
from tiebeam.apps.programmes.queries.returns import list_returns
from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.apps.regions.queries.statistics import list_statistics
from tiebeam.interfaces.api.records import RecordOut, find_record, record_out
from tiebeam.platform.audit.canonical import plain
from tiebeam.platform.time.periods import AsOf

questions = Router(tags=["questions"])


class AnswerOut(Schema):
    """What a query found."""

    answer: Any


class AsOfQuery(Schema):
    """The two dates of a question: when it was true, and when it was known; today and now where left out."""

    true_on: date | None = None
    known_at: datetime | None = None

    def as_of(self) -> AsOf:
        """Return the dates that are asked for."""
        return AsOf(true_on=self.true_on or timezone.localdate(), known_at=self.known_at)


@questions.get("/who-answers", response=AnswerOut, summary="Who answers for a place")
def who_answers(
    request: HttpRequest,
    recipient_id: UUID,
    asked: AsOfQuery = Query(...),  # type: ignore[type-arg]  # noqa: B008  # read by the framework
) -> AnswerOut:
    """Who answers for a recipient, since when, by which list and document, and who before."""
    del request
    return _told(find_answerable(_get(Organisation, recipient_id), asked.as_of()))


@questions.get("/pairings-of-programme", response=AnswerOut, summary="The pairings of a programme")
def pairings_of_programme(
    request: HttpRequest,
    programme_id: UUID,
    asked: AsOfQuery = Query(...),  # type: ignore[type-arg]  # noqa: B008  # read by the framework
) -> AnswerOut:
    """The pairings of a programme in force on a day, as known at a moment."""
    del request
    return _told(list_pairings(_get(Programme, programme_id), asked.as_of()))


@questions.get("/pairings-of-organisation", response=AnswerOut, summary="The pairings of a party")
def pairings_of_organisation(
    request: HttpRequest,
    organisation_id: UUID,
    asked: AsOfQuery = Query(...),  # type: ignore[type-arg]  # noqa: B008  # read by the framework
) -> AnswerOut:
    """The pairings in which an organisation gives or receives, across all programmes."""
    del request
    return _told(list_pairings_of(_get(Organisation, organisation_id), asked.as_of()))


@questions.get("/load-of-donor", response=AnswerOut, summary="The load of a donor")
def load(
    request: HttpRequest,
    donor_id: UUID,
    asked: AsOfQuery = Query(...),  # type: ignore[type-arg]  # noqa: B008  # read by the framework
) -> AnswerOut:
    """What a donor carries across all programmes."""
    del request
    return _told(load_of_donor(_get(Organisation, donor_id), asked.as_of()))


@questions.get("/list-in-force", response=AnswerOut, summary="The list in force")
def list_in_force(
    request: HttpRequest,
    programme_id: UUID,
    asked: AsOfQuery = Query(...),  # type: ignore[type-arg]  # noqa: B008  # read by the framework
) -> AnswerOut:
    """The version of the pair list in force on a day, as known at a moment."""
    del request
    return _told(find_list_in_force(_get(Programme, programme_id), asked.as_of()))


@questions.get("/list-comparison", response=AnswerOut, summary="Two versions compared")
def list_comparison(request: HttpRequest, earlier_id: UUID, later_id: UUID) -> AnswerOut:
    """Which pairs held, moved, ended or are new between two versions."""
    del request
    return _told(compare_lists(_get(PairList, earlier_id), _get(PairList, later_id)))


@questions.get("/opinions", response=AnswerOut, summary="Where the opinions on a list stand")
def opinions(request: HttpRequest, pair_list_id: UUID) -> AnswerOut:
    """Which opinions wait for an answer, and who has not replied."""
    del request
    pair_list = _get(PairList, pair_list_id)
    return _told(
        {
            "unanswered": list_unanswered_opinions(pair_list.round),
            "silent": list_silent(pair_list),
        }
    )


@questions.get("/returns", response=AnswerOut, summary="Where the returns of a round stand")
def returns(request: HttpRequest, round_id: UUID) -> AnswerOut:
    """The return of each participant: missing, draft, submitted, returned or accepted; late or overdue."""
    del request
    return _told(list_returns(_get(Round, round_id), timezone.localdate()))


@questions.get("/responsibilities", response=AnswerOut, summary="The matrix of a pairing")
def responsibilities(
    request: HttpRequest,
    pairing_id: UUID,
    asked: AsOfQuery = Query(...),  # type: ignore[type-arg]  # noqa: B008  # read by the framework
) -> AnswerOut:
    """Area of work by party, with gaps and double owners."""
    del request
    matrix = get_matrix(_get(Pairing, pairing_id), asked.as_of())
    return _told(
        {
            "matrix": matrix,
            "gaps": matrix.list_gaps(),
            "double_owners": matrix.list_double_owners(),
        }
    )


@questions.get("/agreement", response=AnswerOut, summary="Where an agreement stands")
def agreement(request: HttpRequest, agreement_id: UUID, day: date | None = None) -> AnswerOut:
    """State, terms and signatures of an agreement on a day, amendments in force included."""
    del request
    _get(Agreement, agreement_id)
    standing = get_agreement(agreement_id)
    on = day or timezone.localdate()
    return _told(
        {
            "state": standing.state_on(on),
            "is_in_force": standing.is_in_force(on),
            "is_ended": standing.is_ended(on),
            "terms": standing.effective_terms(on),
            "text_sha256": hash_of_agreement(standing.agreement),
            "signatures": standing.signatures,
        }
    )


@questions.get("/hand-over", response=AnswerOut, summary="What an ending pair leaves open")
def hand_over(request: HttpRequest, hand_over_id: UUID) -> AnswerOut:
    """The lines of a hand-over, each with its answer."""
    del request
    lines = list_lines(_get(HandOver, hand_over_id))
    return _told([{"line": line, "answer": answer_of(line)} for line in lines])


@questions.get("/plan", response=AnswerOut, summary="The plan of a variant")
def plan(request: HttpRequest, variant_id: UUID) -> AnswerOut:
    """The plan document of a variant, and whether locks or changes moved since it was made."""
    del request
    variant = _get(Variant, variant_id)
    return _told({"plan": variant.plan, "is_stale": is_stale(variant)})


@questions.get("/statistics", response=AnswerOut, summary="The figures of a region")
def statistics(
    request: HttpRequest,
    region_id: UUID,
    asked: AsOfQuery = Query(...),  # type: ignore[type-arg]  # noqa: B008  # read by the framework
) -> AnswerOut:
    """The newest vintage of each figure, with its source and reliability."""
    del request
    return _told(list_statistics(_get(Region, region_id), as_of=asked.as_of()))


def _get(model: Any, record_id: UUID) -> Any:
    return find_record(model, record_id)


def _told(found: Any) -> AnswerOut:
    return AnswerOut(answer=_tell(found))


def _tell(value: Any) -> Any:
    """Return *value* in the terms of JSON: records, dataclasses and containers all the way down."""
    if isinstance(value, models.Model):
        out: RecordOut = record_out(value)
        return out.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _tell(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _tell(item) for key, item in value.items()}
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence | set | frozenset):
        items = value if isinstance(value, Sequence) else sorted(value, key=str)
        return [_tell(item) for item in items]
    return plain(value)
