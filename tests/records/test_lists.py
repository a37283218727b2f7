"""Versions of a list: drafted, signed by two, issued, superseded, taken up again, withdrawn."""

import json
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.grounds import ground

from records.desk import HASTE, open_desk
from tiebeam.apps.pairings.models import ListLine, Pairing, PairList
from tiebeam.apps.pairings.operations.force import ForceBeforeStanding
from tiebeam.apps.pairings.operations.force_days import (
    ForceAfterRound,
    ForceBeforeRound,
    IssuedInTheFuture,
    IssuedTooEarly,
    LongPast,
)
from tiebeam.apps.pairings.operations.hearing import NotSentForOpinion
from tiebeam.apps.pairings.operations.history import record_list
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.pairings.operations.lists import (
    DueInThePast,
    ListNotOpen,
    NeverInForce,
    NoPlan,
    ReasonMissing,
    VariantOfAnotherRound,
    draft_list,
    draft_list_by_hand,
    reinstate_list,
    send_for_opinion,
    withdraw_list,
)
from tiebeam.apps.pairings.operations.plans import PlanOfAnotherScenario, store_plan
from tiebeam.apps.pairings.operations.signing import (
    AlreadyAdopted,
    DocumentOfAnotherProgramme,
    NotSignedByBoth,
    SameHand,
    adopt_plan,
    issue_list,
    sign_list,
)
from tiebeam.apps.pairings.operations.variants import set_lock
from tiebeam.apps.pairings.queries.lists import (
    compare_lists,
    find_list_in_force,
    list_lines,
    list_lists,
    tell_standing,
)
from tiebeam.apps.pairings.queries.variants import effective_scenario
from tiebeam.apps.programmes.models import Round
from tiebeam.core.pairing.solver import solve_pairing
from tiebeam.errors import InvalidInput
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.records import NotOwner
from tiebeam.platform.time.periods import AsOf

SEVENTH, TENTH = date(2020, 2, 7), date(2020, 2, 10)


@pytest.fixture
@ground
def desk(workspace, coordinator, now):
    return open_desk(workspace, coordinator, now)


@pytest.fixture
def by(desk):
    return {"actor": desk.coordinator, "now": desk.now}


@pytest.fixture
def lines(desk):
    """Turns ("fujian", "nyingchi"), … into lines, each donor the lead."""

    def lines(*couples):
        names = desk.organisations
        return [Line(donor=names[d], recipient=names[r], is_lead=True) for d, r in couples]

    return lines


@pytest.fixture
def draft(desk, by, lines):
    def draft(*couples):
        return draft_list_by_hand(round=desk.round, lines=lines(*couples), **by)

    return draft


@pytest.fixture
def issue(desk, by, draft):
    def issue(*couples, on=SEVENTH, pair_list=None):
        pair_list = pair_list or draft(*couples)
        for actor in (desk.coordinator, desk.deputy):
            sign_list(
                without_opinions_because=HASTE, pair_list=pair_list, actor=actor, now=desk.now
            )
        return issue_list(pair_list=pair_list, in_force_from=on, document=desk.document, **by)

    return issue


@pytest.fixture
def solved(desk, by):
    variant = desk.variant()
    with acting(desk.coordinator):
        plan = solve_pairing(effective_scenario(variant))
    return store_plan(variant=variant, plan=plan, **by)


@pytest.fixture
def standing(desk):
    """Tells the pairs that stand without an end, by name."""

    def standing():
        names = {pk: key for key, pk in desk.organisations.items()}
        with acting(desk.coordinator):
            rows = Pairing.objects.filter(valid_until=None)
            return {(names[row.donor_id], names[row.recipient_id]) for row in rows}

    return standing


