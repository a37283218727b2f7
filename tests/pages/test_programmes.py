import json
import re
from datetime import date

import pytest
from tests.grounds import ground
from tests.pages.round_trip import set_scene

from tiebeam.apps.programmes.models import LegalDocument, Participant, Programme, Round
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
    own = f"/programmes/{scene.programme.pk}/"
    with acting(scene.desk.coordinator):
        participant = Participant.objects.filter(programme=scene.programme).first()
    return {
        "list": "/programmes/",
        "programme": own,
        "map": f"{own}map.json",
        "participants": f"{own}participants/",
        "create": "/programmes/new/",
        "change": f"{own}change/",
        "portal": f"{own}portal/",
        "add_document": f"{own}documents/",
        "correct_document": f"/programmes/documents/{scene.desk.document.pk}/",
        "add_participant": f"{own}participants/new/",
        "end_participation": f"/programmes/participants/{participant.pk}/end/",
        "open_round": f"{own}rounds/",
        "change_round": f"/programmes/rounds/{scene.round.pk}/change/",
        "close_round": f"/programmes/rounds/{scene.round.pk}/close/",
    }


SHOWN = ["list", "programme", "map", "participants"]
FORMS = [
    "create",
    "change",
    "portal",
    "add_document",
    "correct_document",
    "add_participant",
    "end_participation",
    "open_round",
    "change_round",
    "close_round",
]
OF_ONE = [page for page in [*SHOWN, *FORMS] if page not in {"list", "create"}]


class TestEveryPage:
    @pytest.mark.parametrize("page", [*SHOWN, *FORMS])
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_opens_to_the_coordinator_with_words_for_all(self, sign_in, addresses, page, language):
        answer = sign_in("office", language).get(addresses[page])

        assert answer.status_code == 200
        assert re.findall(r"\[\w+\.[\w.]+\]", _text(answer)) == []

    @pytest.mark.parametrize("page", [*SHOWN, *FORMS])
    def test_asks_the_database_little(
        self, as_coordinator, addresses, page, django_assert_max_num_queries
    ):
        as_coordinator.get("/me/")

        with django_assert_max_num_queries(24):
            as_coordinator.get(addresses[page])

    @pytest.mark.parametrize("page", FORMS)
    def test_with_a_form_is_closed_to_both_sides(self, as_fujian, addresses, page):
        assert as_fujian.get(addresses[page]).status_code == 403
        assert as_fujian.post(addresses[page], {}).status_code == 403

    @pytest.mark.parametrize("page", [*SHOWN, *FORMS])
    def test_asks_a_stranger_to_sign_in(self, as_nobody, addresses, page):
        assert as_nobody.get(addresses[page]).status_code == 302

    @pytest.mark.parametrize("page", SHOWN)
    def test_that_only_shows_takes_no_post(self, as_coordinator, addresses, page):
        assert as_coordinator.post(addresses[page], {}).status_code == 405

    @pytest.mark.parametrize("page", set(FORMS) - {"portal", "add_document", "create"})
    def test_with_a_form_shows_its_faults(self, as_coordinator, addresses, page):
        answer = as_coordinator.post(addresses[page], {})

        assert answer.status_code == 400
        assert 'role="alert"' in _text(answer)

    @pytest.mark.parametrize("page", OF_ONE)
    def test_of_a_programme_that_is_not_there_is_not_found(
        self, as_coordinator, scene, addresses, page
    ):
        address = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", MISSING, addresses[page])

        assert as_coordinator.get(address).status_code == 404

    @pytest.mark.parametrize("page", ["programme", "map", "participants", "change"])
    def test_of_anothers_programme_is_not_found(self, as_fujian, coordinator, addresses, page):
        with acting(coordinator):
            hidden = Programme(
                tenant_id=coordinator.organisation_id, slug="hidden", name_en="Hidden"
            )
            hidden.save()
        address = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", str(hidden.pk), addresses[page])

        assert as_fujian.get(address).status_code == 404
        assert "Hidden" not in _text(as_fujian.get("/programmes/"))


