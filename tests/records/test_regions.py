"""The directory: entries in a tree with time, codes, figures with vintages."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tiebeam.apps.regions.models import Organisation, Region, RegionCode, Statistic
from tiebeam.apps.regions.operations import (
    add_code,
    add_statistic,
    correct_organisation,
    correct_region,
    create_organisation,
    create_region,
    end_code,
    end_organisation,
    end_region,
)
from tiebeam.apps.regions.operations.changing import (
    AlreadyEnded,
    ChildrenOutlive,
    SuccessorNotThere,
)
from tiebeam.apps.regions.operations.checks import (
    OutsideParent,
    ReasonMissing,
    SuccessionCycle,
    TreeCycle,
)
from tiebeam.apps.regions.operations.codes import CodeGiven, CodeOutsideRegion, CodeTaken
from tiebeam.apps.regions.operations.statistics import StatisticExists, UnitDiffers
from tiebeam.apps.regions.queries import (
    find_by_code,
    find_parent,
    get_organisation,
    get_region,
    list_children,
    list_codes,
    list_organisations,
    list_path,
    list_regions,
    list_roots,
    list_statistics,
    list_vintages,
)
from tiebeam.errors import InvalidInput
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.records import NotOwner
from tiebeam.platform.time.periods import AsOf

TODAY = AsOf(true_on=date(2020, 2, 10))


def codes_of(refused) -> list[tuple[str, str]]:
    return [(fault.code.partition(".")[2], fault.column) for fault in refused.value.faults]


@pytest.fixture
def enter(coordinator, now):
    def enter(name, **given):
        given = {"name_en": name, "name_zh": "", "kind": "prefecture"} | given
        return create_region(actor=coordinator, now=now, **given)

    return enter


@pytest.fixture
def hubei(enter):
    return enter("Hubei", name_zh="湖北", kind="province", codes={"GB/T 2260": "420000"})


@pytest.fixture
def add_figure(coordinator, now, hubei):
    def add_figure(quantity, **given):
        given = {
            "region": hubei,
            "indicator": "population",
            "year": 2019,
            "unit": "person",
            "vintage": date(2020, 1, 20),
            "source": "Yearbook",
            "reliability": "official",
            "actor": coordinator,
            "now": now,
        } | given
        return add_statistic(quantity=Decimal(quantity), **given)

    return add_figure


class TestCreatedRegion:
    def test_is_found_by_name_code_and_place_in_the_tree(self, hubei, enter, coordinator):
        huanggang = enter("Huanggang", name_zh="黄冈", parent=hubei)
        with acting(coordinator):
            assert list_regions(TODAY, search="黄冈") == [huanggang]
            assert list_regions(TODAY, search="huang") == [huanggang]
            assert list_regions(TODAY, search="4200") == [hubei]
            assert list_regions(TODAY, kind="province") == [hubei]
            assert list_roots(Region, TODAY) == [hubei]
            assert list_children(hubei, TODAY) == [huanggang]
            assert list_path(huanggang, TODAY) == [hubei]
            assert find_by_code("GB/T 2260", "420000", TODAY) == hubei
            assert find_by_code("GB/T 2260", "999999", TODAY) is None

    def test_is_on_the_log_with_its_codes(self, hubei, coordinator):
        with acting(coordinator):
            assert Entry.objects.filter(action="regions.create_region").count() == 2

    def test_is_refused_with_every_fault(self, enter):
        with pytest.raises(InvalidInput) as refused:
            enter(
                " ",
                kind="planet",
                latitude=Decimal(91),
                longitude=Decimal("NaN"),
                valid_from=date(2000, 1, 1),
                valid_until=date(2000, 1, 1),
                codes={"GB/T 2260": "42", "": "x"},
            )
        assert codes_of(refused) == [
            ("ends_before_it_begins", "valid_until"),
            ("name_missing", "name_zh"),
            ("kind_unknown", "kind"),
            ("out_of_range", "latitude"),
            ("out_of_range", "longitude"),
            ("ends_before_it_begins", "valid_until"),
            ("code_not_valid", "code"),
            ("ends_before_it_begins", "valid_until"),
            ("value_missing", "authority"),
        ]

    def test_is_refused_with_half_a_point_or_too_long_a_name(self, enter):
        with pytest.raises(InvalidInput) as refused:
            enter("x" * 161, latitude=Decimal(30))
        assert codes_of(refused) == [("text_too_long", "name_en"), ("half_a_point", "longitude")]

    def test_is_refused_outside_the_time_of_its_parent(self, enter):
        old = enter("Old", valid_from=date(1950, 1, 1), valid_until=date(1960, 1, 1))
        with pytest.raises(OutsideParent):
            enter("New", parent=old, valid_from=date(1955, 1, 1), valid_until=date(1970, 1, 1))

    def test_is_refused_with_a_code_of_another(self, hubei, enter):
        with pytest.raises(CodeTaken):
            enter("Hubei again", codes={"GB/T 2260": "420000"})

    def test_is_not_entered_by_a_donor(self, fujian, now):
        with pytest.raises(NotAllowed):
            create_region(name_en="X", name_zh="", kind="county", actor=fujian, now=now)


class TestCorrectedRegion:
    def test_says_what_is_right_and_is_still_found_by_its_code(self, hubei, coordinator, now):
        correct_region(
            region=hubei,
            values={"name_en": "Hupei", "valid_from": "1950-01-01"},
            actor=coordinator,
            now=now,
            reason="Older spelling",
        )
        with acting(coordinator):
            found = get_region(hubei.pk)
            assert (found.name_en, found.valid_from) == ("Hupei", date(1950, 1, 1))
            assert list_regions(TODAY, search="420000") == [hubei]
            entry = Entry.objects.get(action="regions.correct_region")
            assert "Older spelling" in entry.body

    def test_is_refused_below_itself(self, hubei, enter, coordinator, now):
        below = enter("Huanggang", parent=hubei)
        with pytest.raises(TreeCycle):
            correct_region(
                region=hubei, values={"parent_id": below.pk}, actor=coordinator, now=now, reason="?"
            )

    def test_is_refused_where_what_lies_below_would_fall_out(self, hubei, enter, coordinator, now):
        enter("Huanggang", parent=hubei, valid_from=date(1950, 1, 1))
        with pytest.raises(OutsideParent):
            correct_region(
                region=hubei,
                values={"valid_from": date(1960, 1, 1)},
                actor=coordinator,
                now=now,
                reason="?",
            )

    def test_is_refused_with_fields_and_values_that_do_not_fit(self, hubei, coordinator, now):
        with pytest.raises(InvalidInput) as refused:
            correct_region(
                region=hubei,
                values={
                    "tenant_id": str(hubei.pk),
                    "valid_from": "soon",
                    "name_en": None,
                    "parent_id": str(coordinator.person_id),
                },
                actor=coordinator,
                now=now,
                reason="?",
            )
        assert codes_of(refused) == [
            ("unknown_field", "tenant_id"),
            ("value_not_valid", "valid_from"),
            ("value_not_valid", "name_en"),
            ("value_not_valid", "parent_id"),
        ]

    def test_needs_a_reason(self, hubei, coordinator, now):
        with pytest.raises(ReasonMissing):
            correct_region(
                region=hubei, values={"name_en": "X"}, actor=coordinator, now=now, reason=" "
            )

    def test_is_refused_to_another_keeper(self, hubei, workspace, now):
        with pytest.raises(NotOwner):
            correct_region(
                region=hubei,
                values={"name_en": "Mine"},
                actor=workspace.actor("hunan", Role.MINISTRY),
                now=now,
                reason="?",
            )


class TestEndedRegion:
    def test_leaves_what_lies_below_to_its_successor(self, enter, coordinator, now):
        old = enter("Huanggang Prefecture", codes={"GB/T 2260": "422100"})
        new = enter("Huanggang City", valid_from=date(1996, 1, 1))
        town = enter("Macheng", parent=old, kind="county")
        end_region(
            region=old,
            until=date(1996, 1, 1),
            successor=new,
            reason="State Council",
            actor=coordinator,
            now=now,
        )
        before, after = AsOf(true_on=date(1995, 12, 31)), AsOf(true_on=date(1996, 1, 1))
        with acting(coordinator):
            assert find_parent(town, before) == old
            assert find_parent(town, after) == new
            assert (list_children(old, before), list_children(old, after)) == ([town], [])
            assert (list_children(new, before), list_children(new, after)) == ([], [town])
            assert find_by_code("GB/T 2260", "422100", before) == old
            assert find_by_code("GB/T 2260", "422100", after) is None
            assert list_regions(after, kind="prefecture") == [new]

    def test_is_refused_twice(self, hubei, coordinator, now):
        asked = {"region": hubei, "until": date(2000, 1, 1), "reason": "?"}
        end_region(**asked, actor=coordinator, now=now)
        with pytest.raises(AlreadyEnded):
            end_region(**asked, actor=coordinator, now=now)

    def test_is_refused_while_something_below_goes_on(self, hubei, enter, coordinator, now):
        enter("Huanggang", name_zh="黄冈", parent=hubei)
        with pytest.raises(ChildrenOutlive) as refused:
            end_region(region=hubei, until=date(2000, 1, 1), reason="?", actor=coordinator, now=now)
        assert refused.value.facts == {"count": 1, "example": "黄冈 Huanggang"}

    def test_is_refused_with_a_successor_of_another_time_or_after_itself(
        self, hubei, enter, coordinator, now
    ):
        late = enter("Late", valid_from=date(2010, 1, 1))
        for successor, refusal in ((late, SuccessorNotThere), (hubei, SuccessionCycle)):
            with pytest.raises(refusal):
                end_region(
                    region=hubei,
                    until=date(2012, 1, 1) if successor == hubei else date(2000, 1, 1),
                    successor=successor,
                    reason="?",
                    actor=coordinator,
                    now=now,
                )


class TestCode:
    def test_is_added_beside_those_of_other_authorities(self, hubei, coordinator, now):
        add_code(region=hubei, authority="ISO 3166-2", code="CN-HB", actor=coordinator, now=now)
        with acting(coordinator):
            assert [row.code for row in list_codes(hubei)] == ["420000", "CN-HB"]
            assert list_regions(TODAY, search="hb") == [hubei]

    def test_is_refused_beside_another_of_its_authority(self, hubei, coordinator, now):
        with pytest.raises(CodeGiven):
            add_code(region=hubei, authority="GB/T 2260", code="420001", actor=coordinator, now=now)

    def test_is_refused_outside_the_time_of_the_region(self, enter, coordinator, now):
        young = enter("Young", valid_from=date(2000, 1, 1))
        with pytest.raises(CodeOutsideRegion):
            add_code(
                region=young,
                authority="GB/T 2260",
                code="420001",
                valid_from=date(1999, 1, 1),
                actor=coordinator,
                now=now,
            )

    def test_is_ended_once_and_free_from_then_on(self, hubei, enter, coordinator, now):
        with acting(coordinator):
            [code] = list_codes(hubei)
        asked = {"code": code, "until": date(2020, 1, 1), "reason": "New edition"}
        end_code(**asked, actor=coordinator, now=now)
        with pytest.raises(AlreadyEnded):
            end_code(**asked, actor=coordinator, now=now)
        other = enter("Other", valid_from=date(2020, 1, 1), codes={"GB/T 2260": "420000"})
        with acting(coordinator):
            assert find_by_code("GB/T 2260", "420000", TODAY) == other


class TestOrganisationEntry:
    def test_is_found_corrected_and_ended(self, hubei, workspace, coordinator, now):
        office = create_organisation(
            name_en="Health office",
            name_zh="卫生健康委员会",
            kind="office",
            region=hubei,
            actor=coordinator,
            now=now,
        )
        correct_organisation(
            organisation=office,
            values={"name_en": "Health commission"},
            actor=coordinator,
            now=now + timedelta(hours=1),
            reason="Its name",
        )
        end_organisation(
            organisation=office,
            until=date(2021, 1, 1),
            reason="Merged",
            successor=workspace.organisations["hunan"],
            actor=coordinator,
            now=now + timedelta(hours=2),
        )
        with acting(coordinator):
            assert list_organisations(TODAY, search="健康", region_id=hubei.pk) == [office]
            assert list_organisations(AsOf(true_on=date(2021, 1, 1)), search="commission") == []
            found = get_organisation(office.pk)
            assert found.successor == workspace.organisations["hunan"]
            known_first = AsOf(true_on=date(2022, 1, 1), known_at=now)
            assert get_organisation(office.pk, known_first).name_en == "Health office"
            assert list_organisations(known_first, kind="office", search="health") == [office]

    def test_is_refused_with_a_kind_that_is_none(self, coordinator, now):
        with pytest.raises(InvalidInput):
            create_organisation(name_en="X", name_zh="", kind="club", actor=coordinator, now=now)


class TestStatistic:
    def test_is_given_in_its_newest_vintage(self, add_figure, hubei, coordinator):
        add_figure(100)
        newest = add_figure(101, vintage=date(2020, 6, 1))
        with acting(coordinator):
            assert list_statistics(hubei, indicator="population", year=2019) == [newest]
            assert [int(row.quantity) for row in list_vintages(hubei, "population", 2019)] == [
                101,
                100,
            ]

    def test_of_two_sources_of_one_day_is_the_more_reliable_one(
        self, add_figure, hubei, coordinator
    ):
        official = add_figure(100)
        add_figure(200, source="Newspaper", reliability="press")
        with acting(coordinator):
            assert list_statistics(hubei) == [official]

    def test_is_refused_twice_and_in_another_unit(self, add_figure):
        add_figure(100)
        with pytest.raises(StatisticExists):
            add_figure(100)
        with pytest.raises(UnitDiffers):
            add_figure(1, year=2018, unit="10,000 people")

    def test_is_refused_with_every_fault(self, add_figure):
        with pytest.raises(InvalidInput) as refused:
            add_figure(
                "Infinity", unit=" ", source="", reliability="rumour", year=20, url="ftp://x"
            )
        assert codes_of(refused) == [
            ("value_missing", "unit"),
            ("value_missing", "source"),
            ("reliability_unknown", "reliability"),
            ("figure_not_valid", "quantity"),
            ("out_of_range", "year"),
            ("address_not_valid", "url"),
        ]

    def test_is_added_by_an_office_of_either_side(self, add_figure, fujian, coordinator, hubei):
        add_figure(100, actor=fujian)
        with acting(coordinator):
            assert len(list_statistics(hubei)) == 1


class TestDirectoryAsOf:
    def test_shows_what_was_known_then_to_every_member(
        self, hubei, enter, add_figure, coordinator, fujian, now
    ):
        below = enter("Huanggang", parent=hubei)
        first = add_figure(100)
        later = now + timedelta(days=1)
        correct_region(
            region=hubei, values={"name_en": "Hupei"}, actor=coordinator, now=later, reason="?"
        )
        add_figure(101, vintage=date(2020, 2, 11), now=later)
        day = date(2020, 2, 20)
        then, since = AsOf(true_on=day, known_at=now), AsOf(true_on=day, known_at=later)
        with acting(fujian):
            assert get_region(hubei.pk, then).name_en == "Hubei"
            assert get_region(hubei.pk, since).name_en == "Hupei"
            assert list_regions(then, search="hubei") == [hubei]
            assert list_regions(since, search="hubei") == []
            assert list_children(hubei, then) == [below]
            assert list_path(below, then) == [hubei]
            assert find_by_code("GB/T 2260", "420000", then) == hubei
            assert list_statistics(hubei, then) == [first]
            assert [int(row.quantity) for row in list_statistics(hubei, since)] == [101]

    def test_knows_nothing_of_what_was_entered_later(self, hubei, coordinator, now):
        earlier = AsOf(true_on=date(2020, 2, 10), known_at=now - timedelta(days=1))
        with acting(coordinator):
            assert list_regions(earlier) == []
            with pytest.raises(Region.DoesNotExist):
                get_region(hubei.pk, earlier)

    def test_leaves_out_figures_of_years_to_come(self, add_figure, hubei, coordinator):
        add_figure(100)
        with acting(coordinator):
            assert list_statistics(hubei, AsOf(true_on=date(2018, 12, 31))) == []


class TestDatabaseOfTheDirectory:
    @pytest.mark.parametrize(
        ("model", "values"),
        [
            (Region, {"valid_from": date(2000, 1, 1), "valid_until": date(2000, 1, 1)}),
            (Region, {"latitude": 91, "longitude": 0}),
            (Region, {"latitude": 10, "longitude": None}),
            (RegionCode, {"valid_from": date(2000, 1, 1), "valid_until": date(1999, 1, 1)}),
            (Organisation, {"valid_from": date(2000, 1, 1), "valid_until": date(1999, 1, 1)}),
        ],
    )
    def test_refuses_what_makes_no_sense(self, hubei, coordinator, model, values):
        with acting(coordinator), pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(**values)

    def test_refuses_a_parent_of_itself(self, hubei, workspace, coordinator):
        for record in (hubei, workspace.organisations["office"]):
            with acting(coordinator), pytest.raises(IntegrityError), transaction.atomic():
                type(record).objects.filter(pk=record.pk).update(parent=record)

    def test_refuses_a_code_given_twice(self, hubei, coordinator):
        with acting(coordinator), pytest.raises(IntegrityError), transaction.atomic():
            RegionCode.objects.create(
                tenant_id=coordinator.organisation_id,
                region=hubei,
                authority="GB/T 2260",
                code="420000",
            )

    def test_refuses_to_change_or_repeat_a_figure(self, add_figure, coordinator):
        figure = add_figure(100)
        for statement in (
            "UPDATE regions_statistic SET quantity = 0",
            "DELETE FROM regions_statistic",
        ):
            with (
                acting(coordinator),
                connection.cursor() as cursor,
                pytest.raises(DatabaseError),
                transaction.atomic(),
            ):
                cursor.execute(statement)
        figure.pk, figure.id = None, None
        with acting(coordinator), pytest.raises(IntegrityError), transaction.atomic():
            Statistic.objects.create(
                tenant_id=figure.tenant_id,
                **{
                    name: getattr(figure, name)
                    for name in (
                        "region",
                        "indicator",
                        "year",
                        "quantity",
                        "unit",
                        "vintage",
                        "source",
                    )
                },
            )
