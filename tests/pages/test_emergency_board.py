"""The board of an incident: what lacks on the next days, the patients and what is expected, the hub."""

import re
from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from tests.small_workspace import NOW

from records.emergency_grounds import make_emergency
from tiebeam.apps.emergencies.operations.incidents import activate_incident, change_level
from tiebeam.apps.emergencies.operations.needs import (
    enter_need,
    prolong_need,
    verify_need,
    withdraw_need,
)
from tiebeam.apps.emergencies.operations.reports import Figures, add_reporting_place, report_day
from tiebeam.apps.regions.operations.organisations import correct_organisation
from tiebeam.platform.permissions.roles import Role


@pytest.fixture
def grounds(workspace):
    """An incident of today whose hub, Huanggang, needs 100 people from tomorrow for ten days."""
    made = make_emergency(workspace, NOW)
    made.admin = workspace.actor("admin", Role.ADMINISTRATOR)
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


def report(grounds, on: date, patients: int, before: timedelta = timedelta(0)):
    report_day(
        incident=grounds.incident, place=grounds.place, day=on,
        figures=Figures(patients=patients, beds=500), key=uuid4(),
        actor=grounds.actors["host"], now=grounds.now - before,
    )  # fmt: skip


def board(client, grounds, **headers):
    return client.get(f"/emergencies/{grounds.incident.pk}/board/", headers=headers)


def part(client, grounds, **headers):
    return board(client, grounds, hx_request="true", **headers)


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

    def test_draws_the_patients_of_a_chosen_place_and_keeps_the_choice(
        self, grounds, as_coordinator, workspace
    ):
        today, other = timezone.localdate(), workspace.organisations["nyingchi"]
        add_reporting_place(
            incident=grounds.incident, place=other, since=today - timedelta(days=5),
            actor=grounds.actors["coordinator"], now=grounds.now,
        )  # fmt: skip
        for back, patients in ((4, 100), (3, 120), (1, 160)):
            report(grounds, today - timedelta(days=back), patients)
        page = f"/emergencies/{grounds.incident.pk}/board/"
        all_of_them = as_coordinator.get(page).content.decode()
        chosen = as_coordinator.get(f"{page}?place={grounds.place.pk}").content.decode()

        assert "Patients are known of fewer than two days" in all_of_them
        assert "Huanggang: 160 patients on" in chosen
        assert f'hx-get="{page}?place={grounds.place.pk}"' in chosen
        assert f'<option value="{grounds.place.pk}" selected>' in chosen
        assert (
            "fewer than two days" in as_coordinator.get(f"{page}?place={other.pk}").content.decode()
        )
        for nowhere in ("x", grounds.incident.pk):
            assert as_coordinator.get(f"{page}?place={nowhere}").status_code == 404

    def test_has_the_table_behind_each_picture(self, grounds, as_coordinator):
        today = timezone.localdate()
        for back, patients in ((4, 100), (3, 120), (1, 160)):
            report(grounds, today - timedelta(days=back), patients)
        shown = board(as_coordinator, grounds).content.decode()
        tables = dict(re.findall(r'<details id="([a-z-]+)">(.*?)</details>', shown, re.DOTALL))

        assert set(tables) == {"hub-table", "lacking-by-day-table", "patients-by-day-table"}
        assert "32%" in tables["hub-table"].replace("\u202f", "").replace(" ", "")
        assert ">100<" in tables["lacking-by-day-table"]
        assert ">120<" in tables["patients-by-day-table"]
        assert (today + timedelta(days=6)).isoformat() in tables["patients-by-day-table"]

    def test_has_its_head_above_its_tabs_also_when_it_asks_again(self, grounds, as_coordinator):
        shown = board(as_coordinator, grounds).content.decode()
        polled = part(as_coordinator, grounds).content.decode()

        assert shown.index("<h1>") < shown.index('<nav class="tabs"')
        assert shown.count("<h1>") == polled.count("<h1>") == 1
        assert 'id="board-head" hx-swap-oob="true"' in polled

    def test_speaks_chinese(self, grounds, sign_in):
        report(grounds, timezone.localdate() - timedelta(days=1), 450)
        shown = board(sign_in("office", "zh"), grounds).content.decode()
        assert "未来 14 天内，黄冈最多缺 100 人" in shown
        assert "[emergencies." not in shown

    def test_draws_a_line_for_each_team_under_way(self, grounds, as_coordinator):
        today = timezone.localdate()
        said = {"starts_on": today, "ends_on": today + timedelta(days=6)}
        grounds.send(grounds.ask(said=said).deployment, "on_duty")
        drawn = as_coordinator.get(f"/emergencies/{grounds.incident.pk}/map.json").json()
        assert len(drawn["lines"]) + drawn["missing"] == 1

    def test_is_not_there_where_there_is_no_incident(self, as_coordinator):
        missing = "/emergencies/00000000-0000-4000-8000-000000000000/board/"
        assert as_coordinator.get(missing).status_code == 404


