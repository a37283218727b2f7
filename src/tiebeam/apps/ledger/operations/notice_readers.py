"""
Who reads issued notices: the donor, ministry and assessor of the programme, and auditors of the donor's money.

An auditor whose region is the donor's, or lies above it, or who has none, audits the donor's money (§L1).
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from tiebeam.apps.ledger.obligation_models import ObligationNotice
from tiebeam.apps.ledger.operations.overseers import list_above
from tiebeam.apps.pairings.operations.readers import let_read
from tiebeam.apps.programmes.models import Participant
from tiebeam.apps.programmes.operations.participants import follow_participation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.grants import end_reading, grant_reading

OVERSEEING = ("ministry", "assessor", "auditor")


def show_notice_to_readers(notice: ObligationNotice, actor: Actor, now: datetime) -> None:
    """Let the donor, and whoever oversees its money as long as that lasts, read a notice."""
    let_read(
        actor=actor,
        scope_id=notice.scope_id,
        organisation_ids=[notice.donor_id],
        role="donor",
        now=now,
    )
    today = timezone.localdate(now)
    _grant([notice], _lasting(today, programme_id=notice.programme_id), actor, today)


@follow_participation
def follow_notices(participant: Participant, actor: Actor, now: datetime) -> None:
    """Let who now oversees the programme read its notices; who no longer does reads them no longer."""
    today = timezone.localdate(now)
    notices = list(
        ObligationNotice.objects.owned()
        .filter(programme_id=participant.programme_id, state__in=["issued", "superseded"])
        .exclude(donor_id=participant.organisation_id)
        .select_related("donor")
    )
    for notice in notices:
        end_reading(
            actor=actor,
            scope_id=notice.scope_id,
            organisation_id=participant.organisation_id,
            until=today,
        )
    lasting = _lasting(
        today,
        programme_id=participant.programme_id,
        organisation_id=participant.organisation_id,
    )
    _grant(notices, lasting, actor, today)


def _lasting(today: date, **conditions: object) -> list[Participant]:
    rows = Participant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=today), side__in=OVERSEEING, **conditions
    )
    return list(rows.select_related("organisation"))


def _grant(
    notices: Iterable[ObligationNotice],
    participants: list[Participant],
    actor: Actor,
    today: date,
) -> None:
    for notice in notices:
        for each in participants:
            auditor = each.organisation.region_id if each.side == "auditor" else None
            if auditor is None or auditor in list_above(notice.donor.region_id):
                grant_reading(
                    actor=actor,
                    scope_id=notice.scope_id,
                    organisation_ids=[each.organisation_id],
                    role=each.side,
                    valid_from=max(today, each.valid_from or today),
                    valid_until=each.valid_until,
                )
