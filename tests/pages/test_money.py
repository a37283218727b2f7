"""The money of pairs, where both sides work on it (§L5, §L6)."""

import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from tests.grounds import ground
from tests.pages.money_grounds import WAN, make_money, pay, post, today
from tests.small_workspace import NOW

from tiebeam.apps.ledger.models import Batch, Dispute, Proposal
from tiebeam.apps.ledger.queries.flows import YearOfPair
from tiebeam.core.ledger.events import KINDS
from tiebeam.interfaces.web.listing import Asked
from tiebeam.interfaces.web.money.tables import pair_as_file, standing_cell
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table
from tiebeam.platform.identity.operations import assign_role, create_person
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting

MISSING = "00000000-0000-4000-8000-000000000000"


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
@ground
def money(workspace):
    return make_money(workspace)


@pytest.fixture
@ground
def payment(money):
    return pay(money)


@pytest.fixture
def own(money):
    return f"/money/pairs/{money.pairing.pk}/"


@pytest.fixture
def finance(sign_in):
    return sign_in("fujian_finance")


def commitment_of(money, **given):
    said = {
        "key": str(uuid4()),
        "agreement_id": str(money.agreement.pk),
        "purpose": "medicine",
        "amount_0": "900",
        "amount_1": "wan",
        "valid_on": today().isoformat(),
        "document": "闽财〔2026〕1号",
        "note": "",
    }
    return said | given


def proposals(money):
    with acting(money.makers["donor"]):
        return list(Proposal.objects.filter(kind="commitment"))


class TestPages:
    @pytest.mark.parametrize("language", ["en", "zh"])
    @pytest.mark.parametrize("who", ["fujian", "nyingchi", "office"])
    def test_open_with_words_for_all(self, sign_in, money, payment, own, who, language):
        proposed = money.propose("decommitment", WAN, valid_on=today(), follows_id=_head(payment))
        client = sign_in(who, language)
        year = today().year
        addresses = [
            "/", "/money/", own, f"{own}?year={year}&kind=payment", f"{own}years/{year}/",
            f"/money/events/{payment.pk}/", f"/history/event/{payment.pk}/",
            f"/pairs/{money.pairing.pk}/", f"/money/programmes/{money.programme.pk}/years/",
        ]  # fmt: skip
        forms = {
            "fujian": ["appropriation", "commitment", "order", "shipment", "carry", "bounce"],
            "nyingchi": ["expenditure", "goods_receipt", "supplies_used", "handover"],
            "office": ["obligation", "due_down"],
        }[who]
        addresses += [f"{own}new/{kind}/" for kind in forms]
        if who == "fujian":
            addresses += [
                f"/money/proposals/{proposed.pk}/", f"/money/proposals/{payment.pk}/",
                f"/money/events/{payment.pk}/reverse/",
            ]  # fmt: skip
        if who == "nyingchi":
            addresses.append(f"/money/payments/{payment.pk}/answer/")
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert re.findall(r"\[\w+\.[\w.]+\]", text_of(answer)) == [], address

    def test_of_others_are_not_there(self, as_hunan, money, payment, own):
        year = today().year
        for address in (
            own, f"{own}new/payment/", f"{own}years/{year}/", f"/money/events/{payment.pk}/",
            f"/money/proposals/{payment.pk}/", f"/money/payments/{payment.pk}/answer/",
            f"/history/event/{payment.pk}/",
        ):  # fmt: skip
            assert as_hunan.get(address).status_code == 404, address
        assert as_hunan.post(f"/money/proposals/{payment.pk}/post/").status_code == 404
        assert as_hunan.get(f"/money/events/{MISSING}/").status_code == 404

    def test_of_a_proposal_are_for_the_side_that_made_it(self, as_nyingchi, money, payment):
        proposed = money.propose("decommitment", WAN, valid_on=today(), follows_id=_head(payment))

        assert as_nyingchi.get(f"/money/proposals/{proposed.pk}/").status_code == 404
        assert "Commitment released" not in text_of(as_nyingchi.get("/money/"))

    def test_ask_a_stranger_to_sign_in(self, as_nobody, own):
        for address in ("/money/", own):
            assert as_nobody.get(address).status_code == 302

    def test_take_no_wrong_method(self, as_fujian, payment, own):
        assert as_fujian.post("/money/").status_code == 405
        assert as_fujian.post(own).status_code == 405
        assert as_fujian.get(f"/money/proposals/{payment.pk}/post/").status_code == 405
        assert as_fujian.post(f"/money/events/{payment.pk}/").status_code == 405

    def test_name_a_year_that_is_none(self, as_fujian, own):
        answer = as_fujian.get(f"{own}?year=abc")

        assert answer.status_code == 400
        assert "“abc” in the address is no fiscal year" in text_of(answer)

    def test_need_few_queries(
        self, as_fujian, as_nyingchi, money, payment, own, django_assert_max_num_queries
    ):
        proposed = money.propose("decommitment", WAN, valid_on=today(), follows_id=_head(payment))
        for client, address in (
            (as_fujian, "/money/"), (as_fujian, own), (as_nyingchi, own),
            (as_fujian, f"/money/events/{payment.pk}/"), (as_fujian, f"{own}new/commitment/"),
            (as_fujian, f"/money/proposals/{proposed.pk}/"),
        ):  # fmt: skip
            with django_assert_max_num_queries(26):
                client.get(address)


