"""Who sees and writes which record: the same suite on both databases."""

import os

import pytest
from django.db import DatabaseError, connection, transaction

from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.grants import ScopeNotReadable, end_reading, grant_reading
from tiebeam.platform.tenancy.records import NotOwner


@pytest.fixture
def programme(coordinator):
    with acting(coordinator):
        programme = Programme(
            tenant_id=coordinator.organisation_id, slug="one", name_en="One", name_zh="一"
        )
        programme.save()
    return programme


class TestDatabaseOfTheTests:
    def test_is_the_one_that_was_asked_for(self, db):
        assert connection.vendor == os.environ.get("TIEBEAM_TEST_DATABASE", "sqlite")

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="row policies are of PostgreSQL")
    def test_is_used_as_a_role_that_the_row_policies_bind(self, db):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            )
            assert cursor.fetchone() == (False,)


class TestOwnedRecord:
    def test_is_not_there_for_others(self, programme, fujian):
        with acting(fujian):
            assert not Programme.objects.filter(pk=programme.pk).exists()

    def test_is_not_there_when_nobody_acts(self, programme):
        assert not Programme.objects.exists()

    def test_is_read_by_a_grant_and_no_longer_when_it_ended(
        self, programme, coordinator, fujian, now
    ):
        with acting(coordinator):
            grant_reading(
                actor=coordinator,
                scope_id=programme.scope_id,
                organisation_ids=[fujian.organisation_id],
                role="donor",
                valid_from=now.date(),
            )
        with acting(fujian):
            assert Programme.objects.get() == programme
        with acting(coordinator):
            end_reading(
                actor=coordinator,
                scope_id=programme.scope_id,
                organisation_id=fujian.organisation_id,
                until=now.date(),
            )
        with acting(fujian):
            assert not Programme.objects.exists()

    def test_is_not_opened_by_somebody_who_may_not_read_it(self, programme, fujian, now):
        with acting(fujian), pytest.raises(ScopeNotReadable):
            grant_reading(
                actor=fujian,
                scope_id=programme.scope_id,
                organisation_ids=[programme.tenant_id],
                role="reader",
                valid_from=now.date(),
            )

    def test_is_not_written_by_a_reader(self, programme, coordinator, fujian, now):
        with acting(coordinator):
            grant_reading(
                actor=coordinator,
                scope_id=programme.scope_id,
                organisation_ids=[fujian.organisation_id],
                role="donor",
                valid_from=now.date(),
            )
        with acting(fujian):
            seen = Programme.objects.get()
            seen.name_en = "Mine"
            with pytest.raises(NotOwner):
                seen.save()
            assert Programme.objects.update(name_en="Mine") == 0
            assert Programme.objects.all().delete()[0] == 0

    def test_is_not_made_for_another(self, coordinator, fujian):
        with acting(fujian), pytest.raises(NotOwner):
            Programme.objects.create(
                tenant_id=coordinator.organisation_id, slug="x", name_en="X", name_zh="某"
            )

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="row policies are of PostgreSQL")
    def test_is_guarded_by_the_database_itself(self, programme, coordinator, fujian):
        with acting(fujian), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM programmes_programme")
            assert cursor.fetchone() == (0,)
            cursor.execute("UPDATE programmes_programme SET name_en = 'Mine'")
            assert cursor.rowcount == 0
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(
                    "INSERT INTO tenancy_grant VALUES (gen_random_uuid(), %s, 'x', %s, NULL, %s, %s)",
                    [
                        programme.pk,
                        "2020-01-01",
                        fujian.organisation_id,
                        coordinator.organisation_id,
                    ],
                )


class TestDirectory:
    def test_is_read_by_every_member_and_by_nobody_else(self, workspace, fujian):
        with acting(fujian):
            assert Organisation.objects.count() == 5
        assert not Organisation.objects.exists()
