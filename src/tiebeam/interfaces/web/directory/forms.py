"""The forms by which single entries of the directory are made, corrected and ended."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tiebeam.apps.regions.models import (
    ORGANISATION_KINDS,
    REGION_KINDS,
    RELIABILITIES,
    Organisation,
    Region,
)
from tiebeam.apps.regions.operations.rows import References, as_uuid
from tiebeam.apps.regions.queries.own import list_reference_names
from tiebeam.errors import Fault, InvalidInput, TiebeamError
from tiebeam.interfaces.messages.faults import say_fault
from tiebeam.interfaces.web.forms import PageForm, choices_of, date_field
from tiebeam.interfaces.web.page import language_of, say_to
from tiebeam.interfaces.web.periods import end_after, last_day_of

OFFERED_MOST = 2000
"""Names that a field offers; any other may be typed."""
GB, ISO = "GB/T 2260", "ISO 3166-2"
_FIELDS = {
    "valid_until": "last_day",
    "parent_id": "parent",
    "successor_id": "successor",
    "region_id": "region",
}
"""Columns of records -> the fields in which they are entered."""
_FIELD_OF_REFUSAL = {
    "regions.tree_cycle": "parent",
    "regions.outside_parent": "parent",
    "regions.succession_cycle": "successor",
    "regions.successor_not_there": "successor",
    "regions.children_outlive": "successor",
    "regions.already_ended": "last_day",
    "regions.reason_missing": "reason",
    "regions.statistic_exists": "vintage",
    "regions.unit_differs": "unit",
}
_COORDINATE: dict[str, Any] = {"required": False, "max_digits": 9, "decimal_places": 6}


class NameInput(forms.TextInput):
    """A line for the name of an entry, which offers the names that there are."""

    offered: tuple[str, ...] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the line and what it offers."""
        del renderer
        list_id = f"names-{name}"
        shown = self.build_attrs(self.attrs, {**(attrs or {}), "list": list_id})
        shown |= {"type": "text", "name": name, "value": value or "", "autocomplete": "off"}
        options = format_html_join("", '<option value="{}"></option>', ((o,) for o in self.offered))
        return format_html(
            '<input{}><datalist id="{}">{}</datalist>', flatatt(shown), list_id, options
        )


class NameField(forms.CharField):
    """The name of a region or an organisation, with # and its id where several bear it."""

    widget = NameInput
    references: References

    def clean(self, value: Any) -> Any:
        """Return the entry that the text names, None where there is no text."""
        text = super().clean(value)
        if not text:
            return None
        found = self.references.find(text, 0, "")
        if isinstance(found, Fault):
            raise forms.ValidationError(found.code, code="unknown", params={"fault": found})
        return found


class EntryForm(PageForm):
    """What has names of other entries in it, and a last day."""

    words: ClassVar[str] = "directory.field"
    names: ClassVar[dict[str, type[Region] | type[Organisation]]] = {}

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Offer the names of the directory."""
        super().__init__(request, *args, **kwargs)
        known: dict[type, References] = {}
        for name, model in self.names.items():
            if name not in self.fields:
                continue
            if model not in known:
                known[model] = References(list_reference_names(model))
            field: Any = self.fields[name]
            field.references = known[model]
            if str(self.initial.get(name, "")).startswith("#"):
                self.initial[name] = known[model].label(as_uuid(self.initial[name][1:]))
            field.widget.offered = tuple(
                sorted(known[model].label(pk) for pk in known[model].by_id)[:OFFERED_MOST]
            )

    def add_error(self, field: str | None, error: Any) -> None:
        """Say of an unknown name what the sheets say of it."""
        if isinstance(error, forms.ValidationError):
            for one in error.error_list:
                fault = (one.params or {}).get("fault")
                if isinstance(fault, Fault):
                    one.message, one.params = say_fault(fault, language_of(self.request)), None
        super().add_error(field, error)

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Show a refusal beside the field that it is about."""
        if isinstance(error, InvalidInput):
            error = InvalidInput(
                [
                    Fault(
                        code=fault.code,
                        place=fault.place,
                        column=self._field_of(fault),
                        value=self._met_in(fault),
                        facts=fault.facts,
                    )
                    for fault in error.faults
                ]
            )
        for fact in ("until", "valid_until"):
            if fact in error.facts:
                error.facts[fact] = last_day_of(error.facts[fact])  # type: ignore[arg-type]  # a day
        own = _FIELD_OF_REFUSAL.get(error.code, "")
        super().refuse(error, field or (own if own in self.fields else None))

    def _met_in(self, fault: Fault) -> str:
        """Return what was entered: the last day, where the record keeps the first day after it."""
        if fault.column == "valid_until" and "last_day" in self.cleaned_data:
            return str(self.cleaned_data["last_day"])
        return fault.value

    def _field_of(self, fault: Fault) -> str:
        return _FIELDS.get(fault.column, fault.column)


