"""The worked example of five years by API alone: two people on each side, the same balances (issue 4, done when)."""

from uuid import UUID, uuid5

import pytest
from django.test import Client

from ledger_examples import Example, Step, load_example
from records.ledger_people import make_people
from tiebeam.core.ledger.events import KINDS

RECORD_CODES = {"ledger.follows_too_much": "ledger.more_than_left"}


class Side:
    """Maker and checker of one side, each with a token."""

    def __init__(self, maker: str, checker: str) -> None:
        self.maker, self.checker = (
            Client(headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"})
            for secret in (maker, checker)
        )

    def post(self, key: UUID, verb: str, body: dict) -> dict:
        """Propose as one person, post as the other; return the answer of what went wrong, or of the batch."""
        body = {**body, "key": str(key)}
        answer = self._ask(self.maker, verb, body)
        if "records" not in answer:
            return answer
        return self._ask(self.checker, "post-proposal", {"proposal_id": answer["records"][0]["id"]})

    def balances(self) -> dict[tuple[str, int, str], int]:
        """Return what the accounts of the own book hold."""
        held = {}
        for item in self.maker.get("/api/v1/ledger/accounts?limit=500").json()["items"]:
            values = item["values"]
            if values["balance"]:
                held[values["code"], values["year"], values["unit"]] = values["balance"]
        return held

    def trial(self, pairing: str, **asked: str) -> dict:
        """Return what the interface answers of the books of a pair as of two dates."""
        asking = {"pairing_id": pairing, **asked}
        return self.maker.get("/api/v1/questions/trial-balance", asking).json()["answer"]

    @staticmethod
    def _ask(client: Client, verb: str, body: dict) -> dict:
        answer = client.post(f"/api/v1/ledger/{verb}", body, content_type="application/json")
        return answer.json()


class Journey:
    """The pairing, as its sides meet it through the interface."""

    def __init__(self, people) -> None:
        self.pairing = str(people.grounds.pairing.pk)
        self.agreement = str(people.grounds.agreement.pk)
        self.programme = str(people.grounds.programme.pk)
        self.sides = {
            name: Side(people.makers[name], people.checkers[name]) for name in people.makers
        }
        self.keys: dict[str, UUID] = {}

    def fix_years(self, example: Example) -> None:
        for year, said in example.years.items():
            body = {"programme_id": self.programme, "year": year, **said}
            coordinator = self.sides["coordinator"].maker
            answer = coordinator.post(
                "/api/v1/ledger/set-programme-year", body, content_type="application/json"
            )
            assert answer.status_code == 200, answer.content.decode()

    def take(self, step: Step, number: int) -> dict:
        key = uuid5(UUID(self.pairing), step.name or f"{step.kind} {number}")
        if step.kind == "close":
            body = {
                "pairing_id": self.pairing,
                "year": step.on.year,
                "carries_appropriated": step.terms["carried"].get("B120", True),
            }
            return self.sides[step.side].post(key, "propose-year-end", body)
        terms = {
            "kind": step.kind,
            "valid_on": step.on.isoformat(),
            "document": "DEMO 1",
            **step.terms,
        }
        if "beyond_due" in terms:
            terms["is_beyond_due"] = terms.pop("beyond_due")
        if step.follows:
            terms["follows_id"] = str(self.keys[step.follows])
        if KINDS[step.kind].names_agreement:
            terms |= {"agreement_id": self.agreement, "purpose": "education"}
        self.keys[step.name] = key
        side = self.sides[KINDS[step.kind].by]
        return side.post(key, "propose", {"pairing_id": self.pairing, "terms": terms})


@pytest.fixture
def journey(workspace):
    return Journey(make_people(workspace))


class TestFiveYears:
    def test_leave_by_api_the_balances_worked_by_hand(self, journey):
        example = load_example("five-years")
        journey.fix_years(example)

        for number, step in enumerate(example.steps):
            answer = journey.take(step, number)
            assert "records" in answer, (step, answer)

        held = journey.sides["donor"].balances() | journey.sides["recipient"].balances()
        assert held == example.balances
        told = journey.sides["donor"].trial(journey.pairing)
        assert {
            (line["code"], line["year"], line["unit"]): line["balance"] for line in told["lines"]
        } == journey.sides["donor"].balances()
        assert told["is_final"] is False
        known = journey.sides["donor"].trial(journey.pairing, known_at="2020-01-01T00:00:00Z")
        assert (known["lines"], known["is_final"]) == ([], True)
        for number, step in enumerate(example.refused, start=len(example.steps)):
            assert journey.take(step, number)["code"] == RECORD_CODES.get(step.code, step.code)
        assert journey.sides["donor"].balances() | journey.sides["recipient"].balances() == held
