"""Forms of hand-overs: who follows, what is kept elsewhere, that the list is whole."""

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest

from tiebeam.apps.pairings.operations.hand_overs import ITEMS_MOST
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.page import say_to


class OpenForm(PageForm):
    """Which pairing follows, where one does."""

    words: ClassVar[str] = "hand_overs.field"

    successor = forms.ChoiceField(required=False)

    def __init__(self, request: HttpRequest, successors: Iterable[tuple[str, str]]) -> None:
        """Offer the other pairings of the recipient."""
        super().__init__(request)
        none = ("", say_to(request, "hand_overs.no_successor"))
        choices = [none, *successors]
        self.fields["successor"].choices = choices  # type: ignore[attr-defined]  # a choice field

    def successor_id(self) -> UUID | None:
        """Return the chosen pairing."""
        chosen = self.cleaned_data["successor"]
        return UUID(chosen) if chosen else None


class AnswerForm(PageForm):
    """How many there are, and what they are or where they are kept."""

    words: ClassVar[str] = "hand_overs.field"

    items_count = forms.IntegerField(min_value=0, max_value=ITEMS_MOST)
    statement = forms.CharField(max_length=4000, widget=forms.Textarea({"rows": 4}))


class SignForm(PageForm):
    """That the list was read and is whole."""

    words: ClassVar[str] = "hand_overs.field"

    is_whole = forms.BooleanField()
