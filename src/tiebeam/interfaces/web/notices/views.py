"""List the notices, open one, mark them as read, choose how they come by mail."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tiebeam.interfaces.jobs.posting import say_notice
from tiebeam.interfaces.web.forming import FORM, answer_form
from tiebeam.interfaces.web.forms import PageForm, choices_of
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.notices.places import place_of
from tiebeam.interfaces.web.page import Link, language_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import Cell, Choice, Column, Row, Table
from tiebeam.platform.notices.models import KINDS, WAYS
from tiebeam.platform.notices.operations import subscribe
from tiebeam.platform.notices.reading import (
    count_unread,
    find_notice,
    list_notices,
    list_ways,
    mark_read,
)


class WaysForm(PageForm):
    """How each kind comes by mail."""

    words = "notices.kind"

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Make one field for each kind."""
        super().__init__(request, *args, **kwargs)
        for kind in KINDS:
            self.fields[kind] = forms.ChoiceField(
                choices=choices_of(request, "notices.way", WAYS),
                label=say_to(request, f"notices.kind.{kind}"),
            )


@require_safe
@seated
def list_all(request: HttpRequest) -> HttpResponse:
    """List what the acting person was told, the newest first."""
    asked = read_asked(request, filters=("state", "kind"))
    kind = asked.filters.get("kind", "")
    found, count = list_notices(
        is_unread=asked.filters.get("state") == "unread",
        kind=kind if kind in KINDS else "",
        start=asked.start,
        stop=asked.stop,
    )
    unread = count_unread()
    language = language_of(request)
    table = Table(
        name="notices",
        columns=(
            Column("what", say_to(request, "notices.what")),
            Column("when", say_to(request, "notices.when")),
            Column("state", say_to(request, "notices.state")),
        ),
        rows=tuple(
            Row(
                (
                    Cell(say_notice(row, language)),
                    Cell(f"{timezone.localtime(row.told_at):%Y-%m-%d %H:%M}"),
                    Cell(
                        say_to(request, "notices.read" if row.read_at else "notices.unread"),
                        status="none" if row.read_at else "risk",
                    ),
                ),
                address=reverse("notice", args=[row.pk]),
            )
            for row in found
        ),
        count=count,
        asked=asked,
        choices=(
            Choice(
                "state",
                say_to(request, "notices.state"),
                (("unread", say_to(request, "notices.unread")),),
            ),
            Choice(
                "kind",
                say_to(request, "notices.about"),
                tuple((kind, say_to(request, f"notices.kind.{kind}")) for kind in KINDS),
            ),
        ),
        empty=say_to(request, "notices.empty"),
    )
    return show_page(
        request,
        "web/notices/list.html",
        title=say_to(request, "notices.title" if unread else "notices.title_nothing", count=unread),
        table=table,
        unread=unread,
    )


@require_safe
@seated
def open_notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark a notice as read and lead to what it is about."""
    del request
    found = find_notice(notice_id)
    if found is None:
        raise Http404
    mark_read(now=timezone.now(), ids=[found.pk])
    return redirect(place_of(found))


@require_POST
@seated
def mark_all(request: HttpRequest) -> HttpResponse:
    """Mark all notices as read."""
    count = mark_read(now=timezone.now())
    messages.success(request, say_to(request, "notices.marked", count=count))
    return redirect("notices")


@FORM
@seated
def choose_ways(request: HttpRequest) -> HttpResponse:
    """Choose how each kind comes by mail."""
    actor = actor_of(request)
    return answer_form(
        request,
        WaysForm(request, initial=list_ways(actor)),
        lambda entered: subscribe(ways=dict(entered), actor=actor, now=timezone.now()),
        done=say_to(request, "notices.chosen"),
        title=say_to(request, "notices.choose"),
        verb=say_to(request, "notices.save"),
        back=reverse("notices"),
        trail=[Link(say_to(request, "notices.name"), reverse("notices"))],
        text=say_to(request, "notices.choose_text"),
    )
