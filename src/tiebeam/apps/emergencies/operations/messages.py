"""What one side says of a deployment: the message of a step, and what is wrong with it (§E6)."""

import hashlib
import json
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from django.utils import timezone

from tiebeam.apps.emergencies.models import Step
from tiebeam.apps.emergencies.states import Row
from tiebeam.apps.people.operations.faults import MOST_HEADS
from tiebeam.errors import Fault, InvalidInput
from tiebeam.platform.audit.canonical import plain
from tiebeam.platform.permissions.operations import Given
from tiebeam.units import MOST_FEN

MOST_TEXT = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Given):
    """
    What is said; what does not concern the step stays empty.

    Attributes:
        id: Chosen by the device, so that the same message sent again counts once.
        sent_at: The time of the device; now where it is not given.
        answers_id: The message that it answers.
        heads: How many people it is about; how many are present, of a check-in.
        starts_on: The first day of the tour.
        ends_on: The day on which the tour ends, no longer on duty.
        answer_by: Until when an answer is awaited.
        package_id: The package that is offered.
        team_id: The team that is sent, or is to take its place.
        cost: Fen.
        document: Number or title of the document that it rests on.
        reason: Why.
        text: What else there is to say.
    """

    id: UUID | None = None
    sent_at: datetime | None = None
    answers_id: UUID | None = None
    heads: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    answer_by: datetime | None = None
    package_id: UUID | None = None
    team_id: UUID | None = None
    cost: int | None = None
    document: str = ""
    reason: str = ""
    text: str = ""

    def completed(self, now: datetime) -> "Message":
        """Return the message with an id and a time, its texts without blanks around them."""
        return replace(
            self,
            id=self.id or uuid4(),
            sent_at=_aware(self.sent_at) or now,
            answer_by=_aware(self.answer_by),
            document=self.document.strip(),
            reason=self.reason.strip(),
            text=self.text.strip(),
        )


def hash_of(event: str, about: object, message: Message) -> str:
    """Return the hash by which the same message about the same thing is known again."""
    said = {field.name: plain(getattr(message, field.name)) for field in fields(message)}
    body = json.dumps([event, str(about), said], sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()


def refuse_unfit(message: Message, row: Row, before: Step | None, now: datetime) -> None:
    """
    Refuse a message that lacks what its step has to say, or says it in no sense.

    Raises:
        InvalidInput: With every fault.
    """
    carried = None if row.event == "ask_extension" else before
    lacking = [term for term in row.terms if not _says(message, term, carried)]
    faults = [
        Fault(code="emergencies.term_missing", place="message", column=term) for term in lacking
    ]
    for name, low, most in (("heads", 0 if row.event == "check_in" else 1, MOST_HEADS),
                            ("cost", 0, MOST_FEN)):  # fmt: skip
        number = getattr(message, name)
        if number is not None and not low <= number <= most:
            faults.append(_fault("regions.out_of_range", name, number, low=low, high=most))
    lengths = {"document": 200, "reason": MOST_TEXT, "text": MOST_TEXT}
    for name, most in lengths.items():
        if len(getattr(message, name)) > most:
            length = len(getattr(message, name))
            faults.append(_fault("regions.text_too_long", name, "", most=most, length=length))
    starts = message.starts_on or (before.starts_on if before else None)
    ends = message.ends_on
    if starts is not None and ends is not None and ends < starts:
        faults.append(_fault("emergencies.ends_before_it_starts", "ends_on", ends))
    faults += _list_day_faults(message, row, before, now)
    if faults:
        raise InvalidInput(faults)


def _list_day_faults(message: Message, row: Row, before: Step | None, now: datetime) -> list[Fault]:
    """Return a fault for a duty that begins tomorrow, a limit that is past, and an extension that is none."""
    faults, starts, ends = [], message.starts_on, message.ends_on
    if row.event == "begin_duty" and starts is not None and starts > timezone.localdate(now):
        faults.append(_fault("emergencies.day_to_come", "starts_on", starts, day=starts))
    if message.answer_by is not None and message.answer_by <= now:
        faults.append(_fault("emergencies.limit_past", "answer_by", message.answer_by.isoformat()))
    if row.event == "ask_extension" and before is not None and ends is not None:
        until = before.deployment.need.until
        if before.ends_on is not None and ends <= before.ends_on:
            faults.append(_fault("emergencies.no_longer", "ends_on", ends, day=before.ends_on))
        if until is not None and ends > until:
            faults.append(_fault("emergencies.beyond_need", "ends_on", ends, day=until))
    return faults


def _says(message: Message, term: str, before: Step | None) -> bool:
    """Return whether *message* says *term*, or an earlier one said it and it still holds."""
    name = f"{term}_id" if term in {"team", "package"} else term
    if getattr(message, name) not in {None, ""}:
        return True
    return getattr(before, name, None) is not None and term in {"heads", "starts_on", "ends_on"}


def _fault(code: str, column: str, value: object, **facts: object) -> Fault:
    return Fault(
        code=code, place="message", column=column, value=str(value)[:80], facts=dict(facts)
    )


def _aware(moment: datetime | None) -> datetime | None:
    if moment is None or timezone.is_aware(moment):
        return moment
    return timezone.make_aware(moment)
