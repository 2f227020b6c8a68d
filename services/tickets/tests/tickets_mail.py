"""Mails as they come from outside, built by name."""

import base64
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

from psa_common.sealing import FieldKeys
from psa_common.testing import Api, Tenant
from psa_tickets.domain.mail.reply_token import tenant_key, token_for
from psa_tickets.mail.networks import networks_of
from psa_tickets.storage import Cabinet
from psa_tickets.usecases.mail.office import PostOffice, roots_of

CRLF = "\r\n"
FIELD_KEY = base64.b64encode(b"f" * 32).decode()
ERIKA = "erika@mueller.example"
MAIL_BYTES_MAX = 1024 * 1024


def an_office(cabinet: Cabinet) -> PostOffice:
    """Return a post office that takes mails of up to one mebibyte."""
    return PostOffice(
        fields=FieldKeys(FIELD_KEY),
        roots=roots_of(FIELD_KEY),
        cabinet=cabinet,
        mail_bytes=MAIL_BYTES_MAX,
        public_url="https://desk.msp.example",
        networks=networks_of("127.0.0.0/8"),
    )


def an_eml(
    *,
    sender: str = "Erika Müller <erika@mueller.example>",
    to: str = "support@msp.example",
    subject: str = "Drucker druckt nicht",
    body: str = "Guten Tag,\n\nder Drucker im Einkauf druckt nicht.\n",
    message_id: str | None = "<one@mueller.example>",
    html: str | None = None,
    **headers: str,
) -> bytes:
    """Return a mail as its server hands it over; `in_reply_to=…` sets In-Reply-To."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    if message_id is not None:
        message["Message-ID"] = message_id
    for name, value in headers.items():
        message[name.replace("_", "-").title()] = value
    message.set_content(body)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def a_raw_eml(head: str, body: str | bytes) -> bytes:
    """Return a mail exactly as written here, however broken."""
    content = body if isinstance(body, bytes) else body.encode()
    return CRLF.join(head.strip().splitlines()).encode("latin-1") + b"\r\n\r\n" + content


async def a_mailbox(desk: Api, **fields: Any) -> str:
    """Set a mailbox up and return its id; it is active since long ago unless told otherwise."""
    body = {
        "name": "Service Desk",
        "address": f"support-{uuid4().hex[:8]}@msp.example",
        "active_since": "2026-01-01T00:00:00Z",
        **fields,
    }
    response = await desk.post("/mailboxes", body)
    assert response.status_code == 201, response.text
    return str(response.json()["data"]["id"])


async def push(desk: Api, mailbox_id: str, raw: bytes) -> dict[str, Any]:
    """Hand a mail over and return what became of it."""
    response = await desk.http.post(
        f"/api/v1/mailboxes/{mailbox_id}/messages",
        content=raw,
        headers={"content-type": "message/rfc822"},
    )
    assert response.status_code == 201, response.text
    resource: dict[str, Any] = response.json()["data"]
    return {"id": resource["id"], **resource["attributes"]}


async def comments_of(desk: Api, ticket_id: str) -> list[tuple[str, str, str]]:
    """Return side, visibility and words of what was said on a ticket."""
    page = (await desk.get(f"/tickets/{ticket_id}/comments")).json()["data"]
    said = [one["attributes"] for one in page]
    return [(one["author_kind"], one["visibility"], one["body"]) for one in said]


def a_token(tenant: Tenant, ticket_id: str) -> str:
    """Return the reply token that our mails about a ticket carry."""
    return token_for(UUID(ticket_id), tenant_key(roots_of(FIELD_KEY)[0], tenant.id))