class TestDraft:
    def test_from_a_plan_has_its_pairs_leads_and_amounts(self, desk, by, solved):
        drafted = draft_list(round=desk.round, variant=solved, **by)
        with acting(desk.coordinator):
            names = {pk: key for key, pk in desk.organisations.items()}
            said = {
                (names[line.donor_id], names[line.recipient_id], line.is_lead)
                for line in list_lines(drafted)
            }
            amounts = [line.amounts for line in list_lines(drafted)]
        assert said == {
            (pair["donor"], pair["recipient"], pair["lead"]) for pair in solved.plan["pairs"]
        }
        assert sum(amount["staff"] for amount in amounts) == 14
        assert (drafted.version, drafted.state) == (1, "draft")
        assert drafted.plan_sha256 == solved.plan_sha256

    def test_twice_is_the_next_version(self, desk, by, solved):
        draft_list(round=desk.round, variant=solved, **by)
        assert draft_list(round=desk.round, variant=solved, **by).version == 2

    def test_needs_a_plan(self, desk, by):
        with pytest.raises(NoPlan):
            draft_list(round=desk.round, variant=desk.variant(), **by)

    def test_needs_a_plan_that_is_not_stale(self, desk, by, solved):
        set_lock(
            variant=solved, donor="fujian", recipient="nyingchi", must_be=False, reason="x", **by
        )
        with pytest.raises(PlanOfAnotherScenario):
            draft_list(round=desk.round, variant=solved, **by)

    def test_needs_a_variant_of_its_round(self, workspace, coordinator, now, by, solved):
        other = open_desk(workspace, coordinator, now, slug="other")
        with pytest.raises(VariantOfAnotherRound):
            draft_list(round=other.round, variant=solved, **by)

    def test_is_not_there_for_the_sides_before_it_is_sent(self, draft, fujian, as_actor):
        draft(("fujian", "nyingchi"))
        with as_actor(fujian):
            assert not PairList.objects.exists()

    def test_by_hand_lists_every_line_that_makes_no_sense(self, desk, by, lines):
        (first,) = lines(("fujian", "nyingchi"))
        wrong = [
            first,
            first,
            replace(first, donor=desk.organisations["hunan"]),
            replace(first, recipient=first.donor, is_lead=False),
            replace(first, donor=uuid4(), is_lead=False),
        ]
        with pytest.raises(InvalidInput) as refused:
            draft_list_by_hand(round=desk.round, lines=wrong, **by)
        assert [(fault.code, fault.row) for fault in refused.value.faults] == [
            ("pairings.line_twice", 2),
            ("pairings.second_lead", 2),
            ("pairings.second_lead", 3),
            ("pairings.line_with_itself", 4),
            ("pairings.line_without_organisation", 5),
        ]

    @pytest.mark.parametrize(
        ("amounts", "code"),
        [
            ({"tents": 3.0}, "programmes.unknown_resource"),
            ({"staff": float("nan")}, "programmes.not_a_number"),
            ({"staff": 0.0}, "pairings.amount_not_positive"),
            ({"staff": -2.0}, "pairings.amount_not_positive"),
            ({"staff": 1e12}, "programmes.too_large_or_fine"),
            ({"staff": 1.5}, "programmes.not_whole_lots"),
        ],
    )
    def test_by_hand_refuses_an_amount_that_makes_no_sense(self, desk, by, lines, amounts, code):
        with acting(desk.coordinator):
            desk.round.resources = [{"id": "staff", "unit": "person", "lot": "1"}]
            desk.round.save()
        (first, second) = lines(("fujian", "nyingchi"), ("hunan", "huanggang"))
        with pytest.raises(InvalidInput) as refused:
            draft_list_by_hand(
                round=desk.round, lines=[first, replace(second, amounts=amounts)], **by
            )
        assert [(fault.code, fault.row) for fault in refused.value.faults] == [(code, 2)]

    def test_by_hand_needs_a_line(self, desk, by):
        with pytest.raises(InvalidInput):
            draft_list_by_hand(round=desk.round, lines=[], **by)

    def test_is_made_by_the_coordinator_alone(self, desk, lines, fujian, now):
        with pytest.raises(NotAllowed):
            draft_list_by_hand(
                round=desk.round, lines=lines(("fujian", "nyingchi")), actor=fujian, now=now
            )

    def test_is_made_in_the_own_programme_alone(self, desk, lines, workspace, now):
        ministry = workspace.actor("hunan", Role.MINISTRY)
        with pytest.raises(NotOwner):
            draft_list_by_hand(
                round=desk.round, lines=lines(("fujian", "nyingchi")), actor=ministry, now=now
            )


