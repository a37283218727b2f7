import re

import pytest
from tests.records.agreement_grounds import make_pairing, make_programme

from tiebeam.apps.pairings.models import Agreement
from tiebeam.platform.tenancy.acting import acting

MISSING = "00000000-0000-4000-8000-000000000000"
TEXT = {
    "kind": "annual",
    "number": "",
    "title": "Agreement of 2020",
    "text": "Fujian sends 5 doctors.",
    "starts_on": "2020-02-10",
    "last_day": "2020-12-31",
}


def _text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def pairing(coordinator, fujian, nyingchi):
    programme = make_programme(coordinator, ["funds", "medicine"])
    return make_pairing(programme, coordinator, fujian, nyingchi)


@pytest.fixture
def drafted(as_fujian, pairing, fujian):
    answer = as_fujian.post(f"/pairs/{pairing.pk}/agreements/draft/", TEXT)
    assert answer.status_code == 302, _text(answer)
    with acting(fujian):
        return Agreement.objects.get()


class TestAgreement:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_pages_open_with_words_for_all(self, sign_in, pairing, drafted, language):
        client = sign_in("fujian", language)
        own = f"/agreements/{drafted.pk}/"
        for address in (
            "/", "/agreements/", own, f"{own}revise/", f"{own}print/", f"{own}terminate/", f"{own}sign/",
            f"/pairs/{pairing.pk}/agreements/", f"/pairs/{pairing.pk}/agreements/draft/",
        ):  # fmt: skip
            answer = client.get(address)
            assert answer.status_code == 200, (address, _text(answer)[-600:])
            assert re.findall(r"\[\w+\.[\w.]+\]", _text(answer)) == [], address
