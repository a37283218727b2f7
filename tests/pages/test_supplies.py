"""The pages of supplies: stock, shipments, what shall not be sent now, the catalogue."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from tests.grounds import ground
from tests.records.ledger_grounds import make_grounds

from tiebeam.apps.ledger.models import Proposal
from tiebeam.apps.ledger.operations.proposals import post_proposal
from tiebeam.apps.supplies.models import ShipmentLine
from tiebeam.apps.supplies.operations.holds import enter_hold
from tiebeam.apps.supplies.operations.items import enter_item
from tiebeam.apps.supplies.operations.shipping import Sent, ship
from tiebeam.apps.supplies.operations.stock import move_stock
from tiebeam.apps.supplies.queries.transit import follow_lines
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture
@ground
def grounds(workspace):
    return make_grounds(workspace)


@pytest.fixture
@ground
def masks(grounds, workspace):
    """Fujian has 100 masks."""
    actor, now = grounds.makers["donor"], timezone.now()
    item = enter_item(name_zh="口罩", name_en="Masks", unit="个", actor=actor, now=now)
    move_stock(
        place=workspace.organisations["fujian"], item=item, kind="in", quantity=100,
        moved_on=timezone.localdate(), key=uuid4(), actor=actor, now=now,
    )  # fmt: skip
    return item


@pytest.fixture
@ground
def shipment(grounds, masks, workspace):
    """Sixty of them are on their way to Nyingchi."""
    return ship(
        programme=grounds.programme, recipient=workspace.organisations["nyingchi"],
        origin=workspace.organisations["fujian"], lines=[Sent(item_id=masks.pk, quantity=60)],
        sent_on=timezone.localdate(), document="Waybill 7", key=uuid4(),
        actor=grounds.makers["donor"], now=timezone.now(),
    )  # fmt: skip


def sent(client, address, **values):
    """Return what the form of a page would send, with other values."""
    form = client.get(address).context["form"]
    given = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in (given | values).items() if value is not None}


def cells(page, table="table"):
    return [[cell.text for cell in row.cells] for row in page.context[table].rows]


def line_of(grounds, shipment):
    with acting(grounds.makers["donor"]):
        [line] = follow_lines([shipment.pk])
    return line


class TestStock:
    def test_is_moved_shown_as_of_a_day_and_mended(self, masks, as_fujian):
        today = timezone.localdate()
        body = sent(as_fujian, "/supplies/move/", item=str(masks.pk), kind="out", quantity="30")
        page = as_fujian.post("/supplies/move/", body, follow=True)
        as_fujian.post("/supplies/move/", body)

        assert cells(page) == [["Fujian", "Masks", "70", "个", str(today)]]
        before = as_fujian.get(f"/supplies/?on={today - timedelta(1)}")
        assert cells(before) == []
        movements = as_fujian.get(page.context["table"].rows[0].address)
        [undo] = [
            row.cells[6].address
            for row in movements.context["table"].rows
            if row.cells[2].exact == -30
        ]
        as_fujian.post(undo, sent(as_fujian, undo, reason="Counted twice"))
        assert cells(as_fujian.get("/supplies/"))[0][2] == "100"

    def test_says_what_is_wrong_beside_the_field(self, masks, as_fujian):
        body = sent(as_fujian, "/supplies/move/", item=str(masks.pk), kind="out", quantity="101")
        short = as_fujian.post("/supplies/move/", body)
        lost = as_fujian.post("/supplies/move/", body | {"kind": "lost", "quantity": "1"})

        assert short.status_code == 409
        assert "there are 100" in short.content.decode()
        assert lost.status_code == 400
        assert "reason" in lost.context["form"].errors

    def test_is_that_of_the_own_places_alone(self, masks, as_hunan, as_nobody):
        assert cells(as_hunan.get("/supplies/")) == []
        assert as_hunan.get(f"/supplies/stock/{uuid4()}/{masks.pk}/").status_code == 404
        assert as_nobody.get("/supplies/").status_code == 302
        assert as_hunan.post("/supplies/").status_code == 405


class TestShipment:
    def test_is_sent_and_confirmed_in_part_and_settled(
        self, grounds, masks, workspace, as_fujian, as_nyingchi
    ):
        address = "/supplies/shipments/send/"
        body = sent(
            as_fujian, address, programme=str(grounds.programme.pk), document="Waybill 8",
            recipient=str(workspace.organisations["nyingchi"].pk), **{f"item_{masks.pk.hex}": "60"},
        )  # fmt: skip
        page = as_fujian.post(address, body, follow=True)
        shipment = page.redirect_chain[-1][0]
        assert cells(page)[0][:2] == ["Masks", "60"]
        with acting(grounds.makers["donor"]):
            line = ShipmentLine.objects.get()

        come = f"{shipment}confirm/"
        body = sent(as_nyingchi, come, **{f"line_{line.pk.hex}": "50"})
        unsaid = as_nyingchi.post(come, body)
        assert unsaid.status_code == 400
        assert "Say why" in unsaid.content.decode()
        more = as_nyingchi.post(come, body | {f"line_{line.pk.hex}": "61"})
        assert more.status_code == 409
        as_nyingchi.post(come, body | {f"reason_{line.pk.hex}": "Wet boxes"})
        assert cells(as_nyingchi.get("/supplies/"))[0][2] == "50"

        settle = f"/supplies/lines/{line.pk}/settle/"
        as_fujian.post(settle, sent(as_fujian, settle, outcome="lost", reason="Stolen"))
        page = as_nyingchi.get(shipment)
        assert cells(page)[0] == ["Masks", "60", "50", "0", "10", "0", "Complete"]
        assert [row[2:4] for row in cells(page, "told")] == [["Received", "50"], ["Lost", "10"]]
        history = f"/history/shipment/{line.shipment_id}/"
        told = as_nyingchi.get(history).content.decode()
        assert history in page.content.decode()
        assert "Wet boxes" in told
        assert "Stolen" in told
        assert "[history." not in told

    def test_is_listed_with_what_is_on_its_way(self, shipment, as_nyingchi, as_hunan):
        [row] = cells(as_nyingchi.get("/supplies/shipments/"))

        assert row[1:] == ["Fujian", "Nyingchi", "Masks", "60", "0", "60", "0", "On its way"]
        assert cells(as_hunan.get("/supplies/shipments/")) == []
        assert as_hunan.get(f"/supplies/shipments/{shipment.pk}/").status_code == 404

    def test_is_confirmed_and_settled_by_whose_it_is(
        self, grounds, shipment, as_fujian, as_nyingchi
    ):
        line = line_of(grounds, shipment).line
        own = f"/supplies/shipments/{shipment.pk}/"

        assert as_fujian.get(f"{own}confirm/").status_code == 403
        assert as_nyingchi.get(f"/supplies/lines/{line.pk}/settle/").status_code == 403
        assert "confirm/" not in as_fujian.get(own).content.decode()

    def test_against_a_hold_is_refused_until_it_says_why(
        self, grounds, masks, workspace, as_fujian
    ):
        today = timezone.localdate()
        enter_hold(
            programme=grounds.programme, item=masks, valid_from=today,
            valid_until=today + timedelta(5), reason="Shelves are full",
            actor=grounds.makers["recipient"], now=timezone.now(),
        )  # fmt: skip
        address = "/supplies/shipments/send/"
        body = sent(
            as_fujian, address, programme=str(grounds.programme.pk), document="Waybill 8",
            recipient=str(workspace.organisations["nyingchi"].pk), **{f"item_{masks.pk.hex}": "6"},
        )  # fmt: skip
        refused = as_fujian.post(address, body)
        assert refused.status_code == 409
        assert "Shelves are full" in refused.content.decode()
        page = as_fujian.post(address, body | {"despite_reason": "Agreed"}, follow=True)
        assert "Agreed" in page.content.decode()

    def test_of_nothing_is_refused(self, grounds, masks, workspace, as_fujian):
        address = "/supplies/shipments/send/"
        body = sent(
            as_fujian, address, programme=str(grounds.programme.pk), document="Waybill 8",
            recipient=str(workspace.organisations["nyingchi"].pk),
        )  # fmt: skip
        answer = as_fujian.post(address, body)
        assert answer.status_code == 400
        assert "No item is named" in answer.content.decode()


class TestFirstPage:
    def test_tells_the_recipient_what_waits_to_be_confirmed(self, shipment, as_nyingchi, as_fujian):
        address = f"/supplies/shipments/{shipment.pk}/confirm/"

        assert address in as_nyingchi.get("/").content.decode()
        assert address not in as_fujian.get("/").content.decode()


class TestHolds:
    def test_are_asked_for_read_by_the_donor_and_ended(
        self, grounds, masks, as_nyingchi, as_fujian
    ):
        until = str(timezone.localdate() + timedelta(7))
        body = sent(
            as_nyingchi, "/supplies/holds/ask/", programme=str(grounds.programme.pk),
            valid_until=until, reason="Shelves are full",
        )  # fmt: skip
        as_nyingchi.post("/supplies/holds/ask/", body)

        [row] = cells(as_fujian.get("/supplies/holds/"))
        assert row[:2] + row[4:] == ["Nyingchi", "Anything", "Shelves are full", "In force", ""]
        end = as_nyingchi.get("/supplies/holds/").context["table"].rows[0].cells[6].address
        page = as_nyingchi.post(end, sent(as_nyingchi, end, reason="Space again"), follow=True)
        assert cells(page)[0][5] == "Ended early"
        assert as_fujian.get(end).status_code == 403
        assert as_fujian.get("/supplies/holds/ask/").status_code == 403


class TestCatalogue:
    def test_takes_an_item_once(self, masks, as_hunan):
        body = {"key": str(uuid4()), "name_zh": "手套", "name_en": "Gloves", "unit": "双"}
        page = as_hunan.post("/supplies/items/enter/", body, follow=True)
        again = as_hunan.post("/supplies/items/enter/", body)

        assert ["手套", "Gloves", "双"] in cells(page)
        assert again.status_code == 409


class TestEveryPage:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_speaks_the_language_of_the_reader(
        self, grounds, shipment, masks, workspace, sign_in, language
    ):
        donor, recipient = sign_in("fujian", language), sign_in("nyingchi", language)
        place = workspace.organisations["fujian"].pk
        line = line_of(grounds, shipment).line
        addresses = [
            (donor, "/supplies/"), (donor, "/supplies/move/"), (donor, "/supplies/items/"),
            (donor, f"/supplies/stock/{place}/{masks.pk}/"), (donor, "/supplies/items/enter/"),
            (donor, "/supplies/shipments/"), (donor, "/supplies/shipments/send/"),
            (donor, f"/supplies/shipments/{shipment.pk}/"), (donor, "/supplies/holds/"),
            (donor, f"/supplies/lines/{line.pk}/settle/"), (recipient, "/supplies/holds/ask/"),
            (recipient, f"/supplies/shipments/{shipment.pk}/confirm/"),
        ]  # fmt: skip
        for client, address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert not re.search(r"\[(supplies|web)\.", answer.content.decode()), address

    def test_asks_the_database_few_questions(
        self, shipment, as_fujian, django_assert_max_num_queries
    ):
        for address in (
            "/supplies/",
            "/supplies/shipments/",
            f"/supplies/shipments/{shipment.pk}/",
        ):
            with django_assert_max_num_queries(25):
                as_fujian.get(address)


class TestValuedGoods:
    def test_show_how_far_each_part_came_in_the_ledger(self, grounds, masks, workspace, as_fujian):
        """§U6."""
        donor, today = grounds.makers["donor"], timezone.localdate()
        grounds.fix_year(today.year)
        for kind in ("obligation", "appropriation"):
            grounds.post(kind, 100, valid_on=today)
        grounds.post("opening", 100, valid_on=today, quantity=60, quantity_unit="个")
        commitment = grounds.post("commitment", 100, valid_on=today)
        line = Sent(item_id=masks.pk, quantity=60, amount=100, commitment_id=commitment.pk)
        shipment = ship(
            programme=grounds.programme, recipient=workspace.organisations["nyingchi"],
            origin=workspace.organisations["fujian"], lines=[line], sent_on=today,
            document="Waybill 8", key=uuid4(), actor=donor, now=timezone.now(),
            pairing=grounds.pairing,
        )  # fmt: skip
        known = line_of(grounds, shipment).line
        body = sent(
            as_fujian, f"/supplies/lines/{known.pk}/settle/", outcome="lost", quantity=6,
            reason="Fell into the river",
        )  # fmt: skip
        as_fujian.post(f"/supplies/lines/{known.pk}/settle/", body)
        address = f"/supplies/shipments/{shipment.pk}/"

        [told] = cells(as_fujian.get(address), "told")
        assert told[2:5] == ["Lost", "6", "Not proposed yet"]
        with acting(grounds.checkers["donor"]):
            proposal = Proposal.objects.get(pk=known.pk)
        post_proposal(proposal=proposal, actor=grounds.checkers["donor"], now=timezone.now())
        as_fujian.post(address)
        [told] = cells(as_fujian.get(address), "told")
        assert told[4] == "Proposed"