class TestMyMoney:
    def test_says_what_is_still_open_and_what_is_on_its_way(self, as_fujian, payment):
        page = text_of(as_fujian.get("/money/"))

        assert f"{today().year}: RMB 7 million of the RMB 10 million due are still open" in page
        assert "RMB 3 million on the way in 1 payment, the oldest for 0 days" in page
        assert "RMB 3 million from Fujian to Nyingchi on the way for 0 days" in page

    def test_tells_what_goes_beyond_the_due_from_what_is_due(self, as_fujian, money):
        post(money, "appropriation", 500 * WAN, is_beyond_due=True)
        page = text_of(as_fujian.get("/money/"))

        assert "RMB 15 million of RMB 15 million are still open, and RMB 5 million of it go" in page
        assert "RMB 5 million beyond the due" in page

    def test_has_amounts_in_one_unit_and_exact_for_hovering(self, as_fujian, money):
        pay(money, 123_456_789)
        page = text_of(as_fujian.get("/money/"))

        assert "RMB million" in page
        assert 'title="1.23456789"' in page

    def test_asks_the_recipient_to_confirm(self, as_nyingchi, payment):
        page = text_of(as_nyingchi.get("/money/"))

        assert "Fujian paid RMB 3 million to Nyingchi 0 days ago: confirm the receipt" in page
        assert f'href="/money/payments/{payment.pk}/answer/"' in page
        assert "confirm the receipt" in text_of(as_nyingchi.get("/"))
        assert f"{today().year}: RMB 0 of the RMB 3 million paid are confirmed" in page

    def test_shows_the_checker_what_waits_and_the_maker_that_it_waits(
        self, as_fujian, finance, money, payment
    ):
        money.propose("decommitment", WAN, valid_on=today(), follows_id=_head(payment))

        assert "Fujian to Nyingchi: check RMB 10" in text_of(finance.get("/money/"))
        page = text_of(as_fujian.get("/money/"))
        assert ": check" not in page
        assert "waits for a second person" in page

    def test_tells_the_recipient_nothing_of_the_donor_s_book(self, as_nyingchi, payment, own):
        page = text_of(as_nyingchi.get(own))
        rows = re.findall(r"<tr[^>]*><th[^>]*>(Committed|Ordered).*?</tr>", page)
        stands = re.findall(r'>(?:Committed|Ordered)</th>.*?data-head="Not gone on">([^<]*)<', page)

        assert rows == ["Committed", "Ordered"]
        assert stands == ["", ""]
        assert "B130" not in page

    def test_is_on_the_rail_and_among_the_tabs_of_the_pair(self, as_fujian, money):
        page = text_of(as_fujian.get(f"/pairs/{money.pairing.pk}/"))

        assert 'href="/money/"' in page
        assert f'href="/money/pairs/{money.pairing.pk}/"' in page


