"""P16: mails that become tickets, against tickets that are opened without a mail."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from desk import Desk
from figures import Figure, Goal, interleaved, ratio

from psa_common.context import system_context
from psa_common.db import Tx, open_pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.sealing import FieldKeys
from psa_tickets.domain.attachment import Limits
from psa_tickets.domain.mail.mailbox import Language, Mailbox
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.ticket_type import TicketType
from psa_tickets.mail.networks import networks_of
from psa_tickets.storage import Cabinet, open_objects
from psa_tickets.usecases import ticket_lifecycle
from psa_tickets.usecases.mail import intake, mailboxes
from psa_tickets.usecases.mail.office import MIB, PostOffice, roots_of
from psa_tickets.usecases.ticket_lifecycle import Opening

INTAKE = Goal(id="P16", sign="≥", bound=0.4)
BODY = "Guten Tag,\r\n\r\nder Drucker im Einkauf druckt nicht.\r\n" * 20

Work = Callable[[Tx], Awaitable[object]]


def mails(desk: Desk, rounds: int, seconds: int) -> list[Figure]:
    """Compare mails a second through the use case with tickets a second through theirs."""
    with tempfile.TemporaryDirectory() as folder:
        office = _office(desk, Path(folder))
        mailbox = asyncio.run(_mailbox(desk, office))

        def take(tx: Tx) -> Awaitable[object]:
            return intake.take(tx, office, mailbox, _mail(), now=datetime.now(UTC))

        def open_one(tx: Tx) -> Awaitable[object]:
            opening = _opening(desk)
            return ticket_lifecycle.open_ticket(tx, desk.principal, opening, now=datetime.now(UTC))

        rates = interleaved(
            rounds,
            {
                "mails": lambda: asyncio.run(_rate(desk, take, seconds)),
                "tickets": lambda: asyncio.run(_rate(desk, open_one, seconds)),
            },
        )
    return [ratio("mails taken in against tickets opened", rates, "mails", "tickets", INTAKE)]


async def _rate(desk: Desk, work: Work, seconds: int) -> float:
    """Repeat *work*, each in a transaction of its own, one after the other as a mailbox does."""
    done, started = 0, time.perf_counter()
    async with open_pool(desk.app_dsn, name="benchmark", size=1) as pool:
        while time.perf_counter() - started < seconds:
            tenant_id = desk.principal.tenant_id
            async with tenant_transaction(pool, tenant_id, system_context("benchmark")) as tx:
                await work(tx)
            done += 1
    return done / (time.perf_counter() - started)


async def _mailbox(desk: Desk, office: PostOffice) -> Mailbox:
    now = datetime.now(UTC)
    mailbox = Mailbox(
        id=uuid7(),
        name="Benchmark",
        address=f"{uuid7().hex}@msp.example",
        language=Language.GERMAN,
        active=False,
        active_since=now,
        queue_id=None,
        ticket_type=TicketType.INCIDENT,
        priority=Priority.P3,
        default_customer_id=UUID(desk.customer_id),
        trusted_server=None,
        imap=None,
        imap_folder="INBOX",
        smtp=None,
        version=1,
        created_at=now,
    )
    async with open_pool(desk.app_dsn, name="benchmark", size=1) as pool:
        tenant_id = desk.principal.tenant_id
        async with tenant_transaction(pool, tenant_id, system_context("benchmark")) as tx:
            return await mailboxes.create(tx, office, mailbox)


def _office(desk: Desk, folder: Path) -> PostOffice:
    field_key = desk.suite.secrets.field_key
    objects = open_objects(folder=str(folder), url=None)
    return PostOffice(
        fields=FieldKeys(field_key),
        roots=roots_of(field_key),
        cabinet=Cabinet(objects, Limits(file_bytes=MIB, tenant_bytes=1024 * MIB)),
        mail_bytes=MIB,
        public_url=desk.front,
        networks=networks_of(""),
    )


def _mail() -> bytes:
    """Return a mail of a sender of its own: nobody is stopped for writing too much."""
    name = uuid7().hex
    head = (
        f"From: {name}@mueller.example\r\nTo: desk@msp.example\r\nSubject: Drucker\r\n"
        f"Message-ID: <{name}@mueller.example>\r\nContent-Type: text/plain; charset=utf-8\r\n"
    )
    return f"{head}\r\n{BODY}".encode()


def _opening(desk: Desk) -> Opening:
    return Opening(
        type=TicketType.INCIDENT,
        title="Drucker",
        description=BODY,
        customer_id=UUID(desk.customer_id),
        priority=Priority.P3,
        asset_ids=(),
        occurred_at=None,
    )
