"""Items, stock by movement, shipments in transit, confirmations and holds (§U1–§U7)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from tests.grounds import beside, ground

from records.ledger_grounds import LATER, LedgerGrounds, make_grounds
from tiebeam.apps.ledger.models import Proposal
from tiebeam.apps.ledger.operations.proposals import post_proposal
from tiebeam.apps.pairings.operations.sides import NotASide
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations import create_organisation
from tiebeam.apps.supplies.models import Hold, Item, Movement, Receipt, Shipment
from tiebeam.apps.supplies.operations.booking import book
from tiebeam.apps.supplies.operations.confirming import (
    MoreThanInTransit,
    NotRecipient,
    Received,
    confirm,
    settle,
)
from tiebeam.apps.supplies.operations.holds import HoldEnded, enter_hold, lift_hold
from tiebeam.apps.supplies.operations.items import ItemEntered, enter_item
from tiebeam.apps.supplies.operations.shipping import OnHold, Sent, ship
from tiebeam.apps.supplies.operations.stock import (
    MovedByShipment,
    MovementUndone,
    OutOfStock,
    PlaceNotBelow,
    StoreKept,
    move_stock,
    undo_movement,
)
from tiebeam.apps.supplies.operations.telling import KeyReused
from tiebeam.apps.supplies.queries.booking import list_unbooked
from tiebeam.apps.supplies.queries.holds import list_holds
from tiebeam.apps.supplies.queries.stock import list_movements, list_stock
from tiebeam.apps.supplies.queries.transit import follow_lines, list_in_transit
from tiebeam.errors import InvalidInput
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, acting
from tiebeam.platform.tenancy.records import NotOwner
from tiebeam.platform.time.periods import AsOf

DAY = date(2020, 2, 10)
NOW = datetime(2020, 2, 10, 1, 0, tzinfo=UTC)


@dataclass
class SupplyGrounds:
    """Fujian keeps masks and gowns, Nyingchi receives them; both in the office's programme."""

    ledger: LedgerGrounds
    masks: Item
    gowns: Item
    donor: Actor
    recipient: Actor
    fujian: Organisation
    nyingchi: Organisation

    def move(self, kind="in", quantity=100, day=DAY, item=None, now=NOW, key=None, **more):
        """Move the donor's stock."""
        return move_stock(
            place=more.pop("place", self.fujian), item=item or self.masks, kind=kind,
            quantity=quantity, moved_on=day, key=key or uuid4(), actor=self.donor, now=now, **more,
        )  # fmt: skip

    def send(self, *lines, day=DAY, key=None, now=NOW, **more):
        """Send masks, 60 of them where nothing else is said, to Nyingchi."""
        return ship(
            programme=self.ledger.programme, recipient=self.nyingchi, origin=self.fujian,
            lines=lines or [Sent(item_id=self.masks.pk, quantity=60)], sent_on=day,
            document="Waybill 1", key=key or uuid4(), actor=self.donor, now=now, **more,
        )  # fmt: skip

    def take(self, shipment, quantity, reason="", day=DAY, key=None, now=NOW, **more):
        """Confirm a quantity of the only line of a shipment."""
        line = self.lines(shipment)[0].line
        return confirm(
            shipment=shipment, received=[Received(line_id=line.pk, quantity=quantity, reason=reason)],
            received_on=day, key=key or uuid4(), actor=self.recipient, now=now, **more,
        )  # fmt: skip

    def hold(self, item=None, days=7, reason="Shelves are full", now=NOW):
        """Have Nyingchi ask not to be sent something from today on."""
        return enter_hold(
            programme=self.ledger.programme, item=item, valid_from=DAY,
            valid_until=DAY + timedelta(days), reason=reason, actor=self.recipient, now=now,
        )  # fmt: skip

    def lines(self, shipment, **when):
        """Return what became of the lines of a shipment, as the donor reads it."""
        with acting(self.donor):
            return follow_lines([shipment.pk], **when)

    def stock(self, actor=None, day=DAY, known_at=None):
        """Return item -> quantity, as an actor reads it."""
        with acting(actor or self.donor):
            found = list_stock(AsOf(true_on=day, known_at=known_at))
            return {line.item.name_en: line.quantity for line in found}


