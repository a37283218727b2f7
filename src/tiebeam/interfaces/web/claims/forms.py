"""Forms of tranches, reimbursements with their vouchers, and gifts."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import HttpRequest

from tiebeam.apps.ledger.claim_models import NATURES
from tiebeam.apps.ledger.gift_models import GIFT_KINDS
from tiebeam.apps.ledger.operations.vouchers import GivenVoucher
from tiebeam.core.ledger.days import Days
from tiebeam.errors import InvalidInput, TiebeamError
from tiebeam.interfaces.messages import has_message, say
from tiebeam.interfaces.web.forms import choices_of, date_field
from tiebeam.interfaces.web.money.forms import (
    FIELDS_OF_ERRORS,
    AmountField,
    MoneyForm,
    bound_day,
    reason_field,
)
from tiebeam.interfaces.web.page import say_error
from tiebeam.units import MOST_FEN, parse_amount

VOUCHER_LINES = 6
VOUCHER_COLUMNS = ("issuer", "number", "amount", "issued_on")

Choices = Sequence[tuple[str, str]]


class BesideForm(MoneyForm):
    """A form of what stands beside the books: its words, and no key, since nothing is posted by it."""

    words: ClassVar[str] = "claims.field"

    key = None  # type: ignore[assignment]  # leaves the field out

    def offer(self, name: str, choices: Choices) -> None:
        """Offer the choices of a field, where the form has it."""
        if name in self.fields:
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice

    def without(self, *names: str) -> None:
        """Leave fields out."""
        for name in names:
            self.fields.pop(name, None)


class TrancheForm(BesideForm):
    """How much of which commitment is to be paid by when, and for what."""

    commitment = forms.ChoiceField()
    amount = AmountField()
    is_right = forms.BooleanField(required=False)
    due_on = date_field()
    purpose = forms.ChoiceField()
    reason = reason_field()

    def __init__(
        self,
        request: HttpRequest,
        *,
        purposes: Choices,
        commitments: Choices = (),
        initial: Mapping[str, Any] | None = None,
        peers: Sequence[int] = (),
    ) -> None:
        """Offer the commitments with something left to plan; a change names none, and says why."""
        super().__init__(request, initial, peers)
        self.offer("commitment", commitments)
        self.offer("purpose", purposes)
        self.without("reason" if commitments else "commitment")


class GiftForm(BesideForm):
    """What somebody gave or invested, with its document."""

    kind = forms.ChoiceField(widget=forms.RadioSelect)
    giver = forms.CharField(max_length=200)
    received_on = date_field()
    amount = AmountField(required=False)
    is_right = forms.BooleanField(required=False)
    description = forms.CharField(required=False, max_length=300)
    quantity = forms.IntegerField(required=False, min_value=1, max_value=MOST_FEN)
    quantity_unit = forms.CharField(required=False, max_length=40)
    document = forms.CharField(max_length=200)
    reason = reason_field()

    def __init__(
        self,
        request: HttpRequest,
        *,
        is_new: bool,
        initial: Mapping[str, Any] | None = None,
        peers: Sequence[int] = (),
    ) -> None:
        """Ask for the kind of a new entry, and for the reason of a correction."""
        super().__init__(request, initial, peers)
        self.offer("kind", choices_of(request, "claims.gift", GIFT_KINDS))
        self.without("reason" if is_new else "kind")
        # The name of the field beside it is no unit of this one.
        self.fields["quantity"].widget.attrs.pop("data-unit", None)


class CheckForm(BesideForm):
    """When a reimbursement is paid, and by which approval."""

    pay_on = date_field()
    document = forms.CharField(max_length=200)

    def __init__(self, request: HttpRequest, days: Days) -> None:
        """Offer the days on which something may be spent."""
        super().__init__(request)
        bound_day(self, "pay_on", days.bounds("expenditure"))

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Show what is wrong with the day beside it."""
        is_of_day = FIELDS_OF_ERRORS.get(error.code) == "valid_on"
        super().refuse(error, field or ("pay_on" if is_of_day else None))


class ReasonForm(BesideForm):
    """Why."""

    reason = reason_field()


class VoucherForm(BesideForm):
    """One voucher, corrected for a reason."""

    issuer = forms.CharField(max_length=200)
    number = forms.CharField(max_length=80)
    amount = AmountField()
    issued_on = date_field()
    reason = reason_field()


