"""Programmes, their documents, participants and rounds."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.grounds import ground

from records.programme_at_work import RESOURCES, set_to_work
from tiebeam.apps.programmes.models import LegalDocument, Participant, Programme, Round
from tiebeam.apps.programmes.operations import (
    add_document,
    add_participant,
    change_programme,
    change_round,
    close_round,
    correct_document,
    create_programme,
    end_participation,
    open_round,
    publish_programme,
)
from tiebeam.apps.programmes.operations.participants import (
    AlreadyParticipant,
    EndsBeforeItBegins,
    OnBothSides,
    OrganisationNotThere,
    ParticipationEnded,
)
from tiebeam.apps.programmes.operations.programmes import AlreadySo, RoundOutsideTerm, SlugTaken
from tiebeam.apps.programmes.operations.rights import ReasonMissing
from tiebeam.apps.programmes.operations.rounds import ReturnsHandedIn, RoundClosed, RoundsOverlap
from tiebeam.apps.programmes.queries import (
    get_programme,
    get_round,
    list_documents,
    list_participants,
    list_programmes,
    list_rounds,
)
from tiebeam.apps.regions.operations import end_organisation
from tiebeam.errors import InvalidInput
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Duty, acting
from tiebeam.platform.tenancy.models import Grant
from tiebeam.platform.tenancy.records import NotOwner
from tiebeam.platform.time.periods import AsOf


@pytest.fixture
@ground
def work(workspace, coordinator, now):
    return set_to_work(workspace, coordinator, now)


def codes_of(refused) -> list[tuple[str, int | None, str]]:
    return [
        (fault.code.partition(".")[2], fault.row, fault.column) for fault in refused.value.faults
    ]


class TestProgramme:
    def test_is_created_found_and_on_the_log(self, work, coordinator):
        with acting(coordinator):
            assert list_programmes("支援湖北") == [work.programme]
            assert list_programmes("wenchuan") == []
            assert get_programme(work.programme.pk).slug == "hubei-2020"
            assert Entry.objects.get(action="programmes.create_programme").record_id == (
                work.programme.pk
            )

    def test_is_refused_with_every_fault(self, coordinator, now):
        with pytest.raises(InvalidInput) as refused:
            create_programme(
                slug="Not A Slug",
                name_en="",
                name_zh=" ",
                starts_on=date(2020, 1, 1),
                ends_on=date(2020, 1, 1),
                forms=["funds", "prayers"],
                actor=coordinator,
                now=now,
            )
        assert codes_of(refused) == [
            ("name_missing", None, "name_zh"),
            ("slug_not_valid", None, "slug"),
            ("ends_before_it_starts", None, "ends_on"),
            ("form_unknown", None, "forms"),
        ]

    def test_is_refused_at_an_address_that_is_taken(self, work, coordinator, now):
        with pytest.raises(SlugTaken):
            create_programme(
                slug="hubei-2020", name_en="Again", name_zh="", actor=coordinator, now=now
            )

    def test_is_not_created_by_a_donor_or_by_the_coordinator_of_another(
        self, work, fujian, coordinator, now
    ):
        of_one = replace(coordinator, duties=frozenset({Duty(Role.COORDINATOR, work.programme.pk)}))
        for actor in (fujian, of_one):
            with pytest.raises(NotAllowed):
                create_programme(slug="x", name_en="X", name_zh="", actor=actor, now=now)

    def test_is_changed_for_a_reason(self, work, coordinator, now):
        asked = {"programme": work.programme, "actor": coordinator, "now": now}
        change_programme(
            values={"name_en": "Help", "starts_on": "2020-01-23"}, reason="Decree", **asked
        )
        with acting(coordinator):
            found = get_programme(work.programme.pk)
            assert (found.name_en, found.starts_on) == ("Help", date(2020, 1, 23))
            assert list_programmes("help") == [work.programme]
        with pytest.raises(ReasonMissing):
            change_programme(values={"name_en": "X"}, reason="", **asked)
        with pytest.raises(InvalidInput):
            change_programme(values={"slug": "other", "forms": "funds"}, reason="?", **asked)

    def test_is_not_changed_to_a_term_that_leaves_a_round_out(self, work, coordinator, now):
        with pytest.raises(RoundOutsideTerm):
            change_programme(
                programme=work.programme,
                values={"starts_on": date(2020, 3, 1)},
                reason="?",
                actor=coordinator,
                now=now,
            )

    def test_is_published_once_and_taken_back_for_a_reason(self, work, coordinator, now):
        asked = {"programme": work.programme, "actor": coordinator, "now": now}
        assert publish_programme(**asked).is_published
        with pytest.raises(AlreadySo):
            publish_programme(**asked)
        with pytest.raises(ReasonMissing):
            publish_programme(is_published=False, **asked)
        assert not publish_programme(is_published=False, reason="Error", **asked).is_published

    def test_does_not_exist_for_the_coordinator_of_others(self, work, workspace, admin, now):
        stranger = workspace.actor("admin", Role.COORDINATOR)
        stranger = replace(
            stranger,
            organisation_id=workspace.organisations["hunan"].pk,
            person_id=stranger.person_id,
        )
        end_participation(
            participant=work.participants["hunan"],
            until=timezone.localdate(now) + timedelta(days=1),
            reason="?",
            actor=work.coordinator,
            now=now,
        )
        with pytest.raises(Programme.DoesNotExist):
            publish_programme(programme=work.programme, actor=stranger, now=now)
        with acting(stranger), pytest.raises(Programme.DoesNotExist):
            get_programme(work.programme.pk)

    def test_is_read_and_not_steered_by_a_ministry_that_takes_part(self, work, workspace, now):
        ministry = workspace.actor("hunan", Role.MINISTRY)
        with pytest.raises(NotOwner):
            publish_programme(programme=work.programme, actor=ministry, now=now)
        with pytest.raises(NotOwner):
            open_round(
                programme=work.programme,
                name_en="Ours",
                name_zh="",
                starts_on=date(2021, 1, 1),
                actor=ministry,
                now=now,
            )

    def test_is_listed_as_known_then(self, work, coordinator, now):
        before = AsOf(true_on=date(2020, 2, 10), known_at=now - timedelta(days=1))
        with acting(coordinator):
            assert list_programmes(as_of=before) == []
            assert list_programmes(as_of=replace(before, known_at=now)) == [work.programme]


class TestDocument:
    def test_is_added_with_what_is_known_and_completed_later(self, work, coordinator, fujian, now):
        asked = {"actor": coordinator, "now": now}
        document = add_document(programme=work.programme, title_zh="通知", **asked)
        assert (document.number, document.dated_on) == ("", None)
        correct_document(
            document=document, values={"dated_on": "2020-02-10"}, reason="Found", **asked
        )
        with acting(fujian):
            assert [row.dated_on for row in list_documents(work.programme)] == [date(2020, 2, 10)]
        with pytest.raises(ReasonMissing):
            correct_document(document=document, values={}, reason="", **asked)

    def test_is_refused_without_a_title_or_with_a_number_too_long(self, work, coordinator, now):
        with pytest.raises(InvalidInput) as refused:
            add_document(programme=work.programme, number="x" * 81, actor=coordinator, now=now)
        assert codes_of(refused) == [
            ("text_too_long", None, "number"),
            ("title_missing", None, "title_zh"),
        ]


class TestParticipant:
    def test_reads_the_programme_until_it_leaves(self, work, fujian, coordinator, now):
        with acting(fujian):
            assert list_programmes() == [work.programme]
            assert list_rounds(work.programme) == [work.of_round]
            assert len(list_participants(work.programme, side="donor")) == 2
        asked = {"participant": work.participants["fujian"], "actor": coordinator, "now": now}
        with pytest.raises(ReasonMissing):
            end_participation(until=date(2020, 3, 1), reason="", **asked)
        end_participation(until=date(2020, 3, 1), reason="Released", **asked)
        with acting(fujian):
            assert list_programmes() == []
        with pytest.raises(ParticipationEnded):
            end_participation(until=date(2020, 3, 1), reason="Released", **asked)
        end_participation(until=date(2020, 2, 20), reason="Earlier", **asked)
        with acting(coordinator):
            grant = Grant.objects.get(organisation_id=fujian.organisation_id)
            assert (grant.role, grant.valid_until) == ("donor", date(2020, 2, 20))

    def test_is_not_on_both_sides_at_once(self, work, coordinator, now):
        asked = {
            "programme": work.programme,
            "organisation": work.workspace.organisations["fujian"],
            "side": "recipient",
            "actor": coordinator,
            "now": now,
        }
        with pytest.raises(OnBothSides):
            add_participant(**asked)
        end_participation(
            participant=work.participants["fujian"],
            until=date(2020, 3, 1),
            reason="Changes sides",
            actor=coordinator,
            now=now,
        )
        with pytest.raises(OnBothSides):
            add_participant(valid_from=date(2020, 2, 29), **asked)
        assert add_participant(valid_from=date(2020, 3, 1), **asked).side == "recipient"

    def test_that_leaves_one_side_reads_on_from_the_other(self, work, fujian, coordinator, now):
        asked = {"actor": coordinator, "now": now}
        add_participant(
            programme=work.programme,
            organisation=work.workspace.organisations["fujian"],
            side="assessor",
            **asked,
        )
        end_participation(
            participant=work.participants["fujian"], until=date(2020, 3, 1), reason="?", **asked
        )
        with acting(fujian):
            assert list_programmes() == [work.programme]

    def test_that_leaves_and_comes_back_the_same_day_reads_on(self, work, fujian, coordinator, now):
        asked = {"actor": coordinator, "now": now}
        until = date(2020, 3, 1)
        end_participation(participant=work.participants["fujian"], until=until, reason="?", **asked)
        add_participant(
            programme=work.programme,
            organisation=work.workspace.organisations["fujian"],
            side="donor",
            valid_from=until,
            **asked,
        )
        with acting(fujian):
            assert list_programmes() == [work.programme]

    def test_of_a_time_that_is_over_reads_nothing(self, work, workspace, coordinator, now):
        end_participation(
            participant=work.participants["hunan"],
            until=date(2020, 2, 11),
            reason="?",
            actor=coordinator,
            now=now,
        )
        with acting(coordinator):
            before = Grant.objects.count()
        add_participant(
            programme=work.programme,
            organisation=workspace.organisations["hunan"],
            side="reader",
            valid_from=date(2019, 1, 1),
            valid_until=date(2019, 2, 1),
            actor=coordinator,
            now=now,
        )
        with acting(coordinator):
            assert Grant.objects.count() == before

    def test_is_refused_twice_on_a_side(self, work, coordinator, now):
        with pytest.raises(AlreadyParticipant):
            add_participant(
                programme=work.programme,
                organisation=work.workspace.organisations["fujian"],
                side="donor",
                valid_from=date(2021, 1, 1),
                actor=coordinator,
                now=now,
            )

    def test_is_refused_on_no_side_in_no_time_or_after_its_end(
        self, work, workspace, coordinator, now
    ):
        asked = {
            "programme": work.programme,
            "organisation": workspace.organisations["fujian"],
            "actor": coordinator,
            "now": now,
        }
        with pytest.raises(InvalidInput) as refused:
            add_participant(
                side="friend",
                valid_from=date(2020, 1, 1),
                valid_until=date(2020, 1, 1),
                **asked,
            )
        assert codes_of(refused) == [
            ("side_unknown", None, "side"),
            ("ends_before_it_starts", None, "valid_until"),
        ]
        end_organisation(
            organisation=workspace.organisations["fujian"],
            until=date(2020, 6, 1),
            reason="?",
            actor=coordinator,
            now=now,
        )
        with pytest.raises(OrganisationNotThere):
            add_participant(side="reader", valid_from=date(2021, 1, 1), **asked)

    def test_does_not_end_before_it_began(self, work, coordinator, now):
        joined = add_participant(
            programme=work.programme,
            organisation=work.workspace.organisations["fujian"],
            side="reader",
            valid_from=date(2020, 5, 1),
            actor=coordinator,
            now=now,
        )
        with pytest.raises(EndsBeforeItBegins):
            end_participation(
                participant=joined, until=date(2020, 5, 1), reason="?", actor=coordinator, now=now
            )

    def test_is_listed_as_of_both_dates(self, work, coordinator, now):
        later = now + timedelta(days=30)
        end_participation(
            participant=work.participants["fujian"],
            until=date(2020, 3, 1),
            reason="?",
            actor=coordinator,
            now=later,
        )
        march = AsOf(true_on=date(2020, 3, 1))
        with acting(coordinator):
            assert len(list_participants(work.programme)) == 4
            assert len(list_participants(work.programme, march)) == 3
            assert len(list_participants(work.programme, replace(march, known_at=later))) == 3
            assert len(list_participants(work.programme, replace(march, known_at=now))) == 4


class TestRound:
    def test_keeps_its_resources_as_exact_text(self, work, fujian):
        with acting(fujian):
            found = get_round(work.of_round.pk)
        assert found.programme == work.programme
        assert found.resources == [
            {"id": "doctors", "name_en": "Doctors", "name_zh": "医生", "unit": "person",
             "lot": "5", "weight": "1"},
            {"id": "nurses", "name_en": "Nurses", "name_zh": "护士", "unit": "person",
             "lot": "0", "weight": "0.5"},
        ]  # fmt: skip

    def test_is_refused_with_every_fault_of_its_resources(self, work, coordinator, now):
        with pytest.raises(InvalidInput) as refused:
            change_round(
                of_round=work.of_round,
                values={
                    "resources": [
                        RESOURCES[0],
                        {"id": "doctors", "name_en": "Again", "unit": "person", "lot": -1},
                        {"id": "No Id", "lot": "many", "weight": 0},
                        {"id": "x", "name_zh": "某", "unit": "t", "lot": "1e-9", "weight": "1e99"},
                        "beds",
                    ]
                },
                reason="?",
                actor=coordinator,
                now=now,
            )
        assert codes_of(refused) == [
            ("given_twice", 2, "id"),
            ("negative", 2, "lot"),
            ("resource_id_not_valid", 3, "id"),
            ("name_missing", 3, "name_zh"),
            ("unit_missing", 3, "unit"),
            ("not_a_number", 3, "lot"),
            ("weight_not_positive", 3, "weight"),
            ("too_large_or_fine", 4, "lot"),
            ("too_large_or_fine", 4, "weight"),
            ("no_resource", 5, ""),
        ]

    def test_is_refused_with_dates_that_make_no_sense(self, work, coordinator, now):
        asked = {"programme": work.programme, "name_zh": "", "actor": coordinator, "now": now}
        with pytest.raises(InvalidInput) as refused:
            open_round(
                name_en="",
                starts_on=date(2020, 5, 1),
                ends_on=date(2020, 5, 1),
                returns_due_on=date(2020, 6, 1),
                **asked,
            )
        assert [code for code, _, _ in codes_of(refused)] == [
            "name_missing",
            "ends_before_it_starts",
            "due_after_the_end",
        ]
        with pytest.raises(InvalidInput) as refused:
            open_round(
                name_en="Late",
                starts_on=date(2022, 5, 1),
                returns_due_on=date(2021, 4, 29),
                **asked,
            )
        assert [code for code, _, _ in codes_of(refused)] == ["due_long_before"]
        with pytest.raises(RoundOutsideTerm):
            open_round(
                name_en="Early", starts_on=date(2019, 1, 1), ends_on=date(2019, 6, 1), **asked
            )

    def test_follows_another_that_was_closed(self, work, coordinator, now):
        asked = {"actor": coordinator, "now": now}
        second = {
            "programme": work.programme,
            "name_en": "Second",
            "name_zh": "",
            "starts_on": date(2020, 4, 1),
        }
        with pytest.raises(RoundsOverlap):
            open_round(**second, **asked)
        closing = {"of_round": work.of_round, "ends_on": date(2020, 4, 1), "reason": "Over"}
        close_round(**closing, **asked)
        with pytest.raises(RoundClosed):
            close_round(**closing, **asked)
        with pytest.raises(ReasonMissing):
            close_round(**(closing | {"reason": ""}), **asked)
        opened = open_round(**second, **asked)
        with acting(coordinator):
            assert list_rounds(work.programme) == [opened, work.of_round]

    def test_is_changed_until_figures_are_handed_in(self, work, coordinator):
        asked = {"of_round": work.of_round, "actor": coordinator, "now": work.now}
        changed = change_round(
            values={"returns_due_on": "2020-02-14", "resources": RESOURCES[:1]},
            reason="Later",
            **asked,
        )
        assert (changed.returns_due_on, len(changed.resources)) == (date(2020, 2, 14), 1)
        change_round(values={"resources": RESOURCES}, reason="Both", **asked)
        work.hand_in("fujian")
        change_round(values={"name_en": "Round one"}, reason="Name", **asked)
        with pytest.raises(ReturnsHandedIn):
            change_round(values={"resources": RESOURCES[:1]}, reason="?", **asked)
        with pytest.raises(ReasonMissing):
            change_round(values={}, reason="", **asked)


class TestDatabaseOfProgrammes:
    @pytest.mark.parametrize(
        ("model", "values"),
        [
            (Programme, {"ends_on": date(2020, 2, 1)}),
            (Round, {"ends_on": date(2020, 2, 10)}),
            (Participant, {"valid_from": date(2020, 1, 1), "valid_until": date(2020, 1, 1)}),
            (LegalDocument, {"title_en": "", "title_zh": ""}),
        ],
    )
    def test_refuses_what_makes_no_sense(self, work, coordinator, now, model, values):
        add_document(programme=work.programme, title_en="Notice", actor=coordinator, now=now)
        with acting(coordinator), pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(**values)

    def test_refuses_a_slug_or_a_participation_given_twice(self, work, coordinator):
        tenant = coordinator.organisation_id
        with acting(coordinator):
            with pytest.raises(IntegrityError), transaction.atomic():
                Programme.objects.create(tenant_id=tenant, slug="hubei-2020", name_en="X")
            with pytest.raises(IntegrityError), transaction.atomic():
                Participant.objects.create(
                    tenant_id=tenant,
                    programme=work.programme,
                    organisation=work.workspace.organisations["fujian"],
                    side="donor",
                )
