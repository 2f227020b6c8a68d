"""What the API shows of our things, and the functions that fill it."""

from datetime import datetime

import msgspec

from psa_common.documents import Resource, related, shown
from psa_crm.domain.billing_account import InvoiceFormat
from psa_crm.domain.contact import Role
from psa_crm.domain.customer import CustomerType, Status
from psa_crm.queries.billing_accounts import StoredBillingAccount
from psa_crm.queries.contacts import StoredContact
from psa_crm.queries.customers import Stats, StoredCustomer
from psa_crm.queries.locations import StoredLocation


class CustomerAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A customer; state and country are those of its main location."""

    number: str
    name: str
    customer_type: CustomerType
    status: Status
    federal_state: str | None
    country: str
    debtor_account: str | None
    notes: str | None
    mail_domains: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


class CustomerStatsAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is of a customer."""

    contacts: int
    locations: int
    billing_accounts: int


class ContactAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to talk to."""

    name: str
    email: str | None
    phone: str | None
    roles: tuple[Role, ...]
    created_at: datetime
    updated_at: datetime


class LocationAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A site of a customer; its federal state decides about holidays."""

    name: str
    street: str
    postal_code: str
    city: str
    country: str
    federal_state: str | None
    is_default: bool
    created_at: datetime
    updated_at: datetime


class BillingAccountAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """What an invoice says of its buyer, and where it is sent."""

    name: str
    street: str
    postal_code: str
    city: str
    country: str
    buyer_reference: str | None
    vat_id: str | None
    electronic_address: str | None
    electronic_address_scheme: str | None
    invoice_format: InvoiceFormat
    payment_terms_days: int
    email: str | None
    is_default: bool
    created_at: datetime
    updated_at: datetime


def customer(stored: StoredCustomer) -> Resource[CustomerAttributes]:
    """Show a customer."""
    return Resource(stored.id, "customer", shown(stored, CustomerAttributes))


def customer_stats(stats: Stats) -> Resource[CustomerStatsAttributes]:
    """Show how much there is of a customer."""
    links = related(customer=("customer", stats.customer_id))
    attributes = shown(stats, CustomerStatsAttributes)
    return Resource(stats.customer_id, "customer_stats", attributes, links)


def contact(stored: StoredContact) -> Resource[ContactAttributes]:
    """Show a contact."""
    links = related(customer=("customer", stored.customer_id))
    return Resource(stored.id, "contact", shown(stored, ContactAttributes), links)


def location(stored: StoredLocation) -> Resource[LocationAttributes]:
    """Show a location."""
    links = related(customer=("customer", stored.customer_id))
    return Resource(stored.id, "location", shown(stored, LocationAttributes), links)


def billing_account(stored: StoredBillingAccount) -> Resource[BillingAccountAttributes]:
    """Show a billing account."""
    links = related(customer=("customer", stored.customer_id))
    return Resource(stored.id, "billing_account", shown(stored, BillingAccountAttributes), links)
