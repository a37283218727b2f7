"""What a reader asks of the log: which records, operations, people, organisations and days."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from tiebeam.apps.regions.queries.names import list_organisation_names
from tiebeam.interfaces.web.forms import PageForm, date_field
from tiebeam.interfaces.web.log.naming import list_actions, list_kinds
from tiebeam.interfaces.web.page import say_to
from tiebeam.platform.audit.finding import Sought
from tiebeam.platform.identity.people import list_people

PEOPLE_MOST = 200


class LogForm(PageForm):
    """The filters of the log; none of them is needed."""

    words: ClassVar[str] = "log.field"

    kind = forms.ChoiceField(required=False)
    action = forms.ChoiceField(required=False)
    person = forms.CharField(required=False, max_length=120)
    organisation = forms.CharField(required=False, max_length=200)
    since = date_field(required=False)
    until = date_field(required=False)
    record = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest, **kwargs: Any) -> None:
        """Read the address, and offer the kinds and operations by their words."""
        super().__init__(request, data=request.GET, **kwargs)
        every = ("", say_to(request, "web.table.all"))
        self.fields["kind"].choices = [every, *list_kinds(request)]  # type: ignore[attr-defined]  # a field of choices
        self.fields["action"].choices = [every, *list_actions(request)]  # type: ignore[attr-defined]  # a field of choices

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        given = self.cleaned_data
        first, last = given.get("since"), given.get("until")
        if first and last and last < first:
            self.add_error("until", say_to(self.request, "sign_in.deputy.ends_first"))
        return given

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is asked for."""
        return any(self.cleaned_data.values())

    def sought(self) -> Sought:
        """Return what is asked of the log."""
        given = self.cleaned_data
        return Sought(
            kind=given["kind"],
            action=given["action"],
            record_id=given["record"],
            person_ids=_find_people(given["person"]),
            organisation_ids=_find_organisations(given["organisation"]),
            since=_morning(given["since"]),
            until=_morning(given["until"] and given["until"] + timedelta(days=1)),
        )


def _find_people(words: str) -> list[UUID] | None:
    if not words:
        return None
    entries, _ = list_people(today=timezone.localdate(), words=words, stop=PEOPLE_MOST)
    return [entry.person.pk for entry in entries]


def _find_organisations(words: str) -> list[UUID] | None:
    if not words:
        return None
    wanted = words.casefold()
    return [
        row.pk
        for row in list_organisation_names()
        if wanted in row.name_en.casefold() or wanted in row.name_zh.casefold()
    ]


def _morning(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
