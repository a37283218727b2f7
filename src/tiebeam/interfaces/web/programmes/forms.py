"""The forms by which programmes are set up and steered."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from tiebeam.apps.programmes.models import FORMS, SIDES, LegalDocument, Programme, Round
from tiebeam.apps.regions.queries.names import list_organisation_names
from tiebeam.interfaces.web.forms import PageForm, choices_of, date_field
from tiebeam.interfaces.web.page import by_name, name_of, say_to
from tiebeam.interfaces.web.periods import end_after, last_day_of

RESOURCE_COLUMNS = ("id", "name_zh", "name_en", "unit", "lot", "weight")


def reason_field() -> forms.CharField:
    """Return the field in which a change is given its reason."""
    return forms.CharField(max_length=500, widget=forms.Textarea({"rows": 3}))


class NamedForm(PageForm):
    """What has a name in both languages; one of them is enough."""

    words: ClassVar[str] = "programmes.field"

    name_zh = forms.CharField(max_length=160, required=False)
    name_en = forms.CharField(max_length=160, required=False)


class ProgrammeForm(NamedForm):
    """What is said of a programme."""

    purpose_zh = forms.CharField(required=False, widget=forms.Textarea({"rows": 3}))
    purpose_en = forms.CharField(required=False, widget=forms.Textarea({"rows": 3}))
    starts_on = date_field(required=False)
    last_day = date_field(required=False)
    forms = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Offer the forms of assistance."""
        super().__init__(request, *args, **kwargs)
        self.fields["forms"].choices = choices_of(request, "pairings.area", FORMS)  # type: ignore[attr-defined]  # a field of choices

    def values(self) -> dict[str, Any]:
        """Return what was entered by the names of the record."""
        given = dict(self.cleaned_data)
        given.pop("reason", None)
        given["ends_on"] = end_after(given.pop("last_day"))
        return given


class CreateProgrammeForm(ProgrammeForm):
    """A programme that is not there yet."""

    slug = forms.SlugField(max_length=60)
    field_order = ("name_zh", "name_en", "slug")


class ChangeProgrammeForm(ProgrammeForm):
    """A programme that is there, and why it changes."""

    reason = reason_field()


def initial_of_programme(programme: Programme) -> dict[str, Any]:
    """Return what the form of a programme begins with."""
    names = ("name_zh", "name_en", "purpose_zh", "purpose_en", "starts_on", "forms")
    values = {name: getattr(programme, name) for name in names}
    return values | {"last_day": last_day_of(programme.ends_on)}


class ReasonForm(PageForm):
    """Why something is done."""

    words: ClassVar[str] = "programmes.field"

    reason = reason_field()


class OptionalReasonForm(PageForm):
    """Why something is done, where anything is to be said."""

    words: ClassVar[str] = "programmes.field"

    reason = forms.CharField(max_length=500, required=False, widget=forms.Textarea({"rows": 3}))


class DocumentForm(PageForm):
    """A document on which a programme rests; what is not known stays empty."""

    words: ClassVar[str] = "programmes.field"

    title_zh = forms.CharField(max_length=300, required=False)
    title_en = forms.CharField(max_length=300, required=False)
    issuer = forms.CharField(max_length=160, required=False)
    number = forms.CharField(max_length=80, required=False)
    dated_on = date_field(required=False)
    article = forms.CharField(max_length=80, required=False)
    source = forms.CharField(max_length=300, required=False)


class CorrectDocumentForm(DocumentForm):
    """What is known of a document now, and why it is corrected."""

    reason = reason_field()


def initial_of_document(document: LegalDocument) -> dict[str, Any]:
    """Return what the form of a document begins with."""
    return {name: getattr(document, name) for name in DocumentForm.base_fields}


class ParticipantForm(PageForm):
    """Who takes part, on which side, and when."""

    words: ClassVar[str] = "programmes.field"

    organisation = forms.ChoiceField()
    side = forms.ChoiceField()
    valid_from = date_field(required=False)
    last_day = date_field(required=False)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Offer the directory and the sides."""
        super().__init__(request, *args, **kwargs)
        self.organisations = {
            str(row.pk): row for row in by_name(request, list_organisation_names())
        }
        self.fields["organisation"].choices = [("", "")] + [  # type: ignore[attr-defined]  # a field of choices
            (pk, name_of(request, row)) for pk, row in self.organisations.items()
        ]
        self.fields["side"].choices = [  # type: ignore[attr-defined]  # a field of choices
            ("", ""),
            *choices_of(request, "programmes.side", SIDES),
        ]


class LastDayForm(PageForm):
    """The last day of something, and why it ends."""

    words: ClassVar[str] = "programmes.field"

    last_day = date_field()
    reason = reason_field()

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Begin with today."""
        kwargs.setdefault("initial", {"last_day": timezone.localdate()})
        super().__init__(request, *args, **kwargs)

    def until(self) -> date:
        """Return the first day after the last."""
        until = end_after(self.cleaned_data["last_day"])
        assert until is not None
        return until


class RoundForm(NamedForm):
    """What is said of a round, with what is needed and given in it."""

    starts_on = date_field()
    last_day = date_field(required=False)
    returns_due_on = date_field(required=False)
    resources = forms.CharField(required=False, widget=forms.Textarea({"rows": 5}))

    def clean_resources(self) -> list[dict[str, str]]:
        """Read one resource in each line: id, names, unit, lot and weight, parted by commas or tabs."""
        read = []
        for place, line in enumerate(self.cleaned_data["resources"].splitlines(), start=1):
            if not line.strip():
                continue
            parts = [part.strip() for part in line.replace("，", ",").replace("\t", ",").split(",")]
            if len(parts) > len(RESOURCE_COLUMNS):
                raise forms.ValidationError(
                    say_to(self.request, "programmes.fault.resource_line", line=place)
                )
            read.append(
                {key: part for key, part in zip(RESOURCE_COLUMNS, parts, strict=False) if part}
            )
        return read

    def values(self) -> dict[str, Any]:
        """Return what was entered by the names of the record."""
        given = dict(self.cleaned_data)
        given.pop("reason", None)
        given["ends_on"] = end_after(given.pop("last_day"))
        return given


class ChangeRoundForm(RoundForm):
    """A round that is there, and why it changes."""

    reason = reason_field()


def initial_of_round(of_round: Round) -> dict[str, Any]:
    """Return what the form of a round begins with."""
    names = ("name_zh", "name_en", "starts_on", "returns_due_on")
    return {name: getattr(of_round, name) for name in names} | {
        "last_day": last_day_of(of_round.ends_on),
        "resources": "\n".join(_resource_line(row) for row in of_round.resources),
    }


def _resource_line(resource: Mapping[str, str]) -> str:
    return ", ".join(str(resource.get(key, "")) for key in RESOURCE_COLUMNS)