class TestPropose:
    def test_posts_nothing_until_another_checks_it(self, as_fujian, finance, money, own):
        answer = as_fujian.post(f"{own}new/commitment/", commitment_of(money))

        [made] = proposals(money)
        assert answer.url == f"/money/proposals/{made.pk}/"
        assert (made.amount, made.state) == (900 * WAN, "proposed")
        page = text_of(finance.get(answer.url))
        assert "Committed, not ordered (B130)" in page
        assert "RMB 10\u202f000\u202f000" in page  # held by B120 before
        done = finance.post(f"{answer.url}post/", follow=True)
        assert "Posted: it stands in the books" in text_of(done)
        assert money.balances("donor")[f"B130/{today().year}"] == 900 * WAN

    def test_sent_twice_is_proposed_once(self, as_fujian, money, own):
        said = commitment_of(money)
        for _ in range(2):
            assert as_fujian.post(f"{own}new/commitment/", said).status_code == 302

        assert len(proposals(money)) == 1

    def test_questions_a_slipped_unit_until_it_is_said_to_be_right(self, as_fujian, money, own):
        for _ in range(3):
            post(money, "commitment", 100 * WAN)
        said = commitment_of(money, amount_0="1000000", amount_1="wan")

        answer = as_fujian.post(f"{own}new/commitment/", said)

        assert answer.status_code == 400
        assert "looks about 10" in text_of(answer)
        assert 'name="is_right"' in text_of(answer)
        assert 'value="1000000"' in text_of(answer)
        answer = as_fujian.post(f"{own}new/commitment/", {**said, "is_right": "on"})
        assert answer.status_code == 302

    @pytest.mark.parametrize(
        ("figure", "told"),
        [
            ("", "no amount is given"),
            ("-5", "is below zero"),
            ("=1+1", "is a formula"),
            ("1.234567891", "is finer than a fen"),
            ("abc", "is no amount"),
        ],
    )
    def test_says_why_a_figure_is_no_amount(self, as_fujian, money, own, figure, told):
        answer = as_fujian.post(
            f"{own}new/commitment/", commitment_of(money, amount_0=figure, amount_1="yuan")
        )

        assert answer.status_code == 400
        assert told in text_of(answer)
        assert 'href="#id_amount_0"' in text_of(answer)
        assert proposals(money) == []

    def test_offers_what_is_left_of_what_it_follows(self, as_fujian, money, payment, own):
        page = text_of(as_fujian.get(f"{own}new/order/"))

        assert re.search(r'name="amount_0" value="600"', page)
        answer = as_fujian.post(
            f"{own}new/order/",
            commitment_of(money, amount_0="601"),
        )
        # Whoever checks is told; a proposal may wait for what is still to come.
        assert answer.status_code == 302

    def test_counts_goods_with_or_without_a_value(self, as_fujian, finance, money, payment, own):
        post(money, "opening", 0, quantity=40, quantity_unit="kits")
        said = {"amount_0": "", "quantity": "40", "quantity_unit": "kits"}
        answer = as_fujian.post(f"{own}new/shipment/", commitment_of(money, **said))

        assert "Counted on the way (Q120)" in text_of(finance.get(answer.url))
        without_unit = commitment_of(money, **said | {"quantity_unit": ""})
        refused = as_fujian.post(f"{own}new/shipment/", without_unit)
        assert "in which unit" in text_of(refused)

    def test_asks_which_one_where_there_are_several(self, as_fujian, money, payment, own):
        other = post(money, "commitment", 50 * WAN)

        page = text_of(as_fujian.get(f"{own}new/order/"))

        assert "choose what it follows" in page
        assert f"?follows={other.pk}" in page
        assert as_fujian.get(f"{own}new/order/?follows={MISSING}").status_code == 404

    def test_says_where_there_is_nothing_to_follow(self, as_fujian, money, own):
        assert "there is nothing that it could follow" in text_of(
            as_fujian.get(f"{own}new/payment/")
        )

    def test_is_for_the_side_that_tells_it(self, as_fujian, as_nyingchi, as_coordinator, own):
        assert as_nyingchi.get(f"{own}new/commitment/").status_code == 403
        assert as_fujian.get(f"{own}new/expenditure/").status_code == 403
        assert as_coordinator.get(f"{own}new/payment/").status_code == 403
        assert as_fujian.get(f"{own}new/nothing/").status_code == 404


