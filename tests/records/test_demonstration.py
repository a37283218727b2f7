"""The demonstration: published facts only, somebody in each role, loaded once."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from django.test import override_settings

from ledger_examples import load_example
from tiebeam.apps.emergencies.models import Incident, Need
from tiebeam.apps.emergencies.queries.inbox import inbox
from tiebeam.apps.emergencies.queries.reports import table_of
from tiebeam.apps.emergencies.queries.situation import situation
from tiebeam.apps.ledger.models import Account, Batch, Dispute, ObligationNotice, Proposal
from tiebeam.apps.ledger.queries.claims import list_claims
from tiebeam.apps.pairings.models import Agreement, HandOver, Opinion, Pairing, PairList
from tiebeam.apps.pairings.queries.responsibilities import get_matrix
from tiebeam.apps.programmes.models import LegalDocument, Programme, Round
from tiebeam.apps.programmes.queries.returns import list_returns
from tiebeam.apps.supplies.queries.transit import list_in_transit
from tiebeam.interfaces.demonstration import load
from tiebeam.platform.audit.keys import load_key
from tiebeam.platform.audit.models import Head, Leaf
from tiebeam.platform.audit.verification import verify
from tiebeam.platform.identity.models import Assignment, Person
from tiebeam.platform.identity.queries import find_actor_for, list_seats
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.time.periods import AsOf

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 15, 1, 0, tzinfo=UTC)
"""After the last year that the books end."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker, home):
    """Load it once for all that is asked of it: some thousand rows in one transaction, taken back at the end."""
    with (
        django_db_blocker.unblock(),
        override_settings(
            HOME=home,
            TIEBEAM_AUDIT_KEY=home / "keys" / "audit.pem",
            TIEBEAM_AUDIT_ANCHORS=home / "anchors",
        ),
        transaction.atomic(),
    ):
        yield load(now=NOW, plan=None, tell=lambda _: None)
        transaction.set_rollback(True)


@pytest.fixture
def coordinator_of_demo(told):
    person = Person.objects.get(email="coordinator@demo.example")
    seat = list_seats(person.pk, NOW.date())[0]
    return find_actor_for(person.pk, seat.organisation_id, NOW.date())


class TestDemonstration:
    def test_seats_somebody_in_every_role(self, told):
        assert set(Assignment.objects.values_list("role", flat=True)) == {
            role.value for role in Role
        }

    def test_tells_a_password_that_signs_in(self, told):
        person = Person.objects.get(email="donor@demo.example")

        assert person.check_password(told["password"])

    def test_is_loaded_once(self, told):
        assert load(now=NOW, plan=None, tell=lambda _: None) == told

    def test_is_sealed_to_its_last_entry(self, told, home):
        head = Head.objects.order_by("-size").first()

        assert Leaf.objects.count() == 0
        assert head.size > 1000
        assert load_key(home / "keys" / "audit.pem").key_id == head.key_id
        assert not verify(home / "anchors").counts

    def test_holds_both_lists_of_february_2020(self, coordinator_of_demo):
        with acting(coordinator_of_demo):
            lists = PairList.objects.filter(round__programme__slug="hubei-2020")
            press, official = lists.order_by("version")

            # 16 links of the press of 7 February, 21 of the notice of 10 February (domain, data traps).
            assert (press.lines.count(), official.lines.count()) == (16, 21)
            assert press.state == "superseded"
            assert all(line.is_doubtful for line in press.lines.all())
            kept = {(line.donor_id, line.recipient_id) for line in press.lines.all()} & {
                (line.donor_id, line.recipient_id) for line in official.lines.all()
            }
            assert len(kept) == 2

    def test_shows_a_step_of_each_kind_marked_as_made_up(self, coordinator_of_demo):
        with acting(coordinator_of_demo):
            returns = {
                standing.state
                for of_round in Round.objects.filter(programme__slug="tibet")
                for standing in list_returns(of_round, NOW.date())
            }
            draft = PairList.objects.get(round__programme__slug="tibet", state="consulted")
            replies = dict(Opinion.objects.values_list("reply", "text"))
            agreements = {row.title: row.signatures.count() for row in Agreement.objects.all()}
            pairing = Pairing.objects.get(
                programme__slug="tibet", donor__name_en="Fujian", recipient__name_en="Nyingchi"
            )
            matrix = get_matrix(pairing, AsOf(true_on=NOW.date()))
            owned = [row.area for row in matrix.areas if row.shares]

            assert returns == {"missing", "submitted", "returned", "accepted"}
            assert draft.note == "DEMO"
            assert set(replies) == {"agree", "object"}
            assert all("DEMO" in text for text in [*replies.values(), *agreements])
            assert sorted(agreements.values()) == [1, 2, 2]
            assert [row.area for row in matrix.areas if row.area not in owned] == ["education"]
            assert HandOver.objects.get().state == "open"
            assert not Agreement.objects.exclude(number="").exists()

    def test_invents_no_number_of_a_document(self, coordinator_of_demo):
        with acting(coordinator_of_demo):
            assert set(LegalDocument.objects.values_list("number", flat=True)) == {""}

    def test_shows_the_pair_of_fujian_and_nyingchi(self, told):
        person = Person.objects.get(email="recipient@demo.example")
        seat = list_seats(person.pk, NOW.date())[0]
        actor = find_actor_for(person.pk, seat.organisation_id, NOW.date())

        with acting(actor):
            donors = {
                pairing.donor.name_zh
                for pairing in Pairing.objects.filter(recipient_id=seat.organisation_id)
            }
            assert donors == {"福建省"}
            # A recipient reads its own programme, and no other one.
            assert [programme.slug for programme in Programme.objects.all()] == ["tibet"]


