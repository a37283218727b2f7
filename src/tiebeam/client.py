"""
A small client of the programming interface: records, their history, and every operation.

It needs nothing beyond Python::

    with Client("https://assistance.example.org", token) as client:
        for programme in client.iterate("programmes/programmes"):
            print(programme.values["name_zh"])
        client.do("programmes.open_round", programme_id=…, name_en="First", …)

A refusal is raised as :class:`ProblemError`, with the stable code and the facts
of it. Each write carries an idempotency key, so that it may be sent again when
no answer came: it is done once.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

TRY_AGAIN = frozenset({429, 502, 503, 504})
PAGE = 200


class ProblemError(Exception):
    """
    The workspace answered with a problem (RFC 9457).

    Attributes:
        status: The status of HTTP.
        code: The stable code, such as ``permissions.not_allowed``.
        title: The sentence, in the language that was asked for.
        facts: What the sentence was made from.
        faults: One by one, what is wrong in what was sent.
    """

    def __init__(self, status: int, content: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(content.get("code", ""))
        self.title = str(content.get("title", ""))
        self.facts: Mapping[str, Any] = content.get("facts", {})
        self.faults: list[Mapping[str, Any]] = content.get("faults", [])
        super().__init__(f"{status} {self.code}: {self.title}")


class NoAnswerError(Exception):
    """The workspace did not answer, however often it was asked."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its kind, its id, its values by column."""

    type: str
    id: UUID
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of a list, and how many there are in all."""

    total: int
    records: list[Record]


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a record's history."""

    at: str
    person_id: UUID
    organisation_id: UUID
    action: str
    reason: str
    fields: list[tuple[str, Any, Any]]


@dataclass(frozen=True, slots=True)
class Done:
    """What an operation made or changed, and a secret where it hands one out."""

    records: list[Record]
    secret: str | None = None

    @property
    def record(self) -> Record:
        """The first record."""
        return self.records[0]


@dataclass(slots=True, kw_only=True)
class Retries:
    """How often and how patiently a request is sent again."""

    most: int = 4
    wait_s: float = 0.5
    wait_most_s: float = 20.0


