"""The forms of the desk."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils import timezone

from tiebeam import cases
from tiebeam.apps.programmes.models import LegalDocument
from tiebeam.core.model.scenario import LEVEL_NAMES, Policy
from tiebeam.errors import InvalidInput, TiebeamError
from tiebeam.interchange.tables.files import MAX_FILE_BYTES
from tiebeam.interfaces.jobs.asking import TIME_LIMIT_MOST_S, TIME_LIMIT_S
from tiebeam.interfaces.messages import Language, say
from tiebeam.interfaces.report.words import Voice
from tiebeam.interfaces.web.desk.faults import list_reasons
from tiebeam.interfaces.web.forms import PageForm, date_field
from tiebeam.interfaces.web.page import language_of, say_to

NAME_MOST = 120
PLAN_BYTES_MOST = 8 * 2**20
"""A plan of all counties of a country is smaller."""


def name_field() -> forms.CharField:
    """Return the field for a name."""
    return forms.CharField(max_length=NAME_MOST)


def reason_field(*, is_required: bool = True) -> forms.CharField:
    """Return the field for a reason."""
    return forms.CharField(max_length=500, required=is_required, widget=forms.Textarea({"rows": 2}))


def partners_field() -> forms.IntegerField:
    """Return the field for a number of partners, which may be left open."""
    return forms.IntegerField(min_value=0, max_value=10_000, required=False)


class DeskForm(PageForm):
    """A form of the desk; *voice* names the parties where a rule is broken."""

    words: ClassVar[str] = "desk.field"
    voice: Voice | None = None

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Show in the form why an operation refused: every fault, and every broken rule."""
        self.is_refused = not isinstance(error, InvalidInput)
        for reason in list_reasons(self.request, error, self.voice):
            self.add_error(field, reason)


class NameForm(DeskForm):
    """A name."""

    name = name_field()


class SolveForm(DeskForm):
    """How long a search may take."""

    time_limit_s = forms.FloatField(
        min_value=1, max_value=TIME_LIMIT_MOST_S, initial=round(TIME_LIMIT_S)
    )


class LockForm(DeskForm):
    """Whether a pair must be in every plan, or in none, and why."""

    donor = forms.CharField(widget=forms.HiddenInput)
    recipient = forms.CharField(widget=forms.HiddenInput)
    reason = reason_field()


class UnlockForm(DeskForm):
    """Why a lock is taken away."""

    reason = reason_field(is_required=False)


class PairForm(DeskForm):
    """A pair that is asked about."""

    donor = forms.CharField()
    recipient = forms.CharField()


class LevelsWidget(forms.MultiWidget):
    """The levels one after the other, each chosen by its name."""

    def decompress(self, value: Sequence[str] | None) -> list[str]:
        """Return the choice of each place; those behind the last level are empty."""
        names = list(value or ())
        return [*names, *[""] * (len(LEVEL_NAMES) - len(names))]


class LevelsField(forms.MultiValueField):
    """What a plan is to reach, in the order in which it counts."""

    def __init__(self) -> None:
        """Make a choice for each place; the names come with the language of the reader."""
        places = [forms.ChoiceField(required=False) for _ in LEVEL_NAMES]
        super().__init__(
            places,
            widget=LevelsWidget([place.widget for place in places]),
            require_all_fields=False,
            initial=Policy().levels,
        )

    def speak(self, language: Language) -> None:
        """Offer the levels by their names in *language*."""
        offered = [("", say("desk.level_none", {}, language))]
        offered += [(name, say(f"levels.{name}.name", {}, language)) for name in LEVEL_NAMES]
        for place, (field, widget) in enumerate(
            zip(self.fields, self.widget.widgets, strict=True), start=1
        ):
            field.choices = widget.choices = offered  # type: ignore[attr-defined]  # a field of choices
            widget.attrs["aria-label"] = say("desk.level_place", {"place": place}, language)

    def compress(self, values: list[str]) -> tuple[str, ...]:
        """Return the levels that were chosen, in their order."""
        return tuple(name for name in values if name)


