"""A mail that an agent forwards to the desk: whose problem it is stands in its body."""

import re
from dataclasses import dataclass

from psa_tickets.domain.mail.incoming import Address
from psa_tickets.domain.mail.trimming import ORIGINAL, is_header_block

FROM_LINE = re.compile(r"^\s*\*?(?:Von|From)\s*:\*?\s*(?P<rest>.+)$", re.IGNORECASE)
EMAIL = re.compile(r"[^\s@<>(),;:\"\[\]\\]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
HEADER_LINE = re.compile(
    r"^\s*\*?(?:Von|From|Gesendet|Sent|Datum|Date|An|To|Cc|Kopie|Betreff|Subject)"
    r"(?: am)?\s*:",
    re.IGNORECASE,
)
LINES_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The sender and the words of the mail within a mail."""

    sender: Address
    text: str


def forwarded_in(text: str) -> Forwarded | None:
    """Return the forwarded mail in *text*, if it names its sender's address."""
    lines = [line[:1_000] for line in text.split("\n")[:LINES_MAX]]
    for position, line in enumerate(lines):
        start = position + 1 if ORIGINAL.match(line[:400]) else position
        if start >= len(lines) or not is_header_block(lines, start):
            continue
        sender = _sender_in(lines[start])
        if sender is not None:
            return Forwarded(sender, "\n".join(_behind_headers(text.split("\n"), start)).strip())
    return None


def _sender_in(line: str) -> Address | None:
    match = FROM_LINE.match(line)
    email = EMAIL.search(match["rest"]) if match else None
    if match is None or email is None:
        return None
    name = match["rest"][: email.start()].strip(" \t\"'<[(*").removesuffix("mailto:")
    return Address(name.strip(" \"'<[(*")[:200], email[0].lower())


def _behind_headers(lines: list[str], start: int) -> list[str]:
    position = start
    while position < len(lines) and (HEADER_LINE.match(lines[position][:400])):
        position += 1
    return lines[position:]
