"""The events we promise, one Struct for each contract under contracts/events/crm."""

from typing import ClassVar
from uuid import UUID

import msgspec


class _Customer(msgspec.Struct, frozen=True, kw_only=True):
    """What other services copy of a customer."""

    customer_id: UUID
    number: str
    name: str
    status: str
    customer_type: str
    federal_state: str | None
    country: str
    debtor_account: str | None
    mail_domains: list[str] = []


class CustomerCreated(_Customer, frozen=True, kw_only=True):
    """A customer has been entered."""

    TYPE: ClassVar[str] = "customer.created.v1"
    SUBJECT: ClassVar[str] = "customer_id"


class CustomerUpdated(_Customer, frozen=True, kw_only=True):
    """A customer has changed; carries the whole customer after the change."""

    TYPE: ClassVar[str] = "customer.updated.v1"
    SUBJECT: ClassVar[str] = "customer_id"


class _Location(msgspec.Struct, frozen=True, kw_only=True):
    """What other services copy of a site."""

    location_id: UUID
    customer_id: UUID
    name: str
    street: str
    postal_code: str
    city: str
    country: str
    federal_state: str | None
    is_default: bool


class LocationCreated(_Location, frozen=True, kw_only=True):
    """A site of a customer has been entered."""

    TYPE: ClassVar[str] = "location.created.v1"
    SUBJECT: ClassVar[str] = "location_id"


class LocationUpdated(_Location, frozen=True, kw_only=True):
    """A site has changed; carries the whole site after the change."""

    TYPE: ClassVar[str] = "location.updated.v1"
    SUBJECT: ClassVar[str] = "location_id"


class _Contact(msgspec.Struct, frozen=True, kw_only=True):
    """What other services copy of a contact."""

    contact_id: UUID
    customer_id: UUID
    name: str
    email: str | None
    phone: str | None
    roles: list[str]


class ContactCreated(_Contact, frozen=True, kw_only=True):
    """A contact of a customer has been entered."""

    TYPE: ClassVar[str] = "contact.created.v1"
    SUBJECT: ClassVar[str] = "contact_id"


class ContactUpdated(_Contact, frozen=True, kw_only=True):
    """A contact has changed; carries the whole contact after the change."""

    TYPE: ClassVar[str] = "contact.updated.v1"
    SUBJECT: ClassVar[str] = "contact_id"


class _BillingAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What an invoice says of its buyer, and where it is sent."""

    billing_account_id: UUID
    customer_id: UUID
    name: str
    street: str
    postal_code: str
    city: str
    country: str
    buyer_reference: str | None
    vat_id: str | None
    electronic_address: str | None
    electronic_address_scheme: str | None
    invoice_format: str
    payment_terms_days: int
    email: str | None
    is_default: bool


class BillingAccountCreated(_BillingAccount, frozen=True, kw_only=True):
    """A customer got an account that invoices can be written to."""

    TYPE: ClassVar[str] = "billing_account.created.v1"
    SUBJECT: ClassVar[str] = "billing_account_id"


class BillingAccountUpdated(_BillingAccount, frozen=True, kw_only=True):
    """A billing account has changed; carries the whole account after the change."""

    TYPE: ClassVar[str] = "billing_account.updated.v1"
    SUBJECT: ClassVar[str] = "billing_account_id"