class TestProgramme:
    def test_says_in_its_title_how_many_answer_for_how_many(self, as_fujian, addresses):
        assert _title(as_fujian.get(addresses["programme"])).startswith("Small: ")

    def test_shows_its_pairs_its_list_in_force_and_its_documents(self, as_coordinator, addresses):
        page = _text(as_coordinator.get(addresses["programme"]))

        assert "2 donors answer for 2 recipients in 2 pairs" in page
        assert "the source leaves doubt" in page
        assert "since 2020-02-10" in page
        assert "Notice" in page
        assert page.count("not known") >= 3

    def test_answers_for_another_day(self, as_coordinator, addresses):
        answer = as_coordinator.get(addresses["programme"], {"on": "2020-02-08"})

        assert "2 donors answer for 1 recipient in 2 pairs" in _title(answer)

    def test_was_not_known_before_it_was_entered(self, as_coordinator, addresses):
        answer = as_coordinator.get(addresses["programme"], {"known": "2019-01-01"})

        assert answer.status_code == 404

    def test_downloads_its_pairs(self, as_coordinator, addresses):
        answer = as_coordinator.get(addresses["programme"], {"file": "csv"})

        lines = answer.content.decode("utf-8-sig").splitlines()
        assert lines[0].startswith("Recipient,Donor")
        assert len(lines) == 3

    def test_shows_buttons_to_whoever_steers_it_alone(self, as_coordinator, as_fujian, addresses):
        assert addresses["change"] in _text(as_coordinator.get(addresses["programme"]))
        assert addresses["change"] not in _text(as_fujian.get(addresses["programme"]))

    def test_counts_pairs_that_the_map_cannot_draw(self, as_coordinator, addresses):
        data = json.loads(as_coordinator.get(addresses["map"]).content)

        assert data == {"points": [], "lines": [], "missing": 2}

    def test_draws_a_line_between_two_places(self, as_coordinator, scene, addresses, admin):
        _place(scene, admin, "fujian", 26.1, 119.3)
        _place(scene, admin, "nyingchi", 29.6, 94.4)

        data = json.loads(as_coordinator.get(addresses["map"]).content)

        assert data["missing"] == 1
        assert [(line["from"], line["to"], line["text"]) for line in data["lines"]] == [
            ([26.1, 119.3], [29.6, 94.4], "Fujian → Nyingchi")
        ]
        assert {point["side"] for point in data["points"]} == {"donor", "recipient"}

    def test_serves_the_boundary_of_the_operator_alone(
        self, as_coordinator, addresses, scene, admin, settings, tmp_path
    ):
        for key in ("hunan", "huanggang"):
            _place(scene, admin, key, 30, 112)
        assert as_coordinator.get("/programmes/boundary.json").status_code == 404
        settings.TIEBEAM_BOUNDARY = tmp_path / "boundary.json"
        settings.TIEBEAM_BOUNDARY.write_text('{"type": "FeatureCollection", "features": []}')

        assert as_coordinator.get("/programmes/boundary.json").json()["features"] == []
        assert 'data-boundary="/programmes/boundary.json"' in _text(
            as_coordinator.get(addresses["programme"])
        )


def _place(scene, admin, key, latitude, longitude):
    from tiebeam.apps.regions.models import Organisation, Region

    with acting(admin):
        region = Region(
            tenant_id=admin.organisation_id,
            kind="province",
            name_en=key,
            latitude=latitude,
            longitude=longitude,
        )
        region.save()
        organisation = Organisation.objects.get(pk=scene.desk.organisations[key])
        organisation.region = region
        organisation.save()


