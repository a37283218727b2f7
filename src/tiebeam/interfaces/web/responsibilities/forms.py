"""Forms of the matrix: who is what for an area of work from which day, and until when."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest

from tiebeam.apps.pairings.models import SHARES
from tiebeam.apps.pairings.queries.responsibilities import AREA_LENGTH_MOST, AREAS
from tiebeam.interfaces.web.forms import PageForm, choices_of, date_field
from tiebeam.interfaces.web.page import say_to

OTHER = "other"


class SetForm(PageForm):
    """What a party is for an area of work, from a day on."""

    words: ClassVar[str] = "responsibilities.field"

    area = forms.ChoiceField()
    other_area = forms.CharField(required=False, max_length=AREA_LENGTH_MOST)
    party = forms.ChoiceField()
    share = forms.ChoiceField(widget=forms.RadioSelect)
    valid_from = date_field()
    reason = forms.CharField(required=False, max_length=500)

    def __init__(
        self,
        request: HttpRequest,
        parties: Iterable[tuple[str, str]],
        used: Iterable[str],
        initial: dict[str, Any],
    ) -> None:
        """Offer the areas that have a name and those in use, the parties, and the four shares."""
        super().__init__(request, initial=initial)
        free = [(area, area) for area in used if area not in AREAS]
        areas = choices_of(request, "pairings.area", AREAS)
        other = (OTHER, say_to(request, "responsibilities.other_area"))
        self._offer("area", [*areas, *free, other])
        self._offer("party", list(parties))
        shares = [(share, say_to(request, f"responsibilities.share.{share}")) for share in SHARES]
        self._offer("share", shares)

    def clean(self) -> dict[str, Any]:
        """Demand the name of an area that is none of those offered."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("area") == OTHER and not given.get("other_area"):
            self.add_error("other_area", say_to(self.request, "responsibilities.area_missing"))
        return given

    def chosen_area(self) -> str:
        """Return the area of work, chosen or entered."""
        area: str = self.cleaned_data["area"]
        return str(self.cleaned_data["other_area"]) if area == OTHER else area

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field


class EndForm(PageForm):
    """The last day on which an entry holds, and why it ends."""

    words: ClassVar[str] = "responsibilities.field"

    last_day = date_field()
    reason = forms.CharField(required=False, max_length=500)