class TestTheDayOfAnEvent:
    """§L14: forms offer the days that will do, and say beside the field why another does not."""

    def test_is_offered_from_that_of_the_payment_to_today(self, as_nyingchi, payment):
        page = text_of(as_nyingchi.get(f"/money/payments/{payment.pk}/answer/"))

        [field] = re.findall(r'<input[^>]*name="valid_on"[^>]*>', page)
        for said in ("min", "max", "value"):
            assert f'{said}="{today()}"' in field
        assert f"From {today()} to {today()}." in page

    def test_is_refused_beside_the_field_where_it_is_still_to_come(self, as_fujian, money, own):
        said = commitment_of(money, valid_on=(today() + timedelta(days=1)).isoformat())

        answer = as_fujian.post(f"{own}new/commitment/", said)

        assert answer.status_code == 409
        told = text_of(answer).partition('name="valid_on"')[0].rpartition("is still to come")
        assert f"Enter a day up to today, {today()}" in told[2]
        assert proposals(money) == []


class TestEveryKind:
    @pytest.fixture
    def at_work(self, money, payment):
        """Something open for every kind of event to follow."""
        receipt = post(money, "receipt", 200 * WAN, follows_id=payment.pk)
        for amount in (20 * WAN, 10 * WAN):
            agreed = post(money, "refund_agreed", amount, follows_id=receipt.pk)
        post(money, "refund_paid", 10 * WAN, follows_id=agreed.pk)
        post(money, "opening", 9 * WAN, quantity=40, quantity_unit="kits")
        goods = {"quantity": 40, "quantity_unit": "kits", "follows_id": _head(payment)}
        post(money, "shipment", 9 * WAN, **goods)
        order = post(money, "order", 50 * WAN, follows_id=_head(payment))
        return {row.kind: row.pk for row in (receipt, order)} | {"commitment": _head(payment)}

    def test_is_proposed_from_its_form(self, sign_in, money, at_work, own):
        clients = {
            "donor": sign_in("fujian", "zh"),
            "recipient": sign_in("nyingchi", "zh"),
            "coordinator": sign_in("office", "zh"),
        }
        for kind, known in KINDS.items():
            if kind == "receipt":
                continue
            client = clients[known.by]
            follows = next((at_work[row] for row in known.follows if row in at_work), "")
            address = f"{own}new/{kind}/" + (f"?follows={follows}" if follows else "")
            assert 'name="amount_0"' in text_of(client.get(address)), kind
            said = {"amount_0": "1", "nature": "capital", "stage": "B120"}
            answer = client.post(address, commitment_of(money, **said))
            assert answer.status_code == 302, kind
            shown = client.get(answer.url)
            assert shown.status_code == 200, kind
            assert re.findall(r"\[\w+\.[\w.]+\]", text_of(shown)) == [], kind


class TestCheck:
    @pytest.fixture
    def proposed(self, money, payment):
        return money.propose("decommitment", 700 * WAN, valid_on=today(), follows_id=_head(payment))

    def test_is_not_for_the_maker(self, as_fujian, finance, proposed):
        address = f"/money/proposals/{proposed.pk}/"

        assert f"{address}post/" not in text_of(as_fujian.get(address))
        assert as_fujian.post(f"{address}post/").status_code == 403
        assert f"{address}return/" in text_of(finance.get(address))

    def test_tells_before_posting_what_would_be_refused(self, finance, proposed):
        address = f"/money/proposals/{proposed.pk}/"

        page = text_of(finance.get(address))
        refused = finance.post(f"{address}post/")

        told = "RMB 7\u202f000\u202f000 is asked, and only RMB 6\u202f000\u202f000 is left"
        assert told in page
        assert f"{address}post/" not in page
        assert refused.status_code == 409
        assert told in text_of(refused)

    def test_sends_back_with_a_reason_that_the_maker_reads(self, as_fujian, finance, proposed):
        address = f"/money/proposals/{proposed.pk}/"

        assert finance.post(f"{address}return/", {"reason": ""}).status_code == 400
        assert finance.post(f"{address}return/", {"reason": "Too much."}).status_code == 302
        assert "sent back. Too much." in text_of(as_fujian.get("/money/"))
        page = text_of(as_fujian.get(address))
        assert "Propose anew" in page
        assert finance.post(f"{address}post/").status_code == 409

    def test_lets_the_maker_withdraw(self, as_fujian, finance, proposed):
        address = f"/money/proposals/{proposed.pk}/"

        refused = finance.post(f"{address}withdraw/")
        assert refused.status_code == 409
        assert "Only whoever made the proposal" in text_of(refused)
        assert as_fujian.post(f"{address}withdraw/").status_code == 302


