"""Mail servers, and a mailbox that reads one of their folders."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from psa_tickets.usecases.mail.office import PostOffice
from tickets_builders import a_contact
from tickets_mail import ERIKA, a_mailbox, an_eml, push
from tickets_mail_servers import ImapFolder, Sink, a_folder, imap_server, smtp_server
from tickets_mail_worker import Post


@pytest.fixture(scope="session")
def imap_port() -> Iterator[int]:
    """Give the port of a real IMAP server."""
    with imap_server() as port:
        yield port


@pytest.fixture
def folder(imap_port: int) -> ImapFolder:
    """Give a folder of its own to a test."""
    return a_folder(imap_port)


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Give a real SMTP server that keeps what it takes."""
    with smtp_server() as sink:
        yield sink


@pytest.fixture
async def contact_id(worker_pool: Pool, acme: Tenant, customer_id: UUID) -> UUID:
    """Give Erika, a contact of the customer."""
    return await a_contact(worker_pool, acme, customer_id, email=ERIKA)


@pytest.fixture
def post(desk: Api, worker_pool: Pool, acme: Tenant, office: PostOffice) -> Post:
    """Give acme's worker."""
    return Post(desk, worker_pool, acme, office)


@pytest.fixture
async def opened(desk: Api, sink: Sink, contact_id: UUID) -> tuple[str, str]:
    """Give a mailbox that can send, and a ticket that Erika opened by mail."""
    mailbox = await a_mailbox(desk, name="MSP Service Desk", smtp=sink.account)
    mail = await push(desk, mailbox, an_eml())
    return mailbox, mail["ticket_id"]
