"""The mailboxes table, and how far each mailbox has been read."""

from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.mail.mailbox import Account, Mailbox

COLUMNS: LiteralString = """
    SELECT m.id, m.name, m.address, m.language, m.active, m.active_since, m.queue_id,
           m.ticket_type, m.priority, m.default_customer_id, m.trusted_server, m.imap_folder,
           m.version, m.created_at,
           CASE WHEN m.imap_host IS NOT NULL
                THEN jsonb_build_object('host', m.imap_host, 'port', m.imap_port,
                                        'security', m.imap_security, 'user', m.imap_user,
                                        'password', m.imap_password)
            END AS imap,
           CASE WHEN m.smtp_host IS NOT NULL
                THEN jsonb_build_object('host', m.smtp_host, 'port', m.smtp_port,
                                        'security', m.smtp_security, 'user', m.smtp_user,
                                        'password', m.smtp_password)
            END AS smtp
      FROM mailboxes AS m
"""

GET_SQL = COLUMNS + " WHERE m.id = %(mailbox_id)s"

GET_FOR_UPDATE_SQL = GET_SQL + " FOR UPDATE"

# The mailbox of the ticket's queue, or else the oldest one that can send.
FIND_SENDING_SQL = (
    COLUMNS
    + """
     WHERE m.active
       AND m.smtp_host IS NOT NULL
     ORDER BY m.queue_id IS NOT DISTINCT FROM %(queue_id)s DESC, m.created_at, m.id
     LIMIT 1
"""
)

LIST_ADDRESSES_SQL = """
    SELECT address
      FROM mailboxes
     ORDER BY address
"""

INSERT_SQL = """
    INSERT INTO mailboxes
           (id, name, address, language, active, active_since, queue_id, ticket_type, priority,
            default_customer_id, trusted_server, imap_host, imap_port, imap_security, imap_user,
            imap_password, imap_folder, smtp_host, smtp_port, smtp_security, smtp_user,
            smtp_password, created_at)
    VALUES (%(id)s, %(name)s, %(address)s, %(language)s, %(active)s, %(active_since)s,
            %(queue_id)s, %(ticket_type)s, %(priority)s, %(default_customer_id)s,
            %(trusted_server)s, %(imap_host)s, %(imap_port)s, %(imap_security)s, %(imap_user)s,
            %(imap_password)s, %(imap_folder)s, %(smtp_host)s, %(smtp_port)s, %(smtp_security)s,
            %(smtp_user)s, %(smtp_password)s, %(created_at)s)
"""

INSERT_POLL_SQL = """
    INSERT INTO mailbox_polls (mailbox_id, next_at)
    VALUES (%(mailbox_id)s, %(now)s)
"""

SAVE_SQL = """
    UPDATE mailboxes
       SET name = %(name)s,
           address = %(address)s,
           language = %(language)s,
           active = %(active)s,
           active_since = %(active_since)s,
           queue_id = %(queue_id)s,
           ticket_type = %(ticket_type)s,
           priority = %(priority)s,
           default_customer_id = %(default_customer_id)s,
           trusted_server = %(trusted_server)s,
           imap_host = %(imap_host)s,
           imap_port = %(imap_port)s,
           imap_security = %(imap_security)s,
           imap_user = %(imap_user)s,
           imap_password = %(imap_password)s,
           imap_folder = %(imap_folder)s,
           smtp_host = %(smtp_host)s,
           smtp_port = %(smtp_port)s,
           smtp_security = %(smtp_security)s,
           smtp_user = %(smtp_user)s,
           smtp_password = %(smtp_password)s,
           version = version + 1
     WHERE id = %(id)s
"""

# Another account or folder counts its mails anew.
RESTART_POLL_SQL = """
    UPDATE mailbox_polls
       SET uid_validity = NULL,
           last_uid = 0,
           failures = 0,
           last_error = NULL,
           next_at = %(now)s
     WHERE mailbox_id = %(mailbox_id)s
"""

# One worker reads a mailbox at a time; a lease that has run out belongs to nobody.
CLAIM_SQL = """
    UPDATE mailbox_polls AS poll
       SET leased_until = %(until)s
      FROM (SELECT p.mailbox_id
              FROM mailbox_polls AS p
              JOIN mailboxes AS m ON m.tenant_id = p.tenant_id AND m.id = p.mailbox_id
             WHERE p.next_at <= %(now)s
               AND (p.leased_until IS NULL OR p.leased_until <= %(now)s)
               AND m.active
               AND m.imap_host IS NOT NULL
             ORDER BY p.next_at
             LIMIT %(batch)s
               FOR UPDATE OF p SKIP LOCKED) AS due
     WHERE poll.mailbox_id = due.mailbox_id
 RETURNING poll.mailbox_id, poll.uid_validity, poll.last_uid, poll.failures
"""

ADVANCE_SQL = """
    UPDATE mailbox_polls
       SET uid_validity = %(uid_validity)s,
           last_uid = %(last_uid)s,
           leased_until = %(until)s
     WHERE mailbox_id = %(mailbox_id)s
"""

