import re
from datetime import date, timedelta

import pytest
from tests.pages.test_agreements import pairing  # noqa: F401  # the fixture

from tiebeam.apps.pairings.models import Responsibility
from tiebeam.apps.pairings.operations.responsibilities import set_responsibility
from tiebeam.apps.programmes.operations import change_programme
from tiebeam.platform.tenancy.acting import acting

MISSING = "00000000-0000-4000-8000-000000000000"


def _text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def own(pairing):  # noqa: F811
    return f"/pairs/{pairing.pk}/responsibilities/"


@pytest.fixture
def fujian_leads(pairing, workspace, fujian, now):  # noqa: F811
    return set_responsibility(
        pairing=pairing,
        area="medicine",
        party=workspace.organisations["fujian"],
        share="accountable",
        valid_from=date(2020, 2, 10),
        actor=fujian,
        now=now,
    )


def _set(client, own, workspace, party="fujian", **given):
    known = {
        "area": "medicine",
        "other_area": "",
        "party": str(workspace.organisations[party].pk),
        "share": "responsible",
        "valid_from": "2020-02-10",
        "reason": "",
    }
    return client.post(f"{own}set/", known | given)


class TestMatrix:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_opens_with_words_for_all(self, sign_in, own, fujian_leads, language):
        client = sign_in("fujian", language)
        for address in (own, f"{own}set/", f"/responsibilities/{fujian_leads.pk}/end/"):
            answer = client.get(address)
            assert answer.status_code == 200
            assert re.findall(r"\[\w+\.[\w.]+\]", _text(answer)) == [], address

    def test_names_gaps_above(self, as_fujian, own, fujian_leads):
        page = _text(as_fujian.get(own))

        assert "medicine: nobody is responsible" in page
        assert "funds: nobody is accountable, nobody is responsible" in page
        assert "0 of 2 areas of work have a clear owner" in page

    def test_names_double_owners(self, as_fujian, as_nyingchi, own, workspace, fujian_leads):
        _set(as_nyingchi, own, workspace, "nyingchi", share="accountable")

        assert "accountable twice: " in _text(as_fujian.get(own))

    def test_answers_for_another_day(self, as_fujian, own, fujian_leads):
        today = _text(as_fujian.get(own, {"on": "2020-02-10"}))
        before = _text(as_fujian.get(own, {"on": "2020-02-09"}))
        unknown = _text(as_fujian.get(own, {"on": "2020-02-10", "known": "2020-02-08"}))

        assert "<strong>accountable</strong>" in today
        assert "<strong>accountable</strong>" not in before
        assert "<strong>accountable</strong>" not in unknown

    def test_asks_for_the_areas_that_the_programme_had_then_and_offers_no_step(
        self, as_fujian, own, pairing, coordinator, fujian_leads, now  # noqa: F811
    ):  # fmt: skip
        for days, forms in ((1, ["funds", "trade"]), (3, ["funds", "education"])):
            change_programme(
                programme=pairing.programme,
                values={"forms": forms},
                reason="New task",
                actor=coordinator,
                now=now + timedelta(days=days),
            )
        today = _text(as_fujian.get(own, {"on": "2020-02-10"}))
        then = _text(as_fujian.get(own, {"on": "2020-02-10", "known": "2020-02-12"}))

        assert "education: nobody is accountable" in today
        assert "trade: nobody is accountable" in then
        assert "education" not in then
        assert f"{own}set/" in today
        assert f"{own}set/" not in then
        assert "/end/" not in then

    def test_is_not_there_for_others(self, as_hunan, own, fujian_leads):
        assert as_hunan.get(own).status_code == 404
        assert as_hunan.get(f"{own}set/").status_code == 404
        assert as_hunan.get(f"/responsibilities/{fujian_leads.pk}/end/").status_code == 404

    def test_asks_a_stranger_to_sign_in(self, as_nobody, own):
        assert as_nobody.get(own).status_code == 302

    def test_takes_no_post(self, as_fujian, own):
        assert as_fujian.post(own).status_code == 405

    def test_needs_few_queries(self, as_fujian, own, fujian_leads, django_assert_max_num_queries):
        with django_assert_max_num_queries(20):
            as_fujian.get(own)


class TestSet:
    def test_says_what_a_party_is_for(self, as_fujian, own, workspace, fujian):
        assert _set(as_fujian, own, workspace).status_code == 302
        with acting(fujian):
            assert Responsibility.objects.get().share == "responsible"

    def test_takes_an_area_of_its_own_name(self, as_fujian, own, workspace, fujian):
        assert _set(as_fujian, own, workspace, area="other").status_code == 400
        assert _set(as_fujian, own, workspace, area="other", other_area="Ice").status_code == 302
        with acting(fujian):
            assert Responsibility.objects.get().area == "Ice"

    def test_does_not_offer_the_other_side(self, as_fujian, own, workspace):
        answer = _set(as_fujian, own, workspace, "nyingchi")

        assert answer.status_code == 400

    def test_outside_the_pairing_is_refused_in_words(self, as_fujian, own, workspace):
        answer = _set(as_fujian, own, workspace, valid_from="2019-01-01")

        assert answer.status_code == 409
        assert "not on 2019-01-01" in _text(answer)


class TestEnd:
    def test_is_on_the_last_day(self, as_fujian, fujian_leads, fujian):
        given = {"last_day": "2020-03-01", "reason": ""}

        answer = as_fujian.post(f"/responsibilities/{fujian_leads.pk}/end/", given)

        assert answer.status_code == 302
        with acting(fujian):
            assert Responsibility.objects.get().valid_until == date(2020, 3, 2)

    def test_is_not_the_other_sides(self, as_nyingchi, fujian_leads):
        given = {"last_day": "2020-03-01", "reason": ""}

        answer = as_nyingchi.post(f"/responsibilities/{fujian_leads.pk}/end/", given)

        assert answer.status_code == 409

    def test_of_what_is_not_there_says_so(self, as_fujian):
        assert as_fujian.get(f"/responsibilities/{MISSING}/end/").status_code == 404