class TestSending:
    def test_lets_both_sides_read(self, desk, by, draft, fujian, huanggang, as_actor):
        drafted = draft(("fujian", "nyingchi"))
        send_for_opinion(pair_list=drafted, due_on=date(2020, 2, 12), **by)
        for side in (fujian, huanggang):
            with as_actor(side):
                assert PairList.objects.get().state == "consulted"
                assert ListLine.objects.count() == 1

    def test_again_has_a_new_due_date(self, desk, by, draft):
        drafted = draft(("fujian", "nyingchi"))
        send_for_opinion(pair_list=drafted, due_on=date(2020, 2, 12), **by)
        again = send_for_opinion(pair_list=drafted, due_on=date(2020, 2, 13), **by)
        assert again.opinions_due_on == date(2020, 2, 13)

    def test_is_not_due_in_the_past(self, by, draft):
        with pytest.raises(DueInThePast):
            send_for_opinion(pair_list=draft(("fujian", "nyingchi")), due_on=date(2020, 2, 9), **by)

    def test_ends_with_the_first_signature(self, by, draft):
        drafted = draft(("fujian", "nyingchi"))
        sign_list(without_opinions_because=HASTE, pair_list=drafted, **by)
        with pytest.raises(ListNotOpen):
            send_for_opinion(pair_list=drafted, due_on=date(2020, 2, 12), **by)

    def test_is_done_by_the_coordinator_alone(self, draft, fujian, now):
        with pytest.raises(NotAllowed):
            send_for_opinion(
                pair_list=draft(("fujian", "nyingchi")),
                due_on=date(2020, 2, 12),
                actor=fujian,
                now=now,
            )


class TestSigning:
    def test_takes_two_people(self, desk, by, draft):
        drafted = draft(("fujian", "nyingchi"))
        assert (
            sign_list(without_opinions_because=HASTE, pair_list=drafted, **by).state
            == "signed_by_one"
        )
        signed = sign_list(
            without_opinions_because=HASTE, pair_list=drafted, actor=desk.deputy, now=desk.now
        )
        assert signed.state == "signed_by_both"
        assert signed.first_signed_by_id == desk.coordinator.person_id
        assert signed.second_signed_by_id == desk.deputy.person_id

    def test_is_refused_the_same_person_a_second_time(self, by, draft):
        drafted = draft(("fujian", "nyingchi"))
        sign_list(without_opinions_because=HASTE, pair_list=drafted, **by)
        with pytest.raises(SameHand):
            sign_list(without_opinions_because=HASTE, pair_list=drafted, **by)

    def test_is_refused_somebody_who_stands_in_for_the_first(self, desk, by, draft):
        drafted = draft(("fujian", "nyingchi"))
        sign_list(without_opinions_because=HASTE, pair_list=drafted, **by)
        standing_in = replace(desk.deputy, deputy_of=desk.coordinator.person_id)
        with pytest.raises(SameHand):
            sign_list(
                without_opinions_because=HASTE, pair_list=drafted, actor=standing_in, now=desk.now
            )

    def test_is_refused_the_person_whom_the_first_stood_in_for(self, desk, by, draft):
        drafted = draft(("fujian", "nyingchi"))
        standing_in = replace(desk.deputy, deputy_of=desk.coordinator.person_id)
        sign_list(
            without_opinions_because=HASTE, pair_list=drafted, actor=standing_in, now=desk.now
        )
        with pytest.raises(SameHand):
            sign_list(without_opinions_because=HASTE, pair_list=drafted, **by)

    def test_is_refused_two_who_stand_in_for_one(self, desk, draft):
        drafted = draft(("fujian", "nyingchi"))
        absent = uuid4()
        for signs, raises in ((desk.coordinator, False), (desk.deputy, True)):
            standing_in = replace(signs, deputy_of=absent)
            if raises:
                with pytest.raises(SameHand):
                    sign_list(
                        without_opinions_because=HASTE,
                        pair_list=drafted,
                        actor=standing_in,
                        now=desk.now,
                    )
            else:
                sign_list(
                    without_opinions_because=HASTE,
                    pair_list=drafted,
                    actor=standing_in,
                    now=desk.now,
                )

    def test_is_over_after_two(self, desk, by, draft):
        drafted = draft(("fujian", "nyingchi"))
        sign_list(without_opinions_because=HASTE, pair_list=drafted, **by)
        sign_list(
            without_opinions_because=HASTE, pair_list=drafted, actor=desk.deputy, now=desk.now
        )
        third = replace(desk.deputy, person_id=uuid4())
        with pytest.raises(ListNotOpen):
            sign_list(without_opinions_because=HASTE, pair_list=drafted, actor=third, now=desk.now)

    def test_is_done_by_the_coordinator_alone(self, draft, fujian, now):
        with pytest.raises(NotAllowed):
            sign_list(
                without_opinions_because=HASTE,
                pair_list=draft(("fujian", "nyingchi")),
                actor=fujian,
                now=now,
            )

    @pytest.mark.parametrize(
        "signatures",
        [
            {"first_signed_by_id": 1, "second_signed_by_id": 1},
            {"first_signed_by_id": 1, "second_signed_by_id": 2, "second_signed_for_id": 1},
            {"first_signed_by_id": 1, "first_signed_for_id": 2, "second_signed_by_id": 2},
            {
                "first_signed_by_id": 1,
                "first_signed_for_id": 3,
                "second_signed_by_id": 2,
                "second_signed_for_id": 3,
            },
            {"state": "issued", "in_force_from": SEVENTH, "first_signed_by_id": 1},
            {"state": "signed_by_both"},
        ],
    )
    def test_of_fewer_than_two_is_refused_by_the_database(self, desk, draft, signatures):
        people = {1: uuid4(), 2: uuid4(), 3: uuid4()}
        drafted = draft(("fujian", "nyingchi"))
        for name, value in signatures.items():
            setattr(drafted, name, people.get(value, value))
        with acting(desk.coordinator), pytest.raises(IntegrityError), transaction.atomic():
            drafted.save()


