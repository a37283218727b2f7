"""
A programme from returns to re-pairing, by API alone: two donors, two recipients.

Fujian and Hunan offer nurses, Nyingchi and Huanggang need them; the coordinator
builds, solves, locks, hears both sides, signs with a second person, adopts; a
pair signs its agreement; a second list re-pairs and opens a hand-over; an
auditor reads who did what.
"""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tiebeam.platform.identity.operations import assign_role, create_person
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty

NURSES = {
    "id": "nurse",
    "name_en": "Nurses",
    "name_zh": "护士",
    "unit": "person",
    "lot": "1",
    "weight": "1",
}


class Caller:
    """A client that expects its calls to succeed."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def do(self, operation: str, **body: object) -> dict:
        """Call an operation and return its first record's values, with its id."""
        answer = self.client.post(f"/api/v1/{operation}", body, content_type="application/json")
        assert answer.status_code == 200, (operation, answer.content.decode())
        records = answer.json()["records"]
        return records[0]["values"] | {"id": records[0]["id"]} if records else {}

    def ask(self, question: str, **query: object):
        """Ask a question and return the answer."""
        answer = self.client.get(f"/api/v1/questions/{question}", query)
        assert answer.status_code == 200, (question, answer.content.decode())
        return answer.json()["answer"]

    def refused(self, operation: str, **body: object) -> str:
        """Return the code with which an operation is refused."""
        answer = self.client.post(f"/api/v1/{operation}", body, content_type="application/json")
        assert answer.status_code in {403, 404, 409, 422}, answer.content
        return answer.json()["code"]


@pytest.fixture
def second_coordinator(workspace, admin, now) -> Actor:
    office = workspace.organisations["office"]
    person = create_person(
        email="second@example.org", name="Second", language="en", actor=admin, now=now
    )
    assign_role(
        person=person,
        organisation_id=office.pk,
        role=Role.COORDINATOR,
        valid_from=timezone.localdate(now),
        actor=admin,
        now=now,
    )
    return Actor(
        person_id=person.pk,
        organisation_id=office.pk,
        duties=frozenset({Duty(Role.COORDINATOR)}),
    )


@pytest.fixture
def auditor(workspace, admin, now) -> Actor:
    from tiebeam.apps.regions.operations import create_organisation

    office = create_organisation(
        name_en="Audit office", name_zh="审计署", kind="office", actor=admin, now=now
    )
    person = create_person(
        email="audit@example.org", name="Auditor", language="en", actor=admin, now=now
    )
    assign_role(
        person=person,
        organisation_id=office.pk,
        role=Role.AUDITOR,
        valid_from=timezone.localdate(now),
        actor=admin,
        now=now,
    )
    return Actor(
        person_id=person.pk, organisation_id=office.pk, duties=frozenset({Duty(Role.AUDITOR)})
    )


def work() -> None:
    call_command("db_worker", batch=True, interval=0, reload=False, startup_delay=False)


