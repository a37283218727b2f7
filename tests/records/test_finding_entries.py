"""Finding entries of the log: under the reader's rights, page by page; and rows that nothing replaces."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tiebeam.apps.programmes.operations import create_programme
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.audit.finding import (
    Sought,
    find_entry,
    find_position,
    find_sealing,
    list_entries,
)
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.grants import grant_reading


@pytest.fixture
def programme(coordinator, now):
    return create_programme(
        slug="aid", name_en="Aid", name_zh="支援", actor=coordinator, now=now + timedelta(hours=1)
    )


def _list(actor, **sought) -> list[Entry]:
    with acting(actor):
        return list_entries(Sought(**sought))


class TestFindingEntries:
    def test_gives_the_newest_first(self, programme, coordinator):
        found = _list(coordinator)

        assert found[0].action == "programmes.create_programme"
        assert [entry.at for entry in found] == sorted((entry.at for entry in found), reverse=True)

    def test_gives_every_entry_once_over_pages(self, programme, coordinator):
        with acting(coordinator):
            every = list_entries(Sought(), limit=1000)
            seen, last = [], None
            while page := list_entries(Sought(), before=last, limit=3):
                seen += page
                last = page[-1]

        assert seen == every
        assert len({entry.pk for entry in seen}) == len(seen) > 6

    def test_hides_what_may_not_be_read_until_it_is_granted(
        self, programme, coordinator, fujian, now
    ):
        assert _list(fujian, record_id=programme.pk) == []
        with acting(coordinator), transaction.atomic():
            grant_reading(
                actor=coordinator,
                scope_id=programme.scope_id,
                organisation_ids=[fujian.organisation_id],
                role="reader",
                valid_from=timezone.localdate(now),
            )

        assert [entry.record_id for entry in _list(fujian, record_id=programme.pk)] == [
            programme.pk
        ]

    def test_shows_everybody_what_is_open_to_all(self, workspace, fujian):
        kinds = {entry.record_type for entry in _list(fujian)}

        assert kinds == {Organisation._meta.label_lower}

    def test_gives_nothing_where_nobody_acts(self, programme):
        assert list_entries(Sought()) == []

    @pytest.mark.parametrize(
        ("sought", "count"),
        [
            ({"action": "programmes.create_programme"}, 1),
            ({"action": "programmes.open_round"}, 0),
            ({"kind": Organisation._meta.label_lower, "action": "regions.found_workspace"}, 1),
        ],
    )
    def test_asks_for_operation_and_kind(self, programme, coordinator, sought, count):
        assert len(_list(coordinator, **sought)) == count

    def test_asks_for_person_organisation_and_period(self, programme, coordinator, fujian, now):
        hour = timedelta(hours=1)

        assert len(_list(coordinator, person_ids=[coordinator.person_id])) == 1
        assert _list(coordinator, person_ids=[]) == []
        assert _list(coordinator, organisation_ids=[fujian.organisation_id]) == []
        assert len(_list(coordinator, since=now + hour)) == 1
        assert _list(coordinator, until=now) == []

    def test_finds_one_entry_for_those_who_may_read_it(self, programme, coordinator, fujian):
        entry = _list(coordinator, record_id=programme.pk)[0]
        with acting(coordinator):
            assert find_entry(entry.pk) == entry
            assert find_position(entry) is None
        with acting(fujian):
            assert find_entry(entry.pk) is None

    def test_tells_how_many_wait_for_the_first_head(self, programme, coordinator):
        with acting(coordinator):
            sealing = find_sealing()

        assert sealing.head is None
        assert sealing.waiting > 6


class TestStatesOfRecords:
    def test_are_those_of_the_records_and_scopes_asked_for(self, workspace, coordinator, now):
        fujian, hunan = (workspace.organisations[key] for key in ("fujian", "hunan"))
        later = now + timedelta(hours=1)
        with acting(coordinator):
            by_record = list_states(Organisation, later, record_ids=[fujian.pk])
            by_scope = list_states(Organisation, later, scope_ids=[hunan.scope_id])
            by_column = list_states(Organisation, later, id=fujian.pk)
            none = list_states(Organisation, later, record_ids=[])

        assert [row.name_en for row in by_record] == ["Fujian"]
        assert [row.name_en for row in by_scope] == ["Hunan"]
        assert by_column == by_record
        assert none == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is of SQLite")
class TestAppendOnlyTables:
    def test_have_a_guard_against_replacing_for_each_key(self, db):
        with connection.cursor() as cursor:
            cursor.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")
            named = cursor.fetchall()
            tables = {table for table, name in named if name == f"{table}_no_delete"}
            guards = {name for _, name in named}
            missing = []
            for table in sorted(tables):
                cursor.execute(f'PRAGMA index_list("{table}")')
                for index in [row[1] for row in cursor.fetchall() if row[2]]:
                    cursor.execute(f'PRAGMA index_info("{index}")')
                    columns = {row[2] for row in cursor.fetchall()}
                    if not any(
                        name.startswith(f"{table}_no_replace_by_")
                        and _columns_of(name, table, columns)
                        for name in guards
                    ):
                        missing.append((table, sorted(columns)))

        assert "regions_statistic" in tables
        assert missing == []


def _columns_of(name: str, table: str, columns: set[str]) -> bool:
    rest = name.removeprefix(f"{table}_no_replace_by_")
    return sum(len(column) + 1 for column in columns) - 1 == len(rest) and all(
        column in rest for column in columns
    )