@pytest.fixture
@ground
def supplies(workspace):
    ledger = make_grounds(workspace)
    donor, recipient = ledger.makers["donor"], ledger.makers["recipient"]
    masks = enter_item(name_zh="口罩", name_en="Masks", unit="个", actor=donor, now=NOW)
    gowns = enter_item(name_zh="防护服", name_en="Gowns", unit="套", actor=recipient, now=NOW)
    names = workspace.organisations
    return SupplyGrounds(ledger, masks, gowns, donor, recipient, names["fujian"], names["nyingchi"])


@pytest.fixture
@beside
def stocked(supplies):
    supplies.move()
    return supplies


class TestItems:
    """§U1."""

    def test_are_read_by_every_member_and_entered_once(self, supplies, hunan):
        with acting(hunan):
            assert {item.name_en for item in Item.objects.all()} == {"Masks", "Gowns"}
        with pytest.raises(ItemEntered):
            enter_item(name_zh="口罩", name_en="Face masks", unit="个", actor=hunan, now=NOW)

    def test_have_both_names_and_a_unit(self, supplies, hunan):
        with pytest.raises(InvalidInput) as refused:
            enter_item(name_zh=" ", name_en="x" * 161, unit="", actor=hunan, now=NOW)

        assert {(fault.column, fault.code) for fault in refused.value.faults} == {
            ("name_zh", "regions.value_missing"),
            ("unit", "regions.value_missing"),
            ("name_en", "regions.text_too_long"),
        }


class TestStock:
    """§U2."""

    def test_is_the_sum_of_movements_as_of_a_day_and_as_known_at_a_moment(self, supplies):
        supplies.move(quantity=100, day=DAY - timedelta(3))
        supplies.move("out", 30, day=DAY - timedelta(1))
        supplies.move("in", 5, day=DAY - timedelta(2), now=NOW + timedelta(hours=2))

        assert supplies.stock(day=DAY) == {"Masks": 75}
        assert supplies.stock(day=DAY - timedelta(2)) == {"Masks": 105}
        assert supplies.stock(day=DAY, known_at=NOW) == {"Masks": 70}
        assert supplies.stock(day=DAY - timedelta(4)) == {}

    def test_never_falls_below_zero_on_its_day_or_a_later_one(self, supplies):
        supplies.move(quantity=100, day=DAY - timedelta(3))
        supplies.move("out", 90, day=DAY)

        with pytest.raises(OutOfStock) as refused:
            supplies.move("out", 11, day=DAY - timedelta(2))

        facts = refused.value.facts
        assert (facts["asked"], facts["left"], facts["day"]) == (11, 10, DAY)
        supplies.move("out", 10, day=DAY - timedelta(2))
        assert supplies.stock() == {"Masks": 0}

    def test_is_kept_by_the_place_or_from_above_and_by_nobody_else(
        self, supplies, admin, hunan, workspace
    ):
        ward = create_organisation(
            name_en="Ward", name_zh="病区", kind="hospital", parent=supplies.fujian,
            actor=admin, now=NOW,
        )  # fmt: skip

        assert supplies.move(place=ward).store.place_id == ward.pk
        with pytest.raises(PlaceNotBelow):
            supplies.move(place=supplies.nyingchi)
        own = workspace.actor("fujian", Role.FRONT_TEAM)
        ward_self = Actor(person_id=own.person_id, organisation_id=ward.pk, duties=own.duties)
        with pytest.raises(StoreKept):
            move_stock(
                place=ward, item=supplies.masks, kind="in", quantity=1, moved_on=DAY,
                key=uuid4(), actor=ward_self, now=NOW,
            )  # fmt: skip

    def test_is_mended_by_a_mirror_once_and_never_by_hand_for_a_shipment(self, stocked):
        wrong = stocked.move(quantity=40)
        undone = undo_movement(
            movement=wrong, reason="Counted twice", key=uuid4(), actor=stocked.donor, now=NOW
        )

        assert (undone.quantity, undone.kind, undone.moved_on) == (-40, "in", DAY)
        assert stocked.stock() == {"Masks": 100}
        for again in (wrong, undone):
            with pytest.raises(MovementUndone):
                undo_movement(
                    movement=again, reason="Again", key=uuid4(), actor=stocked.donor, now=NOW
                )
        stocked.send()
        with acting(stocked.donor):
            shipped = Movement.objects.get(kind="shipped")
        with pytest.raises(MovedByShipment):
            undo_movement(
                movement=shipped, reason="Stop", key=uuid4(), actor=stocked.donor, now=NOW
            )

    def test_says_all_that_is_wrong(self, supplies):
        with pytest.raises(InvalidInput) as refused:
            supplies.move("found", -1, day=DAY + timedelta(1))
        with pytest.raises(InvalidInput) as lost:
            supplies.move("lost", 1)

        assert {fault.code for fault in refused.value.faults} == {
            "supplies.kind_unknown", "supplies.quantity_out_of_range", "supplies.day_to_come",
        }  # fmt: skip
        assert [(fault.column, fault.code) for fault in lost.value.faults] == [
            ("reason", "regions.value_missing")
        ]

    def test_is_read_by_its_keeper_alone(self, stocked, hunan):
        assert stocked.stock(hunan) == {}
        with acting(stocked.donor):
            assert [row.quantity for row in list_movements(stocked.fujian.pk)] == [100]

    def test_is_kept_from_change_and_overdraft_by_the_database_itself(self, stocked):
        with acting(stocked.donor):
            standing = Movement.objects.get()
            more = {
                name: getattr(standing, name)
                for name in ("tenant_id", "scope_id", "store_id", "item_id", "recorded_at")
            } | {"person_id": uuid4(), "body_sha256": "x"}
            bad = [
                Movement(kind="out", quantity=-101, moved_on=DAY, **more),
                Movement(kind="out", quantity=-1, moved_on=DAY - timedelta(1), **more),
                Movement(kind="out", quantity=1, moved_on=DAY, **more),
                Movement(kind="lost", quantity=-1, moved_on=DAY, **more),
                Movement(kind="in", quantity=1, moved_on=DAY, **more | {"store_id": uuid4()}),
            ]
            for movement in bad:
                with pytest.raises(DatabaseError), transaction.atomic():
                    movement.save(force_insert=True)
            for change in (standing.save, standing.delete):
                standing.quantity = 1
                with pytest.raises(DatabaseError), transaction.atomic():
                    change()


