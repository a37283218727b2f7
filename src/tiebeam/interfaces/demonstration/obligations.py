"""
What donors owe in the demonstration: two figures that the press printed, the rest round and assumed.

Assumed figures bear that mark in the directory, so that every amount that follows from
them is shown as illustrative. Where no source gives a donor's rate, none is made up.
"""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from tiebeam.apps.ledger.operations.obligation_notices import draft_notice, issue_notice
from tiebeam.apps.ledger.operations.obligation_rules import choose_rule
from tiebeam.apps.ledger.operations.years import set_programme_year
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations import add_statistic
from tiebeam.platform.tenancy.acting import Actor, acting

INDICATOR = "general_public_budget_revenue"
PRESS = "京华时报，2008年6月19日（搜狐转载） / The Beijing Times, 19 June 2008 (on Sohu)"
PAGE = "https://news.sohu.com/20080619/n257592421.shtml"
PRINTED = {"广东省": "2785", "江西省": "389.6"}
"""Local revenue of 2007 in 亿元, as the paper printed it beside the rule."""
ASSUMED = {"福建省": "4000", "湖南省": "3500"}
"""Round figures in 亿元 that stand for nothing."""
ENTERED = "假设（DEMO） / assumed (DEMO)"


def take_obligation_steps(coordinator: Actor, second: Actor, now: datetime) -> None:
    """Choose a rule for three programmes, draft notices, and have a second coordinator issue some."""
    with acting(coordinator):
        programmes = {row.slug: row for row in Programme.objects.all()}
    for slug in ("wenchuan-2008", "tibet", "xinjiang-2010"):
        is_entered = slug != "wenchuan-2008"
        choose_rule(
            programme=programmes[slug],
            rule_id=slug,
            rule_version=1,
            indicator=INDICATOR,
            base_offset=-1 if is_entered else None,
            entered_because=ENTERED if is_entered else "",
            actor=coordinator,
            now=now,
        )
    with acting(coordinator):
        donors = {
            row.name_zh: row
            for row in Organisation.objects.select_related("region").filter(
                name_zh__in=[*PRINTED, *ASSUMED], kind="government"
            )
        }
    rebuilding, tibet = programmes["wenchuan-2008"], programmes["tibet"]
    today = timezone.localdate(now)
    for name, quantity in PRINTED.items():
        _add(donors[name], 2007, quantity, date(2008, 6, 19), coordinator, now, is_printed=True)
    for name, quantity in ASSUMED.items():
        _add(donors[name], 2007, quantity, today, coordinator, now)
        _add(donors[name], today.year - 1, quantity, today, coordinator, now)
    for programme, year in ((rebuilding, 2008), (tibet, today.year)):
        set_programme_year(
            programme=programme,
            year=year,
            profile="on_expenditure",
            refund_reopens=True,
            actor=coordinator,
            now=now,
        )
    for name in PRINTED:
        _issue(rebuilding, donors[name], 2008, coordinator, second, now)
    _issue(tibet, donors["福建省"], today.year, coordinator, second, now)
    # One is left for who tries it out.
    draft_notice(
        programme=rebuilding, donor=donors["福建省"], year=2008, actor=coordinator, now=now
    )


def _add(
    donor: Organisation,
    year: int,
    quantity: str,
    vintage: date,
    actor: Actor,
    now: datetime,
    *,
    is_printed: bool = False,
) -> None:
    region = donor.region
    assert region is not None, donor
    add_statistic(
        region=region,
        indicator=INDICATOR,
        year=year,
        quantity=Decimal(quantity),
        unit="亿元",
        vintage=vintage,
        source=PRESS if is_printed else ENTERED,
        url=PAGE if is_printed else "",
        reliability="press" if is_printed else "assumption",
        actor=actor,
        now=now,
    )


def _issue(
    programme: Programme,
    donor: Organisation,
    year: int,
    maker: Actor,
    checker: Actor,
    now: datetime,
) -> None:
    notice = draft_notice(programme=programme, donor=donor, year=year, actor=maker, now=now)
    issue_notice(notice=notice, actor=checker, now=now)