class TestBooksOfTheDemonstration:
    def test_leave_the_pair_of_fujian_the_balances_worked_by_hand(self, coordinator_of_demo):
        example = load_example("five-years")
        with acting(coordinator_of_demo):
            accounts = Account.objects.filter(
                book__pairing__donor__name_en="Fujian", year__lte=2025
            )
            held = {
                (row.code, row.year, row.unit.replace("套", "kits")): row.balance
                for row in accounts.exclude(balance=0)
            }

        assert held == example.balances

    def test_have_something_in_every_state(self, coordinator_of_demo, told):
        with acting(coordinator_of_demo):
            assert set(Proposal.objects.values_list("state", flat=True)) >= {"proposed", "posted"}
            dispute = Dispute.objects.select_related("payment").get()
            kinds = set(Batch.objects.values_list("kind", flat=True))
            claims = {claim.state for claim in list_claims()}
            notices = ObligationNotice.objects.all()

            assert dispute.amount == 1500 * 10**6
            assert kinds >= {"bounce", "reversal", "shipment", "refund_paid", "year_end"}
            assert claims == {"requested", "checked", "paid", "refused"}
            assert {n.is_illustrative for n in notices.filter(year=2025)} == {True}
            assert all(
                "DEMO" in batch.document
                for batch in Batch.objects.filter(follows=None).exclude(
                    kind__in=("year_end", "reversal", "obligation")
                )
            )


class TestEmergencyOfTheDemonstration:
    def test_shows_who_was_there_and_leaves_everybody_something_to_do(
        self, coordinator_of_demo, told
    ):
        with acting(coordinator_of_demo):
            incident = Incident.objects.get(mode="assign")
            found = situation(incident, AsOf(true_on=date(2020, 2, 12)))
            on_duty = {each.place.name_zh: each.on_duty for each in found.places}
            notes = {need.note for need in Need.objects.all()}
        waiting = {}
        for word in ("coordinator", "donor", "donor-hunan", "recipient-yichang"):
            person = Person.objects.get(email=f"{word}@demo.example")
            seat = list_seats(person.pk, NOW.date())[0]
            actor = find_actor_for(person.pk, seat.organisation_id, NOW.date())
            with acting(actor):
                items = inbox(seat.organisation_id, NOW)
            waiting[word] = sorted({event for item in items for event in item.events})

        # Published arrivals, as hubei-2020 restates them.
        assert on_duty == {"黄冈市": 137, "随州市": 135, "荆州市": 358, "宜昌市": 158}
        assert found.states == {"on_duty": 5, "assigned": 1}
        assert notes == {"DEMO"}
        assert waiting == {
            "coordinator": ["accept_order", "change_order", "inform", "refuse_order"],
            "donor": ["consult", "decline", "extend", "refuse_extension"],
            "donor-hunan": ["decline", "offer"],
            "recipient-yichang": ["inform"],
        }

    def test_has_an_exercise_with_reports_and_goods_on_their_way(self, coordinator_of_demo, told):
        with acting(coordinator_of_demo):
            incident = Incident.objects.get(mode="request")
            days = [
                each
                for row in table_of(incident, date.min, date(2026, 1, 14), NOW).values()
                for each in row
            ]
            moving = [
                (each.open, each.is_overdue(NOW.date())) for each in list_in_transit(NOW.date())
            ]

        assert sorted(each.state for each in days if each.state != "in_time") == ["awaited", "late"]
        assert [flag.rule for each in days for flag in each.flags] == ["jump"]
        assert {each.report.note for each in days if each.report} == {"DEMO"}
        assert sorted(moving) == [(400, True), (900, True), (3000, False)]
