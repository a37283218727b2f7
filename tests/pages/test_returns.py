import re

import pytest
from tests.records.programme_at_work import set_to_work

MISSING = "00000000-0000-4000-8000-000000000000"


def _text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def at_work(workspace, coordinator, now):
    return set_to_work(workspace, coordinator, now)


@pytest.fixture
def draft(at_work):
    return at_work.start("nyingchi")


class TestPages:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_open_with_words_for_all(self, sign_in, at_work, draft, language):
        at_work.hand_in("fujian")
        office, own = sign_in("office", language), sign_in("nyingchi", language)

        for client, address in (
            (office, "/returns/"),
            (office, f"/returns/rounds/{at_work.of_round.pk}/"),
            (own, "/returns/"),
            (own, f"/returns/{draft.pk}/"),
            (own, f"/returns/{draft.pk}/enter/"),
            (own, f"/returns/{draft.pk}/upload/"),
        ):
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert re.findall(r"\[\w+\.[\w.]+\]", _text(answer)) == [], address
