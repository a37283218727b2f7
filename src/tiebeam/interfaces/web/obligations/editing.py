"""Choose a rule, enter a donor's own rate, draft a notice, issue or discard it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tiebeam.apps.ledger.obligation_models import ObligationNotice
from tiebeam.apps.ledger.operations.obligation_notices import (
    discard_notice,
    draft_notice,
    draft_notices,
    issue_notice,
)
from tiebeam.apps.ledger.operations.obligation_rules import choose_rule as choose
from tiebeam.apps.ledger.operations.obligation_rules import set_donor_rate
from tiebeam.apps.ledger.queries.obligations import (
    Grounds,
    find_choice,
    find_grounds,
    find_notice,
    get_notice,
    list_donors,
    list_pairings_in,
    rule_of,
)
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.regions.models import Organisation
from tiebeam.errors import TiebeamError
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404, find_refusal
from tiebeam.interfaces.web.obligations.forms import DraftForm, RateForm, ReasonForm, RuleForm
from tiebeam.interfaces.web.obligations.tables import shares_table
from tiebeam.interfaces.web.obligations.views import answer_notice, read_year
from tiebeam.interfaces.web.obligations.words import say_amount, steps_table
from tiebeam.interfaces.web.page import Link, name_of, say_error, say_to
from tiebeam.interfaces.web.pairs.views import find_organisation_or_404
from tiebeam.interfaces.web.programmes.rights import may
from tiebeam.interfaces.web.programmes.views import find_or_404 as find_programme_or_404
from tiebeam.interfaces.web.programmes.views import trail_of
from tiebeam.interfaces.web.seated import actor_of, seated


@FORM
@seated
def choose_rule(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Choose the rule by which the donors of a programme owe."""
    programme = find_programme_or_404(programme_id)
    if not may(request, "ledger.choose_rule", programme):
        return show_forbidden(request)
    form = RuleForm(request, find_choice(programme.pk))
    return answer_form(
        request,
        form,
        lambda _: choose(
            programme=programme, **form.values(), actor=actor_of(request), now=timezone.now()
        ),
        done=say_to(request, "obligations.done.choose_rule"),
        title=say_to(request, "obligations.choose_title", programme=name_of(request, programme)),
        text=say_to(request, "obligations.choose_text"),
        verb=say_to(request, "obligations.verb.choose_rule"),
        back=_address(programme),
        trail=_trail(request, programme),
    )