class TestIssuing:
    def test_opens_a_pairing_for_each_line(self, desk, issue, standing):
        issued = issue(("fujian", "nyingchi"), ("hunan", "huanggang"))
        assert standing() == {("fujian", "nyingchi"), ("hunan", "huanggang")}
        assert (issued.state, issued.in_force_from, issued.issued_on) == (
            "issued",
            SEVENTH,
            timezone.localdate(desk.now),
        )

    def test_needs_both_signatures(self, by, draft):
        drafted = draft(("fujian", "nyingchi"))
        sign_list(without_opinions_because=HASTE, pair_list=drafted, **by)
        with pytest.raises(NotSignedByBoth):
            issue_list(pair_list=drafted, in_force_from=SEVENTH, **by)

    def test_twice_is_refused(self, by, issue):
        issued = issue(("fujian", "nyingchi"))
        with pytest.raises(NotSignedByBoth):
            issue_list(pair_list=issued, in_force_from=SEVENTH, **by)

    def test_cites_a_document_of_its_programme(self, workspace, coordinator, now, desk, by, draft):
        other = open_desk(workspace, coordinator, now, slug="other")
        drafted = draft(("fujian", "nyingchi"))
        for actor in (desk.coordinator, desk.deputy):
            sign_list(without_opinions_because=HASTE, pair_list=drafted, actor=actor, now=now)
        with pytest.raises(DocumentOfAnotherProgramme):
            issue_list(pair_list=drafted, in_force_from=SEVENTH, document=other.document, **by)

    def test_may_know_no_document(self, desk, by, draft):
        drafted = draft(("fujian", "nyingchi"))
        for actor in (desk.coordinator, desk.deputy):
            sign_list(without_opinions_because=HASTE, pair_list=drafted, actor=actor, now=desk.now)
        assert issue_list(pair_list=drafted, in_force_from=SEVENTH, **by).document is None

    @pytest.fixture
    def signed(self, desk, draft):
        drafted = draft(("fujian", "nyingchi"))
        for actor in (desk.coordinator, desk.deputy):
            sign_list(without_opinions_because=HASTE, pair_list=drafted, actor=actor, now=desk.now)
        return drafted

    @pytest.mark.parametrize(
        ("given", "refusal"),
        [
            ({"in_force_from": date(1900, 1, 1)}, ForceBeforeRound),
            ({"in_force_from": date(2020, 2, 6)}, ForceBeforeRound),
            ({"issued_on": date(1800, 1, 1)}, IssuedTooEarly),
            ({"issued_on": date(2020, 2, 11)}, IssuedInTheFuture),
            ({"issued_on": date(2020, 1, 9)}, LongPast),
        ],
    )
    def test_takes_no_absurd_day(self, by, signed, given, refusal):
        with pytest.raises(refusal):
            issue_list(**{"pair_list": signed, "in_force_from": SEVENTH, **given, **by})

    def test_takes_no_day_after_the_round(self, desk, by, signed):
        with acting(desk.coordinator):
            Round.objects.filter(pk=desk.round.pk).update(ends_on=date(2020, 4, 1))
        with pytest.raises(ForceAfterRound) as refused:
            issue_list(pair_list=signed, in_force_from=date(2020, 4, 1), **by)
        assert refused.value.facts["last_on"] == date(2020, 3, 31)

    def test_from_a_day_long_past_says_why(self, desk, signed):
        later = {"actor": desk.coordinator, "now": desk.now + timedelta(days=60)}
        with pytest.raises(LongPast):
            issue_list(pair_list=signed, in_force_from=SEVENTH, reason=" ", **later)
        issue_list(pair_list=signed, in_force_from=SEVENTH, reason="Entered late", **later)
        with acting(desk.coordinator):
            said = Entry.objects.filter(
                action="pairings.issue_list", record_type="pairings.pairlist"
            )
            assert json.loads(said.get().body)["reason"] == "Entered late"

    def test_of_a_later_version_leaves_the_standing_one_in_force_until_then(self, desk, issue):
        first, second = issue(("fujian", "nyingchi")), issue(("hunan", "nyingchi"), on=TENTH)
        ninth = TENTH - timedelta(days=1)
        with acting(desk.coordinator):
            first.refresh_from_db()
        told = [[tell_standing(row, on) for row in (first, second)] for on in (ninth, TENTH)]
        assert told == [["ending", "to_come"], ["superseded", "in_force"]]

    def test_supersedes_the_version_before_and_keeps_it_readable(
        self, desk, issue, standing, fujian, as_actor
    ):
        first = issue(("fujian", "nyingchi"), ("hunan", "huanggang"))
        issue(("fujian", "nyingchi"), ("fujian", "huanggang"), on=TENTH)
        assert standing() == {("fujian", "nyingchi"), ("fujian", "huanggang")}
        with as_actor(fujian):
            kept = PairList.objects.get(pk=first.pk)
            assert (kept.state, kept.in_force_until) == ("superseded", TENTH)
            assert [row.version for row in list_lists(desk.round)] == [2, 1]
            assert len(list_lines(kept)) == 2

    def test_keeps_a_pairing_that_goes_on_as_one_record(self, desk, issue):
        issue(("fujian", "nyingchi"))
        with acting(desk.coordinator):
            (first,) = Pairing.objects.all()
        issue(("fujian", "nyingchi"), on=TENTH)
        with acting(desk.coordinator):
            (kept,) = Pairing.objects.all()
            assert (kept.pk, kept.valid_from, kept.valid_until) == (first.pk, SEVENTH, None)
            assert kept.of_list_id == first.of_list_id

    def test_ends_what_no_longer_stands_and_says_by_which_version(self, desk, issue):
        issue(("fujian", "nyingchi"))
        second = issue(("hunan", "nyingchi"), on=TENTH)
        with acting(desk.coordinator):
            ended = Pairing.objects.exclude(valid_until=None).get()
            assert (ended.valid_from, ended.valid_until) == (SEVENTH, TENTH)
            assert ended.ended_by_id == second.pk

    def test_twice_on_one_day_lets_the_later_version_hold(self, desk, issue, standing):
        first = issue(("fujian", "nyingchi"), on=TENTH)
        second = issue(("hunan", "nyingchi"), on=TENTH)
        assert standing() == {("hunan", "nyingchi")}
        with acting(desk.coordinator):
            empty = Pairing.objects.exclude(valid_until=None).get()
            assert (empty.valid_from, empty.valid_until) == (TENTH, TENTH)
            assert PairList.objects.get(pk=first.pk).in_force_until == TENTH
            assert find_list_in_force(desk.programme, AsOf(true_on=TENTH)) == second

    def test_is_not_in_force_before_what_stands(self, issue):
        issue(("fujian", "nyingchi"), on=TENTH)
        with pytest.raises(ForceBeforeStanding):
            issue(("hunan", "nyingchi"), on=SEVENTH)

    def test_lets_a_pairing_be_read_by_its_sides_alone(self, issue, fujian, hunan, as_actor):
        issue(("fujian", "nyingchi"))
        with as_actor(fujian):
            assert Pairing.objects.count() == 1
        with as_actor(hunan):
            assert not Pairing.objects.exists()

    def test_writes_an_entry_for_every_record(self, desk, issue):
        issue(("fujian", "nyingchi"))
        issue(("hunan", "nyingchi"), on=TENTH)
        with acting(desk.coordinator):
            kinds = Entry.objects.filter(action="pairings.issue_list")
            told = sorted(kinds.values_list("record_type", flat=True))
        assert told == ["pairings.pairing"] * 3 + ["pairings.pairlist"] * 3

    def test_is_done_by_the_coordinator_alone(self, draft, fujian, now):
        with pytest.raises(NotAllowed):
            issue_list(
                pair_list=draft(("fujian", "nyingchi")),
                in_force_from=SEVENTH,
                actor=fujian,
                now=now,
            )

    @pytest.mark.parametrize(
        "wrong",
        [
            {"in_force_until": date(2020, 2, 6)},
            {"is_recorded": True, "document": None},
            {"in_force_from": None, "in_force_until": None},
        ],
    )
    def test_that_makes_no_sense_is_refused_by_the_database(self, desk, issue, wrong):
        issued = issue(("fujian", "nyingchi"))
        for name, value in wrong.items():
            setattr(issued, name, value)
        with acting(desk.coordinator), pytest.raises(IntegrityError), transaction.atomic():
            issued.save()

    def test_of_two_versions_at_once_is_refused_by_the_database(self, desk, issue):
        first = issue(("fujian", "nyingchi"))
        issue(("hunan", "nyingchi"), on=TENTH)
        with acting(desk.coordinator), pytest.raises(IntegrityError), transaction.atomic():
            PairList.objects.filter(pk=first.pk).update(state="issued")

    def test_numbers_a_version_once_in_the_database_too(self, desk, draft):
        draft(("fujian", "nyingchi"))
        twin = PairList(tenant_id=desk.coordinator.organisation_id, round=desk.round, version=1)
        with acting(desk.coordinator), pytest.raises(IntegrityError), transaction.atomic():
            twin.save()

    @pytest.mark.parametrize(
        ("donor", "recipient"), [("fujian", "nyingchi"), ("hunan", "nyingchi")]
    )
    def test_has_a_pair_once_and_one_lead_in_the_database_too(self, desk, draft, donor, recipient):
        drafted = draft(("fujian", "nyingchi"))
        twin = ListLine(
            tenant_id=drafted.tenant_id,
            of_list=drafted,
            donor_id=desk.organisations[donor],
            recipient_id=desk.organisations[recipient],
            is_lead=True,
        )
        with acting(desk.coordinator), pytest.raises(IntegrityError), transaction.atomic():
            twin.save()


