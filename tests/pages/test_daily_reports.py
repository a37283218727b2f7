"""The pages of daily reports: by place and day, entered on a phone, corrected in versions."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from tests.grounds import ground
from tests.records.emergency_grounds import make_emergency

from tiebeam.apps.emergencies.operations.reports import (
    Counted,
    Figures,
    add_reporting_place,
    report_day,
)
from tiebeam.apps.emergencies.queries.reports import list_standing
from tiebeam.apps.supplies.operations.items import enter_item
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture
@ground
def emergency(workspace, now):
    found = make_emergency(workspace, now)
    for key in ("huanggang", "nyingchi"):
        add_reporting_place(
            incident=found.incident, place=workspace.organisations[key],
            since=timezone.localdate() - timedelta(3), actor=found.actors["coordinator"], now=now,
        )  # fmt: skip
    return found


@pytest.fixture
@ground
def masks(emergency, now):
    coordinator = emergency.actors["coordinator"]
    return enter_item(name_zh="口罩", name_en="Masks", unit="个", actor=coordinator, now=now)


@pytest.fixture
@ground
def reported(emergency, masks):
    """Huanggang: 40 patients three days ago, told late, and 100 two days ago; nothing since."""
    for ago, patients in ((3, 40), (2, 100)):
        made = report_day(
            incident=emergency.incident, place=emergency.organisation("host"),
            day=timezone.localdate() - timedelta(ago), figures=Figures(patients=patients, beds=60),
            stock=[Counted(item_id=masks.pk, quantity=700)], key=uuid4(),
            actor=emergency.actors["host"], now=timezone.now(),
        )  # fmt: skip
    return made


def page_of(emergency):
    return f"/reports/{emergency.incident.pk}/"


def standing(emergency):
    with acting(emergency.actors["coordinator"]):
        rows = list_standing([emergency.incident.pk])
        return [(row.place.name_en, row.version, row.patients, row.beds) for row in rows]


def sent(client, address, **values):
    """Return what the form of a page would send, with other values."""
    form = client.get(address).context["form"]
    given = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in (given | values).items() if value is not None}


class TestSituation:
    def test_marks_what_is_late_hard_to_believe_or_missing(
        self, emergency, reported, as_coordinator
    ):
        page = as_coordinator.get(page_of(emergency), follow=True)

        [row] = [row for row in page.context["table"].rows if row.cells[0].text == "Huanggang"]
        texts = [(cell.text, cell.note) for cell in row.cells[1:]]
        assert texts[0] == ("40", "Late")
        assert texts[1][0] == "100"
        assert set(texts[1][1].split(" · ")) == {"Late", "Jump", "Over beds"}
        assert texts[3] == ("Awaited", "")
        assert ("Nyingchi, " + str(timezone.localdate() - timedelta(3))) in page.context["missing"]

    def test_shows_another_day_as_it_was_known(self, emergency, reported, as_coordinator):
        yesterday = timezone.localdate() - timedelta(1)
        page = as_coordinator.get(f"{page_of(emergency)}?known={yesterday}")

        texts = {cell.text for row in page.context["table"].rows for cell in row.cells[1:]}
        assert texts <= {"Missing", "Awaited"}

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_speaks_the_language_of_the_reader(self, emergency, reported, sign_in, language):
        client = sign_in("huanggang", language)
        pages = [
            page_of(emergency),
            f"{page_of(emergency)}places/{reported.place_id}/",
            f"/reports/report/{reported.pk}/",
            f"{page_of(emergency)}enter/",
            f"/reports/report/{reported.pk}/correct/",
        ]
        for address in pages:
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert not re.search(r"\[(reports|web|supplies)\.", answer.content.decode()), address

    def test_is_asked_of_the_database_in_few_questions(
        self, emergency, reported, as_coordinator, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(25):
            as_coordinator.get(page_of(emergency))

    def test_is_not_there_for_who_takes_no_part(self, emergency, sign_in, as_nobody):
        assert as_nobody.get(page_of(emergency)).status_code == 302
        assert sign_in("office").get(f"/reports/{uuid4()}/").status_code == 404
        assert sign_in("office").post(page_of(emergency)).status_code == 405


class TestAReport:
    def test_is_entered_and_led_to(self, emergency, masks, as_huanggang):
        address = f"{page_of(emergency)}enter/"
        body = sent(as_huanggang, address, place=str(emergency.organisation("host").pk),
                    patients="12", beds="", **{f"item_{masks.pk.hex}": "5"})  # fmt: skip
        answer = as_huanggang.post(address, body, follow=True)
        again = as_huanggang.post(address, body)

        assert "Masks" in answer.content.decode()
        assert again.status_code == 302
        assert standing(emergency) == [("Huanggang", 1, 12, None)]

    def test_says_beside_the_field_what_is_wrong(self, emergency, as_huanggang):
        address = f"{page_of(emergency)}enter/"
        place = str(emergency.organisation("host").pk)
        faulty = as_huanggang.post(address, sent(as_huanggang, address, place=place, patients="-3"))
        assert faulty.status_code == 400
        assert "below zero" in str(faulty.context["form"].errors["patients"])
        tomorrow = str(timezone.localdate() + timedelta(1))
        early = as_huanggang.post(
            address, sent(as_huanggang, address, place=place, patients="3", day=tomorrow)
        )
        assert "has not come yet" in str(early.context["form"].errors["day"])
        body = sent(as_huanggang, address, place=place, patients="3")
        as_huanggang.post(address, body)
        twice = as_huanggang.post(address, body | {"key": str(uuid4())})
        assert twice.status_code == 409
        assert "Correct that report" in twice.content.decode()

    def test_is_corrected_with_a_reason_and_keeps_its_versions(
        self, emergency, reported, as_huanggang
    ):
        address = f"/reports/report/{reported.pk}/correct/"
        body = sent(as_huanggang, address, patients="90")
        assert as_huanggang.post(address, body | {"reason": ""}).status_code == 400
        page = as_huanggang.post(address, body | {"reason": "Counted again"}, follow=True)

        assert [row.cells[0].text for row in page.context["versions"].rows] == ["2", "1"]
        assert "Counted again" in page.content.decode()
        late = as_huanggang.post(address, body | {"reason": "Other", "key": str(uuid4())})
        assert late.status_code == 409

    def test_is_entered_by_who_answers_for_a_place_alone(self, emergency, reported, as_fujian):
        assert "report_day" not in as_fujian.get(page_of(emergency)).content.decode()
        for address in (f"{page_of(emergency)}enter/", f"/reports/report/{reported.pk}/correct/"):
            assert as_fujian.get(address).status_code == 403


class TestFirstPage:
    def test_tells_who_answers_for_a_place_which_days_are_not_reported(
        self, emergency, reported, as_huanggang, as_fujian
    ):
        yesterday = timezone.localdate() - timedelta(1)
        line = f"Huanggang has not reported {yesterday}"
        text = as_huanggang.get("/").content.decode()

        assert line in text
        assert f"reported {yesterday - timedelta(1)}" not in text
        assert line not in as_fujian.get("/").content.decode()

    def test_tells_who_coordinates_how_many_places_have_not(
        self, emergency, reported, as_coordinator, as_huanggang
    ):
        yesterday = timezone.localdate() - timedelta(1)
        line = f"Outbreak in Hubei: 2 of 2 places have not reported {yesterday}"

        assert line in as_coordinator.get("/").content.decode()
        assert line not in as_huanggang.get("/").content.decode()


class TestAPlace:
    def test_is_added_by_who_coordinates(self, emergency, workspace, as_coordinator, as_huanggang):
        address = f"{page_of(emergency)}places/add/"
        place = str(workspace.organisations["hunan"].pk)
        body = {"place": place, "since": str(timezone.localdate())}

        page = as_coordinator.post(address, body, follow=True)

        assert "Hunan" in {row.cells[0].text for row in page.context["table"].rows}
        assert as_huanggang.get(address).status_code == 403

    def test_that_reports_no_more_is_neither_awaited_nor_missing(
        self, emergency, workspace, as_coordinator, as_huanggang
    ):
        place = f"{page_of(emergency)}places/{workspace.organisations['nyingchi'].pk}/"
        before = as_coordinator.get(page_of(emergency)).context["missing"]
        body = {"until": str(timezone.localdate() - timedelta(2)), "reason": ""}
        unsaid = as_coordinator.post(f"{place}end/", body)
        page = as_coordinator.post(f"{place}end/", body | {"reason": "Closed"}, follow=True)
        after = as_coordinator.get(page_of(emergency)).context["missing"]

        assert unsaid.status_code == 400
        assert f"no more from {body['until']}" in page.content.decode()
        assert page.context["action"] is None
        assert sum("Nyingchi" in line for line in before) >= 2
        assert sum("Nyingchi" in line for line in after) == 1
        assert as_huanggang.get(f"{place}end/").status_code == 403
        assert as_coordinator.get(f"{page_of(emergency)}places/{uuid4()}/end/").status_code == 404

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_has_the_history_of_each_report(self, reported, sign_in, language):
        address = f"/history/daily_report/{reported.pk}/"
        page = sign_in("office", language).get(address).content.decode()

        assert "[history." not in page
        assert "[reports." not in page
        assert "report_id" not in page
        assert ("Patients" if language == "en" else "患者") in page
        assert address in sign_in("office").get(f"/reports/report/{reported.pk}/").content.decode()
