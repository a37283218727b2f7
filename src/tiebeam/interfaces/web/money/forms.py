"""Forms of events: an amount with its unit, and what each kind of event asks besides."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.ledger.queries.waiting import OpenBatch
from tiebeam.apps.pairings.models import Agreement
from tiebeam.apps.programmes.models import FORMS
from tiebeam.core.ledger.days import Days
from tiebeam.core.ledger.events import KINDS, STAGES
from tiebeam.errors import Fault, InvalidInput, TiebeamError
from tiebeam.interfaces.messages import say
from tiebeam.interfaces.web.forms import PageForm, choices_of, date_field
from tiebeam.interfaces.web.page import say_to
from tiebeam.units import FEN, Unit, parse_amount, parse_unit, question_magnitude

UNITS: tuple[Unit, ...] = ("yuan", "wan", "yi")
PURPOSES_OF_CREDIT = ("B110", "B120")
QUANTITY_MOST = 10**15
REASON_MOST = 2000
FIELDS_OF_ERRORS = {
    "ledger.more_than_left": "amount",
    "ledger.overdrawn": "amount",
    "ledger.amount_out_of_range": "amount",
    "ledger.credit_used_up": "amount",
    "ledger.wrong_unit": "quantity_unit",
    "ledger.year_closed": "valid_on",
    "ledger.day_ahead": "valid_on",
    "ledger.day_before_followed": "valid_on",
    "ledger.day_before_term": "valid_on",
    "ledger.day_after_term": "valid_on",
    "ledger.year_not_set": "valid_on",
    "ledger.no_agreement_in_force": "agreement_id",
    "ledger.document_missing": "document",
    "ledger.purpose_missing": "purpose",
}
"""Beside which field a refusal is shown."""


class AmountWidget(forms.MultiWidget):
    """A figure and the unit in which it is meant, in one line."""

    use_fieldset = False

    def __init__(self) -> None:
        """Set the figure for the keyboard of figures; the units are named by the form."""
        figure = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__([figure, forms.Select(attrs={"class": "money-unit"})])

    def decompress(self, value: Any) -> list[Any]:
        """Return how an amount in fen is first shown: in 万元 where that is short, else in 元."""
        if not isinstance(value, int):
            return ["", "wan"]
        unit: Unit = "wan" if value >= FEN["wan"] and value % (FEN["wan"] // 100) == 0 else "yuan"
        figure = Decimal(value) / FEN[unit]
        return [f"{figure.normalize():f}", unit]

    def id_for_label(self, id_: str) -> str:
        """Return the id of the figure."""
        return f"{id_}_0"


class AmountField(forms.MultiValueField):
    """An amount of money; what it means is read by the form, which knows the reader's language."""

    def __init__(self, **kwargs: Any) -> None:
        """Take any text as the figure: the sentence that says why it is none is the form's."""
        super().__init__(
            fields=(
                forms.CharField(max_length=80, required=False),
                forms.ChoiceField(required=False),
            ),
            widget=AmountWidget(),
            require_all_fields=False,
            **kwargs,
        )

    def offer(self, choices: Sequence[tuple[str, str]], label: str) -> None:
        """Name the units, and what is chosen among them."""
        self.widget.widgets[1].attrs["aria-label"] = label
        self.fields[1].choices = choices  # type: ignore[attr-defined]  # a choice
        self.widget.widgets[1].choices = choices

    def compress(self, data_list: list[Any]) -> tuple[str, str]:
        """Return the figure as it was typed, and its unit."""
        return (data_list[0], data_list[1]) if data_list else ("", "")


def bound_day(form: PageForm, name: str, bounds: tuple[str | None, str]) -> None:
    """Offer in a field the days between *bounds* alone, the last of them first, and say so beside it."""
    first, last = bounds
    field = form.fields[name]
    field.widget.attrs |= {"max": last, **({"min": first} if first else {})}
    form.initial[name] = last
    words = "money.day_between" if first else "money.day_until"
    facts = {"hint": str(field.help_text), "first": first, "last": last}
    field.help_text = say(words, facts, form.spoken).strip()


