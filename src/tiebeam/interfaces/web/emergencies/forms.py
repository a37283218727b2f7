"""What is asked in an emergency."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from tiebeam.apps.emergencies.models import LEVELS, Step
from tiebeam.apps.emergencies.operations.messages import Message
from tiebeam.apps.emergencies.operations.reasons import Supposition
from tiebeam.apps.emergencies.proposal_models import OrderProposal
from tiebeam.apps.emergencies.queries.skills import list_known_skills
from tiebeam.apps.emergencies.states import MODES
from tiebeam.apps.ledger.operations.vouchers import GivenVoucher
from tiebeam.apps.people.models import READINESS
from tiebeam.apps.people.operations.faults import MOST_HEADS
from tiebeam.apps.regions.models import Organisation
from tiebeam.interfaces.web.emergencies.lines import OfficesField
from tiebeam.interfaces.web.emergencies.skills import SkillsField
from tiebeam.interfaces.web.emergencies.words import KINDS
from tiebeam.interfaces.web.forms import PageForm, choices_of, date_field
from tiebeam.interfaces.web.page import names_of, say_to

Choices = Sequence[tuple[str, str]]


def _text(most: int = 5000, *, is_required: bool = False) -> forms.CharField:
    return forms.CharField(
        required=is_required, max_length=most, widget=forms.Textarea(attrs={"rows": 3})
    )


def _heads() -> forms.IntegerField:
    return forms.IntegerField(min_value=1, max_value=MOST_HEADS)


def _cost() -> forms.DecimalField:
    # Yuan on the page, fen below it; the law's limit of a row is 10^15 fen.
    return forms.DecimalField(
        required=False, min_value=0, max_digits=15, decimal_places=2, localize=False
    )


class ActivationForm(PageForm):
    """What happened, how grave it is, and by which decision it is an emergency."""

    words = "emergencies.field"
    programme = forms.ChoiceField()
    name_zh = forms.CharField(max_length=160)
    name_en = forms.CharField(max_length=160)
    level = forms.TypedChoiceField(coerce=int)
    mode = forms.ChoiceField(widget=forms.RadioSelect)
    activated_on = date_field()
    document = forms.CharField(max_length=200)
    area = forms.MultipleChoiceField(required=False, widget=forms.SelectMultiple({"size": 8}))
    hub = forms.ChoiceField(required=False)
    round = forms.ChoiceField(required=False)

    def __init__(
        self,
        request: HttpRequest,
        *,
        programmes: Choices,
        places: Choices,
        regions: Choices,
        rounds: Choices,
    ) -> None:
        """Offer the programmes, levels, modes, places, regions and rounds."""
        super().__init__(request, initial={"activated_on": timezone.localdate(), "mode": "assign"})
        _offer(self, "programme", programmes)
        _offer(self, "area", regions)
        _offer(self, "hub", (("", "—"), *places))
        _offer(self, "round", (("", "—"), *rounds))
        _offer(self, "level", choices_of(request, "emergencies.level", map(str, LEVELS)))
        _offer(self, "mode", choices_of(request, "emergencies.mode", MODES))


class LevelForm(PageForm):
    """Another level, and by which document."""

    words = "emergencies.field"
    level = forms.TypedChoiceField(coerce=int)
    reason = _text(is_required=True)

    def __init__(self, request: HttpRequest, level: int) -> None:
        """Offer the levels, the present one first."""
        super().__init__(request, initial={"level": level})
        _offer(self, "level", choices_of(request, "emergencies.level", map(str, LEVELS)))


class DocumentForm(PageForm):
    """By which document."""

    words = "emergencies.field"
    document = forms.CharField(max_length=200)


class ReasonForm(PageForm):
    """Why."""

    words = "emergencies.field"
    reason = _text(is_required=True)


class EndForm(ReasonForm):
    """From which day on something is held no longer, and why."""

    ended_on = date_field()
    field_order = ("ended_on", "reason")


class LeaveForm(ReasonForm):
    """On which day somebody left, and why."""

    left_on = date_field()
    field_order = ("left_on", "reason")


class NoteForm(PageForm):
    """What there is to note."""

    words = "emergencies.field"
    note = _text()


class NeedForm(PageForm):
    """How many people of which kind a place needs, and when."""

    words = "emergencies.field"
    place = forms.ChoiceField()
    kind = forms.ChoiceField()
    heads = _heads()
    skills = SkillsField()
    starts_on = date_field()
    until = date_field(required=False)
    expires_on = date_field(required=False)
    note = _text()

    def __init__(self, request: HttpRequest, *, places: Choices) -> None:
        """Offer the places that the reader enters for."""
        super().__init__(request, initial={"starts_on": timezone.localdate()})
        _offer_skills(self)
        _offer(self, "place", places)
        _offer(self, "kind", choices_of(request, "emergencies.kind", KINDS))


class ProlongForm(PageForm):
    """Until when people are needed, and the call is good."""

    words = "emergencies.field"
    until = date_field(required=False)
    expires_on = date_field(required=False)
    reason = _text(is_required=True)


class StepForm(PageForm):
    """What a step has to say, and what it may say besides."""

    words = "emergencies.field"
    relieves = forms.ChoiceField(required=False)
    home = forms.ChoiceField()
    heads = _heads()
    starts_on = date_field(required=False)
    ends_on = date_field(required=False)
    answer_by = date_field(required=False)
    package = forms.ChoiceField(required=False)
    team = forms.ChoiceField()
    cost = _cost()
    document = forms.CharField(max_length=200)
    reason = _text()
    text = _text()

    def __init__(
        self,
        request: HttpRequest,
        *,
        terms: Sequence[str],
        extra: Sequence[str] = (),
        last: Step | None = None,
        offered: Mapping[str, Choices] | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        """
        Ask for *terms*, which the step has to say, and *extra*, which it may.

        What an earlier step said stands in the fields. A field of choices without a choice is left out.
        """
        said = {
            name: getattr(last, name, None) for name in ("heads", "starts_on", "ends_on")
        } if last else {}  # fmt: skip
        super().__init__(request, initial={**said, **(initial or {})})
        for name, field in list(self.fields.items()):
            if name not in (*terms, *extra):
                del self.fields[name]
                continue
            field.required = name in terms
            choices = (offered or {}).get(name)
            if choices is not None:
                _offer(self, name, choices if field.required else (("", "—"), *choices))

    def message(self, given: Mapping[str, Any], **more: Any) -> Message:
        """Return what was said as the message of a step."""
        said: dict[str, Any] = {
            name: given[name]
            for name in ("heads", "starts_on", "ends_on", "document", "reason", "text")
            if given.get(name)
        }
        for name in ("package", "team"):
            if given.get(name):
                said[f"{name}_id"] = given[name]
        if given.get("cost") is not None:
            said["cost"] = int(Decimal(given["cost"]) * 100)
        if given.get("answer_by"):
            said["answer_by"] = timezone.make_aware(datetime.combine(given["answer_by"], time(18)))
        return Message(**said, **more)


class OrderForm(PageForm):
    """A proposed order, to be taken over as it is or in another form."""

    words = "emergencies.field"
    heads = _heads()
    leaves_on = date_field()
    arrives_on = date_field()
    document = forms.CharField(max_length=200, required=False)
    reason = _text()

    CHANGEABLE = ("heads", "leaves_on", "arrives_on")

    def __init__(self, request: HttpRequest, proposal: OrderProposal) -> None:
        """Show what is proposed."""
        self.proposal = proposal
        initial = {name: getattr(proposal, name) for name in self.CHANGEABLE}
        super().__init__(request, initial=initial)

    def changes(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what differs from the proposal."""
        return {
            name: given[name]
            for name in self.CHANGEABLE
            if name in given and given[name] != getattr(self.proposal, name)
        }


