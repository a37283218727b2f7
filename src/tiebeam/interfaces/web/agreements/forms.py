"""Forms of agreements: what it says and for how long, a reason, a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from tiebeam.apps.pairings.models import AGREEMENT_KINDS, Agreement
from tiebeam.apps.pairings.operations.agreement_terms import NUMBER_LENGTH_MOST, TITLE_LENGTH_MOST
from tiebeam.errors import TiebeamError
from tiebeam.interfaces.web.forms import PageForm, choices_of, date_field
from tiebeam.interfaces.web.page import say_to
from tiebeam.interfaces.web.periods import end_after, last_day_of

TEXT_LENGTH_MOST = 200_000

FIELDS_OF_ERRORS = {
    "pairings.agreement_without_title": "title",
    "pairings.agreement_ends_too_early": "last_day",
    "pairings.agreement_outside_parent": "last_day",
    "pairings.amendment_outside_term": "starts_on",
    "pairings.agreement_cannot_be_parent": "kind",
    "pairings.agreement_before_pairing": "starts_on",
    "pairings.agreement_after_pairing": "last_day",
    "pairings.agreement_too_long": "last_day",
    "pairings.agreement_without_end": "last_day",
    "pairings.agreement_needs_parent": "parent",
    "pairings.agreement_ended": "terminated_on",
    "pairings.agreement_terminated_too_early": "terminated_on",
}
"""Beside which field a refusal is shown."""


class TextForm(PageForm):
    """Number, title, text and term."""

    words: ClassVar[str] = "agreements.field"

    number = forms.CharField(required=False, max_length=NUMBER_LENGTH_MOST)
    title = forms.CharField(max_length=TITLE_LENGTH_MOST)
    text = forms.CharField(
        required=False, max_length=TEXT_LENGTH_MOST, widget=forms.Textarea({"rows": 16})
    )
    starts_on = date_field()
    last_day = date_field(required=False)

    def values(self) -> dict[str, Any]:
        """Return what the operations take: the first day after the term instead of its last."""
        given = {name: self.cleaned_data[name] for name in ("number", "title", "text", "starts_on")}
        return given | {"ends_on": end_after(self.cleaned_data["last_day"])}

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Show a refusal beside its field, with last days as the form has them."""
        ends_on = error.facts.get("ends_on")
        if isinstance(ends_on, date):
            error.facts["ends_on"] = last_day_of(ends_on)
        named = FIELDS_OF_ERRORS.get(error.code)
        super().refuse(error, field or (named if named in self.fields else None))


class DraftForm(TextForm):
    """A new agreement: also its kind, and the five-year one above it."""

    kind = forms.ChoiceField(widget=forms.RadioSelect)
    parent = forms.ChoiceField(required=False)

    field_order = (
        "kind", "parent", "number", "title", "text", "starts_on", "last_day",
    )  # fmt: skip

    def __init__(
        self, request: HttpRequest, parents: Sequence[Agreement], initial: dict[str, Any]
    ) -> None:
        """Offer the kinds, and the signed five-year agreements of the pairing."""
        super().__init__(request, initial=initial)
        self.fields["kind"].choices = choices_of(  # type: ignore[attr-defined]  # a choice field
            request, "pairings.agreement_kind", AGREEMENT_KINDS
        )
        if not parents:
            del self.fields["parent"]
            return
        none = say_to(request, "agreements.no_parent")
        self.fields["parent"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", none),
            *((str(row.pk), row.title) for row in parents),
        ]

    def parent_id(self) -> UUID | None:
        """Return the chosen agreement above."""
        chosen = self.cleaned_data.get("parent", "")
        return UUID(chosen) if chosen else None


class ReasonForm(PageForm):
    """Why an agreement is sent back."""

    words: ClassVar[str] = "agreements.field"

    reason = forms.CharField(max_length=2000, widget=forms.Textarea({"rows": 4}))


class TerminateForm(ReasonForm):
    """From which day it no longer holds, and why."""

    terminated_on = date_field(initial=timezone.localdate)

    field_order = ("terminated_on", "reason")

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Show a refusal beside its field."""
        named = FIELDS_OF_ERRORS.get(error.code)
        super().refuse(error, field or (named if named in self.fields else None))


class SignForm(PageForm):
    """That the text shown was read, and under which hash."""

    words: ClassVar[str] = "agreements.field"

    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    is_read = forms.BooleanField()
