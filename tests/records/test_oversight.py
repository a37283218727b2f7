"""Who reads the desk besides its owner: who oversees the programme, as long as that lasts."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from records.desk import open_desk
from tiebeam.apps.pairings.models import BuiltScenario, Lock, Variant
from tiebeam.apps.pairings.operations.scenarios import store_scenario
from tiebeam.apps.pairings.operations.sharing import share_programme
from tiebeam.apps.pairings.operations.variants import create_variant, rename_variant, set_lock
from tiebeam.apps.programmes.models import Participant
from tiebeam.apps.programmes.operations.participants import add_participant, end_participation
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations import create_organisation
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty, acting
from tiebeam.platform.tenancy.models import Grant
from tiebeam.platform.tenancy.records import NotOwner

DAY = timedelta(days=1)
TABLES = ("pairings_builtscenario", "pairings_variant", "pairings_lock")


@pytest.fixture
def now():
    """Who reads is asked of today, by the database itself."""
    return timezone.now()


@pytest.fixture
def desk(workspace, coordinator, now):
    return open_desk(workspace, coordinator, now)


@pytest.fixture
def by(desk):
    return {"actor": desk.coordinator, "now": desk.now}


@pytest.fixture
def office(admin, now):
    """Whoever stands for an office that takes no part yet."""
    made = create_organisation(
        name_en="Audit office", name_zh="审计机关", kind="office", actor=admin, now=now
    )
    duties = frozenset({Duty(Role.AUDITOR), Duty(Role.MINISTRY)})
    return Actor(person_id=uuid4(), organisation_id=made.pk, duties=duties)


@pytest.fixture
def join(desk, by):
    def take_part(actor, side, **period):
        with acting(desk.coordinator):
            organisation = Organisation.objects.get(pk=actor.organisation_id)
        return add_participant(
            programme=desk.programme, organisation=organisation, side=side, **period, **by
        )

    return take_part


@pytest.fixture
def lock(desk, by):
    """A lock on a variant of a scenario: all that lies on a desk."""
    return set_lock(
        variant=desk.variant(),
        donor="fujian",
        recipient="nyingchi",
        must_be=True,
        reason="x",
        **by,
    )


def read(actor):
    """Return how many scenarios, variants and locks *actor* reads; the database is asked past the program as well."""
    with acting(actor):
        counts = [model.objects.count() for model in (BuiltScenario, Variant, Lock)]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                for table, count in zip(TABLES, counts, strict=True):
                    cursor.execute(f"SELECT count(*) FROM {table}")
                    assert cursor.fetchone() == (count,)
    return counts


class TestOversight:
    @pytest.mark.parametrize("side", ["ministry", "assessor", "auditor"])
    def test_shows_what_lay_on_the_desk_before_and_what_comes(
        self, desk, lock, office, join, by, side
    ):
        assert read(office) == [0, 0, 0]

        join(office, side)
        assert read(office) == [1, 1, 1]

        create_variant(scenario=desk.store(), name="Later", **by)
        assert read(office) == [2, 2, 1]

    @pytest.mark.parametrize("side", ["reader", "donor", "recipient"])
    def test_is_not_what_a_reader_or_a_side_has(self, desk, lock, office, join, side):
        join(office, side)
        desk.store()

        assert read(office) == [0, 0, 0]

    def test_shows_a_side_nothing(self, desk, lock, fujian, nyingchi):
        assert read(fujian) == read(nyingchi) == [0, 0, 0]

    def test_shows_nothing_of_another_programme(self, workspace, coordinator, desk, office, join):
        other = open_desk(workspace, coordinator, desk.now, slug="other")
        join(office, "auditor")
        other.variant()

        assert read(office) == [0, 0, 0]

    def test_lets_nobody_write(self, desk, lock, office, join, now):
        join(office, "ministry")
        with acting(office):
            variant = Variant.objects.get()

        with pytest.raises(NotOwner):
            rename_variant(variant=variant, name="Mine", actor=office, now=now)
        with pytest.raises(NotOwner):
            store_scenario(
                round=desk.round,
                scenario=desk.scenario,
                organisations=desk.organisations,
                name="Mine",
                actor=office,
                now=now,
            )

    def test_ends_with_the_participation(self, desk, lock, office, join, by, now):
        joined = join(office, "auditor", valid_from=timezone.localdate(now) - 9 * DAY)

        end_participation(participant=joined, until=timezone.localdate(now), reason="Moved", **by)
        desk.store()

        assert read(office) == [0, 0, 0]

    def test_lasts_to_the_day_on_which_it_ends(self, desk, lock, office, join, by, now):
        joined = join(office, "auditor", valid_from=timezone.localdate(now) - 9 * DAY)
        until = timezone.localdate(now) + 9 * DAY

        end_participation(participant=joined, until=until, reason="Moved", **by)

        assert read(office) == [1, 1, 1]
        with acting(desk.coordinator):
            (grant,) = Grant.objects.filter(
                scope_id=lock.scope_id, organisation_id=office.organisation_id
            )
        assert grant.valid_until == until

    def test_goes_on_where_one_of_two_ends(self, desk, lock, office, join, by, now):
        joined = join(office, "auditor", valid_from=timezone.localdate(now) - 9 * DAY)
        join(office, "ministry")

        end_participation(participant=joined, until=timezone.localdate(now), reason="Moved", **by)

        assert read(office) == [1, 1, 1]

    def test_has_not_begun_before_its_first_day(self, desk, lock, office, join, now):
        join(office, "assessor", valid_from=timezone.localdate(now) + DAY)

        assert read(office) == [0, 0, 0]

    @pytest.mark.parametrize("sides", [("assessor", "donor"), ("donor", "assessor")])
    def test_is_not_given_to_whoever_may_be_paired(self, desk, lock, office, join, sides):
        for side in sides:
            join(office, side)
        desk.store()

        assert read(office) == [0, 0, 0]

    def test_is_made_up_for_where_somebody_joined_unseen(self, desk, lock, office, by):
        with acting(desk.coordinator):
            Participant(
                tenant_id=desk.coordinator.organisation_id,
                scope_id=desk.programme.scope_id,
                programme=desk.programme,
                organisation_id=office.organisation_id,
                side="auditor",
            ).save()
        assert read(office) == [0, 0, 0]

        for _ in range(2):
            share_programme(programme=desk.programme, **by)

        assert read(office) == [1, 1, 1]