class TestReinstating:
    def test_takes_an_earlier_version_up_as_the_next(self, desk, by, issue, standing):
        first = issue(("fujian", "nyingchi"))
        issue(("hunan", "nyingchi"), on=TENTH)
        again = reinstate_list(pair_list=first, **by)
        assert (again.version, again.state, again.reinstates_id) == (3, "draft", first.pk)
        issue(pair_list=again, on=date(2020, 2, 12))
        assert standing() == {("fujian", "nyingchi")}
        with acting(desk.coordinator):
            assert Pairing.objects.count() == 3

    def test_on_the_day_of_the_end_leaves_the_tie_unbroken(self, desk, by, issue):
        first = issue(("fujian", "nyingchi"))
        issue(("hunan", "nyingchi"), on=TENTH)
        issue(pair_list=reinstate_list(pair_list=first, **by), on=TENTH)
        with acting(desk.coordinator):
            (kept,) = Pairing.objects.filter(valid_until=None)
            assert kept.valid_from == SEVENTH
            assert kept.ended_by_id is None

    def test_of_what_was_never_in_force_is_refused(self, by, draft):
        with pytest.raises(NeverInForce):
            reinstate_list(pair_list=draft(("fujian", "nyingchi")), **by)

    def test_of_what_is_in_force_is_refused(self, by, issue):
        with pytest.raises(NeverInForce):
            reinstate_list(pair_list=issue(("fujian", "nyingchi")), **by)

    def test_is_done_by_the_coordinator_alone(self, issue, fujian, now):
        with pytest.raises(NotAllowed):
            reinstate_list(pair_list=issue(("fujian", "nyingchi")), actor=fujian, now=now)


