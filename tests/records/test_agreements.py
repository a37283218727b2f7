"""Agreements: drafted, reviewed, returned, signed by both sides under one text, amended, ended."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from tests.grounds import ground

from records.agreement_grounds import make_pairing, make_programme
from tiebeam.apps.pairings.models import Agreement, AgreementReturn, Pairing, Signature
from tiebeam.apps.pairings.operations.agreement_terms import (
    AgreementAboveNotSigned,
    AgreementAfterPairing,
    AgreementBeforePairing,
    AgreementCannotBeParent,
    AgreementEndsTooEarly,
    AgreementKindUnknown,
    AgreementNameTooLong,
    AgreementNeedsParent,
    AgreementOfOtherPairing,
    AgreementOutsideParent,
    AgreementTooLong,
    AgreementWithoutEnd,
    AgreementWithoutTitle,
    AmendmentOfAmendment,
    AmendmentOutsideTerm,
)
from tiebeam.apps.pairings.operations.agreements import (
    AgreementIdTaken,
    AgreementIsOwn,
    AgreementNotOpen,
    AgreementNotUnderReview,
    AgreementReasonMissing,
    AgreementWithoutText,
    ask_for_review,
    draft_agreement,
    return_agreement,
    revise_agreement,
)
from tiebeam.apps.pairings.operations.sides import NotASide
from tiebeam.apps.pairings.operations.signatures import (
    AgreementEnded,
    AgreementNotReadyToSign,
    AgreementSignedForOtherSide,
    AgreementTerminated,
    AgreementTerminatedTooEarly,
    AgreementTextChanged,
    sign_agreement,
    terminate_agreement,
)
from tiebeam.apps.pairings.queries.agreements import (
    effective_terms,
    get_agreement,
    hash_of_agreement,
    is_ended,
    is_in_force,
    list_agreements,
)
from tiebeam.apps.programmes.models import Programme
from tiebeam.platform.audit.history import list_changes
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, acting
from tiebeam.platform.tenancy.records import NotOwner
from tiebeam.platform.time.periods import AsOf

STARTS, ENDS = date(2020, 3, 1), date(2025, 3, 1)


@pytest.fixture
@ground
def pairing(coordinator, fujian, nyingchi) -> Pairing:
    programme = make_programme(coordinator, ["funds", "people"])
    return make_pairing(programme, coordinator, fujian, nyingchi)


class Desk:
    """Runs the operations on agreements, each an hour after the one before."""

    def __init__(self, pairing: Pairing, donor: Actor, recipient: Actor, now: datetime) -> None:
        self.pairing, self.donor, self.recipient, self.now = pairing, donor, recipient, now

    def later(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now

    def draft(self, actor: Actor | None = None, **values) -> Agreement:
        given = {
            "pairing": self.pairing,
            "kind": "five_year",
            "title": "框架协议",
            "text": "双方约定如下。",
            "starts_on": STARTS,
            "ends_on": ENDS,
            "actor": actor or self.donor,
            "now": self.later(),
        }
        return draft_agreement(**(given | values))

    def revise(self, agreement: Agreement, actor: Actor | None = None, **values) -> Agreement:
        given = {
            "agreement": agreement,
            "title": agreement.title,
            "text": agreement.text,
            "starts_on": agreement.starts_on,
            "ends_on": agreement.ends_on,
            "actor": actor or self.donor,
            "now": self.later(),
        }
        return revise_agreement(**(given | values))

    def ask(self, agreement: Agreement, actor: Actor | None = None) -> Agreement:
        return ask_for_review(agreement=agreement, actor=actor or self.donor, now=self.later())

    def send_back(self, agreement: Agreement, actor=None, reason="期限过短") -> AgreementReturn:
        return return_agreement(
            agreement=agreement, reason=reason, actor=actor or self.recipient, now=self.later()
        )

    def sign(self, agreement: Agreement, actor: Actor) -> Signature:
        return sign_agreement(
            agreement=agreement,
            text_sha256=hash_of_agreement(agreement),
            actor=actor,
            now=self.later(),
        )

    def conclude(self, **values) -> Agreement:
        agreement = self.ask(self.draft(**values), values.get("actor"))
        self.sign(agreement, self.donor)
        self.sign(agreement, self.recipient)
        return agreement

    def end(self, agreement: Agreement, day: date, reason="任务完成", actor=None) -> Agreement:
        return terminate_agreement(
            agreement=agreement,
            terminated_on=day,
            reason=reason,
            actor=actor or self.donor,
            now=self.later(),
        )

    def state(self, agreement: Agreement, day: date = STARTS) -> str:
        is_donors = agreement.tenant_id == self.donor.organisation_id
        with acting(self.donor if is_donors else self.recipient):
            return get_agreement(agreement.pk).state_on(day)


@pytest.fixture
def desk(pairing, fujian, nyingchi, now) -> Desk:
    return Desk(pairing, fujian, nyingchi, now)


class TestAgreement:
    def test_goes_from_draft_to_signed_by_both(self, desk, fujian, nyingchi):
        agreement = desk.draft()
        assert desk.state(agreement) == "draft"
        desk.ask(agreement)
        assert desk.state(agreement) == "under_review"
        desk.send_back(agreement)
        assert desk.state(agreement) == "returned"
        agreement = desk.revise(agreement, text="双方另行约定如下。")
        assert desk.state(agreement) == "returned"
        desk.ask(agreement)
        assert desk.state(agreement) == "under_review"
        desk.sign(agreement, nyingchi)
        assert desk.state(agreement) == "signed_by_one"
        desk.sign(agreement, fujian)
        assert desk.state(agreement) == "signed_by_both"
        desk.end(agreement, date(2021, 1, 1))
        assert desk.state(agreement, date(2020, 12, 31)) == "signed_by_both"
        assert desk.state(agreement, date(2021, 1, 1)) == "terminated"

    def test_is_seen_by_both_sides_and_the_maker_of_the_pairing_alone(
        self, desk, pairing, fujian, hunan, nyingchi, coordinator, huanggang
    ):
        agreement = desk.conclude()
        for actor in (fujian, nyingchi, coordinator):
            with acting(actor):
                [standing] = list_agreements(pairing)
                assert standing.agreement == agreement
                assert standing.is_signed_by_both()
        for actor in (hunan, huanggang):
            with acting(actor):
                assert list_agreements(pairing) == []
                assert not Signature.objects.exists()

    def test_is_read_by_nobody_else_before_it_is_laid_before_the_other_side(
        self, desk, pairing, fujian, nyingchi, coordinator
    ):
        agreement = desk.draft()
        drafted_at = desk.now
        desk.revise(agreement, text="Not to be seen")
        for actor in (nyingchi, coordinator):
            with acting(actor):
                assert not Agreement.objects.exists()
                assert list_agreements(pairing) == []
        with acting(fujian):
            early = AsOf(true_on=STARTS, known_at=drafted_at)
            assert [row.agreement.text for row in list_agreements(pairing, early)] == [
                "双方约定如下。"
            ]
        agreement = desk.ask(agreement)
        for actor in (nyingchi, coordinator):
            with acting(actor):
                assert [row.agreement.pk for row in list_agreements(pairing)] == [agreement.pk]
                # What was written before stays with whoever wrote it.
                assert list_agreements(pairing, early) == []

    def test_leaves_a_line_in_the_log_for_each_step(self, desk, fujian):
        agreement = desk.conclude()
        desk.end(agreement, date(2021, 1, 1))
        with acting(fujian):
            signatures = [each.pk for each in Signature.objects.all()]
            actions = [change.action for change in list_changes([agreement.pk, *signatures])]
        assert actions == [
            "pairings.terminate_agreement",
            "pairings.sign_agreement",
            "pairings.sign_agreement",
            "pairings.ask_for_review",
            "pairings.draft_agreement",
        ]

    def test_is_in_force_on_the_days_of_its_term_and_ended_afterwards(self, desk, fujian):
        agreement = desk.conclude()
        with acting(fujian):
            assert not is_in_force(agreement, STARTS - timedelta(days=1))
            assert is_in_force(agreement, STARTS)
            assert is_in_force(agreement, ENDS - timedelta(days=1))
            assert not is_ended(agreement, ENDS - timedelta(days=1))
            assert not is_in_force(agreement, ENDS)
            assert is_ended(agreement, ENDS)

    def test_is_not_in_force_before_both_signed(self, desk, fujian):
        agreement = desk.ask(desk.draft())
        desk.sign(agreement, fujian)
        with acting(fujian):
            assert not is_in_force(agreement, STARTS)
            assert not is_ended(agreement, ENDS)

    def test_is_shown_as_it_was_known(self, desk, pairing, fujian):
        agreement = desk.draft()
        drafted_at = desk.now
        desk.ask(agreement)
        desk.send_back(agreement)
        returned_at = desk.now
        agreement = desk.ask(desk.revise(agreement, text="新文本"))
        desk.sign(agreement, desk.donor)
        desk.sign(agreement, desk.recipient)
        with acting(fujian):
            known = {
                moment: list_agreements(pairing, AsOf(true_on=STARTS, known_at=moment))
                for moment in (drafted_at - timedelta(minutes=1), drafted_at, returned_at)
            }
        assert [len(found) for found in known.values()] == [0, 1, 1]
        assert known[drafted_at][0].state_on(STARTS) == "draft"
        assert known[returned_at][0].state_on(STARTS) == "returned"
        assert known[returned_at][0].agreement.text == "双方约定如下。"
        assert desk.state(agreement) == "signed_by_both"


class TestDraftAgreement:
    def test_is_open_to_donor_recipient_and_maker_of_the_pairing(
        self, desk, fujian, nyingchi, coordinator
    ):
        for actor in (fujian, nyingchi, coordinator):
            assert desk.draft(actor).tenant_id == actor.organisation_id

    def test_called_twice_with_one_id_drafts_once(self, desk, pairing, fujian):
        key = UUID("0f5e9c1a-3d5b-4c8e-9a57-0d4f4b6b1c11")
        drafted = desk.draft(agreement_id=key)
        assert drafted.pk == key
        assert desk.draft(agreement_id=key) == drafted
        with acting(fujian):
            assert len(list_agreements(pairing)) == 1

    def test_refuses_who_holds_no_role_for_it(self, desk, workspace):
        with pytest.raises(NotAllowed):
            desk.draft(workspace.actor("fujian", Role.DONOR_FINANCE))

    def test_refuses_a_recipient_role_on_the_side_of_the_donor(self, desk, workspace):
        with pytest.raises(NotASide):
            desk.draft(workspace.actor("fujian", Role.RECIPIENT_OFFICE))

    def test_knows_no_pairing_of_others(self, desk, hunan):
        with pytest.raises(Pairing.DoesNotExist):
            desk.draft(hunan)

    def test_refuses_an_unknown_kind(self, desk):
        with pytest.raises(AgreementKindUnknown):
            desk.draft(kind="treaty")

    def test_refuses_to_have_no_title(self, desk):
        with pytest.raises(AgreementWithoutTitle):
            desk.draft(title=" ")

    @pytest.mark.parametrize("values", [{"title": "长" * 301}, {"number": "1" * 81}])
    def test_refuses_what_its_columns_do_not_hold(self, desk, values):
        with pytest.raises(AgreementNameTooLong):
            desk.draft(**values)

    def test_refuses_the_id_of_a_record_of_others_or_of_another_pairing(
        self, desk, pairing, coordinator, fujian, nyingchi, huanggang
    ):
        taken = desk.draft(nyingchi)
        with pytest.raises(AgreementIdTaken):
            desk.draft(agreement_id=taken.pk)
        with acting(coordinator):
            programme = pairing.programme
        other = make_pairing(programme, coordinator, fujian, huanggang)
        own = desk.draft(pairing=other)
        with pytest.raises(AgreementIdTaken):
            desk.draft(agreement_id=own.pk)

    def test_refuses_to_end_before_it_starts(self, desk):
        with pytest.raises(AgreementEndsTooEarly):
            desk.draft(ends_on=STARTS)


class TestReviseAgreement:
    def test_called_twice_changes_it_once(self, desk, fujian):
        agreement = desk.draft()
        desk.revise(agreement, text="新文本")
        desk.revise(agreement, text="新文本")
        with acting(fujian):
            actions = [change.action for change in list_changes([agreement.pk])]
        assert actions == ["pairings.revise_agreement", "pairings.draft_agreement"]

    def test_refuses_the_other_side(self, desk, nyingchi):
        agreement = desk.draft()
        with pytest.raises(Agreement.DoesNotExist):
            desk.revise(agreement, nyingchi, text="我方文本")
        desk.ask(agreement)
        desk.send_back(agreement)
        with pytest.raises(NotOwner):
            desk.revise(agreement, nyingchi, text="我方文本")

    def test_refuses_while_it_is_under_review(self, desk):
        agreement = desk.ask(desk.draft())
        with pytest.raises(AgreementNotOpen):
            desk.revise(agreement, text="新文本")

    def test_refuses_once_somebody_has_signed(self, desk, nyingchi):
        agreement = desk.ask(desk.draft())
        desk.sign(agreement, nyingchi)
        with pytest.raises(AgreementNotOpen):
            desk.revise(agreement, text="新文本")

    def test_is_refused_by_the_database_after_a_signature_even_without_us(
        self, desk, fujian, nyingchi
    ):
        agreement = desk.ask(desk.draft())
        desk.sign(agreement, nyingchi)
        for name, value in (("text", "改"), ("ends_on", date(2030, 1, 1)), ("title", "改")):
            with acting(fujian), pytest.raises(DatabaseError), transaction.atomic():
                Agreement.objects.filter(pk=agreement.pk).update(**{name: value})


class TestAskForReview:
    def test_called_twice_asks_once(self, desk):
        agreement = desk.draft()
        assert desk.ask(agreement).review_asked_at == desk.ask(agreement).review_asked_at

    def test_refuses_an_agreement_without_text(self, desk):
        with pytest.raises(AgreementWithoutText):
            desk.ask(desk.draft(text=" \n"))

    def test_refuses_the_other_side(self, desk, nyingchi):
        agreement = desk.draft()
        with pytest.raises(Agreement.DoesNotExist):
            desk.ask(agreement, nyingchi)
        desk.ask(agreement)
        with pytest.raises(NotOwner):
            desk.ask(agreement, nyingchi)

    def test_refuses_what_is_signed(self, desk):
        with pytest.raises(AgreementNotOpen):
            desk.ask(desk.conclude())


class TestReturnAgreement:
    def test_belongs_to_the_side_that_sent_it_back(self, desk, nyingchi, coordinator):
        sent_back = desk.send_back(desk.ask(desk.draft()))
        assert sent_back.tenant_id == nyingchi.organisation_id
        with acting(coordinator):
            assert AgreementReturn.objects.get().reason == "期限过短"

    def test_refuses_a_second_time(self, desk):
        agreement = desk.ask(desk.draft())
        desk.send_back(agreement)
        with pytest.raises(AgreementNotUnderReview):
            desk.send_back(agreement)

    def test_refuses_whoever_drafted_it(self, desk, fujian):
        with pytest.raises(AgreementIsOwn):
            desk.send_back(desk.ask(desk.draft()), fujian)

    def test_refuses_to_give_no_reason(self, desk):
        with pytest.raises(AgreementReasonMissing):
            desk.send_back(desk.ask(desk.draft()), reason=" ")

    def test_refuses_a_draft_and_what_somebody_signed(self, desk, fujian):
        agreement = desk.draft()
        with pytest.raises(Agreement.DoesNotExist):
            desk.send_back(agreement)
        desk.sign(desk.ask(agreement), fujian)
        with pytest.raises(AgreementNotUnderReview):
            desk.send_back(agreement)

    def test_knows_no_agreement_of_others(self, desk, huanggang):
        with pytest.raises(Agreement.DoesNotExist):
            desk.send_back(desk.ask(desk.draft()), huanggang)

    def test_has_a_reason_and_stays_even_without_us(self, desk, nyingchi, now):
        sent_back = desk.send_back(desk.ask(desk.draft()))
        bare = AgreementReturn(
            tenant_id=nyingchi.organisation_id,
            scope_id=sent_back.scope_id,
            agreement_id=sent_back.agreement_id,
            reason="",
            returned_at=now,
        )
        with acting(nyingchi):
            with pytest.raises(IntegrityError), transaction.atomic():
                bare.save()
            with pytest.raises(DatabaseError), transaction.atomic():
                AgreementReturn.objects.update(reason="改")


class TestSignAgreement:
    def test_keeps_who_signed_what_for_whom(self, desk, nyingchi):
        agreement = desk.ask(desk.draft())
        signature = desk.sign(agreement, nyingchi)
        assert signature.tenant_id == nyingchi.organisation_id
        assert signature.person_id == nyingchi.person_id
        assert signature.text_sha256 == hash_of_agreement(agreement)

    def test_called_twice_signs_once(self, desk, nyingchi):
        agreement = desk.ask(desk.draft())
        assert desk.sign(agreement, nyingchi) == desk.sign(agreement, nyingchi)

    def test_refuses_a_text_that_is_not_the_one_read(self, desk, nyingchi):
        read = desk.ask(desk.draft())
        desk.send_back(read)
        desk.ask(desk.revise(read, text="新文本"))
        with pytest.raises(AgreementTextChanged):
            desk.sign(read, nyingchi)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("text", "改"),
            ("title", "改"),
            ("number", "1"),
            ("starts_on", date(2020, 3, 2)),
            ("ends_on", None),
            ("kind", "letter"),
        ],
    )
    def test_stands_under_a_hash_of_text_and_terms(self, desk, name, value):
        agreement = desk.draft()
        hash_before = hash_of_agreement(agreement)
        setattr(agreement, name, value)
        assert hash_of_agreement(agreement) != hash_before

    def test_refuses_a_draft_and_what_was_returned_or_withdrawn(self, desk, fujian, nyingchi):
        agreement = desk.draft()
        with pytest.raises(AgreementNotReadyToSign):
            desk.sign(agreement, fujian)
        with pytest.raises(Agreement.DoesNotExist):
            desk.sign(agreement, nyingchi)
        desk.ask(agreement)
        desk.send_back(agreement)
        with pytest.raises(AgreementNotReadyToSign):
            desk.sign(agreement, fujian)
        withdrawn = desk.ask(desk.draft())
        desk.end(withdrawn, date(2024, 1, 1))
        with pytest.raises(AgreementNotReadyToSign):
            desk.sign(withdrawn, nyingchi)

    def test_refuses_the_coordinator(self, desk, coordinator):
        with pytest.raises(NotAllowed):
            desk.sign(desk.ask(desk.draft(coordinator), coordinator), coordinator)

    def test_refuses_one_person_for_both_sides(self, desk, fujian, nyingchi):
        agreement = desk.ask(desk.draft())
        desk.sign(agreement, fujian)
        with pytest.raises(AgreementSignedForOtherSide):
            desk.sign(agreement, replace(nyingchi, person_id=fujian.person_id))

    def test_knows_no_agreement_of_others(self, desk, hunan):
        with pytest.raises(Agreement.DoesNotExist):
            desk.sign(desk.ask(desk.draft()), hunan)

    def test_is_given_once_and_stays_even_without_us(self, desk, fujian, nyingchi, now):
        signature = desk.sign(desk.ask(desk.draft()), nyingchi)
        values = {
            "scope_id": signature.scope_id,
            "agreement_id": signature.agreement_id,
            "text_sha256": "0" * 64,
            "signed_at": now,
        }
        own = Signature(tenant_id=nyingchi.organisation_id, person_id=fujian.person_id, **values)
        with acting(nyingchi), pytest.raises(IntegrityError), transaction.atomic():
            own.save()
        for_both = Signature(
            tenant_id=fujian.organisation_id, person_id=nyingchi.person_id, **values
        )
        with acting(fujian), pytest.raises(IntegrityError), transaction.atomic():
            for_both.save()
        with acting(nyingchi):
            with pytest.raises(DatabaseError), transaction.atomic():
                Signature.objects.update(text_sha256="0" * 64)
            with pytest.raises(DatabaseError), transaction.atomic():
                signature.delete()


class TestTerminateAgreement:
    def test_called_twice_ends_it_once(self, desk, fujian):
        agreement = desk.conclude()
        desk.end(agreement, date(2021, 1, 1))
        desk.end(agreement, date(2021, 1, 1))
        with acting(fujian):
            assert not is_in_force(agreement, date(2021, 1, 1))
            assert is_ended(agreement, date(2021, 1, 1))
            assert is_in_force(agreement, date(2020, 12, 31))

    def test_refuses_another_day(self, desk):
        agreement = desk.conclude()
        desk.end(agreement, date(2021, 1, 1))
        with pytest.raises(AgreementTerminated):
            desk.end(agreement, date(2022, 1, 1))

    def test_refuses_after_the_term(self, desk):
        with pytest.raises(AgreementEnded):
            desk.end(desk.conclude(), ENDS)

    def test_refuses_to_give_no_reason(self, desk, fujian):
        agreement = desk.conclude()
        with pytest.raises(AgreementReasonMissing):
            desk.end(agreement, date(2021, 1, 1), reason="")
        with acting(fujian), pytest.raises(IntegrityError), transaction.atomic():
            Agreement.objects.filter(pk=agreement.pk).update(terminated_on=date(2021, 1, 1))

    def test_refuses_the_other_side(self, desk, nyingchi):
        with pytest.raises(NotOwner):
            desk.end(desk.conclude(), date(2021, 1, 1), actor=nyingchi)


class TestAnnualAgreement:
    def annual(self, desk, parent, **values):
        given = {
            "kind": "annual",
            "parent": parent,
            "starts_on": date(2021, 1, 1),
            "ends_on": date(2022, 1, 1),
        }
        return desk.draft(**(given | values))

    def test_is_signed_under_a_five_year_one(self, desk, fujian, nyingchi):
        annual = desk.ask(self.annual(desk, desk.conclude()))
        desk.sign(annual, fujian)
        desk.sign(annual, nyingchi)
        assert desk.state(annual) == "signed_by_both"

    def test_is_not_signed_before_both_signed_the_one_above(self, desk, fujian, nyingchi):
        parent = desk.ask(desk.draft())
        annual = desk.ask(self.annual(desk, parent))
        desk.sign(parent, fujian)
        with pytest.raises(AgreementAboveNotSigned):
            desk.sign(annual, fujian)
        desk.sign(parent, nyingchi)
        desk.sign(annual, fujian)

    def test_is_not_signed_after_the_one_above_was_terminated(self, desk, fujian):
        parent = desk.conclude()
        annual = desk.ask(self.annual(desk, parent))
        desk.end(parent, timezone.localdate(desk.now))
        with pytest.raises(AgreementAboveNotSigned):
            desk.sign(annual, fujian)

    @pytest.mark.parametrize(
        ("starts_on", "ends_on"),
        [
            (date(2020, 2, 29), date(2021, 1, 1)),
            (date(2024, 6, 1), date(2025, 3, 2)),
        ],
    )
    def test_refuses_a_term_outside_the_one_above(self, desk, starts_on, ends_on):
        parent = desk.conclude()
        with pytest.raises(AgreementOutsideParent):
            self.annual(desk, parent, starts_on=starts_on, ends_on=ends_on)

    def test_may_run_to_the_end_that_an_amendment_set(self, desk):
        parent = desk.conclude()
        desk.conclude(amends=parent, starts_on=date(2024, 1, 1), ends_on=date(2026, 3, 1))

        annual = self.annual(desk, parent, starts_on=date(2025, 3, 1), ends_on=date(2026, 3, 1))

        assert annual.ends_on == date(2026, 3, 1)

    def test_refuses_to_stand_under_another_kind(self, desk):
        with pytest.raises(AgreementCannotBeParent):
            self.annual(desk, desk.conclude(kind="letter"))
        with pytest.raises(AgreementCannotBeParent):
            self.annual(desk, desk.conclude(), kind="letter")

    def test_refuses_to_stand_under_an_agreement_of_another_pairing(
        self, desk, pairing, coordinator, fujian, huanggang
    ):
        with acting(coordinator):
            programme = pairing.programme
        other = make_pairing(programme, coordinator, fujian, huanggang)
        parent = desk.draft(pairing=other)
        with pytest.raises(AgreementOfOtherPairing):
            self.annual(desk, parent)
        with pytest.raises(AgreementOfOtherPairing):
            desk.draft(amends=parent)


class TestAmendment:
    def test_moves_the_term_from_its_first_day_and_leaves_the_earlier_text(self, desk, fujian):
        agreement = desk.conclude()
        day = date(2022, 1, 1)
        amendment = desk.conclude(
            amends=agreement, text="期限延长一年。", starts_on=day, ends_on=date(2026, 3, 1)
        )
        with acting(fujian):
            before = effective_terms(agreement, day - timedelta(days=1))
            after = effective_terms(agreement, day)
            assert (before.ends_on, before.documents) == (ENDS, (agreement,))
            assert (after.ends_on, after.documents) == (date(2026, 3, 1), (agreement, amendment))
            assert [each.text for each in after.documents] == ["双方约定如下。", "期限延长一年。"]
            assert is_in_force(agreement, ENDS)
            assert is_ended(agreement, date(2026, 3, 1))

    def test_may_end_a_term_early(self, desk, fujian):
        agreement = desk.conclude()
        desk.conclude(amends=agreement, starts_on=date(2022, 1, 1), ends_on=date(2023, 1, 1))
        with acting(fujian):
            assert is_in_force(agreement, date(2022, 12, 31))
            assert is_ended(agreement, date(2023, 1, 1))

    def test_has_the_same_states_and_changes_nothing_before_both_signed(
        self, desk, pairing, fujian
    ):
        agreement = desk.conclude()
        amendment = desk.draft(
            amends=agreement, starts_on=date(2022, 1, 1), ends_on=date(2026, 3, 1)
        )
        assert desk.state(amendment) == "draft"
        desk.ask(amendment)
        desk.sign(amendment, fujian)
        assert desk.state(amendment) == "signed_by_one"
        with acting(fujian):
            assert effective_terms(agreement, date(2022, 1, 1)).ends_on == ENDS
            [standing] = list_agreements(pairing)
            assert [each.agreement for each in standing.amendments] == [amendment]

    def test_counts_no_longer_once_it_is_terminated(self, desk, fujian):
        agreement = desk.conclude()
        amendment = desk.conclude(
            amends=agreement, starts_on=date(2022, 1, 1), ends_on=date(2026, 3, 1)
        )
        desk.end(amendment, date(2023, 1, 1))
        with acting(fujian):
            assert effective_terms(agreement, date(2022, 6, 1)).ends_on == date(2026, 3, 1)
            assert effective_terms(agreement, date(2023, 1, 1)).ends_on == ENDS

    def test_refuses_what_is_not_signed_by_both(self, desk):
        with pytest.raises(AgreementAboveNotSigned):
            desk.draft(amends=desk.ask(desk.draft()))

    def test_refuses_to_amend_an_amendment(self, desk):
        amendment = desk.conclude(amends=desk.conclude())
        with pytest.raises(AmendmentOfAmendment):
            desk.draft(amends=amendment)

    @pytest.mark.parametrize("starts_on", [date(2020, 2, 29), date(2025, 3, 2)])
    def test_refuses_to_begin_outside_the_term(self, desk, starts_on):
        agreement = desk.conclude()
        with pytest.raises(AmendmentOutsideTerm):
            desk.draft(amends=agreement, starts_on=starts_on, ends_on=date(2027, 1, 1))


class TestTermOfAnAgreement:
    def test_does_not_end_before_it_starts_even_without_us(self, desk, fujian):
        agreement = desk.draft()
        with acting(fujian), pytest.raises(IntegrityError), transaction.atomic():
            Agreement.objects.filter(pk=agreement.pk).update(ends_on=STARTS)


class TestTerm:
    @pytest.mark.parametrize(
        ("values", "refusal"),
        [
            ({"starts_on": date(1890, 1, 1)}, AgreementBeforePairing),
            ({"starts_on": date(2020, 2, 9)}, AgreementBeforePairing),
            ({"ends_on": date(2025, 3, 2)}, AgreementTooLong),
            ({"kind": "annual", "ends_on": date(2021, 3, 2)}, AgreementTooLong),
            ({"kind": "annual", "ends_on": date(2099, 1, 1)}, AgreementTooLong),
            ({"kind": "annual", "ends_on": None}, AgreementWithoutEnd),
        ],
    )
    def test_is_that_of_its_kind_within_the_pairing(self, desk, values, refusal):
        with pytest.raises(refusal):
            desk.draft(**values)

    def test_of_a_year_from_a_leap_day_on_ends_with_february(self, desk):
        leap = {"kind": "annual", "starts_on": date(2024, 2, 29)}
        desk.draft(**leap, ends_on=date(2025, 3, 1))
        with pytest.raises(AgreementTooLong):
            desk.draft(**leap, ends_on=date(2025, 3, 2))

    def test_ends_with_the_pairing_and_its_programme(self, desk, coordinator):
        with acting(coordinator):
            Pairing.objects.filter(pk=desk.pairing.pk).update(valid_until=date(2022, 1, 1))
        with pytest.raises(AgreementAfterPairing) as refused:
            desk.draft()
        assert refused.value.facts["last_on"] == date(2021, 12, 31)
        desk.draft(ends_on=date(2022, 1, 1))
        with acting(coordinator):
            Programme.objects.update(ends_on=date(2021, 1, 1))
        with pytest.raises(AgreementAfterPairing):
            desk.draft(actor=coordinator, ends_on=date(2022, 1, 1))

    def test_of_a_year_stands_under_the_five_years_that_both_signed(self, desk):
        annual = {"kind": "annual", "ends_on": date(2021, 3, 1)}
        alone = desk.ask(desk.draft(**annual))
        parent = desk.conclude()
        with pytest.raises(AgreementNeedsParent):
            desk.draft(**annual)
        with pytest.raises(AgreementNeedsParent):
            desk.sign(alone, desk.donor)
        desk.draft(**annual, parent=parent)


class TestTermination:
    def test_of_what_was_not_signed_is_from_today_on(self, desk):
        agreement = desk.ask(desk.draft())
        today = timezone.localdate(desk.now)
        for day in (date(1990, 1, 1), today - timedelta(days=1)):
            with pytest.raises(AgreementTerminatedTooEarly) as refused:
                desk.end(agreement, day)
            assert refused.value.facts["earliest"] == today
        assert desk.end(agreement, today).terminated_on == today

    def test_of_what_both_signed_is_not_before_it_began(self, desk):
        agreement = desk.conclude(starts_on=date(2020, 2, 10), ends_on=date(2021, 2, 10))
        desk.now += timedelta(days=90)
        with pytest.raises(AgreementTerminatedTooEarly):
            desk.end(agreement, date(2020, 2, 9))
        desk.end(agreement, date(2020, 2, 10))
