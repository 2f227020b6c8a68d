"""Take a mail in: keep it raw, read it, decide, and remember what became of it."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

import structlog

from psa_common import audit
from psa_common.context import Actor, RequestContext
from psa_common.db import Pool, Tx, tenant_transaction
from psa_common.errors import Conflict, NotNow
from psa_common.ids import uuid7
from psa_events.consumer import OUTAGES
from psa_tickets.domain import rich_text
from psa_tickets.domain.mail.incoming import IncomingMail
from psa_tickets.domain.mail.mailbox import Mailbox
from psa_tickets.domain.mail.parsing import parse
from psa_tickets.domain.mail.verdict import MailState, Verdict, parked
from psa_tickets.mail.tnef import unpacked
from psa_tickets.queries.mail import incoming, mailboxes
from psa_tickets.queries.mail.incoming import AttachmentRow, WholeMail
from psa_tickets.usecases.mail.case import Case
from psa_tickets.usecases.mail.judging import Ruling, judge
from psa_tickets.usecases.mail.office import PostOffice, too_large

log = structlog.get_logger()

#: Not the mail's fault: it waits where it is and is taken later.
WAIT = (*OUTAGES, NotNow)
BODY_CHARACTERS_MAX = 200_000


class NotParked(Conflict):
    """Something has become of the mail already."""

    code = "mail_not_parked"

    def __init__(self, state: MailState) -> None:
        super().__init__(f"The mail is {state}; only a parked or ignored one can be decided on.")


async def take(
    tx: Tx, office: PostOffice, mailbox: Mailbox, raw: bytes, *, now: datetime
) -> incoming.MailRow:
    """
    Take a mail in and return what became of it; the same mail again changes nothing.

    Raises BodyTooLarge for more than a mail may hold.
    """
    if len(raw) > office.mail_bytes:
        raise too_large(office.mail_bytes)
    sha256 = _digest(raw)
    mail = await asyncio.to_thread(_read, raw)
    same = await incoming.find_same(tx, mailbox.id, message_id=mail.message_id, sha256=sha256)
    if same is not None:
        return same

    key = await office.keep(tx.tenant_id, raw)
    case = Case(office=office, mailbox=mailbox, mail=mail, now=now)
    row = _row(case, raw, sha256, key, verdict=await judge(tx, case))
    incoming.insert(tx, row)
    await tx.flush()
    return row


async def park(
    tx: Tx,
    mailbox: Mailbox,
    *,
    mark: str,
    size_bytes: int,
    raw_key: str | None,
    reason: str,
    now: datetime,
) -> None:
    """Remember a mail that could not be taken, so that somebody sees it; *mark* names it."""
    if await incoming.find_same(tx, mailbox.id, message_id="", sha256=mark) is not None:
        return
    empty = await asyncio.to_thread(parse, b"")
    case_row = WholeMail(
        id=uuid7(),
        mailbox_id=mailbox.id,
        message_id="",
        sha256=mark,
        raw_key=raw_key,
        size_bytes=size_bytes,
        received_at=now,
        **_facts(empty, parked(reason)),
    )
    incoming.insert(tx, case_row)


async def take_or_park(
    pool: Pool, tenant_id: UUID, office: PostOffice, mailbox: Mailbox, raw: bytes, *, now: datetime
) -> None:
    """
    Take a mail in a transaction of its own, or park it: one bad mail never stops the next.

    Raises one of WAIT when nothing can be taken at the moment.
    """
    context = context_of(mailbox)
    try:
        async with tenant_transaction(pool, tenant_id, context) as tx:
            await take(tx, office, mailbox, raw, now=now)
    except WAIT:
        raise
    except Exception as error:
        log.warning("mail_parked", mailbox=str(mailbox.id), exc_info=error)
        key = await office.keep(tenant_id, raw)
        async with tenant_transaction(pool, tenant_id, context) as tx:
            await park(
                tx,
                mailbox,
                mark=_digest(raw),
                size_bytes=len(raw),
                raw_key=key,
                reason=f"{type(error).__name__}: {error}"[:500],
                now=now,
            )


async def retry(
    tx: Tx, office: PostOffice, mail_id: UUID, ruling: Ruling, *, now: datetime
) -> WholeMail:
    """Take a parked or ignored mail after all, because somebody has looked at it."""
    row = await _undecided(tx, mail_id)
    if row.raw_key is None:
        raise Conflict("This mail was never fetched; look for it in the mailbox itself.")
    mailbox = await mailboxes.get(tx, row.mailbox_id)
    mail = await asyncio.to_thread(_read, await office.fetch(row.raw_key))
    case = Case(office=office, mailbox=mailbox, mail=mail, now=now)
    return await _decide(tx, row, await judge(tx, case, ruling))


async def discard(tx: Tx, mail_id: UUID) -> WholeMail:
    """Say that nothing is wanted of a mail; its raw form stays."""
    row = await _undecided(tx, mail_id)
    return await _decide(tx, row, Verdict(state=MailState.DISCARDED, reason=row.reason))


def _digest(raw: bytes) -> str:
    """Return the hash of a mail, whichever line ends its last server prefers."""
    return hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()


def context_of(mailbox: Mailbox) -> RequestContext:
    """Return on whose behalf a mail is taken in, for the audit trail."""
    request = f"mail-{uuid7().hex}"
    actor = Actor("mail", mailbox.id, mailbox.address)
    return RequestContext(request_id=request, correlation_id=request, actor=actor)


async def _undecided(tx: Tx, mail_id: UUID) -> WholeMail:
    row = await incoming.get_for_update(tx, mail_id)
    if row.state not in {MailState.PARKED, MailState.IGNORED}:
        raise NotParked(row.state)
    return row


async def _decide(tx: Tx, row: WholeMail, verdict: Verdict) -> WholeMail:
    after = replace(
        row,
        state=verdict.state,
        reason=verdict.reason,
        contact_id=verdict.contact_id,
        ticket_id=verdict.ticket_id,
        comment_id=verdict.comment_id,
        version=row.version + 1,
    )
    incoming.save_verdict(tx, row.id, verdict)
    audit.record(
        tx,
        "mail.decided",
        "mail",
        row.id,
        before={"state": row.state, "reason": row.reason},
        after={"state": verdict.state, "reason": verdict.reason, "ticket_id": verdict.ticket_id},
    )
    return after


def _read(raw: bytes) -> IncomingMail:
    mail = parse(raw)
    files = tuple(one for packed in mail.attachments for one in unpacked(packed))
    return replace(mail, attachments=files)


def _row(case: Case, raw: bytes, sha256: str, key: str, *, verdict: Verdict) -> WholeMail:
    return WholeMail(
        id=uuid7(),
        mailbox_id=case.mailbox.id,
        message_id=case.mail.message_id,
        sha256=sha256,
        raw_key=key,
        size_bytes=len(raw),
        received_at=case.now,
        **_facts(case.mail, verdict),
    )


def _facts(mail: IncomingMail, verdict: Verdict) -> "_Facts":
    sender = mail.sender
    return _Facts(
        state=verdict.state,
        reason=verdict.reason,
        sender=sender.email if sender else "",
        sender_name=sender.name if sender else "",
        recipients=tuple(one.email for one in mail.recipients),
        subject=mail.subject,
        body=mail.text[:BODY_CHARACTERS_MAX],
        # A remote picture would tell its sender who has read the mail, and when.
        html=rich_text.sanitised(mail.html[:BODY_CHARACTERS_MAX], pictures=()),
        attachments=tuple(
            AttachmentRow(one.name, one.media_type, len(one.content)) for one in mail.attachments
        ),
        flaws=mail.flaws,
        contact_id=verdict.contact_id,
        ticket_id=verdict.ticket_id,
        comment_id=verdict.comment_id,
        version=1,
    )


class _Facts(TypedDict):
    state: MailState
    reason: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    body: str
    html: str
    attachments: tuple[AttachmentRow, ...]
    flaws: tuple[str, ...]
    contact_id: UUID | None
    ticket_id: UUID | None
    comment_id: UUID | None
    version: int
