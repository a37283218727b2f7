"""What donors owe, on the pages: choose a rule, draft, issue by a second person, revise, read the way."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.grounds import ground
from tests.small_workspace import NOW

from records.obligation_grounds import make_obligation_grounds
from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.ledger.obligation_models import DonorRate, ObligationNotice, ObligationRule
from tiebeam.apps.ledger.operations.proposals import post_proposal, propose
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.platform.identity.models import Person
from tiebeam.platform.identity.operations import assign_role, create_person
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.grants import grant_reading

YI = 10**10
THIN = "\u202f"


@pytest.fixture
@ground
def grounds(workspace):
    made = make_obligation_grounds(workspace)
    made.choose()
    made.reveal(2007, "1000")
    return made


@pytest.fixture
def as_second(workspace, admin, now):
    """A second coordinator of the same office."""
    person: Person = create_person(
        email="second@example.org", name="Second", language="en", actor=admin, now=now
    )
    assign_role(
        person=person,
        organisation_id=workspace.organisations["office"].pk,
        role=Role.COORDINATOR,
        valid_from=timezone.localdate(now),
        actor=admin,
        now=now,
    )
    client = Client()
    client.cookies["language"] = "en"
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def list_address(grounds, query="?year=2008"):
    return f"/programmes/{grounds.programme.pk}/obligations/{query}"


def draft_address(grounds, year=2008):
    return f"/programmes/{grounds.programme.pk}/obligations/draft/?donor={grounds.donor.pk}&year={year}"


def text_of(answer):
    return answer.content.decode().replace(THIN, " ")


def weights_of(grounds, first, second):
    return {
        f"weight_{grounds.key('nyingchi')}": first,
        f"weight_{grounds.key('huanggang')}": second,
    }


class TestOneYear:
    def test_goes_from_the_figure_to_an_issued_notice(self, grounds, as_coordinator, as_second):
        grounds.open_year(2008)

        shown = text_of(as_coordinator.get(draft_address(grounds)))
        assert "Fujian owes RMB 1 billion for 2008" in shown
        assert "1 000 亿元" in shown
        drafted = as_coordinator.post(
            draft_address(grounds), weights_of(grounds, 3, 1), follow=True
        )
        assert "You drafted this notice" in text_of(drafted)
        address = drafted.redirect_chain[-1][0]

        issued = as_second.post(f"{address}issue/", follow=True)

        page = text_of(issued)
        assert "posted to each pair" in page
        assert "RMB 750 million" in page
        assert "国办发〔2008〕53号" in page
        assert "1 of 1 donors of Wenchuan" in text_of(as_coordinator.get(list_address(grounds)))

    def test_is_read_by_the_donor_and_by_no_other(self, grounds, sign_in):
        notice = grounds.issue(grounds.draft())
        address = f"/obligations/{notice.pk}/"

        donors = sign_in("fujian").get(address)

        assert "Fujian owes RMB 1 billion" in text_of(donors)
        assert b"Revise" not in donors.content
        assert sign_in("hunan").get(address).status_code == 404
        assert sign_in("nyingchi").get(address).status_code == 404

    def test_offers_the_credit_of_earlier_years(self, grounds, as_coordinator, sign_in):
        grounds.issue(grounds.draft())
        with acting(grounds.maker):
            pairing = grounds.pairings["nyingchi"]
        finance = grounds.workspace.actor("fujian", Role.DONOR_FINANCE)
        give = Terms(kind="appropriation", amount=YI * 5, valid_on=date(2008, 7, 1), document="1")
        made = propose(
            pairing=pairing,
            terms=give,
            key=uuid4(),
            actor=replace(finance, person_id=uuid4()),
            now=NOW,
        )
        post_proposal(proposal=made, actor=finance, now=NOW)
        grounds.reveal(2007, "800", vintage=date(2009, 9, 1))
        grounds.issue(grounds.draft(reason="Base revised"))
        grounds.reveal(2008, "1000")
        notice = grounds.issue(grounds.draft(2009))

        page = text_of(as_coordinator.get(f"/obligations/{notice.pk}/"))
        address = f"/money/pairs/{pairing.pk}/new/use_credit/?amount={YI}"
        assert "set RMB 100 million off against what is due for Nyingchi" in page
        assert address in page
        assert 'value="10000"' in text_of(as_coordinator.get(address))
        assert "off against" not in text_of(sign_in("fujian").get(f"/obligations/{notice.pk}/"))

    def test_is_no_statement_about_notices_that_may_not_be_read(self, grounds, sign_in):
        grounds.issue(grounds.draft())
        with acting(grounds.maker):
            grant_reading(
                actor=grounds.maker,
                scope_id=grounds.programme.scope_id,
                organisation_ids=[grounds.workspace.organisations["nyingchi"].pk],
                role="recipient",
                valid_from=date(2008, 1, 1),
            )

        page = text_of(sign_in("nyingchi").get(list_address(grounds)))

        assert "0 notices of what donors of Wenchuan owe for 2008 that you may read" in page
        assert "no notice yet" not in page

    def test_is_not_issued_by_who_drafted_it(self, grounds, as_coordinator):
        notice = grounds.draft()

        answer = as_coordinator.post(f"/obligations/{notice.pk}/issue/")

        assert answer.status_code == 409
        assert "Ask a second coordinator" in text_of(answer)

    def test_is_not_issued_before_the_ledger_takes_the_year(self, grounds, as_second):
        notice = grounds.draft()

        answer = as_second.post(f"/obligations/{notice.pk}/issue/")

        assert answer.status_code == 409
        assert "how revenue is recognised" in text_of(answer)

    def test_is_revised_when_the_figure_is(self, grounds, as_coordinator, as_second):
        notice = grounds.issue(grounds.draft())
        grounds.reveal(2007, "1010", vintage=date(2009, 9, 1))

        assert "edition of 2009-09-01 counts today" in text_of(
            as_coordinator.get(f"/obligations/{notice.pk}/")
        )
        form = weights_of(grounds, 1, 1)
        refused = as_coordinator.post(draft_address(grounds), form)
        assert refused.status_code == 400
        revised = as_coordinator.post(
            draft_address(grounds), form | {"reason": "Base revised"}, follow=True
        )
        page = text_of(as_second.post(f"{revised.redirect_chain[-1][0]}issue/", follow=True))

        assert "RMB 10 million more than by the version before" in page
        assert "superseded" in page

    def test_is_discarded_with_a_reason(self, grounds, as_coordinator):
        notice = grounds.draft()
        address = f"/obligations/{notice.pk}/discard/"

        assert as_coordinator.post(address, {"reason": ""}).status_code == 400
        as_coordinator.post(address, {"reason": "Wrong weights"})

        with acting(grounds.maker):
            assert ObligationNotice.objects.get(pk=notice.pk).state == "discarded"


class TestDrafting:
    def test_says_what_is_missing(self, grounds, as_coordinator):
        page = text_of(as_coordinator.get(draft_address(grounds, 2009)))

        assert "cannot be computed yet" in page
        assert "no figure" in page
        assert "for 2008" in page

    def test_asks_about_a_slipped_unit_until_it_is_confirmed(self, grounds, as_coordinator):
        for year, quantity in ((2005, "800"), (2006, "900"), (2008, "1100")):
            grounds.reveal(year, quantity)
        grounds.reveal(2007, "9800000", vintage=date(2009, 9, 1))
        form = weights_of(grounds, 1, 1)

        assert b"is_confirmed" in as_coordinator.get(draft_address(grounds)).content
        assert as_coordinator.post(draft_address(grounds), form).status_code == 400
        done = as_coordinator.post(draft_address(grounds), form | {"is_confirmed": "on"})

        assert done.status_code == 302

    def test_leads_to_the_draft_that_waits(self, grounds, as_coordinator):
        notice = grounds.draft()

        answer = as_coordinator.get(draft_address(grounds))

        assert answer.url == f"/obligations/{notice.pk}/"

    def test_of_all_donors_is_one_button(self, grounds, as_coordinator):
        address = f"/programmes/{grounds.programme.pk}/obligations/draft-all/?year=2008"

        page = text_of(as_coordinator.post(address, follow=True))

        assert "1 notice was drafted" in page


class TestIllustrative:
    def test_stands_wherever_the_amount_does(self, workspace, as_coordinator, sign_in):
        grounds = make_obligation_grounds(workspace)
        grounds.choose()
        grounds.reveal(2007, "1000", reliability="assumption")
        notice = grounds.issue(grounds.draft())

        places = [
            as_coordinator.get(f"/obligations/{notice.pk}/"),
            as_coordinator.get(list_address(grounds)),
            as_coordinator.get(list_address(grounds, "?year=2008&file=csv")),
            as_coordinator.get(f"/obligations/donors/{grounds.donor.pk}/?year=2008"),
            as_coordinator.get(f"/obligations/donors/{grounds.donor.pk}/?year=2008&file=csv"),
            sign_in("fujian").get("/notices/"),
            sign_in("nyingchi").get(
                reverse("money_of_pair", args=[grounds.pairings["nyingchi"].pk])
            ),
            sign_in("fujian").get(
                reverse("money_year", args=[grounds.pairings["nyingchi"].pk, 2008])
            ),
            sign_in("fujian").get(reverse("overview")),
        ]

        assert ["illustrative" in text_of(place) for place in places] == [True] * len(places)


class TestEventOfANotice:
    def test_offers_nothing_that_only_a_proposal_has(self, grounds, as_coordinator):
        """No person proposed it: there is no proposal to look at, and it is revised, not reversed."""
        grounds.issue(grounds.draft())
        with acting(grounds.maker):
            batch = Batch.objects.filter(kind="obligation").first()

        page = as_coordinator.get(reverse("event", args=[batch.pk]))

        assert page.status_code == 200
        assert reverse("proposal", args=[batch.pk]) not in text_of(page)
        assert reverse("reverse_event", args=[batch.pk]) not in text_of(page)


class TestRule:
    def test_is_chosen_with_what_no_source_says(self, workspace, as_coordinator):
        grounds = make_obligation_grounds(workspace)
        address = f"/programmes/{grounds.programme.pk}/obligations/rule/"
        form = {"rule": "tibet/1", "indicator": "revenue", "base_offset": "-1"}

        assert "no rule yet" in text_of(as_coordinator.get(list_address(grounds)))
        refused = as_coordinator.post(address, form)
        assert refused.status_code == 409
        assert "Say which document does" in text_of(refused)
        page = as_coordinator.post(address, form | {"entered_because": "assumed"}, follow=True)

        assert "entered: assumed" in text_of(page)
        with acting(grounds.maker):
            assert ObligationRule.objects.get().rule_id == "tibet"

    def test_takes_a_donors_own_rate_with_its_document(self, workspace, as_coordinator):
        grounds = make_obligation_grounds(workspace)
        grounds.choose("xinjiang-2010")
        address = f"/programmes/{grounds.programme.pk}/obligations/rates/"
        form = {"donor": grounds.donor.pk, "rate": "0.45%", "from_year": 2011}

        assert as_coordinator.post(address, form).status_code == 409
        page = as_coordinator.post(address, form | {"document_number": "〔2010〕1号"}, follow=True)

        assert "0.45%" in text_of(page)
        with acting(grounds.maker):
            assert DonorRate.objects.count() == 1

    def test_is_the_coordinators_to_choose(self, grounds, sign_in):
        donor = sign_in("fujian")
        below = f"/programmes/{grounds.programme.pk}/obligations/"

        statuses = [
            donor.get(f"{below}rule/").status_code,
            donor.get(f"{below}rates/").status_code,
            donor.get(draft_address(grounds)).status_code,
            donor.post(f"{below}draft-all/").status_code,
        ]

        assert statuses == [403] * 4
        assert b"Choose the rule" not in donor.get(below).content
        assert sign_in("hunan").get(below).status_code == 404


class TestLoad:
    def test_tells_the_sum_beside_the_revenue(self, grounds, sign_in):
        grounds.issue(grounds.draft())
        address = f"/obligations/donors/{grounds.donor.pk}/"

        page = text_of(sign_in("fujian").get(f"{address}?year=2008"))

        assert "Fujian owes RMB 1 billion for 2008, in 1 programme" in page
        assert "1 %" in page
        unknown = text_of(sign_in("fujian").get(f"{address}?year=2009"))
        assert "They are not counted as 0" in unknown


class TestAddresses:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_speak_without_codes(self, grounds, sign_in, language):
        notice = grounds.issue(grounds.draft())
        grounds.reveal(2007, "1010.123", vintage=date(2009, 9, 1))
        client = sign_in("office", language)
        below = f"/programmes/{grounds.programme.pk}/obligations/"

        for address in (
            list_address(grounds),
            f"{below}rule/",
            f"{below}rates/",
            draft_address(grounds),
            draft_address(grounds, 2011),
            f"/obligations/{notice.pk}/",
            f"/obligations/donors/{grounds.donor.pk}/?year=2008",
        ):
            page = client.get(address)
            assert page.status_code == 200, address
            assert "[obligations." not in page.content.decode(), address

    def test_refuse_the_wrong_method_and_strangers(self, grounds, as_coordinator):
        notice = grounds.draft()
        address = f"/obligations/{notice.pk}/"

        assert as_coordinator.post(address).status_code == 405
        assert as_coordinator.get(f"{address}issue/").status_code == 405
        assert Client().get(address).status_code == 302
        assert as_coordinator.get(f"/obligations/{uuid4()}/").status_code == 404
        assert as_coordinator.get(list_address(grounds, "?year=soon")).status_code == 400
        below = f"/programmes/{grounds.programme.pk}/obligations/draft/"
        assert as_coordinator.get(f"{below}?donor=x").status_code == 404

    def test_ask_few_questions(self, grounds, as_coordinator, django_assert_max_num_queries):
        notice = grounds.issue(grounds.draft())

        with django_assert_max_num_queries(40):
            as_coordinator.get(list_address(grounds))
        with django_assert_max_num_queries(40):
            as_coordinator.get(f"/obligations/{notice.pk}/")
        with django_assert_max_num_queries(40):
            as_coordinator.get(draft_address(grounds, 2009))
