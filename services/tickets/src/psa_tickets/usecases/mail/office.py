"""The post office: what taking in and sending mails needs beside the database."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import UUID

from psa_common.requests import BodyTooLarge
from psa_common.sealing import FieldKeys
from psa_tickets.domain.mail.mailbox import Account, place_of
from psa_tickets.domain.mail.reply_token import tenant_key
from psa_tickets.mail.networks import Networks, networks_of
from psa_tickets.settings import TicketsSettings
from psa_tickets.storage import Cabinet, Room

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOffice:
    """Keys, the store of raw mails, and limits."""

    fields: FieldKeys
    #: The installation's keys for reply tokens: the first signs, all are believed.
    roots: tuple[bytes, ...]
    cabinet: Cabinet
    mail_bytes: int
    public_url: str
    networks: Networks

    def token_keys(self, tenant_id: UUID) -> list[bytes]:
        """Return the keys of a tenant's reply tokens, today's first."""
        return [tenant_key(root, tenant_id) for root in self.roots]

    def sealed(self, account: Account | None, mailbox_id: UUID, which: str) -> Account | None:
        """Return *account* as it is stored in this mailbox."""
        if account is None:
            return None
        secret = self.fields.seal(account.password.encode(), place_of(mailbox_id, which))
        return replace(account, password=secret)

    def opened(self, account: Account, mailbox_id: UUID, which: str) -> Account:
        """Return *account* with the password that its server wants; raises BrokenSeal."""
        secret = self.fields.open(account.password, place_of(mailbox_id, which))
        return replace(account, password=secret.decode())

    async def keep(self, tenant_id: UUID, raw: bytes) -> str:
        """Keep a raw mail and return its key once it is safe."""
        kept = await self.cabinet.objects.put(
            tenant_id, Room.MAILS, _whole(raw), limit_bytes=len(raw)
        )
        return kept.key

    async def fetch(self, key: str) -> bytes:
        """Return a raw mail that was kept; raises NotFound."""
        return b"".join([chunk async for chunk in await self.cabinet.objects.read(key)])


def open_office(settings: TicketsSettings, cabinet: Cabinet) -> PostOffice:
    """Return the post office that the settings describe."""
    return PostOffice(
        fields=FieldKeys(settings.field_key),
        roots=roots_of(settings.field_key),
        cabinet=cabinet,
        mail_bytes=settings.mail_mib * MIB,
        public_url=settings.public_url,
        networks=networks_of(settings.mail_networks),
    )


def roots_of(field_key: str) -> tuple[bytes, ...]:
    """Derive the keys of reply tokens, so that a token says nothing about the field key."""
    keys = (base64.b64decode(text) for text in field_key.split(","))
    return tuple(hmac.digest(key, b"psa reply tokens", hashlib.sha256) for key in keys)


def too_large(limit_bytes: int) -> BodyTooLarge:
    """Return the refusal of a mail larger than *limit_bytes*."""
    mib = limit_bytes / MIB
    return BodyTooLarge(f"A mail holds {mib:g} MiB at most.", code="mail_too_large")


async def _whole(raw: bytes) -> AsyncIterator[bytes]:
    yield raw