@FORM
@seated
def enter_rate(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Enter the rate that one donor was given, with its document."""
    programme = find_programme_or_404(programme_id)
    choice = find_choice(programme.pk)
    if not may(request, "ledger.set_donor_rate", programme):
        return show_forbidden(request)
    if choice is None:
        return redirect("choose_rule", programme.pk)
    form = RateForm(request, list_donors(programme.pk), rule_of(choice).first_year)
    return answer_form(
        request,
        form,
        lambda _: set_donor_rate(
            programme=programme, **form.values(), actor=actor_of(request), now=timezone.now()
        ),
        done=say_to(request, "obligations.done.enter_donor_rate"),
        title=say_to(request, "obligations.rate_title", programme=name_of(request, programme)),
        text=say_to(request, "obligations.rate_text"),
        verb=say_to(request, "obligations.verb.enter_donor_rate"),
        back=_address(programme),
        trail=_trail(request, programme),
    )


@FORM
@seated
def draft(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Show what a donor owes for a year by what is known now, and draft its notice."""
    programme = find_programme_or_404(programme_id)
    if not may(request, "ledger.draft_notice", programme):
        return show_forbidden(request)
    donor, year = _find_donor(request), read_year(request, timezone.localdate().year)
    drafted = find_notice(programme.pk, donor.pk, year, "draft")
    if drafted is not None:
        return redirect("obligation_notice", drafted.pk)
    pairings = {str(row.pk): row for row in list_pairings_in(programme.pk, year, donor.pk)}
    grounds, missing, questions = _look(request, programme, donor, year)
    weights: dict[str, str] = {}
    if grounds is not None:
        step = grounds.derivation.step("obligations.step.shares")
        weights = step.facts["weights"] if step else {}
    standing = find_notice(programme.pk, donor.pk, year)
    form = DraftForm(request, pairings, weights, standing, is_questioned=bool(questions))
    title = say_to(
        request,
        "obligations.draft_title" if grounds is None else "obligations.draft_title_amount",
        donor=name_of(request, donor),
        year=year,
        amount=say_amount(
            request,
            grounds.derivation.due_fen,
            is_illustrative=grounds.derivation.is_illustrative,
        )
        if grounds
        else "",
    )
    return answer_form(
        request,
        form,
        lambda _: draft_notice(
            programme=programme,
            donor=donor,
            year=year,
            **form.values(),
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "obligations.done.draft_notice"),
        onto=lambda notice: reverse("obligation_notice", args=[notice.pk]),
        title=title,
        verb=say_to(request, "obligations.verb.draft_notice"),
        back=f"{_address(programme)}?year={year}",
        trail=_trail(request, programme),
        template="web/obligations/draft.html",
        missing=missing,
        figure_address=reverse("region", args=[donor.region_id]) if donor.region_id else "",
        questions=questions,
        standing=standing,
        has_weights=len(pairings) > 1,
        steps=steps_table(request, grounds.derivation, pairings) if grounds else None,
        shares=shares_table(request, grounds.derivation, pairings) if grounds else None,
    )


@require_POST
@seated
def draft_all(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Draft the first notice of every donor of a year for whom nothing is missing."""
    programme = find_programme_or_404(programme_id)
    year = read_year(request, timezone.localdate().year)
    drafted = draft_notices(
        programme=programme, year=year, actor=actor_of(request), now=timezone.now()
    )
    messages.success(request, say_to(request, "obligations.done.draft_notices", count=len(drafted)))
    return redirect(f"{_address(programme)}?year={year}")


@require_POST
@seated
def issue(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Issue a drafted notice."""
    notice = find_or_404(get_notice, notice_id)
    refusal = find_refusal(
        request,
        lambda: issue_notice(notice=notice, actor=actor_of(request), now=timezone.now()),
    )
    if refusal:
        return answer_notice(request, find_or_404(get_notice, notice_id), refusal)
    messages.success(request, say_to(request, "obligations.done.issue_notice"))
    return redirect("obligation_notice", notice_id)


@FORM
@seated
def discard(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Discard the draft of a notice."""
    notice: ObligationNotice = find_or_404(get_notice, notice_id)
    if not may(request, "ledger.discard_notice", notice.programme):
        return show_forbidden(request)
    address = reverse("obligation_notice", args=[notice.pk])
    return answer_form(
        request,
        ReasonForm(request),
        lambda given: discard_notice(
            notice=notice, reason=given["reason"], actor=actor_of(request), now=timezone.now()
        ),
        done=say_to(request, "obligations.done.discard_notice"),
        title=say_to(
            request,
            "obligations.discard_title",
            donor=name_of(request, notice.donor),
            year=notice.year,
        ),
        text=say_to(request, "obligations.discard_text"),
        verb=say_to(request, "obligations.verb.discard_notice"),
        back=address,
        trail=_trail(request, notice.programme),
        is_dangerous=True,
    )


def _look(
    request: HttpRequest, programme: Programme, donor: Organisation, year: int
) -> tuple[Grounds | None, list[str], list[str]]:
    """Return what the due rests on, or in words what is missing; and what is to be asked of the figure."""
    try:
        grounds = find_grounds(programme, donor, year)
    except TiebeamError as error:
        return None, say_error(request, error), []
    try:
        grounds.question()
    except TiebeamError as error:
        return grounds, [], say_error(request, error)
    return grounds, [], []


def _find_donor(request: HttpRequest) -> Organisation:
    try:
        return find_organisation_or_404(UUID(request.GET.get("donor", "")))
    except ValueError as error:
        raise Http404 from error


def _address(programme: Programme) -> str:
    return reverse("programme_obligations", args=[programme.pk])


def _trail(request: HttpRequest, programme: Programme) -> list[Link]:
    tab = Link(say_to(request, "programmes.tab.obligations"), _address(programme))
    return [*trail_of(request, programme), tab]