class TestAnswer:
    def send(self, client, payment, **given):
        said = {
            "key": str(uuid4()),
            "amount_1": "wan",
            "valid_on": today().isoformat(),
            "document": "回单 12",
            "reason": "",
        }
        return client.post(f"/money/payments/{payment.pk}/answer/", said | given)

    def test_of_all_is_proposed_as_a_receipt(self, as_nyingchi, sign_in, money, payment):
        answer = self.send(as_nyingchi, payment, answer="all")
        page = text_of(as_nyingchi.get(answer.url))

        assert "Special account (R1000)" in page
        assert "stand in the book of the other side" in page or "row stands in the book" in page
        assert "D5310" not in page
        sign_in("nyingchi_finance").post(f"{answer.url}post/")
        assert money.balances("recipient")["R1000"] == 300 * WAN

    def test_of_a_part_keeps_the_rest_on_its_way_with_the_reason(
        self, as_nyingchi, as_fujian, sign_in, money, payment
    ):
        said = {"answer": "part", "amount_0": "200", "reason": "One bank rejected.", "key": uuid4()}
        answer = self.send(as_nyingchi, payment, **said)
        self.send(as_nyingchi, payment, **said)
        sign_in("nyingchi_finance").post(f"{answer.url}post/")

        with acting(money.makers["recipient"]):
            [dispute] = Dispute.objects.all()
        assert dispute.amount == 100 * WAN
        page = text_of(as_fujian.get("/money/"))
        assert "Nyingchi disputes RMB 1 million sent by Fujian 0 days ago: One bank" in page
        assert "Disputed: RMB 1\u202f000\u202f000. One bank rejected." in text_of(
            as_fujian.get(f"/money/events/{payment.pk}/")
        )

    def test_of_none_posts_nothing(self, as_nyingchi, money, payment):
        answer = self.send(as_nyingchi, payment, answer="none", reason="Nothing came.", document="")

        assert answer.url == f"/money/events/{payment.pk}/"
        with acting(money.makers["recipient"]):
            assert not Batch.objects.filter(kind="receipt").exists()

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"answer": "none"}, "Say why the rest is missing"),
            ({"answer": "part", "amount_0": "300", "reason": "x"}, "A part is more than nothing"),
            ({"answer": "part", "amount_0": "", "reason": "x"}, "A part is more than nothing"),
            ({}, "Choose"),
        ],
    )
    def test_with_a_fault_is_said_beside_its_field(self, as_nyingchi, payment, given, told):
        answer = self.send(as_nyingchi, payment, **given)

        assert answer.status_code == 400
        assert told in text_of(answer)

    def test_is_where_the_step_of_a_receipt_leads(self, as_nyingchi, payment, own):
        answer = as_nyingchi.get(f"{own}new/receipt/")

        assert answer.url == f"/money/payments/{payment.pk}/answer/"

    def test_is_the_recipients(self, as_fujian, payment):
        assert self.send(as_fujian, payment, answer="all").status_code == 403


