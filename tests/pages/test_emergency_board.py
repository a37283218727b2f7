"""The board of an incident: what lacks on the next days, the patients and what is expected, the hub."""

from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from tests.small_workspace import NOW

from records.emergency_grounds import make_emergency
from tiebeam.apps.emergencies.operations.incidents import activate_incident
from tiebeam.apps.emergencies.operations.needs import enter_need, verify_need
from tiebeam.apps.emergencies.operations.reports import Figures, add_reporting_place, report_day


@pytest.fixture
def grounds(workspace):
    """An incident of today whose hub, Huanggang, needs 100 people from tomorrow for ten days."""
    made = make_emergency(workspace, NOW)
    made.now = timezone.now()
    today, actor = timezone.localdate(), made.actors["coordinator"]
    made.place = workspace.organisations["huanggang"]
    made.incident = activate_incident(
        programme=made.programme, name_en="Flood", name_zh="洪水", level=2, mode="assign",
        activated_on=today - timedelta(days=5), document="Notice 2", hub=made.place,
        actor=actor, now=made.now,
    )  # fmt: skip
    made.need = enter_need(
        incident=made.incident, place=made.place, kind="medical", heads=100,
        starts_on=today + timedelta(days=1), until=today + timedelta(days=11),
        actor=made.actors["host"], now=made.now,
    )  # fmt: skip
    verify_need(need=made.need, actor=actor, now=made.now)
    add_reporting_place(
        incident=made.incident, place=made.place, since=today - timedelta(days=5),
        actor=actor, now=made.now,
    )  # fmt: skip
    return made


def report(grounds, on: date, patients: int):
    report_day(
        incident=grounds.incident, place=grounds.place, day=on,
        figures=Figures(patients=patients, beds=500), key=uuid4(),
        actor=grounds.actors["host"], now=grounds.now,
    )  # fmt: skip


def board(client, grounds, **headers):
    return client.get(f"/emergencies/{grounds.incident.pk}/board/", headers=headers)


class TestBoard:
    def test_says_what_lacks_and_when(self, grounds, as_coordinator):
        shown = board(as_coordinator, grounds).content.decode()
        assert "Huanggang lacks up to 100 people within 14 days" in shown
        tomorrow = timezone.localdate() + timedelta(days=1)
        assert f"Huanggang {tomorrow.isoformat()}: 100" in shown
        assert f"Huanggang {(tomorrow + timedelta(days=10)).isoformat()}: 0" in shown

    def test_counts_a_bound_team(self, grounds, as_coordinator):
        today = timezone.localdate()
        said = {"starts_on": today + timedelta(days=1), "ends_on": today + timedelta(days=6)}
        grounds.send(grounds.ask(said={**said, "heads": 60}).deployment, "agreed")
        shown = board(as_coordinator, grounds).content.decode()
        assert f"Huanggang {(today + timedelta(days=1)).isoformat()}: 40" in shown
        assert f"Huanggang {(today + timedelta(days=6)).isoformat()}: 100" in shown

    def test_shows_how_full_the_hub_is(self, grounds, as_coordinator):
        report(grounds, timezone.localdate() - timedelta(days=1), 450)
        assert "the beds are taken" in board(as_coordinator, grounds).content.decode()
        assert "450 patients in 500 beds" in board(as_coordinator, grounds).content.decode()

    def test_draws_the_patients_with_what_is_expected(self, grounds, as_coordinator):
        today = timezone.localdate()
        for back, patients in ((4, 100), (3, 120), (1, 160)):
            report(grounds, today - timedelta(days=back), patients)
        shown = board(as_coordinator, grounds).content.decode()
        last = (today - timedelta(days=1)).isoformat()
        assert f"160 patients on {last}; in 7 days between" in shown
        # The day without a report is no zero.
        assert f"{(today - timedelta(days=2)).isoformat()}: None" not in shown
        assert f"{(today - timedelta(days=3)).isoformat()}: 120" in shown

    def test_speaks_chinese(self, grounds, sign_in):
        report(grounds, timezone.localdate() - timedelta(days=1), 450)
        shown = board(sign_in("office", "zh"), grounds).content.decode()
        assert "未来 14 天内，黄冈最多缺 100 人" in shown
        assert "[emergencies." not in shown

    def test_answers_at_once_where_nothing_changed(self, grounds, as_coordinator):
        tag = board(as_coordinator, grounds).headers["ETag"]
        assert board(as_coordinator, grounds, if_none_match=tag).status_code == 304
        report(grounds, timezone.localdate() - timedelta(days=1), 450)
        assert board(as_coordinator, grounds, if_none_match=tag).status_code == 200

    def test_asks_few_questions(self, grounds, as_coordinator, django_assert_max_num_queries):
        board(as_coordinator, grounds)
        tag = board(as_coordinator, grounds).headers["ETag"]
        with django_assert_max_num_queries(30):
            board(as_coordinator, grounds)
        with django_assert_max_num_queries(15):
            board(as_coordinator, grounds, if_none_match=tag)

    def test_draws_a_line_for_each_team_under_way(self, grounds, as_coordinator):
        today = timezone.localdate()
        said = {"starts_on": today, "ends_on": today + timedelta(days=6)}
        grounds.send(grounds.ask(said=said).deployment, "on_duty")
        drawn = as_coordinator.get(f"/emergencies/{grounds.incident.pk}/map.json").json()
        assert len(drawn["lines"]) + drawn["missing"] == 1

    def test_is_not_there_where_there_is_no_incident(self, as_coordinator):
        missing = "/emergencies/00000000-0000-4000-8000-000000000000/board/"
        assert as_coordinator.get(missing).status_code == 404


class TestSituationReport:
    def test_names_who_has_not_reported(self, grounds, as_coordinator):
        shown = as_coordinator.get(f"/reports/{grounds.incident.pk}/situation/").content.decode()
        assert "No report yet from: Huanggang." in shown
        report(grounds, timezone.localdate() - timedelta(days=1), 450)
        shown = as_coordinator.get(f"/reports/{grounds.incident.pk}/situation/").content.decode()
        assert "No report yet" not in shown
        assert ">450<" in shown

    @pytest.mark.parametrize(
        ("language", "sheets"),
        [
            (
                "en",
                ["By place", "Reported by places", "Needs", "Deployments", "Goods on their way"],
            ),
            ("zh", ["分地区情况", "地区报告", "需求", "派遣", "在途物资"]),
        ],
    )
    def test_is_a_workbook_with_a_sheet_for_each_part(self, grounds, sign_in, language, sheets):
        window = sign_in("office", language)
        answer = window.get(f"/reports/{grounds.incident.pk}/situation/?file=xlsx")
        book = load_workbook(BytesIO(answer.content))
        assert book.sheetnames == sheets
        assert [cell.value for cell in book[sheets[0]][2]][1:3] == [100, 0]
