"""
Forms of the pages: labels and hints from the message catalogue, by the name of the field.

A form names the beginning of its codes; the label of its field ``name`` is then
``<words>.name``, its hint ``<words>.name_hint`` and its unit ``<words>.name_unit``
where the catalogue has them.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest

from tiebeam.errors import InvalidInput, TiebeamError
from tiebeam.interfaces.messages import Language, has_message, say
from tiebeam.interfaces.web.page import language_of, say_error
from tiebeam.platform.time.periods import FIRST_DAY, LAST_DAY

LETTERS_MOST = 60


class SpokenFaults(forms.Form):
    """
    A form that says itself what a field does not take: what was met, what is expected, what to do.

    The framework names each fault by a code; its sentence is ``web.field.<kind of field>.<code>``
    of the catalogue, of the nearest kind that has one.

    Attributes:
        spoken: The language of the reader.
    """

    spoken: Language

    def add_error(self, field: str | None, error: Any) -> None:
        """Note a fault, in our own words where the framework found it."""
        if field in self.fields and isinstance(error, ValidationError):
            error = ValidationError([self._say(field, one) for one in error.error_list])
        super().add_error(field, error)

    def _say(self, name: str, fault: ValidationError) -> ValidationError:
        code = find_sentence(self.fields[name], fault.code)
        if code is None:
            return fault
        facts = {**(fault.params or {}), "value": self._met(name)}
        return ValidationError(say(code, facts, self.spoken), code=fault.code)

    def _met(self, name: str) -> str:
        """Return what was entered, as far as it may be repeated."""
        if isinstance(self.fields[name].widget, forms.PasswordInput):
            return ""
        met = self[name].data
        text = ", ".join(map(str, met)) if isinstance(met, list) else str(met or "")
        return text if len(text) <= LETTERS_MOST else f"{text[:LETTERS_MOST]} …"


def find_sentence(field: forms.Field, code: str | None) -> str | None:
    """Return the code of the sentence for a fault that the framework finds in *field*, or None."""
    kinds = [kind.__name__.lower() for kind in type(field).__mro__]
    codes = [f"web.field.{kind}.{code}" for kind in kinds]
    return next((code for code in codes if has_message(code)), None)


class PageForm(SpokenFaults):
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
        self.spoken = language_of(request)
        name_fields(self, self.words, self.spoken)

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Show in the form why an operation refused."""
        sentences = say_error(self.request, error)
        if not isinstance(error, InvalidInput):
            self.is_refused = True
            self.add_error(field, sentences[0])
            return
        # Each fault stands beside the field that it names, where the form has it.
        for fault, sentence in zip(error.faults, sentences, strict=True):
            if fault.place in self.fields and fault.row is not None:
                # A line of a field that holds several: its columns are no fields of the form.
                told = say("web.field.in_line", {"line": fault.row, "told": sentence}, self.spoken)
                self.add_error(fault.place, told)
            else:
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
    """
    Return a field for a day, entered by the browser's own calendar or as 2020-02-10.

    It takes no day at the ends of the calendar, where a day before or after would not exist.
    """
    bounds = {"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}
    return forms.DateField(
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **bounds}),
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        **kwargs,
    )
