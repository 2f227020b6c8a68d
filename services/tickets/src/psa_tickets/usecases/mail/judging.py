"""What is to become of a mail: the order of these questions is the rule."""

from dataclasses import dataclass
from uuid import UUID

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_tickets.domain.mail import flood
from psa_tickets.domain.mail.automatic import Nature, failure_of, nature_of
from psa_tickets.domain.mail.incoming import Address
from psa_tickets.domain.mail.reply_token import TOKEN, ticket_of, ticket_of_mail
from psa_tickets.domain.mail.thread import Bearing, Claim, Clue, bearing_of, number_in
from psa_tickets.domain.mail.trimming import trimmed
from psa_tickets.domain.mail.verdict import MailState, Verdict, ignored, parked
from psa_tickets.queries import tickets
from psa_tickets.queries.mail import blocked, incoming, mailboxes, outgoing, threads
from psa_tickets.queries.tickets import TicketView
from psa_tickets.usecases.mail import bystanders, correspondents, effects, notes
from psa_tickets.usecases.mail.case import Case
from psa_tickets.usecases.mail.correspondents import Correspondent


@dataclass(frozen=True, slots=True)
class Ruling:
    """Somebody has looked at the mail and wants it taken, as this customer's if they say so."""

    customer_id: UUID | None


async def judge(tx: Tx, case: Case, ruling: Ruling | None = None) -> Verdict:
    """
    Decide what becomes of a mail and do it.

    A person's ruling overrules that it is automatic, blocked, too much or from a stranger; it
    does not make a mail of our own, or one without a sender, into a ticket.
    """
    sender = case.mail.sender
    if sender is None:
        return parked("Der Absender fehlt.")
    if await _is_ours(tx, case, sender):
        return ignored("Eigene Mail.")
    if ruling is None:
        refused = await _refusal(tx, case, sender)
        if refused is not None:
            return refused
    return await _judge_person(tx, case, sender, ruling)


async def _judge_person(tx: Tx, case: Case, sender: Address, ruling: Ruling | None) -> Verdict:
    who = await correspondents.find(tx, case.mailbox, case.mail, sender)
    claim, ticket = await _named_ticket(tx, case)
    if claim is None or ticket is None:
        return await _open(tx, case, who, ruling)
    bearing = bearing_of(claim, takes_part=await correspondents.takes_part(tx, who, ticket, claim))
    match bearing:
        case Bearing.SPEAKS:
            return await _speak(tx, case, who, ticket, claim)
        case Bearing.FLAGGED:
            return await _flag(tx, case, who, ticket)
        case Bearing.UNRELATED:
            return await _open(tx, case, who, ruling)


async def _is_ours(tx: Tx, case: Case, sender: Address) -> bool:
    keys = case.office.token_keys(tx.tenant_id)
    made = TOKEN.findall(case.mail.message_id.lower())
    if any(ticket_of(token, keys) is not None for token in made):
        return True
    return sender.email in await mailboxes.list_addresses(tx)


async def _refusal(tx: Tx, case: Case, sender: Address) -> Verdict | None:
    """Return the verdict on a mail that is not to be taken, or None."""
    nature = nature_of(case.mail)
    if nature is Nature.BOUNCE:
        return await _take_bounce(tx, case)
    if nature is not Nature.PERSON:
        return await _take_automatic(tx, case, nature)
    if await blocked.is_blocked(tx, address=sender.email, domain=sender.domain):
        return ignored("Der Absender ist gesperrt.")
    since = case.now - flood.TICKETS_WINDOW
    recent = await incoming.count_recent(tx, sender.email, since=since)
    if flood.is_flood(opened=recent.opened, said=recent.said):
        return parked("Zu viele Mails dieses Absenders in kurzer Zeit; vielleicht eine Schleife.")
    return None