class _PlaceForm(EntryForm):
    """What is said of a region and of an organisation alike."""

    kinds: ClassVar[list[str]] = []

    name_zh = forms.CharField(max_length=160, required=False)
    name_en = forms.CharField(max_length=160, required=False)
    kind = forms.ChoiceField()
    parent = NameField(required=False)
    valid_from = date_field(required=False)
    last_day = date_field(required=False)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Offer the kinds."""
        super().__init__(request, *args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]  # a field of choices
            ("", ""),
            *choices_of(request, "directory.kind", self.kinds),
        ]

    def values(self) -> dict[str, Any]:
        """Return what was entered by the parameters of the operation."""
        given = dict(self.cleaned_data)
        given["valid_until"] = end_after(given.pop("last_day"))
        if "code_gb" in given:
            codes = {GB: given.pop("code_gb"), ISO: given.pop("code_iso")}
            given["codes"] = {authority: code for authority, code in codes.items() if code}
        return given


class RegionForm(_PlaceForm):
    """What is said of a region."""

    names: ClassVar = {"parent": Region, "successor": Region}
    kinds = REGION_KINDS
    field_order: Sequence[str] = ("name_zh", "name_en", "kind", "parent", "latitude", "longitude")

    latitude = forms.DecimalField(**_COORDINATE)
    longitude = forms.DecimalField(**_COORDINATE)


class CreateRegionForm(RegionForm):
    """A region that is not there yet, with its codes."""

    code_gb = forms.CharField(max_length=20, required=False)
    code_iso = forms.CharField(max_length=20, required=False)
    field_order = ("name_zh", "name_en", "kind", "parent", "code_gb", "code_iso")

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Show what is wrong with a code beside it."""
        taken = self._field_with(error.facts.get("value")) if "value" in error.facts else None
        super().refuse(error, field or taken)

    def _field_of(self, fault: Fault) -> str:
        return self._field_with(fault.value) if fault.column == "code" else super()._field_of(fault)

    def _field_with(self, code: object) -> str:
        return "code_iso" if code == self.cleaned_data.get("code_iso") else "code_gb"


class OrganisationForm(_PlaceForm):
    """What is said of an organisation."""

    names: ClassVar = {"parent": Organisation, "successor": Organisation, "region": Region}
    kinds = ORGANISATION_KINDS
    field_order: Sequence[str] = ("name_zh", "name_en", "kind", "region", "parent")

    region = NameField(required=False)


