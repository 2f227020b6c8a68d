"""An HTTPS client of the public API that a person's token signs, with nothing but the standard."""

import http.client
import json
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

BASE = "/api/v1"
JSON = "application/json"
ANSWER_SECONDS = 60
#: What is sent as it is, and may be large.
FILES = frozenset({"application/octet-stream", "message/rfc822"})
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
#: How a server says that it has closed a connection that we thought was open.
STALE = (ConnectionError, http.client.CannotSendRequest, ssl.SSLEOFError)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the suite is, and whom to believe that it is the one."""

    url: str
    ca_file: Path


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a refusal; empty for a good answer, or one that is no document of ours."""
        try:
            return str(self.document["error"]["code"])
        except (ValueError, LookupError, TypeError):
            return ""

    @property
    def is_good(self) -> bool:
        """Whether the request was done."""
        return self.status < 400


class Refused(Exception):
    """The API refused; the message holds what it said."""

    def __init__(self, request: str, answer: Answer) -> None:
        said = answer.body.decode(errors="replace")[:2000]
        super().__init__(f"{request}: {answer.status} {said}")
        self.answer = answer

    @property
    def code(self) -> str:
        """The code of the refusal."""
        return self.answer.code


class Api:
    """
    The API of one place, with the token of one person or of nobody.

    Each thread has a connection of its own, kept open from one request to the next.
    """

    def __init__(self, place: Place, token: str = "") -> None:
        self.place = place
        self.token = token
        self._address = urlsplit(place.url)
        self._trust = ssl.create_default_context(cafile=str(place.ca_file))
        self._mine = threading.local()
        self._open: list[http.client.HTTPSConnection] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of all threads."""
        for connection in self._open:
            connection.close()
        self._open.clear()
        self._mine = threading.local()

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """
        Send one request and return whatever comes back.

        *path* is relative to /api/v1 unless it starts with //. A write carries an
        Idempotency-Key, so that it can be sent again when a connection breaks; a file carries
        none, because nobody holds a whole file to compare it.
        """
        sent = {"accept": JSON}
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        payload = raw
        if body is not None:
            payload = json.dumps(body).encode()
        if payload is not None:
            sent["content-type"] = JSON
        sent |= headers or {}
        if method in WRITES and sent.get("content-type") not in FILES:
            sent.setdefault("idempotency-key", str(uuid4()))
        target = path[1:] if path.startswith("//") else BASE + path
        return self._send(method, target, payload, sent)

    def get(self, path: str, **query: object) -> Any:
        """Return the document at *path*; raises Refused."""
        return self.must("GET", f"{path}?{urlencode(query)}" if query else path).document

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        """Create or start something and return its document; raises Refused."""
        return self.must("POST", path, body, headers).document

    def put(self, path: str, body: object) -> Any:
        """Set something and return its document; raises Refused."""
        return self.must("PUT", path, body).document

    def download(self, path: str) -> bytes:
        """Return the bytes at *path*; raises Refused."""
        return self.must("GET", path, None, {"accept": "*/*"}).body

    def must(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the good answer to one request; raises Refused."""
        answer = self.ask(method, path, body, headers=headers)
        if not answer.is_good:
            raise Refused(f"{method} {path}", answer)
        return answer

    def _send(
        self, method: str, target: str, payload: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        connection: http.client.HTTPSConnection | None = getattr(self._mine, "connection", None)
        if connection is not None:
            try:
                return self._exchange(connection, method, target, payload, headers)
            except STALE:
                # Kept open too long. What was sent has the same key the second time.
                self._forget(connection)
        connection = self._connect()
        try:
            return self._exchange(connection, method, target, payload, headers)
        except BaseException:
            self._forget(connection)
            raise

    def _exchange(
        self,
        connection: http.client.HTTPSConnection,
        method: str,
        target: str,
        payload: bytes | None,
        headers: Mapping[str, str],
    ) -> Answer:
        is_sent = True
        try:
            connection.request(method, target, body=payload, headers=dict(headers))
        except OSError:
            # A server that has read enough to refuse answers and hangs up: its words are there.
            if not payload:
                raise
            is_sent = False
        response = connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(response.status, named, response.read())
        if response.will_close or not is_sent:
            self._forget(connection)
        return answer

    def _connect(self) -> http.client.HTTPSConnection:
        connection = http.client.HTTPSConnection(
            self._address.hostname or "",
            self._address.port,
            timeout=ANSWER_SECONDS,
            context=self._trust,
        )
        self._mine.connection = connection
        self._open.append(connection)
        return connection

    def _forget(self, connection: http.client.HTTPSConnection) -> None:
        connection.close()
        self._mine.connection = None
        if connection in self._open:
            self._open.remove(connection)