class TestGoods:
    @pytest.fixture
    def sent(self, money, payment):
        post(money, "opening", 9 * WAN, quantity=40, quantity_unit="kits")
        goods = {"quantity": 40, "quantity_unit": "kits", "follows_id": _head(payment)}
        return post(money, "shipment", 9 * WAN, **goods)

    def test_that_did_not_arrive_are_disputed_by_the_recipient(self, as_fujian, as_nyingchi, sent):
        address = f"/money/events/{sent.pk}/"
        said = {"key": uuid4(), "amount_0": "10", "amount_1": "wan", "reason": "Ten are missing."}

        assert f"{address}dispute/" in text_of(as_nyingchi.get(address))
        refused = as_nyingchi.post(f"{address}dispute/", said)
        assert refused.status_code == 409
        assert "only RMB 90\u202f000 is left" in text_of(refused)
        done = as_nyingchi.post(f"{address}dispute/", said | {"amount_0": "2"})
        assert done.url == address
        assert "Disputed: RMB 20\u202f000. Ten are missing." in text_of(as_fujian.get(address))
        assert as_fujian.post(f"{address}dispute/", said).status_code == 403

    def test_that_have_no_value_are_disputed_by_their_count(
        self, as_fujian, as_nyingchi, money, payment
    ):
        counted = {"quantity": 40, "quantity_unit": "kits"}
        post(money, "opening", 0, **counted)
        sent = post(money, "shipment", 0, follows_id=_head(payment), **counted)
        address = f"/money/events/{sent.pk}/"
        said = {"key": uuid4(), "reason": "Ten are missing."}

        asked = text_of(as_nyingchi.get(f"{address}dispute/"))
        assert "How much did not arrive" in asked
        assert "Value of what did not arrive" not in asked
        refused = as_nyingchi.post(f"{address}dispute/", said)
        assert refused.status_code == 400
        assert as_nyingchi.post(f"{address}dispute/", said | {"quantity": 10}).url == address
        assert "Disputed: 10 kits. Ten are missing." in text_of(as_fujian.get(address))


class TestEvent:
    def test_shows_each_side_its_own_rows_alone(self, as_fujian, as_nyingchi, money, payment):
        receipt = post(money, "receipt", 100 * WAN, follows_id=payment.pk)
        address = f"/money/events/{receipt.pk}/"
        given, taken = text_of(as_fujian.get(address)), text_of(as_nyingchi.get(address))

        assert "Grant expense (D5310)" in given
        assert "R1000" not in given
        assert "Special account (R1000)" in taken
        assert "D5310" not in taken
        assert f'href="/money/events/{payment.pk}/"' in given

    def test_shows_an_auditor_the_hash_of_its_rows(self, workspace, sign_in, as_fujian, payment):
        admin, office = (
            workspace.actor("admin", Role.ADMINISTRATOR),
            workspace.organisations["office"],
        )
        workspace.organisations["auditor"] = office
        workspace.people["auditor"] = create_person(
            email="auditor@example.org", name="Auditor", language="en", actor=admin, now=NOW
        )
        assign_role(
            person=workspace.people["auditor"], organisation_id=office.pk, role=Role.AUDITOR,
            valid_from=NOW.date(), actor=admin, now=NOW,
        )  # fmt: skip
        address = f"/money/events/{payment.pk}/"

        assert payment.rows_sha256 in text_of(sign_in("auditor").get(address))
        assert payment.rows_sha256 not in text_of(as_fujian.get(address))

    def test_says_what_is_left_and_offers_the_next_step(self, as_fujian, as_nyingchi, payment):
        address = f"/money/events/{payment.pk}/"

        assert "RMB 3 million left" in text_of(as_fujian.get(address))
        assert f"/money/payments/{payment.pk}/answer/" in text_of(as_nyingchi.get(address))
        assert "/bounce/?follows=" in text_of(as_fujian.get(address))

    def test_is_reversed_by_two_people_once(self, as_fujian, finance, money):
        made = post(money, "commitment", 50 * WAN)
        address = f"/money/events/{made.pk}/"
        said = {
            "key": str(uuid4()), "reason": "Twice", "document": "1", "valid_on": today().isoformat()
        }  # fmt: skip

        answer = as_fujian.post(f"{address}reverse/", said)
        assert answer.status_code == 302
        finance.post(f"{answer.url}post/")

        page = text_of(as_fujian.get(address))
        assert "reversed" in page
        assert f"{address}reverse/" not in page
        assert as_fujian.get(f"{address}reverse/").status_code == 403
        assert money.balances("donor")[f"B120/{today().year}"] == 1000 * WAN


