"""What lists bring to the first page: opinions, answers and signatures that wait, and what was issued."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from django.urls import reverse

from tiebeam.apps.pairings.models import Opinion, PairList
from tiebeam.apps.pairings.queries.waiting import (
    list_issued_since,
    list_lists_at_work,
    list_lists_to_reply_to,
    list_opinions_to_answer,
)
from tiebeam.interfaces.web.home.sections import Item, Part, section
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
        items += _list_opinions(list_opinions_to_answer(actor))
        items += [_at_work(row) for row in list_lists_at_work(actor)]
    return items


def _at_work(row: PairList) -> Item:
    if row.state != "consulted":
        return _item(f"lists.home.{row.state}", row, "list_version")
    return _item("lists.home.out", row, "list_version", on=row.opinions_due_on, part="due")


@section("changed")
def list_changed(actor: Actor, today: date) -> list[Item]:
    """List the versions issued lately."""
    del actor
    return [
        _item("lists.home.issued", row, "list_version", on=row.issued_on)
        for row in list_issued_since(today - timedelta(days=DAYS_BACK))
    ]


def _list_opinions(opinions: Sequence[Opinion]) -> list[Item]:
    """Return an item for each objection and proposal, and one for all opinions on a list that agree."""
    items = [
        Item(
            code="lists.home.answer",
            facts={"organisation": row.tenant, **_facts(row.of_list)},
            address=reverse("answer_opinion", args=[row.pk]),
        )
        for row in opinions
        if row.reply != "agree"
    ]
    agreed = {row.of_list_id: row.of_list for row in opinions if row.reply == "agree"}
    counts = Counter(row.of_list_id for row in opinions if row.reply == "agree")
    return items + [
        Item(
            code="lists.home.agreeing",
            facts={"count": counts[pk], **_facts(pair_list)},
            address=f"{reverse('list_version', args=[pk])}#opinions",
        )
        for pk, pair_list in agreed.items()
    ]


def _facts(pair_list: PairList) -> dict[str, object]:
    return {"programme": pair_list.round.programme, "version": pair_list.version}


def _item(
    code: str, pair_list: PairList, name: str, on: date | None = None, part: Part | None = None
) -> Item:
    return Item(
        code=code,
        facts=_facts(pair_list),
        address=reverse(name, args=[pair_list.pk]),
        on=on,
        part=part,
    )
