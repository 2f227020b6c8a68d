"""
Read a mail from bytes, whatever they are: no input raises, and none takes long.

What cannot be read in full is read in part, and `IncomingMail.flaws` says so.
"""

import re
from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.utils import getaddresses
from typing import TypeAlias, cast

from psa_tickets.domain.mail.charsets import clean, decoded_header, decoded_text, unescaped
from psa_tickets.domain.mail.html_text import text_of_html
from psa_tickets.domain.mail.incoming import Address, Attachment, IncomingMail

PARTS_MAX = 1_000
DEPTH_MAX = 30
#: Lines times nested boundaries; the standard library compares each line with each boundary.
EFFORT_MAX = 6_000_000
BOUNDARIES_MAX = 100
HEADERS_MAX = 1_000
ADDRESSES_CHARACTERS_MAX = 20_000
SUBJECT_CHARACTERS_MAX = 500
TEXT_CHARACTERS_MAX = 500_000
REFERENCES_MAX = 50

MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")
EMAIL = re.compile(r"[^\s@<>(),;:\"\[\]\\]{1,64}@[A-Za-z0-9.-]{1,189}")
BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)

#: What a part without a name is called, so that it opens in what it is for.
NAMES = {
    "image/gif": "bild.gif",
    "image/jpeg": "bild.jpg",
    "image/png": "bild.png",
    "message/rfc822": "nachricht.eml",
    "text/calendar": "termin.ics",
}

Part: TypeAlias = "Message[str, str]"


def parse(raw: bytes) -> IncomingMail:
    """Return the mail that *raw* is, as far as it can be read."""
    message, flaws = _read(raw)
    headers = _headers(message)
    found = _Contents()
    if flaws:
        found.texts.append(decoded_text(raw[:TEXT_CHARACTERS_MAX], "utf-8"))
    else:
        flaws = found.gather(message)

    html = "\n".join(found.htmls)
    text = "\n".join(found.texts) or text_of_html(html)
    senders = _addresses(headers, "from") or _addresses(headers, "sender")
    ids = MESSAGE_ID.findall(_first(headers, "message-id"))
    return IncomingMail(
        message_id=ids[0] if ids else "",
        subject=decoded_header(_first(headers, "subject"))[:SUBJECT_CHARACTERS_MAX],
        sender=senders[0] if senders else None,
        recipients=tuple(dict.fromkeys(_addresses(headers, "to") + _addresses(headers, "cc"))),
        references=_references(headers),
        headers={name: tuple(map(clean, values)) for name, values in headers.items()},
        text=clean(text)[:TEXT_CHARACTERS_MAX],
        html=clean(html)[:TEXT_CHARACTERS_MAX],
        attachments=tuple(found.attachments),
        enclosed_ids=tuple(found.enclosed_ids),
        report=clean("\n".join(found.reports)),
        flaws=tuple(flaws),
    )


def _read(raw: bytes) -> tuple[Part, list[str]]:
    boundaries = len(BOUNDARY.findall(raw))
    lines = raw.count(b"\n") + raw.count(b"\r")
    if boundaries > BOUNDARIES_MAX or (boundaries + 1) * lines > EFFORT_MAX:
        return _read_headers(raw), ["nested too deep"]
    try:
        return BytesParser().parsebytes(raw), []
    except BROKEN:
        return _read_headers(raw), ["not readable as a mail"]


def _read_headers(raw: bytes) -> Part:
    head = re.split(rb"\r?\n\r?\n", raw[:1_000_000], maxsplit=1)[0]
    try:
        return BytesHeaderParser().parsebytes(head)
    except BROKEN:
        return Message()


def _headers(message: Part) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in list(message.raw_items())[:HEADERS_MAX]:
        text = unescaped(str(value)).replace("\r", " ").replace("\n", " ")
        headers.setdefault(name.lower(), []).append(text[:ADDRESSES_CHARACTERS_MAX])
    return headers


def _first(headers: dict[str, list[str]], name: str) -> str:
    return next(iter(headers.get(name, ())), "")


