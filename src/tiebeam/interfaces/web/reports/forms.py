"""Forms of daily reports: short enough for a phone, empty where nothing is known."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest

from tiebeam.apps.emergencies.operations.reports import Counted, Figures
from tiebeam.apps.emergencies.report_models import FIGURES
from tiebeam.apps.supplies.models import Item
from tiebeam.interfaces.web.forms import PageForm, date_field
from tiebeam.interfaces.web.page import name_of

Choices = Sequence[tuple[str, str]]


def count_field() -> forms.IntegerField:
    """Return a field for a count, which may stay empty; what is below zero the operation refuses."""
    figures = forms.NumberInput(attrs={"inputmode": "numeric", "min": 0, "autocomplete": "off"})
    return forms.IntegerField(required=False, widget=figures)


class ReportForm(PageForm):
    """What a place had at the end of a day."""

    words: ClassVar[str] = "reports.field"

    key = forms.UUIDField(widget=forms.HiddenInput)
    place = forms.ChoiceField()
    day = date_field()
    patients = count_field()
    severe = count_field()
    critical = count_field()
    beds = count_field()
    staff = count_field()
    admitted_total = count_field()
    discharged_total = count_field()
    died_total = count_field()
    note = forms.CharField(required=False, max_length=300)
    reason = forms.CharField(max_length=300)

    def __init__(
        self,
        request: HttpRequest,
        *,
        items: Sequence[Item],
        places: Choices = (),
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        """Ask for place and day of a new report, for the reason of a correction; for each item how much is there."""
        super().__init__(request, initial={"key": uuid4(), **(initial or {})})
        for item in items:
            field = count_field()
            field.label = name_of(request, item)
            field.widget.attrs["data-unit"] = item.unit
            self.fields[name_of_item(item.pk)] = field
        for name in ("note", "reason"):
            if name in self.fields:
                self.fields[name] = self.fields.pop(name)
        if places:
            self.fields["place"].choices = places  # type: ignore[attr-defined]  # a choice
            del self.fields["reason"]
        else:
            del self.fields["place"], self.fields["day"]

    def figures(self) -> Figures:
        """Return the figures that were entered."""
        return Figures(**{name: self.cleaned_data[name] for name in FIGURES})

    def stock(self) -> list[Counted]:
        """Return the stock that was entered."""
        return [
            Counted(item_id=UUID(hex=name.removeprefix("item_")), quantity=quantity)
            for name, quantity in self.cleaned_data.items()
            if name.startswith("item_") and quantity is not None
        ]


class PlaceForm(PageForm):
    """A place that reports from a day on."""

    words: ClassVar[str] = "reports.field"

    place = forms.ChoiceField()
    since = date_field()

    def __init__(
        self, request: HttpRequest, *, places: Choices, initial: Mapping[str, Any]
    ) -> None:
        """Offer the places that do not report yet."""
        super().__init__(request, initial=initial)
        self.fields["place"].choices = places  # type: ignore[attr-defined]  # a choice


class EndForm(PageForm):
    """The first day on which a place reports no more, and why."""

    words: ClassVar[str] = "reports.end"

    until = date_field()
    reason = forms.CharField(max_length=300)


def name_of_item(item_id: UUID) -> str:
    """Return the name of the field for an item."""
    return f"item_{item_id.hex}"