class BuildForm(DeskForm):
    """What is decided when a scenario is built from returns."""

    name = name_field()
    as_of = date_field(required=False)
    levels = LevelsField()
    min_partners_per_recipient = partners_field()
    max_partners_per_recipient = partners_field()
    min_partners_per_donor = partners_field()
    max_partners_per_donor = partners_field()
    min_share = forms.FloatField(min_value=0, max_value=100, required=False)
    note = forms.CharField(max_length=500, required=False)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Begin with today."""
        kwargs.setdefault("initial", {"as_of": timezone.localdate()})
        super().__init__(request, *args, **kwargs)
        self.fields["levels"].speak(self.spoken)  # type: ignore[attr-defined]  # a LevelsField

    def clean_levels(self) -> tuple[str, ...]:
        """Refuse a level that stands there twice."""
        names: tuple[str, ...] = self.cleaned_data["levels"]
        if len(set(names)) < len(names):
            raise forms.ValidationError(say_to(self.request, "desk.fault.level_twice"))
        return names

    def policy(self) -> Policy:
        """Return what was decided."""
        given = self.cleaned_data
        limits = {
            key: given[key]
            for side in ("recipient", "donor")
            for key in (f"min_partners_per_{side}", f"max_partners_per_{side}")
        }
        share = (given["min_share"] or 0.0) / 100
        return Policy(levels=given["levels"], min_share=share, **limits)


class UploadForm(DeskForm):
    """A scenario as a file."""

    file = forms.FileField(widget=forms.FileInput({"accept": ".xlsx,.zip"}))

    def clean_file(self) -> "UploadedFile[bytes]":
        """Refuse a file that is too large to be read."""
        return demand_size(self.request, self.cleaned_data["file"], MAX_FILE_BYTES)


class PlanForm(DeskForm):
    """A plan as a file, and the name of the variant that it becomes."""

    name = name_field()
    plan = forms.FileField(widget=forms.FileInput({"accept": ".json"}))

    def clean_plan(self) -> "UploadedFile[bytes]":
        """Refuse a file that is too large to be read."""
        return demand_size(self.request, self.cleaned_data["plan"], PLAN_BYTES_MOST)


def demand_size(
    request: HttpRequest, file: "UploadedFile[bytes]", most: int
) -> "UploadedFile[bytes]":
    """
    Return *file*, which holds at most so many bytes; a larger one is not even read.

    Raises:
        ValidationError: It holds more.
    """
    if (file.size or 0) > most:
        facts = {"name": file.name, "found": file.size, "most": most}
        raise forms.ValidationError(say_to(request, "desk.fault.file_too_large", **facts))
    return file


class CaseForm(DeskForm):
    """One of the cases that come with the program."""

    case = forms.ChoiceField()

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Offer every scenario of every case."""
        super().__init__(request, *args, **kwargs)
        is_zh = language_of(request) == "zh"
        self.fields["case"].choices = [  # type: ignore[attr-defined]  # a field of choices
            (f"{case.id}/{folder}", f"{case.title_zh if is_zh else case.title} ({folder})")
            for case in cases.list_cases("scenario")
            for folder in case.scenarios
        ]


class ConfirmForm(DeskForm):
    """What was shown in a preview, and the name under which it is kept."""

    name = name_field()
    content = forms.CharField(widget=forms.HiddenInput)


class AdoptForm(DeskForm):
    """From when the pairs of a plan are in force, and the document that they are issued by."""

    in_force_from = date_field()
    document = forms.ChoiceField(required=False)
    without_opinions_because = reason_field(is_required=False)
    backdated_because = reason_field(is_required=False)

    def __init__(
        self, request: HttpRequest, documents: Iterable[LegalDocument], *args: Any, **kwargs: Any
    ) -> None:
        """Offer the documents of the programme; begin with today."""
        kwargs.setdefault("initial", {"in_force_from": timezone.localdate()})
        super().__init__(request, *args, **kwargs)
        self.documents = {str(row.pk): row for row in documents}
        is_zh = language_of(request) == "zh"
        self.fields["document"].choices = [  # type: ignore[attr-defined]  # a field of choices
            ("", say_to(request, "web.unknown")),
            *(
                (pk, (row.title_zh if is_zh else row.title_en) or row.title_zh or row.title_en)
                for pk, row in self.documents.items()
            ),
        ]
