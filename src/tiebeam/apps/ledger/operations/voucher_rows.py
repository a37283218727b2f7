"""Rows of a sheet of vouchers, each with its reimbursement: what each would do, and take them in."""

import copy
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from tiebeam.apps.ledger.claim_models import Reimbursement, Voucher
from tiebeam.apps.ledger.models import Book
from tiebeam.apps.ledger.operations.cell_values import in_yuan, read_amount, read_day, read_texts
from tiebeam.apps.ledger.operations.claims import OFFICE, list_claim_faults
from tiebeam.apps.ledger.operations.vouchers import (
    GivenVoucher,
    draft_voucher,
    list_use_faults,
    list_voucher_faults,
)
from tiebeam.apps.ledger.queries.claims import Claim, list_claims
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.regions.operations.checks import refuse_without_reason
from tiebeam.apps.regions.operations.looking import Tell, tell_nobody, write_rows
from tiebeam.apps.regions.operations.rows import (
    GivenRow,
    PlannedRow,
    as_uuid,
    fault,
    list_changes,
    list_twice,
)
from tiebeam.errors import Fault, Refused
from tiebeam.platform.audit.writing import record_change, state_of
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold

ACTION = "ledger.take_in_vouchers"
OF_CLAIM = ("payee", "purpose", "nature")
OF_VOUCHER = ("issuer", "number", "amount", "issued_on")


@operation(ACTION, roles=OFFICE)
def take_in_vouchers(
    *, rows: Sequence[GivenRow], reason: str, actor: Actor, now: datetime
) -> list[UUID]:
    """
    Request what the new vouchers of a sheet ask for, and correct those not checked yet; all, or nothing.

    New vouchers with the same title and pair are one reimbursement, whose amount is their sum.

    Raises:
        InvalidInput: Every cell that cannot be taken; then nothing is written.
        ReasonMissing: No reason is given.
    """
    refuse_without_reason(reason)
    hold(actor.organisation_id)
    sheet = _Sheet(actor, now)
    planned = sheet.plan(rows)
    # What a row of an open reimbursement changes, changes its amount.
    written = write_rows(
        rows, planned, sheet.opened(planned), actor=actor, now=now, action=ACTION, reason=reason
    )
    for claim, before in sheet.list_summed(planned):
        claim.save()
        record_change(
            actor=actor, now=now, action=ACTION, record=claim, before=before, reason=reason
        )
    return written


def plan_vouchers(
    rows: Sequence[GivenRow], actor: Actor, tell: Tell = tell_nobody
) -> list[PlannedRow]:
    """Return what each row would do."""
    planned = _Sheet(actor, timezone.now()).plan(rows)
    tell(len(rows), len(rows))
    return planned


def pair_label(pairing: Pairing) -> str:
    """Return the text by which a sheet names a pair."""
    sides = (pairing.donor, pairing.recipient)
    return " → ".join(side.name_zh or side.name_en for side in sides) + f" #{pairing.pk}"


def list_own_pairs(actor: Actor) -> dict[UUID, Pairing]:
    """Return the pairs in which the acting organisation receives, and keeps a book."""
    books = Book.objects.owned().filter(side="recipient")
    pairings = Pairing.objects.filter(
        recipient_id=actor.organisation_id, pk__in=books.values("pairing")
    )
    return {row.pk: row for row in pairings.select_related("donor", "recipient")}


