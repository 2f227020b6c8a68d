"""The incoming_mails table: every mail that came in, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.mail.verdict import MailState, Verdict

COLUMNS: LiteralString = """
    SELECT m.id, m.mailbox_id, m.message_id, m.sha256, m.raw_key, m.size_bytes, m.state,
           m.reason, m.sender, m.sender_name, m.recipients, m.subject, m.attachments, m.flaws,
           m.contact_id, m.ticket_id, m.comment_id, m.received_at, m.version
"""

SELECT_SQL = COLUMNS + " FROM incoming_mails AS m"

GET_SQL = COLUMNS + ", m.body, m.html FROM incoming_mails AS m WHERE m.id = %(mail_id)s"

GET_FOR_UPDATE_SQL = GET_SQL + " FOR UPDATE"

FIND_SAME_SQL = (
    SELECT_SQL
    + """
     WHERE m.mailbox_id = %(mailbox_id)s
       AND m.message_id = %(message_id)s
       AND m.sha256 = %(sha256)s
"""
)

INSERT_SQL = """
    INSERT INTO incoming_mails
           (id, mailbox_id, message_id, sha256, raw_key, size_bytes, state, reason, sender,
            sender_name, recipients, subject, body, html, attachments, flaws, contact_id,
            ticket_id, comment_id, received_at)
    VALUES (%(id)s, %(mailbox_id)s, %(message_id)s, %(sha256)s, %(raw_key)s, %(size_bytes)s,
            %(state)s, %(reason)s, %(sender)s, %(sender_name)s, %(recipients)s, %(subject)s,
            %(body)s, %(html)s, %(attachments)s, %(flaws)s, %(contact_id)s, %(ticket_id)s,
            %(comment_id)s, %(received_at)s)
"""

SAVE_VERDICT_SQL = """
    UPDATE incoming_mails
       SET state = %(state)s,
           reason = %(reason)s,
           contact_id = %(contact_id)s,
           ticket_id = %(ticket_id)s,
           comment_id = %(comment_id)s,
           version = version + 1
     WHERE id = %(mail_id)s
"""

COUNT_RECENT_SQL = """
    SELECT count(*) FILTER (WHERE state = 'opened')    AS opened,
           count(*) FILTER (WHERE state = 'commented') AS said
      FROM incoming_mails
     WHERE sender = %(sender)s
       AND received_at > %(since)s
"""

# Ours first: a mail that we have sent names its ticket for certain.
FIND_TICKET_OF_MESSAGES_SQL = """
    SELECT known.ticket_id
      FROM unnest(%(message_ids)s::text[]) WITH ORDINALITY AS asked (message_id, position)
     CROSS JOIN LATERAL
           (SELECT o.ticket_id, 0 AS rank
              FROM outgoing_mails AS o
             WHERE o.message_id = asked.message_id
             UNION ALL
            SELECT i.ticket_id, 1
              FROM incoming_mails AS i
             WHERE i.message_id = asked.message_id
               AND i.ticket_id IS NOT NULL) AS known
     ORDER BY asked.position, known.rank
     LIMIT 1
"""

# Whom a ticket's customer side is: its contact, or whoever opened it by mail without being one.
LIST_CUSTOMER_SIDE_SQL = """
    SELECT c.email AS address
      FROM tickets AS t
      JOIN contacts AS c ON c.tenant_id = t.tenant_id AND c.id = t.contact_id
     WHERE t.id = %(ticket_id)s
       AND c.active
       AND c.email IS NOT NULL
     UNION
    SELECT m.sender
      FROM incoming_mails AS m
     WHERE m.ticket_id = %(ticket_id)s
       AND m.state = 'opened'
       AND m.contact_id IS NULL
       AND m.sender <> ''
"""


KNOWN_KEYS_SQL = """
    SELECT raw_key AS key
      FROM incoming_mails
     WHERE raw_key = ANY(%(keys)s)
