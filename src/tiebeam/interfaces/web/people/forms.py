"""The forms by which people are invited, given roles, and let go."""

from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from tiebeam.apps.programmes.queries import list_programmes
from tiebeam.apps.regions.queries.names import list_organisation_names
from tiebeam.interfaces.web.forms import PageForm, choices_of, date_field
from tiebeam.interfaces.web.page import by_name, name_of, say_to
from tiebeam.platform.permissions.roles import Role


class RoleForm(PageForm):
    """A role for an organisation."""

    words: ClassVar[str] = "people.field"

    organisation_id = forms.ChoiceField()
    role = forms.ChoiceField()
    programme_id = forms.ChoiceField(required=False)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Offer every organisation of the directory, and every role."""
        super().__init__(request, *args, **kwargs)
        self.fields["organisation_id"].choices = [("", "")] + [  # type: ignore[attr-defined]  # a field of choices
            (str(row.pk), name_of(request, row))
            for row in by_name(request, list_organisation_names())
        ]
        self.fields["role"].choices = [  # type: ignore[attr-defined]  # a field of choices
            ("", ""),
            *choices_of(request, "web.role", list(Role)),
        ]
        self.fields["programme_id"].choices = [  # type: ignore[attr-defined]  # a field of choices
            ("", say_to(request, "people.every_programme")),
            *((str(row.pk), name_of(request, row)) for row in list_programmes()),
        ]

    def clean_programme_id(self) -> UUID | None:
        """Return the programme, or None for all of them."""
        chosen = self.cleaned_data["programme_id"]
        return UUID(chosen) if chosen else None


class InviteForm(RoleForm):
    """Whom to invite, and with which role the person begins."""

    email = forms.EmailField()
    field_order = ("email", "organisation_id", "role", "programme_id")


class AssignForm(RoleForm):
    """A role from a day on, and until when."""

    valid_from = date_field()
    last_day = date_field(required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        given = self.cleaned_data
        first, last = given.get("valid_from"), given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", say_to(self.request, "sign_in.deputy.ends_first"))
        return given

    def period(self) -> tuple[date, date | None]:
        """Return the first day, and the first day after the last."""
        last = self.cleaned_data["last_day"]
        return self.cleaned_data["valid_from"], last and last + timedelta(days=1)


class EndForm(PageForm):
    """The last day of a role, and why it ends."""

    words: ClassVar[str] = "people.field"

    last_day = date_field()
    reason = forms.CharField(max_length=500, widget=forms.Textarea({"rows": 3}))

    def clean_last_day(self) -> date:
        """Refuse a day before today: what was done by right stays so."""
        last: date = self.cleaned_data["last_day"]
        if last < timezone.localdate():
            raise forms.ValidationError(say_to(self.request, "people.fault.in_the_past"))
        return last


class DismissForm(PageForm):
    """Why somebody leaves."""

    words: ClassVar[str] = "people.field"

    reason = forms.CharField(max_length=500, widget=forms.Textarea({"rows": 3}))
