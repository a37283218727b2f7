import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.grounds import ground
from tests.pages.round_trip import set_scene
from tests.records.agreement_grounds import make_pairing, make_programme

from tiebeam.apps.pairings.operations.pairings import add_second_tier_pairing
from tiebeam.apps.programmes.models import Round
from tiebeam.apps.regions.operations import create_organisation, create_region
from tiebeam.platform.tenancy.acting import acting

MISSING = "00000000-0000-4000-8000-000000000000"


def _text(answer) -> str:
    return answer.content.decode()


def _title(answer) -> str:
    (title,) = re.findall(r"<h1>(.*?)</h1>", _text(answer), re.DOTALL)
    return title.strip()


@pytest.fixture
@ground
def scene(workspace, coordinator, now):
    return set_scene(workspace, coordinator, now)


@pytest.fixture
def addresses(scene):
    ids = scene.desk.organisations
    return {
        "pairs": "/pairs/",
        "answers": f"/pairs/answers/?place={ids['huanggang']}",
        "pair": f"/pairs/{scene.pairing('hunan', 'huanggang').pk}/",
        "donor": f"/pairs/donors/{ids['fujian']}/",
        "recipient": f"/pairs/recipients/{ids['huanggang']}/",
        "history_programme": f"/history/programme/{scene.programme.pk}/",
        "history_round": f"/history/round/{scene.round.pk}/",
        "history_list": f"/history/list/{scene.second.pk}/",
        "history_pair": f"/history/pair/{scene.pairing('fujian', 'huanggang').pk}/",
        "history_organisation": f"/history/organisation/{ids['fujian']}/",
        "regions": "/directory/",
        "organisations": "/directory/organisations/",
        "organisation": f"/directory/organisations/{ids['fujian']}/",
        "search": "/search/?q=福建",
    }


PAGES = [
    "pairs",
    "answers",
    "pair",
    "donor",
    "recipient",
    "history_programme",
    "history_round",
    "history_list",
    "history_pair",
    "history_organisation",
    "regions",
    "organisations",
    "organisation",
    "search",
]


class TestEveryPage:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_opens_with_words_for_all_and_asks_the_database_little(
        self, sign_in, addresses, language, django_assert_max_num_queries
    ):
        client = sign_in("office", language)
        client.get("/me/")
        for page in PAGES:
            with django_assert_max_num_queries(26):
                answer = client.get(addresses[page])

            assert answer.status_code == 200, page
            assert re.findall(r"\[\w+\.[\w.]+\]", _text(answer)) == [], page

    def test_answers_as_known_with_as_few_questions(
        self, as_coordinator, addresses, django_assert_max_num_queries
    ):
        as_coordinator.get("/me/")
        for page in ["pairs", "answers", "pair", "donor", "recipient", "organisation", "search"]:
            sign = "&" if "?" in addresses[page] else "?"
            with django_assert_max_num_queries(30):
                answer = as_coordinator.get(f"{addresses[page]}{sign}known=2020-02-10")

            assert answer.status_code == 200, page

    def test_asks_a_stranger_to_sign_in_and_takes_no_post(
        self, as_nobody, as_coordinator, addresses
    ):
        for page in PAGES:
            assert as_nobody.get(addresses[page]).status_code == 302, page
            assert as_coordinator.post(addresses[page], {}).status_code == 405, page

    @pytest.mark.parametrize(
        "address",
        [
            "/pairs/{}/",
            "/pairs/donors/{}/",
            "/pairs/recipients/{}/",
            "/pairs/answers/?place={}",
            "/history/programme/{}/",
            "/history/list/{}/",
            "/history/pair/{}/",
            "/history/region/{}/",
            "/history/person/{}/",
            "/directory/regions/{}/",
            "/directory/organisations/{}/",
        ],
    )
    def test_of_what_is_missing_is_not_found(self, as_coordinator, scene, address):
        assert as_coordinator.get(address.format(MISSING)).status_code == 404

    def test_of_anothers_pair_is_not_found(self, as_nyingchi, scene, addresses):
        pairing = scene.pairing("hunan", "huanggang")

        assert as_nyingchi.get(f"/pairs/{pairing.pk}/").status_code == 404
        assert as_nyingchi.get(f"/history/pair/{pairing.pk}/").status_code == 404
        assert str(pairing.pk) not in _text(as_nyingchi.get("/pairs/"))


