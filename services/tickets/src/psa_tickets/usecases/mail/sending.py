"""
Send what is queued: take it with a lease, hand it over, remember how it went.

SMTP has no transactions: when a server takes a mail and we die before we have noted it, the mail
leaves a second time when the lease ends, under the same Message-ID. Nothing is ever lost.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from uuid import UUID

import structlog

from psa_common.context import system_context
from psa_common.db import Pool, Tx, tenant_transaction
from psa_common.sealing import BrokenSeal
from psa_tickets.domain.mail.delivery import LEASE, DeliveryState, next_try
from psa_tickets.domain.mail.mailbox import Mailbox
from psa_tickets.domain.mail.reply_token import token_for
from psa_tickets.domain.mail.wording import TO_CUSTOMERS, Kind, letter
from psa_tickets.domain.ticket import Visibility
from psa_tickets.mail import letters, smtp
from psa_tickets.mail.letters import Envelope
from psa_tickets.mail.smtp import NeverByServer, NotNowByServer
from psa_tickets.queries.mail import mailboxes, outgoing, recipients
from psa_tickets.queries.mail.outgoing import OutgoingMail
from psa_tickets.queries.mail.recipients import Said, Subject
from psa_tickets.queries.waiting import Work, tenants_waiting
from psa_tickets.usecases.mail.office import PostOffice

log = structlog.get_logger()

EVERY_SECONDS = 2.0
#: So few that even a server that hangs at each of them answers within the lease.
BATCH = 8
EARLIER_MAX = 10

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail that is put together, and the mailbox that sends it."""

    mail: OutgoingMail
    mailbox: Mailbox
    message: EmailMessage


@dataclass(slots=True)
class _Away:
    """Servers that did not answer in this round; the rest of their mails waits, too."""

    mailboxes: dict[UUID, str] = field(default_factory=dict[UUID, str])


def rounds(pool: Pool, office: PostOffice) -> Callable[[], Awaitable[None]]:
    """Return a round through the queued mails of all tenants."""

    async def go_round() -> None:
        now = datetime.now(UTC)
        for tenant_id in await tenants_waiting(pool, Work.MAILS, now=now):
            await send_due(pool, tenant_id, office)

    return go_round


async def send_due(
    pool: Pool, tenant_id: UUID, office: PostOffice, *, clock: Clock = lambda: datetime.now(UTC)
) -> int:
    """Send what is due, and return how many mails that were."""
    now = clock()
    async with tenant_transaction(pool, tenant_id, system_context("mail")) as tx:
        claimed = await outgoing.claim_due(tx, now=now, until=now + LEASE, batch=BATCH)
        ready = [one for mail in claimed if (one := await _put_together(tx, office, mail))]
    away = _Away()
    for one in ready:
        failure = await _hand_over(office, one, away)
        async with tenant_transaction(pool, tenant_id, system_context("mail")) as tx:
            _settle(tx, one.mail, failure, now=clock())
    return len(claimed)


async def _put_together(tx: Tx, office: PostOffice, mail: OutgoingMail) -> Ready | None:
    """Return the mail with its words as they stand now; what was withdrawn does not leave."""
    said = await _said(tx, mail)
    ticket = await recipients.get_subject(tx, mail.ticket_id)
    withdrawn = _withdrawn(mail, said, ticket)
    if withdrawn is not None:
        outgoing.settle(tx, mail.id, DeliveryState.FAILED, reason=withdrawn)
        return None
    mailbox = await mailboxes.get(tx, mail.mailbox_id)
    envelope = await _envelope_of(tx, office, mail)
    values = {
        **mail.details,
        "number": ticket.number,
        "title": ticket.title,
        "desk": mailbox.name,
        "link": f"{office.public_url}/tickets/{mail.ticket_id}",
        "words": said.body if said else "",
        "author": said.author_name if said else "",
    }
    template = letters.template(envelope.kind, mailbox.language)
    words = letter(template, values, answerable=envelope.kind in TO_CUSTOMERS)
    outgoing.name(tx, mail.id, letters.message_id(mailbox, envelope.token, mail.id))
    return Ready(mail, mailbox, letters.compose(mailbox, envelope, words))


async def _said(tx: Tx, mail: OutgoingMail) -> Said | None:
    if mail.comment_id is None:
        return None
    return await recipients.find_words(tx, mail.ticket_id, mail.comment_id)


def _withdrawn(mail: OutgoingMail, said: Said | None, ticket: Subject) -> str | None:
    """Return why a mail is not to leave any more, or None when it is."""
    is_public = said is not None and said.visibility == Visibility.PUBLIC
    if mail.comment_id is not None and not is_public:
        return "Nicht mehr öffentlich."
    if mail.kind == Kind.CLOSING and ticket.close_announced_for is None:
        return "Das Ticket wird nicht mehr von selbst geschlossen."
    return None


async def _envelope_of(tx: Tx, office: PostOffice, mail: OutgoingMail) -> Envelope:
    earlier = await outgoing.list_earlier(tx, mail.ticket_id, mail.recipient, most=EARLIER_MAX)
    return Envelope(
        id=mail.id,
        kind=Kind(mail.kind),
        recipient=mail.recipient,
        token=token_for(mail.ticket_id, office.token_keys(tx.tenant_id)[0]),
        earlier=tuple(earlier),
        written_at=mail.created_at,
    )


async def _hand_over(
    office: PostOffice, one: Ready, away: _Away
) -> NotNowByServer | NeverByServer | None:
    """Return why the server has not taken the mail, or None when it has."""
    mailbox = one.mailbox
    if mailbox.id in away.mailboxes:
        return NotNowByServer(away.mailboxes[mailbox.id])
    if mailbox.smtp is None:
        return NotNowByServer("Das Postfach hat keinen SMTP-Server mehr.")
    try:
        account = office.opened(mailbox.smtp, mailbox.id, "smtp")
        await smtp.send(
            account,
            office.networks,
            one.message,
            sender=mailbox.address,
            recipient=one.mail.recipient,
        )
    except NeverByServer as error:
        return error
    except BrokenSeal as error:
        return NotNowByServer(str(error))
    except NotNowByServer as error:
        if error.is_away:
            away.mailboxes[mailbox.id] = str(error)
        return error
    return None


def _settle(
    tx: Tx, mail: OutgoingMail, failure: NotNowByServer | NeverByServer | None, *, now: datetime
) -> None:
    if failure is None:
        outgoing.settle(tx, mail.id, DeliveryState.SENT, sent_at=now)
        return
    again = None
    if isinstance(failure, NotNowByServer):
        again = next_try(attempts=mail.attempts, created_at=mail.created_at, now=now)
    state = DeliveryState.FAILED if again is None else DeliveryState.QUEUED
    log.warning("mail_not_sent", mail=str(mail.id), state=state, reason=str(failure))
    outgoing.settle(tx, mail.id, state, reason=str(failure), next_at=again)
