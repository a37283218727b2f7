"""Incidents and needs: who activates and verifies, how far people fill them, which days lack."""

from dataclasses import fields
from datetime import date, timedelta
from random import Random
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from tests.grounds import ground

from records.emergency_grounds import make_emergency
from tiebeam.apps.emergencies.models import Incident, Need
from tiebeam.apps.emergencies.operations.incidents import (
    DayToCome,
    RoundElsewhere,
    activate_incident,
    change_level,
    stand_down_incident,
)
from tiebeam.apps.emergencies.operations.needs import (
    NeedNotOpen,
    OwnNeed,
    PlaceElsewhere,
    enter_need,
    prolong_need,
    verify_need,
    withdraw_need,
)
from tiebeam.apps.emergencies.operations.rights import StoodDown
from tiebeam.apps.emergencies.queries.fill import Cover, Gap, HandOver, Tour
from tiebeam.apps.emergencies.queries.inbox import inbox
from tiebeam.apps.emergencies.queries.needs import state_of_need
from tiebeam.apps.emergencies.queries.situation import gaps, list_needs, outline, situation
from tiebeam.apps.programmes.models import Programme, Round
from tiebeam.apps.regions.operations.checks import ReasonMissing
from tiebeam.errors import InvalidInput
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.records import NotOwner
from tiebeam.platform.time.periods import AsOf

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))
FEB = [date(2020, 2, 1) + timedelta(days=number) for number in range(60)]


@pytest.fixture
@ground
def grounds(workspace, now):
    return make_emergency(workspace, now)


def _as_of(grounds, day=date(2020, 2, 12)):
    return AsOf(true_on=day, known_at=grounds.now)


def _need(grounds, by="coordinator", day=date(2020, 2, 12)):
    with acting(grounds.actors[by]):
        (found,) = list_needs(grounds.incident, _as_of(grounds, day))
    return found


class TestIncident:
    """§E2."""

    def test_is_activated_with_a_level_a_mode_and_a_document(self, grounds):
        said = {
            "programme": grounds.programme, "name_en": "", "name_zh": "某", "level": 5, "mode": "x",
            "activated_on": date(2020, 2, 10), "document": " ",
            "actor": grounds.actors["coordinator"], "now": grounds.now,
        }  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            activate_incident(**said)
        with pytest.raises(DayToCome):
            activate_incident(**{**said, "activated_on": date(2020, 2, 11)})

        assert sorted(fault.column for fault in refused.value.faults) == [
            "document", "level", "mode", "name_en",
        ]  # fmt: skip

    def test_takes_the_lists_of_a_round_of_its_programme(self, grounds):
        actor = grounds.actors["coordinator"]
        with acting(actor):
            other = Programme(
                tenant_id=actor.organisation_id, slug="x", name_en="X", name_zh="某", forms=[]
            )
            other.save()
            foreign = Round(
                tenant_id=actor.organisation_id, programme=other, name_en="R", name_zh="轮",
                starts_on=date(2020, 1, 1),
            )  # fmt: skip
            foreign.save()
        with pytest.raises(RoundElsewhere):
            activate_incident(
                programme=grounds.programme, round=foreign, name_en="A", name_zh="甲", level=1,
                mode="assign", activated_on=date(2020, 2, 10), document="D", actor=actor,
                now=grounds.now,
            )  # fmt: skip

        assert grounds.incident.round.programme_id == grounds.programme.pk

    def test_is_of_who_steers_the_programme(self, grounds):
        for by in ("home", "host", "team"):
            with pytest.raises(NotAllowed):
                stand_down_incident(
                    incident=grounds.incident, document="D", actor=grounds.actors[by],
                    now=grounds.now,
                )  # fmt: skip

        with acting(grounds.actors["home"]):
            assert Incident.objects.get().stood_down_at is None

    def test_changes_its_level_for_a_reason_until_it_is_stood_down_once(self, grounds):
        said = {
            "incident": grounds.incident, "actor": grounds.actors["coordinator"],
            "now": grounds.now,
        }  # fmt: skip
        with pytest.raises(ReasonMissing):
            change_level(level=2, reason=" ", **said)
        assert change_level(level=2, reason="It spreads less", **said).level == 2
        with pytest.raises(InvalidInput):
            stand_down_incident(document="", **said)
        stood_down = stand_down_incident(document="End", **said)

        assert stood_down.stood_down_by_id == grounds.actors["coordinator"].person_id
        for again in (
            lambda: stand_down_incident(document="End", **said),
            lambda: change_level(level=3, reason="Why", **said),
        ):
            with pytest.raises(StoodDown):
                again()

    def test_is_never_activated_without_a_document_past_the_program(self, grounds):
        with acting(grounds.actors["coordinator"]):
            kept = Incident.objects.get()
            kept.document = ""
            with pytest.raises(IntegrityError), transaction.atomic():
                kept.save()
            assert Incident.objects.get().document == "Notice of 10 February"


