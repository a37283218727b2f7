"""What a programme fixes for a fiscal year, before anything is posted in it (§L8)."""

from datetime import datetime

from django.db.models import Q

from tiebeam.apps.ledger.models import PROFILES, Account, Batch, ProgrammeYear
from tiebeam.apps.ledger.operations.parts import MAKERS_OF
from tiebeam.apps.pairings.operations.rights import lock_own_programme
from tiebeam.apps.programmes.models import Programme
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import record_change, record_creation, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor

OWED, HELD = ("R2200", "R2300"), ("R1000", "R1330")
"""What a recipient owes, and what it holds or has sent back: on receipt, the money alone tells what is unspent."""


class ProfileUnknown(Refused):
    """There are two ways to recognise revenue; facts: ``profile``, ``known``."""

    code = "ledger.profile_unknown"


class YearInUse(Refused):
    """What was fixed for a year stays, once something is posted in it; facts: ``year``."""

    code = "ledger.year_in_use"


class MoneyStillOwed(Refused):
    """The profile changes between years only where nothing is unspent or to be refunded; facts: ``year``, ``owed``."""

    code = "ledger.money_still_owed"


class YearOutOfRange(Refused):
    """A fiscal year is a year of our time; facts: ``year``."""

    code = "ledger.year_out_of_range"


@operation("ledger.set_programme_year", roles=MAKERS_OF["coordinator"])
def set_programme_year(
    *,
    programme: Programme,
    year: int,
    profile: str,
    refund_reopens: bool,
    actor: Actor,
    now: datetime,
) -> ProgrammeYear:
    """
    Fix for a fiscal year how revenue is recognised, and whether refunds can be committed anew.

    Set a second time alike, nothing changes.

    Raises:
        NotOwner: Another organisation steers the programme.
        ProfileUnknown, YearOutOfRange: As their names say.
        YearInUse: Something is posted in it.
        MoneyStillOwed: The profile would differ from that of a year beside it, and money is unspent or to be refunded.
    """
    programme = lock_own_programme(actor, "ledger.set_programme_year", programme)
    if profile not in PROFILES:
        raise ProfileUnknown(profile=profile, known=tuple(PROFILES))
    refuse_far_year(year)
    found = ProgrammeYear.objects.filter(programme=programme, year=year).first()
    standing: ProgrammeYear | None = found
    if standing is None:
        standing = ProgrammeYear(
            tenant_id=actor.organisation_id,
            scope_id=programme.scope_id,
            programme=programme,
            year=year,
            profile=profile,
            refund_reopens=refund_reopens,
        )
        _refuse_while_owed(standing)
        standing.save(force_insert=True)
        record_creation(actor=actor, now=now, action="ledger.set_programme_year", record=standing)
        return standing
    if (standing.profile, standing.refund_reopens) == (profile, refund_reopens):
        return standing
    # What was told late is of an earlier year, and stands in this one.
    stands_in = Q(year=year) | Q(donor_year=year) | Q(recipient_year=year)
    if Batch.objects.filter(stands_in, programme=programme).exists():
        raise YearInUse(year=year)
    before = state_of(standing)
    standing.profile, standing.refund_reopens = profile, refund_reopens
    _refuse_while_owed(standing)
    standing.save()
    record_change(
        actor=actor, now=now, action="ledger.set_programme_year", record=standing, before=before
    )
    return standing


def refuse_far_year(year: int) -> None:
    """
    Refuse what is no year of our time.

    Raises:
        YearOutOfRange: It is not.
    """
    if not 1949 <= year <= 2999:
        raise YearOutOfRange(year=year)


def _refuse_while_owed(wanted: ProgrammeYear) -> None:
    """Refuse another profile than that of the year before while recipients hold unspent money."""
    former = (
        ProgrammeYear.objects.filter(programme_id=wanted.programme_id, year__lt=wanted.year)
        .order_by("-year")
        .first()
    )
    if former is None or former.profile == wanted.profile:
        return
    rows = Account.objects.filter(book__programme_id=wanted.programme_id)
    owed = max(
        sum(rows.filter(code__in=codes).values_list("balance", flat=True)) for codes in (OWED, HELD)
    )
    if owed:
        raise MoneyStillOwed(year=former.year, owed=owed)
