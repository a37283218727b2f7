"""The responsibility matrix of a pairing: set, corrected, ended; gaps and double owners."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.grounds import ground

from records.agreement_grounds import make_pairing, make_programme
from tiebeam.apps.pairings.models import Pairing, Responsibility
from tiebeam.apps.pairings.operations.responsibilities import (
    AreaNotValid,
    ResponsibilityEnded,
    ResponsibilityOfOtherSide,
    ResponsibilityOutsidePairing,
    ResponsibilityOverlaps,
    ShareUnknown,
    end_responsibility,
    set_responsibility,
)
from tiebeam.apps.pairings.queries.responsibilities import AREAS, get_matrix
from tiebeam.apps.programmes.models import FORMS
from tiebeam.platform.audit.history import list_changes
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.records import NotOwner
from tiebeam.platform.time.periods import AsOf

FIRST, LATER, END = date(2020, 3, 1), date(2021, 3, 1), date(2023, 1, 1)


@pytest.fixture
@ground
def pairing(coordinator, fujian, nyingchi) -> Pairing:
    programme = make_programme(coordinator, ["funds", "people"])
    return make_pairing(programme, coordinator, fujian, nyingchi, valid_until=END)


@pytest.fixture
def say(pairing, coordinator, workspace, now):
    def say(party, share, area="funds", day=FIRST, actor=coordinator, at=now):
        return set_responsibility(
            pairing=pairing,
            area=area,
            party=workspace.organisations[party],
            share=share,
            valid_from=day,
            actor=actor,
            now=at,
        )

    return say


@pytest.fixture
def matrix(pairing, fujian):
    def matrix(day=FIRST, known_at=None, actor=fujian):
        with acting(actor):
            return get_matrix(pairing, AsOf(true_on=day, known_at=known_at))

    return matrix


@pytest.fixture
def matrix_of_coordinator(matrix, coordinator):
    return lambda day=FIRST, known_at=None: matrix(day, known_at, coordinator)


class TestMatrix:
    def test_shows_what_each_party_is_for_each_area(self, say, matrix, fujian, nyingchi):
        say("fujian", "accountable")
        say("nyingchi", "responsible")
        say("fujian", "informed", area="people")
        shown = matrix()
        assert [row.area for row in shown.areas] == ["funds", "people"]
        assert dict(shown.areas[0].shares) == {
            fujian.organisation_id: "accountable",
            nyingchi.organisation_id: "responsible",
        }
        assert shown.parties == (fujian.organisation_id, nyingchi.organisation_id)

    def test_shows_gaps_also_of_areas_for_which_nothing_was_said(self, say, matrix_of_coordinator):
        say("fujian", "accountable")
        assert matrix_of_coordinator().list_gaps() == {
            "funds": ["responsible"],
            "people": ["accountable", "responsible"],
        }
        say("nyingchi", "responsible")
        assert "funds" not in matrix_of_coordinator().list_gaps()

    def test_shows_double_owners(self, say, matrix, fujian, nyingchi):
        say("fujian", "accountable")
        assert matrix().list_double_owners() == {}
        say("nyingchi", "accountable")
        [(area, owners)] = matrix().list_double_owners().items()
        assert area == "funds"
        assert set(owners) == {fujian.organisation_id, nyingchi.organisation_id}

    def test_shows_what_was_true_on_one_day_as_known_on_another(self, say, matrix, fujian, now):
        say("fujian", "accountable")
        say("fujian", "consulted", day=LATER, at=now + timedelta(days=10))
        soon, much_later = now + timedelta(days=1), now + timedelta(days=20)

        def share(day, known_at=None):
            [row] = [row for row in matrix(day, known_at).areas if row.area == "funds"]
            return dict(row.shares).get(fujian.organisation_id)

        assert share(LATER - timedelta(days=1)) == "accountable"
        assert share(LATER) == "consulted"
        assert share(LATER, soon) == "accountable"
        assert share(LATER, much_later) == "consulted"
        assert matrix(LATER, now - timedelta(days=1)).areas == ()

    def test_is_seen_by_both_sides_and_the_maker_alone(
        self, say, pairing, fujian, nyingchi, coordinator, hunan
    ):
        say("fujian", "accountable", actor=fujian)
        for actor in (fujian, nyingchi, coordinator):
            with acting(actor):
                assert Responsibility.objects.count() == 1
        with acting(hunan):
            assert get_matrix(pairing, AsOf(true_on=FIRST)).areas == ()

    def test_names_the_forms_of_assistance_first(self):
        assert AREAS[: len(FORMS)] == tuple(FORMS)
        assert len(set(AREAS)) == len(AREAS)

    def test_takes_further_areas(self, say, matrix):
        say("fujian", "responsible", area="  茶叶 种植 ")
        assert [row.area for row in matrix().areas] == ["茶叶 种植"]


class TestSetResponsibility:
    def test_called_twice_sets_it_once(self, say, coordinator):
        said = say("fujian", "accountable")
        assert say("fujian", "accountable") == said
        assert say("fujian", "accountable", day=LATER) == said
        with acting(coordinator):
            [change] = list_changes([said.pk])
        assert change.action == "pairings.set_responsibility"

    def test_corrects_a_share_from_the_same_day(self, say, coordinator, now):
        said = say("fujian", "accountable")
        corrected = say("fujian", "responsible", at=now + timedelta(hours=1))
        assert (corrected.pk, corrected.share) == (said.pk, "responsible")
        with acting(coordinator):
            assert next(change.fields for change in list_changes([said.pk])) == (
                ("share", "accountable", "responsible"),
            )

    def test_ends_the_share_that_stands(self, say, coordinator):
        said = say("fujian", "accountable")
        say("fujian", "responsible", day=LATER)
        with acting(coordinator):
            assert Responsibility.objects.get(pk=said.pk).valid_until == LATER

    def test_refuses_what_a_later_share_overlaps(self, say):
        say("fujian", "accountable", day=LATER)
        with pytest.raises(ResponsibilityOverlaps):
            say("fujian", "responsible", day=FIRST)

    def test_refuses_to_change_what_another_set(self, say, fujian):
        say("fujian", "accountable")
        with pytest.raises(NotOwner):
            say("fujian", "informed", day=LATER, actor=fujian)

    def test_refuses_one_side_to_speak_for_the_other(self, say, fujian, nyingchi):
        with pytest.raises(ResponsibilityOfOtherSide):
            say("nyingchi", "responsible", actor=fujian)
        with pytest.raises(ResponsibilityOfOtherSide):
            say("fujian", "responsible", actor=nyingchi)

    def test_refuses_an_unknown_share(self, say):
        with pytest.raises(ShareUnknown):
            say("fujian", "owner")

    @pytest.mark.parametrize("area", ["", "  ", "x" * 61])
    def test_refuses_an_area_without_a_usable_name(self, say, area):
        with pytest.raises(AreaNotValid):
            say("fujian", "responsible", area=area)

    @pytest.mark.parametrize("day", [date(2020, 2, 9), END])
    def test_refuses_a_day_outside_the_pairing(self, say, day):
        with pytest.raises(ResponsibilityOutsidePairing):
            say("fujian", "responsible", day=day)

    def test_refuses_who_holds_no_role_for_it(self, say, workspace):
        with pytest.raises(NotAllowed):
            say("fujian", "responsible", actor=workspace.actor("fujian", Role.READER))

    def test_knows_no_pairing_of_others(self, say, hunan):
        with pytest.raises(Pairing.DoesNotExist):
            say("hunan", "responsible", actor=hunan)

    def test_is_said_once_for_a_party_and_a_day_even_without_us(self, say, coordinator):
        said = say("fujian", "accountable")
        with acting(coordinator), pytest.raises(IntegrityError), transaction.atomic():
            Responsibility.objects.create(
                tenant_id=coordinator.organisation_id,
                scope_id=said.scope_id,
                pairing_id=said.pairing_id,
                area=said.area,
                party_id=said.party_id,
                share="informed",
                valid_from=said.valid_from,
            )


class TestEndResponsibility:
    def end(self, said, actor, now, day=LATER):
        return end_responsibility(responsibility=said, valid_until=day, actor=actor, now=now)

    def test_leaves_a_gap_from_that_day_on(self, say, matrix, coordinator, now):
        said = say("fujian", "accountable")
        self.end(said, coordinator, now)
        assert matrix(LATER - timedelta(days=1)).areas[0].list_parties("accountable")
        assert matrix(LATER).areas == ()

    def test_called_twice_ends_it_once(self, say, coordinator, now):
        said = say("fujian", "accountable")
        self.end(said, coordinator, now)
        self.end(said, coordinator, now)
        with acting(coordinator):
            assert len(list_changes([said.pk])) == 2

    def test_refuses_another_day_and_one_before_it_began(self, say, coordinator, now):
        said = say("fujian", "accountable")
        with pytest.raises(ResponsibilityEnded):
            self.end(said, coordinator, now, FIRST)
        self.end(said, coordinator, now)
        with pytest.raises(ResponsibilityEnded):
            self.end(said, coordinator, now, END)

    def test_refuses_whoever_did_not_set_it(self, say, fujian, now):
        with pytest.raises(NotOwner):
            self.end(say("fujian", "accountable"), fujian, now)

    def test_knows_nothing_of_others(self, say, hunan, now):
        with pytest.raises(Responsibility.DoesNotExist):
            self.end(say("fujian", "accountable"), hunan, now)

    def test_is_not_ended_before_it_began_even_without_us(self, say, coordinator):
        said = say("fujian", "accountable")
        with acting(coordinator), pytest.raises(IntegrityError), transaction.atomic():
            Responsibility.objects.filter(pk=said.pk).update(valid_until=FIRST)
