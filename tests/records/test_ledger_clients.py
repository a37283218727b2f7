"""Many clients at few pairings, whose server processes are killed: nothing is lost, overdrawn or undone twice."""

import pytest
from django.db import connection
from tests.small_workspace import NOW, make_workspace

from ledger_clients import POLICIES, find_wrong, run_clients
from records.ledger_grounds import make_grounds

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite has one writer at a time: no race to try"
    ),
    pytest.mark.django_db(transaction=True),
]


class TestSixteenClients:
    def test_agree_with_the_books_after_ten_seconds_of_kills(self):
        workspace = make_workspace(NOW)
        grounds = [make_grounds(workspace, slug=f"shared-{number}") for number in range(3)]
        for each in grounds:
            for year, (profile, reopens) in POLICIES.items():
                each.fix_year(year, profile, reopens=reopens)
        with connection.cursor() as cursor:
            # The cluster of the tests may lose the last moments; what is acknowledged here may not be.
            cursor.execute("RESET ROLE; ALTER ROLE owner SET synchronous_commit = on")
            cursor.execute("CHECKPOINT")
        connection.close()

        history = run_clients(grounds, clients=16, seconds=10, kills_after=0.5, seed=20240101)

        connection.close()
        assert find_wrong(grounds, history) == []
        assert history.told["posted"] > 50
        assert history.told["killed"] > 5