class SupposeForm(PageForm):
    """What is supposed: where a team goes or that it stays, or how many more a need is of."""

    words = "emergencies.suppose_field"
    team = forms.ChoiceField(required=False)
    need = forms.ChoiceField(required=False)
    more = forms.IntegerField(required=False, min_value=-MOST_HEADS, max_value=MOST_HEADS)

    def __init__(self, request: HttpRequest, *, teams: Choices, needs: Choices) -> None:
        """Offer the teams and needs that the planner is asked about; those in the address stand first."""
        asked = {key: request.GET[key] for key in ("team", "need") if key in request.GET}
        super().__init__(request, initial=asked)
        _offer(self, "team", (("", "—"), *teams))
        _offer(self, "need", (("", "—"), *needs))

    def supposition(self, given: Mapping[str, Any]) -> Supposition:
        """Return what was entered."""
        kind, _, key = given["team"].partition(":")
        said: dict[str, Any] = {f"{kind}_id": UUID(key)} if key else {}
        if given["need"]:
            said["need_id"] = UUID(given["need"])
        return Supposition(**said, more=given["more"] or 0)


class ClaimForm(PageForm):
    """The voucher by which a claim is entered in the books, and for what it was."""

    words = "emergencies.field"
    purpose = forms.ChoiceField()
    issuer = forms.CharField(max_length=200)
    number = forms.CharField(max_length=80)
    issued_on = date_field()
    amount = forms.DecimalField(min_value=0, max_digits=15, decimal_places=2)

    def __init__(
        self, request: HttpRequest, *, purposes: Choices, initial: Mapping[str, Any]
    ) -> None:
        """Offer the purposes of the pair, and what is claimed."""
        super().__init__(request, initial=initial)
        _offer(self, "purpose", purposes)

    def voucher(self, given: Mapping[str, Any]) -> GivenVoucher:
        """Return what was entered as a voucher."""
        return GivenVoucher(
            issuer=given["issuer"],
            number=given["number"],
            issued_on=given["issued_on"],
            amount=int(given["amount"] * 100),
        )


