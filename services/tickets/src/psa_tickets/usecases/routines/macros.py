"""Run a macro: every action through the use case that people use, all of them or none."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.errors import Forbidden
from psa_common.identity import Principal
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.routines import placeholders
from psa_tickets.domain.routines.macro import ME, Do, Macro, tag_of
from psa_tickets.domain.ticket import AuthorKind, Visibility
from psa_tickets.queries import definitions, placeholder_values, stored_tickets
from psa_tickets.queries.definitions import MACROS, Stored
from psa_tickets.queries.tickets import StoredTicket
from psa_tickets.usecases import conversation, ticket_editing, ticket_lifecycle
from psa_tickets.usecases.conversation import Words
from psa_tickets.usecases.routines import checklists


class MacroNeedsMore(Forbidden):
    """A macro lends nobody a right that they do not have."""

    code = "macro_needs_more"

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"This macro needs the permissions {', '.join(missing)}.")


@dataclass(frozen=True, slots=True)
class Run:
    """One macro at work on one ticket."""

    tx: Tx
    principal: Principal
    ticket_id: UUID
    now: datetime


async def run(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    macro_id: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> Stored[Macro]:
    """
    Do to a ticket what a macro says, in its order.

    The first action that is refused undoes all. Raises MacroNeedsMore, and whatever the
    actions' own use cases raise.
    """
    macro = await definitions.get_active(tx, MACROS, macro_id)
    missing = [name for name in macro.definition.permissions if principal.scope(name) is None]
    if missing:
        raise MacroNeedsMore(sorted(missing))
    ticket = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    check_version(ticket.version, expected_version)

    at_work = Run(tx, principal, ticket_id, now)
    for action in macro.definition.actions:
        await STEPS[action.do](at_work, action.value)
    audit.record(tx, "macro.run", "ticket", ticket_id, after={"macro": macro.name})
    return macro


async def _set_priority(run: Run, value: str) -> None:
    await _edit(run, {"priority": Priority(value)})


async def _set_queue(run: Run, value: str) -> None:
    await _edit(run, {"queue_id": UUID(value)})


async def _set_category(run: Run, value: str) -> None:
    await _edit(run, {"category_id": UUID(value)})


async def _add_tag(run: Run, value: str) -> None:
    ticket = await _locked(run)
    if tag_of(value) not in ticket.tags:
        await _edit(run, {"tags": [*ticket.tags, value]})


async def _remove_tag(run: Run, value: str) -> None:
    ticket = await _locked(run)
    await _edit(run, {"tags": [tag for tag in ticket.tags if tag != tag_of(value)]})


async def _set_status(run: Run, value: str) -> None:
    await ticket_lifecycle.change_status(
        run.tx,
        run.principal,
        run.ticket_id,
        value,
        occurred_at=None,
        expected_version=None,
        now=run.now,
    )


async def _assign(run: Run, value: str) -> None:
    assignee_id = run.principal.user_id if value == ME else UUID(value)
    await ticket_lifecycle.assign(
        run.tx, run.principal, run.ticket_id, assignee_id, expected_version=None, now=run.now
    )


async def _add_checklist(run: Run, value: str) -> None:
    await checklists.add_from_template(run.tx, run.principal, run.ticket_id, UUID(value))


async def _reply(run: Run, value: str) -> None:
    await _say(run, value, Visibility.PUBLIC)


async def _note(run: Run, value: str) -> None:
    await _say(run, value, Visibility.INTERNAL)


STEPS: Mapping[Do, Callable[[Run, str], Awaitable[None]]] = {
    Do.SET_PRIORITY: _set_priority,
    Do.SET_STATUS: _set_status,
    Do.SET_QUEUE: _set_queue,
    Do.SET_CATEGORY: _set_category,
    Do.ADD_TAG: _add_tag,
    Do.REMOVE_TAG: _remove_tag,
    Do.ADD_CHECKLIST: _add_checklist,
    Do.ASSIGN: _assign,
    Do.REPLY: _reply,
    Do.NOTE: _note,
}


async def _locked(run: Run) -> StoredTicket:
    return await stored_tickets.get_for_update(
        run.tx, run.ticket_id, run.principal, "ticket:update"
    )


async def _edit(run: Run, changes: Mapping[str, Any]) -> None:
    await ticket_editing.edit(
        run.tx, run.principal, run.ticket_id, changes, expected_version=None, now=run.now
    )


async def _say(run: Run, text: str, visibility: Visibility) -> None:
    values = await placeholder_values.of_ticket(
        run.tx, run.ticket_id, agent_name=run.principal.name
    )
    words = Words(
        body=placeholders.render(text, values),
        visibility=visibility,
        author_kind=AuthorKind.AGENT,
        occurred_at=None,
    )
    await conversation.comment(run.tx, run.principal, run.ticket_id, words, now=run.now)
