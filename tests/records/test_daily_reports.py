"""Daily reports: versions, refusals, what is late or hard to believe, what was known (§D1–§D6)."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from tests.grounds import ground

from records.emergency_grounds import EmergencyGrounds, make_emergency
from tiebeam.apps.emergencies.operations.incidents import stand_down_incident
from tiebeam.apps.emergencies.operations.reports import (
    Counted,
    Figures,
    NotReporter,
    PlaceReports,
    ReportStands,
    Superseded,
    UnknownPlace,
    add_reporting_place,
    correct_report,
    end_reporting_place,
    report_day,
)
from tiebeam.apps.emergencies.operations.rights import StoodDown
from tiebeam.apps.emergencies.queries.reports import (
    list_lines,
    list_versions,
    reports_of,
    series,
)
from tiebeam.apps.emergencies.report_models import DailyReport, ReportingPlace, ReportLine
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations import create_organisation
from tiebeam.apps.supplies.models import Item
from tiebeam.apps.supplies.operations.items import enter_item
from tiebeam.apps.supplies.operations.telling import KeyReused
from tiebeam.errors import InvalidInput
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.tenancy.acting import Actor, acting

FIRST = date(2020, 2, 10)
NOW = datetime(2020, 2, 10, 1, 0, tzinfo=UTC)  # 09:00 in the workspace


@dataclass
class ReportGrounds:
    """Huanggang and Nyingchi report from 10 February on; masks are counted."""

    emergency: EmergencyGrounds
    places: dict[str, Organisation]
    masks: Item

    def actor(self, key: str) -> Actor:
        """Return who reports for a place, or coordinates."""
        names = {"huanggang": "host", "nyingchi": "elsewhere"}
        return self.emergency.actors[names.get(key, key)]

    def report(self, place="huanggang", day=0, hours=26, by=None, key=None, stock=(), **figures):
        """Report the given day after the first, so many hours after 09:00 of the first."""
        return report_day(
            incident=self.emergency.incident, place=self.places[place],
            day=FIRST + timedelta(day), figures=Figures(**figures), stock=stock,
            key=key or uuid4(), actor=self.actor(by or place), now=NOW + timedelta(hours=hours),
        )  # fmt: skip

    def correct(self, report, reason="Counted again", hours=30, key=None, **figures):
        """Correct a report of Huanggang."""
        return correct_report(
            report=report, figures=Figures(**figures), reason=reason, key=key or uuid4(),
            actor=self.actor("huanggang"), now=NOW + timedelta(hours=hours),
        )  # fmt: skip

    def day(self, day=0, hours=26, place="huanggang", **more):
        """Return a place on a day, as the coordinator sees it so many hours after the beginning."""
        with acting(self.actor("coordinator")):
            rows = reports_of(
                self.emergency.incident,
                FIRST + timedelta(day),
                NOW + timedelta(hours=hours),
                **more,
            )
            return next(row for row in rows if row.place.pk == self.places[place].pk)

    def series(self, until=5, hours=200, **more):
        """Return the days of Huanggang."""
        with acting(self.actor("coordinator")):
            return series(
                self.emergency.incident, self.places["huanggang"], FIRST + timedelta(until),
                NOW + timedelta(hours=hours), **more,
            )  # fmt: skip


@pytest.fixture
@ground
def reporting(workspace):
    emergency = make_emergency(workspace, NOW)
    coordinator = emergency.actors["coordinator"]
    places = {key: workspace.organisations[key] for key in ("huanggang", "nyingchi")}
    for place in places.values():
        add_reporting_place(
            incident=emergency.incident, place=place, since=FIRST, actor=coordinator, now=NOW
        )
    masks = enter_item(name_zh="口罩", name_en="Masks", unit="个", actor=coordinator, now=NOW)
    return ReportGrounds(emergency, places, masks)


class TestPlaces:
    """§D1."""

    def test_are_named_once_by_who_coordinates_while_the_incident_is_open(self, reporting):
        incident, coordinator = reporting.emergency.incident, reporting.actor("coordinator")
        told = {"incident": incident, "since": FIRST, "now": NOW}

        with pytest.raises(PlaceReports):
            add_reporting_place(**told, place=reporting.places["huanggang"], actor=coordinator)
        with pytest.raises(NotAllowed):
            add_reporting_place(
                **told, place=reporting.places["huanggang"], actor=reporting.actor("huanggang")
            )
        stand_down_incident(incident=incident, document="End", actor=coordinator, now=NOW)
        incident.stood_down_at = NOW
        with pytest.raises(StoodDown):
            add_reporting_place(**told, place=reporting.places["huanggang"], actor=coordinator)

    def test_report_for_a_year_before_the_activation_at_most(self, reporting):
        said = {"incident": reporting.emergency.incident, "actor": reporting.actor("coordinator")}
        place = reporting.emergency.organisation("home")
        with pytest.raises(InvalidInput) as refused:
            add_reporting_place(place=place, since=date(2019, 2, 8), now=NOW, **said)

        assert [fault.code for fault in refused.value.faults] == ["reports.since_too_early"]
        assert add_reporting_place(place=place, since=date(2019, 2, 9), now=NOW, **said).pk

    def test_report_until_that_is_ended(self, reporting):
        coordinator = reporting.actor("coordinator")
        with acting(coordinator):
            row = ReportingPlace.objects.get(place=reporting.places["huanggang"])
        told = {"place": row, "reason": "No patients", "actor": coordinator, "now": NOW}

        with pytest.raises(InvalidInput, match="ends_before_it_begins"):
            end_reporting_place(**told, until=FIRST)
        end_reporting_place(**told, until=FIRST + timedelta(1))

        reporting.report(patients=1)
        with pytest.raises(UnknownPlace):
            reporting.report(day=1, patients=1)
        with acting(coordinator):
            assert [each.day for each in reporting.series()] == [FIRST]
        with pytest.raises(NotAllowed):
            end_reporting_place(
                **told | {"actor": reporting.actor("huanggang")}, until=FIRST + timedelta(2)
            )

    def test_are_reported_by_themselves_from_above_or_by_who_coordinates(self, reporting, admin):
        above = reporting.places["huanggang"]
        ward = create_organisation(
            name_en="Ward", name_zh="病区", kind="hospital", parent=above, actor=admin, now=NOW
        )
        reporting.places["ward"] = ward
        add_reporting_place(
            incident=reporting.emergency.incident, place=ward, since=FIRST,
            actor=reporting.actor("coordinator"), now=NOW,
        )  # fmt: skip

        reporting.report("ward", by="huanggang", patients=3)
        reporting.report(by="coordinator", patients=5)
        with pytest.raises(NotReporter):
            reporting.report("ward", day=1, by="nyingchi", hours=30, patients=3)

        itself = replace(reporting.actor("huanggang"), organisation_id=ward.pk)
        with acting(itself):
            assert DailyReport.objects.count() == 2


class TestAReport:
    """§D2."""

    def test_is_one_for_a_place_and_a_day_and_keeps_all_versions(self, reporting):
        first = reporting.report(beds=100, patients=40)
        second = reporting.correct(first, patients=44)

        assert second.version == 2
        day = reporting.day(hours=40)
        assert (day.figure("patients"), day.figure("beds"), day.versions) == (44, None, 2)
        with acting(reporting.actor("coordinator")):
            told = [(v.version, v.patients, v.reason) for v in list_versions(second)]
        assert told == [(1, 40, ""), (2, 44, "Counted again")]

    def test_is_corrected_from_the_version_that_holds(self, reporting):
        first = reporting.report(patients=40)
        reporting.correct(first, patients=44)

        with pytest.raises(Superseded) as refused:
            reporting.correct(first, patients=45)
        assert refused.value.facts["version"] == 2

    def test_told_again_counts_once_and_another_thing_under_its_key_never(self, reporting):
        key, again = uuid4(), uuid4()
        for _ in range(2):
            report = reporting.report(key=key, patients=40, stock=[self._masks(reporting, 7)])
            corrected = reporting.correct(report, key=again, patients=41)

        assert (report.pk, corrected.pk, corrected.version) == (key, again, 2)
        with pytest.raises(KeyReused):
            reporting.report(key=key, patients=40, stock=[self._masks(reporting, 8)])
        with pytest.raises(KeyReused):
            reporting.correct(report, key=again, patients=42)

    def test_has_stock_lines_of_its_version(self, reporting):
        first = reporting.report(stock=[self._masks(reporting, 7)])
        second = reporting.correct(first, patients=1)

        with acting(reporting.actor("coordinator")):
            lines = list_lines([first.pk, second.pk])
        assert [(line.item.name_en, line.quantity) for line in lines[first.pk]] == [("Masks", 7)]
        assert second.pk not in lines

    def test_is_read_by_all_of_the_programme_and_by_nobody_else(self, reporting):
        reporting.report(patients=40)

        seen = {}
        for name, actor in (("hunan", reporting.actor("other")), ("host", reporting.actor("host"))):
            with acting(actor):
                seen[name] = DailyReport.objects.count()
        assert seen == {"hunan": 1, "host": 1}
        stranger = replace(reporting.actor("host"), organisation_id=uuid4())
        with acting(stranger):
            assert DailyReport.objects.count() == 0

    def test_stays_in_the_database_itself(self, reporting):
        report = reporting.report(patients=40, stock=[self._masks(reporting, 7)])
        with acting(reporting.actor("huanggang")):
            line = ReportLine.objects.get()
            more = {
                name: getattr(report, name)
                for name in ("tenant_id", "scope_id", "incident_id", "place_id", "sent_at")
            } | {"recorded_at": NOW, "person_id": uuid4(), "body_sha256": "x", "reason": "y"}
            bad = [
                DailyReport(day=FIRST, version=1, **more),
                DailyReport(day=FIRST, version=2, **more | {"reason": ""}),
                DailyReport(day=FIRST, version=2, patients=3, severe=2, critical=2, **more),
                DailyReport(day=FIRST - timedelta(1), version=1, **more),
            ]
            for record in bad:
                with pytest.raises(DatabaseError), transaction.atomic():
                    record.save(force_insert=True)
            for record in (report, line):
                for change in (record.save, record.delete):
                    with pytest.raises(DatabaseError), transaction.atomic():
                        change()

    def _masks(self, reporting, quantity):
        return Counted(item_id=reporting.masks.pk, quantity=quantity)


class TestRefused:
    """§D3."""

    @pytest.mark.parametrize(
        ("figures", "codes"),
        [
            ({"patients": -1}, {"reports.negative"}),
            ({"beds": 100_000_001}, {"reports.too_large"}),
            ({"patients": 3, "severe": 2, "critical": 2}, {"reports.more_severe"}),
            ({}, {"reports.nothing"}),
        ],
    )
    def test_are_figures_that_make_no_sense(self, reporting, figures, codes):
        with pytest.raises(InvalidInput) as refused:
            reporting.report(**figures)

        assert {fault.code for fault in refused.value.faults} == codes

    def test_are_items_that_are_unknown_or_named_twice(self, reporting):
        mask = Counted(item_id=reporting.masks.pk, quantity=-1)
        with pytest.raises(InvalidInput) as refused:
            reporting.report(stock=[mask, mask, Counted(item_id=uuid4(), quantity=1)])

        assert {fault.code for fault in refused.value.faults} == {
            "supplies.item_twice", "supplies.item_unknown", "supplies.quantity_out_of_range",
        }  # fmt: skip

    def test_is_a_report_from_tomorrow(self, reporting):
        # 15:59 UTC is a minute before midnight in the workspace.
        with pytest.raises(InvalidInput, match=r"supplies\.day_to_come"):
            reporting.report(day=1, hours=14 + 59 / 60, patients=1)
        reporting.report(day=1, hours=15, patients=1)
        assert reporting.day(1).figure("patients") == 1

    def test_is_a_place_that_does_not_report_then(self, reporting, workspace):
        reporting.places["fujian"] = workspace.organisations["fujian"]
        with pytest.raises(UnknownPlace):
            reporting.report("fujian", by="coordinator", patients=1)
        with pytest.raises(UnknownPlace):
            reporting.report(day=-1, patients=1)

    def test_is_a_second_report_of_a_day(self, reporting):
        first = reporting.report(patients=40)
        reporting.correct(first, patients=41)

        with pytest.raises(ReportStands) as refused:
            reporting.report(by="coordinator", patients=40)
        assert refused.value.facts["version"] == 2

    def test_is_a_correction_without_a_reason(self, reporting):
        report = reporting.report(patients=40)

        with pytest.raises(Exception, match=r"regions\.reason_missing"):
            reporting.correct(report, reason=" ", patients=41)


class TestLate:
    """§D4."""

    def test_is_what_first_came_after_ten_of_the_next_day(self, reporting):
        # Ten o'clock of the next day is 25 hours after 09:00 of the first.
        in_time = reporting.report(hours=25, patients=4)
        reporting.report("nyingchi", hours=25.01, patients=4)
        reporting.correct(in_time, hours=60, patients=5)

        assert reporting.day(hours=61).state == "in_time"
        assert reporting.day(place="nyingchi", hours=61).state == "late"

    def test_and_what_never_came_is_awaited_until_then_and_missing_afterwards(self, reporting):
        reporting.report(day=1, hours=50, patients=4)

        assert reporting.day(hours=25).state == "awaited"
        assert reporting.day(hours=26).state == "missing"
        assert [day.state for day in reporting.series(3, hours=60)] == [
            "missing", "late", "awaited", "awaited",
        ]  # fmt: skip


class TestHardToBelieve:
    """§D5."""

    def _flags(self, reporting, before, after, gap=1):
        reporting.report(**before)
        reporting.report(day=gap, hours=24 * gap + 20, **after)
        flags = reporting.day(gap, hours=200).flags
        return [(flag.rule, flag.figure, flag.before, flag.before_on) for flag in flags]

    @pytest.mark.parametrize(
        ("before", "after", "rule"),
        [
            ({"patients": 49}, {"patients": 99}, ("jump", 99, 49, FIRST)),
            ({"patients": 99}, {"patients": 49}, ("jump", 49, 99, FIRST)),
            ({"staff": 41}, {"staff": 20}, ("staff_fell", 20, 41, FIRST)),
            ({"died_total": 3}, {"died_total": 2}, ("total_fell", 2, 3, FIRST)),
            ({"beds": 9}, {"beds": 100, "patients": 151}, ("over_beds", 151, 100, None)),
        ],
    )
    def test_is_marked_by_the_rule_and_the_figure_before(self, reporting, before, after, rule):
        assert self._flags(reporting, before, after) == [rule]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ({"patients": 50}, {"patients": 100}),
            ({"patients": 10}, {"patients": 59}),
            ({"staff": 40}, {"staff": 20}),
            ({"died_total": 3}, {"died_total": 3}),
            ({"beds": 9}, {"beds": 100, "patients": 150}),
            ({"patients": 49}, {"beds": 5}),
        ],
    )
    def test_is_not_what_lies_within_the_rule(self, reporting, before, after):
        assert self._flags(reporting, before, after) == []

    def test_is_held_against_the_last_known_figure_across_a_gap(self, reporting):
        assert self._flags(reporting, {"patients": 10}, {"patients": 100}, gap=3) == [
            ("jump", 100, 10, FIRST)
        ]


class TestKnown:
    """§D6."""

    def test_at_a_moment_is_what_was_recorded_by_then(self, reporting):
        first = reporting.report(hours=20, patients=40)
        reporting.correct(first, hours=30, patients=44)

        for hours, known in ((19, None), (20, 40), (29, 40), (30, 44)):
            moment = NOW + timedelta(hours=hours)
            assert reporting.day(hours=100, known_at=moment).figure("patients") == known
        assert reporting.day(hours=100, known_at=NOW).state == "awaited"

    def test_and_a_figure_that_is_not_told_is_not_known(self, reporting):
        reporting.report(beds=5)

        day = reporting.day()
        assert (day.figure("beds"), day.figure("patients")) == (5, None)
