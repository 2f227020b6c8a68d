"""
A write that is sent twice with one `Idempotency-Key` has one effect and one answer.

The record is written in the transaction of the effect, so neither exists without the other.
"""

import hashlib
import re

import msgspec

from psa_common.asgi import Message, Receive
from psa_common.db import Tx
from psa_common.errors import Conflict, Invalid, Refused, Unauthenticated
from psa_common.exchange import Exchange

KEY = re.compile(r"[\x21-\x7e]{8,128}")
SECRET_FIELD = re.compile(rb'"\w*(?:password|secret)\w*"\s*:\s*"(?:[^"\\]|\\.)*"')
#: A body larger than this is streamed by its handler and cannot be repeated by key.
BODY_BYTES_MAX = 10 * 1024 * 1024
#: What of an answer's headers is worth repeating.
KEPT_HEADERS = frozenset({b"content-type", b"etag", b"location", b"cache-control"})

# A second request with the same key waits here for the first one's end (or lock_timeout).
CLAIM_SQL = """
    INSERT INTO idempotency_keys (user_id, key, route, fingerprint)
    VALUES (%(user_id)s, %(key)s, %(route)s, %(fingerprint)s)
        ON CONFLICT (tenant_id, user_id, key) DO NOTHING
"""

FIND_SQL = """
    SELECT route, fingerprint, status, headers, body
      FROM idempotency_keys
     WHERE user_id = %(user_id)s
       AND key = %(key)s
"""

REMEMBER_SQL = """
    UPDATE idempotency_keys
       SET status = %(status)s,
           headers = %(headers)s,
           body = %(body)s
     WHERE user_id = %(user_id)s
       AND key = %(key)s
"""


class Answer(msgspec.Struct, frozen=True):
    """An answer that can be sent again byte for byte."""

    status: int
    headers: dict[str, str]
    body: bytes


class _Record(msgspec.Struct, frozen=True):
    route: str
    fingerprint: bytes
    status: int | None
    headers: bytes | None
    body: bytes | None


async def begin(exchange: Exchange, receive: Receive) -> Answer | Receive | None:
    """
    Look the request's key up and claim it.

    Returns None for a request without key, the recorded Answer of a repeated one, and
    otherwise a `receive` that gives the body once more to the handler.
    Raises Invalid for a malformed key, Refused when it was used for another request.
    """
    raw = exchange.headers.get(b"idempotency-key")
    if raw is None or exchange.method not in {"POST", "PUT", "PATCH", "DELETE"}:
        return None
    key = raw.decode("latin-1")
    if KEY.fullmatch(key) is None:
        raise Invalid("Idempotency-Key must be 8 to 128 visible ASCII characters.")
    try:
        principal = exchange.authenticate()
    except Unauthenticated:
        return None  # an open route, or the guard refuses

    body = await _read(receive)
    # Without the secrets: a fast hash of a password would let a thief of the table guess it.
    told = SECRET_FIELD.sub(b"", body)
    asked = exchange.path.encode() + (b"?" + exchange.query if exchange.query else b"")
    fingerprint = hashlib.sha256(asked + b"\0" + told).digest()
    route = f"{exchange.method} {exchange.path}"
    tx = exchange.transaction()
    claimed = await tx.execute(
        CLAIM_SQL, user_id=principal.user_id, key=key, route=route, fingerprint=fingerprint
    )
    if claimed:
        exchange.key = key
        return _replaying(body, receive)

    record = await tx.fetch_one(_Record, FIND_SQL, user_id=principal.user_id, key=key)
    return _recorded(record, fingerprint, route)


def _recorded(record: _Record, fingerprint: bytes, route: str) -> Answer:
    if record.fingerprint != fingerprint or record.route != route:
        raise Refused(
            "This Idempotency-Key was used for another request; make a new one.",
            code="idempotency_key_reused",
        )
    if record.status is None or record.headers is None:
        raise Conflict("The first request with this key is still running; try again soon.")
    headers = msgspec.json.decode(record.headers, type=dict[str, str])
    return Answer(record.status, headers, record.body or b"")


def remember(tx: Tx, exchange: Exchange, start: Message, body: Message) -> None:
    """Write the answer into the claimed record; it travels with the commit."""
    headers = {
        name.decode(): value.decode()
        for name, value in start.get("headers", ())
        if name.lower() in KEPT_HEADERS
    }
    tx.defer(
        REMEMBER_SQL,
        user_id=exchange.authenticate().user_id,
        key=exchange.key,
        status=start["status"],
        headers=msgspec.json.encode(headers),
        body=body.get("body", b""),
    )


async def _read(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > BODY_BYTES_MAX:
            raise Invalid("A body this large cannot be sent with an Idempotency-Key.")
        chunks.append(chunk)
        if not message.get("more_body"):
            break
    return b"".join(chunks)


def _replaying(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay
