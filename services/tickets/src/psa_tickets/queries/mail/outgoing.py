"""The outgoing_mails table: what is to leave, what has left, and what came back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.mail.delivery import DeliveryState

SELECT_SQL: LiteralString = """
    SELECT o.id, o.recipient, o.kind, o.mailbox_id, o.ticket_id, o.comment_id, o.message_id,
           o.state, o.attempts, o.reason, o.created_at, o.next_at, o.sent_at, o.details
      FROM outgoing_mails AS o
"""

# Twice equals once: an event that comes again finds its mail queued already.
QUEUE_SQL = """
    INSERT INTO outgoing_mails
           (id, event_id, recipient, kind, mailbox_id, ticket_id, comment_id, details, state,
            next_at, created_at)
    VALUES (%(id)s, %(event_id)s, %(recipient)s, %(kind)s, %(mailbox_id)s, %(ticket_id)s,
            %(comment_id)s, %(details)s, 'queued', %(now)s, %(now)s)
        ON CONFLICT (tenant_id, event_id, recipient) DO NOTHING
"""

COUNT_TO_SQL = """
    SELECT count(*)
      FROM outgoing_mails
     WHERE recipient = %(recipient)s
       AND kind = %(kind)s
       AND created_at > %(since)s
"""

# Skips what another worker has taken; a lease that has run out makes a mail due again.
CLAIM_SQL = """
    UPDATE outgoing_mails AS mail
       SET state = 'sending',
           attempts = mail.attempts + 1,
           next_at = %(until)s
      FROM (SELECT id
              FROM outgoing_mails
             WHERE next_at <= %(now)s
             ORDER BY next_at, id
             LIMIT %(batch)s
               FOR UPDATE SKIP LOCKED) AS due
     WHERE mail.id = due.id
 RETURNING mail.id, mail.recipient, mail.kind, mail.mailbox_id, mail.ticket_id, mail.comment_id,
           mail.message_id, mail.state, mail.attempts, mail.reason, mail.created_at, mail.next_at,
           mail.sent_at, mail.details
"""

NAME_SQL = """
    UPDATE outgoing_mails
       SET message_id = %(message_id)s
     WHERE id = %(id)s
"""

SETTLE_SQL = """
    UPDATE outgoing_mails
       SET state = %(state)s,
           reason = %(reason)s,
           next_at = %(next_at)s,
           sent_at = coalesce(%(sent_at)s, sent_at)
     WHERE id = %(id)s
"""

BOUNCE_SQL = """
    UPDATE outgoing_mails
       SET state = 'bounced',
           reason = %(reason)s,
           next_at = NULL
     WHERE message_id = ANY(%(message_ids)s)
 RETURNING ticket_id
"""

# The mail before this one to the same person, for programs that thread by References only.
LIST_EARLIER_SQL = """
    SELECT message_id
      FROM (SELECT o.message_id, o.created_at
              FROM outgoing_mails AS o
             WHERE o.ticket_id = %(ticket_id)s
               AND o.recipient = %(recipient)s
               AND o.state = 'sent'
               AND o.message_id IS NOT NULL
             UNION ALL
            SELECT i.message_id, i.received_at
              FROM incoming_mails AS i
             WHERE i.ticket_id = %(ticket_id)s
               AND i.message_id <> ''
               AND i.state IN ('opened', 'commented')) AS earlier
     ORDER BY created_at DESC
     LIMIT %(most)s
"""


class OutgoingMail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail of ours and where it stands."""

    id: UUID
    recipient: str
    kind: str
    mailbox_id: UUID
    ticket_id: UUID
    comment_id: UUID | None
    message_id: str | None
    state: DeliveryState
    attempts: int
    reason: str
    created_at: datetime
    next_at: datetime | None
    sent_at: datetime | None
    #: What the template says of the event.
    details: dict[str, str]


class _MessageId(msgspec.Struct, frozen=True):
    message_id: str


class _Ticket(msgspec.Struct, frozen=True):
    ticket_id: UUID


LISTING = Listing(
    row=OutgoingMail,
    select=SELECT_SQL,
    id_column="o.id",
    conditions=("o.ticket_id = %(of_ticket)s",),
    filters={"state": Filter("o.state = %(state)s", DeliveryState)},
    sorts={"created_at": Sort("o.created_at", datetime)},
    default_sort="created_at",
)


def queue(
    tx: Tx,
    *,
    id: UUID,
    event_id: UUID,
    recipient: str,
    kind: str,
    mailbox_id: UUID,
    ticket_id: UUID,
    comment_id: UUID | None,
    details: Mapping[str, str],
    now: datetime,
) -> None:
    """Let a mail leave soon, unless this event has already caused one to this recipient."""
    tx.defer(
        QUEUE_SQL,
        id=id,
        event_id=event_id,
        recipient=recipient,
        kind=kind,
        mailbox_id=mailbox_id,
        ticket_id=ticket_id,
        comment_id=comment_id,
        details=Jsonb(dict(details)),
        now=now,
    )


async def count_to(tx: Tx, recipient: str, kind: str, *, since: datetime) -> int:
    """Count the mails of a kind that went to somebody since then."""
    return int(await tx.fetch_value(COUNT_TO_SQL, recipient=recipient, kind=kind, since=since))


async def claim_due(tx: Tx, *, now: datetime, until: datetime, batch: int) -> list[OutgoingMail]:
    """Take the mails that are due; nobody else sends them before *until*."""
    return await tx.fetch_all(OutgoingMail, CLAIM_SQL, now=now, until=until, batch=batch)


def name(tx: Tx, id: UUID, message_id: str) -> None:
    """Remember the Message-ID before the mail leaves, so that an answer finds its ticket."""
    tx.defer(NAME_SQL, id=id, message_id=message_id)


def settle(
    tx: Tx,
    id: UUID,
    state: DeliveryState,
    *,
    reason: str = "",
    next_at: datetime | None = None,
    sent_at: datetime | None = None,
) -> None:
    """Store how a try went."""
    tx.defer(SETTLE_SQL, id=id, state=state, reason=reason, next_at=next_at, sent_at=sent_at)


async def bounce(tx: Tx, message_ids: Sequence[str], *, reason: str) -> UUID | None:
    """Remember that a mail of ours came back; return its ticket, if it was one of ours."""
    ids = list(message_ids)
    found = await tx.fetch_optional(_Ticket, BOUNCE_SQL, message_ids=ids, reason=reason)
    return found.ticket_id if found else None


async def list_earlier(tx: Tx, ticket_id: UUID, recipient: str, *, most: int) -> list[str]:
    """Return the Message-IDs of the conversation so far, the oldest first."""
    rows = await tx.fetch_all(
        _MessageId, LIST_EARLIER_SQL, ticket_id=ticket_id, recipient=recipient, most=most
    )
    return [row.message_id for row in reversed(rows)]
