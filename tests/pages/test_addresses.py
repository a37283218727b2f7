"""What an address asks for and cannot be answered is said in words, and leads back; nothing breaks."""

import re

import pytest
from django.urls import reverse
from tests.pages.round_trip import set_scene

from tiebeam.apps.programmes.operations import create_programme

QUESTION = "/api/v1/questions/pairings-of-organisation"
FAR = ["9999-12-31", "0001-01-01", "3000-01-01", "1899-12-31"]


def text_of(answer) -> str:
    return answer.content.decode()


class TestADay:
    @pytest.mark.parametrize("day", FAR)
    @pytest.mark.parametrize("part", ["on", "known"])
    def test_at_the_end_of_the_calendar_is_said_in_words(self, as_coordinator, part, day):
        answer = as_coordinator.get("/pairs/", {part: day, "q": "Fujian"})

        assert answer.status_code == 400
        assert f"{day} in the address lies outside" in text_of(answer)
        assert "1900-01-01 to 2999-12-31" in text_of(answer)
        assert 'href="/pairs/?q=Fujian"' in text_of(answer)

    def test_that_is_none_is_named(self, sign_in):
        page = text_of(sign_in("office", "zh").get("/pairs/?on=abc"))

        assert "“abc”不是有效日期" in page
        assert 'href="/pairs/"' in page
        # It is not told as a page without history, which it is not.
        assert "此页" not in page

    @pytest.mark.parametrize("day", ["1900-01-01", "2999-12-31"])
    @pytest.mark.parametrize("part", ["on", "known"])
    def test_just_inside_is_answered(self, as_coordinator, part, day):
        assert as_coordinator.get("/pairs/", {part: day}).status_code == 200

    @pytest.mark.parametrize("day", FAR)
    @pytest.mark.parametrize("part", ["since", "until"])
    def test_of_the_log_is_refused_beside_its_field(self, as_coordinator, part, day):
        answer = as_coordinator.get("/log/", {part: day})

        assert answer.status_code == 400
        assert f"{day} lies outside the days that are kept here" in text_of(answer)

    def test_in_a_form_is_refused_beside_its_field(self, as_admin, as_coordinator, workspace):
        person = workspace.people["fujian"]
        given = {"organisation": str(workspace.organisations["fujian"].pk), "role": "donor_office"}
        days = {"valid_from": "2020-02-10", "last_day": "9999-12-31"}

        answer = as_admin.post(reverse("assign_role", args=[person.pk]), given | days)
        deputy = as_coordinator.post(reverse("my_deputies"), days)

        for refused in (answer, deputy):
            assert refused.status_code == 400
            assert "The latest is 2999-12-31" in text_of(refused)


class TestAPage:
    def test_that_is_no_number_is_named(self, as_coordinator):
        answer = as_coordinator.get("/directory/?page=ten")

        assert answer.status_code == 400
        assert "“ten” in the address is no page" in text_of(answer)

    def test_beyond_the_last_tells_how_many_there_are(self, as_coordinator):
        page = text_of(as_coordinator.get("/directory/organisations/?page=99999"))

        assert "There is no page 99" in page
        assert "1 pages" in page
        assert "To the last page" in page


def test_a_far_day_is_refused_by_the_api_in_one_language(as_coordinator, workspace):
    fujian = {"organisation_id": str(workspace.organisations["fujian"].pk)}
    for day in ({"true_on": "9999-12-31"}, {"known_at": "9999-12-31T23:59:59Z"}):
        english, chinese = (
            as_coordinator.get(QUESTION, fujian | day | {"lang": language}).json()
            for language in ("en", "zh")
        )
        assert english["status"] == chinese["status"] == 422
        assert "9999-12-31 lies outside the days that are kept here" in english["title"]
        assert "9999-12-31 超出可填写的日期范围" in chinese["title"]
        assert "lies outside" not in chinese["title"]