class TestWithdrawing:
    def test_drops_a_draft(self, by, draft):
        drafted = draft(("fujian", "nyingchi"))
        assert withdraw_list(pair_list=drafted, reason="Mistaken", **by).state == "withdrawn"

    def test_ends_the_pairings_of_a_version_in_force(self, desk, by, issue, standing):
        issued = issue(("fujian", "nyingchi"))
        withdraw_list(pair_list=issued, reason="Mistaken", until=TENTH, **by)
        assert standing() == set()
        with acting(desk.coordinator):
            assert find_list_in_force(desk.programme, AsOf(true_on=TENTH)) is None
            before = TENTH - timedelta(days=1)
            assert find_list_in_force(desk.programme, AsOf(true_on=before)) == issued

    def test_of_a_version_not_yet_in_force_lets_it_never_hold(self, desk, by, issue, standing):
        first = issue(("fujian", "nyingchi"))
        future = issue(("hunan", "nyingchi"), on=date(2020, 3, 1))
        withdraw_list(pair_list=future, reason="Too late", **by)
        issue(pair_list=reinstate_list(pair_list=first, **by), on=TENTH)
        assert standing() == {("fujian", "nyingchi")}
        with acting(desk.coordinator):
            march = AsOf(true_on=date(2020, 3, 2))
            assert find_list_in_force(desk.programme, march).reinstates_id == first.pk
            never = Pairing.objects.get(donor_id=desk.organisations["hunan"])
            assert never.valid_from == never.valid_until == date(2020, 3, 1)

    def test_needs_a_reason(self, by, draft):
        with pytest.raises(ReasonMissing):
            withdraw_list(pair_list=draft(("fujian", "nyingchi")), reason="", **by)

    def test_twice_is_refused(self, by, draft):
        drafted = draft(("fujian", "nyingchi"))
        withdraw_list(pair_list=drafted, reason="Mistaken", **by)
        with pytest.raises(ListNotOpen):
            withdraw_list(pair_list=drafted, reason="Mistaken", **by)

    def test_is_done_by_the_coordinator_alone(self, draft, fujian, now):
        with pytest.raises(NotAllowed):
            withdraw_list(
                pair_list=draft(("fujian", "nyingchi")), reason="x", actor=fujian, now=now
            )