class TestShipments:
    """§U3."""

    def test_leave_the_stock_and_are_in_transit_until_confirmed(self, stocked):
        shipment = stocked.send(day=DAY - timedelta(0), expected_on=DAY)

        with acting(stocked.recipient):
            [line] = list_in_transit(DAY, recipient_id=stocked.nyingchi.pk)
            later = DAY + timedelta(3)
            assert (line.open, line.age(later), line.is_overdue(later)) == (60, 3, True)
            assert not line.is_overdue(DAY)
        assert stocked.stock() == {"Masks": 40}
        assert stocked.stock(stocked.recipient) == {}
        assert shipment.document == "Waybill 1"

    def test_are_read_by_both_ends_and_whoever_made_the_programme(
        self, stocked, coordinator, hunan
    ):
        stocked.send()

        for actor, seen in (
            (stocked.donor, 1), (stocked.recipient, 1), (coordinator, 1), (hunan, 0),
        ):  # fmt: skip
            with acting(actor):
                assert Shipment.objects.count() == seen

    def test_send_no_more_than_there_is(self, stocked):
        with pytest.raises(OutOfStock):
            stocked.send(Sent(item_id=stocked.masks.pk, quantity=101))

        with acting(stocked.donor):
            assert Shipment.objects.count() == 0

    def test_say_all_that_is_wrong(self, stocked):
        mask = stocked.masks.pk
        with pytest.raises(InvalidInput) as refused:
            stocked.send(
                Sent(item_id=mask, quantity=0),
                Sent(item_id=mask, quantity=1, amount=5),
                Sent(item_id=uuid4(), quantity=1, amount=5, commitment_id=uuid4()),
                day=DAY + timedelta(1),
                expected_on=DAY,
            )

        assert {fault.code for fault in refused.value.faults} == {
            "supplies.item_twice", "supplies.item_unknown", "supplies.quantity_out_of_range",
            "supplies.half_valued", "supplies.valued_without_pair", "supplies.day_to_come",
            "supplies.before_sending",
        }  # fmt: skip

    def test_carry_something(self, stocked):
        with pytest.raises(InvalidInput, match=r"supplies\.no_lines"):
            ship(
                programme=stocked.ledger.programme, recipient=stocked.nyingchi,
                origin=stocked.fujian, lines=[], sent_on=DAY, document="1", key=uuid4(),
                actor=stocked.donor, now=NOW,
            )  # fmt: skip

    def test_name_a_pairing_of_these_two_alone(self, stocked, workspace):
        with pytest.raises(NotASide):
            ship(
                programme=stocked.ledger.programme, recipient=workspace.organisations["hunan"],
                origin=stocked.fujian, pairing=stocked.ledger.pairing,
                lines=[Sent(item_id=stocked.masks.pk, quantity=1)], sent_on=DAY, document="1",
                key=uuid4(), actor=stocked.donor, now=NOW,
            )  # fmt: skip