class TestPairs:
    def test_counts_only_what_may_be_read(self, as_nyingchi, scene):
        own = scene.desk.organisations["nyingchi"]

        assert _title(as_nyingchi.get("/pairs/")) == "1 pair is in force"
        assert _title(as_nyingchi.get(f"/pairs/recipients/{own}/")).endswith("Fujian answers")

    def test_lists_what_is_in_force_on_the_day(self, as_coordinator, addresses):
        assert "2 pairs are in force" in _title(as_coordinator.get("/pairs/"))
        assert _title(as_coordinator.get("/pairs/", {"on": "2020-02-06"})).startswith("0 pairs")
        assert _title(as_coordinator.get("/pairs/", {"known": "2020-02-09"})).startswith("0 pairs")

    def test_finds_pairs_by_words_of_either_side(self, as_coordinator, addresses):
        assert _title(as_coordinator.get("/pairs/", {"q": "福建 林芝"})) == "1 pair is in force"
        assert _title(as_coordinator.get("/pairs/", {"q": "福建 黄冈"})).startswith("0 pairs")

    def test_downloads_what_is_seen(self, as_coordinator, addresses):
        answer = as_coordinator.get("/pairs/", {"q": "hunan", "file": "csv"})

        lines = answer.content.decode("utf-8-sig").splitlines()
        assert lines[1].startswith("Huanggang,Hunan,Small,lead,2020-02-07")
        assert len(lines) == 2


class TestWhoAnswers:
    def test_tells_since_when_by_which_list_and_who_before(self, as_coordinator, scene):
        place = scene.desk.organisations["nyingchi"]

        page = as_coordinator.get("/pairs/answers/", {"place": place, "on": "2020-02-11"})

        assert _title(page) == "Nyingchi on 2020-02-11: Fujian answers"
        assert re.search(r"2020-02-10.*version 2.*Notice.*nobody", _text(page), re.DOTALL)

    def test_answers_for_an_earlier_day_by_the_earlier_list(self, as_coordinator, scene):
        place = scene.desk.organisations["huanggang"]

        page = as_coordinator.get("/pairs/answers/", {"place": place, "on": "2020-02-08"})

        assert _title(page) == "Huanggang on 2020-02-08: Hunan, Fujian answer"
        assert "version 1" in _text(page)

    def test_says_that_nobody_answers(self, as_coordinator, scene):
        place = scene.desk.organisations["nyingchi"]

        page = as_coordinator.get("/pairs/answers/", {"place": place, "on": "2020-02-08"})

        assert _title(page) == "Nyingchi on 2020-02-08: nobody answers"

    def test_knew_nothing_before_it_was_recorded(self, as_coordinator, scene):
        place = scene.desk.organisations["huanggang"]

        page = as_coordinator.get(
            "/pairs/answers/", {"place": place, "on": "2020-02-08", "known": "2020-02-09"}
        )

        assert "nobody answers" in _title(page)

    def test_does_not_understand_what_is_no_date(self, as_coordinator, scene):
        assert as_coordinator.get("/pairs/answers/", {"on": "yesterday"}).status_code == 400


class TestDossier:
    def test_of_a_pair_tells_period_lead_list_and_document(self, as_coordinator, addresses):
        answer = as_coordinator.get(addresses["pair"])

        assert _title(answer) == "Hunan answers for Huanggang since 2020-02-07 (Small)"
        page = _text(answer)
        assert "version 1" in page
        assert "Notice" in page
        assert "staff: 6" in page

    def test_of_a_pair_lists_those_below_it_and_goes_into_a_file(
        self, as_coordinator, scene, admin, coordinator, now, addresses
    ):
        names = ("Hospital A", "Hospital B")
        below = [
            create_organisation(name_en=name, name_zh="", kind="hospital", actor=admin, now=now)
            for name in names
        ]
        add_second_tier_pairing(
            parent=scene.pairing("hunan", "huanggang"),
            donor=below[0],
            recipient=below[1],
            valid_from=timezone.localdate(now),
            actor=coordinator,
            now=now,
        )

        assert "Hospital A" in _text(as_coordinator.get(addresses["pair"]))
        file = as_coordinator.get(addresses["pair"], {"file": "csv"}).content.decode("utf-8-sig")
        assert "Donor,Hunan" in file
        assert "Hospital A → Hospital B" in file

    def test_of_a_donor_tells_its_load_and_what_it_carried_before(self, as_coordinator, addresses):
        answer = as_coordinator.get(addresses["donor"])

        assert _title(answer) == "Fujian carries 1 pair in 1 programme"
        assert re.search(r"2020-02-07 – 2020-02-09", _text(answer))

    def test_of_a_donor_knew_of_no_earlier_pair_before_it_was_recorded(
        self, as_coordinator, addresses
    ):
        now = _text(as_coordinator.get(addresses["donor"]))
        then = _text(as_coordinator.get(f"{addresses['donor']}?known=2019-12-31"))

        assert "2020-02-07 – 2020-02-09" in now
        assert "2020-02-07 – 2020-02-09" not in then

    @pytest.mark.parametrize("page", ["donor", "recipient", "pairs"])
    def test_asks_no_more_where_the_pairs_lie_in_many_programmes(
        self, as_coordinator, coordinator, workspace, addresses, page
    ):
        def count() -> int:
            with CaptureQueriesContext(connection) as asked:
                assert as_coordinator.get(addresses[page]).status_code == 200
            return len(asked)

        count()
        with_one = count()
        side = {"donor": "fujian", "recipient": "hunan"}.get(page, "fujian")
        for number in range(4):
            programme = make_programme(coordinator, [], slug=f"p{number}")
            for recipient in ("huanggang", "nyingchi"):
                make_pairing(
                    programme, coordinator, workspace.actor(side), workspace.actor(recipient)
                )

        assert count() == with_one

    def test_of_a_recipient_tells_who_answers(self, as_coordinator, addresses):
        answer = as_coordinator.get(addresses["recipient"], {"on": "2020-02-11"})

        assert _title(answer) == "Huanggang on 2020-02-11: Hunan answers"


