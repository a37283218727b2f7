"""What the donors of a programme owe for a year, one notice step by step, and what a donor carries."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.obligation_models import ObligationNotice, ObligationRule
from tiebeam.apps.ledger.queries.obligations import (
    DonorLoad,
    base_of,
    correction_of,
    derivation_of,
    find_choice,
    find_newer_base,
    get_notice,
    list_batches_of,
    list_donor_rates,
    list_donor_years,
    list_noticed_years,
    list_pairings_of,
    list_usable_credits,
    list_versions,
    load_of_donor,
    rule_of,
)
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.programmes.models import Programme
from tiebeam.interfaces.web.addresses import NotUnderstood
from tiebeam.interfaces.web.forming import find_or_404
from tiebeam.interfaces.web.money.words import may_make
from tiebeam.interfaces.web.obligations.tables import (
    base_text,
    donors_table,
    load_table,
    rates_table,
    say_share,
    shares_table,
    total_text,
    versions_table,
)
from tiebeam.interfaces.web.obligations.words import (
    list_rule_facts,
    say_amount,
    say_document,
    steps_table,
)
from tiebeam.interfaces.web.page import Fact, Link, language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.pairs.views import find_organisation_or_404
from tiebeam.interfaces.web.programmes.rights import may
from tiebeam.interfaces.web.programmes.views import find_or_404 as find_programme_or_404
from tiebeam.interfaces.web.programmes.views import tabs_of, trail_of
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import table_as_file
from tiebeam.interfaces.web.timeline import timeline_of


@require_safe
@seated
def show_programme(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Show the rule of a programme, and each donor of a year with its notice."""
    programme = find_programme_or_404(programme_id)
    choice = find_choice(programme.pk)
    year = read_year(request, _usual_year(programme, choice))
    rows = list_donor_years(programme.pk, year) if choice else []
    own = actor_of(request).organisation_id
    is_own = programme.tenant_id == own
    if not is_own:
        # Of others a reader knows the notices that may be read, and not that there is none.
        rows = [row for row in rows if row.issued or row.donor.pk == own]
    may_draft = choice is not None and may(request, "ledger.draft_notice", programme)
    table = donors_table(request, programme, year, rows, may_draft=may_draft)
    file = table_as_file(table) if choice else None
    if file is not None:
        return file
    rule = rule_of(choice) if choice else None
    rates = list_donor_rates(programme.pk) if choice else []
    return show_page(
        request,
        "web/obligations/programme.html",
        title=say_to(
            request,
            "obligations.title_none"
            if choice is None
            else "obligations.title"
            if is_own
            else "obligations.title_read",
            programme=name_of(request, programme),
            year=year,
            issued=sum(row.issued is not None for row in rows),
            count=len(rows),
        ),
        trail=trail_of(request, programme),
        tabs=tabs_of(request, programme, "obligations"),
        programme=programme,
        rule=rule,
        rule_title=rule.title[language_of(request)] if rule else "",
        notes=[note[language_of(request)] for note in rule.notes] if rule else [],
        facts=list_rule_facts(request, rule, choice) if rule else [],
        rates=rates_table(request, rates) if rates or (rule and rule.is_bounded) else None,
        table=table,
        year=year,
        years=list_noticed_years(programme.pk),
        is_illustrative=any(
            notice.is_illustrative for row in rows for notice in (row.issued, row.draft) if notice
        ),
        steps=_list_steps(request, programme, choice),
        may_draft=may_draft and any(not row.issued and not row.draft for row in rows),
    )


@require_safe
@seated
def show_notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Show a notice with the whole derivation, step by step."""
    return answer_notice(request, find_or_404(get_notice, notice_id))


def answer_notice(
    request: HttpRequest, notice: ObligationNotice, refusal: list[str] | None = None
) -> HttpResponse:
    """Answer with the page of a notice; with *refusal*, why what was asked of it was refused."""
    derivation, correction = derivation_of(notice), correction_of(notice)
    pairings = list_pairings_of(notice)
    programme, is_draft = notice.programme, notice.state == "draft"
    newer = find_newer_base(notice) if notice.state in {"draft", "issued"} else None
    return show_page(
        request,
        "web/obligations/notice.html",
        title=say_to(
            request,
            "obligations.notice_title",
            donor=name_of(request, notice.donor),
            amount=say_amount(request, notice.amount, is_illustrative=notice.is_illustrative),
            year=notice.year,
            programme=name_of(request, programme),
        ),
        trail=[*trail_of(request, programme), _to_programme(request, notice)],
        notice=notice,
        facts=_list_facts(request, notice),
        correction=correction,
        difference=say_amount(
            request, abs(correction.difference), is_illustrative=notice.is_illustrative
        )
        if correction
        else "",
        changed=[say_to(request, code) for code in correction.changed] if correction else [],
        steps=steps_table(request, derivation, pairings),
        shares=shares_table(request, derivation, pairings, correction, events=_list_events(notice)),
        credits=_list_credits(request, notice, pairings),
        assumptions=[say_to(request, code) for code in derivation.assumptions],
        unknowns=[say_to(request, f"obligations.part.{part}") for part in derivation.unknowns],
        newer=newer,
        draft_address=_draft_address(notice),
        versions=versions_table(request, list_versions(notice), notice),
        timeline=timeline_of(request, [notice.pk]),
        may_issue=is_draft
        and may(request, "ledger.issue_notice", programme)
        and not _drafted_it(request, notice),
        may_discard=is_draft and may(request, "ledger.discard_notice", programme),
        waits_for_another=is_draft and _drafted_it(request, notice),
        may_revise=not is_draft
        and notice.state == "issued"
        and may(request, "ledger.draft_notice", programme),
        refusal=refusal or [],
        status=409 if refusal else 200,
    )


@require_safe
@seated
def show_load(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Show what a donor owes for a year in every programme, beside its revenue."""
    donor = find_organisation_or_404(organisation_id)
    year = read_year(request, timezone.localdate().year)
    found = load_of_donor(donor, year)
    table = load_table(request, found)
    file = table_as_file(table)
    if file is not None:
        return file
    known = sum(line.notice is not None for line in found.lines)
    return show_page(
        request,
        "web/obligations/load.html",
        title=say_to(
            request,
            "obligations.load_title_bound" if found.load.unknown else "obligations.load_title",
            donor=name_of(request, donor),
            amount=total_text(request, found),
            year=year,
            count=known,
        ),
        trail=[
            Link(say_to(request, "directory.organisations"), reverse("organisations")),
            Link(name_of(request, donor), reverse("donor", args=[donor.pk])),
        ],
        donor=donor,
        year=year,
        found=found,
        total=total_text(request, found),
        share=say_share(request, found.load.share) if found.load.share is not None else "",
        revenue=found.revenue,
        revenue_text=_revenue_text(request, found),
        table=table,
    )


