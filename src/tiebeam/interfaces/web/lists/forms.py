"""The forms by which lists are drafted, sent round, signed and issued."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from tiebeam.apps.pairings.models import REPLIES, Variant
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.programmes.models import LegalDocument
from tiebeam.apps.regions.models import Organisation
from tiebeam.errors import InvalidInput, TiebeamError
from tiebeam.interfaces.web.forms import PageForm, choices_of, date_field
from tiebeam.interfaces.web.lists.line_texts import LineReader, Resources
from tiebeam.interfaces.web.page import say_error, say_to
from tiebeam.interfaces.web.programmes.tables import title_of

DAYS_FOR_OPINIONS = 7


class ListForm(PageForm):
    """A form on a list."""

    words: ClassVar[str] = "lists.field"


class EmptyForm(ListForm):
    """A step that asks nothing but to be confirmed."""


class SignWithoutOpinionsForm(ListForm):
    """A signature before both sides are heard: only with a reason."""

    without_opinions_because = forms.CharField(
        max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )


class NoteForm(ListForm):
    """A remark that goes with a version."""

    note = forms.CharField(required=False, widget=forms.Textarea({"rows": 3}))


class DraftForm(ListForm):
    """From which plan a version is drafted."""

    variant = forms.ChoiceField()
    note = forms.CharField(required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(
        self, request: HttpRequest, variants: Iterable[Variant], *args: Any, **kwargs: Any
    ) -> None:
        """Offer the variants of the round that have a plan."""
        super().__init__(request, *args, **kwargs)
        self.variants = {str(row.pk): row for row in variants}
        self.fields["variant"].choices = [("", "")] + [  # type: ignore[attr-defined]  # a field of choices
            (
                pk,
                say_to(request, "lists.variant", scenario=row.scenario.name, variant=row.name),
            )
            for pk, row in self.variants.items()
        ]


class LinesForm(ListForm):
    """The pairs of a version, entered or pasted: recipient, donor, marks and quantities."""

    lines = forms.CharField(widget=forms.Textarea({"rows": 20}))
    note = forms.CharField(required=False, widget=forms.Textarea({"rows": 3}))
    field_order = ("lines", "note")

    def __init__(
        self,
        request: HttpRequest,
        organisations: Iterable[Organisation],
        resources: Resources,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Know the organisations and the resources by their names in both languages."""
        super().__init__(request, *args, **kwargs)
        self.reader = LineReader(request, organisations, resources)

    def clean_lines(self) -> list[Line]:
        """Read one pair in each line; every line that cannot be read is told at once."""
        lines = self.reader.read(self.cleaned_data["lines"])
        if self.reader.faults:
            raise forms.ValidationError(self.reader.faults)
        return lines

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Show why the lines were refused, each fault with the line in which it stands."""
        if not isinstance(error, InvalidInput):
            super().refuse(error, field)
            return
        # Lines are counted as they were entered, empty ones among them.
        faults = [
            replace(fault, facts={**fault.facts, "first": self.reader.places[int(first) - 1]})
            if (first := str(fault.facts.get("first", ""))).isdigit()
            else fault
            for fault in error.faults
        ]
        told_by = say_error(self.request, InvalidInput(faults))
        for fault, sentence in zip(faults, told_by, strict=True):
            if fault.row is None:
                self.add_error("lines", sentence)
            else:
                line = self.reader.places[fault.row - 1]
                told = say_to(self.request, "lists.fault.in_line", line=line, told=sentence)
                self.add_error("lines", told)


class SendForm(ListForm):
    """Until when opinions are asked."""

    due_on = date_field()

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Begin with a week from today."""
        due_on = timezone.localdate() + timedelta(days=DAYS_FOR_OPINIONS)
        kwargs.setdefault("initial", {"due_on": due_on})
        super().__init__(request, *args, **kwargs)


class IssueForm(ListForm):
    """From when a version is in force, and the document that it is issued by."""

    in_force_from = date_field()
    issued_on = date_field(required=False)
    document = forms.ChoiceField(required=False)
    backdated_because = forms.CharField(
        max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )

    def __init__(
        self, request: HttpRequest, documents: Iterable[LegalDocument], *args: Any, **kwargs: Any
    ) -> None:
        """Offer the documents of the programme; begin with today."""
        today = timezone.localdate()
        kwargs.setdefault("initial", {"in_force_from": today, "issued_on": today})
        super().__init__(request, *args, **kwargs)
        self.documents = {str(row.pk): row for row in documents}
        self.fields["document"].choices = [  # type: ignore[attr-defined]  # a field of choices
            ("", say_to(request, "web.unknown")),
            *((pk, title_of(request, row)) for pk, row in self.documents.items()),
        ]


class WithdrawForm(ListForm):
    """Why a version is withdrawn."""

    reason = forms.CharField(max_length=500, widget=forms.Textarea({"rows": 3}))


class WithdrawIssuedForm(WithdrawForm):
    """Why a version in force is withdrawn, and its last day."""

    last_day = date_field()
    field_order = ("last_day", "reason")

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Begin with today."""
        kwargs.setdefault("initial", {"last_day": timezone.localdate()})
        super().__init__(request, *args, **kwargs)


class OpinionForm(ListForm):
    """What one side says of a draft."""

    reply = forms.ChoiceField(widget=forms.RadioSelect)
    text = forms.CharField(required=False, widget=forms.Textarea({"rows": 5}))

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Offer the three replies."""
        super().__init__(request, *args, **kwargs)
        self.fields["reply"].choices = choices_of(request, "lists.reply", REPLIES)  # type: ignore[attr-defined]  # a field of choices


class AnswerForm(ListForm):
    """The coordinator's answer to one opinion."""

    is_followed = forms.ChoiceField(widget=forms.RadioSelect)
    text = forms.CharField(widget=forms.Textarea({"rows": 5}))

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Offer both ways."""
        super().__init__(request, *args, **kwargs)
        self.fields["is_followed"].choices = choices_of(  # type: ignore[attr-defined]  # a field of choices
            request, "lists", ("followed", "not_followed")
        )


class NotedForm(ListForm):
    """The words in which all opinions that agree are taken note of."""

    noted = forms.CharField(max_length=500)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Begin with a word of thanks."""
        kwargs.setdefault("initial", {"noted": say_to(request, "lists.noted")})
        super().__init__(request, *args, **kwargs)