class TestNeed:
    """§E4."""

    def _enter(self, grounds, by="host", place="huanggang", **more):
        said = {"kind": "medical", "heads": 10, "starts_on": date(2020, 2, 12), **more}
        return enter_need(
            incident=grounds.incident, place=place, actor=grounds.actors[by], now=grounds.now,
            **said,
        )  # fmt: skip

    def test_is_verified_by_another_person_of_the_coordinator(self, grounds, workspace):
        place = workspace.organisations["huanggang"]
        need = self._enter(grounds, "coordinator", place)
        with pytest.raises(OwnNeed):
            verify_need(need=need, actor=grounds.actors["coordinator"], now=grounds.now)
        with pytest.raises(NotAllowed):
            verify_need(need=need, actor=grounds.actors["host"], now=grounds.now)

        verify_need(need=need, actor=grounds.actors["second"], now=grounds.now)

        with acting(grounds.actors["home"]):
            assert state_of_need(need, grounds.now) == "verified"
        with pytest.raises(NeedNotOpen):
            verify_need(need=need, actor=grounds.actors["second"], now=grounds.now)

    def test_is_entered_by_its_place_or_the_coordinator(self, grounds, workspace):
        with pytest.raises(PlaceElsewhere):
            self._enter(grounds, "host", workspace.organisations["nyingchi"])
        with pytest.raises(PlaceElsewhere):
            self._enter(grounds, "coordinator", workspace.organisations["office"])
        with pytest.raises(NotAllowed):
            self._enter(grounds, "home", workspace.organisations["huanggang"])

        need = self._enter(grounds, "host", workspace.organisations["huanggang"])
        assert need.tenant_id == need.place_id

    def test_makes_sense(self, grounds, workspace):
        with pytest.raises(InvalidInput) as refused:
            self._enter(
                grounds, "host", workspace.organisations["huanggang"], heads=0, kind=" ",
                until=date(2020, 2, 12), skills={"nurse": -1},
            )  # fmt: skip
        with pytest.raises(InvalidInput) as more:
            self._enter(
                grounds, "host", workspace.organisations["huanggang"], heads=3,
                skills={"nurse": 3, "doctor": 1},
            )  # fmt: skip

        assert sorted(fault.code for fault in refused.value.faults) == [
            "emergencies.ends_before_it_starts", "people.skills_unfit", "regions.out_of_range",
            "regions.value_missing",
        ]  # fmt: skip
        assert [fault.code for fault in more.value.faults] == ["people.more_skills_than_heads"]

    def test_expires_and_is_prolonged_by_its_author_for_a_reason(self, grounds, workspace):
        place = workspace.organisations["huanggang"]
        need = self._enter(grounds, "host", place, expires_on=date(2020, 2, 11))
        later = grounds.now + timedelta(days=1)
        with acting(grounds.actors["host"]):
            assert state_of_need(need, later) == "expired"
        said = {"need": need, "expires_on": date(2020, 2, 20), "now": later}
        with pytest.raises(NotOwner):
            prolong_need(reason="Still", actor=grounds.actors["coordinator"], **said)
        with pytest.raises(ReasonMissing):
            prolong_need(reason="", actor=grounds.actors["host"], **said)

        prolong_need(reason="Still needed", actor=grounds.actors["host"], **said)

        with acting(grounds.actors["host"]):
            assert state_of_need(Need.objects.get(pk=need.pk), later) == "open"

    def test_is_withdrawn_by_its_author_once(self, grounds):
        said = {"need": grounds.need, "reason": "Enough", "now": grounds.now}
        with pytest.raises(NotOwner):
            withdraw_need(actor=grounds.actors["coordinator"], **said)
        withdraw_need(actor=grounds.actors["host"], **said)

        with pytest.raises(NeedNotOpen):
            withdraw_need(actor=grounds.actors["host"], **said)
        with acting(grounds.actors["host"]):
            assert state_of_need(Need.objects.get(), grounds.now) == "withdrawn"