class _Correcting(EntryForm):
    """
    The part of a form that corrects an entry: what changes alone, and nothing over another's change.

    ``seen`` tells what stood there when the form was shown.
    """

    successor = NameField(required=False)
    reason = forms.CharField(max_length=500, widget=forms.Textarea({"rows": 3}))
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest, record: Region | Organisation) -> None:
        """Begin with what stands."""
        super().__init__(request, initial=_initial_of(record))
        self.record = record
        for name in self.names:
            self.initial[name] = self.fields[name].references.label(  # type: ignore[attr-defined]  # a name field
                getattr(record, f"{name}_id")
            )
        self.initial["seen"] = self.mark = _mark_of(record)

    def clean(self) -> None:
        """Refuse to write over what somebody else changed meanwhile, and to change nothing."""
        if self.cleaned_data.get("seen") != self.mark:
            # Sent once more, it is sent over what stands now.
            self.data = {**self.data.dict(), "seen": self.mark}  # type: ignore[attr-defined]  # of a request
            self.is_refused = True
            raise forms.ValidationError(say_to(self.request, "directory.fault.changed_meanwhile"))
        if not self.errors and not self.changed_values():
            raise forms.ValidationError(say_to(self.request, "directory.fault.nothing_changed"))

    def changed_values(self) -> dict[str, Any]:
        """Return what differs from what stands, by column."""
        given = {
            key: self.cleaned_data[key] for key in self.fields if key not in {"reason", "seen"}
        }
        given["valid_until"] = end_after(given.pop("last_day"))
        for name in self.names:
            found = given.pop(name)
            given[f"{name}_id"] = found.pk if found else None
        return {key: new for key, new in given.items() if new != getattr(self.record, key)}


class CorrectRegionForm(_Correcting, RegionForm):
    """What the directory should have said of a region."""

    field_order = (*RegionForm.field_order, "valid_from", "last_day", "successor", "reason")


class CorrectOrganisationForm(_Correcting, OrganisationForm):
    """What the directory should have said of an organisation."""

    field_order = (*OrganisationForm.field_order, "valid_from", "last_day", "successor", "reason")


class LastDayForm(EntryForm):
    """The last day of something, such as of a code, and why it ends."""

    last_day = date_field()
    reason = forms.CharField(max_length=500, widget=forms.Textarea({"rows": 3}))

    def until(self) -> date:
        """Return the first day after the last."""
        until = end_after(self.cleaned_data["last_day"])
        assert until is not None
        return until


class EndForm(LastDayForm):
    """The last day of an entry, and what follows it: nothing, the same under another name, or another."""

    field_order: Sequence[str] = ("last_day", "successor", "reason")

    successor = NameField(required=False)

    def __init__(self, request: HttpRequest, model: type[Region] | type[Organisation]) -> None:
        """Offer what may follow."""
        self.names = {"successor": model}  # type: ignore[misc]  # of this form alone
        super().__init__(request, initial={"last_day": timezone.localdate()})


class CodeForm(EntryForm):
    """A code that an authority gave a region, and for how long."""

    authority = forms.CharField(max_length=40)
    code = forms.CharField(max_length=20)
    valid_from = date_field(required=False)
    last_day = date_field(required=False)

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Show what is wrong with a code beside it."""
        beside = None if isinstance(error, InvalidInput) else "code"
        super().refuse(error, field or beside)


class FigureForm(EntryForm):
    """One figure, as one source gave it on one day."""

    indicator = forms.CharField(max_length=60)
    year = forms.IntegerField(min_value=1000, max_value=9999)
    quantity = forms.DecimalField(max_digits=24, decimal_places=6)
    unit = forms.CharField(max_length=40)
    vintage = date_field()
    source = forms.CharField(max_length=300)
    url = forms.URLField(required=False, assume_scheme="https")
    reliability = forms.ChoiceField()

    def __init__(self, request: HttpRequest, initial: Mapping[str, Any]) -> None:
        """Offer the words for how far a source is to be relied on."""
        super().__init__(request, initial=dict(initial))
        self.fields["reliability"].choices = [  # type: ignore[attr-defined]  # a field of choices
            ("", ""),
            *choices_of(request, "directory.reliability", RELIABILITIES),
        ]


def _initial_of(record: Region | Organisation) -> dict[str, Any]:
    names = ("name_zh", "name_en", "kind", "valid_from", "latitude", "longitude")
    values = {name: getattr(record, name) for name in names if hasattr(record, name)}
    return values | {"last_day": last_day_of(record.valid_until)}


def _mark_of(record: Region | Organisation) -> str:
    columns: list[Callable[[Any], Any]] = [
        c.value_from_object for c in record._meta.concrete_fields
    ]
    return hashlib.sha256(repr([read(record) for read in columns]).encode()).hexdigest()
