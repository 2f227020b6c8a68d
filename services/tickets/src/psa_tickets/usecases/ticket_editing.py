"""Change what a ticket says: words, priority, whom it names, and the tenant's own fields."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_events import outbox
from psa_tickets.domain.custom_field import check_values, merged
from psa_tickets.domain.priority import priority_of
from psa_tickets.domain.surroundings import (
    Surroundings,
    TimeIsBooked,
    check_references,
    normal_tags,
)
from psa_tickets.events import FieldChange, TicketUpdated
from psa_tickets.queries import stored_tickets, surroundings
from psa_tickets.queries.surroundings import References
from psa_tickets.queries.tickets import StoredTicket, TicketView, facts_of
from psa_tickets.usecases.refusals import refuse_customers
from psa_tickets.usecases.ticket_lifecycle import settle

#: What needs a look at other things before it may change.
LOOKED_UP = frozenset({*References.__struct_fields__, "custom", "impact", "urgency", "priority"})


async def edit(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None,
    now: datetime,
) -> TicketView:
    """Change fields of a ticket; another priority means other SLA terms."""
    refuse_customers(principal)
    before = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    check_version(before.version, expected_version)
    known = await _look(tx, before, changes)
    after = decide(before, changes, known, by=principal.user_id)

    _announce(tx, before, after, now=now)
    return await settle(tx, before, after, at=now, now=now)


def decide(
    before: StoredTicket, changes: Mapping[str, Any], known: Surroundings, *, by: UUID
) -> StoredTicket:
    """
    Return *before* with *changes*; null empties a field, and a custom one by its key.

    Raises NotOfCustomer, NotInUse, TimeIsBooked, TooManyTags or CustomValuesRefused.
    """
    wanted = dict(changes)
    if "tags" in wanted:
        wanted["tags"] = normal_tags(wanted["tags"])
    if "external_refs" in wanted:
        wanted["external_refs"] = tuple(wanted["external_refs"])
    if "custom" in wanted:
        check_values(merged({}, wanted["custom"]), known.fields, wanted.get("type", before.type))
        wanted["custom"] = merged(before.custom, wanted["custom"])
    priority = wanted.pop("priority", msgspec.UNSET)
    after = replace(before, **wanted)

    if after.customer_id != before.customer_id and known.time_is_booked:
        raise TimeIsBooked(before.number)
    if wanted.keys() & set(References.__struct_fields__):
        check_references(facts_of(after), after.customer_id, known)
    if not changes.keys() & {"priority", "impact", "urgency"}:
        return after
    return _weighed(after, priority, known, by=by)


def _weighed(ticket: StoredTicket, priority: Any, known: Surroundings, *, by: UUID) -> StoredTicket:
    """Return *ticket* with its priority: said by somebody, or else what the matrix gives."""
    by_matrix = priority_of(ticket.impact, ticket.urgency, known.matrix)
    if priority is msgspec.UNSET and ticket.priority_overridden_by is not None:
        return ticket
    if priority in {msgspec.UNSET, None}:
        return replace(ticket, priority=by_matrix or ticket.priority, priority_overridden_by=None)
    overridden = by_matrix is not None and priority is not by_matrix
    return replace(ticket, priority=priority, priority_overridden_by=by if overridden else None)


async def _look(tx: Tx, before: StoredTicket, changes: Mapping[str, Any]) -> Surroundings:
    if not changes.keys() & LOOKED_UP:
        return Surroundings()
    named = {
        name: changes.get(name, getattr(before, name)) for name in References.__struct_fields__
    }
    looked = surroundings.ask(tx, References(**named), ticket_id=before.id)
    await tx.flush()
    return surroundings.of_answer(looked)


def _announce(tx: Tx, before: StoredTicket, after: StoredTicket, *, now: datetime) -> None:
    was, is_ = facts_of(before), facts_of(after)
    changes = [
        FieldChange(field=name, previous=_text(was[name]), current=_text(is_[name]))
        for name in was
        if was[name] != is_[name]
    ]
    if changes:
        outbox.publish(tx, TicketUpdated(ticket_id=after.id, changes=changes, updated_at=now))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    plain = msgspec.to_builtins(value)
    return plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()