class TestConfirmations:
    """§U4."""

    def test_of_all_put_it_in_the_stock_of_the_recipient(self, stocked):
        shipment = stocked.send()

        [receipt] = stocked.take(shipment, 60)

        assert (receipt.quantity, receipt.reason) == (60, "")
        assert stocked.stock(stocked.recipient) == {"Masks": 60}
        assert stocked.lines(shipment)[0].open == 0

    def test_of_a_part_or_none_say_why_and_leave_the_rest_on_its_way(self, stocked):
        shipment = stocked.send()
        for quantity in (59, 0):
            with pytest.raises(InvalidInput, match=r"supplies\.part_without_reason"):
                stocked.take(shipment, quantity)

        stocked.take(shipment, 0, reason="The lorry did not come")
        stocked.take(shipment, 25, reason="Wet boxes")

        [line] = stocked.lines(shipment)
        assert (line.received, line.open) == (25, 35)
        assert stocked.stock(stocked.recipient) == {"Masks": 25}
        with pytest.raises(MoreThanInTransit) as refused:
            stocked.take(shipment, 36)
        assert (refused.value.facts["asked"], refused.value.facts["open"]) == (36, 35)

    def test_are_told_by_the_recipient_alone_and_not_before_the_sending(self, stocked, hunan):
        shipment = stocked.send()
        line = stocked.lines(shipment)[0].line
        asked = {
            "shipment": shipment, "received": [Received(line_id=line.pk, quantity=60)],
            "received_on": DAY, "key": uuid4(), "now": NOW,
        }  # fmt: skip

        with pytest.raises(NotRecipient):
            confirm(**asked, actor=stocked.donor)
        for day, code in (
            (DAY - timedelta(1), "before_sending"), (DAY + timedelta(1), "day_to_come"),
        ):  # fmt: skip
            with pytest.raises(InvalidInput, match=code):
                confirm(**asked | {"received_on": day}, actor=stocked.recipient)

    def test_settle_the_rest_as_returned_or_lost(self, stocked):
        shipment = stocked.send()
        stocked.take(shipment, 10, reason="The rest was stolen")
        line = stocked.lines(shipment)[0].line
        told = {"line": line, "settled_on": DAY, "reason": "Police report", "now": NOW}

        settle(**told, outcome="returned", quantity=20, key=uuid4(), actor=stocked.donor)
        settle(**told, outcome="lost", quantity=30, key=uuid4(), actor=stocked.donor)

        [standing] = stocked.lines(shipment)
        assert (standing.received, standing.returned, standing.lost, standing.open) == (
            10,
            20,
            30,
            0,
        )
        assert stocked.stock() == {"Masks": 60}
        with pytest.raises(MoreThanInTransit):
            settle(**told, outcome="lost", quantity=1, key=uuid4(), actor=stocked.donor)
        with pytest.raises(NotOwner):
            settle(**told, outcome="lost", quantity=1, key=uuid4(), actor=stocked.recipient)
        with pytest.raises(InvalidInput, match=r"supplies\.kind_unknown"):
            settle(**told, outcome="sunk", quantity=1, key=uuid4(), actor=stocked.donor)

    def test_never_exceed_what_was_sent_in_the_database_itself(self, stocked):
        shipment = stocked.send()
        line = stocked.lines(shipment)[0].line
        with acting(stocked.recipient), pytest.raises(DatabaseError), transaction.atomic():
            Receipt(
                tenant_id=stocked.nyingchi.pk, scope_id=shipment.scope_id, line=line, key=uuid4(),
                quantity=61, received_on=DAY, recorded_at=NOW, person_id=uuid4(), body_sha256="x",
            ).save(force_insert=True)  # fmt: skip