@dataclass(slots=True)
class Client:
    """
    A caller of one workspace.

    Args:
        address: Where it is, such as ``https://assistance.example.org``.
        token: The secret of an API token; a person stands behind it.
        language: Of the sentences, "en" or "zh".
        timeout_s: How long one answer may take.
        retries: For answers that did not come.
    """

    address: str
    token: str
    language: str = "en"
    timeout_s: float = 30.0
    retries: Retries = field(default_factory=Retries)
    _connection: HTTPConnection | None = field(default=None, init=False, repr=False)

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def list(self, kind: str, *, limit: int = PAGE, offset: int = 0, **filters: Any) -> Page:
        """
        Return one page of the records of *kind*, such as ``pairings/pair-lists``.

        Raises:
            ProblemError: It was refused.
        """
        query = {"limit": limit, "offset": offset, **filters}
        content = self._get(kind, query)
        return Page(content["total"], [_record(item) for item in content["items"]])

    def iterate(self, kind: str, **filters: Any) -> Iterator[Record]:
        """Yield every record of *kind*, page by page."""
        offset = 0
        while True:
            page = self.list(kind, offset=offset, **filters)
            yield from page.records
            offset += len(page.records)
            if not page.records or offset >= page.total:
                return

    def get(self, kind: str, record_id: UUID | str) -> Record:
        """
        Return one record.

        Raises:
            ProblemError: There is none that may be read (404).
        """
        return _record(self._get(f"{kind}/{record_id}"))

    def history(self, kind: str, record_id: UUID | str) -> "list[Change]":  # type: ignore[valid-type]  # the method above is not meant
        """Return what happened to a record, the oldest first as the workspace tells it."""
        return [
            Change(
                at=line["at"],
                person_id=UUID(line["person_id"]),
                organisation_id=UUID(line["organisation_id"]),
                action=line["action"],
                reason=line["reason"],
                fields=[(name, before, after) for name, before, after in line["fields"]],
            )
            for line in self._get(f"{kind}/{record_id}/history")
        ]

    def ask(self, question: str, **query: Any) -> Any:
        """Return the answer to a question, such as ``who-answers``."""
        return self._get(f"questions/{question}", query)["answer"]

    def do(self, operation: str, *, key: str | None = None, **body: Any) -> Done:
        """
        Call an operation by its name, such as ``pairings.issue_list``.

        Args:
            operation: App and verb.
            key: Idempotency key; one is made where none is given.
            body: What it takes; records by their ids (``programme_id=…``).

        Raises:
            ProblemError: It was refused.
            NoAnswerError: No answer came; send it again with the same *key*.
        """
        app, _, verb = operation.partition(".")
        answer = self._send(
            "POST",
            f"/api/v1/{app}/{verb.replace('_', '-')}",
            json.dumps(body, default=_plain, ensure_ascii=False).encode(),
            {"Content-Type": "application/json", "Idempotency-Key": key or str(uuid4())},
        )
        content = json.loads(answer)
        return Done([_record(item) for item in content["records"]], content.get("secret"))

    def attach(
        self, kind: str, record_id: UUID | str, name: str, content: bytes, *, key: str | None = None
    ) -> Done:
        """
        Attach a file to a record.

        Args:
            kind: "pairing", "agreement", "programme", "return" or "hand-over".
            record_id: Of the record.
            name: Of the file; its ending says what the content must be.
            content: Of the file.
            key: Idempotency key; one is made where none is given.

        Raises:
            ProblemError: It was refused: too large, empty, or not what its name says.
            NoAnswerError: No answer came; send it again with the same *key*.
        """
        mark = uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in (("kind", kind), ("record_id", record_id), ("name", name))
        ]
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\n'
        body = ("".join(parts) + head).encode() + content + f"\r\n--{mark}--\r\n".encode()
        answer = self._send(
            "POST",
            "/api/v1/files/attach-document",
            body,
            {
                "Content-Type": f"multipart/form-data; boundary={mark}",
                "Idempotency-Key": key or str(uuid4()),
            },
        )
        told = json.loads(answer)
        return Done([_record(item) for item in told["records"]])

    def download(self, document_id: UUID | str) -> bytes:
        """
        Return what a document holds, just as it was attached.

        Raises:
            ProblemError: There is none that may be read (404).
        """
        return self._send("GET", f"/api/v1/files/documents/{document_id}/content", None, {})

    def _get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        asked = {name: _plain(value) for name, value in (query or {}).items() if value is not None}
        address = f"/api/v1/{path}" + (f"?{urlencode(asked)}" if asked else "")
        return json.loads(self._send("GET", address, None, {}))

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> bytes:
        sent = {
            "Authorization": f"Bearer {self.token}",
            "Accept-Language": self.language,
            **headers,
        }
        wait_s = self.retries.wait_s
        for attempt in range(self.retries.most + 1):
            is_last = attempt == self.retries.most
            try:
                response, content = self._once(method, path, body, sent)
            except (OSError, HTTPException) as error:
                self.close()
                if is_last:
                    raise NoAnswerError(f"{method} {self.address}{path}: {error}") from error
            else:
                if response.status < 400:
                    return content
                if response.status not in TRY_AGAIN or is_last:
                    raise ProblemError(response.status, _problem(content))
                wait_s = _told_wait(response, wait_s)
            time.sleep(min(wait_s, self.retries.wait_most_s))
            wait_s *= 2
        raise AssertionError("the loop returns or raises")

    def _once(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        if self._connection is None:
            self._connection = self._connect()
        prefix = urlsplit(self.address).path.rstrip("/")
        self._connection.request(method, prefix + path, body, dict(headers))
        response = self._connection.getresponse()
        return response, response.read()

    def _connect(self) -> HTTPConnection:
        parts = urlsplit(self.address)
        if parts.scheme not in {"http", "https"} or parts.hostname is None:
            raise ValueError(f"{self.address!r}: expected http:// or https://")
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        return kind(parts.hostname, parts.port, timeout=self.timeout_s)


def _record(item: Mapping[str, Any]) -> Record:
    return Record(item["type"], UUID(item["id"]), item["values"])


def _problem(content: bytes) -> Mapping[str, Any]:
    """Return the problem of an answer; what stands before the workspace may answer otherwise."""
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _told_wait(response: HTTPResponse, otherwise: float) -> float:
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isdigit() else otherwise


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return str(value.id)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
