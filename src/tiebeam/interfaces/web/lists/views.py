"""A round with its versions, and one version of its list."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.pairings.models import PairList
from tiebeam.apps.pairings.queries.lists import (
    ListComparison,
    compare_lists,
    find_in_force,
    find_variant_of_list,
    find_version_before,
    get_list,
    list_lines,
    list_lists_of_programme,
    tell_standing,
)
from tiebeam.apps.pairings.queries.opinions import list_opinions, list_silent
from tiebeam.apps.programmes.models import Round
from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.interfaces.web.amounts import name_resources
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.forming import find_or_404
from tiebeam.interfaces.web.lists.forms import NotedForm
from tiebeam.interfaces.web.lists.steps import list_round_steps, list_steps
from tiebeam.interfaces.web.lists.tables import (
    STATUS,
    changes_table,
    document_text,
    force_text,
    lines_table,
    opinions_table,
    state_text,
    versions_table,
)
from tiebeam.interfaces.web.lists.workbook import workbook_of_list
from tiebeam.interfaces.web.page import Fact, Link, name_of, say_to, show_page
from tiebeam.interfaces.web.periods import last_day_of, period_text
from tiebeam.interfaces.web.programmes.rights import may
from tiebeam.interfaces.web.programmes.rounds import find_round_or_404, trail_of_round
from tiebeam.interfaces.web.programmes.views import trail_of
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import Table, table_as_file
from tiebeam.platform.identity.people import list_names
from tiebeam.platform.time.periods import AsOf


@require_safe
@seated
def show_round(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Show a round: when it is, what is needed and given in it, and the versions of its list."""
    as_of = read_as_of(request)
    of_round = find_round_or_404(round_id)
    lists = [
        row
        for row in list_lists_of_programme(of_round.programme, as_of)
        if row.round_id == of_round.pk
    ]
    standing = find_in_force(lists, as_of)
    name = name_of(request, of_round)
    steps = list_round_steps(request, of_round)
    return show_page(
        request,
        "web/lists/round.html",
        title=say_to(request, "lists.round_title_none", name=name)
        if standing is None
        else say_to(
            request,
            "lists.round_title",
            name=name,
            version=standing.version,
            since=str(standing.in_force_from),
        ),
        trail=trail_of(request, of_round.programme),
        tabs=_tabs_of(request, "lists.round_tab", "round", of_round.pk),
        takes_dates=True,
        of_round=of_round,
        steps=steps,
        facts=_facts_of_round(request, of_round),
        table=versions_table(request, lists, steps[0] if steps else None, as_of.true_on),
    )