def document_field() -> forms.CharField:
    """Return the field for the number or title of a document."""
    return forms.CharField(max_length=200)


def reason_field(*, is_required: bool = True) -> forms.CharField:
    """Return the field for a reason."""
    area = forms.Textarea({"rows": 3})
    return forms.CharField(max_length=REASON_MOST, required=is_required, widget=area)


class MoneyForm(PageForm):
    """
    A form with an amount, sent once: its key is chosen when it is first shown.

    What looks like a slipped unit is questioned, and taken when it is said to be right.
    """

    words: ClassVar[str] = "money.field"

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        request: HttpRequest,
        initial: Mapping[str, Any] | None = None,
        peers: Sequence[int] = (),
    ) -> None:
        """Offer the units, and keep the amounts with which an amount is compared."""
        super().__init__(request, initial={"key": uuid4(), **(initial or {})})
        self.peers = peers
        if "amount" in self.fields:
            units = choices_of(request, "money.unit_choice", UNITS)
            label = say_to(request, "money.unit_choice")
            self.fields["amount"].offer(units, label)  # type: ignore[attr-defined]  # an amount
        if not self.is_bound:
            self.fields.pop("is_right", None)

    def clean_amount(self) -> int:
        """Return the amount in fen, or say why it is none."""
        figure, chosen = self.cleaned_data["amount"] or ("", "")
        unit: Unit = parse_unit(chosen) if chosen else "yuan"
        if not figure and not self.fields["amount"].required:
            return 0
        try:
            return parse_amount(figure, unit=unit).fen
        except InvalidInput as error:
            fault = error.faults[0]
            raise ValidationError(self._told(fault), code=fault.code) from None

    def clean(self) -> dict[str, Any]:
        """Question an amount that looks like a slipped unit, until it is said to be right."""
        given = super().clean() or self.cleaned_data
        fault = question_magnitude(given.get("amount") or 0, self.peers)
        if fault is None:
            self.fields.pop("is_right", None)
        elif "is_right" in self.fields and not given.get("is_right"):
            self.add_error("is_right", ValidationError(self._told(fault), code=fault.code))
        return given

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Show a refusal beside its field, in words."""
        named = FIELDS_OF_ERRORS.get(error.code)
        super().refuse(error, field or (named if named in self.fields else None))

    def _told(self, fault: Fault) -> str:
        return say(fault.code, {**fault.facts, "value": fault.value}, self.spoken)


class EventForm(MoneyForm):
    """What is said of one event; fields that do not concern its kind are not there."""

    agreement_id = forms.ChoiceField(widget=forms.RadioSelect)
    purpose = forms.ChoiceField(widget=forms.RadioSelect)
    nature = forms.ChoiceField(widget=forms.RadioSelect)
    stage = forms.ChoiceField(widget=forms.RadioSelect)
    amount = AmountField()
    is_right = forms.BooleanField(required=False)
    is_beyond_due = forms.BooleanField(required=False)
    quantity = forms.IntegerField(required=False, min_value=1, max_value=QUANTITY_MOST)
    quantity_unit = forms.CharField(required=False, max_length=40)
    valid_on = date_field()
    relates_to = forms.IntegerField(required=False, min_value=1949, max_value=2999)
    document = document_field()
    note = forms.CharField(
        required=False, max_length=REASON_MOST, widget=forms.Textarea({"rows": 2})
    )

    def __init__(
        self,
        request: HttpRequest,
        kind: str,
        days: Days,
        *,
        agreements: Sequence[Agreement] = (),
        purposes: Sequence[str] = (),
        followed: OpenBatch | None = None,
        peers: Sequence[int] = (),
        amount: int | None = None,
    ) -> None:
        """Ask what an event of *kind* needs; what it follows, or *amount*, fills in what that has left."""
        initial: dict[str, Any] = {"amount": amount}
        if followed is not None:
            initial |= {
                "amount": followed.amount or None,
                "quantity": followed.quantity or None,
                "quantity_unit": followed.batch.quantity_unit,
            }
        if len(agreements) == 1:
            initial["agreement_id"] = str(agreements[0].pk)
        super().__init__(request, initial, peers)
        self.kind, self.followed = kind, followed
        bound_day(self, "valid_on", days.bounds(kind))
        for name in _not_asked(kind, followed):
            self.fields.pop(name, None)
        if KINDS[kind].counts:
            self.fields["amount"].required = False
        offered = {
            "agreement_id": [(str(row.pk), _name(request, row)) for row in agreements],
            "purpose": choices_of(request, "pairings.area", purposes or FORMS),
            "nature": choices_of(request, "money.nature", ("current", "capital")),
            "stage": choices_of(
                request, "money.stage", STAGES if kind == "carry" else PURPOSES_OF_CREDIT
            ),
        }
        for name, choices in offered.items():
            if name in self.fields:
                self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice

    def clean(self) -> dict[str, Any]:
        """Ask for an amount, a quantity, or both; a quantity has its unit."""
        given = super().clean()
        if "quantity" not in self.fields or self.errors:
            return given
        if not given.get("amount") and not given.get("quantity"):
            self.add_error("amount", say_to(self.request, "money.needs_amount_or_quantity"))
        if given.get("quantity") and not given.get("quantity_unit", "").strip():
            self.add_error("quantity_unit", say_to(self.request, "money.needs_unit"))
        return given

    def terms(self) -> Terms:
        """Return what was said."""
        given = self.cleaned_data
        agreement = given.get("agreement_id", "")
        return Terms(
            kind=self.kind,
            valid_on=given["valid_on"],
            amount=given["amount"],
            quantity=given.get("quantity") or 0,
            quantity_unit=(given.get("quantity_unit") or "").strip()
            if given.get("quantity")
            else "",
            nature=given.get("nature", ""),
            stage=given.get("stage", ""),
            is_beyond_due=given.get("is_beyond_due", False),
            relates_to=given.get("relates_to") or 0,
            purpose=given.get("purpose", ""),
            document=given["document"].strip(),
            note=given["note"].strip(),
            agreement_id=UUID(agreement) if agreement else None,
            follows_id=self.followed.batch.pk if self.followed else None,
        )


def _not_asked(kind: str, followed: OpenBatch | None) -> list[str]:
    known = KINDS[kind]
    is_counted = known.counts and (followed is None or kind == "shipment" or followed.quantity > 0)
    asked = {
        "agreement_id": known.names_agreement,
        "purpose": known.names_agreement,
        "nature": kind == "expenditure",
        "stage": kind in {"carry", "lapse"},
        "is_beyond_due": kind == "appropriation",
        "relates_to": kind in {"due_up", "due_down"},
        "quantity": is_counted,
        "quantity_unit": is_counted,
        "amount": followed is None or followed.amount > 0 or kind == "shipment",
    }
    return [name for name, is_asked in asked.items() if not is_asked]


def _name(request: HttpRequest, agreement: Agreement) -> str:
    title, number = agreement.title, agreement.number
    return say_to(request, "money.agreement", title=title, number=number) if number else title


class AnswerForm(MoneyForm):
    """What came of a payment: all, a part, or nothing, with the reason."""

    words: ClassVar[str] = "money.answer_field"

    answer = forms.ChoiceField(widget=forms.RadioSelect)
    amount = AmountField(required=False)
    reason = reason_field(is_required=False)
    valid_on = date_field()
    document = document_field()

    field_order = ("answer", "amount", "reason", "valid_on", "document")

    def __init__(self, request: HttpRequest, left: int, days: Days) -> None:
        """Ask about the *left* fen that nobody confirmed yet."""
        super().__init__(request)
        bound_day(self, "valid_on", days.bounds("receipt"))
        self.left = left
        self.fields["answer"].choices = choices_of(  # type: ignore[attr-defined]  # a choice
            request, "money.answer", ("all", "part", "none")
        )
        if self.data.get("answer") == "none":
            self.fields["document"].required = False

    def clean(self) -> dict[str, Any]:
        """Ask for the amount of a part, and for a reason wherever something is missing."""
        given = super().clean()
        answer = given.get("answer")
        if answer == "part" and "amount" in given and not 0 < given["amount"] < self.left:
            self.add_error("amount", say_to(self.request, "money.part_of", left=self.left))
        if answer in {"part", "none"} and not given.get("reason", "").strip():
            self.add_error("reason", say_to(self.request, "money.needs_reason"))
        return given

    def received(self) -> int:
        """Return what came, in fen."""
        answer = self.cleaned_data["answer"]
        if answer == "all":
            return self.left
        return int(self.cleaned_data["amount"]) if answer == "part" else 0


class DisputeForm(MoneyForm):
    """What of the goods sent did not arrive, by its value, its count, or both, and why."""

    words: ClassVar[str] = "money.dispute_field"

    amount = AmountField(required=False)
    quantity = forms.IntegerField(required=False, min_value=1, max_value=QUANTITY_MOST)
    reason = reason_field()

    def __init__(self, request: HttpRequest, sent: OpenBatch) -> None:
        """Ask about what is on its way: what has a value, what is counted."""
        left = {"amount": sent.amount, "quantity": sent.quantity}
        super().__init__(request, left)
        self.fields["quantity"].widget.attrs["data-unit"] = sent.batch.quantity_unit
        asked = [name for name, open_still in left.items() if open_still]
        for name in left.keys() - asked:
            del self.fields[name]
        self.fields[asked[0]].required = len(asked) == 1

    def clean(self) -> dict[str, Any]:
        """Ask for a value, a quantity, or both."""
        given = super().clean()
        if not self.errors and not given.get("amount") and not given.get("quantity"):
            self.add_error(None, say_to(self.request, "money.needs_amount_or_quantity"))
        return given


class ReasonForm(PageForm):
    """Why something is sent back or undone."""

    words: ClassVar[str] = "money.field"

    reason = reason_field()


class ReversalForm(ReasonForm):
    """The day of a reversal, its document, and why."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    valid_on = date_field()
    document = document_field()

    field_order = ("valid_on", "document", "reason")

    def __init__(self, request: HttpRequest, days: Days) -> None:
        """Offer the days from that of what is undone on."""
        super().__init__(request)
        bound_day(self, "valid_on", days.bounds("reversal"))