class TestFill:
    """§E4: worked by hand."""

    def test_counts_from_the_agreement_until_the_release(self, grounds):
        deployment = grounds.ask(said={"heads": 60}).deployment
        asked = _need(grounds)
        grounds.send(deployment, "agreed")
        bound = _need(grounds)
        other = grounds.ask("other", said={"heads": 40}).deployment
        grounds.actors["home"], first = grounds.actors["other"], grounds.actors["home"]
        grounds.take("consult", "home", other)
        grounds.take("agree", "host", other, document="A 2")
        full = _need(grounds)
        grounds.actors["home"] = first

        assert (asked.fill, asked.bound, asked.asked) == ("unfilled", 0, 60)
        assert (bound.fill, bound.bound, bound.asked) == ("partly_filled", 60, 0)
        assert (full.fill, full.bound, full.on_duty) == ("filled", 100, 0)
        # Both tours end on the 26th, the need a fortnight later.
        assert full.gaps == (Gap(first=date(2020, 2, 26), until=date(2020, 3, 11), lacking=100),)
        # On the 27th nobody is left.
        assert _need(grounds, day=date(2020, 2, 27)).fill == "unfilled"

    def test_is_told_to_who_reads_all_of_it(self, grounds):
        grounds.send(grounds.ask(said={"heads": 60}).deployment, "agreed")

        known = {by: _need(grounds, by).fill for by in ("coordinator", "host", "home", "other")}

        assert known == {
            "coordinator": "partly_filled", "host": "partly_filled", "home": None, "other": None,
        }  # fmt: skip
        with acting(grounds.actors["other"]):
            (place,) = situation(grounds.incident, _as_of(grounds)).places
        assert (place.needed, place.bound, place.on_duty) == (100, None, None)

    def test_sums_a_place_and_its_states(self, grounds):
        grounds.send(grounds.ask(said={"heads": 60}).deployment)
        with acting(grounds.actors["coordinator"]):
            found = situation(grounds.incident, _as_of(grounds))

        assert found.states == {"on_duty": 1}
        assert [(each.needed, each.bound, each.on_duty) for each in found.places] == [(100, 60, 60)]
        assert found.last_change == grounds.now

    @pytest.mark.parametrize("by", ["coordinator", "home", "other", "host"])
    def test_has_the_same_figures_with_and_without_every_deployment(self, grounds, by):
        for until in ("consulted", "agreed", "on_duty", "returned"):
            grounds.send(grounds.ask(said={"heads": 20}).deployment, until)
        grounds.ask(said={"heads": 7, "answer_by": grounds.now + timedelta(hours=1)})
        grounds.now += timedelta(hours=2)
        with acting(grounds.actors[by]):
            whole, figures = (
                ask(grounds.incident, _as_of(grounds)) for ask in (situation, outline)
            )
        (place,), (brief,) = whole.places, figures.places
        names = [column.name for column in fields(brief.needs[0])]
        assert [getattr(brief.needs[0], name) for name in names] == [
            getattr(place.needs[0], name) for name in names
        ]
        assert (brief.needed, brief.bound, brief.on_duty) == (
            place.needed,
            place.bound,
            place.on_duty,
        )
        assert (figures.states, figures.last_change) == (whole.states, whole.last_change)
        sees_all = by != "other"
        assert ("expired" in figures.states) == sees_all
        assert brief.on_duty == (20 if by in {"coordinator", "host"} else None)

    def test_is_told_as_it_was_known(self, grounds):
        before = grounds.now
        grounds.send(grounds.ask().deployment)
        with acting(grounds.actors["coordinator"]):
            then = situation(grounds.incident, AsOf(true_on=date(2020, 2, 12), known_at=before))

        assert then.states == {"assigned": 1}

    def test_lists_the_needs_that_lack_people(self, grounds):
        with acting(grounds.actors["coordinator"]):
            (lacking,) = gaps(grounds.incident, _as_of(grounds))

        assert lacking.gaps == (Gap(first=FEB[11], until=date(2020, 3, 11), lacking=100),)