def read_year(request: HttpRequest, usual: int) -> int:
    """
    Return the year that the address asks for, else *usual*.

    Raises:
        NotUnderstood: It names none.
    """
    text = request.GET.get("year", "")
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and 1900 <= int(text) <= 2999):
        raise NotUnderstood("year", "obligations.address_year", value=text)
    return int(text)


def _usual_year(programme: Programme, choice: ObligationRule | None) -> int:
    """Return the newest year with a notice, else this year or the last one of the term."""
    noticed = list_noticed_years(programme.pk)
    if noticed:
        return noticed[0]
    today: date = timezone.localdate()
    if choice is None:
        return today.year
    rule = rule_of(choice)
    last = today.year if rule.until_year is None else rule.until_year - 1
    return max(rule.first_year, min(today.year, last))


def _list_steps(
    request: HttpRequest, programme: Programme, choice: ObligationRule | None
) -> list[Link]:
    """Return what the reader may enter: the rule first, then own rates."""
    names = {
        "choose_rule": "ledger.choose_rule",
        "enter_donor_rate": "ledger.set_donor_rate",
        "programme_years": "ledger.set_programme_year",
    }
    return [
        Link(say_to(request, f"obligations.verb.{name}"), reverse(name, args=[programme.pk]))
        for name, operation in names.items()
        if (choice or name == "choose_rule") and may(request, operation, programme)
    ]


def _to_programme(request: HttpRequest, notice: ObligationNotice) -> Link:
    address = reverse("programme_obligations", args=[notice.programme_id])
    return Link(say_to(request, "programmes.tab.obligations"), f"{address}?year={notice.year}")


def _draft_address(notice: ObligationNotice) -> str:
    address = reverse("draft_notice", args=[notice.programme_id])
    return f"{address}?donor={notice.donor_id}&year={notice.year}"


def _drafted_it(request: HttpRequest, notice: ObligationNotice) -> bool:
    """Return whether the reader is, or stands in for, who drafted the notice."""
    actor = actor_of(request)
    people = {notice.maker_id, notice.maker_for_id} - {None}
    return bool({actor.person_id, actor.deputy_of} & people)


def _list_facts(request: HttpRequest, notice: ObligationNotice) -> list[Fact]:
    step = derivation_of(notice).step("obligations.step.rate")
    document = step.facts["document"] if step else {}
    page = str(document.get("page", ""))
    state = say_to(request, f"obligations.state.{notice.state}")
    load = reverse("load_of_donor", args=[notice.donor_id])
    return [
        Fact(
            say_to(request, "obligations.column.donor"),
            name_of(request, notice.donor),
            address=f"{load}?year={notice.year}",
        ),
        Fact(say_to(request, "obligations.column.base"), base_text(request, notice)),
        Fact(
            say_to(request, "obligations.column.document"),
            say_document(request, document),
            address=page if page.startswith("http") else "",
        ),
        Fact(
            say_to(request, "obligations.column.version"),
            say_to(request, "obligations.version_text", version=notice.version, state=state),
        ),
    ]


def _list_credits(
    request: HttpRequest, notice: ObligationNotice, pairings: Mapping[str, Pairing]
) -> list[Link]:
    """Return, for who may propose it, where credit of earlier years is set off against the due."""
    actor, links = actor_of(request), []
    for key, fen in list_usable_credits(notice).items():
        pairing = pairings.get(key)
        if pairing is not None and may_make(actor, pairing, "coordinator"):
            text = say_to(
                request,
                "obligations.use_credit",
                amount=say_amount(request, fen, is_illustrative=notice.is_illustrative),
                recipient=name_of(request, pairing.recipient),
            )
            address = reverse("propose_event", args=[pairing.pk, "use_credit"])
            links.append(Link(text, f"{address}?amount={fen}"))
    return links


def _list_events(notice: ObligationNotice) -> dict[str, str]:
    """Return pairing → the page of the event that the notice posted for it."""
    if notice.issued_at is None:
        return {}
    return {str(row.pairing_id): reverse("event", args=[row.pk]) for row in list_batches_of(notice)}


def _revenue_text(request: HttpRequest, found: DonorLoad) -> str:
    revenue = found.revenue
    if revenue is None:
        return say_to(request, "web.unknown")
    fen = round(base_of(revenue).fen)
    return say_amount(request, fen, is_illustrative=revenue.reliability == "assumption")