class TestHolds:
    """§U5."""

    def test_are_read_by_the_programme_and_refuse_what_does_not_name_them(
        self, stocked, coordinator
    ):
        hold = stocked.hold(stocked.masks)

        with acting(coordinator):
            assert [each.reason for each in list_holds(DAY)] == ["Shelves are full"]
        with pytest.raises(OnHold) as refused:
            stocked.send()
        assert refused.value.facts["until"] == date(2020, 2, 17)
        with pytest.raises(InvalidInput, match=r"despite_reason"):
            stocked.send(despite=[hold])
        shipment = stocked.send(despite=[hold], despite_reason="Agreed by telephone")
        assert stocked.lines(shipment)[0].line.despite == hold

    def test_of_another_item_or_over_or_lifted_stop_nothing(self, stocked):
        stocked.hold(stocked.gowns)
        over = stocked.hold(days=1)
        stocked.move(day=DAY, quantity=1, now=NOW)
        later, tomorrow = NOW + timedelta(1), DAY + timedelta(1)
        lifted = stocked.hold(days=9)
        lift_hold(hold=lifted, reason="Shelves are free", actor=stocked.recipient, now=NOW)

        stocked.send(day=tomorrow, now=later)

        with pytest.raises(HoldEnded):
            lift_hold(hold=lifted, reason="Again", actor=stocked.recipient, now=NOW)
        with pytest.raises(HoldEnded):
            lift_hold(hold=over, reason="Late", actor=stocked.recipient, now=later)
        with acting(stocked.recipient):
            assert Hold.objects.count() == 3

    def test_of_everything_stop_each_item(self, stocked):
        stocked.hold()

        with pytest.raises(OnHold):
            stocked.send()

    def test_say_why_and_until_when(self, stocked):
        for days, reason, code in (
            (0, "Full", "regions.ends_before_it_begins"),
            (3, " ", "regions.value_missing"),
        ):
            with pytest.raises(InvalidInput, match=code):
                stocked.hold(days=days, reason=reason)
        with pytest.raises(InvalidInput, match=r"supplies\.hold_past"):
            stocked.hold(days=1, now=NOW + timedelta(2))

    def test_are_not_asked_for_by_a_donor(self, stocked):
        with pytest.raises(NotAllowed):
            enter_hold(
                programme=stocked.ledger.programme, valid_from=DAY, valid_until=DAY + timedelta(1),
                reason="No", actor=stocked.donor, now=NOW,
            )  # fmt: skip