class _Sheet:
    """The reimbursements as they stand, with what the rows make of them."""

    def __init__(self, actor: Actor, now: datetime) -> None:
        self.actor, self.now = actor, now
        self.claims: dict[UUID, Claim] = {
            claim.reimbursement.pk: claim
            for claim in list_claims()
            if claim.reimbursement.tenant_id == actor.organisation_id
        }
        rows = Voucher.objects.owned()
        self.known: dict[UUID, Voucher] = {row.pk: row for row in rows}
        self.pairs = list_own_pairs(actor)
        self.books = {row.pairing_id: row for row in Book.objects.owned().filter(side="recipient")}
        self.drafts: dict[tuple[str, str], Reimbursement] = {}

    def plan(self, rows: Sequence[GivenRow]) -> list[PlannedRow]:
        """Return what each row does; a voucher that is used already refuses its row."""
        twice = list_twice(rows, "id")
        planned = []
        for row in rows:
            text = row.values.get("id", "")
            made = self._correct(row) if text else self._add(row)
            if row.number in twice:
                others = [number for number in twice[row.number][1] if number != row.number][:5]
                made = made.refused(fault("workbooks.twice", row.number, "id", text, rows=others))
            planned.append(made)
        written = [(row.number, row.record) for row in planned if row.record is not None]
        used: dict[int, list[Fault]] = {}
        for each in list_use_faults(written):
            used.setdefault(each.row or 0, []).append(each)
        self._sum(planned)
        return [row.refused(*used.get(row.number, ())) for row in planned]

    def opened(self, planned: Sequence[PlannedRow]) -> list[Reimbursement]:
        """Return the new reimbursements that rows belong to."""
        wanted = {row.record.reimbursement_id for row in planned if row.act == "create"}
        return [claim for claim in self.drafts.values() if claim.pk in wanted]

    def list_summed(
        self, planned: Sequence[PlannedRow]
    ) -> list[tuple[Reimbursement, dict[str, Any]]]:
        """Return the reimbursements that stood and whose amount changes, with their states before."""
        touched = {row.record.reimbursement_id for row in planned if row.record is not None}
        changed = []
        for claim_id in touched & set(self.claims):
            claim = self.claims[claim_id].reimbursement
            stands = Reimbursement.objects.get(pk=claim_id)
            if claim.amount != stands.amount:
                changed.append((claim, state_of(stands)))
        return changed

    def _sum(self, planned: Sequence[PlannedRow]) -> None:
        for row in planned:
            if row.record is not None:
                before = row.before["amount"] if row.before else 0
                row.record.reimbursement.amount += row.record.amount - before

    def _add(self, row: GivenRow) -> PlannedRow:
        faults: list[Fault] = []
        claim = self._find_claim(row, faults)
        voucher = self._read(row, claim, None, faults)
        if faults or voucher is None:
            return _refused(row, faults)
        changes = in_yuan(list_changes(None, voucher, dict.fromkeys(OF_VOUCHER)))
        return PlannedRow(
            number=row.number, name=_name(row), act="create", changes=changes, record=voucher
        )

    def _correct(self, row: GivenRow) -> PlannedRow:
        text = row.values["id"]
        found = self.known.get(as_uuid(text) or self.actor.organisation_id)
        if found is None:
            return _refused(row, [fault("workbooks.unknown_id", row.number, "id", text)])
        claim = self.claims[found.reimbursement_id]
        faults = _list_moved(row, claim.reimbursement)
        voucher = self._read(row, claim.reimbursement, found, faults)
        if faults or voucher is None:
            return _refused(row, faults)
        changes = in_yuan(list_changes(found, voucher, dict.fromkeys(OF_VOUCHER)))
        if not changes:
            return PlannedRow(number=row.number, name=_name(row), act="unchanged")
        faults += self._list_right_faults(row, claim.reimbursement.programme_id)
        if claim.state != "requested":
            faults.append(_not_open(row, claim))
        if faults:
            return _refused(row, faults)
        return PlannedRow(
            number=row.number,
            name=_name(row),
            act="update",
            changes=changes,
            record=voucher,
            before=state_of(found),
        )

    def _find_claim(self, row: GivenRow, faults: list[Fault]) -> Reimbursement | None:
        """Return what a new row belongs to: a reimbursement not checked yet, or a new one of its title."""
        title = " ".join(row.values.get("claim", "").split())
        standing = self.claims.get(as_uuid(title.rpartition("#")[2]) or self.actor.organisation_id)
        if standing is not None:
            faults += _list_moved(row, standing.reimbursement)
            if standing.state != "requested":
                faults.append(_not_open(row, standing))
            return standing.reimbursement
        label = row.values.get("pair", "").strip()
        pairing = self.pairs.get(as_uuid(label.rpartition("#")[2]) or self.actor.organisation_id)
        if pairing is None:
            code = "workbooks.unknown_reference" if label else "regions.value_missing"
            faults.append(fault(code, row.number, "pair", label))
            return None
        faults += self._list_right_faults(row, pairing.programme_id)
        said = read_texts(row, *OF_CLAIM)
        draft = self.drafts.get((str(pairing.pk), title))
        if draft is not None:
            faults += [
                fault("claims.claim_differs", row.number, name, text, before=getattr(draft, name))
                for name, text in said.items()
                if text != getattr(draft, name)
            ]
            return draft
        draft = Reimbursement(
            id=uuid4(),
            tenant_id=self.actor.organisation_id,
            scope_id=self.books[pairing.pk].scope_id,
            pairing=pairing,
            programme_id=pairing.programme_id,
            title=title,
            amount=0,
            requested_by_id=self.actor.person_id,
            requested_for_id=self.actor.deputy_of,
            requested_at=self.now,
            **said,
        )
        faults += [
            replace(each, row=row.number, column="claim" if each.column == "title" else each.column)
            for each in list_claim_faults(draft)
        ]
        self.drafts[str(pairing.pk), title] = draft
        return draft

    def _read(
        self,
        row: GivenRow,
        claim: Reimbursement | None,
        found: Voucher | None,
        faults: list[Fault],
    ) -> Voucher | None:
        """Return the voucher that a row says: a column that is not in the sheet stays as it is."""
        demanded = found is None
        texts = read_texts(row, "issuer", "number")
        amount = read_amount(row, "amount", faults, demanded=demanded)
        issued_on = read_day(row, "issued_on", faults, demanded=demanded)
        if found is not None:
            amount = found.amount if amount is None else amount
            issued_on = issued_on or found.issued_on
            texts = {"issuer": found.issuer, "number": found.number} | texts
        if claim is None or amount is None or issued_on is None:
            return None
        given = GivenVoucher(
            issuer=texts.get("issuer", ""),
            number=texts.get("number", ""),
            amount=amount,
            issued_on=issued_on,
        )
        voucher = draft_voucher(given, claim, found.pk if found else None)
        if found is not None:
            voucher = _over(found, voucher)
        own = list_voucher_faults(voucher, self.now)
        faults += [replace(each, row=row.number) for each in own]
        return voucher

    def _list_right_faults(self, row: GivenRow, programme_id: UUID) -> list[Fault]:
        try:
            require(self.actor, ACTION, programme_id)
        except Refused as error:
            return [fault(error.code, row.number, "claim", "", **error.facts)]
        return []


