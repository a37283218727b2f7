"""``tiebeam.client`` against a server that listens."""

import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import uuid4

import pytest

from tiebeam.client import Client, NoAnswerError, ProblemError, Retries

KIND = "regions/organisations"
NEW = {"name_en": "Hubei", "name_zh": "湖北", "kind": "government"}


@pytest.fixture
def client_of(live_server, token_of):
    return lambda actor, **more: Client(live_server.url, token_of(actor), **more)


@pytest.fixture
def clumsy():
    """A server that drops the first two requests and answers the third; what it was sent."""
    sent = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            sent.append(self.headers["Idempotency-Key"])
            if len(sent) == 1:
                self.close_connection = True
                return
            body = b'{"records": [], "secret": "s"}'
            self.send_response(503 if len(sent) == 2 else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", sent
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
class TestClient:
    @pytest.fixture(autouse=True)
    def _commit(self, transactional_db):
        """What is written here is read by the threads of the server."""

    def test_lists_filters_and_reads_records(self, workspace, client_of, admin):
        with client_of(admin) as client:
            page = client.list(KIND, limit=2)
            every = list(client.iterate(KIND))
            (found,) = client.list(KIND, q="林芝").records
            one = client.get(KIND, found.id)

        assert (page.total, len(page.records), len(every)) == (5, 2, 5)
        assert one.values["name_en"] == "Nyingchi"

    def test_calls_operations_and_tells_history(self, workspace, client_of, admin):
        with client_of(admin) as client:
            made = client.do("regions.create_organisation", **NEW).record
            lines = client.history(KIND, made.id)

        assert made.values["name_zh"] == "湖北"
        assert [line.action for line in lines] == ["regions.create_organisation"]

    def test_takes_dates_and_ids_as_they_are(self, workspace, client_of, coordinator):
        with client_of(coordinator) as client:
            made = client.do(
                "programmes.create_programme",
                slug="one", name_en="One", name_zh="一", starts_on=date(2020, 2, 1),
            ).record  # fmt: skip
            pairs = client.ask("pairings-of-programme", programme_id=made.id)

        assert made.values["starts_on"] == "2020-02-01"
        assert pairs == []

    def test_does_a_write_once_for_one_key(self, workspace, client_of, admin):
        with client_of(admin) as client:
            first, second = (
                client.do("regions.create_organisation", key="k", **NEW) for _ in range(2)
            )

            assert first == second
            assert client.list(KIND, q="湖北").total == 1

    def test_raises_a_refusal_with_its_code_and_facts(self, workspace, client_of, fujian):
        with client_of(fujian, language="zh") as client, pytest.raises(ProblemError) as refused:
            client.do("regions.create_organisation", **NEW)

        assert (refused.value.status, refused.value.code) == (403, "permissions.not_allowed")
        assert refused.value.facts["operation"] == "regions.create_organisation"
        assert "您的角色" in refused.value.title

    def test_raises_what_is_missing(self, workspace, client_of, fujian):
        with client_of(fujian) as client, pytest.raises(ProblemError) as missing:
            client.get(KIND, uuid4())

        assert (missing.value.status, missing.value.code) == (404, "api.not_found")


class TestRetries:
    def test_send_the_same_key_again_until_there_is_an_answer(self, clumsy):
        address, sent = clumsy
        with Client(address, "t", retries=Retries(wait_s=0.01)) as client:
            done = client.do("regions.create_organisation", **NEW)

        assert done.secret == "s"
        assert len(sent) == 3
        assert len(set(sent)) == 1

    def test_end(self):
        client = Client("http://127.0.0.1:9", "t", retries=Retries(most=1, wait_s=0.01))

        with pytest.raises(NoAnswerError):
            client.list(KIND)

    def test_are_not_tried_at_an_address_that_is_none(self):
        with pytest.raises(ValueError, match="expected http"):
            Client("ftp://x", "t").list(KIND)
