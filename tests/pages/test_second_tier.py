import re
from datetime import date

import pytest
from tests.pages.test_agreements import pairing  # noqa: F401  # the fixture

from tiebeam.apps.pairings.operations.pairings import add_second_tier_pairing
from tiebeam.apps.regions.operations import create_organisation
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.grants import grant_reading

MISSING = "00000000-0000-4000-8000-000000000000"


def _text(answer) -> str:
    return answer.content.decode()


def _fault(answer) -> str:
    """What stands beside the field or above the form, as the reader sees it."""
    return " ".join(re.findall(r'<p class="fault"[^>]*>(.*?)</p>', _text(answer), re.DOTALL))


@pytest.fixture
def hospitals(admin, now):
    return [
        create_organisation(name_en=english, name_zh=chinese, kind="hospital", actor=admin, now=now)
        for english, chinese in (("Xiamen Hospital", "厦门医院"), ("Bomi Hospital", "波密医院"))
    ]


@pytest.fixture
def given(hospitals):
    donor, recipient = hospitals
    return {
        "donor": str(donor.pk),
        "recipient": str(recipient.pk),
        "valid_from": "2020-02-10",
        "note": "Telemedicine",
    }


@pytest.fixture
def own(pairing):  # noqa: F811
    return f"/pairs/{pairing.pk}/"


@pytest.fixture
def below(pairing, hospitals, fujian, now):  # noqa: F811
    donor, recipient = hospitals
    return add_second_tier_pairing(
        parent=pairing,
        donor=donor,
        recipient=recipient,
        valid_from=date(2020, 2, 10),
        actor=fujian,
        now=now,
    )


class TestAdd:
    def test_stands_in_the_dossier_for_both_sides(
        self, as_fujian, as_nyingchi, as_hunan, own, given
    ):
        answer = as_fujian.post(f"{own}below/", given, follow=True)

        assert answer.redirect_chain == [(f"{own}#second-tier", 302)]
        for client in (as_fujian, as_nyingchi):
            page = _text(client.get(own))
            assert "Xiamen Hospital" in page
            assert "Telemedicine" in page
        assert as_hunan.get(own).status_code == 404

    def test_is_open_to_both_sides_and_the_coordinator(
        self, as_fujian, as_nyingchi, as_coordinator, own, given
    ):
        for client in (as_fujian, as_nyingchi, as_coordinator):
            assert f'href="{own}below/"' in _text(client.get(own))
            assert client.get(f"{own}below/").status_code == 200

    def test_is_not_offered_to_who_may_only_read(
        self, as_hunan, own, given, pairing, coordinator, hunan  # noqa: F811
    ):  # fmt: skip
        with acting(coordinator):
            for scope in (pairing.pk, pairing.programme_id):
                grant_reading(
                    actor=coordinator,
                    scope_id=scope,
                    organisation_ids=[hunan.organisation_id],
                    role="reader",
                    valid_from=date(2020, 2, 10),
                )
        page = as_hunan.get(own)

        assert page.status_code == 200
        assert f"{own}below/" not in _text(page)
        assert as_hunan.get(f"{own}below/").status_code == 403
        assert as_hunan.post(f"{own}below/", given).status_code == 403

    def test_is_refused_outside_the_pair_above_in_words(self, as_fujian, own, given):
        answer = as_fujian.post(f"{own}below/", given | {"valid_from": "1999-01-01"})

        assert answer.status_code == 409
        assert "not in force on 1999-01-01" in _fault(answer)
        assert 'value="1999-01-01"' in _text(answer)

    def test_is_refused_with_itself_in_words(self, as_fujian, own, given):
        answer = as_fujian.post(f"{own}below/", given | {"recipient": given["donor"]})

        assert answer.status_code == 409
        assert "cannot be paired with itself" in _fault(answer)

    def test_is_refused_twice_in_words(self, as_nyingchi, own, given, below):
        answer = as_nyingchi.post(f"{own}below/", given)

        assert answer.status_code == 409
        assert "Xiamen Hospital and Bomi Hospital are paired" in _text(answer)
        assert "End that pair first" in _text(answer)

    def test_is_refused_while_an_ended_one_still_runs(self, as_fujian, own, given, below, fujian):
        as_fujian.post(f"/pairs/{below.pk}/end/", {"last_day": "2020-03-01", "reason": ""})

        early = as_fujian.post(f"{own}below/", given | {"valid_from": "2020-03-01"})
        after = as_fujian.post(f"{own}below/", given | {"valid_from": "2020-03-02"})

        assert (early.status_code, after.status_code) == (409, 302)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("donor", MISSING), ("recipient", "x"), ("valid_from", "soon"), ("note", "x" * 301)],
    )
    def test_keeps_what_was_entered_beside_each_fault(self, as_fujian, own, given, field, value):
        answer = as_fujian.post(f"{own}below/", given | {field: value})

        assert answer.status_code == 400
        assert _fault(answer)
        if field != "note":
            assert "Telemedicine" in _text(answer)

    def test_does_not_offer_both_sides_of_the_pair_above(self, as_fujian, own, workspace, given):
        page = _text(as_fujian.get(f"{own}below/"))

        assert page.count(f'value="{given["donor"]}"') == 2
        assert str(workspace.organisations["fujian"].pk) not in page
        assert '<optgroup label="hospital">' in page.lower()

    def test_is_not_offered_below_a_second_tier_pair(self, as_fujian, below):
        assert "below/" not in _text(as_fujian.get(f"/pairs/{below.pk}/"))
        assert as_fujian.get(f"/pairs/{below.pk}/below/").status_code == 403


