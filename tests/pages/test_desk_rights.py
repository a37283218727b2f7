"""Who sees the desk, who acts on it, in which language, with how many queries."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.grounds import ground

from records.desk import open_desk
from tiebeam.apps.pairings.operations.plans import store_plan
from tiebeam.apps.pairings.operations.signing import adopt_plan
from tiebeam.apps.pairings.queries.variants import effective_scenario
from tiebeam.apps.programmes.operations.participants import add_participant
from tiebeam.apps.regions.operations import create_organisation
from tiebeam.core.pairing.solver import solve_pairing
from tiebeam.platform.identity.operations import assign_role, create_person
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.grants import grant_reading

READING = ("desk_variant", "desk_cell", "desk_answers", "desk_progress")
FORMS = ("desk_adopt", "desk_rename", "desk_copy", "desk_change", "desk_by_hand", "desk_what_if")
ACTS = ("desk_solve", "desk_stop", "desk_lock", "desk_unlock", "desk_ask")
WAYS_IN = ("desk_build", "desk_upload", "desk_case")
PAIR = {"donor": "fujian", "recipient": "nyingchi"}
CODE = re.compile(r"\[[a-z_]+\.[a-z_.]+\]")


@pytest.fixture
@ground
def desk(workspace, coordinator, now):
    return open_desk(workspace, coordinator, now)


@pytest.fixture
def solved(desk):
    variant = desk.variant()
    with acting(desk.coordinator):
        plan = solve_pairing(effective_scenario(variant))
    return store_plan(variant=variant, plan=plan, actor=desk.coordinator, now=desk.now)


@pytest.fixture
def shown_to_fujian(desk, solved):
    """Let Fujian read the scenario and what belongs to it."""
    with acting(desk.coordinator):
        grant_reading(
            actor=desk.coordinator,
            scope_id=solved.scope_id,
            organisation_ids=[desk.organisations["fujian"]],
            role="participant",
            valid_from=timezone.localdate(desk.now),
        )
    return solved


def addresses(desk, variant):
    named = [reverse(name, args=[variant.pk]) for name in (*READING, *FORMS)]
    ways = [reverse(name, args=[desk.round.pk]) for name in (*WAYS_IN, "desk_round")]
    plain = [reverse(name) for name in ("desk", "desk_tools", "desk_cases")]
    scenario = reverse("desk_scenario", args=[variant.scenario_id])
    compare = f"{reverse('desk_compare')}?a={variant.pk}&b={variant.pk}"
    files = [reverse(name, args=[variant.pk]) for name in ("desk_report", "desk_plan_file")]
    return [*named, *ways, *plain, *files, scenario, compare]


def bare(answer):
    """Return the body without the sign of the form, which is another each time."""
    return re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode())


class TestStranger:
    def test_is_asked_to_sign_in(self, as_nobody, desk, solved):
        for address in addresses(desk, solved):
            answer = as_nobody.get(address, PAIR)
            assert answer.status_code == 302, address
            assert "/login/" in answer.headers["Location"]


class TestAnotherOrganisation:
    def test_finds_nothing(self, as_fujian, solved):
        for name in (*READING, *FORMS):
            answer = as_fujian.get(reverse(name, args=[solved.pk]), PAIR)
            missing = as_fujian.get(reverse(name, args=[uuid4()]), PAIR)
            assert answer.status_code == missing.status_code == 404, name
            assert bare(answer) == bare(missing)


class TestReader:
    def test_sees_what_is_shown_without_forms(self, as_fujian, shown_to_fujian):
        address = reverse("desk_variant", args=[shown_to_fujian.pk])

        shown = as_fujian.get(address, PAIR).content.decode()

        assert "proven optimal" in shown
        for name in (*FORMS, *ACTS):
            assert reverse(name, args=[shown_to_fujian.pk]) not in shown

    def test_finds_the_round_on_the_desk(self, as_fujian, shown_to_fujian):
        assert "First" in as_fujian.get(reverse("desk")).content.decode()

    def test_is_given_no_form(self, as_fujian, shown_to_fujian, desk):
        for name in FORMS:
            address = reverse(name, args=[shown_to_fujian.pk])
            assert as_fujian.get(address).status_code == 404
        for name in WAYS_IN:
            address = reverse(name, args=[desk.round.pk])
            assert as_fujian.get(address).status_code == 404

    def test_cannot_act(self, as_fujian, shown_to_fujian):
        given = {**PAIR, "time_limit_s": "5", "reason": "x", "lock": "in", "question": "exact"}
        for name in ("desk_solve", "desk_lock", "desk_ask"):
            answer = as_fujian.post(reverse(name, args=[shown_to_fujian.pk]), given)
            assert answer.status_code in {403, 409}, name


class TestOverseer:
    @pytest.fixture
    def as_auditor(self, workspace, admin, desk, sign_in, now):
        """Somebody of an audit office, which joins the programme after its list was drafted."""
        office = create_organisation(
            name_en="Audit office", name_zh="审计机关", kind="office", actor=admin, now=now
        )
        person = create_person(
            email="audit@example.org", name="Auditor", language="en", actor=admin, now=now
        )
        given = {
            "actor": admin,
            "now": now,
            "valid_from": timezone.localdate(now),
            "role": Role.AUDITOR,
        }
        assign_role(person=person, organisation_id=office.pk, **given)
        workspace.people["audit"] = person
        add_participant(
            programme=desk.programme,
            organisation=office,
            side="auditor",
            actor=desk.coordinator,
            now=now,
        )
        return sign_in("audit")

    @pytest.fixture
    def issued(self, desk, solved):
        for actor in (desk.coordinator, desk.deputy):
            given = {"in_force_from": timezone.localdate(desk.now), "actor": actor, "now": desk.now}
            made = adopt_plan(variant=solved, without_opinions_because="Haste", **given)
        return made

    def test_sees_which_plan_of_which_scenario_a_list_came_from(
        self, as_auditor, issued, solved, as_fujian
    ):
        address = reverse("list_version", args=[issued.pk])
        places = [
            reverse("desk_variant", args=[solved.pk]),
            reverse("desk_scenario", args=[solved.scenario_id]),
        ]
        shown = as_auditor.get(address).content.decode()
        for place in places:
            assert place in shown
            assert as_auditor.get(place).status_code == 200
        assert f"As computed (plan {issued.plan_sha256[:12]})" in shown
        seen_by_a_donor = as_fujian.get(address)
        assert seen_by_a_donor.status_code == 200
        assert not any(place in seen_by_a_donor.content.decode() for place in places)

    def test_finds_the_desk_filled_and_without_forms(self, as_auditor, solved, desk):
        assert "First" in as_auditor.get(reverse("desk")).content.decode()
        for name in ("desk_round", "desk_scenario", "desk_variant"):
            key = {"desk_round": desk.round.pk, "desk_scenario": solved.scenario_id}
            address = reverse(name, args=[key.get(name, solved.pk)])
            shown = as_auditor.get(address).content.decode()
            assert '<form method="post" class="tools' not in shown
            assert not any(reverse(form, args=[solved.pk]) in shown for form in (*FORMS, *ACTS))
        for name in FORMS:
            assert as_auditor.get(reverse(name, args=[solved.pk])).status_code == 404


class TestMethod:
    def test_that_is_wrong_is_refused(self, as_coordinator, solved):
        for name in ACTS:
            assert as_coordinator.get(reverse(name, args=[solved.pk])).status_code == 405
        for name in READING:
            assert as_coordinator.post(reverse(name, args=[solved.pk])).status_code == 405


class TestLanguage:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_has_words_for_everything(self, sign_in, desk, solved, language):
        client = sign_in("office", language)
        for address in addresses(desk, solved):
            answer = client.get(address, PAIR if "?" not in address else None)
            if "Content-Disposition" not in answer.headers:
                assert CODE.findall(answer.content.decode()) == [], address


class TestQueries:
    def test_are_few(self, as_coordinator, desk, solved):
        most = {}
        for address in addresses(desk, solved):
            as_coordinator.get(address, PAIR if "?" not in address else None)
            with CaptureQueriesContext(connection) as asked:
                as_coordinator.get(address, PAIR if "?" not in address else None)
            most[address] = len(asked)
        assert max(most.values()) <= 25, most
