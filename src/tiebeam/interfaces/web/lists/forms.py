"""The forms by which lists are drafted, sent round, signed and issued."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from tiebeam.apps.pairings.models import REPLIES, ListLine, Variant
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.programmes.models import LegalDocument
from tiebeam.apps.regions.models import Organisation
from tiebeam.interfaces.web.forms import PageForm, choices_of, date_field
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.interfaces.web.programmes.tables import title_of

LEAD_WORDS = frozenset({"lead", "牵头", "*"})
DOUBT_WORDS = frozenset({"doubtful", "存疑", "?", "？"})
DAYS_FOR_OPINIONS = 7


class ListForm(PageForm):
    """A form on a list."""

    words: ClassVar[str] = "lists.field"


class EmptyForm(ListForm):
    """A step that asks nothing but to be confirmed."""


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
    """The pairs of a version, entered or pasted: recipient, donor, and what is to be marked."""

    lines = forms.CharField(widget=forms.Textarea({"rows": 20}))
    note = forms.CharField(required=False, widget=forms.Textarea({"rows": 3}))
    field_order = ("lines", "note")

    def __init__(
        self, request: HttpRequest, organisations: Iterable[Organisation], *args: Any, **kwargs: Any
    ) -> None:
        """Know the organisations by their names in both languages."""
        super().__init__(request, *args, **kwargs)
        self.known: dict[str, list[Organisation]] = {}
        for row in organisations:
            for name in {row.name_zh.strip().casefold(), row.name_en.strip().casefold()} - {""}:
                self.known.setdefault(name, []).append(row)

    def clean_lines(self) -> list[Line]:
        """Read one pair in each line; every line that cannot be read is told at once."""
        faults: list[forms.ValidationError] = []
        lines: list[Line] = []
        for place, text in enumerate(self.cleaned_data["lines"].splitlines(), start=1):
            if not text.strip():
                continue
            parts = [part.strip() for part in text.replace("，", ",").replace("\t", ",").split(",")]
            marks = {part.casefold() for part in parts[2:] if part}
            unknown = [name for name in parts[:2] if len(self.known.get(name.casefold(), ())) != 1]
            if len(parts) < 2 or marks - LEAD_WORDS - DOUBT_WORDS:
                faults.append(self._fault("line_unreadable", place, text.strip()))
            elif unknown:
                faults += [self._fault(self._why(name), place, name) for name in unknown]
            else:
                recipient, donor = (self.known[name.casefold()][0] for name in parts[:2])
                lines.append(
                    Line(
                        donor=donor.pk,
                        recipient=recipient.pk,
                        is_lead=bool(marks & LEAD_WORDS),
                        is_doubtful=bool(marks & DOUBT_WORDS),
                    )
                )
        if faults:
            raise forms.ValidationError(faults)
        return lines

    def _why(self, name: str) -> str:
        return "name_of_two" if self.known.get(name.casefold()) else "name_unknown"

    def _fault(self, key: str, place: int, text: str) -> forms.ValidationError:
        return forms.ValidationError(
            say_to(self.request, f"lists.fault.{key}", line=place, text=text)
        )


def text_of_lines(request: HttpRequest, lines: Iterable[ListLine]) -> str:
    """Return *lines* as the form takes them."""
    lead, doubtful = say_to(request, "pairs.lead"), say_to(request, "pairs.doubtful_mark")
    rows = []
    for line in lines:
        parts = [name_of(request, line.recipient), name_of(request, line.donor)]
        parts += [lead] if line.is_lead else []
        parts += [doubtful] if line.is_doubtful else []
        rows.append(", ".join(parts))
    return "\n".join(rows)


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