class TestAskingAgain:
    def test_is_answered_anew_after_every_change_that_shows(self, grounds, as_coordinator):
        said = {"actor": grounds.actors["coordinator"], "now": grounds.now}
        today, by_host = timezone.localdate(), {**said, "actor": grounds.actors["host"]}
        asked = grounds.ask(said={"starts_on": today, "ends_on": today + timedelta(days=9)})
        changes = [
            lambda: report(grounds, today - timedelta(days=1), 450),
            lambda: grounds.send(asked.deployment, "on_duty"),
            lambda: prolong_need(
                need=grounds.need, reason="It goes on.", until=today + timedelta(days=20), **by_host
            ),
            lambda: withdraw_need(need=grounds.need, reason="It is over.", **by_host),
            lambda: change_level(
                incident=grounds.incident, level=1, reason="Worse.", **said
            ),
            # Told later, and begun before what is known already.
            lambda: report(grounds, today - timedelta(days=2), 400, timedelta(hours=1)),
            lambda: correct_organisation(
                organisation=grounds.place, values={"name_en": "Elsewhere"}, reason="Misspelt.",
                **{**said, "actor": grounds.admin},
            ),
        ]  # fmt: skip
        answers = []
        for change in changes:
            tag = part(as_coordinator, grounds).headers["ETag"]
            answers.append(part(as_coordinator, grounds, if_none_match=tag).status_code)
            change()
            answers.append(part(as_coordinator, grounds, if_none_match=tag).status_code)
        assert answers == [304, 200] * len(changes)

    def test_is_told_of_no_change_by_what_moves_nothing(self, grounds, as_coordinator):
        today = timezone.localdate()
        said = {"starts_on": today, "ends_on": today + timedelta(days=6)}
        step = grounds.send(grounds.ask(said=said).deployment, "on_duty")
        seen = part(as_coordinator, grounds)
        grounds.take("check_in", "team", step.deployment, heads=99)
        again = part(as_coordinator, grounds, if_none_match=seen.headers["ETag"])
        assert again.status_code == 304
        assert again.headers["ETag"] == seen.headers["ETag"]

    def test_is_answered_anew_when_an_answer_comes_too_late(
        self, grounds, as_coordinator, monkeypatch
    ):
        now = timezone.now()
        grounds.ask(said={"answer_by": now + timedelta(hours=1)})
        seen = part(as_coordinator, grounds)
        assert "assigned 1" in seen.content.decode()
        tag = seen.headers["ETag"]
        assert part(as_coordinator, grounds, if_none_match=tag).status_code == 304
        monkeypatch.setattr("django.utils.timezone.now", lambda: now + timedelta(hours=2))
        later = part(as_coordinator, grounds, if_none_match=tag)
        assert later.status_code == 200
        assert "expired 1" in later.content.decode()

    def test_gets_what_the_own_organisation_may_read(self, grounds, as_coordinator, as_hunan):
        today = timezone.localdate()
        said = {"starts_on": today + timedelta(days=1), "ends_on": today + timedelta(days=11)}
        grounds.send(grounds.ask(said=said).deployment, "agreed")
        seen = part(as_coordinator, grounds)
        assert "agreed 1" in seen.content.decode()
        other = part(as_hunan, grounds, if_none_match=seen.headers["ETag"])
        assert other.status_code == 200
        assert "agreed" not in other.content.decode()
        assert other.headers["ETag"] != seen.headers["ETag"]

    def test_asks_few_questions(
        self, grounds, as_coordinator, sign_in, django_assert_max_num_queries
    ):
        tag = part(as_coordinator, grounds).headers["ETag"]
        # Session, person, roles, mark; on PostgreSQL beginning and end of the transaction.
        with django_assert_max_num_queries(6):
            assert part(as_coordinator, grounds, if_none_match=tag).status_code == 304
        # Somebody else at the same office: what it is built of is not read again.
        colleague = sign_in("office")
        with django_assert_max_num_queries(10):
            assert board(colleague, grounds).status_code == 200


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
