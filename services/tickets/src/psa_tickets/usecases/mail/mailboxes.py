"""Set a mailbox up, change it, and try whether its servers let us in."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.errors import NotFound
from psa_common.ids import uuid7
from psa_common.sealing import BrokenSeal
from psa_tickets.domain.mail.mailbox import Account, AccountIncomplete, Mailbox, NotConfigured
from psa_tickets.mail import imap, smtp
from psa_tickets.queries.mail import blocked, mailboxes
from psa_tickets.queries.mail.blocked import BlockedSender
from psa_tickets.usecases.mail.office import PostOffice

#: What makes the mails of a mailbox other mails.
SOURCE = ("host", "user")


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What each server said: None without an account, nothing when it let us in."""

    imap: str | None
    smtp: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEdit:
    """An account as it is to be; without a password the stored one stays."""

    account: Account
    keeps_password: bool


async def create(tx: Tx, office: PostOffice, mailbox: Mailbox) -> Mailbox:
    """Set a mailbox up; its passwords are sealed for it."""
    stored = replace(
        mailbox,
        imap=office.sealed(mailbox.imap, mailbox.id, "imap"),
        smtp=office.sealed(mailbox.smtp, mailbox.id, "smtp"),
    )
    mailboxes.insert(tx, stored)
    audit.record(tx, "mailbox.created", "mailbox", mailbox.id, after=stored)
    await tx.flush()
    return stored


async def edit(
    tx: Tx,
    office: PostOffice,
    mailbox_id: UUID,
    changes: dict[str, Any],
    *,
    expected_version: int | None,
    now: datetime,
) -> Mailbox:
    """Change a mailbox; another account or folder is read from its beginning."""
    before = await mailboxes.get_for_update(tx, mailbox_id)
    check_version(before.version, expected_version)
    for which in ("imap", "smtp"):
        edited = changes.get(which)
        if edited is not None:
            changes[which] = _resealed(office, mailbox_id, which, edited, getattr(before, which))
    after = replace(before, **changes)

    mailboxes.save(tx, after)
    if _source(before) != _source(after):
        mailboxes.restart_poll(tx, mailbox_id, now=now)
    audit.record(tx, "mailbox.changed", "mailbox", mailbox_id, before=before, after=after)
    await tx.flush()
    return replace(after, version=before.version + 1)


async def try_out(tx: Tx, office: PostOffice, mailbox_id: UUID) -> Trial:
    """Sign in at both servers and say what failed."""
    mailbox = await mailboxes.get(tx, mailbox_id)
    # Servers take their time; nobody else waits for our connection meanwhile.
    await tx.rollback()
    if mailbox.imap is None and mailbox.smtp is None:
        raise NotConfigured
    return Trial(imap=await _try_imap(office, mailbox), smtp=await _try_smtp(office, mailbox))


async def block(tx: Tx, sender: str, *, now: datetime) -> BlockedSender:
    """Ignore what an address, or everybody of a domain, writes."""
    made = BlockedSender(id=uuid7(), sender=sender.lower(), created_at=now)
    blocked.insert(tx, made)
    audit.record(tx, "sender.blocked", "blocked_sender", made.id, after=made)
    await tx.flush()
    return made


async def unblock(tx: Tx, id: UUID) -> None:
    """Let a sender write again; raises NotFound."""
    if not await blocked.delete(tx, id):
        raise NotFound(f"There is no blocked sender {id}.")
    audit.record(tx, "sender.unblocked", "blocked_sender", id)


def _resealed(
    office: PostOffice, mailbox_id: UUID, which: str, edited: AccountEdit, before: Account | None
) -> Account | None:
    """Seal a new password; a stored one goes to no other server than it was given for (ML-17)."""
    if edited.keeps_password:
        if before is None or any(getattr(before, p) != getattr(edited.account, p) for p in SOURCE):
            raise AccountIncomplete(which)
        return replace(edited.account, password=before.password)
    return office.sealed(edited.account, mailbox_id, which)


def _source(mailbox: Mailbox) -> tuple[object, ...]:
    account = [getattr(mailbox.imap, part) for part in SOURCE] if mailbox.imap else []
    return (*account, mailbox.imap_folder)


async def _try_imap(office: PostOffice, mailbox: Mailbox) -> str | None:
    if mailbox.imap is None:
        return None
    try:
        account = office.opened(mailbox.imap, mailbox.id, "imap")
        async with imap.connected(account, mailbox.imap_folder, office.networks) as session:
            await session.uid_validity()
    except (imap.ServerTrouble, BrokenSeal) as error:
        return str(error)
    return ""


async def _try_smtp(office: PostOffice, mailbox: Mailbox) -> str | None:
    if mailbox.smtp is None:
        return None
    try:
        account = office.opened(mailbox.smtp, mailbox.id, "smtp")
        await smtp.try_sign_in(account, office.networks)
    except (smtp.NotNowByServer, smtp.NeverByServer, BrokenSeal) as error:
        return str(error)
    return ""
