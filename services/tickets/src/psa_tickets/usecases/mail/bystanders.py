"""Let those who were written to besides the desk watch the ticket."""

from uuid import UUID

from psa_common import audit
from psa_common.db import Tx
from psa_common.ids import uuid7
from psa_tickets.domain.mail import bystanders as rules
from psa_tickets.domain.mail.authenticity import is_authentic
from psa_tickets.domain.mail.bystanders import Known
from psa_tickets.domain.mail.thread import Claim, Clue
from psa_tickets.domain.ticket import AuthorKind
from psa_tickets.queries import contacts, tickets, watchers
from psa_tickets.queries.mail import incoming, mailboxes, recipients
from psa_tickets.queries.tickets import TicketView
from psa_tickets.queries.watchers import Watcher
from psa_tickets.usecases.mail import notes
from psa_tickets.usecases.mail.case import Case
from psa_tickets.usecases.mail.correspondents import Correspondent


async def take_along(
    tx: Tx, case: Case, who: Correspondent, ticket_id: UUID, claim: Claim | None
) -> None:
    """Let whoever else stands in To and Cc watch; *claim* is how the mail found the ticket."""
    if not case.mail.recipients:
        return
    ours = await mailboxes.list_addresses(tx)
    watching = await recipients.list_all_watching(tx, ticket_id)
    told = {who.address.email, *watching, *await incoming.list_customer_side(tx, ticket_id)}
    named = rules.candidates(case.mail.recipients, ours=ours, told=told)
    if not named:
        return
    ticket = await tickets.get(tx, ticket_id, notes.clerk_of(tx, case))
    chosen = rules.new_watchers(
        named,
        await _known(tx, ticket, named),
        strangers=_may_bring_strangers(case, who, ticket, claim),
        own_domains={one.rpartition("@")[2] for one in ours},
        watching=len(watching),
    )

    for one in chosen:
        watcher = Watcher(
            id=uuid7(),
            ticket_id=ticket_id,
            contact_id=one.contact_id,
            user_id=one.user_id,
            email=one.email,
            notify=True,
            added_by=case.mailbox.id,
            created_at=case.now,
        )
        watchers.add(tx, watcher)
        audit.record(tx, "ticket.watched", "ticket", ticket_id, after=watcher)


async def _known(tx: Tx, ticket: TicketView, named: tuple[str, ...]) -> Known:
    colleagues = await recipients.list_colleagues_by_email(tx, named)
    people = await contacts.list_by_email(tx, named)
    return Known(
        colleagues={one.address: one.user_id for one in colleagues if one.address and one.user_id},
        contacts={
            one.email: one.id
            for one in people
            if one.email and one.customer_id == ticket.customer_id
        },
    )


def _may_bring_strangers(
    case: Case, who: Correspondent, ticket: TicketView, claim: Claim | None
) -> bool:
    """
    Say whether people whom nobody knows may hear of the ticket by this mail.

    Its customer's contacts and our colleagues may bring them. Anybody can write a contact into
    From, and a ticket's number is known to many: with no more than these, a forger would be
    sent what the desk answers.
    """
    if who.kind is not AuthorKind.AGENT and who.contact_of(ticket.customer_id) is None:
        return False
    guessable = claim is not None and claim.clue is Clue.SUBJECT
    return not guessable or is_authentic(case.mail, case.mailbox.trusted_server)