@pytest.mark.django_db(transaction=True)
def test_programme_runs_from_returns_to_re_pairing(  # noqa: PLR0915  # one journey, told in order
    workspace,
    call_as,
    coordinator,
    second_coordinator,
    auditor,
    fujian,
    hunan,
    nyingchi,
    huanggang,
):
    office, second, audit = (
        Caller(call_as(actor)) for actor in (coordinator, second_coordinator, auditor)
    )
    parties = {
        name: Caller(call_as(actor))
        for name, actor in (
            ("fujian", fujian),
            ("hunan", hunan),
            ("nyingchi", nyingchi),
            ("huanggang", huanggang),
        )
    }
    ids = {name: str(row.pk) for name, row in workspace.organisations.items()}
    today = timezone.localdate()

    # A programme, its parties, a round.
    programme = office.do("programmes/create-programme", slug="trial", name_zh="演练")
    sides = {"fujian": "donor", "hunan": "donor", "nyingchi": "recipient", "huanggang": "recipient"}
    for name, side in sides.items():
        office.do(
            "programmes/add-participant",
            programme_id=programme["id"],
            organisation_id=ids[name],
            side=side,
        )
    office.do(
        "programmes/add-participant",
        programme_id=programme["id"],
        organisation_id=str(auditor.organisation_id),
        side="auditor",
    )
    opened = office.do(
        "programmes/open-round",
        programme_id=programme["id"],
        name_en="First",
        name_zh="第一轮",
        starts_on=str(today),
        returns_due_on=str(today + timedelta(days=7)),
        resources=[NURSES],
    )

    # Returns: one is sent back and handed in again.
    quantities = {"fujian": 60, "hunan": 40, "nyingchi": 50, "huanggang": 80}
    for name, side in sides.items():
        started = parties[name].do("programmes/start-return", of_round_id=opened["id"], side=side)
        parties[name].do(
            "programmes/enter-lines",
            of_return_id=started["id"],
            lines=[{"resource": "nurse", "quantity": str(quantities[name])}],
        )
        parties[name].do("programmes/submit-return", of_return_id=started["id"])
        if name == "hunan":
            office.do(
                "programmes/decide-return",
                of_return_id=started["id"],
                is_accepted=False,
                reason="Which hospitals?",
            )
            parties[name].do("programmes/submit-return", of_return_id=started["id"])
        office.do("programmes/decide-return", of_return_id=started["id"], is_accepted=True)
    assert {row["state"] for row in office.ask("returns", round_id=opened["id"])} == {"accepted"}

    # Build, solve, lock, solve again: the lock holds.
    built = office.do(
        "pairings/build-scenario",
        round_id=opened["id"],
        name="Build 1",
        policy={"levels": ["coverage", "partners"]},
    )
    variant = office.do("pairings/create-variant", scenario_id=built["id"], name="A")
    office.do("pairings/solve-variant", variant_id=variant["id"])
    work()
    first = office.ask("plan", variant_id=variant["id"])
    assert first["plan"]["status"] == "optimal"
    office.do(
        "pairings/set-lock",
        variant_id=variant["id"],
        donor="fujian",
        recipient="huanggang",
        must_be=False,
        reason="Fujian stays with Nyingchi",
    )
    assert office.ask("plan", variant_id=variant["id"])["is_stale"]
    office.do("pairings/solve-variant", variant_id=variant["id"])
    work()
    locked = office.ask("plan", variant_id=variant["id"])
    assert not locked["is_stale"]
    pairs = {(pair["donor"], pair["recipient"]) for pair in locked["plan"]["pairs"]}
    # Both recipients must have a partner, and Fujian may not serve Huanggang.
    assert ("hunan", "huanggang") in pairs
    assert ("fujian", "huanggang") not in pairs

    # A list: opinions of both sides, two signatures, issued.
    drafted = office.do("pairings/draft-list", round_id=opened["id"], variant_id=variant["id"])
    office.do("pairings/send-for-opinion", pair_list_id=drafted["id"], due_on=str(today))
    parties["fujian"].do("pairings/give-opinion", pair_list_id=drafted["id"], reply="agree")
    objection = parties["huanggang"].do(
        "pairings/give-opinion", pair_list_id=drafted["id"], reply="object", text="Too few nurses"
    )
    assert office.refused("pairings/sign-list", pair_list_id=drafted["id"]).startswith("pairings.")
    for name in ("hunan", "nyingchi"):
        parties[name].do("pairings/give-opinion", pair_list_id=drafted["id"], reply="agree")
    for row in office.ask("opinions", pair_list_id=drafted["id"])["unanswered"]:
        office.do(
            "pairings/answer-opinion",
            opinion_id=row["id"],
            is_followed=False,
            text="All capacity is given.",
        )
    assert objection["reply"] == "object"
    office.do("pairings/sign-list", pair_list_id=drafted["id"])
    assert office.refused("pairings/sign-list", pair_list_id=drafted["id"]).startswith("pairings.")
    second.do("pairings/sign-list", pair_list_id=drafted["id"])
    office.do("pairings/issue-list", pair_list_id=drafted["id"], in_force_from=str(today))
    answer = parties["huanggang"].ask("who-answers", recipient_id=ids["huanggang"])
    assert [row["pairing"]["values"]["donor_id"] for row in answer] == [ids["hunan"]]

    # The pair agrees: nobody else sees it.
    pairing = answer[0]["pairing"]["id"]
    agreement = parties["hunan"].do(
        "pairings/draft-agreement",
        pairing_id=pairing,
        kind="annual",
        title="Hunan and Huanggang",
        text="Forty nurses.",
        starts_on=str(today),
        ends_on=str(today + timedelta(days=365)),
    )
    parties["hunan"].do("pairings/ask-for-review", agreement_id=agreement["id"])
    assert parties["fujian"].refused(
        "pairings/sign-agreement", agreement_id=agreement["id"], text_sha256="x"
    )
    text = parties["huanggang"].ask("agreement", agreement_id=agreement["id"])
    assert text["state"] == "under_review"
    for name in ("huanggang", "hunan"):
        parties[name].do(
            "pairings/sign-agreement",
            agreement_id=agreement["id"],
            text_sha256=text["text_sha256"],
        )
    assert (
        parties["huanggang"].ask("agreement", agreement_id=agreement["id"])["state"]
        == "signed_by_both"
    )

    # A second list moves Hunan; what the ended pair leaves open is handed over.
    again = office.do(
        "pairings/draft-list-by-hand",
        round_id=opened["id"],
        lines=[
            {"donor": ids["fujian"], "recipient": ids["huanggang"], "is_lead": True},
            {"donor": ids["hunan"], "recipient": ids["nyingchi"], "is_lead": True},
        ],
    )
    unheard = office.refused("pairings/sign-list", pair_list_id=again["id"])
    assert unheard == "pairings.not_sent_for_opinion"
    office.do(
        "pairings/sign-list",
        pair_list_id=again["id"],
        without_opinions_because="The epidemic does not wait",
    )
    second.do("pairings/sign-list", pair_list_id=again["id"])
    office.do(
        "pairings/issue-list",
        pair_list_id=again["id"],
        in_force_from=str(today + timedelta(days=1)),
    )
    compared = office.ask("list-comparison", earlier_id=drafted["id"], later_id=again["id"])
    assert compared["ended"] or compared["moved"]
    ending = office.do("pairings/open-hand-over", ending_id=pairing, successor_id=None)
    assert office.refused("pairings/sign-hand-over", hand_over_id=ending["id"])
    for row in office.ask("hand-over", hand_over_id=ending["id"]):
        if row["line"]["values"]["items_count"] is None:
            office.do(
                "pairings/answer-line",
                line_id=row["line"]["id"],
                items_count=0,
                statement="None, by letter of the finance office",
            )
    office.do("pairings/sign-hand-over", hand_over_id=ending["id"])

    # The auditor reads who did what.
    history = audit.client.get(f"/api/v1/pairings/pair-lists/{drafted['id']}/history").json()
    assert {
        "pairings.draft_list",
        "pairings.send_for_opinion",
        "pairings.sign_list",
        "pairings.issue_list",
    } <= {line["action"] for line in history}
    signers = {line["person_id"] for line in history if line["action"] == "pairings.sign_list"}
    assert signers == {str(coordinator.person_id), str(second_coordinator.person_id)}
