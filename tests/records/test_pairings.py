"""Pairings in force: who answers for a place, what a donor carries, what hangs below."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from tests.grounds import beside, ground

from records.desk import open_desk
from tiebeam.apps.pairings.models import Pairing, PairList
from tiebeam.apps.pairings.operations.history import record_list
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.pairings.operations.pairings import (
    AlreadyEnded,
    AlreadyPaired,
    NotAParty,
    NotSecondTier,
    PairedWithItself,
    ParentIsSecondTier,
    ParentNotInForce,
    add_second_tier_pairing,
    end_second_tier_pairing,
)
from tiebeam.apps.pairings.operations.sharing import share_programme
from tiebeam.apps.pairings.queries.answerable import find_answerable
from tiebeam.apps.pairings.queries.pairings import (
    get_pairing,
    list_pairings,
    list_pairings_of,
    list_second_tier,
    load_of_donor,
)
from tiebeam.apps.programmes.models import LegalDocument, Participant, Round
from tiebeam.apps.regions.operations import create_organisation
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, acting
from tiebeam.platform.tenancy.records import NotOwner
from tiebeam.platform.time.periods import AsOf

SEVENTH, TENTH = date(2020, 2, 7), date(2020, 2, 10)


def at(day: int) -> datetime:
    """Noon in Beijing on a day of February 2020."""
    return datetime(2020, 2, day, 4, 0, tzinfo=UTC)


@pytest.fixture
@ground
def desk(workspace, coordinator, now):
    return open_desk(workspace, coordinator, now)


@pytest.fixture
@beside
def record(desk):
    """Records a version: its day of force, when it was entered, and its pairs with amounts."""

    def record(day, entered, *couples, title="Notice", **given):
        names = desk.organisations
        with acting(desk.coordinator):
            document = LegalDocument(
                tenant_id=desk.coordinator.organisation_id,
                scope_id=desk.programme.scope_id,
                programme=desk.programme,
                title_en=title,
            )
            document.save()
        leads = set()
        lines = []
        for donor, recipient in couples:
            is_lead = recipient not in leads
            leads.add(recipient)
            lines.append(
                Line(
                    donor=names[donor],
                    recipient=names[recipient],
                    is_lead=is_lead,
                    amounts={"staff": 10.0},
                )
            )
        return record_list(
            round=desk.round,
            document=document,
            in_force_from=day,
            lines=lines,
            actor=desk.coordinator,
            now=entered,
            **given,
        )

    return record


@pytest.fixture
@ground
def february(record):
    """The press list of 7 February, entered on the 8th, and the official one of the 10th, on the 11th."""
    press = record(SEVENTH, at(8), ("fujian", "huanggang"), title="Press list")
    official = record(TENTH, at(11), ("hunan", "huanggang"), title="Official list")
    return press, official


@pytest.fixture
@ground
def pairing(desk, record):
    record(SEVENTH, at(8), ("fujian", "nyingchi"))
    with acting(desk.coordinator):
        return Pairing.objects.get()


class TestAnswerable:
    def ask(self, desk, workspace, day, known_at=None, place="huanggang"):
        with acting(desk.coordinator):
            return find_answerable(
                workspace.organisations[place], AsOf(true_on=day, known_at=known_at)
            )

    def test_says_who_since_when_by_which_document_and_who_before(self, desk, workspace, february):
        (answer,) = self.ask(desk, workspace, date(2020, 2, 20))
        assert answer.pairing.donor.name_en == "Hunan"
        assert answer.is_lead
        assert answer.since == TENTH
        assert answer.by_list == answer.opened_by == february[1]
        assert answer.by_document.title_en == "Official list"
        assert [row.donor.name_en for row in answer.before] == ["Fujian"]

    @pytest.mark.parametrize(
        ("day", "known", "donors"),
        [
            (6, None, []),
            (7, None, ["Fujian"]),
            (9, None, ["Fujian"]),
            (10, None, ["Hunan"]),
            (7, 7, []),
            (10, 9, ["Fujian"]),
            (20, 10, ["Fujian"]),
            (10, 12, ["Hunan"]),
            (9, 12, ["Fujian"]),
        ],
    )
    def test_tells_the_day_asked_for_from_the_day_of_knowledge(
        self, desk, workspace, february, day, known, donors
    ):
        known_at = None if known is None else at(known)
        answers = self.ask(desk, workspace, date(2020, 2, day), known_at)
        assert [row.pairing.donor.name_en for row in answers] == donors

    def test_names_the_list_that_was_known_then(self, desk, workspace, february):
        (answer,) = self.ask(desk, workspace, date(2020, 2, 20), at(9))
        assert answer.by_list.pk == february[0].pk
        assert answer.by_document.title_en == "Press list"
        assert answer.before == ()

    def test_takes_the_later_of_two_versions_with_one_date_of_force(self, desk, workspace, record):
        record(SEVENTH, at(7), ("hunan", "huanggang"))
        record(TENTH, at(10), ("fujian", "huanggang"))
        last = record(TENTH, at(11), ("nyingchi", "huanggang"))
        (answer,) = self.ask(desk, workspace, TENTH)
        assert answer.pairing.donor.name_en == "Nyingchi"
        assert answer.by_list == last
        assert [row.donor.name_en for row in answer.before] == ["Hunan"]

    def test_reads_the_lead_from_the_version_in_force(self, desk, workspace, record):
        record(SEVENTH, at(7), ("fujian", "huanggang"), ("hunan", "huanggang"))
        record(TENTH, at(10), ("hunan", "huanggang"), ("fujian", "huanggang"))
        earlier = self.ask(desk, workspace, date(2020, 2, 8))
        later = self.ask(desk, workspace, TENTH)
        assert [(row.pairing.donor.name_en, row.is_lead) for row in earlier] == [
            ("Fujian", True),
            ("Hunan", False),
        ]
        assert [(row.pairing.donor.name_en, row.is_lead) for row in later] == [
            ("Hunan", True),
            ("Fujian", False),
        ]
        assert {row.since for row in later} == {SEVENTH}
        assert later[0].opened_by != later[0].by_list

    def test_is_nobody_for_a_place_without_pairs(self, desk, workspace, february):
        assert self.ask(desk, workspace, TENTH, place="nyingchi") == []

    def test_is_not_told_to_who_may_not_read(self, workspace, february, nyingchi, as_actor):
        with as_actor(nyingchi):
            assert find_answerable(workspace.organisations["huanggang"], AsOf(true_on=TENTH)) == []

    def test_is_told_to_the_place_itself(self, workspace, february, huanggang, as_actor):
        with as_actor(huanggang):
            (answer,) = find_answerable(workspace.organisations["huanggang"], AsOf(true_on=TENTH))
        assert answer.by_document.title_en == "Official list"


class TestPairings:
    def test_of_a_programme_are_those_of_the_day(self, desk, february, as_actor):
        with as_actor(desk.coordinator):
            assert len(list_pairings(desk.programme)) == 2
            (row,) = list_pairings(desk.programme, AsOf(true_on=TENTH))
            assert row.donor_id == desk.organisations["hunan"]
            (known,) = list_pairings(desk.programme, AsOf(true_on=TENTH, known_at=at(9)))
            assert known.donor_id == desk.organisations["fujian"]

    def test_of_an_organisation_are_on_either_side(self, desk, workspace, february, as_actor):
        with as_actor(desk.coordinator):
            assert len(list_pairings_of(workspace.organisations["huanggang"])) == 2
            assert len(list_pairings_of(workspace.organisations["hunan"])) == 1

    def test_are_read_by_ministries_assessors_and_auditors(
        self, desk, record, workspace, nyingchi, as_actor
    ):
        with acting(desk.coordinator):
            Participant.objects.filter(organisation_id=desk.organisations["nyingchi"]).delete()
            Participant(
                tenant_id=desk.coordinator.organisation_id,
                scope_id=desk.programme.scope_id,
                programme=desk.programme,
                organisation_id=desk.organisations["nyingchi"],
                side="auditor",
            ).save()
        record(SEVENTH, at(8), ("fujian", "huanggang"))
        with as_actor(nyingchi):
            (row,) = list_pairings(desk.programme)
            assert get_pairing(row.pk).of_list.version == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"valid_until": date(2020, 2, 6)},
            {"recipient": "fujian"},
            {},
        ],
    )
    def test_that_make_no_sense_are_refused_by_the_database(self, desk, pairing, wrong):
        names = desk.organisations
        given = {"recipient": "nyingchi", "valid_until": None, **wrong}
        twin = Pairing(
            tenant_id=pairing.tenant_id,
            programme=desk.programme,
            donor_id=names["fujian"],
            recipient_id=names[given["recipient"]],
            valid_from=SEVENTH,
            valid_until=given["valid_until"],
        )
        with acting(desk.coordinator), pytest.raises(IntegrityError), transaction.atomic():
            twin.save()


class TestSharing:
    def join(self, desk, admin, side):
        office = create_organisation(
            name_en="Audit office", name_zh="审计机关", kind="office", actor=admin, now=desk.now
        )
        with acting(desk.coordinator):
            Participant(
                tenant_id=desk.coordinator.organisation_id,
                scope_id=desk.programme.scope_id,
                programme=desk.programme,
                organisation=office,
                side=side,
            ).save()
        return Actor(person_id=uuid4(), organisation_id=office.pk)

    @pytest.mark.parametrize(("side", "pairings"), [("auditor", 1), ("reader", 1), ("donor", 0)])
    def test_shows_what_was_issued_to_who_joined_later(
        self, desk, admin, pairing, as_actor, side, pairings
    ):
        newcomer = self.join(desk, admin, side)
        with as_actor(newcomer):
            assert not PairList.objects.exists()
        for _ in range(2):
            share_programme(programme=desk.programme, actor=desk.coordinator, now=at(12))
        with as_actor(newcomer):
            assert PairList.objects.count() == 1
            assert Pairing.objects.count() == pairings

    def test_is_done_by_the_coordinator_alone(self, desk, fujian):
        with pytest.raises(NotAllowed):
            share_programme(programme=desk.programme, actor=fujian, now=at(12))


class TestLoad:
    def test_counts_across_all_programmes(self, workspace, coordinator, now, desk, record):
        record(SEVENTH, at(8), ("fujian", "nyingchi"), ("fujian", "huanggang"))
        other = open_desk(workspace, coordinator, now, slug="other")
        line = Line(donor=desk.organisations["fujian"], recipient=desk.organisations["nyingchi"])
        record_list(
            round=other.round,
            document=other.document,
            in_force_from=SEVENTH,
            lines=[replace(line, amounts={"beds": 4.0})],
            actor=coordinator,
            now=now,
        )
        with acting(coordinator):
            load = load_of_donor(workspace.organisations["fujian"], AsOf(true_on=TENTH))
        assert len(load.pairings) == 3
        assert load.programmes == {desk.programme.pk: 2, other.programme.pk: 1}
        assert [(row.resource, row.amount) for row in load.amounts] == [
            ("staff", 20.0),
            ("beds", 4.0),
        ]

    def test_adds_no_amounts_of_different_units(self, workspace, coordinator, now, desk, record):
        rooms = [("small", "room"), ("other", "room"), ("third", "box"), ("fourth", "")]
        for slug, unit in rooms:
            at_desk = desk if slug == "small" else open_desk(workspace, coordinator, now, slug=slug)
            named = {"id": "ward", "name_en": "Ward", "name_zh": "病房", "unit": unit}
            with acting(coordinator):
                Round.objects.filter(pk=at_desk.round.pk).update(resources=[named] if unit else [])
            ids = at_desk.organisations
            record_list(
                round=at_desk.round,
                document=at_desk.document,
                in_force_from=SEVENTH,
                lines=[Line(donor=ids["fujian"], recipient=ids["nyingchi"], amounts={"ward": 4.0})],
                actor=coordinator,
                now=now,
            )
        with acting(coordinator):
            load = load_of_donor(workspace.organisations["fujian"], AsOf(true_on=TENTH))
        told = {(row.name_zh, row.unit, row.amount) for row in load.amounts}
        assert told == {("病房", "room", 8.0), ("病房", "box", 4.0), ("", "", 4.0)}

    def test_does_not_count_what_hangs_below(
        self, desk, workspace, pairing, fujian, town, as_actor
    ):
        below = add_second_tier_pairing(
            parent=pairing, **town, valid_from=TENTH, actor=fujian, now=at(10)
        )
        with as_actor(fujian):
            load = load_of_donor(workspace.organisations["fujian"], AsOf(true_on=TENTH))
            assert len(load.pairings) == 1
            assert [row.amount for row in load.amounts] == [10.0]
            assert load.second_tier == (below,)

    def test_is_nothing_before_the_first_pair(self, desk, workspace, pairing, as_actor):
        with as_actor(desk.coordinator):
            load = load_of_donor(workspace.organisations["fujian"], AsOf(true_on=date(2020, 2, 6)))
        assert (load.pairings, load.amounts) == ((), ())


@pytest.fixture
def town(admin, now):
    """A city of the donor and a town of the recipient."""
    return {
        key: create_organisation(
            name_en=english, name_zh=chinese, kind="government", actor=admin, now=now
        )
        for key, english, chinese in (
            ("donor", "Xiamen", "厦门"),
            ("recipient", "Gongbo'gyamda", "工布江达"),
        )
    }


class TestSecondTier:
    def test_is_read_by_whoever_reads_the_pairing_above(
        self, desk, pairing, town, fujian, nyingchi, hunan, as_actor
    ):
        add_second_tier_pairing(parent=pairing, **town, valid_from=TENTH, actor=fujian, now=at(10))
        for reader in (fujian, nyingchi, desk.coordinator):
            with as_actor(reader):
                assert len(list_second_tier(Pairing.objects.get(pk=pairing.pk))) == 1
        with as_actor(hunan):
            assert not Pairing.objects.exists()

    def test_is_not_listed_among_those_of_the_list(self, desk, pairing, town, fujian, as_actor):
        add_second_tier_pairing(parent=pairing, **town, valid_from=TENTH, actor=fujian, now=at(10))
        with as_actor(desk.coordinator):
            assert list_pairings(desk.programme) == [pairing]

    def test_ends_with_the_pairing_above(self, desk, record, pairing, town, fujian, as_actor):
        add_second_tier_pairing(parent=pairing, **town, valid_from=TENTH, actor=fujian, now=at(10))
        record(date(2020, 2, 12), at(12), ("hunan", "nyingchi"))
        with as_actor(fujian):
            above = Pairing.objects.get(pk=pairing.pk)
            assert list_second_tier(above, AsOf(true_on=date(2020, 2, 11)))
            assert not list_second_tier(above, AsOf(true_on=date(2020, 2, 12)))

    def test_of_the_coordinator_is_ended_with_the_pairing_above(
        self, desk, record, pairing, town, as_actor
    ):
        below = add_second_tier_pairing(
            parent=pairing, **town, valid_from=TENTH, actor=desk.coordinator, now=at(10)
        )
        record(date(2020, 2, 12), at(12), ("hunan", "nyingchi"))
        with as_actor(desk.coordinator):
            assert Pairing.objects.get(pk=below.pk).valid_until == date(2020, 2, 12)

    def test_is_entered_once(self, pairing, town, fujian, nyingchi):
        given = {"parent": pairing, **town, "valid_from": TENTH, "now": at(10)}
        add_second_tier_pairing(**given, actor=fujian)
        with pytest.raises(AlreadyPaired):
            add_second_tier_pairing(**given, actor=nyingchi)

    def test_needs_two_sides(self, pairing, town, fujian):
        with pytest.raises(PairedWithItself):
            add_second_tier_pairing(
                parent=pairing,
                donor=town["donor"],
                recipient=town["donor"],
                valid_from=TENTH,
                actor=fujian,
                now=at(10),
            )

    def test_needs_a_pairing_in_force_above(self, pairing, town, fujian):
        with pytest.raises(ParentNotInForce):
            add_second_tier_pairing(
                parent=pairing, **town, valid_from=date(2020, 2, 6), actor=fujian, now=at(10)
            )

    def test_hangs_below_a_pairing_of_the_list(self, pairing, town, fujian):
        below = add_second_tier_pairing(
            parent=pairing, **town, valid_from=TENTH, actor=fujian, now=at(10)
        )
        with pytest.raises(ParentIsSecondTier):
            add_second_tier_pairing(
                parent=below, **town, valid_from=TENTH, actor=fujian, now=at(10)
            )

    def test_is_entered_by_a_party_alone(self, desk, record, town, workspace, nyingchi):
        with acting(desk.coordinator):
            Participant.objects.filter(organisation_id=desk.organisations["nyingchi"]).update(
                side="auditor"
            )
        record(SEVENTH, at(8), ("fujian", "huanggang"))
        with acting(desk.coordinator):
            pairing = Pairing.objects.get()
        with pytest.raises(NotAParty):
            add_second_tier_pairing(
                parent=pairing, **town, valid_from=TENTH, actor=nyingchi, now=at(10)
            )

    def test_is_not_entered_by_who_cannot_read_the_pairing(self, pairing, town, hunan):
        with pytest.raises(Pairing.DoesNotExist):
            add_second_tier_pairing(
                parent=pairing, **town, valid_from=TENTH, actor=hunan, now=at(10)
            )

    def test_is_entered_by_an_office_alone(self, pairing, town, workspace):
        finance = workspace.actor("fujian", Role.DONOR_FINANCE)
        with pytest.raises(NotAllowed):
            add_second_tier_pairing(
                parent=pairing, **town, valid_from=TENTH, actor=finance, now=at(10)
            )

    def test_is_ended_once_by_who_entered_it(self, pairing, town, fujian, nyingchi):
        below = add_second_tier_pairing(
            parent=pairing, **town, valid_from=TENTH, actor=fujian, now=at(10)
        )
        day = date(2020, 2, 15)
        with pytest.raises(NotOwner):
            end_second_tier_pairing(pairing=below, until=day, actor=nyingchi, now=at(11))
        ended = end_second_tier_pairing(pairing=below, until=day, actor=fujian, now=at(11))
        assert ended.valid_until == day
        with pytest.raises(AlreadyEnded):
            end_second_tier_pairing(pairing=below, until=day, actor=fujian, now=at(11))

    def test_of_the_list_is_not_ended_by_hand(self, desk, pairing):
        with pytest.raises(NotSecondTier):
            end_second_tier_pairing(
                pairing=pairing, until=TENTH, actor=desk.coordinator, now=at(10)
            )

    def test_is_not_ended_by_a_finance_office(self, pairing, workspace):
        finance = workspace.actor("fujian", Role.DONOR_FINANCE)
        with pytest.raises(NotAllowed):
            end_second_tier_pairing(pairing=pairing, until=TENTH, actor=finance, now=at(10))
