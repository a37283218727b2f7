"""What the first page tells of reimbursements to be checked, and of tranches that fall due."""

from datetime import date, timedelta

from django.conf import settings
from django.urls import reverse

from tiebeam.apps.ledger.claim_models import Reimbursement
from tiebeam.apps.ledger.queries.claims import list_claims
from tiebeam.apps.ledger.queries.schedule import list_schedules
from tiebeam.interfaces.web.claims.words import may_do
from tiebeam.interfaces.web.home.sections import Item, section
from tiebeam.interfaces.web.money.words import in_both_languages, is_same_person
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor


@section("waiting")
def list_claims_waiting(actor: Actor, today: date) -> list[Item]:
    """
    List the reimbursements that the acting person of finance is to check.

    One that is checked waits as the expenditure that was proposed by it, among all that was.
    """
    del today
    if not actor.has_role(Role.RECIPIENT_FINANCE):
        return []
    return [
        Item(
            code="claims.home.requested",
            facts={
                "title": claim.reimbursement.title,
                "what": in_both_languages(claim.reimbursement.amount),
            },
            address=reverse("reimbursement", args=[claim.reimbursement.pk]),
        )
        for claim in list_claims(states=("requested",))
        if _may_check(actor, claim.reimbursement)
    ]


@section("due")
def list_tranches_due(actor: Actor, today: date) -> list[Item]:
    """List the tranches that the acting person of finance is to have paid by now, or soon."""
    if not actor.has_role(Role.DONOR_FINANCE):
        return []
    soon = today + timedelta(days=settings.TIEBEAM_TRANCHE_DAYS)
    return [
        Item(
            code="claims.home.tranche",
            facts={
                "what": in_both_languages(line.unpaid),
                "recipient": line.tranche.pairing.recipient,
            },
            address=reverse("tranche", args=[line.tranche.pk]),
            on=line.tranche.due_on,
            status="bad" if line.tranche.due_on < today else "",
        )
        for schedule in list_schedules(donor_id=actor.organisation_id)
        for line in schedule.lines
        if line.unpaid and line.tranche.due_on <= soon
    ]


def _may_check(actor: Actor, row: Reimbursement) -> bool:
    return not is_same_person(actor, row.requested_by_id, row.requested_for_id) and may_do(
        actor, "ledger.check_reimbursement", row.pairing, row.tenant_id
    )