class ReimbursementForm(BesideForm):
    """
    What is asked for, and a line for each voucher; lines left empty count for nothing.

    The fields of the lines are called ``line1_issuer``, ``line1_amount`` … after their columns.
    """

    title = forms.CharField(max_length=200)
    payee = forms.CharField(max_length=200)
    purpose = forms.ChoiceField()
    nature = forms.ChoiceField(widget=forms.RadioSelect)
    amount = AmountField()
    is_right = forms.BooleanField(required=False)

    def __init__(
        self, request: HttpRequest, *, purposes: Choices, peers: Sequence[int] = ()
    ) -> None:
        """Offer the purposes, and lines for vouchers."""
        super().__init__(request, None, peers)
        self.offer("purpose", purposes)
        self.offer("nature", choices_of(request, "claims.nature", NATURES))
        for line in range(1, VOUCHER_LINES + 1):
            for column in VOUCHER_COLUMNS:
                self.fields[_name(column, line)] = self._field(column, line)

    def head_fields(self) -> list[BoundField]:
        """Return the fields above the lines."""
        return [self[name] for name in self.fields if not name.startswith("line")]

    def lines(self) -> list[list[tuple[str, BoundField]]]:
        """Return the fields of each line, with the heads of their columns."""
        return [
            [(self._head(column), self[_name(column, line)]) for column in VOUCHER_COLUMNS]
            for line in range(1, VOUCHER_LINES + 1)
        ]

    def clean(self) -> dict[str, Any]:
        """Read the lines that say something; each says everything."""
        given = super().clean()
        self.given: dict[int, GivenVoucher] = {}
        for line in range(1, VOUCHER_LINES + 1):
            said = {name: given.get(_name(name, line)) for name in VOUCHER_COLUMNS}
            if not any(said.values()):
                continue
            for name, value in said.items():
                if not value and _name(name, line) not in self.errors:
                    field = self.fields[_name(name, line)]
                    fault = ValidationError(say("regions.value_missing", {}, self.spoken))
                    self.add_error(_name(name, line), fault)
                    field.required = False
            amount, issued_on = self._read_amount(line, said["amount"]), said["issued_on"]
            if amount is not None and issued_on is not None and all(said.values()):
                self.given[line] = GivenVoucher(
                    issuer=str(said["issuer"]),
                    number=str(said["number"]),
                    amount=amount,
                    issued_on=issued_on,
                )
        return given

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Show what is wrong in a voucher beside its line."""
        if not isinstance(error, InvalidInput):
            super().refuse(error, field)
            return
        lines = list(self.given)
        for fault, sentence in zip(error.faults, say_error(self.request, error), strict=True):
            name = fault.column
            if fault.row is not None:
                name = _name(fault.column, lines[fault.row - 1])
            self.add_error(name if name in self.fields else None, ValidationError(sentence))

    def _field(self, column: str, line: int) -> forms.Field:
        field: forms.Field = forms.CharField(
            required=False, max_length={"issuer": 200, "amount": 60}.get(column, 80)
        )
        if column == "issued_on":
            field = date_field(required=False)
        if column == "amount":
            field.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}
        facts = {"column": self._head(column), "line": line}
        field.label = say("claims.of_line", facts, self.spoken)
        return field

    def _head(self, column: str) -> str:
        unit = f"claims.field.{column}_in_line"
        code = unit if has_message(unit) else f"claims.field.{column}"
        return say(code, {}, self.spoken)

    def _read_amount(self, line: int, text: Any) -> int | None:
        if not text:
            return None
        try:
            return parse_amount(text, unit="yuan").fen
        except InvalidInput as error:
            self.add_error(_name("amount", line), ValidationError(self._told(error.faults[0])))
            return None


def _name(column: str, line: int) -> str:
    """Return the name of a field of a line; the two parts of an amount take names like ``amount_1``."""
    return f"line{line}_{column}"


def initial_of(record: Any, *names: str) -> dict[str, Any]:
    """Return what a record says, as a form begins with it."""
    values = {name: getattr(record, name) for name in names}
    return {
        name: value or None if name in {"amount", "quantity"} else value
        for name, value in values.items()
    }