class TestTheLogNames:
    def test_each_record_and_leads_to_it_and_counts_both(self, as_admin, workspace):
        page = text_of(as_admin.get("/log/"))
        fujian = workspace.organisations["fujian"]
        shown, count = map(int, re.search(r"(\d+) of (\d+) entries", page).groups())

        assert f'href="/directory/organisations/{fujian.pk}/"' in page
        assert shown == count > 5
        fewer = text_of(as_admin.get("/log/", {"kind": "regions.organisation"}))
        assert "5 of 5 entries" in fewer


def test_the_desk_stands_in_the_rail_of_those_who_have_use_for_it(as_coordinator, as_fujian):
    assert 'href="/desk/"' in text_of(as_coordinator.get("/"))
    assert 'href="/desk/"' not in text_of(as_fujian.get("/"))


def test_a_resource_without_a_name_is_told_beside_the_resources(as_coordinator, coordinator, now):
    programme = create_programme(
        slug="aid", name_en="Aid", name_zh="支援", actor=coordinator, now=now
    )
    answer = as_coordinator.post(
        reverse("open_round", args=[programme.pk]),
        {"name_zh": "一轮", "starts_on": "2020-02-10", "resources": "doctors,,,person"},
    )
    page = text_of(answer)

    assert answer.status_code in {400, 409}
    assert "Line 1: there is no name" in page
    assert re.search(r'href="#id_resources"[^>]*>[^<]*Line 1|Line 1[^<]*<', page)
    assert 'href="#id_name_zh"' not in page


class TestTheReferenceOfTheInterface:
    def test_names_every_endpoint_with_what_it_takes(self, sign_in):
        page = text_of(sign_in("office", "zh").get("/api/v1/docs"))

        assert "POST /api/v1/regions/create-organisation" in page
        assert "<code>name_zh</code>" in page
        assert "编程接口：共" in page
        assert "//" not in re.sub(r"https?://testserver", "", page.partition("<main")[2]).replace(
            "</", ""
        )
        assert 'href="/api/v1/docs"' in text_of(sign_in("office").get("/me/tokens/"))

    def test_is_for_members(self, as_nobody):
        assert as_nobody.get("/api/v1/docs").status_code == 302


def test_a_map_that_would_be_blank_says_how_to_fill_it(as_coordinator, workspace, coordinator, now):
    scene = set_scene(workspace, coordinator, now)
    page = text_of(as_coordinator.get(f"/programmes/{scene.programme.pk}/"))

    assert "data-map=" not in page
    assert "latitude and longitude" in page


@pytest.mark.parametrize(
    ("language", "words", "other"), [("en", "Fujian", "福建"), ("zh", "福建", "Fujian")]
)
def test_a_refusal_names_records_in_the_language_of_the_page(
    sign_in, workspace, coordinator, now, language, words, other
):
    scene = set_scene(workspace, coordinator, now)
    given = {"organisation": str(workspace.organisations["fujian"].pk), "side": "donor"}
    address = reverse("add_participant", args=[scene.programme.pk])
    reader = sign_in("office", language)
    reader.post(address, given)

    [told] = re.findall(
        r'<div class="notice bad.*?</div>|<ul class="faults.*?</ul>|role="alert".*?</div>',
        text_of(reader.post(address, given)),
        re.DOTALL,
    )[:1]
    assert words in told
    assert other not in told


def test_organisations_stand_in_the_alphabetical_order_of_the_reader(sign_in, workspace):
    address = reverse("assign_role", args=[workspace.people["fujian"].pk])
    english, chinese = (
        text_of(sign_in("admin", language).get(address)) for language in ("en", "zh")
    )

    def stand_in_order(page, *names):
        places = [re.search(rf"<option[^>]*>\s*{name}", page).start() for name in names]
        return places == sorted(places)

    assert stand_in_order(
        english, "Coordinating office", "Fujian", "Huanggang", "Hunan", "Nyingchi"
    )
    # By pinyin: fú, hú, huáng, lín, tǒng.
    assert stand_in_order(chinese, "福建", "湖南", "黄冈", "林芝", "统筹协调办公室")
