"""Draft lists, sign, issue, withdraw and reinstate them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.pairings.models import PairList
from tiebeam.apps.pairings.operations.hearing import is_heard
from tiebeam.apps.pairings.operations.lists import (
    draft_list,
    draft_list_by_hand,
    reinstate_list,
    send_for_opinion,
    withdraw_list,
)
from tiebeam.apps.pairings.operations.signing import AWAITING_FIRST, issue_list, sign_list
from tiebeam.apps.pairings.queries.lists import (
    find_list_in_force,
    known_resources,
    list_lines,
)
from tiebeam.apps.pairings.queries.opinions import list_silent
from tiebeam.apps.pairings.queries.waiting import list_planned_variants
from tiebeam.apps.programmes.models import Round
from tiebeam.apps.programmes.queries import list_documents
from tiebeam.apps.regions.queries.names import list_organisation_names
from tiebeam.interfaces.web.amounts import name_resources
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.lists import forms
from tiebeam.interfaces.web.lists.line_texts import text_of_lines
from tiebeam.interfaces.web.lists.tables import whole_table
from tiebeam.interfaces.web.lists.views import find_list_or_404, name_of_list
from tiebeam.interfaces.web.page import Link, name_of, say_to
from tiebeam.interfaces.web.periods import end_after
from tiebeam.interfaces.web.programmes.rights import may
from tiebeam.interfaces.web.programmes.rounds import find_round_or_404, trail_of_round
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import Table
from tiebeam.platform.time.periods import AsOf

Step = Callable[[Mapping[str, Any]], PairList]


@FORM
@seated
def draft(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Draft the next version from the plan of a variant."""
    of_round = find_round_or_404(round_id)
    if not may(request, "pairings.draft_list", of_round.programme):
        return show_forbidden(request)
    form = forms.DraftForm(request, list_planned_variants(of_round))
    return _draft(
        request,
        of_round,
        form,
        "draft_list",
        lambda given: draft_list(
            round=of_round,
            variant=form.variants[given["variant"]],
            note=given["note"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
    )


@FORM
@seated
def draft_by_hand(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Draft the next version from lines; the form begins with what is in force."""
    of_round = find_round_or_404(round_id)
    if not may(request, "pairings.draft_list_by_hand", of_round.programme):
        return show_forbidden(request)
    standing = find_list_in_force(of_round.programme, AsOf(true_on=timezone.localdate()))
    lines = [] if standing is None else list_lines(standing)
    resources = known_resources(of_round)
    initial = {"lines": text_of_lines(request, lines, resources)}
    form = forms.LinesForm(request, list_organisation_names(), resources, initial=initial)
    return _draft(
        request,
        of_round,
        form,
        "draft_list_by_hand",
        lambda given: draft_list_by_hand(
            round=of_round,
            lines=given["lines"],
            note=given["note"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
    )


def _draft(
    request: HttpRequest, of_round: Round, form: PageForm, name: str, step: Step
) -> HttpResponse:
    return answer_form(
        request,
        form,
        step,
        done=say_to(request, "lists.done.draft"),
        onto=lambda made: reverse("list_version", args=[made.pk]),
        title=say_to(request, f"lists.{name}_title", name=name_of(request, of_round)),
        verb=say_to(request, f"lists.verb.{name}"),
        text=say_to(request, f"lists.{name}_text"),
        back=reverse("round", args=[of_round.pk]),
        trail=trail_of_round(request, of_round),
    )


@FORM
@seated
def send(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Send a draft to both sides for opinion."""
    pair_list = find_list_or_404(list_id)
    form = forms.SendForm(request)
    return _step(
        request,
        pair_list,
        form,
        "send_for_opinion",
        lambda given: send_for_opinion(
            pair_list=pair_list, due_on=given["due_on"], actor=actor_of(request), now=timezone.now()
        ),
    )


@FORM
@seated
def sign(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Sign a version, as the first or the second; before both sides are heard only with a reason."""
    pair_list = find_list_or_404(list_id)
    today = timezone.localdate()
    is_early = pair_list.state in AWAITING_FIRST and not is_heard(pair_list, today)
    form = forms.SignWithoutOpinionsForm(request) if is_early else forms.EmptyForm(request)
    return _step(
        request,
        pair_list,
        form,
        "sign_list",
        lambda given: sign_list(
            pair_list=pair_list, actor=actor_of(request), now=timezone.now(), **given
        ),
        text=_text_of_signing(request, pair_list, today, is_early=is_early),
        is_dangerous=True,
    )


def _text_of_signing(
    request: HttpRequest, pair_list: PairList, today: date, *, is_early: bool
) -> str:
    """Return what whoever signs has to know: who has not been heard, or why they were not."""
    text = say_to(request, "lists.sign_list_text")
    if pair_list.without_opinions_because:
        reason = pair_list.without_opinions_because
        return say_to(request, "lists.sign_second_unheard", text=text, reason=reason)
    if not is_early:
        return text
    if pair_list.state == "draft":
        return say_to(request, "lists.sign_first_unsent", text=text)
    silent = [name_of(request, row) for row in list_silent(pair_list, today)]
    return say_to(
        request,
        "lists.sign_first_silent",
        text=text,
        count=len(silent),
        names=silent,
        due=str(pair_list.opinions_due_on),
    )


@FORM
@seated
def issue(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Put a version in force."""
    pair_list = find_list_or_404(list_id)
    form = forms.IssueForm(request, list_documents(pair_list.round.programme))
    return _step(
        request,
        pair_list,
        form,
        "issue_list",
        lambda given: issue_list(
            pair_list=pair_list,
            in_force_from=given["in_force_from"],
            issued_on=given["issued_on"],
            document=form.documents.get(given["document"]),
            reason=given["backdated_because"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        is_dangerous=True,
    )


@FORM
@seated
def withdraw(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Withdraw a version; one in force ends with all its pairings."""
    pair_list = find_list_or_404(list_id)
    is_issued = pair_list.state == "issued"
    form = forms.WithdrawIssuedForm(request) if is_issued else forms.WithdrawForm(request)
    return _step(
        request,
        pair_list,
        form,
        "withdraw_list",
        lambda given: withdraw_list(
            pair_list=pair_list,
            reason=given["reason"],
            until=end_after(given.get("last_day")),
            actor=actor_of(request),
            now=timezone.now(),
        ),
        text=say_to(request, "lists.withdraw_issued_text") if is_issued else "",
        is_dangerous=True,
    )


@FORM
@seated
def reinstate(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Draft an earlier version again."""
    pair_list = find_list_or_404(list_id)
    return _step(
        request,
        pair_list,
        forms.NoteForm(request),
        "reinstate_list",
        lambda given: reinstate_list(
            pair_list=pair_list, note=given["note"], actor=actor_of(request), now=timezone.now()
        ),
    )


def _step(
    request: HttpRequest,
    pair_list: PairList,
    form: PageForm,
    name: str,
    step: Step,
    *,
    text: str = "",
    is_dangerous: bool = False,
) -> HttpResponse:
    """Show the form of one step, take it, and go to the version that it leads to."""
    if not may(request, f"pairings.{name}", pair_list.round.programme):
        return show_forbidden(request)
    full_name = name_of_list(request, pair_list)
    address = reverse("list_version", args=[pair_list.pk])
    return answer_form(
        request,
        form,
        step,
        done=say_to(request, f"lists.done.{name}"),
        onto=lambda made: reverse("list_version", args=[made.pk]),
        title=say_to(request, f"lists.{name}_title", name=full_name),
        verb=say_to(request, f"lists.verb.{name}"),
        text=text or say_to(request, f"lists.{name}_text"),
        back=address,
        trail=[*trail_of_round(request, pair_list.round), Link(full_name, address)],
        is_dangerous=is_dangerous,
        # Nobody signs or issues what does not lie before them.
        table=_pairs_of(request, pair_list) if name in {"sign_list", "issue_list"} else None,
    )


def _pairs_of(request: HttpRequest, pair_list: PairList) -> Table:
    resources = name_resources(request, [pair_list.round])
    return whole_table(request, list_lines(pair_list), resources, name="pairs")
