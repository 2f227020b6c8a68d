"""What the service desk does when the CRM reports something."""

from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_tickets.queries import contacts, copies
from psa_tickets.queries.contacts import Contact


class CustomerChanged(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    customer_id: UUID
    number: str
    name: str
    status: str
    mail_domains: tuple[str, ...] = ()


class ContactChanged(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    contact_id: UUID
    customer_id: UUID
    name: str
    email: str | None
    phone: str | None


class LocationChanged(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    location_id: UUID
    customer_id: UUID
    name: str


async def keep_customer(tx: Tx, event: CustomerChanged, envelope: Envelope) -> None:
    """Keep our copy of the customer current, with the domains that mail comes from."""
    news = await copies.keep_customer(
        tx,
        id=event.customer_id,
        number=event.number,
        name=event.name,
        status=event.status,
        sequence=envelope.sequence,
    )
    if news:
        contacts.keep_mail_domains(tx, event.customer_id, event.mail_domains)


async def keep_contact(tx: Tx, event: ContactChanged, envelope: Envelope) -> None:
    """Keep who is to be reached at a customer."""
    contact = Contact(
        id=event.contact_id,
        customer_id=event.customer_id,
        name=event.name,
        email=event.email,
        phone=event.phone,
        active=True,
    )
    contacts.keep_contact(tx, contact, sequence=envelope.sequence)


async def keep_location(tx: Tx, event: LocationChanged, envelope: Envelope) -> None:
    """Keep where a customer is."""
    contacts.keep_location(
        tx,
        id=event.location_id,
        customer_id=event.customer_id,
        name=event.name,
        sequence=envelope.sequence,
    )


SUBSCRIPTIONS = (
    Subscription("customer.created.v1", CustomerChanged, keep_customer),
    Subscription("customer.updated.v1", CustomerChanged, keep_customer),
    Subscription("contact.created.v1", ContactChanged, keep_contact),
    Subscription("contact.updated.v1", ContactChanged, keep_contact),
    Subscription("location.created.v1", LocationChanged, keep_location),
    Subscription("location.updated.v1", LocationChanged, keep_location),
)
