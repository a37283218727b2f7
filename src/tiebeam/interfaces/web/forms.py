"""
Forms of the pages: labels and hints from the message catalogue, by the name of the field.

A form names the beginning of its codes; the label of its field ``name`` is then
``<words>.name``, its hint ``<words>.name_hint`` and its unit ``<words>.name_unit``
where the catalogue has them.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest

from tiebeam.errors import InvalidInput, TiebeamError
from tiebeam.interfaces.messages import Language, has_message, say
from tiebeam.interfaces.web.page import language_of, say_error


class PageForm(forms.Form):
    """A form whose words come from the catalogue."""

    words: ClassVar[str] = ""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Read what was sent, where something was sent to this form, and name the fields."""
        if not args and "data" not in kwargs and request.method == "POST":
            kwargs |= {"data": request.POST, "files": request.FILES}
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.request = request
        self.is_refused = False
        name_fields(self, self.words, language_of(request))

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Show in the form why an operation refused."""
        sentences = say_error(self.request, error)
        if not isinstance(error, InvalidInput):
            self.is_refused = True
            self.add_error(field, sentences[0])
            return
        # Each fault stands beside the field that it names, where the form has it.
        for fault, sentence in zip(error.faults, sentences, strict=True):
            self.add_error(fault.column if fault.column in self.fields else field, sentence)

    @property
    def status(self) -> int:
        """Of the answer that shows the form: 409 where an operation refused, 400 where it is faulty."""
        if self.is_refused:
            return 409
        return 400 if self.is_bound and self.errors else 200


def name_fields(form: forms.BaseForm, words: str, language: Language) -> None:
    """Give the fields of *form* their labels, hints and units from the codes that begin with *words*."""
    for name, field in form.fields.items():
        field.label = say(f"{words}.{name}", {}, language)
        if has_message(f"{words}.{name}_hint"):
            field.help_text = say(f"{words}.{name}_hint", {}, language)
        if has_message(f"{words}.{name}_unit"):
            field.widget.attrs["data-unit"] = say(f"{words}.{name}_unit", {}, language)


def choices_of(request: HttpRequest, words: str, values: Iterable[str]) -> list[tuple[str, str]]:
    """Return the choices *values*, each with the word that the catalogue has below *words*."""
    language = language_of(request)
    return [(value, say(f"{words}.{value}", {}, language)) for value in values]


def date_field(**kwargs: Any) -> forms.DateField:
    """Return a field for a day, entered by the browser's own calendar or as 2020-02-10."""
    return forms.DateField(
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        **kwargs,
    )
