"""Who writes, or sends a file: somebody signed in, or a contact by mail."""

from dataclasses import dataclass
from uuid import UUID

from psa_common.identity import Principal
from psa_tickets.domain.ticket import AuthorKind
from psa_tickets.queries.contacts import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Whose words these are; `id` is a user, or a contact who has no account."""

    kind: AuthorKind
    id: UUID
    name: str
    contact_id: UUID | None = None


def signed_in(principal: Principal, kind: AuthorKind = AuthorKind.AGENT) -> Author:
    """Return the caller as an author; a customer's people never speak for an agent."""
    if principal.customer_id is not None:
        kind = AuthorKind.CONTACT
    return Author(kind=kind, id=principal.user_id, name=principal.name)


def contact(person: Contact) -> Author:
    """Return a customer's contact who writes without signing in."""
    return Author(kind=AuthorKind.CONTACT, id=person.id, name=person.name, contact_id=person.id)