FINISH_SQL = """
    UPDATE mailbox_polls
       SET leased_until = NULL,
           next_at = %(next_at)s,
           failures = %(failures)s,
           last_error = %(error)s,
           succeeded_at = CASE WHEN %(error)s::text IS NULL THEN %(now)s ELSE succeeded_at END
     WHERE mailbox_id = %(mailbox_id)s
"""

GET_HEALTH_SQL = """
    SELECT failures, last_error, succeeded_at
      FROM mailbox_polls
     WHERE mailbox_id = %(mailbox_id)s
"""

LISTING = Listing(
    row=Mailbox,
    select=COLUMNS,
    id_column="m.id",
    filters={"active": Filter("m.active = %(active)s", bool)},
    sorts={"created_at": Sort("m.created_at", datetime)},
    default_sort="created_at",
)


class Poll(msgspec.Struct, frozen=True):
    """How far a mailbox has been read."""

    mailbox_id: UUID
    uid_validity: int | None
    last_uid: int
    failures: int


class Health(msgspec.Struct, frozen=True):
    """How reading a mailbox goes."""

    failures: int = 0
    last_error: str | None = None
    succeeded_at: datetime | None = None


class _Address(msgspec.Struct, frozen=True):
    address: str


async def get(tx: Tx, mailbox_id: UUID) -> Mailbox:
    """Return the mailbox; raises NotFound."""
    return _there(await tx.fetch_optional(Mailbox, GET_SQL, mailbox_id=mailbox_id), mailbox_id)


async def get_for_update(tx: Tx, mailbox_id: UUID) -> Mailbox:
    """Lock and return the mailbox; raises NotFound."""
    found = await tx.fetch_optional(Mailbox, GET_FOR_UPDATE_SQL, mailbox_id=mailbox_id)
    return _there(found, mailbox_id)


async def find_sending(tx: Tx, queue_id: UUID | None) -> Mailbox | None:
    """Return the mailbox that speaks for a queue, if any can send."""
    return await tx.fetch_optional(Mailbox, FIND_SENDING_SQL, queue_id=queue_id)


async def list_addresses(tx: Tx) -> set[str]:
    """Return our own addresses: a mail from one of them would go in a circle."""
    return {row.address for row in await tx.fetch_all(_Address, LIST_ADDRESSES_SQL)}


def insert(tx: Tx, mailbox: Mailbox) -> None:
    """Store a new mailbox; its first look is due at once."""
    tx.defer(INSERT_SQL, **_columns(mailbox), created_at=mailbox.created_at)
    tx.defer(INSERT_POLL_SQL, mailbox_id=mailbox.id, now=mailbox.created_at)


def save(tx: Tx, mailbox: Mailbox) -> None:
    """Store what changed, and a new version."""
    tx.defer(SAVE_SQL, **_columns(mailbox))


def restart_poll(tx: Tx, mailbox_id: UUID, *, now: datetime) -> None:
    """Forget how far the mailbox was read."""
    tx.defer(RESTART_POLL_SQL, mailbox_id=mailbox_id, now=now)


async def claim_due(tx: Tx, *, now: datetime, lease: timedelta, batch: int) -> list[Poll]:
    """Take the mailboxes that want a look, for as long as *lease*."""
    return await tx.fetch_all(Poll, CLAIM_SQL, now=now, until=now + lease, batch=batch)


def advance(tx: Tx, poll: Poll, *, until: datetime) -> None:
    """Remember how far the mailbox is read, and keep the lease."""
    tx.defer(ADVANCE_SQL, **_cursor(poll), until=until)


def finish(  # what a round leaves behind
    tx: Tx, mailbox_id: UUID, *, failures: int, error: str | None, next_at: datetime, now: datetime
) -> None:
    """Give the mailbox back and say how it went."""
    tx.defer(
        FINISH_SQL,
        mailbox_id=mailbox_id,
        failures=failures,
        error=error,
        next_at=next_at,
        now=now,
    )


async def get_health(tx: Tx, mailbox_id: UUID) -> Health:
    """Return how reading the mailbox goes."""
    return await tx.fetch_optional(Health, GET_HEALTH_SQL, mailbox_id=mailbox_id) or Health()


def _there(mailbox: Mailbox | None, mailbox_id: UUID) -> Mailbox:
    if mailbox is None:
        raise NotFound(f"There is no mailbox {mailbox_id}.")
    return mailbox


def _cursor(poll: Poll) -> dict[str, object]:
    return {
        "mailbox_id": poll.mailbox_id,
        "uid_validity": poll.uid_validity,
        "last_uid": poll.last_uid,
    }


def _columns(mailbox: Mailbox) -> dict[str, object]:
    names = (
        "id", "name", "address", "language", "active", "active_since", "queue_id", "ticket_type",
        "priority", "default_customer_id", "trusted_server", "imap_folder",
    )  # fmt: skip
    return {
        **{name: getattr(mailbox, name) for name in names},
        **_account_columns("imap", mailbox.imap),
        **_account_columns("smtp", mailbox.smtp),
    }


def _account_columns(which: str, account: Account | None) -> dict[str, object]:
    parts = ("host", "port", "security", "user", "password")
    return {f"{which}_{part}": getattr(account, part) if account else None for part in parts}