def _addresses(headers: dict[str, list[str]], name: str) -> list[Address]:
    joined = ", ".join(headers.get(name, ()))[:ADDRESSES_CHARACTERS_MAX]
    try:
        pairs = getaddresses([joined])
    except BROKEN:
        pairs = []
    pairs = [pair for pair in pairs if EMAIL.fullmatch(pair[1])]
    if not pairs:
        pairs = [("", email) for email in EMAIL.findall(joined)]
    return [Address(decoded_header(words)[:200], email.lower()) for words, email in pairs]


def _references(headers: dict[str, list[str]]) -> tuple[str, ...]:
    """Return what the mail answers, the closest first."""
    answered = MESSAGE_ID.findall(_first(headers, "in-reply-to"))
    earlier = MESSAGE_ID.findall(_first(headers, "references"))
    return tuple(dict.fromkeys([*answered, *reversed(earlier)]))[:REFERENCES_MAX]


class _Contents:
    """What the parts of a mail hold, in the order in which they come."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.htmls: list[str] = []
        self.reports: list[str] = []
        self.attachments: list[Attachment] = []
        self.enclosed_ids: list[str] = []

    def gather(self, message: Part) -> list[str]:
        """Look at every part; return what was wrong."""
        flaws: list[str] = []
        for count, (part, depth) in enumerate(_leaves(message)):
            if count >= PARTS_MAX:
                flaws.append("more parts than we look at")
                break
            if depth > DEPTH_MAX:
                flaws.append("nested too deep")
                break
            try:
                self._take(part)
            except BROKEN:
                flaws.append("a part that cannot be read")
        if message.defects:
            flaws.append("broken structure")
        return list(dict.fromkeys(flaws))

    def _take(self, part: Part) -> None:
        kind = part.get_content_type()
        name = decoded_header(unescaped(part.get_filename() or ""))[:200]
        if kind in {"message/rfc822", "text/rfc822-headers"}:
            self._take_enclosed(part, kind, name)
        elif kind == "message/delivery-status":
            self.reports.append(str(part)[:20_000])
        elif name or part.get_content_disposition() == "attachment" or not _is_words(kind):
            content = _bytes_of(part)
            content_id = clean(str(part.get("content-id", "")))[:200].strip("<> ")
            if content or name:
                self.attachments.append(
                    Attachment(
                        name=clean(name) or _name_for(kind),
                        media_type=clean(kind)[:100],
                        content=content,
                        content_id=content_id,
                    )
                )
        else:
            words = decoded_text(_bytes_of(part), part.get_content_charset("utf-8"))
            target = self.htmls if kind == "text/html" else self.texts
            target.append(words[:TEXT_CHARACTERS_MAX])

    def _take_enclosed(self, part: Part, kind: str, name: str) -> None:
        enclosed = next(iter(_inner(part)), None)
        content = enclosed.as_bytes() if enclosed else _bytes_of(part)
        self.enclosed_ids += MESSAGE_ID.findall(str(_read_headers(content).get("message-id", "")))[
            :1
        ]
        name = clean(name) or _name_for(kind)
        if not name.lower().endswith(".eml"):
            name += ".eml"
        self.attachments.append(Attachment(name=name, media_type=kind, content=content))


def _leaves(message: Part) -> Iterator[tuple[Part, int]]:
    """Give the parts that hold something; an enclosed mail is one part."""
    waiting = [(message, 0)]
    while waiting:
        part, depth = waiting.pop()
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            waiting += [(one, depth + 1) for one in reversed(_inner(part))]
            if depth > DEPTH_MAX:
                yield part, depth
        else:
            yield part, depth


def _inner(part: Part) -> list[Part]:
    payload = cast("object", part.get_payload())
    if not isinstance(payload, list):
        return []
    parts = cast("list[object]", payload)
    return [cast("Part", one) for one in parts if isinstance(one, Message)]


def _is_words(kind: str) -> bool:
    return kind in {"text/plain", "text/html"} or kind.startswith("multipart/")


def _bytes_of(part: Part) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _name_for(kind: str) -> str:
    return NAMES.get(kind, "anhang")
