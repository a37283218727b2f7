"""What lists bring to the first page: opinions, answers and signatures that wait, and what was issued."""

from datetime import date, timedelta

from django.urls import reverse

from tiebeam.apps.pairings.models import PairList
from tiebeam.apps.pairings.queries.waiting import (
    list_issued_since,
    list_lists_out,
    list_lists_to_finish,
    list_lists_to_reply_to,
    list_opinions_to_answer,
)
from tiebeam.interfaces.web.home.sections import Item, section
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor

DAYS_BACK = 30


@section("waiting")
def list_waiting(actor: Actor, today: date) -> list[Item]:
    """List drafts to reply to, opinions to answer, and versions to sign or issue."""
    items: list[Item] = []
    if is_allowed(actor, "pairings.give_opinion"):
        items += [
            _item("lists.home.opinion", row, "give_opinion", on=row.opinions_due_on)
            for row in list_lists_to_reply_to(actor, today)
        ]
    if is_allowed(actor, "pairings.sign_list"):
        items += [
            Item(
                code="lists.home.answer",
                facts={
                    "organisation": row.tenant,
                    "programme": row.of_list.round.programme,
                    "version": row.of_list.version,
                },
                address=reverse("answer_opinion", args=[row.pk]),
            )
            for row in list_opinions_to_answer(actor)
        ]
        items += [
            _item(f"lists.home.{row.state}", row, "list_version")
            for row in list_lists_to_finish(actor)
        ]
    return items


@section("due")
def list_due(actor: Actor, today: date) -> list[Item]:
    """List the days on which opinions on own drafts are due."""
    del today
    if not is_allowed(actor, "pairings.send_for_opinion"):
        return []
    return [
        _item("lists.home.out", row, "list_version", on=row.opinions_due_on)
        for row in list_lists_out(actor)
    ]


@section("changed")
def list_changed(actor: Actor, today: date) -> list[Item]:
    """List the versions issued lately."""
    del actor
    return [
        _item("lists.home.issued", row, "list_version", on=row.issued_on)
        for row in list_issued_since(today - timedelta(days=DAYS_BACK))
    ]


def _item(code: str, pair_list: PairList, name: str, on: date | None = None) -> Item:
    return Item(
        code=code,
        facts={"programme": pair_list.round.programme, "version": pair_list.version},
        address=reverse(name, args=[pair_list.pk]),
        on=on,
    )
