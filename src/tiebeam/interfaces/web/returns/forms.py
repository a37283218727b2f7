"""Forms of returns: the figures of all resources on one page, a file, a reason."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest

from tiebeam.apps.programmes.models import Return, ReturnLine
from tiebeam.apps.programmes.operations import EnteredLine
from tiebeam.core.model.numbers import number_text
from tiebeam.errors import InvalidInput, TiebeamError
from tiebeam.interchange.tables.cells import Refusal, parse_number
from tiebeam.interfaces.messages.figures import number
from tiebeam.interfaces.web.amounts import unit_word
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.page import say_error, say_to
from tiebeam.interfaces.web.returns.words import name_resource

EVIDENCE_MOST = 300
UPLOAD_BYTES_MOST = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRow:
    """One resource as the form draws it."""

    name: str
    unit: str
    lot: str
    quantity: forms.BoundField
    evidence: forms.BoundField


class FiguresForm(PageForm):
    """Quantity and evidence for each resource of the round, and a note for the whole."""

    words: ClassVar[str] = "returns.field"

    note = forms.CharField(required=False, max_length=4000, widget=forms.Textarea({"rows": 3}))

    def __init__(
        self, request: HttpRequest, of_return: Return, lines: Sequence[ReturnLine]
    ) -> None:
        """Make a row for each resource, filled with what stands."""
        known = {line.resource: line for line in lines}
        initial: dict[str, Any] = {"note": of_return.note}
        for place, resource in enumerate(of_return.round.resources, start=1):
            line = known.get(resource["id"])
            initial[f"quantity_{place}"] = "" if line is None else f"{line.quantity.normalize():f}"
            initial[f"evidence_{place}"] = "" if line is None else line.evidence
        super().__init__(request, initial=initial)
        self.resources = list(enumerate(of_return.round.resources, start=1))
        for place, resource in self.resources:
            self._add_fields(place, resource)
        self.order_fields([name for name in self.fields if name != "note"] + ["note"])

    def _add_fields(self, place: int, resource: dict[str, str]) -> None:
        name = name_resource(self.request, resource)
        for key, widget in (
            ("quantity", forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})),
            ("evidence", forms.TextInput({"maxlength": EVIDENCE_MOST})),
        ):
            self.fields[f"{key}_{place}"] = forms.CharField(
                required=False,
                max_length=1000,
                widget=widget,
                label=say_to(self.request, f"returns.field.{key}_of", resource=name),
            )

    def rows(self) -> list[ResourceRow]:
        """Return the rows of the form as they are drawn."""
        return [
            ResourceRow(
                name=name_resource(self.request, resource),
                unit=unit_word(self.request, resource["unit"]),
                lot=""
                if float(resource["lot"]) in {0, 1}
                else say_to(
                    self.request,
                    "returns.lot",
                    lot=number(float(resource["lot"])),
                    unit=unit_word(self.request, resource["unit"]),
                ),
                quantity=self[f"quantity_{place}"],
                evidence=self[f"evidence_{place}"],
            )
            for place, resource in self.resources
        ]

    def lines(self) -> list[EnteredLine]:
        """Return the lines that were entered; a row with nothing in it is none."""
        given = self.cleaned_data
        return [
            EnteredLine(
                resource=resource["id"],
                quantity=plain_quantity(given[f"quantity_{place}"]),
                evidence=given[f"evidence_{place}"],
                row=place,
            )
            for place, resource in self.resources
            if given[f"quantity_{place}"] or given[f"evidence_{place}"]
        ]

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Show each fault of a line beside its field."""
        if not isinstance(error, InvalidInput):
            super().refuse(error, field)
            return
        for fault in error.faults:
            name = f"{fault.column}_{fault.row}"
            (sentence,) = say_error(self.request, InvalidInput([fault]))
            if not fault.value and fault.code == "programmes.not_a_number":
                sentence = say_to(self.request, "programmes.quantity_missing")
            self.add_error(name if name in self.fields else None, sentence)


def plain_quantity(text: str) -> str:
    """
    Return *text* as plain digits where it can mean one number only: full width, grouped thousands.

    What can mean two, such as 1,5, stays as it is and is refused with what was entered.
    """
    parsed = parse_number(text) if text else None
    if parsed is None or isinstance(parsed, Refusal):
        return text
    number_read, was_repaired = parsed
    return number_text(number_read) if was_repaired and math.isfinite(number_read) else text


class UploadForm(PageForm):
    """Takes a table of figures."""

    words: ClassVar[str] = "returns.field"

    file = forms.FileField(
        allow_empty_file=True,
        max_length=500,
        widget=forms.ClearableFileInput({"accept": ".xlsx,.csv"}),
    )

    def clean_file(self) -> Any:
        """Refuse what cannot be a table of figures, before it is read."""
        file = self.cleaned_data["file"]
        if file.size > UPLOAD_BYTES_MOST:
            raise forms.ValidationError(say_to(self.request, "returns.file_too_large"))
        return file


class SendBackForm(PageForm):
    """Why a return is sent back."""

    words: ClassVar[str] = "returns.field"

    reason = forms.CharField(max_length=2000, widget=forms.Textarea({"rows": 4}))
