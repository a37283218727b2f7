"""What a program sends to the ledger is taken as it was meant, or not at all."""

from uuid import uuid4

import pytest

from records.ledger_grounds import make_grounds
from tiebeam.apps.ledger.queries.obligations import ILLUSTRATIVE

PROPOSE = "/api/v1/ledger/propose"
TERMS = {"kind": "obligation", "valid_on": "2020-03-01", "amount": 5, "document": "x"}


@pytest.fixture
def grounds(workspace):
    found = make_grounds(workspace)
    found.fix_year(2020)
    return found


@pytest.fixture
def send(grounds, call_as):
    client = call_as(grounds.makers["coordinator"])

    def propose(**terms):
        body = {
            "pairing_id": str(grounds.pairing.pk),
            "key": str(uuid4()),
            "terms": {**TERMS, **terms},
        }
        return client.post(PROPOSE, body, content_type="application/json")

    return propose


class TestTerms:
    def test_are_proposed_as_they_were_sent(self, send):
        answer = send()

        assert answer.status_code == 200, answer.content
        assert answer.json()["records"][0]["values"]["amount"] == 5

    @pytest.mark.parametrize(
        "terms",
        [{"amount": True}, {"amount": 5.5}, {"amount": "NaN"}, {"amout": 5}, {"valid_on": 1}],
    )
    def test_that_mean_nothing_or_two_things_are_not_taken(self, send, terms):
        assert send(**terms).status_code == 422

    @pytest.mark.parametrize(
        ("code", "terms"),
        [
            ("ledger.amount_out_of_range", {"amount": 0}),
            ("ledger.amount_out_of_range", {"amount": 10**15 + 1}),
            ("ledger.unknown_kind", {"kind": "gift"}),
            ("ledger.year_not_set", {"valid_on": "2019-01-01"}),
            ("ledger.day_ahead", {"valid_on": "2999-12-31"}),
            ("ledger.document_missing", {"document": ""}),
        ],
    )
    def test_that_the_law_refuses_are_told_by_code(self, send, code, terms):
        answer = send(**terms)

        assert (answer.status_code, answer.json()["code"]) == (409, code)


class TestVouchers:
    def test_with_a_misspelt_word_are_not_taken(self, grounds, call_as):
        given = {"issuer": "Clinic", "number": "1", "amount": 5, "issued_on": "2020-03-01"}
        body = {
            "pairing_id": str(grounds.pairing.pk), "key": str(uuid4()), "title": "Beds",
            "vouchers": [given | {"amuont": 50}],
        }  # fmt: skip

        answer = call_as(grounds.makers["recipient"]).post(
            "/api/v1/ledger/request-reimbursement", body, content_type="application/json"
        )

        assert answer.status_code == 422
        assert "amuont" in answer.content.decode()


class TestTrialBalance:
    def test_says_whether_it_rests_on_assumed_figures(self, grounds, call_as):
        client, asking = call_as(grounds.makers["donor"]), {"pairing_id": str(grounds.pairing.pk)}

        def ask():
            answer = client.get("/api/v1/questions/trial-balance", asking).json()["answer"]
            return answer["is_illustrative"], answer["is_demo"]

        assert ask() == (False, False)
        grounds.post("obligation", 1000, reason_code=ILLUSTRATIVE)
        assert ask() == (True, False)
