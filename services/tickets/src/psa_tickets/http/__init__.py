"""Every route of the service desk."""

from psa_tickets.http import (
    calendars,
    categories,
    comments,
    priority_matrix,
    queues,
    sla_policies,
    ticket_fields,
    ticket_steps,
    tickets,
    time_entries,
    workflow,
)

ROUTES = (
    tickets.ROUTER,
    ticket_steps.ROUTER,
    comments.ROUTER,
    time_entries.ROUTER,
    sla_policies.ROUTER,
    calendars.ROUTER,
    workflow.ROUTER,
    priority_matrix.ROUTER,
    ticket_fields.ROUTER,
    queues.ROUTER,
    categories.ROUTER,
)