class TestSteering:
    def test_sets_up_a_programme(self, as_coordinator):
        given = {
            "name_en": "New",
            "slug": "new",
            "starts_on": "2020-02-01",
            "last_day": "2020-02-29",
        }

        answer = as_coordinator.post("/programmes/new/", given | {"forms": ["funds"]})

        assert answer.status_code == 302
        assert "New: no pair is in force" in _title(as_coordinator.get(answer.url))
        assert "2020-02-01 – 2020-02-29" in _text(as_coordinator.get(answer.url))

    def test_tells_in_words_that_an_address_is_taken(self, as_coordinator, scene):
        answer = as_coordinator.post("/programmes/new/", {"name_en": "Small", "slug": "small"})

        assert answer.status_code == 409
        assert 'role="alert"' in _text(answer)
        assert 'value="small"' in _text(answer)

    def test_shows_a_fault_beside_its_field(self, as_coordinator, scene):
        answer = as_coordinator.post("/programmes/new/", {"slug": "x"})

        assert answer.status_code == 400
        assert 'href="#id_name_zh"' in _text(answer)

    def test_changes_a_programme_with_its_reason(self, as_coordinator, scene, addresses):
        given = {"name_en": "Smaller", "name_zh": "更小", "reason": "Named too boldly"}

        answer = as_coordinator.post(addresses["change"], given)

        assert answer.status_code == 302
        history = _text(as_coordinator.get(f"/history/programme/{scene.programme.pk}/"))
        assert "Named too boldly" in history
        assert "Smaller" in history

    def test_adds_a_document_of_which_little_is_known(self, as_coordinator, scene, addresses):
        answer = as_coordinator.post(addresses["add_document"], {"title_zh": "国务院通知"})

        assert answer.status_code == 302
        assert "国务院通知" in _text(as_coordinator.get(answer.url))

    def test_corrects_a_document(self, as_coordinator, scene, addresses):
        given = {"title_en": "Notice", "dated_on": "2020-02-10", "reason": "Found it"}

        assert as_coordinator.post(addresses["correct_document"], given).status_code == 302
        with acting(scene.desk.coordinator):
            assert LegalDocument.objects.get().dated_on == date(2020, 2, 10)

    def test_adds_and_ends_a_participant(self, as_coordinator, workspace, scene, addresses):
        given = {"organisation": str(workspace.organisations["office"].pk), "side": "reader"}

        assert as_coordinator.post(addresses["add_participant"], given).status_code == 302
        with acting(scene.desk.coordinator):
            row = Participant.objects.get(side="reader")
        end = f"/programmes/participants/{row.pk}/end/"
        given = {"last_day": "2099-12-31", "reason": "Done"}
        assert as_coordinator.post(end, given).status_code == 302
        with acting(scene.desk.coordinator):
            assert str(Participant.objects.get(side="reader").valid_until) == "2100-01-01"

    @pytest.mark.parametrize("is_open", [True, False])
    def test_tells_that_a_published_programme_is_seen_by_nobody_while_the_portal_is_off(
        self, as_coordinator, addresses, settings, is_open
    ):
        settings.TIEBEAM_IS_PORTAL_OPEN = is_open
        told = "switched off"

        before = _text(as_coordinator.get(addresses["portal"]))
        after = _text(as_coordinator.post(addresses["portal"], {}, follow=True))

        assert [told in page for page in (before, after)] == [not is_open] * 2
        assert ("is shown in the public portal" in after) is is_open
        assert ("TIEBEAM_PORTAL=1" in after) is not is_open

    def test_names_the_last_day_that_was_entered(self, as_coordinator, addresses):
        close = {"last_day": "2020-01-01", "reason": "Over"}

        page = _text(as_coordinator.post(addresses["close_round"], close))

        assert "the last day, 2020-01-01, lies before the first, 2020-02-07" in page
        assert "2020-01-02" not in page

    def test_publishes_a_programme_and_takes_it_back(self, as_coordinator, scene, addresses):
        assert as_coordinator.post(addresses["portal"], {}).status_code == 302
        assert as_coordinator.post(addresses["portal"], {}).status_code == 400
        assert as_coordinator.post(addresses["portal"], {"reason": "Too early"}).status_code == 302
        with acting(scene.desk.coordinator):
            assert not Programme.objects.get(pk=scene.programme.pk).is_published

    def test_closes_a_round_and_opens_the_next(self, as_coordinator, scene, addresses):
        close = {"last_day": "2020-03-31", "reason": "Over"}
        opened = {
            "name_en": "Second",
            "starts_on": "2020-04-01",
            "resources": "staff, 人员, Staff, person, 1, 1",
        }

        assert as_coordinator.post(addresses["open_round"], opened).status_code == 409
        assert as_coordinator.post(addresses["close_round"], close).status_code == 302
        answer = as_coordinator.post(addresses["open_round"], opened)

        assert answer.status_code == 302
        assert "Staff (persons)" in _text(as_coordinator.get(answer.url))
        with acting(scene.desk.coordinator):
            assert Round.objects.get(name_en="First").ends_on == date(2020, 4, 1)

    def test_refuses_resources_that_cannot_be_read(self, as_coordinator, addresses):
        given = {"name_en": "R", "starts_on": "2020-02-07", "resources": "a, b, c, d, 1, 1, 7"}

        answer = as_coordinator.post(addresses["change_round"], given | {"reason": "x"})

        assert answer.status_code == 400
        assert "Line 1 has more than six parts" in _text(answer)