async def _take_bounce(tx: Tx, case: Case) -> Verdict:
    reason = failure_of(case.mail)
    returned = [*case.mail.enclosed_ids, *case.mail.references]
    ticket_id = await outgoing.bounce(tx, returned, reason=reason) if returned else None
    if ticket_id is None:
        return ignored(f"Unzustellbar: {reason}")
    lines = ["Eine Mail zu diesem Ticket war nicht zustellbar:", reason]
    note = await notes.leave(tx, case, ticket_id, lines)
    return Verdict(
        state=MailState.IGNORED,
        reason=f"Unzustellbar: {reason}",
        ticket_id=ticket_id,
        comment_id=note,
    )


async def _take_automatic(tx: Tx, case: Case, nature: Nature) -> Verdict:
    """Note an absence where it belongs; nobody is answered and nothing is opened."""
    _, ticket = await _named_ticket(tx, case) if nature is Nature.AUTO_REPLY else (None, None)
    if ticket is None:
        return ignored(f"Automatische Mail ({nature}).")
    lines = [f"Automatische Antwort von {_sender_words(case)}:", trimmed(case.mail.text)]
    note = await notes.leave(tx, case, ticket.id, lines)
    return Verdict(
        state=MailState.IGNORED,
        reason="Automatische Antwort; als Notiz am Ticket.",
        ticket_id=ticket.id,
        comment_id=note,
    )


async def _named_ticket(tx: Tx, case: Case) -> tuple[Claim | None, TicketView | None]:
    """Return the ticket that the mail names, and how; of a merged one the ticket it is now."""
    claim = await _claim_of(tx, case)
    if claim is None:
        return None, None
    clerk = notes.clerk_of(tx, case)
    try:
        ticket = await tickets.get(tx, claim.ticket_id, clerk)
        if ticket.merged_into_id is not None:
            ticket = await tickets.get(tx, ticket.merged_into_id, clerk)
    except NotFound:
        return None, None
    return claim, ticket


async def _claim_of(tx: Tx, case: Case) -> Claim | None:
    mail = case.mail
    signed = ticket_of_mail(mail, case.office.token_keys(tx.tenant_id))
    if signed is not None:
        return Claim(signed, Clue.TOKEN)
    answered = await incoming.find_ticket_of_messages(tx, mail.references)
    if answered is not None:
        return Claim(answered, Clue.REFERENCES)
    number = number_in(mail.subject)
    named = await threads.find_by_number(tx, number) if number else None
    return Claim(named, Clue.SUBJECT) if named else None


async def _open(tx: Tx, case: Case, who: Correspondent, ruling: Ruling | None) -> Verdict:
    customer_id = (ruling.customer_id if ruling else None) or who.customer_id
    if customer_id is None:
        return parked("Zu diesem Absender ist kein Kunde bekannt.")
    ticket_id = await effects.open_ticket(tx, case, who, customer_id)
    await bystanders.take_along(tx, case, who, ticket_id, None)
    return Verdict(state=MailState.OPENED, contact_id=who.contact_id, ticket_id=ticket_id)


async def _speak(
    tx: Tx, case: Case, who: Correspondent, ticket: TicketView, claim: Claim
) -> Verdict:
    spoken = await effects.speak(tx, case, who, ticket)
    await bystanders.take_along(tx, case, who, spoken.ticket_id, claim)
    follows = spoken.comment_id is None
    return Verdict(
        state=MailState.OPENED if follows else MailState.COMMENTED,
        reason=f"Folgeticket zu {ticket.number}." if follows else "",
        contact_id=who.contact_id,
        ticket_id=spoken.ticket_id,
        comment_id=spoken.comment_id,
    )


async def _flag(tx: Tx, case: Case, who: Correspondent, ticket: TicketView) -> Verdict:
    line = f"{who.address.email} ist an diesem Ticket nicht beteiligt und hat geantwortet:"
    note = await effects.flag(tx, case, who, ticket, [line])
    return Verdict(
        state=MailState.COMMENTED,
        reason="Fremder Absender; als interne Notiz am Ticket.",
        contact_id=who.contact_id,
        ticket_id=ticket.id,
        comment_id=note,
    )


def _sender_words(case: Case) -> str:
    sender = case.mail.sender
    return sender.email if sender else "unbekannt"