def _over(found: Voucher, said: Voucher) -> Voucher:
    """Return *found* with what was said of it, and all else as it stands."""
    kept = copy.copy(found)
    for name in (*OF_VOUCHER, "issuer_key", "number_key", "reimbursement"):
        setattr(kept, name, getattr(said, name))
    return kept


def _list_moved(row: GivenRow, claim: Reimbursement) -> list[Fault]:
    """Return what a row says otherwise of a reimbursement that stands: that is not done by a sheet."""
    stands = {
        "claim": claim_label(claim),
        "pair": pair_label(claim.pairing),
        **{name: getattr(claim, name) for name in OF_CLAIM},
    }
    said = read_texts(row, *stands)
    return [
        fault("workbooks.stays", row.number, name, text, before=stands[name])
        for name, text in said.items()
        if text and text != " ".join(stands[name].split())
    ]


def claim_label(claim: Reimbursement) -> str:
    """Return the text by which a sheet names a reimbursement."""
    return f"{claim.title} #{claim.pk}"


def _not_open(row: GivenRow, claim: Claim) -> Fault:
    return fault("claims.not_open", row.number, "claim", "", state=claim.state)


def _name(row: GivenRow) -> str:
    return " ".join(row.values.get(name, "") for name in ("issuer", "number")).strip()


def _refused(row: GivenRow, faults: Sequence[Fault]) -> PlannedRow:
    return PlannedRow(number=row.number, name=_name(row), act="refused", faults=tuple(faults))