class TestValuedGoods:
    """§U6."""

    @pytest.fixture
    def valued(self, supplies):
        ledger = supplies.ledger
        ledger.fix_year(2020)
        ledger.post("obligation", 1000)
        ledger.post("appropriation", 1000)
        ledger.post("opening", 1000, quantity=100, quantity_unit="个")
        self.commitment = ledger.post("commitment", 1000)
        supplies.move(day=date(2020, 3, 1), now=LATER)
        return supplies

    def _send(self, valued):
        line = Sent(
            item_id=valued.masks.pk, quantity=60, amount=100, commitment_id=self.commitment.pk
        )
        return valued.send(line, day=date(2020, 3, 2), now=LATER, pairing=valued.ledger.pairing)

    def _post_all(self, valued, side):
        checker = valued.ledger.checkers[side]
        with acting(checker):
            waiting = list(Proposal.objects.owned().filter(state="proposed"))
        for proposal in waiting:
            post_proposal(proposal=proposal, actor=checker, now=LATER)
        return [(row.kind, row.amount, row.terms.get("quantity")) for row in waiting]

    def test_propose_the_events_of_the_ledger_under_their_own_ids(self, valued):
        shipment = self._send(valued)
        assert self._post_all(valued, "donor") == [("shipment", 100, 60)]

        for quantity in (7, 20, 33):
            valued.take(shipment, quantity, reason="More to come", now=LATER, day=date(2020, 3, 3))

        # 100 fen for 60: 7 are worth 11, 27 together 45, 60 together 100.
        assert sorted(self._post_all(valued, "recipient")) == [
            ("goods_receipt", 11, 7), ("goods_receipt", 34, 20), ("goods_receipt", 55, 33),
        ]  # fmt: skip
        donor = valued.ledger.balances("donor")
        assert (donor["B160/2020"], donor["Q150/Q:个"]) == (100, 60)
        assert valued.ledger.balances("recipient")["Q210/Q:个"] == 60

    def test_received_before_the_books_know_them_are_listed_and_proposed_later(self, valued):
        shipment = self._send(valued)
        [receipt] = valued.take(shipment, 60, now=LATER, day=date(2020, 3, 3))
        with acting(valued.recipient):
            assert list_unbooked(shipment, valued.nyingchi.pk).receipts == [receipt]

        self._post_all(valued, "donor")
        proposals = book(shipment=shipment, actor=valued.recipient, now=LATER)

        assert [(row.kind, row.pk) for row in proposals] == [("goods_receipt", receipt.pk)]
        assert book(shipment=shipment, actor=valued.recipient, now=LATER) == []

    def test_that_come_back_or_are_lost_open_the_commitment_again(self, valued):
        shipment = self._send(valued)
        line = valued.lines(shipment)[0].line
        told = {
            "line": line, "settled_on": date(2020, 3, 4), "reason": "Bridge out",
            "actor": valued.donor, "now": LATER,
        }  # fmt: skip
        lost = settle(**told, outcome="lost", quantity=7, key=uuid4())
        with acting(valued.donor):
            assert list_unbooked(shipment, valued.fujian.pk).settlements == [lost]
        assert self._post_all(valued, "donor") == [("shipment", 100, 60)]
        [proposal] = book(shipment=shipment, actor=valued.donor, now=LATER)
        assert (proposal.pk, proposal.terms["note"]) == (lost.pk, "Bridge out")
        valued.take(shipment, 20, reason="The rest is late", now=LATER, day=date(2020, 3, 3))
        settle(**told, outcome="returned", quantity=33, key=uuid4())

        # 100 fen for 60: 7 are worth 11, 27 together 45, 60 together 100.
        assert sorted(self._post_all(valued, "donor")) == [
            ("goods_lost", 11, 7), ("goods_returned", 55, 33),
        ]  # fmt: skip
        assert self._post_all(valued, "recipient") == [("goods_receipt", 34, 20)]
        donor = valued.ledger.balances("donor")
        stands = {"B130/2020": 966, "B160/2020": 34, "D1400": 955, "D5410/2020": 11}
        assert {code: donor[code] for code in stands} == stands
        assert (donor["Q110/Q:个"], donor["Q180/Q:个"]) == (73, 7)
        assert {"B140/2020", "D1410", "Q120/Q:个"}.isdisjoint(donor)

    def test_fulfil_a_commitment_of_their_pairing(self, valued):
        line = Sent(item_id=valued.masks.pk, quantity=1, amount=1, commitment_id=uuid4())

        with pytest.raises(InvalidInput, match=r"supplies\.commitment_unknown"):
            valued.send(line, day=date(2020, 3, 2), now=LATER, pairing=valued.ledger.pairing)


class TestAKey:
    """§U7."""

    def test_tells_the_same_once_and_another_thing_never(self, stocked):
        move, send, take, settled = (uuid4() for _ in range(4))
        told = {"settled_on": DAY, "reason": "Lost", "outcome": "lost", "key": settled, "now": NOW}
        for _ in range(2):
            moved = stocked.move(quantity=5, key=move)
            shipment = stocked.send(key=send)
            taken = stocked.take(shipment, 50, reason="Wet", key=take)
            line = stocked.lines(shipment)[0].line
            settle(**told, line=line, quantity=3, actor=stocked.donor)

        assert (moved.pk, shipment.pk, len(taken)) == (move, send, 1)
        assert stocked.stock() == {"Masks": 45}
        assert stocked.stock(stocked.recipient) == {"Masks": 50}
        assert stocked.lines(shipment)[0].open == 7
        for tell in (
            lambda: stocked.move(quantity=6, key=move),
            lambda: stocked.send(key=send, note="Other"),
            lambda: stocked.take(shipment, 1, reason="Wet", key=take),
            lambda: settle(**told, line=line, quantity=4, actor=stocked.donor),
        ):
            with pytest.raises(KeyReused):
                tell()
