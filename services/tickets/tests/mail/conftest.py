"""Mail servers, and a mailbox that reads one of their folders."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.testing import Tenant
from tickets_builders import a_contact
from tickets_mail import ERIKA
from tickets_mail_servers import ImapFolder, Sink, a_folder, imap_server, smtp_server


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
