"""Header policy: what a client may say, what an upstream may answer, and what we add."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from psa_common.errors import Detail
from psa_common.problems import Problem
from psa_gateway.queries.admission import Decision

RawHeaders = list[tuple[bytes, bytes]]

HEADERS_MAX = 100
HEADER_BYTES_MAX = 32 * 1024
TARGET_BYTES_MAX = 8 * 1024
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
TRACEPARENT = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
#: Dot segments (also encoded), NUL and backslash: two parsers would read them differently.
AMBIGUOUS = re.compile(rb"/(?:\.|%2[eE]){1,2}(?:/|$)|%00|\\|%5[cC]")


class Refusal(Exception):
    """The gateway's own refusal, as the document that the client gets."""

    def __init__(
        self, status: int, code: str, message: str, *, field: str = "", **headers: str
    ) -> None:
        super().__init__(message)
        details = (Detail(field, message),) if field else ()
        self.problem = Problem(status, code, message, details)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        #: The limit that was reached, so that the answer can name it.
        self.decision: Decision | None = None


class _Rule(Enum):
    DROP = auto()
    KEEP = auto()
    READ_AND_DROP = auto()
    READ_AND_KEEP = auto()


#: Looking a member up in its Enum costs more than the rest of the decision.
_DROP, _KEEP, _READ_AND_DROP = _Rule.DROP, _Rule.KEEP, _Rule.READ_AND_DROP


#: RFC 9110 §7.6.1, and what never crosses a hop.
HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
#: Written by us, or a way to say something that only a proxy may say.
OURS = frozenset(
    {
        b"expect",
        b"forwarded",
        b"host",
        b"x-real-ip",
        b"true-client-ip",
        b"cf-connecting-ip",
        b"x-client-ip",
        b"x-cluster-client-ip",
        b"x-http-method",
        b"x-http-method-override",
        b"x-method-override",
        b"x-original-url",
        b"x-original-host",
        b"x-original-method",
        b"x-rewrite-url",
        b"x-request-from",
        b"x-request-id",
        b"traceparent",
        b"http2-settings",
    }
)
OURS_PREFIXES = (
    b"x-user",
    b"x-tenant",
    b"x-role",
    b"x-internal",
    b"x-forwarded",
    b"x-auth",
    b"x-psa-",
)
SINGLE = frozenset(
    {b"authorization", b"host", b"content-length", b"content-type", b"idempotency-key"}
)
#: Set by ourselves in every answer, or by the server in front of the upstream.
ANSWER_DROPPED = HOP_BY_HOP | {
    b"date",
    b"server",
    b"x-powered-by",
    b"x-request-id",
    b"x-ratelimit-limit",
    b"x-ratelimit-remaining",
    b"x-ratelimit-reset",
    b"x-content-type-options",
}

#: Harmless and in nearly every request; the table spares them the look at prefixes.
USUAL = (b"accept", b"accept-encoding", b"accept-language", b"user-agent", b"if-match")
READ = frozenset({b"connection", b"traceparent", b"transfer-encoding", b"x-forwarded-for"})

_RULES = {
    **dict.fromkeys(USUAL, _Rule.KEEP),
    **dict.fromkeys(HOP_BY_HOP | OURS, _Rule.DROP),
    **dict.fromkeys(SINGLE, _Rule.READ_AND_KEEP),
    **dict.fromkeys(READ | {b"host", b"x-request-id"}, _Rule.READ_AND_DROP),
}


def _rule_of(name: bytes) -> _Rule:
    """Decide about a header that the table does not name."""
    # A name with an underscore can become the same variable as one with a dash.
    if b"_" in name or name.startswith(OURS_PREFIXES):
        return _Rule.DROP
    return _Rule.KEEP


@dataclass(slots=True)
class Arrival:
    """What the client sent, sorted: what is passed on, and what we read ourselves."""

    passed: RawHeaders
    read: dict[bytes, bytes]

    @property
    def length(self) -> int | None:
        """The length that the client announced, if any."""
        value = self.read.get(b"content-length")
        return int(value) if value is not None else None


