"""
Many pairs at a glance: what was owed, given, received and spent, and what an auditor asks about.

Expected figures are those of the example of five years, worked by hand (§L12), in 万元.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest
from tests.grounds import ground
from tests.ledger_examples import NAMES

from records.ledger_grounds import LATER, make_grounds
from records.ledger_story import tell
from tiebeam.apps.ledger.claim_models import Reimbursement, Voucher
from tiebeam.apps.ledger.queries import entries
from tiebeam.apps.ledger.queries.entries import Sought, find_entries
from tiebeam.apps.ledger.queries.exceptions import list_exceptions
from tiebeam.apps.ledger.queries.matrix import list_figures, sum_by_year, sum_figures
from tiebeam.apps.ledger.queries.measures import MEASURES
from tiebeam.apps.ledger.queries.pairs import list_pairs_with_money
from tiebeam.apps.ledger.queries.per_head import find_per_head
from tiebeam.apps.ledger.queries.purposes import list_flows
from tiebeam.apps.ledger.queries.trial import list_account, list_trial
from tiebeam.apps.regions.models import Region, Statistic
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.grants import grant_reading
from tiebeam.platform.time.periods import AsOf

WAN = 10**6
TODAY = date(2025, 12, 1)

FIVE_YEARS = {
    #       owed  planned  committed  paid  received  spent  in_kind  by_credit
    2021: (1000, 1000, 800, 500, 500, 300, 0, 0),
    2022: (1100, 1100, 900, 300, 250, 400, 200, 0),
    # of what was paid 40 of 2021 came back in 2023, and 100 bounced
    2023: (1260, 1260, -40, 460, 510, 450, 100, 0),
    2024: (1050, 1200, 2000, 1500, 1500, 1000, 0, 0),
    # 70 of what was committed, paid and received came back
    2025: (1400, 1350, 1230, 1630, 1630, 900, 0, 150),
}  # fmt: skip


@pytest.fixture
@ground
def story(workspace):
    grounds = make_grounds(workspace)
    grounds.told = tell(grounds)
    return grounds


def figures(grounds, by="coordinator", as_of=None):
    with acting(grounds.makers[by]):
        return list_figures(list_pairs_with_money(), as_of)


def in_wan(sums):
    return {year: tuple(sums[year][name] // WAN for name in MEASURES) for year in sums}


class TestMatrix:
    def test_has_the_figures_that_were_worked_by_hand(self, story):
        found = figures(story)

        assert in_wan(sum_by_year(found)) == FIVE_YEARS
        totals = sum_figures(found)
        assert {name: totals[name] // WAN for name in ("owed", "paid", "in_kind", "by_credit")} == {
            "owed": 5810, "paid": 4390, "in_kind": 300, "by_credit": 150,
        }  # fmt: skip
        assert sum_figures(found, [2021, 2022])["paid"] == 800 * WAN

    @pytest.mark.parametrize("by", ["donor", "recipient"])
    def test_is_whole_for_a_side_by_what_both_sides_read(self, story, by):
        found = figures(story, by)

        assert sum_figures(found) == sum_figures(figures(story))
        assert found[0].by_events == {"donor": {"recipient"}, "recipient": {"donor"}}[by]

    def test_is_that_of_another_day_as_known_then(self, story):
        then = AsOf(true_on=date(2022, 12, 31), known_at=datetime(2022, 12, 31, 12, tzinfo=UTC))

        assert in_wan(sum_by_year(figures(story, as_of=then))) == {
            2021: FIVE_YEARS[2021], 2022: FIVE_YEARS[2022],
        }  # fmt: skip

    def test_knows_nothing_later_than_it_is_asked(self, story):
        # True since 2023-01-10, recorded that day: 50 of 2022 had not arrived.
        before = AsOf(true_on=date(2025, 12, 31), known_at=datetime(2023, 1, 9, tzinfo=UTC))

        found = sum_figures(figures(story, as_of=before))

        assert (found["paid"], found["received"]) == (800 * WAN, 750 * WAN)

    def test_takes_few_statements(self, story, django_assert_max_num_queries):
        with acting(story.makers["coordinator"]), django_assert_max_num_queries(8):
            list_figures(list_pairs_with_money())


class TestMeasures:
    @pytest.mark.parametrize("name", NAMES)
    def test_are_what_their_entries_come_to(self, workspace, name):
        grounds = make_grounds(workspace)
        tell(grounds, name)

        with acting(grounds.makers["coordinator"]):
            found = sum_by_year(list_figures(list_pairs_with_money()))
            for year, measure in product(found, MEASURES):
                sought = Sought(pairing_ids=[grounds.pairing.pk], year=year, measure=measure)
                behind = find_entries(sought)
                assert found[year][measure] == behind.total, (year, measure)
                assert sum(row.amount * row.sign for row in behind.rows) == behind.total


class TestJournal:
    def test_of_very_many_rows_begins_with_the_same(self, story, monkeypatch):
        sought = Sought(pairing_ids=[story.pairing.pk], on=TODAY)
        with acting(story.makers["coordinator"]):
            plain = find_entries(sought, stop=30)
            monkeypatch.setattr(entries, "COUNTED_MOST", 20)
            quick = find_entries(sought, stop=30)

        assert quick.rows == plain.rows
        assert (plain.count, quick.count) == (129, 20)  # the rows of the example


class TestFlows:
    def test_are_what_was_paid_for_each_purpose(self, story):
        with acting(story.makers["coordinator"]):
            flows = list_flows([story.pairing.pk])
            in_2024 = list_flows([story.pairing.pk], year=2024)

        assert [(flow.purpose, flow.amount // WAN) for flow in flows] == [
            ("road", 2000), ("homes", 1130), ("school", 760), ("clinic", 500),
        ]  # fmt: skip
        assert [(flow.purpose, flow.amount // WAN) for flow in in_2024] == [("road", 1500)]


class TestExceptions:
    def ask(self, story, day, *kinds, **more):
        with acting(story.makers["coordinator"]):
            return list_exceptions([story.pairing.pk], AsOf(true_on=day), kinds=kinds, **more)

    def test_tell_of_payments_that_nobody_confirmed(self, story):
        # 2022-05-04: 300 paid, 250 confirmed on the 10th, the rest in January.
        (found,) = self.ask(story, date(2022, 12, 31), "not_received")
        assert (found.amount, found.facts["days"]) == (50 * WAN, 241)
        assert self.ask(story, date(2022, 12, 31), "not_received", days=242) == []
        assert self.ask(story, date(2023, 1, 10), "not_received") == []

    def test_tell_of_a_closed_year_with_money_on_its_way(self, story):
        day = date(2023, 1, 9)
        (found,) = self.ask(story, day, "closed_in_transit")
        assert (found.amount, found.facts["year"]) == (50 * WAN, 2022)
        assert self.ask(story, date(2023, 1, 10), "closed_in_transit") == []

    def test_tell_of_a_purpose_that_spent_more_than_came_for_it(self, story):
        story.post("expenditure", 600 * WAN, nature="current", purpose="road", valid_on=TODAY)
        assert self.ask(story, TODAY, "spent_without_receipt", "over_estimate") == []
        story.post("expenditure", 600 * WAN, nature="current", purpose="clinic", valid_on=TODAY)

        (found,) = self.ask(story, TODAY, "spent_without_receipt")

        # 500 came for the clinic, where 900 had been committed.
        assert (found.purpose, found.amount) == ("clinic", 100 * WAN)
        assert self.ask(story, TODAY, "over_estimate") == []

    def test_tell_of_a_purpose_that_passed_its_commitment(self, story):
        story.post("expenditure", 5, nature="current", purpose="library", valid_on=TODAY)

        (found,) = self.ask(story, TODAY, "over_estimate")

        assert (found.purpose, found.facts) == ("library", {"used": 5, "held": 0})

    def test_tell_of_what_was_reversed(self, story):
        wrong = story.post("expenditure", 7, nature="current", valid_on=TODAY)
        story.reverse(wrong, "recipient")

        (found,) = self.ask(story, TODAY, "reversed")

        assert (found.amount, found.facts["of"], found.facts["reason"]) == (
            7, "expenditure", "wrong_amount",
        )  # fmt: skip

    def test_ask_about_an_amount_that_looks_like_a_slipped_unit(self, story):
        # What was spent at once is between 300 and 1,000 万元.
        assert self.ask(story, TODAY, "large_magnitude") == []
        slip = story.post("expenditure", 6 * 10**4, nature="current", valid_on=TODAY)

        (found,) = self.ask(story, TODAY, "large_magnitude")

        assert found.batch_id == slip.pk
        assert (found.facts["times"], found.facts["meant"]) == (10**4, 600 * WAN)

    def test_tell_of_a_voucher_that_two_recipients_used(self, workspace, story):
        for user in ("nyingchi", "huanggang"):
            actor = workspace.actor(user, Role.RECIPIENT_OFFICE)
            claim = Reimbursement(
                tenant_id=actor.organisation_id, pairing=story.pairing, programme=story.programme,
                title="t", payee="p", purpose="x", nature="current", amount=7,
                requested_by_id=actor.person_id, requested_at=LATER,
            )  # fmt: skip
            with acting(actor):
                claim.save(force_insert=True)
                Voucher(
                    tenant_id=actor.organisation_id, scope_id=claim.scope_id, reimbursement=claim,
                    issuer="Builder", issuer_key="builder", number="1", number_key="1", amount=7,
                    issued_on=TODAY,
                ).save(force_insert=True)  # fmt: skip
                grant_reading(
                    actor=actor, scope_id=claim.scope_id, role="owner",
                    organisation_ids=[story.owners["coordinator"]], valid_from=date(2020, 1, 1),
                )  # fmt: skip

        (found,) = self.ask(story, TODAY, "duplicate_voucher")

        assert (found.facts["issuer"], found.facts["count"], found.amount) == ("Builder", 2, 7)

    def test_tell_of_nothing_else_in_five_years(self, story):
        assert self.ask(story, TODAY) == []


class TestTrialBalance:
    def test_of_a_closed_year_stays_as_it_was(self, workspace):
        grounds = make_grounds(workspace)
        tell(grounds, through=2021)
        with acting(grounds.makers["coordinator"]):
            before = list_trial([grounds.pairing.pk], year=2021)
        assert {(row.key.code, row.key.year): row.balance // WAN for row in before} == {
            ("B100", 2021): 1000, ("B150", 2021): 500, ("B190", 2021): 500,
            ("D1000", 0): 5500, ("D1400", 0): 300, ("D3000", 0): 5800,
            ("R1000", 0): 200, ("R2200", 0): 200,
            ("Q100", 0): 0, ("Q110", 0): 0,  # 30 kits
        }  # fmt: skip
        # 40 of 2021 came back in 2023: told there, of 2021.
        other = make_grounds(workspace, "other")
        tell(other)

        with acting(other.makers["coordinator"]):
            assert list_trial([other.pairing.pk], year=2021) == before

    def test_is_that_of_a_day_as_known_then(self, story):
        ids = [story.pairing.pk]
        with acting(story.makers["coordinator"]):
            known = {
                (on, known): {
                    row.key.code: row.balance // WAN
                    for row in list_trial(ids, AsOf(true_on=on, known_at=known), side="donor")
                }
                for on, known in (
                    (date(2023, 4, 20), datetime(2023, 4, 20, tzinfo=UTC)),
                    (date(2023, 4, 30), datetime(2023, 4, 20, tzinfo=UTC)),
                    (date(2023, 4, 30), None),
                )
            }
        # 600 paid on the 4th, 500 confirmed on the 10th, 100 bounced on the 25th.
        assert [each.get("D1310", 0) for each in known.values()] == [100, 100, 0]

    def test_of_one_account_is_its_balance_in_each_book(self, story):
        with acting(story.makers["coordinator"]):
            found = list_account([story.pairing.pk], "B150")

        assert {year: amount // WAN for (_, year, _), amount in found.items()} == {
            2021: 500, 2022: 300, 2023: 500, 2024: 1500, 2025: 1630,
        }  # fmt: skip


class TestPerHead:
    def add_people(self, workspace, place, people, unit="person"):
        admin = workspace.actor("admin", Role.ADMINISTRATOR)
        admin = replace(admin, organisation_id=workspace.organisations["office"].pk)
        with acting(admin):
            region = Region(
                tenant_id=admin.organisation_id, kind="prefecture", name_en=place, name_zh=place
            )
            region.save()
            if people:
                Statistic(
                    tenant_id=admin.organisation_id, region=region, indicator="population",
                    year=2020, quantity=people, unit=unit, vintage=date(2021, 5, 11),
                    source="Census", reliability="official",
                ).save()  # fmt: skip
            organisation = workspace.organisations[place]
            organisation.region = region
            organisation.save()

    def ask(self, story, measure="paid", years=()):
        with acting(story.makers["coordinator"]):
            found = list_figures(list_pairs_with_money())
            return find_per_head(found, measure, years, AsOf(true_on=TODAY))

    def test_divides_by_the_people_of_the_place(self, workspace, story):
        self.add_people(workspace, "nyingchi", 200_000)
        (place,) = self.ask(story).places

        # 4,390 万元 over 200,000 people
        assert place.per_head == 21950
        assert place.population.vintage == date(2021, 5, 11)

    @pytest.mark.parametrize(
        ("people", "unit"), [(None, "person"), (7, "household"), (0, "person")]
    )
    def test_leaves_out_who_is_not_known(self, workspace, story, people, unit):
        self.add_people(workspace, "nyingchi", people, unit)
        found = self.ask(story)

        assert [place.per_head for place in found.unknown] == [None]
        assert found.by_head.gini is None
        assert found.by_place.counted == 1
