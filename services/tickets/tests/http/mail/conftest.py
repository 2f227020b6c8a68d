"""The customer's person whom most of these tests hear from."""

from uuid import UUID

import pytest

from psa_common.db import Pool
from psa_common.testing import Tenant
from tickets_builders import a_contact
from tickets_mail import ERIKA


@pytest.fixture
async def contact_id(worker_pool: Pool, acme: Tenant, customer_id: UUID) -> UUID:
    """Give Erika, a contact of the customer."""
    return await a_contact(worker_pool, acme, customer_id, email=ERIKA)
