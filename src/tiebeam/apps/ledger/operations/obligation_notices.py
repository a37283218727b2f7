"""Draft the yearly notice of a donor, discard a draft, and issue it by a second person."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from tiebeam.apps.ledger.models import Batch, ClosedYear
from tiebeam.apps.ledger.obligation_models import ObligationNotice
from tiebeam.apps.ledger.operations.dues import refuse_counting_twice
from tiebeam.apps.ledger.operations.notice_readers import show_notice_to_readers
from tiebeam.apps.ledger.operations.posting import Entered, Hand, posting
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.ledger.operations.years import refuse_far_year
from tiebeam.apps.ledger.queries.obligations import (
    ILLUSTRATIVE,
    Grounds,
    batch_id_of,
    correction_of,
    find_grounds,
    list_donor_years,
    list_pairings_in,
)
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.programmes.operations.rights import (
    STEERING,
    own_programme,
    refuse_without_reason,
)
from tiebeam.apps.regions.models import Organisation
from tiebeam.core.ledger.chart import LARGEST_AMOUNT
from tiebeam.core.rules.rule import Document
from tiebeam.errors import Refused, TiebeamError, both_names
from tiebeam.platform.audit.writing import record_change, record_changes, record_creation, state_of
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.tenancy.acting import Actor

ILLUSTRATIVE_NOTE = "示意 / illustrative"
"""Stands with the batch in every journal, whatever program reads it."""


class DraftExists(Refused):
    """A draft for this donor and year waits to be issued or discarded."""

    code = "obligations.draft_exists"


class NothingChanged(Refused):
    """What is known today gives the notice that stands."""

    code = "obligations.nothing_changed"


class DueTooLarge(Refused):
    """The due is more than the ledger takes: a unit may have slipped."""

    code = "obligations.due_too_large"


class WeightsDiffer(Refused):
    """The weights name other pairings than the donor has in that year."""

    code = "obligations.weights_differ"


class NotADraft(Refused):
    """The notice was issued or discarded already."""

    code = "obligations.not_a_draft"


class SecondPerson(Refused):
    """Who drafted a notice does not issue it, by whatever hand."""

    code = "obligations.second_person"


class DraftOutdated(Refused):
    """What the draft rests on has changed since; it is discarded and drafted anew."""

    code = "obligations.draft_outdated"


@operation("ledger.draft_notice", roles=STEERING)
def draft_notice(
    *,
    programme: Programme,
    donor: Organisation,
    year: int,
    actor: Actor,
    now: datetime,
    weights: Mapping[str, int] | None = None,
    reason: str = "",
    is_confirmed: bool = False,
) -> ObligationNotice:
    """
    Draft what a donor owes for a year, with the whole derivation; a further version where one stands.

    Args:
        programme, donor, year: Whose due, and when.
        weights: Id of the pairing → weight; without them those of the newest notice, else all alike.
        reason: Why, where a notice stands.
        is_confirmed: The figure was looked at, though it lies far from those of other years.

    Raises:
        DraftExists: One waits already.
        ReasonMissing: A notice stands, and no reason is given.
        NothingChanged: It would say what the standing one says.
        YearOutOfRange: It is no year of our time.
        RuleNotChosen, NoPairing, DonorWithoutRegion, BaseMissing, WeightsDiffer, DueTooLarge:
            Something has to be entered or set right first.
        Refused, InvalidInput: As the rule demands; a figure that looks like a slipped
            unit is a question (``units.seems_too_large``) until it is confirmed.
    """
    programme = own_programme(programme, actor=actor, name="ledger.draft_notice")
    refuse_far_year(year)
    donor = Organisation.objects.get(pk=donor.pk)
    if _notices(programme, donor, year).filter(state="draft").exists():
        raise DraftExists(donor=both_names(donor), year=year)
    standing = _notices(programme, donor, year).filter(state="issued").first()
    _refuse_other_pairings(programme, donor, year, weights)
    grounds = find_grounds(programme, donor, year, dict(weights) if weights else None)
    derivation = grounds.derivation
    if standing is not None:
        if standing.derivation == derivation.as_plain():
            raise NothingChanged(donor=both_names(donor), year=year)
        refuse_without_reason(reason)
    if derivation.due_fen > LARGEST_AMOUNT:
        raise DueTooLarge(fen=derivation.due_fen, limit=LARGEST_AMOUNT)
    if not is_confirmed:
        grounds.question()
    newest = _notices(programme, donor, year).aggregate(newest=Max("version"))["newest"] or 0
    notice = ObligationNotice(
        tenant_id=actor.organisation_id,
        programme=programme,
        donor=donor,
        year=year,
        version=newest + 1,
        rule_id=grounds.rule.id,
        rule_version=grounds.rule.version,
        base=grounds.statistic,
        amount=derivation.due_fen,
        derivation=derivation.as_plain(),
        is_illustrative=derivation.is_illustrative,
        supersedes=standing,
        reason=reason.strip() if standing else "",
        maker_id=actor.person_id,
        maker_for_id=actor.deputy_of,
        drafted_at=now,
    )
    notice.save(force_insert=True)
    record_creation(
        actor=actor, now=now, action="ledger.draft_notice", record=notice, reason=notice.reason
    )
    return notice


@operation("ledger.draft_notices", roles=STEERING)
def draft_notices(
    *, programme: Programme, year: int, actor: Actor, now: datetime
) -> list[ObligationNotice]:
    """
    Draft the first notice of each donor of a year; who lacks a figure or a rate is left out.

    Why a donor was left out is told when its notice is drafted alone.
    """
    programme = own_programme(programme, actor=actor, name="ledger.draft_notices")
    refuse_far_year(year)
    drafted = []
    for row in list_donor_years(programme.pk, year):
        if row.issued is None and row.draft is None:
            with suppress(TiebeamError), transaction.atomic():
                drafted.append(
                    draft_notice(
                        programme=programme, donor=row.donor, year=year, actor=actor, now=now
                    )
                )
    return drafted


@operation("ledger.discard_notice", roles=STEERING)
def discard_notice(
    *, notice: ObligationNotice, reason: str, actor: Actor, now: datetime
) -> ObligationNotice:
    """
    Discard the draft of a notice; it stays on record as discarded.

    Raises:
        NotADraft: It was issued or discarded already.
        ReasonMissing: No reason is given.
    """
    notice = _own_draft(notice, actor=actor, name="ledger.discard_notice")
    refuse_without_reason(reason)
    before = state_of(notice)
    notice.state = "discarded"
    notice.save()
    record_change(
        actor=actor,
        now=now,
        action="ledger.discard_notice",
        record=notice,
        before=before,
        reason=reason,
    )
    return notice


@operation("ledger.issue_notice", roles=STEERING)
def issue_notice(*, notice: ObligationNotice, actor: Actor, now: datetime) -> ObligationNotice:
    """
    Issue a drafted notice: the donor is told, and the ledger takes what it owes to each pairing.

    A later version posts the difference to each pairing, up or down, in the open year, and
    supersedes the one that stood.

    Raises:
        NotADraft: It was issued or discarded already.
        SecondPerson: Who drafted it does not issue it.
        DueByHand: The due of the year was recorded by hand, and is reversed first.
        DraftOutdated: A figure, rate, rule or list that it rests on has changed since.
        Refused: The ledger takes nothing in that year yet.
    """
    notice = _own_draft(notice, actor=actor, name="ledger.issue_notice")
    if {actor.person_id, actor.deputy_of} & {notice.maker_id, notice.maker_for_id} - {None}:
        raise SecondPerson
    grounds = _refuse_outdated(notice)
    earlier = notice.supersedes
    if earlier is not None:
        before = state_of(earlier)
        earlier.state = "superseded"
        earlier.save()
        record_change(
            actor=actor, now=now, action="ledger.issue_notice", record=earlier, before=before
        )
    before = state_of(notice)
    notice.state = "issued"
    notice.checker_id, notice.checker_for_id = actor.person_id, actor.deputy_of
    notice.issued_at = now
    notice.save()
    show_notice_to_readers(notice, actor, now)
    record_change(
        actor=actor,
        now=now,
        action="ledger.issue_notice",
        record=notice,
        before=before,
        reason=notice.reason,
        parties=[notice.donor_id],
    )
    _post(notice, grounds, actor, now)
    return notice


def _notices(programme: Programme, donor: Organisation, year: int) -> QuerySet[ObligationNotice]:
    found: QuerySet[ObligationNotice] = ObligationNotice.objects.filter(
        programme=programme, donor=donor, year=year
    )
    return found


def _own_draft(notice: ObligationNotice, *, actor: Actor, name: str) -> ObligationNotice:
    """Return the draft, and its programme, locked, after asking for the right."""
    require(actor, name, notice.programme_id)
    Programme.objects.lock(notice.programme_id)
    locked: ObligationNotice = ObligationNotice.objects.lock(notice.pk)
    require(actor, name, locked.programme_id)
    if locked.state != "draft":
        raise NotADraft(state=locked.state)
    return locked


def _refuse_other_pairings(
    programme: Programme, donor: Organisation, year: int, weights: Mapping[str, int] | None
) -> None:
    if not weights:
        return
    known = {str(row.pk) for row in list_pairings_in(programme.pk, year, donor.pk)}
    if set(weights) != known:
        raise WeightsDiffer(donor=both_names(donor), year=year)


def _refuse_outdated(notice: ObligationNotice) -> Grounds:
    """Return what the draft rests on, or raise where what is known today no longer gives it."""
    weights = {
        key: int(weight)
        for step in notice.derivation["steps"]
        if step["code"] == "obligations.step.shares"
        for key, weight in step["facts"]["weights"].items()
    }
    standing = _notices(notice.programme, notice.donor, notice.year).filter(state="issued").first()
    try:
        grounds = find_grounds(notice.programme, notice.donor, notice.year, weights)
    except TiebeamError as error:
        raise DraftOutdated from error
    if (
        grounds.derivation.as_plain() != notice.derivation
        or (standing and standing.pk) != notice.supersedes_id
        or set(weights) != {str(row.pk) for row in grounds.pairings}
    ):
        raise DraftOutdated
    return grounds


def _post(notice: ObligationNotice, grounds: Grounds, actor: Actor, now: datetime) -> None:
    """Post the due to each pairing; of a later version what it changes, up or down (§P9)."""
    correction = correction_of(notice)
    moved = grounds.derivation.shares if correction is None else correction.by_pairing
    keys = [key for key in sorted(moved) if moved[key]]
    if not keys:
        return
    if correction is None:
        refuse_counting_twice(notice, keys)
    rows = Pairing.objects.filter(pk__in=keys).select_related("programme")
    pairings = {str(row.pk): row for row in rows}
    days = _list_days(notice, keys, timezone.localdate(now))
    entered = [
        Entered(
            batch_id_of(notice.pk, key),
            pairings[key],
            Terms(
                kind="obligation"
                if correction is None
                else "due_up"
                if moved[key] > 0
                else "due_down",
                valid_on=days[key],
                relates_to=notice.year if days[key].year > notice.year else 0,
                amount=abs(moved[key]),
                document=_name_document(grounds.rule.document),
                reason_code=ILLUSTRATIVE if notice.is_illustrative else "",
                note=ILLUSTRATIVE_NOTE if notice.is_illustrative else "",
            ),
            is_by_rule=True,
        )
        for key in keys
    ]
    maker = Hand(notice.maker_id, notice.maker_for_id)
    with posting(entered, maker=maker, actor=actor, now=now) as (made, sit):
        for each in entered:
            made.add(each)
        made.write(sit)
    changes = [(Batch(**each.batch), None) for each in made.composed]
    parties = {pk for row in pairings.values() for pk in (row.donor_id, row.recipient_id)}
    record_changes(
        actor=actor, now=now, action="ledger.issue_notice", changes=changes, parties=parties
    )


def _list_days(notice: ObligationNotice, keys: list[str], today: date) -> dict[str, date]:
    """Return pairing → the day nearest to today of the year of the notice, or of the earliest that the donor's book has open."""
    closed = ClosedYear.objects.filter(
        book__pairing_id__in=keys, book__side="donor", year__gte=notice.year
    )
    last = {
        str(pairing_id): year
        for pairing_id, year in closed.order_by("year").values_list("book__pairing_id", "year")
    }
    years = {key: last.get(key, notice.year - 1) + 1 for key in keys}
    return {
        key: min(max(today, date(year, 1, 1)), date(year, 12, 31)) for key, year in years.items()
    }


def _name_document(document: Document) -> str:
    """Return by what a document is known: its number, its title, and only where both lack its address."""
    return (document.number or document.title.get("zh", "") or document.page)[:200]