class PackageForm(PageForm):
    """What is held ready before any emergency."""

    words = "emergencies.field"
    name = forms.CharField(max_length=200)
    kind = forms.ChoiceField()
    heads = _heads()
    skills = SkillsField()
    cost = _cost()
    equipment = _text()
    equipment_readiness = forms.ChoiceField()
    people_readiness = forms.ChoiceField()
    funding_readiness = forms.ChoiceField()
    ready_within_days = forms.IntegerField(required=False, min_value=0, max_value=365)
    backers = OfficesField()

    def __init__(
        self,
        request: HttpRequest,
        *,
        organisations: Mapping[str, Organisation],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        """Offer kinds, readiness, and who may back it."""
        super().__init__(request, initial=initial)
        self.organisations = organisations
        _offer_skills(self)
        self.fields["cost"].label = say_to(request, "emergencies.column.cost_per_day")
        backers: OfficesField = self.fields["backers"]  # type: ignore[assignment]  # it is declared so
        backers.offer({key: names_of(request, row) for key, row in organisations.items()})
        _offer(self, "kind", choices_of(request, "emergencies.kind", KINDS))
        for part in ("equipment", "people", "funding"):
            words = choices_of(request, "emergencies.readiness", READINESS)
            _offer(self, f"{part}_readiness", words)

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was entered as an operation takes it."""
        values = {name: given[name] for name in given if name not in {"cost", "equipment"}}
        cost = given.get("cost")
        values["cost_per_day"] = None if cost is None else int(Decimal(cost) * 100)
        values["equipment"] = [
            line.strip() for line in given["equipment"].splitlines() if line.strip()
        ]
        values["backers"] = [self.organisations[key] for key in given["backers"]]
        return values


class TeamForm(PageForm):
    """A team that goes together."""

    words = "emergencies.field"
    name = forms.CharField(max_length=200)
    heads = _heads()
    skills = SkillsField()
    package = forms.ChoiceField(required=False)

    def __init__(self, request: HttpRequest, *, packages: Choices) -> None:
        """Offer the own packages."""
        super().__init__(request)
        _offer_skills(self)
        _offer(self, "package", (("", "—"), *packages))


class MemberForm(PageForm):
    """Somebody on a team."""

    words = "emergencies.field"
    name = forms.CharField(max_length=120)
    skill = forms.CharField(max_length=60, required=False)
    is_leader = forms.BooleanField(required=False)
    person = forms.ChoiceField(required=False)

    def __init__(self, request: HttpRequest, *, people: Choices) -> None:
        """Offer who holds a role here, and can work the phone."""
        super().__init__(request)
        _offer(self, "person", (("", "—"), *people))


def _offer(form: forms.Form, name: str, choices: Any) -> None:
    form.fields[name].choices = list(choices)  # type: ignore[attr-defined]  # a choice


def _offer_skills(form: forms.Form) -> None:
    field: SkillsField = form.fields["skills"]  # type: ignore[assignment]  # it is declared so
    field.offer(list_known_skills())
