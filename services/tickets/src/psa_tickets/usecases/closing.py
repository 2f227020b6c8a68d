"""May this ticket count as solved? The tenant's close rules, and who may pass them by."""

from dataclasses import replace

from psa_common import audit
from psa_common.db import Tx
from psa_common.errors import Forbidden
from psa_common.identity import Principal
from psa_tickets.domain.closing import CloseRuleFailed, CloseRules, ClosingFacts, unmet
from psa_tickets.domain.custom_field import missing_values
from psa_tickets.domain.status_kind import Kind, Stage
from psa_tickets.domain.ticket import Ticket
from psa_tickets.queries import closing
from psa_tickets.queries.tickets import StoredTicket

#: Of a step that does not end the work.
NO_RULES = CloseRules(no_open_children=False, checklist_complete=False)


class OverrideForbidden(Forbidden):
    """Passing the close rules by is not for everybody."""

    code = "override_forbidden"

    def __init__(self) -> None:
        super().__init__(
            "Leave out override_reason, or ask for the permission ticket:override.",
            field="override_reason",
        )


async def check(
    tx: Tx,
    principal: Principal,
    before: StoredTicket,
    after: StoredTicket,
    *,
    override_reason: str | None,
) -> None:
    """
    Raise CloseRuleFailed with everything that is left to do before the ticket counts as solved.

    With a reason, whoever may override passes; that is written down.
    """
    rules = rules_for(principal, before, after)
    left = unmet(rules, await _facts(tx, before)) if rules != NO_RULES else {}
    if not left:
        return
    if override_reason is None:
        raise CloseRuleFailed(left)
    if principal.scope("ticket:override") is None:
        raise OverrideForbidden
    note = {"reason": override_reason, "rules": list(left)}
    audit.record(tx, "ticket.close_rules_overridden", "ticket", before.id, after=note)


def rules_for(principal: Principal, before: Ticket, after: Ticket) -> CloseRules:
    """
    Return the rules for this step.

    They hold once, when the work ends; what is solved is closed whatever they say, but never
    over open children. A customer's own wish is no question of our diligence.
    """
    rules = before.workflow.close_rules
    if after.kind is Kind.CANCELLED or after.stage not in {Stage.RESOLVED, Stage.CLOSED}:
        return NO_RULES
    if before.stage is Stage.RESOLVED or principal.customer_id is not None:
        return replace(NO_RULES, no_open_children=rules.no_open_children)
    return rules


async def _facts(tx: Tx, ticket: StoredTicket) -> ClosingFacts:
    row = await closing.get_facts(tx, ticket.id)
    return ClosingFacts(
        answered=row.answered,
        time_entries=row.time_entries,
        missing_fields=tuple(
            f"custom.{key}"
            for key in missing_values(ticket.custom, row.required_fields or (), ticket.type)
        ),
        open_children=row.open_children,
        unmet_items=row.unmet_items,
    )
