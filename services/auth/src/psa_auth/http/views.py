"""What users, sessions, roles and tenants look like to readers."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_auth.queries.audit_log import Entry
from psa_auth.queries.roles import Role
from psa_auth.queries.sessions import Session
from psa_auth.queries.users import User
from psa_common.documents import Resource, related, shown
from psa_common.identity import Principal


class UserAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A user, without any secret."""

    name: str
    email: str
    roles: list[str]
    active: bool
    deactivated_at: datetime | None
    created_at: datetime
    updated_at: datetime


class MeAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """The caller, and what they may do."""

    name: str
    email: str
    roles: list[str]
    permissions: list[str]


class SessionAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in; `revoked_for` says why it ended early."""

    ip: str | None
    created_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoked_for: str | None


class RoleAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A role; a seeded one follows the release."""

    name: str
    title: str
    permissions: list[str]
    is_seeded: bool
    created_at: datetime


class AuditAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """One change; `position` is null until the record is sealed."""

    occurred_at: datetime
    action: str
    resource_type: str
    resource_id: UUID
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    ip: str | None
    request_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    position: int | None


def user(found: User) -> Resource[UserAttributes]:
    """Show a user."""
    links = related(customer=("customer", found.customer_id))
    return Resource(found.id, "user", shown(found, UserAttributes), links)


def me(found: User, principal: Principal) -> Resource[MeAttributes]:
    """Show the caller."""
    attributes = MeAttributes(
        name=found.name,
        email=found.email,
        roles=found.roles,
        permissions=sorted(found.permissions),
    )
    links = related(
        tenant=("tenant", principal.tenant_id),
        session=("session", principal.session_id),
        customer=("customer", found.customer_id),
    )
    return Resource(found.id, "user", attributes, links)


def session(found: Session) -> Resource[SessionAttributes]:
    """Show a session."""
    links = related(user=("user", found.user_id))
    return Resource(found.id, "session", shown(found, SessionAttributes), links)


def role(found: Role) -> Resource[RoleAttributes]:
    """Show a role."""
    attributes = shown(found, RoleAttributes, permissions=sorted(found.permissions))
    return Resource(found.id, "role", attributes)


def audit_entry(found: Entry) -> Resource[AuditAttributes]:
    """Show a record of the audit trail."""
    return Resource(found.id, "audit_record", shown(found, AuditAttributes))
