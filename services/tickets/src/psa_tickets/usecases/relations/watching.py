"""Who hears of a ticket, and who works on it, besides the two people it names."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_tickets.domain.relations import watchers as rules
from psa_tickets.domain.relations.watchers import Who
from psa_tickets.queries import contacts, copies, stored_tickets, watchers
from psa_tickets.queries.tickets import StoredTicket
from psa_tickets.queries.watchers import NamedWatcher, Watcher
from psa_tickets.usecases.refusals import UnknownUser


async def watch(
    tx: Tx, principal: Principal, ticket_id: UUID, who: Who, *, notify: bool, now: datetime
) -> NamedWatcher:
    """Let somebody hear of a ticket; the lock keeps two requests from exceeding the bound."""
    who = rules.one_watcher(who)
    ticket = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    await _refuse_stranger(tx, ticket, who)
    rules.refuse_crowd(ticket.number, await watchers.count(tx, ticket_id) + 1)
    watcher = Watcher(
        id=uuid7(),
        ticket_id=ticket_id,
        contact_id=who.contact_id,
        user_id=who.user_id,
        email=who.email,
        notify=notify,
        added_by=principal.user_id,
        created_at=now,
    )

    if not await watchers.insert(tx, watcher):
        raise rules.AlreadyWatching(ticket.number)
    audit.record(tx, "ticket.watched", "ticket", ticket_id, after=watcher)
    return await watchers.get(tx, ticket_id, watcher.id)


async def notify(
    tx: Tx, principal: Principal, ticket_id: UUID, watcher_id: UUID, *, wanted: bool
) -> NamedWatcher:
    """Write to a watcher from now on, or no longer."""
    await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    before = await watchers.get(tx, ticket_id, watcher_id)
    after = msgspec.structs.replace(before, notify=wanted)

    watchers.set_notify(tx, after)
    audit.record(tx, "ticket.watcher_changed", "ticket", ticket_id, before=before, after=after)
    return after


async def unwatch(tx: Tx, principal: Principal, ticket_id: UUID, watcher_id: UUID) -> None:
    """Let somebody no longer hear of a ticket."""
    await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    watcher = await watchers.get(tx, ticket_id, watcher_id)

    watchers.delete(tx, watcher)
    audit.record(tx, "ticket.unwatched", "ticket", ticket_id, before=watcher)


async def join(
    tx: Tx, principal: Principal, ticket_id: UUID, user_id: UUID, *, now: datetime
) -> None:
    """Let a colleague work on a ticket beside its assignee; twice is once."""
    ticket = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:assign")
    user = await copies.find_user(tx, user_id)
    if user is None or not user.active:
        raise UnknownUser(user_id)

    if await watchers.add_co_assignee(tx, ticket_id, user_id, now=now):
        rules.refuse_crowd(ticket.number, await watchers.count_co_assignees(tx, ticket_id))
        audit.record(tx, "ticket.joined", "ticket", ticket_id, after={"user_id": user_id})


async def leave(tx: Tx, principal: Principal, ticket_id: UUID, user_id: UUID) -> None:
    """Let a colleague no longer work on a ticket."""
    await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:assign")

    if not await watchers.remove_co_assignee(tx, ticket_id, user_id):
        raise NotFound(f"{user_id} does not work on this ticket beside its assignee.")
    audit.record(tx, "ticket.left", "ticket", ticket_id, before={"user_id": user_id})


async def _refuse_stranger(tx: Tx, ticket: StoredTicket, who: Who) -> None:
    if who.contact_id is not None:
        contact = await contacts.find_contact(tx, who.contact_id)
        if contact is None or not contact.active or contact.customer_id != ticket.customer_id:
            raise rules.UnknownContact(who.contact_id)
    if who.user_id is not None:
        user = await copies.find_user(tx, who.user_id)
        if user is None or not user.active:
            raise rules.UnknownWatchingUser(who.user_id)
