"""Who writes: a contact, a colleague, somebody of a customer's domain, or a stranger."""

from dataclasses import dataclass
from uuid import UUID

from psa_common.db import Tx
from psa_tickets.domain.mail.authenticity import is_authentic
from psa_tickets.domain.mail.forwarding import forwarded_in
from psa_tickets.domain.mail.incoming import Address, IncomingMail
from psa_tickets.domain.mail.mailbox import Mailbox
from psa_tickets.domain.mail.thread import Claim, Clue, is_forwarded
from psa_tickets.domain.ticket import AuthorKind
from psa_tickets.queries import contacts, copies
from psa_tickets.queries.contacts import Contact
from psa_tickets.queries.mail import recipients, threads
from psa_tickets.queries.tickets import TicketView


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondent:
    """Who writes, as far as we know them, and what they have written."""

    address: Address
    #: The contact or colleague; None for somebody whom only the domain, or nothing, tells of.
    person_id: UUID | None
    name: str
    kind: AuthorKind
    customer_id: UUID | None
    #: Their words, when they are not those of the mail: somebody forwarded it.
    text: str | None = None
    #: Who it is among the customers' contacts.
    contact: Contact | None = None

    @property
    def contact_id(self) -> UUID | None:
        """Return which contact it is."""
        return self.contact.id if self.contact else None

    def contact_of(self, customer_id: UUID) -> Contact | None:
        """Return which contact of this customer it is."""
        ours = self.contact is not None and self.contact.customer_id == customer_id
        return self.contact if ours else None


async def find(tx: Tx, mailbox: Mailbox, mail: IncomingMail, sender: Address) -> Correspondent:
    """
    Return who writes.

    A colleague is believed only when the mailbox's own server vouches for the address: anybody
    can write one into From (ML-01). What a colleague forwards is the first sender's.
    """
    colleague = await copies.find_user_by_email(tx, sender.email)
    if colleague is None or not is_authentic(mail, mailbox.trusted_server):
        return await _of_customer(tx, mailbox, sender)
    forwarded = forwarded_in(mail.text) if is_forwarded(mail.subject) else None
    if forwarded is not None:
        return await _of_customer(tx, mailbox, forwarded.sender, text=forwarded.text)
    return Correspondent(
        address=sender,
        person_id=colleague.id,
        name=colleague.name,
        kind=AuthorKind.AGENT,
        customer_id=mailbox.default_customer_id,
    )


async def takes_part(tx: Tx, who: Correspondent, ticket: TicketView, claim: Claim) -> bool:
    """
    Say whether somebody takes part in a ticket.

    With a clue that only the conversation gives, everybody of the customer does, and everybody
    who watches; with a mere
    number, only its contact and those who stand on its mails. Of a merged ticket the claim names
    what it was: who took part there, does so in *ticket*.
    """
    if who.kind is AuthorKind.AGENT:
        return True
    if who.person_id is not None and who.person_id == ticket.contact_id:
        return True
    if claim.clue is not Clue.SUBJECT:
        if who.customer_id == ticket.customer_id:
            return True
        if who.address.email in await recipients.list_all_watching(tx, ticket.id):
            return True
    return await threads.stands_on_mails(tx, claim.ticket_id, ticket.id, who.address.email)


async def _of_customer(
    tx: Tx, mailbox: Mailbox, sender: Address, *, text: str | None = None
) -> Correspondent:
    contact = await contacts.find_contact_by_email(tx, sender.email)
    customer_id = contact.customer_id if contact else await _customer_of_domain(tx, sender)
    return Correspondent(
        address=sender,
        person_id=contact.id if contact else None,
        name=contact.name if contact else sender.name or sender.email,
        kind=AuthorKind.CONTACT,
        customer_id=customer_id or mailbox.default_customer_id,
        text=text,
        contact=contact,
    )


async def _customer_of_domain(tx: Tx, sender: Address) -> UUID | None:
    customers = await contacts.list_customers_by_domain(tx, sender.domain)
    # Two customers behind one domain decide nothing; somebody has to.
    return customers[0] if len(customers) == 1 else None
