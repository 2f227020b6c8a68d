"""
Look into the mailboxes, each by one worker at a time.

The cursor moves only when a mail is safe here, and a mail is marked as seen only after that. A
crash in between takes the same mail again, which changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from psa_common.context import system_context
from psa_common.db import Pool, tenant_transaction
from psa_common.sealing import BrokenSeal
from psa_tickets.domain.mail.mailbox import Account, Mailbox, poll_again_in
from psa_tickets.mail import imap
from psa_tickets.mail.imap import MailWithheld, ServerTrouble, Session, Waiting
from psa_tickets.queries.mail import mailboxes
from psa_tickets.queries.mail.mailboxes import Poll
from psa_tickets.queries.waiting import Work, tenants_waiting
from psa_tickets.usecases.mail import intake
from psa_tickets.usecases.mail.office import PostOffice

log = structlog.get_logger()

EVERY_SECONDS = 5.0
#: Kept up while a round goes on, so it only has to outlast the slowest single mail.
LEASE = timedelta(minutes=5)
MAILBOXES_AT_ONCE = 4
BATCH = 50
#: A round ends after so many mails; the next one goes on where it ended.
ROUND_MAX = 500

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One look into one mailbox."""

    pool: Pool
    tenant_id: UUID
    office: PostOffice
    mailbox: Mailbox
    clock: Clock


def rounds(pool: Pool, office: PostOffice) -> Callable[[], Awaitable[None]]:
    """Return a look into every mailbox that is due, of all tenants."""

    async def look() -> None:
        now = datetime.now(UTC)
        for tenant_id in await tenants_waiting(pool, Work.MAILBOXES, now=now):
            await look_into_due(pool, tenant_id, office)

    return look


async def look_into_due(
    pool: Pool, tenant_id: UUID, office: PostOffice, *, clock: Clock = lambda: datetime.now(UTC)
) -> None:
    """Look into the due mailboxes of a tenant side by side; none waits for a slow server."""
    async with tenant_transaction(pool, tenant_id, system_context("mail")) as tx:
        polls = await mailboxes.claim_due(tx, now=clock(), lease=LEASE, batch=MAILBOXES_AT_ONCE)
        found = [await mailboxes.get(tx, poll.mailbox_id) for poll in polls]
    looks = (
        _look_into(
            Round(pool=pool, tenant_id=tenant_id, office=office, mailbox=mailbox, clock=clock), poll
        )
        for mailbox, poll in zip(found, polls, strict=True)
    )
    await asyncio.gather(*looks)


async def _look_into(one: Round, poll: Poll) -> None:
    """Read what is new, and give the mailbox back whatever happened."""
    error: str | None = None
    try:
        account = _account_of(one)
        async with imap.connected(account, one.mailbox.imap_folder, one.office.networks) as session:
            await _read_new(one, session, poll)
    except (ServerTrouble, BrokenSeal, *intake.WAIT) as trouble:
        error = str(trouble)[:300] or type(trouble).__name__
        log.warning("mailbox_not_read", mailbox=str(one.mailbox.id), error=error)

    failures = poll.failures + 1 if error else 0
    now = one.clock()
    async with tenant_transaction(one.pool, one.tenant_id, system_context("mail")) as tx:
        next_at = now + poll_again_in(failures)
        mailboxes.finish(
            tx, one.mailbox.id, failures=failures, error=error, next_at=next_at, now=now
        )


async def _read_new(one: Round, session: Session, poll: Poll) -> None:
    validity = await session.uid_validity()
    if poll.uid_validity != validity:
        # The server counts anew; what we have taken already is known by its hash.
        poll = msgspec.structs.replace(poll, uid_validity=validity, last_uid=0)
    for _ in range(ROUND_MAX // BATCH):
        waiting = await session.list_waiting(
            after_uid=poll.last_uid, since=one.mailbox.active_since, most=BATCH
        )
        if not waiting:
            return
        for mail in waiting:
            await _take(one, session, mail, validity)
            poll = msgspec.structs.replace(poll, last_uid=mail.uid)
            async with tenant_transaction(one.pool, one.tenant_id, system_context("mail")) as tx:
                mailboxes.advance(tx, poll, until=one.clock() + LEASE)
        await session.mark_seen([mail.uid for mail in waiting if _is_wanted(one, mail)])


async def _take(one: Round, session: Session, mail: Waiting, validity: int) -> None:
    if not _is_wanted(one, mail):
        return
    mark = f"{validity}/{mail.uid}"
    if mail.size_bytes > one.office.mail_bytes:
        await _park(one, mail, mark, f"Die Mail ist mit {mail.size_bytes} Bytes zu groß.")
        return
    try:
        raw = await session.read(mail.uid)
    except MailWithheld as error:
        await _park(one, mail, mark, str(error))
        return
    await intake.take_or_park(
        one.pool, one.tenant_id, one.office, one.mailbox, raw, now=one.clock()
    )


async def _park(one: Round, mail: Waiting, mark: str, reason: str) -> None:
    context = intake.context_of(one.mailbox)
    async with tenant_transaction(one.pool, one.tenant_id, context) as tx:
        await intake.park(
            tx,
            one.mailbox,
            mark=mark,
            size_bytes=mail.size_bytes,
            raw_key=None,
            reason=reason,
            now=one.clock(),
        )


def _is_wanted(one: Round, mail: Waiting) -> bool:
    """Say whether a mail arrived since the mailbox is active, to the second (ML-07)."""
    return mail.arrived_at >= one.mailbox.active_since.replace(microsecond=0)


def _account_of(one: Round) -> Account:
    if one.mailbox.imap is None:
        raise ServerTrouble("The mailbox has no IMAP account any more.")
    return one.office.opened(one.mailbox.imap, one.mailbox.id, "imap")