class TestCover:
    """§E10: tours of 10 days by hand."""

    def test_counts_a_successor_when_the_other_has_gone(self):
        cover = Cover(
            [
                Tour(deployment_id=ONE, heads=10, starts_on=FEB[0], ends_on=FEB[10]),
                Tour(
                    deployment_id=TWO, heads=8, starts_on=FEB[8], ends_on=FEB[20], relieves_id=ONE
                ),
                Tour(
                    deployment_id=THREE, heads=8, starts_on=FEB[22], ends_on=FEB[30],
                    relieves_id=TWO,
                ),
            ]
        )  # fmt: skip

        assert [cover.heads_on(FEB[day]) for day in (0, 8, 9, 10, 19, 20, 22)] == [
            10, 10, 10, 8, 8, 0, 8,
        ]  # fmt: skip
        assert cover.list_hand_overs() == [
            HandOver(deployment_id=ONE, successor_id=TWO, overlap_days=2, gap_days=0),
            HandOver(deployment_id=TWO, successor_id=THREE, overlap_days=0, gap_days=2),
        ]
        assert cover.list_gaps(9, FEB[0], FEB[23]) == [
            Gap(first=FEB[10], until=FEB[20], lacking=1),
            Gap(first=FEB[20], until=FEB[22], lacking=9),
            Gap(first=FEB[22], until=FEB[23], lacking=1),
        ]
        assert cover.most_heads(FEB[10], FEB[23]) == 8

    def test_counts_no_successor_while_no_end_of_the_other_is_known(self):
        cover = Cover(
            [
                Tour(deployment_id=ONE, heads=10, starts_on=FEB[0]),
                Tour(deployment_id=TWO, heads=10, starts_on=FEB[9], relieves_id=ONE),
            ]
        )

        assert cover.most_heads(FEB[0], FEB[59]) == 10
        assert cover.list_hand_overs() == []

    @pytest.mark.parametrize("seed", range(20))
    def test_counts_as_one_does_on_fingers(self, seed):
        chance = Random(seed)
        tours = [
            Tour(
                deployment_id=UUID(int=number),
                heads=chance.randint(0, 9),
                starts_on=FEB[start := chance.randint(0, 40)],
                ends_on=chance.choice([None, FEB[start + chance.randint(0, 15)]]),
                relieves_id=chance.choice([None, UUID(int=chance.randint(1, 20))]),
            )
            for number in range(1, chance.randint(1, 12))
        ]
        ends = {tour.deployment_id: tour.ends_on for tour in tours}

        def is_there(tour, day):
            has_begun = tour.starts_on <= day and (tour.ends_on is None or day < tour.ends_on)
            if tour.relieves_id not in ends:
                return has_begun
            gone = ends[tour.relieves_id]
            return has_begun and gone is not None and gone <= day

        counted = [sum(tour.heads for tour in tours if is_there(tour, day)) for day in FEB]
        cover = Cover(tours)
        assert [cover.heads_on(day) for day in FEB] == counted
        assert cover.most_heads(FEB[7], FEB[33]) == max(counted[7:33])


class TestInbox:
    """§E5: what waits for whom."""

    def test_holds_every_deployment_whose_state_waits_for_the_side(self, grounds):
        sides = {"coordinator": "coordinator", "home": "home", "host": "host"}
        for until in (
            "consulted",
            "agreed",
            "ordered",
            "arrived",
            "on_duty",
            "released",
            "returned",
        ):
            grounds.send(grounds.ask(said={"heads": 5}).deployment, until)
        grounds.ask("other", said={"heads": 5})
        grounds.ask(said={"heads": 5, "answer_by": grounds.now + timedelta(hours=1)})
        grounds.now += timedelta(hours=2)
        found = {}
        for side, by in sides.items():
            actor = grounds.actors[by]
            with acting(actor):
                items = inbox(actor.organisation_id, grounds.now)
            found[side] = [(item.standing.state, *item.events) for item in items]
        assert found == {
            "coordinator": [("returned", "close")],
            "home": [("agreed", "order"), ("ordered", "mobilise"), ("arrived", "begin_duty"),
                     ("released", "return"), ("returned", "claim")],
            "host": [("consulted", "agree", "decline"), ("arrived", "begin_duty")],
        }  # fmt: skip

    def test_holds_what_a_side_has_to_answer(self, grounds, workspace):
        def waiting(by):
            actor = grounds.actors[by]
            with acting(actor):
                items = inbox(actor.organisation_id, grounds.now)
            return [(item.kind, item.events) for item in items]

        deployment = grounds.ask().deployment
        assert waiting("home") == [("step", ("consult", "decline"))]
        assert (waiting("host"), waiting("coordinator")) == ([], [])
        grounds.send(deployment)
        grounds.take("ask_extension", "host", deployment, ends_on=date(2020, 3, 1))
        grounds.take("ask", "team", deployment, text="Where do we sleep?")

        assert waiting("home") == [("question", ("extend", "refuse_extension"))]
        assert waiting("host") == [("question", ("inform",))]
        enter_need(
            incident=grounds.incident, place=workspace.organisations["nyingchi"], kind="medical",
            heads=1, starts_on=date(2020, 2, 12), actor=grounds.actors["elsewhere"],
            now=grounds.now,
        )  # fmt: skip
        assert waiting("coordinator") == [("question", ("inform",)), ("verify", ("verify_need",))]
        grounds.take("inform", "host", deployment, text="In the school")
        assert waiting("host") == []