class TestEnd:
    def test_is_offered_to_who_entered_it_alone(
        self, as_fujian, as_nyingchi, as_coordinator, below
    ):
        address = f"/pairs/{below.pk}/end/"

        assert f'href="{address}"' in _text(as_fujian.get(f"/pairs/{below.pk}/"))
        for client in (as_nyingchi, as_coordinator):
            page = _text(client.get(f"/pairs/{below.pk}/"))
            assert address not in page
            assert "Entered by Fujian" in page
            assert client.get(address).status_code == 403

    def test_leaves_it_in_the_days_before(self, as_fujian, own, below):
        address = f"/pairs/{below.pk}/end/"
        answer = as_fujian.post(address, {"last_day": "2020-02-20", "reason": "Done"})

        assert answer.status_code == 302
        assert "Xiamen Hospital" in _text(as_fujian.get(own, {"on": "2020-02-20"}))
        assert "Xiamen Hospital" not in _text(as_fujian.get(own, {"on": "2020-02-21"}))

    def test_outside_its_days_is_refused_with_the_day_that_was_entered(self, as_fujian, below):
        address = f"/pairs/{below.pk}/end/"
        answer = as_fujian.post(address, {"last_day": "2020-02-01", "reason": ""})

        assert answer.status_code == 409
        assert "by 2020-02-01 already, or begins later" in _fault(answer)

    def test_of_a_pair_of_the_list_is_refused_in_words(self, as_coordinator, own):
        answer = as_coordinator.post(f"{own}end/", {"last_day": "2020-02-20", "reason": ""})

        assert answer.status_code == 409
        assert "new version of the list" in _text(answer)

    def test_of_anothers_is_not_found(self, as_hunan, below):
        assert as_hunan.get(f"/pairs/{below.pk}/end/").status_code == 404


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_of_second_tier_pairs_open_with_words_for_all(
    sign_in, own, below, language, django_assert_max_num_queries
):
    client = sign_in("fujian", language)
    client.get("/me/")
    for address in (own, f"{own}below/", f"/pairs/{below.pk}/", f"/pairs/{below.pk}/end/"):
        with django_assert_max_num_queries(34):
            answer = client.get(address)
        assert answer.status_code == 200, address
        assert re.findall(r"\[\w+\.[\w.]+\]", _text(answer)) == [], address
