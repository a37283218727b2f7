"""
The questions that no single record answers, as ``GET /api/v1/questions/…``.

Each is one query of the applications below; what it returns is told as it is:
records as records, values of ours field by field.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, Self, TypeVar
from uuid import UUID

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import AfterValidator, model_validator

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.queries import inbox as waiting
from tiebeam.apps.emergencies.queries import situation as situations
from tiebeam.apps.emergencies.queries.dispatch import (
    dispatch_board,
    list_locks,
    team_timeline,
)
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
from tiebeam.apps.people.models import Team
from tiebeam.apps.programmes.models import Programme, Round
from tiebeam.apps.programmes.queries.returns import list_returns
from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.apps.regions.queries.statistics import list_statistics
from tiebeam.interfaces.api.problems import demand_known_parameters
from tiebeam.interfaces.api.records import RecordOut, find_record, record_out
from tiebeam.interfaces.api.texts import demand_known_days
from tiebeam.platform.audit.canonical import plain
from tiebeam.platform.tenancy.acting import find_actor
from tiebeam.platform.time.periods import AsOf

questions = Router(tags=["questions"])

Answer = TypeVar("Answer", bound=Callable[..., object])


class AnswerOut(Schema):
    """What a query found."""

    answer: Any


class AsOfQuery(Schema):
    """The two dates of a question: when it was true, and when it was known; today and now where left out."""

    true_on: date | None = None
    known_at: datetime | None = None

    @model_validator(mode="after")
    def refuse_far_days(self) -> Self:
        """Refuse a day at the ends of the calendar."""
        demand_known_days(self)
        return self

    def as_of(self) -> AsOf:
        """Return the dates that are asked for."""
        return AsOf(true_on=self.true_on or timezone.localdate(), known_at=self.known_at)


@dataclass(frozen=True, slots=True)
class _Asked:
    """How the address asks for one parameter of a question, and how the parameter is made from that."""

    name: str
    asked_as: Parameter
    read: Callable[[Any], Any]


def question(path: str, summary: str) -> Callable[[Answer], Answer]:
    """
    Give a function its address ``GET /api/v1/questions/<path>``, asked as its signature says.

    A parameter that is a record is asked for as ``<name>_id`` and looked up among the
    records that the caller may read, ``as_of`` by its two dates, a plain value as it is.
    """

    def register(answer: Answer) -> Answer:
        parameters = [_read_parameter(it) for it in signature(answer).parameters.values()]

        names = [
            name
            for it in parameters
            for name in (AsOfQuery.model_fields if it.name == "as_of" else [it.asked_as.name])
        ]

        def view(request: HttpRequest, **given: Any) -> AnswerOut:
            demand_known_parameters(request, names)
            found = answer(**{it.name: it.read(given[it.asked_as.name]) for it in parameters})
            return AnswerOut(answer=_tell(found))

        view.__name__ = answer.__name__
        view.__doc__ = answer.__doc__
        # The framework reads from it what to ask for.
        view.__signature__ = Signature(  # type: ignore[attr-defined]
            [Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=HttpRequest)]
            + [it.asked_as for it in parameters]
        )
        questions.get(f"/{path}", response=AnswerOut, summary=summary)(view)
        return answer

    return register


def _read_parameter(parameter: Parameter) -> _Asked:
    kind = parameter.annotation
    if kind is AsOf:
        asked_as = Parameter(
            "asked",
            Parameter.KEYWORD_ONLY,
            annotation=AsOfQuery,
            default=Query(...),  # type: ignore[type-arg]
        )
        return _Asked(parameter.name, asked_as, AsOfQuery.as_of)
    if isinstance(kind, type) and issubclass(kind, models.Model):
        asked_as = Parameter(f"{parameter.name}_id", Parameter.KEYWORD_ONLY, annotation=UUID)
        return _Asked(parameter.name, asked_as, lambda record_id: find_record(kind, record_id))
    plain_one = parameter.replace(
        kind=Parameter.KEYWORD_ONLY, annotation=Annotated[kind, AfterValidator(_known_days)]
    )
    return _Asked(parameter.name, plain_one, lambda value: value)


def _known_days(value: Any) -> Any:
    demand_known_days(value)
    return value


@question("who-answers", "Who answers for a place")
def who_answers(recipient: Organisation, as_of: AsOf) -> object:
    """Who answers for a recipient, since when, by which list and document, and who before."""
    return find_answerable(recipient, as_of)


@question("pairings-of-programme", "The pairings of a programme")
def pairings_of_programme(programme: Programme, as_of: AsOf) -> object:
    """The pairings of a programme in force on a day, as known at a moment."""
    return list_pairings(programme, as_of)


@question("pairings-of-organisation", "The pairings of a party")
def pairings_of_organisation(organisation: Organisation, as_of: AsOf) -> object:
    """The pairings in which an organisation gives or receives, across all programmes."""
    return list_pairings_of(organisation, as_of)


@question("load-of-donor", "The load of a donor")
def load(donor: Organisation, as_of: AsOf) -> object:
    """What a donor carries across all programmes."""
    return load_of_donor(donor, as_of)


@question("list-in-force", "The list in force")
def list_in_force(programme: Programme, as_of: AsOf) -> object:
    """The version of the pair list in force on a day, as known at a moment."""
    return find_list_in_force(programme, as_of)


@question("list-comparison", "Two versions compared")
def list_comparison(earlier: PairList, later: PairList) -> object:
    """Which pairs held, moved, ended or are new between two versions."""
    return compare_lists(earlier, later)


@question("opinions", "Where the opinions on a list stand")
def opinions(pair_list: PairList) -> object:
    """Which opinions wait for an answer, and who has not replied."""
    return {
        "unanswered": list_unanswered_opinions(pair_list.round),
        "silent": list_silent(pair_list, timezone.localdate()),
    }


@question("returns", "Where the returns of a round stand")
def returns(round: Round) -> object:
    """The return of each participant: missing, draft, submitted, returned or accepted; late or overdue."""
    return list_returns(round, timezone.localdate())


@question("responsibilities", "The matrix of a pairing")
def responsibilities(pairing: Pairing, as_of: AsOf) -> object:
    """Area of work by party, with gaps and double owners."""
    matrix = get_matrix(pairing, as_of)
    return {
        "matrix": matrix,
        "gaps": matrix.list_gaps(),
        "double_owners": matrix.list_double_owners(),
    }


@question("agreement", "Where an agreement stands")
def agreement(agreement: Agreement, day: date | None = None) -> object:
    """State, terms and signatures of an agreement on a day, amendments in force included."""
    standing = get_agreement(agreement.pk)
    on = day or timezone.localdate()
    return {
        "state": standing.state_on(on),
        "is_in_force": standing.is_in_force(on),
        "is_ended": standing.is_ended(on),
        "terms": standing.effective_terms(on),
        "text_sha256": hash_of_agreement(standing.agreement),
        "signatures": standing.signatures,
    }


@question("hand-over", "What an ending pair leaves open")
def hand_over(hand_over: HandOver) -> object:
    """The lines of a hand-over, each with its answer."""
    return [{"line": line, "answer": answer_of(line)} for line in list_lines(hand_over)]


@question("plan", "The plan of a variant")
def plan(variant: Variant) -> object:
    """The plan document of a variant, and whether locks or changes moved since it was made."""
    return {"plan": variant.plan, "is_stale": is_stale(variant)}


@question("statistics", "The figures of a region")
def statistics(region: Region, as_of: AsOf) -> object:
    """The newest vintage of each figure, with its source and reliability."""
    return list_statistics(region, as_of=as_of)


@question("situation", "How an incident stands")
def situation(incident: Incident, as_of: AsOf) -> object:
    """By place: people needed, bound and on duty, with every need, its fill, its gaps and its deployments."""
    return situations.situation(incident, as_of)


@question("gaps", "Which needs lack people")
def gaps(incident: Incident, as_of: AsOf) -> object:
    """The needs of an incident that lack people on some day, or whose teams hand over with a gap."""
    return situations.gaps(incident, as_of)


@question("inbox", "What waits for the own organisation in its emergencies")
def inbox() -> object:
    """Deployments, questions, needs to verify and proposed orders that wait for an answer."""
    actor = find_actor()
    assert actor is not None  # who asks is known
    return waiting.inbox(actor.organisation_id, timezone.now())


@question("own-teams", "The deployments of the teams whose phone one works")
def own_teams() -> object:
    """For a front team: its deployments, the latest first, each with its last step."""
    actor = find_actor()
    assert actor is not None  # who asks is known
    return waiting.list_own_teams(actor.person_id, timezone.now())


@question("dispatch-board", "What a dispatcher looks at")
def dispatch(incident: Incident) -> object:
    """Needs, published packages and what binds them, proposed orders, and the locks of the next plan."""
    return {
        "board": dispatch_board(incident, timezone.now()),
        "locks": list_locks(incident),
    }


@question("team-timeline", "What happened to a team")
def timeline(team: Team) -> object:
    """The deployments of a team, step by step, with open questions and successors."""
    return team_timeline(team, timezone.now())


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