class TestAdopting:
    def adopt(self, desk, variant, actor, **given):
        given = given or {"without_opinions_because": HASTE}
        return adopt_plan(
            variant=variant,
            in_force_from=SEVENTH,
            document=desk.document,
            actor=actor,
            now=desk.now,
            **given,
        )

    def test_takes_two_people(self, desk, solved, standing):
        assert self.adopt(desk, solved, desk.coordinator).state == "signed_by_one"
        assert standing() == set()
        assert self.adopt(desk, solved, desk.deputy).state == "issued"
        assert standing() == {(p["donor"], p["recipient"]) for p in solved.plan["pairs"]}

    def test_is_refused_one_person(self, desk, solved):
        self.adopt(desk, solved, desk.coordinator)
        with pytest.raises(SameHand):
            self.adopt(desk, solved, desk.coordinator)

    def test_takes_the_list_that_was_out_for_opinion(self, desk, by, solved):
        drafted = draft_list(round=desk.round, variant=solved, **by)
        send_for_opinion(pair_list=drafted, due_on=date(2020, 2, 12), **by)
        assert self.adopt(desk, solved, desk.coordinator).pk == drafted.pk

    def test_of_a_plan_that_nobody_was_asked_about_is_refused(self, desk, solved):
        with pytest.raises(NotSentForOpinion):
            self.adopt(desk, solved, desk.coordinator, without_opinions_because=" ")
        with acting(desk.coordinator):
            assert not PairList.objects.exists()

    def test_meets_the_day_of_force_at_the_first_signature(self, desk, solved):
        with pytest.raises(ForceBeforeRound):
            adopt_plan(
                variant=solved,
                in_force_from=date(1900, 1, 1),
                without_opinions_because=HASTE,
                actor=desk.coordinator,
                now=desk.now,
            )

    def test_of_the_plan_in_force_is_refused(self, desk, solved):
        self.adopt(desk, solved, desk.coordinator)
        self.adopt(desk, solved, desk.deputy)
        with pytest.raises(AlreadyAdopted):
            self.adopt(desk, solved, desk.coordinator)

    def test_of_a_stale_plan_is_refused_also_after_the_first_signature(self, desk, by, solved):
        self.adopt(desk, solved, desk.coordinator)
        set_lock(
            variant=solved, donor="fujian", recipient="nyingchi", must_be=False, reason="x", **by
        )
        with pytest.raises(PlanOfAnotherScenario):
            self.adopt(desk, solved, desk.deputy)

    def test_needs_a_plan(self, desk):
        with pytest.raises(NoPlan):
            self.adopt(desk, desk.variant(), desk.coordinator)

    def test_is_done_by_the_coordinator_alone(self, desk, solved, fujian):
        with pytest.raises(NotAllowed):
            self.adopt(desk, solved, fujian)