"""


class AttachmentRow(msgspec.Struct, frozen=True):
    """A file that came with a mail; its content lies in the raw mail."""

    name: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """A mail that came in, as a list shows it."""

    id: UUID
    mailbox_id: UUID
    message_id: str
    sha256: str
    raw_key: str | None
    size_bytes: int
    state: MailState
    reason: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    attachments: tuple[AttachmentRow, ...]
    flaws: tuple[str, ...]
    contact_id: UUID | None
    ticket_id: UUID | None
    comment_id: UUID | None
    received_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeMail(MailRow):
    """A mail with its words, as far as they could be read."""

    body: str
    html: str


class Recent(msgspec.Struct, frozen=True):
    """What a sender has caused lately."""

    opened: int
    said: int


class _Ticket(msgspec.Struct, frozen=True):
    ticket_id: UUID


class _Key(msgspec.Struct, frozen=True):
    key: str


class _Address(msgspec.Struct, frozen=True):
    address: str


LISTING = Listing(
    row=MailRow,
    select=SELECT_SQL,
    id_column="m.id",
    filters={
        "state": Filter("m.state = %(state)s", MailState),
        "mailbox_id": Filter("m.mailbox_id = %(mailbox_id)s", UUID),
        "ticket_id": Filter("m.ticket_id = %(ticket_id)s", UUID),
        "sender": Filter("m.sender = lower(%(sender)s)"),
    },
    sorts={"received_at": Sort("m.received_at", datetime)},
    default_sort="-received_at",
)


async def get(tx: Tx, mail_id: UUID) -> WholeMail:
    """Return the mail; raises NotFound."""
    return _there(await tx.fetch_optional(WholeMail, GET_SQL, mail_id=mail_id), mail_id)


async def get_for_update(tx: Tx, mail_id: UUID) -> WholeMail:
    """Lock and return the mail; raises NotFound."""
    return _there(await tx.fetch_optional(WholeMail, GET_FOR_UPDATE_SQL, mail_id=mail_id), mail_id)


async def find_same(tx: Tx, mailbox_id: UUID, *, message_id: str, sha256: str) -> MailRow | None:
    """Return the mail if it came in before."""
    return await tx.fetch_optional(
        MailRow, FIND_SAME_SQL, mailbox_id=mailbox_id, message_id=message_id, sha256=sha256
    )


def insert(tx: Tx, mail: WholeMail) -> None:
    """Store a mail with its verdict."""
    columns: dict[str, object] = {
        name: getattr(mail, name) for name in WholeMail.__dataclass_fields__ if name != "version"
    }
    columns["recipients"] = list(mail.recipients)
    columns["flaws"] = list(mail.flaws)
    columns["attachments"] = Jsonb(msgspec.to_builtins(mail.attachments))
    tx.defer(INSERT_SQL, **columns)


def save_verdict(tx: Tx, mail_id: UUID, verdict: Verdict) -> None:
    """Store what became of a mail that was looked at again."""
    tx.defer(
        SAVE_VERDICT_SQL,
        mail_id=mail_id,
        state=verdict.state,
        reason=verdict.reason,
        contact_id=verdict.contact_id,
        ticket_id=verdict.ticket_id,
        comment_id=verdict.comment_id,
    )


async def count_recent(tx: Tx, sender: str, *, since: datetime) -> Recent:
    """Count what a sender has caused since then."""
    return await tx.fetch_one(Recent, COUNT_RECENT_SQL, sender=sender, since=since)


async def find_ticket_of_messages(tx: Tx, message_ids: Sequence[str]) -> UUID | None:
    """Return the ticket of the first of these mails that we know, sent or received."""
    if not message_ids:
        return None
    ids = list(message_ids)
    found = await tx.fetch_optional(_Ticket, FIND_TICKET_OF_MESSAGES_SQL, message_ids=ids)
    return found.ticket_id if found else None


async def list_known_keys(tx: Tx, keys: Sequence[str]) -> frozenset[str]:
    """Return which of these objects are the raw form of a mail."""
    rows = await tx.fetch_all(_Key, KNOWN_KEYS_SQL, keys=list(keys))
    return frozenset(row.key for row in rows)


async def list_customer_side(tx: Tx, ticket_id: UUID) -> list[str]:
    """Return the addresses of those for whom the ticket is."""
    rows = await tx.fetch_all(_Address, LIST_CUSTOMER_SIDE_SQL, ticket_id=ticket_id)
    return [row.address for row in rows]


def _there(mail: WholeMail | None, mail_id: UUID) -> WholeMail:
    if mail is None:
        raise NotFound(f"There is no mail {mail_id}.")
    return mail
