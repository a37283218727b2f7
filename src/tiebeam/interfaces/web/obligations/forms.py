"""The forms of obligations: the rule of a programme, a donor's own rate, a notice and its weights."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest

from tiebeam.apps.ledger.obligation_models import ObligationNotice, ObligationRule
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.regions.models import Organisation
from tiebeam.interchange.rules.reading import list_rules
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.page import by_name, language_of, name_of
from tiebeam.interfaces.web.programmes.forms import reason_field

LETTERS_OF_REASON = 300


class RuleForm(PageForm):
    """Which rule obliges the donors, and what no source says of it."""

    words: ClassVar[str] = "obligations.field"

    rule = forms.ChoiceField()
    indicator = forms.CharField(max_length=60)
    base_offset = forms.IntegerField(required=False, min_value=-9, max_value=0)
    entered_because = forms.CharField(required=False, max_length=LETTERS_OF_REASON)
    reason = reason_field()

    def __init__(self, request: HttpRequest, standing: ObligationRule | None) -> None:
        """Offer the rules that are shipped; begin with the one that stands."""
        initial: dict[str, Any] = {"indicator": "general_public_budget_revenue"}
        if standing is not None:
            names = ("indicator", "base_offset", "entered_because")
            initial = {name: getattr(standing, name) for name in names}
            initial["rule"] = f"{standing.rule_id}/{standing.rule_version}"
        super().__init__(request, initial=initial)
        self.fields["rule"].choices = [  # type: ignore[attr-defined]  # a field of choices
            (f"{rule.id}/{rule.version}", rule.title[language_of(request)]) for rule in list_rules()
        ]
        if standing is None:
            del self.fields["reason"]

    def values(self) -> dict[str, Any]:
        """Return what was entered by the names of the operation."""
        given = dict(self.cleaned_data)
        given["rule_id"], _, version = given.pop("rule").rpartition("/")
        return given | {"rule_version": int(version)}


class RateForm(PageForm):
    """The rate that one donor was given, and the document that gives it."""

    words: ClassVar[str] = "obligations.field"

    donor = forms.ChoiceField()
    rate = forms.CharField(max_length=20)
    from_year = forms.IntegerField(min_value=1900, max_value=2999)
    document_title = forms.CharField(required=False, max_length=300)
    document_number = forms.CharField(required=False, max_length=80)
    document_page = forms.CharField(required=False, max_length=300)
    article = forms.CharField(required=False, max_length=80)
    is_assumption = forms.BooleanField(required=False)
    reason = forms.CharField(required=False, max_length=500, widget=forms.Textarea({"rows": 2}))

    def __init__(
        self, request: HttpRequest, donors: Sequence[Organisation], first_year: int
    ) -> None:
        """Offer the donors of the programme."""
        super().__init__(request, initial={"from_year": first_year})
        self.donors = {str(row.pk): row for row in by_name(request, donors)}
        self.fields["donor"].choices = [  # type: ignore[attr-defined]  # a field of choices
            (key, name_of(request, row)) for key, row in self.donors.items()
        ]

    def values(self) -> dict[str, Any]:
        """Return what was entered by the names of the operation."""
        return self.cleaned_data | {"donor": self.donors[self.cleaned_data["donor"]]}


class DraftForm(PageForm):
    """By which weights the due is shared out, and why it is drafted anew."""

    words: ClassVar[str] = "obligations.field"

    is_confirmed = forms.BooleanField(required=False)
    reason = reason_field()

    def __init__(
        self,
        request: HttpRequest,
        pairings: Mapping[str, Pairing],
        weights: Mapping[str, str],
        standing: ObligationNotice | None,
        *,
        is_questioned: bool,
    ) -> None:
        """Ask a weight for each pairing, where there are several."""
        super().__init__(request)
        self.keys = list(pairings) if len(pairings) > 1 else []
        if standing is None:
            del self.fields["reason"]
        if not is_questioned:
            del self.fields["is_confirmed"]
        for key in self.keys:
            field = forms.IntegerField(
                min_value=0, max_value=10**9, initial=weights.get(key, "1"), label_suffix=""
            )
            field.label = name_of(request, pairings[key].recipient)
            self.fields[f"weight_{key}"] = field
        self.order_fields([*(f"weight_{key}" for key in self.keys), "is_confirmed", "reason"])

    def values(self) -> dict[str, Any]:
        """Return what was entered by the names of the operation."""
        given = self.cleaned_data
        weights = {key: given[f"weight_{key}"] for key in self.keys}
        return {
            "weights": weights or None,
            "reason": given.get("reason", ""),
            "is_confirmed": given.get("is_confirmed", False),
        }


class ReasonForm(PageForm):
    """Why a draft is discarded."""

    words: ClassVar[str] = "obligations.field"

    reason = reason_field()