class TestRecordedList:
    def record(self, desk, lines, **given):
        return record_list(
            **{
                "round": desk.round,
                "document": desk.document,
                "in_force_from": SEVENTH,
                "lines": lines,
                "actor": desk.coordinator,
                "now": desk.now,
                **given,
            }
        )

    def test_is_in_force_without_signatures_and_cites_its_document(self, desk, lines, standing):
        recorded = self.record(desk, lines(("fujian", "nyingchi")))
        assert (recorded.state, recorded.is_recorded) == ("issued", True)
        assert recorded.document == desk.document
        assert recorded.first_signed_by_id is None
        assert standing() == {("fujian", "nyingchi")}

    def test_keeps_the_mark_of_doubt(self, desk, lines):
        (line,) = lines(("fujian", "nyingchi"))
        self.record(desk, [replace(line, is_doubtful=True)])
        with acting(desk.coordinator):
            assert ListLine.objects.get().is_doubtful
            assert Pairing.objects.get().is_doubtful

    def test_ends_when_it_is_known_to_have_ended(self, desk, lines, standing):
        self.record(desk, lines(("fujian", "nyingchi")), in_force_until=TENTH)
        assert standing() == set()
        self.record(desk, lines(("fujian", "nyingchi")), in_force_from=TENTH)
        with acting(desk.coordinator):
            kept = Pairing.objects.get()
            assert (kept.valid_from, kept.valid_until) == (SEVENTH, None)

    def test_does_not_end_before_it_begins(self, desk, lines):
        with pytest.raises(InvalidInput):
            self.record(desk, lines(("fujian", "nyingchi")), in_force_until=date(2020, 2, 6))

    @pytest.mark.parametrize(
        ("given", "refusal"),
        [
            ({"in_force_from": date(1900, 1, 1)}, ForceBeforeRound),
            ({"issued_on": date(1800, 1, 1)}, IssuedTooEarly),
            ({"issued_on": date(2999, 1, 1)}, IssuedInTheFuture),
        ],
    )
    def test_takes_no_absurd_day(self, desk, lines, given, refusal):
        with pytest.raises(refusal):
            self.record(desk, lines(("fujian", "nyingchi")), **given)

    def test_is_recorded_in_order(self, desk, lines):
        self.record(desk, lines(("fujian", "nyingchi")), in_force_from=TENTH)
        with pytest.raises(ForceBeforeStanding):
            self.record(desk, lines(("hunan", "nyingchi")))

    def test_cites_a_document_of_its_programme(self, desk, lines, workspace, coordinator, now):
        other = open_desk(workspace, coordinator, now, slug="other")
        with pytest.raises(DocumentOfAnotherProgramme):
            self.record(desk, lines(("fujian", "nyingchi")), document=other.document)

    def test_is_done_by_the_coordinator_alone(self, desk, lines, fujian):
        with pytest.raises(NotAllowed):
            self.record(desk, lines(("fujian", "nyingchi")), actor=fujian)


class TestComparison:
    def test_tells_held_moved_ended_and_new(self, desk, draft):
        names = desk.organisations
        first = draft(("fujian", "nyingchi"), ("hunan", "huanggang"))
        second = draft(("fujian", "nyingchi"), ("hunan", "fujian"))
        third = draft(("fujian", "nyingchi"), ("huanggang", "hunan"))
        with acting(desk.coordinator):
            moved = compare_lists(first, second)
            ended = compare_lists(first, third)
        assert moved.held == ((names["fujian"], names["nyingchi"]),)
        (move,) = moved.moved
        assert move.donor == names["hunan"]
        assert (move.left, move.joined) == ((names["huanggang"],), (names["fujian"],))
        assert (moved.ended, moved.new) == ((), ())
        assert ended.ended == ((names["hunan"], names["huanggang"]),)
        assert ended.new == ((names["huanggang"], names["hunan"]),)
        assert ended.moved == ()
