"""Let a part of a ticket go on as a ticket of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from psa_common import audit
from psa_common.db import Tx
from psa_common.errors import Conflict, Forbidden, Invalid, NotFound
from psa_common.identity import Principal
from psa_events import outbox
from psa_tickets.domain import ticket as rules
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.domain.time.entry import Approval
from psa_tickets.events import TicketSplit
from psa_tickets.queries import merges, splits, stored_tickets
from psa_tickets.queries.splits import ChosenComment
from psa_tickets.queries.tickets import StoredTicket, TicketView
from psa_tickets.usecases import ticket_lifecycle
from psa_tickets.usecases.openings import Opening


class ClockStart(StrEnum):
    """From when the new ticket's promise counts."""

    SPLIT = "split"
    FIRST_COMMENT = "first_comment"


class NothingChosen(Invalid):
    """A split takes something along."""

    code = "nothing_chosen"

    def __init__(self, field: str) -> None:
        super().__init__("Choose at least one comment, or start at the split.", field=field)


class TimeToldToBilling(Conflict):
    """Billing counts approved time on the ticket under which it was told of it."""

    code = "time_told_to_billing"

    def __init__(self, time_entry_id: UUID) -> None:
        super().__init__(
            f"Time entry {time_entry_id} is approved and known to billing; leave it where it is.",
            field="time_entry_ids",
        )
        self.time_entry_id = time_entry_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What goes on elsewhere, under which title, and from when its clocks run."""

    title: str
    description: str
    comment_ids: Sequence[UUID]
    time_entry_ids: Sequence[UUID]
    sla_from: ClockStart


async def split(
    tx: Tx, principal: Principal, ticket_id: UUID, part: Part, *, now: datetime
) -> TicketView:
    """
    Open a ticket for a part of another one and move that part, with its ids and instants.

    An answer that moves along answers the new ticket too, if its clocks began before it.
    """
    if principal.scope("ticket:create") is None:
        raise Forbidden("This needs the permission ticket:create; ask your administrator.")
    old = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    comments = await _chosen(tx, ticket_id, part)
    opened_at = now
    if part.sla_from is ClockStart.FIRST_COMMENT:
        if not comments:
            raise NothingChosen("comment_ids")
        opened_at = comments[0].occurred_at

    opening = Opening(
        type=old.type,
        title=part.title,
        description=part.description,
        customer_id=old.customer_id,
        priority=old.priority,
        asset_ids=(),
        occurred_at=None,
    )
    view = await ticket_lifecycle.open_since(tx, principal, opening, opened_at=opened_at, now=now)
    view = await _answered(tx, view, comments, now=now)
    splits.inherit(tx, old_id=old.id, new_id=view.id)
    splits.move(tx, view.id, part.comment_ids, part.time_entry_ids)
    merges.touch(tx, old.id, now=now)
    _announce(tx, principal, old, view, part, now=now)
    return view


async def _chosen(tx: Tx, ticket_id: UUID, part: Part) -> list[ChosenComment]:
    """Return the chosen comments; refuse what is not on the ticket, or no longer ours alone."""
    comments = await splits.list_comments(tx, ticket_id, part.comment_ids)
    entries = await splits.list_entries_for_update(tx, ticket_id, part.time_entry_ids)
    if not (comments or entries) and not (part.comment_ids or part.time_entry_ids):
        raise NothingChosen("comment_ids")
    for name, wanted, found in (
        ("comment_ids", part.comment_ids, [one.id for one in comments]),
        ("time_entry_ids", part.time_entry_ids, [one.id for one in entries]),
    ):
        if missing := set(wanted) - set(found):
            raise NotFound(f"There is no {min(missing)} on this ticket.", field=name)
    for entry in entries:
        if entry.state is Approval.APPROVED:
            raise TimeToldToBilling(entry.id)
    return comments


async def _answered(
    tx: Tx, view: TicketView, comments: Sequence[ChosenComment], *, now: datetime
) -> TicketView:
    answers = (
        one.occurred_at
        for one in comments
        if one.author_kind is AuthorKind.AGENT
        and one.visibility is Visibility.PUBLIC
        and one.occurred_at >= view.opened_at
    )
    answered_at = next(answers, None)
    if answered_at is None:
        return view
    before = StoredTicket(**{one.name: getattr(view, one.name) for one in fields(StoredTicket)})
    after = rules.comment(
        before, author_kind=AuthorKind.AGENT, visibility=Visibility.PUBLIC, at=answered_at
    )
    return await ticket_lifecycle.settle(tx, before, after, at=answered_at, now=now)


def _announce(
    tx: Tx, principal: Principal, old: StoredTicket, new: TicketView, part: Part, *, now: datetime
) -> None:
    happened = TicketSplit(
        ticket_id=old.id,
        number=old.number,
        new_ticket_id=new.id,
        new_number=new.number,
        comment_ids=list(part.comment_ids),
        time_entry_ids=list(part.time_entry_ids),
        split_at=now,
        split_by=principal.user_id,
    )
    outbox.publish(tx, happened)
    for ticket_id in (old.id, new.id):
        audit.record(tx, "ticket.split", "ticket", ticket_id, after=happened)