def sort(headers: Iterable[tuple[bytes, bytes]]) -> Arrival:
    """Sort the client's headers; raises Refusal for what no honest client sends."""
    passed: RawHeaders = []
    read: dict[bytes, bytes] = {}
    size = count = 0
    for name, value in headers:
        count += 1  # enumerate would leave it unset without headers
        size += len(name) + len(value)
        rule = _RULES.get(name) or _rule_of(name)
        if rule is _DROP:
            continue
        if rule is not _KEEP:
            _read(read, name, value)
        if rule is not _READ_AND_DROP:
            if not value.isascii():
                _check_text(name, value)
            passed.append((name, value))

    if size > HEADER_BYTES_MAX or count > HEADERS_MAX:
        text = f"Send at most {HEADERS_MAX} headers of {HEADER_BYTES_MAX} bytes in all."
        raise Refusal(431, "HEADERS_TOO_LARGE", text)
    if b"connection" in read:
        passed = _without(passed, read[b"connection"])
    return Arrival(passed, read)


def _read(read: dict[bytes, bytes], name: bytes, value: bytes) -> None:
    """Note a header that we judge by; of some there may be only one."""
    if name not in read:
        read[name] = value
    elif name in SINGLE:
        raise Refusal(400, "VALIDATION_ERROR", f"Send the header {name.decode()} only once.")
    elif name == b"x-forwarded-for":
        read[name] = value  # the line nearest to us was written last
    else:
        read[name] += b"," + value


def _check_text(name: bytes, value: bytes) -> None:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        text = f"Send the header {name.decode('ascii')} in UTF-8."
        raise Refusal(400, "VALIDATION_ERROR", text) from None


def _without(passed: RawHeaders, connection: bytes) -> RawHeaders:
    """Drop what Connection names, but nothing that a request is judged by."""
    named = _names(connection) - SINGLE
    return [header for header in passed if header[0] not in named]


def _names(connection: bytes) -> set[bytes]:
    return {name.strip() for name in connection.lower().split(b",")}


def check_target(path: bytes, query: bytes) -> bytes:
    """Return the request target to ask the upstream for, byte for byte; raises Refusal."""
    if len(path) + len(query) > TARGET_BYTES_MAX:
        raise Refusal(414, "URI_TOO_LONG", f"Keep path and query under {TARGET_BYTES_MAX} bytes.")
    if AMBIGUOUS.search(path) or b"%00" in query:
        raise Refusal(400, "VALIDATION_ERROR", "The path or query holds a forbidden sequence.")
    if not (path.isascii() and query.isascii()):
        text = "Percent-encode every character of the path and query that is not ASCII."
        raise Refusal(400, "VALIDATION_ERROR", text)
    return path + b"?" + query if query else path


def written(headers: RawHeaders) -> bytes:
    """Write header lines down as they travel; raises Refusal for what would be two lines."""
    lines = b"\r\n".join([name + b": " + value for name, value in headers]) + b"\r\n"
    count = len(headers)
    if lines.count(b"\n") != count or lines.count(b"\r") != count or b"\0" in lines:
        raise Refusal(400, "VALIDATION_ERROR", "Send no line break within a header.")
    return lines


def answer_headers(raw: RawHeaders) -> RawHeaders:
    """Return the upstream's headers that the client may see; all are in lower case."""
    answer: RawHeaders = []
    named: set[bytes] = set()
    cached = False
    for header in raw:
        name, value = header
        if name == b"connection":
            named |= _names(value)
        elif name not in ANSWER_DROPPED and not name.startswith(OURS_PREFIXES):
            answer.append(header)
            cached = cached or name == b"cache-control"
    if named:
        answer = [header for header in answer if header[0] not in named]
    if not cached:
        answer.append((b"cache-control", b"no-store"))
    return answer
