"""A contact: somebody to talk to, and what for."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from psa_common.errors import Invalid
from psa_crm.domain.mail import mail_address


class Role(StrEnum):
    """What a contact stands for."""

    PRIMARY = "primary"
    BILLING = "billing"
    TECHNICAL = "technical"
    APPROVER = "approver"
    PORTAL_USER = "portal_user"
    VIP = "vip"


class RoleTwice(Invalid):
    """A contact has a role or has it not."""

    code = "role_twice"

    def __init__(self) -> None:
        super().__init__("Name each role once.", field="roles")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person or desk at a customer."""

    id: UUID
    customer_id: UUID
    name: str
    email: str | None
    phone: str | None
    roles: tuple[Role, ...]


C = TypeVar("C", bound=Contact)


def checked(contact: C) -> C:
    """Return the contact with its mail address in our form; raises what is wrong with it."""
    if len(set(contact.roles)) < len(contact.roles):
        raise RoleTwice
    if contact.email is None:
        return contact
    return replace(contact, email=mail_address(contact.email))