class TestYear:
    def test_is_fixed_by_the_coordinator(self, as_coordinator, as_fujian, money):
        address = f"/money/programmes/{money.programme.pk}/years/"
        said = {"year": "2031", "profile": "on_receipt", "refund_reopens": "on"}

        assert as_coordinator.post(address, said).status_code == 302
        assert "2031" in text_of(as_fujian.get(address))
        assert as_fujian.post(address, said).status_code == 403
        refused = as_coordinator.post(address, said | {"year": str(today().year)})
        assert refused.status_code == 409
        assert "Something was posted in" in text_of(refused)

    def test_is_closed_by_two_people_and_its_statement_stays(
        self, as_fujian, as_coordinator, finance, money, own
    ):
        last = today().year - 1
        money.fix_year(last)
        day = today().replace(year=last, month=3, day=1)
        post(money, "obligation", 80 * WAN, valid_on=day)
        post(money, "appropriation", 30 * WAN, valid_on=day)
        page = text_of(as_fujian.get(f"{own}years/{last}/"))
        assert "is over and not closed" in page
        form = text_of(as_fujian.get(f"{own}years/{last}/close/"))
        assert "RMB 500\u202f000" in form
        said = {"key": str(uuid4()), "due": "lapse", "appropriated": "carry", "is_read": "on"}

        answer = as_fujian.post(f"{own}years/{last}/close/", said)
        assert "Lapsed (B180)" in text_of(finance.get(answer.url))
        finance.post(f"{answer.url}post/")

        page = text_of(as_fujian.get(f"{own}years/{last}/"))
        assert f"{last} is closed" in page
        assert "closed on" in page
        assert f"{last} is closed" in text_of(as_coordinator.get(f"{own}years/{last}/"))
        assert money.balances("donor")[f"B105/{today().year}"] == 30 * WAN
        assert as_fujian.get(f"{own}years/{last}/close/").status_code == 404

    def test_that_runs_is_not_closed(self, as_fujian, money, own):
        year = today().year
        said = {"key": str(uuid4()), "due": "lapse", "appropriated": "carry", "is_read": "on"}

        answer = as_fujian.post(f"{own}years/{year}/close/", said)

        page = text_of(as_fujian.get(answer.url))
        assert "is not over: it can be closed from 1 January on" in page


def _head(payment):
    return payment.head_id


class TestHowAYearStands:
    def test_is_carried_before_it_is_beyond_what_was_due(self, rf):
        request = rf.get("/")
        request.language = "en"
        # RMB 500 million due and 20 million beyond, of which 320 million went on into the next year
        year = YearOfPair(
            pairing_id=uuid4(),
            year=2024,
            flows={},
            held={"B100": 5 * 10**10, "B106": 2 * 10**9, "B150": 2 * 10**10, "B190": 32 * 10**9},
        )

        cell = standing_cell(request, year, date(2026, 11, 23))

        assert (cell.status, cell.text) == ("risk", "RMB 320 million carried forward")
        assert cell.note == "RMB 20 million beyond the due"

    def test_is_late_where_only_goods_that_do_not_count_met_the_due(self, rf):
        """§P10."""
        request = rf.get("/")
        request.language = "en"
        held = {"B100": 6 * 10**10, "B150": 3 * 10**10, "B160": 2 * 10**10, "B190": 10**10}
        met = YearOfPair(pairing_id=uuid4(), year=2024, flows={}, held=held)

        cell = standing_cell(request, replace(met, counts_goods=False), date(2026, 11, 23))

        carried = standing_cell(request, met, date(2026, 11, 23))
        assert carried.text == "RMB 100 million carried forward"
        assert (cell.status, cell.text) == ("bad", "RMB 200 million late")
        goods = "RMB 200 million given in goods, which do not count by the rule"
        assert cell.note == f"{carried.text}, {goods}"


class TestAFile:
    def test_marks_each_event_of_a_demonstration(self, money, rf):
        request = rf.get("/")
        request.language = "en"
        pairing = money.pairing
        pairing.programme.is_demo = True
        table = Table(
            name="events",
            columns=(Column("kind", "Event"),),
            rows=(Row((Cell("Payment"),)),),
            asked=Asked(file="csv"),
        )

        lines = pair_as_file(request, table, pairing).content.decode("utf-8-sig").splitlines()

        assert lines[0] == "Event,Mark"
        assert lines[1].startswith("Payment,Figures of a demonstration programme")
