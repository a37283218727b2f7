"""A short form of the drill ``drills.fuzz``: every endpoint asked a few times at random."""

import logging

import pytest

from api.fuzzing import fuzz
from records.desk import open_desk
from records.programme_at_work import set_to_work
from tiebeam.interfaces.api.access import PersonThrottle

EXAMPLES = 2


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    monkeypatch.setattr(PersonThrottle, "allow_request", lambda *_: True)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def at_work(workspace, coordinator, now):
    at_work = set_to_work(workspace, coordinator, now)
    open_desk(workspace, coordinator, now).variant()
    at_work.hand_in("fujian")
    return at_work


@pytest.mark.slow
# The server's own side ends a connection between requests, which one transaction for all would not live through.
@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("who", ["coordinator", "fujian"])
class TestInterface:
    def test_answers_as_it_is_described(self, who, request, at_work, token_of):
        found = fuzz(token_of(request.getfixturevalue(who)), examples=EXAMPLES)

        assert found.failures == []
        assert found.asked > 300
        assert found.statuses[200] > 30
