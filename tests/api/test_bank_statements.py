"""Bank statements by the programming interface: lines in, one of them proposed as a receipt (§L5)."""

import pytest
from tests.grounds import ground

from records.ledger_grounds import make_grounds
from tiebeam.platform.permissions.roles import Role

WAN = 10**6


@pytest.fixture
@ground
def grounds(workspace):
    found = make_grounds(workspace)
    found.fix_year(2020)
    found.post("obligation", 900 * WAN)
    found.post("opening", 900 * WAN)
    found.post("appropriation", 900 * WAN)
    found.payment = found.pay(400 * WAN)
    return found


@pytest.fixture
def nyingchi(call_as, workspace, grounds):
    return call_as(workspace.actor("nyingchi", Role.RECIPIENT_OFFICE))


def take_in(client, **changes):
    line = {"number": 2, "booked_on": "2020-03-04", "amount": 400 * WAN, "reference": "77"}
    body = {"name": "bank", "lines": [line | changes]}
    return client.post("/api/v1/ledger/take-in-statement", body, content_type="application/json")


class TestALineByTheInterface:
    def test_becomes_a_proposal(self, nyingchi, grounds):
        assert take_in(nyingchi).status_code == 200
        (line,) = nyingchi.get("/api/v1/ledger/bank-lines").json()["items"]

        answer = nyingchi.post(
            "/api/v1/ledger/confirm-line",
            {
                "line_id": line["id"],
                "kind": "receipt",
                "pairing_id": str(grounds.pairing.pk),
                "follows_id": str(grounds.payment.pk),
            },
            content_type="application/json",
        )

        assert answer.status_code == 200
        waiting = [
            (each["values"]["kind"], each["values"]["amount"])
            for each in nyingchi.get("/api/v1/ledger/proposals").json()["items"]
            if each["values"]["state"] == "proposed"
        ]
        assert waiting == [("receipt", 400 * WAN)]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"amount": 0}, "statements.nothing_moved"),
            ({"amount": 10**16}, "units.too_large"),
            ({"currency": "USD"}, "statements.other_currency"),
        ],
    )
    def test_is_refused_with_a_code(self, nyingchi, changes, code):
        answer = take_in(nyingchi, **changes)

        assert 400 <= answer.status_code < 500
        assert code in answer.content.decode()