class TestHistory:
    def test_tells_who_did_what_for_whom_with_before_and_after(self, as_coordinator, addresses):
        page = _text(as_coordinator.get(addresses["history_pair"]))

        assert "by Office for Coordinating office" in page
        assert "2020-02-10" in page
        assert "ended by" in page
        assert "version 2" in page
        assert "Fujian" in page

    def test_goes_into_a_file(self, as_coordinator, addresses):
        answer = as_coordinator.get(addresses["history_list"], {"file": "csv"})

        assert answer.content.decode("utf-8-sig").startswith("When,Who,For whom,What")


class TestDirectory:
    def test_finds_two_characters_and_beginnings_of_words(self, as_coordinator, scene):
        assert "“福建”: 2 found" in _title(as_coordinator.get("/search/", {"q": "福建"}))
        assert "Huanggang" in _text(as_coordinator.get("/search/", {"q": "huang"}))
        as_coordinator.post("/programmes/new/", {"name_zh": "对口支援湖北", "slug": "hubei"})
        assert "对口支援湖北" in _text(as_coordinator.get("/search/", {"q": "湖北"}))

    def test_stands_in_the_head_of_every_page(self, as_coordinator, as_nobody):
        assert 'action="/search/"' in _text(as_coordinator.get("/"))
        assert 'action="/search/"' not in _text(as_nobody.get("/accounts/login/"))

    def test_shows_a_region_with_what_lies_below_it(self, as_coordinator, admin, now):
        hubei = create_region(
            name_en="Hubei", name_zh="湖北", kind="province", actor=admin, now=now
        )
        create_region(
            name_en="Xiaogan", name_zh="孝感", kind="prefecture", parent=hubei, actor=admin, now=now
        )

        answer = as_coordinator.get(f"/directory/regions/{hubei.pk}/")

        assert _title(answer) == "Hubei: 1 region below"
        assert "Xiaogan" in _text(answer)
        assert "No figure is recorded" in _text(answer)
        assert as_coordinator.get(f"/history/region/{hubei.pk}/").status_code == 200

    def test_knows_no_organisation_before_it_was_entered(self, as_coordinator, addresses):
        assert (
            as_coordinator.get(addresses["organisation"], {"known": "2019-01-01"}).status_code
            == 404
        )

    def test_counts_what_an_organisation_gives_and_receives(self, as_coordinator, addresses):
        assert (
            _title(as_coordinator.get(addresses["organisation"]))
            == "Fujian: gives in 1 pair, receives in 0"
        )


class TestWhatIsNotKnown:
    def test_of_a_recorded_pair_is_said_so(self, as_coordinator, scene):
        page = _text(as_coordinator.get(f"/pairs/{scene.pairing('fujian', 'nyingchi').pk}/"))

        told = re.findall(r"<dt>(Lead|Amounts)</dt>\s*<dd[^>]*>\s*(.*?)\s*</dd>", page, re.DOTALL)
        assert dict(told) == {"Lead": "not known", "Amounts": "not known"}

    def test_stands_beside_what_is(self, as_coordinator, scene):
        page = _text(as_coordinator.get(f"/lists/{scene.second.pk}/"))

        assert "staff: 6" in page
        assert re.search(r"Nyingchi(?:(?!</tr>).)*not known", page, re.DOTALL)


class TestAmountsOfADonor:
    def test_are_named_in_the_language_of_the_reader_with_their_unit(self, sign_in, scene):
        named = {"id": "staff", "name_en": "Medical staff", "name_zh": "医务人员", "unit": "bed"}
        with acting(scene.desk.coordinator):
            Round.objects.filter(pk=scene.round.pk).update(resources=[named])
        address = f"/pairs/donors/{scene.desk.organisations['hunan']}/"

        for language, text in (("zh", "医务人员（张）：6"), ("en", "Medical staff (beds): 6")):
            page = _text(sign_in("office", language).get(address))
            assert page.count(text) == 2
            assert "staff:" not in page.replace("Medical staff", "")
