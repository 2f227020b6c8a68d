"""The events we promise, one Struct for each contract under contracts/events/auth."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """The legal person behind a tenant."""

    legal_name: str
    street: str
    postal_code: str
    city: str
    country: str
    vat_id: str | None
    tax_number: str | None
    email: str | None
    phone: str | None
    contact_name: str | None
    iban: str | None
    bic: str | None
    bank_name: str | None
    creditor_id: str | None
    registration: str | None


class TenantCreated(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant can sign in from now on."""

    TYPE: ClassVar[str] = "tenant.created.v1"
    SUBJECT: ClassVar[str] = "tenant_id"

    tenant_id: UUID
    slug: str
    name: str
    time_zone: str
    locale: str
    currency: str
    country: str
    federal_state: str | None
    company: Company


class UserCreated(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was added."""

    TYPE: ClassVar[str] = "user.created.v1"
    SUBJECT: ClassVar[str] = "user_id"

    user_id: UUID
    name: str
    email: str
    roles: list[str]
    active: bool
    customer_id: UUID | None


class UserUpdated(msgspec.Struct, frozen=True, kw_only=True):
    """Something that others copy has changed; the whole user after it."""

    TYPE: ClassVar[str] = "user.updated.v1"
    SUBJECT: ClassVar[str] = "user_id"

    user_id: UUID
    name: str
    email: str
    roles: list[str]
    active: bool
    customer_id: UUID | None


class UserDeactivated(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody lost access."""

    TYPE: ClassVar[str] = "user.deactivated.v1"
    SUBJECT: ClassVar[str] = "user_id"

    user_id: UUID
    deactivated_at: datetime


class LoginFailed(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was not let in; what they typed stays with nobody."""

    TYPE: ClassVar[str] = "login.failed.v1"
    SUBJECT: ClassVar[str] = "user_id"

    user_id: UUID | None
    reason: str
    ip: str | None
    occurred_at: datetime


class SessionRevoked(msgspec.Struct, frozen=True, kw_only=True):
    """A session ended before its time."""

    TYPE: ClassVar[str] = "session.revoked.v1"
    SUBJECT: ClassVar[str] = "session_id"

    session_id: UUID
    user_id: UUID
    revoked_at: datetime
    expires_at: datetime


class SigningKeyRotated(msgspec.Struct, frozen=True, kw_only=True):
    """A new key stands in the key set; nothing is signed with it before `not_before`."""

    TYPE: ClassVar[str] = "signing_key.rotated.v1"
    SUBJECT: ClassVar[str] = "kid"

    kid: str
    not_before: datetime
