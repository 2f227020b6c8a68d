"""
The token by which an answer finds its ticket: its id, signed for one tenant.

It stands in the Message-ID and in the Reply-To address of what we send. Without the tenant's key
nobody can make one, so guessing a ticket's number opens no door (EML-02).
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from uuid import UUID

from psa_tickets.domain.mail.incoming import IncomingMail

SIGNATURE_BYTES = 10
TOKEN_LENGTH = 42
TOKEN = re.compile(rf"(?<![a-z2-7])[a-z2-7]{{{TOKEN_LENGTH}}}(?![a-z2-7])")


def tenant_key(root: bytes, tenant_id: UUID) -> bytes:
    """Return the key of one tenant, from the key of the installation."""
    return hmac.digest(root, b"psa reply token " + tenant_id.bytes, hashlib.sha256)


def token_for(ticket_id: UUID, key: bytes) -> str:
    """Return the signed token of a ticket: 42 letters and digits, as a mail address may hold."""
    return base64.b32encode(ticket_id.bytes + _signature(ticket_id, key)).decode()[:-6].lower()


def ticket_of(token: str, keys: Sequence[bytes]) -> UUID | None:
    """Return the ticket that *token* names, if one of *keys* has signed it."""
    try:
        content = base64.b32decode(token.upper() + "======")
    except (binascii.Error, ValueError):
        return None
    if len(content) != 16 + SIGNATURE_BYTES:
        return None
    ticket_id = UUID(bytes=content[:16])
    signature = content[16:]
    genuine = any(hmac.compare_digest(signature, _signature(ticket_id, key)) for key in keys)
    return ticket_id if genuine else None


def ticket_of_mail(mail: IncomingMail, keys: Sequence[bytes]) -> UUID | None:
    """Return the ticket of the first genuine token in what the mail answers or is sent to."""
    places: Iterable[str] = (
        *(address.email for address in mail.recipients),
        *mail.headers.get("delivered-to", ()),
        *mail.headers.get("x-original-to", ()),
        *mail.references,
    )
    for place in places:
        for token in TOKEN.findall(place.lower()):
            ticket_id = ticket_of(token, keys)
            if ticket_id is not None:
                return ticket_id
    return None


def _signature(ticket_id: UUID, key: bytes) -> bytes:
    return hmac.digest(key, ticket_id.bytes, hashlib.sha256)[:SIGNATURE_BYTES]