class YearForm(PageForm):
    """How a programme keeps one fiscal year."""

    words: ClassVar[str] = "money.field"

    year = forms.IntegerField(min_value=1900, max_value=2999)
    profile = forms.ChoiceField(widget=forms.RadioSelect)
    refund_reopens = forms.BooleanField(required=False, initial=True)

    def __init__(self, request: HttpRequest, profiles: Sequence[str], year: int) -> None:
        """Offer the profiles, and the *year* that is the next to be fixed."""
        super().__init__(request, initial={"year": year})
        self.fields["profile"].choices = choices_of(  # type: ignore[attr-defined]  # a choice
            request, "ledger.profile", profiles
        )


class CloseForm(PageForm):
    """What is carried out of a year that ends."""

    words: ClassVar[str] = "money.field"

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    due = forms.ChoiceField(widget=forms.RadioSelect, initial="lapse")
    appropriated = forms.ChoiceField(widget=forms.RadioSelect, initial="carry")
    is_read = forms.BooleanField()

    def __init__(self, request: HttpRequest, *, has_choices: bool) -> None:
        """Offer the choices to who has some: the donor."""
        super().__init__(request)
        for name in ("due", "appropriated"):
            if has_choices:
                self.fields[name].choices = choices_of(  # type: ignore[attr-defined]  # a choice
                    request, "money.left", ("carry", "lapse")
                )
            else:
                del self.fields[name]
