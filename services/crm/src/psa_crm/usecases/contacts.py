"""Enter a contact, change one: load, decide, save, announce."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_crm.domain import contact as rules
from psa_crm.domain.contact import Role
from psa_crm.events import ContactCreated, ContactUpdated
from psa_crm.queries import contacts, customers
from psa_crm.queries.contacts import StoredContact
from psa_crm.usecases.refusals import Taken, UnknownCustomer
from psa_events import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """What is known of somebody."""

    customer_id: UUID
    name: str
    email: str | None
    phone: str | None
    roles: tuple[Role, ...]


async def create(tx: Tx, principal: Principal, new: NewContact, *, now: datetime) -> StoredContact:
    """Enter a contact of a customer."""
    if not await customers.claim(tx, new.customer_id, principal, "contact:create"):
        raise UnknownCustomer(new.customer_id)
    contact = rules.checked(
        StoredContact(
            id=uuid7(),
            customer_id=new.customer_id,
            name=new.name,
            email=new.email,
            phone=new.phone,
            roles=new.roles,
            created_at=now,
            updated_at=now,
            version=1,
        )
    )
    await _refuse_taken_mail(tx, contact)

    contacts.insert(tx, contact)
    outbox.publish(tx, ContactCreated(**_announced(contact)))
    audit.record(tx, "contact.created", "contact", contact.id, after=_state(contact))
    return contact


async def edit(
    tx: Tx,
    principal: Principal,
    contact_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None,
    now: datetime,
) -> StoredContact:
    """Change a contact's fields."""
    before = await contacts.get_for_update(tx, contact_id, principal)
    check_version(before.version, expected_version)
    after = rules.checked(replace(before, **changes))
    if after == before:
        return before
    await _refuse_taken_mail(tx, after)

    after = replace(after, updated_at=now, version=before.version + 1)
    contacts.save(tx, after)
    outbox.publish(tx, ContactUpdated(**_announced(after)))
    audit.record(
        tx, "contact.changed", "contact", after.id, before=_state(before), after=_state(after)
    )
    return after


async def _refuse_taken_mail(tx: Tx, contact: StoredContact) -> None:
    if contact.email is not None and await contacts.mail_is_taken(tx, contact):
        raise Taken("email", contact.email, "contact")


def _announced(contact: StoredContact) -> dict[str, Any]:
    """Return what the events carry of a contact."""
    return {
        "contact_id": contact.id,
        "customer_id": contact.customer_id,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "roles": [role.value for role in contact.roles],
    }


def _state(contact: StoredContact) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(contact)
    return plain
