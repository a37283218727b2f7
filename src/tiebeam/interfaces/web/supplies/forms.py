"""Forms of supplies: each is sent once, by a key that is chosen when it is first shown."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest

from tiebeam.apps.supplies.models import OUTCOMES, Item
from tiebeam.apps.supplies.operations.confirming import Received
from tiebeam.apps.supplies.operations.stock import BY_HAND
from tiebeam.apps.supplies.queries.transit import LineInTransit
from tiebeam.interfaces.web.forms import PageForm, choices_of, date_field
from tiebeam.interfaces.web.page import name_of, say_to

Choices = Sequence[tuple[str, str]]


def quantity_field(*, is_required: bool = True) -> forms.IntegerField:
    """Return a field for whole units of an item."""
    figures = forms.NumberInput(attrs={"inputmode": "numeric", "min": 0, "autocomplete": "off"})
    return forms.IntegerField(required=is_required, widget=figures)


def reason_field(*, is_required: bool = True) -> forms.CharField:
    """Return a field for a reason."""
    area = forms.Textarea({"rows": 2})
    return forms.CharField(required=is_required, max_length=300, widget=area)


class SupplyForm(PageForm):
    """A form with the words of supplies, choices for its fields, and a key."""

    words: ClassVar[str] = "supplies.field"

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        request: HttpRequest,
        *,
        initial: Mapping[str, Any] | None = None,
        **choices: Choices,
    ) -> None:
        """Offer the *choices* of each field that is named."""
        super().__init__(request, initial={"key": uuid4(), **(initial or {})})
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]  # a choice


class ReasonForm(SupplyForm):
    """Why."""

    reason = reason_field()


class ItemForm(SupplyForm):
    """A kind of goods."""

    name_zh = forms.CharField(max_length=160)
    name_en = forms.CharField(max_length=160)
    unit = forms.CharField(max_length=40)


class MoveForm(SupplyForm):
    """What came in, was given out, or lost."""

    kind = forms.ChoiceField(widget=forms.RadioSelect)
    place = forms.ChoiceField()
    item = forms.ChoiceField()
    quantity = quantity_field()
    moved_on = date_field()
    document = forms.CharField(required=False, max_length=200)
    reason = reason_field(is_required=False)

    def __init__(self, request: HttpRequest, **given: Any) -> None:
        """Offer the ways in which stock is moved by hand."""
        kinds = choices_of(request, "supplies.moved", BY_HAND)
        super().__init__(request, kind=kinds, **given)


class HoldForm(SupplyForm):
    """What shall not be sent until when, and why."""

    programme = forms.ChoiceField()
    item = forms.ChoiceField(required=False)
    valid_from = date_field()
    valid_until = date_field()
    reason = reason_field()


class ShipForm(SupplyForm):
    """What is sent from where to whom; for each item of the own stock how much."""

    programme = forms.ChoiceField()
    recipient = forms.ChoiceField()
    origin = forms.ChoiceField()
    sent_on = date_field()
    expected_on = date_field(required=False)
    document = forms.CharField(max_length=200)
    note = forms.CharField(required=False, max_length=300)
    commitment = forms.ChoiceField(required=False)
    value = forms.CharField(required=False, max_length=80)
    despite_reason = reason_field(is_required=False)

    def __init__(
        self, request: HttpRequest, *, stock: Sequence[tuple[Item, int]], **given: Any
    ) -> None:
        """Ask for each item of *stock* how much of it is sent."""
        super().__init__(request, **given)
        after = {name: self.fields.pop(name) for name in ("commitment", "value", "despite_reason")}
        for item, left in stock:
            field = quantity_field(is_required=False)
            field.label = name_of(request, item)
            field.help_text = say_to(request, "supplies.in_stock", count=left, unit=item.unit)
            field.widget.attrs |= {"data-unit": item.unit, "max": left}
            self.fields[f"item_{item.pk.hex}"] = field
        self.fields |= after

    def quantities(self) -> dict[UUID, int]:
        """Return how much is sent of each item of which anything is."""
        return {
            UUID(hex=name.removeprefix("item_")): quantity
            for name, quantity in self.cleaned_data.items()
            if name.startswith("item_") and quantity
        }


class ConfirmForm(SupplyForm):
    """What came of each line that is on its way, and why not all of it."""

    received_on = date_field()
    place = forms.ChoiceField()
    document = forms.CharField(required=False, max_length=200)

    def __init__(
        self, request: HttpRequest, *, lines: Sequence[LineInTransit], **given: Any
    ) -> None:
        """Offer for each line all of what is on its way."""
        super().__init__(request, **given)
        self.lines = lines
        for each in lines:
            item, name = each.line.item, each.line.pk.hex
            field = quantity_field()
            field.label = name_of(request, item)
            field.initial = each.open
            field.help_text = say_to(
                request, "supplies.on_its_way", count=each.open, unit=item.unit
            )
            field.widget.attrs |= {"data-unit": item.unit, "max": each.open}
            self.fields[f"line_{name}"] = field
            why = reason_field(is_required=False)
            why.label = say_to(request, "supplies.why_less", item=name_of(request, item))
            self.fields[f"reason_{name}"] = why
        self.fields |= {name: self.fields.pop(name) for name in ("place", "document")}

    def received(self) -> list[Received]:
        """Return what came."""
        given = self.cleaned_data
        return [
            Received(
                line_id=each.line.pk,
                quantity=given[f"line_{each.line.pk.hex}"],
                reason=given[f"reason_{each.line.pk.hex}"],
            )
            for each in self.lines
        ]


class SettleForm(SupplyForm):
    """What became of what does not come."""

    outcome = forms.ChoiceField(widget=forms.RadioSelect)
    quantity = quantity_field()
    settled_on = date_field()
    reason = reason_field()

    def __init__(self, request: HttpRequest, **given: Any) -> None:
        """Offer the outcomes."""
        super().__init__(
            request, outcome=choices_of(request, "supplies.outcome", OUTCOMES), **given
        )
