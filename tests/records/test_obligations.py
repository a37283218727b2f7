"""What a donor owes by rule: choosing it, drafting a notice, issuing it by a second person (§P)."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from tests.grounds import ground
from tests.small_workspace import NOW

from records.agreement_grounds import make_pairing
from records.obligation_grounds import REVENUE, SINCE, make_obligation_grounds
from tiebeam.apps.ledger.models import Transfer
from tiebeam.apps.ledger.obligation_models import DonorRate, ObligationNotice, ObligationRule
from tiebeam.apps.ledger.operations.obligation_notices import (
    discard_notice,
    draft_notices,
    issue_notice,
)
from tiebeam.apps.ledger.operations.obligation_rules import set_donor_rate
from tiebeam.apps.ledger.operations.proposals import (
    post_proposal,
    propose,
    propose_reversal,
    propose_year_end,
)
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.ledger.queries.obligations import (
    are_illustrative,
    correction_of,
    derivation_of,
    find_newer_base,
    get_notice,
    list_batches_of,
    list_donor_years,
    list_versions,
    load_of_donor,
)
from tiebeam.apps.programmes.operations import add_participant, end_participation
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations import create_region
from tiebeam.errors import InvalidInput, Refused
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.notices.models import Notice
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty, acting

YI = 10**10
"""1 亿元 in fen."""


@pytest.fixture
@ground
def grounds(workspace):
    return make_obligation_grounds(workspace)


@pytest.fixture
def wenchuan(grounds):
    """The rule of Wenchuan, and a revenue of 1,000 亿元 in 2007."""
    grounds.choose()
    grounds.reveal(2007, "1000")
    return grounds


def code_of(act) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def fault_of(act) -> str:
    with pytest.raises(InvalidInput) as refusal:
        act()
    return refusal.value.faults[0].code


class TestChoosingARule:
    def test_keeps_what_no_source_says_with_its_reason(self, grounds):
        choice = grounds.choose("tibet", entered_because="Letter of 2015, not numbered")

        assert (choice.base_offset, choice.entered_because) == (-1, "Letter of 2015, not numbered")

    def test_is_done_again_with_a_reason_alone(self, grounds):
        grounds.choose()

        assert code_of(lambda: grounds.choose("tibet")) == "programmes.reason_missing"
        assert grounds.choose("tibet", reason="Chosen by mistake").rule_id == "tibet"
        with acting(grounds.maker):
            assert ObligationRule.objects.count() == 1

    @pytest.mark.parametrize(
        ("rule_id", "more", "code"),
        [
            ("marshall-plan", {}, "obligations.rule_unknown"),
            (
                "wenchuan-2008",
                {"base_offset": -2, "entered_because": "x"},
                "obligations.part_known",
            ),
            ("tibet", {"entered_because": " "}, "obligations.entered_without_reason"),
        ],
    )
    def test_is_refused(self, grounds, rule_id, more, code):
        assert code_of(lambda: grounds.choose(rule_id, **more)) == code

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"indicator": " "}, "obligations.indicator_missing"),
            ({"indicator": "x" * 61}, "programmes.text_too_long"),
            ({"base_offset": 1}, "obligations.offset_out_of_reach"),
        ],
    )
    def test_names_what_is_wrong(self, grounds, more, code):
        assert fault_of(lambda: grounds.choose("tibet", **more)) == code

    def test_is_the_coordinators(self, grounds):
        donor = grounds.workspace.actor("fujian", Role.DONOR_OFFICE)

        with pytest.raises(NotAllowed):
            replace(grounds, maker=donor).choose()


class TestOwnRate:
    """§P3."""

    @pytest.mark.parametrize("text", ["0.45%", "4.5‰", "45/10000", "0.0045", " 0.45 ％"])
    def test_is_read_exactly(self, grounds, text):
        grounds.choose("xinjiang-2010")

        row = grounds.rate(text)

        assert Fraction(row.numerator, row.denominator) == Fraction(9, 2000)

    @pytest.mark.parametrize("text", ["", "half", "1/0", "150%", "-0.4%", "1e-3", "0,45%"])
    def test_is_not_guessed(self, grounds, text):
        grounds.choose("xinjiang-2010")

        assert fault_of(lambda: grounds.rate(text)) == "obligations.rate_not_valid"

    def test_lies_within_the_bounds_and_names_its_document(self, grounds):
        assert code_of(lambda: grounds.rate("0.4%")) == "obligations.rule_not_chosen"
        grounds.choose("xinjiang-2010")

        assert code_of(lambda: grounds.rate("0.7%")) == "obligations.rate_outside"
        assert (
            code_of(lambda: grounds.rate("0.4%", document_number=" "))
            == "obligations.document_missing"
        )

    def test_is_of_a_donor_of_the_programme(self, grounds, now):
        grounds.choose("xinjiang-2010")
        hunan = grounds.workspace.organisations["hunan"]

        code = code_of(
            lambda: set_donor_rate(
                programme=grounds.programme,
                donor=hunan,
                rate="0.4%",
                from_year=2011,
                document_page="p",
                actor=grounds.maker,
                now=now,
            )
        )

        assert code == "obligations.not_a_donor"

    def test_of_a_year_is_replaced_with_a_reason_alone(self, grounds):
        grounds.choose("xinjiang-2010")
        grounds.rate("0.4%")

        assert code_of(lambda: grounds.rate("0.5%")) == "programmes.reason_missing"
        grounds.rate("0.5%", reason="Misread")
        grounds.rate("0.6%", from_year=2015)

        with acting(grounds.maker):
            assert DonorRate.objects.count() == 2

    def test_counts_from_its_year_on(self, grounds):
        grounds.choose("xinjiang-2010")
        grounds.rate("0.4%", from_year=2011)
        grounds.rate("0.6%", from_year=2017)
        grounds.reveal(2015, "100")
        grounds.reveal(2016, "100")

        assert grounds.draft(2016).amount == 4 * YI // 10
        assert grounds.draft(2017).amount == 6 * YI // 10


class TestDrafting:
    def test_takes_one_per_cent_of_the_year_before(self, wenchuan):
        notice = wenchuan.draft()

        assert notice.amount == 10 * YI
        assert notice.derivation["shares"] == {
            wenchuan.key("nyingchi"): 5 * YI,
            wenchuan.key("huanggang"): 5 * YI,
        }
        assert (notice.state, notice.version, notice.is_illustrative) == ("draft", 1, False)

    def test_shares_out_by_weights_and_keeps_them_for_later_years(self, wenchuan):
        weights = {wenchuan.key("nyingchi"): 3, wenchuan.key("huanggang"): 1}
        wenchuan.reveal(2008, "1200")

        first = wenchuan.draft(weights=weights)
        second = wenchuan.draft(2009)

        assert first.derivation["shares"][wenchuan.key("nyingchi")] == 75 * YI // 10
        assert second.derivation["shares"][wenchuan.key("nyingchi")] == 9 * YI

    def test_takes_the_newest_vintage_that_is_known(self, wenchuan):
        wenchuan.reveal(2007, "1010", vintage=date(2009, 9, 1))

        notice = wenchuan.draft()

        assert notice.amount == 101 * YI // 10
        assert derivation_of(notice).steps[0].facts["vintage"] == "2009-09-01"

    def test_of_an_assumed_figure_only_illustrates(self, grounds):
        grounds.choose()
        grounds.reveal(2007, "1000", reliability="assumption")

        assert grounds.draft().is_illustrative

    def test_is_refused_where_something_is_missing(self, grounds):
        assert code_of(grounds.draft) == "obligations.rule_not_chosen"
        grounds.choose()
        assert code_of(grounds.draft) == "obligations.base_missing"
        for year in (-4257, 0, 20000):
            assert code_of(lambda year=year: grounds.draft(year)) == "ledger.year_out_of_range"
            hand = {"programme": grounds.programme, "actor": grounds.maker, "now": NOW}
            assert (
                code_of(lambda year=year, hand=hand: draft_notices(year=year, **hand))
                == "ledger.year_out_of_range"
            )
        assert code_of(lambda: grounds.draft(2007)) == "obligations.outside_term"
        hunan = grounds.workspace.organisations["hunan"]
        assert code_of(lambda: grounds.draft(donor=hunan)) == "obligations.no_pairing"
        grounds.reveal(2007, "1000")
        other = {grounds.key("nyingchi"): 1}
        assert code_of(lambda: grounds.draft(weights=other)) == "obligations.weights_differ"
        none = {grounds.key("nyingchi"): 0, grounds.key("huanggang"): 0}
        assert fault_of(lambda: grounds.draft(weights=none)) == "units.bad_weights"

    def test_is_refused_for_a_donor_without_a_region(self, wenchuan):
        with acting(wenchuan.admin):
            Organisation.objects.filter(pk=wenchuan.donor.pk).update(region=None)

        assert code_of(wenchuan.draft) == "obligations.donor_without_region"

    def test_is_refused_until_the_donors_own_rate_is_entered(self, grounds):
        grounds.choose("xinjiang-2010")
        grounds.reveal(2010, "200")

        assert code_of(lambda: grounds.draft(2011)) == "obligations.rate_bounded"
        grounds.rate("0.45%")
        assert grounds.draft(2011).amount == 9 * YI // 10

    def test_asks_about_a_figure_that_slipped_by_a_unit(self, wenchuan):
        for year, quantity in ((2005, "800"), (2006, "900"), (2008, "1100")):
            wenchuan.reveal(year, quantity)
        wenchuan.reveal(2007, "9800000", vintage=date(2009, 9, 1))

        assert fault_of(wenchuan.draft) == "units.seems_too_large"
        assert wenchuan.draft(is_confirmed=True).amount == 98000 * YI

    def test_is_done_once_and_again_after_it_was_discarded(self, wenchuan, now):
        first = wenchuan.draft()

        assert code_of(wenchuan.draft) == "obligations.draft_exists"
        gone = {"notice": first, "actor": wenchuan.maker, "now": now}
        assert code_of(lambda: discard_notice(**gone, reason=" ")) == "programmes.reason_missing"
        discard_notice(**gone, reason="Wrong figure")
        assert code_of(lambda: discard_notice(**gone, reason="x")) == "obligations.not_a_draft"
        assert wenchuan.draft().version == 2

    def test_of_all_donors_leaves_out_whom_something_is_missing_for(self, wenchuan, now):
        hunan = wenchuan.workspace.actor("hunan", Role.DONOR_OFFICE)
        make_pairing(
            wenchuan.programme,
            wenchuan.maker,
            hunan,
            wenchuan.workspace.actor("huanggang", Role.RECIPIENT_OFFICE),
            valid_from=SINCE,
        )
        given = {"programme": wenchuan.programme, "year": 2008, "actor": wenchuan.maker}

        assert [row.donor_id for row in draft_notices(**given, now=now)] == [wenchuan.donor.pk]
        assert draft_notices(**given, now=now) == []

    def test_is_hidden_from_the_donor(self, wenchuan):
        notice = wenchuan.draft()

        with acting(wenchuan.workspace.actor("fujian", Role.DONOR_OFFICE)):
            assert not ObligationNotice.objects.filter(pk=notice.pk).exists()


class TestIssuing:
    def test_takes_a_second_person(self, wenchuan):
        notice = wenchuan.draft()
        deputy = replace(wenchuan.checker, deputy_of=wenchuan.maker.person_id)

        for same in (wenchuan.maker, deputy):
            code = code_of(lambda same=same: wenchuan.issue(notice, actor=same))
            assert code == "obligations.second_person"
        wenchuan.issue(notice)
        assert code_of(lambda: wenchuan.issue(notice)) == "obligations.not_a_draft"

    def test_shows_it_to_the_donor_and_tells_its_people(self, wenchuan):
        notice = wenchuan.issue(wenchuan.draft())

        fujian = wenchuan.workspace.actor("fujian", Role.DONOR_OFFICE)
        with acting(wenchuan.workspace.actor("nyingchi", Role.RECIPIENT_OFFICE)):
            assert not ObligationNotice.objects.filter(pk=notice.pk).exists()
        with acting(fujian):
            assert get_notice(notice.pk).amount == 10 * YI
            assert Notice.objects.filter(kind="obligation_issued").count() == 1

    def test_shows_it_to_whoever_oversees_the_donors_money_then_and_later(self, wenchuan, now):
        hunan = wenchuan.workspace.organisations["hunan"]
        notice = wenchuan.issue(wenchuan.draft())
        joined = {
            side: add_participant(
                programme=wenchuan.programme,
                organisation=wenchuan.workspace.organisations[name],
                side=side,
                valid_from=timezone.localdate(now),
                actor=wenchuan.maker,
                now=now,
            )
            for name, side in (("hunan", "auditor"), ("huanggang", "reader"))
        }

        def reads(name):
            with acting(wenchuan.workspace.actor(name, Role.AUDITOR)):
                return ObligationNotice.objects.filter(pk=notice.pk).exists()

        assert (reads("hunan"), reads("huanggang")) == (True, False)
        with acting(wenchuan.admin):
            elsewhere = create_region(
                name_en="Hunan", name_zh="湖南省", kind="province", actor=wenchuan.admin, now=now
            )
            Organisation.objects.filter(pk=hunan.pk).update(region=elsewhere)
        end_participation(
            participant=joined["auditor"],
            until=timezone.localdate(now) + timedelta(days=1),
            reason="Moved",
            actor=wenchuan.maker,
            now=now,
        )
        assert not reads("hunan")

    def test_is_refused_when_the_figure_was_revised_since(self, wenchuan):
        notice = wenchuan.draft()
        wenchuan.reveal(2007, "1010", vintage=date(2009, 9, 1))

        with acting(wenchuan.maker):
            assert find_newer_base(notice).quantity == 1010
        assert code_of(lambda: wenchuan.issue(notice)) == "obligations.draft_outdated"

    def test_writes_the_log(self, wenchuan):
        notice = wenchuan.issue(wenchuan.draft())

        with acting(wenchuan.maker):
            actions = Entry.objects.filter(record_id=notice.pk).values_list("action", flat=True)
            assert sorted(actions) == ["ledger.draft_notice", "ledger.issue_notice"]


class TestPosting:
    """§P9: the ledger takes what a notice says, pairing by pairing."""

    def test_owes_each_pairing_its_part(self, wenchuan):
        weights = {wenchuan.key("nyingchi"): 3, wenchuan.key("huanggang"): 1}

        notice = wenchuan.issue(wenchuan.draft(weights=weights))

        with acting(wenchuan.maker):
            found = {row.pairing_id: row for row in list_batches_of(notice)}
        batch = found[wenchuan.pairings["nyingchi"].pk]
        assert (batch.kind, batch.amount, batch.year) == ("obligation", 75 * YI // 10, 2008)
        assert batch.document == "国办发〔2008〕53号"
        assert {batch.maker_id, batch.checker_id} == {
            wenchuan.maker.person_id,
            wenchuan.checker.person_id,
        }
        assert wenchuan.due("nyingchi", 2008) == 75 * YI // 10
        assert wenchuan.due("huanggang", 2008) == 25 * YI // 10

    def test_is_not_undone_or_changed_by_hand_while_the_notice_stands(self, wenchuan):
        notice = wenchuan.issue(wenchuan.draft())
        with acting(wenchuan.maker):
            batch = list_batches_of(notice)[0]
        hand = {"key": uuid4(), "actor": wenchuan.maker, "now": NOW}

        for kind in ("obligation", "due_up", "due_down"):
            terms = Terms(kind=kind, amount=5, valid_on=date(2008, 7, 1), document="1")
            code = code_of(
                lambda terms=terms: propose(
                    pairing=wenchuan.pairings["nyingchi"], terms=terms, **hand
                )
            )
            assert code == "obligations.due_by_notice"
        assert (
            code_of(lambda: propose_reversal(batch=batch, reason_code="wrong", **hand))
            == "obligations.due_of_notice"
        )

    def test_is_not_added_to_what_was_recorded_by_hand_which_says_so(self, wenchuan):
        wenchuan.open_year(2008)
        terms = Terms(
            kind="obligation", amount=5, valid_on=date(2008, 7, 1), document="1", note="Letter"
        )
        made = propose(
            pairing=wenchuan.pairings["nyingchi"],
            terms=terms,
            key=uuid4(),
            actor=wenchuan.maker,
            now=NOW,
        )
        batch = post_proposal(proposal=made, actor=wenchuan.checker, now=NOW)
        assert batch.note == "未按规则核定 / not by rule; Letter"
        notice = wenchuan.draft()
        assert code_of(lambda: wenchuan.issue(notice)) == "obligations.due_by_hand"

        undo = propose_reversal(
            batch=batch, reason_code="wrong", key=uuid4(), actor=wenchuan.maker, now=NOW
        )
        post_proposal(proposal=undo, actor=wenchuan.checker, now=NOW)
        assert wenchuan.issue(notice).state == "issued"
        assert wenchuan.due("nyingchi", 2008) == 5 * YI

    def test_moves_the_difference_of_a_revision_up_and_down(self, wenchuan):
        wenchuan.issue(wenchuan.draft())
        wenchuan.reveal(2007, "1010", vintage=date(2009, 9, 1))
        up = wenchuan.issue(wenchuan.draft(reason="Base revised"))
        assert wenchuan.due("nyingchi", 2008) == 505 * YI // 100
        wenchuan.reveal(2007, "990", vintage=date(2010, 9, 1))
        down = wenchuan.issue(wenchuan.draft(reason="Base revised again"))
        assert wenchuan.due("nyingchi", 2008) == 495 * YI // 100

        with acting(wenchuan.maker):
            kinds = [{row.kind for row in list_batches_of(each)} for each in (up, down)]
        assert kinds == [{"due_up"}, {"due_down"}]

    def test_of_a_closed_year_stands_in_the_open_one_and_names_it(self, wenchuan, now):
        wenchuan.issue(wenchuan.draft())
        wenchuan.open_year(2009)
        finance = Actor(
            person_id=uuid4(),
            organisation_id=wenchuan.donor.pk,
            duties=frozenset({Duty(Role.DONOR_FINANCE)}),
        )
        ended = propose_year_end(
            pairing=wenchuan.pairings["nyingchi"],
            year=2008,
            key=uuid4(),
            actor=wenchuan.workspace.actor("fujian", Role.DONOR_OFFICE),
            now=now,
        )
        post_proposal(proposal=ended, actor=finance, now=now)
        wenchuan.reveal(2007, "1010", vintage=date(2009, 9, 1))

        notice = wenchuan.issue(wenchuan.draft(reason="Base revised"))

        with acting(finance):
            rows = Transfer.objects.filter(
                batch__in=[row.pk for row in list_batches_of(notice)]
            ).order_by("year")
            assert [(row.year, row.relates_to_year, row.amount) for row in rows] == [
                (2008, 0, YI // 20),
                (2009, 2008, YI // 20),
            ]

    def test_moves_nothing_where_only_the_grounds_change(self, wenchuan):
        wenchuan.issue(wenchuan.draft())
        wenchuan.reveal(2007, "1000", vintage=date(2009, 9, 1))

        notice = wenchuan.issue(wenchuan.draft(reason="A later edition, unchanged"))

        with acting(wenchuan.maker):
            assert list_batches_of(notice) == []
            assert notice.state == "issued"

    def test_says_in_the_books_that_a_due_only_illustrates(self, grounds):
        grounds.choose()
        grounds.reveal(2007, "1000", reliability="assumption")
        ids = [row.pk for row in grounds.pairings.values()]

        notice = grounds.issue(grounds.draft())

        for side in (grounds.maker, grounds.workspace.actor("nyingchi", Role.RECIPIENT_OFFICE)):
            with acting(side):
                assert are_illustrative(ids)
        with acting(grounds.maker):
            assert {row.note for row in list_batches_of(notice)} == {"示意 / illustrative"}

    def test_leaves_no_notice_where_the_ledger_takes_nothing(self, wenchuan, now):
        notice = wenchuan.draft()

        code = code_of(lambda: issue_notice(notice=notice, actor=wenchuan.checker, now=now))

        assert code == "ledger.year_not_set"
        with acting(wenchuan.maker):
            assert get_notice(notice.pk).state == "draft"


class TestRevising:
    """§P9."""

    def test_supersedes_the_notice_and_gives_the_difference(self, wenchuan):
        first = wenchuan.issue(wenchuan.draft())
        wenchuan.reveal(2007, "1010", vintage=date(2009, 9, 1))

        assert code_of(wenchuan.draft) == "programmes.reason_missing"
        second = wenchuan.issue(wenchuan.draft(reason="Base revised"))

        with acting(wenchuan.maker):
            assert [row.state for row in list_versions(second)] == ["issued", "superseded"]
            correction = correction_of(get_notice(second.pk))
        assert correction.difference == YI // 10
        assert correction.by_pairing == {
            wenchuan.key("nyingchi"): YI // 20,
            wenchuan.key("huanggang"): YI // 20,
        }
        assert second.supersedes_id == first.pk

    def test_is_refused_where_nothing_changed(self, wenchuan):
        wenchuan.issue(wenchuan.draft())

        assert code_of(lambda: wenchuan.draft(reason="Again")) == "obligations.nothing_changed"


class TestGrowth:
    """§P6."""

    def test_needs_the_notice_of_the_year_before(self, grounds):
        grounds.choose("xinjiang-2010")
        grounds.rate("0.45%")
        grounds.reveal(2010, "200")
        grounds.reveal(2011, "200")

        assert code_of(lambda: grounds.draft(2012)) == "obligations.earlier_unknown"
        grounds.issue(grounds.draft(2011))
        notice = grounds.draft(2012)

        assert notice.amount == 972 * YI // 1000
        assert notice.derivation["decided_by"] == "growth"


class TestLists:
    def test_name_each_donor_of_the_year_with_what_stands(self, wenchuan):
        with acting(wenchuan.maker):
            [row] = list_donor_years(wenchuan.programme.pk, 2008)
            assert (row.donor.pk, row.issued, row.draft) == (wenchuan.donor.pk, None, None)
            assert list_donor_years(wenchuan.programme.pk, 2007) == []

        wenchuan.issue(wenchuan.draft())
        wenchuan.reveal(2007, "1010", vintage=date(2009, 9, 1))

        with acting(wenchuan.maker):
            [row] = list_donor_years(wenchuan.programme.pk, 2008)
        assert row.issued is not None
        assert row.newer.quantity == 1010


class TestLoad:
    """§P10."""

    def test_holds_nothing_against_a_year_outside_the_term(self, wenchuan):
        with acting(wenchuan.maker):
            found = load_of_donor(wenchuan.donor, 2012)

        assert [line.why for line in found.lines] == ["outside_term"]
        assert found.load.unknown == ()

    def test_names_a_programme_whose_due_is_not_known(self, wenchuan):
        with acting(wenchuan.maker):
            before = load_of_donor(wenchuan.donor, 2008)
        assert (before.load.total, before.load.unknown) == (0, (str(wenchuan.programme.pk),))

        wenchuan.issue(wenchuan.draft())

        with acting(wenchuan.maker):
            after = load_of_donor(wenchuan.donor, 2008)
        assert (after.load.total, after.load.unknown) == (10 * YI, ())
        assert after.load.share == Fraction(1, 100)
        assert (after.revenue.indicator, after.revenue.year) == (REVENUE, 2007)


class TestDatabase:
    """With the program bypassed."""

    @pytest.mark.parametrize(
        "change", [{"amount": 1}, {"state": "draft"}, {"reason": "x"}, {"derivation": {}}]
    )
    def test_keeps_an_issued_notice(self, wenchuan, change):
        notice = wenchuan.issue(wenchuan.draft())

        with acting(wenchuan.maker), pytest.raises(DatabaseError), transaction.atomic():
            ObligationNotice.objects.filter(pk=notice.pk).update(**change)

    def test_deletes_no_notice(self, wenchuan):
        notice = wenchuan.draft()

        with acting(wenchuan.maker), pytest.raises(DatabaseError), transaction.atomic():
            ObligationNotice.objects.filter(pk=notice.pk).delete()

    def test_demands_two_people(self, wenchuan, now):
        notice = wenchuan.draft()

        with acting(wenchuan.maker), pytest.raises(DatabaseError), transaction.atomic():
            ObligationNotice.objects.filter(pk=notice.pk).update(
                state="issued", issued_at=now, checker_id=notice.maker_id
            )

    def test_lets_one_notice_stand(self, wenchuan, now):
        notice = wenchuan.issue(wenchuan.draft())
        notice.pk, notice.version = None, 9
        notice.id = type(notice)._meta.pk.get_default()
        notice.scope_id = notice.id

        with acting(wenchuan.maker), pytest.raises(DatabaseError), transaction.atomic():
            notice.save(force_insert=True)

    @pytest.mark.parametrize(
        "change", [{"denominator": 0}, {"numerator": 10**6}, {"document_number": ""}]
    )
    def test_takes_no_rate_that_is_none(self, grounds, change):
        grounds.choose("xinjiang-2010")
        row = grounds.rate("0.4%")

        with acting(grounds.maker), pytest.raises(DatabaseError), transaction.atomic():
            DonorRate.objects.filter(pk=row.pk).update(**change)