@require_safe
@seated
def show_version(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Show one version of a list: its pairs, what changed, what was said of it, who signed it."""
    as_of = read_as_of(request)
    pair_list = find_list_or_404(list_id, as_of)
    of_round = pair_list.round
    lines = list_lines(pair_list)
    table = lines_table(request, pair_list, lines, name_resources(request, [of_round]))
    file = table_as_file(table)
    if file is not None:
        return file
    before = find_version_before(pair_list)
    comparison = None if before is None else compare_lists(before, pair_list)
    opinions = [
        row
        for row in list_opinions(pair_list)
        if as_of.known_at is None or row.given_at < as_of.known_at
    ]
    may_answer = may(request, "pairings.answer_opinion", of_round.programme)
    is_open = pair_list.state == "consulted"
    return show_page(
        request,
        "web/lists/version.html",
        title=_title_of(request, pair_list, len(lines), as_of.true_on),
        trail=trail_of_round(request, of_round),
        tabs=_tabs_of(request, "lists.tab", "list", pair_list.pk),
        takes_dates=True,
        pair_list=pair_list,
        steps=list_steps(request, pair_list),
        facts=_facts_of_list(request, pair_list, as_of.true_on),
        table=table,
        before=before,
        comparison=comparison,
        changes=None if comparison is None else draw_changes(request, comparison),
        opinions=opinions_table(request, opinions, may_answer=may_answer),
        shows_opinions=bool(opinions) or is_open,
        agreeing=[row for row in opinions if row.reply == "agree" and not hasattr(row, "answer")]
        if may_answer
        else [],
        noted_form=NotedForm(request, data=None),
        silent=[name_of(request, row) for row in list_silent(pair_list, as_of.true_on)]
        if is_open and may_answer
        else [],
    )


@require_safe
@seated
def download_list(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Answer with a version as a workbook: what it is, its pairs, and what changed."""
    as_of = read_as_of(request)
    pair_list = find_list_or_404(list_id, as_of)
    resources = name_resources(request, [pair_list.round])
    before = find_version_before(pair_list)
    changes = None if before is None else draw_changes(request, compare_lists(before, pair_list))
    return workbook_of_list(
        request,
        pair_list,
        [(fact.term, fact.text) for fact in _facts_of_list(request, pair_list, as_of.true_on)],
        lines_table(request, pair_list, list_lines(pair_list), resources),
        changes,
    )


def find_list_or_404(list_id: UUID, as_of: AsOf | None = None) -> PairList:
    """Return a version that may be read, as known; another's is not there."""
    return find_or_404(get_list, list_id, as_of)


def name_of_list(request: HttpRequest, pair_list: PairList) -> str:
    """Return the name of a version: that of its round, with its number."""
    name = name_of(request, pair_list.round)
    return say_to(request, "lists.name", round=name, version=pair_list.version)


def _tabs_of(request: HttpRequest, code: str, kind: str, pk: UUID) -> list[Link]:
    page = "list_version" if kind == "list" else kind
    return [
        Link(say_to(request, code), reverse(page, args=[pk]), True),
        Link(say_to(request, "history.tab"), reverse("history", args=[kind, pk])),
    ]


def _title_of(request: HttpRequest, pair_list: PairList, count: int, on: date) -> str:
    return say_to(
        request,
        f"lists.title.{tell_standing(pair_list, on)}",
        name=name_of_list(request, pair_list),
        pairs=count,
        force=force_text(request, pair_list),
        first=str(pair_list.in_force_from),
        last=str(last_day_of(pair_list.in_force_until)),
        due=str(pair_list.opinions_due_on),
    )


def draw_changes(request: HttpRequest, comparison: ListComparison) -> Table:
    """Return how a list differs from another, with the names of all that are concerned."""
    ids = {pk for couple in (*comparison.new, *comparison.ended) for pk in couple}
    ids |= {pk for move in comparison.moved for pk in (move.donor, *move.left, *move.joined)}
    return changes_table(request, comparison, list_organisations_by_id(ids))


def _facts_of_round(request: HttpRequest, of_round: Round) -> list[Fact]:
    due_on = of_round.returns_due_on
    named = name_resources(request, [of_round])
    none = say_to(request, "web.none")
    return [
        Fact(
            say_to(request, "programmes.column.period"),
            period_text(request, of_round.starts_on, of_round.ends_on),
        ),
        Fact(say_to(request, "programmes.column.due"), str(due_on) if due_on else none),
        Fact(
            say_to(request, "programmes.field.resources"),
            say_to(request, "programmes.forms", forms=list(named.values())) if named else none,
        ),
    ]


def _facts_of_list(request: HttpRequest, pair_list: PairList, on: date) -> list[Fact]:
    def head(key: str) -> str:
        return say_to(request, f"lists.column.{key}")

    facts = [
        Fact(
            head("state"),
            state_text(request, pair_list, on),
            status=STATUS[tell_standing(pair_list, on)],
        ),
        Fact(head("force"), force_text(request, pair_list)),
    ]
    if pair_list.in_force_from is not None:
        issued_on = pair_list.issued_on
        unknown = say_to(request, "web.unknown")
        facts += [
            Fact(head("issued"), str(issued_on) if issued_on else unknown),
            Fact(head("document"), document_text(request, pair_list)),
        ]
    if pair_list.opinions_due_on is not None:
        facts.append(Fact(head("opinions_due"), str(pair_list.opinions_due_on)))
    if pair_list.without_opinions_because:
        because = pair_list.without_opinions_because
        facts.append(Fact(head("without_opinions"), because, status="risk"))
    if pair_list.is_recorded:
        facts.append(Fact(head("signed"), say_to(request, "lists.signed_elsewhere")))
    else:
        facts += _facts_of_signatures(request, pair_list)
    if pair_list.reinstates is not None:
        version = say_to(request, "lists.version", version=pair_list.reinstates.version)
        address = reverse("list_version", args=[pair_list.reinstates_id])
        facts.append(Fact(head("reinstates"), version, address))
    if pair_list.note:
        facts.append(Fact(head("note"), pair_list.note))
    return [*facts, *_facts_of_origin(request, pair_list)]


def _facts_of_origin(request: HttpRequest, pair_list: PairList) -> list[Fact]:
    """Return from which plan of which scenario a version was drafted, to whoever reads the desk."""
    variant = find_variant_of_list(pair_list)
    if variant is None:
        return []
    scenario = variant.scenario
    is_kept = variant.plan_sha256 == pair_list.plan_sha256
    return [
        Fact(
            say_to(request, "lists.column.plan"),
            say_to(
                request,
                "lists.plan" if is_kept else "lists.plan_replaced",
                variant=variant.name,
                hash=pair_list.plan_sha256[:12],
            ),
            reverse("desk_variant", args=[variant.pk]),
        ),
        Fact(
            say_to(request, "lists.column.scenario"),
            say_to(request, "lists.scenario", name=scenario.name, hash=scenario.sha256[:12]),
            reverse("desk_scenario", args=[scenario.pk]),
        ),
    ]


def _facts_of_signatures(request: HttpRequest, pair_list: PairList) -> list[Fact]:
    signed = [
        (pair_list.first_signed_by_id, pair_list.first_signed_for_id, pair_list.first_signed_at),
        (pair_list.second_signed_by_id, pair_list.second_signed_for_id, pair_list.second_signed_at),
    ]
    names = list_names(pk for by, for_, _ in signed for pk in (by, for_) if pk is not None)
    facts = []
    for key, (by, stood_for, at) in zip(("first", "second"), signed, strict=True):
        if by is None or at is None:
            text = say_to(request, "lists.not_signed")
        else:
            text = say_to(
                request,
                "lists.signed_by" if stood_for is None else "lists.signed_for",
                name=names.get(by, ""),
                stood_for=names.get(stood_for, "") if stood_for else "",
                day=f"{timezone.localtime(at):%Y-%m-%d}",
            )
        facts.append(Fact(say_to(request, f"lists.column.{key}"), text))
    return facts
